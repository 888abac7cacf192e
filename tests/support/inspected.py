"""A town and the inspector over its journals, for tests of what reviewers see."""

from __future__ import annotations

import httpx
from fastapi import FastAPI

from oots.deployment.apps import Surroundings
from oots.deployment.inspector import inspector_app
from oots.deployment.settings import InspectorSettings, read
from oots.model.clock import RandomIds
from oots.scenarios.live_town import LiveTown

INSPECTOR = "https://inspector.localhost"


def inspector_over(town: LiveTown, unused: httpx.Client, at: str = INSPECTOR) -> FastAPI:
    """The inspector of a running town, where browsers find it; `unused` is a client of which nothing is asked."""
    state = town.town.state
    values = {
        "port": 8499,
        "keys": town.town.keys,
        "origins": {INSPECTOR: at},
        "state": state / "inspector",
        "journals": {name: {"state": str(state / name)} for name in town.sides},
        "stand_in_reviewers": True,
    }
    around = Surroundings(town.clock, RandomIds(), unused, town.specimens)
    return inspector_app(read(InspectorSettings, values), around)
