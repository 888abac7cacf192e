"""Answers about revocation that were kept: which ones still say something, and what."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509 import ocsp
from cryptography.x509.ocsp import OCSPCertStatus, OCSPResponseStatus

from oots.model.clock import iso
from oots.trust.certificates import UntrustedError
from oots.trust.kept_answers import KeptAnswers, read_answer
from tests.support.revocation import LIFE, Answer, aarhus, delegate, house, signed_list
from tests.support.trust import NOW, new_authority

SECOND = timedelta(seconds=1)
NAME = "trust/revocation/0.crl"


def asked(answer: bytes, *, at_later: timedelta = timedelta(), made_later: timedelta = LIFE) -> KeptAnswers:
    """One answer, after it was asked about a good certificate of the house."""
    kept = KeptAnswers({NAME: answer}, NOW + made_later)
    kept.expect_good([aarhus(), house().issuing.certificate], [house().root.certificate], NOW + at_later)
    return kept


def why(answer: bytes, *, at_later: timedelta = timedelta(), made_later: timedelta = LIFE) -> str:
    """Why an answer is of no use; empty where it is."""
    return asked(answer, at_later=at_later, made_later=made_later).unused.get(NAME, "")


def status(signer: Answer) -> bytes:
    """The answer to a question with a nonce."""
    nonce = x509.OCSPNonce(bytes(16))
    builder = ocsp.OCSPRequestBuilder().add_certificate(signer.certificate, signer.issuer, signer.names_by)
    question = builder.add_extension(nonce, critical=False).build()
    return signer.to(question.public_bytes(serialization.Encoding.DER))


def good(**changes: object) -> Answer:
    made = {"signer": house().issuing, "certificate": aarhus(), "issuer": house().issuing.certificate} | changes
    return Answer(**made)  # type: ignore[arg-type]


def test_a_list_of_the_authority_says_that_a_certificate_was_good() -> None:
    kept = asked(signed_list(house().issuing))
    assert kept.used == {NAME}
    assert [look.answers for look in kept.looks] == [(NAME,), ()]


def test_what_was_revoked_before_it_signed_is_not_believed() -> None:
    revoked = aarhus()
    path, anchors = [revoked, house().issuing.certificate], [house().root.certificate]
    kept = KeptAnswers({NAME: signed_list(house().issuing, (revoked, NOW))}, NOW)
    kept.expect_good(path, anchors, NOW - SECOND)
    with pytest.raises(UntrustedError, match=f"revoked .*, as {NAME} says"):
        kept.expect_good(path, anchors, NOW)


def test_a_responder_s_answer_is_heard_as_well() -> None:
    certificate = aarhus()
    path, anchors = [certificate, house().issuing.certificate], [house().root.certificate]
    kept = KeptAnswers({NAME: status(good(certificate=certificate))}, NOW)
    kept.expect_good(path, anchors, NOW)
    assert kept.used == {NAME}
    revoked = KeptAnswers(
        {NAME: status(good(certificate=certificate, status=OCSPCertStatus.REVOKED, revoked=NOW))}, NOW
    )
    with pytest.raises(UntrustedError, match="revoked"):
        revoked.expect_good(path, anchors, NOW)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, "about a certificate that signed here"),
        ({"status": OCSPCertStatus.UNKNOWN}, "does not know the certificate"),
        ({"signer": delegate(x509.ExtendedKeyUsage([]))}, "not signed by the authority"),
        ({"ends": NOW}, "it was good until"),
    ],
    ids=["another certificate", "unknown", "a signer who may not", "too old"],
)
def test_a_responder_s_answer_that_does_not_count_says_why(changes: dict[str, object], says: str) -> None:
    certificate = aarhus()
    answer = status(good(**({"certificate": certificate} | changes if changes else {})))
    kept = KeptAnswers({NAME: answer}, NOW)
    kept.expect_good([certificate, house().issuing.certificate], [house().root.certificate], NOW)
    assert says in kept.unused[NAME]
    assert kept.looks[0].answers == ()


@pytest.mark.parametrize(("later", "counts"), [(-LIFE * 100, True), (LIFE - SECOND, True), (LIFE, False)])
def test_a_list_counts_for_what_was_signed_before_it_ran_out(later: timedelta, counts: bool) -> None:
    assert ("it was good until" in why(signed_list(house().issuing), at_later=later)) is not counts


@pytest.mark.parametrize("form", ["list", "status"])
def test_what_is_said_after_a_certificate_expired_does_not_say_that_it_was_good(form: str) -> None:
    certificate = aarhus()
    path, anchors = [certificate, house().issuing.certificate], [house().root.certificate]
    end = certificate.not_valid_after_utc

    def found(begins: datetime) -> tuple[tuple[str, ...], str]:
        if form == "list":
            answer = signed_list(house().issuing, begins=begins, ends=begins + LIFE)
        else:
            answer = status(good(certificate=certificate, begins=begins, ends=begins + LIFE))
        kept = KeptAnswers({NAME: answer}, end + LIFE)
        kept.expect_good(path, anchors, NOW)
        return kept.looks[0].answers, kept.unused.get(NAME, "")

    assert found(end) == ((NAME,), "")
    assert found(end + SECOND) == (
        (),
        "it is dated after the certificate expired, when a revocation need not be told any more",
    )


def test_a_revocation_that_is_told_after_the_certificate_expired_is_heard() -> None:
    certificate = aarhus()
    begins = certificate.not_valid_after_utc + SECOND
    listed = signed_list(house().issuing, (certificate, NOW), begins=begins, ends=begins + LIFE)
    told = status(
        good(certificate=certificate, status=OCSPCertStatus.REVOKED, revoked=NOW, begins=begins, ends=begins + LIFE)
    )
    for answer in (listed, told):
        kept = KeptAnswers({NAME: answer}, begins)
        with pytest.raises(UntrustedError, match="revoked"):
            kept.expect_good([certificate, house().issuing.certificate], [house().root.certificate], NOW)


def test_a_revocation_is_heard_of_what_was_signed_after_the_answer_ran_out() -> None:
    certificate = aarhus()
    assert asked(signed_list(house().issuing), at_later=2 * LIFE).looks[0].answers == ()
    answers = (
        signed_list(house().issuing, (certificate, NOW)),
        status(good(certificate=certificate, status=OCSPCertStatus.REVOKED, revoked=NOW)),
    )
    for answer in answers:
        kept = KeptAnswers({NAME: answer}, NOW)
        with pytest.raises(UntrustedError, match="revoked"):
            kept.expect_good([certificate, house().issuing.certificate], [house().root.certificate], NOW + 2 * LIFE)


def test_a_list_of_another_authority_is_of_no_use() -> None:
    other = new_authority().issuing
    assert "not from an authority that is believed" in why(signed_list(other))
    assert why(signed_list(house().issuing)) == ""


def test_a_list_that_is_dated_later_than_the_latest_moment_is_of_no_use() -> None:
    listed = signed_list(house().issuing, begins=NOW + timedelta(minutes=6), ends=NOW + timedelta(hours=1))
    assert why(listed, made_later=timedelta(seconds=59)) == f"it is dated later than {iso(NOW + timedelta(seconds=59))}"
    assert why(listed, made_later=timedelta(minutes=1)) == ""


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no answer",
        ocsp.OCSPResponseBuilder.build_unsuccessful(OCSPResponseStatus.TRY_LATER).public_bytes(
            serialization.Encoding.DER
        ),
    ],
    ids=["nothing", "words", "a refusal"],
)
def test_what_is_no_answer_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(ValueError, match="no revocation list and no answer"):
        read_answer(data)
    assert "no revocation list" in why(data)


def test_an_answer_that_does_not_say_until_when_it_is_good_is_none() -> None:
    with pytest.raises(ValueError, match="no revocation list and no answer"):
        read_answer(status(good(ends=None)))


def test_answers_about_the_same_take_each_other_s_place() -> None:
    first, later = signed_list(house().issuing), signed_list(house().issuing, begins=NOW + SECOND)
    assert read_answer(first).about == read_answer(later).about
    assert read_answer(first).about != read_answer(signed_list(house().root)).about
    assert read_answer(status(good())).about != read_answer(first).about
