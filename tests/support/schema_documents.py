"""Small documents of our own, one of each shape, for tests of the schemas."""

from __future__ import annotations

from base64 import b64encode

NAMESPACES = (
    'xmlns:query="urn:oasis:names:tc:ebxml-regrep:xsd:query:4.0" '
    'xmlns:rim="urn:oasis:names:tc:ebxml-regrep:xsd:rim:4.0" '
    'xmlns:rs="urn:oasis:names:tc:ebxml-regrep:xsd:rs:4.0" xmlns:sdg="http://data.europa.eu/p4s" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xlink="http://www.w3.org/1999/xlink"'
)
SET = 'collectionType="urn:oasis:names:tc:ebxml-regrep:CollectionType:Set"'
STATUS = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:"


def slot(name: str, kind: str, content: str) -> str:
    return f'<rim:Slot name="{name}"><rim:SlotValue xsi:type="rim:{kind}ValueType">{content}</rim:SlotValue></rim:Slot>'


def text(name: str, value: str, kind: str = "String") -> str:
    return slot(name, kind, f"<rim:Value>{value}</rim:Value>")


def collection(name: str, *elements: str) -> str:
    inner = "".join(f'<rim:Element xsi:type="rim:AnyValueType">{element}</rim:Element>' for element in elements)
    opened = f'<rim:SlotValue xsi:type="rim:CollectionValueType" {SET}>'
    return f'<rim:Slot name="{name}">{opened}{inner}</rim:SlotValue></rim:Slot>'


def agent(name: str, more: str = "") -> str:
    return (
        f'<sdg:Agent><sdg:Identifier schemeID="urn:cef.eu:names:identifier:EAS:0184">55133018</sdg:Identifier>'
        f'<sdg:Name lang="DA">{name}</sdg:Name>{more}</sdg:Agent>'
    )


ADDRESS = "<sdg:Address><sdg:AdminUnitLevel1>DK</sdg:AdminUnitLevel1></sdg:Address>"
PERSON = (
    '<sdg:Identifier schemeID="eidas">DK/LT/123456789</sdg:Identifier><sdg:FamilyName>Holm</sdg:FamilyName>'
    "<sdg:GivenName>Freja</sdg:GivenName><sdg:DateOfBirth>1990-02-03</sdg:DateOfBirth>"
)
TYPE = (
    "<sdg:EvidenceTypeClassification>https://sr.oots.tech.ec.europa.eu/evidencetypeclassifications/DK/"
    '3f6d2c1e-90ab-4d77-8c55-7b1e2a9c0d11</sdg:EvidenceTypeClassification><sdg:Title lang="DA">Bopælsattest</sdg:Title>'
)


def request(version: str, distribution: str, procedure: str) -> bytes:
    body = (
        text("SpecificationIdentifier", version)
        + text("IssueDateTime", "2026-09-01T08:30:00.000Z", "DateTime")
        + procedure
        + text("PossibilityForPreview", "true", "Boolean")
        + text("ExplicitRequestGiven", "true", "Boolean")
        + collection(
            "Requirements",
            "<sdg:Requirement><sdg:Identifier>https://sr.oots.tech.ec.europa.eu/requirements/"
            '528adc38-092d-40ce-a3af-d838ec06a349</sdg:Identifier><sdg:Name lang="EN">Proof of residence</sdg:Name>'
            "</sdg:Requirement>",
        )
        + collection("EvidenceRequester", agent("Portal", f"{ADDRESS}<sdg:Classification>ER</sdg:Classification>"))
        + slot("EvidenceProvider", "Any", agent("Aarhus Kommune"))
        + '<query:ResponseOption returnType="LeafClassWithRepositoryItem"/>'
        + '<query:Query queryDefinition="DocumentQuery">'
        + slot(
            "NaturalPerson",
            "Any",
            f"<sdg:Person><sdg:LevelOfAssurance>High</sdg:LevelOfAssurance>{PERSON}</sdg:Person>",
        )
        + slot(
            "EvidenceRequest",
            "Any",
            "<sdg:DataServiceEvidenceType><sdg:Identifier>c0a80123-1111-4aaa-8bbb-000000000001</sdg:Identifier>"
            f"{TYPE}<sdg:DistributedAs>{distribution}</sdg:DistributedAs></sdg:DataServiceEvidenceType>",
        )
        + "</query:Query>"
    )
    identifier = "urn:uuid:5b0e0001-7a11-4c3d-9e21-0d0000000001"
    return f'<query:QueryRequest {NAMESPACES} id="{identifier}">\n{body}</query:QueryRequest>'.encode()


