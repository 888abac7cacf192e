"""The settings of each service, read once from `OOTS_…` variables; all faults are named at once."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

from oots.denmark.municipality import load_municipality, municipalities
from oots.deployment.logs import Form
from oots.edelivery.limits import Limits
from oots.eid.authorization import Client
from oots.exchange.api import MOST_AT_ONCE
from oots.exchange.limits import SendingLimits, TimeLimits
from oots.exchange.partners import Partner
from oots.inspector.access.reviewers import Duty
from oots.intermediary.routes import Route
from oots.model.agent import Address, Agent, AgentRole
from oots.model.errors import ConfigurationError
from oots.model.identifiers import Identifier
from oots.model.text import Text
from oots.wire.profile import FIRST_REPOSITORY, PROFILES, V1_0, Profiles, edm_v1_0

Edm = Literal["v1.0", "v1.2", "v2.0"]
"""The versions of the exchange data model, as people write them."""

PREFIX = "OOTS_"
PKCS12_PASSWORD = "OOTS_PKCS12_PASSWORD"  # noqa: S105 (the name of a variable)
"""What `oots keys export-pkcs12` reads, and no service: it does no harm beside their settings."""
ALL = "all"
_SIZES = Limits()
_SENDING = SendingLimits()


def _listed(written: object) -> object:
    """A list out of what stands in the environment; whatever is no JSON is names with commas between them."""
    if not isinstance(written, str):
        return written
    if written.lstrip().startswith("["):
        return json.loads(written)
    return [name.strip() for name in written.split(",")]


def _codes(written: object) -> object:
    """Kommunekoder, each one a municipality's; `all` is every one."""
    if written == ALL:
        return tuple(municipalities())
    listed = _listed(written)
    if isinstance(listed, list | tuple):
        for code in listed:
            _expect_municipality(code)
    return listed


def kommunekoder(written: str, bearer: str) -> tuple[str, ...]:
    """Kommunekoder with commas between them, or `all`, and `bearer` among them; raises ConfigurationError."""
    try:
        codes = _codes(written) if written else ()
        _expect_municipality(bearer)
    except ValueError as fault:
        raise ConfigurationError(str(fault)) from None
    return tuple(dict.fromkeys((bearer, *codes))) if isinstance(codes, list | tuple) else (bearer,)


def is_municipality(code: str) -> bool:
    """Whether this is the kommunekode of a Danish municipality."""
    return code in municipalities()


def _expect_municipality(code: object) -> object:
    try:
        load_municipality(str(code))
    except ConfigurationError as fault:
        raise ValueError(str(fault)) from None
    return code


Listed = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]
Kommunekoder = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_codes), Field(min_length=1)]
Kommunekode = Annotated[str, BeforeValidator(_expect_municipality)]


Country = Annotated[str, Field(pattern="^[A-Z]{2}$")]


class IntermediaryAgent(BaseModel):
    """A platform between two authorities, as messages name it: `names` by language."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scheme: str
    value: str
    names: dict[str, str] = Field(min_length=1)
    country: Country

    @property
    def agent(self) -> Agent:
        names = tuple(Text(language, name) for language, name in self.names.items())
        address, role = Address(self.country), AgentRole.INTERMEDIARY_PLATFORM
        return Agent(Identifier(self.scheme, self.value), names, address, role)


class PublishedAccessPoint(BaseModel):
    """An access point that the directories name for these municipalities, and for these evidence types or for all."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    party_id: str
    municipalities: Kommunekoder
    evidence_types: tuple[str, ...] = ()


