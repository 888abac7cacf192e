"""What happened, step by step: the one list of which timeline, diagram and presentation are made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from oots.exchange.journal import Entry, JournalEntry
from oots.exchange.journals import Line
from oots.inspector.catalogue.error_codes import error_code
from oots.inspector.laid_open import LaidOpen, Message
from oots.inspector.outcome import EXCEPTIONS, REQUESTS, RESPONSES
from oots.inspector.story.cast import ROLES, Cast, Lane
from oots.inspector.wording import SECOND_REQUEST, decision_of, title_of, within
from oots.model.response import EvidenceResponse
from oots.web.procedures import procedure
from oots.web.telling import offers_preview
from oots.web.words import Words

_RECEIVED: Final = (Entry.REQUEST_RECEIVED, Entry.RESPONSE_RECEIVED, Entry.EXCEPTION_RECEIVED, Entry.ANSWER_IGNORED)
_OF_MESSAGE: Final = (*REQUESTS, *RESPONSES, *EXCEPTIONS, Entry.RECEIPT_RECEIVED, Entry.ANSWER_IGNORED)
"""Lines that tell of a message itself, and are one step with it."""


def _is_of_message(line: Line) -> bool:
    """A request that was sent once more in a message of its own is one, too."""
    again = line.entry.entry is Entry.DUPLICATE_RECEIVED and line.entry.soap is not None
    return again or line.entry.entry in _OF_MESSAGE


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened, in order. `title` are a few words, `says` is a whole sentence.

    `path` are the lanes that it touches, from who did it to whom it reached: one alone where it reached nobody.
    `inferred`: no journal tells of it, a message says so. `failed`: it went wrong.
    """

    number: int
    at: datetime
    title: Words
    says: Words
    path: tuple[Lane, ...]
    lines: tuple[Line, ...] = ()
    message: Message | None = None
    inferred: bool = False
    failed: bool = False

    @property
    def receipted(self) -> bool:
        """Whether the receiver of the message signed for it, as the journals have it; that is checked elsewhere."""
        return self.message is not None and self.message.receipt is not None

    @property
    def way(self) -> Words:
        """From whom to whom, in words."""
        ends = dict.fromkeys((self.path[0], self.path[-1]))
        names = [ROLES[lane] for lane in ends]
        return Words(" → ".join(each.danish for each in names), " → ".join(each.english for each in names))


def steps_of(exchange: LaidOpen, cast: Cast) -> tuple[Step, ...]:
    """All steps, numbered from 1 on."""
    teller = _Teller(exchange, cast)
    found = [*teller.before(), *teller.told()]
    return tuple(replace(step, number=number) for number, step in enumerate(found, start=1))


