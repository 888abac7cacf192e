"""What the answers about revocation in a dossier say of its signatures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from oots.dossier.messages import Kept, MessageVerdict, judge
from oots.model.clock import iso
from oots.model.content import sha256_of
from oots.trust.anchors import Trust
from oots.trust.kept_answers import KeptAnswers, Look, read_answer

FOLDER: Final = "trust/revocation"
NOT_KEPT: Final = (
    "no answers about revocation (lists, OCSP) were kept; signatures are therefore judged here as of their own time, "
    "without revocation"
)
KEPT: Final = (
    "what authorities said about revocation, as it was believed when the messages came; it is signed by them, and "
    "counts for what was signed before it ran out"
)


class Signed(StrEnum):
    """What certificates signed: the messages with their receipts and seals, the dossier, or the review in it."""

    MESSAGES = "messages"
    DOSSIER = "dossier"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class RevocationSaid:
    """In words, Danish and English, whether any signature was made with a certificate that had been revoked; of
    `certificates` looked up for a signature `answered` were found in an answer each time. `unjudged` names every time
    at which one was not."""

    certificates: int
    answered: int
    unjudged: tuple[str, ...]
    da: str
    en: str


def named(answers: Iterable[bytes]) -> dict[str, bytes]:
    """Answers (DER) by their names in a dossier; raises ValueError for what is none."""
    return {_name(answer): answer for answer in answers}


def _name(answer: bytes) -> str:
    return f"{FOLDER}/{sha256_of(answer)[:16]}.{read_answer(answer).ending}"


def judge_all(messages: Sequence[Kept], trust: Trust, answers: KeptAnswers) -> list[MessageVerdict]:
    """The verdicts on all messages by a `trust` that asks `answers`, each with what was looked up for it."""
    verdicts = []
    for kept in messages:
        before = len(answers.looks)
        verdict = judge(kept, trust)
        verdict.looks = tuple(answers.looks[before:])
        verdicts.append(verdict)
    return verdicts


def record_of(answers: Mapping[str, bytes]) -> dict[str, object]:
    """What the dossier says of the answers in it."""
    return {"kept": [_told(name, answers[name]) for name in sorted(answers)], "why": KEPT if answers else NOT_KEPT}


def _told(name: str, data: bytes) -> dict[str, object]:
    answer = read_answer(data)
    return {"file": name, "this_update": iso(answer.begins), "next_update": iso(answer.ends)}


def said(
    verdicts: Sequence[MessageVerdict],
    others: Mapping[Signed, Sequence[Look]],
    answers: int,
    *,
    anchored: bool,
    believed: bool = True,
) -> RevocationSaid:
    """Of a dossier with so many `answers`; `others` is what was looked up for signatures beside those of the messages.
    `believed`: whether these others are."""
    looked = {Signed.MESSAGES: [look for verdict in verdicts for look in verdict.looks], **others}
    missed = [(signed, look) for signed, looks in looked.items() for look in looks if not look.answers]
    certificates = {look.certificate_sha256 for looks in looked.values() for look in looks}
    believed = believed and not any(verdict.faults for verdict in verdicts)
    absent = sum(sealed.report is None for verdict in verdicts for sealed in verdict.seals)
    return RevocationSaid(
        len(certificates),
        len(certificates - {look.certificate_sha256 for _, look in missed}),
        tuple(dict.fromkeys(_why_unjudged(signed, look) for signed, look in missed)),
        *_words(looked, answers, absent, anchored=anchored, believed=believed),
    )


def _why_unjudged(signed: Signed, look: Look) -> str:
    return (
        f"no answer in the dossier says whether the certificate {look.certificate_sha256} was revoked when it vouched "
        f"for the {signed} at {iso(look.at)}"
    )


def _words(
    looked: Mapping[Signed, Sequence[Look]], answers: int, absent: int, *, anchored: bool, believed: bool
) -> tuple[str, str]:
    if not answers:
        return (
            "Ikke undersøgt: dossieret har ingen svar om spærring.",
            "Not looked at: the dossier has no answers about revocation.",
        )
    if not anchored:
        return (
            "Kan ikke siges her: det er ikke sagt, hvem man tror på.",
            "Cannot be said here: nobody has said whose certificates to believe.",
        )
    if not believed:
        return ("Kan ikke siges samlet: se fejlene.", "Cannot be said of the whole: see the faults.")
    told = [_told_of(signed, looks) for signed, looks in looked.items() if looks]
    if absent:
        told.append(
            (
                f"Ikke undersøgt: {_counted(absent, 'segl', 'segl')} på dokumentation, som ikke ligger her.",
                f"Not looked at: {_counted(absent, 'seal', 'seals')} of evidence that is not here.",
            )
        )
    return " ".join(da for da, _ in told), " ".join(en for _, en in told)


_CALLED: Final = {
    Signed.MESSAGES: ("meddelelser, kvitteringer og segl", "messages, receipts and seals"),
    Signed.DOSSIER: ("dossierets egen underskrift", "the dossier's own signature"),
    Signed.REVIEW: ("gennemgangens underskrifter", "the sign-offs of the review"),
}


def _told_of(signed: Signed, looks: Sequence[Look]) -> tuple[str, str]:
    da, en = _CALLED[signed]
    of = {look.certificate_sha256 for look in looks}
    found = of - {look.certificate_sha256 for look in looks if not look.answers}
    if not found:
        return (
            f"Ikke undersøgt for {da}: dossieret siger intet om {_counted(len(of), 'certifikat', 'certifikater')}.",
            f"Not looked at for {en}: the dossier says nothing of {_counted(len(of), 'certificate', 'certificates')}.",
        )
    told = (
        f"Undersøgt for {da}: {len(found)} af {_counted(len(of), 'certifikat', 'certifikater')} var ikke spærret, da "
        "der blev underskrevet.",
        f"Looked at for {en}: {len(found)} of {_counted(len(of), 'certificate', 'certificates')} had not been revoked "
        "at the time of signing.",
    )
    if found == of:
        return told
    return f"{told[0]} Om resten siger dossieret intet.", f"{told[1]} Of the others the dossier says nothing."


def _counted(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"
