"""What a WS-Security header of this profile looks like, element by element, before any of it is computed.

One certificate and one signature in `soap:Header/wsse:Security`; the signature covers eb:Messaging, the SOAP body and
every attachment, each once, with fixed algorithms (eDelivery AS4 1.15, WS-Security SwA profile 1.1). What was encrypted
after signing is described before both (`encryption_profile`).
"""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from lxml import etree

from oots.edelivery.encryption_profile import ENCRYPTED_KEY, EncryptionHeader, examine_encryption
from oots.edelivery.shape import (
    BASE64,
    REFERENCE_TO_TOKEN,
    SHA256,
    TOKEN,
    TOKEN_REFERENCE,
    X509_V3,
    ProfileError,
    children,
    decoded,
    ds,
    expect_attributes,
)
from oots.edelivery.soap import MUST_UNDERSTAND, WSU_ID, Envelope

EXCLUSIVE_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
ECDSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
ATTACHMENT_CONTENT = "http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#Attachment-Content-Signature-Transform"

_INCLUSIVE_NAMESPACES = f"{{{EXCLUSIVE_C14N}}}InclusiveNamespaces"
_DIGEST_BYTES = 32
_MOST_PREFIX_LIST = 256
"""Letters in a list of prefixes, each of which canonicalisation looks up for each element of the signature."""


@dataclass(frozen=True, slots=True)
class SignedDigest:
    """What one `ds:Reference` says: `uri` is `#id` or `cid:…`, `value` the base64 digest of what it points to."""

    uri: str
    value: str
    algorithm: str = SHA256


@dataclass(frozen=True, slots=True)
class SecurityHeader:
    """A header of the right shape; nothing in it is believed yet. `certificate` is DER.

    `value` is the signature by `method` (RSA_SHA256 or ECDSA_SHA256) over the canonical form of `signed_info`, which
    says `digests`. `prefixes` are those of its own InclusiveNamespaces under "", and of its references' under their
    URIs; where there are none, nothing stands. `encryption` is what stands before the certificate, if anything does.
    """

    certificate: bytes
    signed_info: etree._Element
    method: str
    value: bytes
    digests: tuple[SignedDigest, ...]
    prefixes: Mapping[str, list[str]]
    encryption: EncryptionHeader | None = None


def examine(envelope: Envelope, attachments: Collection[str]) -> SecurityHeader:
    """Read the security header of an envelope with attachments of the given `cid:` URIs.

    Raises ProfileError for any deviation, and TransportError (EBMS:0101) unless there is exactly one such header.
    """
    _expect_unique_ids(envelope.root)
    before = [element.tag for element in list(envelope.security)[:-2]]
    before = before if ENCRYPTED_KEY in before else []
    *ahead, token, signature = children(envelope.security, *before, TOKEN, ds("Signature"))
    encryption = examine_encryption(ahead, attachments) if ahead else None
    expect_attributes(envelope.security, {MUST_UNDERSTAND: {"true", "1"}})
    expect_attributes(token, {"EncodingType": {BASE64}, "ValueType": {X509_V3}, WSU_ID: None})
    signed_info, value, key_info = children(signature, ds("SignedInfo"), ds("SignatureValue"), ds("KeyInfo"))
    expect_attributes(signature, {}, optional={"Id"})
    expect_attributes(value, {})
    _expect_key_info(key_info, token.get(WSU_ID, ""))
    method, references = _signed_info(signed_info)
    digests = tuple(_reference(reference) for reference in references)
    _expect_coverage(envelope, attachments, digests)
    return SecurityHeader(
        decoded(token), signed_info, method, decoded(value), digests, _prefixes(signed_info, references), encryption
    )


def _expect_unique_ids(root: etree._Element) -> None:
    values = Counter(
        value for element in root.iter() for name, value in element.items() if name[-3:].lower() in ("id", "}id")
    )
    if any(times > 1 for times in values.values()):
        raise ProfileError("an id is used twice")


def _expect_key_info(key_info: etree._Element, token_id: str) -> None:
    expect_attributes(key_info, {}, optional={"Id"})
    (token_reference,) = children(key_info, TOKEN_REFERENCE)
    expect_attributes(token_reference, {}, optional={WSU_ID})
    (reference,) = children(token_reference, REFERENCE_TO_TOKEN)
    children(reference)
    expect_attributes(reference, {"URI": {f"#{token_id}"}, "ValueType": {X509_V3}})


def _signed_info(signed_info: etree._Element) -> tuple[str, list[etree._Element]]:
    """The method of the signature, and the references."""
    references = signed_info.findall(ds("Reference"))
    method, algorithm, *_ = children(
        signed_info, ds("CanonicalizationMethod"), ds("SignatureMethod"), *[ds("Reference")] * len(references)
    )
    expect_attributes(signed_info, {})
    _expect_exclusive_c14n(method)
    children(algorithm)
    expect_attributes(algorithm, {"Algorithm": {RSA_SHA256, ECDSA_SHA256}})
    return algorithm.get("Algorithm", ""), references


def _prefixes(signed_info: etree._Element, references: Iterable[etree._Element]) -> dict[str, list[str]]:
    """The lists of prefixes that may stand in what was found to be exclusive canonicalisation."""
    transformed = {"": signed_info[0]} | {each.get("URI", ""): each[0][0] for each in references}
    return {uri: method[0].get("PrefixList", "").split() for uri, method in transformed.items() if len(method)}


def _reference(reference: etree._Element) -> SignedDigest:
    transforms, method, value = children(reference, ds("Transforms"), ds("DigestMethod"), ds("DigestValue"))
    expect_attributes(reference, {"URI": None})
    for each in (transforms, value):
        expect_attributes(each, {})
    uri = reference.get("URI", "")
    (transform,) = children(transforms, ds("Transform"))
    if uri.startswith("#"):
        _expect_exclusive_c14n(transform)
    else:
        children(transform)
        expect_attributes(transform, {"Algorithm": {ATTACHMENT_CONTENT}})
    return SignedDigest(uri, digest_value(method, value))


def digest_value(method: etree._Element, value: etree._Element) -> str:
    """The base64 SHA-256 digest in `ds:DigestMethod` and `ds:DigestValue`; raises ProfileError for another form."""
    children(method)
    expect_attributes(method, {"Algorithm": {SHA256}})
    digest = decoded(value)
    if len(digest) != _DIGEST_BYTES:
        raise ProfileError("a digest has not the length of SHA-256")
    return b64encode(digest).decode()


def _expect_exclusive_c14n(method: etree._Element) -> None:
    """Java stacks write InclusiveNamespaces into every exclusive canonicalisation; it is signed and harmless."""
    expect_attributes(method, {"Algorithm": {EXCLUSIVE_C14N}})
    if [child.tag for child in method] != [_INCLUSIVE_NAMESPACES]:
        children(method)
    else:
        expect_attributes(method[0], {"PrefixList": None})
        if len(method[0].get("PrefixList", "")) > _MOST_PREFIX_LIST:
            raise ProfileError("a list of prefixes is too long")


def _expect_coverage(envelope: Envelope, attachments: Collection[str], digests: tuple[SignedDigest, ...]) -> None:
    parts = [f"#{element.get(WSU_ID, '')}" for element in (envelope.messaging, envelope.body)]
    if "#" in parts or sorted(digest.uri for digest in digests) != sorted([*parts, *attachments]):
        raise ProfileError("the signature does not cover exactly the header, the body and every part")
