"""What happened in one sentence, and five questions that a newcomer has, answered out of messages and journals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from oots.dossier.messages import Answer
from oots.exchange.journal import Entry
from oots.inspector.cast import DENMARK, Cast, Lane
from oots.inspector.checks import Judged
from oots.inspector.laid_open import LaidOpen, Message
from oots.inspector.outcome import EXCEPTIONS, RESPONSES, Outcome
from oots.inspector.stayed import why_stayed
from oots.inspector.steps import files, steps_of
from oots.inspector.wording import reached, within
from oots.model.fields import Standing
from oots.model.response import EvidenceError, EvidenceResponse
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
class Proof:
    """What signatures prove, or do not: a question, its answer and how it goes on."""

    question: Words
    answer: Answer
    says: Words


@dataclass(frozen=True, slots=True)
class Told:
    """`sentence` says all in one; `answers` are those to the five questions, in order. Below the last: what signatures
    prove, and what `rests` on somebody's word alone."""

    sentence: Words
    answers: tuple[Answered, ...]
    proofs: tuple[Proof, ...]
    rests: tuple[Words, ...]


def tell(exchange: LaidOpen, cast: Cast, judged: Judged) -> Told:
    teller = _Teller(exchange, cast, judged)
    answers = (teller.asked(), teller.ground(), teller.seen(), teller.left(), teller.proven())
    return Told(teller.sentence(), answers, tuple(teller.proofs()), tuple(teller.rests()))


