"""Attacks with certificates that were revoked, and on the way to whoever knows that they were."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.ocsp import OCSPCertStatus, OCSPResponseStatus
from cryptography.x509.oid import AuthorityInformationAccessOID

from oots.trust.keys import KeyPair
from oots.trust.register import REGISTER_FILE
from tests.support.attacks import Area, Refused, attack
from tests.support.changes import FAILED_AUTHENTICATION
from tests.support.doors import specimen_key
from tests.support.fake_authority import INTERNAL, LIFE, note, streamed
from tests.support.revocation import Answer, signed_list
from tests.support.revoking_door import PUT_OFF, RevokingDoor, revoking_door
from tests.support.stray_keys import alike_authority, certified, portal_with

REVOKED = "a certificate on the path was revoked"
NO_LIST = "no revocation list of"
OCSP = f"{INTERNAL}/ocsp"
refused_for_good = partial(attack, Area.CERTIFICATE, revoking_door, told=FAILED_AUTHENTICATION, why=REVOKED)
put_off = partial(attack, Area.CERTIFICATE, revoking_door, told=PUT_OFF)


def revoked_at_the_authority(door: RevokingDoor) -> KeyPair:
    """The portal's second certificate was believed, until the authority revoked it; an interval has passed since."""
    door.accepted(door.by(door.second))
    door.authority.revoke(door.second.certificate)
    door.later()
    return door.second


# --- revoked ---


@refused_for_good()
def a_certificate_in_the_house_s_own_register(door: RevokingDoor) -> Refused:
    """Signs with a stolen key whose certificate the house itself has revoked a moment ago."""
    door.accepted(door.by(door.second))
    note(door.keys, door.second.certificate, door.now)
    return door.refused_by_trust(door.by(door.second))


@refused_for_good()
def a_certificate_in_a_revocation_list(door: RevokingDoor) -> Refused:
    """Signs with a stolen key whose certificate stands in the authority's list."""
    return door.refused_by_trust(door.by(revoked_at_the_authority(door)))


@refused_for_good()
def a_certificate_that_the_responder_calls_revoked(door: RevokingDoor) -> Refused:
    """Keeps the lists away, and signs with a certificate of which the OCSP responder says that it was revoked."""
    key = revoked_at_the_authority(door)
    door.authority.lists_away = True
    return door.refused_by_trust(door.by(key))


@refused_for_good()
def a_revoked_certificate_with_a_responder_of_its_own(door: RevokingDoor) -> Refused:
    """Signs with a revoked certificate that names the attacker's own list and responder."""
    evil = x509.UniformResourceIdentifier("http://evil.test/ocsp")
    access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, evil)
    points = x509.CRLDistributionPoints([x509.DistributionPoint([evil], None, None, None)])
    key = portal_with(x509.AuthorityInformationAccess([access]), points)
    door.accepted(door.by(key))
    door.authority.revoke(key.certificate)
    door.later()
    refused = door.refused_by_trust(door.by(key))
    assert not any("evil" in url for url in door.authority.asked)
    return refused


@refused_for_good()
def a_certificate_of_a_revoked_authority(door: RevokingDoor) -> Refused:
    """Signs with a certificate whose issuing authority the root has revoked."""
    door.accepted(door.by(door.second))
    door.authority.revoke(specimen_key("issuing-ca").certificate, reason=x509.ReasonFlags.ca_compromise)
    door.later()
    refused = door.refused_by_trust(door.by(door.second))
    door.forget()
    return refused


@refused_for_good()
def a_replaced_certificate_after_its_overlap(door: RevokingDoor) -> Refused:
    """Signs with the key that was replaced, after the time in which both keys count."""
    overlap = timedelta(seconds=30)
    door.authority.revoke(door.second.certificate, door.now + overlap, x509.ReasonFlags.superseded)
    door.later()
    door.accepted(door.by(door.second))
    door.town.clock.advance(overlap)
    return door.refused_by_trust(door.by(door.second))


@refused_for_good()
def a_message_dated_before_the_revocation(door: RevokingDoor) -> Refused:
    """Dates a message back to before its certificate was revoked."""
    before = door.now
    key = revoked_at_the_authority(door)
    return door.refused_by_trust(door.sealed(door.header(timestamp=before), key=key))


# --- nobody can say ---


@put_off(why=NO_LIST)
def an_authority_kept_away(door: RevokingDoor) -> Refused:
    """Keeps the house from its authority, in the hope that it then believes everybody; the honest sender's message is
    accepted later."""
    door.later()
    door.authority.away = True
    message = door.by(door.second)
    refused = door.refused_for_now(message)
    door.authority.away = False
    door.later()
    door.accepted(message)
    return refused


