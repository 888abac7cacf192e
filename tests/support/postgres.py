"""A throw-away PostgreSQL from the system's packages: a port of its own, one database for each that asks, crashes."""

from __future__ import annotations

import os
import pwd
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.ports import free_port

_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql@*/bin")
_SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 64MB
"""
"""Durability stays as it comes: `fsync` and `synchronous_commit` are on."""
_USER = "oots"


def programs() -> Path:
    """The folder of `initdb` and `pg_ctl`; skips the test where there is none, but not in CI, which installs it."""
    found = (path for place in _PLACES for path in Path("/").glob(place.lstrip("/")) if (path / "initdb").exists())
    newest = max(found, key=_version, default=None)
    if newest is not None:
        return newest
    if os.environ.get("CI"):
        pytest.fail("CI installs postgresql, and it is not there")
    pytest.skip("postgresql is not installed")


def _version(folder: Path) -> int:
    number = re.search(r"\d+", folder.parent.name)
    return int(number[0]) if number else 0


@dataclass
class Postgres:
    """One server. `folder` belongs to the account that runs it, which cannot be root's."""

    bin: Path
    folder: Path
    port: int
    password: str = field(default_factory=lambda: secrets.token_hex(12), repr=False)
    databases: int = 0

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def initialise(self) -> None:
        key = self.folder / "password"
        key.write_text(self.password, encoding="utf-8")
        _give(key)
        self._run(
            "initdb", f"--pgdata={self.data}", f"--username={_USER}", f"--pwfile={key}",
            "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C",
        )  # fmt: skip
        key.unlink()
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as settings:
            settings.write(f"{_SETTINGS}port = {self.port}\n")

    def start(self) -> None:
        """Returns when connections are taken, after recovery if there was a crash."""
        self._control("start", "-w", "-l", str(self.log))

    def crash(self) -> None:
        """All server processes end at once without a checkpoint, as when the machine loses its power."""
        self._control("stop", "-m", "immediate")

    def new_database(self) -> str:
        """The URL of an empty database, as `OOTS_DATABASE_URL` wants it."""
        self.databases += 1
        name = f"oots_{self.databases}"
        self.ask("postgres", f"CREATE DATABASE {name}")
        return f"postgresql+psycopg://{_USER}:{self.password}@127.0.0.1:{self.port}/{name}"

    def empty(self, url: str) -> None:
        """Let a database be as it was when it was new, which is much quicker than another one."""
        self.ask(url.rpartition("/")[2], "DROP SCHEMA public CASCADE; CREATE SCHEMA public")

    def ask(self, database: str, statement: str) -> list[list[str]]:
        """The rows that a statement gives, as text."""
        said = subprocess.run(
            [self.bin / "psql", "-XAtq", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1",
             "-p", str(self.port), "-U", _USER, "-d", database, "-c", statement],
            env={"PGPASSWORD": self.password, "PATH": os.environ["PATH"]},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert said.returncode == 0, said.stderr
        return [line.split("\t") for line in said.stdout.splitlines()]

    def _control(self, *words: str) -> None:
        self._run("pg_ctl", "-D", str(self.data), "-t", "60", *words)

    def _run(self, program: str, *words: str) -> None:
        said = self.folder / "said"
        with said.open("wb") as output:  # the server keeps what it is given, so a pipe would never end
            done = subprocess.run(
                [*_as_somebody(), str(self.bin / program), *words],
                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False,
            )  # fmt: skip
        assert done.returncode == 0, said.read_text(encoding="utf-8")


def _somebody() -> pwd.struct_passwd:
    """The account that runs the server where tests run as root."""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise LookupError("neither postgres nor nobody has an account here")


def _as_somebody() -> list[str]:
    if os.geteuid() != 0:
        return []
    account = _somebody()
    return ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]


def _give(path: Path) -> None:
    if os.geteuid() == 0:
        account = _somebody()
        os.chown(path, account.pw_uid, account.pw_gid)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A server that runs until the block ends; its folder lies where another account than root's may enter."""
    folder = Path(tempfile.mkdtemp(prefix="oots-postgres-"))
    try:
        _give(folder)
        server = Postgres(programs(), folder, free_port())
        server.initialise()
        server.start()
        try:
            yield server
        finally:
            server.crash()  # to end in order, it would write all that goes with its folder to the disk first
    finally:
        shutil.rmtree(folder)
