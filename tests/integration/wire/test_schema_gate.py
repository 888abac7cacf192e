"""The gate over documents of our own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from lxml import etree
from xmlschema import XMLSchema10

from oots.model.errors import ConfigurationError, MessageError
from oots.wire.schema import PROFILES, XSD_DIR, enforce, schema_file
from tests.support import schema_documents as own

VALID = {
    "request": (own.REQUEST, "edm-v2.0"),
    "request of the former version": (own.FORMER_REQUEST, "edm-v1.0"),
    "request of the version between": (own.MIDDLE_REQUEST, "edm-v1.2"),
    "packaged response": (own.RESPONSE, "edm-v2.0"),
    "empty response": (own.response("Success", "<rim:RegistryObjectList/>"), "edm-v2.0"),
    "preview required": (own.ERROR, "edm-v2.0"),
    "requirements": (own.response("Success", own.requirement(""), own.CURRENT_DIRECTORY), "edm-v2.0"),
    "no evidence type exists": (own.response("Success", own.requirement(own.NO_MATCH)), "edm-v2.0"),
    "data services": (own.response("Success", own.DATA_SERVICE, own.CURRENT_DIRECTORY), "edm-v2.0"),
    "directory error": (own.response("Failure", own.DIRECTORY_EXCEPTION, None), "edm-v1.0"),
    "user message": (own.USER_MESSAGE.encode(), "ebms"),
    "receipt": (own.RECEIPT.encode(), "ebms"),
    "error signal": (own.SIGNAL_ERROR.encode(), "ebms"),
    "header in its envelope": (own.envelope(own.USER_MESSAGE), "ebms"),
}
BROKEN = [
    ("request", "<sdg:Language>DA</sdg:Language>", "<sdg:Sprog>DA</sdg:Sprog>"),
    ("request", "<sdg:GivenName>Freja</sdg:GivenName>", ""),
    ("request", "2026-09-01T08:30:00.000Z", "1 September 2026"),
    ("request of the former version", "<sdg:Transformation>", "<sdg:Language>DA</sdg:Language><sdg:Transformation>"),
    ("request of the former version", "1990-02-03", "1990-13-03"),
    ("request of the version between", "</sdg:DistributedAs>", "<sdg:Language>DA</sdg:Language></sdg:DistributedAs>"),
    (
        "request of the version between",
        "<sdg:Nationality>",
        "<sdg:Gender>Male</sdg:Gender><sdg:Nation/><sdg:Nationality>",
    ),
    ("packaged response", "2026-09-01</sdg:IssuingDate>", "not-a-date</sdg:IssuingDate>"),
    ("packaged response", 'sourceObject="urn:uuid:2"', ""),
    ("packaged response", "rim:AssociationType", "rim:AnnexType"),
    ("empty response", "<rim:RegistryObjectList/>", "<rim:RegistryObjectList/><rim:RegistryObjectList/>"),
    ("preview required", "rs:AuthorizationExceptionType", "rs:PreviewExceptionType"),
    ("preview required", 'value="Se din bopælsattest"', ""),
    ("requirements", '<sdg:Name lang="EN">Residence</sdg:Name>', ""),
    ("no evidence type exists", "<sdg:MatchType>", "<sdg:Match/><sdg:MatchType>"),
    ("data services", "<sdg:DistributedAs>", "<sdg:AccessService/><sdg:DistributedAs>"),
    ("directory error", "status=", "state="),
    ("user message", "<eb:Action>ExecuteQueryRequest</eb:Action>", ""),
    ("user message", "AP_DK_01", ""),
    ("user message", 'name="SpecificationId"', ""),
    ("receipt", own.DIGEST, "?"),
    ("receipt", "<eb:Receipt>", "<eb:Receipt/><eb:Receipt>"),
    ("error signal", 'severity="failure"', 'severity="fatal"'),
    ("header in its envelope", "<eb:Timestamp>2026", "<eb:Timestamp>at 2026"),
    ("header in its envelope", "s:Header>", "s:Heading>"),
]


@pytest.mark.parametrize("name", VALID)
def test_a_well_made_document_passes(name: str) -> None:
    enforce(*VALID[name])


@pytest.mark.parametrize(("name", "old", "new"), BROKEN)
def test_one_change_makes_a_document_refused(name: str, old: str, new: str) -> None:
    data, profile = VALID[name]
    assert old.encode() in data
    enforce(data, profile)
    with pytest.raises(MessageError, match=r"invalid against schema \S+ at line \d+: ."):
        enforce(data.replace(old.encode(), new.encode()), profile)


def test_an_sdg_element_unknown_to_the_profile_is_refused_where_anything_may_stand() -> None:
    enforce(own.REQUEST, "edm-v2.0")
    for stranger in (b"sdg:Human", b"x:Person"):
        renamed = own.REQUEST.replace(b"sdg:Person>", stranger + b">").replace(b" id=", b' xmlns:x="urn:x" id=', 1)
        with pytest.raises(MessageError, match=r"Human|Person"):
            enforce(renamed, "edm-v2.0")


def test_the_attributes_of_1_2_are_unknown_to_1_0() -> None:
    enforce(own.MIDDLE_REQUEST, "edm-v1.2")
    enforce(own.FORMER_REQUEST, "edm-v1.2")
    with pytest.raises(MessageError, match="Nationality"):
        enforce(own.MIDDLE_REQUEST, "edm-v1.0")


def test_two_headers_in_one_envelope_are_refused() -> None:
    enforce(own.envelope(own.USER_MESSAGE), "ebms")
    with pytest.raises(MessageError):
        enforce(own.envelope(own.USER_MESSAGE + own.USER_MESSAGE), "ebms")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"1990-02-03", b"Hemmelig"),
        (b"1990-02-03", b"Hemmelig' is not a valid value of anything, it is 'x"),
        (b"oots-edm:v2.0", b"Hemmelig" * 40),
        (b"LeafClassWithRepositoryItem", b"Hemmelig"),
        (b"https://sr.oots.tech.ec.europa.eu/datamodels", b"http://[Hemmelig"),
        (b"<query:ResponseOption", b"Hemmelig <query:ResponseOption"),
        (b"1990-02-03", b"Hemmelig" * 20_000),
        (b"<rim:Value>", b'<rim:Value xsi:type="rim:Hemmelig">'),
    ],
)
def test_the_reason_quotes_no_value_of_the_message(old: bytes, new: bytes) -> None:
    enforce(own.REQUEST, "edm-v2.0")
    with pytest.raises(MessageError) as refused:
        enforce(own.REQUEST.replace(old, new), "edm-v2.0")
    assert "Hemmelig" not in refused.value.why


def test_a_large_document_gets_the_same_verdict_without_the_place() -> None:
    title, missing = b'<sdg:Title lang="EN">A</sdg:Title>', b"<sdg:Titel/>"
    at = own.REQUEST.index(b"<sdg:Title")
    for number in (1, 6_000):
        enforce(own.REQUEST[:at] + title * number + own.REQUEST[at:], "edm-v2.0")
        with pytest.raises(MessageError, match="Element 'Titel': This element is not expected"):
            enforce(own.REQUEST[:at] + title * number + missing * number + own.REQUEST[at:], "edm-v2.0")


def test_a_doctype_is_refused_before_any_schema_is_asked() -> None:
    enforce(own.REQUEST, "edm-v2.0")
    with pytest.raises(MessageError, match="document type"):
        enforce(b"<!DOCTYPE x>" + own.REQUEST, "edm-v2.0")


def test_a_profile_that_does_not_exist_is_our_own_fault() -> None:
    enforce(own.REQUEST, "edm-v2.0")
    with pytest.raises(ConfigurationError, match=r"edm-v9\.9"):
        enforce(own.REQUEST, "edm-v9.9")


def test_many_threads_each_get_the_reason_of_their_own_document() -> None:
    broken = [own.REQUEST.replace(b"\n", b"\n" * blank).replace(b"1990-02-03", b"never") for blank in range(1, 33)]

    def reason(data: bytes) -> str:
        with pytest.raises(MessageError) as refused:
            enforce(data, "edm-v2.0")
        return refused.value.why

    with ThreadPoolExecutor(8) as threads:
        reasons = list(threads.map(reason, broken * 4))
    assert all(f"at line {blank}: " in why for why, blank in zip(reasons, list(range(2, 34)) * 4, strict=True))


@pytest.mark.parametrize("profile", [name for name, file in PROFILES.items() if file.endswith("driver.xsd")])
def test_both_libraries_really_load_the_schema(profile: str) -> None:
    etree.XMLSchema(file=str(schema_file(profile)))
    readable = XMLSchema10(str(schema_file(profile)), allow="local", defuse="always")
    named = {etree.QName(name).namespace for name in readable.maps.elements}
    assert named >= ({"http://data.europa.eu/p4s"} if profile.startswith("edm") else {own.EB})


@pytest.mark.parametrize("path", sorted(XSD_DIR.glob("*/*.xsd")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_schema_is_xsd_1_0_and_imports_files_beside_it_only(path: Path) -> None:
    root = etree.parse(str(path)).getroot()
    assert "http://www.w3.org/2007/XMLSchema-versioning" not in root.nsmap.values()
    assert next(root.iter("{http://www.w3.org/2001/XMLSchema}assert"), None) is None
    for location in root.xpath("//@schemaLocation"):
        assert (path.parent / location).resolve().is_relative_to(XSD_DIR)
        assert (path.parent / location).is_file()


@pytest.mark.parametrize(
    "moment", [" 2026-09-01T08:30:00.000Z", "2026-09-01T08:30:00.000Z\n ", "\t2026-09-01T08:30:00.000Z "]
)
def test_blanks_around_a_time_mean_nothing(moment: str) -> None:
    data, profile = VALID["request"]
    text = data.decode()
    assert "2026-09-01T08:30:00.000Z" in text
    enforce(data, profile)
    enforce(text.replace("2026-09-01T08:30:00.000Z", moment).encode(), profile)
    with pytest.raises(MessageError):
        enforce(text.replace("2026-09-01T08:30:00.000Z", f"{moment.strip()} {moment}").encode(), profile)