@put_off(why=NO_LIST)
def a_revoked_certificate_while_the_authority_is_kept_away(door: RevokingDoor) -> Refused:
    """Keeps the house from its authority, and signs with a revoked certificate."""
    message = door.by(revoked_at_the_authority(door))
    door.authority.away = True
    refused = door.refused_for_now(message)
    door.authority.away = False
    door.later()
    assert door.refused_by_trust(message).told == FAILED_AUTHENTICATION
    return refused


@put_off(why="is no register of revoked certificates")
def a_broken_register(door: RevokingDoor) -> Refused:
    """Cuts the house's register short, in the hope that an unreadable one counts as empty."""
    note(door.keys, door.second.certificate, door.now)
    register = door.keys / REGISTER_FILE
    register.write_bytes(register.read_bytes()[:-3])
    refused = door.refused_for_now(door.by(door.second))
    door.forget()
    return refused


# --- other lists ---


def with_lists(door: RevokingDoor, served: Callable[[], httpx.Response]) -> Refused:
    """Serve something in place of the issuing authority's list, after it has revoked; nobody answers besides."""
    message = door.by(revoked_at_the_authority(door))
    door.authority.responder_away = True

    def bend(request: httpx.Request) -> httpx.Response | None:
        return served() if str(request.url).endswith("issuing-ca.crl") else None

    door.authority.bend = bend
    return door.refused_for_now(message)


@put_off(why=NO_LIST)
def an_old_list_kept(door: RevokingDoor) -> Refused:
    """Serves the authority's last list from before the revocation, for as long as it takes."""
    old = door.authority.list_of(specimen_key("issuing-ca"))
    return with_lists(door, lambda: streamed(old))


@put_off(why=NO_LIST)
def a_list_of_tomorrow(door: RevokingDoor) -> Refused:
    """Serves a list that begins tomorrow, with nothing in it."""
    begins = door.now + timedelta(days=1)
    ahead = signed_list(specimen_key("issuing-ca"), begins=begins, ends=begins + LIFE)
    return with_lists(door, lambda: streamed(ahead))


@put_off(why=NO_LIST)
def a_forged_list(door: RevokingDoor) -> Refused:
    """Serves an empty list, good for years, that an authority of the very same names has signed."""
    forged = signed_list(alike_authority(), begins=door.now, ends=door.now + timedelta(days=3650))
    return with_lists(door, lambda: streamed(forged))


@put_off(why=NO_LIST)
def a_list_that_a_party_signed(door: RevokingDoor) -> Refused:
    """Serves an empty list in the authority's name, signed with the key of a certificate that it issued."""
    stray = KeyPair(certified("AP_XX_09").private_key, specimen_key("issuing-ca").certificate, ())
    forged = signed_list(stray, begins=door.now, ends=door.now + timedelta(days=1))
    return with_lists(door, lambda: streamed(forged))


@put_off(why=NO_LIST)
def the_list_of_another_authority(door: RevokingDoor) -> Refused:
    """Serves the root's list, in which the certificate does not stand, in place of the issuing authority's."""
    return with_lists(door, lambda: streamed(door.authority.list_of(specimen_key("root-ca"))))


@put_off(why=NO_LIST)
def a_list_of_changes_alone(door: RevokingDoor) -> Refused:
    """Serves the authority's genuine list of what has changed since its last one, which is nothing."""
    changes = (x509.DeltaCRLIndicator(1), True)
    begins = door.now + LIFE
    delta = signed_list(specimen_key("issuing-ca"), begins=begins, ends=begins + LIFE, extension=changes)
    return with_lists(door, lambda: streamed(delta))


@put_off(why=NO_LIST)
def a_list_of_authorities_alone(door: RevokingDoor) -> Refused:
    """Serves the authority's genuine list that covers certificates of authorities and of nobody else."""
    part = (x509.IssuingDistributionPoint(None, None, False, True, None, False, False), True)
    begins = door.now + LIFE
    partial_list = signed_list(specimen_key("issuing-ca"), begins=begins, ends=begins + LIFE, extension=part)
    return with_lists(door, lambda: streamed(partial_list))


@put_off(why=NO_LIST)
def a_list_that_lies_elsewhere(door: RevokingDoor) -> Refused:
    """Sends the house elsewhere for the list."""
    refused = with_lists(door, lambda: streamed(b"", 302, location="http://evil.test/empty.crl"))
    assert not any("evil" in url for url in door.authority.asked)
    return refused


