"""The register of revoked certificates: nothing is taken back, changes are seen at once, broken is not empty."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from oots.model.errors import ConfigurationError
from oots.trust.register import REGISTER_FILE, RevocationRegister, revoke
from tests.support.trust import NOW, authority

COMPROMISED = x509.ReasonFlags.key_compromise
SUPERSEDED = x509.ReasonFlags.superseded
WEEK = timedelta(days=7)


@pytest.fixture
def certificate() -> x509.Certificate:
    return authority().issue().certificate


def note(
    folder: Path, certificate: x509.Certificate, at: datetime = NOW, reason: x509.ReasonFlags = COMPROMISED
) -> None:
    revoke(folder, certificate, at, reason, party="55133018", name="aarhus")


def test_without_a_register_nothing_is_revoked(tmp_path: Path, certificate: x509.Certificate) -> None:
    register = RevocationRegister(tmp_path / REGISTER_FILE)
    assert register.revoked_at(certificate) is None
    note(tmp_path, certificate)
    assert register.revoked_at(certificate) == NOW


def test_a_link_to_a_register_that_is_away_is_broken(tmp_path: Path, certificate: x509.Certificate) -> None:
    away, house = tmp_path / "away", tmp_path / "house"
    away.mkdir()
    house.mkdir()
    note(away, certificate)
    (house / REGISTER_FILE).symlink_to(away / REGISTER_FILE)
    register = RevocationRegister(house / REGISTER_FILE)
    assert register.revoked_at(certificate) == NOW
    (away / REGISTER_FILE).unlink()
    with pytest.raises(ConfigurationError, match="leads to a file that is not there"):
        register.revoked_at(certificate)


def test_a_revocation_by_another_process_is_seen_at_the_next_question(
    tmp_path: Path, certificate: x509.Certificate
) -> None:
    other = authority().issue().certificate
    note(tmp_path, certificate)
    register = RevocationRegister(tmp_path / REGISTER_FILE)
    assert (register.revoked_at(certificate), register.revoked_at(other)) == (NOW, None)
    note(tmp_path, other, NOW + WEEK, SUPERSEDED)
    assert (register.revoked_at(certificate), register.revoked_at(other)) == (NOW, NOW + WEEK)


def test_a_number_counts_for_its_own_issuer_alone(tmp_path: Path, certificate: x509.Certificate) -> None:
    note(tmp_path, certificate)
    register = RevocationRegister(tmp_path / REGISTER_FILE)
    assert register.revocation_of(certificate.issuer, certificate.serial_number)
    root = authority().root.certificate.subject
    assert register.revocation_of(root, certificate.serial_number) is None
    assert register.revocation_of(certificate.issuer, certificate.serial_number + 1) is None


def test_a_revocation_is_brought_forward_and_never_put_off(tmp_path: Path, certificate: x509.Certificate) -> None:
    register = RevocationRegister(tmp_path / REGISTER_FILE)
    for at, reason, standing in (
        (NOW + WEEK, SUPERSEDED, NOW + WEEK),
        (NOW + 2 * WEEK, SUPERSEDED, NOW + WEEK),
        (NOW, COMPROMISED, NOW),
        (NOW + WEEK, SUPERSEDED, NOW),
    ):
        note(tmp_path, certificate, at, reason)
        assert register.revoked_at(certificate) == standing
    (line,) = register.lines()
    assert (line.reason, line.party, line.name) == (COMPROMISED, "55133018", "aarhus")


def test_a_line_is_written_as_other_programs_read_it(tmp_path: Path, certificate: x509.Certificate) -> None:
    note(tmp_path, certificate, NOW + timedelta(milliseconds=900))
    assert json.loads((tmp_path / REGISTER_FILE).read_bytes()) == [
        {
            "issuer": certificate.issuer.rfc4514_string(),
            "serial": f"{certificate.serial_number:x}",
            "at": "2026-08-06T10:00:00Z",
            "reason": "keyCompromise",
            "party": "55133018",
            "name": "aarhus",
        }
    ]


def test_two_revocations_at_once_are_both_noted(tmp_path: Path) -> None:
    several = [authority().issue().certificate for _ in range(6)]
    with ThreadPoolExecutor(3) as hands:
        list(hands.map(lambda each: note(tmp_path, each), several))
    register = RevocationRegister(tmp_path / REGISTER_FILE)
    assert [register.revoked_at(each) for each in several] == [NOW] * 6


@pytest.mark.parametrize(
    ("written", "new", "place"),
    [
        ("]", "", "no JSON at line "),
        ("[", '{"revoked": [', "no JSON at line "),
        ('"at": "2026-08-06T10:00:00Z"', '"at": "2026-08-06T10:00:00"', "entry 1 at"),
        ('"at": "2026-08-06T10:00:00Z"', '"at": "soon"', "entry 1 at"),
        ('"reason": "keyCompromise"', '"reason": "dislike"', "entry 1 reason"),
        ('"party"', '"partie"', "entry 1 part"),
        ('"serial": "', '"serial": "0x', "entry 1 serial"),
    ],
)
def test_a_broken_register_is_named_and_never_means_that_nothing_is_revoked(
    tmp_path: Path, certificate: x509.Certificate, written: str, new: str, place: str
) -> None:
    note(tmp_path, certificate)
    path = tmp_path / REGISTER_FILE
    register = RevocationRegister(path)
    assert register.revoked_at(certificate) == NOW
    sound = path.read_text(encoding="utf-8")
    assert written in sound
    path.write_text(sound.replace(written, new), encoding="utf-8")
    told = rf"revoked\.json is no register of revoked certificates \({place}.*\): put back its last good copy"
    with pytest.raises(ConfigurationError, match=told):
        register.revoked_at(certificate)
    with pytest.raises(ConfigurationError, match=r"revoked\.json is no register"):
        note(tmp_path, authority().issue().certificate)
    path.write_text(sound, encoding="utf-8")
    assert register.revoked_at(certificate) == NOW


def test_a_register_that_is_no_list_is_broken(tmp_path: Path, certificate: x509.Certificate) -> None:
    path = tmp_path / REGISTER_FILE
    path.write_text("[]", encoding="utf-8")
    assert RevocationRegister(path).revoked_at(certificate) is None
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"\(no list\): put back"):
        RevocationRegister(path).revoked_at(certificate)


def test_a_register_that_cannot_be_read_is_no_empty_one(tmp_path: Path, certificate: x509.Certificate) -> None:
    assert RevocationRegister(tmp_path / REGISTER_FILE).revoked_at(certificate) is None
    (tmp_path / REGISTER_FILE).mkdir()
    with pytest.raises(ConfigurationError, match="cannot be read"):
        RevocationRegister(tmp_path / REGISTER_FILE).revoked_at(certificate)
