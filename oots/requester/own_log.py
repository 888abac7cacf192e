"""How the portal calls a person in her own log."""

from __future__ import annotations

from collections.abc import Iterator

from oots.model.person import NaturalPerson, Subject, identifier_of

NATURAL, LEGAL = "natural", "legal"


def called(person: Subject | None) -> tuple[str, ...]:
    """The kind of the eIDAS identifier, and that: persons and companies are numbered apart from each other. Nothing for
    nobody, and for whoever has none."""
    identifier = identifier_of(person)
    return (NATURAL if isinstance(person, NaturalPerson) else LEGAL, identifier) if identifier else ()


def calls(subject: Subject, representative: Subject | None) -> Iterator[tuple[str, ...]]:
    """By her eIDAS identifier; and, where somebody acted for her, that one by both: a representative finds what she
    asked herself, and nothing else about whom she acts for."""
    own, acting = called(subject), called(representative)
    if own:
        yield own
    if own and acting:
        yield (*own, *acting)
