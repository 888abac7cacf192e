"""The directories' door and their client, one asking the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import httpx
import pytest

from oots.common_services import client as client_module
from oots.common_services.client import DirectoriesClient
from oots.common_services.entries import STANDARD_ENTRIES, load_entries
from oots.common_services.queries import DATA_SERVICES_QUERY, EVIDENCE_TYPES_QUERY, REQUIREMENTS_QUERY
from oots.model.errors import PeerError
from oots.trust.certificates import Role
from oots.trust.issuing import Participant
from oots.trust.jws import sign_answer
from oots.trust.keys import KeyPair
from oots.wire.catalogue import V1_0, V2_0, DirectoryError, Version
from tests.support.common_services import CLOCK, believed, client_of, directories_of, directory_key
from tests.support.trust import NOW, authority, dated, new_authority

ENTRIES = load_entries(STANDARD_ENTRIES)
HOST = "http://directories.test"
HEADERS = {"Accept": "application/x-ebrs+xml", "Accept-Version": "oots-cs:v2.0"}
BROKER = f"{HOST}/eb/rest/search"
DIRECTORY = f"{HOST}/dsd/rest/search"
REQUIREMENTS = {"queryId": REQUIREMENTS_QUERY, "procedure-id": "V1", "country-code": "LT"}
EVIDENCE_TYPES = {
    "queryId": EVIDENCE_TYPES_QUERY,
    "requirement-id": ENTRIES.requirements[0].requirement.identifier,
    "country-code": "DK",
}
DATA_SERVICES = {
    "queryId": DATA_SERVICES_QUERY,
    "evidence-type-classification": ENTRIES.data_services[0].evidence_type.classification,
    "country-code": "DK",
    "specification": "oots-edm:v2.0",
}
CLASSIFICATION = ENTRIES.data_services[0].evidence_type.classification
ASKED = [(BROKER, REQUIREMENTS), (BROKER, EVIDENCE_TYPES), (DIRECTORY, DATA_SERVICES)]
ELSEWHERE = "https://sr.oots.tech.ec.europa.eu/none/aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
SUCCESS = b'status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"'
FAILURE = b'status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Failure"'


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    """A client of an application that holds the standard entries."""
    with client_of(directories_of(ENTRIES)) as client:
        yield client


@pytest.fixture
def directories(http: httpx.Client) -> DirectoriesClient:
    return DirectoriesClient(http, f"{HOST}/eb", f"{HOST}/dsd/", check_signer=believed(), clock=CLOCK)


def directories_that(answer: Callable[[httpx.Request], httpx.Response], version: Version = V2_0) -> DirectoriesClient:
    client = httpx.Client(transport=httpx.MockTransport(answer))
    return DirectoriesClient(client, f"{HOST}/eb", f"{HOST}/dsd", check_signer=believed(), clock=CLOCK, version=version)


def genuine_answer(http: httpx.Client) -> httpx.Response:
    return http.get(BROKER, params=REQUIREMENTS, headers=HEADERS)


def signed(body: bytes, **headers: str) -> httpx.Response:
    """A well signed answer of any content."""
    signature = sign_answer(body, directory_key(), NOW)
    return httpx.Response(200, headers={"content-type": "application/x-ebrs+xml"} | signature | headers, content=body)


def test_a_portal_finds_its_way_from_the_procedure_to_the_access_point(directories: DirectoriesClient) -> None:
    requirement = directories.requirements("V1", "LT")[0]
    assert [framework.procedure for framework in requirement.frameworks] == ["V1"]
    offered = directories.evidence_types(requirement.requirement.identifier, "DK")
    assert offered.lists == tuple(each for each in ENTRIES.evidence_types[0].lists if each.country == "DK")
    classification = offered.lists[0].evidence_types[0].classification
    assert directories.data_services(classification, "DK", "oots-edm:v2.0") == ENTRIES.data_services[:1]


@pytest.mark.parametrize(("url", "parameters"), ASKED)
def test_an_answer_is_regrep_that_may_be_kept(http: httpx.Client, url: str, parameters: dict[str, str]) -> None:
    answer = http.get(url, params=parameters, headers=HEADERS)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/x-ebrs+xml"
    assert answer.headers["cache-control"] == "public, max-age=3600"
    assert SUCCESS in answer.content


@pytest.mark.parametrize(
    ("url", "accepted", "change", "code"),
    [
        (BROKER, REQUIREMENTS, {"procedure-id": "V2"}, "EB:ERR:0001"),
        (BROKER, EVIDENCE_TYPES, {"requirement-id": ELSEWHERE}, "EB:ERR:0002"),
        (BROKER, EVIDENCE_TYPES, {"unheard-of": "1"}, "EB:ERR:0003"),
        (BROKER, REQUIREMENTS, {"procedure-id": "Q1"}, "EB:ERR:0005"),
        (BROKER, REQUIREMENTS, {"country-code": "GR"}, "EB:ERR:0006"),
        (BROKER, REQUIREMENTS, {"queryId": DATA_SERVICES_QUERY}, "EB:ERR:0007"),
        (DIRECTORY, DATA_SERVICES, {"country-code": "SE"}, "DSD:ERR:0001"),
        (DIRECTORY, DATA_SERVICES, {"evidence-type-classification": ELSEWHERE}, "DSD:ERR:0002"),
        (DIRECTORY, DATA_SERVICES, {"country-code": "XX"}, "DSD:ERR:0003"),
        (DIRECTORY, DATA_SERVICES, {"queryId": REQUIREMENTS_QUERY}, "DSD:ERR:0004"),
    ],
)
def test_a_refusal_is_an_http_success_that_is_not_kept(
    http: httpx.Client, url: str, accepted: dict[str, str], change: dict[str, str], code: str
) -> None:
    assert SUCCESS in http.get(url, params=accepted, headers=HEADERS).content
    answer = http.get(url, params=accepted | change, headers=HEADERS)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/x-ebrs+xml"
    assert answer.headers["cache-control"] == "no-store"
    assert FAILURE in answer.content
    assert f'code="{code}"'.encode() in answer.content


@pytest.mark.parametrize("accepted", ["application/x-ebrs+xml", "text/html, Application/X-EBRS+XML;q=0.5", "*/*"])
def test_a_media_type_that_is_written_is_answered(http: httpx.Client, accepted: str) -> None:
    assert SUCCESS in http.get(BROKER, params=REQUIREMENTS, headers={"Accept": accepted}).content


@pytest.mark.parametrize("header", [{"Accept": "application/json"}, {"Accept-Version": "oots-cs:v1.1"}])
@pytest.mark.parametrize(
    ("url", "parameters", "code"), [(BROKER, REQUIREMENTS, "EB:ERR:0003"), (DIRECTORY, DATA_SERVICES, "DSD:ERR:0003")]
)
def test_a_form_that_is_not_written_is_refused(
    http: httpx.Client, url: str, parameters: dict[str, str], code: str, header: dict[str, str]
) -> None:
    assert SUCCESS in http.get(url, params=parameters, headers=HEADERS).content
    refused = http.get(url, params=parameters, headers=HEADERS | header).content
    assert f'code="{code}"'.encode() in refused
    assert f'detail="{next(iter(header))}"'.encode() in refused


def test_the_client_raises_the_code_that_a_directory_refused_with(directories: DirectoriesClient) -> None:
    assert directories.requirements("V1", "LT")
    with pytest.raises(DirectoryError) as of_the_broker:
        directories.requirements("V1", "GR")
    with pytest.raises(DirectoryError) as of_the_directory:
        directories.data_services(ELSEWHERE, "DK", "oots-edm:v2.0")
    assert (of_the_broker.value.code, of_the_broker.value.detail) == ("EB:ERR:0006", "country-code")
    assert of_the_directory.value.code == "DSD:ERR:0002"
    assert isinstance(of_the_broker.value, PeerError)


def test_the_client_asks_for_the_form_that_it_reads() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(503)

    with pytest.raises(PeerError):
        directories_that(answer).evidence_types("https://example.test/a b", "EL")
    (request,) = seen
    asked = HEADERS | {"Accept-Encoding": "identity"}
    assert {name: request.headers[name] for name in asked} == asked
    assert dict(request.url.params) == {
        "queryId": EVIDENCE_TYPES_QUERY,
        "requirement-id": "https://example.test/a b",
        "country-code": "EL",
    }


def test_a_directory_that_cannot_be_reached_is_a_peer_error_without_the_address() -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("name or service not known: directories.test", request=request)

    with pytest.raises(PeerError, match=r"cannot be reached: ConnectError$") as refused:
        directories_that(broken).requirements("V1", "LT")
    assert not isinstance(refused.value, DirectoryError)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (httpx.Response(500), "HTTP status 500"),
        (httpx.Response(302, headers={"location": "http://elsewhere.test/"}), "HTTP status 302"),
        (signed(b"<a/>", **{"content-type": "text/html"}), "another media type"),
        (signed(b"<a/>", **{"content-encoding": "br"}), "compressed"),
        (signed(b"<query:QueryResponse"), "cannot be read"),
        (signed(b"<!DOCTYPE a><a/>"), "cannot be read"),
        (signed(b""), "cannot be read"),
        (signed(b"<answer/>"), "cannot be read"),
    ],
)
def test_an_answer_that_is_not_what_the_protocol_demands_is_a_peer_error(
    http: httpx.Client, answer: httpx.Response, why: str
) -> None:
    assert directories_that(lambda _: signed(genuine_answer(http).content)).requirements("V1", "LT")
    with pytest.raises(PeerError, match=why) as refused:
        directories_that(lambda _: answer).requirements("V1", "LT")
    assert not isinstance(refused.value, DirectoryError)


def test_an_answer_of_another_query_is_a_peer_error(http: httpx.Client) -> None:
    def swapped(request: httpx.Request) -> httpx.Response:
        return http.get(BROKER, params=REQUIREMENTS, headers=HEADERS)

    assert directories_that(swapped).requirements("V1", "LT")
    with pytest.raises(PeerError, match="cannot be read"):
        directories_that(swapped).data_services(ELSEWHERE, "DK", "oots-edm:v2.0")


def test_an_answer_without_end_is_given_up(http: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    genuine = genuine_answer(http).content
    served: list[bytes] = []

    def pieces() -> Iterator[bytes]:
        while len(served) < 1000:
            served.append(genuine)
            yield genuine

    def endless(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-type": "application/x-ebrs+xml"}, content=pieces())

    def whole(request: httpx.Request) -> httpx.Response:
        return signed(genuine)

    monkeypatch.setattr(client_module, "LARGEST_ANSWER", len(genuine))
    assert directories_that(whole).requirements("V1", "LT")
    with pytest.raises(PeerError, match="larger than"):
        directories_that(endless).requirements("V1", "LT")
    assert len(served) == 2


def test_an_answer_that_drips_is_left(http: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    genuine = genuine_answer(http)
    headers = {name: genuine.headers[name] for name in ("content-type", "digest", "oots-response-sig")}

    def dripping(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers=headers, content=iter((genuine.content[:9], genuine.content[9:])))

    patient = iter((0.0, 1.0, 30.0))
    monkeypatch.setattr(client_module, "monotonic", lambda: next(patient))
    assert directories_that(dripping).requirements("V1", "LT")
    late = iter((0.0, 1.0, 30.1))
    monkeypatch.setattr(client_module, "monotonic", lambda: next(late))
    with pytest.raises(PeerError, match="seconds"):
        directories_that(dripping).requirements("V1", "LT")


OTHER_AUTHORITY = new_authority()
DIRECTORIES = Participant("directories", "directories", Role.DIRECTORY)


def signed_by(key: KeyPair, body: bytes, at: datetime = NOW) -> httpx.Response:
    headers = {"content-type": "application/x-ebrs+xml"} | sign_answer(body, key, at)
    return httpx.Response(200, headers=headers, content=body)


def without(answer: httpx.Response, header: str) -> httpx.Response:
    headers = {name: value for name, value in answer.headers.items() if name != header}
    return httpx.Response(200, headers=headers, content=answer.content)


def with_body(answer: httpx.Response, body: bytes) -> httpx.Response:
    headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
    return httpx.Response(200, headers=headers, content=body)


def with_header(answer: httpx.Response, name: str, value: str) -> httpx.Response:
    return httpx.Response(200, headers=dict(answer.headers) | {name: value}, content=answer.content)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda genuine: without(genuine, "oots-response-sig"), "not signed"),
        (lambda genuine: without(genuine, "digest"), "not signed"),
        (lambda genuine: with_header(genuine, "digest", signed(b"").headers["digest"]), "digest is not that of"),
        (lambda genuine: with_body(genuine, genuine.content.replace(b"LT", b"LV", 1)), "digest is not that of"),
        (
            lambda genuine: with_header(genuine, "oots-response-sig", signed(b"").headers["oots-response-sig"]),
            "not valid",
        ),
        (lambda genuine: signed_by(OTHER_AUTHORITY.issue(DIRECTORIES), genuine.content), "no valid path"),
        (
            lambda genuine: signed_by(authority().issue(replace(DIRECTORIES, role=Role.SEAL)), genuine.content),
            "for seal, not for directory",
        ),
        (
            lambda genuine: signed_by(replace(authority(), terms=dated(-60)).issue(DIRECTORIES), genuine.content),
            "not valid at validation time",
        ),
        (lambda genuine: signed_by(directory_key(), genuine.content, NOW - timedelta(hours=2)), "too old"),
        (lambda genuine: signed_by(directory_key(), genuine.content, NOW + timedelta(hours=2)), "in the future"),
    ],
)
def test_the_client_believes_only_what_a_directory_signed(
    http: httpx.Client, change: Callable[[httpx.Response], httpx.Response], why: str
) -> None:
    genuine = genuine_answer(http)
    assert directories_that(lambda _: genuine).requirements("V1", "LT")
    with pytest.raises(PeerError, match=f"not believed: .*{why}") as refused:
        directories_that(lambda _: change(genuine)).requirements("V1", "LT")
    assert not isinstance(refused.value, DirectoryError)


def test_a_refusal_that_nobody_signed_is_no_refusal_of_the_directory(http: httpx.Client) -> None:
    refusal = http.get(BROKER, params=REQUIREMENTS | {"country-code": "GR"}, headers=HEADERS)
    with pytest.raises(DirectoryError):
        directories_that(lambda _: refusal).requirements("V1", "GR")
    with pytest.raises(PeerError, match="not signed") as unsigned:
        directories_that(lambda _: without(refusal, "oots-response-sig")).requirements("V1", "GR")
    assert not isinstance(unsigned.value, DirectoryError)


def test_a_signed_answer_to_another_question_is_a_peer_error(http: httpx.Client) -> None:
    types = http.get(BROKER, params=EVIDENCE_TYPES, headers=HEADERS)
    services = http.get(DIRECTORY, params=DATA_SERVICES, headers=HEADERS)
    assert directories_that(lambda _: types).evidence_types(EVIDENCE_TYPES["requirement-id"], "DK")
    assert directories_that(lambda _: services).data_services(CLASSIFICATION, "DK")
    with pytest.raises(PeerError, match="another requirement"):
        directories_that(lambda _: types).evidence_types(ENTRIES.requirements[1].requirement.identifier, "DK")
    with pytest.raises(PeerError, match="another evidence type"):
        directories_that(lambda _: services).data_services(ENTRIES.data_services[1].evidence_type.classification, "DK")


@pytest.mark.parametrize("version", [{}, {"Accept-Version": "oots-cs:v1.0"}])
def test_a_client_that_names_no_version_is_answered_in_1_0(http: httpx.Client, version: dict[str, str]) -> None:
    newest = http.get(BROKER, params=REQUIREMENTS, headers=HEADERS).content
    first = http.get(BROKER, params=REQUIREMENTS, headers={"Accept": "application/x-ebrs+xml"} | version).content
    assert SUCCESS in newest
    assert SUCCESS in first
    assert (b"SpecificationIdentifier" in newest, b"SpecificationIdentifier" in first) == (True, False)
    assert b"https://sr.oots.tech.europa.eu/requirements/" in first
    assert b"https://sr.oots.tech.ec.europa.eu" not in first


@pytest.mark.parametrize(
    ("url", "parameters", "code"), [(BROKER, REQUIREMENTS, "EB:ERR:0003"), (DIRECTORY, DATA_SERVICES, "DSD:ERR:0003")]
)
def test_a_version_that_is_not_written_is_refused_in_the_first(
    http: httpx.Client, url: str, parameters: dict[str, str], code: str
) -> None:
    assert SUCCESS in http.get(url, params=parameters, headers=HEADERS).content
    refused = http.get(url, params=parameters, headers=HEADERS | {"Accept-Version": "oots-cs:v3.0"}).content
    assert f'code="{code}"'.encode() in refused
    assert b"rim:Slot" not in refused
    assert b"rim:Slot" in http.get(url, params=parameters, headers=HEADERS | {"Accept": "text/html"}).content


def test_a_portal_of_1_0_finds_the_same_way(http: httpx.Client) -> None:
    newest = DirectoriesClient(http, f"{HOST}/eb", f"{HOST}/dsd", check_signer=believed(), clock=CLOCK)
    first = DirectoriesClient(http, f"{HOST}/eb", f"{HOST}/dsd", check_signer=believed(), clock=CLOCK, version=V1_0)
    requirement = first.requirements("V1", "LT")[0]
    assert requirement.requirement.identifier == newest.requirements("V1", "LT")[0].requirement.identifier
    offered = first.evidence_types(requirement.requirement.identifier, "DK")
    assert offered.lists == tuple(each for each in ENTRIES.evidence_types[0].lists if each.country == "DK")
    (service,) = first.data_services(offered.lists[0].evidence_types[0].classification, "DK", "oots-edm:v1.0")
    (access,) = service.access_services
    assert access.conforms_to == ("oots-edm:v1.0",)
    assert access.publisher == ENTRIES.data_services[0].access_services[0].publisher
    assert [found.conforms_to for found in service.distributions] == [
        found.conforms_to for found in ENTRIES.data_services[0].distributions
    ]


def test_each_version_reads_its_own_answers_only(http: httpx.Client) -> None:
    newest = genuine_answer(http)
    first = http.get(BROKER, params=REQUIREMENTS, headers=HEADERS | {"Accept-Version": "oots-cs:v1.0"})
    for version, own, other in ((V2_0, newest, first), (V1_0, first, newest)):
        assert directories_that(lambda _, own=own: own, version).requirements("V1", "LT")
        with pytest.raises(PeerError, match="cannot be read"):
            directories_that(lambda _, other=other: other, version).requirements("V1", "LT")


def test_a_refusal_in_1_0_is_raised_with_its_code(http: httpx.Client) -> None:
    first = DirectoriesClient(http, f"{HOST}/eb", f"{HOST}/dsd", check_signer=believed(), clock=CLOCK, version=V1_0)
    assert first.requirements("V1", "LT")
    with pytest.raises(DirectoryError) as refused:
        first.requirements("00", "LT")
    assert refused.value.code == "EB:ERR:0005"


def test_an_answer_that_breaks_a_rule_is_not_taken(http: httpx.Client) -> None:
    lawful = genuine_answer(http)
    assert directories_that(lambda _: lawful).requirements("V1", "LT")
    unlawful = lawful.content.replace(b">V1<", b">ZZ<")
    assert unlawful != lawful.content
    with pytest.raises(PeerError, match="R-EB-REQ-C012"):
        directories_that(lambda _: signed(unlawful)).requirements("V1", "LT")
