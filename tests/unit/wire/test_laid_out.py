"""XML in numbered lines: nothing is lost, and each letter belongs to its element."""

from __future__ import annotations

import pytest
from lxml import etree

from oots.edelivery.message import seal_message
from oots.wire.laid_out import DEFAULT, MOST_LAID_OUT, LaidOut, Stretch, lay_out
from tests.support.edelivery import DENMARK, PARTS, a_header, domain

AWKWARD = (
    '<?xml version="1.0"?>\n<!-- <no> element --><a xmlns:b="urn:b" one=\'x > "y"\'>\n'
    '  <b:c/>tæxt &lt;d&gt; &#x41;<![CDATA[<e>]]>\r\n<?pi <f>?><g\nh="i"> </g></a>\n'
)


def lines_of(laid: LaidOut) -> list[str]:
    return ["".join(piece.text for piece in line) for line in laid.lines]


def of_element(laid: LaidOut, number: int | None) -> str:
    return "".join(piece.text for line in laid.lines for piece in line if piece.element == number)


def test_without_indentation_every_letter_stays() -> None:
    assert "\n".join(lines_of(lay_out(AWKWARD.encode(), indented=False))) == AWKWARD


def test_each_letter_belongs_to_the_innermost_element_around_it() -> None:
    laid = lay_out(b"<a>1<b c='2'>3</b>4<d/></a>", indented=False)
    assert [of_element(laid, number) for number in (0, 1, 2)] == ["<a>14</a>", "<b c='2'>3</b>", "<d/>"]
    values = [piece.text for line in laid.lines for piece in line if piece.stretch is Stretch.VALUE]
    assert values == ["'2'"]
    assert [piece.text for line in laid.lines for piece in line if piece.stretch is Stretch.TEXT] == ["1", "3", "4"]


def test_what_looks_like_an_element_in_comments_and_values_is_none() -> None:
    laid = lay_out(AWKWARD.encode(), indented=False)
    assert len(laid.begins) == len(list(etree.fromstring(AWKWARD.encode()).iter("*"))) == 3
    assert laid.begins == (2, 3, 4)


@pytest.mark.parametrize(
    ("document", "unused"),
    [
        ("<a xmlns:b='urn:b' xmlns:c='urn:c'><b:d/></a>", ["c"]),
        ("<a xmlns:b='urn:b'><d b:e=''/></a>", []),
        ("<a xmlns:b='urn:b'><d e='b:f'>b:g</d></a>", ["b"]),
        ("<a xmlns='urn:a'/>", []),
        ("<b:a xmlns:b='urn:b' xmlns='urn:a' c=''/>", [DEFAULT]),
        ("<a xmlns:b='urn:b'><d xmlns:b='urn:c'><b:e/></d></a>", ["b"]),
        ("<a><d xmlns:b='urn:b'/><d xmlns:b='urn:c'><b:e/></d><d xmlns:b='urn:d'/></a>", ["b", "b"]),
        ("""<a d=" xmlns:b='urn:b'" xmlns:b = "urn:b"/>""", ["b"]),
    ],
)
def test_a_declaration_in_whose_reach_no_name_is_in_its_namespace_is_told(document: str, unused: list[str]) -> None:
    laid = lay_out(document.encode(), indented=False)
    pieces = [piece for line in laid.lines for piece in line if piece.stretch is Stretch.UNUSED]
    assert [piece.declares for piece in pieces] == unused
    assert all(piece.text.startswith("xmlns") and piece.text[-1] in "'\"" for piece in pieces)
    assert lines_of(laid) == [document]


def test_a_comment_is_told_on_each_of_its_lines() -> None:
    laid = lay_out(b"<a><!-- <b c='1'/>\n2 -->3</a>", indented=False)
    comments = [
        (piece.text, piece.element) for line in laid.lines for piece in line if piece.stretch is Stretch.COMMENT
    ]
    assert comments == [("<!-- <b c='1'/>", 0), ("2 -->", 0)]


def test_with_indentation_each_element_has_a_line_that_its_path_finds() -> None:
    laid = lay_out(b"<a><b>1</b><b><c d='2'/></b></a>", indented=True)
    assert lines_of(laid) == ["<a>", "  <b>1</b>", "  <b>", '    <c d="2"/>', "  </b>", "</a>"]
    found = [laid.line_at(path) for path in ("/a", "/a/b[1]", "/a/b[2]", "/a/b[2]/c", "/a/b[2]/c/@d", "/b[2]/c")]
    assert found == [1, 2, 3, 4, 4, 4]
    assert [laid.line_at(path) for path in ("/a/b[3]", "/", "")] == [None, None, None]


@pytest.mark.parametrize(
    "document",
    [
        b"<a/>",
        b"<a><b/><b/><c/><?pi?><b><b/></b></a>",
        b"<a xmlns='urn:a'><b/><p:b xmlns:p='urn:p'/><c/><b xmlns=''/></a>",
        b"<a xmlns='urn:a'><b/></a>",
        b"<p:a xmlns:p='urn:p' xmlns:q='urn:p'><p:b/><q:b/><p:b/></p:a>",
    ],
)
def test_elements_are_found_by_the_paths_that_the_library_gives_them(document: bytes) -> None:
    laid, root = lay_out(document, indented=True), etree.fromstring(document)
    paths = [root.getroottree().getpath(element) for element in root.iter("*")]
    assert [laid.line_at(path) for path in paths] == list(laid.begins)
    assert len(set(paths)) == len(paths)


def test_the_lines_of_an_envelope_are_found_by_the_paths_that_rules_tell() -> None:
    envelope = seal_message(a_header(), PARTS, domain().keys[DENMARK]).soap
    laid, root = lay_out(envelope, indented=True), etree.fromstring(envelope)
    for element in root.iter("*"):
        line = laid.line_at(root.getroottree().getpath(element))
        assert line is not None
        assert f"{etree.QName(element).localname}" in lines_of(laid)[line - 1]


@pytest.mark.parametrize("content", [b"<a> is \xff not closed", b"<!DOCTYPE a><a/>", b""])
def test_what_cannot_be_taken_apart_is_shown_in_its_own_lines(content: bytes) -> None:
    laid = lay_out(content, indented=True)
    assert lines_of(laid) == [content.decode("utf-8", "replace")]
    assert laid.line_at("/a") is None


def test_what_is_large_is_not_taken_apart() -> None:
    leaf, ends = b"<b/>", len(b"<a></a>")
    most = (MOST_LAID_OUT - ends) // len(leaf)
    fitting, large = (b"<a>" + leaf * number + b"</a>" for number in (most, most + 1))
    assert len(lay_out(fitting, indented=True).lines) == most + 2
    assert lines_of(lay_out(large, indented=True)) == [large.decode()]


def test_indentation_does_not_blow_a_document_up() -> None:
    """Of a deep one with many leaves it would make a hundred bytes of four."""
    deep = b"<a>" * 200 + b"<b/>" * (MOST_LAID_OUT // 5) + b"</a>" * 200
    assert len("".join(lines_of(lay_out(deep, indented=True)))) == len(deep)
