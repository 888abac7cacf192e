"""Attacks on what the signature says: algorithms, references, transforms, keys; its value is valid where it can be."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from copy import deepcopy
from functools import partial

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from oots.edelivery.profile import ATTACHMENT_CONTENT, ECDSA_SHA256, EXCLUSIVE_C14N
from oots.edelivery.shape import REFERENCE_TO_TOKEN, TOKEN, TOKEN_REFERENCE, X509_V3, ds
from oots.edelivery.soap import SECURITY, WSSE, WSU_ID
from oots.wire.xml import canonical
from tests.support.attacks import Area, Refused, attack
from tests.support.changes import (
    FAILED_AUTHENTICATION,
    INVALID_HEADER,
    after_signing,
    in_the_signature,
    in_the_spelling,
    named,
    one,
    reference,
    replaced,
)
from tests.support.doors import Door, altered, resigned, same_provider_door

says = partial(in_the_signature, Area.SIGNATURE)
tampered = partial(after_signing, Area.SIGNATURE, told=FAILED_AUTHENTICATION)
respelled = partial(in_the_spelling, Area.SIGNATURE, told=FAILED_AUTHENTICATION)
with_a_door = partial(attack, Area.SIGNATURE, same_provider_door, told=FAILED_AUTHENTICATION)

COVERAGE = "cover exactly the header"
XMLDSIG = "http://www.w3.org/2000/09/xmldsig#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
HMAC_SHA256 = f"{MORE}hmac-sha256"
INCLUSIVE_C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
STR_TRANSFORM = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#STR-Transform"
COMPLETE = "http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#Attachment-Complete-Signature-Transform"
PREFIXES = f"{{{EXCLUSIVE_C14N}}}InclusiveNamespaces"


def set_algorithm(root: etree._Element, name: str, algorithm: str) -> None:
    """Name another algorithm in the first element called so."""
    next(root.iter(ds(name))).set("Algorithm", algorithm)


def set_transform(root: etree._Element, uri: str, algorithm: str) -> None:
    """Name another transform in the reference to `uri`."""
    set_algorithm(reference(root, uri), "Transform", algorithm)


def digest(root: etree._Element, uri: str, octets: bytes, algorithm: str = "sha256") -> None:
    """Have the reference to `uri` state the digest of `octets`."""
    one(reference(root, uri), ds("DigestValue")).text = b64encode(hashlib.new(algorithm, octets).digest()).decode()


# --- what was signed is altered ---


@tampered(why="InvalidDigest")
def another_conversation_in_the_header(root: etree._Element) -> None:
    """Changes a text in the signed header."""
    named(root, "ConversationId").text = "00000000-0000-4000-8000-0000000000ff"


@tampered(why="InvalidDigest")
def another_attribute_in_the_header(root: etree._Element) -> None:
    """Changes an attribute in the signed header."""
    named(root, "Property").set("type", "urn:cef.eu:names:identifier:EAS:0184")


@tampered(why="InvalidDigest")
def a_blank_in_the_header(root: etree._Element) -> None:
    """Adds a line end between two elements of the signed header."""
    named(root, "UserMessage").text = "\n"


@tampered(why="InvalidDigest")
def a_namespace_rebound_in_the_header(root: etree._Element) -> None:
    """Moves one element of the signed header into another namespace."""
    named(root, "Property").tag = "{urn:evil}Property"


@respelled(why="InvalidSignature")
def another_digest_in_the_signature(envelope: bytes) -> bytes:
    """Writes the digest of another body over the signed one, without signing again."""
    begin = envelope.index(b"<ds:DigestValue>") + len(b"<ds:DigestValue>")
    return envelope[:begin] + b64encode(hashlib.sha256(b"evil").digest()) + envelope[begin + 44 :]


@with_a_door(why="InvalidSignature")
def one_bit_of_the_signature_value(door: Door) -> Refused:
    """Flips one bit of the signature value."""

    def change(root: etree._Element) -> None:
        value = one(root, ds("SignatureValue"))
        assert value.text is not None
        value.text = ("A" if value.text[0] != "A" else "B") + value.text[1:]

    return door.refused(*altered(door.small(), change))


@tampered(why="SignatureValue is no base64")
def an_empty_signature_value(root: etree._Element) -> None:
    """Empties the signature value."""
    one(root, ds("SignatureValue")).text = ""


@tampered(why="SignatureValue is no base64")
def a_signature_value_in_another_alphabet(root: etree._Element) -> None:
    """Writes the signature value in the alphabet for addresses, which some decoders pass over in silence."""
    value = one(root, ds("SignatureValue"))
    value.text = (value.text or "").replace("+", "-").replace("/", "_") + "-"


@tampered(why="SignatureValue is no base64")
def a_signature_value_with_letters_to_spare(root: etree._Element) -> None:
    """Adds letters behind the padding of the signature value, which lenient decoders drop."""
    value = one(root, ds("SignatureValue"))
    value.text = (value.text or "") + "===="


@with_a_door(why="InvalidDigest")
def the_signature_of_another_message(door: Door) -> Refused:
    """Puts the honest signature of an earlier message over this one."""
    other = one(etree.fromstring(door.small().soap), SECURITY)
    named_part = reference(other, "cid:").get("URI", "")

    def change(root: etree._Element) -> None:
        part = reference(root, "cid:").get("URI", "")
        header = one(root, SECURITY).getparent()
        assert header is not None
        header.replace(one(root, SECURITY), other)
        for each in root.iter():
            if each.get("href") == part:
                each.set("href", named_part)

    message = door.small()
    content_type, body = altered(message, change)
    old, new = message.header.parts[0].content_id, named_part.removeprefix("cid:")
    return door.refused(content_type, body.replace(f"<{old}>".encode(), f"<{new}>".encode()))


@with_a_door(why="InvalidDigest")
def one_bit_of_a_part(door: Door) -> Refused:
    """Flips one bit of the document, which the signature covers as an attachment."""
    message = door.sealed()
    return door.refused(message.content_type, replaced(message.body, b"1984-06-12", b"1984-06-13"))


# --- what the signature covers, validly signed ---


@says(why=COVERAGE)
def no_reference_to_the_document(root: etree._Element) -> None:
    """Leaves the document out of what is signed."""
    one(root, ds("SignedInfo")).remove(reference(root, "cid:"))


@says(why=COVERAGE)
def no_reference_to_the_header(root: etree._Element) -> None:
    """Leaves the header out of what is signed."""
    one(root, ds("SignedInfo")).remove(reference(root, "#messaging"))


@says(why=COVERAGE)
def no_reference_to_the_body(root: etree._Element) -> None:
    """Leaves the SOAP body out of what is signed."""
    one(root, ds("SignedInfo")).remove(reference(root, "#body"))


@says(why=COVERAGE)
def no_reference_at_all(root: etree._Element) -> None:
    """Signs nothing at all."""
    for each in list(root.iter(ds("Reference"))):
        one(root, ds("SignedInfo")).remove(each)


@says(why=COVERAGE)
def a_reference_given_twice(root: etree._Element) -> None:
    """Refers to the body twice."""
    one(root, ds("SignedInfo")).append(deepcopy(reference(root, "#body")))


@says(why=COVERAGE)
def a_reference_to_the_certificate_too(root: etree._Element) -> None:
    """Has the signature cover the token as well, which no receiver of this profile expects."""
    extra = deepcopy(reference(root, "#body"))
    extra.set("URI", "#token")
    one(root, ds("SignedInfo")).append(extra)
    digest(root, "#token", canonical(one(root, TOKEN)))


@says(why=COVERAGE)
def the_token_signed_in_place_of_the_header(root: etree._Element) -> None:
    """Has the signature cover the token where it should cover the header."""
    reference(root, "#messaging").set("URI", "#token")
    digest(root, "#token", canonical(one(root, TOKEN)))


@says(why="Transform is not of the profile")
def a_reference_to_the_whole_document(root: etree._Element) -> None:
    """Refers to the whole document by an empty address."""
    reference(root, "#body").set("URI", "")


@says(why="unexpected attributes on Reference")
def a_reference_to_what_the_application_knows(root: etree._Element) -> None:
    """Leaves the address of a reference out, so that each receiver takes what it thinks fit."""
    del reference(root, "#body").attrib["URI"]


@says(why=COVERAGE)
def a_reference_by_xpointer(root: etree._Element) -> None:
    """Refers to the body by XPointer."""
    reference(root, "#body").set("URI", "#xpointer(id('body'))")


@says(why=COVERAGE)
def a_reference_that_breaks_out_of_a_search(root: etree._Element) -> None:
    """Refers to an id that breaks out of the quotes of an XPath search."""
    reference(root, "#body").set("URI", "#body' or '1'='1")


@says(why=COVERAGE)
def a_reference_in_percent_signs(root: etree._Element) -> None:
    """Spells the address of a reference in percent signs."""
    reference(root, "#body").set("URI", "#%62ody")


@says(why=COVERAGE)
def a_reference_to_the_network(root: etree._Element) -> None:
    """Refers to an address within the receiver's network in place of the document (SSRF)."""
    reference(root, "cid:").set("URI", "http://127.0.0.1:9/document.xml")


