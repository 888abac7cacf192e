"""What left Denmark: evidence, or the answers that went without any, and what these give away."""

from __future__ import annotations

from typing import Final

from oots.exchange.journal import Entry
from oots.inspector.laid_open import LaidOpen, Message
from oots.inspector.stayed import why_stayed
from oots.inspector.story.cast import DENMARK, Cast, Lane
from oots.inspector.story.course import Course
from oots.inspector.story.steps import files
from oots.inspector.wording import together
from oots.model.fields import Standing
from oots.model.response import EvidenceError, EvidenceResponse
from oots.web.countries import country
from oots.web.words import Words

WHETHER_IT_ARRIVED: Final = Words(
    "Dokumentationen blev forsøgt sendt, men der kom ingen kvittering. Om den nåede frem, vides ikke.",
    "An attempt was made to send the evidence, but no receipt came. Whether it arrived is not known.",
)


class Leaving:
    """What left Denmark in an exchange."""

    def __init__(self, exchange: LaidOpen, cast: Cast, course: Course) -> None:
        self._exchange = exchange
        self._cast = cast
        self._course = course

    def left(self) -> tuple[Words, str, Words]:
        """What left, with the look and the words of its badge."""
        count, to = files(self._course.sent), country(self._cast.requester_country)
        if self._cast.provider_country not in (DENMARK, None):
            came = country(self._cast.provider_country)
            evidence = (
                Words(
                    f"{count.danish} kom hertil fra {came.danish}.", f"{count.english} came here from {came.english}."
                )
                if self._course.sent
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
        if self._course.given_up:
            return WHETHER_IT_ARRIVED, "warning", Words("vides ikke", "not known")
        if self._course.sent:
            withheld = self._course.shown - self._course.chosen if self._course.decision == "accept" else 0
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
        why = Words("", "") if self._course.decision == "decline" else stayed.why
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
        said = together(kinds)
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
        kinds = Words("1 slags oplysning", "1 kind of data")
        if number > 1:
            kinds = Words(f"{number} slags oplysninger", f"{number} kinds of data")
        return Words(
            f" {kinds.danish} i registret blev ikke udleveret.", f" {kinds.english} in the register stayed there."
        )


def _offers(message: Message) -> bool:
    return isinstance(message.says, EvidenceError) and message.says.preview is not None


def _kind(message: Message) -> Words:
    """An answer without evidence, in a few words."""
    if _offers(message):
        return Words("et link til forhåndsvisningen", "a link to the preview")
    if isinstance(message.says, EvidenceError):
        return Words("et fejlsvar", "an error response")
    return Words("besked om, at intet sendes", "word that nothing is sent")
