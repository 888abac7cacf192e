"""One change to a lawful request, and the published rule that refuses it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from lxml import etree

from oots.model.errors import MessageError
from oots.wire import request
from oots.wire.namespaces import NSMAP, SDG, XML, XSI
from oots.wire.xml import canonical, parse
from tests.support import wire
from tests.support.wire import (
    Change,
    attribute,
    changed,
    named,
    saying,
    slot,
    slot_type,
    slot_value,
    twice,
    with_child,
    without,
)

LAWFUL = request.encode(wire.REQUEST)
FOR_COMPANY = request.encode(replace(wire.REQUEST, subject=wire.COMPANY, representative=wire.COMPANY))
TYPE = f"{{{XSI}}}type"
STRING, ANY = "rim:StringValueType", "rim:AnyValueType"
REQUESTER = f"{slot('EvidenceRequester')}//sdg:Agent[sdg:Classification='ER']"
PROVIDER = f"{slot('EvidenceProvider')}//sdg:Agent"
PERSON = f"{slot('NaturalPerson')}//sdg:Person"
COMPANY = f"{slot('LegalPerson')}//sdg:LegalPerson"
REPRESENTATIVE = f"{slot('AuthorizedRepresentative')}//sdg:Person"
REQUIREMENT = "//sdg:Requirement"
EVIDENCE = "//sdg:DataServiceEvidenceType"
DISTRIBUTION = f"{EVIDENCE}/sdg:DistributedAs"
CONCEPT = "//sdg:EvidenceProviderClassification"
REFUSED: list[tuple[str, str, Change]] = [
    ("S001", "another root", named("/*", f"{{{NSMAP['query']}}}QueryResponse")),
    ("S002", "another namespace", named("/*", "{urn:other}QueryRequest")),
    ("S004", "a bare id", attribute("/*", "id", wire.a_uuid(10))),
    ("S004", "no id", attribute("/*", "id", None)),
    ("S005", "no version", without(slot("SpecificationIdentifier"))),
    ("S005", "two versions", twice(slot("SpecificationIdentifier"))),
    ("C001", "an unknown version", saying(slot_value("SpecificationIdentifier"), "oots-edm:v1.1")),
    ("S020", "version as date", attribute(slot_type("SpecificationIdentifier"), TYPE, "rim:DateTimeValueType")),
    ("S006", "no date", without(slot("IssueDateTime"))),
    ("S006", "two dates", twice(slot("IssueDateTime"))),
    ("S021", "date as string", attribute(slot_type("IssueDateTime"), TYPE, STRING)),
    ("S021", "unbound prefix of a type", attribute(slot_type("IssueDateTime"), TYPE, "no:DateTimeValueType")),
    ("S021", "type of another namespace", attribute(slot_type("IssueDateTime"), TYPE, "query:DateTimeValueType")),
    ("C002", "date without zone", saying(slot_value("IssueDateTime"), "2026-09-01T08:30:00.000")),
    ("C002", "thirteenth month", saying(slot_value("IssueDateTime"), "2026-13-01T08:30:00.000Z")),
    ("S007", "no procedure", without(slot("Procedure"))),
    ("S022", "procedure in languages", attribute(slot_type("Procedure"), TYPE, "rim:InternationalStringValueType")),
    ("S051", "an empty procedure", saying(slot_value("Procedure"), " ")),
    ("S008", "two previews", twice(slot("PreviewLocation"))),
    ("S023", "preview as any", attribute(slot_type("PreviewLocation"), TYPE, ANY)),
    ("C005", "preview over http", saying(slot_value("PreviewLocation"), "http://preview.aarhus.localhost/p/1")),
    ("S061", "return as any", attribute(slot_type("ReturnLocation"), TYPE, ANY)),
    ("S062", "preview without return", without(slot("ReturnLocation"))),
    ("S062", "return without preview", without(slot("PreviewLocation"))),
    ("C120", "return over http", saying(slot_value("ReturnLocation"), "http://portal.lt.localhost/")),
    ("S009", "no possibility", without(slot("PossibilityForPreview"))),
    ("S024", "possibility as string", attribute(slot_type("PossibilityForPreview"), TYPE, STRING)),
    ("S024", "a possible possibility", saying(slot_value("PossibilityForPreview"), "perhaps")),
    ("S010", "no explicit request", without(slot("ExplicitRequestGiven"))),
    ("S025", "explicit request as string", attribute(slot_type("ExplicitRequestGiven"), TYPE, STRING)),
    ("S011", "no requirements", without(slot("Requirements"))),
    ("S026", "requirements not collected", attribute(slot_type("Requirements"), TYPE, ANY)),
    ("S027", "requirement as string", attribute(f"{slot('Requirements')}//rim:Element", TYPE, STRING)),
    ("S037", "something else required", named(REQUIREMENT, f"{{{SDG}}}Agent")),
    ("S038", "requirement without name", without(f"{REQUIREMENT}/sdg:Name")),
    ("S038", "requirement with framework", with_child(REQUIREMENT, "<sdg:ReferenceFramework/>")),
    ("C008", "requirement of another host", saying(f"{REQUIREMENT}/sdg:Identifier", "https://example.org/1")),
    ("C009", "requirement without language", attribute(f"{REQUIREMENT}/sdg:Name", "lang", None)),
    ("C010", "requirement in no language", attribute(f"{REQUIREMENT}/sdg:Name", "lang", "English")),
    ("C093", "description without language", attribute(f"{REQUIREMENT}/sdg:Description", "lang", None)),
    ("S052", "no element", without(f"{slot('Requirements')}//rim:Element")),
    ("S053", "a bag", attribute(slot_type("Requirements"), "collectionType", "urn:bag")),
    ("S012", "no requester", without(slot("EvidenceRequester"))),
    ("S028", "requesters not collected", attribute(slot_type("EvidenceRequester"), TYPE, ANY)),
    ("S029", "requester as string", attribute(f"{slot('EvidenceRequester')}//rim:Element", TYPE, STRING)),
    ("S039", "no agent", named(REQUESTER, f"{{{SDG}}}Requirement")),
    ("S040", "agent with jurisdiction", with_child(REQUESTER, "<sdg:Jurisdiction/>")),
    ("S040", "agent without identifier", without(f"{REQUESTER}/sdg:Identifier")),
    ("C011", "requester without scheme", attribute(f"{REQUESTER}/sdg:Identifier", "schemeID", None)),
    ("C012", "requester of another scheme", attribute(f"{REQUESTER}/sdg:Identifier", "schemeID", "VAT")),
    ("C013", "requester without role", without(f"{REQUESTER}/sdg:Classification")),
    ("C014", "requester of unknown role", saying(f"{REQUESTER}/sdg:Classification", "XX")),
    ("C014", "provider as requester", saying(f"{REQUESTER}/sdg:Classification", "EP")),
    ("C014", "two requesters", twice(f"{slot('EvidenceRequester')}//rim:Element")),
    ("C073", "requester without address", without(f"{REQUESTER}/sdg:Address")),
    ("C015", "requester in no country", saying(f"{REQUESTER}//sdg:AdminUnitLevel1", "Lithuania")),
    ("C108", "requester without language", attribute(f"{REQUESTER}/sdg:Name", "lang", None)),
    ("S013", "no provider", without(slot("EvidenceProvider"))),
    ("S030", "provider as string", attribute(slot_type("EvidenceProvider"), TYPE, STRING)),
    ("S042", "no agent provides", named(PROVIDER, f"{{{SDG}}}Person")),
    ("S043", "provider with role", with_child(PROVIDER, "<sdg:Classification>EP</sdg:Classification>")),
    ("C017", "provider without scheme", attribute(f"{PROVIDER}/sdg:Identifier", "schemeID", None)),
    ("C018", "provider of another scheme", attribute(f"{PROVIDER}/sdg:Identifier", "schemeID", "CVR")),
    ("S031", "answers not collected", attribute(slot_type("EvidenceProviderClassification"), TYPE, ANY)),
    ("S041", "no answer", named(CONCEPT, f"{{{SDG}}}Agent")),
    ("C019", "question without UUID", saying(f"{CONCEPT}/sdg:Identifier", "kommune")),
    ("C106", "question without list", attribute(f"{CONCEPT}/sdg:Identifier", "schemeID", None)),
    ("C020", "question without type", without(f"{CONCEPT}/sdg:Type")),
    ("C095", "question of unknown type", saying(f"{CONCEPT}/sdg:Type", "number")),
    ("C023", "question without answer", without(f"{CONCEPT}/sdg:SupportedValue")),
    ("S019", "an unknown slot", attribute(slot("Procedure"), "name", "PreviewMethod")),
    ("S050", "two values", twice(slot_type("Procedure"))),
    ("C024", "another return type", attribute("//query:ResponseOption", "returnType", "ObjectRef")),
    ("C025", "another query", attribute("//query:Query", "queryDefinition", "AdhocQuery")),
    ("S015", "no evidence wanted", without(slot("EvidenceRequest"))),
    ("S033", "evidence as string", attribute(slot_type("EvidenceRequest"), TYPE, STRING)),
    ("S044", "other evidence", named(EVIDENCE, f"{{{SDG}}}EvidenceType")),
    ("S045", "evidence with access service", with_child(EVIDENCE, "<sdg:AccessService/>")),
    ("S045", "evidence without classification", without(f"{EVIDENCE}/sdg:EvidenceTypeClassification")),
    ("C026", "evidence without UUID", saying(f"{EVIDENCE}/sdg:Identifier", "bopaelsattest")),
    ("C027", "evidence of another host", saying(f"{EVIDENCE}/sdg:EvidenceTypeClassification", "https://example.org")),
    ("C028", "title without language", attribute(f"{EVIDENCE}/sdg:Title", "lang", None)),
    ("C029", "title in lower case", attribute(f"{EVIDENCE}/sdg:Title", "lang", "da")),
    ("C030", "evidence described in no language", attribute(f"{EVIDENCE}/sdg:Description", "lang", None)),
    ("C032", "no distribution", without(DISTRIBUTION)),
    ("C033", "a format not listed", saying(f"{DISTRIBUTION}/sdg:Format", "text/html")),
    ("C034", "a model of another host", saying(f"{DISTRIBUTION}/sdg:ConformsTo", "https://example.org/datamodels/x")),
    ("C118", "a long language", saying(f"{DISTRIBUTION}/sdg:Language", "Danish")),
    ("C119", "main evidence as company", saying(f"{DISTRIBUTION}/sdg:AssociatedDocumentRequest", "MainEvidence")),
    ("S016", "nobody", without(slot("NaturalPerson"))),
    ("S016", "two persons", twice(slot("NaturalPerson"))),
    ("S035", "person as string", attribute(slot_type("NaturalPerson"), TYPE, STRING)),
    ("S046", "no person", named(PERSON, f"{{{SDG}}}LegalPerson")),
    ("S046", "person without name", without(f"{PERSON}/sdg:FamilyName")),
    ("S051", "person with empty name", saying(f"{PERSON}/sdg:FamilyName", "")),
    ("C036", "person without assurance", without(f"{PERSON}/sdg:LevelOfAssurance")),
    ("C037", "person of unknown assurance", saying(f"{PERSON}/sdg:LevelOfAssurance", "Substiantial")),
    ("C040", "a short eIDAS identifier", saying(f"{PERSON}/sdg:Identifier", "DK/LT/1")),
    ("C041", "person without scheme", attribute(f"{PERSON}/sdg:Identifier", "schemeID", None)),
    ("C042", "person of the wallet", attribute(f"{PERSON}/sdg:Identifier", "schemeID", "eidas2")),
    ("C043", "birthday written otherwise", saying(f"{PERSON}/sdg:DateOfBirth", "03-02-1990")),
    ("C043", "birthday that never was", saying(f"{PERSON}/sdg:DateOfBirth", "1990-02-30")),
    ("S036", "representative as string", attribute(slot_type("AuthorizedRepresentative"), TYPE, STRING)),
    ("S048", "representative is no person", named(REPRESENTATIVE, f"{{{SDG}}}Agent")),
    ("C058", "representative without assurance", without(f"{REPRESENTATIVE}/sdg:LevelOfAssurance")),
    ("C064", "representative never born", saying(f"{REPRESENTATIVE}/sdg:DateOfBirth", "yesterday")),
    ("S049", "an unknown slot of the query", attribute(slot("AuthorizedRepresentative"), "name", "Guardian")),
]

REFUSED_FOR_COMPANY: list[tuple[str, str, Change]] = [
    ("S034", "company as string", attribute(slot_type("LegalPerson"), TYPE, STRING)),
    ("S047", "no company", named(COMPANY, f"{{{SDG}}}Person")),
    ("C047", "company without assurance", without(f"{COMPANY}/sdg:LevelOfAssurance")),
    ("C049", "company without identifier", without(f"{COMPANY}/sdg:LegalPersonIdentifier")),
    ("C050", "company with short identifier", saying(f"{COMPANY}/sdg:LegalPersonIdentifier", "12345678")),
    ("C053", "company of another scheme", attribute(f"{COMPANY}/sdg:LegalPersonIdentifier", "schemeID", "VAT")),
    ("C054", "number without scheme", attribute(f"{COMPANY}/sdg:Identifier", "schemeID", None)),
    ("C055", "number of unknown scheme", attribute(f"{COMPANY}/sdg:Identifier", "schemeID", "CVR")),
    ("C056", "company in no country", saying(f"{COMPANY}//sdg:AdminUnitLevel1", "dk")),
    ("S055", "representative as string", attribute(slot_type("AuthorizedRepresentativeLegalPerson"), TYPE, STRING)),
    (
        "S056",
        "representative is no company",
        named(f"{slot('AuthorizedRepresentativeLegalPerson')}//sdg:LegalPerson", f"{{{SDG}}}Person"),
    ),
]


def refusal(data: bytes) -> MessageError:
    with pytest.raises(MessageError) as caught:
        request.decode(data)
    return caught.value


@pytest.mark.parametrize(("rule", "change"), [pytest.param(r, c, id=f"{r} {why}") for r, why, c in REFUSED])
def test_a_request_with_one_fault_is_refused_by_the_rule(rule: str, change: Change) -> None:
    assert request.decode(LAWFUL) == wire.REQUEST
    assert refusal(changed(LAWFUL, change)).rule == f"R-EDM-REQ-{rule}"


@pytest.mark.parametrize(("rule", "change"), [pytest.param(r, c, id=f"{r} {why}") for r, why, c in REFUSED_FOR_COMPANY])
def test_a_request_about_a_company_with_one_fault_is_refused_by_the_rule(rule: str, change: Change) -> None:
    assert request.decode(FOR_COMPANY).subject == wire.COMPANY
    assert refusal(changed(FOR_COMPANY, change)).rule == f"R-EDM-REQ-{rule}"


def test_the_version_is_looked_at_before_anything_else() -> None:
    other_version = changed(LAWFUL, saying(slot_value("SpecificationIdentifier"), "oots-edm:v1.1"))
    assert refusal(changed(other_version, without(slot("IssueDateTime")))).rule == "R-EDM-REQ-C001"


def test_a_request_in_a_preferred_language_is_refused() -> None:
    assert "xml:lang" in refusal(changed(LAWFUL, attribute("/*", f"{{{XML}}}lang", "DA"))).why


def test_a_request_about_a_person_and_a_company_is_refused() -> None:
    person = canonical(wire.only(parse(LAWFUL), slot("NaturalPerson"))).decode()
    both = changed(FOR_COMPANY, with_child("//query:Query", person))
    assert refusal(both).rule == "R-EDM-REQ-S016"


def test_a_refusal_quotes_nothing_personal() -> None:
    error = refusal(changed(LAWFUL, saying(f"{PERSON}/sdg:DateOfBirth", "Łukasiewicz")))
    assert "Łukasiewicz" not in str(error)


def test_booleans_and_prefixes_of_others_are_understood() -> None:
    as_number = changed(LAWFUL, saying(slot_value("PossibilityForPreview"), "1"))
    other_prefix = re.sub(rb'(</?|"|xmlns:)rim\b', rb"\1r", as_number)
    assert b"<r:Slot" in other_prefix
    assert b'"r:BooleanValueType"' in other_prefix
    assert request.decode(other_prefix) == wire.REQUEST


def test_slots_are_found_by_name_and_not_by_place() -> None:
    def last_first(root: etree._Element) -> None:
        root.insert(0, wire.only(root, slot("EvidenceProvider")))

    assert request.decode(changed(LAWFUL, last_first)) == wire.REQUEST


def test_a_distribution_in_two_formats_is_read_as_two() -> None:
    data = changed(LAWFUL, with_child(DISTRIBUTION, "<sdg:Format>application/json</sdg:Format>"))
    formats = [distribution.format for distribution in request.decode(data).evidence.distributions]
    assert formats == ["application/xml", "application/json"]


def test_the_id_of_a_broken_request_is_still_found() -> None:
    assert request.request_id_of(changed(LAWFUL, without(slot("IssueDateTime")))) == wire.REQUEST.request_id


def test_the_id_of_a_broken_request_is_answered_in_the_case_that_answers_must_have() -> None:
    upper = LAWFUL.replace(wire.REQUEST.request_id.encode(), wire.REQUEST.request_id.upper().encode())
    assert upper != LAWFUL
    assert request.request_id_of(upper) == request.request_id_of(LAWFUL) == wire.REQUEST.request_id


@pytest.mark.parametrize("data", [b"", b"no XML", b"<a/>", b'<a id="urn:uuid:1"/>', b"<!DOCTYPE a><a/>", b"\xff\xfe"])
def test_an_unreadable_request_has_no_id(data: bytes) -> None:
    assert request.request_id_of(LAWFUL) is not None
    assert request.request_id_of(data) is None
