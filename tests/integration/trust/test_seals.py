"""Evidence seals: made in the name of a municipality, and broken by any change."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import typst
from lxml import etree

from oots.model.errors import ConfigurationError
from oots.trust import pades
from oots.trust.anchors import TrustAnchors
from oots.trust.authority import TRUST_FILE, init_keys
from oots.trust.certificates import Role
from oots.trust.evidence_seal import check_seal
from oots.trust.issuing import Participant
from oots.trust.keys import KeyPair, load_key_pair
from oots.trust.latest import Latest
from oots.trust.pades import check_pdf_seal, seal_pdf
from oots.trust.sealed_file import Sealing
from oots.trust.xades import check_xml_seal, seal_xml
from oots.wire.xml import canonical, parse
from tests.support.contents import Elsewhere
from tests.support.two_sides import START

XML = '<b:Attest xmlns:b="urn:example"><b:Navn>Łukasz Åkjær</b:Navn><b:By>Aarhus</b:By></b:Attest>'.encode()


@pytest.fixture(scope="module")
def seal(domain: Path) -> KeyPair:
    return load_key_pair(domain, "seal")


@pytest.fixture(scope="module")
def pdf(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    source = tmp_path_factory.mktemp("typst") / "attest.typ"
    source.write_text('#set document(title: "Attest")\n#set text(lang: "da")\n= Attest\nŁukasz Åkjær\n')
    return typst.compile(str(source), format="pdf", pdf_standards=["ua-1"], timestamp=START)


@pytest.fixture(scope="module")
def sealed_xml(seal: KeyPair) -> bytes:
    return seal_xml(XML, seal, START)


@pytest.fixture(scope="module")
def sealed_pdf(seal: KeyPair, pdf: bytes) -> bytes:
    return seal_pdf(pdf, seal, START, "Bopælsattest", "Aarhus")


def test_a_sealed_xml_document_names_its_municipality_and_time(sealed_xml: bytes, anchors: TrustAnchors) -> None:
    report = check_xml_seal(sealed_xml, anchors, START)
    assert (report.valid, report.signer, report.signed_at, report.problem) == (True, "55133018", START, None)


def test_a_sealed_pdf_names_its_municipality_and_time(sealed_pdf: bytes, anchors: TrustAnchors) -> None:
    report = check_pdf_seal(sealed_pdf, anchors, START)
    assert (report.valid, report.signer, report.signed_at, report.problem) == (True, "55133018", START, None)


def test_seals_are_the_same_byte_for_byte(sealed_xml: bytes, sealed_pdf: bytes, seal: KeyPair, pdf: bytes) -> None:
    assert seal_xml(XML, seal, START) == sealed_xml
    assert seal_pdf(pdf, seal, START, "Bopælsattest", "Aarhus") == sealed_pdf


def test_a_sealed_xml_document_travels_in_its_canonical_form(sealed_xml: bytes) -> None:
    assert canonical(parse(sealed_xml)) == sealed_xml


def test_an_xml_seal_survives_another_way_of_writing_the_document(sealed_xml: bytes, anchors: TrustAnchors) -> None:
    rewritten = etree.tostring(parse(sealed_xml), xml_declaration=True, encoding="UTF-8")
    assert rewritten != sealed_xml
    assert check_xml_seal(rewritten, anchors, START).valid


def test_no_changed_byte_of_a_sealed_xml_document_goes_unnoticed(sealed_xml: bytes, anchors: TrustAnchors) -> None:
    assert check_xml_seal(sealed_xml, anchors, START).valid
    for position in range(0, len(sealed_xml), 29):
        changed = bytearray(sealed_xml)
        changed[position] ^= 1
        assert not check_xml_seal(bytes(changed), anchors, START).valid, position


def test_no_changed_byte_of_a_sealed_pdf_goes_unnoticed(sealed_pdf: bytes, anchors: TrustAnchors) -> None:
    assert check_pdf_seal(sealed_pdf, anchors, START).valid
    for position in range(0, len(sealed_pdf), 211):
        changed = bytearray(sealed_pdf)
        changed[position] ^= 0x20
        assert not check_pdf_seal(bytes(changed), anchors, START).valid, position


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda xml: xml.replace(b"</b:By>", b"</b:By><b:By>Odense</b:By>"), "does not verify"),
        (lambda xml: b'<b:Attest xmlns:b="urn:example">' + xml + b"<b:By>Odense</b:By></b:Attest>", "stand alone"),
        (lambda xml: XML, "carries no seal"),
        (lambda xml: b"<broken", "does not verify"),
        (lambda xml: b"<!DOCTYPE b:Attest>" + xml, "does not verify"),
    ],
    ids=["something added", "wrapped in another document", "no seal", "no XML", "a DOCTYPE"],
)
def test_what_is_no_sealed_document_is_not_valid_and_says_why(
    sealed_xml: bytes, anchors: TrustAnchors, change: object, why: str
) -> None:
    assert check_xml_seal(sealed_xml, anchors, START).valid
    report = check_xml_seal(change(sealed_xml), anchors, START)  # type: ignore[operator]
    assert not report.valid
    assert why in str(report.problem)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda pdf: pdf + b"\n%% more", "added"),
        (lambda pdf: b"%PDF-1.7 nothing", "does not verify"),
        (lambda pdf: pdf[: len(pdf) // 2], "carries no seal"),
    ],
    ids=["something appended", "no PDF", "cut in half"],
)
def test_what_is_no_sealed_pdf_is_not_valid_and_says_why(
    sealed_pdf: bytes, anchors: TrustAnchors, change: object, why: str
) -> None:
    assert check_pdf_seal(sealed_pdf, anchors, START).valid
    report = check_pdf_seal(change(sealed_pdf), anchors, START)  # type: ignore[operator]
    assert not report.valid
    assert why in str(report.problem)


def test_an_unsealed_pdf_says_so(pdf: bytes, anchors: TrustAnchors) -> None:
    assert check_pdf_seal(pdf, anchors, START).problem == "the document carries no seal"


def test_a_pdf_that_is_kept_elsewhere_is_read_where_the_seal_needs_it(
    sealed_pdf: bytes, anchors: TrustAnchors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pades, "_WHOLE", Latest())
    kept = Elsewhere(sealed_pdf)
    assert check_seal(kept, "application/pdf", anchors, START) == check_pdf_seal(sealed_pdf, anchors, START)
    (reader,) = kept.readers
    assert (reader.largest < len(sealed_pdf), reader.closed) == (True, True)


def test_a_pdf_whose_own_file_does_not_open_is_not_taken_for_one_without_a_seal(
    sealed_pdf: bytes, anchors: TrustAnchors, tmp_path: Path
) -> None:
    with Sealing(tmp_path) as sealing:
        sealing.write(sealed_pdf + b"\n")
        file = sealing.finish()
    assert not check_pdf_seal(file, anchors, START).valid
    (tmp_path / file.stored.name).unlink()
    with pytest.raises(ConfigurationError, match="missing"):
        check_pdf_seal(file, anchors, START)


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A domain with the same names under another root."""
    folder = tmp_path_factory.mktemp("foreign")
    init_keys(folder, (Participant("seal", "55133018", Role.SEAL),), START)
    return folder


