"""Why evidence has not left the provider, as the last line says that decides it."""

from __future__ import annotations

from dataclasses import dataclass

from oots.exchange.journal import Entry, JournalEntry
from oots.inspector.catalogue.error_codes import error_code
from oots.inspector.laid_open import LaidOpen
from oots.inspector.outcome import EXCEPTIONS, RESPONSES
from oots.model.request import EvidenceRequest
from oots.model.response import Answer, ErrorCode, EvidenceError, EvidenceResponse
from oots.web.words import Words


@dataclass(frozen=True, slots=True)
class Stayed:
    """`final` tells that nothing will leave any more in this exchange; `code` is that of an error."""

    why: Words
    final: bool = True
    code: str | None = None


_DECLINED = Stayed(Words("Borgeren valgte ikke at sende.", "The person chose not to send."))
_NOT_CHOSEN = Stayed(Words("Borgeren valgte at sende noget andet.", "The person chose to send something else."))
_LAPSED = Stayed(Words("Der blev ikke truffet et valg i tide.", "No choice was made in time."))
_BY_HAND = Stayed(
    Words(
        "En sagsbehandler skal først se på sagen; derefter skal der spørges igen.",
        "A caseworker must look at the case first; ask again after that.",
    )
)
_REFUSED_BY_HAND = Stayed(
    Words("En sagsbehandler har afgjort, at intet udstedes.", "A caseworker decided that nothing is issued.")
)
_RELEASED_BY_HAND = Stayed(
    Words(
        "En sagsbehandler har afgjort, at dokumentationen udstedes, når der spørges igen.",
        "A caseworker decided that the evidence is issued when it is asked for again.",
    )
)
_NOT_YET = Stayed(
    Words("Dokumentationen er ikke klar endnu; der skal spørges igen.", "The evidence is not ready yet; ask again."),
)
_NOTHING_HELD = Stayed(
    Words(
        "Myndigheden har ingen dokumentation af den slags at sende.",
        "The authority has no evidence of that kind to send.",
    )
)
_WAITING = Stayed(Words("Borgeren har ikke valgt endnu.", "The person has not chosen yet."), final=False)
_ASKED = Stayed(Words("Der er ikke svaret endnu.", "There is no answer yet."), final=False)
_NOT_ASKED = Stayed(Words("Anmodningen kunne ikke afleveres.", "The request could not be delivered."))
_UNDELIVERED = Stayed(Words("Svaret kunne ikke afleveres.", "The answer could not be delivered."))


def why_stayed(exchange: LaidOpen) -> Stayed:
    """Why what has not been sent so far has stayed."""
    says = {message.message_id: message.says for message in exchange.messages}
    told = _Told(
        declined=any(line.entry.decision == "decline" for line in exchange.of(Entry.PREVIEW_DECIDED)),
        by_hand=bool(exchange.of(Entry.CASE_OPENED)),
        offered=any(isinstance(each, EvidenceError) and each.preview for each in says.values()),
    )
    stayed = _ASKED
    for line in exchange.lines:
        stayed = told.reached(line.entry, says.get(line.entry.message_id or "")) or stayed
    return stayed


@dataclass(frozen=True, slots=True)
class _Told:
    """What an exchange tells before the line that decides it: that the person `declined`, that a caseworker has it,
    that a preview was `offered`."""

    declined: bool
    by_hand: bool
    offered: bool

    def reached(self, entry: JournalEntry, says: EvidenceRequest | Answer | None) -> Stayed | None:
        """What a line makes of it; None for one that decides nothing."""
        match entry.entry:
            case Entry.CASE_DECIDED:
                return _REFUSED_BY_HAND if entry.decision == "refuse" else _RELEASED_BY_HAND
            case Entry.TIME_UP:
                return _LAPSED if self.offered else Stayed(error_code(ErrorCode.TIMEOUT.code).meaning)
            case Entry.PREVIEW_DECIDED:
                return _DECLINED if self.declined else _NOT_CHOSEN
            case Entry.DELIVERY_FAILED:
                return _NOT_ASKED if isinstance(says, EvidenceRequest) else _UNDELIVERED
        if entry.entry in EXCEPTIONS and isinstance(says, EvidenceError):
            return self._by_error(says)
        if entry.entry in RESPONSES and isinstance(says, EvidenceResponse) and not says.packages:
            return self._by_nothing(says)
        return None

    def _by_error(self, error: EvidenceError) -> Stayed:
        if error.preview:
            return _WAITING
        code = error.exceptions[0].code
        lapsed = self.offered and code is ErrorCode.TIMEOUT
        return Stayed(_LAPSED.why if lapsed else error_code(code.code).meaning, code=code.code)

    def _by_nothing(self, response: EvidenceResponse) -> Stayed:
        if self.declined:
            return _DECLINED
        if response.available_from:
            return _BY_HAND if self.by_hand else _NOT_YET
        return _NOTHING_HELD
