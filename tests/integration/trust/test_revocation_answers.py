"""Lists and OCSP answers of the demo authority: what stands in them, who signed them, and what is no question."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import core as asn1
from asn1crypto import ocsp as asn1_ocsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp
from cryptography.x509.ocsp import OCSPCertStatus, OCSPResponse, OCSPResponseStatus

from oots.model.errors import ConfigurationError
from oots.trust.keys import KeyPair
from oots.trust.register import REGISTER_FILE, RevocationRegister, revoke
from oots.trust.revocation_answers import ocsp_answer, revocation_list
from tests.support.trust import NOW, authority, new_authority

LIFE = timedelta(seconds=10)
WEEK = timedelta(days=7)
LATE = NOW + timedelta(milliseconds=700)


@pytest.fixture
def leaf() -> x509.Certificate:
    return authority().issue().certificate


def note(folder: Path, certificate: x509.Certificate, at: datetime = NOW) -> None:
    revoke(folder, certificate, at, x509.ReasonFlags.key_compromise, party="55133018", name="aarhus")


def list_of(folder: Path, issuer: KeyPair, now: datetime = LATE) -> x509.CertificateRevocationList:
    der = revocation_list(issuer, RevocationRegister(folder / REGISTER_FILE), now, LIFE)
    found = x509.load_der_x509_crl(der)
    assert found.is_signature_valid(issuer.certificate.public_key())
    return found


def asked(certificate: x509.Certificate, issuer: x509.Certificate, nonce: bytes | None = None) -> bytes:
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1())  # noqa: S303 (RFC 5019)
    if nonce is not None:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.build().public_bytes(serialization.Encoding.DER)


def answered(folder: Path, request: bytes, *issued: x509.Certificate, now: datetime = LATE) -> OCSPResponse:
    house = authority()
    register = RevocationRegister(folder / REGISTER_FILE)
    return ocsp.load_der_ocsp_response(ocsp_answer(request, (house.root, house.issuing), register, issued, now, LIFE))


def expect_signed_by(answer: OCSPResponse, authority_key: KeyPair) -> None:
    key = authority_key.certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(hashes.SHA256()))
    own = x509.SubjectKeyIdentifier.from_public_key(key).digest
    assert answer.responder_key_hash == own


def test_a_list_is_in_whole_seconds_signed_and_good_for_its_life(tmp_path: Path, leaf: x509.Certificate) -> None:
    note(tmp_path, leaf, LATE)
    found = list_of(tmp_path, authority().issuing)
    assert (found.last_update_utc, found.next_update_utc) == (NOW, NOW + LIFE)
    (line,) = found
    assert (line.serial_number, line.revocation_date_utc) == (leaf.serial_number, NOW)
    assert line.extensions.get_extension_for_class(x509.CRLReason).value.reason is x509.ReasonFlags.key_compromise
    own_key = authority().issuing.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    named = found.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    assert named.key_identifier == own_key.digest


def test_later_lists_have_greater_numbers(tmp_path: Path) -> None:
    numbers = [
        list_of(tmp_path, authority().issuing, NOW + timedelta(seconds=second))
        .extensions.get_extension_for_class(x509.CRLNumber)
        .value.crl_number
        for second in range(3)
    ]
    assert numbers == sorted(set(numbers))


def test_each_authority_lists_what_it_has_issued_itself(tmp_path: Path, leaf: x509.Certificate) -> None:
    house = authority()
    note(tmp_path, leaf)
    assert (len(list_of(tmp_path, house.root)), len(list_of(tmp_path, house.issuing))) == (0, 1)
    note(tmp_path, house.issuing.certificate)
    (line,) = list_of(tmp_path, house.root)
    assert line.serial_number == house.issuing.certificate.serial_number


def test_what_is_registered_for_later_is_listed_from_then_on(tmp_path: Path, leaf: x509.Certificate) -> None:
    note(tmp_path, leaf, NOW + WEEK)
    for moment, listed in ((NOW, 0), (NOW + WEEK - timedelta(seconds=1), 0), (NOW + WEEK, 1)):
        assert len(list_of(tmp_path, authority().issuing, moment)) == listed
        status = answered(tmp_path, asked(leaf, authority().issuing.certificate), now=moment).certificate_status
        assert status is (OCSPCertStatus.REVOKED if listed else OCSPCertStatus.GOOD)


def test_an_answer_is_good_revoked_or_unknown(tmp_path: Path, leaf: x509.Certificate) -> None:
    request = asked(leaf, authority().issuing.certificate)
    good = answered(tmp_path, request, leaf)
    unknown = answered(tmp_path, request)
    note(tmp_path, leaf)
    revoked = answered(tmp_path, request, leaf)
    statuses = [answer.certificate_status for answer in (good, unknown, revoked)]
    assert statuses == [OCSPCertStatus.GOOD, OCSPCertStatus.UNKNOWN, OCSPCertStatus.REVOKED]
    assert (revoked.revocation_time_utc, revoked.revocation_reason) == (NOW, x509.ReasonFlags.key_compromise)
    for answer in (good, unknown, revoked):
        expect_signed_by(answer, authority().issuing)
        assert (answer.serial_number, answer.this_update_utc) == (leaf.serial_number, NOW)
        assert answer.next_update_utc == NOW + LIFE


def test_the_root_answers_for_the_issuing_authority(tmp_path: Path) -> None:
    house = authority()
    request = asked(house.issuing.certificate, house.root.certificate)
    good = answered(tmp_path, request, house.issuing.certificate)
    assert good.certificate_status is OCSPCertStatus.GOOD
    expect_signed_by(good, house.root)


def test_the_certificate_of_one_issuer_is_unknown_to_the_other(tmp_path: Path, leaf: x509.Certificate) -> None:
    house = authority()
    assert answered(tmp_path, asked(leaf, house.issuing.certificate), leaf).certificate_status is OCSPCertStatus.GOOD
    of_root = ocsp.load_der_ocsp_request(asked(house.issuing.certificate, house.root.certificate))
    request = ocsp.OCSPRequestBuilder().add_certificate_by_hash(
        of_root.issuer_name_hash, of_root.issuer_key_hash, leaf.serial_number, of_root.hash_algorithm
    )
    elsewhere = answered(tmp_path, request.build().public_bytes(serialization.Encoding.DER), leaf)
    assert elsewhere.certificate_status is OCSPCertStatus.UNKNOWN


@pytest.mark.parametrize("algorithm", [hashes.SHA1(), hashes.SHA256()])  # noqa: S303 (both stand in requests)
def test_an_issuer_may_be_named_by_either_digest(
    tmp_path: Path, leaf: x509.Certificate, algorithm: hashes.HashAlgorithm
) -> None:
    builder = ocsp.OCSPRequestBuilder().add_certificate(leaf, authority().issuing.certificate, algorithm)
    answer = answered(tmp_path, builder.build().public_bytes(serialization.Encoding.DER), leaf)
    assert answer.certificate_status is OCSPCertStatus.GOOD
    assert answer.hash_algorithm.name == algorithm.name


def test_a_nonce_comes_back_and_none_is_made_up(tmp_path: Path, leaf: x509.Certificate) -> None:
    issuer = authority().issuing.certificate
    with_nonce = answered(tmp_path, asked(leaf, issuer, b"n" * 32), leaf)
    assert with_nonce.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == b"n" * 32
    assert len(answered(tmp_path, asked(leaf, issuer), leaf).extensions) == 0


@pytest.mark.parametrize("length", [0, 33])
def test_a_nonce_of_an_unlawful_length_is_malformed(tmp_path: Path, leaf: x509.Certificate, length: int) -> None:
    issuer = authority().issuing.certificate
    assert answered(tmp_path, asked(leaf, issuer, b"n" * 32), leaf).response_status is OCSPResponseStatus.SUCCESSFUL
    refused = answered(tmp_path, asked(leaf, issuer, b"n" * length), leaf)
    assert refused.response_status is OCSPResponseStatus.MALFORMED_REQUEST


def test_an_authority_that_is_not_ours_is_not_answered_for(tmp_path: Path) -> None:
    lookalike = new_authority()
    stranger = lookalike.issue().certificate
    assert stranger.issuer == authority().issuing.certificate.subject
    refused = answered(tmp_path, asked(stranger, lookalike.issuing.certificate), stranger)
    assert refused.response_status is OCSPResponseStatus.UNAUTHORIZED


def of_two(request: bytes) -> bytes:
    both = asn1_ocsp.OCSPRequest.load(request)
    both["tbs_request"]["request_list"].append(both["tbs_request"]["request_list"][0].copy())
    return bytes(both.dump(force=True))


def without_any(request: bytes) -> bytes:
    none = asn1_ocsp.OCSPRequest.load(request)
    none["tbs_request"]["request_list"] = []
    return bytes(none.dump(force=True))


def of_an_unheard_digest(request: bytes) -> bytes:
    changed = asn1_ocsp.OCSPRequest.load(request)
    changed["tbs_request"]["request_list"][0]["req_cert"]["hash_algorithm"]["algorithm"] = "md5"
    return bytes(changed.dump(force=True))


@pytest.mark.parametrize(
    "damage",
    [
        of_two,
        without_any,
        of_an_unheard_digest,
        lambda request: request[:-1],
        lambda request: request + b"\0",
        lambda _: b"",
        lambda _: asn1.Integer(1).dump(),
    ],
)
def test_what_is_no_request_for_one_certificate_is_malformed(tmp_path: Path, leaf: x509.Certificate, damage) -> None:  # type: ignore[no-untyped-def]
    request = asked(leaf, authority().issuing.certificate)
    assert answered(tmp_path, request, leaf).response_status is OCSPResponseStatus.SUCCESSFUL
    assert answered(tmp_path, damage(request), leaf).response_status is OCSPResponseStatus.MALFORMED_REQUEST


def test_a_broken_register_gives_neither_list_nor_answer(tmp_path: Path, leaf: x509.Certificate) -> None:
    request = asked(leaf, authority().issuing.certificate)
    assert answered(tmp_path, request, leaf).certificate_status is OCSPCertStatus.GOOD
    (tmp_path / REGISTER_FILE).write_text("[", encoding="utf-8")
    with pytest.raises(ConfigurationError):
        answered(tmp_path, request, leaf)
    with pytest.raises(ConfigurationError):
        list_of(tmp_path, authority().issuing)
