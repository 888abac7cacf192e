"""Several authorities behind one access point: each answers in its own name, and platforms between are named."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from oots.exchange.conversation import RequesterState
from oots.exchange.journal import Entry
from oots.model.agent import Agent, AgentRole
from oots.model.identifiers import EAS, Identifier
from oots.model.issuing import NothingHeld
from oots.model.response import Answer, EvidenceError, EvidenceResponse
from oots.model.text import Text
from oots.provider.source import EvidenceSource
from oots.requester.discovery import Finding
from oots.wire.answer import decode
from tests.support.two_sides import AARHUS, FINDING, FakeSource, TwoSides, two_sides

ODENSE = replace(AARHUS, identifier=Identifier(EAS + "0184", "35209115"), names=(Text("DA", "Odense Kommune"),))
PLATFORM = Agent(
    Identifier(EAS + "0184", "19435075"), (Text("DA", "Den fælles platform"),), None, AgentRole.INTERMEDIARY_PLATFORM
)


@dataclass
class OfOdense(FakeSource):
    """The same, in another municipality."""

    @property
    def authority(self) -> Agent:
        return ODENSE


@dataclass(frozen=True)
class Both:
    """Two municipalities, of which Aarhus answers what names neither."""

    aarhus: EvidenceSource
    odense: EvidenceSource

    @property
    def host(self) -> Agent:
        return self.aarhus.authority

    def of(self, authority: Identifier) -> EvidenceSource | None:
        return next((each for each in (self.aarhus, self.odense) if each.authority.identifier == authority), None)


@pytest.fixture
def both(town: TwoSides) -> TwoSides:
    town.provider.sources = Both(FakeSource(), OfOdense())
    return town


def asking(identifier: Identifier) -> Finding:
    publisher = replace(FINDING.access_service.publisher, identifier=identifier)
    return replace(FINDING, access_service=replace(FINDING.access_service, publisher=publisher))


def answer(town: TwoSides, exchange_id: str) -> Answer:
    """The last one of the exchange."""
    kinds = (Entry.RESPONSE_SENT, Entry.EXCEPTION_SENT)
    document = [line.document for line in town.provider_log(exchange_id) if line.entry in kinds][-1]
    assert document is not None
    return decode(document)


@pytest.mark.parametrize("agent", [AARHUS, ODENSE], ids=["Aarhus", "Odense"])
def test_a_preview_is_offered_in_the_name_of_the_authority_that_was_asked(both: TwoSides, agent: Agent) -> None:
    error = answer(both, both.ask(finding=asking(agent.identifier)))
    assert isinstance(error, EvidenceError)
    assert error.preview is not None
    assert error.error_provider == replace(agent, role=AgentRole.ERROR_PROVIDER)


@pytest.mark.parametrize("agent", [AARHUS, ODENSE], ids=["Aarhus", "Odense"])
def test_a_response_names_the_authority_that_was_asked(both: TwoSides, agent: Agent) -> None:
    for source in (both.provider.sources.of(AARHUS.identifier), both.provider.sources.of(ODENSE.identifier)):
        assert isinstance(source, FakeSource)
        source.issue_result = NothingHeld("lives elsewhere")
    response = answer(both, both.ask(finding=asking(agent.identifier)))
    assert isinstance(response, EvidenceResponse)
    assert response.providers == (agent,)


def test_an_authority_that_is_not_here_is_refused_by_the_host(both: TwoSides) -> None:
    elsewhere = Identifier(EAS + "0184", "64942212")
    error = answer(both, both.ask(finding=asking(elsewhere)))
    assert isinstance(error, EvidenceError)
    assert error.exceptions[0].code.code == "EDM:ERR:0006"
    assert error.error_provider.identifier == AARHUS.identifier


@pytest.mark.parametrize("platforms", [(), (PLATFORM,)], ids=["directly", "through a platform"])
def test_platforms_are_named_beside_the_authority(
    tmp_path: Path, demo_keys: Path, platforms: tuple[Agent, ...]
) -> None:
    town = two_sides(tmp_path, demo_keys, FakeSource(issue_result=NothingHeld("no")), intermediaries=platforms)
    exchange_id = town.ask()
    response = answer(town, exchange_id)
    assert isinstance(response, EvidenceResponse)
    assert response.providers == (AARHUS, *platforms)
    assert town.requester.progress(exchange_id).state is RequesterState.NOTHING
