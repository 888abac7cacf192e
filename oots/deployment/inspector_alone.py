"""The inspector by itself, over the state folder of a town."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from oots.database.sqlite import DATABASE
from oots.deployment.keys import key_folder
from oots.deployment.services import INSPECTOR_HOST, Kind
from oots.deployment.serving import DrainingServer, app_of, server_config, surroundings
from oots.deployment.settings import InspectorSettings, read
from oots.deployment.town import Ports, refuse_taken
from oots.exchange.journals import journals_in
from oots.model.errors import ConfigurationError


def settings_over(state: Path, port: int) -> InspectorSettings:
    """The settings of an inspector with invented reviewers over the journals of a town, or of one service.

    Raises ConfigurationError where there are no journals, and no keys of the town.
    """
    town = state.resolve().parent if (state / DATABASE).is_file() else state.resolve()
    journals = {each.service: each for each in journals_in(state.resolve()) if each.service != Kind.INSPECTOR}
    if not journals:
        raise ConfigurationError(f"no journals in {state}: run a town there first, with oots demo --state {state}")
    return read(
        InspectorSettings,
        {
            "port": port,
            "keys": key_folder(town),
            "state": town / Kind.INSPECTOR,
            "journals": {service: {"state": each.folder} for service, each in journals.items()},
            "origins": {f"https://{INSPECTOR_HOST}": f"http://{INSPECTOR_HOST}:{port}"},
            "stand_in_reviewers": True,
        },
    )


def run_inspector(state: Path, port: int, say: Callable[[str], None]) -> None:
    """Serve the pages on this machine until Ctrl-C or SIGTERM, and `say` where they are. Raises ConfigurationError."""
    settings = settings_over(state, port)
    refuse_taken(Ports({Kind.INSPECTOR: port}))
    os.umask(0o077)  # whatever a service writes is its own
    app = app_of(settings, surroundings(settings))
    server = DrainingServer(server_config(app, settings), app.state.health, settings.drain)
    say(
        "OOTS-DK  Prototype – ikke en myndighedsside / not a public authority. Alle personer er opdigtede.\n\n"
        f"  Åbn inspektøren / open the inspector:  http://{INSPECTOR_HOST}:{port}/exchanges\n"
        f"  Journaler / journals                   {', '.join(settings.journals)}\n"
        f"  Egen tilstand / own state              {settings.state}\n\n"
        "Ctrl-C afslutter / ends."
    )
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn passes it on once all is closed
        server.run()
    say("\nStoppet. / Stopped.")