@says(why=COVERAGE)
def a_reference_to_a_file(root: etree._Element) -> None:
    """Refers to a file of the receiver in place of the document."""
    reference(root, "cid:").set("URI", "file:///etc/hostname")


@says(why=COVERAGE)
def a_reference_to_a_part_in_capitals(root: etree._Element) -> None:
    """Refers to the document with its content id in capitals."""
    part = reference(root, "cid:")
    part.set("URI", "cid:" + part.get("URI", "").removeprefix("cid:").upper())


@says(why="unexpected attributes on Reference")
def a_manifest_of_unchecked_references(root: etree._Element) -> None:
    """Types a reference as a manifest, whose own references nobody needs to check."""
    reference(root, "#body").set("Type", f"{XMLDSIG}Manifest")


@says(why="InvalidDigest")
def the_digests_of_header_and_body_swapped(root: etree._Element) -> None:
    """States the digest of the header for the body and that of the body for the header."""
    values = [one(reference(root, uri), ds("DigestValue")) for uri in ("#messaging", "#body")]
    values[0].text, values[1].text = values[1].text, values[0].text


@says(why="InvalidDigest")
def the_digest_of_nothing(root: etree._Element) -> None:
    """States the digest of no bytes for the header, as signers do whose canonicalisation failed."""
    digest(root, "#messaging", b"")


