"""The story of the bopælsattest: a person moves to Lithuania and lets the portal there fetch it from Denmark."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from oots.deployment.town import PORTAL
from oots.exchange.journals import Journals, journals_in
from oots.model.clock import SystemClock
from oots.model.content import sha256_of
from oots.model.errors import ConfigurationError
from oots.requester.service import EvidenceRequester, Progress
from oots.scenarios.citizen import Citizen, Page
from oots.scenarios.folder import Told, in_order, write_folder
from oots.scenarios.live_town import LiveTown, live_town
from oots.scenarios.outcome import Decision, ReceivedDocument, SeenDocument, Story
from oots.trust.files import write_whole
from oots.trust.keys import certificate_path, key_path

SCENARIO = "bopaelsattest"
CASE = "change-of-address"
PERSONA = "solvej"
DOSSIER_KEY = "dossier-requester"

Say = Callable[[str], None]


def run_bopaelsattest(
    out: Path, decision: Decision, state: Path | None, say: Say, edm: str | None = None
) -> tuple[dict[str, object], tuple[Told, ...]]:
    """Run the story, write everything into `out`, and return what stands in its `exchange.json`, and the messages.

    `edm` is the version of the exchange data model (`v1.0`), None for the best that both sides speak.

    Raises ConfigurationError when `out` holds something already, PeerError when the pages lead astray.
    """
    if out.exists() and any(out.iterdir()):
        raise ConfigurationError(f"{out} is not empty; name a new folder")
    with _folder(state) as folder, live_town(folder, SystemClock(), edm=edm) as live:
        story = tell(live, decision, say)
        messages = in_order(live.tap.overheard, live.anchors, live.clock.now(), live.profiles)
        say(f"writing {out}")
        journals = Journals(journals_in(folder))
        answers = journals.answers(journals.of_exchange(story.exchange_id).lines)
        summary = write_folder(out, SCENARIO, story, messages, live.anchors, answers)
        _leave_dossier_key(live.town.keys, out)
        return summary, messages


def _leave_dossier_key(keys: Path, out: Path) -> None:
    """The requester's, with which `oots dossier export` signs later: the town and its other keys are gone by then."""
    for file in (key_path(keys, DOSSIER_KEY), certificate_path(keys, DOSSIER_KEY)):
        write_whole(out / file.name, file.read_bytes(), mode=0o600)


@contextlib.contextmanager
def _folder(state: Path | None) -> Iterator[Path]:
    if state is not None:
        yield state
        return
    with tempfile.TemporaryDirectory(prefix="oots-run-") as folder:
        yield Path(folder)


def tell(live: LiveTown, decision: Decision, say: Say, persona: str = PERSONA, case: str = CASE) -> Story:
    """The whole story in a running town, up to and including what the portal shows at the end."""
    with contextlib.closing(Citizen()) as citizen:
        page = _ask(live, citizen, say, persona, case)
        exchange_id = page.path.rpartition("/")[2]
        page = citizen.wait(page, lambda shown: shown.form("/preview") is not None)
        say("the municipality asks for a preview")
        page = _enter_preview(citizen, page, persona)
        opened_at = live.clock.now()
        seen = _look(citizen, page)
        say(f"the person sees {_documents(len(seen))} and decides: {decision.value}")
        page = _decide(live, citizen, page, decision, exchange_id)
        decided_at = None if decision is Decision.NONE else live.clock.now()
        page = citizen.wait(page, lambda shown: not shown.is_refreshing)
        received = _collect(citizen, page)
        progress = _progress(live, exchange_id)
        _finish(citizen, page)
        say(f"the portal stands at: {progress.state.value}")
    return Story(
        decision, progress.state.value, exchange_id, progress.conversation_id, opened_at, seen, received, decided_at
    )


def _documents(number: int) -> str:
    return "1 document" if number == 1 else f"{number} documents"


def _ask(live: LiveTown, citizen: Citizen, say: Say, persona: str, case: str) -> Page:
    """From the portal's front page to the explicit request."""
    page = citizen.open(f"{live.town.origins[f'https://{PORTAL}']}/")
    page = citizen.follow(page, f"/cases/{case}")
    page = citizen.follow(page, f"/cases/{case}/signin")
    say("the person signs in at the stand-in eIDAS node")
    page = citizen.submit(page, "/authorize", persona=persona)
    if page.form("/where") is not None:
        say("the person says which municipality has the evidence")
        page = citizen.submit(page, "/where", typed=live.town.municipality)
    say("the person gives the explicit request")
    return citizen.submit(page, f"/cases/{case}/request", explicit="given")


def _enter_preview(citizen: Citizen, page: Page, persona: str) -> Page:
    """Over the border and through the renewed sign-in, to the open preview."""
    page = citizen.submit(page, "/preview")
    page = citizen.follow(page, r"/p/[^/]+/signin")
    page = citizen.submit(page, "/authorize", persona=persona)
    return citizen.wait(page, lambda shown: shown.form("/decision") is not None)


def _look(citizen: Citizen, page: Page) -> tuple[SeenDocument, ...]:
    """Download every document of the preview and note its digest, in the order of their numbers."""
    links = sorted(page.links(r"/p/[^/]+/\d+/\d+"), key=lambda link: link.rsplit("/", 2)[1:])
    return tuple(SeenDocument(kind, sha256_of(content)) for kind, content in (citizen.download(link) for link in links))


def _decide(live: LiveTown, citizen: Citizen, page: Page, decision: Decision, exchange_id: str) -> Page:
    if decision is not Decision.NONE:
        return citizen.submit(page, "/decision", **{"package-0": decision.value})
    live.pass_time(live.limits.decide)
    return citizen.open(f"{live.town.origins[f'https://{PORTAL}']}/evidence/{exchange_id}")


def _collect(citizen: Citizen, page: Page) -> tuple[ReceivedDocument, ...]:
    links = sorted(page.links(r"/evidence/[^/]+/documents/\d+"))
    return tuple(ReceivedDocument(kind, content) for kind, content in (citizen.download(link) for link in links))


def _finish(citizen: Citizen, page: Page) -> None:
    if page.form("/finish") is not None:
        citizen.submit(page, "/finish")


def _progress(live: LiveTown, exchange_id: str) -> Progress:
    requester = live.requester.service
    if not isinstance(requester, EvidenceRequester):
        raise TypeError(type(requester))
    return requester.progress(exchange_id)