QUESTIONS: Final = (
    Words("Hvem spurgte?", "Who asked?"),
    Words("På hvilket grundlag?", "On what legal basis?"),
    Words("Hvad så borgeren, og hvad blev besluttet?", "What did the person see, and what was decided?"),
    Words("Hvad forlod Danmark?", "What left Denmark?"),
    Words("Kan det bevises?", "Can it be proven?"),
)
_PROOFS: Final = {
    "travelled": Words(
        "Er meddelelsernes indhold det, der blev sendt?", "Is the content of the messages what was sent?"
    ),
    "sent": Words("Er afsenderen den rigtige?", "Is the sender the right one?"),
    "received": Words("Har modtageren kvitteret?", "Did the receiver acknowledge it?"),
}
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
            f"Procedure {request.procedure}: {for_what.danish}, efter artikel 14 i forordning (EU) 2018/1724.",
            f"Procedure {request.procedure}: {for_what.english}, under Article 14 of Regulation (EU) 2018/1724.",
        )
        wish = (
            Words(
                "Anmodningen siger, at borgeren udtrykkeligt har bedt om det (stk. 4).",
                "The request says that the person explicitly asked for it (paragraph 4).",
            )
            if given
            else Words(
                "Anmodningen siger ikke, at borgeren udtrykkeligt har bedt om det.",
                "The request does not say that the person explicitly asked for it.",
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
        shown, chosen = files(self._shown), files(self._chosen)
        asked = within(self._cast.provider)
        if self._decision == "accept":
            return (
                Words(
                    f"Borgeren så {shown.danish} hos {asked.danish} og sagde ja til at sende {chosen.danish}.",
                    f"The person saw {shown.english} at {asked.english} and agreed to send {chosen.english}.",
                ),
                "info",
                Words(f"ja, siger {asked.danish}", f"yes, says {asked.english}"),
            )
        if self._decision is not None:
            return (
                Words(
                    f"Borgeren så {shown.danish} hos {asked.danish} og sagde nej.",
                    f"The person saw {shown.english} at {asked.english} and said no.",
                ),
                "info",
                Words(f"nej, siger {asked.danish}", f"no, says {asked.english}"),
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
            rest = Words("", "")
            if withheld > 0:
                were = "was" if withheld == 1 else "were"
                rest = Words(
                    f" {files(withheld).danish} blev vist, men ikke sendt.",
                    f" {files(withheld).english} {were} shown and not sent.",
                )
            kept, earlier, what = self._withheld(), self._earlier(), self._cast.evidence_type
            return (
                Words(
                    f"»{what.danish}« blev sendt til {to.danish}: {count.danish}.{rest.danish}{kept.danish}"
                    f"{earlier.danish}",
                    f"The “{what.english}” went to {to.english}: {count.english}.{rest.english}{kept.english}"
                    f"{earlier.english}",
                ),
                "info",
                Words("sendt", "sent"),
            )
        stayed, went = why_stayed(self._exchange), self._went(to)
        why = Words("", "") if self._decision == "decline" else stayed.why
        return (
            Words(
                " ".join(filter(None, ("Ingen dokumentation.", why.danish, went.danish))),
                " ".join(filter(None, ("No evidence.", why.english, went.english))),
            ),
            "info",
            Words("ingen dokumentation", "no evidence")
            if stayed.final
            else Words("ingen dokumentation endnu", "no evidence yet"),
        )

    def _went(self, to: Words) -> Words:
        """The answers that left although no evidence did."""
        kinds = [_kind(message) for message in self._out()]
        if not kinds:
            return Words("", "")
        said = Words(" og ".join(kind.danish for kind in kinds), " and ".join(kind.english for kind in kinds))
        number = (
            Words("Kun 1 svar", "Only 1 answer")
            if len(kinds) == 1
            else Words(f"Kun {len(kinds)} svar", f"Only {len(kinds)} answers")
        )
        link = self._link()
        return Words(
            f"{number.danish} blev sendt til {to.danish}: {said.danish}.{link.danish}",
            f"{number.english} went to {to.english}: {said.english}.{link.english}",
        )

    def _earlier(self) -> Words:
        """What left before the evidence did."""
        if not any(_offers(message) for message in self._out()):
            return Words("", "")
        link = self._link()
        return Words(
            f" Før dokumentationen blev der sendt et svar med et link til forhåndsvisningen.{link.danish}",
            f" Before the evidence, an answer with a link to the preview was sent.{link.english}",
        )

    def _link(self) -> Words:
        """What the link to the preview gives away."""
        if not any(_offers(message) for message in self._out()) or not self._exchange.of(Entry.IDENTITY_MATCHED):
            return Words("", "")
        return Words(
            " Linket gik, før borgeren valgte, og viser, at der blev fundet præcis én person.",
            " The link went before the person chose, and shows that exactly one person was found.",
        )

    def _out(self) -> list[Message]:
        """The answers that reached the country that asked."""
        failed = {line.entry.message_id for line in self._exchange.of(Entry.DELIVERY_FAILED)}
        return [
            message
            for message in self._exchange.messages
            if isinstance(message.says, EvidenceResponse | EvidenceError)
            and self._cast.lanes.get(message.header.receiver.value) is Lane.REQUESTER_POINT
            and message.message_id not in failed
        ]

    def _withheld(self) -> Words:
        """How many kinds of fields the register has and did not tell."""
        told = (field for line in self._exchange.lines for field in line.entry.fields)
        number = len({field.name for field in told if field.standing is Standing.WITHHELD})
        if not number:
            return Words("", "")
        kinds = ("1 slags oplysning", "1 kind of data") if number == 1 else (f"{number} slags oplysninger", "")
        return Words(
            f" {kinds[0]} i registret blev ikke udleveret.",
            f" {kinds[1] or f'{number} kinds of data'} in the register stayed there.",
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
                    f"Alle {number} meddelelser er underskrevet af den server, der sendte dem, og den server, der "
                    "modtog dem, har underskrevet en kvittering for hver. Det er regnet efter nu. Var en eneste byte "
                    "ændret, stod der nej her.",
                    f"All {number} messages are signed by the server that sent them, and the server that received them "
                    "has signed a receipt for each. That was computed again now. Had a single byte been changed, this "
                    "would say no.",
                ),
                "success",
                Words("ja, for meddelelserne", "yes, for the messages"),
            )
        if known[:2] == [Answer.YES, Answer.YES]:
            lacking = sum(message.receipt is None for message in self._exchange.messages)
            return Answered(
                QUESTIONS[4],
                Words(
                    f"Alle {number} meddelelser er underskrevet af afsenderen, men {lacking} mangler "
                    "modtagerens kvittering.",
                    f"All {number} messages are signed by their sender, but {lacking} lack the receipt of "
                    "their receiver.",
                ),
                "warning",
                Words("delvist", "in part"),
            )
        return Answered(
            QUESTIONS[4],
            Words(
                "Mindst én underskrift eller kvittering holder ikke; se kontrollerne nedenfor.",
                "At least one signature or receipt does not hold; see the checks below.",
            ),
            "error",
            _NO,
        )

    def proofs(self) -> Iterator[Proof]:
        """What signatures say of content, sender and receiver."""
        for answered in self._judged.answers if self._exchange.messages else ():
            said = Words(answered.da, answered.en)
            if answered.answer is Answer.YES:
                said = self._content() if answered.name == "travelled" else self._signers(answered.name)
            yield Proof(_PROOFS[answered.name], answered.answer, said)

    def _content(self) -> Words:
        number, enclosed = len(self._exchange.messages), sum(verdict.deleted for verdict in self._judged.verdicts)
        carried = files(enclosed)
        evidence = (
            Words(
                f"{carried.danish} fulgte med. Indholdet er ikke i journalerne, men afsenderen har underskrevet "
                "fingeraftrykket af hver fil, så enhver kopi kan sammenlignes med det.",
                f"{carried.english} came along. What they hold is not in the journals, but the sender signed the "
                "fingerprint of each file, so that any copy can be compared with it.",
            )
            if enclosed
            else Words("Ingen af dem havde dokumentation med.", "None of them carried any evidence.")
        )
        return Words(
            f"Alle {number} meddelelser har det digitale fingeraftryk (et tal, der kun passer til netop det indhold), "
            f"som afsenderen underskrev. {evidence.danish}",
            f"All {number} messages have the digital fingerprint (a number that fits that content alone) that the "
            f"sender signed. {evidence.english}",
        )

    def _signers(self, name: str) -> Words:
        headers = [message.header for message in self._exchange.messages]
        parties = Counter((each.sender if name == "sent" else each.receiver).value for each in headers)
        told = [(self._point(party), count) for party, count in parties.items()]
        danish = " og ".join(f"{count} af {who.danish}" for who, count in told)
        english = " and ".join(f"{count} by {who.english}" for who, count in told)
        if name == "sent":
            return Words(f"Underskrevet: {danish}.", f"Signed: {english}.")
        return Words(f"Kvittering underskrevet: {danish}.", f"Receipt signed: {english}.")

    def _point(self, party: str) -> Words:
        """An access point, and whose it is."""
        of = {
            Lane.REQUESTER_POINT: within(self._cast.requester),
            Lane.PROVIDER_POINT: within(self._cast.provider),
            Lane.INTERMEDIARY: Words("mellemleddet", "the intermediary"),
        }.get(self._cast.lanes.get(party, Lane.INTERMEDIARY), Words("", ""))
        return Words(f"{party}, adgangspunktet for {of.danish}", f"{party}, the access point of {of.english}")

    def rests(self) -> Iterator[Words]:
        """What no signature proves, and whose word it is."""
        asker, asked = within(self._cast.requester), within(self._cast.provider)
        acts = [
            str(step.number)
            for step in steps_of(self._exchange, self._cast)
            if any(line.entry.entry in (Entry.PREVIEW_OPENED, Entry.PREVIEW_DECIDED) for line in step.lines)
        ]
        if acts:
            steps = "step" if len(acts) == 1 else "steps"
            yield Words(
                f"Hvad borgeren så og valgte (trin {' og '.join(acts)}), står kun i journalen hos {asked.danish}. Der "
                "er ingen underskrift fra borgeren. Journalens linjer er kædet sammen med myndighedens egen nøgle: "
                "andre kan ikke rette i dem ubemærket, men myndigheden selv kan.",
                f"What the person saw and chose ({steps} {' and '.join(acts)}) stands in the journal of "
                f"{asked.english} alone. There is no signature of the person. The journal's lines are chained with the "
                "authority's own key: others cannot change them unnoticed, but the authority itself can.",
            )
        if self._cast.request is not None:
            yield Words(
                f"At borgeren udtrykkeligt bad om det, siger {asker.danish}, som har underskrevet anmodningen.",
                f"That the person explicitly asked is what {asker.english} says, which signed the request.",
            )
        yield Words(
            "At intet andet blev sendt, at netop én person blev fundet, og at kopier blev slettet, siger journalerne. "
            "En underskrift kan kun vise, hvad der er, ikke at der ikke er mere.",
            "That nothing else was sent, that one person was found, and that copies were deleted, the journals say. "
            "A signature can only show what is there, not that there is no more.",
        )
        yield Words(
            f"Både {asker.danish} og {asked.danish} spilles af prototypen; ingen myndighed har medvirket. Log ind sker "
            "hos en efterligning af eIDAS, og certifikaterne, som viser, hvis underskriften er, kommer fra en "
            "efterligning af en tillidstjeneste. Uden for demoen beviser de intet.",
            f"Both {asker.english} and {asked.english} are played by the prototype; no authority took part. Sign-in is "
            "at a stand-in for eIDAS, and the certificates that show whose a signature is come from a stand-in for a "
            "trust service. Outside the demo they prove nothing.",
        )

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
            return self._travelled()[0]
        to = country(self._cast.requester_country)
        if self._sent and self._reached is not Outcome.UNDELIVERED:
            count = files(self._sent)
            return Words(
                f"{count.danish} blev sendt til {to.danish}.",
                f"{count.english} {'was' if self._sent == 1 else 'were'} sent to {to.english}.",
            )
        return Words("Ingen dokumentation forlod Danmark.", "No evidence left Denmark.")

    def _short_preview(self) -> Words:
        if self._decision == "accept":
            return Words(
                "Borgeren så dokumentationen og sagde ja til at sende den",
                "The person saw the evidence and agreed to send it",
            )
        if self._decision is not None:
            return Words(
                "Borgeren så dokumentationen og sagde nej til at sende den",
                "The person saw the evidence and said no to sending it",
            )
        if self._opened:
            return Words(
                "Borgeren så dokumentationen, men har intet besluttet",
                "The person saw the evidence and has decided nothing",
            )
        return Words("Borgeren fik intet vist", "The person was shown nothing")

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


def _offers(message: Message) -> bool:
    return isinstance(message.says, EvidenceError) and message.says.preview is not None


def _kind(message: Message) -> Words:
    """An answer without evidence, in a few words."""
    if _offers(message):
        return Words("et link til forhåndsvisningen", "a link to the preview")
    if isinstance(message.says, EvidenceError):
        return Words("en fejlmeddelelse", "an error")
    return Words("besked om, at intet sendes", "word that nothing is sent")
