"""Whom a service believes: policies by partner, and what it takes for an answer about revocation."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import AuthorityInformationAccessOID

from oots.deployment import trust as trust_module
from oots.deployment.trust import MOST_BYTES, SECONDS
from oots.model.clock import AdvancedClock, FrozenClock
from oots.model.errors import ConfigurationError
from oots.trust.anchors import PartnerTrust
from oots.trust.certificates import Party, Role, UntrustedError
from oots.trust.issuing import Participant
from oots.trust.keys import KeyPair
from oots.trust.revocation import UnsettledError
from tests.support.certificates import rebuilt
from tests.support.fake_authority import INTERNAL, LIFE, FakeAuthority, house_trust, note, streamed
from tests.support.trust import NOW, Authority, authority, new_authority

DEMO_TEXT = (files("oots.trust") / "policies" / "demo.toml").read_text(encoding="utf-8")
LISTS = [f"{INTERNAL}/crl/root-ca.crl", f"{INTERNAL}/crl/issuing-ca.crl"]
OCSP = f"{INTERNAL}/ocsp"


def pem(*keys: KeyPair) -> bytes:
    return b"".join(key.certificate.public_bytes(serialization.Encoding.PEM) for key in keys)


def access_point(party_id: str, of: Authority | None = None) -> x509.Certificate:
    return (of or authority()).issue(Participant(party_id.lower(), party_id, Role.ACCESS_POINT)).certificate


@dataclass
class House:
    """A service's key folder, and the authority that it asks."""

    keys: Path
    authority: FakeAuthority
    clock: AdvancedClock

    def trust(self, partners: dict[str, str] | None = None, **client: bool) -> PartnerTrust:
        return house_trust(self.keys, self.authority.client(**client), self.clock, partners)

    def party(self, certificate: x509.Certificate, trust: PartnerTrust | None = None) -> Party:
        return (trust or self.trust()).party_of(certificate, (), self.clock.now(), Role.ACCESS_POINT)

    def only_lists(self) -> None:
        """A policy `lists` in which no responder is asked."""
        text = DEMO_TEXT.replace('methods = ["crl", "ocsp"]', 'methods = ["crl"]')
        (self.keys / "lists.policy.toml").write_text(text, encoding="utf-8")


@pytest.fixture
def house(tmp_path: Path) -> House:
    clock = AdvancedClock(FrozenClock(NOW))
    keys = tmp_path / "keys"
    keys.mkdir()
    (keys / "trust.pem").write_bytes(pem(authority().root, authority().issuing))
    own = {"root-ca": authority().root, "issuing-ca": authority().issuing}
    return House(keys, FakeAuthority(tmp_path / "authority", clock, own), clock)


def test_a_partner_is_believed_and_a_stranger_is_not(house: House) -> None:
    assert house.party(access_point("AP_LT_01")) == Party("AP_LT_01", Role.ACCESS_POINT)
    with pytest.raises(UntrustedError, match="nobody who is a partner"):
        house.party(access_point("AP_SE_01"))


def test_lists_are_asked_for_where_the_settings_say_that_the_authority_is(house: House) -> None:
    house.party(access_point("AP_LT_01"))
    assert house.authority.asked == LISTS


def test_other_addresses_of_a_policy_are_asked_as_they_stand(house: House) -> None:
    lists = '"https://authority.localhost.evil.test/crl/issuing-ca.crl", "https://lists.test/root.crl"'
    text = DEMO_TEXT.replace('"https://authority.localhost/crl/root-ca.crl"', lists)
    (house.keys / "own.policy.toml").write_text(text, encoding="utf-8")
    house.authority.issued = [authority().issuing.certificate]
    assert house.party(access_point("AP_LT_01"), house.trust({"AP_LT_01": "own"}))
    assert house.authority.asked == [
        "https://authority.localhost.evil.test/crl/issuing-ca.crl",
        "https://lists.test/root.crl",
        LISTS[1],
        OCSP,
    ]


def test_the_responder_is_asked_where_the_lists_do_not_come(house: House) -> None:
    certificate = access_point("AP_LT_01")
    house.authority.issued = [certificate, authority().issuing.certificate]
    house.authority.lists_away = True
    assert house.party(certificate).party_id == "AP_LT_01"
    assert house.authority.asked == [*LISTS, OCSP, OCSP]
    house.authority.responder_away = True
    with pytest.raises(UnsettledError):
        house.party(certificate)


