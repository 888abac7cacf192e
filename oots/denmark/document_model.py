"""What a document is made of, as data: fields with labels, types, sources and the requirements that release them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic import Field as Checked

from oots.model.errors import ConfigurationError
from oots.model.text import Text

REPOSITORY = "https://sr.oots.tech.ec.europa.eu"
DATA = Path(__file__).parent / "data"
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

Uuid = Annotated[str, Checked(pattern=f"^{_UUID}$")]
ElementName = Annotated[str, Checked(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Path_ = Annotated[str, Checked(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)*$")]
Wording = Annotated[str, Checked(min_length=2)]


class Table(BaseModel):
    """A table of a data file; keys that nobody knows are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Worded(Table):
    """Something said in Danish and English."""

    da: Wording
    en: Wording

    @property
    def texts(self) -> tuple[Text, ...]:
        return Text("DA", self.da), Text("EN", self.en)


class Field(Worded):
    """One element of a document, labelled in both languages.

    `value` is the path of its fact, below that of the group around it; a group without one has the facts of its
    surroundings. `terms` are the names that the registers themselves use. `only_for` names requirements (UUIDs) that
    alone release the field, `because` says why it is withheld otherwise. Consecutive fields marked `either` exclude
    each other.
    """

    element: ElementName
    type: str | None = None
    value: Path_ | None = None
    terms: tuple[str, ...] = ()
    optional: bool = False
    many: bool = False
    either: bool = False
    only_for: tuple[Uuid, ...] = ()
    because: Worded | None = None
    field: tuple[Field, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.type is None) == (not self.field):
            raise ValueError(f"{self.element}: has either a type or fields of its own")
        if self.type is not None and self.value is None:
            raise ValueError(f"{self.element}: a value is missing")
        if bool(self.only_for) != (self.because is not None):
            raise ValueError(f"{self.element}: only_for and because go together")
        if self.only_for and not (self.optional or self.many or self.either):
            raise ValueError(f"{self.element}: what may be withheld is optional")
        return self

    def released(self, requirements: Iterable[str]) -> bool:
        """Whether one of `requirements` (UUIDs) releases the field, or none is needed."""
        return not self.only_for or not set(self.only_for).isdisjoint(requirements)


class SimpleType(Table):
    """A type of text: `base` is one of XML Schema's; `shown` tells how people read it."""

    name: ElementName
    base: str
    pattern: str | None = None
    longest: int | None = None
    decimals: int | None = None
    shown: Literal["text", "date", "money", "percent", "yes-no", "area"] = "text"


class Code(Worded):
    value: Annotated[str, Checked(pattern=r"^[A-Z0-9_]+$")]


class CodeList(Table):
    name: ElementName
    code: tuple[Code, ...]


class Composite(Table):
    """A named group of fields; `shown` as an address means in the lines of a letter."""

    name: ElementName
    shown: Literal["rows", "address"] = "rows"
    field: tuple[Field, ...]


class Kept(Worded):
    """What never leaves the register, by the register's own term, and why."""

    term: str


class Vocabulary(Table):
    """The types that all documents share, the fields with which each begins, and what none tells of a person."""

    simple: tuple[SimpleType, ...]
    codes: tuple[CodeList, ...]
    composite: tuple[Composite, ...]
    opening: tuple[Field, ...]
    withheld: tuple[Kept, ...]

    def simple_type(self, name: str) -> SimpleType | None:
        return next((each for each in self.simple if each.name == name), None)

    def code_list(self, name: str) -> CodeList | None:
        return next((each for each in self.codes if each.name == name), None)

    def composite_type(self, name: str) -> Composite | None:
        return next((each for each in self.composite if each.name == name), None)

    def knows(self, name: str) -> bool:
        built_in = name in (EMPTY, UNCERTAIN_DATE)
        return built_in or bool(self.simple_type(name) or self.code_list(name) or self.composite_type(name))

    def members(self, field: Field) -> tuple[Field, ...]:
        """The fields inside of a group or composite, none for a leaf."""
        composite = self.composite_type(field.type) if field.type else None
        return composite.field if composite else field.field


EMPTY = "Tom"
"""An element that says something by being there."""
UNCERTAIN_DATE = "DatoMedUsikkerhed"
"""A date with the attribute `usikker`: the register marks it as uncertain."""


@dataclass(frozen=True, slots=True)
class DataModel:
    """A kind of XML document: `name` is the end of its URL, which is its namespace and what ConformsTo says."""

    name: str
    root: str
    titles: Worded
    fields: tuple[Field, ...]

    @property
    def url(self) -> str:
        return f"{REPOSITORY}/datamodels/{self.name}"


class Projection(Table):
    """A data model of others in which a document can be asked for as well; `based_on` says whose, and how far."""

    name: Annotated[str, Checked(pattern=r"^[a-z0-9.-]+$")]
    root: ElementName
    titles: Worded
    based_on: Worded
    field: tuple[Field, ...]

    @property
    def data_model(self) -> DataModel:
        return DataModel(self.name, self.root, self.titles, self.field)


