"""The registry abroad: whom it knows, what it issues, how that is sealed, and what it keeps to itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from lxml import etree

from oots.abroad.authorities import REGISTRIES
from oots.abroad.certificates import certificates
from oots.abroad.field_names import known_fields
from oots.abroad.records import STANDARD_FILE, load_records
from oots.abroad.source import ForeignSources
from oots.common_services.entries import STANDARD_ENTRIES, load_entries
from oots.model.errors import ConfigurationError
from oots.model.evidence import Distribution, DocumentKind
from oots.model.fields import Standing, Why
from oots.model.issuing import (
    Applicant,
    Issued,
    Matched,
    MatchOutcome,
    NothingHeld,
    NotMatched,
    Order,
)
from oots.model.person import LegalPerson, NaturalPerson
from oots.trust.certificates import Role
from oots.trust.evidence_seal import check_seal
from oots.trust.issuing import Participant
from oots.trust.keys import KeyPair
from oots.trust.pades import seal_pdf
from oots.trust.xades import seal_xml
from oots.web.page_images import texts_of
from tests.support.leaves import leaves_in
from tests.support.trust import NOW, authority

BY_ID = {certificate.id: certificate for certificate in certificates().values() if certificate.country == "LT"}
AUTHORITY = REGISTRIES["LT"].agent


def key_of(country: str) -> KeyPair:
    number = REGISTRIES[country].agent.identifier.value
    return authority().issue(Participant(f"seal-{country}", number, Role.SEAL))


SOURCES = ForeignSources.of_registries(load_records(), key_of, seal_xml, seal_pdf)
SOURCE = SOURCES.sources[0]
ERIKA = NaturalPerson("Musterfrau", "Erika", date(1988, 8, 21))
AUSTEJA = NaturalPerson("Pavyzdytė", "Austėja", date(1993, 10, 9))
RASA = NaturalPerson("Prašytoja", "Rasa", date(1987, 3, 29))
MATAS = NaturalPerson("Prašytojas", "Matas", date(2019, 5, 16))
XML, PDF = Distribution("application/xml"), Distribution("application/pdf")
BOTH = replace(XML, associated_documents=(DocumentKind.HUMAN_READABLE_VERSION,))


def order(person_key: str, certificate: str, wanted: Distribution = XML, at: datetime = NOW) -> Order:
    return Order(person_key, BY_ID[certificate].classification, wanted, at, "LT-2026-1")


def issued(person_key: str, certificate: str, wanted: Distribution = XML) -> tuple[Issued, ...]:
    found = SOURCE.issue(order(person_key, certificate, wanted))
    assert isinstance(found, tuple)
    return found


def document(piece: Issued, number: int = 0) -> bytes:
    content = piece.documents[number].content
    assert isinstance(content, bytes)
    return content


def text_of(xml: bytes, name: str) -> list[str | None]:
    return [each.text for each in etree.fromstring(xml).iterfind(f".//{{*}}{name}")]


@pytest.mark.parametrize("person", [AUSTEJA, replace(AUSTEJA, given_name="AUSTEJA", family_name="Pavyzdyte")])
def test_a_person_is_known_by_name_and_birth_however_it_is_spelled(person: NaturalPerson) -> None:
    assert SOURCE.match(Applicant(person)) == Matched("lt-austeja")


@pytest.mark.parametrize("change", [{"given_name": "Rūta"}, {"date_of_birth": date(1993, 10, 10)}])
def test_who_differs_in_one_thing_is_nobody(change: dict[str, str | date]) -> None:
    other = replace(AUSTEJA, **change)  # type: ignore[arg-type]
    assert SOURCE.match(Applicant(other)) == NotMatched(MatchOutcome.NONE, 0)


def test_a_company_is_nobody_here() -> None:
    assert SOURCE.match(Applicant(LegalPerson("LT/DK/1", "UAB"))) == NotMatched(MatchOutcome.NONE, 0)


def test_a_parent_acts_for_a_child_and_nobody_else_does() -> None:
    assert SOURCE.match(Applicant(MATAS, RASA)) == Matched("lt-matas")
    assert SOURCE.match(Applicant(MATAS, AUSTEJA)) == NotMatched(MatchOutcome.NOT_REPRESENTED, 1)
    assert SOURCE.match(Applicant(AUSTEJA, RASA)) == NotMatched(MatchOutcome.NOT_REPRESENTED, 1)


@pytest.mark.parametrize("country", REGISTRIES)
def test_what_is_offered_is_what_the_directories_say(country: str) -> None:
    source = SOURCES.of(REGISTRIES[country].agent.identifier)
    assert source is not None
    listed = {
        service.evidence_type.classification: service
        for service in load_entries(STANDARD_ENTRIES).data_services
        if service.access_services[0].publisher.identifier == source.authority.identifier
    }
    assert set(listed) == {url for url, certificate in certificates().items() if certificate.country == country}
    for classification, service in listed.items():
        offer = source.offer(classification)
        assert offer is not None
        assert service.access_services[0].publisher.names == source.authority.names
        assert offer.evidence_type.titles == service.evidence_type.titles
        assert offer.distributions == service.distributions
        assert offer.minimum_assurance == service.level_of_assurance
    assert source.offer("https://sr.oots.tech.ec.europa.eu/evidencetypeclassifications/LT/unknown") is None


def test_each_registry_knows_its_own_people_and_issues_its_own_certificates() -> None:
    lithuanian, german = SOURCES.sources
    assert german.match(Applicant(ERIKA)) == Matched("de-erika")
    assert lithuanian.match(Applicant(ERIKA)) == NotMatched(MatchOutcome.NONE, 0)
    (classification,) = (
        url for url, each in certificates().items() if (each.country, each.id) == ("DE", "civil-status")
    )
    assert german.offer(classification) is not None
    assert lithuanian.offer(classification) is None
    both = german.issue(Order("de-erika", classification, BOTH, NOW, "DE-2026-1"))
    assert isinstance(both, tuple)
    assert text_of(document(both[0]), "FruehereEheBeendet") == ["2022-12-03"]
    (page,) = texts_of(document(both[0], 1))
    assert "Familienstandsbescheinigung" in page
    assert "Geburtsdatum" in page
    report = check_seal(document(both[0]), "application/xml", authority().anchors(), NOW)
    assert (report.valid, report.signer) == (True, "999000003")


def test_an_authority_that_is_no_registry_is_not_served() -> None:
    assert SOURCES.host == AUTHORITY
    assert SOURCES.of(replace(AUTHORITY.identifier, value="999000004")) is None


def test_a_certificate_is_sealed_xml_with_a_letter() -> None:
    (piece,) = issued("lt-jonas", "civil-status", BOTH)
    assert [part.kind for part in piece.documents] == [DocumentKind.MAIN_EVIDENCE, DocumentKind.HUMAN_READABLE_VERSION]
    assert text_of(document(piece), "Status") == ["divorced"]
    assert text_of(document(piece), "FormerMarriageEnded") == ["2021-06-30"]
    (page,) = texts_of(document(piece, 1))
    for said in ("Jonas Bandomasis", "Civilinės būklės pažyma", "Certificate of civil status", "divorced"):
        assert said in page
    for number, media_type in enumerate(("application/xml", "application/pdf")):
        report = check_seal(document(piece, number), media_type, authority().anchors(), NOW)
        assert (report.valid, report.signer) == (True, AUTHORITY.identifier.value)


@pytest.mark.parametrize(("wanted", "kinds"), [(XML, ["application/xml"]), (PDF, ["application/pdf"])])
def test_only_what_was_asked_for_is_issued(wanted: Distribution, kinds: list[str]) -> None:
    (piece,) = issued("lt-jonas", "birth", wanted)
    assert [part.distribution.format for part in piece.documents] == kinds


def test_an_old_certificate_of_the_archive_lies_beside_a_new_one() -> None:
    old, new = issued("lt-austeja", "civil-status")
    assert (old.issuing_date, new.issuing_date) == (date(2026, 2, 10), NOW.date())
    assert [piece.title[1].value for piece in (old, new)] == [
        "Certificate of civil status, 2026-02-10",
        f"Certificate of civil status, {NOW.date().isoformat()}",
    ]
    assert text_of(document(old), "IssuedOn") == ["2026-02-10"]
    assert [piece.title for piece in issued("lt-austeja", "birth")] == [()]


def test_a_certificate_of_a_later_day_is_not_in_the_archive_yet() -> None:
    before = SOURCE.issue(order("lt-austeja", "civil-status", at=datetime(2026, 1, 5, 12, tzinfo=UTC)))
    assert isinstance(before, tuple)
    assert [piece.issuing_date for piece in before] == [date(2026, 1, 5)]


def test_custody_names_the_child_to_the_parent_and_the_parent_to_the_child() -> None:
    (mothers,) = issued("lt-rasa", "custody")
    (childs,) = issued("lt-matas", "custody")
    assert (text_of(document(mothers), "Child"), text_of(document(mothers), "Holder")) == (["Matas Prašytojas"], [])
    assert (text_of(document(childs), "Child"), text_of(document(childs), "Holder")) == ([], ["Rasa Prašytoja"])


def test_income_is_a_yes_or_no_and_the_amount_stays() -> None:
    (piece,) = issued("lt-rasa", "income", BOTH)
    assert text_of(document(piece), "BelowThreshold") == ["true"]
    assert b"18400" not in document(piece)
    assert "18400" not in "".join(texts_of(document(piece, 1)))
    assert [each.field for each in piece.withheld] == ["income"]


def test_a_household_is_counted_and_not_named() -> None:
    (piece,) = issued("lt-rasa", "household")
    assert (text_of(document(piece), "Adults"), text_of(document(piece), "Children")) == (["2"], ["1"])
    assert b"Matas" not in document(piece)


def test_who_has_nothing_of_the_kind_gets_nothing() -> None:
    assert isinstance(SOURCE.issue(order("lt-austeja", "household")), NothingHeld)
    assert isinstance(SOURCE.issue(order("lt-rasa", "household")), tuple)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('status = "single"', 'status = "free"', "person.1.civil_status.status"),
        ("1993-10-09", '"yesterday"', "person.1.date_of_birth"),
        ('key = "lt-jonas"', 'key = "lt-austeja"', "person.2.key: lt-austeja stands twice"),
        ('children = ["lt-matas"]', 'children = ["lt-nobody"]', "person.3.custody: there is no person lt-nobody"),
        ("adults = 2", "adults = 0", "person.3.household.adults"),
        ('given_name = "Austėja"', 'first_name = "Austėja"', "person.1.first_name"),
    ],
)
def test_a_fault_of_the_file_is_named_by_its_place_alone(tmp_path: Path, old: str, new: str, fault: str) -> None:
    file = tmp_path / "persons.toml"
    text = STANDARD_FILE.read_text("utf-8")
    file.write_text(text, "utf-8")
    assert load_records(file) == load_records()
    file.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ConfigurationError) as refused:
        load_records(file)
    assert any(each.startswith(f"persons.toml: {fault}") for each in refused.value.faults)
    assert "Pavyzdytė" not in str(refused.value)


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "persons.toml").write_text("[[", "utf-8")
    with pytest.raises(ConfigurationError, match=r"persons\.toml: no readable TOML"):
        load_records(tmp_path / "persons.toml")


@pytest.mark.parametrize("certificate", sorted(BY_ID))
def test_the_fields_that_are_named_are_those_of_the_issued_bytes_and_what_is_kept_back(certificate: str) -> None:
    holder = next(
        person.key
        for person in SOURCE.records.persons.values()
        if person.country == "LT" and getattr(person, BY_ID[certificate].part) is not None
    )
    known = known_fields(BY_ID[certificate].classification)
    assert known
    for piece in issued(holder, certificate):
        told = {field.name for field in piece.fields if field.standing is Standing.AVAILABLE}
        assert told == set(leaves_in(document(piece)))
        assert {field.name for field in piece.fields if field.why is Why.NEVER} == {
            each.field for each in piece.withheld
        }
        assert all(known.named(field.name) for field in piece.fields)
