"""Words of the review desk: states, answers, refusals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from oots.review.record import AnswerKind, State
from oots.review.transitions import Act, Why
from oots.web.words import Words

STATES: Final[Mapping[State, Words]] = {
    State.TO_VERIFY: Words("Til verificering", "To be verified"),
    State.TAKEN: Words("Taget", "Taken"),
    State.VERIFIED: Words("Verificeret", "Verified"),
    State.PARTLY: Words("Delvist verificeret", "Partly verified"),
    State.REJECTED: Words("Afvist", "Rejected"),
}
STATE_LOOK: Final[Mapping[State, str]] = {
    State.TO_VERIFY: "info",
    State.TAKEN: "info",
    State.VERIFIED: "success",
    State.PARTLY: "warning",
    State.REJECTED: "error",
}
"""The colour and icon of a state, beside its words."""

ANSWERS: Final[Mapping[AnswerKind, Words]] = {
    AnswerKind.FOLLOWS: Words("Følger", "Follows"),
    AnswerKind.PARTLY: Words("Følger delvist", "Follows in part"),
    AnswerKind.DEVIATES: Words("Afviger", "Deviates"),
    AnswerKind.NOT_RELEVANT: Words("Ikke relevant", "Not relevant"),
}
ANSWER_LOOK: Final[Mapping[AnswerKind, str]] = {
    AnswerKind.FOLLOWS: "success",
    AnswerKind.PARTLY: "warning",
    AnswerKind.DEVIATES: "error",
    AnswerKind.NOT_RELEVANT: "info",
}

VERDICTS: Final[Mapping[State, Words]] = {
    State.VERIFIED: Words(
        "Verificeret: alle punkter er besvaret, og rådet kan stå inde for udvekslingen",
        "Verified: every item is answered, and the council can vouch for the exchange",
    ),
    State.PARTLY: Words(
        "Delvist verificeret: noget mangler, og det står i anbefalingen",
        "Partly verified: something is missing, and the recommendation says what",
    ),
    State.REJECTED: Words(
        "Afvist: udvekslingen kan ikke godkendes, og det står i anbefalingen hvorfor",
        "Rejected: the exchange cannot be approved, and the recommendation says why",
    ),
}

REFUSALS: Final[Mapping[Why, Words]] = {
    Why.DUTY: Words("Det kræver en rettighed, som du ikke har.", "That takes a right that you do not have."),
    Why.STATE: Words(
        "Det kan ikke lade sig gøre, som gennemgangen står nu.", "That cannot be done as the review stands now."
    ),
    Why.HOLDER: Words("En anden har taget gennemgangen.", "Somebody else has taken the review."),
}
ACTS: Final[Mapping[Act, Words]] = {
    Act.QUEUE: Words("læg i køen", "put into the queue"),
    Act.CLAIM: Words("tag gennemgangen", "take the review"),
    Act.ANSWER: Words("svar eller skriv en bemærkning", "answer, or write a remark"),
    Act.RELEASE: Words("læg gennemgangen tilbage", "put the review back"),
    Act.TAKE_BACK: Words("tag gennemgangen fra en anden", "take the review from somebody"),
    Act.VERIFY: Words("skriv under: verificeret", "sign: verified"),
    Act.VERIFY_PARTLY: Words("skriv under: delvist verificeret", "sign: partly verified"),
    Act.REJECT: Words("skriv under: afvist", "sign: rejected"),
}
