"""What happened in one sentence, and five questions that a newcomer has, answered out of messages and journals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from oots.inspector.laid_open import LaidOpen
from oots.inspector.story.cast import DENMARK, Cast
from oots.inspector.story.checks import Judged
from oots.inspector.story.course import Course, course_of
from oots.inspector.story.leaving import WHETHER_IT_ARRIVED, Leaving
from oots.inspector.story.proving import Proof, Proving
from oots.inspector.story.steps import Step, files
from oots.inspector.wording import within
from oots.model.text import in_language
from oots.web.countries import country
from oots.web.procedures import procedure
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
    """`sentence` says all in one; `answers` are those to the five questions, in order. Below the last: what signatures
    prove, and what `rests` on somebody's word alone."""

    sentence: Words
    answers: tuple[Answered, ...]
    proofs: tuple[Proof, ...]
    rests: tuple[Words, ...]


def tell(exchange: LaidOpen, steps: Sequence[Step], cast: Cast, judged: Judged) -> Told:
    course = course_of(exchange)
    teller = _Teller(cast, Leaving(exchange, cast, course), course)
    proving = Proving(exchange, steps, cast, judged)
    proven = Answered(QUESTIONS[4], *proving.proven())
    answers = (teller.asked(), teller.ground(), teller.seen(), teller.left(), proven)
    return Told(teller.sentence(), answers, tuple(proving.proofs()), tuple(proving.rests()))


QUESTIONS: Final = (
    Words("Hvem spurgte?", "Who asked?"),
    Words("På hvilket grundlag?", "On what legal basis?"),
    Words("Hvad så borgeren, og hvad blev besluttet?", "What did the person see, and what was decided?"),
    Words("Hvad forlod Danmark?", "What left Denmark?"),
    Words("Kan det bevises?", "Can it be proven?"),
)
_UNKNOWN: Final = Words("ikke kendt", "not known")


class _Teller:
    def __init__(self, cast: Cast, leaving: Leaving, course: Course) -> None:
        self._cast = cast
        self._leaving = leaving
        self._course = course

    def asked(self) -> Answered:
        asker, asked, what = self._cast.requester, within(self._cast.provider), self._cast.evidence_type
        here, there = self._places()
        return Answered(
            QUESTIONS[0],
            Words(
                f"{asker.danish}{here.danish} bad {asked.danish}{there.danish} om »{what.danish}«.",
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
            f"Anmodningen nævner procedure {request.procedure}: {for_what.danish}, efter artikel 14 i forordning (EU) "
            "2018/1724.",
            f"The request names procedure {request.procedure}: {for_what.english}, under Article 14 of Regulation (EU) "
            "2018/1724.",
        )
        wish = (
            Words(
                "Den siger, at borgeren udtrykkeligt har bedt om det (stk. 7).",
                "It says that the person explicitly asked for it (paragraph 7).",
            )
            if given
            else Words(
                "Den siger ikke, at borgeren udtrykkeligt har bedt om det. Det er kun lovligt, hvor EU-retten "
                "eller national ret siger det (stk. 4).",
                "It does not say that the person explicitly asked for it. That is lawful only where Union or "
                "national law says so (paragraph 4).",
            )
        )
        need = Words("", "")
        if request.requirements:
            names = request.requirements[0].names
            need = Words(f" Det skal vise: {in_language(names, 'da')}.", f" It is to show: {in_language(names, 'en')}.")
        return Answered(
            QUESTIONS[1],
            Words(f"{law.danish} {wish.danish}{need.danish}", f"{law.english} {wish.english}{need.english}"),
            "info" if given else "warning",
            Words("udtrykkelig anmodning, siger den, der spurgte", "explicit request, says the one who asked")
            if given
            else Words("ingen udtrykkelig anmodning", "no explicit request"),
        )

    def seen(self) -> Answered:
        answer, look, badge = self._preview()
        return Answered(QUESTIONS[2], answer, look, badge)

    def _preview(self) -> tuple[Words, str, Words]:
        shown, chosen = files(self._course.shown), files(self._course.chosen)
        asked = within(self._cast.provider)
        if self._course.decision == "accept":
            return (
                Words(
                    f"Borgeren så {shown.danish} hos {asked.danish} og sagde ja til at sende {chosen.danish}.",
                    f"The person saw {shown.english} at {asked.english} and agreed to send {chosen.english}.",
                ),
                "info",
                Words(f"ja, siger {asked.danish}", f"yes, says {asked.english}"),
            )
        if self._course.decision is not None:
            return (
                Words(
                    f"Borgeren så {shown.danish} hos {asked.danish} og sagde nej.",
                    f"The person saw {shown.english} at {asked.english} and said no.",
                ),
                "info",
                Words(f"nej, siger {asked.danish}", f"no, says {asked.english}"),
            )
        if self._course.opened:
            return (
                Words(
                    f"Borgeren så {shown.danish} hos {asked.danish} og har intet besluttet.",
                    f"The person saw {shown.english} at {asked.english} and has decided nothing.",
                ),
                "warning",
                Words("så, besluttede intet", "saw, decided nothing"),
            )
        if self._course.sent:
            return (
                Words(
                    "Ingen forhåndsvisning: dokumentationen blev sendt, uden at borgeren så den først.",
                    "No preview: the evidence was sent without the person seeing it first.",
                ),
                "warning",
                Words("ingen forhåndsvisning", "no preview"),
            )
        if not self._course.offered:
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
        answer, look, badge = self._leaving.left()
        return Answered(QUESTIONS[3], answer, look, badge)

    def sentence(self) -> Words:
        asked, seen = self.asked().answer, self._short_preview()
        ground = self._cast.request
        why = procedure(ground.procedure) if ground else _UNKNOWN
        end = self._short_end()
        return Words(
            f"{asked.danish.removesuffix('.')} til {why.danish}. {seen.danish}. {end.danish}",
            f"{asked.english.removesuffix('.')} for {why.english}. {seen.english}. {end.english}",
        )

    def _short_end(self) -> Words:
        if self._cast.provider_country not in (DENMARK, None):
            return self._leaving.left()[0]
        if self._course.given_up:
            return WHETHER_IT_ARRIVED
        to = country(self._cast.requester_country)
        if self._course.sent:
            count = files(self._course.sent)
            return Words(
                f"{count.danish} blev sendt til {to.danish}.",
                f"{count.english} {'was' if self._course.sent == 1 else 'were'} sent to {to.english}.",
            )
        return Words("Ingen dokumentation forlod Danmark.", "No evidence left Denmark.")

    def _short_preview(self) -> Words:
        if self._course.decision == "accept":
            return Words(
                "Borgeren så dokumentationen og sagde ja til at sende den",
                "The person saw the evidence and agreed to send it",
            )
        if self._course.decision is not None:
            return Words(
                "Borgeren så dokumentationen og sagde nej til at sende den",
                "The person saw the evidence and said no to sending it",
            )
        if self._course.opened:
            return Words(
                "Borgeren så dokumentationen, men har intet besluttet",
                "The person saw the evidence and has decided nothing",
            )
        return Words("Borgeren fik intet vist", "The person was shown nothing")

    def _places(self) -> tuple[Words, Words]:
        """` (Litauen)` of the one who asked and ` (Danmark)` of the one who was asked; empty where the name says it."""
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