REQUEST = request(
    "oots-edm:v2.0",
    "<sdg:Format>application/xml</sdg:Format><sdg:Language>DA</sdg:Language>"
    "<sdg:ConformsTo>https://sr.oots.tech.ec.europa.eu/datamodels/residence-certificate-1.0</sdg:ConformsTo>"
    "<sdg:AssociatedDocumentRequest>HumanReadableVersion</sdg:AssociatedDocumentRequest>",
    text("Procedure", "V1"),
)
_CODE_OF_PROCEDURE = slot(
    "Procedure",
    "InternationalString",
    '<rim:Value><rim:LocalizedString xml:lang="EN" value="V1"/></rim:Value>',
)
FORMER_REQUEST = request(
    "oots-edm:v1.0",
    "<sdg:Format>application/pdf</sdg:Format><sdg:Transformation>https://sr.oots.tech.europa.eu/x</sdg:Transformation>",
    _CODE_OF_PROCEDURE,
)
MIDDLE_REQUEST = request("oots-edm:v1.2", "<sdg:Format>application/pdf</sdg:Format>", _CODE_OF_PROCEDURE).replace(
    b"</sdg:Person>",
    b"<sdg:Nationality>DK</sdg:Nationality><sdg:EmailAddress>freja@holm.example</sdg:EmailAddress></sdg:Person>",
)


def response(status: str, body: str, version: str | None = "oots-edm:v2.0") -> bytes:
    named = text("SpecificationIdentifier", version) if version else ""
    return f'<query:QueryResponse {NAMESPACES} status="{STATUS}{status}">\n{named}{body}</query:QueryResponse>'.encode()


def document(number: int, metadata: str, node: str) -> str:
    return (
        f'<rim:RegistryObject xsi:type="rim:ExtrinsicObjectType" id="urn:uuid:{number}">'
        + slot(
            "EvidenceMetadata",
            "Any",
            f"<sdg:Evidence><sdg:Identifier>5b0e0062-{number}</sdg:Identifier>{metadata}</sdg:Evidence>",
        )
        + f'<rim:Classification id="urn:uuid:c{number}" classificationScheme="urn:fdc:oots:classification:edm" '
        f'classificationNode="{node}"/>'
        f'<rim:RepositoryItemRef xlink:href="cid:ev{number}@oots.dk" xlink:title="{node}"/></rim:RegistryObject>'
    )


MAIN = (
    f"<sdg:IsAbout><sdg:NaturalPerson>{PERSON}</sdg:NaturalPerson></sdg:IsAbout>"
    "<sdg:IssuingAuthority><sdg:Identifier>55133018</sdg:Identifier><sdg:Name>Aarhus Kommune</sdg:Name>"
    f"</sdg:IssuingAuthority><sdg:IsConformantTo>{TYPE}</sdg:IsConformantTo><sdg:IssuingDate>2026-09-01</sdg:IssuingDate>"
    "<sdg:Distribution><sdg:Format>application/xml</sdg:Format></sdg:Distribution>"
)
READABLE = (
    "<sdg:Distribution><sdg:Format>application/pdf</sdg:Format><sdg:Language>DA</sdg:Language></sdg:Distribution>"
)
PACKAGE = (
    '<rim:RegistryObjectList><rim:RegistryObject xsi:type="rim:RegistryPackageType" id="urn:uuid:0">'
    "<rim:RegistryObjectList>"
    + document(1, MAIN, "MainEvidence")
    + document(2, READABLE, "HumanReadableVersion")
    + '<rim:RegistryObject xsi:type="rim:AssociationType" id="urn:uuid:3" sourceObject="urn:uuid:2" '
    'targetObject="urn:uuid:1" type="urn:oasis:names:tc:ebxml-regrep:AssociationType:HumanReadableVersion"/>'
    "</rim:RegistryObjectList></rim:RegistryObject></rim:RegistryObjectList>"
)
RESPONSE = response("Success", text("EvidenceResponseIdentifier", "5b0e0099") + PACKAGE)
ERROR = response(
    "Failure",
    slot("ErrorProvider", "Any", agent("Aarhus Kommune", f"{ADDRESS}<sdg:Classification>ERRP</sdg:Classification>"))
    + '<rs:Exception xsi:type="rs:AuthorizationExceptionType" code="EDM:ERR:0002" message="Missing Authorization" '
    'severity="urn:sr.oots.tech.ec.europa.eu:codes:ErrorSeverity:EDMErrorResponse:PreviewRequired">'
    + text("Timestamp", "2026-09-01T08:30:05.000Z", "DateTime")
    + text("PreviewLocation", "https://preview.aarhus.localhost/p/1")
    + slot(
        "PreviewDescription",
        "InternationalString",
        '<rim:Value><rim:LocalizedString xml:lang="DA" value="Se din bopælsattest"/></rim:Value>',
    )
    + "</rs:Exception>",
)