class RouteTable(BaseModel):
    """An access point behind an intermediary: that of these municipalities, or of `authorities` (`scheme:value`), for
    these evidence types or for all."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    party_id: str
    municipalities: Annotated[tuple[str, ...], BeforeValidator(_codes)] = ()
    authorities: tuple[Annotated[str, Field(pattern=r"^urn:\S+:\S+$")], ...] = ()
    evidence_types: tuple[str, ...] = ()

    @property
    def route(self) -> Route:
        named = (Identifier(*name.rsplit(":", 1)) for name in self.authorities)
        municipal = (load_municipality(code).agent.identifier for code in self.municipalities)
        return Route(self.party_id, frozenset((*municipal, *named)), self.evidence_types)


class ServiceSettings(BaseSettings):
    """What every service needs. `log` is the form of what it logs, chosen by where that goes unless it is set;
    `drain` for how long it goes on after SIGTERM, saying at `/readyz` that it ends."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    host: str = "127.0.0.1"
    port: int = Field(ge=1, le=65535)
    keys: Path
    tls: bool = False
    origins: dict[str, str] = {}
    log: Form | None = None
    drain: timedelta = Field(default=timedelta(), ge=timedelta())


class AccessPointSettings(ServiceSettings):
    """What a service with an access point needs.

    `vault_key` is the file with the keys of what lies in `state`; `database_url` a PostgreSQL database instead of
    SQLite there, for several replicas that share both. `in_flight` messages go to one partner at a time, `queue` may
    wait for it; a replica that dies has claimed them for `lease` at most. `metrics` opens `/metrics`; `traces` is the
    address of an OpenTelemetry collector. `party_id` names its access point and its keys.
    `partners` maps a party id to its endpoint and its hosts. `t1`, `t2`, `t3` and `grace` are ISO 8601 durations or
    seconds (TDD 4.4.3). `insight` shows presenters what is behind the pages. `largest_evidence` and `largest_message`
    are in bytes; `most_at_once` messages are taken in at a time; `authority_internal` is where revocations are asked
    for.
    `edm_v1_0_repository` is the host of the Semantic Repository in messages of EDM 1.0.
    """

    state: Path
    vault_key: Path | None = None
    database_url: str | None = Field(default=None, repr=False)
    party_id: str
    partners: dict[str, Partner]
    t1: timedelta = timedelta(minutes=5)
    t2: timedelta = timedelta(minutes=15)
    t3: timedelta = timedelta(minutes=40)
    grace: timedelta = timedelta(minutes=1)
    largest_message: int = Field(default=_SIZES.message, gt=0)
    largest_evidence: int = Field(default=_SIZES.part, gt=0)
    most_at_once: int = Field(default=MOST_AT_ONCE, ge=1, le=256)
    in_flight: int = Field(default=_SENDING.in_flight, ge=1, le=64)
    queue: int = Field(default=_SENDING.queue, ge=1)
    lease: timedelta = Field(default=_SENDING.lease, ge=timedelta(seconds=1))
    metrics: bool = False
    traces: str | None = Field(default=None, pattern="^https?://")
    authority_internal: str
    insight: bool = False
    edm_v1_0_repository: str = Field(default=FIRST_REPOSITORY, pattern=r"^sr\.[a-z0-9.-]+$")

    @property
    def profiles(self) -> Profiles:
        return {**PROFILES, V1_0.specification: edm_v1_0(self.edm_v1_0_repository)}

    @property
    def sizes(self) -> Limits:
        return Limits(message=self.largest_message, part=self.largest_evidence)

    @property
    def sending(self) -> SendingLimits:
        return SendingLimits(self.in_flight, self.queue, self.lease)

    @property
    def limits(self) -> TimeLimits:
        return TimeLimits(self.t1, self.t2, self.t3, self.grace)


class ExchangeSettings(AccessPointSettings):
    """What a service with an access point needs whose pages a person signs in to.

    `eid_internal` is where the service itself reaches the stand-in eIDAS node, `eid_origin` what stands in its tokens,
    `client_id` the service's name there. `intermediaries` are the platforms that its own messages name beside the
    authority.
    """

    eid_origin: str = "https://eid.localhost"
    eid_internal: str
    client_id: str
    client_secret: str = Field(min_length=16, repr=False)
    intermediaries: tuple[IntermediaryAgent, ...] = ()


