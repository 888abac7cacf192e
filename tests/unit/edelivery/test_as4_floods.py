"""Envelopes made to cost time before anyone knows who sent them: refused by counting, before they are parsed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from lxml import etree

from oots.edelivery import mime
from oots.edelivery.limits import Limits
from oots.edelivery.message import open_message, seal_message
from oots.edelivery.profile import EXCLUSIVE_C14N
from oots.edelivery.shape import ds
from oots.edelivery.soap import MOST_MARKUP
from oots.model.content import CHUNK
from oots.model.errors import TransportError
from oots.wire.xml import parse
from tests.support.contents import Counted
from tests.support.edelivery import DENMARK, NOW, PARTS, PDF, a_header, altered, domain, repackaged, resigned

MESSAGE = seal_message(a_header(), PARTS, domain().keys[DENMARK])


def refusal(content_type: str, body: bytes) -> TransportError:
    with pytest.raises(TransportError) as caught:
        open_message(content_type, body, domain().anchors, NOW)
    return caught.value


def opens(envelope: bytes) -> bool:
    return open_message(*repackaged(envelope, *PARTS), domain().anchors, NOW).parts == PARTS


FLOODS = {
    "tags": b"<a/>" * MOST_MARKUP,
    "attributes": b"<a b='' c='' d='' e=''/>" * (MOST_MARKUP // 4),
    "signs of equality": b"=" * MOST_MARKUP,
    "character references": b"&#65;" * (MOST_MARKUP + 1),
    "CDATA sections": b"<![CDATA[]]>" * MOST_MARKUP,
}


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
def test_a_flooded_envelope_is_refused_unparsed(flood: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[bytes] = []

    def parse_and_tell(data: bytes) -> etree._Element:
        parsed.append(data)
        return parse(data)

    monkeypatch.setattr("oots.edelivery.soap.parse", parse_and_tell)
    assert opens(MESSAGE.soap)
    assert parsed == [MESSAGE.soap]
    refused = refusal(*repackaged(MESSAGE.soap.replace(b"<eb:PartyInfo>", flood + b"<eb:PartyInfo>"), *PARTS))
    assert (refused.ebms, parsed) == ("EBMS:0009", [MESSAGE.soap])
    assert str(MOST_MARKUP) in refused.why


def with_prefixes(prefixes: str) -> Callable[[etree._Element], None]:
    def change(root: etree._Element) -> None:
        (method,) = root.iter(ds("CanonicalizationMethod"))
        etree.SubElement(method, f"{{{EXCLUSIVE_C14N}}}InclusiveNamespaces", PrefixList=prefixes)

    return change


def test_a_list_of_prefixes_is_as_long_as_an_envelope_has_use_for() -> None:
    assert opens(resigned(MESSAGE.soap, with_prefixes("xs xsi")))
    refused = refusal(*repackaged(resigned(MESSAGE.soap, with_prefixes("xs xsi " * 40)), *PARTS))
    assert (refused.ebms, refused.why) == ("EBMS:0101", "ProfileError: a list of prefixes is too long")


@pytest.mark.parametrize("tag", [ds("SignatureValue"), ds("DigestValue")])
def test_a_base64_text_without_end_is_refused_undecoded(tag: str) -> None:
    def lengthen(root: etree._Element) -> None:
        next(root.iter(tag)).text = "A" * 20_000

    assert opens(MESSAGE.soap)
    refused = refusal(*repackaged(altered(MESSAGE.soap, lengthen), *PARTS))
    assert (refused.ebms, refused.why) == ("EBMS:0101", f"ProfileError: {etree.QName(tag).localname} is too long")


@pytest.mark.parametrize(
    "content_type",
    [
        MESSAGE.content_type + ";" * 3_900,
        MESSAGE.content_type + "; a=b" * 20,
        MESSAGE.content_type + "(" * 1_000,
        MESSAGE.content_type.replace('boundary="', 'boundary="b"; old="'),
    ],
    ids=["semicolons", "parameters", "comments", "a boundary of one letter"],
)
def test_a_flooded_content_type_is_refused(content_type: str) -> None:
    assert opens(MESSAGE.soap)
    assert refusal(content_type, MESSAGE.body).ebms == "EBMS:0007"


BOUNDARY = b"--bbbbbbbb\r\n"
HEADERS = b"Content-Type: %s\r\nContent-ID: <a@b>\r\nContent-Transfer-Encoding: binary\r\n\r\n"
ENVELOPE = BOUNDARY + HEADERS % b"application/soap+xml"
ENDLESS = {
    "an envelope without end": BOUNDARY + b"b" * 1_000_000,
    "an envelope that is too large": ENVELOPE + b"b" * 1_000_000 + b"\r\n--bbbbbbbb--",
    "an envelope that is too large by one": ENVELOPE + b"b" * 1_001 + b"\r\n--bbbbbbbb--",
    "a part without end": ENVELOPE + b"<a/>\r\n" + BOUNDARY + b"b" * 1_000_000,
    "a part of headers": ENVELOPE + b"<a/>\r\n" + BOUNDARY + b"A: b\r\n" * 100_000,
}


def take_apart(source: Counted, limits: Limits) -> list[int]:
    """The lengths of envelope and parts."""
    arriving = mime.Arriving('multipart/related; boundary="bbbbbbbb"', source, limits)
    return [len(arriving.soap()), *(sum(map(len, part.content)) for part in arriving.parts())]


@pytest.mark.parametrize("body", ENDLESS.values(), ids=ENDLESS)
def test_a_part_is_not_read_beyond_the_size_that_it_may_have(body: bytes) -> None:
    limits = Limits(soap=1_000, part=10_000)
    assert take_apart(Counted(ENVELOPE + b"b" * 1_000 + b"\r\n--bbbbbbbb--"), limits) == [1_000]
    source = Counted(body)
    with pytest.raises(TransportError) as caught:
        take_apart(source, limits)
    assert (caught.value.ebms, source.largest, source.count <= 3 * CHUNK) == ("EBMS:0007", CHUNK, True)


def test_a_message_of_25_parts_is_far_from_any_of_these_limits() -> None:
    parts = [replace(PDF, content_id=f"part{number}@ap-dk-01.oots.example") for number in range(25)]
    message = seal_message(a_header(), parts, domain().keys[DENMARK])
    assert len(open_message(message.content_type, message.body, domain().anchors, NOW).parts) == 25
    assert message.soap.count(b"<") < MOST_MARKUP / 3
    assert len(message.soap) < Limits().soap / 6
