"""`oots keys` as one types it: what is shown, revoked, rotated and handed to others, and the exit codes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509 import Certificate

from oots.cli import Exit, main
from oots.cli.keys import Reason
from oots.deployment.apps import Surroundings, authority_app
from oots.deployment.keys import export_town_keys
from oots.deployment.participants import participants
from oots.deployment.settings import AuthoritySettings, EidSettings, ProviderSettings, read
from oots.deployment.town import Ports, Town
from oots.deployment.trust import trust_of
from oots.model.clock import AdvancedClock, FrozenClock, SequentialIds, SystemClock
from oots.model.errors import ConfigurationError
from oots.trust.anchors import PartnerTrust
from oots.trust.authority import init_keys
from oots.trust.certificates import Role, UntrustedError
from oots.trust.issuing import LEAF_LIFE, ORIGIN, Participant
from oots.trust.keys import load_key_pair
from oots.trust.register import REASONS, REGISTER_FILE, RevocationRegister
from oots.trust.revocation import UnsettledError
from tests.support.fake_authority import streamed
from tests.support.web import client_of

NOW = SystemClock().now()
POINT = "ap-lt-01"
SEAL = "seal-0751"


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str


Type = Callable[..., Said]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The keys of the town, made once."""
    state = tmp_path_factory.mktemp("made")
    init_keys(state / "keys", participants("0751"), NOW)
    return state


@pytest.fixture
def state(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "state"))


