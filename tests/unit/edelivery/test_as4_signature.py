"""Messages that are unsigned, wrongly signed, or signed by the wrong party: refused with EBMS:0101 or EBMS:0009."""

from __future__ import annotations

import hashlib
import logging
from base64 import b64encode
from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from lxml import etree

from oots.edelivery.header import PARTY_TYPE, PartInfo
from oots.edelivery.message import open_message, seal_message
from oots.edelivery.profile import EXCLUSIVE_C14N, RSA_SHA256
from oots.edelivery.shape import SHA256, TOKEN, ds
from oots.edelivery.soap import BODY, HEADER, MESSAGING, MUST_UNDERSTAND, SECURITY, WSU_ID, eb
from oots.model.errors import TransportError
from oots.model.identifiers import Identifier
from tests.support.edelivery import (
    DENMARK,
    DOCUMENT,
    EVIDENCE,
    LITHUANIA,
    NOW,
    PARTS,
    PDF,
    a_header,
    altered,
    domain,
    handmade,
    repackaged,
    resigned,
    sent,
)

MESSAGE = seal_message(a_header(), PARTS, domain().keys[DENMARK])
SHA1 = "http://www.w3.org/2000/09/xmldsig#sha1"
RSA_SHA1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
RSA_SHA512 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512"
INCLUSIVE_C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"

Change = Callable[[etree._Element], None]


def unchanged(_root: etree._Element) -> None:
    """The control."""


def refusal(content_type: str, body: bytes) -> TransportError:
    with pytest.raises(TransportError) as caught:
        open_message(content_type, body, domain().anchors, NOW)
    return caught.value


def refusal_of(envelope: bytes) -> TransportError:
    return refusal(*repackaged(envelope, *PARTS))


def opens(envelope: bytes) -> bool:
    return open_message(*repackaged(envelope, *PARTS), domain().anchors, NOW).parts == PARTS


def one(root: etree._Element, tag: str) -> etree._Element:
    (found,) = root.iter(tag)
    return found


def reference(root: etree._Element, uri: str) -> etree._Element:
    (found,) = (each for each in root.iter(ds("Reference")) if each.get("URI") == uri)
    return found


def set_algorithm(root: etree._Element, tag: str, algorithm: str) -> None:
    for each in root.iter(ds(tag)):
        each.set("Algorithm", algorithm)


# Shape: where the signature and the header must stand.


def remove_security(root: etree._Element) -> None:
    one(root, HEADER).remove(one(root, SECURITY))


def remove_signature(root: etree._Element) -> None:
    one(root, SECURITY).remove(one(root, ds("Signature")))


def remove_token(root: etree._Element) -> None:
    one(root, SECURITY).remove(one(root, TOKEN))


def add_second_signature(root: etree._Element) -> None:
    one(root, SECURITY).append(deepcopy(one(root, ds("Signature"))))


def add_second_security(root: etree._Element) -> None:
    one(root, HEADER).append(deepcopy(one(root, SECURITY)))


def move_signature_into_the_body(root: etree._Element) -> None:
    one(root, BODY).append(one(root, ds("Signature")))


def move_security_into_messaging(root: etree._Element) -> None:
    one(root, MESSAGING).append(one(root, SECURITY))


def evil(root: etree._Element, identifier: str) -> etree._Element:
    """A copy of the signed header that names another exchange."""
    copy = deepcopy(one(root, MESSAGING))
    copy.set(WSU_ID, identifier)
    one(copy, eb("ConversationId")).text = "00000000-0000-4000-8000-0000000000ff"
    return copy


def put_an_evil_header_before_the_signed_one(root: etree._Element) -> None:
    one(root, HEADER).insert(0, evil(root, "evil"))


def put_an_evil_header_after_the_signed_one(root: etree._Element) -> None:
    one(root, HEADER).append(evil(root, "evil"))


def hide_the_signed_header_in_the_body(root: etree._Element) -> None:
    wrong = evil(root, "evil")
    one(root, BODY).append(one(root, MESSAGING))
    one(root, HEADER).insert(0, wrong)


def hide_the_signed_header_in_security(root: etree._Element) -> None:
    wrong = evil(root, "evil")
    one(root, SECURITY).append(one(root, MESSAGING))
    one(root, HEADER).insert(0, wrong)


def hide_the_signed_header_in_a_foreign_header(root: etree._Element) -> None:
    wrong = evil(root, "evil")
    wrapper = etree.SubElement(one(root, HEADER), "wrapper")
    wrapper.append(one(root, MESSAGING))
    one(root, HEADER).insert(0, wrong)


