"""What happened in one sentence, and five questions that a newcomer has, answered out of messages and journals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from oots.dossier.messages import Answer
from oots.exchange.journal import Entry
from oots.inspector.cast import DENMARK, Cast
from oots.inspector.checks import Judged
from oots.inspector.laid_open import LaidOpen
from oots.inspector.outcome import EXCEPTIONS, RESPONSES, Outcome
from oots.inspector.stayed import why_stayed
from oots.inspector.steps import files
from oots.inspector.wording import reached
from oots.model.fields import Standing
from oots.model.text import in_language
from oots.web.countries import country
from oots.web.procedures import procedure
from oots.web.telling import offers_preview
from oots.web.words import Words


@dataclass(frozen=True, slots=True)
class Answered:
    """One of the five questions; `look` is that of its badge (success, info, warning, error), where it has one."""

    question: Words
    answer: Words
    look: str
    badge: Words | None


@dataclass(frozen=True, slots=True)
class Told:
    """`sentence` says all in one; `answers` are those to the five questions, in order."""

    sentence: Words
    answers: tuple[Answered, ...]


def tell(exchange: LaidOpen, cast: Cast, judged: Judged) -> Told:
    teller = _Teller(exchange, cast, judged)
    answers = (teller.asked(), teller.ground(), teller.seen(), teller.left(), teller.proven())
    return Told(teller.sentence(), answers)


QUESTIONS: Final = (
    Words("Hvem spurgte?", "Who asked?"),
    Words("På hvilket grundlag?", "On what ground?"),
    Words("Hvad så borgeren, og hvad blev besluttet?", "What did the person see and decide?"),
    Words("Hvad forlod Danmark?", "What left Denmark?"),
    Words("Kan det bevises?", "Can it be proven?"),
)
_YES: Final = Words("ja", "yes")
_NO: Final = Words("nej", "no")
_UNKNOWN: Final = Words("ikke kendt", "not known")


class _Teller:
    def __init__(self, exchange: LaidOpen, cast: Cast, judged: Judged) -> None:
        self._exchange = exchange
        self._cast = cast
        self._judged = judged
        self._reached = reached(exchange)
        seen, chosen = exchange.of(Entry.PREVIEW_OPENED), exchange.of(Entry.PREVIEW_DECIDED)
        self._shown = len({part.content_id for line in seen for part in line.entry.evidence})
        self._opened = bool(seen)
        self._decision = chosen[-1].entry.decision if chosen else None
        self._chosen = len(chosen[-1].entry.evidence) if chosen else 0
        sent = exchange.of(*RESPONSES)
        self._sent = len({part.content_id for line in sent for part in line.entry.evidence})

    def asked(self) -> Answered:
        asker, asked, what = self._cast.requester, self._cast.provider, self._cast.evidence_type
        here, there = self._places()
        return Answered(
            QUESTIONS[0],
            Words(
                f"{asker.danish}{here.danish} bad {asked.danish}{there.danish} om “{what.danish}”.",
                f"{asker.english}{here.english} asked {asked.english}{there.english} for “{what.english}”.",
            ),
            "info",
            None,
        )

    def ground(self) -> Answered:
        request = self._cast.request
        if request is None:
            unread = Words("Anmodningen kan ikke læses.", "The request cannot be read.")
            return Answered(QUESTIONS[1], unread, "error", _UNKNOWN)
        for_what = procedure(request.procedure)
        given = request.explicit_request_given
        law = Words(
            f"Procedure {request.procedure}: {for_what.danish}, efter artikel 14 i forordning (EU) 2018/1724.",
            f"Procedure {request.procedure}: {for_what.english}, under Article 14 of Regulation (EU) 2018/1724.",
        )
        wish = (
            Words("Borgeren bad udtrykkeligt om det (stk. 4).", "The person explicitly asked for it (paragraph 4).")
            if given
            else Words("Borgeren har ikke udtrykkeligt bedt om det.", "The person has not explicitly asked for it.")
        )
        need = Words("", "")
        if request.requirements:
            names = request.requirements[0].names
            need = Words(f" Kravet: {in_language(names, 'da')}.", f" The requirement: {in_language(names, 'en')}.")
        return Answered(
            QUESTIONS[1],
            Words(f"{law.danish} {wish.danish}{need.danish}", f"{law.english} {wish.english}{need.english}"),
            "success" if given else "warning",
            Words("udtrykkelig anmodning", "explicit request")
            if given
            else Words("ingen udtrykkelig anmodning", "no explicit request"),
        )

    def seen(self) -> Answered:
        answer, look, badge = self._preview()
        return Answered(QUESTIONS[2], answer, look, badge)

    def _preview(self) -> tuple[Words, str, Words]:
        shown, chosen = files(self._shown), files(self._chosen)
        asked = self._cast.provider
        if self._decision == "accept":
            return (
                Words(
                    f"Borgeren så {shown.danish} hos {asked.danish} og sagde ja til at sende {chosen.danish}.",
                    f"The person saw {shown.english} at {asked.english} and agreed to send {chosen.english}.",
                ),
                "success",
                Words("så og sagde ja", "saw and agreed"),
            )
        if self._decision is not None:
            return (
                Words(
                    f"Borgeren så {shown.danish} hos {asked.danish} og sagde nej.",
                    f"The person saw {shown.english} at {asked.english} and said no.",
                ),
                "info",
                Words("så og sagde nej", "saw and said no"),
            )
        if self._opened:
            return (
                Words(
                    f"Borgeren så {shown.danish} hos {asked.danish} og har intet besluttet.",
                    f"The person saw {shown.english} at {asked.english} and has decided nothing.",
                ),
                "warning",
                Words("så, besluttede intet", "saw, decided nothing"),
            )
        if self._sent:
            return (
                Words(
                    "Ingen forhåndsvisning: dokumentationen blev sendt, uden at borgeren så den først.",
                    "No preview: the evidence was sent without the person seeing it first.",
                ),
                "warning",
                Words("ingen forhåndsvisning", "no preview"),
            )
        if not any(offers_preview(line.entry) for line in self._exchange.of(*EXCEPTIONS)):
            return (
                Words("Intet: der blev ikke tilbudt en forhåndsvisning.", "Nothing: no preview was offered."),
                "info",
                Words("intet vist", "nothing shown"),
            )
        return (
            Words("Intet: forhåndsvisningen blev ikke åbnet.", "Nothing: the preview was not opened."),
            "info",
            Words("intet vist", "nothing shown"),
        )

    def left(self) -> Answered:
        answer, look, badge = self._travelled()
        return Answered(QUESTIONS[3], answer, look, badge)

    def _travelled(self) -> tuple[Words, str, Words]:
        count, to = files(self._sent), country(self._cast.requester_country)
        if self._cast.provider_country not in (DENMARK, None):
            came = country(self._cast.provider_country)
            evidence = (
                Words(
                    f"{count.danish} kom hertil fra {came.danish}.", f"{count.english} came here from {came.english}."
                )
                if self._sent
                else Words(f"Intet kom hertil fra {came.danish}.", f"Nothing came from {came.english}.")
            )
            return (
                Words(
                    "Ingen dokumentation. Anmodningen, som siger, hvem den handler om, gik ud af landet. "
                    f"{evidence.danish}",
                    f"No evidence. The request, which says whom it is about, left the country. {evidence.english}",
                ),
                "info",
                Words("kun anmodningen", "the request alone"),
            )
        if self._sent and self._reached is not Outcome.UNDELIVERED:
            withheld = self._shown - self._chosen if self._decision == "accept" else 0
            rest = (
                Words(
                    f" {files(withheld).danish} blev vist, men ikke sendt.",
                    f" {files(withheld).english} was shown and not sent."
                    if withheld == 1
                    else f" {files(withheld).english} were shown and not sent.",
                )
                if withheld > 0
                else Words("", "")
            )
            kept = self._withheld()
            return (
                Words(
                    f"{count.danish} “{self._cast.evidence_type.danish}” blev sendt til {to.danish}."
                    f"{rest.danish}{kept.danish}",
                    f"{count.english} of “{self._cast.evidence_type.english}” went to {to.english}."
                    f"{rest.english}{kept.english}",
                ),
                "success",
                Words("sendt", "sent"),
            )
        stayed = why_stayed(self._exchange)
        return (
            Words(f"Ingen dokumentation. {stayed.why.danish}", f"No evidence. {stayed.why.english}"),
            "info",
            Words("intet", "nothing") if stayed.final else Words("intet endnu", "nothing yet"),
        )

    def _withheld(self) -> Words:
        """How many kinds of fields the register has and did not tell."""
        told = (field for line in self._exchange.lines for field in line.entry.fields)
        number = len({field.name for field in told if field.standing is Standing.WITHHELD})
        if not number:
            return Words("", "")
        kinds = ("1 slags oplysning", "1 kind of data") if number == 1 else (f"{number} slags oplysninger", "")
        return Words(
            f" {kinds[0]} i registret blev ikke udleveret; se Dokumentation.",
            f" {kinds[1] or f'{number} kinds of data'} in the register stayed there; see Evidence.",
        )

    def proven(self) -> Answered:
        known = [each.answer for each in self._judged.answers]
        if not self._exchange.messages:
            nothing = Words("Nej: ingen meddelelse er gemt.", "No: no message is kept.")
            return Answered(QUESTIONS[4], nothing, "error", _NO)
        number = len(self._exchange.messages)
        if all(answer is Answer.YES for answer in known):
            return Answered(
                QUESTIONS[4],
                Words(
                    f"Ja. Alle {number} meddelelser er underskrevet af afsenderens adgangspunkt, og modtagerens har "
                    "underskrevet for dem; begge dele er regnet efter lige nu.",
                    f"Yes. All {number} messages are signed by the sender's access point, and the receiver's has "
                    "signed for them; both were computed anew just now.",
                ),
                "success",
                _YES,
            )
        if known[:2] == [Answer.YES, Answer.YES]:
            lacking = sum(message.receipt is None for message in self._exchange.messages)
            return Answered(
                QUESTIONS[4],
                Words(
                    f"Delvist. Alle {number} meddelelser er underskrevet af afsenderen, men {lacking} mangler "
                    "modtagerens kvittering.",
                    f"In part. All {number} messages are signed by their sender, but {lacking} lack the receipt of "
                    "their receiver.",
                ),
                "warning",
                Words("delvist", "in part"),
            )
        return Answered(
            QUESTIONS[4],
            Words(
                "Nej. Mindst én underskrift eller kvittering holder ikke; se kontrollerne nedenfor.",
                "No. At least one signature or receipt does not hold; see the checks below.",
            ),
            "error",
            _NO,
        )

    def sentence(self) -> Words:
        asked, seen = self.asked().answer, self._short_preview()
        left, proof = self._travelled()[0], self.proven().badge or _UNKNOWN
        ground = self._cast.request
        why = procedure(ground.procedure) if ground else _UNKNOWN
        return Words(
            f"{asked.danish.removesuffix('.')} til {why.danish}; {seen.danish}. {left.danish} "
            f"Kan det bevises: {proof.danish}.",
            f"{asked.english.removesuffix('.')} for {why.english}; {seen.english}. {left.english} "
            f"Can it be proven: {proof.english}.",
        )

    def _short_preview(self) -> Words:
        if self._decision == "accept":
            return Words("borgeren så dokumentationen og sagde ja", "the person saw the evidence and agreed")
        if self._decision is not None:
            return Words("borgeren så dokumentationen og sagde nej", "the person saw the evidence and said no")
        if self._opened:
            return Words("borgeren så dokumentationen", "the person saw the evidence")
        return Words("borgeren fik intet vist", "the person was shown nothing")

    def _places(self) -> tuple[Words, Words]:
        """`, Litauen`, unless the name says it already."""
        return (
            _place(self._cast.requester, self._cast.requester_country),
            _place(self._cast.provider, self._cast.provider_country),
        )


def _place(named: Words, code: str | None) -> Words:
    if code is None:
        return Words("", "")
    where = country(code)
    danish = "" if where.danish in named.danish else f" ({where.danish})"
    english = "" if where.english in named.english else f" ({where.english})"
    return Words(danish, english)