def test_what_the_authority_revokes_stops_with_its_next_list(house: House) -> None:
    certificate, trust = access_point("AP_LT_01"), house.trust()
    assert house.party(certificate, trust)
    house.authority.revoke(certificate)
    assert house.party(certificate, trust)
    house.clock.advance(LIFE)
    with pytest.raises(UntrustedError, match="revoked at"):
        house.party(certificate, trust)


def test_what_the_house_revokes_stops_at_once(house: House) -> None:
    certificate, trust = access_point("AP_LT_01"), house.trust()
    assert house.party(certificate, trust)
    note(house.keys, certificate, NOW)
    with pytest.raises(UntrustedError, match="revoked at"):
        house.party(certificate, trust)


# --- partners with policies of their own ---


@pytest.fixture
def with_a_foreign_partner(house: House) -> tuple[House, PartnerTrust, Authority]:
    """AP_SE_01 is held against another policy, with another authority."""
    foreign = new_authority(prefix="foreign ")
    (house.keys / "foreign.pem").write_bytes(pem(foreign.root, foreign.issuing))
    text = DEMO_TEXT.replace('anchors = ["trust.pem"]', 'anchors = ["foreign.pem"]')
    (house.keys / "sweden.policy.toml").write_text(text.replace("localhost/crl", "localhost/se"), encoding="utf-8")
    house.authority.keys = dict(house.authority.keys)
    lists = {f"{INTERNAL}/se/root-ca.crl": foreign.root, f"{INTERNAL}/se/issuing-ca.crl": foreign.issuing}

    def also(request: httpx.Request) -> httpx.Response | None:
        issuer = lists.get(str(request.url))
        return streamed(house.authority.list_of(issuer)) if issuer else None

    house.authority.bend = also
    return house, house.trust({"AP_LT_01": "demo", "AP_SE_01": "sweden"}), foreign


def test_each_partner_is_believed_by_its_own_authority_alone(
    with_a_foreign_partner: tuple[House, PartnerTrust, Authority],
) -> None:
    house, trust, foreign = with_a_foreign_partner
    assert house.party(access_point("AP_LT_01"), trust).party_id == "AP_LT_01"
    assert house.party(access_point("AP_SE_01", foreign), trust).party_id == "AP_SE_01"
    for certificate in (access_point("AP_SE_01"), access_point("AP_LT_01", foreign)):
        with pytest.raises(UntrustedError, match="no valid path"):
            house.party(certificate, trust)


def test_so_is_whom_messages_to_it_are_encrypted_for(
    with_a_foreign_partner: tuple[House, PartnerTrust, Authority],
) -> None:
    house, trust, foreign = with_a_foreign_partner

    def believed(party_id: str, of: Authority) -> Party:
        holder = of.issue(Participant("decrypt", party_id, Role.ENCRYPTION))
        return trust.party_of(holder.certificate, (), house.clock.now(), Role.ENCRYPTION)

    assert believed("AP_SE_01", foreign) == Party("AP_SE_01", Role.ENCRYPTION)
    assert believed("AP_LT_01", authority()) == Party("AP_LT_01", Role.ENCRYPTION)
    for party_id, of in (("AP_SE_01", authority()), ("AP_LT_01", foreign)):
        with pytest.raises(UntrustedError, match="no valid path"):
            believed(party_id, of)
    with pytest.raises(UntrustedError, match="nobody who is a partner"):
        believed("AP_XX_09", authority())


def test_a_certificate_that_was_revoked_is_not_encrypted_for_any_more(house: House) -> None:
    holder, trust = authority().issue(Participant("decrypt", "AP_LT_01", Role.ENCRYPTION)), house.trust()
    assert trust.party_of(holder.certificate, (), house.clock.now(), Role.ENCRYPTION)
    house.authority.revoke(holder.certificate)
    house.clock.advance(LIFE)
    with pytest.raises(UntrustedError, match="revoked at"):
        trust.party_of(holder.certificate, (), house.clock.now(), Role.ENCRYPTION)


