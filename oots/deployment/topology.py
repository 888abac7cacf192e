"""How the Danish authorities are reached: which access points there are, whose they are, and who stands before them.

A topology is a TOML file; five of them come with the package.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from oots.denmark.document_model import definitions
from oots.denmark.evidence_types import PROEVEATTEST
from oots.denmark.municipality import municipalities
from oots.model.agent import Address, Agent, AgentRole
from oots.model.errors import ConfigurationError
from oots.model.identifiers import Identifier
from oots.model.text import Text

FOLDER = Path(__file__).parent / "topologies"
SHARED = "shared"
"""The topology of the demo: one access point for all municipalities."""
PLACE = "{kommunekode}"
"""Stands in the party id of an access point that is there once for each municipality."""

EVIDENCE_TYPES = {
    **{name: definition.url for name, definition in definitions().items()},
    "proeveattest": PROEVEATTEST.classification,
}
"""The Danish evidence types by the names that topologies use."""

PartyId = Annotated[str, StringConstraints(pattern=r"^AP_[A-Z]{2}_([A-Z0-9]+|\{kommunekode\})$")]
Kommunekode = Annotated[str, StringConstraints(pattern=r"^\d{4}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Saying(_Strict):
    """The same in both languages of the pages."""

    da: str = Field(min_length=1)
    en: str = Field(min_length=1)


class _Operated(_Strict):
    """`operator` runs it, `contract_holder` answers for it, and `log` is where its journal lies."""

    party_id: PartyId
    operator: Saying
    contract_holder: Saying
    log: Saying


class AccessPointOf(_Operated):
    """An access point with authorities behind it.

    `municipalities` are those that it serves, all of them unless they are listed; with `each_municipality` every one
    of them has such an access point of its own, and the party id holds `{kommunekode}`. `evidence_types` are those
    that it knows, by the ids of `oots/denmark`, all unless they are listed. `label` is its part of the host name of
    its preview space, that of the municipality unless it is given.
    """

    each_municipality: bool = False
    municipalities: tuple[Kommunekode, ...] | Literal["all"] = "all"
    evidence_types: tuple[str, ...] | Literal["all"] = "all"
    label: str | None = Field(default=None, pattern=r"^[a-z0-9-]+$")

    @model_validator(mode="after")
    def _names_its_municipality(self) -> AccessPointOf:
        if self.each_municipality is not (PLACE in self.party_id):
            raise ValueError(f"party_id holds {PLACE} if, and only if, each_municipality is true")
        return self

    @property
    def classifications(self) -> tuple[str, ...]:
        """The evidence types that it knows, by classification URL; empty for all."""
        return () if self.evidence_types == "all" else tuple(EVIDENCE_TYPES[each] for each in self.evidence_types)

    def serves(self, kommunekode: str) -> bool:
        return self.municipalities == "all" or kommunekode in self.municipalities

    def party_of(self, kommunekode: str) -> str:
        """The party id of the access point that serves this municipality."""
        return self.party_id.replace(PLACE, kommunekode)


class IntermediaryOf(_Operated):
    """An intermediary platform before all access points, with an access point of its own.

    `identifier` (a CVR number) and `names` are what messages say of it. With `requesters` it also stands before the
    Danish portals that ask abroad.
    """

    identifier: str = Field(pattern=r"^\d{8}$")
    names: Mapping[Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")], str] = Field(min_length=1)
    requesters: bool = False

    @property
    def agent(self) -> Agent:
        """The platform as messages name it."""
        return Agent(
            Identifier("urn:cef.eu:names:identifier:EAS:0184", self.identifier),
            tuple(Text(language, name) for language, name in self.names.items()),
            Address("DK"),
            AgentRole.INTERMEDIARY_PLATFORM,
        )


class _Table(_Strict):
    title: Saying
    summary: Saying
    access_point: tuple[AccessPointOf, ...] = Field(min_length=1)
    intermediary: IntermediaryOf | None = None


@dataclass(frozen=True)
class Topology:
    """A topology by its name, as its file says it."""

    name: str
    title: Saying
    summary: Saying
    access_points: tuple[AccessPointOf, ...]
    intermediary: IntermediaryOf | None

    @property
    def is_for_each(self) -> bool:
        """Whether a running town has more processes the more municipalities it has."""
        return any(point.each_municipality for point in self.access_points)


def topology_names() -> tuple[str, ...]:
    """The topologies that come with the package."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.toml")))


def load_topology(name_or_file: str | Path) -> Topology:
    """The topology of this name, or of a file (whatever ends with `.toml`); raises ConfigurationError with every
    fault, each with file, place and what is wrong."""
    file = Path(name_or_file)
    if file.suffix != ".toml":
        if str(name_or_file) not in topology_names():
            known = ", ".join(topology_names())
            raise ConfigurationError(f"there is no topology {name_or_file}; known are {known}, or name a .toml file")
        return _load(FOLDER / f"{name_or_file}.toml")
    return _load(file)


@cache
def standard_topology() -> Topology:
    """That of the demo."""
    return load_topology(SHARED)


def _load(file: Path) -> Topology:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as fault:
        raise ConfigurationError(f"{file} cannot be read ({fault.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise ConfigurationError(f"{file.name}: {fault}") from None
    try:
        table = _Table.model_validate(content)
    except ValidationError as faults:
        raise ConfigurationError(*(f"{file.name}: {_told(fault)}" for fault in faults.errors())) from None
    if contradictions := list(_contradictions(table)):
        raise ConfigurationError(*(f"{file.name}: {each}" for each in contradictions))
    return Topology(file.stem, table.title, table.summary, table.access_point, table.intermediary)


def _told(fault: Mapping[str, object]) -> str:
    location = fault["loc"]
    assert isinstance(location, tuple)  # noqa: S101 (pydantic's own shape)
    place = ".".join(str(part + 1) if isinstance(part, int) else part for part in location)
    return f"{place}: {fault['msg']}"


def _contradictions(table: _Table) -> Iterator[str]:
    """What each table may say, but not beside the others."""
    parties = [(f"access_point.{number}", point.party_id) for number, point in enumerate(table.access_point, start=1)]
    parties += [("intermediary", table.intermediary.party_id)] if table.intermediary else []
    for number, (place, party_id) in enumerate(parties):
        if party_id in [other for _, other in parties[:number]]:
            yield f"{place}.party_id: {party_id} stands twice"
    for number, point in enumerate(table.access_point, start=1):
        if point.evidence_types != "all":
            for unknown in (each for each in point.evidence_types if each not in EVIDENCE_TYPES):
                yield f"access_point.{number}.evidence_types: there is no Danish evidence type {unknown}"
        named = () if point.municipalities == "all" else point.municipalities
        for kommunekode in named:
            if kommunekode not in municipalities():
                yield f"access_point.{number}.municipalities: no Danish municipality has the kommunekode {kommunekode}"
