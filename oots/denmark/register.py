"""The register that stands in for CPR: persons out of a file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from oots.denmark.cpr import CprPerson
from oots.denmark.municipality import municipalities
from oots.model.errors import ConfigurationError

STANDARD_FILE = Path(__file__).parent / "data" / "persons.toml"
_PERSON = TypeAdapter(CprPerson)
_REFERENCES = (
    ("civilstand", "aegtefaelle"),
    ("foraeldremyndighed", "indehaver"),
    ("delt_bopael", "hos"),
    ("vaergemaal", "vaerge"),
)


class CprRegister:
    """Persons of one file, as it was when it was read."""

    def __init__(self, persons: tuple[CprPerson, ...]) -> None:
        self.persons = persons
        self._by_id = {person.id: person for person in persons}

    @classmethod
    def from_file(cls, path: Path | None) -> CprRegister:
        """The persons of a TOML file with `[[person]]` tables, or of the packaged one.

        Raises ConfigurationError that names every fault at once, by place and never by content.
        """
        file = path or STANDARD_FILE
        tables = _tables(file)
        faults = [f"{file}: {fault}" for number, table in enumerate(tables, 1) for fault in _faults(number, table)]
        faults.extend(f"{file}: {fault}" for fault in (*_doubled(tables), *_unknown(tables)))
        if faults:
            raise ConfigurationError(*faults)
        return cls(tuple(_PERSON.validate_python(table) for table in tables))

    def person(self, person_id: str) -> CprPerson:
        """The record with this key; raises LookupError."""
        try:
            return self._by_id[person_id]
        except KeyError:
            raise LookupError("the register has no such record") from None


def _tables(file: Path) -> list[object]:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise ConfigurationError(f"{file}: no readable TOML ({type(problem).__name__})") from None
    tables = content.pop("person", None)
    if content or not isinstance(tables, list) or not tables:
        raise ConfigurationError(f"{file}: holds [[person]] tables, at least one, and nothing else")
    return tables


def _faults(number: int, table: object) -> Iterator[str]:
    try:
        person = _PERSON.validate_python(table)
    except ValidationError as problem:
        for error in problem.errors(include_url=False, include_input=False, include_context=False):
            place = ".".join(map(str, error["loc"]))
            yield f"person {number}: {place}: {error['msg']}" if place else f"person {number}: {error['msg']}"
        return
    for row, address in enumerate(person.adresser):
        if address.kommunekode not in municipalities():
            yield f"person {number}: adresser.{row}.kommunekode: no Danish municipality has this code"


def _unknown(tables: list[object]) -> Iterator[str]:
    """Records that speak of a spouse, parent, child or guardian whom the file does not have."""
    known = {table.get("id") for table in tables if isinstance(table, dict) and isinstance(table.get("id"), str)}
    for number, table in enumerate(tables, 1):
        for field, key in _REFERENCES:
            rows = table.get(field) if isinstance(table, dict) else None
            for at, row in enumerate(rows if isinstance(rows, list) else []):
                if isinstance(row, dict) and row.get(key, None) not in (None, *known):
                    yield f"person {number}: {field}.{at}.{key}: no person of the file has this id"


def _doubled(tables: list[object]) -> Iterator[str]:
    for key in ("id", "personnummer"):
        seen: dict[str, int] = {}
        for number, table in enumerate(tables, 1):
            value = table.get(key) if isinstance(table, dict) else None
            if isinstance(value, str) and (first := seen.setdefault(value, number)) != number:
                yield f"person {number}: {key}: person {first} has the same"
