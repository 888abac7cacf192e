"""What came of a scenario, worked out from both sides' states and journals and from what the pages showed; only then
held against what its file expects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from oots.exchange.conversation import RequesterState
from oots.exchange.journal import Entry
from oots.requester.service import Progress
from oots.scenario_files.account import Account, Carried, Reading, StepTaken
from oots.scenario_files.scenario import Expected, Outcome, Scenario
from oots.scenarios.messages import Said
from oots.scenarios.telling import Teller

_OUTCOMES = {
    RequesterState.DELIVERED: Outcome.DELIVERED,
    RequesterState.FINISHED: Outcome.DELIVERED,
    RequesterState.NOTHING: Outcome.NOTHING,
    RequesterState.DEFERRED: Outcome.DEFERRED,
    RequesterState.LAPSED: Outcome.LAPSED,
    RequesterState.UNDELIVERABLE: Outcome.UNDELIVERABLE,
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What happened, without a look at what was expected.

    `outcomes` are in the words of `Outcome`; the states and journal entries are those of both sides, over all
    exchanges of the scenario.
    """

    outcomes: tuple[str, ...]
    requester: tuple[str, ...]
    provider: tuple[str, ...]
    documents: int
    requester_journal: frozenset[str]
    provider_journal: frozenset[str]
    texts: dict[str, str]
    sources: dict[str, str]
    messages: Said
    astray: str | None


def facts_of(teller: Teller, messages: Said, refused: frozenset[str]) -> Facts:
    """`messages` are those of this scenario, `refused` what data services recorded of messages that they refused."""
    sides, portal = teller.sides, teller.portal
    service = portal.service
    progresses = [service.progress(each) for each in teller.exchanges]
    asked = {line.entry.entry.value for each in teller.exchanges for line in service.timeline(each)}
    answered = {line.entry.value for each in teller.exchanges for line in sides.provider_journal(portal, each)}
    return Facts(
        tuple(outcome_of(each) for each in progresses) or (Outcome.NOT_ASKED.value,),
        tuple(each.state.value for each in progresses),
        tuple(state for each in teller.exchanges for state in sides.provider_states(portal, each)),
        teller.documents,
        frozenset(asked),
        frozenset(answered) | refused,
        {place: "\n".join(texts) for place, texts in teller.seen.texts.items()},
        {place: "\n".join(sources) for place, sources in teller.seen.sources.items()},
        messages,
        teller.astray,
    )


def account_of(scenario: Scenario, teller: Teller, facts: Facts) -> Account:
    """What happened, to be kept and looked at afterwards."""
    steps = tuple(
        StepTaken(step.do.value, number <= teller.steps_done, step.persona, step.municipality)
        for number, step in enumerate(scenario.steps, 1)
    )
    progresses = [teller.portal.service.progress(each) for each in teller.exchanges]
    return Account(
        steps,
        facts.messages.messages,
        tuple(Carried(part.media_type, part.length) for each in progresses for part in each.parts),
        facts.outcomes,
        facts.requester,
        facts.provider,
        tuple(_readings(scenario.expected, facts)),
    )


def _readings(expected: Expected, facts: Facts) -> Iterator[Reading]:
    """Each field that expects something, by itself."""
    arrived = replace(facts, astray=None)
    yield Reading("outcomes", facts.outcomes == expected.outcomes)
    for name in type(expected).model_fields:
        wanted = getattr(expected, name)
        if name != "outcomes" and wanted not in (None, ()):
            alone = Expected(outcomes=facts.outcomes).model_copy(update={name: wanted})
            yield Reading(name, not tuple(_differences(alone, arrived)))


def outcome_of(progress: Progress) -> str:
    """How an exchange stands for the one who asked."""
    if progress.state is RequesterState.REFUSED:
        return f"{Outcome.REFUSED} {progress.error_code}" if progress.error_code else Outcome.REFUSED.value
    return _OUTCOMES.get(progress.state, Outcome.OPEN).value


def differences(scenario: Scenario, facts: Facts) -> tuple[str, ...]:
    """Where it went otherwise than its file expects, in a few words each."""
    return tuple(_differences(scenario.expected, facts))


def _differences(expected: Expected, facts: Facts) -> Iterator[str]:
    if facts.astray:
        yield facts.astray
    if facts.outcomes != expected.outcomes:
        yield f"outcome {', '.join(facts.outcomes)}"
    yield from _states("requester", expected.requester, facts.requester)
    yield from _states("provider", expected.provider, facts.provider)
    if expected.documents is not None and facts.documents != expected.documents:
        yield f"{facts.documents} documents arrived"
    yield from _entries("requester", expected.requester_journal, facts.requester_journal)
    yield from _entries("provider", expected.provider_journal, facts.provider_journal)
    for place in ("portal", "preview"):
        shown, hidden = getattr(expected, f"{place}_shows"), getattr(expected, f"{place}_hides")
        yield from _lacking(f"pages of the {place}", shown, facts.texts.get(place, ""))
        yield from _leaking(f"pages of the {place}", hidden, facts.sources.get(place, ""))
    yield from _lacking("messages", expected.messages_show, facts.messages.text)
    yield from _leaking("messages", expected.messages_hide, facts.messages.text)


def _states(side: str, expected: Sequence[str] | None, actual: Sequence[str]) -> Iterator[str]:
    if expected is not None and tuple(actual) != tuple(expected):
        yield f"the {side} stands at {', '.join(actual) or 'nothing'}"


def _entries(side: str, expected: Iterable[str], actual: frozenset[str]) -> Iterator[str]:
    yield from (f"the journal of the {side} lacks {entry}" for entry in expected if entry not in actual)


def _lacking(where: str, wanted: Iterable[str], text: str) -> Iterator[str]:
    yield from (f"{where} do not show “{words}”" for words in wanted if words not in text)


def _leaking(where: str, unwanted: Iterable[str], text: str) -> Iterator[str]:
    yield from (f"{where} show “{words}”" for words in unwanted if words in text)


KNOWN_ENTRIES = frozenset(entry.value for entry in Entry)
"""What an expectation may look for in a journal."""
