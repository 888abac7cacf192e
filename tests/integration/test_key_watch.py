"""Services tell of their certificates 30 days ahead: when they start, every day, and for nobody else's."""

from __future__ import annotations

import logging
import os
import shutil
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import uvicorn
from cryptography import x509

from oots.deployment import demo, serving
from oots.deployment.key_watch import KeyWatch, soon_to_end, watch_of
from oots.deployment.participants import participants
from oots.deployment.serving import KINDS
from oots.deployment.settings import read
from oots.deployment.supervisor import Supervisor
from oots.deployment.town import Ports, Town
from oots.model.clock import AdvancedClock, FrozenClock, SystemClock
from oots.trust.authority import init_keys
from oots.trust.certificates import Role
from oots.trust.issuing import LEAF_LIFE, Participant
from oots.trust.keys import load_key_pair
from oots.trust.register import REGISTER_FILE, revoke
from oots.trust.rotation import rotate
from tests.support.trust import NOW

DAY = timedelta(days=1)
SEAL = Participant("seal-0751", "55133018", Role.SEAL)
TLS = Participant("tls", "demo-hosts", Role.TLS, ("127.0.0.1",))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    init_keys(folder, (SEAL, TLS), NOW)
    return folder


@pytest.fixture
def keys(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "keys"))


@pytest.fixture
def clock() -> AdvancedClock:
    return AdvancedClock(FrozenClock(NOW))


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO)
    return caplog


def warned(log: pytest.LogCaptureFixture) -> list[str]:
    """The warnings since the last question."""
    lines = [line.getMessage() for line in log.records if line.levelname == "WARNING"]
    log.clear()
    return lines


def test_a_certificate_is_told_of_from_thirty_days_before_its_end(
    keys: Path, clock: AdvancedClock, log: pytest.LogCaptureFixture
) -> None:
    watch = KeyWatch(keys, [SEAL.name], clock)
    clock.advance(LEAF_LIFE - 31 * DAY)
    watch.look()
    assert warned(log) == []
    clock.advance(DAY)
    watch.look()
    (line,) = warned(log)
    assert line == (
        "the certificate seal-0751 (55133018, seal) expires on 2028-11-08, in 29 days; "
        "`oots keys rotate seal-0751` gives it a successor"
    )
    clock.advance(31 * DAY)
    watch.look()
    (line,) = warned(log)
    assert "seal-0751 (55133018, seal) expired on 2028-11-08" in line


def test_a_revoked_certificate_is_told_of(keys: Path, clock: AdvancedClock, log: pytest.LogCaptureFixture) -> None:
    watch = KeyWatch(keys, [SEAL.name, TLS.name], clock)
    watch.look()
    assert warned(log) == []
    certificate = load_key_pair(keys, SEAL.name).certificate
    revoke(keys, certificate, NOW, x509.ReasonFlags.key_compromise, party="x", name=SEAL.name)
    watch.look()
    (line,) = warned(log)
    assert "seal-0751 (55133018, seal) was revoked on 2026-08-06" in line


def test_a_service_that_still_signs_with_the_old_key_is_told_to_restart(
    keys: Path, clock: AdvancedClock, log: pytest.LogCaptureFixture
) -> None:
    watch = KeyWatch(keys, [SEAL.name], clock)
    watch.look()
    rotate(keys, [SEAL.name], 7 * DAY, NOW)
    watch.look()
    assert warned(log) == ["seal-0751 has a new key, which counts here after a restart, the old one until 2026-08-13"]
    KeyWatch(keys, [SEAL.name], clock).look()
    assert warned(log) == []


def test_what_cannot_be_read_stops_nobody(keys: Path, clock: AdvancedClock, log: pytest.LogCaptureFixture) -> None:
    watch = KeyWatch(keys, [SEAL.name], clock)
    (keys / REGISTER_FILE).write_text("[", encoding="utf-8")
    watch.look()
    assert [line.levelname for line in log.records] == ["ERROR"]
    assert "revoked.json" in log.text
    (keys / REGISTER_FILE).unlink()
    clock.advance(LEAF_LIFE)
    watch.look()
    assert len(warned(log)) == 1


