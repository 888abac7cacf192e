"""Keys of the town: made at first start, and handed out to each service's own volume."""

from __future__ import annotations

from pathlib import Path

from oots.deployment.participants import keys_of, participants
from oots.deployment.town import AUTHORITY_SERVICE, SERVICES
from oots.model.clock import SystemClock
from oots.trust.authority import export_party, init_keys


def init_town_keys(state: Path, municipality: str) -> Path:
    """Create the keys that are missing in `state`/keys and return that folder."""
    directory = state / "keys"
    init_keys(directory, participants(municipality), SystemClock().now())
    return directory


def export_town_keys(state: Path, target: Path, municipality: str) -> None:
    """Write `target`/<service> for every service, with its own keys and trust.pem alone.

    The authority gets no folder: its keys and its register stay where they are.
    """
    source = init_town_keys(state, municipality)
    for service in SERVICES:
        if service != AUTHORITY_SERVICE:
            export_party(source, target / service, keys_of(service, municipality))