def test_a_seal_under_a_look_alike_authority_is_not_believed(
    foreign: Path, seal: KeyPair, pdf: bytes, anchors: TrustAnchors
) -> None:
    other = load_key_pair(foreign, "seal")
    for media_type, own, alike in (
        ("application/xml", seal_xml(XML, seal, START), seal_xml(XML, other, START)),
        ("application/pdf", seal_pdf(pdf, seal, START, "r", "l"), seal_pdf(pdf, other, START, "r", "l")),
    ):
        assert check_seal(own, media_type, anchors, START).valid
        report = check_seal(alike, media_type, anchors, START)
        assert (report.valid, report.signer) == (False, None)
        assert TrustAnchors.from_pem((foreign / TRUST_FILE).read_bytes()).pem != anchors.pem


def test_a_seal_is_judged_by_the_validity_of_its_certificate(sealed_xml: bytes, anchors: TrustAnchors) -> None:
    assert check_xml_seal(sealed_xml, anchors, START + timedelta(days=800)).valid
    assert not check_xml_seal(sealed_xml, anchors, START + timedelta(days=900)).valid
    assert not check_xml_seal(sealed_xml, anchors, START - timedelta(days=1)).valid


def test_a_key_for_messages_seals_nothing(domain: Path, pdf: bytes) -> None:
    messages = load_key_pair(domain, "ap")
    with pytest.raises(ValueError, match="P-256"):
        seal_xml(XML, messages, START)
    with pytest.raises(ValueError, match="P-256"):
        seal_pdf(pdf, messages, START, "r", "l")


def test_a_certificate_for_hosts_seals_nothing_that_is_believed(domain: Path, anchors: TrustAnchors) -> None:
    report = check_xml_seal(seal_xml(XML, load_key_pair(domain, "tls"), START), anchors, START)
    assert not report.valid
    assert "for tls, not for seal" in str(report.problem)


def test_another_format_has_no_seal_that_is_known(anchors: TrustAnchors) -> None:
    assert not check_seal(b"GIF89a", "image/gif", anchors, START).valid


@pytest.mark.parametrize("kind", ["xml", "pdf"])
def test_a_seal_that_was_found_whole_before_is_believed_anew_each_time(
    kind: str, sealed_xml: bytes, sealed_pdf: bytes, anchors: TrustAnchors, tmp_path: Path
) -> None:
    check, document = (check_xml_seal, sealed_xml) if kind == "xml" else (check_pdf_seal, sealed_pdf)
    init_keys(tmp_path, [Participant("seal", "55133018", Role.SEAL)], START)
    others = TrustAnchors.from_pem((tmp_path / TRUST_FILE).read_bytes())
    assert check(document, anchors, START).valid
    assert not check(document, others, START).valid
    assert not check(document, anchors, START + timedelta(days=40_000)).valid
    assert not check(document, anchors, START - timedelta(days=1)).valid
    assert check(document, anchors, START).valid
