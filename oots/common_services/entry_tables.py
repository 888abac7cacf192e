"""The shape of one table in an entry file, and its translation into the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from oots.common_services.codes import COUNTRIES, PROCEDURES
from oots.model.agent import Address
from oots.model.catalogue import (
    AccessService,
    ClassificationConcept,
    EvidenceTypeList,
    Publisher,
    ReferenceFramework,
    Requirement,
    SupportedConcept,
)
from oots.model.evidence import Distribution, EvidenceType
from oots.model.identifiers import Identifier
from oots.model.person import LevelOfAssurance
from oots.model.text import Text

REPOSITORY = r"https://sr\.oots\.tech\.ec\.europa\.eu/"
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


def _country(code: str) -> str:
    if code not in COUNTRIES:
        raise ValueError(f"{code!r} is no country code of the exchange (Greece is EL)")
    return code


def _procedure(code: str) -> str:
    if code not in PROCEDURES:
        raise ValueError(f"{code!r} is no code of the list Procedures")
    return code


BareUuid = Annotated[str, Field(pattern=f"^{UUID}$")]
RequirementUrl = Annotated[str, Field(pattern=f"^{REPOSITORY}requirements/{UUID}$")]
ClassificationUrl = Annotated[str, Field(pattern=f"^{REPOSITORY}evidencetypeclassifications/([A-Z]{{2}}|oots)/{UUID}$")]
DataModelUrl = Annotated[str, Field(pattern=f"^{REPOSITORY}datamodels/[A-Za-z0-9._-]+$")]
CodeListUrl = Annotated[str, Field(pattern=f"^{REPOSITORY}codelists/[A-Z]{{2}}/[a-z0-9-]+$")]
PartyScheme = Annotated[
    str,
    Field(
        pattern=r"^urn:(cef\.eu:names:identifier:EAS:[0-9]{4}"
        r"|oasis:names:tc:ebcore:partyid-type:unregistered:([A-Z]{2}|oots))$"
    ),
]
Specification = Annotated[str, Field(pattern=r"^oots-edm:v[0-9]+\.[0-9]+$")]
Nuts = Annotated[str, Field(pattern=r"^[A-Z]{2}[A-Z0-9]{1,3}$")]
Country = Annotated[str, AfterValidator(_country)]
Procedure = Annotated[str, AfterValidator(_procedure)]
Language = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Wording = Annotated[str, Field(min_length=2)]
Texts = Annotated[dict[Language, Wording], Field(min_length=1)]


def _texts(wordings: dict[str, str]) -> tuple[Text, ...]:
    return tuple(Text(lang, value) for lang, value in wordings.items())


class Table(BaseModel):
    """A table of an entry file; keys that nobody knows are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FrameworkTable(Table):
    """`[[requirement.framework]]`: a national procedure that relies on the requirement."""

    identifier: BareUuid
    titles: Texts
    procedure: Procedure
    country: Country

    def read(self) -> ReferenceFramework:
        return ReferenceFramework(self.identifier, _texts(self.titles), self.procedure, self.country)


class RequirementTable(Table):
    """`[[requirement]]`; `invented` says that the catalogue of the Union has none of the kind."""

    identifier: RequirementUrl
    invented: bool = False
    names: Texts
    descriptions: dict[Language, Wording] = {}
    framework: Annotated[tuple[FrameworkTable, ...], Field(min_length=1)]

    def read(self) -> Requirement:
        return Requirement(self.identifier, _texts(self.names), _texts(self.descriptions))


class EvidenceTypeTable(Table):
    """`[[evidence_type]]`."""

    identifier: ClassificationUrl
    titles: Texts
    descriptions: dict[Language, Wording] = {}

    def read(self) -> EvidenceType:
        return EvidenceType(self.identifier, _texts(self.titles), _texts(self.descriptions))


class EvidenceTypeListTable(Table):
    """`[[evidence_type_list]]`: `evidence_types` name tables `[[evidence_type]]`, needed together."""

    identifier: BareUuid
    requirement: RequirementUrl
    country: Country
    names: Texts
    evidence_types: Annotated[tuple[ClassificationUrl, ...], Field(min_length=1)]

    def read(self, types: dict[str, EvidenceType]) -> EvidenceTypeList:
        members = tuple(types[classification] for classification in self.evidence_types)
        return EvidenceTypeList(self.identifier, _texts(self.names), members, self.country)


class ConceptTable(Table):
    """`[[concept]]`: a question that tells providers apart; one of type `codelist` names its list."""

    identifier: BareUuid
    scheme: CodeListUrl
    type: Literal["string", "boolean", "codelist"]
    value_expression: CodeListUrl | None = None
    descriptions: Texts

    @model_validator(mode="after")
    def _lists_its_codes(self) -> ConceptTable:
        if (self.type == "codelist") != (self.value_expression is not None):
            raise ValueError("value_expression belongs to a codelist, and to nothing else")
        return self

    def read(self) -> ClassificationConcept:
        return ClassificationConcept(
            self.identifier, self.scheme, self.type, _texts(self.descriptions), self.value_expression
        )


class PartyTable(Table):
    """An identifier within its scheme."""

    scheme: PartyScheme
    value: Wording

    def read(self) -> Identifier:
        return Identifier(self.scheme, self.value)


class PublisherTable(Table):
    """`[access_service.publisher]`: the evidence provider; `nuts` is the region it is competent for.

    `supports` gives the answers for which it is the right one, by the tables `[[concept]]`.
    """

    party: PartyTable
    names: Texts
    descriptions: dict[Language, Wording] = {}
    country: Country
    nuts: Nuts | None = None
    supports: dict[BareUuid, Annotated[tuple[str, ...], Field(min_length=1)]] = {}

    def read(self, concepts: Mapping[str, ClassificationConcept]) -> Publisher:
        return Publisher(
            self.party.read(),
            _texts(self.names),
            Address(self.country, nuts=self.nuts),
            self.country,
            self.nuts,
            _texts(self.descriptions),
            tuple(SupportedConcept(concepts[concept], values) for concept, values in self.supports.items()),
        )


class AccessServiceTable(Table):
    """`[[access_service]]`: `identifier` is a name inside the entry files, `party` the access point."""

    identifier: Wording
    party: PartyTable
    names: Texts
    conforms_to: Annotated[tuple[Specification, ...], Field(min_length=1)]
    publisher: PublisherTable

    def read(self, concepts: Mapping[str, ClassificationConcept]) -> AccessService:
        publisher = self.publisher.read(concepts)
        return AccessService(self.party.read(), _texts(self.names), self.conforms_to, publisher)


class DistributionTable(Table):
    """`[[data_service.distribution]]`."""

    format: Annotated[str, Field(pattern=r"^[a-z]+/[a-z0-9.+-]+$")]
    languages: tuple[Language, ...] = ()
    conforms_to: DataModelUrl | None = None

    def read(self) -> Distribution:
        return Distribution(self.format, self.languages, self.conforms_to)


class DataServiceTable(Table):
    """`[[data_service]]`: `access_services` name tables `[[access_service]]`."""

    identifier: BareUuid
    evidence_type: ClassificationUrl
    level_of_assurance: LevelOfAssurance
    access_services: Annotated[tuple[str, ...], Field(min_length=1)]
    distribution: Annotated[tuple[DistributionTable, ...], Field(min_length=1)]
