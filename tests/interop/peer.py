"""phase4 as an access point beside ours: built with Maven, given keys that `oots keys` exports, started, and told what
to send."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

PROJECT = Path(__file__).parent / "phase4"
_TARGET = PROJECT / "target"
_PASSWORD = "interoperability"
_SENDING_SECONDS = 120.0


class UnavailablePeerError(Exception):
    """The peer cannot be had here; the text says why. `is_unreachable` where its libraries could not be fetched."""

    def __init__(self, why: str, *, is_unreachable: bool = False) -> None:
        self.is_unreachable = is_unreachable
        super().__init__(why)


def build() -> None:
    """Compile the peer, unless that has been done since its sources changed; raises UnavailablePeerError."""
    missing = [each for each in ("mvn", "javac", "java") if shutil.which(each) is None]
    if missing:
        raise UnavailablePeerError(
            f"{' and '.join(missing)} cannot be found: Maven and a JDK of 17 or newer are needed"
        )
    stamp = _TARGET / "built.stamp"
    sources = [PROJECT / "pom.xml", *PROJECT.glob("src/**/*.java")]
    if stamp.exists() and all(each.stat().st_mtime <= stamp.stat().st_mtime for each in sources):
        return
    done = subprocess.run(
        ["mvn", "--batch-mode", "--quiet", "process-classes"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        said = done.stdout + done.stderr
        is_unreachable = "Could not transfer" in said or "could not be resolved" in said or "Could not resolve" in said
        why = "Maven cannot fetch what the peer is built of" if is_unreachable else "the peer cannot be built"
        raise UnavailablePeerError(f"{why}:\n{said.strip()}", is_unreachable=is_unreachable)
    stamp.touch()


def oots(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command line, as whoever exports keys or verifies a file types it."""
    command = [sys.executable, "-m", "oots", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def export_keys(state: Path, name: str, folder: Path) -> None:
    """Give a peer the keys of the access point called `name` (ap-lt-01), and whom to believe."""
    folder.mkdir()
    password = folder / "password.txt"
    password.touch(0o600)
    password.write_text(_PASSWORD)
    for key, file in ((name, "sign.p12"), (f"decrypt-{name}", "decrypt.p12")):
        export_key(state, key, folder / file)
    _run("keys", "export-truststore", folder / "trust.p12", "--state", state, "--password-file", password)


def export_key(state: Path, name: str, target: Path) -> None:
    password = target.parent / "password.txt"
    _run("keys", "export-pkcs12", name, target, "--state", state, "--password-file", password)


def _run(*arguments: str | Path) -> None:
    done = oots(*arguments)
    if done.returncode != 0:
        raise OSError(f"oots {' '.join(map(str, arguments))}: {done.stderr}")


@dataclass(frozen=True)
class Peer:
    """A running access point; its `folder` has its keys, and what it has received."""

    folder: Path
    port: int

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}/as4"

    def send(self, told: Mapping[str, str]) -> dict[str, str]:
        """Have it send a message (`Outgoing` has the lines); what became of it."""
        body = "".join(f"{name}={value}\n" for name, value in told.items())
        answer = httpx.post(f"http://127.0.0.1:{self.port}/send", content=body.encode(), timeout=_SENDING_SECONDS)
        answer.raise_for_status()
        return _lines(answer.text)

    def received(self, message_id: str) -> dict[str, str] | None:
        """What it has received under this id."""
        file = self.folder / "received" / message_id / "message.properties"
        return _lines(file.read_text()) if file.exists() else None

    def pass_on(self, sender: str, sent_as: str, receiver: str, endpoint: str) -> None:
        """From now on, send what comes from this party on to another, as a message of its own."""
        with (self.folder / "routes.properties").open("a") as routes:
            routes.write(f"{sender}={sent_as}|{receiver}|{endpoint}\n")

    def part(self, told: Mapping[str, str], number: int) -> bytes:
        return (self.folder / told[f"part.{number}"].split("|")[2]).read_bytes()


def _lines(text: str) -> dict[str, str]:
    """Java's properties, as far as they are used here."""
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    pairs = (line.replace("\\:", ":").replace("\\=", "=").partition("=") for line in lines)
    return {name: value for name, _, value in pairs}


@contextmanager
def running(folder: Path) -> Iterator[Peer]:
    """Start the peer with the keys in `folder`."""
    path = os.pathsep.join((str(_TARGET / "classes"), str(_TARGET / "dependency" / "*")))
    command = ["java", "-cp", path, "interop.AccessPoint", str(folder)]
    with (
        (folder / "log.txt").open("w") as log,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            port = next((line.split()[1] for line in process.stdout if line.startswith("listening ")), None)
            if port is None:
                raise UnavailablePeerError(f"the peer does not start:\n{(folder / 'log.txt').read_text()[-2000:]}")
            yield Peer(folder, int(port))
        finally:
            process.stdin.close()
