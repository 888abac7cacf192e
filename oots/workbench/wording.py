"""What stands in words on the workbench's pages for the codes of scenario files and of runs, in both languages."""

from __future__ import annotations

from collections.abc import Sequence

from oots.scenario_files.scenario import Outcome, Scope
from oots.web.words import Lang, Words

SCOPES = {
    Scope.DECLARED: Words("I det, Danmark har anmeldt", "In Denmark's declared scope"),
    Scope.MUNICIPAL: Words("I bilag II, men kommunalt", "In Annex II, but municipal"),
    Scope.OUTSIDE: Words("Uden for bilag II", "Outside Annex II"),
    Scope.OTHER_MECHANISM: Words("Anden EU-ordning", "Other EU mechanism"),
}
OUTCOMES = {
    Outcome.DELIVERED: Words("dokumentationen kom frem", "the evidence arrived"),
    Outcome.NOTHING: Words("intet blev sendt", "nothing was sent"),
    Outcome.DEFERRED: Words("ikke klar endnu: svaret var en dato", "not ready yet: the answer was a date"),
    Outcome.REFUSED: Words("afvist", "refused"),
    Outcome.LAPSED: Words("tiden løb ud", "the time ran out"),
    Outcome.UNDELIVERABLE: Words("meddelelsen kunne ikke leveres", "the message could not be delivered"),
    Outcome.OPEN: Words("ikke afsluttet", "not ended"),
    Outcome.NOT_ASKED: Words("der blev ikke spurgt", "nothing was asked"),
}
STEPS = {
    "sign-in": Words("Log ind", "Sign in"),
    "choose-municipality": Words("Vælg kommunen", "Choose the municipality"),
    "choose-country": Words("Vælg landet, der har attesten", "Choose the country that holds the certificate"),
    "request": Words("Giv den udtrykkelige anmodning, og hent", "Give the explicit request, and fetch"),
    "wait-for-answer": Words("Vent på svaret", "Wait for the answer"),
    "follow-link": Words("Følg linket til forhåndsvisningen", "Follow the link to the preview"),
    "go-to-preview": Words("Gå til forhåndsvisningen, og log ind igen", "Go to the preview, and sign in again"),
    "look": Words("Se dokumenterne", "Look at the documents"),
    "pay": Words("Betal gebyret", "Pay the fee"),
    "accept": Words("Godkend og send", "Approve and send"),
    "decline": Words("Send ikke", "Do not send"),
    "close-the-browser": Words("Luk browseren", "Close the browser"),
    "come-back": Words("Gå tilbage til sagen på portalen", "Go back to the case at the portal"),
    "finish": Words("Brug dokumentationen, og afslut", "Use the evidence and finish"),
    "ask-again": Words(
        "Bed om det samme igen: tryk på knappen på sagens side", "Ask for the same again: press the button on the case"
    ),
    "upload": Words("Upload selv i stedet", "Upload yourself instead"),
    "wait": Words("Vent, til tiden er gået", "Wait until the time is up"),
    "caseworker": Words(
        "Sæt dig i sagsbehandlerens sted, og afgør sagen hos kommunen",
        "Take the caseworker's place, and decide the case at the municipality",
    ),
}
PIECES = {
    "civil-status": Words("civilstandsattesten", "the certificate of civil status"),
    "birth": Words("fødselsattesten", "the birth certificate"),
}
SPANS = {
    "T1": Words("svaret kommer ikke i tide (T1)", "the answer does not come in time (T1)"),
    "T2": Words("linket til forhåndsvisningen følges ikke i tide (T2)", "the link is not followed in time (T2)"),
    "T3": Words("der vælges ikke i tide i forhåndsvisningen (T3)", "no choice is made in the preview in time (T3)"),
    "casework": Words(
        "kun en kørsel med knappen venter til den lovede dato; går du selv, kan du spørge igen, når sagen er afgjort",
        "only a run by the button waits for the promised date; by hand, ask again as soon as the case is decided",
    ),
    "four-months": Words("fire måneder", "four months"),
}
DECISIONS = {
    "release": Words("frigiv attesten", "release the certificate"),
    "refuse": Words("sig nej", "say no"),
}
SAYINGS = {
    "request": Words("Forespørgsel: hvem der spørger, om hvem og om hvad", "Request: who asks, about whom, for what"),
    "preview-first": Words("Svar: se den først, her er linket", "Answer: look first, here is the link"),
    "request-after-preview": Words(
        "Forespørgsel igen, nu med forhåndsvisningen", "Request again, now with the preview"
    ),
    "evidence": Words("Svar: dokumentationen", "Answer: the evidence"),
    "no-evidence": Words(
        "Svar uden dokumentation: ikke klar endnu, eller intet at sende",
        "Answer without evidence: not ready yet, or nothing to send",
    ),
    "exception": Words("Svar: der sendes ingen dokumentation nu", "Answer: no evidence is sent now"),
}
READINGS = {
    "outcomes": Words(
        "udfaldet af hver udveksling, hos den, der spurgte", "the outcome of each exchange, with the asker"
    ),
    "requester": Words("sluttilstanden hos den, der spurgte", "the final state of the asking side"),
    "provider": Words("sluttilstanden hos den, der svarede", "the final state of the answering side"),
    "documents": Words("antallet af modtagne dokumenter", "the number of documents received"),
    "portal_shows": Words("portalens sider viser det, de skal", "the portal's pages show what they must"),
    "portal_hides": Words("portalens sider viser ikke det, de ikke må", "the portal's pages hide what they must"),
    "preview_shows": Words("forhåndsvisningen viser det, den skal", "the preview shows what it must"),
    "preview_hides": Words("forhåndsvisningen viser ikke det, den ikke må", "the preview hides what it must"),
    "messages_show": Words("meddelelserne siger det, de skal", "the messages say what they must"),
    "messages_hide": Words("meddelelserne siger ikke det, de ikke må", "the messages do not say what they must not"),
    "requester_journal": Words("journalen hos den, der spurgte", "the journal of the asking side"),
    "provider_journal": Words("journalen hos den, der svarede", "the journal of the answering side"),
}


def outcome_in_words(outcomes: Sequence[str] | str, lang: Lang) -> str:
    """Outcomes (or one text with commas between them) in words, the code of each in brackets; equal ones counted.

    What follows the first semicolon of a run's outcome, the differences, stays as it is.
    """
    text = outcomes if isinstance(outcomes, str) else ", ".join(outcomes)
    told, semicolon, rest = text.partition("; ")
    each = told.split(", ")
    words = [f"{_times(each.count(one))}{_said(one, lang)}" for one in dict.fromkeys(each)]
    return ", ".join(words) + semicolon + rest


def _times(number: int) -> str:
    return f"{number} × " if number > 1 else ""


def _said(outcome: str, lang: Lang) -> str:
    kind = next((kind for kind in OUTCOMES if outcome == kind or outcome.startswith(f"{kind} ")), None)
    return f"{OUTCOMES[kind].in_(lang)} ({outcome})" if kind else outcome
