"""Two whole exchanges to hold rules between messages against: the specimens of 2.0, and one written by hand in 1.0."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

from lxml import etree

from oots.rules.pairs.answer import answer_to_request
from oots.rules.pairs.evidence import evidence_to_metadata
from oots.rules.pairs.header_to_body import header_to_body
from oots.rules.pairs.later_header import answer_header, second_header
from oots.rules.pairs.lookup import documents
from oots.rules.pairs.receipt import receipt_to_message
from oots.rules.pairs.second_request import second_request
from oots.rules.place import NAMESPACES
from oots.rules.rule import Finding
from oots.wire.xml import parse

SPECIMENS = Path(__file__).resolve().parents[2] / "evidence_samples" / "bopaelsattest"
SCHEMES = {
    **NAMESPACES,
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "ebbp": "http://docs.oasis-open.org/ebxml-bp/ebbp-signals-2.0",
    "wsse": "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd",
}
ISSUER = "55133018"
_SOAP = re.compile(rb"<S12:Envelope.*?</S12:Envelope>", re.DOTALL)
_PART = re.compile(rb"Content-Type: ([^\r\n]+)\r\nContent-ID: <(?!soap\.)([^>]+)>")


@dataclass
class Exchange:
    """A request, the error that demands a preview, the second request and the response, with their headers.

    `parts` is what travelled with the response, `files` the evidence by content id; `receipt` is that of the response.
    """

    request: etree._Element
    error: etree._Element
    second: etree._Element
    response: etree._Element
    request_header: etree._Element
    error_header: etree._Element
    second_header: etree._Element
    response_header: etree._Element
    receipt: etree._Element
    parts: dict[str, str]
    files: dict[str, tuple[str, bytes]]
    signer: str = ISSUER

    def each(self, change: Callable[[etree._Element], etree._Element]) -> None:
        """Replaces every document by its changed self."""
        for field in fields(self):
            found = getattr(self, field.name)
            if isinstance(found, etree._Element):
                setattr(self, field.name, change(found))

    def answers(self) -> tuple[Finding, ...]:
        return answer_to_request(self.error, self.request) + answer_to_request(self.response, self.second)

    def previews(self) -> tuple[Finding, ...]:
        return second_request(self.second, self.request, self.error)

    def bodies(self) -> tuple[Finding, ...]:
        return (
            *header_to_body(self.request_header, self.request),
            *header_to_body(self.error_header, self.error),
            *header_to_body(self.second_header, self.second),
            *header_to_body(self.response_header, self.response, self.parts),
        )

    def headers(self) -> tuple[Finding, ...]:
        return (
            *answer_header(self.error_header, self.request_header),
            *second_header(self.second_header, self.request_header),
            *answer_header(self.response_header, self.second_header),
        )

    def receipts(self) -> tuple[Finding, ...]:
        return receipt_to_message(self.receipt, self.response_header)

    def evidence(self) -> tuple[Finding, ...]:
        found = documents(self.response)
        return tuple(
            finding
            for document, (media_type, content) in zip(found, self.files.values(), strict=True)
            for finding in evidence_to_metadata(
                document.metadata, media_type, content, main=found[0].metadata, signer=self.signer
            )
        )

    def findings(self) -> tuple[Finding, ...]:
        return (
            *self.answers(),
            *self.previews(),
            *self.bodies(),
            *self.headers(),
            *self.receipts(),
            *self.evidence(),
        )


def newest() -> Exchange:
    """The specimens: EDM 2.0, XML evidence with its readable version."""
    carried = _PART.findall((SPECIMENS / "04-response.mime").read_bytes())
    parts = {name.decode(): media_type.decode() for media_type, name in carried}
    contents = [path.read_bytes() for path in sorted((SPECIMENS / "evidence").iterdir())]
    files = dict(zip(list(parts)[1:], zip(list(parts.values())[1:], contents, strict=True), strict=True))
    return Exchange(
        _read("01-request.xml"),
        _read("02-error.xml"),
        _read("03-request.xml"),
        _read("04-response.xml"),
        _soap("01-request.mime"),
        _soap("02-error.mime"),
        _soap("03-request.mime"),
        _soap("04-response.mime"),
        _read("04-receipt.xml"),
        parts,
        files,
    )


def _read(name: str) -> etree._Element:
    return parse((SPECIMENS / name).read_bytes())


def _soap(name: str) -> etree._Element:
    found = _SOAP.search((SPECIMENS / name).read_bytes())
    assert found, f"{name} has no envelope"
    return parse(found[0])


def first() -> Exchange:
    """By hand: EDM 1.0 in the shape of its published examples, one flat piece of evidence."""
    attest = (SPECIMENS / "evidence" / "01.xml").read_bytes()
    request, second = _id(1), _id(2)
    parts = {"answer@dk.example": "application/x-ebrs+xml", "attest@dk.example": "application/gzip"}
    response_header = _header("response", parts, "ExecuteQueryResponse", back=True)
    return Exchange(
        _request(request, ""),
        _error(request),
        _request(second, _slot("PreviewLocation", "StringValueType", f"<rim:Value>{_WITH_RETURN}</rim:Value>")),
        _response(second),
        _header("first", {"first@lt.example": ""}, "ExecuteQueryRequest", back=False),
        _header("error", {"error@dk.example": ""}, "ExceptionResponse", back=True),
        _header("second", {"second@lt.example": ""}, "ExecuteQueryRequest", back=False),
        response_header,
        _receipt("response"),
        parts,
        {"attest@dk.example": ("application/xml", attest)},
    )


_NAMED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in SCHEMES.items() if prefix != "xml")
_PREVIEW = "https://preview.example.dk/p/0b8b3a3e?case=7"
_WITH_RETURN = f"{_PREVIEW}&amp;returnurl=https%3A%2F%2Fportal.example.lt%2Fback&amp;returnmethod=GET"
_REPOSITORY = "https://sr.oots.tech.europa.eu"
_TYPE = f"{_REPOSITORY}/evidencetypeclassifications/DK/7d6b1f0e-2c43-4b8e-9f57-3a1c5e8d2b64"
_MODEL = f"{_REPOSITORY}/distributions/dk-bopaelsattest-1.0"
_REQUESTER = '<sdg:Identifier schemeID="urn:cef.eu:names:identifier:EAS:0200">999000001</sdg:Identifier>'
_PROVIDER = f'<sdg:Identifier schemeID="urn:cef.eu:names:identifier:EAS:0184">{ISSUER}</sdg:Identifier>'
_ADDRESS = "<sdg:Address><sdg:AdminUnitLevel1>DK</sdg:AdminUnitLevel1></sdg:Address>"
_NAMES = (
    '<sdg:Identifier schemeID="eidas">DK/LT/7c1f0a52e94b4d0f8a3b</sdg:Identifier>'
    "<sdg:FamilyName>Prøvesen</sdg:FamilyName><sdg:GivenName>Solvej</sdg:GivenName>"
    "<sdg:DateOfBirth>1984-06-12</sdg:DateOfBirth>"
)
_EVIDENCE_TYPE = (
    f"<sdg:EvidenceTypeClassification>{_TYPE}</sdg:EvidenceTypeClassification>"
    '<sdg:Title lang="DA">Bopælsattest</sdg:Title><sdg:Description lang="DA">Bopælsattest</sdg:Description>'
)
_DISTRIBUTION = (
    f"<sdg:Format>application/xml</sdg:Format><sdg:ConformsTo>{_MODEL}</sdg:ConformsTo>"
    f"<sdg:Transformation>{_MODEL}/address</sdg:Transformation>"
)


def _id(number: int) -> str:
    return f"urn:uuid:00000000-0000-4000-8000-{number:012}"


def _document(element: str, attributes: str, *content: str) -> etree._Element:
    return parse(f"<{element} {_NAMED} {attributes}>{''.join(content)}</{element}>".encode())


def _slot(name: str, kind: str, content: str) -> str:
    return f'<rim:Slot name="{name}"><rim:SlotValue xsi:type="rim:{kind}">{content}</rim:SlotValue></rim:Slot>'


def _any(name: str, content: str) -> str:
    return _slot(name, "AnyValueType", content)


def _agents(name: str, agent: str) -> str:
    member = f'<rim:Element xsi:type="rim:AnyValueType"><sdg:Agent>{agent}</sdg:Agent></rim:Element>'
    return _slot(name, "CollectionValueType", member)


_VERSION = _slot("SpecificationIdentifier", "StringValueType", "<rim:Value>oots-edm:v1.0</rim:Value>")
_ISSUED = _slot("IssueDateTime", "DateTimeValueType", "<rim:Value>2026-09-01T08:30:00.000Z</rim:Value>")


def _request(request_id: str, preview: str) -> etree._Element:
    procedure = '<rim:Value><rim:LocalizedString xml:lang="EN" value="V1"/></rim:Value>'
    return _document(
        "query:QueryRequest",
        f'id="{request_id}" xml:lang="DA"',
        _VERSION,
        _ISSUED,
        _slot("Procedure", "InternationalStringValueType", procedure),
        preview,
        _slot("PossibilityForPreview", "BooleanValueType", "<rim:Value>true</rim:Value>"),
        _agents("EvidenceRequester", f"{_REQUESTER}{_ADDRESS}<sdg:Classification>ER</sdg:Classification>"),
        _any("EvidenceProvider", f"<sdg:Agent>{_PROVIDER}</sdg:Agent>"),
        '<query:ResponseOption returnType="LeafClassWithRepositoryItem"/><query:Query queryDefinition="DocumentQuery">',
        _any("NaturalPerson", f"<sdg:Person><sdg:LevelOfAssurance>High</sdg:LevelOfAssurance>{_NAMES}</sdg:Person>"),
        _any(
            "EvidenceRequest",
            "<sdg:DataServiceEvidenceType><sdg:Identifier>4f0c9b1e-8d52-4e0b-a7b6-52c1d94e7a10</sdg:Identifier>"
            f"{_EVIDENCE_TYPE}<sdg:DistributedAs>{_DISTRIBUTION}</sdg:DistributedAs></sdg:DataServiceEvidenceType>",
        ),
        "</query:Query>",
    )


def _error(request_id: str) -> etree._Element:
    severity = "urn:sr.oots.tech.europa.eu:codes:ErrorSeverity:EDMErrorResponse:PreviewRequired"
    return _document(
        "query:QueryResponse",
        f'requestId="{request_id}" status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Failure"',
        _VERSION,
        _any("ErrorProvider", f"<sdg:Agent>{_PROVIDER}<sdg:Classification>ERRP</sdg:Classification></sdg:Agent>"),
        _any("EvidenceRequester", f"<sdg:Agent>{_REQUESTER}</sdg:Agent>"),
        f'<rs:Exception xsi:type="rs:AuthorizationExceptionType" code="EDM:ERR:0002" severity="{severity}">',
        _slot("PreviewLocation", "StringValueType", f"<rim:Value>{_PREVIEW}</rim:Value>"),
        _slot("PreviewMethod", "StringValueType", "<rim:Value>GET</rim:Value>"),
        "</rs:Exception>",
    )


def _response(request_id: str) -> etree._Element:
    evidence = (
        "<sdg:Evidence><sdg:Identifier>00000000-0000-4000-8000-000000000021</sdg:Identifier>"
        f"<sdg:IsAbout><sdg:NaturalPerson>{_NAMES}</sdg:NaturalPerson></sdg:IsAbout>"
        f"<sdg:IssuingAuthority>{_PROVIDER}</sdg:IssuingAuthority><sdg:IsConformantTo>{_EVIDENCE_TYPE}</sdg:IsConformantTo>"
        f"<sdg:IssuingDate>2026-09-01</sdg:IssuingDate><sdg:Distribution>{_DISTRIBUTION}</sdg:Distribution></sdg:Evidence>"
    )
    return _document(
        "query:QueryResponse",
        f'requestId="{request_id}" status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"',
        _VERSION,
        _ISSUED,
        _agents("EvidenceProvider", f"{_PROVIDER}{_ADDRESS}<sdg:Classification>EP</sdg:Classification>"),
        _any("EvidenceRequester", f"<sdg:Agent>{_REQUESTER}</sdg:Agent>"),
        f'<rim:RegistryObjectList><rim:RegistryObject xsi:type="rim:ExtrinsicObjectType" id="{_id(22)}">',
        _any("EvidenceMetadata", evidence),
        '<rim:RepositoryItemRef xlink:href="cid:attest@dk.example" xlink:title="Bopælsattest"/>',
        "</rim:RegistryObject></rim:RegistryObjectList>",
    )


def _header(name: str, parts: dict[str, str], action: str, *, back: bool) -> etree._Element:
    """`eb:Messaging` beside a signature over two things, in an element that stands for the SOAP header."""
    there = {
        "Party": ("AP_LT_01", "AP_DK_01"),
        "Corner": ("EAS:0200|999000001", f"EAS:0184|{ISSUER}"),
    }
    points, corners = (tuple(reversed(each)) if back else each for each in there.values())
    infos = []
    for content_id, media_type in parts.items():
        stated = "application/xml" if media_type == "application/gzip" else "application/x-ebrs+xml"
        packed = '<eb:Property name="CompressionType">application/gzip</eb:Property>' * media_type.endswith("gzip")
        infos.append(
            f'<eb:PartInfo href="cid:{content_id}"><eb:PartProperties>'
            f'<eb:Property name="MimeType">{stated}</eb:Property>{packed}</eb:PartProperties></eb:PartInfo>'
        )
    party = "urn:oasis:names:tc:ebcore:partyid-type:unregistered:oots"
    return _document(
        "Header",
        "",
        f"<eb:Messaging><eb:UserMessage><eb:MessageInfo><eb:MessageId>{name}@x.example</eb:MessageId></eb:MessageInfo>",
        "<eb:PartyInfo>",
        *(
            f'<eb:{side}><eb:PartyId type="{party}">{point}</eb:PartyId></eb:{side}>'
            for side, point in zip(("From", "To"), points, strict=True)
        ),
        f"</eb:PartyInfo><eb:CollaborationInfo><eb:Action>{action}</eb:Action>",
        "<eb:ConversationId>c73b7fdc-1ab0-4b1e-b295-ac9e4a35d764</eb:ConversationId></eb:CollaborationInfo>",
        "<eb:MessageProperties>",
        *(
            f'<eb:Property name="{corner}" type="urn:cef.eu:names:identifier:{scheme}">{value}</eb:Property>'
            for corner, (scheme, _, value) in zip(
                ("originalSender", "finalRecipient"), (each.partition("|") for each in corners), strict=True
            )
        ),
        f"</eb:MessageProperties><eb:PayloadInfo>{''.join(infos)}</eb:PayloadInfo></eb:UserMessage></eb:Messaging>",
        f"<wsse:Security><ds:Signature><ds:SignedInfo>{_REFERENCES}</ds:SignedInfo></ds:Signature></wsse:Security>",
    )


_DIGESTS = {"#messaging": "bWVzc2FnaW5n", "cid:attest@dk.example": "YXR0ZXN0"}
_EACH = [
    f'<ds:Reference URI="{uri}"><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>'
    for uri, digest in _DIGESTS.items()
]
_REFERENCES = "".join(_EACH)


def _receipt(name: str) -> etree._Element:
    repeated = "".join(f"<ebbp:MessagePartNRInformation>{each}</ebbp:MessagePartNRInformation>" for each in _EACH)
    return _document(
        "Header",
        "",
        f"<eb:Messaging><eb:SignalMessage><eb:MessageInfo><eb:RefToMessageId>{name}@x.example</eb:RefToMessageId>",
        "</eb:MessageInfo><eb:Receipt><ebbp:NonRepudiationInformation>",
        repeated,
        "</ebbp:NonRepudiationInformation></eb:Receipt></eb:SignalMessage></eb:Messaging>",
    )
