"""What no reference of a seal covers is not free either, and a seal's date must be possible."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO

import pytest
import typst
from lxml import etree
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from oots.model.clock import FrozenClock
from oots.trust.issuing import SPECIMEN_TERMS
from oots.trust.keys import KeyPair
from oots.trust.pades import check_pdf_seal, seal_pdf
from oots.trust.seal_report import SealReport
from oots.trust.xades import check_xml_seal, seal_xml
from oots.wire.xml import canonical, parse
from tests.support.trust import AARHUS, NOW, authority, new_authority

XML = '<b:Attest xmlns:b="urn:b" xmlns:u="urn:u" xml:lang="da"><c xmlns="urn:c" u:x="1">Åkjær</c></b:Attest>'.encode()
TYPST = '#set document(title: "Attest")\n#set text(lang: "da")\n= Attest\nŁukasz Åkjær\n'.encode()
CLAIM = (
    b'<ds:Object><x><xades:SigningTime xmlns:xades="http://uri.etsi.org/01903/v1.3.2#">1999-01-01T00:00:00Z'
    b"</xades:SigningTime></x></ds:Object>"
)


@pytest.fixture(scope="module")
def key() -> KeyPair:
    return authority().issue()


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return typst.compile(TYPST, format="pdf", pdf_standards=["ua-1"], timestamp=NOW)


@pytest.fixture(scope="module")
def xml_seal(key: KeyPair) -> bytes:
    return seal_xml(XML, key, NOW)


@pytest.fixture(scope="module")
def pdf_seal(key: KeyPair, pdf: bytes) -> bytes:
    return seal_pdf(pdf, key, NOW, "Bopælsattest", "Aarhus")


def xml_report(document: bytes, at: datetime = NOW) -> SealReport:
    return check_xml_seal(document, authority().anchors(), at)


def pdf_report(document: bytes, at: datetime = NOW) -> SealReport:
    return check_pdf_seal(document, authority().anchors(), at)


def test_a_seal_needs_no_namespace_from_around_it(xml_seal: bytes) -> None:
    assert canonical(parse(xml_seal)) == xml_seal
    declared_at_the_root = xml_seal.replace(b"<b:Attest ", b'<b:Attest xmlns:unused="urn:unused" ', 1)
    assert xml_report(canonical(parse(declared_at_the_root))) == xml_report(xml_seal)
    assert xml_report(xml_seal).valid


@pytest.mark.parametrize(
    ("place", "addition", "why"),
    [
        (b"<ds:Object>", CLAIM, "does not cover"),
        (b"<ds:SignatureValue>", b"\n", "does not cover"),
        (b"<xades:SignedProperties ", b" ", "does not cover"),
        (b"</ds:SignatureValue>", b"\n", "plain base64"),
        (b"<ds:Signature ", b"<ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'/>", "stand alone"),
        (b"</b:Attest>", b"more", "stand alone"),
    ],
    ids=["another time", "space in the seal", "space in the object", "space in the value", "two seals", "an end"],
)
def test_nothing_can_be_slipped_into_a_seal(xml_seal: bytes, place: bytes, addition: bytes, why: str) -> None:
    assert xml_report(xml_seal).valid
    assert xml_seal.count(place) == 1
    report = xml_report(xml_seal.replace(place, addition + place))
    assert not report.valid
    assert why in str(report.problem)


def test_a_seal_moved_to_another_document_is_refused(xml_seal: bytes) -> None:
    assert xml_report(xml_seal).valid
    moved = etree.fromstring(XML.replace("Åkjær".encode(), b"Hansen"))
    moved.append(parse(xml_seal)[-1])
    assert not xml_report(canonical(moved)).valid


def test_every_hexadecimal_digit_of_a_pdf_seal_counts(pdf_seal: bytes) -> None:
    assert pdf_report(pdf_seal).valid
    start = pdf_seal.index(b"/Contents <") + len(b"/Contents <")
    end = pdf_seal.index(b">", start)
    for position in [*range(start, start + 200), *range(start + 200, end, 97)]:
        changed = bytearray(pdf_seal)
        changed[position] = ord("1") if changed[position] != ord("1") else ord("2")
        assert not pdf_report(bytes(changed)).valid, position
    lower = pdf_seal[:start] + pdf_seal[start:end].lower() + pdf_seal[end:]
    assert not pdf_report(lower).valid


def test_a_pdf_changed_by_a_later_revision_is_refused(pdf_seal: bytes) -> None:
    assert pdf_report(pdf_seal).valid
    writer = IncrementalPdfFileWriter(BytesIO(pdf_seal))
    writer.update_root()  # type: ignore[no-untyped-call]
    later = BytesIO()
    writer.write(later)  # type: ignore[no-untyped-call]
    assert later.getvalue().startswith(pdf_seal)
    report = pdf_report(later.getvalue())
    assert (report.valid, report.problem) == (False, "something was added to the document after it was sealed")


def test_a_pdf_keeps_its_bytes_tags_and_metadata_under_the_seal(pdf: bytes, pdf_seal: bytes) -> None:
    before, after = PdfFileReader(BytesIO(pdf)), PdfFileReader(BytesIO(pdf_seal))
    assert pdf_seal.startswith(pdf)
    for entry in ("/MarkInfo", "/StructTreeRoot", "/Lang", "/Metadata"):
        assert after.root.raw_get(entry) == before.root.raw_get(entry)
    assert after.trailer["/Info"] == before.trailer["/Info"]


def test_a_pdf_is_sealed_inside_a_running_event_loop(key: KeyPair, pdf: bytes, pdf_seal: bytes) -> None:
    async def seal_and_check() -> bool:
        return seal_pdf(pdf, key, NOW, "Bopælsattest", "Aarhus") == pdf_seal and pdf_report(pdf_seal).valid

    assert asyncio.run(seal_and_check())


def test_a_seal_dated_in_the_future_is_refused(key: KeyPair, pdf: bytes) -> None:
    for ahead, valid in ((timedelta(minutes=5), True), (timedelta(minutes=6), False)):
        reports = (
            xml_report(seal_xml(XML, key, NOW + ahead)),
            pdf_report(seal_pdf(pdf, key, NOW + ahead, "Bopælsattest", "Aarhus")),
        )
        assert [report.valid for report in reports] == [valid, valid]
        assert valid or {report.problem for report in reports} == {"the seal is dated in the future"}


def test_a_seal_older_than_its_certificate_is_refused(key: KeyPair, pdf: bytes) -> None:
    issued = key.certificate.not_valid_before_utc
    for moment, valid in ((issued, True), (issued - timedelta(seconds=1), False)):
        reports = (
            xml_report(seal_xml(XML, key, moment)),
            pdf_report(seal_pdf(pdf, key, moment, "Bopælsattest", "Aarhus")),
        )
        assert [report.valid for report in reports] == [valid, valid]


def test_the_moment_of_checking_is_the_one_that_was_asked_for(xml_seal: bytes, pdf_seal: bytes, key: KeyPair) -> None:
    clock = FrozenClock(key.certificate.not_valid_after_utc)
    assert xml_report(xml_seal, clock.now()).valid
    assert pdf_report(pdf_seal, clock.now()).valid
    assert not xml_report(xml_seal, clock.now() + timedelta(seconds=1)).valid
    assert not pdf_report(pdf_seal, clock.now() + timedelta(seconds=1)).valid


def test_a_certificate_that_vouches_for_nothing_is_refused_in_a_pdf(key: KeyPair, pdf: bytes) -> None:
    stranger = new_authority(prefix="foreign ").issuing.certificate
    assert pdf_report(seal_pdf(pdf, key, NOW, "r", "l")).valid
    report = pdf_report(seal_pdf(pdf, replace(key, chain=(*key.chain, stranger)), NOW, "r", "l"))
    assert (report.valid, report.problem) == (False, "the seal carries a certificate that does not vouch for it")


def test_specimen_seals_are_believed_where_specimens_are_allowed(pdf: bytes) -> None:
    specimens = new_authority(SPECIMEN_TERMS)
    key = specimens.issue(AARHUS)
    sealed_xml, sealed_pdf = seal_xml(XML, key, NOW), seal_pdf(pdf, key, NOW, "r", "l")
    allowed, usual = specimens.anchors(allow_specimens=True), specimens.anchors()
    for report in (check_xml_seal(sealed_xml, allowed, NOW), check_pdf_seal(sealed_pdf, allowed, NOW)):
        assert (report.valid, report.signer) == (True, AARHUS.party_id)
    for report in (check_xml_seal(sealed_xml, usual, NOW), check_pdf_seal(sealed_pdf, usual, NOW)):
        assert "specimen" in str(report.problem)


def test_a_document_with_an_id_at_its_root_is_not_sealed(key: KeyPair) -> None:
    assert seal_xml(b"<a/>", key, NOW)
    with pytest.raises(ValueError, match="Id"):
        seal_xml(b'<a Id="x"/>', key, NOW)


def test_sealing_and_checking_log_nothing_of_the_document(
    key: KeyPair, pdf: bytes, pdf_seal: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    assert logging.getLogger("signxml").getEffectiveLevel() >= logging.INFO
    caplog.handler.setLevel(logging.DEBUG)
    logging.getLogger("oots.trust").warning("control")
    xml_report(seal_xml(XML, key, NOW))
    xml_report(b"<Secret/>")
    pdf_report(pdf_seal[:-40])
    assert [record.getMessage() for record in caplog.records] == ["control"]
