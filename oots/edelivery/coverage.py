"""What of an envelope its signature covers, reference by reference and element by element, also where no receiver would
believe it.

`verify` decides whether a message is believed; this tells people what was signed and what was not.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cryptography import x509
from lxml import etree

from oots.edelivery.profile import ATTACHMENT_CONTENT, EXCLUSIVE_C14N, SecurityHeader, SignedDigest
from oots.edelivery.shape import REFERENCE_TO_TOKEN, SHA256, TOKEN, TOKEN_REFERENCE, ds
from oots.edelivery.signature import expect_signature, octets_of
from oots.edelivery.soap import ENVELOPE, HEADER, SECURITY, WSU_ID
from oots.wire.xml import parse

_INCLUSIVE_NAMESPACES: Final = f"{{{EXCLUSIVE_C14N}}}InclusiveNamespaces"
_SIGNATURE: Final = frozenset(
    {
        *map(ds, ("Signature", "SignedInfo", "SignatureValue", "KeyInfo", "CanonicalizationMethod", "SignatureMethod")),
        *map(ds, ("Reference", "Transforms", "Transform", "DigestMethod", "DigestValue")),
        *(TOKEN, TOKEN_REFERENCE, REFERENCE_TO_TOKEN, SECURITY, _INCLUSIVE_NAMESPACES),
    }
)
"""The elements of which a signature of the profile is made."""


class Cover(StrEnum):
    """How an element of an envelope stands to the signature.

    SIGNED: a reference covers it with the digest that it has, in a signature that holds. CHANGED: a reference points to
    it, and digest or signature do not hold. SIGNATURE: it is a piece of the signature. WRAPPER: envelope and header,
    which hold the others together. UNSIGNED: nobody has signed it. LEFT_OUT, never of an element: it stands in what a
    reference covers, and the canonical form leaves it out (exclusive canonical XML without comments).
    """

    SIGNED = "signed"
    CHANGED = "changed"
    SIGNATURE = "signature"
    WRAPPER = "wrapper"
    UNSIGNED = "unsigned"
    LEFT_OUT = "left-out"


@dataclass(frozen=True, slots=True)
class Reference:
    """One `ds:Reference`. `element` is the local name of what it points to, None for an attachment and where there is
    no such element, or more than one; `signed` is the base64 digest that it states, `computed` the one of what is
    there, None where that is not kept or cannot be computed. `inclusive` are the prefixes of its PrefixList."""

    uri: str
    transforms: tuple[str, ...]
    algorithm: str
    signed: str
    computed: str | None
    element: str | None
    inclusive: frozenset[str] = frozenset()

    @property
    def agrees(self) -> bool | None:
        return None if self.computed is None else self.computed == self.signed


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a signature covers. `covers` and `inclusive` have an item for each element of the envelope, in document
    order: how it stands to the signature, and of which prefixes the reference over it takes declarations along that
    nothing uses (PrefixList). `problem` says why the signature over the references does not hold, None where it does.
    Who made it is not looked at."""

    references: tuple[Reference, ...]
    covers: tuple[Cover, ...]
    inclusive: tuple[frozenset[str], ...]
    canonicalization: str
    method: str
    certificate: x509.Certificate | None
    problem: str | None

    @property
    def attachments(self) -> tuple[Reference, ...]:
        return tuple(each for each in self.references if each.uri.startswith("cid:"))


def coverage_of(envelope: bytes, attachments: Mapping[str, bytes]) -> Coverage:
    """What the one signature of a SOAP envelope covers; `attachments` are the octets that are at hand, by `cid:` URI.

    Raises MessageError for what is no acceptable XML.
    """
    root = parse(envelope)
    signature = _signature_in(root)
    if signature is None:
        return Coverage((), *_covers(root, {}), "", "", None, "there is not exactly one signature in its place")
    signed_info = signature.find(ds("SignedInfo"))
    found = [] if signed_info is None else signed_info.findall(ds("Reference"))
    targets = {each.get("URI", ""): _target(root, each.get("URI", "")) for each in found}
    references = tuple(_reference(each, targets[each.get("URI", "")], attachments) for each in found)
    certificate = _certificate(signature)
    problem = _problem(signature, references, certificate)
    marked = {
        targets[each.uri]: (Cover.SIGNED if each.agrees and problem is None else Cover.CHANGED, each.inclusive)
        for each in references
        if targets[each.uri] is not None
    }
    return Coverage(
        references,
        *_covers(root, marked),
        _algorithm(signed_info, "CanonicalizationMethod"),
        _algorithm(signed_info, "SignatureMethod"),
        certificate,
        problem,
    )


def _signature_in(root: etree._Element) -> etree._Element | None:
    found = root.findall(f"{HEADER}/{SECURITY}/{ds('Signature')}")
    return found[0] if len(found) == 1 and root.tag == ENVELOPE else None


