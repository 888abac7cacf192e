"""What the directories hold, read from a folder of TOML files and checked as a whole."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from oots.common_services.entry_tables import (
    AccessServiceTable,
    DataServiceTable,
    EvidenceTypeListTable,
    EvidenceTypeTable,
    RequirementTable,
    Table,
)
from oots.model.catalogue import (
    AccessService,
    DataService,
    EvidenceTypesOfRequirement,
    Publisher,
    RequirementOfProcedures,
)
from oots.model.errors import ConfigurationError
from oots.model.evidence import EvidenceType

AnyTable = TypeVar("AnyTable", bound=Table)

STANDARD_ENTRIES = Path(__file__).parent / "data"
"""The folder that serves when no other is configured: Danish residence certificates, answered by Aarhus."""

KINDS: dict[str, type[Table]] = {
    "requirement": RequirementTable,
    "evidence_type": EvidenceTypeTable,
    "evidence_type_list": EvidenceTypeListTable,
    "access_service": AccessServiceTable,
    "data_service": DataServiceTable,
}

REFERENCES = {
    "evidence_type_list": {"requirement": "requirement", "evidence_types": "evidence_type"},
    "data_service": {"evidence_type": "evidence_type", "access_services": "access_service"},
}
"""By kind of table: which key names tables of which other kind."""


@dataclass(frozen=True, slots=True)
class Entries:
    """The data set of both directories; `evidence_types` has one element per requirement, of all countries."""

    requirements: tuple[RequirementOfProcedures, ...]
    evidence_types: tuple[EvidenceTypesOfRequirement, ...]
    classifications: frozenset[str]
    data_services: tuple[DataService, ...]

    def published_by(self, publisher: Publisher) -> Entries:
        """The same entries, with `publisher` behind every access service of its country."""
        return replace(self, data_services=tuple(_republished(service, publisher) for service in self.data_services))


@dataclass(frozen=True, slots=True)
class _Found:
    """One table as it stands in its file; `place` names it for people."""

    kind: str
    place: str
    table: dict[str, Any]

    @property
    def identifier(self) -> object:
        return self.table.get("identifier")


def load_entries(folder: Path) -> Entries:
    """All tables of all `*.toml` files in `folder`; raises ConfigurationError that names every fault at once."""
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise ConfigurationError(f"{folder} holds no entry file (*.toml)")
    faults: list[str] = []
    found: list[_Found] = []
    for file in files:
        try:
            found.extend(_tables(file))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, ConfigurationError) as fault:
            faults.append(f"{file.name}: {fault}")
    whole = not faults
    faults.extend(fault for table in found for fault in _faults_inside(table))
    faults.extend(_doubled(found))
    if whole:
        faults.extend(_dangling(found))
    if faults:
        raise ConfigurationError(*faults)
    return _entries(found)


def _republished(service: DataService, publisher: Publisher) -> DataService:
    country = publisher.jurisdiction_country
    return replace(
        service,
        access_services=tuple(
            replace(access, publisher=publisher) if access.publisher.jurisdiction_country == country else access
            for access in service.access_services
        ),
    )


def _tables(file: Path) -> list[_Found]:
    content = tomllib.loads(file.read_text(encoding="utf-8"))
    return [
        _Found(kind, f"{file.name}: {kind} {number}", table)
        for kind, tables in content.items()
        for number, table in enumerate(_array_of_tables(kind, tables), start=1)
    ]


def _array_of_tables(kind: str, tables: object) -> list[dict[str, Any]]:
    if kind not in KINDS:
        raise ConfigurationError(f"{kind} is no kind of entry; known are {', '.join(KINDS)}")
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ConfigurationError(f"{kind} is written [[{kind}]]")
    return tables


def _faults_inside(found: _Found) -> Iterator[str]:
    try:
        KINDS[found.kind].model_validate(found.table)
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            yield f"{found.place}: {'.'.join(map(str, fault['loc']))}: {fault['msg']}"


def _doubled(found: list[_Found]) -> Iterator[str]:
    seen: set[tuple[str, str]] = set()
    for table in found:
        key = (table.kind, str(table.identifier))
        if table.identifier is not None and key in seen:
            yield f"{table.place}: identifier: {table.identifier} stands twice"
        seen.add(key)


def _dangling(found: list[_Found]) -> Iterator[str]:
    known = {(table.kind, str(table.identifier)) for table in found}
    for table in found:
        for key, kind in REFERENCES.get(table.kind, {}).items():
            for named in _named(table.table.get(key)):
                if (kind, named) not in known:
                    yield f"{table.place}: {key}: there is no {kind} {named}"


def _named(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [] if value is None else [str(value)]


def _read(found: list[_Found], shape: type[AnyTable]) -> list[AnyTable]:
    return [shape.model_validate(table.table) for table in found if KINDS[table.kind] is shape]


def _entries(found: list[_Found]) -> Entries:
    requirements = _read(found, RequirementTable)
    types = {table.identifier: table.read() for table in _read(found, EvidenceTypeTable)}
    lists = _read(found, EvidenceTypeListTable)
    access_services = {table.identifier: table.read() for table in _read(found, AccessServiceTable)}
    return Entries(
        requirements=tuple(_of_procedures(table) for table in requirements),
        evidence_types=tuple(_of_requirement(table, lists, types) for table in requirements),
        classifications=frozenset(types),
        data_services=tuple(_data_service(table, types, access_services) for table in _read(found, DataServiceTable)),
    )


def _of_procedures(table: RequirementTable) -> RequirementOfProcedures:
    return RequirementOfProcedures(table.read(), tuple(framework.read() for framework in table.framework))


def _of_requirement(
    requirement: RequirementTable, lists: list[EvidenceTypeListTable], types: dict[str, EvidenceType]
) -> EvidenceTypesOfRequirement:
    return EvidenceTypesOfRequirement(
        requirement.read(),
        tuple(table.read(types) for table in lists if table.requirement == requirement.identifier),
        tuple(framework.read() for framework in requirement.framework),
    )


def _data_service(
    table: DataServiceTable, types: dict[str, EvidenceType], access_services: dict[str, AccessService]
) -> DataService:
    return DataService(
        identifier=table.identifier,
        evidence_type=types[table.evidence_type],
        distributions=tuple(distribution.read() for distribution in table.distribution),
        access_services=tuple(access_services[name] for name in table.access_services),
        level_of_assurance=table.level_of_assurance,
    )
