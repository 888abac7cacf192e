"""The authority's files survive interruption, concurrency and mistakes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from oots.model.errors import ConfigurationError
from oots.trust.anchors import TrustAnchors
from oots.trust.authority import export_party, init_keys, init_specimen_keys
from oots.trust.certificates import Role, is_specimen
from oots.trust.issuing import LEAF_LIFE, Participant
from oots.trust.keys import certificate_path, key_path, load_key_pair
from tests.support.trust import NOW

SEAL = Participant("seal-0751", "55133018", Role.SEAL)
TLS = Participant("tls", "demo-hosts", Role.TLS, ("preview.aarhus.localhost", "127.0.0.1"))


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    init_keys(tmp_path / "keys", (SEAL, TLS), NOW)
    return tmp_path / "keys"


def expect_all_believed(keys: Path) -> None:
    anchors = TrustAnchors.from_pem((keys / "trust.pem").read_bytes())
    for participant in (SEAL, TLS):
        key = load_key_pair(keys, participant.name)
        assert anchors.party_of(key.certificate, key.chain, NOW, participant.role) == participant.party


def test_trust_pem_is_the_root_and_the_issuing_authority(keys: Path) -> None:
    anchors = x509.load_pem_x509_certificates((keys / "trust.pem").read_bytes())
    titles = [anchor.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value for anchor in anchors]
    assert titles == ["OOTS-DK demo root CA", "OOTS-DK demo issuing CA"]


def test_a_participants_certificate_ends_after_825_days(keys: Path) -> None:
    certificate = load_key_pair(keys, SEAL.name).certificate
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc == LEAF_LIFE == timedelta(days=825)


def test_only_the_tls_certificate_names_hosts_and_serves_them(keys: Path) -> None:
    tls, seal = (load_key_pair(keys, name).certificate.extensions for name in (TLS.name, SEAL.name))
    names = tls.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["preview.aarhus.localhost"]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    assert ExtendedKeyUsageOID.SERVER_AUTH in tls.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert [type(name) for name in seal.get_extension_for_class(x509.SubjectAlternativeName).value] == [
        x509.UniformResourceIdentifier
    ]


@pytest.mark.parametrize("lost", ["root-ca.cert.pem", "issuing-ca.cert.pem", "seal-0751.cert.pem", "trust.pem"])
def test_an_interrupted_run_is_completed_by_the_next(keys: Path, lost: str) -> None:
    expect_all_believed(keys)
    (keys / lost).unlink()
    (keys / f".{lost}.new").write_bytes(b"half a fi")
    init_keys(keys, (SEAL, TLS), NOW)
    assert not list(keys.glob(".*"))
    expect_all_believed(keys)


def test_two_first_runs_at_once_make_one_authority(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda _: init_keys(tmp_path / "keys", (SEAL, TLS), NOW), range(2)))
    expect_all_believed(tmp_path / "keys")


def test_a_lost_authority_key_is_no_silent_new_beginning(keys: Path) -> None:
    init_keys(keys, (SEAL, TLS), NOW)
    key_path(keys, "root-ca").unlink()
    with pytest.raises(ConfigurationError, match="nothing can be issued"):
        init_keys(keys, (SEAL, TLS), NOW)


def test_a_lost_key_is_no_silent_new_identity(keys: Path) -> None:
    init_keys(keys, (SEAL, TLS), NOW)
    lost = key_path(keys, SEAL.name)
    key = lost.read_bytes()
    lost.unlink()
    before = {file.name: file.read_bytes() for file in keys.iterdir()}
    with pytest.raises(ConfigurationError, match=r"seal-0751\.key\.pem is missing.*put it back.*revoke seal-0751"):
        init_keys(keys, (SEAL, TLS), NOW)
    assert {file.name: file.read_bytes() for file in keys.iterdir()} == before
    lost.write_bytes(key)
    lost.chmod(0o600)
    init_keys(keys, (SEAL, TLS), NOW)
    lost.unlink()
    certificate_path(keys, SEAL.name).unlink()
    init_keys(keys, (SEAL, TLS), NOW)
    assert lost.read_bytes() != key
    expect_all_believed(keys)


def test_a_key_is_never_given_to_another_party(keys: Path) -> None:
    init_keys(keys, (SEAL,), NOW)
    for other in (replace(SEAL, party_id="11111111"), replace(SEAL, role=Role.DOSSIER)):
        with pytest.raises(ConfigurationError, match="bound to another party"):
            init_keys(keys, (other,), NOW)


@pytest.mark.parametrize("others", [0o040, 0o020, 0o004, 0o001])
def test_a_key_that_others_may_touch_is_refused(keys: Path, others: int) -> None:
    assert load_key_pair(keys, SEAL.name).chain
    key_path(keys, SEAL.name).chmod(0o600 | others)
    with pytest.raises(ConfigurationError, match="0600"):
        load_key_pair(keys, SEAL.name)


def test_a_missing_broken_or_mismatched_file_is_named(keys: Path) -> None:
    assert load_key_pair(keys, SEAL.name).chain
    with pytest.raises(ConfigurationError, match=r"nobody\.key\.pem is missing"):
        load_key_pair(keys, "nobody")
    certificate_path(keys, SEAL.name).write_bytes(certificate_path(keys, TLS.name).read_bytes())
    with pytest.raises(ConfigurationError, match="does not belong"):
        load_key_pair(keys, SEAL.name)
    certificate_path(keys, SEAL.name).write_bytes(b"nothing")
    with pytest.raises(ConfigurationError, match="holds no certificates"):
        load_key_pair(keys, SEAL.name)
    key_path(keys, SEAL.name).write_bytes(b"nothing")
    with pytest.raises(ConfigurationError, match="no readable private key"):
        load_key_pair(keys, SEAL.name)


def test_a_private_key_is_left_out_of_representations(keys: Path) -> None:
    assert "KeyPair(certificate=" in repr(load_key_pair(keys, SEAL.name))
    assert "private_key" not in repr(load_key_pair(keys, SEAL.name))


def test_nobodys_keys_cannot_be_handed_out(keys: Path, tmp_path: Path) -> None:
    export_party(keys, tmp_path / "provider", [SEAL.name])
    with pytest.raises(ConfigurationError, match=r"nobody\.key\.pem is missing"):
        export_party(keys, tmp_path / "provider", ["nobody"])


def test_every_specimen_certificate_is_marked(keys: Path, tmp_path: Path) -> None:
    init_specimen_keys(tmp_path / "specimens", (SEAL,))
    for folder, marked in ((tmp_path / "specimens", True), (keys, False)):
        key = load_key_pair(folder, SEAL.name)
        anchors = x509.load_pem_x509_certificates((folder / "trust.pem").read_bytes())
        assert {is_specimen(link) for link in (key.certificate, *key.chain, *anchors)} == {marked}