def _target(root: etree._Element, uri: str) -> etree._Element | None:
    """The one element to which a reference within the envelope points."""
    if not uri.startswith("#"):
        return None
    found = [each for each in root.iter("*") if uri[1:] in (each.get(WSU_ID), each.get("Id"), each.get("id"))]
    return found[0] if len(found) == 1 else None


def _reference(reference: etree._Element, target: etree._Element | None, attachments: Mapping[str, bytes]) -> Reference:
    uri = reference.get("URI", "")
    transforms = reference.findall(f"{ds('Transforms')}/{ds('Transform')}")
    names = tuple(each.get("Algorithm", "") for each in transforms)
    algorithm = _algorithm(reference, "DigestMethod")
    octets: bytes | None = None
    prefixes: list[str] = []
    if target is not None and names == (EXCLUSIVE_C14N,):
        prefixes = _prefixes(transforms[0])
        octets = _canonical(target, prefixes)
    elif names == (ATTACHMENT_CONTENT,):
        octets = attachments.get(uri)
    computed = (
        b64encode(hashlib.sha256(octets).digest()).decode() if octets is not None and algorithm == SHA256 else None
    )
    signed = "".join(reference.findtext(ds("DigestValue"), "").split())
    element = None if target is None else etree.QName(target).localname
    return Reference(uri, names, algorithm, signed, computed, element, frozenset(prefixes))


def _canonical(element: etree._Element, prefixes: list[str]) -> bytes | None:
    try:
        return octets_of(element, prefixes)
    except etree.LxmlError:  # a namespace without a scheme, or a list of prefixes that is none
        return None


def _algorithm(holder: etree._Element | None, name: str) -> str:
    found = None if holder is None else holder.find(ds(name))
    return "" if found is None else found.get("Algorithm", "")


def _prefixes(method: etree._Element | None) -> list[str]:
    found = None if method is None else method.find(_INCLUSIVE_NAMESPACES)
    return [] if found is None else found.get("PrefixList", "").split()


def _certificate(signature: etree._Element) -> x509.Certificate | None:
    before = next(signature.itersiblings(TOKEN, preceding=True), None)
    token = "" if before is None else before.text or ""
    try:
        return x509.load_der_x509_certificate(b64decode("".join(token.split()), validate=True))
    except ValueError:
        return None


def _problem(
    signature: etree._Element, references: tuple[Reference, ...], certificate: x509.Certificate | None
) -> str | None:
    signed_info = signature.find(ds("SignedInfo"))
    if certificate is None or signed_info is None:
        return "the signature has no certificate, or nothing that it signs"
    method = signed_info.find(ds("CanonicalizationMethod"))
    try:
        expect_signature(
            SecurityHeader(
                b"",
                signed_info,
                _algorithm(signed_info, "SignatureMethod"),
                b64decode("".join(signature.findtext(ds("SignatureValue"), "").split()), validate=True),
                tuple(SignedDigest(each.uri, each.signed) for each in references),
                {"": _prefixes(method)},
            ),
            certificate,
        )
    except Exception as fault:  # as `verify`: lxml, cryptography and base64 let theirs through; none is a yes
        return f"the signature does not hold ({type(fault).__name__})"
    return None


_Marked = Mapping[etree._Element | None, tuple[Cover, frozenset[str]]]
"""How what a reference points to stands to the signature, and which prefixes it takes along."""


def _covers(root: etree._Element, marked: _Marked) -> tuple[tuple[Cover, ...], tuple[frozenset[str], ...]]:
    found = list(_cover_below(root, marked))
    return tuple(cover for cover, _ in found), tuple(prefixes for _, prefixes in found)


def _cover_below(root: etree._Element, marked: _Marked) -> Iterator[tuple[Cover, frozenset[str]]]:
    """Of an element and all below it; what a reference covers it covers as a whole."""
    stack: list[tuple[etree._Element, tuple[Cover, frozenset[str]] | None]] = [(root, None)]
    while stack:
        each, around = stack.pop()
        covered = around or marked.get(each)
        yield covered or (_unmarked(each), frozenset())
        stack += [(child, covered) for child in reversed(each) if isinstance(child.tag, str)]


def _unmarked(element: etree._Element) -> Cover:
    """What no reference points to: a piece of the signature only where all around it is one too."""
    parent = element.getparent()
    if element.tag == ENVELOPE and parent is None:
        return Cover.WRAPPER
    if element.tag == HEADER and parent is not None and parent.getparent() is None:
        return Cover.WRAPPER
    within = parent
    while within is not None and within.tag in _SIGNATURE - {SECURITY}:
        within = within.getparent()
    at_home = element.tag == SECURITY or (within is not None and within.tag == SECURITY)
    return Cover.SIGNATURE if element.tag in _SIGNATURE and at_home else Cover.UNSIGNED
