"""Which certificates are believed: each refusal beside the control that is accepted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st

from oots.model.errors import ConfigurationError
from oots.trust.anchors import TrustAnchors
from oots.trust.certificates import Party, Role, UntrustedError, bound_party, is_specimen, party_uri
from oots.trust.issuing import SPECIMEN_TERMS, Participant, leaf_certificate
from oots.trust.keys import KeyPair
from tests.support.certificates import rebuilt
from tests.support.trust import AARHUS, NOW, authority, dated, new_authority, p256, uris, usage, with_extensions

PARTY = Party("55133018", Role.SEAL)


def believed(anchors: TrustAnchors, key: KeyPair) -> Party:
    return anchors.party_of(key.certificate, key.chain, NOW, Role.SEAL)


@pytest.mark.parametrize("role", Role)
def test_a_certificate_names_its_party_and_role(role: Role) -> None:
    key = authority().issue(Participant("someone", "AP_DK_01", role))
    assert authority().anchors().party_of(key.certificate, key.chain, NOW, role) == Party("AP_DK_01", role)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80))
def test_any_party_id_comes_back_from_its_uri(party_id: str) -> None:
    assert party_uri(Party(party_id, Role.SEAL)).isascii()
    control = party_uri(PARTY)
    assert control == "urn:oots-dk:party:seal:55133018"
    key = p256()
    certificate = with_extensions(key, authority().issuing, uris(party_uri(Party(party_id, Role.SEAL))))
    assert bound_party(certificate) == Party(party_id, Role.SEAL)


def test_the_root_alone_suffices_when_the_chain_is_sent_along() -> None:
    key = authority().issue()
    assert believed(authority().root_alone(), key) == PARTY
    with pytest.raises(UntrustedError, match="no valid path"):
        believed(authority().root_alone(), replace(key, chain=()))


def test_a_certificate_for_another_role_is_refused() -> None:
    anchors = authority().anchors()
    assert believed(anchors, authority().issue()) == PARTY
    with pytest.raises(UntrustedError, match="for access-point, not for seal"):
        believed(anchors, authority().issue(replace(AARHUS, role=Role.ACCESS_POINT)))


def test_a_foreign_authority_is_refused() -> None:
    foreign = new_authority(prefix="foreign ")
    assert believed(foreign.anchors(), foreign.issue()) == PARTY
    with pytest.raises(UntrustedError, match="no valid path"):
        believed(authority().anchors(), foreign.issue())


def test_an_authority_that_only_bears_the_right_names_is_refused() -> None:
    lookalike = new_authority()
    assert lookalike.issuing.certificate.subject == authority().issuing.certificate.subject
    assert believed(lookalike.anchors(), lookalike.issue()) == PARTY
    with pytest.raises(UntrustedError, match="no valid path"):
        believed(authority().anchors(), lookalike.issue())


def test_a_certificate_is_believed_within_its_dates_alone() -> None:
    key = authority().issue()
    anchors = authority().anchors()
    for moment in (key.certificate.not_valid_before_utc, key.certificate.not_valid_after_utc):
        assert anchors.party_of(key.certificate, key.chain, moment, Role.SEAL) == PARTY
    for moment in (
        key.certificate.not_valid_before_utc - timedelta(seconds=1),
        key.certificate.not_valid_after_utc + timedelta(seconds=1),
    ):
        with pytest.raises(UntrustedError, match="not valid at validation time"):
            anchors.party_of(key.certificate, key.chain, moment, Role.SEAL)


def test_an_expired_authority_vouches_for_nobody() -> None:
    expired = new_authority(dated(-101))
    key = KeyPair(p256(), authority().issue().certificate, ())
    certificate = leaf_certificate(key.private_key, AARHUS, dated(0), replace_dates(expired.issuing))
    assert certificate.not_valid_after_utc > NOW
    assert believed(authority().anchors(), authority().issue()) == PARTY
    with pytest.raises(UntrustedError, match="no valid path"):
        expired.anchors().party_of(certificate, (), NOW, Role.SEAL)


def replace_dates(issuing: KeyPair) -> KeyPair:
    """The same authority key under a certificate that has not ended, so that it issues for longer than it lives."""
    return replace(issuing, certificate=authority().issuing.certificate)


def test_a_party_acting_as_authority_is_refused() -> None:
    party = authority().issue()
    certificate = leaf_certificate(p256(), replace(AARHUS, party_id="forged"), authority().terms, party)
    chain = (party.certificate, *party.chain)
    assert believed(authority().anchors(), party) == PARTY
    with pytest.raises(UntrustedError, match="no valid path"):
        authority().anchors().party_of(certificate, chain, NOW, Role.SEAL)


def test_an_authority_acting_as_party_is_refused() -> None:
    names, may_sign = uris(party_uri(PARTY)), usage(digital_signature=True)
    control = with_extensions(p256(), authority().issuing, names, may_sign)
    authoritative = x509.BasicConstraints(ca=True, path_length=None)
    acting = with_extensions(p256(), authority().issuing, names, may_sign, authoritative)
    assert authority().anchors().party_of(control, (), NOW, Role.SEAL) == PARTY
    with pytest.raises(UntrustedError, match="no valid path"):
        authority().anchors().party_of(acting, (), NOW, Role.SEAL)


ACCESS_POINT = Participant("ap-dk-01", "AP_DK_01", Role.ACCESS_POINT)


@pytest.mark.parametrize(("within", "outside"), [(2048, 2047), (8192, 8193)])
def test_rsa_keys_that_are_too_short_or_take_too_long_are_refused(within: int, outside: int) -> None:
    anchors, plain = authority().anchors(), authority().issue(ACCESS_POINT).certificate

    def party(bits: int) -> Party:
        key = rsa.RSAPublicNumbers(65537, (1 << bits) - 1).public_key()
        certificate = rebuilt(plain, authority().issuing, change=lambda builder: builder.public_key(key))
        return anchors.party_of(certificate, (), NOW, Role.ACCESS_POINT)

    assert party(within) == ACCESS_POINT.party
    with pytest.raises(UntrustedError, match="kind and size"):
        party(outside)


@pytest.mark.parametrize("curve", [ec.SECP192R1(), ec.SECP224R1(), ec.SECP256K1()], ids=lambda curve: curve.name)
def test_other_curves_than_the_nist_ones_from_256_bits_are_refused(curve: ec.EllipticCurve) -> None:
    anchors = authority().anchors()
    assert believed(anchors, authority().issue(key=ec.generate_private_key(ec.SECP384R1()))) == PARTY
    with pytest.raises(UntrustedError, match="kind and size"):
        believed(anchors, authority().issue(key=ec.generate_private_key(curve)))


@pytest.mark.parametrize(
    ("role", "believed_in"),
    [(Role.SEAL, False), (Role.ACCESS_POINT, False), (Role.DIRECTORY, True)],
)
def test_a_key_on_ed25519_signs_answers_of_directories_and_nothing_else(role: Role, believed_in: bool) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    participant = Participant("somebody", "somebody", role)
    certificate = authority().issue(participant, key).certificate  # type: ignore[arg-type]  # no key of ours is one
    if believed_in:
        assert authority().anchors().party_of(certificate, (), NOW, role) == participant.party
    else:
        with pytest.raises(UntrustedError, match="no such key"):
            authority().anchors().party_of(certificate, (), NOW, role)


def test_a_key_that_may_not_sign_is_refused() -> None:
    names = uris(party_uri(PARTY))
    signing, agreeing = usage(digital_signature=True), usage(digital_signature=False)
    key = p256()
    control = with_extensions(key, authority().issuing, names, signing)
    anchors = authority().anchors()
    assert anchors.party_of(control, (), NOW, Role.SEAL) == PARTY
    with pytest.raises(UntrustedError, match="digitalSignature"):
        anchors.party_of(with_extensions(key, authority().issuing, names, agreeing), (), NOW, Role.SEAL)
    with pytest.raises(UntrustedError, match="no valid path"):
        anchors.party_of(with_extensions(key, authority().issuing, names), (), NOW, Role.SEAL)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (("urn:example:other",), "0 parties"),
        ((party_uri(PARTY), party_uri(Party("AP_DK_01", Role.ACCESS_POINT))), "2 parties"),
        (("urn:oots-dk:party:mayor:55133018",), "unknown form"),
        (("urn:oots-dk:party:seal:",), "unknown form"),
    ],
)
def test_a_certificate_names_exactly_one_party_in_the_known_form(values: tuple[str, ...], reason: str) -> None:
    key, anchors = p256(), authority().anchors()
    signing = usage(digital_signature=True)
    control = with_extensions(key, authority().issuing, signing, uris(party_uri(PARTY)))
    assert anchors.party_of(control, (), NOW, Role.SEAL) == PARTY
    with pytest.raises(UntrustedError, match=reason):
        anchors.party_of(with_extensions(key, authority().issuing, signing, uris(*values)), (), NOW, Role.SEAL)


def test_a_certificate_without_names_has_a_path_but_no_party() -> None:
    anchors, signing = authority().anchors(), usage(digital_signature=True)
    nameless = with_extensions(p256(), authority().issuing, signing)
    assert anchors.path_of(nameless, (), NOW)
    with pytest.raises(UntrustedError, match="0 parties"):
        anchors.party_of(nameless, (), NOW, Role.SEAL)


def test_specimens_are_refused_unless_they_are_allowed() -> None:
    specimens = new_authority(SPECIMEN_TERMS)
    key = specimens.issue()
    assert is_specimen(key.certificate)
    assert believed(specimens.anchors(allow_specimens=True), key) == PARTY
    with pytest.raises(UntrustedError, match="specimen"):
        believed(specimens.anchors(), key)


def test_an_unmarked_certificate_of_a_specimen_authority_is_a_specimen_too() -> None:
    specimens = new_authority(SPECIMEN_TERMS)
    key = replace(specimens, terms=authority().terms).issue()
    assert not is_specimen(key.certificate)
    assert believed(specimens.anchors(allow_specimens=True), key) == PARTY
    with pytest.raises(UntrustedError, match="specimen"):
        believed(specimens.anchors(), key)


def test_anchors_survive_being_written_as_pem() -> None:
    anchors = authority().anchors()
    assert TrustAnchors.from_pem(anchors.pem).pem == anchors.pem
    assert believed(TrustAnchors.from_pem(anchors.pem), authority().issue()) == PARTY
    with pytest.raises(ConfigurationError):
        TrustAnchors.from_pem(b"no certificates")
