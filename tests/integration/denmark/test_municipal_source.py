"""A municipality as a source of evidence: every outcome, and what the issued bytes hold."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import cast

import pypdfium2
import pytest

from oots.denmark.bopaelsattest_xml import decode
from oots.denmark.cpr import Beskyttelsestype, Civilstand, CprPerson, Folkekirke
from oots.denmark.evidence_types import (
    BOPAELSATTEST,
    BOPAELSATTEST_HISTORIK,
    PDF_DISTRIBUTION,
    PROEVEATTEST,
    XML_DISTRIBUTION,
)
from oots.denmark.municipality import load_municipality
from oots.denmark.source import MunicipalSource, MunicipalSources
from oots.model.evidence import Distribution, DocumentKind, EvidenceType
from oots.model.issuing import (
    Applicant,
    Approval,
    ByHand,
    Issue,
    Issued,
    IssuedDocument,
    Matched,
    MatchOutcome,
    NothingHeld,
    NotMatched,
    Order,
)
from oots.model.person import LegalPerson, LevelOfAssurance, NaturalPerson
from oots.trust.keys import KeyPair
from tests.support.denmark import registers

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
WITH_READABLE = replace(XML_DISTRIBUTION, associated_documents=(DocumentKind.HUMAN_READABLE_VERSION,))
KEY = cast(KeyPair, object())
REGISTERS = registers()
REGISTER = REGISTERS.cpr()


class Seals:
    """Seals that change nothing and remember what they were told."""

    def __init__(self) -> None:
        self.xml: list[tuple[KeyPair, datetime]] = []
        self.pdf: list[tuple[KeyPair, datetime, str, str]] = []

    def seal_xml(self, document: bytes, key: KeyPair, at: datetime) -> bytes:
        self.xml.append((key, at))
        return document

    def seal_pdf(self, pdf: bytes, key: KeyPair, at: datetime, reason: str, location: str) -> bytes:
        self.pdf.append((key, at, reason, location))
        return pdf


def source_of(kommunekode: str, seals: Seals | None = None) -> MunicipalSource:
    seals = seals or Seals()
    return MunicipalSource(
        municipality=load_municipality(kommunekode),
        registers=REGISTERS,
        key=KEY,
        seal_xml=seals.seal_xml,
        seal_pdf=seals.seal_pdf,
    )


def called(adresseringsnavn: str) -> CprPerson:
    return next(person for person in REGISTER.persons if person.navn.adresseringsnavn == adresseringsnavn)


def issue(
    kommunekode: str,
    adresseringsnavn: str,
    *,
    of: EvidenceType = BOPAELSATTEST,
    wanted: Distribution = WITH_READABLE,
    at: datetime = NOON,
) -> Issue:
    return source_of(kommunekode).issue(order(called(adresseringsnavn).id, of, wanted, at))


def order(
    person_key: str, of: EvidenceType = BOPAELSATTEST, wanted: Distribution = WITH_READABLE, at: datetime = NOON
) -> Order:
    return Order(person_key, of.classification, wanted, at, "2026-0000A1B2")


def only(issue: Issue) -> Issued:
    assert isinstance(issue, tuple)
    (piece,) = issue
    return piece


def issued(kommunekode: str, adresseringsnavn: str, **how: object) -> Issued:
    return only(issue(kommunekode, adresseringsnavn, **how))  # type: ignore[arg-type]


def readable(document: IssuedDocument) -> str:
    """The words of a document: of a PDF what it shows and what it says of itself, of XML everything."""
    if document.distribution.format == "application/xml":
        return document.content.decode("utf-8")
    with pypdfium2.PdfDocument(document.content) as pdf:
        shown = "\n".join(page.get_textpage().get_text_bounded() for page in pdf)
        return f"{shown}\n{pdf.get_metadata_dict()}"


# --- who is meant ---


@pytest.mark.parametrize(
    ("given", "family", "born", "candidates"),
    [
        ("Solvej", "Prøvesen", date(1984, 6, 12), 1),
        ("Łukasz", "Žižek-Nowak", date(1986, 7, 30), 1),
        ("Karl", "Kopi", date(1980, 12, 19), 2),
        ("Ona", "Nežinoma", date(1990, 1, 1), 0),
        ("Solvej", "Prøvesen", date(1984, 6, 13), 0),
    ],
)
def test_exactly_one_candidate_is_a_match(given: str, family: str, born: date, candidates: int) -> None:
    person = NaturalPerson(family, given, born, LevelOfAssurance.HIGH, "DK/LT/x")
    match = source_of("0751").match(Applicant(person))
    outcome = MatchOutcome.MORE_NEEDED if candidates else MatchOutcome.NONE
    assert isinstance(match, Matched) if candidates == 1 else match == NotMatched(outcome, candidates)


def test_a_legal_person_is_nobody_in_the_register_of_persons() -> None:
    assert source_of("0751").match(Applicant(LegalPerson("DK/LT/12345678", "Prøvesen ApS"))) == NotMatched(
        MatchOutcome.NONE, 0
    )


def test_the_person_key_is_no_personal_data() -> None:
    match = source_of("0751").match(Applicant(NaturalPerson("Prøvesen", "Solvej", date(1984, 6, 12))))
    assert match == Matched(called("Solvej Prøvesen").id)
    assert called("Solvej Prøvesen").personnummer not in str(match)


# --- what is offered ---


def test_the_authority_is_the_municipality() -> None:
    authority = source_of("0461").authority
    assert authority.names[0].value == "Odense Kommune"
    assert authority.role is not None
    assert authority.role.value == "EP"


def test_several_municipalities_answer_for_themselves_and_one_for_those_that_are_not_there() -> None:
    seals = Seals()
    sources = MunicipalSources.of_municipalities(
        ["0751", "0461"],
        host="0751",
        registers=REGISTERS,
        key_of=lambda _kommunekode: KEY,
        seal_xml=seals.seal_xml,
        seal_pdf=seals.seal_pdf,
    )
    odense = sources.of(load_municipality("0461").agent.identifier)
    assert odense is not None
    assert odense.authority.names[0].value == "Odense Kommune"
    assert sources.of(load_municipality("0101").agent.identifier) is None
    assert sources.host.names[0].value == "Aarhus Kommune"


def test_residence_certificates_need_a_preview_and_a_procedure_of_residence() -> None:
    for evidence_type in (BOPAELSATTEST, BOPAELSATTEST_HISTORIK):
        offer = source_of("0751").offer(evidence_type.classification)
        assert offer is not None
        assert (offer.procedures, offer.without_preview) == (("S1", "V1", "T1", "W1"), False)


def test_the_test_certificate_needs_no_preview_and_a_test_procedure() -> None:
    offer = source_of("0751").offer(PROEVEATTEST.classification)
    assert offer is not None
    assert (offer.procedures, offer.without_preview) == (("00",), True)


def test_an_unknown_evidence_type_is_not_offered() -> None:
    assert source_of("0751").offer(BOPAELSATTEST.classification)
    assert source_of("0751").offer(BOPAELSATTEST.classification[:-1] + "5") is None


# --- outcomes ---


@pytest.mark.parametrize(
    ("kommunekode", "who", "reason"),
    [
        ("0751", "Anders Testgaard", "another municipality"),
        ("0461", "Solvej Prøvesen", "another municipality"),
        ("0751", "Fiktiv Forsvunden", "another municipality"),
        ("0461", "Vera Ventetid", "another municipality"),
        ("0751", "Uffe Udenbo", "another municipality"),
        ("0751", "Trine Truet", "another municipality"),
        ("0147", "Udo Udrejst", "left Denmark"),
        ("0370", "Døde Dahl", "died"),
        ("0101", "Erstatnings Eriksen", "no residence in Denmark"),
    ],
)
def test_nothing_is_held_about_who_does_not_live_here(kommunekode: str, who: str, reason: str) -> None:
    assert isinstance(issue("0751", "Solvej Prøvesen"), tuple)
    outcome = issue(kommunekode, who)
    assert isinstance(outcome, NothingHeld)
    assert outcome.reason.endswith(reason)


@pytest.mark.parametrize(
    ("at", "available"),
    [
        (datetime(2026, 11, 24, 12, 0, tzinfo=UTC), datetime(2026, 11, 26, 12, 0, tzinfo=UTC)),
        (datetime(2026, 11, 24, 12, 0, 0, 1000, tzinfo=UTC), datetime(2026, 11, 26, 13, 0, tzinfo=UTC)),
        (datetime(2026, 12, 30, 23, 59, tzinfo=UTC), datetime(2027, 1, 2, 0, 0, tzinfo=UTC)),
    ],
)
@pytest.mark.parametrize(("kommunekode", "who"), [("0751", "Vera Ventetid"), ("0791", "Fiktiv Forsvunden")])
def test_a_case_for_a_caseworker_waits_two_days_and_to_the_full_hour(
    kommunekode: str, who: str, at: datetime, available: datetime
) -> None:
    outcome = issue(kommunekode, who, at=at)
    assert isinstance(outcome, ByHand)
    assert outcome.available_from == available


@pytest.mark.parametrize("wanted", [PDF_DISTRIBUTION, WITH_READABLE], ids=["PDF", "XML"])
def test_what_a_caseworker_approves_is_issued_with_what_was_attached(wanted: Distribution) -> None:
    person = called("Vera Ventetid")
    seals = Seals()
    asked = replace(order(person.id, wanted=wanted), approval=Approval())
    plain = only(source_of("0751", seals).issue(asked)).documents
    assert plain[0].kind is DocumentKind.MAIN_EVIDENCE
    scan = only(source_of("0751", seals).issue(replace(asked, approval=Approval(b"%PDF-1.7 scan")))).documents
    assert scan[-1].content == b"%PDF-1.7 scan"
    kinds = [DocumentKind.MAIN_EVIDENCE] if wanted == PDF_DISTRIBUTION else [*(each.kind for each in plain), "Annex"]
    assert [each.kind for each in scan] == kinds


def test_protected_persons_are_warned_and_others_are_not() -> None:
    assert issued("0101", "Beskyttet Bruun").notice == "address-protection"
    assert issued("0621", "Trine Truet").notice == "address-protection"
    assert issued("0751", "Solvej Prøvesen").notice is None
    assert issued("0607", "Uffe Udenbo").notice is None


def test_an_unknown_key_is_a_failure_of_the_register() -> None:
    with pytest.raises(LookupError, match="no such record"):
        source_of("0751").issue(order("nobody"))


# --- documents ---


def test_xml_comes_with_its_readable_version_where_that_was_asked_for() -> None:
    outcome = issued("0751", "Solvej Prøvesen")
    assert outcome.evidence_type == BOPAELSATTEST
    assert [(each.kind, each.distribution) for each in outcome.documents] == [
        (DocumentKind.MAIN_EVIDENCE, XML_DISTRIBUTION),
        (DocumentKind.HUMAN_READABLE_VERSION, PDF_DISTRIBUTION),
    ]
    assert outcome.documents[1].content.startswith(b"%PDF-")


def test_xml_comes_alone_where_nothing_more_was_asked_for() -> None:
    (document,) = issued("0751", "Solvej Prøvesen", wanted=XML_DISTRIBUTION).documents
    assert (document.kind, document.distribution) == (DocumentKind.MAIN_EVIDENCE, XML_DISTRIBUTION)


def test_a_pdf_that_was_asked_for_is_the_evidence_itself() -> None:
    (document,) = issued("0751", "Solvej Prøvesen", wanted=PDF_DISTRIBUTION).documents
    assert (document.kind, document.distribution) == (DocumentKind.MAIN_EVIDENCE, PDF_DISTRIBUTION)
    assert document.content.startswith(b"%PDF-")


def test_both_documents_are_sealed_with_the_municipality_s_key_at_the_moment_of_issue() -> None:
    seals = Seals()
    person = called("Solvej Prøvesen")
    source_of("0751", seals).issue(order(person.id))
    assert seals.xml == [(KEY, NOON)]
    assert seals.pdf == [(KEY, NOON, "Bopælsattest", "Aarhus")]


def test_the_sealed_bytes_are_the_ones_issued() -> None:
    source = MunicipalSource(
        municipality=load_municipality("0751"),
        registers=REGISTERS,
        key=KEY,
        seal_xml=lambda document, _key, _at: document + b"<!-- sealed -->",
        seal_pdf=lambda pdf, _key, _at, _reason, _location: pdf + b"% sealed",
    )
    person = called("Solvej Prøvesen")
    outcome = only(source.issue(order(person.id)))
    assert outcome.documents[0].content.endswith(b"<!-- sealed -->")
    assert outcome.documents[1].content.endswith(b"% sealed")


def test_history_is_in_the_certificate_with_history_alone() -> None:
    plain = issued("0751", "Solvej Prøvesen").documents
    full = issued("0751", "Solvej Prøvesen", of=BOPAELSATTEST_HISTORIK).documents
    assert decode(plain[0].content).historik is None
    assert [place.vejnavn for place in decode(full[0].content).historik or ()] == [
        "Samsøgade",
        "Thorslundsvej",
        "Farimagsvej",
    ]
    assert "Thorslundsvej" in readable(full[1])
    assert "Thorslundsvej" not in readable(plain[1])


def test_corrected_and_regretted_rows_are_in_no_document() -> None:
    for document in issued("0751", "Solvej Prøvesen", of=BOPAELSATTEST_HISTORIK).documents:
        assert "Samsøgade" in readable(document)
        assert "Møllevangs" not in readable(document)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 11, 24, 22, 59, 59, tzinfo=UTC), date(2026, 11, 24)),
        (datetime(2026, 11, 24, 23, 0, tzinfo=UTC), date(2026, 11, 25)),
        (datetime(2026, 7, 1, 21, 59, 59, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 7, 1, 22, 0, tzinfo=UTC), date(2026, 7, 2)),
    ],
)
def test_the_date_of_issue_is_the_danish_one(at: datetime, day: date) -> None:
    outcome = issued("0751", "Solvej Prøvesen", at=at)
    assert outcome.issuing_date == day
    assert decode(outcome.documents[0].content).udstedelsesdato == day


def test_the_same_moment_gives_the_same_bytes() -> None:
    assert issued("0751", "Solvej Prøvesen") == issued("0751", "Solvej Prøvesen")


def test_letters_that_cpr_cannot_store_are_in_every_document() -> None:
    for document in issued("0751", "Lucja Zaneta Duric-Zólkowska").documents:
        assert "Łucja Żaneta" in readable(document)
        assert "Đurić-Żółkowska" in readable(document)


def test_a_threatened_person_looks_like_anyone_without_fixed_abode() -> None:
    uffe, trine = (
        decode(issued(place, who).documents[0].content)
        for place, who in (("0607", "Uffe Udenbo"), ("0621", "Trine Truet"))
    )
    as_uffe = replace(
        trine,
        kommunekode=uffe.kommunekode,
        kommunenavn=uffe.kommunenavn,
        kommune_cvr=uffe.kommune_cvr,
        person=uffe.person,
        bopael=replace(
            trine.bopael,
            kommunekode=uffe.kommunekode,
            kommunenavn=uffe.kommunenavn,
            tilflytningsdato=uffe.bopael.tilflytningsdato,
        ),
    )
    assert uffe.bopael.uden_fast_bopael
    assert as_uffe == uffe


RESIDENTS = [person for person in REGISTER.persons if person.aktuel_adresse and not person.bopaelsundersoegelse]


def kept_back(person: CprPerson) -> list[str]:
    """Words of a record that must stay in the register."""
    number = person.personnummer
    states = [state.value for kind in (Civilstand, Folkekirke, Beskyttelsestype) for state in kind]
    words = ["folkekirke", "folkekirken", "kreditadvarsel", "beskyttelse", "beskyttet", "civilstand", "krisecenter"]
    own_words = {word.casefold() for word in person.navn.fornavne.split()}
    return [
        secret
        for secret in (number, f"{number[:6]}-{number[6:]}", number[6:], person.id, *states, *words)
        if secret.casefold() not in own_words
    ]


@pytest.mark.parametrize("person", RESIDENTS, ids=lambda person: person.navn.adresseringsnavn)
@pytest.mark.parametrize("of", [BOPAELSATTEST, BOPAELSATTEST_HISTORIK, PROEVEATTEST], ids=["now", "history", "test"])
def test_no_issued_byte_tells_what_the_certificate_is_not_about(of: EvidenceType, person: CprPerson) -> None:
    assert person.aktuel_adresse is not None
    outcome = only(source_of(person.aktuel_adresse.kommunekode).issue(order(person.id, of)))
    for document in outcome.documents:
        words = readable(document)
        assert person.navn.former[0].fornavne in words
        assert person.personnummer.encode() not in document.content
        assert [secret for secret in kept_back(person) if re.search(rf"\b{re.escape(secret)}\b", words, re.I)] == []
