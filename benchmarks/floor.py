"""What no implementation of an exchange gets around: its signatures, canonical forms, digests and parsing, and no more.

Both sides together. Each step is a bare call of cryptography, lxml or hashlib on the very messages and with the very
keys; no path of certificates is judged, nothing is built, stored, sent or shown.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from time import process_time
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from lxml import etree

from benchmarks.captured import Captured
from oots.trust.keys import KeyPair, PrivateKey

PRIVATE: Final = "private keys"
VERIFYING: Final = "verifications"
CANONICAL: Final = "canonical forms"
PARSING: Final = "parsing"
DIGESTS: Final = "digests"

_DS: Final = "{http://www.w3.org/2000/09/xmldsig#}"
_WSU_ID: Final = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd}Id"
_CERTIFICATE: Final = ".//{*}BinarySecurityToken"
_SIGN_INS: Final = 2
"""The person signs in at the portal and again before the preview; each ID token has a signature."""
_HASH: Final = hashes.SHA256()


@dataclass(frozen=True, slots=True)
class Step:
    """One bare call, of one kind."""

    kind: str
    work: Callable[[], object]


class Floor:
    """The steps of one exchange."""

    def __init__(self, captured: Captured) -> None:
        self.steps = tuple(_steps(captured))

    def milliseconds(self, times: int = 5) -> dict[str, float]:
        """CPU of this process for one exchange, by kind."""
        spent: defaultdict[str, float] = defaultdict(float)
        for kind in dict.fromkeys(step.kind for step in self.steps):
            works = [step.work for step in self.steps if step.kind == kind]
            began = process_time()
            for _ in range(times):
                for work in works:
                    work()
            spent[kind] = (process_time() - began) * 1000 / times
        return dict(spent)

    def count(self, kind: str) -> int:
        """How many steps are of a kind."""
        return sum(step.kind == kind for step in self.steps)


def _steps(captured: Captured) -> Iterator[Step]:
    for message in captured.messages:
        envelope, document, *evidence = _parts(message.content_type, message.body)
        yield from _signed_envelope(envelope, captured.holders)
        yield from _signed_envelope(message.answer, captured.holders)
        for part in (document, *evidence):
            yield from _both(DIGESTS, partial(_digest, part))
        yield from _written_and_read(document)
        for part in evidence:
            yield from _sealed(part, captured.sealing)
    for answer in captured.answers:
        yield Step(PARSING, partial(etree.fromstring, answer))
        yield Step(DIGESTS, partial(_digest, answer))
        yield _verification(captured.directory, answer)
    for _ in range(_SIGN_INS):
        yield _verification(captured.directory, b"an ID token is signed with a key of the same kind")


def _signed_envelope(envelope: bytes, holders: Sequence[KeyPair]) -> Iterator[Step]:
    """Signed and written on one side, parsed and verified on the other."""
    root = etree.fromstring(envelope)
    token = x509.load_der_x509_certificate(b64decode(root.findtext(_CERTIFICATE) or ""))
    holder = next(each for each in holders if each.certificate == token)
    signed_info = next(root.iter(f"{_DS}SignedInfo"))
    uris = [reference.get("URI", "") for reference in signed_info.iterfind(f"{_DS}Reference")]
    local = [_by_id(root, uri[1:]) for uri in uris if uri.startswith("#")]
    for element in (*local, signed_info):
        yield from _both(CANONICAL, partial(_canonical, element))
        yield from _both(DIGESTS, partial(_digest, _canonical(element)))
    yield Step(CANONICAL, partial(_canonical, root))
    yield Step(PARSING, partial(etree.fromstring, envelope))
    yield Step(PRIVATE, partial(_sign, holder.private_key, _canonical(signed_info)))
    yield _verification(holder, _canonical(signed_info))


def _written_and_read(document: bytes) -> Iterator[Step]:
    yield Step(CANONICAL, partial(_canonical, etree.fromstring(document)))
    yield Step(PARSING, partial(etree.fromstring, document))


def _sealed(evidence: bytes, sealing: KeyPair) -> Iterator[Step]:
    """Sealed by the municipality, and its seal verified by the portal."""
    if evidence.startswith(b"<"):
        root = etree.fromstring(evidence)
        yield from _both(PARSING, partial(etree.fromstring, evidence))
        signature = next(root.iter(f"{_DS}Signature"))
        for element in (root, *signature.iterfind("{*}SignedInfo"), *signature.iterfind("{*}KeyInfo")):
            yield from _both(CANONICAL, partial(_canonical, element))
            yield from _both(DIGESTS, partial(_digest, _canonical(element)))
        for element in signature.iter("{*}SignedProperties"):
            yield from _both(CANONICAL, partial(_canonical, element))
            yield from _both(DIGESTS, partial(_digest, _canonical(element)))
    else:
        yield from _both(DIGESTS, partial(_digest, evidence))
    yield Step(PRIVATE, partial(_sign, sealing.private_key, sha256(evidence).digest()))
    yield _verification(sealing, sha256(evidence).digest())


def _both(kind: str, work: Callable[[], object]) -> tuple[Step, Step]:
    """Once for each side."""
    return Step(kind, work), Step(kind, work)


def _parts(content_type: str, body: bytes) -> list[bytes]:
    """The contents of the parts of a package that is known to be good."""
    boundary = re.search(r'boundary="([^"]+)"', content_type)
    if boundary is None:
        raise ValueError(content_type)
    _, *parts, _ = (b"\r\n" + body).split(b"\r\n--" + boundary[1].encode())
    return [part.partition(b"\r\n\r\n")[2] for part in parts]


def _by_id(root: etree._Element, name: str) -> etree._Element:
    """The element that carries a `wsu:Id` or `Id` of this value."""
    return next(each for each in root.iter(etree.Element) if name in {each.get(_WSU_ID), each.get("Id")})


def _canonical(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)


def _digest(data: bytes) -> bytes:
    return sha256(data).digest()


def _sign(key: PrivateKey, data: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), _HASH)
    return key.sign(data, ec.ECDSA(_HASH))


def _verification(holder: KeyPair, data: bytes) -> Step:
    public, signature = holder.certificate.public_key(), _sign(holder.private_key, data)
    if isinstance(public, rsa.RSAPublicKey):
        return Step(VERIFYING, partial(public.verify, signature, data, padding.PKCS1v15(), _HASH))
    if isinstance(public, ec.EllipticCurvePublicKey):
        return Step(VERIFYING, partial(public.verify, signature, data, ec.ECDSA(_HASH)))
    raise TypeError(type(public))
