"""Shown, sent and received, field by field and digest by digest, out of lines of both journals."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from oots.exchange.journal import Entry, EvidencePart, JournalEntry
from oots.exchange.journals import Line
from oots.inspector.evidence import Piece, Same, pieces_of, received_as_released
from oots.inspector.laid_open import LaidOpen
from oots.model.fields import FieldTold, KnownField, KnownFields, Standing, Why
from oots.model.text import Text

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
MAIN = EvidencePart("main", "1@dk", "application/xml", "aa", 10)
LETTER = EvidencePart("letter", "2@dk", "application/pdf", "bb", 20)
NAME = FieldTold("Person/Fornavne", Standing.RELEASED, None, "main")
BIRTH = FieldTold("Person/Foedested", Standing.RELEASED, None, "main")
NUMBER = FieldTold("CPR Personnummer", Standing.WITHHELD, Why.NEVER, "main")
KNOWN = KnownFields(
    (Text("DA", "Attest"),),
    (
        KnownField("Person/Fornavne", (Text("DA", "Fornavne"),)),
        KnownField("Person/Foedested", (Text("DA", "Fødested"),), always=False),
        KnownField("CPR Personnummer", (), because=(Text("DA", "Unødvendigt."),)),
    ),
)


def exchange(
    shown: tuple[EvidencePart, ...] = (MAIN, LETTER),
    sent: tuple[EvidencePart, ...] = (MAIN, LETTER),
    received: tuple[EvidencePart, ...] = (MAIN, LETTER),
    found: tuple[FieldTold, ...] = (NAME, BIRTH),
) -> LaidOpen:
    told = (
        ("provider", Entry.PREVIEW_OPENED, shown, ()),
        ("provider", Entry.RESPONSE_SENT, sent, (NAME, BIRTH, NUMBER)),
        ("requester", Entry.RESPONSE_RECEIVED, received, found),
    )
    lines = [
        Line(service, number, JournalEntry(NOON, entry, evidence=parts, fields=fields))
        for number, (service, entry, parts, fields) in enumerate(told)
    ]
    return LaidOpen("x", tuple(lines), ())


def only(pieces: tuple[Piece, ...]) -> Piece:
    (piece,) = pieces
    return piece


def test_the_letter_belongs_to_the_piece_whose_fields_were_named() -> None:
    piece = only(pieces_of(exchange(), KNOWN, (), masked=False))
    assert [each.part for each in piece.documents] == [MAIN, LETTER]
    assert (piece.released, piece.by_provider) == (True, True)


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ({}, (Same.SAME, Same.SAME, Same.SAME)),
        ({"shown": (replace(MAIN, sha256="cc"), LETTER)}, (Same.DIFFERENT, Same.SAME, Same.DIFFERENT)),
        ({"received": (replace(MAIN, sha256="cc"), LETTER)}, (Same.SAME, Same.DIFFERENT, Same.DIFFERENT)),
        ({"shown": ()}, (Same.UNKNOWN, Same.SAME, Same.UNKNOWN)),
    ],
)
def test_other_bytes_than_were_shown_or_sent_are_noticed(
    changed: dict[str, tuple[EvidencePart, ...]], same: tuple[Same, ...]
) -> None:
    main, letter = only(pieces_of(exchange(**changed), KNOWN, (), masked=False)).documents
    assert (main.shown_is_sent, main.sent_is_received, main.shown_is_received) == same
    assert letter.sent_is_received is Same.SAME


@pytest.mark.parametrize(
    ("found", "same"),
    [
        ((NAME, BIRTH), Same.SAME),
        ((NAME,), Same.DIFFERENT),
        ((NAME, BIRTH, NUMBER), Same.DIFFERENT),
        ((), Same.UNKNOWN),
    ],
)
def test_another_field_than_was_released_is_noticed(found: tuple[FieldTold, ...], same: Same) -> None:
    assert received_as_released(exchange(found=found)) is same


def test_masked_hides_only_what_not_every_document_has_and_all_where_the_type_is_unknown() -> None:
    def hidden(known: KnownFields | None, *, masked: bool) -> list[bool]:
        return [row.hidden for row in only(pieces_of(exchange(), known, (), masked=masked)).rows]

    assert hidden(KNOWN, masked=True) == [False, True, False]
    assert hidden(None, masked=True) == [True, True, False]
    assert hidden(KNOWN, masked=False) == [False, False, False]