class RequesterSettings(ExchangeSettings):
    """A procedure portal in `country`, which asks for evidence in `provider_country` (several with commas
    between them); a Danish one belongs to `municipality`.

    `directories` is the base URL of Evidence Broker and Data Service Directory; `edm` lists the versions that it may
    speak (with commas between them, or as JSON); of those the newest is the best. Behind a `gateway`, the party id of
    an intermediary, every request goes to that.
    """

    client_id: str = "portal"
    portal_origin: str = "https://portal.lt.localhost"
    country: Country = "LT"
    provider_country: str = Field(default="DK", pattern="^[A-Z]{2}(,[A-Z]{2})*$")
    municipality: Kommunekode = "0751"
    gateway: str | None = None
    directories: str
    edm: Annotated[tuple[Edm, ...], NoDecode, BeforeValidator(_listed)] = Field(
        default=("v2.0", "v1.2", "v1.0"), min_length=1
    )

    @property
    def provider_countries(self) -> tuple[str, ...]:
        return tuple(self.provider_country.split(","))

    @property
    def versions(self) -> tuple[str, ...]:
        """The same as they stand in messages, newest first."""
        return tuple(f"oots-edm:{version}" for version in sorted(self.edm, reverse=True))


class _Serving(ServiceSettings):
    """`municipalities` are those that are served, `municipality` is the one of them whose name it all bears: each says
    the other where only one of them is set."""

    municipality: Kommunekode = "0751"
    municipalities: Kommunekoder = ("0751",)

    @model_validator(mode="before")
    @classmethod
    def _told_by_the_other(cls, values: object) -> object:
        if isinstance(values, dict) and ("municipality" in values) != ("municipalities" in values):
            if "municipality" in values:
                return values | {"municipalities": [values["municipality"]]}
            first = _codes(values["municipalities"])
            return values | {"municipality": first[0]} if isinstance(first, list | tuple) and first else values
        return values

    @model_validator(mode="after")
    def _is_one_of_them(self) -> _Serving:
        if self.municipality not in self.municipalities:
            raise ValueError(f"municipality {self.municipality} is none of those that are served")
        return self


class ProviderSettings(ExchangeSettings, _Serving):
    """A data service with the `holdings` of Danish municipalities, or of an authority abroad.

    `municipalities` are the kommunekoder of those behind it, `municipality` the one whose name stands on its pages,
    `evidence_types` limits what it knows. One's own registers: `register_file` for persons, `representation_file` for
    who may act for whom, `records_folder` for all others.
    `casework` opens the pages of caseworkers, to whoever reaches them.
    """

    client_id: str = "preview"
    preview_origin: str = "https://preview.aarhus.localhost"
    holdings: Literal["denmark", "abroad"] = "denmark"
    evidence_types: Listed = ()
    register_file: Path | None = None
    representation_file: Path | None = None
    records_folder: Path | None = None
    casework: bool = False


class DirectoriesSettings(_Serving):
    """The stand-in directories. `data` is a folder of one's own entries. `municipality` publishes for Denmark, or
    `municipalities` do, each through that one of the `access_points` which serves it."""

    data: Path | None = None
    access_points: tuple[PublishedAccessPoint, ...] = ()


class IntermediarySettings(AccessPointSettings):
    """The intermediary: `agent` is what messages call it, `routes` are the access points behind it."""

    intermediary_origin: str = "https://intermediary.localhost"
    agent: IntermediaryAgent
    routes: tuple[RouteTable, ...] = Field(min_length=1)


class EidSettings(ServiceSettings):
    """The stand-in eIDAS node. `clients` maps a client id to what the node must know of a relying party."""

    eid_origin: str = "https://eid.localhost"
    clients: dict[str, Client] = Field(repr=False)


class AuthoritySettings(ServiceSettings):
    """The demo authority. `crl_interval` is for how long its lists and answers are good, in whole seconds."""

    crl_interval: timedelta = Field(default=timedelta(seconds=10), ge=timedelta(seconds=1))

    @field_validator("crl_interval")
    @classmethod
    def _in_whole_seconds(cls, interval: timedelta) -> timedelta:
        if interval.microseconds:
            raise ValueError("lists are dated in whole seconds")
        return interval


class WorkbenchSettings(ServiceSettings):
    """The workbench. `state` is where it keeps what the council entered and what runs came to; `municipalities` are the
    kommunekoder of the town around it."""

    state: Path
    municipalities: Kommunekoder = ("0751",)
    workbench_origin: str = "https://workbench.localhost"


