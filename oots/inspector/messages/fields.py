"""What a page says in labelled fields, in both languages, and which of them are about a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from oots.inspector.masking import Veil
from oots.model.text import Text, in_language
from oots.web.words import Words, exactly

YES, NO = Words("Ja", "Yes"), Words("Nej", "No")
NOT_SAID = Words("Ikke oplyst", "Not said")


@dataclass(frozen=True, slots=True)
class Field:
    """One label with its value. `personal` is about a person and is not shown while masked; `hint` says what it means,
    `link` leads to more within the inspector."""

    label: Words
    value: Words
    personal: bool = False
    hint: Words | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Fields under one heading."""

    heading: Words
    fields: tuple[Field, ...]


def shown(groups: Iterable[Group], veil: Veil) -> tuple[Group, ...]:
    """The groups as somebody may see them."""
    return tuple(replace(group, fields=tuple(veiled(each, veil) for each in group.fields)) for group in groups)


def veiled(field: Field, veil: Veil) -> Field:
    """The field as somebody may see it."""
    hide = veil.personal if field.personal else veil.text
    hint = None if field.hint is None else Words(*map(veil.text, field.hint))
    return replace(field, value=Words(*map(hide, field.value)), hint=hint)


def same(text: str) -> Words:
    """A text that is the same in both languages."""
    return Words(text, text)


def in_both(texts: Iterable[Text]) -> Words:
    """Texts of a message, in each language of the pages."""
    known = tuple(texts)
    return Words(in_language(known, "da"), in_language(known, "en"))


def at_moment(moment: datetime) -> Words:
    """A moment in Danish local time, with seconds."""
    return Words(exactly(moment, "da").striptags(), exactly(moment, "en").striptags())


def yes_or_no(said: bool) -> Words:
    return YES if said else NO
