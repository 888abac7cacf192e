"""Attacks with certificates: of other keys, dates, uses, names and authorities than those that are believed."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial, wraps

from asn1crypto import core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import CertificatePoliciesOID, ExtendedKeyUsageOID, ExtensionOID, NameOID
from lxml import etree

from oots.edelivery.shape import TOKEN
from oots.trust.certificates import SPECIMEN_URN
from oots.trust.keys import KeyPair
from tests.support.attacks import Area, Refused, attack
from tests.support.certificates import respelled
from tests.support.changes import FAILED_AUTHENTICATION, one
from tests.support.doors import SAYS_NOTHING, Door, altered, same_provider_door, specimen_key
from tests.support.own_authority_door import own_authority_door
from tests.support.stray_keys import (
    alike,
    certified,
    curve_key,
    dsa_key,
    ed25519_key,
    foreign_authority,
    huge_rsa_key,
    portal_of_key,
    portal_with,
    short_rsa_key,
)
from tests.support.two_sides import START

SECOND = timedelta(seconds=1)
PARTY = "urn:oots-dk:party:access-point:AP_LT_01"
NO_ISSUER = "all candidates exhausted with no interior errors"
NOT_SIGNED = "candidates exhausted: signature does not match"
NO_PARTY = "names 0 parties instead of one"
KEY_REFUSED = "has not the kind and size"
OTHER_PURPOSES = "limited to other purposes"
OTHER_POLICY = "not issued under a policy that is believed"
OTHER_OID = x509.ObjectIdentifier("1.3.6.1.4.1.99999.1")
with_a_door = partial(attack, Area.CERTIFICATE, same_provider_door, told=FAILED_AUTHENTICATION)


def signed_with(why: str) -> Callable[[Callable[[], KeyPair]], Callable[[], KeyPair]]:
    """The message is signed anew with a key under another certificate."""

    def declare(made: Callable[[], KeyPair]) -> Callable[[], KeyPair]:
        @with_a_door(why=why)
        @wraps(made)
        def run(door: Door) -> Refused:
            return refused_under(door, made())

        return made

    return declare


def refused_under(door: Door, key: KeyPair) -> Refused:
    """Send what says nothing, signed with `key`."""
    message = door.sealed(None, door.part(SAYS_NOTHING), key=key)
    return door.refused(message.content_type, message.body)


def only_here(refused: Refused) -> Refused:
    """A verifier of files knows neither the partners of this house nor its authority."""
    return replace(refused, sent=None)


def bits(*stated: str) -> x509.KeyUsage:
    """A key usage that states these bits alone."""
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: name in stated for name in names})


def policies(*oids: x509.ObjectIdentifier) -> x509.CertificatePolicies:
    """Issued under these policies."""
    return x509.CertificatePolicies([x509.PolicyInformation(oid, None) for oid in oids])


def names(*others: x509.GeneralName, uris: tuple[str, ...] = ()) -> x509.SubjectAlternativeName:
    """The mark of specimens beside these names."""
    marked = [x509.UniformResourceIdentifier(uri) for uri in (*uris, SPECIMEN_URN)]
    return x509.SubjectAlternativeName([*others, *marked])


# --- dates ---


@signed_with("not valid at validation time")
def an_expired_certificate() -> KeyPair:
    """Signs with a certificate that ended a second ago."""
    return portal_with(change=lambda builder: builder.not_valid_after(START - SECOND))


@signed_with("not valid at validation time")
def a_certificate_of_tomorrow() -> KeyPair:
    """Signs with a certificate that begins in a second."""
    return portal_with(change=lambda builder: builder.not_valid_before(START + SECOND))


# --- uses ---


@signed_with("keyUsage lacks digitalSignature")
def a_key_for_encryption_alone() -> KeyPair:
    """Signs with a key whose certificate lets it encrypt, and not sign."""
    return portal_with(bits("key_encipherment", "data_encipherment"), critical=True)


@signed_with("keyUsage lacks digitalSignature")
def a_key_for_agreement_alone() -> KeyPair:
    """Signs with a key whose certificate states every use but that of signing messages."""
    return portal_with(bits("content_commitment", "key_agreement"), critical=True)


@signed_with("keyUsage lacks digitalSignature")
def a_key_for_revocation_lists_alone() -> KeyPair:
    """Signs with a key that may sign lists of revoked certificates."""
    return portal_with(bits("crl_sign"), critical=True)


@signed_with("missing required extension")
def a_certificate_without_key_usage() -> KeyPair:
    """Signs with a certificate that does not say what its key is for."""
    return portal_with(without=(ExtensionOID.KEY_USAGE,))


@signed_with(OTHER_PURPOSES)
def a_certificate_for_web_servers() -> KeyPair:
    """Signs with a certificate that is limited to servers on the web."""
    return portal_with(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]))


@signed_with(OTHER_PURPOSES)
def a_certificate_for_signing_code_critically() -> KeyPair:
    """Signs with a certificate that is limited to code, by a critical extension."""
    return portal_with(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=True)


@signed_with(OTHER_PURPOSES)
def a_certificate_for_any_purpose() -> KeyPair:
    """Signs with a certificate for any purpose, which is none that the policy names."""
    return portal_with(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]))


@signed_with(OTHER_PURPOSES)
def a_certificate_for_answering_about_revocation() -> KeyPair:
    """Signs with the certificate of an OCSP responder."""
    return portal_with(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]))


# --- policies ---


@signed_with(OTHER_POLICY)
def a_certificate_under_another_policy() -> KeyPair:
    """Signs with a certificate that the authority issued under another policy."""
    return portal_with(policies(OTHER_OID))


@signed_with(OTHER_POLICY)
def a_certificate_under_no_policy() -> KeyPair:
    """Signs with a certificate that the authority issued under no policy."""
    return portal_with(without=(ExtensionOID.CERTIFICATE_POLICIES,))


@signed_with(OTHER_POLICY)
def a_certificate_under_any_policy() -> KeyPair:
    """Signs with a certificate that claims any policy at once."""
    return portal_with(policies(CertificatePoliciesOID.ANY_POLICY))


# --- keys ---


@signed_with(KEY_REFUSED)
def an_rsa_key_of_1024_bits() -> KeyPair:
    """Signs under a certificate for a modulus that can be factored."""
    return portal_of_key(short_rsa_key())


@signed_with(KEY_REFUSED)
def an_rsa_key_of_16384_bits() -> KeyPair:
    """Signs under a certificate for a modulus that would keep the receiver busy."""
    return portal_of_key(huge_rsa_key())


@signed_with(KEY_REFUSED)
def a_key_on_a_short_curve() -> KeyPair:
    """Signs on a curve of 192 bits."""
    key = curve_key(ec.SECP192R1)
    return replace(portal_of_key(key.public_key()), private_key=key)


@signed_with(KEY_REFUSED)
def a_key_on_a_curve_of_coins() -> KeyPair:
    """Signs on secp256k1, which is long enough and not in the policy."""
    key = curve_key(ec.SECP256K1)
    return replace(portal_of_key(key.public_key()), private_key=key)


@signed_with(KEY_REFUSED)
def a_key_on_a_brainpool_curve() -> KeyPair:
    """Signs on brainpoolP256r1, which is long enough and not in the policy."""
    key = curve_key(ec.BrainpoolP256R1)
    return replace(portal_of_key(key.public_key()), private_key=key)


@signed_with("the policy has no such key for the role access-point")
def a_key_on_ed25519_for_messages() -> KeyPair:
    """Signs under a certificate for Ed25519, which is good for answers of directories alone."""
    return portal_of_key(ed25519_key())


@signed_with(KEY_REFUSED)
def a_dsa_key() -> KeyPair:
    """Signs under a certificate for DSA."""
    return portal_of_key(dsa_key())


# --- authorities ---


@signed_with(NO_ISSUER)
def a_certificate_of_a_foreign_authority() -> KeyPair:
    """Signs with a certificate that an authority issued whom nobody here trusts."""
    return portal_with(issuing=foreign_authority())


@signed_with(NOT_SIGNED)
def a_certificate_of_a_look_alike_authority() -> KeyPair:
    """Signs with a certificate that an authority of the very same names issued."""
    return alike("AP_LT_01")


@signed_with(NO_ISSUER)
def a_self_signed_certificate() -> KeyPair:
    """Signs with a certificate that its own key has signed."""
    portal = specimen_key("ap-lt-01")
    return portal_with(issuing=portal)


@signed_with(NOT_SIGNED)
def a_certificate_that_only_names_the_authority() -> KeyPair:
    """Signs with a certificate that names the authority as its issuer, and is signed by the portal's own key."""
    issuing = specimen_key("issuing-ca")
    return portal_with(issuing=replace(issuing, private_key=specimen_key("ap-lt-01").private_key))


