"""Keys in a token sign messages, receipts, seals and answers as keys in files do, and never leave it."""

from __future__ import annotations

import logging
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typst
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from oots.edelivery.header import PARTY_TYPE
from oots.edelivery.message import open_message, seal_message
from oots.edelivery.receipt import check_receipt, seal_receipt
from oots.model.errors import ConfigurationError
from oots.model.identifiers import Identifier
from oots.trust.anchors import TrustAnchors
from oots.trust.authority import TRUST_FILE, export_party, init_keys
from oots.trust.certificates import Role
from oots.trust.issuing import Participant, new_key
from oots.trust.jws import in_role, sign_answer, verify_answer
from oots.trust.keys import key_path, load_key_pair, pkcs8_of, token_path
from oots.trust.pades import check_pdf_seal, seal_pdf
from oots.trust.rotation import rotate
from oots.trust.token_keys import TokenEcKey, TokenRsaKey
from oots.trust.xades import check_xml_seal, seal_xml
from tests.support import softhsm
from tests.support.edelivery import DENMARK, LITHUANIA, NOW, PARTS, a_header

POINT = Participant("ap-dk-01", DENMARK, Role.ACCESS_POINT)
SEAL = Participant("seal-0751", "55133018", Role.SEAL)
DIRECTORY = Participant("directories", "directories", Role.DIRECTORY)
OTHER_POINT = Participant("ap-lt-01", LITHUANIA, Role.ACCESS_POINT)
HOLDERS = (POINT, SEAL, DIRECTORY, OTHER_POINT)


