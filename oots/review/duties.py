"""What the machine proposes for the duties of the once-only system."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from oots.exchange.journal import Entry
from oots.review.proposal import DEVIATES, FOLLOWS, NOT_RELEVANT, PARTLY, UNDER_WAY, Proposal, nothing, together
from oots.review.record import Reference
from oots.review.seen import Seen, references
from oots.web.words import Words


def explicit_request(seen: Seen) -> Proposal:
    """Whether the person asked for it."""
    if not seen.asked:
        return nothing()
    number, without = len(seen.asked), [each for each in seen.asked if not each.explicit_request]
    if without:
        return Proposal(
            DEVIATES,
            Words(
                f"{len(without)} af {number} anmodninger siger, at brugeren ikke udtrykkeligt bad om det. Det er kun "
                "lovligt, hvor EU-retten eller national ret siger det (artikel 14, stk. 4).",
                f"{len(without)} of {number} requests say that the person did not explicitly ask. That is lawful only "
                "where Union or national law says so (article 14(4)).",
            ),
            references(without),
        )
    return Proposal(
        FOLLOWS,
        Words(
            f"Alle anmodninger ({number}) siger, at brugeren udtrykkeligt bad om dokumentationen "
            "(ExplicitRequestGiven). Hvad brugeren fik at læse før, står ikke i meddelelserne.",
            f"Every request ({number}) says that the person explicitly asked for the evidence (ExplicitRequestGiven). "
            "What the person was told before does not stand in the messages.",
        ),
        references(seen.asked),
    )


def preview(seen: Seen) -> Proposal:
    """Whether the person saw it, and chose."""
    if not seen.asked:
        return nothing()
    if not seen.of(Entry.REQUEST_RECEIVED):
        return Proposal(
            None,
            Words(
                "Udbyderens journal er ikke blandt dem, der læses, så forhåndsvisningen kan ikke ses.",
                "The provider's journal is not among those that are read, so the preview cannot be seen.",
            ),
        )
    if not any(each.preview_possible for each in seen.asked):
        return _no_preview_wanted(seen)
    decided = seen.decision
    if decided is not None:
        return _decided(seen, decided.decision == "accept", (decided.reference,))
    if seen.sent:
        return Proposal(
            DEVIATES,
            Words(
                "Der blev sendt dokumentation, men ingen journal har en beslutning i en forhåndsvisning.",
                "Evidence was sent, but no journal has a decision in a preview.",
            ),
            references(seen.carrying),
        )
    return _undecided(seen)


def _no_preview_wanted(seen: Seen) -> Proposal:
    reason = Words(
        "Anmodningen beder ikke om en forhåndsvisning. Det er kun lovligt, hvor en lov undtager den (artikel 14, "
        "stk. 5); hvilken står ikke i udvekslingen.",
        "The request wants no preview. That is lawful only where a law exempts it (article 14(5)); the exchange does "
        "not say which.",
    )
    return Proposal(None, reason, references(seen.asked))


def _decided(seen: Seen, accepted: bool, decision: tuple[Reference, ...]) -> Proposal:
    opened = references(seen.of(Entry.PREVIEW_OPENED))
    if not accepted and seen.sent:
        words = Words(
            "Brugeren sagde nej i forhåndsvisningen, men der blev sendt dokumentation alligevel.",
            "The person said no in the preview, and evidence was sent all the same.",
        )
        return Proposal(DEVIATES, words, decision + references(seen.carrying))
    if not accepted:
        words = Words(
            "Brugeren så dokumentationen og sagde nej. Intet blev sendt.",
            "The person saw the evidence and said no. Nothing was sent.",
        )
        return Proposal(FOLLOWS, words, opened + decision)
    if not seen.sent <= seen.shown:
        words = Words(
            "Der blev sendt noget andet end det, der blev vist: fingeraftrykkene er ikke de samme.",
            "Something else was sent than was shown: the digests are not the same.",
        )
        return Proposal(DEVIATES, words, opened + decision + references(seen.carrying))
    words = Words(
        "Brugeren så dokumentationen og sagde ja, før den blev sendt. Det, der blev sendt, er byte for byte det, der "
        f"blev vist (dokumenter: {len(seen.sent)}).",
        "The person saw the evidence and said yes before it was sent. What was sent is byte for byte what was shown "
        f"(documents: {len(seen.sent)}).",
    )
    return Proposal(FOLLOWS, words, opened + decision + references(seen.carrying))


def _undecided(seen: Seen) -> Proposal:
    ended = seen.of(Entry.TIME_UP)
    if ended and seen.of(Entry.PREVIEW_OPENED):
        words = Words(
            "Brugeren så dokumentationen, men besluttede sig ikke i tide. Intet blev sendt.",
            "The person saw the evidence, but did not decide in time. Nothing was sent.",
        )
        return Proposal(FOLLOWS, words, references((*seen.of(Entry.PREVIEW_OPENED), *ended)))
    if ended or seen.error_codes:
        words = Words(
            "Udvekslingen sluttede, før der var noget at vise. Intet blev sendt.",
            "The exchange ended before there was anything to show. Nothing was sent.",
        )
        return Proposal(NOT_RELEVANT, words, references((*ended, *seen.errors)))
    return Proposal(None, UNDER_WAY)


def minimisation(seen: Seen) -> Proposal:
    """Whether nothing was sent beside what was asked for."""
    if not seen.asked:
        return nothing()
    if not seen.carrying:
        words = Words(
            "Ingen dokumentation forlod udbyderen, så der er intet at begrænse.",
            "No evidence left the provider, so there is nothing to keep small.",
        )
        return Proposal(NOT_RELEVANT, words, references(seen.answers))
    wanted = {each.evidence_type for each in seen.asked}
    others = {kind for message in seen.carrying for kind in message.evidence_types} - wanted
    if others:
        words = Words(
            "Der blev sendt en anden type dokumentation end den, der blev bedt om.",
            "Another type of evidence was sent than was asked for.",
        )
        return Proposal(DEVIATES, words, references((*seen.asked, *seen.carrying)))
    words = Words(
        "Kun den type dokumentation, der blev bedt om, blev sendt.", "Only the type of evidence asked for was sent."
    )
    fields = _fields(seen)
    shown = references((*seen.asked, *seen.carrying))
    return Proposal(FOLLOWS, together(words, fields), shown + ((seen.fields.reference,) if seen.fields else ()))


def _fields(seen: Seen) -> Words:
    if seen.fields is None:
        return Words(
            "Hvilke felter registret holdt tilbage, står ikke i journalerne.",
            "Which fields the register held back does not stand in the journals.",
        )
    number = seen.fields.withheld
    return Words(
        f"Felter, som registret har, og som det holdt tilbage: {number}.",
        f"Fields that the register has and held back: {number}.",
    )


def log(seen: Seen) -> Proposal:
    """Whether both sides wrote it down."""
    if not seen.messages:
        return nothing()
    lacking = [each for each in seen.messages if not (each.noted_sent and each.noted_received)]
    number = len(seen.messages)
    years = Words(
        "At journalen slettes efter tolv måneder, kan ikke ses af en udveksling.",
        "That the journal is deleted after twelve months cannot be seen from one exchange.",
    )
    if lacking:
        words = Words(
            f"Meddelelser, der kun står i den ene sides journal: {len(lacking)} af {number}.",
            f"Messages that stand in the journal of one side alone: {len(lacking)} of {number}.",
        )
        return Proposal(PARTLY, together(words, years), references(lacking))
    words = Words(
        f"Alle meddelelser ({number}) står i begge siders journaler med tid, parter og fingeraftryk.",
        f"Every message ({number}) stands in the journals of both sides, with time, parties and digests.",
    )
    return Proposal(FOLLOWS, together(words, years), references(seen.messages))


def deletion(seen: Seen) -> Proposal:
    """Whether nobody holds the evidence any more."""
    if not seen.events:
        return nothing()
    holders = {event.service for event in seen.events if event.evidence and event.what != Entry.EVIDENCE_DELETED}
    deleted = seen.of(Entry.EVIDENCE_DELETED)
    if not holders and not deleted:
        words = Words(
            "Der var ingen dokumentation at slette i denne udveksling.",
            "There was no evidence to delete in this exchange.",
        )
        return Proposal(NOT_RELEVANT, words)
    left = holders - {event.service for event in deleted}
    told = seen.called({event.service for event in deleted})
    done = Words(
        f"Dokumentationen er slettet hos: {told.danish}.", f"The evidence has been deleted at: {told.english}."
    )
    if not left:
        return Proposal(FOLLOWS, done, references(deleted))
    where = seen.called(left)
    still = Words(
        f"Den er ikke slettet endnu hos: {where.danish}. Sagen kan være i gang.",
        f"It has not been deleted yet at: {where.english}. The case may not be over.",
    )
    return Proposal(PARTLY, together(done, still), references(deleted)) if deleted else Proposal(None, still)


DUTIES: Final[Mapping[str, Callable[[Seen], Proposal]]] = {
    "explicit-request": explicit_request,
    "preview": preview,
    "minimisation": minimisation,
    "log": log,
    "deletion": deletion,
}
