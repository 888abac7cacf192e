"""Certificate policies: every field decides something, and every fault of a file is named."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from oots.model.errors import ConfigurationError
from oots.trust.anchors import ANY_POLICY, TrustAnchors
from oots.trust.certificates import Party, Role, UntrustedError, party_uri
from oots.trust.issuing import DEMO_POLICY, Participant
from oots.trust.keys import KeyPair, PrivateKey
from oots.trust.policy import CertificatePolicy, RolePolicy, Usage, demo_policy, read_policy
from tests.support.trust import NOW, authority, p256, rsa_2048, uris, with_extensions

DEMO_TEXT = (files("oots.trust") / "policies" / "demo.toml").read_text(encoding="utf-8")
PARTY = Party("AP_DK_01", Role.ACCESS_POINT)
CLIENT, SERVER = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH
Change = Callable[[CertificatePolicy], CertificatePolicy]


def believed(certificate: x509.Certificate, change: Change = lambda policy: policy, *chain: x509.Certificate) -> Party:
    anchors = TrustAnchors(
        (authority().root.certificate, authority().issuing.certificate), policy=change(demo_policy())
    )
    return anchors.party_of(certificate, chain, NOW, Role.ACCESS_POINT)


def access_point(key: PrivateKey | None = None) -> x509.Certificate:
    return authority().issue(Participant("ap-dk-01", "AP_DK_01", Role.ACCESS_POINT), key).certificate


def in_its_role(**changes: object) -> Change:
    """The role of access points says something else."""

    def change(policy: CertificatePolicy) -> CertificatePolicy:
        role = replace(policy.roles[Role.ACCESS_POINT], **changes)  # type: ignore[arg-type]
        return replace(policy, roles={**policy.roles, Role.ACCESS_POINT: role})

    return change


def of_keys(**changes: object) -> Change:
    return lambda policy: replace(policy, keys=replace(policy.keys, **changes))


@pytest.mark.parametrize(
    ("key", "accepted", "refused"),
    [
        (rsa_2048, of_keys(smallest_rsa_bits=2048), of_keys(smallest_rsa_bits=2049)),
        (rsa_2048, of_keys(largest_rsa_bits=2048), of_keys(largest_rsa_bits=2047)),
        (
            lambda: ec.generate_private_key(ec.SECP384R1()),
            of_keys(curves=frozenset({"secp256r1", "secp384r1"})),
            of_keys(curves=frozenset({"secp256r1", "secp521r1"})),
        ),
    ],
    ids=["smallest_rsa_bits", "largest_rsa_bits", "curves"],
)
def test_the_policy_bounds_the_size_of_keys(key: Callable[[], PrivateKey], accepted: Change, refused: Change) -> None:
    certificate = access_point(key())
    assert believed(certificate, accepted) == PARTY
    with pytest.raises(UntrustedError, match="kind and size"):
        believed(certificate, refused)


def test_the_policy_bounds_the_keys_of_authorities_too() -> None:
    certificate = access_point(rsa_2048())
    assert believed(certificate) == PARTY
    with pytest.raises(UntrustedError, match="kind and size"):
        believed(certificate, of_keys(curves=frozenset({"secp384r1"})))


@pytest.mark.parametrize(("algorithm", "key"), [("rsa-sha256", rsa_2048), ("ecdsa-sha256", p256)])
def test_the_policy_names_the_algorithms_of_a_role(algorithm: str, key: Callable[[], PrivateKey]) -> None:
    certificate = access_point(key())
    assert believed(certificate, in_its_role(algorithms=frozenset({algorithm}))) == PARTY
    others = frozenset({"rsa-sha256", "ecdsa-sha256", "ed25519"}) - {algorithm}
    with pytest.raises(UntrustedError, match="no such key"):
        believed(certificate, in_its_role(algorithms=others))


_BITS: dict[Usage, str] = {
    "digitalSignature": "digital_signature",
    "nonRepudiation": "content_commitment",
    "keyEncipherment": "key_encipherment",
    "dataEncipherment": "data_encipherment",
    "keyAgreement": "key_agreement",
}


def with_bits(*stated: str) -> x509.Certificate:
    names = (*_BITS.values(), "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return by_hand(x509.KeyUsage(**{name: name in stated for name in names}))


def by_hand(*extensions: x509.ExtensionType) -> x509.Certificate:
    return with_extensions(p256(), authority().issuing, uris(party_uri(PARTY)), *extensions)


def may_sign() -> x509.KeyUsage:
    return x509.KeyUsage(True, False, False, False, False, False, False, False, False)


@pytest.mark.parametrize("usage", _BITS)
def test_the_policy_names_the_usages_that_must_be_stated(usage: Usage) -> None:
    wanted = in_its_role(usages=frozenset({usage}))
    assert believed(with_bits(_BITS[usage]), wanted) == PARTY
    others = set(_BITS.values()) - {_BITS[usage]}
    with pytest.raises(UntrustedError, match=f"keyUsage lacks {usage}"):
        believed(with_bits(*others), wanted)


def test_every_usage_of_the_policy_must_be_stated() -> None:
    both = in_its_role(usages=frozenset({"digitalSignature", "nonRepudiation"}))
    assert believed(with_bits("digital_signature", "content_commitment"), both) == PARTY
    with pytest.raises(UntrustedError, match="keyUsage lacks nonRepudiation"):
        believed(with_bits("digital_signature"), both)


def test_the_policy_names_the_purposes_to_which_a_certificate_may_be_limited() -> None:
    limited = by_hand(may_sign(), x509.ExtendedKeyUsage([CLIENT]))
    assert believed(limited) == PARTY
    with pytest.raises(UntrustedError, match="other purposes"):
        believed(limited, in_its_role(purposes=frozenset({SERVER.dotted_string})))
    with pytest.raises(UntrustedError, match="other purposes"):
        believed(limited, in_its_role(purposes=frozenset()))
    assert believed(by_hand(may_sign()), in_its_role(purposes=frozenset())) == PARTY


def test_one_purpose_of_several_suffices() -> None:
    assert believed(by_hand(may_sign(), x509.ExtendedKeyUsage([SERVER, CLIENT]))) == PARTY
    with pytest.raises(UntrustedError, match="other purposes"):
        believed(by_hand(may_sign(), x509.ExtendedKeyUsage([SERVER, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE])))


def test_a_role_that_the_policy_does_not_name_is_not_believed() -> None:
    def without(policy: CertificatePolicy) -> CertificatePolicy:
        return replace(policy, roles={role: of for role, of in policy.roles.items() if role is not Role.ACCESS_POINT})

    certificate = access_point()
    assert believed(certificate) == PARTY
    with pytest.raises(UntrustedError, match="nobody in the role access-point"):
        believed(certificate, without)


def under(*policies: str | x509.ObjectIdentifier) -> Change:
    named = frozenset(getattr(each, "dotted_string", each) for each in policies)
    return lambda policy: replace(policy, policies=named)


def test_one_of_the_policies_must_stand_in_the_certificate() -> None:
    certificate = access_point()
    assert believed(certificate, under("1.2.3", DEMO_POLICY)) == PARTY
    assert believed(certificate, under()) == PARTY
    with pytest.raises(UntrustedError, match="not issued under a policy"):
        believed(certificate, under("1.2.3"))


def test_an_authority_on_the_way_must_be_allowed_to_issue_under_the_policy() -> None:
    def path(*policies: str) -> tuple[x509.Certificate, x509.Certificate]:
        above = between(*policies)
        leaf = replace(authority(), issuing=above).issue(Participant("ap-dk-01", "AP_DK_01", Role.ACCESS_POINT))
        return leaf.certificate, above.certificate

    for allowed in ((DEMO_POLICY.dotted_string,), (ANY_POLICY,), ("1.2.3", DEMO_POLICY.dotted_string)):
        leaf, above = path(*allowed)
        assert believed(leaf, lambda policy: policy, above) == PARTY
    for other in (("1.2.3",), ()):
        leaf, above = path(*other)
        with pytest.raises(UntrustedError, match="may not issue under"):
            believed(leaf, lambda policy: policy, above)
        assert believed(leaf, under(), above) == PARTY


def between(*policies: str) -> KeyPair:
    """An authority below the root, under these policies."""
    key, root = p256(), authority().root
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "between")]))
        .issuer_name(root.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(root.certificate.not_valid_before_utc)
        .not_valid_after(root.certificate.not_valid_after_utc)
        .add_extension(x509.BasicConstraints(True, 0), critical=True)
        .add_extension(x509.KeyUsage(False, False, False, False, False, True, True, False, False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root.private_key.public_key()), critical=False
        )
    )
    if policies:
        named = [x509.PolicyInformation(x509.ObjectIdentifier(each), None) for each in policies]
        builder = builder.add_extension(x509.CertificatePolicies(named), critical=False)
    return KeyPair(key, builder.sign(root.private_key, hashes.SHA256()), ())


# --- the files ---


def test_the_built_in_policy_asks_for_the_demo_policy_and_for_revocations() -> None:
    policy = demo_policy()
    assert policy.policies == {DEMO_POLICY.dotted_string}
    assert policy.revocation.methods == ("crl", "ocsp")
    assert set(policy.roles) == set(Role)
    assert read_policy("demo", Path("nowhere")) is policy


def test_a_file_with_the_name_of_the_built_in_policy_is_refused_and_not_passed_over(tmp_path: Path) -> None:
    assert read_policy("demo", tmp_path) is demo_policy()
    (tmp_path / "demo.policy.toml").write_text(DEMO_TEXT, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="name of the built-in policy"):
        read_policy("demo", tmp_path)


def test_a_policy_of_one_s_own_is_a_file_in_the_key_folder(tmp_path: Path) -> None:
    (tmp_path / "other.policy.toml").write_text(DEMO_TEXT.replace("2048", "3072"), encoding="utf-8")
    policy = read_policy("other", tmp_path)
    assert policy.keys.smallest_rsa_bits == 3072
    assert replace(policy, keys=demo_policy().keys) == demo_policy()
    with pytest.raises(ConfigurationError, match=r"another\.policy\.toml is missing; the built-in"):
        read_policy("another", tmp_path)


def read(folder: Path, text: str) -> CertificatePolicy:
    (folder / "own.policy.toml").write_text(text, encoding="utf-8")
    return read_policy("own", folder)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('anchors = ["trust.pem"]', "", "anchors: Field required"),
        ('anchors = ["trust.pem"]', "anchors = [1]", "anchors.0: "),
        ("policies = [", "policy = [", "policies: Field required"),
        ('policies = ["2.25.', 'policies = ["oid:2.25.', "policies.0: String should match"),
        ('policies = ["2.25.', 'policies = ["3.', "policies.0: String should match"),
        ("smallest_rsa_bits = 2048", "smallest_rsa_bits = 1024", "keys.smallest_rsa_bits: Input should be greater"),
        ("largest_rsa_bits = 8192", "largest_rsa_bits = 32768", "keys.largest_rsa_bits: Input should be less"),
        ('"secp521r1"]', '"secp192r1"]', "keys.curves.2: "),
        ('methods = ["crl", "ocsp"]', 'methods = ["crl", "hearsay"]', "revocation.methods.1: "),
        ("methods =", "method =", "revocation.methods: Field required"),
        ("methods =", "fail_open = true\nmethods =", "revocation.fail_open: Unexpected keyword"),
        ('lists = ["https:', 'lists = ["ldap:', "revocation.lists.0: String should match"),
        ('responder = "https://authority.localhost/ocsp"', 'responder = "ocsp"', "revocation.responder: String should"),
        ("responder =", "# responder =", "revocation: Value error, the method ocsp needs the address of a responder"),
        ("lists = [", "# lists = [", "revocation: Value error, the method crl needs the addresses of lists"),
        ("[roles.tls]", "[roles.mayor]", "roles.mayor.[key]: "),
        ('algorithms = ["rsa-sha256"', 'algorithms = ["rsa-sha1"', "roles.access-point.algorithms.0: "),
        ('usages = ["digitalSignature"]', 'usages = ["signing"]', "roles.access-point.usages.0: "),
        ("purposes = [", 'purposes = ["clientAuth", ', "roles.access-point.purposes.0: "),
        ('anchors = ["trust.pem"]', 'anchors = ["trust.pem"]\nanchor = 1', "anchor: Unexpected keyword"),
    ],
)
def test_a_fault_of_a_policy_is_named_with_its_place(tmp_path: Path, old: str, new: str, named: str) -> None:
    assert read(tmp_path, DEMO_TEXT) == demo_policy()
    assert old in DEMO_TEXT
    with pytest.raises(ConfigurationError) as refused:
        read(tmp_path, DEMO_TEXT.replace(old, new, 1))
    assert any(f"own.policy.toml: {named}" in fault for fault in refused.value.faults), refused.value.faults


def test_every_fault_of_a_policy_is_named(tmp_path: Path) -> None:
    text = DEMO_TEXT.replace("2048", "512").replace("8192", "99999").replace('"ocsp"]', '"rumour"]')
    with pytest.raises(ConfigurationError) as refused:
        read(tmp_path, text)
    places = [fault.split(": ")[1] for fault in refused.value.faults]
    assert places == ["keys.smallest_rsa_bits", "keys.largest_rsa_bits", "revocation.methods.1"]


@pytest.mark.parametrize("text", [b"anchors = [", b"\xff\xfe", b"anchors = 1\nanchors = 2"])
def test_what_is_no_toml_is_called_so(tmp_path: Path, text: bytes) -> None:
    assert read(tmp_path, DEMO_TEXT)
    (tmp_path / "own.policy.toml").write_bytes(text)
    with pytest.raises(ConfigurationError, match=r"own\.policy\.toml is no TOML"):
        read_policy("own", tmp_path)


def test_no_field_of_the_file_goes_untold() -> None:
    told: dict[str, Any] = tomllib.loads(DEMO_TEXT)
    assert set(told) == set(CertificatePolicy.__dataclass_fields__)
    assert all(set(role) == set(RolePolicy.__dataclass_fields__) for role in told["roles"].values())


# --- certificates for which messages are encrypted ---


def for_encryption(role: Role, *, encipherment: bool) -> Party:
    """The verdict on a certificate of an access point, in the role of one for which is encrypted."""
    may = x509.KeyUsage(not encipherment, False, encipherment, False, False, False, False, False, False)
    of_a_kind = uris(party_uri(Party("AP_DK_01", role)))
    certificate = with_extensions(rsa_2048(), authority().issuing, of_a_kind, may)
    return authority().anchors().party_of(certificate, (), NOW, Role.ENCRYPTION)


def test_what_signs_is_not_encrypted_for() -> None:
    assert for_encryption(Role.ENCRYPTION, encipherment=True) == Party("AP_DK_01", Role.ENCRYPTION)
    with pytest.raises(UntrustedError, match="for access-point, not for encryption"):
        for_encryption(Role.ACCESS_POINT, encipherment=True)
    with pytest.raises(UntrustedError, match="keyUsage lacks keyEncipherment"):
        for_encryption(Role.ENCRYPTION, encipherment=False)


def test_nothing_is_encrypted_for_another_kind_of_key() -> None:
    elliptic = authority().issue(Participant("ap-dk-01", "AP_DK_01", Role.ENCRYPTION), p256())
    with pytest.raises(UntrustedError, match="no such key for the role encryption"):
        authority().anchors().party_of(elliptic.certificate, (), NOW, Role.ENCRYPTION)
