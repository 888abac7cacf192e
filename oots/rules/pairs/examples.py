"""A small example for each rule between messages: what was there, a later document that keeps the rule, one that
breaks it. Whatever a rule does not look at is left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from lxml import etree

from oots.rules.pairs import answer, evidence, header_to_body, later_header, receipt, second_request
from oots.rules.pairs.pair import PREFIX
from oots.rules.place import NAMESPACES
from oots.rules.rule import Finding
from oots.wire.xml import parse

_DECLARED: Final = {
    **NAMESPACES,
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "ebbp": "http://docs.oasis-open.org/ebxml-bp/ebbp-signals-2.0",
    "wsse": "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd",
}
_DECLARATIONS: Final = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _DECLARED.items() if prefix != "xml")
_XMLNS: Final = re.compile(r' xmlns:\w+="[^"]*"')
Documents = tuple[str, ...]
"""A pair as fragments: the later document first, then the earlier ones and what else the pair needs."""
Judge = Callable[[Documents], tuple[Finding, ...]]


@dataclass(frozen=True, slots=True)
class PairExample:
    """`keeps` and `breaks` are fragments for people, without declarations, and `names` says what each of them is."""

    names: Documents
    keeps: Documents
    breaks: Documents
    judge: Judge


def _root(fragment: str) -> etree._Element:
    return parse(re.sub(r"^<([\w:]+)", rf"<\1 {_DECLARATIONS}", fragment, count=1).encode())


def _pretty(fragment: str) -> str:
    if not fragment.startswith("<"):
        return fragment
    root = _root(fragment)
    etree.indent(root)
    return _XMLNS.sub("", etree.tostring(root, encoding="unicode"))


def _judge_answer(pair: Documents) -> tuple[Finding, ...]:
    return answer.answer_to_request(*map(_root, pair))


def _judge_second(pair: Documents) -> tuple[Finding, ...]:
    return second_request.second_request(*map(_root, pair))


def _judge_body(pair: Documents) -> tuple[Finding, ...]:
    """What is carried are lines of content id and media type."""
    header, body, *carried = pair
    parts = dict(line.split() for lines in carried for line in lines.splitlines())
    return header_to_body.header_to_body(_root(header), _root(body), parts or None)


def _judge_second_header(pair: Documents) -> tuple[Finding, ...]:
    return later_header.second_header(*map(_root, pair))


def _judge_answer_header(pair: Documents) -> tuple[Finding, ...]:
    return later_header.answer_header(*map(_root, pair))


def _judge_receipt(pair: Documents) -> tuple[Finding, ...]:
    return receipt.receipt_to_message(*map(_root, pair))


def _judge_evidence(pair: Documents) -> tuple[Finding, ...]:
    metadata, content, media_type, *signer = pair
    return evidence.evidence_to_metadata(_root(metadata), media_type, content.encode(), signer=next(iter(signer), None))


# --- the documents, as far as the rules look at them ---

_ONE: Final = "urn:uuid:00000000-0000-4000-8000-000000000001"
_TWO: Final = "urn:uuid:00000000-0000-4000-8000-000000000002"
_LT: Final = '<sdg:Identifier schemeID="urn:cef.eu:names:identifier:EAS:0200">999000001</sdg:Identifier>'
_DK: Final = '<sdg:Identifier schemeID="urn:cef.eu:names:identifier:EAS:0184">55133018</sdg:Identifier>'
_OTHER: Final = '<sdg:Identifier schemeID="urn:cef.eu:names:identifier:EAS:0184">35209115</sdg:Identifier>'
_FAILURE: Final = 'status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Failure"'
_MODELS: Final = "https://sr.oots.tech.ec.europa.eu/datamodels"
_OURS: Final = f"{_MODELS}/dk-bopaelsattest-1.0"
_PREVIEW: Final = "https://preview.example.dk/p/1"


def _request(content: str, request_id: str = _ONE) -> str:
    return f'<query:QueryRequest id="{request_id}">{content}</query:QueryRequest>'


def _response(content: str, attributes: str = f'requestId="{_ONE}"') -> str:
    return f"<query:QueryResponse {attributes}>{content}</query:QueryResponse>"


def _error(content: str) -> str:
    return _response(content, f'requestId="{_ONE}" {_FAILURE}')


def _slot(name: str, content: str) -> str:
    return f'<rim:Slot name="{name}"><rim:SlotValue>{content}</rim:SlotValue></rim:Slot>'


def _says(name: str, text: str) -> str:
    return _slot(name, f"<rim:Value>{text}</rim:Value>")


def _agent(slot: str, identifier: str, role: str = "") -> str:
    return _slot(slot, f"<sdg:Agent>{identifier}{_element('Classification', role) if role else ''}</sdg:Agent>")


def _members(slot: str, identifier: str, role: str) -> str:
    classification = _element("Classification", role)
    return _slot(slot, f"<rim:Element><sdg:Agent>{identifier}{classification}</sdg:Agent></rim:Element>")


def _element(name: str, content: str) -> str:
    return f"<sdg:{name}>{content}</sdg:{name}>"


def _first(content: str) -> str:
    return _says("SpecificationIdentifier", "oots-edm:v1.0") + content


def _query(slots: str) -> str:
    return f"<query:Query>{slots}</query:Query>"


def _asking(content: str) -> str:
    return _query(_slot("EvidenceRequest", _element("DataServiceEvidenceType", content)))


def _distributed(content: str) -> str:
    return _asking(_element("DistributedAs", content))


def _format(media_type: str) -> str:
    return _element("Format", media_type)


def _piece(metadata: str, reference: str = "", node: str = "", entry: str = "") -> str:
    """One evidence of a response, classified as `node`."""
    classification = "urn:fdc:oots:classification:edm"
    classified = (
        f'<rim:Classification classificationScheme="{classification}" classificationNode="{node}"/>' if node else ""
    )
    referred = f'<rim:RepositoryItemRef xlink:href="{reference}"/>' if reference else ""
    content = _slot("EvidenceMetadata", _element("Evidence", metadata)) + classified + referred
    return f"<rim:RegistryObject{entry}>{content}</rim:RegistryObject>"


def _listed(*pieces: str) -> str:
    return f"<rim:RegistryObjectList>{''.join(pieces)}</rim:RegistryObjectList>"


def _package(*pieces: str) -> str:
    return _listed(f'<rim:RegistryObject xsi:type="rim:RegistryPackageType">{_listed(*pieces)}</rim:RegistryObject>')


def _in(distribution: str) -> str:
    return _element("Distribution", distribution)


def _about(identifier: str, given: str, born: str = "1984-06-12") -> str:
    number = f'<sdg:Identifier schemeID="eidas">{identifier}</sdg:Identifier>' if identifier else ""
    return number + _element("FamilyName", "Prøvesen") + _element("GivenName", given) + _element("DateOfBirth", born)


def _of(person: str) -> str:
    return _element("IsAbout", _element("NaturalPerson", person))


def _with_person(person: str) -> str:
    return _request(_query(_slot("NaturalPerson", _element("Person", person))))


def _demand(severity: str = "PreviewRequired", request_id: str = _ONE, more: str = "") -> str:
    """An error that demands a preview."""
    named = f"urn:sr.oots.tech.ec.europa.eu:codes:ErrorSeverity:EDMErrorResponse:{severity}"
    exception = f'<rs:Exception code="EDM:ERR:0002" severity="{named}">{_says("PreviewLocation", _PREVIEW)}{more}'
    return _response(f"{exception}</rs:Exception>", f'requestId="{request_id}" {_FAILURE}')


def _second(preview: str, content: str = "", request_id: str = _TWO) -> str:
    return _request(
        _says("PreviewLocation", preview) + _says("ReturnLocation", "https://portal.example.lt") + content, request_id
    )


def _header(content: str) -> str:
    return f"<eb:Messaging><eb:UserMessage>{content}</eb:UserMessage></eb:Messaging>"


def _collaboration(name: str, text: str) -> str:
    return _header(f"<eb:CollaborationInfo><eb:{name}>{text}</eb:{name}></eb:CollaborationInfo>")


def _info(message_id: str, reference: str = "") -> str:
    referred = f"<eb:RefToMessageId>{reference}</eb:RefToMessageId>" if reference else ""
    return _header(f"<eb:MessageInfo><eb:MessageId>{message_id}</eb:MessageId>{referred}</eb:MessageInfo>")


def _property(name: str, text: str, scheme: str = "") -> str:
    type_ = f' type="urn:cef.eu:names:identifier:EAS:{scheme}"' if scheme else ""
    return f'<eb:Property name="{name}"{type_}>{text}</eb:Property>'


def _properties(*properties: str) -> str:
    return _header(f"<eb:MessageProperties>{''.join(properties)}</eb:MessageProperties>")


def _corners(sender: str, recipient: str) -> str:
    corners = {"999000001": "0200", "55133018": "0184", "35209115": "0184"}
    return _properties(
        _property("originalSender", sender, corners[sender]), _property("finalRecipient", recipient, corners[recipient])
    )


def _points(sender: str, receiver: str) -> str:
    sides = (("From", sender), ("To", receiver))
    return _header(
        "<eb:PartyInfo>"
        + "".join(f"<eb:{side}><eb:PartyId>{point}</eb:PartyId></eb:{side}>" for side, point in sides)
        + "</eb:PartyInfo>"
    )


def _parts(*parts: tuple[str, str]) -> str:
    return _header(f"<eb:PayloadInfo>{''.join(_part(*part) for part in parts)}</eb:PayloadInfo>")


def _part(name: str, media_type: str) -> str:
    stated = _property("MimeType", media_type)
    return f'<eb:PartInfo href="cid:{name}"><eb:PartProperties>{stated}</eb:PartProperties></eb:PartInfo>'


def _references(*digests: tuple[str, str]) -> list[str]:
    return [
        f'<ds:Reference URI="{uri}"><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>' for uri, digest in digests
    ]


def _signed(*digests: tuple[str, str]) -> str:
    info = f"<ds:SignedInfo>{''.join(_references(*digests))}</ds:SignedInfo>"
    return f"<wsse:Security><ds:Signature>{info}</ds:Signature></wsse:Security>"


def _receipt(*digests: tuple[str, str]) -> str:
    parts = "".join(
        f"<ebbp:MessagePartNRInformation>{each}</ebbp:MessagePartNRInformation>" for each in _references(*digests)
    )
    information = f"<ebbp:NonRepudiationInformation>{parts}</ebbp:NonRepudiationInformation>"
    return f"<eb:SignalMessage><eb:Receipt>{information}</eb:Receipt></eb:SignalMessage>"


def _received(message_id: str) -> str:
    info = f"<eb:MessageInfo><eb:RefToMessageId>{message_id}</eb:RefToMessageId></eb:MessageInfo>"
    return f"<eb:SignalMessage>{info}</eb:SignalMessage>"


_XML: Final = "application/xml"
_PDF: Final = "application/pdf"
_REGREP: Final = "application/x-ebrs+xml"
_DOCUMENT: Final = ("body@x.example", _REGREP)
_ATTEST: Final = ("attest@x.example", _PDF)
_MAIN: Final = _piece(_in(_format(_XML)), node="MainEvidence")
_READABLE: Final = _piece(_in(_format(_PDF)), node="HumanReadableVersion")
_WITH_PDF: Final = _response(_listed(_piece(_in(_format(_PDF)), "cid:attest@x.example")))
_WITH_XML: Final = _request(_distributed(_format(_XML) + _element("ConformsTo", _OURS)))
_OF_FIRST: Final = _request(_first(_distributed(_format(_XML))))
_ASKS_READABLE: Final = _element("AssociatedDocumentRequest", "HumanReadableVersion")
_BODY_DIGEST: Final = ("#body", "Ym9keQ==")
_PART_DIGEST: Final = ("cid:attest@x.example", "YXR0ZXN0")
_BOPAELSATTEST: Final = (
    f'<Bopaelsattest xmlns="{_OURS}"><Person><Fornavne>Solvej</Fornavne><Efternavn>Prøvesen</Efternavn>'
    "<Foedselsdato>1984-06-12</Foedselsdato></Person></Bopaelsattest>"
)
_CONFORMING: Final = (
    f'<Bopaelsattest xmlns="{_OURS}"><Sagsnummer>2026-1</Sagsnummer><Udstedelsesdato>2026-09-01</Udstedelsesdato>'
    "<UdstedendeKommune><Kommunekode>0751</Kommunekode><Kommunenavn>Aarhus</Kommunenavn>"
    "<CVRNummer>55133018</CVRNummer></UdstedendeKommune>"
    "<Person><Fornavne>Solvej</Fornavne><Efternavn>Prøvesen</Efternavn><Adresseringsnavn>Solvej Prøvesen"
    "</Adresseringsnavn><Foedselsdato>1984-06-12</Foedselsdato></Person>"
    "<Bopael><Kommunekode>0751</Kommunekode><Kommunenavn>Aarhus</Kommunenavn><UdenFastBopael/>"
    "<Tilflytningsdato>2019-08-15</Tilflytningsdato></Bopael></Bopaelsattest>"
)


def _metadata(content: str) -> str:
    return f"<sdg:Evidence>{content}</sdg:Evidence>"


def _modelled(person: str) -> str:
    return _metadata(_of(person) + _in(_element("ConformsTo", _OURS)))


_Both = tuple[Documents, Documents]
"""The pair that keeps a rule, and the one that breaks it."""


def _later(given: Documents, keeps: str, breaks: str) -> _Both:
    """The same earlier documents with two later ones."""
    return (keeps, *given), (breaks, *given)


_ANSWERS: Final[Mapping[str, _Both]] = {
    "ANS-001": _later((_request(""),), _response(""), _response("", f'requestId="{_TWO}"')),
    "ANS-002": _later(
        (_request(_says("SpecificationIdentifier", "oots-edm:v2.0")),),
        _response(_says("SpecificationIdentifier", "oots-edm:v2.0")),
        _response(_says("SpecificationIdentifier", "oots-edm:v1.2")),
    ),
    "ANS-003": _later(
        (_request(_members("EvidenceRequester", _LT, "ER")),),
        _response(_agent("EvidenceRequester", _LT)),
        _response(_agent("EvidenceRequester", _OTHER)),
    ),
    "ANS-004": _later(
        (_request(_agent("EvidenceProvider", _DK)),),
        _response(_members("EvidenceProvider", _DK, "EP")),
        _response(_members("EvidenceProvider", _OTHER, "EP")),
    ),
    "ANS-005": _later(
        (_request(_agent("EvidenceProvider", _DK)),),
        _error(_agent("ErrorProvider", _DK, "ERRP")),
        _error(_agent("ErrorProvider", _OTHER, "ERRP")),
    ),
    "ANS-006": _later(
        (_request(_asking(_element("EvidenceTypeClassification", "https://sr.example/DK/1"))),),
        *(
            _response(_listed(_piece(_element("IsConformantTo", _element("EvidenceTypeClassification", url)))))
            for url in ("https://sr.example/DK/1", "https://sr.example/DK/2")
        ),
    ),
    "ANS-007": _later(
        (_request(_distributed(_format(_XML))),),
        _response(_listed(_piece(_in(_format(_XML))))),
        _response(_listed(_piece(_in(_format(_PDF))))),
    ),
    "ANS-008": _later(
        (_OF_FIRST,),
        _response(_first(_listed(_piece(_in(_format(_XML)))))),
        _response(_first(_listed(_piece(_in(_format(_PDF)))))),
    ),
    "ANS-009": _later(
        (_OF_FIRST,),
        _response(_first(_listed(_piece(_in(_format(_XML)))))),
        _response(_first(_listed(_piece(_in(_format(_XML))), _piece(_in(_format(_PDF)))))),
    ),
    "ANS-010": _later(
        (_WITH_XML,),
        _response(_listed(_piece(_in(_format(_XML) + _element("ConformsTo", _OURS))))),
        _response(_listed(_piece(_in(_format(_XML) + _element("ConformsTo", f"{_MODELS}/other"))))),
    ),
    "ANS-011": _later(
        (_request(_first(_distributed(_format(_XML) + _element("Transformation", f"{_OURS}/address")))),),
        _response(_first(_listed(_piece(_in(_format(_XML) + _element("Transformation", f"{_OURS}/address")))))),
        _response(_first(_listed(_piece(_in(_format(_XML)))))),
    ),
    "ANS-012": _later(
        (_WITH_XML,),
        _response(_package(_piece(_in(_format(_XML) + _element("ConformsTo", _OURS)), node="MainEvidence"))),
        _response(_package(_piece(_in(_format(_XML) + _element("ConformsTo", _OURS)), node="MainEvidence"), _READABLE)),
    ),
    "ANS-013": _later(
        (_request(_distributed(_format(_XML) + _ASKS_READABLE)),),
        _response(_package(_MAIN, _READABLE)),
        _response(_package(_MAIN)),
    ),
    "ANS-014": _later((_request(""),), _response(_package(_MAIN, _READABLE)), _response(_package(_READABLE))),
    "ANS-015": _later(
        (_with_person(_about("DK/LT/7c1f0a52", "Solvej")),),
        _response(_listed(_piece(_of(_about("DK/LT/7c1f0a52", "Solvej"))))),
        _response(_listed(_piece(_of(_about("DK/LT/0b8b3a3e", "Inger"))))),
    ),
    "ANS-016": _later(
        (_with_person(_about("DK/LT/7c1f0a52", "Solvej")),),
        _response(_listed(_piece(_of(_about("DK/LT/7c1f0a52", "Solvej"))))),
        _response(_listed(_piece(_of(_about("DK/LT/7c1f0a52", "Inger"))))),
    ),
}
_SECOND_REQUESTS: Final[Mapping[str, _Both]] = {
    "PRV-001": (
        (_second(_PREVIEW), _request(""), _demand()),
        (_second(_PREVIEW), _request(""), _demand("Another")),
    ),
    "PRV-002": (
        (_second(_PREVIEW), _request(""), _demand()),
        (_second(_PREVIEW), _request(""), _demand(request_id=_TWO)),
    ),
    "PRV-003": _later((_request(""), _demand()), _second(_PREVIEW), _second("https://preview.example.dk/p/2")),
    "PRV-004": _later(
        (_request(_first("")), _demand()),
        *(
            _second(f"https://preview.example.dk/p/{number}?returnurl=https%3A%2F%2Fx&amp;returnmethod=GET", _first(""))
            for number in (1, 2)
        ),
    ),
    "PRV-005": _later((_request(""), _demand()), _second(_PREVIEW), _request(_says("PreviewLocation", _PREVIEW), _TWO)),
    "PRV-006": _later(
        (_request(_first("")), _demand()),
        _second(f"{_PREVIEW}?returnurl=https%3A%2F%2Fportal.example.lt&amp;returnmethod=GET", _first("")),
        _second(_PREVIEW, _first("")),
    ),
    "PRV-007": _later((_request(""), _demand()), _second(_PREVIEW), _second(_PREVIEW, request_id=_ONE)),
    "PRV-008": _later(
        (_request(_says("Procedure", "V1")), _demand()),
        _second(_PREVIEW, _says("Procedure", "V1")),
        _second(_PREVIEW, _says("Procedure", "T1")),
    ),
    "PRV-009": _later(
        (_request('<query:Query queryDefinition="DocumentQuery"/>'), _demand()),
        _second(_PREVIEW, '<query:Query queryDefinition="DocumentQuery"/>'),
        _second(_PREVIEW, '<query:Query queryDefinition="Another"/>'),
    ),
}
_BODIES: Final[Mapping[str, _Both]] = {
    "HDR-001": _later(
        (_request(""),), _collaboration("Action", "ExecuteQueryRequest"), _collaboration("Action", "ExceptionResponse")
    ),
    "HDR-002": _later(
        (_request(_members("EvidenceRequester", _LT, "ER")),),
        _corners("999000001", "55133018"),
        _corners("35209115", "55133018"),
    ),
    "HDR-003": _later(
        (_request(_agent("EvidenceProvider", _DK)),),
        _corners("999000001", "55133018"),
        _corners("999000001", "35209115"),
    ),
    "HDR-004": _later(
        (_error(_agent("ErrorProvider", _DK, "ERRP")),),
        _corners("55133018", "999000001"),
        _corners("35209115", "999000001"),
    ),
    "HDR-005": _later(
        (_request(_says("SpecificationIdentifier", "oots-edm:v2.0")),),
        _properties(_property("SpecificationId", "oots-edm:v2.0")),
        _properties(_property("SpecificationId", "oots-edm:v1.2")),
    ),
    "HDR-006": _later((_WITH_PDF,), _parts(_DOCUMENT, _ATTEST), _parts(_DOCUMENT)),
    "HDR-007": _later((_request(""),), _parts(_DOCUMENT), _parts(_DOCUMENT, _ATTEST)),
    "HDR-008": _later((_WITH_PDF,), _parts(_DOCUMENT, _ATTEST), _parts(_DOCUMENT, _ATTEST, _ATTEST)),
    "HDR-009": _later((_WITH_PDF,), _parts(_DOCUMENT, _ATTEST), _parts(_DOCUMENT, (_ATTEST[0], _XML))),
    "HDR-010": (
        (_parts(_DOCUMENT, _ATTEST), _WITH_PDF, f"body@x.example {_REGREP}\nattest@x.example {_PDF}"),
        (_parts(_DOCUMENT, _ATTEST), _WITH_PDF, f"body@x.example {_REGREP}"),
    ),
    "HDR-011": (
        (_parts(_DOCUMENT, _ATTEST), _WITH_PDF, f"body@x.example {_REGREP}\nattest@x.example {_PDF}"),
        (_parts(_DOCUMENT, _ATTEST), _WITH_PDF, f"body@x.example {_REGREP}\nattest@x.example {_XML}"),
    ),
}
_SECOND_HEADERS: Final[Mapping[str, _Both]] = {
    "CNV-001": _later(
        (_collaboration("ConversationId", _ONE.removeprefix("urn:uuid:")),),
        _collaboration("ConversationId", _ONE.removeprefix("urn:uuid:")),
        _collaboration("ConversationId", _TWO.removeprefix("urn:uuid:")),
    ),
    "CNV-002": _later(
        (_properties(_property("ExchangeId", _ONE.removeprefix("urn:uuid:"))),),
        _properties(_property("ExchangeId", _ONE.removeprefix("urn:uuid:"))),
        _properties(_property("ExchangeId", _TWO.removeprefix("urn:uuid:"))),
    ),
    "CNV-003": _later(
        (_properties(_property("SpecificationId", "oots-edm:v2.0")),),
        _properties(_property("SpecificationId", "oots-edm:v2.0")),
        _properties(_property("SpecificationId", "oots-edm:v1.2")),
    ),
    "CNV-004": _later((_info("1@lt.example"),), _info("2@lt.example"), _info("1@lt.example")),
    "CNV-005": _later(
        (_corners("999000001", "55133018"),),
        _corners("999000001", "55133018"),
        _corners("999000001", "35209115"),
    ),
    "CNV-006": _later(
        (_points("AP_LT_01", "AP_DK_01"),), _points("AP_LT_01", "AP_DK_01"), _points("AP_LT_02", "AP_DK_01")
    ),
}
_ANSWER_HEADERS: Final[Mapping[str, _Both]] = {
    "CNV-007": _later(
        (_corners("999000001", "55133018"),),
        _corners("55133018", "999000001"),
        _corners("35209115", "999000001"),
    ),
    "CNV-008": _later(
        (_points("AP_LT_01", "AP_DK_01"),), _points("AP_DK_01", "AP_LT_01"), _points("AP_DK_01", "AP_LT_02")
    ),
    "CNV-009": _later(
        (_info("1@lt.example"),), _info("2@dk.example", "1@lt.example"), _info("2@dk.example", "3@lt.example")
    ),
}
_RECEIPTS: Final[Mapping[str, _Both]] = {
    "RCP-001": _later((_info("1@lt.example"),), _received("1@lt.example"), _received("2@lt.example")),
    "RCP-002": _later(
        (_signed(_BODY_DIGEST, _PART_DIGEST),), _receipt(_BODY_DIGEST, _PART_DIGEST), _receipt(_BODY_DIGEST)
    ),
    "RCP-003": _later((_signed(_BODY_DIGEST),), _receipt(_BODY_DIGEST), _receipt((_BODY_DIGEST[0], "b3RoZXI="))),
    "RCP-004": _later((_signed(_BODY_DIGEST),), _receipt(_BODY_DIGEST), _receipt(_BODY_DIGEST, _PART_DIGEST)),
}
_EVIDENCE: Final[Mapping[str, _Both]] = {
    "EVI-001": (
        (_metadata(_in(_format(_PDF))), "%PDF-1.7 …", _PDF),
        (_metadata(_in(_format(_PDF))), "%PDF-1.7 …", _XML),
    ),
    "EVI-002": (
        (_metadata(_in(_format(_PDF))), "%PDF-1.7 …", _PDF),
        (_metadata(_in(_format(_PDF))), "<html/>", _PDF),
    ),
    "EVI-003": (
        (_metadata(_in(_element("ConformsTo", _OURS))), _CONFORMING, _XML),
        (_metadata(_in(_element("ConformsTo", _OURS))), _BOPAELSATTEST, _XML),
    ),
    "EVI-004": (
        (_metadata(_in(_element("ConformsTo", _OURS))), _CONFORMING, _XML),
        (_metadata(_in(_element("ConformsTo", f"{_MODELS}/other"))), _CONFORMING, _XML),
    ),
    "EVI-005": (
        (_metadata(_element("IssuingAuthority", _DK)), "%PDF-1.7 …", _PDF, "55133018"),
        (_metadata(_element("IssuingAuthority", _DK)), "%PDF-1.7 …", _PDF, "35209115"),
    ),
    "EVI-006": _later(
        (_CONFORMING, _XML),
        _modelled(_about("DK/LT/7c1f0a52", "Solvej")),
        _modelled(_about("DK/LT/7c1f0a52", "Solvej", "1984-06-13")),
    ),
    "EVI-007": _later(
        (_CONFORMING, _XML),
        _modelled(_about("DK/LT/7c1f0a52", "Solvej")),
        _modelled(_about("DK/LT/7c1f0a52", "Solvej Anne")),
    ),
}
_FAMILIES: Final[tuple[tuple[Documents, Judge, Mapping[str, _Both]], ...]] = (
    (("answer", "request"), _judge_answer, _ANSWERS),
    (("second request", "first request", "error"), _judge_second, _SECOND_REQUESTS),
    (("header", "document", "carried"), _judge_body, _BODIES),
    (("header of the second request", "header of the first"), _judge_second_header, _SECOND_HEADERS),
    (("header of the answer", "header of the request"), _judge_answer_header, _ANSWER_HEADERS),
    (("receipt", "message"), _judge_receipt, _RECEIPTS),
    (("metadata", "evidence", "media type", "signer"), _judge_evidence, _EVIDENCE),
)


@cache
def pair_examples() -> Mapping[str, PairExample]:
    """The example of every rule by its id."""
    return {
        PREFIX + name: PairExample(names, tuple(map(_pretty, keeps)), tuple(map(_pretty, breaks)), judge)
        for names, judge, family in _FAMILIES
        for name, (keeps, breaks) in family.items()
    }
