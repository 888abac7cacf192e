"""The parts of a message, encrypted for its receiver after they were signed, and decrypted before they are believed;
both piece by piece (XML Encryption 1.1: AES-128-GCM, and RSA-OAEP with SHA-256 for its key)."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from cryptography import exceptions, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lxml import etree

from oots.edelivery.encryption_profile import EncryptionHeader, encryption_elements
from oots.edelivery.faults import failed_authentication, mime_inconsistency, policy_noncompliance
from oots.edelivery.header import CID
from oots.edelivery.mime import ArrivingPart, MimePart
from oots.edelivery.parts import Part
from oots.model.content import CHUNK, Content, Measured, chunks
from oots.model.errors import TransportError
from oots.trust.certificates import Party
from oots.trust.keys import KeyPair

OCTETS = "application/octet-stream"
KEY_BYTES = 16
IV_BYTES = 12
TAG_BYTES = 16
OVERHEAD = IV_BYTES + TAG_BYTES
"""By how many bytes an encrypted part is longer."""
_OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)


class LockedError(TransportError):
    """The sender is believed, but the parts are encrypted for somebody whose key is not here."""

    def __init__(self) -> None:
        super().__init__("EBMS:0101", "FailedAuthentication", "the parts are encrypted for a key that is not here")


# --- encrypted ---


@dataclass(frozen=True, slots=True)
class Encrypted:
    """What is encrypted anew whenever it is read, to the same octets each time: the initialisation vector, the
    ciphertext, the tag. A key and vector are for one content, ever."""

    content: Measured
    key: bytes = field(repr=False)
    iv: bytes

    @property
    def length(self) -> int:
        return self.content.length + OVERHEAD

    def open(self) -> BinaryIO:
        return io.BufferedReader(_Reader(self._pieces()), CHUNK)

    def _pieces(self) -> Generator[bytes]:
        encryptor = Cipher(algorithms.AES128(self.key), modes.GCM(self.iv)).encryptor()
        yield self.iv
        for chunk in chunks(self.content):
            yield encryptor.update(chunk)
        yield encryptor.finalize() + encryptor.tag


class _Reader(io.RawIOBase):
    """Reads what a generator gives, none of it empty, and closes it."""

    def __init__(self, pieces: Generator[bytes]) -> None:
        self._pieces = pieces
        self._unread = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # BufferedReader gives a memoryview
        self._unread = self._unread or next(self._pieces, b"")
        given, self._unread = self._unread[: len(buffer)], self._unread[len(buffer) :]
        buffer[: len(given)] = given
        return len(given)

    def close(self) -> None:
        self._pieces.close()
        super().close()


def encrypted(parts: Sequence[Part], recipient: x509.Certificate) -> tuple[list[etree._Element], list[MimePart]]:
    """The parts as they travel to the holder of a certificate, and the elements of the header that say how; nothing
    where there are none. Raises ValueError unless its key is an RSA key."""
    if not parts:
        return [], []
    key = os.urandom(KEY_BYTES)
    media_types = {CID + part.content_id: part.media_type for part in parts}
    elements = encryption_elements(_wrapped(key, recipient), recipient, media_types)
    return elements, [MimePart(part.content_id, OCTETS, _encrypted(part.content, key)) for part in parts]


def _wrapped(key: bytes, recipient: x509.Certificate) -> bytes:
    public = recipient.public_key()
    if not isinstance(public, rsa.RSAPublicKey):
        raise ValueError("parts are encrypted for RSA keys alone")
    return public.encrypt(key, _OAEP)


def _encrypted(content: Content, key: bytes) -> bytes | Encrypted:
    iv = os.urandom(IV_BYTES)
    if isinstance(content, bytes):
        return iv + AESGCM(key).encrypt(iv, content, None)
    return Encrypted(content, key, iv)


# --- decrypted ---


@dataclass(frozen=True, slots=True)
class Decryption:
    """How parts are taken: `keys` are those of the receiver, and `demanded` says of a believed signer whether its parts
    must be encrypted, None meaning that they may."""

    keys: tuple[KeyPair, ...] = ()
    demanded: Callable[[Party], bool | None] = lambda _signer: None

    def expect_as_agreed(self, signer: Party, *, is_encrypted: bool) -> None:
        """Raises TransportError (EBMS:0103) where it is not as it was agreed with the signer."""
        demanded = self.demanded(signer)
        if demanded is not None and demanded != is_encrypted:
            is_so = "encrypted, but nothing of the kind was agreed" if is_encrypted else "not encrypted"
            raise policy_noncompliance(f"the parts from {signer.party_id} are {is_so}")

    def opening(self, header: EncryptionHeader) -> Callable[[ArrivingPart], ArrivingPart]:
        """What makes encrypted parts readable; raises LockedError where there is no key for it.

        Nothing else is wrong before a part has come to its end, and then it is one fault with one text: that the
        message's key did not unwrap is not noticed sooner than that it was another one.
        """
        pair = next((each for each in self.keys if header.recipient.is_named(each.certificate)), None)
        if pair is None or not isinstance(pair.private_key, rsa.RSAPrivateKey):
            raise LockedError()
        key = _unwrapped(header.wrapped, pair.private_key)

        def opened(part: ArrivingPart) -> ArrivingPart:
            media_type = header.media_types.get(CID + part.content_id)
            if media_type is None:
                return part
            if part.media_type != OCTETS:
                raise mime_inconsistency(f"an encrypted part is not {OCTETS}")
            return ArrivingPart(part.content_id, media_type, decrypted(part.content, key))

        return opened


def _unwrapped(wrapped: bytes, key: rsa.RSAPrivateKey) -> bytes:
    """The key of the message, or in its place one that nobody has."""
    instead = os.urandom(KEY_BYTES)
    try:
        found = key.decrypt(wrapped, _OAEP)
    except ValueError:
        return instead
    return found if len(found) == KEY_BYTES else instead


def decrypted(ciphertext: Iterable[bytes], key: bytes) -> Iterator[bytes]:
    """The content of a part, which is worth nothing before its end: then TransportError (EBMS:0101) is raised unless
    its tag is the right one."""
    head, ciphertext = _head(iter(ciphertext))
    decryptor = Cipher(algorithms.AES128(key), modes.GCM(head)).decryptor()
    held = b""
    for chunk in ciphertext:
        held += chunk
        if len(held) > TAG_BYTES:
            yield decryptor.update(held[:-TAG_BYTES])
            held = held[-TAG_BYTES:]
    try:
        decryptor.finalize_with_tag(held)
    except (exceptions.InvalidTag, ValueError):
        raise undecipherable() from None


def undecipherable() -> TransportError:
    return failed_authentication("a part does not decrypt with the key of its message")


def _head(ciphertext: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The initialisation vector, and what comes after it."""
    head = b""
    for chunk in ciphertext:
        head += chunk
        if len(head) >= IV_BYTES:
            return head[:IV_BYTES], _after(head[IV_BYTES:], ciphertext)
    raise undecipherable()


def _after(begun: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield begun
    yield from rest
