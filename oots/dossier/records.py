"""What a dossier says beside what it holds: the GDPR table, and in words what is not in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SUBJECT: Final = "S1, the evidence subject; the name stands in the documents alone"
NOT_KEPT: Final = (
    "answers about revocation (lists, OCSP) are asked for and believed when a message arrives, and are not kept; "
    "signatures are therefore judged here as of their own time, without revocation"
)
WHOLLY_KEPT: Final = "each message is here as it stood in the HTTP request (message.mime), and in its parts"
PARTLY_KEPT: Final = (
    "a journal keeps of a message the signed SOAP part (envelope.xml) and the document in the first part, byte for "
    "byte, and the digests of all parts; the MIME lines between them, which nobody signs, are not kept"
)
CRITERIA_UNKNOWN: Final = "a journal does not know which journey an exchange belongs to, or what was expected of it"
REVIEW_EMPTY: Final = "nobody has reviewed this exchange: there is no review desk yet"


@dataclass(frozen=True, slots=True)
class GdprRow:
    """A provision, and what can be said of it for every exchange; whether that is enough is for people to judge."""

    provision: str
    da: str
    en: str

    def told(self) -> dict[str, str]:
        return {"provision": self.provision, "da": self.da, "en": self.en}


GDPR: Final = (
    GdprRow(
        "GDPR 5(1)(b), 6(1)(c)/(e)",
        "Formål og hjemmel: hentes kun til den procedure, som anmodningen nævner (2018/1724, artikel 14).",
        "Purpose and ground: fetched only for the procedure that the request names (2018/1724, article 14).",
    ),
    GdprRow(
        "GDPR 5(1)(c)",
        "Dataminimering: kun den dokumentationstype, der blev bedt om; resten af registret forlader det ikke.",
        "Minimisation: only the type of evidence that was asked for; the rest of the register does not leave it.",
    ),
    GdprRow(
        "GDPR 5(1)(e); 2022/1463, art. 17",
        "Opbevaring: journalen i tolv måneder med fingeraftryk; selve dokumentationen slettes efter brug.",
        "Storage: the journal for twelve months, with digests; the evidence itself is deleted after use.",
    ),
    GdprRow(
        "GDPR 5(1)(f), 32",
        "Sikkerhed: underskrevne meddelelser og kvitteringer; journal og dokumenter er krypteret, når de ligger.",
        "Security: signed messages and receipts; journal and documents are encrypted at rest.",
    ),
    GdprRow(
        "GDPR 9",
        "Følsomme oplysninger: folkekirkeforhold forlader aldrig registret.",
        "Special categories: membership of the church never leaves the register.",
    ),
    GdprRow(
        "GDPR 12–15; 2018/1724, art. 14(4)-(5)",
        "Indsigt: borgeren bad selv om hentningen og så dokumentationen, før den blev brugt, hvor der er en "
        "forhåndsvisning.",
        "Access: the person asked for the fetching and saw the evidence before it was used, where there is a preview.",
    ),
    GdprRow(
        "Databeskyttelsesloven § 11",
        "Personnummer: bruges i Danmark til entydig identifikation; står ikke i dossierets egne sider.",
        "Personal numbers: used in Denmark for unique identification; none stands in the dossier's own pages.",
    ),
    GdprRow(
        "GDPR 28, 30, 35",
        "Databehandler, fortegnelse, konsekvensanalyse: besvares af myndigheden, ikke af udvekslingen.",
        "Processor, records, impact assessment: for the authority to answer, not for the exchange.",
    ),
)