def hide_the_signed_header_in_an_evil_one_of_the_same_id(root: etree._Element) -> None:
    wrong = evil(root, "messaging")
    wrong.append(one(root, MESSAGING))
    one(root, HEADER).insert(0, wrong)


def hide_the_signed_header_in_an_object_of_the_signature(root: etree._Element) -> None:
    wrong = evil(root, "evil")
    etree.SubElement(one(root, ds("Signature")), ds("Object")).append(one(root, MESSAGING))
    one(root, HEADER).insert(0, wrong)


def use_the_id_of_the_header_twice(root: etree._Element) -> None:
    one(root, ds("Signature")).set("Id", "messaging")


def take_the_id_from_the_header(root: etree._Element) -> None:
    del one(root, MESSAGING).attrib[WSU_ID]


def put_content_into_the_body(root: etree._Element) -> None:
    etree.SubElement(one(root, BODY), "evidence")


@pytest.mark.parametrize(
    ("change", "ebms"),
    [
        (remove_security, "EBMS:0101"),
        (remove_signature, "EBMS:0101"),
        (remove_token, "EBMS:0101"),
        (add_second_signature, "EBMS:0101"),
        (add_second_security, "EBMS:0101"),
        (move_signature_into_the_body, "EBMS:0009"),
        (move_security_into_messaging, "EBMS:0101"),
        (put_an_evil_header_before_the_signed_one, "EBMS:0009"),
        (put_an_evil_header_after_the_signed_one, "EBMS:0009"),
        (hide_the_signed_header_in_the_body, "EBMS:0009"),
        (hide_the_signed_header_in_security, "EBMS:0101"),
        (hide_the_signed_header_in_a_foreign_header, "EBMS:0009"),
        (hide_the_signed_header_in_an_evil_one_of_the_same_id, "EBMS:0101"),
        (hide_the_signed_header_in_an_object_of_the_signature, "EBMS:0101"),
        (use_the_id_of_the_header_twice, "EBMS:0101"),
        (take_the_id_from_the_header, "EBMS:0101"),
        (put_content_into_the_body, "EBMS:0009"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_an_envelope_of_another_shape_is_refused(change: Change, ebms: str) -> None:
    assert opens(altered(MESSAGE.soap, unchanged))
    assert refusal_of(altered(MESSAGE.soap, change)).ebms == ebms


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<S12:Envelope", b"<!DOCTYPE x><S12:Envelope"),
        (b"<S12:Envelope", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><S12:Envelope'),
        (b"QueryManager", b"Query<!-- comment -->Manager"),
        (b"QueryManager", b"Query<?pi?>Manager"),
        (b"<S12:Header>", b"<S12:Header>text"),
        (b"<S12:Header>", b"<S12:Header><wsa:To xmlns:wsa='http://www.w3.org/2005/08/addressing'>x</wsa:To>"),
        (b"http://www.w3.org/2003/05/soap-envelope", b"http://schemas.xmlsoap.org/soap/envelope/"),
        (b"</S12:Envelope>", b""),
    ],
    ids=["DOCTYPE", "entity", "comment", "processing instruction", "text", "foreign header", "SOAP 1.1", "cut"],
)
def test_an_envelope_that_is_no_plain_soap_is_refused(old: bytes, new: bytes) -> None:
    assert opens(MESSAGE.soap)
    assert MESSAGE.soap.count(old) >= 1
    assert refusal_of(MESSAGE.soap.replace(old, new)).ebms == "EBMS:0009"


# Content: what the signature must say, each time validly signed.


def drop_the_reference_to_the_pdf(root: etree._Element) -> None:
    one(root, ds("SignedInfo")).remove(reference(root, f"cid:{PDF.content_id}"))


def drop_the_reference_to_the_header(root: etree._Element) -> None:
    one(root, ds("SignedInfo")).remove(reference(root, "#messaging"))


def drop_the_reference_to_the_body(root: etree._Element) -> None:
    one(root, ds("SignedInfo")).remove(reference(root, "#body"))


def drop_every_reference(root: etree._Element) -> None:
    for each in list(root.iter(ds("Reference"))):
        one(root, ds("SignedInfo")).remove(each)


def repeat_a_reference(root: etree._Element) -> None:
    one(root, ds("SignedInfo")).append(deepcopy(reference(root, "#body")))


def refer_to_the_whole_document(root: etree._Element) -> None:
    reference(root, "#body").set("URI", "")


def refer_by_xpointer(root: etree._Element) -> None:
    reference(root, "#body").set("URI", "#xpointer(id('body'))")


def refer_to_the_network(root: etree._Element) -> None:
    reference(root, f"cid:{PDF.content_id}").set("URI", "http://127.0.0.1:9/evidence.pdf")


def digest_the_document_with_sha1(root: etree._Element) -> None:
    document = reference(root, f"cid:{DOCUMENT.content_id}")
    one(document, ds("DigestMethod")).set("Algorithm", SHA1)
    digest = hashlib.sha1(DOCUMENT.content, usedforsecurity=False).digest()
    one(document, ds("DigestValue")).text = b64encode(digest).decode()


def canonicalise_inclusively(root: etree._Element) -> None:
    one(root, ds("CanonicalizationMethod")).set("Algorithm", INCLUSIVE_C14N)


def add_a_transform(root: etree._Element) -> None:
    transforms = one(reference(root, "#messaging"), ds("Transforms"))
    etree.SubElement(transforms, ds("Transform"), Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116")


def use_the_transform_of_headers_on_a_part(root: etree._Element) -> None:
    one(reference(root, f"cid:{PDF.content_id}"), ds("Transform")).set("Algorithm", EXCLUSIVE_C14N)


def use_an_xpath_transform_on_the_header(root: etree._Element) -> None:
    one(reference(root, "#messaging"), ds("Transform")).set("Algorithm", "http://www.w3.org/TR/1999/REC-xpath-19991116")


def leave_transforms_out(root: etree._Element) -> None:
    body = reference(root, "#body")
    body.remove(one(body, ds("Transforms")))


def add_key_value(root: etree._Element) -> None:
    etree.SubElement(one(root, ds("KeyInfo")), ds("KeyValue"))


def add_a_foreign_element_to_signed_info(root: etree._Element) -> None:
    etree.SubElement(one(root, ds("SignedInfo")), "extra")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (drop_the_reference_to_the_pdf, "cover exactly"),
        (drop_the_reference_to_the_header, "cover exactly"),
        (drop_the_reference_to_the_body, "cover exactly"),
        (drop_every_reference, "cover exactly"),
        (repeat_a_reference, "cover exactly"),
        (refer_to_the_whole_document, "Transform is not of the profile"),
        (refer_by_xpointer, "cover exactly"),
        (refer_to_the_network, "cover exactly"),
        (digest_the_document_with_sha1, "DigestMethod is not of the profile"),
        (canonicalise_inclusively, "CanonicalizationMethod is not of the profile"),
        (add_a_transform, "unexpected content in Transforms"),
        (use_the_transform_of_headers_on_a_part, "Transform is not of the profile"),
        (use_an_xpath_transform_on_the_header, "Transform is not of the profile"),
        (leave_transforms_out, "unexpected content in Reference"),
        (add_key_value, "unexpected content in KeyInfo"),
        (add_a_foreign_element_to_signed_info, "unexpected content in SignedInfo"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_valid_signature_that_says_something_else_is_refused(change: Change, why: str) -> None:
    assert opens(resigned(MESSAGE.soap, unchanged))
    refused = refusal_of(resigned(MESSAGE.soap, change))
    assert (refused.ebms, refused.short) == ("EBMS:0101", "FailedAuthentication")
    assert why in refused.why


@pytest.mark.parametrize(
    ("uri", "algorithm"),
    [(RSA_SHA1, hashes.SHA1()), (RSA_SHA512, hashes.SHA512())],  # noqa: S303 (to be refused)
    ids=["SHA-1", "SHA-512"],
)
def test_a_valid_signature_by_another_algorithm_is_refused(uri: str, algorithm: hashes.HashAlgorithm) -> None:
    def change(root: etree._Element) -> None:
        set_algorithm(root, "SignatureMethod", uri)

    assert opens(resigned(MESSAGE.soap, lambda root: set_algorithm(root, "SignatureMethod", RSA_SHA256)))
    refused = refusal_of(resigned(MESSAGE.soap, change, hash_algorithm=algorithm))
    assert refused.ebms == "EBMS:0101"
    assert "SignatureMethod is not of the profile" in refused.why


def test_a_signature_that_leaves_a_part_out_is_refused() -> None:
    header = a_header(parts=tuple(PartInfo(part.content_id, part.media_type) for part in (DOCUMENT, EVIDENCE)))
    attachments = sent(DOCUMENT, EVIDENCE)
    assert open_message(*handmade(header, attachments), domain().anchors, NOW).parts == (DOCUMENT, EVIDENCE)
    refused = refusal(*handmade(header, attachments, covered=attachments[:1]))
    assert refused.ebms == "EBMS:0101"
    assert "every part" in refused.why


def test_inclusive_namespaces_as_java_access_points_write_them_are_accepted() -> None:
    def add_prefixes(root: etree._Element) -> None:
        body = one(root, BODY)
        mark = etree.SubElement(
            one(reference(root, "#body"), ds("Transform")), f"{{{EXCLUSIVE_C14N}}}InclusiveNamespaces"
        )
        mark.set("PrefixList", "S12")
        octets = etree.tostring(body, method="c14n", exclusive=True, inclusive_ns_prefixes=["S12"])
        digest = one(reference(root, "#body"), ds("DigestValue"))
        digest.text = b64encode(hashlib.sha256(octets).digest()).decode()

    assert opens(resigned(MESSAGE.soap, add_prefixes))


# Parties: who signed, and for whom.


def test_a_certificate_of_a_foreign_authority_is_refused() -> None:
    by_member = seal_message(a_header(), PARTS, domain().keys[DENMARK])
    by_stranger = seal_message(a_header(), PARTS, domain().keys["foreign"])
    assert open_message(by_member.content_type, by_member.body, domain().anchors, NOW).signer.party_id == DENMARK
    refused = refusal(by_stranger.content_type, by_stranger.body)
    assert refused.ebms == "EBMS:0101"
    assert "UntrustedError" in refused.why


def test_a_seal_certificate_signs_no_messages() -> None:
    assert opens(MESSAGE.soap)
    sealed = seal_message(a_header(), PARTS, domain().keys["seal"])
    assert refusal(sealed.content_type, sealed.body).ebms == "EBMS:0101"


def test_a_sender_who_is_not_the_signer_is_refused() -> None:
    ours = seal_message(a_header(sender=Identifier(PARTY_TYPE, LITHUANIA)), PARTS, domain().keys[LITHUANIA])
    assert open_message(ours.content_type, ours.body, domain().anchors, NOW).signer.party_id == LITHUANIA
    borrowed = seal_message(a_header(), PARTS, domain().keys[LITHUANIA])
    refused = refusal(borrowed.content_type, borrowed.body)
    assert refused.ebms == "EBMS:0101"
    assert "another party" in refused.why


@pytest.mark.parametrize("offset", [timedelta(days=-2), timedelta(days=60)], ids=["not yet valid", "expired"])
def test_a_certificate_outside_its_time_is_refused(offset: timedelta) -> None:
    assert open_message(MESSAGE.content_type, MESSAGE.body, domain().anchors, NOW).parts == PARTS
    with pytest.raises(TransportError) as caught:
        open_message(MESSAGE.content_type, MESSAGE.body, domain().anchors, NOW + offset)
    assert caught.value.ebms == "EBMS:0101"


@pytest.mark.parametrize("text", ["", "AAAA", "no base64", "AAA"])
def test_a_token_that_is_no_certificate_is_refused(text: str) -> None:
    def change(root: etree._Element) -> None:
        one(root, TOKEN).text = text

    assert opens(altered(MESSAGE.soap, unchanged))
    assert refusal_of(altered(MESSAGE.soap, change)).ebms == "EBMS:0101"


def test_the_certificate_of_another_member_does_not_verify() -> None:
    def change(root: etree._Element) -> None:
        other = seal_message(a_header(), PARTS, domain().keys[LITHUANIA]).soap
        one(root, TOKEN).text = one(etree.fromstring(other), TOKEN).text

    refused = refusal_of(altered(MESSAGE.soap, change))
    assert refused.ebms == "EBMS:0101"
    assert "Signature verification failed" in refused.why


def test_the_key_of_the_certificate_must_fit_the_algorithm() -> None:
    elliptic = seal_message(a_header(), PARTS, domain().keys["P-256"])
    assert opens(elliptic.soap)
    renamed = altered(elliptic.soap, lambda root: set_algorithm(root, "SignatureMethod", RSA_SHA256))
    assert refusal_of(renamed).ebms == "EBMS:0101"


def test_security_must_be_understood() -> None:
    def change(root: etree._Element) -> None:
        one(root, SECURITY).set(MUST_UNDERSTAND, "false")

    assert opens(altered(MESSAGE.soap, unchanged))
    assert refusal_of(altered(MESSAGE.soap, change)).ebms == "EBMS:0101"


def test_one_hash_is_written_and_read() -> None:
    assert {digest.algorithm for digest in MESSAGE.digests} == {SHA256}


def test_nothing_of_a_message_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        assert opens(MESSAGE.soap)
    assert caplog.text == ""