class _Teller:
    def __init__(self, exchange: LaidOpen, cast: Cast) -> None:
        self._exchange = exchange
        self._cast = cast
        self._messages = {message.message_id: message for message in exchange.messages}

    def before(self) -> Iterator[Step]:
        """What came before the first message, as that says: no journal keeps it."""
        request, cast = self._cast.request, self._cast
        if request is None:
            return
        asker, what = cast.requester, cast.evidence_type
        small, provider = within(asker), within(cast.provider)
        given = request.explicit_request_given
        yield Step(
            0,
            request.issued,
            Words("Udtrykkelig anmodning", "Explicit request") if given else _WITHOUT_REQUEST,
            Words(
                f"Borgeren bad udtrykkeligt {small.danish} om at hente dokumentationen. Det siger anmodningen.",
                f"The person explicitly asked {small.english} to fetch the evidence. The request says so.",
            )
            if given
            else Words(
                f"{asker.danish} spørger, uden at borgeren udtrykkeligt har bedt om det. Det siger anmodningen.",
                f"{asker.english} asks without an explicit request of the person. The request says so.",
            ),
            (Lane.CITIZEN, Lane.PORTAL) if given else (Lane.PORTAL,),
            inferred=True,
        )
        yield Step(
            0,
            request.issued,
            Words("Hvem har dokumentationen?", "Who has the evidence?"),
            Words(
                f"Portalen slog op i EU's kataloger, hvem der udsteder »{what.danish}«. Svaret var {provider.danish}. "
                "Opslaget står ikke i nogen journal; det er udledt af anmodningen.",
                f"The portal looked up in the EU's directories who issues the “{what.english}”. The answer was "
                f"{provider.english}. No journal has the look-up; it is inferred from the request.",
            ),
            (Lane.PORTAL, Lane.DIRECTORIES),
            inferred=True,
        )

    def told(self) -> Iterator[Step]:
        done: set[str] = set()
        for line in self._exchange.lines:
            message = self._messages.get(line.entry.message_id or "")
            if message is None or not _is_of_message(line):
                yield self._act(line)
            elif message.message_id not in done:
                done.add(message.message_id)
                yield self._sent(message)

    # --- messages ---

    def _sent(self, message: Message) -> Step:
        lines = tuple(filter(_is_of_message, message.lines))
        first = lines[0].entry
        ignored = any(line.entry.entry is Entry.ANSWER_IGNORED for line in lines)
        again = first.entry is Entry.DUPLICATE_RECEIVED
        arrived = any(line.entry.entry in _RECEIVED for line in lines) or message.receipt is not None
        title = title_of(lines[0])
        if first.entry in REQUESTS:
            says = self._asked(message, title)
        elif first.entry in (*RESPONSES, *EXCEPTIONS):
            says = self._answered(message, first)
        else:
            says = _SAID.get(first.entry, _IGNORED)
        if ignored and says is not _IGNORED:
            says = Words(f"{says.danish} {_IGNORED.danish}", f"{says.english} {_IGNORED.english}")
        invalid = any(False in (line.entry.schema_valid, line.entry.signature_valid) for line in lines)
        refused = first.entry in EXCEPTIONS and not offers_preview(first)
        path = self._path(message, arrived=arrived and not ignored)
        failed = ignored or invalid or refused or not (arrived or again)
        return Step(0, first.at, title, says, path, lines, message, failed=failed)

    def _path(self, message: Message, *, arrived: bool) -> tuple[Lane, ...]:
        lanes = self._cast.lanes
        sender = lanes.get(message.header.sender.value, Lane.REQUESTER_POINT)
        receiver = lanes.get(message.header.receiver.value, Lane.PROVIDER_POINT)
        behind = _BEHIND.get(receiver) if arrived else None
        whole = (_BEHIND.get(sender), sender, receiver, behind)
        return tuple(lane for lane in whole if lane is not None)

    def _is_between(self, message: Message) -> bool:
        return self._cast.lanes.get(message.header.sender.value) is Lane.INTERMEDIARY

    def _passed_on(self, message: Message) -> bool:
        others = (each for each in self._exchange.messages if each is not message)
        return self._is_between(message) and any(each.document == message.document for each in others)

    def _asked(self, message: Message, title: Words) -> Words:
        asker, asked, what = self._cast.requester, within(self._cast.provider), self._cast.evidence_type
        small = within(asker)
        if self._passed_on(message):
            return Words(
                f"Mellemleddet sendte anmodningen uændret videre til {asked.danish}, i en meddelelse, som det selv har "
                "underskrevet.",
                f"The intermediary passed the request on unchanged to {asked.english}, in a message that it signed "
                "itself.",
            )
        if title == SECOND_REQUEST:
            return Words(
                f"Borgeren fulgte linket, og {small.danish} sendte anmodning nummer to. Der skal to til: den første "
                "får linket til forhåndsvisningen som svar, den anden venter på borgerens valg.",
                f"The person followed the link, and {small.english} sent the second request. It takes two: the first "
                "is answered with the link to the preview, the second waits for what the person decides.",
            )
        ground = procedure(self._cast.request.procedure) if self._cast.request else None
        for_what = Words(f" til {ground.danish}", f" for {ground.english}") if ground else Words("", "")
        return Words(
            f"{asker.danish} bad {asked.danish} om »{what.danish}«{for_what.danish}.",
            f"{asker.english} asked {asked.english} for “{what.english}”{for_what.english}.",
        )

    def _answered(self, message: Message, entry: JournalEntry) -> Words:
        asker, asked = within(self._cast.requester), self._cast.provider
        if self._passed_on(message):
            return Words(
                f"Mellemleddet sendte svaret uændret videre til {asker.danish}.",
                f"The intermediary passed the answer on unchanged to {asker.english}.",
            )
        if self._is_between(message):
            asked = ROLES[Lane.INTERMEDIARY]
        responded = entry.entry in RESPONSES
        if responded and (count := len(message.header.parts) - 1) > 0:
            return Words(
                f"{asked.danish} sendte dokumentationen til {asker.danish}: {files(count).danish}.",
                f"{asked.english} sent the evidence to {asker.english}: {files(count).english}.",
            )
        if responded:
            return self._without_evidence(message)
        if offers_preview(entry):
            return Words(
                f"{asked.danish} svarede, at borgeren først skal se dokumentationen, og sendte et link til "
                "forhåndsvisningen.",
                f"{asked.english} answered that the person is to see the evidence first, and sent a link to the "
                "preview.",
            )
        error = error_code(entry.error_code) if entry.error_code else None
        code = f" ({error.code})" if error else ""
        meaning = Words(f" {error.meaning.danish}", f" {error.meaning.english}") if error else Words("", "")
        return Words(
            f"{asked.danish} sendte ingen dokumentation, men et fejlsvar{code}.{meaning.danish}",
            f"{asked.english} sent no evidence but an error response{code}.{meaning.english}",
        )

    def _without_evidence(self, message: Message) -> Words:
        asked, says = self._cast.provider, message.says
        if isinstance(says, EvidenceResponse) and says.available_from is not None:
            return Words(
                f"{asked.danish} svarede, at dokumentationen først er klar senere.",
                f"{asked.english} answered that the evidence will be ready later only.",
            )
        return Words(
            f"{asked.danish} svarede uden at sende dokumentation.", f"{asked.english} answered without any evidence."
        )

    # --- what a service did by itself, or a person with it ---

    def _act(self, line: Line) -> Step:
        entry, own = line.entry, self._cast.sides.get(line.service, Lane.AUTHORITY)
        path: tuple[Lane, ...] = (own,)
        if entry.entry in _BY_PERSON:
            path = (Lane.CITIZEN, own)
        elif entry.entry is Entry.FEE_RETURNED:
            path = (own, Lane.CITIZEN)
        failed = entry.entry in _FAILED or False in (entry.schema_valid, entry.signature_valid)
        return Step(0, entry.at, self._act_titled(line), self._act_said(line, own), path, (line,), failed=failed)

    def _act_titled(self, line: Line) -> Words:
        decision = decision_of(line.entry)
        title = title_of(line)
        return title if decision is None else _with(title, f": {decision.danish}", f": {decision.english}")

    def _act_said(self, line: Line, own: Lane) -> Words:
        entry, asked = line.entry, self._cast.provider
        inside = within(asked)
        count = files(len(entry.evidence))
        who = {Lane.PORTAL: self._cast.requester, Lane.AUTHORITY: asked}.get(own, ROLES[own])
        match entry.entry:
            case Entry.IDENTITY_MATCHED:
                return Words(
                    f"{asked.danish} fandt i sit register præcis én person, som passer på anmodningen.",
                    f"{asked.english} found exactly one person in its register who fits the request.",
                )
            case Entry.IDENTITY_NOT_MATCHED:
                return Words(
                    f"{asked.danish} fandt ikke præcis én person, og fortæller ikke hvorfor.",
                    f"{asked.english} did not find exactly one person, and does not tell why.",
                )
            case Entry.PREVIEW_OPENED:
                return Words(
                    f"Borgeren loggede ind hos {inside.danish} og så dokumentationen: {count.danish}.",
                    f"The person signed in at {inside.english} and saw the evidence: {count.english}.",
                )
            case Entry.PREVIEW_DECIDED if entry.decision == "accept":
                return Words(
                    f"Borgeren sagde ja til at sende dokumentationen: {count.danish}.",
                    f"The person agreed to send the evidence: {count.english}.",
                )
            case Entry.PREVIEW_DECIDED:
                return Words("Borgeren sagde nej til at sende.", "The person said no to sending.")
            case Entry.EVIDENCE_DELETED:
                return Words(
                    f"{who.danish} slettede filerne. Deres digitale fingeraftryk bliver i journalen.",
                    f"{who.english} deleted the files. Their digital fingerprints stay in the journal.",
                )
            case Entry.CASE_DECIDED:
                decision = decision_of(entry) or Words("afgjort", "decided")
                return Words(
                    f"En sagsbehandler hos {inside.danish} afgjorde sagen: {decision.danish}.",
                    f"A caseworker of {inside.english} decided the case: {decision.english}.",
                )
        said = _SAID.get(entry.entry)
        title = title_of(line)
        return said or Words(f"{who.danish}: {title.danish}.", f"{who.english}: {title.english}.")


