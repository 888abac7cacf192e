"""Detached signatures of the directories' answers: each refusal beside the control that is accepted."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hmac import HMAC
from hypothesis import given
from hypothesis import strategies as st

from oots.model.errors import ConfigurationError
from oots.trust.certificates import Role
from oots.trust.issuing import Participant
from oots.trust.jws import AnswerSignatureError, in_role, sign_answer, verify_answer
from oots.trust.keys import KeyPair
from tests.support.trust import NOW, authority, dated, new_authority

BODY = b"<answer/>"
DIRECTORY = Participant("directories", "directories", Role.DIRECTORY)
KEY = authority().issue(DIRECTORY)
ANSWER = sign_answer(BODY, KEY, NOW)
BELIEVED = in_role(authority().anchors(), Role.DIRECTORY)
Header = dict[str, Any]


def verify(headers: Mapping[str, str], body: bytes = BODY) -> None:
    verify_answer(body, headers, BELIEVED, NOW)


def parts(headers: Mapping[str, str] = ANSWER) -> tuple[str, str]:
    protected, between, signature = headers["oots-response-sig"].split(".")
    assert between == ""
    return protected, signature


def protected_header(headers: Mapping[str, str] = ANSWER) -> Header:
    header: Header = json.loads(base64.urlsafe_b64decode(parts(headers)[0] + "=="))
    return header


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def es256(key: KeyPair, data: bytes) -> bytes:
    assert isinstance(key.private_key, ec.EllipticCurvePrivateKey)
    numbers = decode_dss_signature(key.private_key.sign(data, ec.ECDSA(hashes.SHA256())))
    return b"".join(number.to_bytes(32, "big") for number in numbers)


def with_signature_over(header: object, key: KeyPair = KEY, line: str | None = None) -> dict[str, str]:
    """The answer under a header of any content, signed as ES256 asks."""
    protected = base64url(json.dumps(header).encode())
    signature = es256(key, f"{protected}.{line or 'digest: ' + ANSWER['digest']}".encode())
    return ANSWER | {"oots-response-sig": f"{protected}..{base64url(signature)}"}


def saying(**changes: object) -> dict[str, str]:
    """A well signed answer whose protected header says something else; None takes a part away."""
    names = {"x5t": "x5t#o"}
    changed = {names.get(name, name): value for name, value in changes.items()}
    header = protected_header() | changed
    return with_signature_over({name: value for name, value in header.items() if value is not None})


def of(key: KeyPair) -> dict[str, str]:
    return sign_answer(BODY, key, NOW)


def test_an_answer_is_signed_as_the_real_directories_sign() -> None:
    header = protected_header()
    assert list(header) == ["alg", "kid", "x5t#o", "x5c", "typ", "b64", "iat", "sigD", "crit"]
    assert (header["alg"], header["typ"], header["b64"]) == ("ES256", "jose", False)
    assert header["iat"] == int(NOW.timestamp())
    assert header["sigD"] == {"mId": "http://uri.etsi.org/19182/HttpHeaders", "pars": ["digest"]}
    assert header["crit"] == ["b64", "sigD"]
    assert len(header["x5c"]) == 2
    assert ANSWER["digest"] == "SHA-256=qAwfZTwyqWh6iT127NrfnJuWYqsIBQrT8gxGh4MqhZw="
    verify(ANSWER)


@pytest.mark.parametrize("missing", ["digest", "oots-response-sig"])
def test_an_unsigned_answer_is_refused(missing: str) -> None:
    verify(ANSWER)
    with pytest.raises(AnswerSignatureError, match="not signed"):
        verify({name: value for name, value in ANSWER.items() if name != missing})


def test_a_changed_body_is_refused() -> None:
    verify(ANSWER)
    with pytest.raises(AnswerSignatureError, match="digest is not that of the body"):
        verify(ANSWER, BODY + b" ")


def test_a_digest_that_was_changed_along_with_the_body_is_refused() -> None:
    verify(ANSWER)
    other = sign_answer(b"<other/>", KEY, NOW)
    with pytest.raises(AnswerSignatureError, match="signature is not valid"):
        verify(ANSWER | {"digest": other["digest"]}, b"<other/>")


@pytest.mark.parametrize("written", ["sha-256={}", "SHA-256={},", "SHA-512={}", " SHA-256={}"])
def test_a_digest_in_another_form_is_refused(written: str) -> None:
    verify(ANSWER)
    with pytest.raises(AnswerSignatureError, match="digest"):
        verify(ANSWER | {"digest": written.format(ANSWER["digest"].removeprefix("SHA-256="))})


def test_every_flipped_bit_of_the_signature_is_refused() -> None:
    verify(ANSWER)
    protected, signature = parts()
    raw = base64.urlsafe_b64decode(signature + "==")
    for bit in range(len(raw) * 8):
        flipped = bytearray(raw)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(AnswerSignatureError, match="signature is not valid"):
            verify(ANSWER | {"oots-response-sig": f"{protected}..{base64url(bytes(flipped))}"})


def test_a_signature_over_another_line_is_refused() -> None:
    verify(with_signature_over(protected_header(), line=f"digest: {ANSWER['digest']}"))
    for line in (f"Digest: {ANSWER['digest']}", f"digest: {ANSWER['digest']}\n", base64url(BODY)):
        with pytest.raises(AnswerSignatureError, match="signature is not valid"):
            verify(with_signature_over(protected_header(), line=line))


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS1", "RS256", "ES384", "ES256K", "es256", ["ES256"]])
def test_another_algorithm_is_refused(algorithm: object) -> None:
    verify(saying(alg="ES256"))
    with pytest.raises(AnswerSignatureError, match="algorithm is not allowed"):
        verify(saying(alg=algorithm))


def test_a_signature_of_none_or_with_the_public_key_as_secret_is_refused() -> None:
    verify(ANSWER)
    secret = base64.b64decode(protected_header()["x5c"][0])
    for algorithm in ("none", "HS256"):
        protected = base64url(json.dumps(protected_header() | {"alg": algorithm}).encode())
        mac = HMAC(secret, hashes.SHA256())
        mac.update(f"{protected}.digest: {ANSWER['digest']}".encode())
        signature = "" if algorithm == "none" else base64url(mac.finalize())
        with pytest.raises(AnswerSignatureError, match="algorithm is not allowed"):
            verify(ANSWER | {"oots-response-sig": f"{protected}..{signature}"})


def test_an_algorithm_of_another_key_than_the_certificate_s_is_refused() -> None:
    verify(ANSWER)
    with pytest.raises(AnswerSignatureError, match="not that of the certificate's key"):
        verify(saying(alg="EdDSA"))
    strong = authority().issue(DIRECTORY, ec.generate_private_key(ec.SECP384R1()))
    with pytest.raises(AnswerSignatureError, match="not that of the certificate's key"):
        verify(saying(x5c=chain_of(strong), x5t=None))


@pytest.mark.parametrize(
    "critical", [None, [], ["b64"], ["sigD"], ["b64", "sigD", "exp"], ["b64", "b64", "sigD"], "b64 sigD", [{}, []]]
)
def test_what_must_be_understood_is_understood_exactly(critical: object) -> None:
    verify(saying(crit=["b64", "sigD"]))
    verify(saying(crit=["sigD", "b64"]))
    with pytest.raises(AnswerSignatureError):
        verify(saying(crit=critical))


@pytest.mark.parametrize("encoded", [None, True, 0, "false"])
def test_a_payload_in_base64_is_refused(encoded: object) -> None:
    verify(saying(b64=False))
    with pytest.raises(AnswerSignatureError):
        verify(saying(b64=encoded))


@pytest.mark.parametrize(
    "signed",
    [
        None,
        [],
        {"mId": "http://uri.etsi.org/19182/ObjectIdByURI", "pars": ["digest"]},
        {"mId": "http://uri.etsi.org/19182/HttpHeaders", "pars": []},
        {"mId": "http://uri.etsi.org/19182/HttpHeaders", "pars": ["digest", "content-type"]},
        {"mId": "http://uri.etsi.org/19182/HttpHeaders", "pars": ["Digest"]},
    ],
)
def test_a_signature_of_something_else_than_the_digest_is_refused(signed: object) -> None:
    verify(saying(sigD={"mId": "http://uri.etsi.org/19182/HttpHeaders", "pars": ["digest"]}))
    with pytest.raises(AnswerSignatureError):
        verify(saying(sigD=signed))


def test_a_header_that_nobody_calls_critical_is_passed_over() -> None:
    verify(saying(cty="application/x-ebrs+xml", x5u="https://example.test/chain", new={"a": 1}))


@pytest.mark.parametrize("chain", [None, [], "text", [1], ["no base64!"], ["AAAA"], [None]])
def test_a_signature_without_a_readable_chain_is_refused(chain: object) -> None:
    verify(saying(x5c=chain_of(KEY)))
    with pytest.raises(AnswerSignatureError, match="certificates"):
        verify(saying(x5c=chain))


def test_a_chain_without_end_is_refused() -> None:
    verify(saying(x5c=chain_of(KEY) + chain_of(KEY)[1:] * 2))
    with pytest.raises(AnswerSignatureError, match="chain"):
        verify(saying(x5c=chain_of(KEY) + chain_of(KEY)[1:] * 3))


def chain_of(key: KeyPair) -> list[str]:
    encoded: list[str] = protected_header(with_chain(key))["x5c"]
    return encoded


def with_chain(key: KeyPair) -> dict[str, str]:
    return sign_answer(BODY, replace(KEY, certificate=key.certificate, chain=key.chain), NOW)


@pytest.mark.parametrize("digest", ["S256", "S384", "S512"])
def test_the_thumbprint_names_the_certificate(digest: str) -> None:
    algorithm = {"S256": hashes.SHA256, "S384": hashes.SHA384, "S512": hashes.SHA512}[digest]()
    named = {"digAlg": digest, "digVal": base64url(KEY.certificate.fingerprint(algorithm))}
    verify(saying(x5t=named))
    verify(saying(x5t=None))
    for other in (named | {"digVal": "AAAA"}, named | {"digAlg": "S1"}, named | {"digAlg": []}, {}):
        with pytest.raises(AnswerSignatureError, match="another certificate"):
            verify(saying(x5t=other))


def test_an_unknown_signer_is_refused() -> None:
    verify(of(KEY))
    with pytest.raises(AnswerSignatureError, match="signer is not believed: no valid path"):
        verify(of(new_authority().issue(DIRECTORY)))


def test_a_certificate_of_somebody_else_is_refused() -> None:
    verify(of(KEY))
    with pytest.raises(AnswerSignatureError, match="signature is not valid"):
        verify(with_chain(authority().issue(DIRECTORY)))


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.DIRECTORY])
def test_a_signer_in_another_role_is_refused(role: Role) -> None:
    verify(of(KEY))
    with pytest.raises(AnswerSignatureError, match=f"for {role}, not for directory"):
        verify(of(authority().issue(replace(DIRECTORY, role=role), KEY.private_key)))


def test_an_expired_certificate_is_refused() -> None:
    verify(of(KEY))
    expired = replace(authority(), terms=dated(-60)).issue(DIRECTORY)
    with pytest.raises(AnswerSignatureError, match="not valid at validation time"):
        verify(of(expired))


@pytest.mark.parametrize(
    ("kept", "just_too_far", "why"),
    [
        (timedelta(minutes=65), timedelta(seconds=1), "too old"),
        (-timedelta(minutes=5), -timedelta(seconds=1), "future"),
    ],
)
def test_an_answer_is_believed_for_as_long_as_it_may_be_kept(
    kept: timedelta, just_too_far: timedelta, why: str
) -> None:
    verify(sign_answer(BODY, KEY, NOW - kept))
    with pytest.raises(AnswerSignatureError, match=why):
        verify(sign_answer(BODY, KEY, NOW - kept - just_too_far))


@pytest.mark.parametrize("moment", [None, "1785315710", 1785315710.5, True, 10**400, -(10**400)])
def test_a_time_of_signing_that_is_none_is_refused(moment: object) -> None:
    verify(saying(iat=int(NOW.timestamp())))
    with pytest.raises(AnswerSignatureError):
        verify(saying(iat=moment))


@pytest.mark.parametrize("header", ["alg", ["alg"], 7, None, {"alg": {}}])
def test_a_header_that_is_no_object_of_the_kind_is_refused(header: object) -> None:
    verify(with_signature_over(protected_header()))
    with pytest.raises(AnswerSignatureError):
        verify(with_signature_over(header))


@pytest.mark.parametrize(
    "change",
    [
        lambda protected, signature: f"{protected}.{signature}",
        lambda protected, signature: f"{protected}.{base64url(BODY)}.{signature}",
        lambda protected, signature: f"{protected}..{signature}=",
        lambda protected, signature: f"{protected}..",
        lambda protected, signature: f"{protected}..{signature[:-4]}",
        lambda protected, signature: f"..{signature}",
        lambda protected, signature: f"{base64url(b'[' * 9000)}..{signature}",
        lambda protected, signature: f"{'A' * 40_000}..{signature}",
        lambda protected, signature: f"{protected}..{signature}, {protected}..{signature}",
        lambda protected, signature: f"{protected}..å",
    ],
)
def test_what_is_no_detached_signature_is_refused(change: Any) -> None:
    verify(ANSWER | {"oots-response-sig": "..".join(parts())})
    with pytest.raises(AnswerSignatureError):
        verify(ANSWER | {"oots-response-sig": change(*parts())})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside, max_size=3),
    max_leaves=5,
)


@given(
    name=st.sampled_from(["alg", "kid", "x5t#o", "x5c", "typ", "b64", "iat", "sigD", "crit", "jwk"]), value=json_values
)
def test_a_header_of_any_content_is_believed_or_refused_and_nothing_else(name: str, value: object) -> None:
    verify(with_signature_over(protected_header()))
    try:
        verify(with_signature_over(protected_header() | {name: value}))
    except AnswerSignatureError:
        return
    assert name in ("kid", "typ", "jwk") or value == protected_header()[name]


@given(st.text(max_size=40))
def test_any_text_instead_of_a_signature_is_refused(text: str) -> None:
    verify(ANSWER)
    with pytest.raises(AnswerSignatureError):
        verify(ANSWER | {"oots-response-sig": text})


def test_an_answer_signed_on_ed25519_is_believed() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    issued = authority().issue(DIRECTORY, key)  # type: ignore[arg-type]
    header = protected_header() | {"alg": "EdDSA", "x5c": chain_of(issued)}
    del header["x5t#o"]
    protected = base64url(json.dumps(header).encode())
    signature = key.sign(f"{protected}.digest: {ANSWER['digest']}".encode())
    verify(ANSWER | {"oots-response-sig": f"{protected}..{base64url(signature)}"})
    with pytest.raises(AnswerSignatureError, match="signature is not valid"):
        verify(ANSWER | {"oots-response-sig": f"{protected}..{base64url(signature[::-1])}"})


def test_only_a_key_on_p256_signs_answers() -> None:
    assert of(authority().issue(DIRECTORY))
    for key in (rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP384R1())):
        with pytest.raises(ConfigurationError, match="P-256"):
            of(authority().issue(DIRECTORY, key))
