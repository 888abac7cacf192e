"""The authority's service: lists and answers that follow the register at once, and the page that tells of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from shutil import copytree

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from cryptography.x509.ocsp import OCSPCertStatus, OCSPResponseStatus

from oots.deployment.apps import Surroundings, authority_app
from oots.deployment.settings import AuthoritySettings, read
from oots.model.clock import AdvancedClock, FrozenClock, SequentialIds
from oots.model.errors import ConfigurationError
from oots.trust.authority import init_keys
from oots.trust.certificates import Role
from oots.trust.holdings import SOON
from oots.trust.issuing import ISSUING, LEAF_LIFE, ROOT, Participant
from oots.trust.keys import load_key_pair
from oots.trust.register import REASONS, REGISTER_FILE, revoke
from tests.support.trust import NOW
from tests.support.web import client_of

POINT = Participant("ap-dk-01", "AP_DK_01", Role.ACCESS_POINT)
SEAL = Participant("seal-0751", "55133018", Role.SEAL)
HOME = "http://authority.localhost:8404"
ASKING = {"Content-Type": "application/ocsp-request"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    init_keys(folder, (POINT, SEAL), NOW)
    return folder


@pytest.fixture
def keys(made: Path, tmp_path: Path) -> Path:
    return Path(copytree(made, tmp_path, dirs_exist_ok=True))


@pytest.fixture
def clock() -> AdvancedClock:
    return AdvancedClock(FrozenClock(NOW))


@pytest.fixture
def client(keys: Path, clock: AdvancedClock) -> Iterator[httpx.Client]:
    values = {"port": 8404, "keys": keys, "origins": {"https://authority.localhost": HOME}}
    with httpx.Client() as unused:
        app = authority_app(read(AuthoritySettings, values), Surroundings(clock, SequentialIds(5), unused))
    with client_of(app, HOME) as visitor:
        yield visitor


def withdraw(keys: Path, name: str, after: timedelta = timedelta()) -> None:
    certificate = load_key_pair(keys, name).certificate
    revoke(keys, certificate, NOW + after, x509.ReasonFlags.key_compromise, party="x", name=name)


def listed(client: httpx.Client, authority: str) -> set[int]:
    answer = client.get(f"/crl/{authority}.crl")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pkix-crl")
    return {line.serial_number for line in x509.load_der_x509_crl(answer.content)}


def question(keys: Path, name: str, issuer: str = ISSUING) -> bytes:
    certificates = (load_key_pair(keys, each).certificate for each in (name, issuer))
    request = ocsp.OCSPRequestBuilder().add_certificate(*certificates, hashes.SHA256()).build()
    return request.public_bytes(serialization.Encoding.DER)


def status(client: httpx.Client, request: bytes) -> OCSPCertStatus:
    answer = client.post("/ocsp", content=request, headers=ASKING)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/ocsp-response")
    return ocsp.load_der_ocsp_response(answer.content).certificate_status


def test_a_revocation_is_in_the_next_list_and_the_next_answer(keys: Path, client: httpx.Client) -> None:
    request = question(keys, POINT.name)
    assert (listed(client, ISSUING), status(client, request)) == (set(), OCSPCertStatus.GOOD)
    withdraw(keys, POINT.name)
    serial = load_key_pair(keys, POINT.name).certificate.serial_number
    assert (listed(client, ISSUING), status(client, request)) == ({serial}, OCSPCertStatus.REVOKED)
    assert status(client, question(keys, SEAL.name)) is OCSPCertStatus.GOOD


def test_the_issuing_authority_stands_on_the_list_of_the_root(keys: Path, client: httpx.Client) -> None:
    request = question(keys, ISSUING, ROOT)
    assert (listed(client, ROOT), status(client, request)) == (set(), OCSPCertStatus.GOOD)
    withdraw(keys, ISSUING)
    assert listed(client, ROOT) == {load_key_pair(keys, ISSUING).certificate.serial_number}
    assert status(client, request) is OCSPCertStatus.REVOKED


def test_a_list_is_good_for_ten_seconds_unless_another_interval_is_set(keys: Path, client: httpx.Client) -> None:
    crl = x509.load_der_x509_crl(client.get("/crl/issuing-ca.crl").content)
    assert (crl.last_update_utc, crl.next_update_utc) == (NOW, NOW + timedelta(seconds=10))
    values = {"port": 8404, "keys": keys}
    assert read(AuthoritySettings, {**values, "crl_interval": "PT1H"}).crl_interval == timedelta(hours=1)
    for interval in ("PT0S", "PT0.5S", "PT1.5S", "soon"):
        with pytest.raises(ConfigurationError, match="OOTS_CRL_INTERVAL"):
            read(AuthoritySettings, {**values, "crl_interval": interval})


def test_a_certificate_that_is_issued_later_is_known_at_once(keys: Path, client: httpx.Client) -> None:
    init_keys(keys, (POINT, SEAL, Participant("ap-lt-01", "AP_LT_01", Role.ACCESS_POINT)), NOW)
    request = question(keys, "ap-lt-01")
    assert status(client, request) is OCSPCertStatus.GOOD
    (keys / "ap-lt-01.cert.pem").unlink()
    assert status(client, request) is OCSPCertStatus.UNKNOWN


@pytest.mark.parametrize("path", ["/crl/tls.crl", "/crl/seal-0751.crl", "/crl/..%2Froot-ca.crl", "/crl/root-ca"])
def test_there_is_no_list_of_anybody_else(client: httpx.Client, path: str) -> None:
    assert client.get("/crl/root-ca.crl").status_code == 200
    assert client.get(path).status_code == 404


def test_a_question_of_another_kind_or_size_is_refused(keys: Path, client: httpx.Client) -> None:
    request = question(keys, POINT.name)
    assert client.post("/ocsp", content=request, headers=ASKING).status_code == 200
    assert client.post("/ocsp", content=request, headers={"Content-Type": "text/plain"}).status_code == 415
    assert client.post("/ocsp", content=request).status_code == 415
    assert client.post("/ocsp", content=request + bytes(4096), headers=ASKING).status_code == 413
    assert client.post("/ocsp", content=bytes(70_000), headers=ASKING).status_code == 413
    malformed = client.post("/ocsp", content=b"no question", headers=ASKING)
    told = ocsp.load_der_ocsp_response(malformed.content).response_status
    assert told is OCSPResponseStatus.MALFORMED_REQUEST


def test_a_broken_register_is_no_good_news(keys: Path, client: httpx.Client, caplog: pytest.LogCaptureFixture) -> None:
    request = question(keys, POINT.name)
    assert status(client, request) is OCSPCertStatus.GOOD
    (keys / REGISTER_FILE).write_text("[", encoding="utf-8")
    assert client.post("/ocsp", content=request, headers=ASKING).status_code == 503
    assert client.get("/crl/issuing-ca.crl").status_code == 503
    assert [line.levelname for line in caplog.records if line.name.startswith("oots")] == ["ERROR", "ERROR"]
    assert "revoked.json" in caplog.text


def test_the_page_tells_how_each_certificate_stands(keys: Path, client: httpx.Client, clock: AdvancedClock) -> None:
    page = client.get("/").text
    assert "Ingen rigtig tillidstjeneste" in page
    assert page.count("badge-success") == 4
    withdraw(keys, POINT.name)
    withdraw(keys, SEAL.name, timedelta(days=7))
    english = client.get("/?lang=en").text
    assert "No real trust service" in english
    assert [english.count(f">{word}<") for word in ("valid", "replaced", "revoked")] == [2, 1, 1]
    assert "keyCompromise" in english
    clock.advance(timedelta(days=8))
    assert client.get("/?lang=en").text.count(">revoked<") == 2


def test_the_page_warns_before_the_end(client: httpx.Client, clock: AdvancedClock) -> None:
    clock.advance(LEAF_LIFE - SOON - timedelta(days=1))
    assert client.get("/").text.count(">udløber snart<") == 0
    clock.advance(timedelta(days=1))
    assert client.get("/").text.count(">udløber snart<") == 2
    clock.advance(SOON)
    assert client.get("/").text.count(">udløbet<") == 2


def names(page: str) -> list[str]:
    """The certificates of the page, in its order."""
    return re.findall(r'<strong><code class="wrap">([^<]+)</code></strong>', page)


def counts(page: str) -> list[str]:
    """How many stand how, by the page's lead."""
    return re.findall(r"<strong>(\d[^<]*)</strong>", page)