def entry(name: str, content: str) -> str:
    only = f'<rim:RegistryObject id="urn:uuid:1">{slot(name, "Any", content)}</rim:RegistryObject>'
    return f"<rim:RegistryObjectList>{only}</rim:RegistryObjectList>"


def requirement(more: str) -> str:
    name = '<sdg:Identifier>1</sdg:Identifier><sdg:Name lang="EN">Residence</sdg:Name>'
    return entry("Requirement", f"<sdg:Requirement>{name}{more}</sdg:Requirement>")


DATA_SERVICE = entry(
    "DataServiceEvidenceType",
    f"<sdg:DataServiceEvidenceType><sdg:Identifier>1</sdg:Identifier>{TYPE}"
    "<sdg:DistributedAs><sdg:Format>application/pdf</sdg:Format></sdg:DistributedAs></sdg:DataServiceEvidenceType>",
)
NO_MATCH = (
    "<sdg:EvidenceTypeList><sdg:Identifier>1</sdg:Identifier><sdg:MatchType>NoMatch</sdg:MatchType>"
    "<sdg:Jurisdiction><sdg:AdminUnitLevel1>DK</sdg:AdminUnitLevel1></sdg:Jurisdiction></sdg:EvidenceTypeList>"
)
DIRECTORY_EXCEPTION = '<rs:Exception xsi:type="rs:ObjectNotFoundExceptionType" code="EB:ERR:0001" message="none"/>'
CURRENT_DIRECTORY = "oots-cs:v2.0"

EB = "http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/"
INFO = (
    "<eb:MessageInfo><eb:Timestamp>2026-09-01T08:30:00.000Z</eb:Timestamp>"
    "<eb:MessageId>1@oots.dk</eb:MessageId>{}</eb:MessageInfo>"
)
SIGNAL_INFO = INFO.format("<eb:RefToMessageId>0@oots.dk</eb:RefToMessageId>")


def messaging(content: str) -> str:
    return f'<eb:Messaging xmlns:eb="{EB}">{content}</eb:Messaging>'


def party(name: str) -> str:
    return f'<eb:PartyId type="urn:x">{name}</eb:PartyId><eb:Role>http://sdg.europa.eu/edelivery/gateway</eb:Role>'


USER_MESSAGE = messaging(
    f"<eb:UserMessage>{INFO.format('')}<eb:PartyInfo><eb:From>{party('AP_LT_01')}</eb:From><eb:To>{party('AP_DK_01')}</eb:To>"
    '</eb:PartyInfo><eb:CollaborationInfo><eb:Service type="urn:x">QueryManager</eb:Service>'
    "<eb:Action>ExecuteQueryRequest</eb:Action><eb:ConversationId>c</eb:ConversationId></eb:CollaborationInfo>"
    '<eb:MessageProperties><eb:Property name="SpecificationId">oots-edm:v2.0</eb:Property></eb:MessageProperties>'
    '<eb:PayloadInfo><eb:PartInfo href="cid:1@oots.dk"/></eb:PayloadInfo></eb:UserMessage>'
)
DIGEST = b64encode(bytes(32)).decode()
RECEIPT = messaging(
    f"<eb:SignalMessage>{SIGNAL_INFO}<eb:Receipt>"
    '<b:NonRepudiationInformation xmlns:b="http://docs.oasis-open.org/ebxml-bp/ebbp-signals-2.0">'
    '<b:MessagePartNRInformation><ds:Reference xmlns:ds="http://www.w3.org/2000/09/xmldsig#" URI="cid:1@oots.dk">'
    '<ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#">'
    '<ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="eb"/></ds:Transform>'
    '</ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
    f"<ds:DigestValue>{DIGEST}</ds:DigestValue></ds:Reference></b:MessagePartNRInformation>"
    "</b:NonRepudiationInformation></eb:Receipt></eb:SignalMessage>"
)
SIGNAL_ERROR = messaging(
    f"<eb:SignalMessage>{SIGNAL_INFO}"
    '<eb:Error errorCode="EBMS:0101" severity="failure" shortDescription="FailedAuthentication"/></eb:SignalMessage>'
)


def envelope(header: str) -> bytes:
    soap = "http://www.w3.org/2003/05/soap-envelope"
    return (
        f'<s:Envelope xmlns:s="{soap}"><s:Header>{header}<x:Security xmlns:x="urn:x"/></s:Header><s:Body/></s:Envelope>'
    ).encode()
