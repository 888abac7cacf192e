"""Attacks on the way to the directories, and by authorities on the way up from a directory's certificate."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial, wraps

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtensionOID, NameOID

from oots.common_services.client import LARGEST_ANSWER
from oots.trust.certificates import Role
from oots.trust.jws import sign_answer
from oots.trust.keys import KeyPair
from tests.support.attacks import Area, Refused, attack
from tests.support.certificates import BuilderChange, rebuilt
from tests.support.common_services import CERTIFICATE, DOMICILE, UNPROVEN
from tests.support.directory_road import (
    NO_ANSWER,
    DirectoryRoad,
    base64url,
    directory_key,
    directory_road,
    encoded,
    es256,
    honest,
    saying,
    signed,
    signed_by,
    with_body,
    with_headers,
)
from tests.support.doors import specimen_key
from tests.support.stray_keys import alike, certified, certified_until, curve_key, short_rsa_key
from tests.support.trust import NOW

HOURS = timedelta(hours=1)
NOT_VALID = "the signature is not valid"
on_the_road = partial(attack, Area.DIRECTORY, directory_road, told=NO_ANSWER)
by_an_authority = partial(attack, Area.CERTIFICATE, directory_road, told=NO_ANSWER)


# --- the body and its digest ---


@on_the_road(why="is not signed")
def an_answer_that_nobody_signed(road: DirectoryRoad) -> Refused:
    """Takes the signature off an answer."""
    return road.changed(lambda answer: with_headers(answer, digest=None, oots_response_sig=None))


@on_the_road(why="the digest is not that of the body")
def another_access_point_in_the_answer(road: DirectoryRoad) -> Refused:
    """Writes the attacker's access point into an answer on its way, so that requests about people go there."""

    def change(answer: httpx.Response) -> httpx.Response:
        assert b"AP_DK_01" in answer.content
        return with_body(answer, answer.content.replace(b"AP_DK_01", b"AP_XX_09"))

    return road.changed(change)


@on_the_road(why=NOT_VALID)
def another_access_point_with_its_digest(road: DirectoryRoad) -> Refused:
    """Writes the attacker's access point into an answer, and the digest of what results above it."""

    def change(answer: httpx.Response) -> httpx.Response:
        body = answer.content.replace(b"AP_DK_01", b"AP_XX_09")
        return with_headers(with_body(answer, body), digest=sign_answer(body, directory_key(), NOW)["digest"])

    return road.changed(change)


@on_the_road(why="the digest is not that of the body")
def the_signature_of_another_answer(road: DirectoryRoad) -> Refused:
    """Puts digest and signature of the directory's answer to another question over an answer."""
    other = signed(b"<other/>").headers
    return road.changed(
        lambda answer: with_headers(answer, digest=other["digest"], oots_response_sig=other["oots-response-sig"])
    )


@on_the_road(why="another requirement than was asked for")
def the_answer_about_another_requirement(road: DirectoryRoad) -> Refused:
    """Gives the directory's own signed answer about another requirement."""

    def swap(request: httpx.Request) -> httpx.Response:
        url = request.url.copy_set_param("requirement-id", DOMICILE.identifier)
        return honest(httpx.Request("GET", url, headers=request.headers))

    return road.refused(swap, lambda: road.directories.evidence_types(UNPROVEN.identifier, "DK"))


@on_the_road(why="another evidence type than was asked for")
def the_answer_about_another_evidence_type(road: DirectoryRoad) -> Refused:
    """Gives the directory's own signed answer about another type of evidence."""
    other = CERTIFICATE.classification.replace("3333", "4444")

    def swap(request: httpx.Request) -> httpx.Response:
        url = request.url.copy_set_param("evidence-type-classification", CERTIFICATE.classification)
        return honest(httpx.Request("GET", url, headers=request.headers))

    return road.refused(swap, lambda: road.directories.data_services(other, "DK", "oots-edm:v2.0"))


@on_the_road(why="cannot be read")
def the_answer_of_the_other_directory(road: DirectoryRoad) -> Refused:
    """Gives the evidence broker's signed answer where the directory of data services was asked."""
    kept: list[httpx.Response] = []

    def keep(request: httpx.Request) -> httpx.Response:
        kept.append(honest(request))
        return kept[-1]

    road.way = keep
    assert road.directories.evidence_types(DOMICILE.identifier, "DK")
    return road.refused(lambda _: kept[0])


# --- what the signature says ---


@on_the_road(why=NOT_VALID)
def another_header_under_the_signature(road: DirectoryRoad) -> Refused:
    """Changes the header of a signature without signing again."""

    def change(answer: httpx.Response) -> httpx.Response:
        _, _, signature = answer.headers["oots-response-sig"].split(".")
        header, _, _ = saying(answer, typ="JOSE").headers["oots-response-sig"].split(".")
        return with_headers(answer, oots_response_sig=f"{header}..{signature}")

    return road.changed(change)


