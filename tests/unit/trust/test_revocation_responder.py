"""Answers of an OCSP responder: which ones count, and when it is asked again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from asn1crypto import core
from asn1crypto import ocsp as asn1_ocsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.x509 import ocsp
from cryptography.x509.ocsp import OCSPCertStatus, OCSPResponseStatus
from cryptography.x509.oid import ExtendedKeyUsageOID

from oots.model.clock import AdvancedClock, FrozenClock
from oots.trust import revocation
from oots.trust.keys import KeyPair
from oots.trust.revocation import Responder, UnsettledError
from tests.support.revocation import LIFE, Answer, aarhus, delegate, house, rsa_authority, signed_over
from tests.support.trust import NOW, dated, new_authority, rsa_2048, usage, with_extensions

SECOND = timedelta(seconds=1)
PATIENCE = 2.0
ENCODING = serialization.Encoding.DER
Respond = Callable[[bytes], bytes]


def answer(certificate: x509.Certificate, **changes: object) -> Answer:
    """The lawful answer of the house, with changes."""
    plain = Answer(house().issuing, certificate, house().issuing.certificate)
    return replace(plain, **changes)  # type: ignore[arg-type]


class Asker:
    """One who asks a responder, which answers as a test wants, and counts the questions."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond
        self.questions: list[bytes] = []
        self.clock = AdvancedClock(FrozenClock(NOW))
        self.responder = Responder(self._ask, self.clock)

    def _ask(self, request: bytes) -> bytes:
        self.questions.append(request)
        return self.respond(request)

    def is_revoked(self, certificate: x509.Certificate, issuer: x509.Certificate | None = None) -> bool:
        now = self.clock.now()
        return self.responder.revoked_at(certificate, issuer or house().issuing.certificate, now) is not None


def counts(certificate: x509.Certificate, respond: Respond, issuer: x509.Certificate | None = None) -> bool:
    """Whether the answer says that the certificate is good."""
    try:
        return not Asker(respond).is_revoked(certificate, issuer)
    except UnsettledError:
        return False


def test_an_answer_says_good_or_since_when_revoked() -> None:
    certificate = aarhus()
    assert counts(certificate, answer(certificate).to)
    revoked = answer(certificate, status=OCSPCertStatus.REVOKED, revoked=NOW - LIFE)
    asker = Asker(revoked.to)
    assert asker.responder.revoked_at(certificate, house().issuing.certificate, NOW) == NOW - LIFE


def test_what_the_responder_does_not_know_is_not_good() -> None:
    certificate = aarhus()
    assert counts(certificate, answer(certificate).to)
    assert not counts(certificate, answer(certificate, status=OCSPCertStatus.UNKNOWN).to)


@pytest.mark.parametrize(
    "nonce",
    [lambda _: None, lambda _: x509.OCSPNonce(b"other"), lambda nonce: x509.OCSPNonce(nonce.nonce[:-1])],
    ids=["missing", "wrong", "short"],
)
def test_an_answer_to_another_question_does_not_count(
    nonce: Callable[[x509.OCSPNonce], x509.OCSPNonce | None],
) -> None:
    certificate = aarhus()
    assert counts(certificate, answer(certificate).to)
    assert not counts(certificate, answer(certificate, nonce=nonce).to)


def test_an_answer_counts_for_one_question_alone() -> None:
    certificate = aarhus()
    heard: list[bytes] = []

    def listen(request: bytes) -> bytes:
        heard.append(answer(certificate).to(request))
        return heard[-1]

    asker = Asker(listen)
    assert not asker.is_revoked(certificate)
    replayed = Asker(lambda _: heard[0])
    with pytest.raises(UnsettledError):
        replayed.is_revoked(certificate)
    assert asker.questions != replayed.questions


def test_an_answer_about_another_certificate_does_not_count() -> None:
    certificate, other = aarhus(), aarhus()
    assert counts(certificate, answer(certificate).to)
    assert not counts(certificate, answer(other).to)


def test_an_answer_about_the_same_number_of_another_issuer_does_not_count() -> None:
    certificate = aarhus()
    assert counts(certificate, answer(certificate).to)
    assert not counts(certificate, answer(certificate, issuer=house().root.certificate).to)
    assert not counts(certificate, answer(certificate, issuer=new_authority().issuing.certificate).to)


def test_an_answer_that_names_the_certificate_by_another_hash_does_not_count() -> None:
    certificate = aarhus()
    assert counts(certificate, answer(certificate).to)
    assert not counts(certificate, answer(certificate, names_by=hashes.SHA384()).to)


@pytest.mark.parametrize("signer", [new_authority().issuing, house().root, house().issue()])
def test_an_answer_by_another_signer_does_not_count(signer: KeyPair) -> None:
    certificate = aarhus()
    assert counts(certificate, answer(certificate).to)
    assert not counts(certificate, answer(certificate, signer=signer).to)
    assert not counts(certificate, answer(certificate, signer=signer, enclosed=(signer.certificate,)).to)