def test_what_wants_attention_comes_first_and_is_counted(keys: Path, client: httpx.Client) -> None:
    page = client.get("/").text
    assert (names(page), counts(page)) == ([POINT.name, SEAL.name, ISSUING, ROOT], ["4 gyldige"])
    withdraw(keys, SEAL.name)
    page = client.get("/").text
    assert (names(page), counts(page)) == ([SEAL.name, POINT.name, ISSUING, ROOT], ["1 spærret", "3 gyldige"])
    withdraw(keys, ISSUING)
    assert counts(client.get("/").text) == ["2 spærrede", "2 gyldige"]
    assert counts(client.get("/?lang=en").text) == ["2 revoked", "2 valid"]


def test_danish_words_stand_beside_the_codes_where_danish_is_read(keys: Path, client: httpx.Client) -> None:
    withdraw(keys, POINT.name)
    danish, english = client.get("/").text, client.get("/?lang=en").text
    for words in ("adgangspunkt <code>access-point</code>", "nøglen er kompromitteret <code>keyCompromise</code>"):
        assert words in danish
        assert words not in english
        assert words.partition(" <")[2] in english


@pytest.mark.parametrize("lang", ["da", "en"])
def test_every_reason_can_be_shown(keys: Path, client: httpx.Client, lang: str) -> None:
    certificate = load_key_pair(keys, POINT.name).certificate
    for number, reason in enumerate(REASONS):
        revoke(keys, certificate, NOW - timedelta(days=number), reason, party="x", name="x")
        assert f"<code>{reason.value}</code>" in client.get("/", params={"lang": lang}).text


