"""HAProxy as it is deployed, on free ports before replicas that are plain processes."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

import oots.deployment
from tests.support.demo import wait_until
from tests.support.ports import free_port

DEPLOYED = Path(oots.deployment.__file__).parent / "haproxy"
DOORS = DEPLOYED / "doors.cfg"


def program() -> str:
    """The path of `haproxy`; skips the test where there is none, but not in CI, which installs it."""
    found = shutil.which("haproxy", path=f"{os.environ['PATH']}:/usr/sbin")
    if found:
        return found
    if os.environ.get("CI"):
        pytest.fail("CI installs haproxy, and it is not there")
    pytest.skip("haproxy is not installed")


@dataclass(frozen=True)
class Doors:
    """Where the town is reached: `portal` and `preview` are ports, and so is `admin`, of the runtime API."""

    portal: int
    preview: int
    admin: int

    @property
    def environment(self) -> dict[str, str]:
        return {
            "OOTS_PORTAL_DOOR": f"127.0.0.1:{self.portal}",
            "OOTS_PREVIEW_DOOR": f"127.0.0.1:{self.preview}",
        }

    def tell(self, command: str) -> str:
        """What HAProxy answers to a command of its runtime API."""
        with socket.create_connection(("127.0.0.1", self.admin)) as line:
            line.sendall(command.encode() + b"\n")
            return b"".join(iter(lambda: line.recv(65536), b"")).decode().strip()

    def in_service(self, backend: str) -> set[int]:
        """The ports of those servers of a backend that are being given requests."""
        return {port for port, server in self._servers(backend).items() if server["status"].startswith("UP")}

    def served(self, backend: str) -> dict[int, int]:
        """How many requests each server of a backend has been given, by its port."""
        return {port: int(server["stot"]) for port, server in self._servers(backend).items()}

    def _servers(self, backend: str) -> dict[int, dict[str, str]]:
        rows = [line.split(",") for line in self.tell("show stat").splitlines()]
        names = [name.removeprefix("# ") for name in rows[0]]
        lines = (dict(zip(names, row, strict=False)) for row in rows[1:])
        mine = [line for line in lines if line["pxname"] == backend and line["svname"] != "BACKEND"]
        return {int(line["svname"].rpartition("-")[2]): line for line in mine}


def new_doors() -> Doors:
    return Doors(free_port(), free_port(), free_port())


@contextmanager
def haproxy(folder: Path, doors: Doors, replicas: Mapping[str, Sequence[int]], more: str = "") -> Iterator[None]:
    """HAProxy runs until the block ends; `replicas` are the ports behind each backend, `more` what a test adds."""
    settings = folder / "replicas.cfg"
    settings.write_text(_settings(doors, replicas) + more, encoding="utf-8")
    with (folder / "haproxy.log").open("wb") as log:
        process = subprocess.Popen(
            [program(), "-db", "-f", str(DOORS), "-f", str(settings)],
            env=os.environ | doors.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until(lambda: _listens(doors, process), "HAProxy to listen")
        yield
    finally:
        process.terminate()
        process.wait()


def _settings(doors: Doors, replicas: Mapping[str, Sequence[int]]) -> str:
    lines = ["global", f"    stats socket 127.0.0.1:{doors.admin} level admin"]
    for backend, ports in replicas.items():
        lines += ["", f"backend {backend} from replicas"]
        lines += [f"    server {backend}-{port} 127.0.0.1:{port}" for port in ports]
    return "\n".join(lines) + "\n"


def _listens(doors: Doors, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "HAProxy did not start: see haproxy.log"
    try:
        doors.tell("show info")
    except OSError:
        return False
    return True