@signed_with("authority's certificate was used as a party's")
def an_authority_as_a_party() -> KeyPair:
    """Signs with a certificate that may issue others."""
    return portal_with(x509.BasicConstraints(ca=True, path_length=0), critical=True)


@signed_with(NO_ISSUER)
def a_certificate_issued_by_a_party() -> KeyPair:
    """Signs with a certificate that the portal's old certificate has issued."""
    stray = certified("AP_LT_01")
    return portal_with(issuing=stray)


@signed_with("InvalidSignature")
def a_certificate_under_the_key_of_another() -> KeyPair:
    """Signs with a key of one's own, and encloses the portal's genuine certificate."""
    return replace(specimen_key("ap-lt-01"), private_key=specimen_key("ap-dk-01").private_key)


# --- roles and parties ---


@signed_with("for seal, not for access-point")
def the_seal_of_the_municipality() -> KeyPair:
    """Signs a message with the key that seals evidence."""
    return specimen_key("seal-0751")


@signed_with("for tls, not for access-point")
def the_key_of_the_web_server() -> KeyPair:
    """Signs a message with the key of the web servers."""
    return specimen_key("tls")


@signed_with("for directory, not for access-point")
def the_key_of_the_directories() -> KeyPair:
    """Signs a message with the key of the directories."""
    return specimen_key("directories")


