"""One-change mutants of the published example messages, with the verdict that the published schema gives."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SHARED = Path(__file__).resolve().parents[3] / "shared"
OFFICIAL = SHARED / "spec" / "official"
EXAMPLES = OFFICIAL / "tdd-1.0.0" / "examples"
CURRENT = OFFICIAL / "tdd-2.0.1"
ABSENT = "the published examples are not on this machine"

REQUEST = "evidence-request-birth.xml"
RESPONSE = "evidence-response-birth.xml"
ERROR = "error-response-education.xml"
DSD = "dsd-response-birth.xml"
DSD_ERROR = "dsd-error-additional-input-birth.xml"
TYPES = "eb-evidence-types-birth.xml"
REQUIREMENTS = "eb-requirements-birth.xml"
SUBMISSION = "lcm-submit-eb-birth.xml"


@dataclass(frozen=True)
class Mutant:
    """`file` with the first `old` replaced by `new`, which the published schema accepts or not."""

    name: str
    file: str
    old: str
    new: str
    accepted: bool

    def data(self, folder: Path) -> bytes:
        text = (folder / self.file).read_text(encoding="utf-8")
        assert self.old in text, f"{self.file} no longer holds what {self.name} changes"
        return text.replace(self.old, self.new, 1).encode()


def _kept(name: str, file: str, old: str, new: str) -> Mutant:
    return Mutant(name, file, old, new, accepted=True)


def _refused(name: str, file: str, old: str, new: str) -> Mutant:
    return Mutant(name, file, old, new, accepted=False)


KEPT = (
    _kept("unknown slot name", REQUEST, 'name="ExplicitRequestGiven"', 'name="Surprise"'),
    _kept("identifier of another form", RESPONSE, "166155eb-d7a7-4cac-9086-8a85f0116462", "none"),
    _kept("boolean as digit", REQUEST, "<rim:Value>true</rim:Value>", "<rim:Value>1</rim:Value>"),
    _kept("time without zone", REQUEST, "17:08:10.872Z", "17:08:10"),
    _kept("empty family name", REQUEST, ">Smith<", "><"),
    _kept("no preferred language", REQUEST, 'xml:lang="EN"', ""),
    _kept("no level of assurance", REQUEST, "<sdg:LevelOfAssurance>High</sdg:LevelOfAssurance>", ""),
    _kept(
        "collection without its kind",
        REQUEST,
        'collectionType="urn:oasis:names:tc:ebxml-regrep:CollectionType:Set"',
        "",
    ),
    _kept("country that does not exist", REQUEST, "AdminUnitLevel1>DK<", "AdminUnitLevel1>QQ<"),
    _kept("procedure in text of 1024 characters", REQUEST, 'value="R1"', f'value="{"R" * 1024}"'),
    _kept("response option left to its default", REQUEST, ' returnType="LeafClassWithRepositoryItem"', ""),
    _kept("no language", RESPONSE, "<sdg:Language>DE</sdg:Language>", ""),
    _kept("two languages", RESPONSE, "<sdg:Language>DE<", "<sdg:Language>DA</sdg:Language><sdg:Language>DE<"),
    _kept("status of another vocabulary", RESPONSE, "ResponseStatusType:Success", "ResponseStatusType:Maybe"),
    _kept("issuing date with zone", RESPONSE, ">1970-03-03<", ">1970-03-03Z<"),
    _kept("reference without title", RESPONSE, 'xlink:title="BirthCertificate"', ""),
    _kept(
        "object with a name",
        RESPONSE,
        "<rim:RepositoryItemRef",
        '<rim:Name><rim:LocalizedString value="x"/></rim:Name><rim:RepositoryItemRef',
    ),
    _kept("exception without code", ERROR, 'code="EDM:ERR:0002"', ""),
    _kept(
        "exception of another kind",
        ERROR,
        'xsi:type="rs:AuthorizationExceptionType"',
        'xsi:type="rs:TimeoutExceptionType"',
    ),
    _kept(
        "data service without assurance",
        DSD,
        "<sdg:AuthenticationLevelOfAssurance>High</sdg:AuthenticationLevelOfAssurance>",
        "",
    ),
    _kept("requirement without language", REQUIREMENTS, '<sdg:Name lang="EN">', "<sdg:Name>"),
)

REFUSED = (
    _refused("request without id", REQUEST, 'id="urn:uuid:4ffb5281-179d-4578-adf2-39fd13ccc797"', ""),
    _refused("unknown attribute", REQUEST, 'xml:lang="EN"', 'lang="EN"'),
    _refused("language with a blank", REQUEST, 'xml:lang="EN"\n', 'xml:lang="E N"\n'),
    _refused("slot without name", REQUEST, 'rim:Slot name="Procedure"', "rim:Slot"),
    _refused("slot value without type", REQUEST, ' xsi:type="rim:StringValueType"', ""),
    _refused("slot value of unknown type", REQUEST, "rim:StringValueType", "rim:TextValueType"),
    _refused("text too long", RESPONSE, "166155eb-d7a7-4cac-9086-8a85f0116462", "1" * 257),
    _refused("localized text too long", REQUEST, 'value="R1"', f'value="{"R" * 1025}"'),
    _refused("moment that is none", REQUEST, "2022-05-19T17:08:10.872Z", "yesterday"),
    _refused("moment without time", REQUEST, "2022-05-19T17:08:10.872Z", "2022-05-19"),
    _refused("boolean in words", REQUEST, "<rim:Value>true</rim:Value>", "<rim:Value>yes</rim:Value>"),
    _refused(
        "two values in a slot",
        REQUEST,
        "<rim:Value>true</rim:Value>",
        "<rim:Value>true</rim:Value><rim:Value>true</rim:Value>",
    ),
    _refused("unknown return type", REQUEST, "LeafClassWithRepositoryItem", "Everything"),
    _refused("query without definition", REQUEST, ' queryDefinition="DocumentQuery"', ""),
    _refused("text beside elements", REQUEST, "<query:ResponseOption", "stray <query:ResponseOption"),
    _refused("birth date that is none", REQUEST, "1970-03-01", "1970-02-30"),
    _refused("birth date left out", REQUEST, "<sdg:DateOfBirth>1970-03-01</sdg:DateOfBirth>", ""),
    _refused(
        "given name before family name",
        REQUEST,
        "<sdg:FamilyName>Smith</sdg:FamilyName>",
        "<sdg:GivenName>Smith</sdg:GivenName>",
    ),
    _refused("unknown gender", REQUEST, ">Male<", ">male<"),
    _refused(
        "person attribute of a later version",
        REQUEST,
        "<sdg:Gender>Male<",
        "<sdg:Nationality>DK</sdg:Nationality><sdg:Gender>Male<",
    ),
    _refused("agent without name", REQUEST, '<sdg:Name lang="EN">Denmark University Portal</sdg:Name>', ""),
    _refused("identifier with unknown attribute", REQUEST, 'schemeID="eidas"', 'scheme="eidas"'),
    _refused("address without country", REQUEST, "<sdg:AdminUnitLevel1>DK</sdg:AdminUnitLevel1>", ""),
    _refused(
        "document request of a later version",
        REQUEST,
        "</sdg:DistributedAs>",
        "<sdg:AssociatedDocumentRequest>Annex</sdg:AssociatedDocumentRequest></sdg:DistributedAs>",
    ),
    _refused(
        "language in a requested distribution",
        REQUEST,
        "<sdg:Format>application/xml</sdg:Format>",
        "<sdg:Format>application/xml</sdg:Format><sdg:Language>DA</sdg:Language>",
    ),
    _refused(
        "supported value of two kinds",
        REQUEST,
        "</sdg:StringValue>",
        "</sdg:StringValue><sdg:BooleanValue>true</sdg:BooleanValue>",
    ),
    _refused(
        "response without status", RESPONSE, 'status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"', ""
    ),
    _refused("issuing date that is none", RESPONSE, "1970-03-03", "not-a-date"),
    _refused("issuing date left out", RESPONSE, "<sdg:IssuingDate>1970-03-03</sdg:IssuingDate>", ""),
    _refused("validity without end", RESPONSE, "<sdg:EndDate>2024-05-19</sdg:EndDate>", ""),
    _refused("evidence about nobody", RESPONSE, "<sdg:NaturalPerson>", "<sdg:Nobody/><sdg:NaturalPerson>"),
    _refused("link shown in an unknown way", RESPONSE, "xlink:title=", 'xlink:show="hidden" xlink:title='),
    _refused("object without id", RESPONSE, 'id="urn:uuid:f073cbe2-cf2a-4f46-b9ff-d4b0fde53ab1"', ""),
    _refused("object of an exception's type", RESPONSE, "rim:ExtrinsicObjectType", "rs:TimeoutExceptionType"),
    _refused(
        "exception of unknown kind",
        ERROR,
        'xsi:type="rs:AuthorizationExceptionType"',
        'xsi:type="rs:PreviewExceptionType"',
    ),
    _refused("exception after the list", ERROR, "<rs:Exception", "<rim:RegistryObjectList/><rs:Exception"),
    _refused("jurisdiction that begins otherwise", DSD, "<sdg:Jurisdiction>", "<sdg:Jurisdiction><sdg:Country/>"),
    _refused("access service that conforms to nothing", DSD, "<sdg:ConformsTo>oots-edm:v1.0</sdg:ConformsTo>", ""),
    _refused(
        "named access service",
        DSD,
        "<sdg:ConformsTo>oots-edm:v1.0</sdg:ConformsTo>",
        '<sdg:Name lang="DA">AP</sdg:Name><sdg:ConformsTo>oots-edm:v1.0</sdg:ConformsTo>',
    ),
    _refused("determination without level", DSD_ERROR, "<sdg:JurisdictionLevel>LAU</sdg:JurisdictionLevel>", ""),
    _refused(
        "described requirement",
        TYPES,
        "<sdg:ReferenceFramework>",
        '<sdg:Description lang="DA">x</sdg:Description><sdg:ReferenceFramework>',
    ),
    _refused(
        "submission of unknown mode", SUBMISSION, "<lcm:SubmitObjectsRequest", '<lcm:SubmitObjectsRequest mode="Merge"'
    ),
)

MUTANTS = KEPT + REFUSED
