"""Packages that are not what their headers say: refused with EBMS:0007, EBMS:0009 or EBMS:0303."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace

import pytest
from lxml import etree

from oots.edelivery import mime
from oots.edelivery.compression import GZIP
from oots.edelivery.header import PartInfo, UserMessage
from oots.edelivery.limits import Limits
from oots.edelivery.message import open_message, seal_message
from oots.edelivery.mime import MimePart
from oots.model.errors import TransportError
from oots.wire.xml import parse
from tests.support.edelivery import DENMARK, DOCUMENT, EVIDENCE, NOW, PARTS, PDF, a_header, domain, handmade, sent

MESSAGE = seal_message(a_header(), PARTS, domain().keys[DENMARK])
EXTRA = MimePart("extra@ap-dk-01.oots.example", "application/pdf", b"%PDF")


def refusal(content_type: str, body: bytes, limits: Limits | None = None) -> TransportError:
    """The error of the refused message, whose control is accepted."""
    open_message(MESSAGE.content_type, MESSAGE.body, domain().anchors, NOW)
    with pytest.raises(TransportError) as caught:
        open_message(content_type, body, domain().anchors, NOW, limits=limits)
    return caught.value


def packed(*attachments: MimePart) -> tuple[str, bytes]:
    return mime.write(MESSAGE.soap, attachments, MESSAGE.message_id)


def test_an_extra_part_is_refused() -> None:
    refused = refusal(*packed(*sent(*PARTS), EXTRA))
    assert (refused.ebms, refused.short) == ("EBMS:0007", "MimeInconsistency")
    assert "same set" in refused.why


def test_a_missing_part_is_refused() -> None:
    refused = refusal(*packed(*sent(DOCUMENT, EVIDENCE)))
    assert refused.ebms == "EBMS:0007"
    assert "same set" in refused.why


def test_a_content_id_used_twice_is_refused() -> None:
    refused = refusal(*packed(*sent(*PARTS), *sent(PDF)))
    assert refused.ebms == "EBMS:0007"
    assert "used twice" in refused.why


def test_part_info_that_names_a_part_twice_is_refused() -> None:
    info = PartInfo(DOCUMENT.content_id, DOCUMENT.media_type)
    refused = refusal(*handmade(a_header(parts=(info, info)), sent(DOCUMENT)))
    assert refused.ebms == "EBMS:0007"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b"Content-Transfer-Encoding: binary", b"Content-Transfer-Encoding: base64", "binary"),
        (b"Content-Type: application/pdf", b"Content-Type: application/pdf;\r\n name=x", "folded"),
        (b"Content-Type: application/pdf", b"Content-Type: application/pdf\r\nContent-Type: text/html", "repeated"),
        (b"Content-Type: application/pdf", b"X-Header: 1\r\nContent-Type: application/pdf", "unknown"),
        (b"Content-Type: application/pdf\r\n", b"", "lacks"),
        (b"Content-Type: application/pdf", b"Content-Type: text/html", "not the one that its PartInfo"),
        (b"Content-Type: application/pdf", b"Content-Type: multipart/mixed; boundary=x", "within parts"),
        (b"Content-ID: <readable@", b"Content-ID: readable@", "Content-ID"),
        (b"Content-ID: <readable@", b"Content-ID: <\xe6readable@", "malformed"),
        (b"application/soap+xml; charset=UTF-8", b"application/soap+xml; charset=UTF-7", "UTF-8"),
        (b"application/soap+xml; charset=UTF-8", b"text/xml; charset=UTF-8", "SOAP"),
    ],
)
def test_a_part_header_out_of_order_is_refused(old: bytes, new: bytes, why: str) -> None:
    assert MESSAGE.body.count(old) > 0
    refused = refusal(MESSAGE.content_type, MESSAGE.body.replace(old, new))
    assert refused.ebms == "EBMS:0007"
    assert why in refused.why


@pytest.mark.parametrize(
    "break_body",
    [
        lambda body: b"preamble\r\n" + body,
        lambda body: body + b"epilogue",
        lambda body: body[:-4],
        lambda body: body[: len(body) // 2],
        lambda body: b"",
    ],
    ids=["preamble", "epilogue", "no closing boundary", "cut in half", "empty"],
)
def test_a_body_that_is_not_exactly_its_parts_is_refused(break_body: Callable[[bytes], bytes]) -> None:
    assert refusal(MESSAGE.content_type, break_body(MESSAGE.body)).ebms == "EBMS:0007"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("multipart/related", "multipart/mixed"),
        ("multipart/related", "text/xml"),
        ('type="application/soap+xml"', 'type="text/xml"'),
        ('start="<soap.', 'start="<other.'),
        ('boundary="', 'boundary="x'),
        ('boundary="', 'boundary="x"; boundary="'),
        ("boundary=", "bound="),
        ("boundary=", "start *0*; boundary="),
        ("multipart/related;", "multipart/related;\r\n"),
        ("multipart/related;", "multipart/related" + "; x=y" * 1000 + ";"),
    ],
)
def test_an_http_content_type_out_of_order_is_refused(old: str, new: str) -> None:
    changed = MESSAGE.content_type.replace(old, new, 1)
    assert changed != MESSAGE.content_type
    assert refusal(changed, MESSAGE.body).ebms == "EBMS:0007"


def test_the_first_part_needs_no_content_id_unless_the_package_says_where_it_starts() -> None:
    """As phase4 packs it."""
    own = f"Content-ID: <soap.{MESSAGE.message_id}>\r\n".encode()
    assert MESSAGE.body.count(own) == 1
    body = MESSAGE.body.replace(own, b"")
    start = f'start="<soap.{MESSAGE.message_id}>"; '
    assert open_message(MESSAGE.content_type.replace(start, ""), body, domain().anchors, NOW).parts == PARTS
    assert refusal(MESSAGE.content_type, body).ebms == "EBMS:0007"
    other = f"Content-ID: <{PDF.content_id}>\r\n".encode()
    refused = refusal(MESSAGE.content_type.replace(start, ""), MESSAGE.body.replace(other, b""))
    assert (refused.ebms, "lacks a header" in refused.why) == ("EBMS:0007", True)


def test_one_empty_line_may_stand_before_the_first_part() -> None:
    """As phase4 packs it."""
    assert open_message(MESSAGE.content_type, b"\r\n" + MESSAGE.body, domain().anchors, NOW).parts == PARTS
    for before in (b"\r\n\r\n", b"\n", b" \r\n", b"x\r\n"):
        assert "begin with its boundary" in refusal(MESSAGE.content_type, before + MESSAGE.body).why


def test_headers_without_meaning_may_stand() -> None:
    described = b"Content-Type: application/pdf\r\nContent-Disposition: attachment"
    body = MESSAGE.body.replace(b"Content-Type: application/pdf", described)
    assert open_message(MESSAGE.content_type, body, domain().anchors, NOW).parts == PARTS


def test_more_parts_than_the_limit_are_refused() -> None:
    limits = Limits(parts=3)
    assert open_message(MESSAGE.content_type, MESSAGE.body, domain().anchors, NOW, limits=limits).parts == PARTS
    refused = refusal(*packed(*sent(*PARTS), EXTRA), limits=limits)
    assert refused.ebms == "EBMS:0007"
    assert "more than 3 parts" in refused.why


def test_a_message_larger_than_the_limit_is_refused_unread() -> None:
    limits = Limits(message=len(MESSAGE.body))
    assert open_message(MESSAGE.content_type, MESSAGE.body, domain().anchors, NOW, limits=limits).parts == PARTS
    assert "larger" in refusal(MESSAGE.content_type, MESSAGE.body, Limits(message=len(MESSAGE.body) - 1)).why
    assert "larger" in refusal(MESSAGE.content_type, MESSAGE.body, Limits(soap=len(MESSAGE.soap) - 1)).why


def compressed(packed_content: bytes) -> tuple[UserMessage, list[MimePart]]:
    header = a_header(
        parts=(
            PartInfo(DOCUMENT.content_id, DOCUMENT.media_type),
            PartInfo(EVIDENCE.content_id, EVIDENCE.media_type, compressed=True),
        )
    )
    return header, [*sent(DOCUMENT), MimePart(EVIDENCE.content_id, GZIP, packed_content)]


GZIPPED = gzip.compress(EVIDENCE.content, mtime=0)


def test_a_compressed_part_is_expanded() -> None:
    received = open_message(*handmade(*compressed(GZIPPED)), domain().anchors, NOW)
    assert received.parts == (DOCUMENT, EVIDENCE)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (gzip.compress(b"\0" * 10_000_000), "grows beyond"),
        (EVIDENCE.content, "no gzip"),
        (GZIPPED[:-1], "one gzip member"),
        (GZIPPED + b"\0", "one gzip member"),
        (GZIPPED + GZIPPED, "one gzip member"),
        (b"", "one gzip member"),
    ],
    ids=["bomb", "not gzip", "cut", "trailing byte", "two members", "empty"],
)
def test_a_compressed_part_that_is_no_sane_gzip_is_refused(content: bytes, why: str) -> None:
    refused = refusal(*handmade(*compressed(content)))
    assert (refused.ebms, refused.short) == ("EBMS:0303", "DecompressionFailure")
    assert why in refused.why


def test_parts_that_expand_beyond_a_message_are_refused() -> None:
    content_type, body = handmade(*compressed(gzip.compress(b"<e>" + b"0123456789" * 900 + b"</e>", mtime=0)))
    assert len(open_message(content_type, body, domain().anchors, NOW, limits=Limits(part=10_000)).parts) == 2
    assert "grows beyond" in refusal(content_type, body, Limits(part=9_000)).why
    assert "larger than a message" in refusal(content_type, body, Limits(message=len(body))).why


def test_an_xml_part_that_is_signed_but_not_canonical_is_refused() -> None:
    pretty = replace(EVIDENCE, content=b"<e  >Arbejdernes Landsbank</e>")
    header = replace(
        a_header(), parts=tuple(PartInfo(part.content_id, part.media_type) for part in (DOCUMENT, EVIDENCE))
    )
    assert open_message(*handmade(header, sent(DOCUMENT, EVIDENCE)), domain().anchors, NOW).parts == (
        DOCUMENT,
        EVIDENCE,
    )
    refused = refusal(*handmade(header, sent(DOCUMENT, pretty)))
    assert refused.ebms == "EBMS:0007"
    assert "canonical" in refused.why


def loose(content: bytes) -> tuple[str, bytes]:
    """A message that is signed over the canonical form of its evidence, which travels in another."""
    return MESSAGE.content_type, MESSAGE.body.replace(EVIDENCE.content, content)


@pytest.mark.parametrize(
    "content",
    [
        b'<?xml version="1.0" encoding="UTF-8"?>\n' + EVIDENCE.content,
        EVIDENCE.content.replace(b"<e>", b"<e  >") + b"\r\n",
        EVIDENCE.content.replace(b"<e>", b"<!-- not signed --><e>"),
        EVIDENCE.content.replace(b"A", b"&#65;"),
    ],
    ids=["declaration", "blanks", "comment", "reference"],
)
def test_xml_in_another_form_is_taken_in_the_one_that_was_signed(content: bytes) -> None:
    """As access points on WSS4J send it uncompressed: they digest the canonical form and send what they have."""
    assert content != EVIDENCE.content
    assert open_message(*loose(content), domain().anchors, NOW).parts == PARTS


@pytest.mark.parametrize(
    "content",
    [
        EVIDENCE.content.replace(b"Landsbank", b"Landsbanq"),
        EVIDENCE.content.replace(b"<e>", b'<e a="1">'),
        EVIDENCE.content.replace(b"Landsbank", b" Landsbank"),
        b"<!DOCTYPE e>" + EVIDENCE.content,
        EVIDENCE.content.removesuffix(b"</e>"),
    ],
    ids=["text", "attribute", "blank", "document type", "not well-formed"],
)
def test_xml_whose_canonical_form_was_not_signed_is_refused_like_any_other_content(content: bytes) -> None:
    refused = refusal(*loose(content))
    assert (refused.ebms, "InvalidDigest" in refused.why) == ("EBMS:0101", True)


def test_xml_is_parsed_for_those_alone_who_are_believed_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[bytes] = []

    def parse_and_tell(data: bytes) -> etree._Element:
        parsed.append(data)
        return parse(data)

    foreign = seal_message(a_header(), PARTS, domain().keys["foreign"])
    monkeypatch.setattr("oots.edelivery.parts.parse", parse_and_tell)
    with pytest.raises(TransportError, match="UntrustedError"):
        open_message(foreign.content_type, foreign.body, domain().anchors, NOW)
    assert not parsed
    with pytest.raises(TransportError, match="InvalidDigest"):
        open_message(*loose(b"<e>"), domain().anchors, NOW)
    assert parsed == [DOCUMENT.content, b"<e>"]
    parsed.clear()
    assert open_message(MESSAGE.content_type, MESSAGE.body, domain().anchors, NOW).parts == PARTS
    assert parsed == [DOCUMENT.content, EVIDENCE.content]


def test_xml_in_another_form_may_have_no_more_markup_than_memory_can_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    markup = EVIDENCE.content.count(b"<")
    monkeypatch.setattr("oots.edelivery.parts.MOST_LOOSE_MARKUP", markup)
    assert open_message(*loose(EVIDENCE.content + b" "), domain().anchors, NOW).parts == PARTS
    parsed: list[bytes] = []
    monkeypatch.setattr("oots.edelivery.parts.parse", lambda data: parsed.append(data) or parse(data))
    for more in (b"<!-- -->", b"<?a b?>"):
        refused = refusal(*loose(EVIDENCE.content + more))
        assert (refused.ebms, "InvalidDigest" in refused.why) == ("EBMS:0101", True)
    attribute = EVIDENCE.content.replace(b"<e>", b"<e  xmlns=''>")
    assert refusal(*loose(attribute)).ebms == "EBMS:0101"
    assert set(parsed) == {DOCUMENT.content, EVIDENCE.content}
    monkeypatch.setattr("oots.edelivery.parts.MOST_LOOSE_MARKUP", markup + 1)
    assert open_message(*loose(attribute), domain().anchors, NOW).parts == PARTS
    assert open_message(*loose(EVIDENCE.content + b"<!-- -->"), domain().anchors, NOW).parts == PARTS


def test_xml_in_another_form_may_be_no_longer_than_it_may_take_to_parse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oots.edelivery.parts.MOST_LOOSE_BYTES", len(EVIDENCE.content) + 1)
    assert open_message(*loose(EVIDENCE.content + b" "), domain().anchors, NOW).parts == PARTS
    parsed: list[bytes] = []
    monkeypatch.setattr("oots.edelivery.parts.parse", lambda data: parsed.append(data) or parse(data))
    refused = refusal(*loose(EVIDENCE.content + b"  "))
    assert (refused.ebms, "InvalidDigest" in refused.why) == ("EBMS:0101", True)
    assert EVIDENCE.content + b"  " not in parsed
    monkeypatch.setattr("oots.edelivery.parts.MOST_LOOSE_BYTES", len(EVIDENCE.content) - 1)
    assert open_message(MESSAGE.content_type, MESSAGE.body, domain().anchors, NOW).parts == PARTS, "canonical"


def test_a_part_larger_than_the_limit_is_refused_unread() -> None:
    largest = max(len(part.content) for part in PARTS)
    opened = open_message(MESSAGE.content_type, MESSAGE.body, domain().anchors, NOW, limits=Limits(part=largest))
    assert opened.parts == PARTS
    assert "a part is larger" in refusal(MESSAGE.content_type, MESSAGE.body, Limits(part=largest - 1)).why
