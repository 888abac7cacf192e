"""Who takes part in an exchange, explained to somebody who has never seen OOTS."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from oots.inspector.story.cast import ROLES, Cast, Lane
from oots.inspector.wording import together, within
from oots.model.person import NaturalPerson
from oots.web.words import Words


def who_is_who(cast: Cast, lanes: Sequence[Lane]) -> tuple[tuple[Words, Words], ...]:
    """What each of the lanes is, in a sentence."""
    return tuple(_explained(cast, lanes))


def _explained(cast: Cast, lanes: Sequence[Lane]) -> Iterator[tuple[Words, Words]]:
    asker, asked = within(cast.requester), within(cast.provider)
    yield (
        ROLES[Lane.PORTAL],
        Words(
            f"Hjemmesiden hos {asker.danish}, hvor borgeren har sin sag.",
            f"The website of {asker.english}, where the person has a case.",
        ),
    )
    yield (
        ROLES[Lane.AUTHORITY],
        Words(
            f"{cast.provider.danish}, som blev bedt om dokumentationen.",
            f"{cast.provider.english}, which was asked for the evidence.",
        ),
    )
    one, other = cast.party(Lane.REQUESTER_POINT), cast.party(Lane.PROVIDER_POINT)
    points = [(party, of) for party, of in ((one, asker), (other, asked)) if party]
    if points:
        told = together([Words(f"{party} for {of.danish}", f"{party} for {of.english}") for party, of in points])
        yield (
            Words("Adgangspunkt", "Access point"),
            Words(
                f"Den server, som sender og modtager meddelelser for en myndighed og underskriver dem: {told.danish}.",
                f"The server that sends and receives messages for an authority and signs them: {told.english}.",
            ),
        )
    if Lane.INTERMEDIARY in lanes:
        yield (
            ROLES[Lane.INTERMEDIARY],
            Words(
                "En national platform, som sender meddelelser videre mellem to adgangspunkter.",
                "A national platform that passes messages on between two access points.",
            ),
        )
    if Lane.DIRECTORIES in lanes:
        yield (
            ROLES[Lane.DIRECTORIES],
            Words(
                "EU's fælles liste over, hvilken myndighed der har hvilken dokumentation. Her en efterligning.",
                "The EU's common list of which authority has which evidence. A stand-in here.",
            ),
        )
    yield (
        Words("Journal", "Journal"),
        Words(
            "Hver myndigheds egen log over, hvad den har sendt, modtaget og gjort.",
            "Each authority's own log of what it has sent, received and done.",
        ),
    )


def about(cast: Cast) -> str:
    """Whom the first request is about, by name."""
    if cast.request is None:
        return "?"
    subject = cast.request.subject
    if isinstance(subject, NaturalPerson):
        return f"{subject.given_name} {subject.family_name}"
    return subject.legal_name
