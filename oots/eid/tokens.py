"""One-time codes and the signed ID tokens for which they are redeemed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from threading import Lock
from typing import Any

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from oots.eid.authorization import AuthorizationRequest, Client
from oots.eid.personas import Persona, Represented, RepresentedCompany
from oots.model.clock import Clock
from oots.web.signin import LEVELS, REPRESENTATIVE

CODE_LIFETIME = timedelta(seconds=60)
TOKEN_LIFETIME = timedelta(minutes=5)
_ACR = {level: acr for acr, level in LEVELS.items()}


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code stands for: this person, signed in at this moment, for this request."""

    request: AuthorizationRequest
    persona: Persona
    auth_time: datetime

    def redeemable(self, client_id: str, redirect_uri: str, verifier: str) -> bool:
        """Whether the one who redeems is the one who asked (RFC 6749 4.1.3, RFC 7636 4.6)."""
        proven = compare_digest(create_s256_code_challenge(verifier).encode(), self.request.challenge.encode())
        return proven and (client_id, redirect_uri) == (self.request.client_id, self.request.redirect_uri)


class Codes:
    """Codes in memory: each opens its grant once, within a minute. A restart only forces a new sign-in."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._grants: dict[str, Grant] = {}
        self._turn = Lock()

    def issue(self, request: AuthorizationRequest, persona: Persona) -> str:
        now = self._clock.now()
        new = secrets.token_urlsafe(32)
        with self._turn:  # a code that is redeemed meanwhile must not be carried over
            alive = {code: grant for code, grant in self._grants.items() if now < grant.auth_time + CODE_LIFETIME}
            self._grants = alive | {new: Grant(request, persona, now)}
        return new

    def redeem(self, code: str) -> Grant | None:
        with self._turn:
            grant = self._grants.pop(code, None)
        alive = grant is not None and self._clock.now() < grant.auth_time + CODE_LIFETIME
        return grant if alive else None


class TokenSigner:
    """Signs ID tokens with ES256 and publishes the key for it."""

    def __init__(self, issuer: str, key: ec.EllipticCurvePrivateKey, clock: Clock) -> None:
        self._issuer = issuer
        self._clock = clock
        self._key = ECKey.import_key(key, {"use": "sig", "alg": "ES256"})
        self._key.ensure_kid()

    def jwks(self) -> Mapping[str, Any]:
        """The public key set (RFC 7517)."""
        return KeySet([self._key]).as_dict(private=False)

    def id_token(self, grant: Grant, client: Client) -> str:
        now = self._clock.now()
        claims = {
            "iss": self._issuer,
            "aud": grant.request.client_id,
            "iat": int(now.timestamp()),
            "exp": int((now + TOKEN_LIFETIME).timestamp()),
            "auth_time": int(grant.auth_time.timestamp()),
            "nonce": grant.request.nonce,
        }
        header = {"alg": "ES256", "kid": self._key.kid, "typ": "JWT"}
        return jwt.encode(header, claims | eidas_attributes(grant.persona, client.country), self._key)


def eidas_attributes(persona: Persona, requesting_country: str) -> dict[str, object]:
    """The minimum data sets (2015/1501, annex) as claims, with the optional attributes that are known.

    Where the persona acts for another, the attributes are of that one and her own are those of the representative.
    """
    represented = persona.represents
    own = _of_person(persona, requesting_country) | _optional(persona)
    if represented is None:
        attributes = own
    elif isinstance(represented, RepresentedCompany):
        attributes = {
            "LegalPersonIdentifier": _identifier(represented, requesting_country),
            "LegalName": represented.legal_name,
        }
    else:
        attributes = _of_person(represented, requesting_country)
    acting = {} if represented is None else {REPRESENTATIVE + name: value for name, value in own.items()}
    return {"sub": _identifier(persona, requesting_country), "acr": _ACR[persona.level]} | attributes | acting


def _of_person(person: Persona | Represented, requesting_country: str) -> dict[str, object]:
    return {
        "PersonIdentifier": _identifier(person, requesting_country),
        "FamilyName": person.family_name,
        "FirstName": person.given_name,
        "DateOfBirth": person.date_of_birth.isoformat(),
    }


def _optional(persona: Persona) -> dict[str, object]:
    optional = {
        "BirthName": persona.birth_name,
        "PlaceOfBirth": persona.place_of_birth,
        "Gender": persona.gender,
        "Nationality": persona.nationality,
        "CurrentAddress": persona.current_address,
    }
    return {name: value for name, value in optional.items() if value}


def _identifier(known: Persona | Represented | RepresentedCompany, requesting_country: str) -> str:
    """Identity country, country that asks, and what names the person or company in the former."""
    return f"{known.country}/{requesting_country}/{known.identifier}"
