"""One change to a lawful response or error, and the published rule that refuses it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oots.model.errors import MessageError
from oots.model.evidence import EvidencePackage
from oots.wire import answer
from oots.wire.error import decode_error, encode_error
from oots.wire.namespaces import NSMAP, SDG, XLINK, XML, XSI
from oots.wire.response import decode_response, encode_response
from oots.wire.status import FAILURE, SEVERITY_ERROR, SUCCESS, UNAVAILABLE
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

RESPONSE = encode_response(wire.RESPONSE)
PREVIEW = encode_error(wire.PREVIEW_REQUIRED)
NOT_FOUND = encode_error(wire.NOT_FOUND)
UNREADABLE = encode_error(wire.UNREADABLE)

TYPE = f"{{{XSI}}}type"
STRING, ANY = "rim:StringValueType", "rim:AnyValueType"
PROVIDER = f"{slot('EvidenceProvider')}//sdg:Agent[sdg:Classification='EP']"
REQUESTER = f"{slot('EvidenceRequester')}//sdg:Agent"
PACKAGE = "/query:QueryResponse/rim:RegistryObjectList/rim:RegistryObject"
MAIN = "//rim:RegistryObject[rim:Classification/@classificationNode='MainEvidence']"
READABLE = "//rim:RegistryObject[rim:Classification/@classificationNode='HumanReadableVersion']"
ASSOCIATION = "//rim:RegistryObject[@sourceObject]"
EVIDENCE = f"{MAIN}//sdg:Evidence"
SUBJECT = f"{EVIDENCE}//sdg:NaturalPerson"
MAIN_URN, READABLE_URN = f"urn:uuid:{wire.MAIN.object_id}", f"urn:uuid:{wire.READABLE.object_id}"
NOBODY = f"urn:uuid:{wire.a_uuid(99)}"
ASSOCIATED = "urn:oasis:names:tc:ebxml-regrep:AssociationType:"

REFUSED_RESPONSES: list[tuple[str, str, Change]] = [
    ("S001", "another root", named("/*", f"{{{NSMAP['query']}}}QueryRequest")),
    ("S002", "another namespace", named("/*", "{urn:other}QueryResponse")),
    ("S003", "no request named", attribute("/*", "requestId", None)),
    ("S004", "request without prefix", attribute("/*", "requestId", wire.a_uuid(10))),
    ("S005", "no status", attribute("/*", "status", None)),
    ("S006", "another status", attribute("/*", "status", f"{SUCCESS}ful")),
    ("S007", "no list", without("/query:QueryResponse/rim:RegistryObjectList")),
    ("S008", "an exception", with_child("/*", "<rs:Exception/>")),
    ("S009", "no version", without(slot("SpecificationIdentifier"))),
    ("C002", "an unknown version", saying(slot_value("SpecificationIdentifier"), "oots-edm:v1.1")),
    ("S010", "no identifier", without(slot("EvidenceResponseIdentifier"))),
    ("C003", "identifier with prefix", saying(slot_value("EvidenceResponseIdentifier"), NOBODY)),
    ("S011", "no date", without(slot("IssueDateTime"))),
    ("C004", "a day without time", saying(slot_value("IssueDateTime"), "2026-09-01")),
    ("S012", "no provider", without(slot("EvidenceProvider"))),
    ("S013", "no requester", without(slot("EvidenceRequester"))),
    ("S014", "no date for later", attribute("/*", "status", UNAVAILABLE)),
    ("S015", "no metadata", without(f"{MAIN}/rim:Slot")),
    ("S016", "an unknown slot", attribute(slot("IssueDateTime"), "name", "Issued")),
    ("S017", "version as any", attribute(slot_type("SpecificationIdentifier"), TYPE, ANY)),
    ("S018", "identifier as any", attribute(slot_type("EvidenceResponseIdentifier"), TYPE, ANY)),
    ("S019", "date as string", attribute(slot_type("IssueDateTime"), TYPE, STRING)),
    ("S020", "provider not collected", attribute(slot_type("EvidenceProvider"), TYPE, ANY)),
    ("S021", "provider as string", attribute(f"{slot('EvidenceProvider')}//rim:Element", TYPE, STRING)),
    ("S022", "requester as string", attribute(slot_type("EvidenceRequester"), TYPE, STRING)),
    ("S024", "metadata as string", attribute(f"{MAIN}/rim:Slot/rim:SlotValue", TYPE, STRING)),
    ("S025", "no agent provides", named(PROVIDER, f"{{{SDG}}}Person")),
    ("S026", "provider without address", without(f"{PROVIDER}/sdg:Address")),
    ("C006", "provider without scheme", attribute(f"{PROVIDER}/sdg:Identifier", "schemeID", None)),
    ("C007", "provider of another scheme", attribute(f"{PROVIDER}/sdg:Identifier", "schemeID", "CVR")),
    ("C008", "provider in no country", saying(f"{PROVIDER}//sdg:AdminUnitLevel1", "Danmark")),
    ("C010", "provider without role", without(f"{PROVIDER}/sdg:Classification")),
    ("C011", "provider of unknown role", saying(f"{PROVIDER}/sdg:Classification", "XX")),
    ("C046", "no evidence provider", saying(f"{PROVIDER}/sdg:Classification", "IP")),
    ("S027", "no agent requests", named(REQUESTER, f"{{{SDG}}}Person")),
    ("S028", "requester with role", with_child(REQUESTER, "<sdg:Classification>ER</sdg:Classification>")),
    ("C013", "requester without scheme", attribute(f"{REQUESTER}/sdg:Identifier", "schemeID", None)),
    ("C014", "requester of another scheme", attribute(f"{REQUESTER}/sdg:Identifier", "schemeID", "CVR")),
    ("S029", "other metadata", named(EVIDENCE, f"{{{SDG}}}EvidenceType")),
    ("S033", "no reference", without(f"{MAIN}/rim:RepositoryItemRef")),
    ("S034", "reference to nothing", attribute(f"{MAIN}/rim:RepositoryItemRef", f"{{{XLINK}}}href", None)),
    ("S035", "reference without title", attribute(f"{MAIN}/rim:RepositoryItemRef", f"{{{XLINK}}}title", None)),
    ("C042", "reference to the web", attribute(f"{MAIN}/rim:RepositoryItemRef", f"{{{XLINK}}}href", "https://a@b")),
    ("S036", "object without id", attribute(MAIN, "id", None)),
    ("S037", "object with bare id", attribute(MAIN, "id", wire.MAIN.object_id)),
    ("S041", "subject with assurance", with_child(SUBJECT, "<sdg:LevelOfAssurance>High</sdg:LevelOfAssurance>")),
    ("C028", "subject with short identifier", saying(f"{SUBJECT}/sdg:Identifier", "DK/LT/1")),
    ("C030", "subject without scheme", attribute(f"{SUBJECT}/sdg:Identifier", "schemeID", None)),
    ("C031", "subject of another scheme", attribute(f"{SUBJECT}/sdg:Identifier", "schemeID", "CPR")),
    ("C032", "subject never born", saying(f"{SUBJECT}/sdg:DateOfBirth", "1990-02-30")),
    ("S046", "package without list", without(f"{PACKAGE}/rim:RegistryObjectList")),
    ("S046", "package with two lists", twice(f"{PACKAGE}/rim:RegistryObjectList")),
    ("S047", "no main evidence", without(MAIN)),
    ("S048", "no classification", without(f"{MAIN}/rim:Classification")),
    ("S048", "two classifications", twice(f"{MAIN}/rim:Classification")),
    ("S048", "another scheme", attribute(f"{MAIN}/rim:Classification", "classificationScheme", "urn:other")),
    ("S049", "unknown node", attribute(f"{MAIN}/rim:Classification", "classificationNode", "Appendix")),
    ("S050", "readable version of nothing", without(ASSOCIATION)),
    ("S051", "association from nobody", attribute(ASSOCIATION, "sourceObject", NOBODY)),
    ("S052", "readable version called annex", attribute(ASSOCIATION, "type", f"{ASSOCIATED}Annex")),
    ("S053", "readable version called translation", attribute(ASSOCIATION, "type", f"{ASSOCIATED}Translation")),
    ("S054", "main evidence called readable", attribute(ASSOCIATION, "sourceObject", MAIN_URN)),
    ("S055", "association to nobody", attribute(ASSOCIATION, "targetObject", NOBODY)),
    ("S058", "readable version of itself", attribute(ASSOCIATION, "targetObject", READABLE_URN)),
    ("S059", "association of another kind", attribute(ASSOCIATION, "type", f"{ASSOCIATED}HasMember")),
    ("S062", "main evidence of nobody", without(f"{EVIDENCE}/sdg:IsAbout")),
    ("S062", "main evidence without authority", without(f"{EVIDENCE}/sdg:IssuingAuthority")),
    ("S062", "main evidence without type", without(f"{EVIDENCE}/sdg:IsConformantTo")),
    ("C016", "main evidence never issued", saying(f"{EVIDENCE}/sdg:IssuingDate", "2026-02-30")),
    ("S063", "dated annex", with_child(f"{READABLE}//sdg:Evidence", "<sdg:IssuingDate>2026-09-01</sdg:IssuingDate>")),
    ("S065", "classification with bare id", attribute(f"{MAIN}/rim:Classification", "id", wire.a_uuid(1))),
    ("S066", "document at the top", attribute(PACKAGE, TYPE, "rim:ExtrinsicObjectType")),
    ("C015", "evidence without UUID", saying(f"{EVIDENCE}/sdg:Identifier", "1")),
    ("C017", "evidence of another host", saying(f"{EVIDENCE}//sdg:EvidenceTypeClassification", "https://example.org")),
    ("C018", "title without language", attribute(f"{EVIDENCE}//sdg:Title", "lang", None)),
    ("C022", "a model of another host", saying(f"{EVIDENCE}//sdg:ConformsTo", "https://example.org/")),
    ("C023", "a format not listed", saying(f"{EVIDENCE}//sdg:Format", "text/plain")),
    ("C026", "a long language", saying(f"{EVIDENCE}//sdg:Language", "Danish")),
    ("C038", "authority without scheme", attribute(f"{EVIDENCE}/sdg:IssuingAuthority/*", "schemeID", None)),
    ("C040", "valid from no day", saying(f"{EVIDENCE}//sdg:StartDate", "soon")),
    ("C041", "valid until no day", saying(f"{EVIDENCE}//sdg:EndDate", "later")),
]

REQUIRED = "urn:sr.oots.tech.ec.europa.eu:codes:ErrorSeverity:EDMErrorResponse:PreviewRequired"
EXCEPTION = "//rs:Exception"
ERRING = f"{slot('ErrorProvider')}//sdg:Agent"
REFUSED_ERRORS: list[tuple[str, str, Change]] = [
    ("S001", "another root", named("/*", f"{{{NSMAP['query']}}}QueryRequest")),
    ("S002", "another namespace", named("/*", "{urn:other}QueryResponse")),
    ("S003", "no request named", attribute("/*", "requestId", None)),
    ("S004", "request without prefix", attribute("/*", "requestId", wire.a_uuid(10))),
    ("S006", "a success", attribute("/*", "status", SUCCESS)),
    ("S007", "a list", with_child("/*", "<rim:RegistryObjectList/>")),
    ("S008", "no exception", without(EXCEPTION)),
    ("S009", "no version", without(slot("SpecificationIdentifier"))),
    ("C001", "an unknown version", saying(slot_value("SpecificationIdentifier"), "oots-edm:v1.1")),
    ("S010", "no identifier", without(slot("EvidenceResponseIdentifier"))),
    ("C002", "identifier with prefix", saying(slot_value("EvidenceResponseIdentifier"), NOBODY)),
    ("S011", "no error provider", without(slot("ErrorProvider"))),
    ("S012", "no time", without(slot("Timestamp"))),
    ("C018", "a day without time", saying(slot_value("Timestamp"), "2026-09-01")),
    ("S013", "no requester", without(slot("EvidenceRequester"))),
    ("S017", "an unknown slot", attribute(slot("EvidenceRequester"), "name", "IssueDateTime")),
    ("S018", "version as any", attribute(slot_type("SpecificationIdentifier"), TYPE, ANY)),
    ("S019", "identifier as any", attribute(slot_type("EvidenceResponseIdentifier"), TYPE, ANY)),
    ("S020", "error provider as string", attribute(slot_type("ErrorProvider"), TYPE, STRING)),
    ("S021", "requester as string", attribute(slot_type("EvidenceRequester"), TYPE, STRING)),
    ("S022", "time as string", attribute(slot_type("Timestamp"), TYPE, STRING)),
    ("S023", "preview as any", attribute(slot_type("PreviewLocation"), TYPE, ANY)),
    ("S024", "description as string", attribute(slot_type("PreviewDescription"), TYPE, STRING)),
    ("S026", "no agent errs", named(ERRING, f"{{{SDG}}}Person")),
    ("S027", "a method", attribute(slot("PreviewDescription"), "name", "PreviewMethod")),
    ("S028", "error provider without name", without(f"{ERRING}/sdg:Name")),
    ("S029", "requester with role", with_child(REQUESTER, "<sdg:Classification>ER</sdg:Classification>")),
    ("C003", "error provider without scheme", attribute(f"{ERRING}/sdg:Identifier", "schemeID", None)),
    ("C004", "error provider of another scheme", attribute(f"{ERRING}/sdg:Identifier", "schemeID", "CVR")),
    ("C005", "error provider in no country", saying(f"{ERRING}//sdg:AdminUnitLevel1", "dk")),
    ("C007", "error provider without role", without(f"{ERRING}/sdg:Classification")),
    ("C008", "requester as error provider", saying(f"{ERRING}/sdg:Classification", "ER")),
    ("C024", "error provider without address", without(f"{ERRING}/sdg:Address")),
    ("C009", "requester without scheme", attribute(f"{REQUESTER}/sdg:Identifier", "schemeID", None)),
    ("C012", "no type", attribute(EXCEPTION, TYPE, None)),
    ("C014", "unknown severity", attribute(EXCEPTION, "severity", f"{SEVERITY_ERROR}s")),
    ("C016", "no message", attribute(EXCEPTION, "message", None)),
    ("C017", "unknown code", attribute(EXCEPTION, "code", "EDM:ERR:0009")),
    ("C026", "type of another code", attribute(EXCEPTION, TYPE, "rs:TimeoutExceptionType")),
    ("C019", "preview over http", saying(slot_value("PreviewLocation"), "http://preview.aarhus.localhost/")),
    ("C020", "description in no language", attribute("//rim:LocalizedString", f"{{{XML}}}lang", "Dansk")),
    ("C022", "required but not located", without(slot("PreviewLocation"))),
    ("C022", "located but not required", attribute(EXCEPTION, "severity", SEVERITY_ERROR)),
]


@pytest.mark.parametrize(("rule", "change"), [pytest.param(r, c, id=f"{r} {why}") for r, why, c in REFUSED_RESPONSES])
def test_a_response_with_one_fault_is_refused_by_the_rule(rule: str, change: Change) -> None:
    assert decode_response(RESPONSE) == wire.RESPONSE
    with pytest.raises(MessageError) as caught:
        decode_response(changed(RESPONSE, change))
    assert caught.value.rule == f"R-EDM-RESP-{rule}"


@pytest.mark.parametrize(("rule", "change"), [pytest.param(r, c, id=f"{r} {why}") for r, why, c in REFUSED_ERRORS])
def test_an_error_with_one_fault_is_refused_by_the_rule(rule: str, change: Change) -> None:
    assert decode_error(PREVIEW) == wire.PREVIEW_REQUIRED
    with pytest.raises(MessageError) as caught:
        decode_error(changed(PREVIEW, change))
    assert caught.value.rule == f"R-EDM-ERR-{rule}"


def test_only_missing_authorization_may_require_a_preview() -> None:
    assert decode_error(NOT_FOUND) == wire.NOT_FOUND
    with pytest.raises(MessageError) as caught:
        decode_error(changed(NOT_FOUND, attribute(EXCEPTION, "severity", REQUIRED)))
    assert caught.value.rule == "R-EDM-ERR-C015"


def test_an_answer_to_an_unreadable_request_names_none() -> None:
    assert decode_error(UNREADABLE) == wire.UNREADABLE
    assert b"requestId" not in UNREADABLE


def test_a_date_of_availability_comes_with_unavailable_only() -> None:
    deferred = encode_response(wire.DEFERRED)
    assert decode_response(deferred) == wire.DEFERRED
    with pytest.raises(MessageError) as caught:
        decode_response(changed(deferred, attribute("/*", "status", SUCCESS)))
    assert caught.value.rule == "R-EDM-RESP-S045"


def test_an_answer_with_the_other_status_is_read_as_the_other_kind() -> None:
    assert answer.decode(RESPONSE) == wire.RESPONSE
    with pytest.raises(MessageError, match="R-EDM-ERR-"):
        answer.decode(changed(RESPONSE, attribute("/*", "status", FAILURE)))


def test_evidence_names_no_more_of_its_subject_than_the_rules_allow() -> None:
    main = replace(wire.MAIN, main=replace(wire.MAIN_METADATA, subject=wire.PERSON))
    told = replace(wire.RESPONSE, packages=(EvidencePackage(wire.a_uuid(51), (main,)),))
    assert wire.PERSON.level_of_assurance is not None
    assert decode_response(encode_response(told)).packages[0].documents[0].main == wire.MAIN_METADATA