@on_the_road(why="algorithm is not allowed")
def an_answer_with_the_algorithm_none(road: DirectoryRoad) -> Refused:
    """Says that the answer needs no signature."""
    return road.changed(lambda answer: saying(answer, alg="none", sign=lambda _: b""))


@on_the_road(why="algorithm is not allowed")
def the_directory_s_public_key_as_a_secret(road: DirectoryRoad) -> Refused:
    """Signs with HS256, with the public key of the directory as the secret."""
    public = directory_key().certificate.public_key()
    secret = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def sign(data: bytes) -> bytes:
        mac = HMAC(secret, hashes.SHA256())
        mac.update(data)
        return mac.finalize()

    return road.changed(lambda answer: saying(answer, alg="HS256", sign=sign))


@on_the_road(why="not that of the certificate's key")
def an_algorithm_of_another_key(road: DirectoryRoad) -> Refused:
    """Says that the signature is of EdDSA, though the certificate's key is on P-256."""
    return road.changed(lambda answer: saying(answer, alg="EdDSA"))


@on_the_road(why="no detached JWS")
def a_payload_in_the_signature(road: DirectoryRoad) -> Refused:
    """Carries another signed content in the signature itself, for readers that look there."""

    def change(answer: httpx.Response) -> httpx.Response:
        header, _, signature = answer.headers["oots-response-sig"].split(".")
        payload = base64url(f"digest: {answer.headers['digest']}".encode())
        return with_headers(answer, oots_response_sig=f"{header}.{payload}.{signature}")

    return road.changed(change)


@on_the_road(why="critical headers are not b64 and sigD")
def a_payload_in_base64(road: DirectoryRoad) -> Refused:
    """Says that base64 was signed, so that the same bytes mean something else."""
    return road.changed(lambda answer: saying(answer, b64=True))


@on_the_road(why="no detached JWS")
def an_unencoded_payload_that_nobody_calls_critical(road: DirectoryRoad) -> Refused:
    """Leaves b64 out of the critical headers, so that old readers pass over it."""
    return road.changed(lambda answer: saying(answer, crit=["sigD"]))


@on_the_road(why="critical headers are not b64 and sigD")
def a_critical_header_that_nobody_knows(road: DirectoryRoad) -> Refused:
    """Calls a header critical that the portal does not understand."""
    return road.changed(lambda answer: saying(answer, crit=["b64", "sigD", "only-for"], **{"only-for": "LV"}))


@on_the_road(why="over something else than the header digest")
def a_signature_over_another_header(road: DirectoryRoad) -> Refused:
    """Says that the signature is over the media type alone."""
    other = {"mId": "http://uri.etsi.org/19182/HttpHeaders", "pars": ["content-type"]}
    return road.changed(lambda answer: saying(answer, sigD=other))


@on_the_road(why="made in the future")
def an_answer_of_tomorrow(road: DirectoryRoad) -> Refused:
    """Has the directory's answer dated ahead, to be kept for later."""
    return road.changed(lambda answer: saying(answer, iat=int((NOW + 24 * HOURS).timestamp())))


@on_the_road(why="too old")
def an_answer_of_yesterday(road: DirectoryRoad) -> Refused:
    """Keeps the directory's signed answer, and gives it again after it has changed."""
    road.way = honest
    kept: list[httpx.Response] = []

    def keep(request: httpx.Request) -> httpx.Response:
        kept.append(honest(request))
        return kept[-1]

    road.way = keep
    assert road.ask()
    road.clock.advance(2 * HOURS)
    refused = road.refused(lambda _: kept[0])
    road.clock.advance(-2 * HOURS)
    return refused


@on_the_road(why="does not say when it was made")
def an_answer_without_a_date(road: DirectoryRoad) -> Refused:
    """Has no time of signing in the signature."""
    return road.changed(lambda answer: saying(answer, iat=None))


@on_the_road(why="no detached JWS")
def two_signatures(road: DirectoryRoad) -> Refused:
    """Sends the header of the signature twice, the attacker's first."""

    def change(answer: httpx.Response) -> httpx.Response:
        own = signed(answer.content, certified("directories", Role.DIRECTORY)).headers["oots-response-sig"]
        headers = [*answer.headers.multi_items(), ("oots-response-sig", own)]
        return httpx.Response(200, headers=headers, content=answer.content)

    return road.changed(change)


# --- who signed ---


@on_the_road(why="for seal, not for directory")
def an_answer_sealed_by_a_municipality(road: DirectoryRoad) -> Refused:
    """Signs an answer with the key that seals evidence."""
    return road.changed(signed_by(specimen_key("seal-0751")))


