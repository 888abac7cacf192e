"""Messages with large parts: sealed without reading them at once, and opened chunk by chunk."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import chain

import pytest
from lxml import etree

from oots.edelivery.compression import GZIP
from oots.edelivery.faults import invalid_header
from oots.edelivery.header import PartInfo, UserMessage
from oots.edelivery.limits import Limits
from oots.edelivery.message import open_message, seal_message
from oots.edelivery.mime import MimePart
from oots.edelivery.parts import InMemory
from oots.edelivery.shape import ds
from oots.model.content import CHUNK, chunks, whole
from oots.model.errors import TransportError
from oots.trust.certificates import Party
from tests.support.contents import Counted, Elsewhere
from tests.support.edelivery import (
    DENMARK,
    DOCUMENT,
    EVIDENCE,
    NOW,
    PDF,
    a_header,
    altered,
    domain,
    handmade,
    repackaged,
    sent,
)

LARGE = b"%PDF-1.7" + hashlib.shake_256(b"a scan").digest(20 * CHUNK)
LARGE_PDF = replace(PDF, content=LARGE)
MESSAGE = seal_message(a_header(), (DOCUMENT, EVIDENCE, LARGE_PDF), domain().keys[DENMARK])
SCAN = "application/octet-stream"


class Noted(InMemory):
    """A sink that tells what became of it, and whether it was given more than a chunk at once."""

    def __init__(self, files: Files) -> None:
        super().__init__()
        self._files = files

    def write(self, data: bytes) -> None:
        self._files.largest = max(self._files.largest, len(data))
        self._files.written += len(data)
        super().write(data)

    def finish(self) -> bytes:
        self._files.finished += 1
        return super().finish()


@dataclass
class Files:
    finished: int = 0
    written: int = 0
    largest: int = 0
    sinks: list[Noted] = field(default_factory=list)

    def __call__(self) -> Noted:
        self.sinks.append(Noted(self))
        return self.sinks[-1]


def refused(content_type: str, source: Counted, files: Files, limits: Limits | None = None) -> TransportError:
    with pytest.raises(TransportError) as caught:
        open_message(content_type, source, domain().anchors, NOW, limits=limits, new_file=files)
    return caught.value


# --- sealing ---


def test_a_part_that_is_kept_elsewhere_is_sealed_unread_and_sent_chunk_by_chunk() -> None:
    elsewhere = Elsewhere(LARGE)
    message = seal_message(a_header(), (DOCUMENT, EVIDENCE, replace(PDF, content=elsewhere)), domain().keys[DENMARK])
    assert elsewhere.readers == []
    assert b"".join(chain.from_iterable(map(chunks, message.pieces))) == MESSAGE.body
    assert [reader.largest for reader in elsewhere.readers] == [CHUNK]
    assert replace(message, pieces=MESSAGE.pieces) == MESSAGE


def test_xml_that_is_kept_elsewhere_is_compressed_as_it_would_be_in_memory() -> None:
    xml = b"<e>" + b"".join(b"<n>%d</n>" % number for number in range(20_000)) + b"</e>"
    message = seal_message(a_header(), (DOCUMENT, replace(EVIDENCE, content=Elsewhere(xml))), domain().keys[DENMARK])
    assert message.header.parts[1].compressed
    assert (
        message.body
        == seal_message(a_header(), (DOCUMENT, replace(EVIDENCE, content=xml)), domain().keys[DENMARK]).body
    )


# --- opening ---


def test_a_message_is_read_and_its_large_part_written_a_chunk_at_a_time() -> None:
    source, files = Counted(MESSAGE.body), Files()
    received = open_message(MESSAGE.content_type, source, domain().anchors, NOW, new_file=files)
    assert (source.count, source.largest) == (len(MESSAGE.body), CHUNK)
    assert (files.finished, files.written) == (1, len(LARGE))
    assert files.largest <= 2 * CHUNK
    assert [whole(part.content) for part in received.parts] == [DOCUMENT.content, EVIDENCE.content, LARGE]


@pytest.mark.parametrize("size", [1, 7, 1000, CHUNK - 1])
def test_a_message_opens_in_whatever_pieces_it_arrives(size: int) -> None:
    small = seal_message(a_header(), (DOCUMENT, EVIDENCE, PDF), domain().keys[DENMARK])

    class Dripping(Counted):
        def read(self, _size: int | None = -1, /) -> bytes:
            return super().read(size)

    received = open_message(small.content_type, Dripping(small.body), domain().anchors, NOW)
    assert received.parts == (DOCUMENT, EVIDENCE, PDF)


def spoil_signature(root: etree._Element) -> None:
    next(root.iter(ds("SignatureValue"))).text = "AAAA" * 85 + "AA=="


def test_a_bad_signature_is_refused_before_the_parts_are_read() -> None:
    content_type, body = repackaged(altered(MESSAGE.soap, spoil_signature), DOCUMENT, EVIDENCE, LARGE_PDF)
    source, files = Counted(body), Files()
    assert refused(content_type, source, files).why.startswith("InvalidSignature")
    assert (source.count <= 2 * CHUNK, files.sinks) == (True, [])


def test_whom_the_access_point_does_not_believe_is_refused_before_the_parts_are_read() -> None:
    def nobody(header: UserMessage, signer: Party) -> None:
        assert (header.message_id, signer.party_id) == (MESSAGE.message_id, DENMARK)
        raise invalid_header("addressed to nobody")

    source, files = Counted(MESSAGE.body), Files()
    with pytest.raises(TransportError, match="addressed to nobody"):
        open_message(MESSAGE.content_type, source, domain().anchors, NOW, believe=nobody, new_file=files)
    assert (source.count <= 2 * CHUNK, files.sinks) == (True, [])


def test_a_changed_byte_at_the_end_of_the_last_part_is_refused_and_nothing_is_finished() -> None:
    at = MESSAGE.body.rindex(LARGE[-100:])
    changed = MESSAGE.body[:at] + bytes([MESSAGE.body[at] ^ 1]) + MESSAGE.body[at + 1 :]
    files = Files()
    fault = refused(MESSAGE.content_type, Counted(changed), files)
    assert (fault.ebms, fault.why.startswith("InvalidDigest"), files.finished) == ("EBMS:0101", True, 0)


def test_a_part_that_grows_too_large_is_refused_before_the_rest_is_read() -> None:
    source, files, limits = Counted(MESSAGE.body), Files(), Limits(part=2 * CHUNK)
    fault = refused(MESSAGE.content_type, source, files, limits)
    assert (fault.ebms, f"larger than {2 * CHUNK} bytes" in fault.why, files.finished) == ("EBMS:0007", True, 0)
    assert source.count <= 5 * CHUNK


def test_a_message_that_grows_too_large_is_refused_before_the_rest_is_read() -> None:
    source, files, limits = Counted(MESSAGE.body), Files(), Limits(message=3 * CHUNK)
    fault = refused(MESSAGE.content_type, source, files, limits)
    assert (fault.ebms, f"larger than {3 * CHUNK} bytes" in fault.why, files.finished) == ("EBMS:0007", True, 0)
    assert source.count <= 5 * CHUNK


def test_a_part_that_the_header_does_not_name_is_not_read() -> None:
    extra = MimePart("extra@ap-dk-01.oots.example", "application/pdf", LARGE)
    content_type, body = handmade(
        a_header(parts=(PartInfo(DOCUMENT.content_id, DOCUMENT.media_type),)),
        [*sent(DOCUMENT), extra],
        covered=sent(DOCUMENT),
    )
    source, files = Counted(body), Files()
    assert "same set" in refused(content_type, source, files).why
    assert (source.count <= 2 * CHUNK, files.sinks) == (True, [])


# --- compressed parts that are no XML ---


def compressed(packed: bytes) -> tuple[str, bytes]:
    infos = (PartInfo(DOCUMENT.content_id, DOCUMENT.media_type), PartInfo(PDF.content_id, SCAN, compressed=True))
    return handmade(a_header(parts=infos), [*sent(DOCUMENT), MimePart(PDF.content_id, GZIP, packed)])


def test_a_compressed_part_is_expanded_while_it_arrives() -> None:
    content = LARGE[: 4 * CHUNK] + b"\0" * (8 * CHUNK)
    content_type, body = compressed(gzip.compress(content, mtime=0))
    source, files = Counted(body), Files()
    received = open_message(content_type, source, domain().anchors, NOW, new_file=files)
    assert received.parts[1].content == content
    assert (files.finished, files.written, files.largest <= CHUNK) == (1, len(content), True)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda packed: packed[:-1], "one gzip member"),
        (lambda packed: packed + b"\0", "one gzip member"),
        (lambda packed: packed[:1000] + b"\xff" * 100 + packed[1100:], "no gzip stream"),
        (lambda packed: gzip.compress(b"\0" * 3_000_000, mtime=0), "grows beyond"),
    ],
    ids=["cut", "a byte more", "broken", "a bomb"],
)
def test_a_part_that_does_not_expand_lawfully_leaves_nothing(spoil: Callable[[bytes], bytes], why: str) -> None:
    packed = gzip.compress(LARGE, mtime=0)
    open_message(*compressed(packed), domain().anchors, NOW)
    files = Files()
    content_type, body = compressed(spoil(packed))
    fault = refused(content_type, Counted(body), files)
    assert (fault.ebms, why in fault.why, files.finished) == ("EBMS:0303", True, 0)


def test_a_part_that_was_changed_on_its_way_is_not_blamed_for_what_its_sender_did_not_send() -> None:
    content_type, body = compressed(packed := gzip.compress(LARGE, mtime=0))
    at = body.index(packed) + 1000
    fault = refused(content_type, Counted(body[:at] + b"\xff" * 100 + body[at + 100 :]), Files())
    assert fault.why.startswith("InvalidDigest")


def test_a_bomb_is_not_written_beyond_the_limit() -> None:
    content_type, body = compressed(gzip.compress(b"\0" * 5_000_000, mtime=0))
    files = Files()
    assert "grows beyond" in refused(content_type, Counted(body), files, Limits(part=2 * CHUNK)).why
    assert files.written <= 3 * CHUNK
