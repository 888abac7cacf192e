"""What is particular to one version of the exchange data model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from oots.model.errors import MessageError
from oots.model.response import ErrorCode

NEWEST_REPOSITORY: Final = "sr.oots.tech.ec.europa.eu"
NEWEST_DATA_MODELS: Final = "datamodels"
FIRST_REPOSITORY: Final = "sr.oots.tech.europa.eu"
"""The host of TDD 1.0.0; 1.0.1 and later have the newest one."""

_UUID: Final = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_QUERY_MESSAGE: Final = "Problem during the processing of a QueryRequest"
"""What the code list of TDD 1.0 says of EDM:ERR:0008."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One version of the exchange data model, as far as it differs from the others.

    `specification` is the value of the slot SpecificationIdentifier, `schema` a key of `wire.schema.PROFILES`.
    `repository` is the host of the Semantic Repository in messages and `data_models` the family of URLs of data models
    there: the model holds the newest form of both, and `outward` and `inward` translate at the door.
    """

    specification: str
    schema: str
    repository: str
    data_models: str
    packaged: bool
    """Evidence comes in packages of classified documents; else one flat object for each piece."""
    return_slot: bool
    """The way back has a slot of its own; else it is part of the preview location of the second request."""
    associated_documents: bool
    """A request asks for languages and associated documents in its distributions; else for one language in all."""
    exchange_in_header: bool
    """The header carries ExchangeId and SpecificationId beside sender and recipient."""
    many_exceptions: bool
    """A failure may name several exceptions; else it names one."""
    plain_procedure: bool
    """The procedure is a plain string; else a code in an international string."""
    preview_methods: tuple[str, ...]
    """The HTTP methods among which a preview may name its own; without any it is always opened by GET."""
    further_attributes: bool
    """Persons have the attributes that came with 1.2, and legal persons may represent the subject."""
    descriptions_demanded: bool
    """Every evidence type is described."""
    authorization_is_preview: bool
    """EDM:ERR:0002 means a required preview and nothing else."""
    requester_always_named: bool
    """An error names the requester even when the request could not be read."""
    messages: Mapping[ErrorCode, str] = field(hash=False)
    """What an exception of each code says (code list EDMErrorCodes)."""

    @property
    def preview_method(self) -> bool:
        """Whether a preview names its HTTP method."""
        return bool(self.preview_methods)

    @property
    def preview_required(self) -> str:
        """The severity of an exception with a preview."""
        return f"urn:{self.repository}:codes:ErrorSeverity:EDMErrorResponse:PreviewRequired"

    @property
    def requirement(self) -> re.Pattern[str]:
        """The form of a requirement's URL."""
        return re.compile(rf"{self._root}requirements/{_UUID}")

    @property
    def evidence_type(self) -> re.Pattern[str]:
        """The form of an evidence type's URL."""
        return re.compile(rf"{self._root}evidencetypeclassifications/([A-Z]{{2}}|oots)/{_UUID}")

    @property
    def data_model(self) -> re.Pattern[str]:
        """The form of the URL of a data model or of a part of one."""
        return re.compile(rf"{self._root}{self.data_models}/[^\s?#]+")

    @property
    def _root(self) -> str:
        return _form_of(self.repository)

    def outward(self, url: str) -> str:
        """The form that this version gives to a URL of the repository; any other URL stays as it is."""
        return _moved(url, NEWEST_REPOSITORY, NEWEST_DATA_MODELS, self.repository, self.data_models)

    def inward(self, url: str) -> str:
        """The newest form of a URL of the repository that this version wrote; any other URL stays as it is."""
        return _moved(url, self.repository, self.data_models, NEWEST_REPOSITORY, NEWEST_DATA_MODELS)


@cache
def _form_of(host: str) -> str:
    """The form of the beginning of a URL below the host, or below that of the acceptance environment."""
    return rf"https://sr(?P<acc>\.acc)?{re.escape(host.removeprefix('sr'))}/"


def _moved(url: str, host: str, family: str, new_host: str, new_family: str) -> str:
    """The URL below another host and family; the infix of the acceptance environment is kept."""
    if (host, family) == (new_host, new_family):
        return url
    old = re.match(rf"{_form_of(host)}(?P<family>{family}/)?", url)
    if old is None:
        return url
    moved = f"https://sr{old['acc'] or ''}{new_host.removeprefix('sr')}/"
    return moved + (f"{new_family}/" if old["family"] else "") + url[old.end() :]


def edm_v1_0(repository: str) -> Profile:
    """`oots-edm:v1.0` with the host of its patch release: `FIRST_REPOSITORY` for 1.0.0, the newest for later ones."""
    return Profile(
        specification="oots-edm:v1.0",
        schema="edm-v1.0",
        repository=repository,
        data_models="distributions",
        packaged=False,
        return_slot=False,
        associated_documents=False,
        exchange_in_header=False,
        many_exceptions=False,
        plain_procedure=False,
        preview_methods=("GET", "POST"),
        further_attributes=False,
        descriptions_demanded=True,
        authorization_is_preview=True,
        requester_always_named=True,
        messages=_MESSAGES | {ErrorCode.QUERY: _QUERY_MESSAGE},
    )


_MESSAGES: Final = {code: code.message for code in ErrorCode}

V1_0: Final = edm_v1_0(FIRST_REPOSITORY)
V1_2: Final = Profile(
    specification="oots-edm:v1.2",
    schema="edm-v1.2",
    repository=NEWEST_REPOSITORY,
    data_models=NEWEST_DATA_MODELS,
    packaged=False,
    return_slot=False,
    associated_documents=False,
    exchange_in_header=False,
    many_exceptions=True,
    plain_procedure=False,
    preview_methods=("GET", "POST", "PUT"),
    further_attributes=True,
    descriptions_demanded=False,
    authorization_is_preview=False,
    requester_always_named=False,
    messages=_MESSAGES,
)
V2_0: Final = Profile(
    specification="oots-edm:v2.0",
    schema="edm-v2.0",
    repository=NEWEST_REPOSITORY,
    data_models=NEWEST_DATA_MODELS,
    packaged=True,
    return_slot=True,
    associated_documents=True,
    exchange_in_header=True,
    many_exceptions=True,
    plain_procedure=True,
    preview_methods=(),
    further_attributes=True,
    descriptions_demanded=False,
    authorization_is_preview=False,
    requester_always_named=False,
    messages=_MESSAGES,
)

Profiles = Mapping[str, Profile]
"""Profiles by the specification that a message names."""
PROFILES: Final[Profiles] = {profile.specification: profile for profile in (V1_0, V1_2, V2_0)}


def spoken(specification: str, profiles: Profiles) -> Profile:
    """The profile in which a message is written; ValueError for a version that is not spoken here."""
    profile = profiles.get(specification)
    if profile is None:
        raise ValueError(f"specification: {specification} is not spoken here")
    return profile


def profile_of(specification: str, rule: str, profiles: Profiles = PROFILES) -> Profile:
    """The profile a message names; `rule` is the one broken by a version that is not spoken here."""
    profile = profiles.get(specification)
    if profile is None:
        raise MessageError(f"only {', '.join(profiles)} is spoken here", rule=rule)
    return profile
