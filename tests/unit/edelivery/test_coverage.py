"""What is told of the coverage of a signature: exactly what its references cover, and nothing else."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from copy import deepcopy

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from oots.edelivery.coverage import Cover, Coverage, coverage_of
from oots.edelivery.header import CID
from oots.edelivery.message import seal_message
from oots.edelivery.shape import TOKEN, ds
from oots.edelivery.soap import HEADER, MESSAGING, SECURITY, WSU_ID, eb
from oots.model.errors import MessageError
from tests.support.edelivery import DENMARK, DOCUMENT, PARTS, PDF, a_header, altered, domain, resigned

KEPT = {CID + DOCUMENT.content_id: DOCUMENT.content}


@pytest.fixture(scope="module")
def envelope() -> bytes:
    return seal_message(a_header(), PARTS, domain().keys[DENMARK]).soap


def elements(envelope: bytes) -> list[etree._Element]:
    return list(etree.fromstring(envelope).iter("*"))


def marked(envelope: bytes, cover: Cover) -> list[str]:
    """The local names of the elements with that cover, in document order."""
    covers = coverage_of(envelope, KEPT).covers
    found = elements(envelope)
    assert len(covers) == len(found)
    return [etree.QName(each).localname for each, own in zip(found, covers, strict=True) if own is cover]


def add_to(path: str, name: str = "Stray") -> Callable[[etree._Element], None]:
    def change(root: etree._Element) -> None:
        parent = root if path == "." else root.find(path)
        assert parent is not None
        etree.SubElement(parent, name).text = "nobody has signed this"

    return change


def test_what_is_marked_as_signed_is_exactly_what_the_references_cover(envelope: bytes) -> None:
    root = etree.fromstring(envelope)
    referred = {each.get("URI", "")[1:] for each in root.iter(ds("Reference"))}
    covered = [
        each for each in root.iter("*") if any(up.get(WSU_ID) in referred for up in [each, *each.iterancestors()])
    ]
    assert {etree.QName(each).localname for each in covered} >= {"Messaging", "UserMessage", "Body"}
    assert marked(envelope, Cover.SIGNED) == [etree.QName(each).localname for each in covered]
    assert marked(envelope, Cover.WRAPPER) == ["Envelope", "Header"]
    assert set(marked(envelope, Cover.SIGNATURE)) >= {"Security", "BinarySecurityToken", "SignedInfo", "SignatureValue"}
    assert marked(envelope, Cover.UNSIGNED) == marked(envelope, Cover.CHANGED) == []


@pytest.mark.parametrize(
    "path", [".", HEADER, f"{HEADER}/{SECURITY}", f"{HEADER}/{SECURITY}/{ds('Signature')}"], ids=lambda path: path[-12:]
)
def test_an_element_that_nobody_has_signed_is_told_and_leaves_the_rest_signed(envelope: bytes, path: str) -> None:
    more = altered(envelope, add_to(path))
    assert marked(more, Cover.UNSIGNED) == ["Stray"]
    assert marked(more, Cover.SIGNED) == marked(envelope, Cover.SIGNED)


def test_content_hidden_in_an_object_of_the_signature_is_not_signed(envelope: bytes) -> None:
    def hide(root: etree._Element) -> None:
        signature = next(root.iter(ds("Signature")))
        etree.SubElement(etree.SubElement(signature, ds("Object")), ds("DigestValue"))

    assert marked(altered(envelope, hide), Cover.UNSIGNED) == ["Object", "DigestValue"]


def test_a_copy_of_what_was_signed_under_the_same_id_is_signed_by_nobody(envelope: bytes) -> None:
    """Whoever reads the one may not be shown that the other one is covered."""

    def copy(root: etree._Element) -> None:
        header = root.find(HEADER)
        assert header is not None
        header.insert(0, etree.fromstring(etree.tostring(header.find(MESSAGING))))  # type: ignore[arg-type]

    twice = altered(envelope, copy)
    assert marked(twice, Cover.SIGNED) == ["Body"]
    assert marked(twice, Cover.UNSIGNED).count("Messaging") == 2


def test_content_that_was_changed_after_signing_is_told_as_such(envelope: bytes) -> None:
    more = altered(envelope, add_to(f"{HEADER}/{MESSAGING}", eb("Stray")))
    assert marked(more, Cover.SIGNED) == ["Body"]
    assert marked(more, Cover.CHANGED)[0] == "Messaging"
    assert "Stray" in marked(more, Cover.CHANGED)
    assert agreement(coverage_of(more, KEPT))["#messaging"] is False


def test_where_the_signature_over_the_references_does_not_hold_nothing_is_signed(envelope: bytes) -> None:
    def other_value(root: etree._Element) -> None:
        value = next(root.iter(ds("SignatureValue")))
        value.text = "A" * 342 + "=="

    assert coverage_of(envelope, KEPT).problem is None
    broken = altered(envelope, other_value)
    assert "does not hold" in str(coverage_of(broken, KEPT).problem)
    assert marked(broken, Cover.SIGNED) == []
    assert marked(broken, Cover.CHANGED) == marked(envelope, Cover.SIGNED)


def test_a_reference_is_not_taken_away_unseen(envelope: bytes) -> None:
    """A signature that holds over fewer references covers less."""

    def drop(root: etree._Element) -> None:
        reference = next(each for each in root.iter(ds("Reference")) if each.get("URI") == "#body")
        reference.getparent().remove(reference)  # type: ignore[union-attr]

    less = resigned(envelope, drop)
    assert coverage_of(less, KEPT).problem is None
    assert marked(less, Cover.UNSIGNED) == ["Body"]
    assert "Messaging" in marked(less, Cover.SIGNED)


@pytest.mark.parametrize("times", [0, 2])
def test_only_one_signature_is_read(envelope: bytes, times: int) -> None:
    def repeat(root: etree._Element) -> None:
        security = root.find(f"{HEADER}/{SECURITY}")
        assert security is not None
        signature = security.find(ds("Signature"))
        assert signature is not None
        copies = [etree.fromstring(etree.tostring(signature)) for _ in range(times)]
        security.remove(signature)
        security.extend(copies)

    found = coverage_of(altered(envelope, repeat), KEPT)
    assert found.references == ()
    assert found.problem
    assert Cover.SIGNED not in found.covers


def agreement(coverage: Coverage) -> dict[str, bool | None]:
    return {each.uri: each.agrees for each in coverage.references}


def test_attachments_are_compared_where_their_octets_are_at_hand(envelope: bytes) -> None:
    document, pdf = (CID + part.content_id for part in (DOCUMENT, PDF))
    held = agreement(coverage_of(envelope, KEPT))
    assert (held["#messaging"], held["#body"], held[document], held[pdf]) == (True, True, True, None)
    assert agreement(coverage_of(envelope, {document: b"<r/>"}))[document] is False
    assert [each.uri for each in coverage_of(envelope, {}).attachments] == [CID + part.content_id for part in PARTS]


def test_a_certificate_that_cannot_be_read_believes_nothing(envelope: bytes) -> None:
    def spoil(root: etree._Element) -> None:
        next(root.iter(TOKEN)).text = "bm8gY2VydGlmaWNhdGU="

    found = coverage_of(altered(envelope, spoil), KEPT)
    assert found.certificate is None
    assert Cover.SIGNED not in found.covers


def test_what_is_no_xml_has_no_coverage() -> None:
    with pytest.raises(MessageError):
        coverage_of(b"<not closed", {})


def test_what_has_no_canonical_form_has_no_digest(envelope: bytes) -> None:
    more = altered(envelope, add_to(f"{HEADER}/{MESSAGING}")).replace(b"<Stray>", b'<Stray xmlns:x="relative" x:y="">')
    assert marked(more, Cover.SIGNED) == ["Body"]
    assert "Stray" in marked(more, Cover.CHANGED)
    assert agreement(coverage_of(more, KEPT))["#messaging"] is None


def with_a_certificate_ahead(root: etree._Element) -> None:
    """As phase4 has it: the certificate for which the parts are encrypted stands before that of the signer."""
    (security,) = root.iter(SECURITY)
    (token,) = security.iterchildren(TOKEN)
    other = deepcopy(token)
    other.set(WSU_ID, "for-whom")
    other.text = b64encode(domain().keys["decryption"].certificate.public_bytes(Encoding.DER)).decode()
    security.insert(0, other)


@pytest.mark.parametrize("form", [lambda root: None, with_a_certificate_ahead], ids=["by key id", "by certificate"])
def test_what_says_how_parts_are_encrypted_is_signed_by_nobody(form: Callable[[etree._Element], None]) -> None:
    recipient = domain().keys["decryption"].certificate
    told = altered(seal_message(a_header(), PARTS, domain().keys[DENMARK], recipient).soap, form)
    coverage = coverage_of(told, KEPT)
    assert (coverage.problem, coverage.certificate) == (None, domain().keys[DENMARK].certificate)
    assert {"EncryptedKey", "EncryptedData", "CipherReference"} <= set(marked(told, Cover.UNSIGNED))
    assert {"Messaging", "Body"} <= set(marked(told, Cover.SIGNED))