def test_a_delegate_of_the_authority_may_answer() -> None:
    certificate, allowed = aarhus(), delegate()
    assert counts(certificate, answer(certificate, signer=allowed, enclosed=(allowed.certificate,)).to)
    assert not counts(certificate, answer(certificate, signer=allowed).to)


@pytest.mark.parametrize(
    "extensions",
    [
        (usage(digital_signature=True),),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), usage(digital_signature=True)),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]), usage(digital_signature=True)),
    ],
    ids=["no purpose", "another purpose", "any purpose"],
)
def test_a_delegate_that_may_not_answer_does_not_count(extensions: tuple[x509.ExtensionType, ...]) -> None:
    certificate, allowed, other = aarhus(), delegate(), delegate(*extensions)
    assert counts(certificate, answer(certificate, signer=allowed, enclosed=(allowed.certificate,)).to)
    assert not counts(certificate, answer(certificate, signer=other, enclosed=(other.certificate,)).to)


def test_a_delegate_of_another_authority_does_not_count() -> None:
    certificate, allowed = aarhus(), delegate()
    assert counts(certificate, answer(certificate, signer=allowed, enclosed=(allowed.certificate,)).to)
    for stranger in (delegate(issuing=new_authority().issuing), delegate(issuing=house().root)):
        assert not counts(certificate, answer(certificate, signer=stranger, enclosed=(stranger.certificate,)).to)


def test_a_delegate_counts_within_its_dates_alone() -> None:
    allowed = delegate()
    certificate = aarhus()
    lives = replace(answer(certificate), signer=allowed, enclosed=(allowed.certificate,), ends=NOW + timedelta(days=60))
    asker = Asker(lives.to)
    assert not asker.is_revoked(certificate)
    end = allowed.certificate.not_valid_after_utc
    late = Asker(lives.to)
    late.clock.advance(end - NOW)
    assert not late.is_revoked(certificate)
    expired = Asker(lives.to)
    expired.clock.advance(end - NOW + SECOND)
    with pytest.raises(UnsettledError):
        expired.is_revoked(certificate)
    early = Asker(replace(lives, begins=NOW - timedelta(days=9)).to)
    early.clock.advance(dated(-2).issued - NOW)
    with pytest.raises(UnsettledError):
        early.is_revoked(certificate)


@pytest.mark.parametrize(
    ("begins", "ends", "current"),
    [
        (-LIFE, SECOND, True),
        (-LIFE, timedelta(), False),
        (-LIFE, None, False),
        (timedelta(minutes=5), LIFE * 60, True),
        (timedelta(minutes=5, seconds=1), LIFE * 60, False),
    ],
)
def test_an_answer_counts_from_its_beginning_until_the_next_is_due(
    begins: timedelta, ends: timedelta | None, current: bool
) -> None:
    certificate = aarhus()
    told = answer(certificate, begins=NOW + begins, ends=None if ends is None else NOW + ends)
    assert counts(certificate, told.to) is current


@pytest.mark.parametrize("algorithm", [hashes.MD5(), hashes.SHA1()], ids=lambda each: each.name)  # noqa: S303
def test_an_answer_over_a_broken_hash_does_not_count(algorithm: hashes.HashAlgorithm) -> None:
    issuer = rsa_authority()
    certificate = with_extensions(rsa_2048(), issuer, usage(digital_signature=True))

    def over(used: hashes.HashAlgorithm) -> Respond:
        told = answer(certificate, signer=issuer, issuer=issuer.certificate)
        return lambda request: signed_over(told.to(request), rsa_2048(), used)

    assert counts(certificate, over(hashes.SHA256()), issuer.certificate)
    assert not counts(certificate, over(algorithm), issuer.certificate)


def test_an_answer_with_a_changed_status_does_not_count() -> None:
    certificate = aarhus()
    revoked = answer(certificate, status=OCSPCertStatus.REVOKED)

    def forge(request: bytes) -> bytes:
        response = asn1_ocsp.OCSPResponse.load(revoked.to(request))
        basic = response["response_bytes"]["response"].parsed
        single = basic["tbs_response_data"]["responses"][0]
        single["cert_status"] = asn1_ocsp.CertStatus(name="good", value=asn1_ocsp.StatusGood())
        response["response_bytes"]["response"] = core.ParsableOctetString(basic.dump(force=True))
        return bytes(response.dump(force=True))

    assert counts(certificate, answer(certificate).to)
    asker = Asker(forge)
    with pytest.raises(UnsettledError, match="InvalidSignature"):
        asker.is_revoked(certificate)


def test_a_key_of_another_kind_does_not_answer() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    may = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), usage(digital_signature=True))
    other = KeyPair(key, with_extensions(key, house().issuing, *may), ())  # type: ignore[arg-type]
    certificate = aarhus()
    allowed = delegate()
    assert counts(certificate, answer(certificate, signer=allowed, enclosed=(allowed.certificate,)).to)

    def by_ed25519(request: bytes) -> bytes:
        nonce = ocsp.load_der_ocsp_request(request).extensions.get_extension_for_class(x509.OCSPNonce).value
        builder = ocsp.OCSPResponseBuilder().add_response(
            certificate,
            house().issuing.certificate,
            hashes.SHA256(),
            OCSPCertStatus.GOOD,
            NOW,
            NOW + LIFE,
            None,
            None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, other.certificate)
        builder = builder.certificates([other.certificate]).add_extension(nonce, critical=False)
        return builder.sign(key, None).public_bytes(ENCODING)

    assert not counts(certificate, by_ed25519)