class Definition(Table):
    """An evidence type: who issues it out of what, for which requirements and procedures, and what it is made of.

    `system` is the register or system that it comes out of, `requirements` are UUIDs of requirements, `forms` the
    European forms that are nearest. A type without `root` is written by a module of its own. `elsewhere` says where to
    turn for what is never issued.
    """

    id: Annotated[str, Checked(pattern=r"^[a-z-]+$")]
    wave: Annotated[int, Checked(ge=1, le=3)]
    classification: Uuid
    titles: Worded
    descriptions: Worded
    issuer: str
    system: str
    subject: Literal["natural", "legal"] = "natural"
    requirements: tuple[Uuid, ...] = ()
    procedures: tuple[str, ...]
    forms: str = ""
    fee: bool = False
    without_preview: bool = False
    rule: Worded
    projections: tuple[str, ...] = ()
    elsewhere: Worded | None = None
    root: ElementName | None = None
    field: tuple[Field, ...] = ()
    withheld: tuple[Kept, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.root is None) == bool(self.field):
            raise ValueError("root and fields go together")
        unknown = {uuid for field in walked(self.field) for uuid in field.only_for} - set(self.requirements)
        if unknown:
            raise ValueError(f"fields are released for requirements that the type does not name: {sorted(unknown)}")
        return self

    @property
    def url(self) -> str:
        return f"{REPOSITORY}/evidencetypeclassifications/DK/{self.classification}"

    @property
    def kept(self) -> tuple[Kept, ...]:
        """What no document of this type ever tells."""
        return (*self.withheld, *(vocabulary().withheld if self.subject == "natural" else ()))

    @property
    def data_model(self) -> DataModel | None:
        """Its native data model, where the engine writes it."""
        return DataModel(f"dk-{self.id}-1.0", self.root, self.titles, self.field) if self.root else None


def walked(fields: Iterable[Field]) -> Iterator[Field]:
    """All fields, those in groups after their group."""
    for field in fields:
        yield field
        yield from walked(field.field)


AnyTable = TypeVar("AnyTable", bound=Table)


def read(file: Path, shape: type[AnyTable]) -> AnyTable:
    """What a TOML file says; raises ConfigurationError that names every fault by file, place and field."""
    try:
        content: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise ConfigurationError(f"{file}: no readable TOML ({type(problem).__name__}: {problem})") from None
    try:
        return shape.model_validate(content)
    except ValidationError as problem:
        errors = problem.errors(include_url=False, include_input=False, include_context=False)
        raise ConfigurationError(
            *(f"{file}: {'.'.join(map(str, error['loc'])) or 'as a whole'}: {error['msg']}" for error in errors)
        ) from None


def untyped(vocabulary: Vocabulary, fields: Iterable[Field]) -> Iterator[str]:
    """A fault for each field whose type is unknown."""
    for field in walked(fields):
        if field.type is not None and not vocabulary.knows(field.type):
            yield f"{field.element}: type: there is no {field.type}"


@cache
def vocabulary() -> Vocabulary:
    """The shared types; raises ConfigurationError."""
    file = DATA / "vocabulary.toml"
    found = read(file, Vocabulary)
    fields = [*found.opening, *(field for composite in found.composite for field in composite.field)]
    if faults := [f"{file}: {fault}" for fault in untyped(found, fields)]:
        raise ConfigurationError(*faults)
    return found


@cache
def projections() -> dict[str, Projection]:
    """The data models of others, by name; raises ConfigurationError."""
    return {each.name: each for each in _all(DATA / "projections", Projection)}


@cache
def definitions() -> dict[str, Definition]:
    """All evidence types by id, in the order of their waves; raises ConfigurationError."""
    found = load_definitions(DATA / "documents")
    return {each.id: each for each in sorted(found, key=lambda each: (each.wave, each.id))}


def load_definitions(folder: Path) -> tuple[Definition, ...]:
    """The evidence types of a folder's TOML files; raises ConfigurationError that names every fault at once."""
    found = _all(folder, Definition)
    faults = [
        f"{folder / each.id}.toml: projections: there is no {name}"
        for each in found
        for name in each.projections
        if name not in projections()
    ]
    if faults:
        raise ConfigurationError(*faults)
    return found


def _all(folder: Path, shape: type[AnyTable]) -> tuple[AnyTable, ...]:
    found: list[AnyTable] = []
    faults: list[str] = []
    for file in sorted(folder.glob("*.toml")):
        try:
            table = read(file, shape)
        except ConfigurationError as fault:
            faults.extend(fault.faults)
            continue
        fields: tuple[Field, ...] = getattr(table, "field", ())
        faults.extend(f"{file}: {fault}" for fault in untyped(vocabulary(), fields))
        found.append(table)
    if faults:
        raise ConfigurationError(*faults)
    return tuple(found)
