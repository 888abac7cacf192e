"""Reviewers who sign in at an authority's own OpenID Connect issuer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse

from oots.inspector.access.reviewers import Duty, Reviewer
from oots.web.openid import RelyingParty, SignInError, SignInFailure

CALLBACK = "/signin/callback"
_NAMES = ("name", "preferred_username", "email")


@dataclass(frozen=True, slots=True)
class Roles:
    """Which claim of an ID token carries roles, and what each of its values lets a reviewer do."""

    claim: str
    duties: Mapping[str, frozenset[Duty]]

    def of(self, claims: Mapping[str, Any]) -> frozenset[Duty]:
        """The duties of all values that are known; the claim may be one text or a list of them."""
        said = claims.get(self.claim)
        values = [said] if isinstance(said, str) else said if isinstance(said, list) else []
        return frozenset(duty for value in values if isinstance(value, str) for duty in self.duties.get(value, ()))

    @property
    def digest(self) -> str:
        """The SHA-256 (hexadecimal) of all that is said here."""
        duties = {value: sorted(duties) for value, duties in self.duties.items()}
        return hashlib.sha256(json.dumps([self.claim, duties], sort_keys=True).encode()).hexdigest()


class IssuerDoor:
    """The way in through the issuer (its URL), which knows the inspector as `client_id`. `name` is its host, for
    people; `mark` is another one where any of that changes, or what roles let somebody do."""

    def __init__(self, party: RelyingParty, roles: Roles, issuer: str, client_id: str) -> None:
        self._party = party
        self._roles = roles
        self._issuer = issuer
        self.name = urlsplit(issuer).netloc
        self.mark = json.dumps([issuer, client_id, roles.digest])

    def begin(self, request: Request, next: str) -> RedirectResponse:
        """To the issuer; raises SignInError where it cannot be found."""
        return self._party.begin(request, next)

    async def complete(self, request: Request) -> tuple[Reviewer, str]:
        """The reviewer behind the issuer's answer, perhaps without any duty, and the path that was asked for.

        A subject is unique within its issuer alone (OpenID Connect Core 2), so the reviewer's key is `<issuer>#<sub>`.
        Raises SignInError.
        """
        claims, pending = await self._party.complete(request)
        sub = claims.get("sub")
        if not isinstance(sub, str) or not sub.strip():
            raise SignInError(SignInFailure.UNTRUSTED_TOKEN)
        reviewer = Reviewer(f"{self._issuer}#{sub}", _name_in(claims) or sub, self._roles.of(claims))
        return reviewer, pending.next


def _name_in(claims: Mapping[str, Any]) -> str | None:
    said = (claims.get(each) for each in _NAMES)
    return next((name for name in said if isinstance(name, str) and name.strip()), None)