def test_the_authority_of_a_partner_vouches_for_nobody_else(
    with_a_foreign_partner: tuple[House, PartnerTrust, Authority],
) -> None:
    house, trust, foreign = with_a_foreign_partner

    def seal(of: Authority) -> Party:
        return trust.party_of(of.issue().certificate, (), NOW, Role.SEAL)

    assert seal(authority()).role is Role.SEAL
    assert trust.path_of(authority().issue().certificate, (), NOW)
    with pytest.raises(UntrustedError, match="no valid path"):
        seal(foreign)
    with pytest.raises(UntrustedError, match="no valid path"):
        trust.path_of(foreign.issue().certificate, (), NOW)
    assert house.party(access_point("AP_SE_01", foreign), trust)


def test_a_partner_is_held_against_its_own_policy(house: House) -> None:
    (house.keys / "strict.policy.toml").write_text(
        DEMO_TEXT.replace('["rsa-sha256", "ecdsa-sha256"]', '["rsa-sha256"]')
    )
    trust = house.trust({"AP_LT_01": "demo", "AP_SE_01": "strict"})
    assert house.party(access_point("AP_LT_01"), trust)
    with pytest.raises(UntrustedError, match="no such key"):
        house.party(access_point("AP_SE_01"), trust)


def test_a_partner_whose_policy_asks_nobody_is_still_held_against_the_register(house: House) -> None:
    text = DEMO_TEXT.replace('methods = ["crl", "ocsp"]', "methods = []")
    (house.keys / "quiet.policy.toml").write_text(text, encoding="utf-8")
    certificate, trust = access_point("AP_LT_01"), house.trust({"AP_LT_01": "quiet"})
    assert house.party(certificate, trust)
    assert house.authority.asked == []
    note(house.keys, certificate, NOW)
    with pytest.raises(UntrustedError, match="revoked at"):
        house.party(certificate, trust)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda keys: (keys / "own.policy.toml").unlink(), r"own\.policy\.toml is missing"),
        (lambda keys: (keys / "own.policy.toml").write_text("anchors = ["), "is no TOML"),
        (lambda keys: (keys / "own.policy.toml").write_text("anchors = []"), "policies: Field required"),
        (lambda keys: (keys / "trust.pem").unlink(), r"trust\.pem is missing or unreadable"),
        (lambda keys: (keys / "trust.pem").write_text("nothing"), "the trust file holds no certificates"),
        (lambda keys: (keys / "trust.pem").write_text(""), "the trust file holds no certificates"),
    ],
)
def test_a_service_does_not_start_with_a_policy_that_is_missing_or_broken(
    house: House, spoil: Callable[[Path], object], why: str
) -> None:
    (house.keys / "own.policy.toml").write_text(DEMO_TEXT, encoding="utf-8")
    assert house.trust({"AP_LT_01": "own"})
    spoil(house.keys)
    with pytest.raises(ConfigurationError, match=why):
        house.trust({"AP_LT_01": "own"})


# --- what is no answer ---


def instead(answer: Callable[[], httpx.Response]) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _request: answer()


def endless() -> Iterator[bytes]:
    for _ in range(MOST_BYTES // 65536 + 1):
        yield bytes(65536)
    raise AssertionError("read beyond the largest answer")


def of_the_house(house: House, status: int, **more: str) -> Callable[[httpx.Request], httpx.Response | None]:
    def answer(request: httpx.Request) -> httpx.Response | None:
        if str(request.url) != LISTS[1]:
            return None
        return streamed(house.authority.list_of(authority().issuing), status, **more)

    return answer


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 400, 404, 500, 503])
def test_an_answer_of_another_status_is_none(house: House, status: int) -> None:
    certificate = access_point("AP_LT_01")
    house.only_lists()
    house.authority.bend = of_the_house(house, 200)
    assert house.party(certificate, house.trust({"AP_LT_01": "lists"}))
    house.authority.bend = of_the_house(house, status, location="http://elsewhere.test/issuing-ca.crl")
    with pytest.raises(UnsettledError):
        house.party(certificate, house.trust({"AP_LT_01": "lists"}, follow_redirects=True))
    assert not any("elsewhere" in url for url in house.authority.asked)


def test_an_answer_that_is_too_large_is_left(house: House) -> None:
    certificate = access_point("AP_LT_01")
    assert house.party(certificate)
    house.authority.bend = instead(lambda: httpx.Response(200, content=endless()))
    with pytest.raises(UnsettledError):
        house.party(certificate)