_WITHOUT_REQUEST: Final = Words("Uden udtrykkelig anmodning", "Without an explicit request")
_IGNORED: Final = Words(
    "Modtageren noterede meddelelsen, men handlede ikke på den.",
    "The receiver recorded the message and did not act on it.",
)
_BEHIND: Final = {Lane.REQUESTER_POINT: Lane.PORTAL, Lane.PROVIDER_POINT: Lane.AUTHORITY}
_BY_PERSON: Final = (Entry.PREVIEW_OPENED, Entry.PREVIEW_REFUSED, Entry.PREVIEW_DECIDED, Entry.FEE_PAID)
_FAILED: Final = (Entry.IDENTITY_NOT_MATCHED, Entry.PREVIEW_REFUSED, Entry.DELIVERY_FAILED, Entry.TIME_UP)
_SAID: Final = {
    Entry.PREVIEW_REFUSED: Words(
        "En anden end den, anmodningen handler om, prøvede at åbne forhåndsvisningen og blev afvist.",
        "Somebody other than the one whom the request is about tried to open the preview and was refused.",
    ),
    Entry.DUPLICATE_RECEIVED: Words(
        "Samme meddelelse kom igen; der blev ikke handlet på den to gange.",
        "The same message came again; it was not acted on twice.",
    ),
    Entry.DELIVERY_FAILED: Words(
        "Meddelelsen kunne ikke afleveres i tide.", "The message could not be delivered in time."
    ),
    Entry.TIME_UP: Words("Tiden udløb, og der ventes ikke længere.", "Time was up, and nobody waits any longer."),
    Entry.CASE_OPENED: Words(
        "En sagsbehandler skal tage stilling, før der kan svares.",
        "A caseworker is to decide before there can be an answer.",
    ),
}


def files(count: int) -> Words:
    """How many files."""
    return Words("1 fil", "1 file") if count == 1 else Words(f"{count} filer", f"{count} files")


def _with(words: Words, danish: str, english: str) -> Words:
    return Words(words.danish + danish, words.english + english)
