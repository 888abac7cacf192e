"""The demo authority: keys are made once, kept private, and bound to party and role."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from oots.model.errors import ConfigurationError
from oots.trust.anchors import TrustAnchors
from oots.trust.authority import TRUST_FILE, export_party, export_specimen_keys, init_keys
from oots.trust.certificates import Party, Role, UntrustedError
from oots.trust.issuing import Participant, Terms, leaf_certificate
from oots.trust.keys import load_key_pair
from tests.integration.trust.conftest import MEMBERS
from tests.support.two_sides import START

SPECIMENS = Path(__file__).parents[2] / "specimen_keys"


def test_a_certificate_is_believed_in_its_role(domain: Path, anchors: TrustAnchors) -> None:
    pair = load_key_pair(domain, "ap")
    assert anchors.party_of(pair.certificate, pair.chain, START, Role.ACCESS_POINT) == Party(
        "AP_DK_01", Role.ACCESS_POINT
    )
    with pytest.raises(UntrustedError, match="for access-point, not for seal"):
        anchors.party_of(pair.certificate, pair.chain, START, Role.SEAL)


def test_a_certificate_is_believed_while_it_is_valid(domain: Path, anchors: TrustAnchors) -> None:
    pair = load_key_pair(domain, "ap")
    for moment, valid in ((-1, False), (0, True), (800, True), (900, False)):
        try:
            anchors.party_of(pair.certificate, pair.chain, START + timedelta(days=moment), Role.ACCESS_POINT)
            assert valid
        except UntrustedError:
            assert not valid


def test_a_leaf_that_issues_is_not_believed(domain: Path, anchors: TrustAnchors) -> None:
    issuer = load_key_pair(domain, "seal")
    key = ec.generate_private_key(ec.SECP256R1())
    evil = leaf_certificate(key, Participant("evil", "AP_DK_01", Role.ACCESS_POINT), Terms(START), issuer)
    with pytest.raises(UntrustedError):
        anchors.party_of(evil, (issuer.certificate, *issuer.chain), START, Role.ACCESS_POINT)


@pytest.mark.parametrize(("bits", "believed"), [(3072, True), (1024, False)])
def test_a_short_rsa_key_is_not_believed(domain: Path, anchors: TrustAnchors, bits: int, believed: bool) -> None:
    issuing = load_key_pair(domain, "issuing-ca")
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    certificate = leaf_certificate(key, Participant("ap", "AP_DK_01", Role.ACCESS_POINT), Terms(START), issuing)
    if believed:
        assert anchors.party_of(certificate, (issuing.certificate,), START, Role.ACCESS_POINT).party_id == "AP_DK_01"
    else:
        with pytest.raises(UntrustedError):
            anchors.party_of(certificate, (issuing.certificate,), START, Role.ACCESS_POINT)


def test_message_keys_are_rsa_3072_and_all_others_p_256(domain: Path) -> None:
    message = load_key_pair(domain, "ap").private_key
    assert isinstance(message, rsa.RSAPrivateKey)
    assert message.key_size == 3072
    for name in ("seal", "tls"):
        key = load_key_pair(domain, name).private_key
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        assert key.curve.name == "secp256r1"


def test_private_keys_are_for_their_owner_alone(domain: Path) -> None:
    for key in domain.glob("*.key.pem"):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(domain.stat().st_mode) == 0o700


def test_a_key_that_others_may_read_is_refused(domain: Path, tmp_path: Path) -> None:
    export_party(domain, tmp_path, ("seal",))
    assert load_key_pair(tmp_path, "seal").chain
    (tmp_path / "seal.key.pem").chmod(0o640)
    with pytest.raises(ConfigurationError, match="0600"):
        load_key_pair(tmp_path, "seal")


def test_a_second_init_keeps_what_exists_and_adds_what_is_missing(tmp_path: Path) -> None:
    init_keys(tmp_path, MEMBERS[1:2], START)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir() if file.is_file()}
    init_keys(tmp_path, (*MEMBERS[1:2], Participant("extra", "EXTRA", Role.SEAL)), START + timedelta(days=1))
    after = {file.name: file.read_bytes() for file in tmp_path.iterdir() if file.is_file()}
    assert before.items() <= after.items()
    assert after.keys() - before.keys() == {"extra.key.pem", "extra.cert.pem"}


def test_an_exported_folder_holds_own_keys_and_nothing_of_others(domain: Path, tmp_path: Path) -> None:
    export_party(domain, tmp_path / "provider", ("seal",))
    assert {file.name for file in (tmp_path / "provider").iterdir()} == {
        "seal.key.pem",
        "seal.cert.pem",
        TRUST_FILE,
    }


def test_specimen_keys_are_refused_unless_they_are_asked_for(tmp_path: Path) -> None:
    export_specimen_keys(SPECIMENS, tmp_path)
    pair = load_key_pair(tmp_path, "ap-dk-01")
    pem = (tmp_path / TRUST_FILE).read_bytes()
    allowed = TrustAnchors.from_pem(pem, allow_specimens=True)
    assert allowed.party_of(pair.certificate, pair.chain, START, Role.ACCESS_POINT).party_id == "AP_DK_01"
    with pytest.raises(UntrustedError, match="specimen"):
        TrustAnchors.from_pem(pem).party_of(pair.certificate, pair.chain, START, Role.ACCESS_POINT)


def test_ordinary_keys_are_no_specimens(domain: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no specimen"):
        export_specimen_keys(domain, tmp_path)