def test_an_answer_that_drips_is_left(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = access_point("AP_LT_01")
    house.only_lists()

    def dripping(request: httpx.Request) -> httpx.Response:
        whole = house.authority.honest(request).read()
        return httpx.Response(200, content=iter((whole[:9], whole[9:])))

    house.authority.bend = dripping
    assert house.party(certificate, house.trust({"AP_LT_01": "lists"}))
    seconds = iter(range(0, 1000, 2))
    monkeypatch.setattr(trust_module, "monotonic", lambda: float(next(seconds)))
    with pytest.raises(UnsettledError):
        house.party(certificate, house.trust({"AP_LT_01": "lists"}))


@pytest.mark.parametrize(
    "fault", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError, httpx.DecodingError]
)
def test_no_answer_of_any_kind_is_good_news(house: House, fault: type[httpx.RequestError]) -> None:
    certificate = access_point("AP_LT_01")
    assert house.party(certificate)

    def broken(request: httpx.Request) -> httpx.Response:
        raise fault("broken", request=request)

    house.authority.bend = broken
    with pytest.raises(UnsettledError, match=r"no revocation list of .*; the OCSP responder gave no answer"):
        house.party(certificate)


def test_a_compressed_answer_is_not_unpacked(house: House) -> None:
    certificate = access_point("AP_LT_01")
    house.only_lists()
    trust = house.trust({"AP_LT_01": "lists"})
    seen: list[str] = []

    def compressed(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["accept-encoding"])
        packed = gzip.compress(house.authority.honest(request).read())
        return httpx.Response(200, headers={"content-encoding": "gzip"}, content=iter((packed,)))

    assert house.party(certificate, house.trust({"AP_LT_01": "lists"}))
    house.authority.bend = compressed
    with pytest.raises(UnsettledError):
        house.party(certificate, trust)
    assert set(seen) == {"identity"}


# --- addresses in certificates ---


def test_no_address_out_of_a_certificate_is_ever_asked(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Distribution points, responders and issuers that a certificate names lie with whoever asked for it."""
    evil = "http://169.254.169.254/latest"
    certificate = pointing_to(access_point("AP_LT_01"), evil)
    named = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert named[0].full_name is not None
    assert named[0].full_name[0].value == evil

    def no_socket(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", no_socket)
    monkeypatch.setattr(socket, "getaddrinfo", no_socket)
    assert house.party(certificate)
    house.authority.away = True
    with pytest.raises(UnsettledError):
        house.party(certificate)
    house.authority.bend = instead(lambda: httpx.Response(404))
    with pytest.raises(UnsettledError):
        house.party(certificate)
    assert set(house.authority.asked) == {*LISTS, OCSP}


def pointing_to(certificate: x509.Certificate, address: str) -> x509.Certificate:
    """The same, with every address that a certificate can have."""
    place = x509.UniformResourceIdentifier(address)
    points = x509.CRLDistributionPoints([x509.DistributionPoint([place], None, None, None)])
    kinds = (AuthorityInformationAccessOID.OCSP, AuthorityInformationAccessOID.CA_ISSUERS)
    access = x509.AuthorityInformationAccess([x509.AccessDescription(kind, place) for kind in kinds])
    freshest = x509.FreshestCRL([x509.DistributionPoint([place], None, None, None)])
    return rebuilt(certificate, authority().issuing, points, access, freshest)


def test_a_silent_authority_is_waited_for_once_for_all_of_its_addresses(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(trust_module, "monotonic", lambda: now[0])
    asked: list[str] = []

    def silent(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        raise httpx.ReadTimeout("nothing comes", request=request)

    trust = house_trust(
        house.keys, httpx.Client(transport=httpx.MockTransport(silent)), house.clock, {"AP_LT_01": "demo"}
    )
    certificate = access_point("AP_LT_01")
    for later in (0.0, SECONDS - 0.1, SECONDS):
        now[0] = 1000.0 + later
        house.clock.advance(timedelta(seconds=2))
        with pytest.raises(UnsettledError):
            trust.party_of(certificate, (), house.clock.now(), Role.ACCESS_POINT)
    assert len(asked) == 2
