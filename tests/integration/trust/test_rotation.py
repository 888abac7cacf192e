"""A rotation: both keys count during the overlap, nothing is lost on the way, and what was sealed stays sealed."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from oots.model.errors import ConfigurationError
from oots.trust import rotation
from oots.trust.anchors import TrustAnchors
from oots.trust.authority import TRUST_FILE, init_keys
from oots.trust.certificates import Role, UntrustedError
from oots.trust.holdings import Status, holdings
from oots.trust.issuing import Participant
from oots.trust.keys import KeyPair, certificate_path, key_path, load_key_pair
from oots.trust.register import REGISTER_FILE, RevocationRegister, revoke
from oots.trust.revocation import Revocation
from oots.trust.rotation import Rotated, rotate
from oots.trust.xades import check_xml_seal, seal_xml
from tests.support.trust import NOW

SEAL = Participant("seal-0751", "55133018", Role.SEAL)
TLS = Participant("tls", "demo-hosts", Role.TLS, ("127.0.0.1", "portal.lt.localhost"))
WEEK = timedelta(days=7)
LATER = NOW + timedelta(days=1)
PREVIOUS = "seal-0751.previous"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    init_keys(folder, (SEAL, TLS), NOW)
    return folder


@pytest.fixture
def keys(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "keys"))


def rotated(keys: Path, now: datetime = LATER, overlap: timedelta = WEEK, name: str = SEAL.name) -> Rotated:
    (done,) = rotate(keys, (name,), overlap, now)
    return done


def believed(keys: Path, key: KeyPair, at: datetime) -> bool:
    revocations = Revocation(RevocationRegister(keys / REGISTER_FILE), ())
    anchors = TrustAnchors.from_pem((keys / TRUST_FILE).read_bytes(), revocations=revocations)
    try:
        return anchors.party_of(key.certificate, key.chain, at, Role.SEAL) == SEAL.party
    except UntrustedError:
        return False


def statuses(keys: Path, now: datetime) -> dict[str, Status]:
    return {each.name: each.status(now) for each in holdings(keys) if each.successor == SEAL.name}


def contents(keys: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in keys.iterdir()}


def test_both_keys_count_during_the_overlap_and_then_the_new_one_alone(keys: Path) -> None:
    old = load_key_pair(keys, SEAL.name)
    done = rotated(keys)
    new = load_key_pair(keys, SEAL.name)
    assert new.certificate.public_key() != old.certificate.public_key()
    assert load_key_pair(keys, PREVIOUS).certificate == old.certificate
    assert (done.old_counts_until, done.new_ends) == (LATER + WEEK, new.certificate.not_valid_after_utc)
    assert (done.party, done.old_status, done.resumed) == (SEAL.party, Status.REPLACED, False)
    before_the_end = done.old_counts_until - timedelta(seconds=1)
    assert [believed(keys, key, before_the_end) for key in (old, new)] == [True, True]
    assert [believed(keys, key, done.old_counts_until) for key in (old, new)] == [False, True]
    assert statuses(keys, before_the_end) == {SEAL.name: Status.VALID, PREVIOUS: Status.REPLACED}
    assert statuses(keys, done.old_counts_until) == {SEAL.name: Status.VALID, PREVIOUS: Status.REVOKED}


def test_private_files_stay_private_and_nothing_else_is_left(keys: Path) -> None:
    before = set(contents(keys))
    rotated(keys)
    assert set(contents(keys)) - before == {f"{PREVIOUS}.key.pem", f"{PREVIOUS}.cert.pem", REGISTER_FILE}
    assert {file.stat().st_mode & 0o777 for file in keys.glob("*.key.pem")} == {0o600}


def test_without_an_overlap_the_old_key_counts_no_more(keys: Path) -> None:
    old = load_key_pair(keys, SEAL.name)
    assert believed(keys, old, LATER)
    rotated(keys, overlap=timedelta())
    assert not believed(keys, old, LATER)


def test_a_rotated_tls_key_is_for_the_same_hosts(keys: Path) -> None:
    def hosts() -> set[object]:
        certificate = load_key_pair(keys, TLS.name).certificate
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
        return {str(name.value) for name in names}

    before, serial = hosts(), load_key_pair(keys, TLS.name).certificate.serial_number
    assert {"127.0.0.1", "portal.lt.localhost"} <= before
    rotated(keys, name=TLS.name)
    assert load_key_pair(keys, TLS.name).certificate.serial_number != serial
    assert hosts() == before


def test_what_the_old_key_sealed_verifies_as_of_its_own_time(keys: Path) -> None:
    sealed = seal_xml(b"<attest/>", load_key_pair(keys, SEAL.name), LATER)
    done = rotated(keys)
    revocations = Revocation(RevocationRegister(keys / REGISTER_FILE), ())
    anchors = TrustAnchors.from_pem((keys / TRUST_FILE).read_bytes(), revocations=revocations)
    assert check_xml_seal(sealed, anchors, LATER).valid
    assert check_xml_seal(sealed, anchors, done.old_counts_until - timedelta(seconds=1)).valid
    assert not check_xml_seal(sealed, anchors, done.old_counts_until).valid
    assert check_xml_seal(
        seal_xml(b"<attest/>", load_key_pair(keys, SEAL.name), LATER), anchors, LATER + 2 * WEEK
    ).valid


def test_a_predecessor_that_still_counts_is_not_lost(keys: Path) -> None:
    done = rotated(keys)
    before = contents(keys)
    with pytest.raises(ConfigurationError, match=r"counts until 2026-08-14 10:00 UTC.*revoke seal-0751\.previous"):
        rotated(keys, done.old_counts_until - timedelta(seconds=1))
    assert contents(keys) == before
    second = load_key_pair(keys, SEAL.name).certificate
    rotated(keys, done.old_counts_until)
    assert load_key_pair(keys, PREVIOUS).certificate == second


def test_a_predecessor_can_be_ended_to_make_room(keys: Path) -> None:
    rotated(keys)
    with pytest.raises(ConfigurationError, match="counts until"):
        rotated(keys, LATER)
    certificate = load_key_pair(keys, PREVIOUS).certificate
    revoke(keys, certificate, LATER, x509.ReasonFlags.key_compromise, party="x", name=PREVIOUS)
    rotated(keys, LATER)


def test_a_revoked_key_gets_a_successor_and_stays_revoked(keys: Path) -> None:
    old = load_key_pair(keys, SEAL.name)
    revoke(keys, old.certificate, NOW, x509.ReasonFlags.key_compromise, party="x", name=SEAL.name)
    done = rotated(keys)
    assert (done.old_counts_until, done.old_status) == (NOW, Status.REVOKED)
    assert not believed(keys, old, LATER)
    assert believed(keys, load_key_pair(keys, SEAL.name), LATER)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nobody", "nobody's current key"),
        ("issuing-ca", "is an authority"),
        ("root-ca", "is an authority"),
        (PREVIOUS, "nobody's current key"),
    ],
)
def test_what_is_no_participants_key_is_refused_before_anything_is_touched(keys: Path, name: str, told: str) -> None:
    rotated(keys)
    before = contents(keys)
    with pytest.raises(ConfigurationError, match=told):
        rotate(keys, (TLS.name, name), WEEK, LATER + 2 * WEEK)
    assert contents(keys) == before
    assert rotated(keys, name=TLS.name).name == TLS.name


def test_an_overlap_below_zero_and_a_missing_authority_are_refused(keys: Path) -> None:
    before = contents(keys)
    with pytest.raises(ConfigurationError, match="shorter than nothing"):
        rotated(keys, overlap=timedelta(seconds=-1))
    key_path(keys, "issuing-ca").rename(keys / "hidden")
    with pytest.raises(ConfigurationError, match=r"issuing-ca\.key\.pem is missing"):
        rotated(keys)
    (keys / "hidden").rename(key_path(keys, "issuing-ca"))
    assert contents(keys) == before
    rotated(keys)


class Killed(BaseException):
    """The process ends here."""


WRITES = ("write_whole", "write_public", "enter")


def killed_after(patch: pytest.MonkeyPatch, steps: int) -> None:
    """The run dies before the step with this number that changes a file."""
    done = 0
    for step in WRITES:
        original = getattr(rotation, step)

        def counted(*words: object, _original: object = original, **named: object) -> object:
            nonlocal done
            if done == steps:
                raise Killed
            done += 1
            assert callable(_original)
            return _original(*words, **named)

        patch.setattr(rotation, step, counted)


@pytest.mark.parametrize("steps", range(6))
@pytest.mark.parametrize("by", ["rotate", "init"])
def test_an_interrupted_rotation_is_undone_or_completed_by_the_next_run(keys: Path, steps: int, by: str) -> None:
    old = load_key_pair(keys, SEAL.name).certificate
    with pytest.MonkeyPatch.context() as patch:
        killed_after(patch, steps)
        with pytest.raises(Killed):
            rotated(keys)
    if by == "init":
        init_keys(keys, (SEAL, TLS), LATER)
    elif steps > 0:
        assert rotated(keys, LATER + timedelta(hours=1), timedelta()).resumed
    if steps == 0:
        assert load_key_pair(keys, SEAL.name).certificate == old
        assert not certificate_path(keys, PREVIOUS).exists()
        rotated(keys)
    assert not list(keys.glob("*.rotation.json"))
    assert load_key_pair(keys, PREVIOUS).certificate == old
    assert load_key_pair(keys, SEAL.name).certificate != old
    assert RevocationRegister(keys / REGISTER_FILE).revoked_at(old) == LATER + WEEK
    assert {name for name in contents(keys) if name.startswith(".")} == set()


def test_an_interrupted_rotation_is_completed_by_the_next_of_another_key(keys: Path) -> None:
    old = load_key_pair(keys, SEAL.name).certificate
    with pytest.MonkeyPatch.context() as patch:
        killed_after(patch, 2)
        with pytest.raises(Killed):
            rotated(keys)
    assert not rotated(keys, LATER + timedelta(hours=1), timedelta(), TLS.name).resumed
    assert not list(keys.glob("*.rotation.json"))
    assert load_key_pair(keys, SEAL.name).certificate != load_key_pair(keys, PREVIOUS).certificate == old
    assert RevocationRegister(keys / REGISTER_FILE).revoked_at(old) == LATER + WEEK


def test_a_plan_that_is_broken_or_open_to_others_is_named(keys: Path) -> None:
    plan = keys / "seal-0751.rotation.json"
    plan.write_text("{}", encoding="utf-8")
    plan.chmod(0o600)
    before = load_key_pair(keys, SEAL.name).certificate
    with pytest.raises(ConfigurationError, match=r"seal-0751\.rotation\.json is no rotation"):
        rotated(keys)
    plan.chmod(0o644)
    with pytest.raises(ConfigurationError, match="0600"):
        rotated(keys)
    assert load_key_pair(keys, SEAL.name).certificate == before
    plan.unlink()
    rotated(keys)