def test_each_certificate_can_be_told_by_the_fingerprint_that_verify_prints(keys: Path, client: httpx.Client) -> None:
    page = client.get("/").text
    for name in (POINT.name, SEAL.name, ISSUING, ROOT):
        certificate = load_key_pair(keys, name).certificate
        assert page.count(certificate.fingerprint(hashes.SHA256()).hex()) == 1
        assert page.count(f"{certificate.serial_number:x}") == 1


def test_a_revoked_certificate_that_has_no_file_any_more_is_still_shown(keys: Path, client: httpx.Client) -> None:
    withdraw(keys, SEAL.name)
    serial = f"{load_key_pair(keys, SEAL.name).certificate.serial_number:x}"
    page = client.get("/?lang=en").text
    assert ("no file here any more" in page, page.count(serial)) == (False, 1)
    for ending in ("key.pem", "cert.pem"):
        (keys / f"{SEAL.name}.{ending}").unlink()
    page = client.get("/?lang=en").text
    assert ("no file here any more" in page, page.count(serial)) == (True, 1)
    assert SEAL.name not in names(page)


def test_the_page_says_where_the_addresses_in_the_certificates_are_found(client: httpx.Client) -> None:
    assert "https://authority.localhost/…" in client.get("/").text
    assert "found at the address of this page" in client.get("/?lang=en").text


def test_the_service_tells_its_health_and_wants_its_keys(tmp_path: Path, client: httpx.Client) -> None:
    assert client.get("/healthz").text == "ok\n"
    with httpx.Client() as unused, pytest.raises(ConfigurationError, match=r"root-ca\.key\.pem is missing"):
        authority_app(
            read(AuthoritySettings, {"port": 8404, "keys": tmp_path / "none"}),
            Surroundings(FrozenClock(NOW), SequentialIds(5), unused),
        )
