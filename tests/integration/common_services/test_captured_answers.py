"""Two answers of the real directories, captured with their signatures, under the root of their own chain."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from oots.common_services.client import DirectoriesClient
from oots.model.clock import FrozenClock
from oots.model.errors import PeerError
from oots.trust.anchors import TrustAnchors
from oots.trust.jws import OLDEST_ANSWER, AnswerSignatureError, SignerCheck, verify_answer
from oots.wire.catalogue import decode_data_services, decode_requirements
from tests.support.common_services import believed

CAPTURES = Path(__file__).resolve().parents[4] / "shared" / "spec" / "official" / "tdd-2.0.1"
pytestmark = pytest.mark.skipif(not CAPTURES.is_dir(), reason="the captured answers are not on this machine")

NAMES = ("eb_requirements_fr", "dsd_data_services_fi")
ROOT = "e7bd73a08dfb38f55a1c51fe9818cc815896c084b392b44648bff81f21445bbe"
"""SHA-256 of the root certificate: European Commission Root CA - 2 test."""
SIGNED = datetime(2026, 7, 29, 9, 1, 50, tzinfo=UTC)
"""The `iat` of both."""
FINNISH = "https://sr.acc.oots.tech.ec.europa.eu/evidencetypeclassifications/FI/19f0783e-7cdc-4146-9ff9-e331514ffb74"


@dataclass(frozen=True)
class Capture:
    """An answer as it came: body and HTTP headers by lower-case name."""

    body: bytes
    headers: dict[str, str]

    @property
    def chain(self) -> list[x509.Certificate]:
        protected = self.headers["oots-response-sig"].partition(".")[0]
        header = json.loads(base64.urlsafe_b64decode(protected + "=="))
        return [x509.load_der_x509_certificate(base64.b64decode(each)) for each in header["x5c"]]


def captured(name: str) -> Capture:
    lines = (CAPTURES / f"{name}.headers").read_text("ascii").splitlines()
    headers = dict(line.split(": ", 1) for line in lines)
    return Capture((CAPTURES / f"{name}.xml").read_bytes(), headers)


def pinned(capture: Capture) -> SignerCheck:
    """Believes the root with the pinned fingerprint, and what it vouches for."""
    (root,) = (each for each in capture.chain if each.fingerprint(hashes.SHA256()).hex() == ROOT)
    return TrustAnchors((root,)).path_of


def verify(capture: Capture, at: datetime = SIGNED) -> None:
    verify_answer(capture.body, capture.headers, pinned(capture), at)


@pytest.mark.parametrize("name", NAMES)
def test_a_captured_answer_verifies_at_the_time_of_its_signature(name: str) -> None:
    verify(captured(name))
    verify(captured(name), SIGNED + OLDEST_ANSWER)
    with pytest.raises(AnswerSignatureError, match="too old"):
        verify(captured(name), SIGNED + OLDEST_ANSWER + timedelta(seconds=1))


@pytest.mark.parametrize("name", NAMES)
def test_nobody_else_vouches_for_a_captured_answer(name: str) -> None:
    capture = captured(name)
    verify(capture)
    with pytest.raises(AnswerSignatureError, match="signer is not believed"):
        verify_answer(capture.body, capture.headers, believed(), SIGNED)


def flipped_in(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def in_body(capture: Capture) -> Capture:
    return Capture(flipped_in(capture.body, len(capture.body) // 2), capture.headers)


def in_header(capture: Capture) -> Capture:
    """In the protected header, within a certificate."""
    return _flipped(capture, "oots-response-sig", 3000)


def in_digest(capture: Capture) -> Capture:
    return _flipped(capture, "digest", 20)


def in_signature(capture: Capture) -> Capture:
    return _flipped(capture, "oots-response-sig", -40)


def _flipped(capture: Capture, header: str, place: int) -> Capture:
    value = capture.headers[header].encode()
    changed = flipped_in(value, place % len(value)).decode()
    return Capture(capture.body, capture.headers | {header: changed})


@pytest.mark.parametrize("flip", [in_body, in_digest, in_header, in_signature])
@pytest.mark.parametrize("name", NAMES)
def test_one_flipped_bit_in_a_captured_answer_is_refused(name: str, flip: Callable[[Capture], Capture]) -> None:
    capture = captured(name)
    check_signer = pinned(capture)
    verify_answer(capture.body, capture.headers, check_signer, SIGNED)
    changed = flip(capture)
    assert changed != capture
    with pytest.raises(AnswerSignatureError):
        verify_answer(changed.body, changed.headers, check_signer, SIGNED)


def test_every_flipped_bit_of_the_header_line_and_of_the_signature_is_refused() -> None:
    capture = captured(NAMES[0])
    check_signer = pinned(capture)
    signature = capture.headers["oots-response-sig"]
    places = [("digest", place) for place in range(len(capture.headers["digest"]))]
    places += [("oots-response-sig", place) for place in range(signature.rindex("."), len(signature))]
    for header, place in places:
        changed = _flipped(capture, header, place)
        with pytest.raises(AnswerSignatureError):
            verify_answer(changed.body, changed.headers, check_signer, SIGNED)


def test_captured_requirements_are_read() -> None:
    found = decode_requirements(captured("eb_requirements_fr").body)
    assert found
    assert all(requirement.frameworks for requirement in found)
    assert {framework.country for requirement in found for framework in requirement.frameworks} == {"FR"}


def test_captured_data_services_are_read() -> None:
    (service,) = decode_data_services(captured("dsd_data_services_fi").body)
    assert service.evidence_type.classification == FINNISH
    (access,) = service.access_services
    assert (access.identifier.value, access.conforms_to) == ("AP_FI_03", ("oots-edm:v2.0",))
    assert access.publisher.identifier.value == "FIKEHA02"


def directories_that_answer(capture: Capture) -> DirectoriesClient:
    client = httpx.Client(
        transport=httpx.MockTransport(lambda _: httpx.Response(200, headers=capture.headers, content=capture.body))
    )
    base = "https://directories.test"
    return DirectoriesClient(
        client, f"{base}/eb", f"{base}/dsd", check_signer=pinned(capture), clock=FrozenClock(SIGNED)
    )


def test_the_client_believes_a_captured_answer_to_what_was_asked() -> None:
    directories = directories_that_answer(captured("dsd_data_services_fi"))
    assert len(directories.data_services(FINNISH, "FI")) == 1
    with pytest.raises(PeerError, match="another evidence type"):
        directories.data_services(FINNISH[:-1] + "5", "FI")