@with_a_door(why="C14NError")
def a_header_without_a_canonical_form(door: Door) -> Refused:
    """Gives the header a relative namespace, so that it has no canonical form, and signs the digest of nothing."""

    def change(root: etree._Element) -> None:
        digest(root, "#messaging", b"")

    message = door.small()
    content_type, body = resigned(message, change, door.key())
    return door.refused(content_type, replaced(body, b"<eb:UserMessage>", b'<eb:UserMessage xmlns:void="1">'))


# --- two readings of one signature ---


@with_a_door(why="unexpected content in Signature")
def an_evil_signed_info_before_the_signed_one(door: Door) -> Refused:
    """Puts a second ds:SignedInfo with evil digests before the signed one, for readers that take the first."""

    def change(root: etree._Element) -> None:
        second = deepcopy(one(root, ds("SignedInfo")))
        digest(second, "#messaging", b"evil")
        one(root, ds("Signature")).insert(0, second)

    return door.refused(*altered(door.small(), change))


@with_a_door(why="unexpected content in Signature")
def an_evil_signed_info_in_an_object(door: Door) -> Refused:
    """Moves the signed ds:SignedInfo into a ds:Object and puts one with evil digests in its place."""

    def change(root: etree._Element) -> None:
        signature = one(root, ds("Signature"))
        signed = one(root, ds("SignedInfo"))
        second = deepcopy(signed)
        digest(second, "#messaging", b"evil")
        signature.replace(signed, second)
        etree.SubElement(signature, ds("Object")).append(signed)

    return door.refused(*altered(door.small(), change))


@with_a_door(why="unexpected content in Signature")
def a_signature_in_a_signature(door: Door) -> Refused:
    """Puts an honest signature into a ds:Object of an evil one."""

    def change(root: etree._Element) -> None:
        signature = one(root, ds("Signature"))
        etree.SubElement(signature, ds("Object")).append(deepcopy(signature))

    return door.refused(*altered(door.small(), change))


