"""Seals of evidence, in XML and PDF: wrapped, moved, thinned out, made by the wrong hands."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from functools import wraps
from io import BytesIO
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC
from lxml import etree
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

from oots.edelivery.shape import ds
from oots.trust.certificates import Role
from oots.trust.keys import KeyPair
from oots.trust.pades import _P256Signer
from oots.trust.xades import seal_xml
from oots.wire.namespaces import XSI
from oots.wire.xml import canonical
from tests.support.attacks import Area, Refused, attack
from tests.support.seals import (
    ATTEST,
    PDF,
    XML,
    Seals,
    aarhus,
    changed,
    one,
    resealed,
    sealed,
    seals,
    seals_of_no_specimens,
    specimen_of_the_real_authority,
    xades_name,
)
from tests.support.stray_keys import alike, certified, certified_until
from tests.support.two_sides import START

NO_SEAL = "no seal"
EVIL = "<c xmlns='urn:c'>Hansen</c>"
Change = Callable[[etree._Element], object]
Edit = Callable[[bytes], bytes]


def by_anybody(why: str) -> Callable[[Change], Change]:
    """The change is made to the sealed certificate, and its seal does not follow."""

    def declare(change: Change) -> Change:
        @attack(Area.SEAL, seals, told=NO_SEAL, why=why)
        @wraps(change)
        def run(stage: Seals) -> Refused:
            return stage.refused(changed(stage.xml, change))

        return change

    return declare


def by_its_holder(why: str) -> Callable[[Change], Change]:
    """The change is made to the sealed certificate, and the holder of the key seals what results."""

    def declare(change: Change) -> Change:
        @attack(Area.SEAL, seals, told=NO_SEAL, why=why)
        @wraps(change)
        def run(stage: Seals) -> Refused:
            return stage.refused(resealed(stage.xml, change, stage.key))

        return change

    return declare


def on_the_letter(why: str) -> Callable[[Edit], Edit]:
    """The edit is made to the bytes of the sealed letter."""

    def declare(edit: Edit) -> Edit:
        @attack(Area.SEAL, seals, told=NO_SEAL, why=why)
        @wraps(edit)
        def run(stage: Seals) -> Refused:
            edited = edit(stage.pdf)
            assert edited != stage.pdf, "nothing was edited"
            return stage.refused(edited, PDF)

        return edit

    return declare


# --- XML: the document ---


@by_anybody("InvalidDigest")
def a_name_changed_under_the_seal(root: etree._Element) -> None:
    """Writes another name into a sealed certificate."""
    root[0].text = "Hansen"


@by_anybody("InvalidDigest")
def an_instruction_slipped_into_the_document(root: etree._Element) -> None:
    """Adds a processing instruction that would style the certificate otherwise."""
    root.insert(0, etree.ProcessingInstruction("xml-stylesheet", 'href="https://evil.example/x.xsl"'))


@attack(Area.SEAL, seals, told=NO_SEAL, why="does not stand alone at the end")
def a_sealed_document_in_another_one(stage: Seals) -> Refused:
    """Wraps: puts the sealed certificate into another document, for a reader that takes the outer one."""
    return stage.refused(b"<b:Attest xmlns:b='urn:b'>" + EVIL.encode() + stage.xml + b"</b:Attest>")


@by_anybody("something stands in the seal that it does not cover")
def the_sealed_content_moved_into_the_seal(root: etree._Element) -> None:
    """Wraps: hides what was sealed in an Object of the seal, and puts other content in its place."""
    original = deepcopy(root[0])
    root.replace(root[0], etree.fromstring(EVIL))
    etree.SubElement(one(root, ds("Signature")), ds("Object")).append(original)


@by_anybody("does not stand alone at the end")
def more_content_after_the_seal(root: etree._Element) -> None:
    """Adds an element behind the seal."""
    root.append(etree.fromstring(EVIL))


@by_anybody("does not stand alone at the end")
def text_after_the_seal(root: etree._Element) -> None:
    """Adds text behind the seal."""
    root[-1].tail = "and lives in Odense"


@attack(Area.SEAL, seals, told=NO_SEAL, why="InvalidDigest")
def the_seal_of_another_document(stage: Seals) -> Refused:
    """Takes the municipality's genuine seal from one certificate and puts it on another."""
    other = etree.fromstring(ATTEST.replace("Åkjær".encode(), b"Hansen"))
    other.append(etree.fromstring(stage.xml)[-1])
    return stage.refused(canonical(other))


