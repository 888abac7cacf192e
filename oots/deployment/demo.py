"""The demo: keys, ports, child processes, and a few lines that say where to click."""

from __future__ import annotations

import signal
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TextIO

from oots.deployment.apps import peer_client
from oots.deployment.key_watch import soon_to_end
from oots.deployment.keys import init_service_keys
from oots.deployment.services import Kind
from oots.deployment.serving import KINDS
from oots.deployment.settings import kommunekoder, read
from oots.deployment.supervisor import Child, Supervisor, wait_until_ready
from oots.deployment.topology import SHARED, Topology, load_topology
from oots.deployment.town import LOOPBACK, Ports, Town, refuse_taken
from oots.model.clock import SystemClock
from oots.scenario_files.reading import files, read_scenarios
from oots.scenario_files.scenario import municipalities_of
from oots.trust.register import REGISTER_FILE, RevocationRegister

WRONG_CONFIGURATION = 2
OWN_FAULT = 4


def run_demo(
    port: int,
    state: Path,
    tls: bool,
    municipality: str,
    edm: str | None = None,
    *,
    municipalities: str = "",
    topology: str = SHARED,
) -> int:
    """Run the town until Ctrl-C, SIGTERM or the end of its terminal. Returns the exit code: 0, or where a service does
    not start 2 if its configuration is at fault and 4 otherwise. Raises ConfigurationError before anything starts.

    `edm` is the only version of the exchange data model (`v1.0`) that the portal speaks; None lets it speak the newest.
    Besides `municipality` those of `municipalities` answer (kommunekoder with commas, or `all`; where none are named,
    those in which the scenarios play), through the access points of `topology`, the name or the file of one.
    """
    ways = load_topology(topology)
    served = kommunekoder(municipalities or ",".join(_of_the_scenarios(ways)), municipality)
    town = Town(state.resolve(), Ports({}), tls, municipality, edm, served, ways, both_ways=True, workbench=True)
    town = replace(town, ports=Ports.from_first(port, (service.name for service in town.services)))
    refuse_taken(town.ports)
    _say(f"{len(town.services)} tjenester gøres klar … / services are getting ready …\n")
    init_service_keys(town.state, town.services)
    RevocationRegister(town.keys / REGISTER_FILE).lines()
    (town.state / "log").mkdir(mode=0o700, exist_ok=True)
    children = [
        Child(service.name, town.environment(service.name), town.state / "log" / f"{service.name}.log")
        for service in town.services
    ]
    supervisor = Supervisor(children)
    _on_end()
    try:
        if failed := _start(town, children):
            _say_failure(failed)
            return WRONG_CONFIGURATION if failed.returncode == WRONG_CONFIGURATION else OWN_FAULT
        _say_where(town)
        for line in soon_to_end(town.keys, SystemClock()):
            _say(f"OBS / note: {line}")
        supervisor.watch()
    except KeyboardInterrupt:
        pass
    finally:
        supervisor.stop()
        with suppress(OSError):  # the terminal may be gone
            _say("\nStoppet. / Stopped.")
    return 0


def _of_the_scenarios(ways: Topology) -> tuple[str, ...]:
    """Where they play; of those that would each need a process of their own, two."""
    scenarios = read_scenarios(files())
    return municipalities_of(scenarios[:0] if ways.is_for_each else scenarios)


def _on_end() -> None:
    """Whatever ends the demo ends it as Ctrl-C does, the end of its terminal, too, unless somebody wants it to stay.
    What comes after the first is not heard, so that all services are ended in order."""
    endings = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as nohup has it
        endings.append(signal.SIGHUP)

    def end(_signal: int, _frame: FrameType | None) -> None:
        for ending in endings:
            signal.signal(ending, signal.SIG_IGN)
        raise KeyboardInterrupt

    for ending in endings:
        signal.signal(ending, end)


def _start(town: Town, children: list[Child]) -> Child | None:
    """Start the first, the authority, and when it answers all others; returns a child that does not get ready."""
    with peer_client(read(KINDS["directories"], town.values("directories"))) as client:
        for together in (children[:1], children[1:]):
            for child in together:
                child.start()
            for child in together:
                if not wait_until_ready(child, _health(town, child), client):
                    return child
    return None


def _health(town: Town, child: Child) -> str:
    scheme = "https" if town.tls else "http"
    return f"{scheme}://{LOOPBACK}:{town.ports[child.name]}/healthz"


def _say_failure(child: Child) -> None:
    _say("\n  ".join([f"{child.name} did not start; the end of {child.log}:", *child.said()[-5:]]), sys.stderr)


def _say_where(town: Town) -> None:
    workbench = town.address(town.service("workbench"))
    places = [
        (_TITLES_BY_NAME.get(service.name, _TITLES[service.kind]), town.address(service))
        for service in town.services[1:]
    ]
    _say(
        "OOTS-DK  Prototype – ikke en myndighedsside / not a public authority. Alle personer er opdigtede.\n"
        f"\n  Åbn arbejdsbordet / open the workbench:  {workbench}/\n"
        "  Hvert scenarie med person, vej og link / each scenario with person, way and link:\n"
        + "".join(f"  {step}\n" for step in _FIRST_STEPS)
        + "\n"
        + "".join(f"  {title:<26}{address}/\n" for title, address in places if address != workbench)
        + f"  {_TITLES[Kind.AUTHORITY]:<26}{town.address(town.services[0])}/\n"
        f"  {'Tilstand / state':<26}{town.state}\n"
        + (f"  {'Rod / root certificate':<26}{town.keys / 'trust.pem'}\n" if town.tls else "")
        + "\nCtrl-C afslutter / ends."
    )


_TITLES = {
    Kind.AUTHORITY: "Udsteder / authority",
    Kind.DIRECTORIES: "Kataloger / directories",
    Kind.EID: "eIDAS-node (stand-in)",
    Kind.INSPECTOR: "Inspektør / inspector",
    Kind.INTERMEDIARY: "Mellemled / intermediary",
    Kind.PROVIDER: "Kommunen / municipality",
    Kind.REQUESTER: "Portal / portal",
    Kind.WORKBENCH: "Arbejdsbord / workbench",
}
_TITLES_BY_NAME = {
    "requester": "Portal i Litauen / portal",
    "requester-dk": "Portal i Danmark / portal",
    "provider-lt": "Register i Litauen",
}
_FIRST_STEPS = (
    "S03  Beskyttet Bruun, København: adressebeskyttelse / address protection",
    "S07  Karl Kopi: to af samme navn, og intet røbes / two of one name, and nothing is told",
    "S02  flytning mellem to kommuner, to forhåndsvisninger / a move between two municipalities, two previews",
)
"""With what a newcomer begins."""


def _say(text: str, stream: TextIO | None = None) -> None:
    print(text, file=stream or sys.stdout, flush=True)
