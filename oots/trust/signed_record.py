"""Records that are signed once and checked years later: one way of writing them, and a detached JWS beside them.

A record is JSON with keys in order, without blanks, in UTF-8, of texts, whole numbers, lists and objects (what RFC 8785
makes of such a document). It is signed over its digest, with the chain of certificates, as directories sign their
answers; the role of the certificate tells them apart.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509

from oots.trust import jws
from oots.trust.anchors import Trust
from oots.trust.certificates import Party, Role
from oots.trust.jws import AnswerSignatureError
from oots.trust.keys import KeyPair


class RecordSignatureError(Exception):
    """A signature that is not believed; the text is for people, and holds nothing of the record."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Whose key signed a record, and when, to the second."""

    party: Party
    at: datetime


def canonical_json(content: object) -> bytes:
    """The one way in which a record is written."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def sign_record(record: bytes, key: KeyPair, at: datetime) -> str:
    """The signature beside a record, made at `at` (aware); raises ConfigurationError for a key that cannot make one."""
    return jws.sign_answer(record, key, at)[jws.SIGNATURE]


def signer_of(record: bytes, signature: str, trust: Trust, role: Role, at: datetime) -> Signed:
    """Who signed `record` in `role`, as `trust` knows it at `at` (aware), which must not be long after the signature.

    Raises RecordSignatureError.
    """
    signers: list[Party] = []

    def check_signer(certificate: x509.Certificate, others: Sequence[x509.Certificate], when: datetime) -> None:
        signers.append(trust.party_of(certificate, others, when, role))

    try:
        header = _spelled_once(signature)
        jws.verify_answer(record, {jws.DIGEST: jws.digest_of(record), jws.SIGNATURE: signature}, check_signer, at)
    except AnswerSignatureError as problem:
        raise RecordSignatureError(str(problem)) from problem
    return Signed(signers[0], datetime.fromtimestamp(json.loads(header)["iat"], UTC))


def _spelled_once(signature: str) -> bytes:
    """The signature's header. Base64 leaves its last bits free: two spellings of one signature would be two texts."""
    found = []
    for part in signature.split("."):
        try:
            octets = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        except ValueError as problem:
            raise RecordSignatureError("the signature is no detached JWS") from problem
        if base64.urlsafe_b64encode(octets).rstrip(b"=").decode() != part:
            raise RecordSignatureError("the signature is not spelled as it was made")
        found.append(octets)
    return found[0]
