"""Why evidence has not left the provider, as the last line says that decides it."""

from __future__ import annotations

from dataclasses import dataclass

from oots.exchange.journal import Entry, JournalEntry
from oots.inspector.laid_open import LaidOpen
from oots.model.response import EvidenceError, EvidenceResponse
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
_NOT_MATCHED = Stayed(
    Words("Myndigheden kunne ikke finde netop én person.", "The authority could not find exactly one person."),
    code="EDM:ERR:0004",
)
_BY_HAND = Stayed(
    Words("En sagsbehandler skal først se på sagen.", "A caseworker must look at the case first."), final=False
)
_REFUSED_BY_HAND = Stayed(
    Words("En sagsbehandler har afgjort, at intet udstedes.", "A caseworker decided that nothing is issued.")
)
_NOT_YET = Stayed(
    Words("Dokumentationen er ikke klar endnu; der skal spørges igen.", "The evidence is not ready yet; ask again."),
)
_NOTHING_HELD = Stayed(
    Words("Registret har ingen dokumentation af den slags.", "The register holds no evidence of that kind.")
)
_WAITING = Stayed(Words("Borgeren har ikke valgt endnu.", "The person has not chosen yet."), final=False)
_ASKED = Stayed(Words("Der er ikke svaret endnu.", "There is no answer yet."), final=False)
_UNDELIVERED = Stayed(Words("Svaret kunne ikke afleveres.", "The answer could not be delivered."))
_UNKNOWN = Words("Udbyderen svarede med en fejl.", "The provider answered with an error.")


def why_stayed(exchange: LaidOpen) -> Stayed:
    """Why what has not been sent so far has stayed."""
    says = {message.message_id: message.says for message in exchange.messages}
    stayed, declined = _ASKED, False
    for line in exchange.lines:
        entry = line.entry
        declined = declined or (entry.entry is Entry.PREVIEW_DECIDED and entry.decision == "decline")
        stayed = _reached(entry, says.get(entry.message_id or ""), declined=declined) or stayed
    return stayed


def _reached(entry: JournalEntry, says: object, *, declined: bool) -> Stayed | None:
    """What a line makes of it; None for one that decides nothing."""
    match entry.entry:
        case Entry.IDENTITY_NOT_MATCHED:
            return _NOT_MATCHED
        case Entry.CASE_OPENED:
            return _BY_HAND
        case Entry.CASE_DECIDED:
            return _REFUSED_BY_HAND if entry.decision == "refuse" else None
        case Entry.TIME_UP:
            return _LAPSED
        case Entry.PREVIEW_DECIDED:
            return _DECLINED if declined else _NOT_CHOSEN
        case Entry.DELIVERY_FAILED:
            return _UNDELIVERED
        case Entry.EXCEPTION_SENT | Entry.EXCEPTION_RECEIVED if isinstance(says, EvidenceError):
            return _of_error(says)
        case Entry.RESPONSE_SENT if isinstance(says, EvidenceResponse) and not says.packages:
            return _of_nothing(says, declined=declined)
    return None


def _of_error(error: EvidenceError) -> Stayed:
    if error.preview:
        return _WAITING
    code = error.exceptions[0].code.code
    return Stayed(_REFUSALS.get(code, _UNKNOWN), code=code)


def _of_nothing(response: EvidenceResponse, *, declined: bool) -> Stayed | None:
    if declined:
        return _DECLINED
    return _NOT_YET if response.available_from else _NOTHING_HELD


_REFUSALS = {
    "EDM:ERR:0001": Words(
        "Personen var ikke sikkert nok identificeret.", "The person was not identified surely enough."
    ),
    "EDM:ERR:0002": Words("Der manglede et grundlag for at udlevere.", "There was no ground for releasing it."),
    "EDM:ERR:0003": Words("Forespørgslen var ikke i orden.", "The request was not in order."),
    "EDM:ERR:0004": Words(
        "Udbyderen fandt ikke netop den person, eller udsteder ikke den dokumentation.",
        "The provider did not find exactly that person, or does not issue that evidence.",
    ),
    "EDM:ERR:0005": _LAPSED.why,
    "EDM:ERR:0006": Words("Forespørgslen henviste til noget ukendt.", "The request pointed to something unknown."),
    "EDM:ERR:0007": Words(
        "Udbyderen kan ikke levere på den måde, der blev bedt om.", "The provider cannot deliver as was asked."
    ),
    "EDM:ERR:0008": Words(
        "Udbyderens register svarede ikke, eller svaret måtte ikke sendes.",
        "The provider's register did not answer, or the answer could not be sent.",
    ),
}
