"""What the access point of a partner must know of ours, out of our settings: a PMode for its Domibus."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import rsa

from oots.deployment.participants import key_name
from oots.deployment.settings import PREFIX, AccessPointSettings, read
from oots.deployment.town import Ports, Town
from oots.edelivery.pmode import Gateway, ProcessingMode, Signature, domibus_pmode
from oots.exchange.api import PATH
from oots.exchange.outbox import LONGEST_PAUSE
from oots.exchange.partners import Partner
from oots.model.errors import ConfigurationError
from oots.trust.keys import certificate_path, read_certificates

DEMO_PORT = 8400
"""The first one of `oots demo`."""


def is_of_the_demo() -> bool:
    """Whether no service is configured in the environment, so that the demo's are meant."""
    return not {f"{PREFIX}PARTY_ID", f"{PREFIX}PARTNERS"} & os.environ.keys()


def exported_pmode(partner_id: str, endpoint: str | None = None, profile: str | None = None) -> bytes:
    """The PMode that the partner with this party id loads into its Domibus.

    `endpoint` is where the partner reaches us, by default where our service listens; `profile` as in `ProcessingMode`.
    Raises ConfigurationError for a partner whom nobody knows, where it cannot be told how to reach us, and as
    `domibus_pmode` does.
    """
    known = dict(_settings())
    if partner_id not in known:
        raise ConfigurationError(f"{partner_id} is no partner here; known are {', '.join(sorted(known)) or 'none'}")
    ours = known[partner_id]
    return domibus_pmode(_mode(ours, ours.partners[partner_id], endpoint, profile))


def _settings() -> Iterator[tuple[str, AccessPointSettings]]:
    """Each partner with the settings of the service that exchanges messages with it."""
    for settings in _demo() if is_of_the_demo() else (read(AccessPointSettings),):
        yield from ((partner_id, settings) for partner_id in settings.partners)


def _demo() -> Iterator[AccessPointSettings]:
    town = Town(Path("state"), Ports({}), both_ways=True)
    town = replace(town, ports=Ports.from_first(DEMO_PORT, (each.name for each in town.services)))
    return (read(AccessPointSettings, town.values(each.name)) for each in town.services if each.party_id)


def _mode(ours: AccessPointSettings, partner: Partner, endpoint: str | None, profile: str | None) -> ProcessingMode:
    return ProcessingMode(
        holder=Gateway(partner.party_id, partner.endpoint),
        peer=Gateway(ours.party_id, _expect_url(endpoint) if endpoint else _listening(ours)),
        signature=_signature(ours),
        encrypted=partner.encrypted,
        profile=profile,
        first_round=ours.limits.first_round_trip + ours.limits.grace,
        second_round=ours.limits.decide + ours.limits.grace,
        pause=LONGEST_PAUSE,
    )


def _signature(ours: AccessPointSettings) -> Signature:
    """By the key of our certificate; where there is none yet, by the one that `oots keys init` makes."""
    file = certificate_path(ours.keys, key_name(ours.party_id))
    is_rsa = not file.exists() or isinstance(read_certificates(file)[0].public_key(), rsa.RSAPublicKey)
    return Signature.RSA if is_rsa else Signature.EC


def _listening(ours: AccessPointSettings) -> str:
    if _is_everywhere(ours.host):
        raise ConfigurationError(
            f"{PREFIX}HOST: {ours.host} is no address at which others reach {ours.party_id}: name one with --endpoint"
        )
    host = f"[{ours.host}]" if ":" in ours.host else ours.host
    return f"{'https' if ours.tls else 'http'}://{host}:{ours.port}{PATH}"


def _is_everywhere(host: str) -> bool:
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return False


def _expect_url(endpoint: str) -> str:
    try:
        parts = urlsplit(endpoint)
        if parts.scheme in ("http", "https") and parts.hostname and endpoint.isprintable() and " " not in endpoint:
            return endpoint
    except ValueError:
        pass
    raise ConfigurationError(f"--endpoint {endpoint}: not an address such as https://ap.example.dk/as4")
