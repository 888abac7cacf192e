"""What the directories hold, read from a folder of TOML files and checked as a whole."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from oots.common_services.entry_tables import (
    AccessServiceTable,
    ConceptTable,
    DataServiceTable,
    EvidenceTypeListTable,
    EvidenceTypeTable,
    RequirementTable,
    Table,
)
from oots.model.catalogue import (
    AccessService,
    ClassificationConcept,
    DataService,
    EvidenceTypesOfRequirement,
    Publisher,
    RequirementOfProcedures,
)
from oots.model.errors import ConfigurationError
from oots.model.evidence import EvidenceType
from oots.model.identifiers import Identifier
from oots.model.text import Text

AnyTable = TypeVar("AnyTable", bound=Table)

STANDARD_ENTRIES = Path(__file__).parent / "data"
"""The folder that serves when no other is configured: Danish evidence of one municipality, and some of Lithuania."""

KINDS: dict[str, type[Table]] = {
    "requirement": RequirementTable,
    "evidence_type": EvidenceTypeTable,
    "evidence_type_list": EvidenceTypeListTable,
    "concept": ConceptTable,
    "access_service": AccessServiceTable,
    "data_service": DataServiceTable,
}

REFERENCES = {
    "evidence_type_list": {"requirement": "requirement", "evidence_types": "evidence_type"},
    "access_service": {"publisher.supports": "concept"},
    "data_service": {"evidence_type": "evidence_type", "access_services": "access_service"},
}
"""By kind of table: which key names tables of which other kind."""


@dataclass(frozen=True, slots=True)
class Provision:
    """Which provider answers through which access point, as a topology has it.

    `classifications` are the URLs of the evidence types for which that holds, None for all of the provider's country.
    `notes` say more for people about one evidence type of this provider (its fee, say), by the URL.
    """

    access_point: Identifier
    names: tuple[Text, ...]
    conforms_to: tuple[str, ...]
    publisher: Publisher
    classifications: frozenset[str] | None = None
    notes: Mapping[str, tuple[Text, ...]] = field(default_factory=dict)

    def covers(self, service: DataService, country: str) -> bool:
        """Whether it answers for a data service of that country."""
        of_type = self.classifications is None or service.evidence_type.classification in self.classifications
        return of_type and self.publisher.jurisdiction_country == country

    def access_service(self, classification: str) -> AccessService:
        """The provider as the directory names it for one evidence type."""
        descriptions = (*self.publisher.descriptions, *self.notes.get(classification, ()))
        publisher = replace(self.publisher, descriptions=descriptions)
        return AccessService(self.access_point, self.names, self.conforms_to, publisher)


@dataclass(frozen=True, slots=True)
class Entries:
    """The data set of both directories; `evidence_types` has one element per requirement, of all countries.

    `concepts` are the questions that tell providers apart, by identifier; `values` the answers that they have at all,
    which may be more than those for which there is a provider. `invented` are the requirements (their URLs) that the
    catalogue of the Union does not have.
    """

    requirements: tuple[RequirementOfProcedures, ...]
    evidence_types: tuple[EvidenceTypesOfRequirement, ...]
    classifications: frozenset[str]
    data_services: tuple[DataService, ...]
    concepts: Mapping[str, ClassificationConcept] = field(default_factory=dict)
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)
    invented: frozenset[str] = frozenset()

    def served_by(self, provisions: Iterable[Provision], values: Mapping[str, frozenset[str]] | None = None) -> Entries:
        """The same entries, with these providers behind the data services of their countries, and no others.

        `values` are all answers that a concept has, by its identifier.
        """
        given = tuple(provisions)
        countries = {provision.publisher.jurisdiction_country for provision in given}
        services = tuple(_served(service, given, countries) for service in self.data_services)
        return replace(self, data_services=services, values={**self.values, **(values or {})})

    def has_value(self, concept: str, value: str) -> bool:
        """Whether a concept has this answer at all."""
        if concept in self.values:
            return value in self.values[concept]
        publishers = (access.publisher for service in self.data_services for access in service.access_services)
        return any(publisher.answers_to(concept, value) for publisher in publishers)


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


def _served(service: DataService, provisions: tuple[Provision, ...], countries: set[str]) -> DataService:
    """The data service behind whose access points of `countries` stand those that the provisions name for it."""
    own = {access.publisher.jurisdiction_country for access in service.access_services}
    kept = [access for access in service.access_services if access.publisher.jurisdiction_country not in countries]
    classification = service.evidence_type.classification
    named = (
        provision.access_service(classification)
        for country in sorted(own & countries)
        for provision in provisions
        if provision.covers(service, country)
    )
    return replace(service, access_services=(*kept, *named))


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
            for named in _named(_below(table.table, key)):
                if (kind, named) not in known:
                    yield f"{table.place}: {key}: there is no {kind} {named}"


def _below(table: object, path: str) -> object:
    """What stands at a dotted path of a table; None where there is nothing."""
    for key in path.split("."):
        table = table.get(key) if isinstance(table, dict) else None
    return table


def _named(value: object) -> list[str]:
    """What a key names: one table, a list of them, or the keys of a table."""
    return [str(item) for item in value] if isinstance(value, list | dict) else [] if value is None else [str(value)]


def _read(found: list[_Found], shape: type[AnyTable]) -> list[AnyTable]:
    return [shape.model_validate(table.table) for table in found if KINDS[table.kind] is shape]


def _entries(found: list[_Found]) -> Entries:
    requirements = _read(found, RequirementTable)
    types = {table.identifier: table.read() for table in _read(found, EvidenceTypeTable)}
    lists = _read(found, EvidenceTypeListTable)
    concepts = {table.identifier: table.read() for table in _read(found, ConceptTable)}
    access_services = {table.identifier: table.read(concepts) for table in _read(found, AccessServiceTable)}
    return Entries(
        requirements=tuple(_of_procedures(table) for table in requirements),
        evidence_types=tuple(_of_requirement(table, lists, types) for table in requirements),
        classifications=frozenset(types),
        data_services=tuple(_data_service(table, types, access_services) for table in _read(found, DataServiceTable)),
        concepts=concepts,
        invented=frozenset(table.identifier for table in requirements if table.invented),
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