@pytest.fixture
def oots(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Type:
    def typed(*words: str | Path) -> Said:
        monkeypatch.setattr("sys.argv", ["oots", "keys", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Said(int(ended.value.code or 0), said.out, said.err)

    return typed


def listed(oots: Type, state: Path) -> dict[str, dict[str, object]]:
    said = oots("list", "--state", state, "--json")
    assert said.code in (Exit.GOOD, Exit.BAD)
    return {each["name"]: each for each in json.loads(said.out)["certificates"]}


def contents(state: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (state / "keys").iterdir()}


def one_key(folder: Path, *, days_left: float) -> Path:
    """A state whose only participant's certificate has so many days left."""
    issued = NOW - LEAF_LIFE + timedelta(days=days_left, minutes=5)
    init_keys(folder / "keys", (Participant("seal-0751", "55133018", Role.SEAL),), issued)
    return folder


def test_the_list_tells_whose_each_key_is_and_until_when_it_counts(state: Path, oots: Type) -> None:
    said = oots("list", "--state", state)
    assert said.code == Exit.GOOD
    heads, *rows = said.out.splitlines()
    assert heads.split("  ")[0] == "name"
    assert len(rows) == len(participants("0751")) + 2
    (row,) = (row for row in rows if row.startswith(POINT))
    ends = load_key_pair(state / "keys", POINT).certificate.not_valid_after_utc
    assert row.split() == [POINT, "AP_LT_01", "access-point", "RSA", "3072", f"{ends:%Y-%m-%d}", "824", "valid"]
    assert rows[-1].split()[:3] == ["root-ca", "-", "authority"], "what ends last comes last"
    assert oots("revoke", "root-ca", "--state", state).code == Exit.UNREADABLE
    assert oots("revoke", "issuing-ca", "--state", state).code == Exit.GOOD
    assert oots("list", "--state", state).out.splitlines()[1].startswith("issuing-ca"), "problems come first"
    told = listed(oots, state)[POINT]
    assert (told["party"], told["role"], told["key"]) == ("AP_LT_01", "access-point", "RSA 3072")
    assert (told["status"], told["days_left"], told["reason"]) == ("valid", 824, None)


def test_a_services_own_folder_can_be_listed(state: Path, oots: Type, tmp_path: Path) -> None:
    export_town_keys(state, tmp_path / "volumes", "0751")
    assert set(listed(oots, tmp_path / "volumes" / "eid")) == {"tls"}


@pytest.mark.parametrize(
    ("days_left", "status", "code"),
    [(31.5, "valid", Exit.GOOD), (29.5, "expires soon", Exit.GOOD), (-0.5, "expired", Exit.BAD)],
)
def test_what_ends_soon_is_shown_and_what_has_ended_is_a_fault(
    tmp_path: Path, oots: Type, days_left: float, status: str, code: Exit
) -> None:
    said = oots("list", "--state", one_key(tmp_path, days_left=days_left))
    assert said.code == code
    assert status in said.out


def test_a_lost_key_is_a_fault_and_told_with_the_way_out(state: Path, oots: Type) -> None:
    assert oots("rotate", "seal-0751", "--state", state).code == Exit.GOOD
    (state / "keys" / "seal-0751.previous.key.pem").unlink()
    assert oots("list", "--state", state).code == Exit.GOOD, "what a rotation leaves behind is no fault"
    lost = state / "keys" / f"{POINT}.key.pem"
    key = lost.read_bytes()
    lost.unlink()
    said = oots("list", "--state", state)
    assert said.code == Exit.BAD
    _, first, *others = said.out.splitlines()
    assert (first.split()[0], first.endswith("valid, key missing")) == (POINT, True)
    assert not any("key missing" in line for line in others)
    assert f"{POINT}.key.pem is missing" in said.out.splitlines()[-1]
    assert f"oots keys revoke {POINT}" in said.out.splitlines()[-1]
    told = listed(oots, state)
    assert {name for name, each in told.items() if not each["has_key"]} == {POINT, "seal-0751.previous"}
    refused = oots("init", "--state", state)
    assert (refused.code, f"{POINT}.key.pem is missing" in refused.err) == (Exit.UNREADABLE, True)
    lost.write_bytes(key)
    lost.chmod(0o600)
    assert oots("init", "--state", state).code == oots("list", "--state", state).code == Exit.GOOD


def test_a_lost_key_of_an_authority_can_only_be_put_back(state: Path, oots: Type) -> None:
    assert oots("list", "--state", state).code == Exit.GOOD
    (state / "keys" / "issuing-ca.key.pem").unlink()
    said = oots("list", "--state", state)
    assert said.code == Exit.BAD
    assert said.out.splitlines()[-1].endswith("so nothing can be issued any more: put it back")


def test_what_is_revoked_has_no_days_left_and_none_below_zero(state: Path, oots: Type) -> None:
    assert listed(oots, state)[POINT]["days_left"] == 824
    oots("revoke", POINT, "--state", state)
    assert listed(oots, state)[POINT]["days_left"] == 0
    (row,) = (row for row in oots("list", "--state", state).out.splitlines() if row.startswith(POINT))
    assert row.split()[-3:] == ["0", "revoked", "(privilegeWithdrawn)"]


def test_a_revoked_certificate_that_has_no_file_any_more_is_still_listed(state: Path, oots: Type) -> None:
    first = f"{load_key_pair(state / 'keys', SEAL).certificate.serial_number:x}"
    for word in ("revoke", "rotate"):
        oots(word, SEAL, "--state", state)
    said = oots("list", "--state", state)
    assert (said.code, "without a file" in said.out) == (Exit.GOOD, False)
    for word in ("revoke", "rotate"):
        oots(word, SEAL, "--state", state)
    said = oots("list", "--state", state)
    assert said.code == Exit.GOOD
    *_, told = said.out.splitlines()
    assert told == f"  {SEAL} (55133018), serial {first}, from {SystemClock().now():%Y-%m-%d} on: privilegeWithdrawn"
    (line,) = json.loads(oots("list", "--state", state, "--json").out)["revoked_without_file"]
    assert (line["serial"], line["party"], line["reason"]) == (first, "55133018", "privilegeWithdrawn")


def test_without_keys_there_is_nothing_to_list_revoke_or_rotate(tmp_path: Path, oots: Type) -> None:
    for words in (("list",), ("revoke", "AP_LT_01"), ("rotate", "AP_LT_01")):
        said = oots(*words, "--state", tmp_path)
        assert said.code == Exit.UNREADABLE
        assert "oots keys init" in said.err
    assert not list(tmp_path.iterdir())


def test_a_party_is_revoked_with_all_its_keys_and_no_one_else(state: Path, oots: Type) -> None:
    for private in (state / "keys").glob("*.key.pem"):
        private.unlink()
    said = oots("revoke", "AP_LT_01", "--state", state, "--reason", "keyCompromise")
    assert said.code == Exit.GOOD
    assert "cannot be taken back" in said.out
    assert "OOTS_CRL_INTERVAL" in said.out
    assert "oots keys rotate ap-lt-01" in said.out
    revoked = {name: told for name, told in listed(oots, state).items() if told["status"] == "revoked"}
    assert set(revoked) == {POINT, f"decrypt-{POINT}", "dossier-requester"}
    assert {told["reason"] for told in revoked.values()} == {"keyCompromise"}
    assert oots("list", "--state", state).code == Exit.BAD


def test_a_revocation_counts_from_the_moment_it_was_typed(state: Path, oots: Type) -> None:
    register = RevocationRegister(state / "keys" / REGISTER_FILE)
    assert register.lines() == ()
    oots("revoke", POINT, "--state", state)
    (line,) = register.lines()
    assert NOW - timedelta(seconds=1) <= line.at <= SystemClock().now()
    assert (line.party, line.name, line.reason.value) == ("AP_LT_01", POINT, "privilegeWithdrawn")


def test_revoking_again_changes_nothing_and_says_so(state: Path, oots: Type) -> None:
    oots("revoke", POINT, "--state", state, "--reason", "superseded")
    before = contents(state)
    said = oots("revoke", POINT, "--state", state, "--reason", "keyCompromise")
    assert said.code == Exit.GOOD
    assert "was revoked already" in said.out
    assert "superseded" in said.out
    assert contents(state) == before


@pytest.mark.parametrize("who", ["AP_XX_01", "ap-lt-01.cert.pem", "../keys/ap-lt-01", ""])
def test_whom_nobody_knows_cannot_be_revoked_or_rotated(state: Path, oots: Type, who: str) -> None:
    before = contents(state)
    for command in ("revoke", "rotate"):
        said = oots(command, who, "--state", state)
        assert said.code == Exit.UNREADABLE
        assert f"{who} is no party and no key here; there are: ap-dk-01 (AP_DK_01), ap-lt-01 (AP_LT_01)" in said.err
    assert contents(state) == before


def test_a_revocation_stops_a_party_at_once_where_it_was_typed_and_within_the_interval_elsewhere(
    state: Path, oots: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = AdvancedClock(FrozenClock(NOW))
    monkeypatch.setattr(SystemClock, "now", lambda _clock: clock.now())
    export_town_keys(state, tmp_path / "volumes", "0751")
    town = Town(state, Ports.from_first(8400))
    with httpx.Client() as unused:
        around = Surroundings(clock, SequentialIds(5), unused)
        app = authority_app(read(AuthoritySettings, town.values("authority")), around)
    authority = client_of(app, town.origins[ORIGIN])
    asking = httpx.Client(transport=httpx.MockTransport(lambda asked: streamed(authority.send(asked).content)))
    point = load_key_pair(state / "keys", POINT)

    def trust(keys: Path) -> PartnerTrust:
        values = town.values("provider") | {"keys": keys, "authority_internal": town.origins[ORIGIN]}
        return trust_of(read(ProviderSettings, values), asking, clock, specimens=False)

    def believed(by: PartnerTrust) -> bool:
        try:
            return by.party_of(point.certificate, point.chain, clock.now(), Role.ACCESS_POINT).party_id == "AP_LT_01"
        except UnsettledError:
            raise
        except UntrustedError:
            return False

    here, elsewhere = trust(state / "keys"), trust(tmp_path / "volumes" / "provider")
    assert (believed(here), believed(elsewhere)) == (True, True)
    assert oots("revoke", "AP_LT_01", "--state", state).code == Exit.GOOD
    assert (believed(here), believed(elsewhere)) == (False, True)
    clock.advance(timedelta(seconds=10))
    assert (believed(here), believed(elsewhere)) == (False, False)


def test_an_authority_is_revoked_by_its_name_but_never_a_root(state: Path, oots: Type) -> None:
    before = contents(state)
    refused = oots("revoke", "root-ca", "--state", state)
    assert (refused.code, contents(state)) == (Exit.UNREADABLE, before)
    assert "trust.pem" in refused.err
    assert oots("revoke", "issuing-ca", "--state", state, "--reason", "cACompromise").code == Exit.GOOD
    assert listed(oots, state)["issuing-ca"]["status"] == "revoked"


def test_a_broken_register_is_named_and_nothing_is_written(state: Path, oots: Type) -> None:
    register = state / "keys" / REGISTER_FILE
    register.write_text("[", encoding="utf-8")
    before = contents(state)
    for words in (("list",), ("revoke", POINT), ("rotate", POINT)):
        said = oots(*words, "--state", state)
        assert (said.code, "revoked.json" in said.err) == (Exit.UNREADABLE, True)
    assert contents(state) == before
    register.unlink()
    assert oots("revoke", POINT, "--state", state).code == Exit.GOOD


def test_the_reasons_are_those_that_the_register_knows() -> None:
    assert {reason.value for reason in Reason} == {reason.value for reason in REASONS}


def test_an_unknown_reason_is_refused_with_the_known_ones(state: Path, oots: Type) -> None:
    before = contents(state)
    said = oots("revoke", POINT, "--state", state, "--reason", "certificateHold")
    assert (said.code, contents(state)) == (Exit.UNREADABLE, before)
    assert "keyCompromise" in said.err


def test_a_rotation_says_until_when_the_old_key_counts_and_what_to_restart(state: Path, oots: Type) -> None:
    old = load_key_pair(state / "keys", POINT).certificate
    said = oots("rotate", POINT, "--state", state, "--overlap", "P14D")
    assert said.code == Exit.GOOD
    told = listed(oots, state)
    old_ends = NOW + timedelta(days=14)
    assert f"the old one counts until {old_ends:%Y-%m-%d}" in said.out
    assert "restart those that use it before it stops counting" in said.out
    assert (told[POINT]["status"], told[f"{POINT}.previous"]["status"]) == ("valid", "replaced")
    assert told[f"{POINT}.previous"]["reason"] == "superseded"
    assert load_key_pair(state / "keys", f"{POINT}.previous").certificate == old
    assert oots("list", "--state", state).code == Exit.GOOD


def test_the_successor_of_a_revoked_key_is_not_said_to_share_its_time(state: Path, oots: Type) -> None:
    oots("revoke", POINT, "--state", state)
    said = oots("rotate", POINT, "--state", state)
    (line,) = RevocationRegister(state / "keys" / REGISTER_FILE).lines()
    assert f"the old one has been revoked since {line.at:%Y-%m-%d %H:%M} UTC" in said.out
    assert "restart those that use it now" in said.out
    assert "counts until" not in said.out


def test_the_successor_of_an_expired_key_is_not_said_to_share_its_time(tmp_path: Path, oots: Type) -> None:
    said = oots("rotate", "seal-0751", "--state", one_key(tmp_path, days_left=-0.5))
    assert (said.code, "the old one expired at" in said.out) == (Exit.GOOD, True)


def test_a_party_is_rotated_with_all_its_keys_or_not_at_all(state: Path, oots: Type) -> None:
    assert oots("rotate", "dossier-requester", "--state", state).code == Exit.GOOD
    before = contents(state)
    refused = oots("rotate", "AP_LT_01", "--state", state)
    assert (refused.code, contents(state)) == (Exit.UNREADABLE, before)
    assert "oots keys revoke dossier-requester.previous" in refused.err
    assert oots("revoke", "dossier-requester.previous", "--state", state).code == Exit.GOOD
    done = oots("rotate", "AP_LT_01", "--state", state)
    assert done.code == Exit.GOOD
    assert {f"{POINT}.previous", "dossier-requester.previous"} < set(listed(oots, state))


def test_revoking_a_key_tells_of_its_predecessor_that_still_counts(state: Path, oots: Type) -> None:
    oots("rotate", "seal-0751", "--state", state)
    said = oots("revoke", "seal-0751", "--state", state)
    assert "seal-0751.previous still counts until" in said.out
    assert listed(oots, state)["seal-0751.previous"]["status"] == "replaced"
    ended = oots("revoke", "seal-0751.previous", "--state", state)
    assert "still counts" not in ended.out
    assert listed(oots, state)["seal-0751.previous"]["status"] == "revoked"


@pytest.mark.parametrize(("overlap", "told"), [("week", "ISO 8601"), ("-P1D", "shorter than nothing")])
def test_an_overlap_that_is_no_duration_is_refused(state: Path, oots: Type, overlap: str, told: str) -> None:
    before = contents(state)
    said = oots("rotate", "seal-0751", "--state", state, f"--overlap={overlap}")
    assert (said.code, contents(state)) == (Exit.UNREADABLE, before)
    assert told in said.err
    assert oots("rotate", "seal-0751", "--state", state, "--overlap=PT0S").code == Exit.GOOD


@pytest.mark.parametrize(
    "command", ["init", "list", "revoke", "rotate", "export", "export-pkcs12", "export-truststore"]
)
def test_each_command_explains_itself_with_an_example(oots: Type, command: str) -> None:
    said = oots(command, "--help")
    assert said.code == Exit.GOOD
    assert f"Example: oots keys {command}" in said.out


PASSWORD = "under-the-stone"


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    file = tmp_path / "password.txt"
    file.write_text(f"{PASSWORD}\n", encoding="utf-8")
    file.chmod(0o600)
    return file


def keytool(store: Path) -> str:
    """What Java reads in a store."""
    if shutil.which("keytool") is None:
        pytest.skip("there is no Java here")
    words = ["keytool", "-J-Xshare:auto", "-list", "-v", "-keystore", str(store), "-storepass", PASSWORD]
    read = subprocess.run(words, capture_output=True, text=True, check=False, env=os.environ | {"LC_ALL": "C"})
    assert read.returncode == 0, read.stdout
    return read.stdout


def test_a_key_is_handed_to_a_java_peer_with_chain_and_alias(
    state: Path, oots: Type, tmp_path: Path, password_file: Path
) -> None:
    target = tmp_path / "gateway.p12"
    said = oots("export-pkcs12", POINT, target, "--state", state, "--password-file", password_file)
    assert said.code == Exit.GOOD
    assert "ap_lt_01_rsa_sign" in said.out
    assert target.stat().st_mode & 0o777 == 0o600
    store = pkcs12.load_pkcs12(target.read_bytes(), PASSWORD.encode())
    key = load_key_pair(state / "keys", POINT)
    assert store.key is not None
    assert store.key.public_key() == key.private_key.public_key()
    assert store.cert is not None
    assert (store.cert.certificate, store.cert.friendly_name) == (key.certificate, b"ap_lt_01_rsa_sign")
    assert [each.certificate for each in store.additional_certs] == list(key.chain)
    with pytest.raises(ValueError, match="password"):
        pkcs12.load_pkcs12(target.read_bytes(), b"under-the-bridge")


def test_java_reads_the_key_store(state: Path, oots: Type, tmp_path: Path, password_file: Path) -> None:
    target = tmp_path / "gateway.p12"
    assert oots("export-pkcs12", POINT, target, "--state", state, "--password-file", password_file).code == Exit.GOOD
    read = keytool(target)
    assert "Alias name: ap_lt_01_rsa_sign" in read
    assert "Entry type: PrivateKeyEntry" in read
    assert "Certificate chain length: 2" in read


def test_the_key_that_decrypts_is_handed_out_by_its_name_alone(
    state: Path, oots: Type, tmp_path: Path, password_file: Path
) -> None:
    def exported(who: str) -> str:
        target = tmp_path / f"{who}.p12"
        said = oots("export-pkcs12", who, target, "--state", state, "--password-file", password_file)
        assert said.code == Exit.GOOD
        return said.out.split()[-1]

    assert exported(f"decrypt-{POINT}") == "ap_lt_01_rsa_decrypt"
    assert exported("AP_LT_01") == "ap_lt_01_rsa_sign"


def test_each_service_gets_the_certificates_for_which_it_encrypts_and_not_their_keys(
    state: Path, oots: Type, tmp_path: Path
) -> None:
    export_town_keys(state, tmp_path / "volumes", "0751")
    folder = tmp_path / "volumes" / "requester"
    held = {file.name for file in folder.glob("decrypt-*")}
    assert held == {"decrypt-ap-lt-01.key.pem", "decrypt-ap-lt-01.cert.pem", "decrypt-ap-dk-01.cert.pem"}
    assert not list((tmp_path / "volumes" / "directories").glob("decrypt-*"))
    assert oots("list", "--state", folder).code == Exit.GOOD, "that a partner's key is elsewhere is no fault"
    (folder / "decrypt-ap-lt-01.key.pem").unlink()
    said = oots("list", "--state", folder)
    assert said.code == Exit.BAD
    assert "decrypt-ap-lt-01.key.pem is missing" in said.out


def test_java_reads_the_trust_store(state: Path, oots: Type, tmp_path: Path, password_file: Path) -> None:
    oots("revoke", "AP_DK_01", "--state", state)
    target = tmp_path / "trust.p12"
    said = oots("export-truststore", target, "--state", state, "--password-file", password_file)
    assert said.code == Exit.GOOD
    assert target.stat().st_mode & 0o777 == 0o600
    read = keytool(target)
    aliases = {line.partition(": ")[2] for line in read.splitlines() if line.startswith("Alias name")}
    both = {"ap_lt_01_rsa_sign", "ap_lt_01_rsa_encrypt"}
    assert aliases == {*both, "issuing-ca", "root-ca"}, "and not the revoked access point"
    assert read.count("trustedCertEntry") == 4


def test_the_trust_store_holds_the_old_key_of_a_rotation_as_long_as_it_counts(
    state: Path, oots: Type, tmp_path: Path, password_file: Path
) -> None:
    def believed(target: str) -> dict[str, Certificate]:
        words = ("export-truststore", tmp_path / target, "--state", state, "--password-file", password_file)
        assert oots(*words).code == Exit.GOOD
        store = pkcs12.load_pkcs12((tmp_path / target).read_bytes(), PASSWORD.encode())
        return {(each.friendly_name or b"").decode(): each.certificate for each in store.additional_certs}

    old = load_key_pair(state / "keys", POINT).certificate
    alias = "ap_lt_01_rsa_sign"
    assert believed("before.p12")[alias] == old
    oots("rotate", POINT, "--state", state)
    during = believed("during.p12")
    assert during[f"{alias}_previous"] == old
    assert during[alias] == load_key_pair(state / "keys", POINT).certificate
    oots("revoke", f"{POINT}.previous", "--state", state)
    assert set(during) - set(believed("after.p12")) == {f"{alias}_previous"}


def test_a_seal_is_handed_out_under_the_alias_of_its_kind(
    state: Path, oots: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OOTS_PKCS12_PASSWORD", PASSWORD)
    said = oots("export-pkcs12", "seal-0751", tmp_path / "seal.p12", "--state", state)
    assert said.code == Exit.GOOD
    assert "55133018_ecc_sign" in said.out
    assert PASSWORD not in said.out + said.err


def test_without_a_password_nothing_is_written(
    state: Path, oots: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, password_file: Path
) -> None:
    monkeypatch.delenv("OOTS_PKCS12_PASSWORD", raising=False)
    target = tmp_path / "out" / "gateway.p12"
    target.parent.mkdir()
    for words in (("export-pkcs12", POINT, target), ("export-truststore", target)):
        refused = oots(*words, "--state", state)
        assert refused.code == Exit.UNREADABLE
        assert "OOTS_PKCS12_PASSWORD" in refused.err
        for password in ("", "short", "blåbærgrød"):
            monkeypatch.setenv("OOTS_PKCS12_PASSWORD", password)
            refused = oots(*words, "--state", state)
            assert refused.code == Exit.UNREADABLE
            assert "6 characters or more" in refused.err
        monkeypatch.delenv("OOTS_PKCS12_PASSWORD")
    password_file.chmod(0o640)
    refused = oots("export-pkcs12", POINT, target, "--state", state, "--password-file", password_file)
    assert (refused.code, "0600" in refused.err) == (Exit.UNREADABLE, True)
    missing = oots("export-pkcs12", POINT, target, "--state", state, "--password-file", tmp_path / "none.txt")
    assert (missing.code, "none.txt" in missing.err) == (Exit.UNREADABLE, True)
    assert not list(target.parent.iterdir())


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("root-ca", "handed to nobody"),
        ("issuing-ca", "handed to nobody"),
        ("ap-xx-01", "ap-xx-01 is no party and no key here; there are: ap-dk-01 (AP_DK_01)"),
        ("55133018", "55133018 has no access-point key; name one of its keys: seal-0751"),
    ],
)
def test_no_authority_and_no_stranger_is_handed_out(
    state: Path, oots: Type, tmp_path: Path, password_file: Path, name: str, told: str
) -> None:
    said = oots("export-pkcs12", name, tmp_path / "out.p12", "--state", state, "--password-file", password_file)
    assert (said.code, told in said.err) == (Exit.UNREADABLE, True)
    assert "in a token" not in said.err
    assert not (tmp_path / "out.p12").exists()


def test_a_party_that_has_one_access_point_key_can_be_named_itself(
    state: Path, oots: Type, tmp_path: Path, password_file: Path
) -> None:
    def handed(target: str) -> Said:
        return oots("export-pkcs12", "AP_LT_01", tmp_path / target, "--state", state, "--password-file", password_file)

    oots("rotate", POINT, "--state", state)
    assert handed("one.p12").code == Exit.GOOD
    store = pkcs12.load_pkcs12((tmp_path / "one.p12").read_bytes(), PASSWORD.encode())
    assert store.cert is not None
    assert store.cert.certificate == load_key_pair(state / "keys", POINT).certificate
    for ending in ("key.pem", "cert.pem"):
        shutil.copy2(state / "keys" / f"{POINT}.{ending}", state / "keys" / f"ap-lt-02.{ending}")
    refused = handed("two.p12")
    assert (refused.code, (tmp_path / "two.p12").exists()) == (Exit.UNREADABLE, False)
    assert "AP_LT_01 has several access-point keys; name one of its keys: ap-lt-01, ap-lt-02" in refused.err


def test_a_key_in_a_token_is_said_to_stay_there(state: Path, oots: Type, tmp_path: Path, password_file: Path) -> None:
    words = ("export-pkcs12", POINT, tmp_path / "out.p12", "--state", state, "--password-file", password_file)
    key = state / "keys" / f"{POINT}.key.pem"
    key.rename(tmp_path / "aside")
    missing = oots(*words)
    assert (missing.code, f"{POINT}.key.pem is missing" in missing.err) == (Exit.UNREADABLE, True)
    assert "in a token" not in missing.err
    (state / "keys" / f"{POINT}.pkcs11.toml").write_text("", encoding="utf-8")
    kept = oots(*words)
    assert (kept.code, "is in a token, which it cannot leave" in kept.err) == (Exit.UNREADABLE, True)
    (state / "keys" / f"{POINT}.pkcs11.toml").unlink()
    (tmp_path / "aside").rename(key)
    assert oots(*words).code == Exit.GOOD


def test_a_file_that_is_there_is_not_written_over(state: Path, oots: Type, password_file: Path, tmp_path: Path) -> None:
    precious = state / "keys" / "root-ca.key.pem"
    before = contents(state)
    for words in (("export-pkcs12", POINT, precious), ("export-truststore", precious)):
        said = oots(*words, "--state", state, "--password-file", password_file)
        assert (said.code, "is there already" in said.err) == (Exit.UNREADABLE, True)
    assert contents(state) == before


def test_the_password_s_variable_is_no_slip_of_the_pen_for_a_service(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("OOTS_")]:
        monkeypatch.delenv(name)
    for name, value in {"OOTS_PORT": "8403", "OOTS_KEYS": "/keys", "OOTS_CLIENTS": "{}"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("OOTS_PKCS12_PASSWORD", PASSWORD)
    assert read(EidSettings).port == 8403
    monkeypatch.setenv("OOTS_PKCS11_PASSWORD", PASSWORD)
    with pytest.raises(ConfigurationError, match="OOTS_PKCS11_PASSWORD is no setting"):
        read(EidSettings)