class Days(Event):
    """An event for which a few days are waited at once, and which is set then."""

    def __init__(self, days: int) -> None:
        super().__init__()
        self.left = days
        self.waited: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waited.append(timeout)
        self.left -= 1
        return self.left < 0


def test_it_looks_at_the_start_and_every_day(keys: Path, clock: AdvancedClock, log: pytest.LogCaptureFixture) -> None:
    clock.advance(LEAF_LIFE - DAY)
    days = Days(2)
    KeyWatch(keys, [SEAL.name], clock).work(days)
    assert len(warned(log)) == 3
    assert set(days.waited) == {24 * 60 * 60}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """A town in which everybody's certificate ends in ten days; the keys are small ones, for speed."""
    state = tmp_path_factory.mktemp("town")
    everybody = [Participant(each.name, each.party_id, Role.DOSSIER, each.dns_names) for each in participants("0751")]
    init_keys(state / "keys", everybody, SystemClock().now() - LEAF_LIFE + 10 * DAY)
    return Town(state, Ports.from_first(8400), tls=True)


@pytest.mark.parametrize(
    ("service", "own"),
    [
        ("requester", {"ap-lt-01", "decrypt-ap-lt-01", "tls"}),
        ("provider", {"ap-dk-01", "decrypt-ap-dk-01", "seal-0751", "tls"}),
        ("directories", {"directories", "tls"}),
        ("eid", {"tls"}),
        ("authority", {"tls"}),
    ],
)
def test_each_service_tells_of_its_own(town: Town, log: pytest.LogCaptureFixture, service: str, own: set[str]) -> None:
    watch_of(read(KINDS[service], town.values(service)), SystemClock()).look()
    assert {line.split()[2] for line in warned(log)} == own


def test_without_tls_nobody_looks_at_the_tls_certificate(town: Town, log: pytest.LogCaptureFixture) -> None:
    watch_of(read(KINDS["eid"], {**town.values("eid"), "tls": False}), SystemClock()).look()
    assert warned(log) == []


def test_the_authority_tells_of_root_and_issuing_authority(town: Town, log: pytest.LogCaptureFixture) -> None:
    clock = AdvancedClock(SystemClock())
    clock.advance(timedelta(days=3650))
    watch_of(read(KINDS["authority"], {**town.values("authority"), "tls": False}), clock).look()
    assert {line.split()[2] for line in warned(log)} == {"root-ca", "issuing-ca"}


@pytest.fixture
def own_process() -> Iterator[None]:
    """What a service does to its process, file mask and hook for lost threads, is undone."""
    mask, hook = os.umask(0o022), threading.excepthook
    os.umask(mask)
    yield
    os.umask(mask)
    threading.excepthook = hook


@pytest.mark.usefixtures("own_process")
def test_a_service_that_is_served_tells_when_it_starts(
    town: Town, monkeypatch: pytest.MonkeyPatch, log: pytest.LogCaptureFixture
) -> None:
    for name in [name for name in os.environ if name.startswith("OOTS_")]:
        monkeypatch.delenv(name)
    for name, value in town.environment("eid").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(uvicorn.Server, "run", lambda _server: None)
    serving.serve("eid")
    (line,) = warned(log)
    assert line.startswith("the certificate tls (demo-hosts")


def test_the_demo_tells_what_ends_soon(
    town: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def nothing(*_arguments: Any) -> None:
        """No process is started, watched or stopped."""

    for name in ("_start", "_on_end", "refuse_taken", "init_service_keys"):
        monkeypatch.setattr(demo, name, nothing)
    for name in ("watch", "stop"):
        monkeypatch.setattr(Supervisor, name, nothing)
    assert demo.run_demo(8400, town.state, True, "0751") == 0
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("OBS / note: ")]
    assert len(told) == len(soon_to_end(town.keys, SystemClock())) == len(participants("0751"))
    assert any("ap-dk-01 (AP_DK_01" in line and "expires on" in line for line in told)


def test_where_nothing_ends_soon_nothing_is_told(keys: Path, clock: AdvancedClock) -> None:
    assert soon_to_end(keys, clock) == []
    clock.advance(LEAF_LIFE - 30 * DAY)
    assert len(soon_to_end(keys, clock)) == 2