@signed_with("for dossier, not for access-point")
def the_key_of_the_portal_s_dossiers() -> KeyPair:
    """Signs a message with a key of the same party, for another role."""
    return specimen_key("dossier-requester")


@signed_with("AP_XX_09")
def the_certificate_of_a_stranger() -> KeyPair:
    """Signs the portal's message with a certificate that the authority issued to a party unknown here."""
    return certified("AP_XX_09")


@signed_with("AP_DK_01")
def the_receiver_s_own_certificate() -> KeyPair:
    """Signs the portal's message with the certificate of the access point that gets it."""
    return specimen_key("ap-dk-01")


@signed_with("ap_lt_01")
def a_party_in_small_letters() -> KeyPair:
    """Signs with a certificate for a party whose name differs from the portal's in its letters' case."""
    return portal_with(names(uris=("urn:oots-dk:party:access-point:ap_lt_01",)))


@with_a_door(why="unknown party AP_XX_09")
def a_stranger_under_its_own_name(door: Door) -> Refused:
    """A party whom the authority knows and who is no partner here sends a message in its own name."""
    header = door.header()
    header = replace(header, sender=replace(header.sender, value="AP_XX_09"))
    message = door.sealed(header, door.part(SAYS_NOTHING), key=certified("AP_XX_09"))
    return only_here(door.refused(message.content_type, message.body))


@signed_with("names 2 parties instead of one")
def two_parties_in_a_certificate() -> KeyPair:
    """Signs with a certificate that names the portal and another party."""
    return portal_with(names(uris=(PARTY, "urn:oots-dk:party:access-point:AP_XX_09")))


@signed_with(NO_PARTY)
def the_party_as_the_common_name_alone() -> KeyPair:
    """Signs with a certificate that names the portal as its subject, where anybody may name anything."""
    uri = x509.NameAttribute(NameOID.COMMON_NAME, PARTY)
    named = x509.Name([*specimen_key("ap-lt-01").certificate.subject, uri])
    return portal_with(names(), change=lambda builder: builder.subject_name(named))


@signed_with(NO_PARTY)
def the_party_as_a_host_name() -> KeyPair:
    """Signs with a certificate that names the portal among host names."""
    return portal_with(names(x509.DNSName(PARTY)))


@signed_with(NO_PARTY)
def the_party_as_a_mail_address() -> KeyPair:
    """Signs with a certificate that names the portal among mail addresses."""
    return portal_with(names(x509.RFC822Name(PARTY)))


@signed_with(NO_PARTY)
def the_party_as_a_directory_name() -> KeyPair:
    """Signs with a certificate that names the portal among directory names."""
    return portal_with(names(x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, PARTY)]))))


@signed_with(NO_PARTY)
def the_party_as_another_kind_of_name() -> KeyPair:
    """Signs with a certificate that names the portal in a form that nobody knows."""
    return portal_with(names(x509.OtherName(OTHER_OID, core.UTF8String(PARTY).dump())))


@signed_with(NO_PARTY)
def the_party_as_the_issuer_s_other_name() -> KeyPair:
    """Signs with a certificate whose issuer is called like the portal."""
    return portal_with(names(), x509.IssuerAlternativeName([x509.UniformResourceIdentifier(PARTY)]))


@signed_with("names a party in an unknown form")
def a_role_in_capitals() -> KeyPair:
    """Signs with a certificate for a role that is spelled otherwise."""
    return portal_with(names(uris=(PARTY.replace("access-point", "Access-Point"),)))


@attack(Area.CERTIFICATE, own_authority_door, told=FAILED_AUTHENTICATION, why="a specimen, good for tests only")
def a_specimen_in_earnest(door: Door) -> Refused:
    """Signs with a marked test key at an access point where those do not count."""
    return only_here(refused_under(door, door.key("specimen")))


# --- extensions and encoding ---


