"""A bopælsattest on its whole way, where the access point before the municipality is not ours: portal, our access
point, phase4, the municipality."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from oots.deployment.town import Town
from oots.exchange.journal import Entry, JournalEntry
from oots.exchange.journals import Journals, journals_in
from oots.exchange.recheck import recheck
from oots.model.clock import SystemClock
from oots.model.content import sha256_of
from oots.scenarios import live_town as running
from oots.scenarios.bopaelsattest import tell
from oots.scenarios.live_town import LiveTown, live_town
from oots.scenarios.outcome import EXPECTED, Decision
from tests.interop import peer

PORTALS, GATEWAY, AUTHORITYS = "AP_LT_01", "AP_DK_01", "AP_DK_02"
TOPOLOGY = Path(__file__).parent / "behind_phase4.toml"
_RECEIVED = {
    Entry.REQUEST_SENT: Entry.REQUEST_RECEIVED,
    Entry.EXCEPTION_SENT: Entry.EXCEPTION_RECEIVED,
    Entry.RESPONSE_SENT: Entry.RESPONSE_RECEIVED,
}


def town_through(endpoint: str) -> type[Town]:
    """A town whose directories name GATEWAY, at `endpoint`, which both sides have for their only partner."""

    class Through(Town):
        def values(self, name: str) -> dict[str, object]:
            values = super().values(name)
            if name == "directories":
                values["access_points"] = [each | {"party_id": GATEWAY} for each in values["access_points"]]  # type: ignore[attr-defined]
            if name in ("requester", "provider"):
                (other,) = values["partners"].values()  # type: ignore[attr-defined]
                values["partners"] = {GATEWAY: other | {"party_id": GATEWAY, "endpoint": endpoint}}
            return values

    return Through


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveTown]:
    """Skipped where the peer cannot be had, except in continuous integration."""
    try:
        peer.build()
    except peer.UnavailablePeerError as trouble:
        if os.environ.get("CI"):
            pytest.fail(f"continuous integration needs phase4: {trouble}")
        pytest.skip(f"phase4 cannot be had: {trouble}")
    folder = tmp_path_factory.mktemp("corners")
    state = folder / "state"
    peer.oots("keys", "init", "--state", state)
    peer.export_keys(state, "ap-dk-01", folder / "phase4")
    with peer.running(folder / "phase4") as gateway, pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "Town", town_through(gateway.endpoint))
        with live_town(state, SystemClock(), topology=TOPOLOGY) as town:
            at = {name: f"http://127.0.0.1:{town.town.ports[name]}/as4" for name in ("requester", "provider")}
            gateway.pass_on(PORTALS, GATEWAY, AUTHORITYS, at["provider"])
            gateway.pass_on(AUTHORITYS, GATEWAY, PORTALS, at["requester"])
            yield town


def documents(log: list[JournalEntry], entries: set[Entry]) -> list[tuple[str | None, bytes | None]]:
    return [(line.conversation_id, line.document) for line in log if line.entry in entries]


def test_a_bopaelsattest_comes_through_an_access_point_of_others_and_both_journals_agree(live: LiveTown) -> None:
    story = tell(live, Decision.ACCEPT, lambda _line: None)
    assert story.outcome == EXPECTED[Decision.ACCEPT]
    certificate, letter = story.received
    assert b"dk-bopaelsattest-1.0" in certificate.content
    assert letter.content.startswith(b"%PDF-")
    assert [sha256_of(each.content) for each in story.received] == [each.sha256 for each in story.seen]

    told = Journals(journals_in(live.town.state)).of_exchange(story.exchange_id)
    ours, theirs = ([line.entry for line in told.lines if line.service == side] for side in ("requester", "provider"))
    sent, received = set(_RECEIVED), set(_RECEIVED.values())
    assert len(documents(ours, sent)) == len(documents(theirs, sent)) == 2
    assert documents(ours, sent) == documents(theirs, received)
    assert documents(theirs, sent) == documents(ours, received)
    (answer,), (arrived,) = (
        [line for line in log if line.entry is entry]
        for log, entry in ((theirs, Entry.RESPONSE_SENT), (ours, Entry.RESPONSE_RECEIVED))
    )
    assert [part.sha256 for part in answer.evidence] == [part.sha256 for part in arrived.evidence]
    assert [part.sha256 for part in arrived.evidence] == [each.sha256 for each in story.seen]
    assert answer.message_id != arrived.message_id, "phase4 sends messages of its own"
    assert {line.signer for line in (*ours, *theirs) if line.entry in received} == {GATEWAY}
    assert [line.entry for line in (*ours, *theirs)].count(Entry.RECEIPT_RECEIVED) == 4
    verdicts = [verdict for line in (*ours, *theirs) if (verdict := recheck(line, live.anchors)) is not None]
    assert len(verdicts) == 8
    assert all(verdict.valid for verdict in verdicts)