@pytest.mark.parametrize("status", [each for each in OCSPResponseStatus if each is not OCSPResponseStatus.SUCCESSFUL])
def test_a_responder_that_does_not_answer_says_nothing(status: OCSPResponseStatus) -> None:
    certificate = aarhus()
    refusal = ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(ENCODING)
    assert counts(certificate, answer(certificate).to)
    assert not counts(certificate, lambda _: refusal)


@pytest.mark.parametrize("junk", [b"", b"no answer", b"\x30\x80"])
def test_what_is_no_answer_says_nothing(junk: bytes) -> None:
    certificate = aarhus()
    assert counts(certificate, answer(certificate).to)
    assert not counts(certificate, lambda _: junk)


def test_an_answer_is_kept_until_the_next_is_due() -> None:
    certificate = aarhus()
    asker = Asker(answer(certificate).to)
    for _ in range(3):
        assert not asker.is_revoked(certificate)
    asker.respond = answer(certificate, status=OCSPCertStatus.REVOKED, ends=NOW + 2 * LIFE).to
    asker.clock.advance(LIFE - SECOND)
    assert not asker.is_revoked(certificate)
    assert len(asker.questions) == 1
    asker.clock.advance(SECOND)
    assert asker.is_revoked(certificate)
    assert len(asker.questions) == 2


def away(_request: bytes) -> bytes:
    raise OSError("nobody there")


def test_a_responder_that_is_away_is_asked_about_a_certificate_once_a_second() -> None:
    certificate = aarhus()
    asker = Asker(away)
    for _ in range(3):
        with pytest.raises(UnsettledError):
            asker.is_revoked(certificate)
    assert len(asker.questions) == 1
    asker.respond = answer(certificate).to
    asker.clock.advance(SECOND - timedelta(milliseconds=1))
    with pytest.raises(UnsettledError):
        asker.is_revoked(certificate)
    asker.clock.advance(timedelta(milliseconds=1))
    assert not asker.is_revoked(certificate)


def test_who_waited_while_others_asked_in_vain_does_not_ask_again() -> None:
    certificate = aarhus()

    def slow(_request: bytes) -> bytes:
        asker.clock.advance(3 * SECOND)
        raise OSError("no answer in time")

    asker = Asker(slow)
    for _ in range(3):
        with pytest.raises(UnsettledError):
            asker.is_revoked(certificate)
    assert len(asker.questions) == 1


def test_a_certificate_that_nobody_knows_delays_no_other() -> None:
    unknown, certificate = aarhus(), aarhus()
    asker = Asker(answer(unknown, status=OCSPCertStatus.UNKNOWN).to)
    with pytest.raises(UnsettledError):
        asker.is_revoked(unknown)
    asker.respond = answer(certificate).to
    assert not asker.is_revoked(certificate)


def test_an_answer_is_not_used_past_its_end_when_the_next_does_not_come() -> None:
    certificate = aarhus()
    asker = Asker(answer(certificate).to)
    assert not asker.is_revoked(certificate)
    asker.respond = away
    asker.clock.advance(LIFE)
    with pytest.raises(UnsettledError):
        asker.is_revoked(certificate)


def test_what_is_kept_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revocation, "MOST_KEPT", 3)
    certificates = [aarhus() for _ in range(4)]
    turn: Iterator[int] = count()
    asker = Asker(lambda request: answer(certificates[next(turn) % 4]).to(request))
    for certificate in certificates[:3]:
        assert not asker.is_revoked(certificate)
    assert not asker.is_revoked(certificates[0])
    assert len(asker.questions) == 3
    assert not asker.is_revoked(certificates[3])
    assert not asker.is_revoked(certificates[0])
    assert len(asker.questions) == 5
    asker.respond = away
    for certificate in certificates[1:3] + [aarhus() for _ in range(5)]:
        with pytest.raises(UnsettledError):
            asker.is_revoked(certificate)
    assert len(asker.responder._failed) <= 3


def test_nobody_whose_answer_is_good_waits_for_that_about_another_certificate() -> None:
    known, other, asked = aarhus(), aarhus(), []
    asker = Asker(answer(known).to)
    assert not asker.is_revoked(known)

    def respond_slowly(request: bytes) -> bytes:
        asked.append(wait([beside.submit(asker.is_revoked, known)], PATIENCE).done)
        return answer(other).to(request)

    asker.respond = respond_slowly
    with ThreadPoolExecutor(1) as beside:
        assert not asker.is_revoked(other)
    assert asked != []
    assert all(asked), "it waited until the other answer had come"
