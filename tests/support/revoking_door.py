"""The municipality's access point as its service composes it, with an authority that it asks about revocation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path

import httpx
from fastapi import FastAPI

from oots.edelivery.message import SealedMessage
from oots.exchange import api
from oots.model.clock import AdvancedClock
from oots.trust.authority import TRUST_FILE
from oots.trust.keys import KeyPair
from oots.trust.register import REGISTER_FILE
from oots.trust.revocation import UnsettledError
from tests.support.attacks import Refused, caught_by
from tests.support.doors import SAYS_NOTHING, Door, listen, specimen_key, specimen_keys
from tests.support.fake_authority import LIFE, FakeAuthority, house_trust
from tests.support.stray_keys import portal_with
from tests.support.two_sides import two_sides
from tests.support.web import client_of

PUT_OFF = "HTTP 503"
SPECIMENS = ("ap-lt-01", "ap-dk-01", "directories", "issuing-ca", "root-ca")


def specimen_authority(folder: Path, clock: AdvancedClock) -> FakeAuthority:
    """The specimens' authority, with a register in `folder`."""
    keys = {name: specimen_key(name) for name in ("root-ca", "issuing-ca")}
    return FakeAuthority(folder, clock, keys, [specimen_key(name).certificate for name in SPECIMENS])


def specimen_house(folder: Path) -> Path:
    """A key folder that trusts the specimens' authority, with a register of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / TRUST_FILE).write_bytes((specimen_keys() / TRUST_FILE).read_bytes())
    return folder


@dataclass(kw_only=True)
class RevokingDoor(Door):
    """A door with HTTP before it. `second` is another certificate of the portal, which can be revoked without harm to
    the honest way; `keys` has the house's own register."""

    authority: FakeAuthority
    keys: Path
    put_off: list[UnsettledError] = field(default_factory=list)

    @cached_property
    def second(self) -> KeyPair:
        key = portal_with(change=lambda builder: builder.not_valid_after(self.now + timedelta(days=30)))
        self.authority.issued.append(key.certificate)
        return key

    def by(self, key: KeyPair) -> SealedMessage:
        """A message that says nothing, signed with `key`."""
        return self.sealed(None, self.part(SAYS_NOTHING), key=key)

    def control(self) -> None:
        """As ever, once the authority tells the truth again and what it said before is over."""
        self.authority.away, self.authority.bend = False, None
        self.later()
        super().control()

    def later(self) -> None:
        """After one interval of lists and answers."""
        self.town.clock.advance(LIFE)

    def forget(self) -> None:
        """Empty both registers, for the honest way."""
        for folder in (self.keys, self.authority.folder):
            (folder / REGISTER_FILE).unlink(missing_ok=True)

    def accepted(self, message: SealedMessage) -> None:
        """Post it: a receipt."""
        answer = self.post(message)
        assert (answer.status_code, b"Receipt>" in answer.content) == (200, True), answer.text

    def refused_by_trust(self, message: SealedMessage) -> Refused:
        """Post it: an error signal. A verifier of files has no authority to ask, so they are no vector."""
        return replace(self.refused(message.content_type, message.body), sent=None)

    def refused_for_now(self, message: SealedMessage) -> Refused:
        """Post it: HTTP 503 with a time to wait, a line in the journal, and no trace anywhere else."""
        rows, lines, before = self._rows(), len(self._refusals()), len(self.put_off)
        answer = self.post(message)
        assert answer.status_code == 503, answer.text
        assert int(answer.headers["retry-after"]) > 0
        assert self._rows() == rows, "a message that was put off left a trace"
        (line,) = self._refusals()[lines:]
        assert line.signature_valid is False
        (fault,) = self.put_off[before:]
        return Refused(f"HTTP {answer.status_code}", caught_by(fault), str(line.detail))

    def post(self, message: SealedMessage) -> httpx.Response:
        with client_of(self._app, "http://dk.test") as client:
            return client.post(api.PATH, content=message.body, headers={"Content-Type": message.content_type})

    @cached_property
    def _app(self) -> FastAPI:
        app = FastAPI()
        app.include_router(api.router(self.point, 10_000_000))
        return app


@contextmanager
def revoking_door(folder: Path) -> Iterator[RevokingDoor]:
    """The access point, with evidence waiting behind it."""
    town = two_sides(folder, specimen_keys(), specimens=True)
    waiting = town.ask()
    authority, keys = specimen_authority(folder / "authority", town.clock), specimen_house(folder / "keys")
    door = RevokingDoor(town, waiting, town.provider_point, town.provider_store, authority=authority, keys=keys)
    door.point._trust = house_trust(keys, authority.client(), town.clock, specimens=True)
    listen(door.point, door.caught)
    _note(door)
    try:
        yield door
    finally:
        town.provider_store.close()
        town.requester_store.close()


def _note(door: RevokingDoor) -> None:
    receive = door.point.receive

    def noted(content_type: str, body: bytes) -> bytes:
        try:
            return receive(content_type, body)
        except UnsettledError as fault:
            door.put_off.append(fault)
            raise

    door.point.receive = noted  # type: ignore[method-assign]
