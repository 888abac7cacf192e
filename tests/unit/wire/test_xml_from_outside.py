"""XML from outside: what the parser takes, and what it refuses before anyone reads it."""

from __future__ import annotations

import pytest

from oots.model.errors import MessageError
from oots.wire.xml import MOST_ATTRIBUTES, MOST_DECLARATIONS, canonical, parse


def with_attributes(count: int) -> bytes:
    return b"<a " + b" ".join(b"x%d='y>z'" % number for number in range(count)) + b"/>"


def with_declarations(count: int) -> bytes:
    return b"<a>" + b"".join(b"<b xmlns='urn:%d'/>" % number for number in range(count)) + b"</a>"


REFUSED = {
    "nothing": (b"<a/>", b""),
    "an open element": (b"<a></a>", b"<a>"),
    "a document type": (b"<a/>", b"<!DOCTYPE a><a/>"),
    "an entity of its own": (b"<a>&amp;</a>", b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>"),
    "an unknown entity": (b"<a>&lt;</a>", b"<a>&x;</a>"),
    "another encoding": ("<a>æ</a>".encode(), "<?xml version='1.0' encoding='iso-8859-1'?><a>æ</a>".encode("latin-1")),
    "a document type in another encoding": (b"<a/>", "<!DOCTYPE a><a/>".encode("utf-16")),
    "a null byte": (b"<a>0</a>", b"<a>\0</a>"),
    "too many attributes": (with_attributes(MOST_ATTRIBUTES), with_attributes(MOST_ATTRIBUTES + 1)),
    "a flood of attributes": (with_attributes(MOST_ATTRIBUTES), with_attributes(100_000)),
    "too many declarations": (with_declarations(MOST_DECLARATIONS), with_declarations(MOST_DECLARATIONS + 1)),
    "a text of eleven million letters": (b"<a>x</a>", b"<a>" + b"x" * 11_000_000 + b"</a>"),
    "three hundred floors": (b"<a>" * 200 + b"</a>" * 200, b"<a>" * 300 + b"</a>" * 300),
    "two roots": (b"<a/>", b"<a/><a/>"),
}


@pytest.mark.parametrize("taken_and_refused", REFUSED.values(), ids=REFUSED)
def test_the_parser_refuses(taken_and_refused: tuple[bytes, bytes]) -> None:
    taken, refused = taken_and_refused
    assert parse(taken).tag == "a"
    with pytest.raises(MessageError):
        parse(refused)


def test_a_refusal_names_the_line_and_quotes_nothing() -> None:
    with pytest.raises(MessageError, match="line 2") as caught:
        parse(b"<a>\n<Holm></b></a>")
    assert "Holm" not in caught.value.why


def test_a_comment_does_not_split_a_text() -> None:
    assert parse(b"<a>oots<!-- -->-edm</a>").text == "oots-edm"


def test_many_signs_of_equality_in_a_text_are_no_attributes() -> None:
    assert parse(b"<a>" + b"x='y' " * 1000 + b"</a>").tag == "a"


def test_canonical_bytes_have_no_declaration_and_only_the_namespaces_in_use() -> None:
    written = b"<?xml version='1.0'?><a xmlns:b='urn:b' z='1' y='2'><b:c/></a>"
    assert canonical(parse(written)) == b'<a y="2" z="1"><b:c xmlns:b="urn:b"></b:c></a>'


def test_a_document_without_canonical_form_is_refused() -> None:
    assert canonical(parse(b"<a xmlns='urn:a'/>")) == b'<a xmlns="urn:a"></a>'
    with pytest.raises(MessageError, match="canonical"):
        canonical(parse(b"<a xmlns='relative'/>"))


def test_a_flood_is_found_behind_any_number_of_other_tags() -> None:
    floor = b"<a>" + b"<b/>" * 1000 + b"<c x='" + b"=" * 1000 + b"'/>"
    assert parse(floor + with_attributes(MOST_ATTRIBUTES) + b"</a>").tag == "a"
    with pytest.raises(MessageError, match="attributes"):
        parse(floor + with_attributes(MOST_ATTRIBUTES + 1) + b"</a>")