@signed_with("unaccounted-for critical extensions")
def an_unknown_critical_extension() -> KeyPair:
    """Signs with a certificate that must not be used by whoever does not understand it."""
    return portal_with(x509.UnrecognizedExtension(OTHER_OID, b"\x05\x00"), critical=True)


@signed_with("extensions cannot be read")
def names_that_cannot_be_read() -> KeyPair:
    """Signs with a certificate whose names end before they should."""
    return portal_with(x509.UnrecognizedExtension(ExtensionOID.SUBJECT_ALTERNATIVE_NAME, b"\x30\x09\x86\x01a"))


def _respelled(change: Callable[[asn1_x509.Certificate], object]) -> KeyPair:
    portal, issuing = specimen_key("ap-lt-01"), specimen_key("issuing-ca")
    return replace(portal, certificate=respelled(portal.certificate, issuing, change))


@signed_with("Duplicate")
def names_given_twice() -> KeyPair:
    """Signs with a certificate that has two lists of names, of which readers may take either."""

    def add_another(certificate: asn1_x509.Certificate) -> None:
        extensions = certificate["tbs_certificate"]["extensions"]
        (own,) = (each for each in extensions if each["extn_id"].native == "subject_alt_name")
        extensions.append(own.copy())

    return _respelled(add_another)


@signed_with(NO_PARTY)
def a_certificate_of_the_first_version() -> KeyPair:
    """Signs with a certificate of X.509 version 1, which has no extensions."""

    def reduce(certificate: asn1_x509.Certificate) -> None:
        certificate["tbs_certificate"]["version"] = "v1"
        certificate["tbs_certificate"]["extensions"] = None

    return _respelled(reduce)


@signed_with("Forbidden signature algorithm")
def a_certificate_signed_over_sha_1() -> KeyPair:
    """Signs with a certificate that the authority signed over SHA-1."""
    portal, issuing = specimen_key("ap-lt-01"), specimen_key("issuing-ca")
    loaded = asn1_x509.Certificate.load(portal.certificate.public_bytes(Encoding.DER))
    for algorithm in (loaded["tbs_certificate"]["signature"], loaded["signature_algorithm"]):
        algorithm["algorithm"] = "sha1_ecdsa"
    assert isinstance(issuing.private_key, ec.EllipticCurvePrivateKey)
    over = ec.ECDSA(hashes.SHA1(), deterministic_signing=True)  # noqa: S303 (what the attack is about)
    loaded["signature_value"] = issuing.private_key.sign(loaded["tbs_certificate"].dump(force=True), over)
    return replace(portal, certificate=x509.load_der_x509_certificate(loaded.dump(force=True)))


@signed_with(NOT_SIGNED)
def a_certificate_with_another_party_written_in() -> KeyPair:
    """Writes the portal's name into a stranger's certificate, under the authority's old signature."""
    stranger = certified("AP_XX_09")
    der = stranger.certificate.public_bytes(Encoding.DER).replace(b"AP_XX_09", b"AP_LT_01")
    return replace(stranger, certificate=x509.load_der_x509_certificate(der))


@signed_with(NOT_SIGNED)
def a_longer_life_written_in() -> KeyPair:
    """Writes a later end into an expired certificate, under the authority's old signature."""
    expired = portal_with(change=lambda builder: builder.not_valid_after(START - SECOND))
    end = f"{START - SECOND:%y%m%d%H%M%SZ}".encode()
    der = expired.certificate.public_bytes(Encoding.DER)
    assert end in der
    longer = x509.load_der_x509_certificate(der.replace(end, end.replace(b"26", b"36", 1)))
    return replace(expired, certificate=longer)


def _with_token(door: Door, token: bytes) -> Refused:
    def change(root: etree._Element) -> None:
        one(root, TOKEN).text = b64encode(token).decode()

    return door.refused(*altered(door.small(), change))


@with_a_door(why="cannot be verified (ValueError)")
def several_certificates_in_the_token(door: Door) -> Refused:
    """Puts the authority's certificate behind its own, for readers that take another of the two."""
    chain = (door.key().certificate, specimen_key("issuing-ca").certificate)
    return _with_token(door, b"".join(each.public_bytes(Encoding.DER) for each in chain))


@with_a_door(why="cannot be verified (ValueError)")
def a_certificate_cut_short(door: Door) -> Refused:
    """Leaves out the last byte of the certificate."""
    return _with_token(door, door.key().certificate.public_bytes(Encoding.DER)[:-1])


@with_a_door(why="cannot be verified (ValueError)")
def a_certificate_of_indefinite_length(door: Door) -> Refused:
    """Spells the certificate's length as BER allows and DER does not."""
    der = door.key().certificate.public_bytes(Encoding.DER)
    assert der.startswith(b"\x30\x82")
    return _with_token(door, b"\x30\x80" + der[4:] + b"\0\0")
