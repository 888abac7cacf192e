"""Sealing and opening of messages that are in order, and what sealing refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oots.edelivery.header import EXECUTE_QUERY_REQUEST, PartInfo
from oots.edelivery.message import OpenedMessage, Part, SealedMessage, open_message, seal_message
from oots.edelivery.shape import SHA256
from oots.edelivery.signature import SignedDigest
from tests.support.edelivery import DENMARK, DOCUMENT, EVIDENCE, NOW, PARTS, PDF, a_header, domain

BIG_EVIDENCE = replace(EVIDENCE, content=b"<e>" + b"".join(b"<n>%d</n>" % n for n in range(20_000)) + b"</e>")


def sealed(*parts: Part, by: str = DENMARK) -> SealedMessage:
    return seal_message(a_header(), parts, domain().keys[by])


def opened(message: SealedMessage) -> OpenedMessage:
    return open_message(message.content_type, message.body, domain().anchors, NOW)


@pytest.mark.parametrize("key", [DENMARK, "P-256"])
def test_a_sealed_message_opens_to_the_same_header_and_parts(key: str) -> None:
    message = sealed(*PARTS, by=key)
    received = opened(message)
    assert received.header == message.header
    assert received.parts == PARTS
    assert received.digests == message.digests
    assert received.soap == message.soap
    assert received.signer.party_id == DENMARK
    assert received.certificate == domain().keys[key].certificate


def test_the_header_names_every_part_in_order() -> None:
    assert sealed(*PARTS).header.parts == tuple(PartInfo(part.content_id, part.media_type) for part in PARTS)


def test_a_message_of_the_document_alone_opens() -> None:
    header = a_header(action=EXECUTE_QUERY_REQUEST)
    message = seal_message(header, [DOCUMENT], domain().keys[DENMARK])
    assert opened(message).parts == (DOCUMENT,)


def test_a_reference_to_another_message_is_kept() -> None:
    header = a_header(ref_to_message_id="earlier@ap-lt-01.oots.example")
    message = seal_message(header, PARTS, domain().keys[DENMARK])
    assert opened(message).header.ref_to_message_id == "earlier@ap-lt-01.oots.example"


@pytest.mark.parametrize("key", [DENMARK, "P-256"])
def test_equal_arguments_give_equal_bytes(key: str) -> None:
    assert sealed(DOCUMENT, BIG_EVIDENCE, PDF, by=key) == sealed(DOCUMENT, BIG_EVIDENCE, PDF, by=key)


def test_every_part_header_and_body_has_a_signed_digest() -> None:
    expected = ["#messaging", "#body", *(f"cid:{part.content_id}" for part in PARTS)]
    digests = sealed(*PARTS).digests
    assert [digest.uri for digest in digests] == expected
    assert digests[1] == SignedDigest("#body", "OD6+UlGjI0MCZv5VgTYXFavWf0+dd0VE0kVmbDX7RWs=", SHA256)


def test_large_evidence_in_xml_travels_compressed_and_arrives_expanded() -> None:
    message = sealed(DOCUMENT, BIG_EVIDENCE)
    assert [part.compressed for part in message.header.parts] == [False, True]
    assert len(message.body) < len(BIG_EVIDENCE.content)
    assert opened(message).parts == (DOCUMENT, BIG_EVIDENCE)


def test_pdf_small_evidence_and_the_document_are_never_compressed() -> None:
    big_document = replace(DOCUMENT, content=BIG_EVIDENCE.content)
    big_pdf = replace(PDF, content=PDF.content * 5_000)
    message = sealed(big_document, EVIDENCE, big_pdf)
    assert not any(part.compressed for part in message.header.parts)
    assert opened(message).parts == (big_document, EVIDENCE, big_pdf)


def test_evidence_that_would_look_like_a_gzip_bomb_travels_as_it_is() -> None:
    monotonous = replace(EVIDENCE, content=b"<e>" + b"0" * 200_000 + b"</e>")
    message = sealed(DOCUMENT, monotonous)
    assert not message.header.parts[1].compressed
    assert opened(message).parts == (DOCUMENT, monotonous)


def test_a_part_that_holds_the_boundary_gets_another_boundary() -> None:
    plain = sealed(DOCUMENT, PDF)
    boundary = plain.content_type.partition('boundary="')[2].rstrip('"')
    spiteful = replace(PDF, content=f"\r\n--{boundary}--\r\n".encode())
    message = sealed(DOCUMENT, spiteful)
    assert f'boundary="{boundary}"' not in message.content_type
    assert opened(message).parts == (DOCUMENT, spiteful)


@pytest.mark.parametrize("content", [b"", b"\r\n", b"\r\n\r\n--", b"\x00\xff" * 10])
def test_binary_parts_arrive_octet_by_octet(content: bytes) -> None:
    assert opened(sealed(DOCUMENT, replace(PDF, content=content))).parts[1].content == content


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"content": b"<?xml version='1.0'?><e>Arbejdernes Landsbank</e>"}, "canonical form"),
        ({"content_id": "evidence"}, "left@right"),
        ({"content_id": "evi dence@x"}, "left@right"),
        ({"content_id": DOCUMENT.content_id}, "unique"),
    ],
)
def test_sealing_refuses_what_no_receiver_would_take(change: dict[str, str], why: str) -> None:
    sealed(DOCUMENT, EVIDENCE)
    with pytest.raises(ValueError, match=why):
        sealed(DOCUMENT, replace(EVIDENCE, **change))