@in_the_spelling(Area.SIGNATURE, told=INVALID_HEADER, why="comments are not accepted")
def a_comment_in_a_digest(envelope: bytes) -> bytes:
    """Puts a comment with another digest into a digest value, for readers that take its first piece of text."""
    return replaced(envelope, b"<ds:DigestValue>", b"<ds:DigestValue><!--" + b64encode(b"e" * 32) + b"-->")


@in_the_spelling(Area.SIGNATURE, told=INVALID_HEADER, why="processing instructions are not accepted")
def a_processing_instruction_in_a_digest(envelope: bytes) -> bytes:
    """Puts a processing instruction into a digest value, which cuts its text in two."""
    return replaced(envelope, b"<ds:DigestValue>", b"<ds:DigestValue><?evil?>")


@says(why="unexpected content in DigestValue")
def an_element_in_a_digest(root: etree._Element) -> None:
    """Puts an element behind the text of a digest value."""
    etree.SubElement(one(reference(root, "#body"), ds("DigestValue")), ds("DigestValue")).text = "evil"


@says(why="unexpected content in Reference")
def two_digests_in_a_reference(root: etree._Element) -> None:
    """Gives a reference two digest values."""
    etree.SubElement(reference(root, "#body"), ds("DigestValue")).text = b64encode(b"e" * 32).decode()


@says(why="unexpected content in SignedInfo")
def two_signature_methods(root: etree._Element) -> None:
    """Names two signature methods."""
    one(root, ds("SignedInfo")).insert(1, deepcopy(one(root, ds("SignatureMethod"))))


@says(why="unexpected content in SignedInfo")
def a_foreign_element_in_signed_info(root: etree._Element) -> None:
    """Puts an element of another namespace into what is signed."""
    etree.SubElement(one(root, ds("SignedInfo")), "{urn:evil}Reference")


@says(why="stray text in SignedInfo")
def text_in_signed_info(root: etree._Element) -> None:
    """Writes text between the elements of what is signed."""
    one(root, ds("SignatureMethod")).tail = "evil"


@says(why="unexpected attributes on SignedInfo")
def an_id_on_signed_info(root: etree._Element) -> None:
    """Gives what is signed an id of its own, to be referred to."""
    one(root, ds("SignedInfo")).set("Id", "signed-info")


# --- algorithms ---


def signed_by(door: Door, method: str, algorithm: hashes.HashAlgorithm) -> Refused:
    """A valid RSA signature with that hash, so named."""

    def change(root: etree._Element) -> None:
        set_algorithm(root, "SignatureMethod", method)

    return door.refused(*resigned(door.small(), change, door.key(), algorithm))


@with_a_door(why="SignatureMethod is not of the profile")
def a_signature_by_sha_1(door: Door) -> Refused:
    """Signs with RSA and SHA-1."""
    return signed_by(door, f"{XMLDSIG}rsa-sha1", hashes.SHA1())  # noqa: S303 (to be refused)


@with_a_door(why="SignatureMethod is not of the profile")
def a_signature_by_md5(door: Door) -> Refused:
    """Signs with RSA and MD5."""
    return signed_by(door, f"{MORE}rsa-md5", hashes.MD5())  # noqa: S303 (to be refused)


@with_a_door(why="SignatureMethod is not of the profile")
def a_signature_by_sha_512(door: Door) -> Refused:
    """Signs with RSA and SHA-512, which is strong, but not what was agreed."""
    return signed_by(door, f"{MORE}rsa-sha512", hashes.SHA512())


@with_a_door(why="SignatureMethod is not of the profile")
def a_method_that_nobody_knows(door: Door) -> Refused:
    """Names a signature method that does not exist, for verifiers that take unknown for good."""
    return signed_by(door, "urn:evil:none", hashes.SHA256())


@with_a_door(why="does not sign by that method")
def a_method_that_does_not_fit_the_key(door: Door) -> Refused:
    """Names a signature on an elliptic curve over a key of RSA."""
    return signed_by(door, ECDSA_SHA256, hashes.SHA256())