def describe(folder: Path, name: str, **changes: str) -> Path:
    """Say in `folder` that the key called `name` is in the token; each change replaces one line."""
    lines = {"module": str(softhsm.module()), "token": "oots", "key": name, "pin_file": "token.pin"} | changes
    path = token_path(folder, name)
    path.write_text("".join(f'{word} = "{value}"\n' for word, value in lines.items()), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of keys in which the private halves of all participants are in a token."""
    softhsm.module()
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("tokens")
        softhsm.configure(folder, patch)
        softhsm.new_token("oots")
        softhsm.new_token("other")
        keys = folder / "keys"
        keys.mkdir()
        pin = keys / "token.pin"
        pin.write_text(f"{softhsm.PIN}\n", encoding="utf-8")
        pin.chmod(0o600)
        for number, holder in enumerate(HOLDERS):
            key = new_key(Role.SEAL if holder is OTHER_POINT else holder.role)
            softhsm.put("oots", holder.name, key, folder, number)
            describe(keys, holder.name)
        init_keys(keys, HOLDERS, NOW)
        yield keys


@pytest.fixture
def keys(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "keys"))


@pytest.fixture(scope="module")
def anchors(made: Path) -> TrustAnchors:
    return TrustAnchors.from_pem((made / TRUST_FILE).read_bytes())


def test_the_authority_certifies_what_is_in_the_token_and_makes_no_second_key(made: Path) -> None:
    assert {file.name for file in made.glob("*.key.pem")} == {"root-ca.key.pem", "issuing-ca.key.pem"}
    key = load_key_pair(made, POINT.name)
    assert isinstance(key.private_key, TokenRsaKey)
    assert key.private_key.key_size == 3072
    assert isinstance(load_key_pair(made, SEAL.name).private_key, TokenEcKey)
    before = key.certificate
    init_keys(made, HOLDERS, NOW)
    assert load_key_pair(made, POINT.name).certificate == before


def test_a_message_and_its_receipt_signed_in_the_token_are_believed(made: Path, anchors: TrustAnchors) -> None:
    key = load_key_pair(made, POINT.name)
    message = seal_message(a_header(), PARTS, key)
    opened = open_message(message.content_type, message.body, anchors, NOW)
    assert opened.parts == PARTS
    receipt = seal_receipt(opened, "receipt@ap-dk-01.oots.example", NOW, key)
    named = {"message_id": message.message_id, "digests": message.digests, "receiver": DENMARK}
    check_receipt(receipt, **named, anchors=anchors, at=NOW)  # type: ignore[arg-type]


def test_a_message_signed_with_p256_in_the_token_is_believed(made: Path, anchors: TrustAnchors) -> None:
    key = load_key_pair(made, OTHER_POINT.name)
    assert isinstance(key.private_key, TokenEcKey)
    header = a_header(sender=Identifier(PARTY_TYPE, LITHUANIA), receiver=Identifier(PARTY_TYPE, DENMARK))
    message = seal_message(header, PARTS, key)
    assert open_message(message.content_type, message.body, anchors, NOW).parts == PARTS


def test_seals_made_in_the_token_verify(made: Path, anchors: TrustAnchors, tmp_path: Path) -> None:
    key = load_key_pair(made, SEAL.name)
    assert check_xml_seal(seal_xml(b"<attest/>", key, NOW), anchors, NOW).valid
    source = tmp_path / "attest.typ"
    source.write_text('#set document(title: "Attest")\n#set text(lang: "da")\n= Attest\n', encoding="utf-8")
    pdf = typst.compile(str(source), format="pdf", pdf_standards=["ua-1"], timestamp=NOW)
    report = check_pdf_seal(seal_pdf(pdf, key, NOW, "Bopælsattest", "Aarhus"), anchors, NOW)
    assert (report.valid, report.problem) == (True, None)


def test_an_answer_of_the_directories_signed_in_the_token_verifies(made: Path, anchors: TrustAnchors) -> None:
    headers = sign_answer(b"<answer/>", load_key_pair(made, DIRECTORY.name), NOW)
    verify_answer(b"<answer/>", headers, in_role(anchors, Role.DIRECTORY), NOW)


def test_a_key_in_a_token_never_leaves_it_and_signs_over_sha256_alone(made: Path) -> None:
    message, seal = (load_key_pair(made, each.name).private_key for each in (POINT, SEAL))
    assert isinstance(message, rsa.RSAPrivateKey)
    assert isinstance(seal, ec.EllipticCurvePrivateKey)
    assert message.sign(b"data", padding.PKCS1v15(), hashes.SHA256())
    assert seal.sign(b"data", ec.ECDSA(hashes.SHA256()))
    none = serialization.NoEncryption()
    for refused in (
        lambda: message.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, none),
        lambda: pkcs8_of(seal),
        lambda: message.private_numbers(),
        lambda: message.decrypt(b"", padding.PKCS1v15()),
        lambda: seal.exchange(ec.ECDH(), seal.public_key()),
        lambda: message.sign(b"data", padding.PKCS1v15(), hashes.SHA1()),  # noqa: S303 (to be refused)
        lambda: message.sign(b"data", padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256()),
        lambda: seal.sign(b"data", ec.ECDSA(hashes.SHA384())),
    ):
        with pytest.raises(UnsupportedAlgorithm):
            refused()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"key": "nobody"}, "token oots has no private key called nobody"),
        ({"token": "nowhere"}, "has no token called nowhere"),
        ({"module": "/nowhere/libpkcs11.so"}, "/nowhere/libpkcs11.so does not serve"),
        ({"module": "/etc/hosts"}, "/etc/hosts does not serve"),
        ({"key": ""}, "key: String should have at least 1 character"),
        ({"password": "x"}, "password: Extra inputs are not permitted"),
        ({"token": "other", "pin_file": "none.pin"}, r"none\.pin is no readable PIN"),
        ({"token": "other", "pin_file": "empty.pin"}, r"empty\.pin is empty"),
        ({"token": "other", "pin_file": "open.pin"}, "0600"),
    ],
    ids=lambda each: str(each)[:60],
)
def test_what_is_missing_or_wrong_is_named(keys: Path, change: dict[str, str], told: str) -> None:
    for name, content, mode in (("empty.pin", "", 0o600), ("open.pin", softhsm.PIN, 0o640)):
        (keys / name).write_text(content, encoding="utf-8")
        (keys / name).chmod(mode)
    describe(keys, POINT.name)
    assert load_key_pair(keys, POINT.name)
    path = describe(keys, POINT.name, **change)
    with pytest.raises(ConfigurationError, match=told) as refused:
        load_key_pair(keys, POINT.name)
    assert path.name in str(refused.value) or "pin" in str(refused.value)


def test_a_wrong_pin_is_named_and_no_pin_is_ever_told(keys: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = keys / "wrong.pin"
    wrong.write_text("8642-mistaken", encoding="utf-8")
    wrong.chmod(0o600)
    describe(keys, POINT.name, token="other", pin_file="wrong.pin")
    with pytest.raises(ConfigurationError, match=r"token other refuses the PIN in wrong\.pin") as refused:
        load_key_pair(keys, POINT.name)
    describe(keys, POINT.name, token="other")
    with pytest.raises(ConfigurationError, match="no private key called ap-dk-01"):
        load_key_pair(keys, POINT.name)
    describe(keys, POINT.name)
    told = repr(load_key_pair(keys, POINT.name)) + str(refused.value) + repr(refused.value.__context__) + caplog.text
    assert "8642" not in told


def test_a_file_that_is_no_toml_and_a_key_of_two_places_are_refused(keys: Path) -> None:
    path = describe(keys, SEAL.name)
    assert load_key_pair(keys, SEAL.name)
    key_path(keys, SEAL.name).write_bytes(pkcs8_of(new_key(Role.SEAL)))
    with pytest.raises(ConfigurationError, match="a key in a file and one in a token"):
        load_key_pair(keys, SEAL.name)
    key_path(keys, SEAL.name).unlink()
    path.write_text("module", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"seal-0751\.pkcs11\.toml is no TOML"):
        load_key_pair(keys, SEAL.name)


def test_a_certificate_for_another_key_is_refused(keys: Path) -> None:
    assert load_key_pair(keys, SEAL.name)
    describe(keys, SEAL.name, key=DIRECTORY.name)
    with pytest.raises(ConfigurationError, match=r"seal-0751\.pkcs11\.toml does not belong to the certificate"):
        load_key_pair(keys, SEAL.name)


def test_without_the_package_it_is_said_what_to_install(keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_key_pair(keys, SEAL.name)
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    with pytest.raises(ConfigurationError, match="pip install python-pkcs11"):
        load_key_pair(keys, SEAL.name)


def test_such_a_key_is_replaced_in_its_token_and_not_by_a_file(keys: Path) -> None:
    before = {file.name: file.read_bytes() for file in keys.iterdir()}
    with pytest.raises(ConfigurationError, match="one in a token is replaced there"):
        rotate(keys, (SEAL.name,), NOW - NOW, NOW)
    assert {file.name: file.read_bytes() for file in keys.iterdir()} == before


def test_what_is_handed_out_says_where_the_key_is_and_nothing_secret(keys: Path, tmp_path: Path) -> None:
    export_party(keys, tmp_path / "provider", [SEAL.name])
    handed_out = {file.name for file in (tmp_path / "provider").iterdir()}
    assert handed_out == {"seal-0751.pkcs11.toml", "seal-0751.cert.pem", "trust.pem"}
