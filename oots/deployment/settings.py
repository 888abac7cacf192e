"""The settings of each service, read once from `OOTS_…` variables; all faults are named at once."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from oots.deployment.logs import Form
from oots.edelivery.limits import Limits
from oots.eid.authorization import Client
from oots.exchange.api import MOST_AT_ONCE
from oots.exchange.limits import SendingLimits, TimeLimits
from oots.exchange.partners import Partner
from oots.model.errors import ConfigurationError
from oots.wire.profile import FIRST_REPOSITORY, PROFILES, V1_0, Profiles, edm_v1_0

Edm = Literal["v1.0", "v1.2", "v2.0"]
"""The versions of the exchange data model, as people write them."""

PREFIX = "OOTS_"
PKCS12_PASSWORD = "OOTS_PKCS12_PASSWORD"  # noqa: S105 (the name of a variable)
"""What `oots keys export-pkcs12` reads, and no service: it does no harm beside their settings."""
_SIZES = Limits()
_SENDING = SendingLimits()


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


class ExchangeSettings(ServiceSettings):
    """What a service with an access point needs.

    `vault_key` is the file with the keys of what lies in `state`; `database_url` a PostgreSQL database instead of
    SQLite there, for several replicas that share both. `in_flight` messages go to one partner at a time, `queue` may
    wait for it; a replica that dies has claimed them for `lease` at most. `metrics` opens `/metrics`; `traces` is the
    address of an OpenTelemetry collector. `party_id` names its access point and its keys.
    `partners` maps a party id to its endpoint and its hosts. `t1`, `t2`, `t3` and `grace` are ISO 8601 durations or
    seconds (TDD 4.4.3). `eid_internal` is where the service itself reaches the stand-in eIDAS node, `eid_origin`
    what stands in its tokens. `insight` opens the exchange pages. `largest_evidence` and `largest_message` are in
    bytes; `most_at_once` messages are taken in at a time; `authority_internal` is where revocations are asked for.
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
    eid_origin: str = "https://eid.localhost"
    eid_internal: str
    client_secret: str = Field(min_length=16, repr=False)
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


class RequesterSettings(ExchangeSettings):
    """The procedure portal. `directories` is the base URL of Evidence Broker and Data Service Directory; `edm` lists
    the versions that it may speak (with commas between them, or as JSON); of those the newest is the best.
    """

    portal_origin: str = "https://portal.lt.localhost"
    directories: str
    edm: Annotated[tuple[Edm, ...], NoDecode] = Field(default=("v2.0", "v1.2", "v1.0"), min_length=1)

    @field_validator("edm", mode="before")
    @classmethod
    def _listed(cls, written: object) -> object:
        """A list out of what stands in the environment; whatever is no JSON is names with commas between them."""
        if not isinstance(written, str):
            return written
        if written.lstrip().startswith("["):
            return json.loads(written)
        return [name.strip() for name in written.split(",")]

    @property
    def versions(self) -> tuple[str, ...]:
        """The same as they stand in messages, newest first."""
        return tuple(f"oots-edm:{version}" for version in sorted(self.edm, reverse=True))


class ProviderSettings(ExchangeSettings):
    """The municipality's data service. `municipality` is a kommunekode, `register` a file of persons of one's own."""

    preview_origin: str = "https://preview.aarhus.localhost"
    municipality: str = "0751"
    register_file: Path | None = None


class DirectoriesSettings(ServiceSettings):
    """The stand-in directories. `data` is a folder of one's own entries, `municipality` publishes for Denmark."""

    data: Path | None = None
    municipality: str = "0751"


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


SettingsT = TypeVar("SettingsT", bound=ServiceSettings)


def read(kind: type[SettingsT], values: Mapping[str, object] | None = None) -> SettingsT:
    """Settings from the environment, or from `values` alone; raises ConfigurationError with every fault."""
    try:
        if values is not None:
            return kind.model_validate(dict(values))
        _refuse_unknown(os.environ)
        return kind()  # type: ignore[call-arg]  # the environment gives the arguments
    except ValidationError as faults:
        raise ConfigurationError(*(_named(fault) for fault in faults.errors())) from None


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    """A variable that no service knows is a slip of the pen; one that is another service's does no harm."""
    kinds = (RequesterSettings, ProviderSettings, DirectoriesSettings, EidSettings, AuthoritySettings)
    known = {PKCS12_PASSWORD, *(PREFIX + name.upper() for kind in kinds for name in kind.model_fields)}
    unknown = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise ConfigurationError(*(f"{name} is no setting of any service" for name in unknown))


def _named(fault: Mapping[str, object]) -> str:
    location = fault["loc"]
    assert isinstance(location, tuple)  # noqa: S101 (pydantic's own shape)
    name = PREFIX + str(location[0]).upper() + "".join(f".{part}" for part in location[1:])
    return f"{name}: {fault['msg']}"
