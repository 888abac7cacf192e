"""The documents as a data service gets them: sealed, minimised by the requirements of an order, with their fee."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from lxml import etree

from oots.denmark.document_model import definitions
from oots.denmark.evidence_types import OFFERS, XML
from oots.denmark.holding import Case
from oots.denmark.issuing import Writing, issue
from oots.denmark.municipality import load_municipality
from oots.denmark.records import STANDARD_FOLDER, load_records
from oots.denmark.registers import FAGSYSTEMER
from oots.denmark.source import MunicipalSource
from oots.denmark.switch import Behaviour, RegisterFailedError
from oots.model.content import whole
from oots.model.evidence import DocumentKind
from oots.model.issuing import Approval, FeePolicy, Issue, Issued, NothingHeld, Order
from oots.model.person import LegalPerson
from oots.trust.anchors import TrustAnchors
from oots.trust.authority import TRUST_FILE
from oots.trust.evidence_seal import check_seal
from oots.trust.pades import seal_pdf
from oots.trust.xades import seal_xml
from oots.wire.schema import enforce
from tests.support.denmark import registers
from tests.support.doors import specimen_keys
from tests.support.seals import aarhus
from tests.support.two_sides import START

NOON: Final = datetime(2026, 11, 24, 11, tzinfo=UTC)
REQUIREMENTS: Final = "https://sr.oots.tech.ec.europa.eu/requirements/"
HOLDERS: Final = {
    "0751": "f3c95789-ace1-4954-8c5d-6baed2eac902",
    "0461": "b10877a9-cbf2-4734-9c10-35250b664028",
    "0657": "9bbc0685-bcc3-423c-b739-40a87aa1caa0",
    "0147": "ca8fbe35-c1af-4465-a6f1-02fce1010f15",
}
SOLVEJ: Final = HOLDERS["0751"]
ANDERS: Final = HOLDERS["0461"]
WRITTEN: Final = [each.id for each in definitions().values() if each.root]


def source(kommunekode: str = "0751") -> MunicipalSource:
    return MunicipalSource(
        municipality=load_municipality(kommunekode),
        registers=REGISTERS,
        key=aarhus(),
        seal_xml=lambda document, _key, _at: document,
        seal_pdf=lambda pdf, _key, _at, _reason, _location: pdf,
    )


REGISTERS: Final = registers()


def order(type_id: str, key: str, *requirements: str, form: int = 0) -> Order:
    url = definitions()[type_id].url
    wanted = OFFERS[url].distributions[form]
    if wanted.format == XML:
        wanted = replace(wanted, associated_documents=(DocumentKind.HUMAN_READABLE_VERSION,))
    return Order(key, url, wanted, NOON, "2026-0000A1B2", tuple(REQUIREMENTS + each for each in requirements))


def first(issued: Issue) -> Issued:
    assert isinstance(issued, tuple)
    return issued[0]


def said(piece: Issued, element: str) -> list[str]:
    root = etree.fromstring(whole(piece.documents[0].content))
    return [each.text or "" for each in root.iter(f"{{*}}{element}")]


@pytest.mark.parametrize("type_id", WRITTEN)
def test_each_type_is_sealed_as_xml_and_pdf_and_stays_valid(type_id: str, anchors: TrustAnchors) -> None:
    definition = definitions()[type_id]
    form = replace(OFFERS[definition.url].distributions[0], associated_documents=(DocumentKind.HUMAN_READABLE_VERSION,))
    writing = Writing(
        form,
        "2026-0000A1B2",
        START,
        lambda document: seal_xml(document, aarhus(), START),
        lambda pdf, reason: seal_pdf(pdf, aarhus(), START, reason, "Aarhus"),
    )
    records, cpr = load_records(STANDARD_FOLDER), REGISTERS.cpr()
    for kommunekode, person in {"0751": "99999911"}.items() if definition.subject == "legal" else HOLDERS.items():
        asked = frozenset(definition.requirements)
        municipality = load_municipality(kommunekode)
        issued = issue(
            definition, Case(municipality, cpr, records, person, asked, NOON.date(), NOON + timedelta(days=2)), writing
        )
        if isinstance(issued, tuple):
            break
    piece = first(issued)
    enforce(whole(piece.documents[0].content), f"dk-{type_id}-1.0")
    for document in piece.documents[:2]:
        report = check_seal(document.content, document.distribution.format, anchors, START)
        assert (report.valid, report.problem) == (True, None)
    changed = whole(piece.documents[0].content).replace(b"2026-0000A1B2", b"2026-0000A1B3", 1)
    assert not check_seal(changed, XML, anchors, START).valid


@pytest.fixture(scope="module")
def anchors() -> TrustAnchors:
    return TrustAnchors.from_pem((specimen_keys() / TRUST_FILE).read_bytes(), allow_specimens=True)


def test_an_order_s_requirements_decide_what_is_released_and_the_rest_is_told_to_be_withheld() -> None:
    marital, domicile = "70061de0-cb4e-47d7-8593-28452d03b62e", "ed63cd8b-b2ad-4508-bfbb-5c3353791b27"
    bare = first(source().issue(order("bopaelsattest-samlet", SOLVEJ, domicile)))
    more = first(source().issue(order("bopaelsattest-samlet", SOLVEJ, domicile, marital)))
    assert [said(each, "Type") for each in (bare, more)] == [[], ["UGIFT"]]
    told = {each.field for each in bare.withheld}
    assert {"Civilstand / Marital status", "CPR Folkekirkeoplysning", "CPR Personnummer"} <= told
    assert "Civilstand / Marital status" not in {each.field for each in more.withheld}


def test_the_residence_certificate_tells_what_it_withholds_too() -> None:
    piece = first(source().issue(order("bopaelsattest-aktuel", SOLVEJ)))
    assert [each.field for each in piece.withheld] == [
        "CPR Personnummer",
        "CPR Folkekirkeoplysning",
        "CPR Beskyttelse",
    ]
    assert [said(piece, "Fornavne"), said(piece, "Historik")] == [["Solvej"], []]


def test_what_is_withheld_is_told_alike_to_everybody() -> None:
    one, other = (
        first(source(place).issue(order("civilstandsattest", key)))
        for place, key in (
            ("0607", "004498f4-b987-47c1-8c9c-26a813678d7a"),
            ("0621", "73f80e52-a369-48b5-a441-4c46f147ecf9"),
        )
    )
    assert one.withheld == other.withheld


def test_each_piece_has_the_fee_of_its_municipality() -> None:
    aarhus_fee = first(source().issue(order("civilstandsattest", SOLVEJ))).fee
    odense_fee = first(source("0461").issue(order("civilstandsattest", ANDERS))).fee
    assert aarhus_fee is not None
    assert odense_fee is not None
    assert (aarhus_fee.policy, odense_fee.policy) == (FeePolicy.WAIVED, FeePolicy.PAID_IN_PREVIEW)
    assert first(source("0461").issue(order("vielsesattest", ANDERS))).fee is None


def test_a_model_of_others_is_issued_where_conforms_to_names_it() -> None:
    for form, element in ((1, "StreetPOBox"), (2, "Thoroughfare"), (3, "resident_street")):
        piece = first(source().issue(order("bopaelsattest-aktuel", SOLVEJ, form=form)))
        assert "Ærøgade" in said(piece, element)[0]
        assert piece.documents[0].distribution == OFFERS[piece.evidence_type.classification].distributions[form]


def test_a_business_is_named_by_its_number_and_known_where_it_has_its_address() -> None:
    assert OFFERS[definitions()["virksomhed-cvr"].url].subject is LegalPerson
    assert said(first(source().issue(order("virksomhed-cvr", "99999911"))), "CVRNummer")[1] == "99999911"
    assert isinstance(source("0461").issue(order("virksomhed-cvr", "99999911")), NothingHeld)


def test_other_registers_that_fail_stop_what_comes_out_of_them_and_nothing_else() -> None:
    assert first(source().issue(order("byggetilladelse", SOLVEJ)))
    REGISTERS.switch.set(FAGSYSTEMER, Behaviour.FAILING)
    try:
        assert first(source().issue(order("bopaelsattest-aktuel", SOLVEJ)))
        with pytest.raises(RegisterFailedError):
            source().issue(order("byggetilladelse", SOLVEJ))
    finally:
        REGISTERS.switch.all_in_order()


def test_what_a_caseworker_attaches_comes_along() -> None:
    asked = order("civilstandsattest", SOLVEJ)
    with_letter = first(source().issue(replace(asked, approval=Approval(b"%PDF-attached"))))
    kinds = [each.kind for each in with_letter.documents]
    assert kinds == [DocumentKind.MAIN_EVIDENCE, DocumentKind.HUMAN_READABLE_VERSION, DocumentKind.ANNEX]
    assert with_letter.documents[2].content == b"%PDF-attached"
