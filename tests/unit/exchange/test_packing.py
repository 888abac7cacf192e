"""What is packed comes back bit for bit, and is small where it is like what the skeleton was made of."""

from __future__ import annotations

import json
import secrets
import uuid
from base64 import b64encode
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import example, given
from hypothesis import strategies as st

from oots.exchange.packing import pack, skeleton, unpack
from oots.exchange.shortening import name_of
from oots.model.errors import ConfigurationError

ROOT = Path(__file__).parents[3]
PARTIES = ("ap-dk-01", "ap-lt-01")
SPECIMENS = ROOT / "evidence_samples" / "bopaelsattest"
PEM, OTHER_PEM = ((ROOT / "tests" / "specimen_keys" / f"{party}.cert.pem").read_text() for party in PARTIES)
CERTIFICATE, OTHER = (
    x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER) for pem in (PEM, OTHER_PEM)
)
PIECES = {name_of(piece): piece for piece in (skeleton(), CERTIFICATE, OTHER)}
SHORTENED = (
    st.uuids().map(lambda each: str(each).encode()),
    st.binary(min_size=16, max_size=80).map(lambda octets: octets.hex().encode()),
    st.binary(min_size=20, max_size=400).map(b64encode),
    st.from_regex(rb"[A-Za-z0-9+/=-]{30,90}", fullmatch=True),
    st.sampled_from(
        [b64encode(CERTIFICATE), b64encode(CERTIFICATE)[:-1], json.dumps(PEM).encode(), PEM.encode(), b"\0", b" ", b"<"]
    ),
    st.binary(max_size=40),
)


def unpacked(packed: bytes) -> bytes:
    return unpack(packed, PIECES.__getitem__)


@given(st.lists(st.one_of(SHORTENED)).map(b"".join))
@example(b"=" * 40)
@example(b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/")
@example(b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/=")
def test_whatever_is_packed_comes_back_bit_for_bit(data: bytes) -> None:
    assert unpacked(pack(data, PIECES)) == unpacked(pack(data, ())) == data


@pytest.mark.parametrize("kept", [b'{"at":"2026-01-01"}', b"<receipt/>", b""])
def test_what_an_earlier_version_kept_comes_back_as_it_is(kept: bytes) -> None:
    assert unpacked(kept) == kept


@pytest.mark.parametrize("name", ["01-request.xml", "02-error.xml", "04-response.xml", "04-receipt.xml"])
def test_a_message_packs_to_a_sixth_which_is_its_signature_and_ids_and_little_else(name: str) -> None:
    document = (SPECIMENS / name).read_bytes()
    packed = pack(document, PIECES)
    assert unpacked(packed) == document
    assert len(packed) < len(document) / 6


def test_a_known_certificate_is_not_kept_again_in_either_of_its_spellings() -> None:
    noise = b64encode(secrets.token_bytes(60))
    for spelled in (b64encode(CERTIFICATE), json.dumps(PEM.strip()).encode()):
        data = b"<a>" + spelled + b"</a>" + noise
        with_name, whole = pack(data, PIECES), pack(data, ())
        assert unpacked(with_name) == unpacked(whole) == data
        assert len(with_name) < len(whole) - 500


def test_ids_and_signatures_take_as_many_octets_as_they_are_long() -> None:
    signature, ids = secrets.token_bytes(384), [uuid.uuid4() for _ in range(20)]
    data = b"<a>".join([b64encode(signature), *(str(each).encode() for each in ids)])
    packed = pack(data, ())
    assert unpacked(packed) == data
    assert len(packed) < len(signature) + sum(len(each.bytes) for each in ids) + 200 < len(data)


def test_what_was_not_packed_here_is_refused() -> None:
    data = b"<a>" + b64encode(CERTIFICATE) + b"</a>"
    packed = pack(data, PIECES)
    assert unpacked(packed) == data
    with pytest.raises(ConfigurationError, match="does not unpack"):
        unpacked(packed[:-5])
    with pytest.raises(ConfigurationError, match="does not unpack"):
        unpacked(pack(b"\0?\0\0", ()).replace(b"\x01", b"\x02", 1))
    with pytest.raises(KeyError):
        unpack(packed, {name_of(skeleton()): skeleton()}.__getitem__)