@on_the_road(why="for tls, not for directory")
def an_answer_signed_by_the_web_server(road: DirectoryRoad) -> Refused:
    """Signs an answer with the key of the web server that delivers it."""
    return road.changed(signed_by(specimen_key("tls")))


@on_the_road(why="for access-point, not for directory")
def an_answer_signed_by_an_access_point(road: DirectoryRoad) -> Refused:
    """Signs an answer with the key of an access point."""
    return road.changed(signed_by(certified("AP_XX_09")))


@on_the_road(why="no valid path")
def an_answer_under_a_look_alike_authority(road: DirectoryRoad) -> Refused:
    """Signs with a directory's certificate that an authority of the very same names issued."""
    return road.changed(signed_by(alike("directories", Role.DIRECTORY)))


@on_the_road(why="not valid at validation time")
def an_answer_under_an_expired_certificate(road: DirectoryRoad) -> Refused:
    """Signs with a directory's certificate that has ended."""
    return road.changed(signed_by(certified_until(NOW - HOURS, "directories", Role.DIRECTORY)))


@on_the_road(why=NOT_VALID)
def the_directory_s_chain_over_the_attacker_s_signature(road: DirectoryRoad) -> Refused:
    """Encloses the directory's genuine certificates with a signature by another key."""
    return road.changed(lambda answer: saying(answer, sign=es256(certified("directories", Role.DIRECTORY))))


@on_the_road(why="names another certificate than it carries")
def the_attacker_s_chain_under_the_directory_s_name(road: DirectoryRoad) -> Refused:
    """Encloses the attacker's certificates, and names the directory's by its thumbprint."""
    own = certified("directories", Role.DIRECTORY)
    chain = encoded((own.certificate, *own.chain))
    return road.changed(lambda answer: saying(answer, x5c=chain, sign=es256(own)))


@on_the_road(why="names no chain of certificates")
def a_chain_too_long(road: DirectoryRoad) -> Refused:
    """Encloses more certificates than any path needs, to keep the portal busy."""
    chain = encoded((directory_key().certificate, *[specimen_key("issuing-ca").certificate] * 4))
    return road.changed(lambda answer: saying(answer, x5c=chain))


@on_the_road(why="a certificate on the path was revoked")
def an_answer_under_a_revoked_certificate(road: DirectoryRoad) -> Refused:
    """Signs with a directory's key whose certificate the authority has revoked."""
    own = certified("directories", Role.DIRECTORY)
    road.way = lambda request: signed(honest(request).content, own)
    assert road.ask()
    road.authority.revoke(own.certificate)
    road.clock.advance(timedelta(seconds=10))
    return road.changed(signed_by(own))


@on_the_road(why="the OCSP responder gave no answer")
def a_directory_while_the_authority_is_kept_away(road: DirectoryRoad) -> Refused:
    """Keeps the portal from the authority that would say that the directory's certificate was revoked."""
    road.clock.advance(timedelta(seconds=10))
    road.authority.away = True
    refused = road.changed(lambda answer: answer)
    road.authority.away = False
    road.clock.advance(timedelta(seconds=10))
    return refused


# --- the form ---


@on_the_road(why="HTTP status 302")
def an_answer_that_lies_elsewhere(road: DirectoryRoad) -> Refused:
    """Sends the portal, whose client would follow, to another address."""
    refused = road.changed(lambda _: httpx.Response(302, headers={"location": "http://169.254.169.254/latest"}))
    assert not any("169.254" in url for url in road.asked)
    return refused


@on_the_road(why="larger than")
def an_answer_that_is_too_large(road: DirectoryRoad) -> Refused:
    """Answers with megabytes, well signed."""
    return road.changed(lambda answer: signed(answer.content + b" " * LARGEST_ANSWER))


@on_the_road(why="compressed its answer")
def an_answer_that_grows(road: DirectoryRoad) -> Refused:
    """Answers compressed, which nobody asked for."""
    return road.changed(
        lambda answer: httpx.Response(
            200,
            headers=dict(answer.headers) | {"content-encoding": "gzip"},
            stream=httpx.ByteStream(answer.content),
        )
    )


@on_the_road(why="cannot be read")
def a_document_type_in_an_answer(road: DirectoryRoad) -> Refused:
    """Has a document type, which could name entities and files, in an answer that a directory signed."""
    return road.changed(lambda answer: signed(b'<!DOCTYPE a [<!ENTITY b "c">]>' + _without_declaration(answer.content)))


def _without_declaration(body: bytes) -> bytes:
    return body.partition(b"?>")[2] if body.startswith(b"<?xml") else body


@on_the_road(why="another media type")
def an_answer_for_browsers(road: DirectoryRoad) -> Refused:
    """Answers with a page in place of a document."""
    return road.changed(lambda answer: with_headers(answer, content_type="text/html"))