@attack(Area.SEAL, seals, told=NO_SEAL, why="the document carries no seal")
def a_document_whose_seal_was_taken_off(stage: Seals) -> Refused:
    """Takes the seal off, to change the rest at will."""
    return stage.refused(ATTEST)


@attack(Area.SEAL, seals, told=NO_SEAL, why="MessageError")
def an_entity_in_a_sealed_document(stage: Seals) -> Refused:
    """Declares an entity before the sealed certificate, so that two readers see two texts."""
    return stage.refused(b'<!DOCTYPE b:Attest [<!ENTITY x "y">]>' + stage.xml)


@attack(Area.SEAL, seals, told=NO_SEAL, why="a prefix")
def a_type_whose_prefix_means_something_else(stage: Seals) -> Refused:
    """Rebinds a prefix that only the value of an xsi:type uses, which canonical XML leaves out of what is sealed."""
    genuine = f'<a xmlns:xsi="{XSI}" xsi:type="p:Residence"><b></b></a>'.encode()
    document = seal_xml(genuine, stage.key, stage.at)
    return stage.refused(document.replace(b"<a ", b'<a xmlns:p="urn:evil" ', 1))


# --- XML: what is referenced ---


@by_its_holder("other references or transforms")
def a_transform_that_drops_the_name(root: etree._Element) -> None:
    """Has an XPath filter leave the name out of what is sealed."""
    transforms = one(root, ds("Transforms"))
    filtering = etree.Element(ds("Transform"), Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116")
    etree.SubElement(filtering, ds("XPath")).text = "not(ancestor-or-self::*[local-name()='c'])"
    transforms.insert(1, filtering)


@by_its_holder("other references or transforms")
def a_transform_that_runs_a_program(root: etree._Element) -> None:
    """Asks for an XSLT transform before the digest is made."""
    transforms = one(root, ds("Transforms"))
    etree.SubElement(transforms, ds("Transform"), Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116")


@by_its_holder("other references or transforms")
def another_canonical_form(root: etree._Element) -> None:
    """Canonicalises the document inclusively, which costs more and depends on what stands around it."""
    *_, last = one(root, ds("Transforms"))
    last.set("Algorithm", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315")


@by_its_holder("other references or transforms")
def a_seal_on_a_part_of_the_document(root: etree._Element) -> None:
    """Seals one element by its Id instead of the whole document."""
    root[0].set("Id", "part")
    one(root, ds("Reference")).set("URI", "#part")


@by_its_holder("other references or transforms")
def a_seal_on_a_document_elsewhere(root: etree._Element) -> None:
    """Refers to a document on the web instead of this one, for a checker that fetches it."""
    one(root, ds("Reference")).set("URI", "https://evil.example/attest.xml")


@by_its_holder("other references or transforms")
def a_seal_that_leaves_its_own_properties_out(root: etree._Element) -> None:
    """Does not seal the signing time and the certificate that the seal claims."""
    _, properties, _ = one(root, ds("SignedInfo")).iterchildren(ds("Reference"))
    one(root, ds("SignedInfo")).remove(properties)


@by_its_holder("other references or transforms")
def a_reference_more_than_needed(root: etree._Element) -> None:
    """Adds a fourth reference, which could be to anything."""
    first = one(root, ds("Reference"))
    one(root, ds("SignedInfo")).append(deepcopy(first))


# --- XML: the signed properties ---


@by_anybody("other references or transforms")
def another_signing_time_in_front_of_the_sealed_one(root: etree._Element) -> None:
    """Wraps: puts properties with another time before the sealed ones, under the same Id."""
    properties = one(root, xades_name("SignedProperties"))
    evil = deepcopy(properties)
    one(evil, xades_name("SigningTime")).text = "2026-08-01T08:30:00Z"
    properties.addprevious(evil)


@by_anybody("other references or transforms")
def the_sealed_properties_moved_aside(root: etree._Element) -> None:
    """Wraps: moves the sealed properties into another Object and puts others of another Id where they stood."""
    properties = one(root, xades_name("SignedProperties"))
    evil = deepcopy(properties)
    evil.set("Id", "evil")
    properties.getparent().replace(properties, evil)  # type: ignore[union-attr]  # the QualifyingProperties
    etree.SubElement(one(root, ds("Signature")), ds("Object")).append(properties)


@by_anybody("something stands in the seal that it does not cover")
def properties_that_nobody_signed(root: etree._Element) -> None:
    """Adds unsigned properties, where a countersignature or a time stamp would stand."""
    qualifying = one(root, xades_name("QualifyingProperties"))
    unsigned = etree.SubElement(qualifying, xades_name("UnsignedProperties"))
    etree.SubElement(unsigned, xades_name("UnsignedSignatureProperties"))


@by_its_holder("InvalidDigest")
def the_digest_of_another_certificate(root: etree._Element) -> None:
    """Names in the sealed properties a certificate that the seal does not carry."""
    one(one(root, xades_name("CertDigest")), ds("DigestValue")).text = "A" * 43 + "="


@by_its_holder("InvalidInput")
def no_digest_of_the_certificate(root: etree._Element) -> None:
    """Leaves out which certificate the holder meant, so that another one for the same key could be put there."""
    found = one(root, xades_name("SigningCertificateV2"))
    found.getparent().remove(found)  # type: ignore[union-attr]  # the properties


@attack(Area.SEAL, seals, told=NO_SEAL, why="dated in the future")
def an_xml_seal_from_tomorrow(stage: Seals) -> Refused:
    """Dates the seal beyond what clocks may differ."""
    return stage.refused(sealed(XML, stage.key, stage.at + timedelta(minutes=6)))


@attack(Area.SEAL, seals, told=NO_SEAL, why="older than its certificate")
def an_xml_seal_from_before_the_certificate(stage: Seals) -> Refused:
    """Dates the seal back to a time at which the holder had no certificate."""
    return stage.refused(sealed(XML, stage.key, stage.key.certificate.not_valid_before_utc - timedelta(seconds=1)))


# --- XML: the signature and its maker ---


@by_anybody("does not stand alone at the end")
def a_second_seal_in_the_document(root: etree._Element) -> None:
    """Adds the seal of another authority beside the municipality's."""
    other = etree.fromstring(sealed(XML, certified("11111111", Role.SEAL)))
    root.append(other[-1])


@by_anybody("the signature value is not plain base64")
def a_signature_of_none(root: etree._Element) -> None:
    """Empties the signature value."""
    one(root, ds("SignatureValue")).text = ""


@by_anybody("InvalidInput")
def the_public_key_as_a_secret(root: etree._Element) -> None:
    """Says that the seal is an HMAC, and makes one with what everybody knows: the certificate."""
    one(root, ds("SignatureMethod")).set("Algorithm", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")
    mac = HMAC("".join((one(root, ds("X509Certificate")).text or "").split()).encode(), hashes.SHA256())
    mac.update(canonical(one(root, ds("SignedInfo"))))
    one(root, ds("SignatureValue")).text = b64encode(mac.finalize()).decode()


@by_its_holder("InvalidInput")
def a_weaker_algorithm_for_the_signature(root: etree._Element) -> None:
    """Says that the seal is made over SHA-1."""
    one(root, ds("SignatureMethod")).set("Algorithm", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1")


@by_its_holder("InvalidInput")
def a_weaker_algorithm_for_a_digest(root: etree._Element) -> None:
    """Says that the document's digest is SHA-1."""
    one(root, ds("DigestMethod")).set("Algorithm", "http://www.w3.org/2000/09/xmldsig#sha1")


@by_its_holder("the seal names no certificate")
def a_bare_key_instead_of_a_certificate(root: etree._Element) -> None:
    """Carries a public key that anybody can have made, and no certificate."""
    key_info = one(root, ds("KeyInfo"))
    for each in list(key_info):
        key_info.remove(each)
    etree.SubElement(key_info, ds("KeyName")).text = "55133018"


@by_its_holder("the seal names no certificate")
def a_certificate_to_be_fetched(root: etree._Element) -> None:
    """Says where on the web the certificate stands, for a checker that fetches it."""
    key_info = one(root, ds("KeyInfo"))
    for each in list(key_info):
        key_info.remove(each)
    etree.SubElement(key_info, ds("RetrievalMethod"), URI="https://evil.example/seal.cer")


@attack(Area.SEAL, seals, told=NO_SEAL, why="InvalidSignature")
def another_authority_under_the_municipality_s_certificate(stage: Seals) -> Refused:
    """Seals with the key of another authority and carries the municipality's certificate."""
    return stage.refused(resealed(stage.xml, lambda root: None, certified("11111111", Role.SEAL)))


def _sealed_by(media_type: str) -> None:
    """The same four wrong hands for both formats."""
    name = "xml" if media_type == XML else "pdf"
    hands: dict[str, tuple[str, str, Callable[[], KeyPair]]] = {
        f"a_seal_in_{name}_by_a_directory": (
            "Seals with a certified key that is for signing answers of the directories.",
            "for directory, not for seal",
            lambda: certified("directories", Role.DIRECTORY),
        ),
        f"a_seal_in_{name}_by_a_look_alike": (
            "Seals with a certificate that names the municipality, from an authority of the right name.",
            "no valid path",
            lambda: alike("55133018", Role.SEAL),
        ),
        f"a_seal_in_{name}_whose_certificate_has_expired": (
            "Seals with the municipality's certificate of last year.",
            "not valid at validation time",
            lambda: certified_until(START - timedelta(days=1), "55133018", Role.SEAL),
        ),
    }
    for named, (does, why, key) in hands.items():
        _declare(seals, named, does, why, key, media_type)
    does = "Seals with a key that is marked as one for tests, where only real ones count."
    _declare(
        seals_of_no_specimens,
        f"a_seal_in_{name}_by_a_specimen",
        does,
        "specimen",
        specimen_of_the_real_authority,
        media_type,
    )


def _declare(stage: Any, name: str, does: str, why: str, key: Callable[[], KeyPair], media_type: str) -> None:
    def run(stage: Seals) -> Refused:
        return stage.refused(sealed(media_type, key(), stage.at), media_type)

    run.__name__, run.__doc__ = name, does
    attack(Area.SEAL, stage, told=NO_SEAL, why=why)(run)


_sealed_by(XML)
_sealed_by(PDF)


# --- PDF ---


@on_the_letter("the document was changed after it was sealed")
def a_letter_changed_under_its_seal(pdf: bytes) -> bytes:
    """Changes a byte of the page in a sealed letter."""
    return pdf.replace(b"/MediaBox", b"/mediaBox", 1)


@on_the_letter("something was added to the document after it was sealed")
def a_letter_updated_after_its_seal(pdf: bytes) -> bytes:
    """Adds a revision that shows another page, as every PDF editor can (incremental saving)."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    writer.update_root()
    later = BytesIO()
    writer.write(later)
    return later.getvalue()


@on_the_letter("something was added to the document after it was sealed")
def bytes_after_the_end_of_a_letter(pdf: bytes) -> bytes:
    """Appends bytes that some readers look into from behind."""
    return pdf + b"\n%% more"


class _BoldSigner(PdfSigner):
    """Signs although the seal before it forbids all changes."""

    def _enforce_certification_constraints(self, reader: object) -> None:
        """Nothing is enforced."""


@on_the_letter("several signatures")
def a_second_seal_on_a_letter(pdf: bytes) -> bytes:
    """Adds the seal of another authority in a revision of its own."""
    other = certified("11111111", Role.SEAL)
    meta = PdfSignatureMetadata(field_name="Other", md_algorithm="sha256")
    signer = _BoldSigner(meta, _P256Signer(other.private_key, other), new_field_spec=SigFieldSpec("Other"))  # type: ignore[arg-type]
    signed = BytesIO()
    signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), output=signed)
    return signed.getvalue()


def byte_range(pdf: bytes) -> tuple[int, bytes, list[int]]:
    """Where the four numbers of the seal's ByteRange stand, with blanks around them, and what they are."""
    start = pdf.index(b"/ByteRange") + len(b"/ByteRange")
    start = pdf.index(b"[", start) + 1
    text = pdf[start : pdf.index(b"]", start)]
    return start, text, [int(number) for number in text.split()]


def with_byte_range(pdf: bytes, numbers: list[int]) -> bytes:
    start, text, _ = byte_range(pdf)
    written = b" ".join(str(number).encode() for number in numbers)
    return pdf[:start] + written.ljust(len(text)) + pdf[start + len(text) :]


@on_the_letter("something was added")
def a_byte_range_that_ends_early(pdf: bytes) -> bytes:
    """Leaves the last bytes of the letter out of what is sealed."""
    _, _, (first, before, after, rest) = byte_range(pdf)
    return with_byte_range(pdf, [first, before, after, rest - 9])


@on_the_letter("something was added")
def a_byte_range_that_begins_late(pdf: bytes) -> bytes:
    """Leaves the first bytes of the letter out of what is sealed."""
    _, _, (_, before, after, rest) = byte_range(pdf)
    return with_byte_range(pdf, [9, before - 9, after, rest])


@on_the_letter("the room for the signature holds something else")
def a_byte_range_with_a_wider_gap(pdf: bytes) -> bytes:
    """Hides content of the letter in the gap that the digest leaves out (signature wrapping)."""
    _, _, (first, before, after, rest) = byte_range(pdf)
    return with_byte_range(pdf, [first, before - 20, after, rest])


@on_the_letter("the room for the signature holds something else")
def content_in_the_room_of_the_signature(pdf: bytes) -> bytes:
    """Writes other bytes over the zeros that fill up the room for the signature."""
    end = pdf.index(b">", pdf.index(b"/Contents <"))
    return pdf[: end - 40] + b"41" * 20 + pdf[end:]


@on_the_letter("does not verify")
def a_byte_range_that_is_not_there(pdf: bytes) -> bytes:
    """Takes the ByteRange away (universal signature forgery)."""
    return pdf.replace(b"/ByteRange", b"/ByteWrong", 1)


@on_the_letter("does not verify")
def a_signature_of_zeros(pdf: bytes) -> bytes:
    """Fills the signature with zeros (universal signature forgery)."""
    start = pdf.index(b"/Contents <") + len(b"/Contents <")
    end = pdf.index(b">", start)
    return pdf[:start] + b"0" * (end - start) + pdf[end:]


@on_the_letter("the document was changed after it was sealed")
def a_letter_with_the_signature_of_another(pdf: bytes) -> bytes:
    """Takes the municipality's genuine signature from another letter."""
    other = sealed(PDF, aarhus(), START - timedelta(days=1))
    start = pdf.index(b"/Contents <") + len(b"/Contents <")
    end = pdf.index(b">", start)
    theirs = other.index(b"/Contents <") + len(b"/Contents <")
    return pdf[:start] + other[theirs : theirs + end - start] + pdf[end:]


@on_the_letter("the document carries no seal")
def a_letter_cut_before_its_seal(pdf: bytes) -> bytes:
    """Goes back to the revision before the seal."""
    return pdf[: pdf.index(b"%%EOF") + len(b"%%EOF\n")]


@attack(Area.SEAL, seals, told=NO_SEAL, why="a certificate that does not vouch for it")
def a_certificate_in_a_letter_that_vouches_for_nothing(stage: Seals) -> Refused:
    """Carries a stranger's certificate along, for a checker that shows whatever it finds."""
    stranger = alike("11111111", Role.SEAL).chain
    return stage.refused(sealed(PDF, replace(stage.key, chain=(*stage.key.chain, *stranger)), stage.at), PDF)


@attack(Area.SEAL, seals, told=NO_SEAL, why="dated in the future")
def a_letter_sealed_tomorrow(stage: Seals) -> Refused:
    """Dates the seal beyond what clocks may differ."""
    return stage.refused(sealed(PDF, stage.key, stage.at + timedelta(minutes=6)), PDF)
