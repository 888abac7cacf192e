"""Tells a scenario in a running town: the steps of its file, one after the other, on the real pages."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from oots.exchange.conversation import RequesterState
from oots.scenario_files.scenario import Act, Decision, Scenario, Span, Step
from oots.scenarios.citizen import AstrayError, Citizen, Page
from oots.scenarios.faults import wrong
from oots.scenarios.live_town import LiveTown
from oots.scenarios.sides import Sides

_GOES_ON = frozenset({RequesterState.REQUESTED, RequesterState.PREVIEWING})
_SETTLING_SECONDS = 8.0
_PAUSE_SECONDS = 0.02
_FOUR_MONTHS = timedelta(days=124)
_DECISIONS = {Decision.RELEASE: "register", Decision.REFUSE: "refuse"}
_UPLOADED = ("dokumentation.pdf", b"%PDF-1.7\n%%EOF\n", "application/pdf")


@dataclass
class Seen:
    """What the person was shown, by the kind of place: the source of each page, and what it says; and every address by
    which the browser came there."""

    sources: dict[str, list[str]] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)
    addresses: list[str] = field(default_factory=list)

    def add(self, place: str, page: Page) -> None:
        self.sources.setdefault(place, []).append(page.source)
        self.texts.setdefault(place, []).append(page.text)
        self.addresses += page.came_by


class Teller:
    """One telling of one scenario. `exchanges` are those that were begun, in their order; `steps_done` how many steps
    were; `astray` says where the pages did not lead where the scenario goes."""

    def __init__(self, live: LiveTown, scenario: Scenario) -> None:
        self._live = live
        self._scenario = scenario
        self.sides = Sides(live)
        self.portal = self.sides.portal_of(scenario.asks.portal)
        self.exchanges: list[str] = []
        self.seen = Seen()
        self.documents = 0
        self.astray: str | None = None
        self.steps_done = 0
        self._citizen = self._new_citizen()
        self._page: Page | None = None

    def _new_citizen(self) -> Citizen:
        return Citizen(shown=lambda page: self.seen.add(self.sides.place_of(page.host), page))

    def tell(self) -> None:
        """Do every step, and wait until both sides have come to rest."""
        try:
            with contextlib.ExitStack() as ends:
                self._do_all(ends)
        except AstrayError as astray:
            self.astray = str(astray)
        self._settle()
        with contextlib.suppress(AstrayError):
            self._look_at_the_end()
        self._citizen.close()

    def _do_all(self, ends: contextlib.ExitStack) -> None:
        active: dict[int, contextlib.ExitStack] = {}
        for number, step in enumerate(self._scenario.steps, start=1):
            for index, fault in enumerate(self._scenario.faults):
                if fault.from_ == number:
                    active[index] = ends.enter_context(contextlib.ExitStack())
                    active[index].enter_context(wrong(fault.what, self._live, self.portal.service))
            _DEEDS[step.do](self, step)
            self.steps_done = number
            for index, fault in enumerate(self._scenario.faults):
                if (fault.to or len(self._scenario.steps)) == number and index in active:
                    self._settle()
                    active.pop(index).close()

    # --- at the portal ---

    @property
    def _shown(self) -> Page:
        if self._page is None:
            raise AstrayError("no page is open")
        return self._page

    def sign_in(self, step: Step) -> None:
        case = step.case or self._scenario.asks.case
        self._case = case
        self._persona = step.persona or self._scenario.persona
        page = self._citizen.open(f"{self.portal.address}/")
        self._citizen.follow(page, f"/cases/{case}")
        page = self._citizen.open(f"{self.portal.address}/cases/{case}/signin")
        self._page = self._citizen.submit(page, "/authorize", persona=self._persona)

    def choose_municipality(self, step: Step) -> None:
        """Answer the question of the directory, again where it was answered before."""
        page = self._citizen.open(f"{self.portal.address}/cases/{self._case}/where")
        self._page = self._citizen.submit(page, "/where", typed=step.municipality or "")

    def choose_country(self, step: Step) -> None:
        query = f"about=country&piece={step.piece}" if step.piece else "about=country"
        page = self._citizen.open(f"{self.portal.address}/cases/{self._case}/where?{query}")
        self._page = self._citizen.submit(page, "/where", typed=step.country or "")

    def request(self, step: Step) -> None:
        """Tick the explicit request and send the form; a new one is opened where the old one has been used, or where
        it is another piece that is wanted."""
        if step.piece or self._shown.form("/request") is None:
            query = f"?piece={step.piece}" if step.piece else ""
            self._page = self._citizen.open(f"{self.portal.address}/cases/{self._case}/request{query}")
        form = self._shown
        fields = {"explicit": "given"}
        if services := form.choices("/request", "service"):
            fields["service"] = services[(step.at or 1) - 1]
        for _ in range(step.times or 1):
            self._page = self._citizen.submit(form, "/request", **fields)
        exchange_id = self._shown.path.rpartition("/")[2]
        if self._shown.path.startswith("/evidence/") and exchange_id not in self.exchanges:
            self.exchanges.append(exchange_id)

    def wait_for_answer(self, step: Step) -> None:
        self._page = self._citizen.wait(self._shown, lambda page: not page.is_refreshing)

    def come_back(self, step: Step) -> None:
        """Open the page of the last exchange again, with a new sign-in where the browser was closed."""
        if not self.exchanges:
            raise AstrayError("there is nothing to come back to")
        page = self._citizen.open(f"{self.portal.address}/evidence/{self.exchanges[-1]}")
        if page.links(r"/evidence/[^/]+/signin"):
            page = self._citizen.follow(page, r"/evidence/[^/]+/signin")
            page = self._citizen.submit(page, "/authorize", persona=self._persona)
        self._page = self._citizen.wait(page, lambda page: not page.is_refreshing)

    def ask_again(self, step: Step) -> None:
        """Begin anew with what the last exchange was about, where its page offers that."""
        page = self._citizen.open(f"{self.portal.address}/evidence/{self.exchanges[-1]}")
        self._page = self._citizen.follow(page, r"/evidence/[^/]+/again")

    def finish(self, step: Step) -> None:
        self.wait_for_answer(step)
        self._count_documents()
        self._page = self._citizen.submit(self._shown, "/finish")

    def upload(self, step: Step) -> None:
        page = self._citizen.open(f"{self.portal.address}/cases/{self._case}/upload")
        self._page = self._citizen.upload(page, "/upload", _UPLOADED)

    def close_browser(self, step: Step) -> None:
        self._citizen.close()
        self._citizen, self._page = self._new_citizen(), None

    # --- in the preview space ---

    def follow_link(self, step: Step) -> None:
        page = self._shown
        if step.at is not None:
            page = self._citizen.open(f"{self.portal.address}/evidence/{self.exchanges[step.at - 1]}")
        page = self._citizen.wait(page, lambda shown: shown.form("/preview") is not None)
        self._page = self._citizen.submit(page, "/preview")

    def go_to_preview(self, step: Step) -> None:
        """Over the border and through the renewed sign-in; whoever is refused there stays before the door."""
        if not self._shown.links(r"/p/[^/]+/signin"):
            self.follow_link(step)
        page = self._citizen.follow(self._shown, r"/p/[^/]+/signin")
        page = self._citizen.submit(page, "/authorize", persona=step.persona or self._persona)
        self._page = self._citizen.wait(page, lambda shown: not shown.is_refreshing)

    def look(self, step: Step) -> None:
        """Open every document of the preview."""
        for link in self._shown.links(r"/p/[^/]+/\d+/\d+"):
            self._citizen.download(link)

    def pay(self, step: Step) -> None:
        """The fee of the first piece that has one to be paid."""
        pieces = self._shown.choices("/payment", "piece")
        if not pieces:
            raise AstrayError("nothing is to be paid")
        self._page = self._citizen.submit(self._shown, "/payment", piece=pieces[0])

    def accept(self, step: Step) -> None:
        self._decide(step.pieces)

    def decline(self, step: Step) -> None:
        self._decide(())

    def _decide(self, accepted: tuple[int, ...] | None) -> None:
        numbers = sorted({int(number) for number in re.findall(r'<h2 id="package-(\d+)"', self._shown.source)})
        if accepted and max(accepted) > len(numbers):
            raise AstrayError(f"there are {len(numbers)} pieces to choose from")
        choices = {
            f"package-{number}": "accept" if accepted is None or number + 1 in accepted else "decline"
            for number in numbers
        }
        self._page = self._citizen.submit(self._shown, "/decision", **choices)

    # --- elsewhere ---

    def wait(self, step: Step) -> None:
        """Nothing happens but that time goes on, once both sides have done what they could."""
        self._patiently(lambda: self.sides.everything_was_tried)
        self._live.pass_time(self._span(step.until))

    def _span(self, until: Span | None) -> timedelta:
        limits = self._live.limits
        if until is Span.CASEWORK:
            promised = self.portal.service.progress(self.exchanges[-1]).available_from
            if promised is None:
                raise AstrayError("nobody has promised an answer")
            return promised - self._live.clock.now() + timedelta(minutes=1)
        return {
            Span.T1: limits.first_round_trip + 2 * limits.grace,
            Span.T2: limits.follow_link + 2 * limits.grace,
            Span.T3: limits.decide + 2 * limits.grace,
        }.get(until or Span.T1, _FOUR_MONTHS)

    def caseworker(self, step: Step) -> None:
        """Somebody at the municipality opens the case that waits there, and decides."""
        municipality = self._scenario.answers.municipality or ""
        with contextlib.closing(Citizen()) as caseworker:
            page = caseworker.open(f"{self.sides.address_of_provider(municipality)}/casework")
            page = caseworker.submit(page, "/casework/signin")
            cases = [caseworker.open(link) for link in page.links(r"/casework/[^/]+")]
            waiting = next((case for case in cases if case.form("/decision") is not None), None)
            if waiting is None:
                raise AstrayError("no case waits for a decision")
            decision = _DECISIONS[step.decides or Decision.RELEASE]
            caseworker.submit(waiting, "/decision", decision=decision, confirmed="yes")

    # --- the end ---

    def _settle(self) -> None:
        """Until no exchange goes on by itself any more; one that cannot is left where it is after a while."""
        self._patiently(self._at_rest)

    def _patiently(self, happened: Callable[[], bool]) -> None:
        end = time.monotonic() + _SETTLING_SECONDS
        while not happened() and time.monotonic() < end:
            time.sleep(_PAUSE_SECONDS)

    def _at_rest(self) -> bool:
        return self.sides.everything_was_sent and all(
            self.portal.service.progress(each).state not in _GOES_ON and self.sides.answered_for_good(self.portal, each)
            for each in self.exchanges
        )

    def _look_at_the_end(self) -> None:
        """What the portal tells of each exchange in the end."""
        for exchange_id in self.exchanges:
            self.seen.add("portal", self._citizen.open(f"{self.portal.address}/evidence/{exchange_id}"))
        self._count_documents()

    def _count_documents(self) -> None:
        self.documents = sum(len(self.portal.service.progress(each).documents) for each in self.exchanges)


_DEEDS = {
    Act.SIGN_IN: Teller.sign_in,
    Act.CHOOSE_MUNICIPALITY: Teller.choose_municipality,
    Act.CHOOSE_COUNTRY: Teller.choose_country,
    Act.REQUEST: Teller.request,
    Act.WAIT_FOR_ANSWER: Teller.wait_for_answer,
    Act.FOLLOW_LINK: Teller.follow_link,
    Act.GO_TO_PREVIEW: Teller.go_to_preview,
    Act.LOOK: Teller.look,
    Act.PAY: Teller.pay,
    Act.ACCEPT: Teller.accept,
    Act.DECLINE: Teller.decline,
    Act.CLOSE_BROWSER: Teller.close_browser,
    Act.COME_BACK: Teller.come_back,
    Act.FINISH: Teller.finish,
    Act.ASK_AGAIN: Teller.ask_again,
    Act.UPLOAD: Teller.upload,
    Act.WAIT: Teller.wait,
    Act.CASEWORKER: Teller.caseworker,
}