@on_the_road(why="not signed")
def a_refusal_that_nobody_signed(road: DirectoryRoad) -> Refused:
    """Has the portal believe that nobody issues the evidence, by an unsigned refusal."""

    def refuse(request: httpx.Request) -> httpx.Response:
        other = httpx.Request("GET", request.url.copy_set_param("country-code", "SE"), headers=request.headers)
        return with_headers(honest(other), oots_response_sig=None)

    return road.refused(refuse)


# --- authorities on the way up ---


BETWEEN = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority between")])
Between = Callable[[], KeyPair]


def between(
    *extensions: x509.ExtensionType,
    critical: bool = True,
    without: tuple[x509.ObjectIdentifier, ...] = (),
    issuing: str = "root-ca",
    change: BuilderChange = lambda builder: builder,
) -> KeyPair:
    """An authority as the root certifies one, with changes; `issuing` certifies it instead."""
    key = curve_key(ec.SECP256R1, 11)

    def named(builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
        builder = change(builder.subject_name(BETWEEN))
        return builder if builder._public_key else builder.public_key(key.public_key())

    model, by = specimen_key("issuing-ca").certificate, specimen_key(issuing)
    certificate = rebuilt(model, by, *extensions, critical=critical, without=without, change=named)
    return KeyPair(key, certificate, ())


def directory_below(above: KeyPair) -> KeyPair:
    """A directory's key that `above` has certified, with every certificate that may help."""
    own, issuing = directory_key(), specimen_key("issuing-ca").certificate
    return KeyPair(own.private_key, rebuilt(own.certificate, above), (above.certificate, issuing))


def on_the_way_up(why: str) -> Callable[[Between], Between]:
    """The directory's certificate is issued by an authority between it and the root, which is changed."""

    def declare(made: Between) -> Between:
        @by_an_authority(why=why)
        @wraps(made)
        def run(road: DirectoryRoad) -> Refused:
            accepted_below(road, between())
            return road.changed(signed_by(directory_below(made())))

        return made

    return declare


def accepted_below(road: DirectoryRoad, above: KeyPair) -> None:
    """A directory below that authority is believed."""
    own = directory_below(above)
    road.authority.keys = {**road.authority.keys, "between": above}
    road.authority.issued.append(own.certificate)
    road.way = lambda request: signed(honest(request).content, own)
    assert road.ask()


@on_the_way_up("basicConstraints.cA must be asserted")
def an_authority_that_is_none() -> KeyPair:
    """Issues certificates with one that says that it may not."""
    return between(x509.BasicConstraints(ca=False, path_length=None))


@on_the_way_up("CA certificate has no")
def an_authority_without_constraints() -> KeyPair:
    """Issues certificates with one that does not say whether it may."""
    return between(without=(ExtensionOID.BASIC_CONSTRAINTS,))


@on_the_way_up("keyCertSign must be asserted")
def an_authority_that_may_only_sign_lists() -> KeyPair:
    """Issues certificates with a key that may sign lists, and no certificates."""
    return between(x509.KeyUsage(False, False, False, False, False, False, True, False, False))


@on_the_way_up("path length constraint violated")
def a_path_longer_than_allowed() -> KeyPair:
    """Issues certificates below an authority that lets no other authority stand below itself."""
    return between(issuing="issuing-ca")


@on_the_way_up("unsupported name constraint")
def an_authority_for_other_names() -> KeyPair:
    """Issues a certificate beyond the names to which its authority is constrained."""
    return between(x509.NameConstraints([x509.UniformResourceIdentifier(".evil.test")], None))


@on_the_way_up("has not the kind and size")
def an_authority_with_a_short_key() -> KeyPair:
    """Issues certificates with an authority whose key can be factored."""
    return between(change=lambda builder: builder.public_key(short_rsa_key()))


@on_the_way_up("may not issue under a policy that is believed")
def an_authority_under_another_policy() -> KeyPair:
    """Has an authority for other purposes claim the policy that is believed, in a certificate that it issues."""
    other = x509.ObjectIdentifier("1.3.6.1.4.1.99999.1")
    return between(x509.CertificatePolicies([x509.PolicyInformation(other, None)]), critical=False)


@on_the_way_up("not valid at validation time")
def an_expired_authority() -> KeyPair:
    """Issues certificates with an authority that has ended."""
    return between(change=lambda builder: builder.not_valid_after(NOW - HOURS))


@by_an_authority(why="a certificate on the path was revoked")
def a_revoked_authority_on_the_way_up(road: DirectoryRoad) -> Refused:
    """Issues certificates with an authority that the root has revoked."""
    above = between()
    accepted_below(road, above)
    road.authority.revoke(above.certificate)
    road.clock.advance(timedelta(seconds=10))
    return road.changed(signed_by(directory_below(above)))
