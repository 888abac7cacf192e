"""What the answers about revocation in a dossier say of its signatures."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from oots.dossier.messages import Kept, MessageVerdict, judge
from oots.model.clock import iso
from oots.trust.anchors import Trust
from oots.trust.kept_answers import KeptAnswers, read_answer

FOLDER: Final = "trust/revocation"
NOT_KEPT: Final = (
    "no answers about revocation (lists, OCSP) were kept; signatures are therefore judged here as of their own time, "
    "without revocation"
)
KEPT: Final = (
    "what authorities said about revocation, as it was believed when the messages came; it is signed by them, and "
    "counts for what was signed before it ran out"
)


@dataclass(frozen=True, slots=True)
class RevocationSaid:
    """In words, Danish and English, whether any signature was made with a certificate that had been revoked; of
    `certificates` looked up for a signature `answered` were found in an answer."""

    certificates: int
    answered: int
    da: str
    en: str


def named(answers: Iterable[bytes]) -> dict[str, bytes]:
    """Answers (DER) by their names in a dossier; raises ValueError for what is none."""
    return {_name(answer): answer for answer in answers}


def _name(answer: bytes) -> str:
    return f"{FOLDER}/{hashlib.sha256(answer).hexdigest()[:16]}.{read_answer(answer).ending}"


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


def said(verdicts: Sequence[MessageVerdict], answers: int, *, anchored: bool) -> RevocationSaid:
    """Of the messages of a dossier with that many answers."""
    looks = {(look.certificate_sha256, look.at): look for verdict in verdicts for look in verdict.looks}.values()
    answered = sum(bool(look.answers) for look in looks)
    return RevocationSaid(len(looks), answered, *_words(verdicts, answers, len(looks), answered, anchored=anchored))


def _words(
    verdicts: Sequence[MessageVerdict], answers: int, certificates: int, answered: int, *, anchored: bool
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
    if any(verdict.faults for verdict in verdicts):
        return ("Kan ikke siges samlet: se fejlene.", "Cannot be said of the whole: see the faults.")
    if answered < certificates:
        return (
            f"Undersøgt for {answered} af {certificates} certifikater: ingen af dem var spærret. Om resten siger "
            "dossieret intet.",
            f"Looked at for {answered} of {certificates} certificates: none of them was revoked. Of the others the "
            "dossier says nothing.",
        )
    return (
        f"Undersøgt: intet certifikat var spærret, da der blev underskrevet ({_counted(answers, 'svar', 'svar')} fra "
        "myndigheden ligger i dossieret).",
        f"Looked at: no certificate was revoked when it signed ({_counted(answers, 'answer', 'answers')} of the "
        "authority in the dossier).",
    )


def _counted(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"
