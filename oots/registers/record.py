"""A record of CPR as tables: every row with when it was true and when it was believed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date

from oots.denmark.cpr import CprAdresse, CprPerson, Navn, Raekke, Raekkestatus
from oots.web.words import Words

_OF_EVERY_ROW = {field.name for field in fields(Raekke)}
_TITLES = {
    "adresser": Words("Adresser", "Addresses"),
    "civilstand": Words("Civilstand", "Civil status"),
    "statsborgerskab": Words("Statsborgerskab", "Citizenship"),
    "tidligere_navne": Words("Tidligere navne", "Former names"),
    "tidligere_personnumre": Words("Tidligere personnumre", "Former numbers"),
    "foraeldremyndighed": Words("Forældremyndighed", "Custody"),
    "delt_bopael": Words("Delt bopæl", "Second home of a child"),
    "vaergemaal": Words("Værgemål", "Guardianship"),
    "udrejse": Words("Udrejse", "Departure"),
}
STATUS = {
    Raekkestatus.AKTUEL: Words("aktuel", "current"),
    Raekkestatus.HISTORISK: Words("historisk", "historic"),
    Raekkestatus.RETTET: Words("rettet", "corrected"),
    Raekkestatus.FORTRUDT: Words("fortrudt", "regretted"),
    Raekkestatus.TEKNISK_AENDRING: Words("teknisk ændring", "technical change"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A field under CPR's own name; `person` is the key of the record that its value names."""

    name: str
    value: str
    person: str | None = None


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row and its fields; `hidden` where they must not be seen."""

    row: Raekke
    status: Words
    facts: tuple[Fact, ...]
    hidden: bool


@dataclass(frozen=True, slots=True)
class Section:
    """All rows of a kind, the present ones first."""

    title: Words
    rows: tuple[ShownRow, ...]


def hides_address(person: CprPerson, today: date) -> bool:
    """Whether nobody may learn where the person lives."""
    return person.paragraf_6_stk_6 or person.protected(today)


def sections(person: CprPerson, known: date | None, today: date, names: Mapping[str, str]) -> Sequence[Section]:
    """The record's rows by kind; with `known` those that the register believed on that day. `names` are by key."""
    secret = hides_address(person, today)
    shown = []
    for field, title in _TITLES.items():
        rows: Sequence[Raekke] = getattr(person, field)
        kept = [row for row in rows if known is None or row.believed(known)]
        if kept:
            shown.append(Section(title, tuple(_row(row, names, secret) for row in kept)))
    return shown


def _row(row: Raekke, names: Mapping[str, str], secret: bool) -> ShownRow:
    hidden = secret and isinstance(row, CprAdresse)
    return ShownRow(row, STATUS[row.status], () if hidden else tuple(_facts(row, names)), hidden)


def _facts(row: Raekke, names: Mapping[str, str]) -> Iterator[Fact]:
    for field in fields(row):
        value = getattr(row, field.name)
        if field.name in _OF_EVERY_ROW or value is None or value == ():
            continue
        if isinstance(value, Navn):
            yield Fact(field.name, value.adresseringsnavn)
        elif isinstance(value, tuple):
            yield Fact(field.name, ", ".join(value))
        elif value in names:
            yield Fact(field.name, names[value], value)
        else:
            yield Fact(field.name, str(value))
