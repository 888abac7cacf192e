"""The names that signature and encryption share in a security header, and what may stand in one of its elements: which
children and attributes, which text in base64, and nothing else."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping

from lxml import etree

from oots.edelivery.soap import DS, WSSE

SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
X509_V3 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3"
BASE64 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"

TOKEN = f"{{{WSSE}}}BinarySecurityToken"
TOKEN_REFERENCE = f"{{{WSSE}}}SecurityTokenReference"
REFERENCE_TO_TOKEN = f"{{{WSSE}}}Reference"

_MOST_BASE64 = 16 * 1024
"""Letters in a certificate, a signature value or an encrypted key."""


class ProfileError(ValueError):
    """The header deviates from the profile; the text is for the journal."""


def ds(name: str) -> str:
    """The Clark name of an element of XML Signature."""
    return f"{{{DS}}}{name}"


def children(element: etree._Element, *tags: str) -> list[etree._Element]:
    """The children of `element`, which must have exactly these names; text beside children is refused."""
    found = list(element)
    if [child.tag for child in found] != list(tags):
        raise ProfileError(f"unexpected content in {etree.QName(element).localname}")
    stray = [child.tail for child in found] + ([element.text] if found or not tags else [])
    if any(text and text.strip() for text in stray):
        raise ProfileError(f"stray text in {etree.QName(element).localname}")
    return found


def expect_attributes(
    element: etree._Element, needed: Mapping[str, Collection[str] | None], optional: Collection[str] = ()
) -> None:
    """`needed` maps names to the values that are allowed, None meaning any; no attributes but these may stand."""
    names = set(element.keys())
    if not needed.keys() <= names <= needed.keys() | set(optional):
        raise ProfileError(f"unexpected attributes on {etree.QName(element).localname}")
    for name, allowed in needed.items():
        if allowed is not None and element.get(name) not in allowed:
            raise ProfileError(
                f"{etree.QName(element).localname} is not of the profile in {etree.QName(name).localname}"
            )


def decoded(element: etree._Element) -> bytes:
    """The bytes of a base64 text; every character counts, lines may be broken."""
    if len(element.text or "") > _MOST_BASE64:
        raise ProfileError(f"{etree.QName(element).localname} is too long")
    text = "".join((element.text or "").split())
    if len(element):
        raise ProfileError(f"unexpected content in {etree.QName(element).localname}")
    try:
        data = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not data or b64encode(data).decode() != text:
        raise ProfileError(f"{etree.QName(element).localname} is no base64")
    return data
