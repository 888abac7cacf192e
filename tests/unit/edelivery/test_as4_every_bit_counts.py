"""No bit of a message can change and leave it acceptable: header, signature, document, evidence and packaging."""

from __future__ import annotations

import pytest

from oots.edelivery.message import Part, SealedMessage, open_message, seal_message
from oots.model.errors import TransportError
from tests.support.edelivery import DENMARK, NOW, PARTS, a_header, domain

MESSAGES = {key: seal_message(a_header(), PARTS, domain().keys[key]) for key in (DENMARK, "P-256")}


def flipped(body: bytes, position: int, bit: int) -> bytes:
    changed = bytearray(body)
    changed[position] ^= 1 << bit
    return bytes(changed)


def is_refused(message: SealedMessage, body: bytes) -> bool:
    try:
        open_message(message.content_type, body, domain().anchors, NOW)
    except TransportError:
        return True
    return False


@pytest.mark.parametrize("key", MESSAGES)
def test_a_flipped_bit_anywhere_is_refused(key: str) -> None:
    message = MESSAGES[key]
    assert not is_refused(message, message.body)
    sampled = range(0, len(message.body), 5)
    unnoticed = [at for at in sampled if not is_refused(message, flipped(message.body, at, at % 8))]
    assert unnoticed == []


@pytest.mark.parametrize("key", MESSAGES)
def test_a_changed_case_of_a_letter_is_refused(key: str) -> None:
    message = MESSAGES[key]
    letters = [at for at, octet in enumerate(message.body) if bytes([octet]).isalpha()]
    unnoticed = [at for at in letters[::5] if not is_refused(message, flipped(message.body, at, 5))]
    assert unnoticed == []


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.media_type)
def test_every_flipped_bit_of_a_part_is_refused(part: Part) -> None:
    message = MESSAGES["P-256"]
    start = message.body.index(part.content)
    positions = range(start, start + len(part.content))
    unnoticed = [
        (at, bit) for at in positions for bit in range(8) if not is_refused(message, flipped(message.body, at, bit))
    ]
    assert unnoticed == []
