"""How reviewers come in to the inspector: what its settings say of that, put together."""

from __future__ import annotations

import httpx

from oots.deployment.settings import InspectorSettings, OidcSettings
from oots.inspector.access.accounts import load_accounts
from oots.inspector.access.oidc import CALLBACK, IssuerDoor, Roles
from oots.inspector.pages.access import Doors
from oots.model.clock import Clock
from oots.web.openid import Discovery, RelyingParty

_SECONDS = 10.0


def issuer_client() -> httpx.Client:
    """Reaches an issuer, which is none of our services: it is believed as the machine believes it."""
    return httpx.Client(timeout=_SECONDS, follow_redirects=False)


def doors_of(settings: InspectorSettings, own: str, clock: Clock, client: httpx.Client) -> Doors:
    """The doors of an inspector that browsers find at the origin `own`."""
    if settings.oidc is None:
        return Doors(accounts=load_accounts())
    return Doors(issuer=_issuer_door(settings.oidc, own, clock, client))


def _issuer_door(oidc: OidcSettings, own: str, clock: Clock, client: httpx.Client) -> IssuerDoor:
    party = RelyingParty(
        issuer=Discovery(oidc.issuer, client, clock),
        client_id=oidc.client_id,
        client_secret=oidc.client_secret,
        redirect_uri=f"{own}{CALLBACK}",
        clock=clock,
        http=client,
        scope=oidc.scope,
    )
    return IssuerDoor(party, Roles(oidc.claim, oidc.duties), oidc.issuer, oidc.client_id)
