"""What the demo authority writes into certificates: its policy, and where their revocation can be asked for."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from oots.trust import issuing
from oots.trust.authority import init_keys
from oots.trust.certificates import Role
from oots.trust.issuing import DEMO_POLICY, ISSUING, ROOT, Participant
from oots.trust.keys import key_path, load_key_pair
from tests.support.trust import NOW

SEAL = Participant("seal-0751", "55133018", Role.SEAL)
ISSUED = (ISSUING, SEAL.name)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    init_keys(tmp_path / "keys", (SEAL,), NOW)
    return tmp_path / "keys"


def extensions(keys: Path, name: str) -> x509.Extensions:
    return load_key_pair(keys, name).certificate.extensions


@pytest.mark.parametrize("name", ISSUED)
def test_whatever_is_issued_names_the_demo_s_policy(keys: Path, name: str) -> None:
    (policy,) = extensions(keys, name).get_extension_for_class(x509.CertificatePolicies).value
    assert policy.policy_identifier == DEMO_POLICY


@pytest.mark.parametrize(("name", "issuer"), [(ISSUING, ROOT), (SEAL.name, ISSUING)])
def test_whatever_is_issued_says_where_its_issuer_publishes_and_answers(keys: Path, name: str, issuer: str) -> None:
    (place,) = extensions(keys, name).get_extension_for_class(x509.CRLDistributionPoints).value
    assert place.full_name == [x509.UniformResourceIdentifier(f"https://authority.localhost/crl/{issuer}.crl")]
    (access,) = extensions(keys, name).get_extension_for_class(x509.AuthorityInformationAccess).value
    assert access.access_method == AuthorityInformationAccessOID.OCSP
    assert access.access_location == x509.UniformResourceIdentifier("https://authority.localhost/ocsp")


def test_the_root_is_under_nobodys_policy_and_on_nobodys_list(keys: Path) -> None:
    kinds = {type(extension.value) for extension in extensions(keys, ROOT)}
    assert x509.BasicConstraints in kinds
    assert not kinds & {x509.CertificatePolicies, x509.CRLDistributionPoints, x509.AuthorityInformationAccess}


def test_a_certificate_without_the_policy_is_issued_anew_for_the_same_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = (ROOT, ISSUING, SEAL.name)
    with monkeypatch.context() as earlier:
        earlier.setattr(issuing, "_under_policy", lambda builder, _issuer: builder)
        init_keys(tmp_path, (SEAL,), NOW)
    private = {name: key_path(tmp_path, name).read_bytes() for name in names}
    before = {name: load_key_pair(tmp_path, name).certificate for name in names}
    init_keys(tmp_path, (SEAL,), NOW + timedelta(days=1))
    after = {name: load_key_pair(tmp_path, name) for name in names}
    assert {name: key_path(tmp_path, name).read_bytes() for name in names} == private
    assert {name for name in names if after[name].certificate != before[name]} == set(ISSUED)
    assert after[SEAL.name].chain == (after[ISSUING].certificate,)
    trusted = x509.load_pem_x509_certificates((tmp_path / "trust.pem").read_bytes())
    assert trusted == [after[ROOT].certificate, after[ISSUING].certificate]
    init_keys(tmp_path, (SEAL,), NOW + timedelta(days=2))
    assert {name: load_key_pair(tmp_path, name).certificate for name in names} == {
        name: pair.certificate for name, pair in after.items()
    }
