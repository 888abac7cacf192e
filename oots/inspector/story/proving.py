"""What can be proven of an exchange: what its signatures show, and what rests on somebody's word alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from oots.dossier.messages import Answer
from oots.exchange.journal import Entry
from oots.inspector.laid_open import LaidOpen
from oots.inspector.story.cast import Cast, Lane
from oots.inspector.story.checks import Judged
from oots.inspector.story.steps import Step, files
from oots.inspector.wording import together, within
from oots.web.words import Words


@dataclass(frozen=True, slots=True)
class Proof:
    """What signatures prove, or do not: a question, its answer and how it goes on."""

    question: Words
    answer: Answer
    says: Words


_PROOFS: Final = {
    "travelled": Words(
        "Er meddelelsernes indhold det, der blev sendt?", "Is the content of the messages what was sent?"
    ),
    "sent": Words("Er afsenderen den rigtige?", "Is the sender the right one?"),
    "received": Words("Har modtageren kvitteret?", "Did the receiver acknowledge it?"),
}
_NO: Final = Words("nej", "no")


class Proving:
    """What the signatures of an exchange prove."""

    def __init__(self, exchange: LaidOpen, steps: Sequence[Step], cast: Cast, judged: Judged) -> None:
        self._exchange = exchange
        self._steps = steps
        self._cast = cast
        self._judged = judged

    def proven(self) -> tuple[Words, str, Words]:
        """The answer in short, with the look and the words of its badge."""
        if not self._exchange.messages:
            nothing = Words("Nej: ingen meddelelse er gemt.", "No: no message is kept.")
            return nothing, "error", _NO
        number = len(self._exchange.messages)
        if self._judged.is_proven:
            return (
                Words(
                    f"Hver meddelelse (i alt {number}) er underskrevet af den server, der sendte den, og den server, "
                    "der modtog den, har underskrevet en kvittering for den. Det er regnet efter nu. Var en eneste "
                    "byte ændret, stod der nej her.",
                    f"Each message ({number} in all) is signed by the server that sent it, and the server that "
                    "received it has signed a receipt for it. That was computed again now. Had a single byte been "
                    "changed, this would say no.",
                ),
                "success",
                Words("ja, for meddelelserne", "yes, for the messages"),
            )
        if all(verdict.travelled is verdict.sent is Answer.YES for verdict in self._judged.verdicts):
            lacking = sum(verdict.received is not Answer.YES for verdict in self._judged.verdicts)
            return (
                Words(
                    f"Hver meddelelse (i alt {number}) er underskrevet af afsenderen, men {lacking} mangler en gyldig "
                    "kvittering fra modtageren.",
                    f"Each message ({number} in all) is signed by its sender, but {lacking} "
                    f"{'lacks' if lacking == 1 else 'lack'} a valid receipt of the receiver.",
                ),
                "warning",
                Words("delvist", "in part"),
            )
        return (
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
            else Words("Der fulgte ingen dokumentation med.", "No evidence came along.")
        )
        return Words(
            f"Hver meddelelse (i alt {number}) har det digitale fingeraftryk (et tal, der kun passer til netop det "
            f"indhold), som afsenderen underskrev. {evidence.danish}",
            f"Each message ({number} in all) has the digital fingerprint (a number that fits that content alone) that "
            f"its sender signed. {evidence.english}",
        )

    def _signers(self, name: str) -> Words:
        headers = [message.header for message in self._exchange.messages]
        parties = Counter((each.sender if name == "sent" else each.receiver).value for each in headers)
        points = [(self._point(party), count) for party, count in parties.items()]
        told = together([Words(f"{count} af {who.danish}", f"{count} by {who.english}") for who, count in points])
        if name == "sent":
            return Words(f"Underskrevet: {told.danish}.", f"Signed: {told.english}.")
        return Words(f"Kvittering underskrevet: {told.danish}.", f"Receipt signed: {told.english}.")

    def _point(self, party: str) -> Words:
        """An access point, and whose it is."""
        of = {
            Lane.REQUESTER_POINT: within(self._cast.requester),
            Lane.PROVIDER_POINT: within(self._cast.provider),
            Lane.INTERMEDIARY: Words("mellemleddet", "the intermediary"),
        }.get(self._cast.lanes.get(party, Lane.INTERMEDIARY), Words("", ""))
        return Words(f"{party} (adgangspunktet for {of.danish})", f"{party} (the access point of {of.english})")

    def rests(self) -> Iterator[Words]:
        """What no signature proves, and whose word it is."""
        asker, asked = within(self._cast.requester), within(self._cast.provider)
        acts = [
            str(step.number)
            for step in self._steps
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
        if self._cast.request is not None and self._cast.request.explicit_request_given:
            yield Words(
                f"At borgeren udtrykkeligt bad om det, siger {asker.danish}, som har underskrevet anmodningen.",
                f"That the person explicitly asked is what {asker.english} says, which signed the request.",
            )
        yield self._absent()
        yield Words(
            f"Både {asker.danish} og {asked.danish} spilles af prototypen; ingen myndighed har medvirket. Log ind sker "
            "hos en efterligning af eIDAS, og certifikaterne, som viser, hvis underskriften er, kommer fra en "
            "efterligning af en tillidstjeneste. Uden for demoen beviser de intet.",
            f"Both {asker.english} and {asked.english} are played by the prototype; no authority took part. Sign-in is "
            "at a stand-in for eIDAS, and the certificates that show whose a signature is come from a stand-in for a "
            "trust service. Outside the demo they prove nothing.",
        )

    def _absent(self) -> Words:
        """What journals alone can say, since it leaves nothing that could be signed."""
        told = [Words("at intet andet blev sendt", "that nothing else was sent")]
        if self._exchange.of(Entry.IDENTITY_MATCHED):
            told.append(Words("at netop én person blev fundet", "that exactly one person was found"))
        if self._exchange.of(Entry.EVIDENCE_DELETED):
            told.append(Words("at kopier blev slettet", "that copies were deleted"))
        all_told = together(told)
        return Words(
            f"Kun journalerne siger, {all_told.danish}. En underskrift kan vise, hvad der er, ikke at der ikke er "
            "mere.",
            f"The journals alone say {all_told.english}. A signature can show what is there, not that there is no "
            "more.",
        )