@with_a_door(why="SignatureMethod is not of the profile")
def the_public_key_as_a_shared_secret(door: Door) -> Refused:
    """Signs by HMAC with the public key of the partner, for verifiers that take any key for any method."""

    def change(root: etree._Element) -> None:
        set_algorithm(root, "SignatureMethod", HMAC_SHA256)
        public = door.key().certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        made = hmac.digest(public, canonical(one(root, ds("SignedInfo"))), "sha256")
        one(root, ds("SignatureValue")).text = b64encode(made).decode()

    return door.refused(*altered(door.small(), change))


@with_a_door(why="unexpected content in SignatureMethod")
def a_truncated_shared_secret(door: Door) -> Refused:
    """Signs by HMAC cut down to one bit, which can be guessed."""

    def change(root: etree._Element) -> None:
        set_algorithm(root, "SignatureMethod", HMAC_SHA256)
        etree.SubElement(one(root, ds("SignatureMethod")), ds("HMACOutputLength")).text = "1"
        one(root, ds("SignatureValue")).text = b64encode(b"\x80").decode()

    return door.refused(*altered(door.small(), change))


@with_a_door(why="InvalidSignature")
def a_signature_padded_in_another_way(door: Door) -> Refused:
    """Signs with RSA-PSS and names PKCS #1 v1.5."""

    def change(root: etree._Element) -> None:
        key = door.key().private_key
        assert isinstance(key, rsa.RSAPrivateKey)
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), 0)
        made = key.sign(canonical(one(root, ds("SignedInfo"))), pss, hashes.SHA256())
        one(root, ds("SignatureValue")).text = b64encode(made).decode()

    return door.refused(*altered(door.small(), change))


@says(why="DigestMethod is not of the profile")
def a_digest_by_sha_1(root: etree._Element) -> None:
    """Digests the body with SHA-1."""
    set_algorithm(reference(root, "#body"), "DigestMethod", f"{XMLDSIG}sha1")
    digest(root, "#body", canonical(root[1]), "sha1")


@says(why="DigestMethod is not of the profile")
def a_digest_by_md5(root: etree._Element) -> None:
    """Digests the body with MD5."""
    set_algorithm(reference(root, "#body"), "DigestMethod", f"{MORE}md5")
    digest(root, "#body", canonical(root[1]), "md5")


@says(why="not the length of SHA-256")
def a_digest_cut_short(root: etree._Element) -> None:
    """States the first four bytes of a digest alone."""
    one(reference(root, "#body"), ds("DigestValue")).text = "OD6+Ug=="


@says(why="DigestValue is no base64")
def an_empty_digest(root: etree._Element) -> None:
    """States an empty digest."""
    one(reference(root, "#body"), ds("DigestValue")).text = ""


# --- canonicalisation and transforms ---


@says(why="CanonicalizationMethod is not of the profile")
def inclusive_canonicalisation(root: etree._Element) -> None:
    """Signs under inclusive canonicalisation, whose cost grows with every namespace that is in scope."""
    set_algorithm(root, "CanonicalizationMethod", INCLUSIVE_C14N)


@says(why="CanonicalizationMethod is not of the profile")
def canonicalisation_with_comments(root: etree._Element) -> None:
    """Signs under a canonicalisation that keeps comments."""
    set_algorithm(root, "CanonicalizationMethod", f"{EXCLUSIVE_C14N}WithComments")


@says(why="Transform is not of the profile")
def inclusive_canonicalisation_of_the_header(root: etree._Element) -> None:
    """Has the header alone canonicalised inclusively."""
    set_transform(root, "#messaging", INCLUSIVE_C14N)


@says(why="unexpected attributes on InclusiveNamespaces")
def a_list_of_prefixes_without_a_list(root: etree._Element) -> None:
    """Leaves the list out of the element that lists prefixes for canonicalisation."""
    etree.SubElement(one(reference(root, "#body"), ds("Transform")), PREFIXES)


@says(why="unexpected content in Transform")
def two_lists_of_prefixes(root: etree._Element) -> None:
    """Gives canonicalisation two lists of prefixes."""
    for _ in range(2):
        etree.SubElement(one(reference(root, "#body"), ds("Transform")), PREFIXES, PrefixList="S12")


