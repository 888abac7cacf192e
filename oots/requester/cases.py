"""The cases a person can bring to a procedure portal, read from the files beside this one."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from oots.model.errors import ConfigurationError
from oots.model.text import Text

FOLDER = Path(__file__).parent / "data"
_REPOSITORY = r"https://sr\.oots\.tech\.ec\.europa\.eu"
_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class Scope(StrEnum):
    """How a case stands to the obligation to exchange evidence (2018/1724, article 14 and Annex II)."""

    DECLARED = "declared"
    """Denmark has declared the procedure."""
    ANNEX_II = "annex-ii-municipal"
    """The procedure is one of Annex II; what proves it in Denmark is with the municipalities, which are not covered."""
    OUTSIDE = "outside-annex-ii"
    OTHER_MECHANISM = "other-mechanism"
    """Another system of the Union carries this evidence (article 14(10))."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that a case wants proven.

    `requirement` is the URL of the catalogue; `invented` says that the Union has no such requirement. `evidence_types`
    are the classification URLs that the portal takes as proof, all that the Evidence Broker names where there are none.
    `conforms_to` is the data model that is asked for. Evidence that was issued more than `at_most_months` ago is too
    old. `each_person` makes every person of the case bring it.
    """

    key: str
    requirement: str
    titles: tuple[Text, ...] = ()
    invented: bool = False
    evidence_types: tuple[str, ...] = ()
    conforms_to: str | None = None
    at_most_months: int | None = None
    each_person: bool = False

    def takes(self, classification: str) -> bool:
        """Whether the portal takes this evidence type (its URL) as proof."""
        return not self.evidence_types or classification in self.evidence_types


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """Cases that belong together, as a person sees them."""

    key: str
    titles: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """A procedure of a portal and the evidence that is fetched for it.

    `portal` is the country of the portal. `procedure` is a code of the list Procedures. `preview` says whether the
    person must be able to preview (2018/1724 art. 14(3)(f)); tests and public data go without (art. 14(5)). `journey`
    is the municipal journey that the case shows, if any. `persons` is how many people the case is about;
    `elsewhere` says where to turn where another system of the Union carries the evidence.
    """

    key: str
    portal: str
    life_event: str
    procedure: str
    titles: tuple[Text, ...]
    descriptions: tuple[Text, ...]
    pieces: tuple[Piece, ...]
    scope: Scope
    journey: str | None = None
    preview: bool = True
    persons: int = 1
    elsewhere: tuple[Text, ...] = ()

    @property
    def requirement(self) -> str:
        """What the first piece proves."""
        return self.pieces[0].requirement

    @property
    def invented(self) -> bool:
        """Whether it relies on a requirement that the Union does not have."""
        return any(piece.invented for piece in self.pieces)

    @property
    def is_covered(self) -> bool:
        """Whether article 14 covers the procedure: it is one of Annex II."""
        return self.scope in (Scope.DECLARED, Scope.ANNEX_II)

    @property
    def borrows_code(self) -> bool:
        """Whether the code of the procedure is but the nearest one: the list has those of Annex II alone."""
        return self.scope is Scope.OUTSIDE

    @property
    def exchanges(self) -> int:
        """How many pieces of evidence make it whole."""
        return sum(self.persons if piece.each_person else 1 for piece in self.pieces)

    def piece(self, key: str) -> Piece:
        """The piece with this key; raises LookupError."""
        for piece in self.pieces:
            if piece.key == key:
                return piece
        raise LookupError(key)


Wording = Annotated[str, Field(min_length=2)]
Texts = Annotated[dict[Annotated[str, Field(pattern="^[A-Z]{2}$")], Wording], Field(min_length=1)]
Key = Annotated[str, Field(pattern="^[a-z][a-z0-9-]*$")]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Piece(_Table):
    key: Key
    requirement: Annotated[str, Field(pattern=f"^{_REPOSITORY}/requirements/{_UUID}$")]
    titles: dict[str, Wording] = {}
    invented: bool = False
    evidence_types: tuple[
        Annotated[str, Field(pattern=f"^{_REPOSITORY}/evidencetypeclassifications/[A-Z]{{2}}/{_UUID}$")], ...
    ] = ()
    conforms_to: Annotated[str, Field(pattern=f"^{_REPOSITORY}/datamodels/[A-Za-z0-9._-]+$")] | None = None
    at_most_months: Annotated[int, Field(ge=1)] | None = None
    each_person: bool = False

    def read(self) -> Piece:
        fields = self.model_dump() | {"titles": _texts(self.titles)}
        return Piece(**fields)


class _LifeEvent(_Table):
    key: Key
    titles: Texts

    def read(self) -> LifeEvent:
        return LifeEvent(self.key, _texts(self.titles))


class _Case(_Table):
    key: Key
    portal: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    life_event: Key
    procedure: Annotated[str, Field(pattern="^([A-Z]{1,2}[0-9]{1,2}|00)$")]
    titles: Texts
    descriptions: Texts
    scope: Scope
    journey: Key | None = None
    preview: bool = True
    persons: Literal[1, 2] = 1
    elsewhere: dict[str, Wording] = {}
    piece: Annotated[tuple[_Piece, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _is_whole(self) -> _Case:
        keys = [piece.key for piece in self.piece]
        if len(set(keys)) != len(keys):
            raise ValueError("two pieces have the same key")
        if bool(self.elsewhere) is not (self.scope is Scope.OTHER_MECHANISM):
            raise ValueError("elsewhere belongs to a case of another mechanism, and to no other")
        if len(keys) > 1 and not all(piece.titles for piece in self.piece):
            raise ValueError("where there are several pieces, each has titles")
        return self

    def read(self) -> Case:
        fields = {name: getattr(self, name) for name in _Case.model_fields if name != "piece"}
        pieces = tuple(piece.read() for piece in self.piece)
        worded = {name: _texts(fields[name]) for name in ("titles", "descriptions", "elsewhere")}
        return Case(**(fields | worded | {"pieces": pieces}))


_KINDS: dict[str, type[_LifeEvent | _Case]] = {"life_event": _LifeEvent, "case": _Case}


def _texts(wordings: dict[str, str]) -> tuple[Text, ...]:
    return tuple(Text(lang, value) for lang, value in wordings.items())


def load_cases(folder: Path = FOLDER) -> tuple[tuple[LifeEvent, ...], tuple[Case, ...]]:
    """Life events and cases of all `*.toml` files of a folder; raises ConfigurationError that names every fault."""
    faults: list[str] = []
    read: dict[str, list[Any]] = {kind: [] for kind in _KINDS}
    for file in sorted(folder.glob("*.toml")):
        try:
            content = tomllib.loads(file.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
            faults.append(f"{file.name}: {fault}")
            continue
        for kind, place, table in _tables(file.name, content, faults):
            try:
                read[kind].append((place, _KINDS[kind].model_validate(table).read()))
            except ValidationError as error:
                faults += [f"{place}: {_said(fault)}" for fault in error.errors(include_url=False)]
    faults += faults or _contradictions(read)
    if faults:
        raise ConfigurationError(*dict.fromkeys(faults))
    return tuple(event for _, event in read["life_event"]), tuple(case for _, case in read["case"])


def _tables(file: str, content: dict[str, Any], faults: list[str]) -> Iterator[tuple[str, str, object]]:
    for kind, tables in content.items():
        if kind not in _KINDS or not isinstance(tables, list):
            faults.append(f"{file}: holds [[life_event]] and [[case]] tables and nothing else, not {kind}")
            continue
        for number, table in enumerate(tables, 1):
            yield kind, f"{file}: {kind} {number}", table


def _said(fault: Any) -> str:
    place = ".".join(str(part + 1) if isinstance(part, int) else str(part) for part in fault["loc"])
    return f"{place}: {fault['msg']}" if place else str(fault["msg"])


def _contradictions(read: dict[str, list[Any]]) -> list[str]:
    """What each table may say, but not beside the others."""
    faults = []
    for kind in _KINDS:
        seen: set[str] = set()
        for place, table in read[kind]:
            if table.key in seen:
                faults.append(f"{place}: key: {table.key} stands twice")
            seen.add(table.key)
    events = {event.key for _, event in read["life_event"]}
    faults += [
        f"{place}: life_event: there is no life_event {case.life_event}"
        for place, case in read["case"]
        if case.life_event not in events
    ]
    return faults


LIFE_EVENTS, CASES = load_cases()


def case_of(key: str) -> Case:
    """The case with this key; raises LookupError."""
    for case in CASES:
        if case.key == key:
            return case
    raise LookupError(key)


def cases_of(portal: str) -> tuple[Case, ...]:
    """The cases that the portal of a country offers."""
    return tuple(case for case in CASES if case.portal == portal)
