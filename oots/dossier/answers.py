"""The three questions that a dispute turns on, answered in words out of the verdicts on all messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from oots.dossier.messages import Answer, MessageVerdict

_QUESTIONS: Final = {
    "travelled": ("Er det dette, der blev sendt?", "Is this the document that travelled?"),
    "sent": ("Blev det sendt af dem, der står som afsendere?", "Was it sent by them?"),
    "received": ("Blev det modtaget af dem, der står som modtagere?", "Was it received by them?"),
}
_WORDS: Final = {
    ("travelled", Answer.YES): (
        "Ja. Hver meddelelse har det digitale fingeraftryk, som afsenderen underskrev",
        "Yes. Each message has the digital fingerprint (digest) that its sender signed",
    ),
    ("sent", Answer.YES): (
        "Ja. Hver meddelelse er underskrevet af det adgangspunkt, der sendte den:",
        "Yes. Each message is signed by the access point that sent it:",
    ),
    ("received", Answer.YES): (
        "Ja. Hver meddelelse har en kvittering for sit indhold, underskrevet af det adgangspunkt, der modtog den:",
        "Yes. Each message has a receipt for the same content, signed by the access point that received it:",
    ),
    ("travelled", Answer.NO): (
        "Nej. Noget er ikke det, som afsenderen underskrev",
        "No. Something is not what its sender signed",
    ),
    ("sent", Answer.NO): (
        "Nej. En underskrift holder ikke, eller hører til en anden",
        "No. A signature does not hold, or is somebody else's",
    ),
    ("received", Answer.NO): (
        "Nej. For mindst én meddelelse er der ingen gyldig kvittering fra modtageren",
        "No. For at least one message there is no valid receipt of its receiver",
    ),
    ("travelled", Answer.WITHHELD): (
        "Kan ikke siges her: dokumenter er udeladt. De digitale fingeraftryk her er dem, som afsenderen underskrev",
        "Cannot be said here: documents are withheld. The digests in the dossier are those that the sender signed",
    ),
    ("sent", Answer.WITHHELD): ("Kan ikke siges her: noget er udeladt", "Cannot be said here: something is withheld"),
    ("received", Answer.WITHHELD): (
        "Kan ikke siges her: en kvittering er udeladt",
        "Cannot be said here: a receipt is withheld",
    ),
}
_DELETED: Final = (
    ". Af de vedlagte filer er {} ikke gemt: for dem kendes kun det fingeraftryk, som afsenderen underskrev",
    ". Of the files enclosed, {} are not kept: of those only the fingerprint that the sender signed is known",
)
_UNANCHORED: Final = (
    "Kan ikke siges her: underskrifter og fingeraftryk passer sammen, men det er ikke sagt, hvem man tror på.",
    "Cannot be said here: signatures and digests agree, but nobody has said whose certificates to believe.",
)


@dataclass(frozen=True, slots=True)
class Answered:
    """A question with its answer, in a word and in sentences, Danish and English."""

    name: str
    question_da: str
    question_en: str
    answer: Answer
    da: str
    en: str


def answers(verdicts: Sequence[MessageVerdict], *, anchored: bool) -> tuple[Answered, ...]:
    """Of all messages together: NO where one is NO, else WITHHELD where one is."""
    return (
        _answered("travelled", verdicts, lambda verdict: verdict.travelled, anchored=anchored),
        _answered("sent", verdicts, lambda verdict: verdict.sent, anchored=anchored),
        _answered("received", verdicts, lambda verdict: verdict.received, anchored=anchored),
    )


def _answered(
    name: str, verdicts: Sequence[MessageVerdict], of: Callable[[MessageVerdict], Answer], *, anchored: bool
) -> Answered:
    found = {of(verdict) for verdict in verdicts} or {Answer.NO}
    answer = next(each for each in (Answer.NO, Answer.WITHHELD, Answer.YES) if each in found)
    if answer is Answer.YES and not anchored:
        return Answered(name, *_QUESTIONS[name], Answer.UNANCHORED, *_UNANCHORED)
    more = _more(name, verdicts) if answer is Answer.YES else ("", "")
    da, en = (f"{sentence}{end}." for sentence, end in zip(_WORDS[name, answer], more, strict=True))
    return Answered(name, *_QUESTIONS[name], answer, da, en)


def _more(name: str, verdicts: Sequence[MessageVerdict]) -> tuple[str, str]:
    """How a yes goes on: who signed how many, or how much is here by its digest alone."""
    if name == "travelled":
        deleted = sum(verdict.deleted for verdict in verdicts)
        return (_DELETED[0].format(deleted), _DELETED[1].format(deleted)) if deleted else ("", "")
    headers = [verdict.header for verdict in verdicts if verdict.header is not None]
    parties = Counter((each.sender if name == "sent" else each.receiver).value for each in headers)
    told = [f"{party} ({count})" for party, count in parties.items()]
    return f" {' og '.join(told)}", f" {' and '.join(told)}"