@says(why="unexpected content in Transforms")
def a_style_sheet_as_a_transform(root: etree._Element) -> None:
    """Adds a transform by XSLT, which is a program of the attacker."""
    transform = etree.SubElement(one(reference(root, "#messaging"), ds("Transforms")), ds("Transform"))
    transform.set("Algorithm", XSLT)
    etree.SubElement(transform, "{http://www.w3.org/1999/XSL/Transform}stylesheet", version="1.0")


@says(why="Transform is not of the profile")
def an_expression_as_a_transform(root: etree._Element) -> None:
    """Has an XPath expression choose what of the header is digested: nothing."""
    transform = one(reference(root, "#messaging"), ds("Transform"))
    transform.set("Algorithm", XPATH)
    etree.SubElement(transform, ds("XPath")).text = "false()"
    digest(root, "#messaging", b"")


@says(why="Transform is not of the profile")
def base64_as_a_transform(root: etree._Element) -> None:
    """Has the text of the header decoded before it is digested."""
    set_transform(root, "#messaging", f"{XMLDSIG}base64")


@says(why="Transform is not of the profile")
def an_enveloped_signature(root: etree._Element) -> None:
    """Has the signature cut out of the header before it is digested, along with what hides in it."""
    set_transform(root, "#messaging", f"{XMLDSIG}enveloped-signature")


@says(why="Transform is not of the profile")
def a_security_token_in_place_of_its_reference(root: etree._Element) -> None:
    """Has the security token digested in place of the body that is referred to."""
    set_transform(root, "#body", STR_TRANSFORM)


@says(why="Transform is not of the profile")
def the_transform_of_headers_on_a_part(root: etree._Element) -> None:
    """Has the document canonicalised as if it stood in the envelope."""
    set_transform(root, "cid:", EXCLUSIVE_C14N)


@says(why="Transform is not of the profile")
def the_transform_of_parts_on_the_header(root: etree._Element) -> None:
    """Has the header digested as if it were an attachment."""
    set_transform(root, "#messaging", ATTACHMENT_CONTENT)


@says(why="Transform is not of the profile")
def a_part_with_its_headers(root: etree._Element) -> None:
    """Has the MIME headers of the document digested along with it."""
    set_transform(root, "cid:", COMPLETE)


@says(why="unexpected content in Reference")
def no_transforms(root: etree._Element) -> None:
    """Leaves the transforms out, so that each receiver canonicalises as it is used to."""
    body = reference(root, "#body")
    body.remove(one(body, ds("Transforms")))


@says(why="unexpected content in Transforms")
def one_transform_too_many(root: etree._Element) -> None:
    """Repeats a transform, as a thousand of them would take a thousand times as long."""
    transforms = one(reference(root, "#body"), ds("Transforms"))
    transforms.append(deepcopy(transforms[0]))


# --- keys ---


@says(why="unexpected content in KeyInfo")
def a_key_beside_the_certificate(root: etree._Element) -> None:
    """Adds a bare public key to the signature, for verifiers that believe the key that they find first."""
    value = etree.SubElement(one(root, ds("KeyInfo")), ds("KeyValue"))
    etree.SubElement(value, ds("RSAKeyValue"))


@says(why="unexpected content in KeyInfo")
def a_key_in_place_of_the_certificate(root: etree._Element) -> None:
    """Names a bare public key in place of the reference to the certificate."""
    info = one(root, ds("KeyInfo"))
    info.remove(info[0])
    etree.SubElement(info, ds("KeyValue"))


@says(why="unexpected content in KeyInfo")
def a_key_to_be_fetched(root: etree._Element) -> None:
    """Has the key fetched from an address within the receiver's network."""
    info = one(root, ds("KeyInfo"))
    info.remove(info[0])
    etree.SubElement(info, ds("RetrievalMethod"), URI="http://127.0.0.1:9/key")


@says(why="unexpected content in KeyInfo")
def sixty_certificates(root: etree._Element) -> None:
    """Adds sixty certificates to the signature, each to be read."""
    data = etree.SubElement(one(root, ds("KeyInfo")), ds("X509Data"))
    for _ in range(60):
        etree.SubElement(data, ds("X509Certificate")).text = one(root, TOKEN).text