@put_off(why=NO_LIST)
def a_list_without_end(door: RevokingDoor) -> Refused:
    """Serves megabytes in place of a list."""
    return with_lists(door, lambda: streamed(bytes(2_000_000)))


# --- other answers ---


def with_answers(door: RevokingDoor, answer: Callable[[RevokingDoor, bytes], bytes]) -> Refused:
    """Keep the lists away and answer in place of the responder, after the authority has revoked."""
    message = door.by(revoked_at_the_authority(door))
    door.authority.lists_away = True

    def bend(request: httpx.Request) -> httpx.Response | None:
        return streamed(answer(door, request.read())) if str(request.url) == OCSP else None

    door.authority.bend = bend
    return door.refused_for_now(message)


def good(door: RevokingDoor, signer: KeyPair, **changes: object) -> Answer:
    """That the second certificate is good, in the name of `signer`."""
    issuer = specimen_key("issuing-ca").certificate
    plain = Answer(signer, door.second.certificate, issuer, begins=door.now, ends=door.now + LIFE)
    return replace(plain, **changes)  # type: ignore[arg-type]


@put_off(why="is to another question")
def an_answer_to_another_question(door: RevokingDoor) -> Refused:
    """Answers with what the responder says when another nonce is sent along."""
    issuing = specimen_key("issuing-ca")
    return with_answers(door, lambda at, asked: good(at, issuing, nonce=lambda _: x509.OCSPNonce(b"n" * 16)).to(asked))


@put_off(why="OCSPNonce'> extension was found")
def an_answer_without_a_nonce(door: RevokingDoor) -> Refused:
    """Answers with what the responder says when no nonce is sent along, which can be kept and used again."""
    return with_answers(door, lambda at, asked: good(at, specimen_key("issuing-ca"), nonce=lambda _: None).to(asked))


@put_off(why="is to another question")
def an_answer_played_again(door: RevokingDoor) -> Refused:
    """Asks the responder in good time before the revocation, and plays its long-lived answer to the house."""
    issuing = specimen_key("issuing-ca")
    builder = ocsp.OCSPRequestBuilder().add_certificate(door.second.certificate, issuing.certificate, hashes.SHA256())
    own = builder.add_extension(x509.OCSPNonce(b"attacker's nonce"), critical=False).build()
    kept = good(door, issuing, ends=door.now + timedelta(hours=1)).to(own.public_bytes(Encoding.DER))
    return with_answers(door, lambda _, __: kept)


@put_off(why="ExtendedKeyUsage'> extension was found")
def an_answer_by_another_signer(door: RevokingDoor) -> Refused:
    """Answers with the key of a party whom the authority knows."""
    stray = certified("AP_XX_09")
    return with_answers(door, lambda at, asked: good(at, stray, enclosed=(stray.certificate,)).to(asked))


@put_off(why="InvalidSignature")
def an_answer_by_a_look_alike_authority(door: RevokingDoor) -> Refused:
    """Answers with the key of an authority of the very same names."""
    return with_answers(door, lambda at, asked: good(at, alike_authority()).to(asked))


@put_off(why="does not know the certificate")
def an_answer_that_says_unknown(door: RevokingDoor) -> Refused:
    """Makes a certificate that the authority has never heard of pass for one that was not revoked."""
    issuing = specimen_key("issuing-ca")
    return with_answers(door, lambda at, asked: good(at, issuing, status=OCSPCertStatus.UNKNOWN).to(asked))


@put_off(why="is about another certificate")
def an_answer_about_another_certificate(door: RevokingDoor) -> Refused:
    """Answers that another certificate of the same authority is good."""
    other, issuing = specimen_key("ap-lt-01").certificate, specimen_key("issuing-ca")
    return with_answers(door, lambda at, asked: good(at, issuing, certificate=other).to(asked))


@put_off(why="is not current")
def an_answer_that_is_over(door: RevokingDoor) -> Refused:
    """Answers with what was good until just now."""
    issuing = specimen_key("issuing-ca")
    return with_answers(door, lambda at, asked: good(at, issuing, begins=at.now - LIFE, ends=at.now).to(asked))


@put_off(why="the responder did not answer")
def a_responder_that_is_busy(door: RevokingDoor) -> Refused:
    """Answers, unsigned as that may be, that one should try again later."""
    busy = ocsp.OCSPResponseBuilder.build_unsuccessful(OCSPResponseStatus.TRY_LATER)
    return with_answers(door, lambda _, __: busy.public_bytes(Encoding.DER))
