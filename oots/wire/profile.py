"""What is particular to one version of the exchange data model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from oots.model.errors import MessageError

_UUID: Final = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


@dataclass(frozen=True, slots=True)
class Profile:
    """`specification` is the value of the slot SpecificationIdentifier; the patterns are URLs of the repository."""

    specification: str
    preview_required: str
    requirement: re.Pattern[str]
    evidence_type: re.Pattern[str]
    data_model: re.Pattern[str]


def _profile(specification: str, *, host: str, severity_host: str, data_models: str) -> Profile:
    repository = rf"https://{host}\.oots\.tech\.ec\.europa\.eu"
    return Profile(
        specification=specification,
        preview_required=f"urn:{severity_host}:codes:ErrorSeverity:EDMErrorResponse:PreviewRequired",
        requirement=re.compile(rf"{repository}/requirements/{_UUID}"),
        evidence_type=re.compile(rf"{repository}/evidencetypeclassifications/([A-Z]{{2}}|oots)/{_UUID}"),
        data_model=re.compile(rf"{repository}/{data_models}/[^\s/?#]+"),
    )


V2_0: Final = _profile(
    "oots-edm:v2.0",
    host=r"sr(\.acc)?",
    severity_host="sr.oots.tech.ec.europa.eu",
    data_models="datamodels",
)
PROFILES: Final = {profile.specification: profile for profile in (V2_0,)}


def profile_of(specification: str, rule: str) -> Profile:
    """The profile a message names; `rule` is the one broken by a version that is not spoken here."""
    profile = PROFILES.get(specification)
    if profile is None:
        raise MessageError(f"only {', '.join(PROFILES)} is spoken here", rule=rule)
    return profile
