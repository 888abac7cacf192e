"""A stage for attacks on the directories' answers: the portal asks, and somebody sits between it and them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from fastapi import FastAPI

from oots.common_services.client import MEDIA_TYPE, DirectoriesClient
from oots.model.clock import AdvancedClock, FrozenClock
from oots.model.errors import PeerError
from oots.trust.certificates import Role
from oots.trust.jws import DIGEST, SIGNATURE, digest_of, in_role, sign_answer
from oots.trust.keys import KeyPair
from oots.wire.catalogue import DirectoryError
from tests.support.attacks import Refused, caught_by
from tests.support.common_services import CERTIFICATE, DOMICILE, ENTRIES, client_of, directories_of
from tests.support.doors import specimen_key
from tests.support.fake_authority import FakeAuthority, house_trust
from tests.support.revoking_door import specimen_authority, specimen_house
from tests.support.trust import NOW

NO_ANSWER = "no answer"
HOST = "http://directories.test"
Way = Callable[[httpx.Request], httpx.Response]


def directory_key() -> KeyPair:
    """The key of the directories among the specimens."""
    return specimen_key("directories")


@cache
def _directories() -> FastAPI:
    return directories_of(ENTRIES, directory_key())


@dataclass
class DirectoryRoad:
    """A portal on its way to the directories. `way` is what happens to its requests."""

    directories: DirectoriesClient
    authority: FakeAuthority
    clock: AdvancedClock
    way: Way
    asked: list[str] = field(default_factory=list)

    def control(self) -> None:
        """The portal learns what proves a domicile, and who issues that."""
        self.way = honest
        assert self.directories.evidence_types(DOMICILE.identifier, "DK").lists
        assert self.ask()

    def released(self) -> object:
        """Nothing is kept of any answer."""
        return ()

    def ask(self) -> object:
        return self.directories.data_services(CERTIFICATE.classification, "DK", "oots-edm:v2.0")

    def refused(self, way: Way, ask: Callable[[], object] | None = None) -> Refused:
        """Ask on that way: an answer that is not believed is none, and not even a refusal by the directory."""
        self.way = way
        try:
            (ask or self.ask)()
        except DirectoryError as error:
            raise AssertionError("the answer was believed") from error
        except PeerError as error:
            return Refused(NO_ANSWER, caught_by(error), str(error))
        raise AssertionError("the answer was believed")

    def changed(self, change: Callable[[httpx.Response], httpx.Response]) -> Refused:
        """Ask, and have the genuine answer changed on its way."""
        return self.refused(lambda request: change(honest(request)))


def honest(request: httpx.Request) -> httpx.Response:
    """What the directories answer."""
    with client_of(_directories()) as client:
        return client.send(request)


@contextmanager
def directory_road(folder: Path) -> Iterator[DirectoryRoad]:
    """The portal as its service composes it, but for the network."""
    clock = AdvancedClock(FrozenClock(NOW))
    authority = specimen_authority(folder / "authority", clock)
    trust = house_trust(specimen_house(folder / "keys"), authority.client(), clock, specimens=True)

    def carry(request: httpx.Request) -> httpx.Response:
        road.asked.append(str(request.url))
        return road.way(request)

    with httpx.Client(transport=httpx.MockTransport(carry), follow_redirects=True) as client:
        check = in_role(trust, Role.DIRECTORY)
        directories = DirectoriesClient(client, f"{HOST}/eb", f"{HOST}/dsd", check_signer=check, clock=clock)
        road = DirectoryRoad(directories, authority, clock, honest)
        yield road


# --- answers ---


def with_headers(answer: httpx.Response, **changes: str | None) -> httpx.Response:
    """With other headers (`oots_response_sig`), or without those that are None; its body as it is."""
    headers = dict(answer.headers) | {name.replace("_", "-"): value for name, value in changes.items()}
    kept = {name: value for name, value in headers.items() if value is not None}
    return httpx.Response(answer.status_code, headers=kept, content=answer.content)


def with_body(answer: httpx.Response, body: bytes) -> httpx.Response:
    """With another body under the old headers."""
    headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
    return httpx.Response(answer.status_code, headers=headers, content=body)


def signed(body: bytes, key: KeyPair | None = None) -> httpx.Response:
    """A well signed answer of any content; by default the directories' own."""
    headers = {"content-type": MEDIA_TYPE} | sign_answer(body, key or directory_key(), NOW)
    return httpx.Response(200, headers=headers, content=body)


def signed_by(key: KeyPair) -> Callable[[httpx.Response], httpx.Response]:
    """The genuine body under another signature."""
    return lambda answer: signed(answer.content, key)


def saying(
    answer: httpx.Response, *, sign: Callable[[bytes], bytes] | None = None, **changes: object
) -> httpx.Response:
    """The answer under a protected header that says something else (`x5t_o` for `x5t#o`; None takes a part away),
    signed again: as the directories sign, or as `sign` does."""
    protected, _, _ = answer.headers[SIGNATURE].split(".")
    header: dict[str, Any] = json.loads(base64.urlsafe_b64decode(protected + "=="))
    header |= {name.replace("_o", "#o"): value for name, value in changes.items()}
    kept = {name: value for name, value in header.items() if value is not None}
    written = base64url(json.dumps(kept, separators=(",", ":")).encode())
    line = f"{written}.{DIGEST}: {digest_of(answer.content)}".encode()
    return with_headers(answer, oots_response_sig=f"{written}..{base64url((sign or es256(directory_key()))(line))}")


def es256(key: KeyPair) -> Callable[[bytes], bytes]:
    """Signs as JWS wants it of a key on P-256."""
    private = key.private_key
    assert isinstance(private, ec.EllipticCurvePrivateKey)

    def sign(data: bytes) -> bytes:
        numbers = decode_dss_signature(private.sign(data, ec.ECDSA(hashes.SHA256())))
        return b"".join(number.to_bytes(32, "big") for number in numbers)

    return sign


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def encoded(certificates: Sequence[x509.Certificate]) -> list[str]:
    """As `x5c` has them."""
    return [base64.b64encode(each.public_bytes(Encoding.DER)).decode() for each in certificates]
