"""Certificates that end soon: each service tells of its own when it starts and once a day, the demo of all."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from cryptography import x509

from oots.abroad.authorities import REGISTRIES
from oots.deployment.participants import (
    DIRECTORIES,
    TLS,
    decryption_name,
    foreign_seal_name,
    key_name,
    seal_name,
)
from oots.deployment.settings import (
    AccessPointSettings,
    AuthoritySettings,
    DirectoriesSettings,
    ProviderSettings,
    ServiceSettings,
)
from oots.model.clock import Clock
from oots.model.errors import ConfigurationError
from oots.trust.holdings import PREVIOUS, Holding, Status, holdings
from oots.trust.issuing import ISSUING, ROOT

_LOG = logging.getLogger(__name__)
_DAY_SECONDS = 24 * 60 * 60.0


class KeyWatch:
    """Looks at the certificates called `names` in a folder of keys, first of all when a service has just read them."""

    def __init__(self, directory: Path, names: Sequence[str], clock: Clock) -> None:
        self._directory = directory
        self._names = frozenset(names)
        self._clock = clock
        self._read: dict[str, x509.Certificate] = {}

    def look(self) -> None:
        """One WARNING for each certificate that ends within 30 days, has ended, or does not count, and for each key
        that was rotated since this service read it. What cannot be read keeps no service from its work."""
        try:
            held = {each.name: each for each in holdings(self._directory)}
        except ConfigurationError as fault:
            _LOG.error("certificates cannot be looked at today: %s", fault)
            return
        for each in (held[name] for name in sorted(self._names & held.keys())):
            if each.certificate != self._read.setdefault(each.name, each.certificate):
                _LOG.warning("%s", _replaced(each, held.get(f"{each.name}{PREVIOUS}")))
            elif each.wants_attention(self._clock.now()):
                _LOG.warning("%s", told(each, self._clock))

    def work(self, stop: threading.Event) -> None:
        """Look now, and once a day until `stop` is set."""
        self.look()
        while not stop.wait(_DAY_SECONDS):
            self.look()


def _replaced(each: Holding, previous: Holding | None) -> str:
    until = f", the old one until {previous.ends:%Y-%m-%d}" if previous else ""
    return f"{each.name} has a new key, which counts here after a restart{until}"


def told(each: Holding, clock: Clock) -> str:
    """In one line: whose certificate it is, how it stands, and what to do; it names no person."""
    now = clock.now()
    whose = f"{each.party.party_id}, {each.party.role}" if each.party else "authority"
    day = f"{each.ends:%Y-%m-%d}"
    match each.status(now):
        case Status.EXPIRES_SOON:
            stands = f"expires on {day}, in {each.days_left(now)} days"
        case Status.EXPIRED:
            stands = f"expired on {day}"
        case Status.REVOKED:
            stands = f"was revoked on {day}"
        case other:
            stands = f"is {other}"
    what = f"; `oots keys rotate {each.name}` gives it a successor" if each.party else ""
    return f"the certificate {each.name} ({whose}) {stands}{what}"


def soon_to_end(directory: Path, clock: Clock) -> list[str]:
    """A line for every certificate of a folder that wants attention; raises ConfigurationError."""
    return [told(each, clock) for each in holdings(directory) if each.wants_attention(clock.now())]


def watch_of(settings: ServiceSettings, clock: Clock) -> KeyWatch:
    """The watch over the certificates that a service with these settings signs or serves with."""
    return KeyWatch(settings.keys, tuple(_own_names(settings)), clock)


def _own_names(settings: ServiceSettings) -> Iterator[str]:
    if settings.tls:
        yield TLS
    if isinstance(settings, AccessPointSettings):
        yield key_name(settings.party_id)
        yield decryption_name(settings.party_id)
        yield from (decryption_name(each.party_id) for each in settings.partners.values() if each.encrypted)
    if isinstance(settings, ProviderSettings):
        danish = settings.holdings == "denmark"
        yield from (
            [seal_name(code) for code in settings.municipalities] if danish else map(foreign_seal_name, REGISTRIES)
        )
    if isinstance(settings, DirectoriesSettings):
        yield DIRECTORIES
    if isinstance(settings, AuthoritySettings):
        yield from (ROOT, ISSUING)
