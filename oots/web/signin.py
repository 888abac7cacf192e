"""Sign-in at the eIDAS node: whom its tokens speak of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import RedirectResponse

from oots.model.agent import Address
from oots.model.clock import Clock
from oots.model.person import LegalPerson, LevelOfAssurance, NaturalPerson, Subject
from oots.web.openid import LEEWAY_SECONDS, Issuer, Pending, RelyingParty, SignInError, SignInFailure
from oots.web.sessions import session_of

LEVELS = {
    "http://eidas.europa.eu/LoA/low": LevelOfAssurance.LOW,
    "http://eidas.europa.eu/LoA/substantial": LevelOfAssurance.SUBSTANTIAL,
    "http://eidas.europa.eu/LoA/high": LevelOfAssurance.HIGH,
}
"""Claim `acr`: the levels as eIDAS nodes write them."""

REPRESENTATIVE = "Representative"
"""What stands before the attributes of whoever acts for the person or company that the others speak of (eIDAS SAML
attribute profile 1.2)."""

_OPTIONAL = ("BirthName", "PlaceOfBirth", "Gender", "Nationality")
_ADDRESS = ("LocatorDesignator", "PostCode", "PostName", "Thoroughfare")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who signed in and when; `next` is the local path that `begin` was given.

    `subject` is whom it is about: the person herself, or whoever she represents; then she is the `representative`.
    """

    subject: Subject
    auth_time: datetime
    next: str
    representative: NaturalPerson | None = None

    @property
    def person(self) -> NaturalPerson:
        """Who sits at the browser; raises ValueError where that would be a company."""
        person = self.representative or self.subject
        if not isinstance(person, NaturalPerson):
            raise ValueError("a legal person signs in through a natural one")
        return person


class SignIn:
    """Signs persons in for one service at the eIDAS node. `redirect_uri` is the browser-facing callback, registered
    there.

    `http` reaches the node's back channel. The middleware `Sessions` must be on the service.
    """

    def __init__(
        self, *, node: Issuer, client_id: str, client_secret: str, redirect_uri: str, clock: Clock, http: httpx.Client
    ) -> None:
        self._party = RelyingParty(
            issuer=lambda: node,
            client_id=client_id,
            client_secret=client_secret,
            redirect_uri=redirect_uri,
            clock=clock,
            http=http,
            essential=("auth_time",),
        )

    def begin(self, request: Request, next: str, prompt_login: bool = False) -> RedirectResponse:
        """Send the browser to the node; `prompt_login` demands that the person signs in anew.

        `next` is a path of this service with query; ValueError for anything that leads elsewhere.
        """
        return self._party.begin(request, next, prompt_login)

    async def complete(self, request: Request) -> SignedIn:
        """The person behind the node's answer at the callback; the session goes on under a new name.

        Each state counts once. Raises SignInError.
        """
        claims, pending = await self._party.complete(request)
        signed_in = _signed_in(claims, pending, self._party.now())
        session_of(request).renew()
        return signed_in


def _signed_in(claims: Mapping[str, Any], pending: Pending, now: int) -> SignedIn:
    if not pending.not_before - LEEWAY_SECONDS <= claims["auth_time"] <= now + LEEWAY_SECONDS:
        raise SignInError(SignInFailure.UNTRUSTED_TOKEN)
    try:
        subject, representative = whom(claims)
        return SignedIn(subject, datetime.fromtimestamp(claims["auth_time"], UTC), pending.next, representative)
    except (KeyError, TypeError, ValueError) as flaw:
        raise SignInError(SignInFailure.UNTRUSTED_TOKEN) from flaw


def whom(claims: Mapping[str, Any]) -> tuple[Subject, NaturalPerson | None]:
    """Of whom the claims of an ID token speak, and who acts for them if somebody does.

    Raises KeyError, TypeError or ValueError where they do not say so, or where a company is said to act by itself.
    """
    representative = None
    own = {name.removeprefix(REPRESENTATIVE): claims[name] for name in claims if name.startswith(REPRESENTATIVE)}
    if own:
        representative = _person(own | {"acr": claims["acr"]})
    subject = _company(claims) if "LegalPersonIdentifier" in claims else _person(claims)
    if representative is None and isinstance(subject, LegalPerson):
        raise ValueError("a company is said to act by itself")
    return subject, representative


def _company(claims: Mapping[str, Any]) -> LegalPerson:
    """The eIDAS minimum data set for legal persons (2015/1501)."""
    return LegalPerson(
        legal_person_identifier=_said(claims, "LegalPersonIdentifier"),
        legal_name=_said(claims, "LegalName"),
        level_of_assurance=LEVELS[claims["acr"]],
    )


def _person(claims: Mapping[str, Any]) -> NaturalPerson:
    """The eIDAS minimum data set for natural persons (2015/1501), with its optional attributes."""
    optional = {name: _said(claims, name) for name in _OPTIONAL if name in claims}
    return NaturalPerson(
        family_name=_said(claims, "FamilyName"),
        given_name=_said(claims, "FirstName"),
        date_of_birth=date.fromisoformat(claims["DateOfBirth"]),
        level_of_assurance=LEVELS[claims["acr"]],
        identifier=_said(claims, "PersonIdentifier"),
        birth_name=optional.get("BirthName"),
        place_of_birth=optional.get("PlaceOfBirth"),
        gender=optional.get("Gender"),
        nationality=optional.get("Nationality"),
        current_address=_address(claims["CurrentAddress"]) if "CurrentAddress" in claims else None,
    )


def _address(claim: Mapping[str, Any]) -> Address:
    """A current address, in the parts of the ISA core location vocabulary that eIDAS uses."""
    parts = {name: _said(claim, name) for name in _ADDRESS if name in claim}
    return Address(
        country=_said(claim, "AdminunitFirstline"),
        locator_designator=parts.get("LocatorDesignator"),
        post_code=parts.get("PostCode"),
        post_city_name=parts.get("PostName"),
        thoroughfare=parts.get("Thoroughfare"),
    )


def _said(claims: Mapping[str, Any], name: str) -> str:
    """A claim that is text; two persons without an identifier would otherwise be one."""
    value = claims[name]
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"the claim {name} says nothing")
    return value
