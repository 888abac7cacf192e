"""`oots demo` and `oots serve` as they are typed: what they say, how they end, and what they refuse."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from oots.deployment.town import LOOPBACK
from oots.scenarios.citizen import AstrayError, Citizen
from tests.support import plain_way as way
from tests.support.demo import DEADLINE_SECONDS, Demo, demo, free_port, runs


def exchange(running: Demo, persona: str, verify: ssl.SSLContext | bool = True) -> None:
    """A whole exchange, from the portal to the receipt, the same bytes shown and received."""
    with closing(Citizen(verify)) as citizen:
        page = citizen.submit(way.ask(citizen, running, persona), "/preview")
        page = way.open_preview(citizen, page, persona)
        if fees := page.choices("/payment", "piece"):
            page = citizen.submit(page, "/payment", piece=fees[0])
        shown = way.digests(citizen, page)
        page = way.wait_for_evidence(citizen, way.approve(citizen, page))
        assert way.digests(citizen, page) == shown
        assert len(shown) == 2
        assert citizen.submit(page, "/finish").heading == "Kvittering: dokumentationen er brugt"


def test_the_demo_says_where_to_click_ends_with_all_its_children_and_starts_again(tmp_path: Path) -> None:
    for end in (signal.SIGINT, signal.SIGTERM):
        with demo(tmp_path) as running:
            for address in (running.portal, running.preview, running.directories, running.eid, running.authority):
                assert f"{address}/" in running.said
            assert running.said.startswith("9 tjenester gøres klar … / services are getting ready …\n")
            assert "Prototype – ikke en myndighedsside" in running.said
            assert running.said.index("http://workbench.localhost:") < running.said.index(running.portal)
            assert all(f"  {name}  " in running.said for name in ("S03", "S07", "S02"))
            with closing(Citizen()) as citizen:
                assert citizen.open(f"{running.portal}/").heading == "Vælg din sag"
            children = running.children()
            both_ways = ["provider", "provider-lt", "requester", "requester-dk"]
            assert sorted(children) == ["authority", "directories", "eid", "inspector", *both_ways, "workbench"]
            assert running.end(end) == 0
            assert not any(runs(child) for child in children.values())


def test_a_taken_port_is_named_and_nothing_is_started(tmp_path: Path) -> None:
    first = free_port()
    with socket.create_server((LOOPBACK, first + 2)):
        refused = oots("demo", "--port", str(first), "--state", str(tmp_path / "state"))
    assert refused.returncode == 2
    assert refused.stdout == ""
    assert refused.stderr.count("\n") == 1
    assert str(first + 2) in refused.stderr
    assert "--port" in refused.stderr
    assert not (tmp_path / "state").exists()


def test_with_tls_the_demo_authority_vouches_for_every_site(tmp_path: Path) -> None:
    with demo(tmp_path, tls=True) as running:
        assert running.portal.startswith("https://portal.lt.localhost:")
        trust = ssl.create_default_context(cafile=str(tmp_path / "keys" / "trust.pem"))
        for address in (running.portal, running.preview, running.directories, running.eid, running.authority):
            with closing(Citizen(trust)) as believing, closing(Citizen()) as doubting:
                assert believing.open(f"{address}/").status == 200
                with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                    doubting.open(f"{address}/")
        exchange(running, "solvej", trust)


@pytest.fixture
def heard_hangup() -> Iterator[None]:
    """What is started hears of the end of its terminal, whether or not these tests do (`nohup`)."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("heard_hangup")
def test_another_municipality_answers_for_those_who_live_there_until_the_terminal_is_closed(tmp_path: Path) -> None:
    with demo(tmp_path, municipality="0461") as odense:
        assert "preview.odense.localhost" in odense.said
        exchange(odense, "anders")
        with closing(Citizen()) as elsewhere, pytest.raises(AstrayError, match="ingen dokumentation at sende"):
            way.ask(elsewhere, odense, "solvej")
        children = odense.children()
        assert odense.end(signal.SIGHUP) == 0, "its terminal was closed"
        assert not any(runs(child) for child in children.values())


def test_faults_in_the_settings_are_all_named_at_once() -> None:
    refused = oots("serve", "requester")
    assert refused.returncode == 2
    assert refused.stdout == ""
    named = [line.partition(": ")[2].partition(": ")[0] for line in refused.stderr.splitlines()]
    assert named == [
        "OOTS_PORT",
        "OOTS_KEYS",
        "OOTS_STATE",
        "OOTS_PARTY_ID",
        "OOTS_PARTNERS",
        "OOTS_AUTHORITY_INTERNAL",
        "OOTS_EID_INTERNAL",
        "OOTS_CLIENT_SECRET",
        "OOTS_DIRECTORIES",
    ]


def test_an_unknown_municipality_is_refused(tmp_path: Path) -> None:
    refused = oots("demo", "--municipality", "9999", "--state", str(tmp_path / "state"), "--port", str(free_port()))
    assert refused.returncode == 2
    assert "9999" in refused.stderr
    assert not (tmp_path / "state").exists()


def oots(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself, in an environment without settings."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OOTS_")}
    return subprocess.run(
        [sys.executable, "-m", "oots", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        timeout=DEADLINE_SECONDS,
    )
