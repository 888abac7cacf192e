"""One change to a lawful message of 1.0, and the rule that refuses it, by the id under which 1.0 published it."""

from __future__ import annotations

import pytest

from oots.model.errors import MessageError
from oots.wire import answer, request
from oots.wire.namespaces import XML, XSI
from oots.wire.profile import V1_0
from oots.wire.status import SEVERITY_ERROR
from tests.support import wire
from tests.support.edm_messages import a_preview, a_request, a_response
from tests.support.wire import (
    Change,
    attribute,
    changed,
    saying,
    slot,
    slot_type,
    slot_value,
    twice,
    with_child,
    without,
)

LANG, TYPE = f"{{{XML}}}lang", f"{{{XSI}}}type"
STRING, ANY = "rim:StringValueType", "rim:AnyValueType"
PROVIDER = f"{slot('EvidenceProvider')}//sdg:Agent"
REQUESTER = f"{slot('EvidenceRequester')}//sdg:Agent"
PROCEDURE = f"{slot('Procedure')}//rim:LocalizedString"
CONCEPT = "//sdg:EvidenceProviderClassification"
EVIDENCE = "//sdg:DataServiceEvidenceType"
NEWEST = wire.CERTIFICATE.classification
REQUESTS: list[tuple[str, str, Change]] = [
    ("S022", "a plain procedure", attribute(slot_type("Procedure"), TYPE, STRING)),
    ("C004", "a procedure in no language", attribute(PROCEDURE, LANG, "English")),
    ("S008", "two previews", twice(slot("PreviewLocation"))),
    ("C005", "a preview over http", saying(slot_value("PreviewLocation"), "http://preview.dk/")),
    ("S019", "a way back in a slot", attribute(slot("PreviewLocation"), "name", "ReturnLocation")),
    ("S019", "a slot of the query", attribute(slot("Procedure"), "name", "NaturalPerson")),
    ("S040", "a requester with jurisdiction", with_child(REQUESTER, "<sdg:Jurisdiction/>")),
    ("C010", "a requester without scheme", attribute(f"{REQUESTER}/sdg:Identifier", "schemeID", None)),
    ("C043", "a person born some year", saying("//sdg:Person/sdg:DateOfBirth", "1990")),
    ("C039", "an identifier of another form", saying("//sdg:Person/sdg:Identifier", "123")),
    ("C019", "a question without UUID", saying(f"{CONCEPT}/sdg:Identifier", "kommune")),
    ("C023", "a question without answer", without(f"{CONCEPT}/sdg:SupportedValue")),
    ("C008", "a requirement of the newest host", saying("//sdg:Requirement/sdg:Identifier", wire.DOMICILE.identifier)),
    ("C009", "a requirement in lower case", attribute("//sdg:Requirement/sdg:Name", "lang", "en")),
    ("C027", "a type of the newest host", saying(f"{EVIDENCE}/sdg:EvidenceTypeClassification", NEWEST)),
    ("C029", "a title without language", attribute(f"{EVIDENCE}/sdg:Title", "lang", None)),
    ("C028", "a title in lower case", attribute(f"{EVIDENCE}/sdg:Title", "lang", "da")),
    ("S045", "no description", without(f"{EVIDENCE}/sdg:Description")),
    ("C034", "a model of the newest family", saying("//sdg:ConformsTo", wire.XML.conforms_to or "")),
    ("C035", "a part of a model elsewhere", saying("//sdg:Transformation", "https://example.org/")),
]
RESPONSES: list[tuple[str, str, Change]] = [
    ("REQ-S021", "a provider as string", attribute(f"{slot('EvidenceProvider')}//rim:Element", TYPE, STRING)),
    ("RESP-C011", "two providers", twice(f"{slot('EvidenceProvider')}//rim:Element")),
    ("RESP-S026", "a provider without address", without(f"{PROVIDER}/sdg:Address")),
    ("RESP-C012", "a requester without scheme", attribute(f"{REQUESTER}/sdg:Identifier", "schemeID", None)),
    ("RESP-S030", "no description", without("//sdg:IsConformantTo/sdg:Description")),
    ("RESP-C017", "a type of the newest host", saying("//sdg:EvidenceTypeClassification", NEWEST)),
    ("RESP-C019", "a title without language", attribute("//sdg:Title", "lang", None)),
    ("RESP-S033", "no reference", without("//rim:RepositoryItemRef")),
]
ERRORS: list[tuple[str, str, Change]] = [
    ("S10", "no identifier", without(slot("EvidenceResponseIdentifier"))),
    ("S11", "no provider", without(slot("ErrorProvider"))),
    ("S12", "no time", without(slot("Timestamp"))),
    ("S15", "two descriptions", twice(slot("PreviewDescription"))),
    ("S16", "two methods", twice(slot("PreviewMethod"))),
    ("S25", "a method as any", attribute(slot_type("PreviewMethod"), TYPE, ANY)),
    ("S07", "a list", with_child("/*", "<rim:RegistryObjectList/>")),
    ("S08", "no exception", without("//rs:Exception")),
    ("S017a", "an unknown slot", attribute(slot("EvidenceRequester"), "name", "IssueDateTime")),
    ("S017b", "an unknown slot of the exception", attribute(slot("PreviewMethod"), "name", "Method")),
    ("S021", "a requester as string", attribute(slot_type("EvidenceRequester"), TYPE, STRING)),
    ("C013", "a type of another code", attribute("//rs:Exception", TYPE, "rs:TimeoutExceptionType")),
    ("C015", "missing authorization without preview", attribute("//rs:Exception", "severity", SEVERITY_ERROR)),
]


@pytest.mark.parametrize(("rule", "what", "change"), REQUESTS, ids=[what for _, what, _ in REQUESTS])
def test_a_request_of_1_0_is_refused_by_the_rule_of_1_0(rule: str, what: str, change: Change) -> None:
    data = request.encode(a_request(V1_0))
    assert request.decode(data) == a_request(V1_0)
    with pytest.raises(MessageError) as refused:
        request.decode(changed(data, change))
    assert refused.value.rule == f"R-EDM-REQ-{rule}"


@pytest.mark.parametrize(("rule", "what", "change"), RESPONSES, ids=[what for _, what, _ in RESPONSES])
def test_a_response_of_1_0_is_refused_by_the_rule_of_1_0(rule: str, what: str, change: Change) -> None:
    data = answer.encode(a_response(V1_0))
    assert answer.decode(data) == a_response(V1_0)
    with pytest.raises(MessageError) as refused:
        answer.decode(changed(data, change))
    assert refused.value.rule == f"R-EDM-{rule}"


@pytest.mark.parametrize(("rule", "what", "change"), ERRORS, ids=[what for _, what, _ in ERRORS])
def test_an_error_of_1_0_is_refused_by_the_rule_of_1_0(rule: str, what: str, change: Change) -> None:
    data = answer.encode(a_preview(V1_0))
    assert answer.decode(data) == a_preview(V1_0)
    with pytest.raises(MessageError) as refused:
        answer.decode(changed(data, change))
    assert refused.value.rule == f"R-EDM-ERR-{rule}"