@says(why="unexpected content in KeyInfo")
def a_key_by_name(root: etree._Element) -> None:
    """Names the key by a word that the receiver would have to look up."""
    etree.SubElement(one(root, ds("KeyInfo")), ds("KeyName")).text = "' OR 1=1 --"


@says(why="unexpected content in SecurityTokenReference")
def a_certificate_by_issuer_and_serial(root: etree._Element) -> None:
    """Refers to the certificate by issuer and serial number, and leaves the sent one aside."""
    token_reference = one(root, TOKEN_REFERENCE)
    token_reference.remove(token_reference[0])
    etree.SubElement(token_reference, ds("X509Data"))


@says(why="unexpected content in SecurityTokenReference")
def a_certificate_embedded(root: etree._Element) -> None:
    """Embeds the certificate in the reference, so that two of them are sent."""
    token_reference = one(root, TOKEN_REFERENCE)
    etree.SubElement(token_reference, f"{{{WSSE}}}Embedded").append(deepcopy(one(root, TOKEN)))
    del one(one(root, f"{{{WSSE}}}Embedded"), TOKEN).attrib[WSU_ID]


@says(why="Reference is not of the profile in URI")
def a_certificate_at_an_address(root: etree._Element) -> None:
    """Refers to a certificate at the attacker's address."""
    one(root, REFERENCE_TO_TOKEN).set("URI", "http://127.0.0.1:9/certificate")


@says(why="Reference is not of the profile in URI")
def the_header_as_the_certificate(root: etree._Element) -> None:
    """Refers to the header where the certificate should be referred to."""
    one(root, REFERENCE_TO_TOKEN).set("URI", "#messaging")


@says(why="BinarySecurityToken is not of the profile in ValueType")
def a_chain_in_place_of_a_certificate(root: etree._Element) -> None:
    """Types the token as a chain of certificates, whose order each stack reads differently."""
    one(root, TOKEN).set("ValueType", X509_V3.replace("X509v3", "X509PKIPathv1"))


@tampered(why="BinarySecurityToken is no base64")
def an_empty_token(root: etree._Element) -> None:
    """Empties the certificate."""
    one(root, TOKEN).text = ""


@tampered(why="cannot be verified (ValueError)")
def a_token_that_is_no_certificate(root: etree._Element) -> None:
    """Sends three zero bytes as the certificate."""
    one(root, TOKEN).text = "AAAA"


@tampered(why="BinarySecurityToken is no base64")
def a_token_in_words(root: etree._Element) -> None:
    """Sends words as the certificate."""
    one(root, TOKEN).text = "not a certificate!"


@with_a_door(why="no base64")
def a_token_with_headlines(door: Door) -> Refused:
    """Sends the certificate with the lines that PEM files have about it."""

    def change(root: etree._Element) -> None:
        one(root, TOKEN).text = door.key().certificate.public_bytes(Encoding.PEM).decode()

    return door.refused(*altered(door.small(), change))


@with_a_door(why="InvalidSignature")
def the_certificate_of_another_member(door: Door) -> Refused:
    """Sends the honest certificate of another access point with the signature of this one."""

    def change(root: etree._Element) -> None:
        other = door.key("ap-dk-01").certificate.public_bytes(Encoding.DER)
        one(root, TOKEN).text = b64encode(other).decode()

    return door.refused(*altered(door.small(), change))


@with_a_door(why="not in its one encoding")
def a_certificate_with_bytes_to_spare(door: Door) -> Refused:
    """Declares the last bit of a certificate that ends with a zero unused: other bytes, the same meaning."""

    def change(root: etree._Element) -> None:
        named = (door.key(name).certificate for name in ("ap-lt-01", "ap-dk-01", "seal-0751", "directories"))
        certificate = next(each for each in named if each.signature[-1] % 2 == 0)
        der = bytearray(certificate.public_bytes(Encoding.DER))
        der[len(der) - len(certificate.signature) - 1] = 1
        one(root, TOKEN).text = b64encode(bytes(der)).decode()

    return door.refused(*altered(door.small(), change))
