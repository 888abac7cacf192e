"""What tells the versions of the exchange apart: how each writes what the model says, and what it lets pass."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lxml import etree

from oots.model.errors import MessageError
from oots.model.request import PreviewVisit
from oots.model.response import EdmException, ErrorCode, EvidenceError
from oots.model.text import Text
from oots.wire import answer, request
from oots.wire.namespaces import XML, XSI
from oots.wire.preview import with_return, without_return
from oots.wire.profile import (
    NEWEST_REPOSITORY,
    PROFILES,
    V1_0,
    V1_2,
    V2_0,
    Profile,
    edm_v1_0,
)
from oots.wire.schema import enforce
from oots.wire.status import UNAVAILABLE
from oots.wire.xml import parse
from tests.support import wire
from tests.support.edm_messages import a_preview, a_request, a_response, an_error
from tests.support.other_spelling import reprefixed, slots_reversed
from tests.support.wire import (
    Change,
    attribute,
    changed,
    only,
    saying,
    slot,
    slot_type,
    slot_value,
    twice,
    with_child,
    without,
)

LANG, TYPE = f"{{{XML}}}lang", f"{{{XSI}}}type"
FLAT = pytest.mark.parametrize("profile", [V1_0, V1_2], ids=lambda profile: profile.specification)
EVERY = pytest.mark.parametrize("profile", [V1_0, V1_2, V2_0], ids=lambda profile: profile.specification)
HOST = {"oots-edm:v1.0": b"https://sr.oots.tech.europa.eu/", "oots-edm:v1.2": b"https://sr.oots.tech.ec.europa.eu/"}


def texts(data: bytes, path: str) -> list[str]:
    return [element.text or "" for element in parse(data).iterfind(path, {"sdg": "http://data.europa.eu/p4s"})]


# One message of each kind in each version.


@EVERY
def test_a_whole_message_of_each_kind_is_valid_and_read_as_it_was_written(profile: Profile) -> None:
    asked = a_request(profile)
    enforce(request.encode(asked), profile.schema)
    assert request.decode(request.encode(asked)) == asked
    for told in (a_response(profile), a_preview(profile), an_error(profile)):
        enforce(answer.encode(told), profile.schema)
        assert answer.decode(answer.encode(told)) == told


@EVERY
def test_prefixes_and_the_order_of_attributes_and_slots_mean_nothing(profile: Profile) -> None:
    def respelled(data: bytes) -> bytes:
        other = etree.tostring(slots_reversed(reprefixed(parse(data))))
        assert b"<rim:" not in other
        return other

    assert request.decode(respelled(request.encode(a_request(profile)))) == a_request(profile)
    for told in (a_response(profile), a_preview(profile), an_error(profile)):
        assert answer.decode(respelled(answer.encode(told))) == told


def test_a_version_that_is_not_among_the_profiles_is_neither_written_nor_read() -> None:
    spoken = {profile.specification: profile for profile in (V1_2, V2_0)}
    data = request.encode(a_request(V1_0), PROFILES)
    with pytest.raises(ValueError, match=r"oots-edm:v1\.0"):
        request.encode(a_request(V1_0), spoken)
    with pytest.raises(MessageError) as refused:
        request.decode(data, spoken)
    assert refused.value.rule == "R-EDM-REQ-C001"
    assert request.decode(data, PROFILES) == a_request(V1_0)


# Hosts and families.


def test_the_first_version_names_the_first_host_and_family() -> None:
    for data in (request.encode(a_request(V1_0)), answer.encode(a_response(V1_0)), answer.encode(a_preview(V1_0))):
        assert b"sr.oots.tech.europa.eu" in data
        assert b"ec.europa.eu" not in data
        assert b"datamodels" not in data


def test_a_later_patch_of_the_first_version_names_the_newest_host_and_the_first_family() -> None:
    later = {"oots-edm:v1.0": edm_v1_0(NEWEST_REPOSITORY)}
    data = request.encode(a_request(V1_0), later)
    assert b"https://sr.oots.tech.ec.europa.eu/distributions/bopaelsattest-1.0<" in data
    assert request.decode(data, later) == a_request(V1_0)
    with pytest.raises(MessageError):
        request.decode(data)


def test_the_infix_of_the_acceptance_environment_is_kept() -> None:
    url = "https://sr.acc.oots.tech.ec.europa.eu/datamodels/a/b"
    assert V1_0.outward(url) == "https://sr.acc.oots.tech.europa.eu/distributions/a/b"
    assert V1_0.inward(V1_0.outward(url)) == url
    assert V2_0.outward(url) == url


@pytest.mark.parametrize("url", ["https://example.org/datamodels/a", "http://sr.oots.tech.europa.eu/distributions/a"])
def test_a_url_of_another_host_is_left_alone(url: str) -> None:
    assert V1_0.outward(url) == V1_0.inward(url) == url


# Requests.


@FLAT
def test_a_procedure_of_1_x_is_a_code_in_an_international_string(profile: Profile) -> None:
    data = request.encode(a_request(profile))
    code = only(parse(data), f"{slot('Procedure')}//rim:LocalizedString")
    assert (code.get("value"), code.get(LANG)) == ("V1", "EN")
    in_danish = changed(data, attribute(f"{slot('Procedure')}//rim:LocalizedString", LANG, "DA"))
    assert request.decode(in_danish).procedure == "V1"
    twofold = changed(data, twice(f"{slot('Procedure')}//rim:LocalizedString"))
    assert request.decode(twofold).procedure == "V1"
    with pytest.raises(MessageError):
        request.decode(changed(twofold, attribute(f"{slot('Procedure')}//rim:LocalizedString", "value", "S1")))


@FLAT
def test_a_preferred_language_of_1_x_stands_on_the_request(profile: Profile) -> None:
    data = request.encode(a_request(profile))
    assert parse(data).get(LANG) == "DA"
    assert request.decode(changed(data, attribute("/*", LANG, "da-DK"))).language == "DA"
    assert request.decode(changed(data, attribute("/*", LANG, None))).language is None


@FLAT
def test_the_way_back_of_1_x_is_part_of_the_preview_location(profile: Profile) -> None:
    data = request.encode(a_request(profile))
    assert only(parse(data), slot_value("PreviewLocation")).text == (
        "https://preview.aarhus.localhost/p/1?returnurl=https%3A%2F%2Fportal.lt.localhost%2Fback%2F1&returnmethod=GET"
    )
    assert b"ReturnLocation" not in data
    kept = changed(data, saying(slot_value("PreviewLocation"), "https://preview.aarhus.localhost/p/1"))
    assert request.decode(kept).preview == PreviewVisit("https://preview.aarhus.localhost/p/1", None)
    unsafe = "https://preview.aarhus.localhost/p/1?returnurl=javascript%3Aalert()"
    with pytest.raises(MessageError, match="returnurl"):
        request.decode(changed(data, saying(slot_value("PreviewLocation"), unsafe)))


@pytest.mark.parametrize(
    ("location", "address"),
    [
        ("https://p.dk/1", "https://p.dk/1?returnurl=https%3A%2F%2Flt%2F%3Fa%3D1%26b%3D%C3%A5&returnmethod=GET"),
        ("https://p.dk/?s=1", "https://p.dk/?s=1&returnurl=https%3A%2F%2Flt%2F%3Fa%3D1%26b%3D%C3%A5&returnmethod=GET"),
        ("https://p.dk/?", "https://p.dk/?&returnurl=https%3A%2F%2Flt%2F%3Fa%3D1%26b%3D%C3%A5&returnmethod=GET"),
    ],
)
def test_the_way_back_is_appended_and_taken_off_again(location: str, address: str) -> None:
    visit = PreviewVisit(location, "https://lt/?a=1&b=å")
    assert with_return(visit) == address
    assert without_return(address) == visit


def test_the_way_back_is_found_in_any_order() -> None:
    found = without_return("https://p.dk/?s=1&returnmethod=GET&returnurl=https%3A%2F%2Flt%2F")
    assert found == PreviewVisit("https://p.dk/?s=1", "https://lt/")


@FLAT
def test_a_request_of_1_x_wants_one_distribution_without_language(profile: Profile) -> None:
    data = request.encode(a_request(profile))
    assert texts(data, ".//sdg:Transformation") == [
        f"{HOST[profile.specification].decode()}{profile.data_models}/bopaelsattest-1.0/address"
    ]
    with pytest.raises(MessageError) as refused:
        request.decode(changed(data, twice("//sdg:DistributedAs")))
    assert refused.value.rule == "R-EDM-REQ-C032"
    with pytest.raises(MessageError):
        request.decode(changed(data, with_child("//sdg:DistributedAs", "<sdg:Language>DA</sdg:Language>")))


def test_a_distribution_may_be_missing_in_1_2_alone() -> None:
    bare = changed(request.encode(a_request(V1_2)), without("//sdg:DistributedAs"))
    assert request.decode(bare).evidence.distributions == ()
    with pytest.raises(MessageError) as refused:
        request.decode(changed(request.encode(a_request(V1_0)), without("//sdg:DistributedAs")))
    assert refused.value.rule == "R-EDM-REQ-S045"


def test_a_person_has_further_attributes_since_1_2() -> None:
    person = replace(wire.PERSON, nationality="DK", town_of_birth="Aarhus", phone_number="+45 89402000")
    asked = replace(a_request(V1_2), subject=person, representative=wire.COMPANY)
    data = request.encode(asked)
    enforce(data, "edm-v1.2")
    assert request.decode(data) == asked
    nationality = with_child("//sdg:Person", "<sdg:Nationality>DK</sdg:Nationality>")
    with pytest.raises(MessageError):
        request.decode(changed(request.encode(a_request(V1_0)), nationality))


@FLAT
def test_an_answer_of_1_x_is_of_any_type_and_keeps_its_question(profile: Profile) -> None:
    question = replace(wire.ANSWER, scheme=None, type="Codelist", descriptions=(Text("DA", "Hvilken kommune?"),))
    dated = replace(question, type="dateValue", value="2026-09-01", value_expression=None)
    asked = replace(a_request(profile), provider_classification=(question, dated))
    data = request.encode(asked)
    enforce(data, profile.schema)
    assert texts(data, ".//sdg:DateValue") == ["2026-09-01"]
    assert request.decode(data) == asked


@FLAT
def test_a_number_for_true_and_a_collection_of_no_named_type_pass_in_1_x(profile: Profile) -> None:
    data = request.encode(a_request(profile))
    assert request.decode(changed(data, saying(slot_value("PossibilityForPreview"), "1"))) == a_request(profile)
    untyped = changed(data, attribute(slot_type("Requirements"), "collectionType", None))
    assert request.decode(untyped) == a_request(profile)


AGENT = f"{slot('EvidenceProvider')}//sdg:Agent"
LENIENT: list[tuple[str, Change]] = [
    ("a name in lower case", attribute(f"{AGENT}/sdg:Name", "lang", "da")),
    ("a provider with role", with_child(AGENT, "<sdg:Classification>EP</sdg:Classification>")),
    ("a date without zone", saying(slot_value("IssueDateTime"), "2026-09-01T08:30:00")),
]


@pytest.mark.parametrize(("what", "change"), LENIENT, ids=[what for what, _ in LENIENT])
def test_what_no_rule_speaks_of_passes_in_1_0_and_not_in_2_0(what: str, change: Change) -> None:
    assert request.decode(changed(request.encode(a_request(V1_0)), change)) == a_request(V1_0)
    with pytest.raises(MessageError):
        request.decode(changed(request.encode(a_request(V2_0)), change))


def test_a_requester_without_address_passes_in_1_0_and_not_in_2_0() -> None:
    change = without(f"{slot('EvidenceRequester')}//sdg:Address")
    assert request.decode(changed(request.encode(a_request(V1_0)), change)).requester.address is None
    with pytest.raises(MessageError):
        request.decode(changed(request.encode(a_request(V2_0)), change))


def test_a_name_without_language_is_english_in_1_0() -> None:
    change = attribute(f"{slot('EvidenceProvider')}//sdg:Name", "lang", None)
    names = request.decode(changed(request.encode(a_request(V1_0)), change)).provider.names
    assert names == (Text("EN", "Aarhus Kommune"),)


# Responses.


@FLAT
def test_a_response_of_1_x_lists_every_piece_with_all_of_its_metadata(profile: Profile) -> None:
    data = answer.encode(a_response(profile))
    pieces = parse(data).findall("{*}RegistryObjectList/{*}RegistryObject")
    assert [piece.get(TYPE) for piece in pieces] == ["rim:ExtrinsicObjectType"] * 2
    assert b"Classification id" not in data
    assert [len(piece.findall(".//{*}IsAbout")) for piece in pieces] == [1, 1]
    with pytest.raises(MessageError):
        answer.decode(changed(data, attribute("//rim:RegistryObject", TYPE, "rim:RegistryPackageType")))
    with pytest.raises(MessageError, match="same id"):
        answer.decode(changed(data, twice("//rim:RegistryObject")))


@FLAT
def test_what_is_not_available_yet_may_come_without_list_in_1_x(profile: Profile) -> None:
    deferred = replace(wire.DEFERRED, specification=profile.specification)
    data = answer.encode(deferred)
    assert parse(data).get("status") == UNAVAILABLE
    assert answer.decode(changed(data, without("/*/rim:RegistryObjectList"))) == deferred
    with pytest.raises(MessageError):
        answer.decode(changed(answer.encode(wire.DEFERRED), without("/*/rim:RegistryObjectList")))


def test_a_subject_with_more_than_its_name_is_read_in_1_0() -> None:
    change = with_child("//sdg:NaturalPerson", "<sdg:BirthName>Ørsted</sdg:BirthName>")
    assert answer.decode(changed(answer.encode(a_response(V1_0)), change)) == a_response(V1_0)
    with pytest.raises(MessageError):
        answer.decode(changed(answer.encode(a_response(V2_0)), change))


# Errors.


def test_the_severity_of_a_preview_names_the_host_of_the_version() -> None:
    ending = b":codes:ErrorSeverity:EDMErrorResponse:PreviewRequired"
    assert b"urn:sr.oots.tech.europa.eu" + ending in answer.encode(a_preview(V1_0))
    for profile in (V1_2, V2_0):
        assert b"urn:sr.oots.tech.ec.europa.eu" + ending in answer.encode(a_preview(profile))
    other_host = attribute("//rs:Exception", "severity", V2_0.preview_required)
    with pytest.raises(MessageError) as refused:
        answer.decode(changed(answer.encode(a_preview(V1_0)), other_host))
    assert refused.value.rule == "R-EDM-ERR-C014"


def test_a_failed_query_is_told_in_the_words_of_the_version() -> None:
    failed = (EdmException(ErrorCode.QUERY, wire.NOW),)
    first = answer.encode(replace(an_error(V1_0), exceptions=failed))
    assert only(parse(first), "//rs:Exception").get("message") == "Problem during the processing of a QueryRequest"
    newest = answer.encode(replace(an_error(V2_0), exceptions=failed))
    assert only(parse(newest), "//rs:Exception").get("message") == ErrorCode.QUERY.message


def test_the_method_of_a_preview_is_one_that_the_version_knows() -> None:
    for profile, method, lawful in ((V1_0, "POST", True), (V1_0, "PUT", False), (V1_2, "PUT", True)):
        told = changed(answer.encode(a_preview(profile)), saying(slot_value("PreviewMethod"), method))
        if lawful:
            found = answer.decode(told)
            assert isinstance(found, EvidenceError)
            assert found.preview == replace(wire.PREVIEW_REQUIRED.preview, method=method)
        else:
            with pytest.raises(MessageError) as refused:
                answer.decode(told)
            assert refused.value.rule == "R-EDM-ERR-C021"


def test_a_failure_of_1_0_names_one_exception_and_a_later_one_may_name_more() -> None:
    for profile in (V1_2, V2_0):
        found = answer.decode(changed(answer.encode(an_error(profile)), twice("//rs:Exception")))
        assert isinstance(found, EvidenceError)
        assert len(found.exceptions) == 2
    with pytest.raises(MessageError) as refused:
        answer.decode(changed(answer.encode(an_error(V1_0)), twice("//rs:Exception")))
    assert refused.value.rule == "R-EDM-ERR-C011"
