"""How the portal tells a person that an exchange has ended without evidence: kindly, and with a way on."""

from __future__ import annotations

from dataclasses import dataclass

from oots.exchange.conversation import RequesterState
from oots.requester.answers import GET_ONLY
from oots.requester.service import Progress
from oots.web.words import Words


@dataclass(frozen=True, slots=True)
class Ending:
    """`again` says whether a new attempt makes sense, now or later."""

    heading: Words
    text: Words
    again: bool


_DECLINED = Ending(
    Words("Du valgte ikke at sende", "You chose not to send"),
    Words(
        "Derfor har vi ikke modtaget noget. Det er i orden: det er frivilligt at hente dokumentation på denne måde.",
        "So we have received nothing. That is fine: fetching evidence in this way is voluntary.",
    ),
    True,
)
_NOTHING_HELD = Ending(
    Words("Myndigheden har ingen dokumentation at sende", "The authority has no evidence to send"),
    Words(
        "Myndigheden fandt dig, men har ikke den dokumentation, sagen kræver. "
        "Måske er du registreret i en anden kommune.",
        "The authority found you, but does not hold the evidence that your case needs. "
        "You may be registered in another municipality.",
    ),
    True,
)
_LAPSED = Ending(
    Words("Tiden løb ud", "The time is up"),
    Words(
        "Der blev ikke truffet et valg i tide, og derfor er intet sendt. Du kan begynde forfra, når det passer dig.",
        "No choice was made in time, and so nothing was sent. You can start again whenever it suits you.",
    ),
    True,
)
_UNDELIVERABLE = Ending(
    Words("Vi kan ikke få vores besked frem til myndigheden", "We cannot get our message through to the authority"),
    Words(
        "Myndigheden svarer ikke, eller den tager ikke imod vores besked. Fejlen er ikke din, og intet er sendt. "
        "Prøv igen senere.",
        "The authority does not answer, or does not accept our message. This is not your fault, and nothing has been "
        "sent. Please try again later.",
    ),
    True,
)
_DEFERRED = Ending(
    Words("Dokumentationen er ikke klar endnu", "The evidence is not ready yet"),
    Words(
        "En medarbejder hos myndigheden skal først se på din sag, og derfor er intet sendt endnu. "
        "Du behøver ikke at vente på denne side.",
        "A caseworker at the authority must look at your case first, and so nothing has been sent yet. "
        "You need not wait on this page.",
    ),
    True,
)
_FOREIGN_PREVIEW = Ending(
    Words("Vi stoppede, fordi noget ikke stemte", "We stopped because something did not add up"),
    Words(
        "Myndighedens svar henviste til en side, der ikke er dens egen. For din sikkerheds skyld sender vi dig ikke "
        "derhen.",
        "The authority's answer pointed to a site that is not its own. For your safety we do not send you there.",
    ),
    False,
)
_UNUSUAL_PREVIEW = Ending(
    Words("Vi kan ikke vise dig myndighedens forhåndsvisning", "We cannot take you to the authority's preview"),
    Words(
        "Myndigheden vil vise dig dokumentationen på en måde, som denne portal ikke kan. Fejlen er ikke din, og intet "
        "er sendt.",
        "The authority wants to show you the evidence in a way that this portal does not know. This is not your fault, "
        "and nothing has been sent.",
    ),
    False,
)
_UNKNOWN_REFUSAL = Ending(
    Words("Myndigheden kunne ikke svare", "The authority could not answer"),
    Words("Vi fik en fejl tilbage, som vi ikke kender.", "We got an error back that we do not know."),
    True,
)

_REFUSALS = {
    "EDM:ERR:0001": Ending(
        Words("Din identitet kunne ikke bekræftes", "Your identity could not be confirmed"),
        Words(
            "Myndigheden kræver et sikrere login, eller også passede oplysningerne fra dit login ikke sammen. "
            "Log ind igen med et eID på højere niveau, hvis du har et.",
            "The authority demands a stronger sign-in, or the details of your sign-in did not agree. "
            "Sign in again with an eID of a higher level if you have one.",
        ),
        True,
    ),
    "EDM:ERR:0002": Ending(
        Words("Myndigheden må ikke udlevere dokumentationen", "The authority may not release the evidence"),
        Words(
            "Der mangler et grundlag for at sende den til os i denne sag.",
            "There is no ground for sending it to us in this case.",
        ),
        False,
    ),
    "EDM:ERR:0003": Ending(
        Words("Vores forespørgsel var ikke i orden", "Our request was not in order"),
        Words(
            "Fejlen ligger hos os, ikke hos dig. Vi har noteret den.",
            "The fault is ours, not yours. We have recorded it.",
        ),
        True,
    ),
    "EDM:ERR:0004": Ending(
        Words("Myndigheden fandt ikke det, vi spurgte om", "The authority did not find what we asked for"),
        Words(
            "Enten kunne den ikke finde netop dig ud fra dit login, eller også udsteder den ikke den dokumentation. "
            "For en sikkerheds skyld sender den så ikke noget.",
            "Either it could not find exactly you from your sign-in, or it does not issue that evidence. "
            "To be safe, it then sends nothing.",
        ),
        True,
    ),
    "EDM:ERR:0005": _LAPSED,
    "EDM:ERR:0006": Ending(
        Words("Vores forespørgsel henviste til noget ukendt", "Our request pointed to something unknown"),
        Words(
            "Myndigheden kender ikke alt det, forespørgslen nævnte. Fejlen er ikke din.",
            "The authority does not know everything that the request named. This is not your fault.",
        ),
        False,
    ),
    "EDM:ERR:0007": Ending(
        Words("Myndigheden kan ikke levere på den måde", "The authority cannot deliver in that way"),
        Words(
            "Den tilbyder ikke det format eller den fremgangsmåde, vi bad om.",
            "It does not offer the format or the procedure that we asked for.",
        ),
        False,
    ),
    "EDM:ERR:0008": Ending(
        Words("Myndighedens register svarede ikke", "The authority's register did not answer"),
        Words("Det er som regel forbigående. Prøv igen senere.", "This usually passes. Please try again later."),
        True,
    ),
}


def ending_of(progress: Progress) -> Ending | None:
    """The words for an exchange that ended without evidence; None while it goes on and once evidence has come."""
    if progress.state is RequesterState.REFUSED:
        return _refusal(progress)
    if progress.state is RequesterState.NOTHING:
        return _DECLINED if progress.previewed else _NOTHING_HELD
    return {
        RequesterState.LAPSED: _LAPSED,
        RequesterState.UNDELIVERABLE: _UNDELIVERABLE,
        RequesterState.DEFERRED: _DEFERRED,
    }.get(progress.state)


def _refusal(progress: Progress) -> Ending:
    if progress.error_code is None:
        return _UNUSUAL_PREVIEW if progress.error_detail == GET_ONLY else _FOREIGN_PREVIEW
    return _REFUSALS.get(progress.error_code, _UNKNOWN_REFUSAL)