class KeptJournal(BaseModel):
    """Where the journal of one service is: its state folder, and the vault's key and the database where they are
    elsewhere."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: Path
    vault_key: Path | None = None
    database_url: str | None = Field(default=None, repr=False)


_ISSUER = r"^(https://[^/?#@\s]+|http://(localhost|127\.0\.0\.1|([a-z0-9-]+\.)+localhost)(:\d+)?)(/[^?#@\s]*)?$"
"""Unprotected on this machine alone."""


class OidcSettings(BaseModel):
    """An OpenID Connect issuer at which reviewers sign in. `claim` is the one of its ID tokens that carries roles,
    `duties` what each value of it lets a reviewer do; whoever has none of these values may do nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: str = Field(pattern=_ISSUER)
    client_id: str = Field(min_length=1)
    client_secret: str = Field(min_length=16, repr=False)
    scope: str = Field(default="openid profile", pattern=r"^openid( \S+)*$")
    claim: str = Field(default="roles", min_length=1)
    duties: dict[str, frozenset[Duty]] = Field(min_length=1)


class InspectorSettings(ServiceSettings):
    """The inspector. `state` is where it keeps what reviewers wrote and looked at, `vault_key` the file with the keys
    of that; `journals` maps the name of a service to where its journal is, which is read and never changed.
    Reviewers sign in at `oidc`, or with `stand_in_reviewers` anybody chooses an invented one."""

    state: Path
    vault_key: Path | None = None
    journals: dict[str, KeptJournal] = Field(min_length=1)
    inspector_origin: str = "https://inspector.localhost"
    oidc: OidcSettings | None = None
    stand_in_reviewers: bool = Field(default=False, validate_default=True)

    @field_validator("stand_in_reviewers")
    @classmethod
    def _one_way_in(cls, stand_ins: bool, info: ValidationInfo) -> bool:
        if "oidc" in info.data and stand_ins is (info.data["oidc"] is not None):
            raise ValueError(
                "invented reviewers beside those of OOTS_OIDC would let anybody in"
                if stand_ins
                else "nobody could sign in: set OOTS_OIDC, or this to true for a demo"
            )
        return stand_ins


SettingsT = TypeVar("SettingsT", bound=ServiceSettings)
_FIELD = re.compile(r'field "(\w+)"')


def read(kind: type[SettingsT], values: Mapping[str, object] | None = None) -> SettingsT:
    """Settings from the environment, or from `values` alone; raises ConfigurationError with every fault."""
    try:
        if values is not None:
            return kind.model_validate(dict(values))
        _refuse_unknown(os.environ)
        return kind()  # type: ignore[call-arg]  # the environment gives the arguments
    except ValidationError as faults:
        raise ConfigurationError(*(_named(fault) for fault in faults.errors())) from None
    except SettingsError as fault:
        raise ConfigurationError(f"{_said_in(fault)}: this is no JSON") from None


def _said_in(fault: SettingsError) -> str:
    """The variable, which the fault names in its text alone, by field."""
    field = _FIELD.search(str(fault))
    return PREFIX + field[1].upper() if field else str(fault)


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    """A variable that no service knows is a slip of the pen; one that is another service's does no harm."""
    kinds = (
        RequesterSettings,
        ProviderSettings,
        IntermediarySettings,
        DirectoriesSettings,
        EidSettings,
        AuthoritySettings,
        WorkbenchSettings,
        InspectorSettings,
    )
    known = {PKCS12_PASSWORD, *(PREFIX + name.upper() for kind in kinds for name in kind.model_fields)}
    unknown = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise ConfigurationError(*(f"{name} is no setting of any service" for name in unknown))


def _named(fault: Mapping[str, object]) -> str:
    location = fault["loc"]
    assert isinstance(location, tuple)  # noqa: S101 (pydantic's own shape)
    if not location:
        return f"{PREFIX}MUNICIPALITY: {fault['msg']}"
    name = PREFIX + str(location[0]).upper() + "".join(f".{part}" for part in location[1:])
    return f"{name}: {fault['msg']}"
