"""The SOAP 1.2 envelope of an AS4 message: the names in it, how it is built and where its elements stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lxml import etree

from oots.edelivery.faults import failed_authentication, invalid_header
from oots.model.errors import MessageError
from oots.wire.namespaces import EB
from oots.wire.xml import parse

S12 = "http://www.w3.org/2003/05/soap-envelope"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
DS = "http://www.w3.org/2000/09/xmldsig#"
EBBP = "http://docs.oasis-open.org/ebxml-bp/ebbp-signals-2.0"

MEDIA_TYPE = "application/soap+xml"
CONTENT_TYPE = "application/soap+xml; charset=UTF-8"

ENVELOPE = f"{{{S12}}}Envelope"
HEADER = f"{{{S12}}}Header"
BODY = f"{{{S12}}}Body"
MUST_UNDERSTAND = f"{{{S12}}}mustUnderstand"
MESSAGING = f"{{{EB}}}Messaging"
SECURITY = f"{{{WSSE}}}Security"
WSU_ID = f"{{{WSU}}}Id"

MESSAGING_ID = "messaging"
BODY_ID = "body"

MOST_MARKUP = 2048
"""Tags, attributes and character references that an envelope may hold, each; one with 25 parts has some 500 tags."""

_BEGINNING = re.compile(
    rb"""(?:<\?xml\s+version\s*=\s*(["'])1\.0\1
         (?:\s+encoding\s*=\s*(["'])(?i:utf-8)\2)?
         (?:\s+standalone\s*=\s*(["'])(?:yes|no)\3)?\s*\?>\s*)?
        (?=<(?!\?xml\s))""",
    re.VERBOSE,
)

_NSMAP = {"S12": S12, "eb": EB, "wsse": WSSE, "wsu": WSU, "ds": DS, "ebbp": EBBP}


def eb(name: str) -> str:
    """The Clark name of an element of the ebMS header."""
    return f"{{{EB}}}{name}"


def add(
    parent: etree._Element, tag: str, text: str | None = None, attributes: Mapping[str, str] | None = None
) -> etree._Element:
    """Append an element with the given text and attributes, and return it."""
    child = etree.SubElement(parent, tag, dict(attributes or {}))
    child.text = text
    return child


def build(messages: Iterable[etree._Element]) -> etree._Element:
    """An unsigned envelope: `eb:Messaging` with the given ebMS messages, and an empty body."""
    root = etree.Element(ENVELOPE, nsmap=_NSMAP)
    header = add(root, HEADER)
    messaging = add(header, MESSAGING, attributes={MUST_UNDERSTAND: "true", WSU_ID: MESSAGING_ID})
    messaging.extend(messages)
    add(root, BODY, attributes={WSU_ID: BODY_ID})
    return root


def message_element(name: str) -> etree._Element:
    """An empty `eb:UserMessage` or `eb:SignalMessage`, for `build`."""
    return etree.Element(eb(name), nsmap=_NSMAP)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A parsed envelope; its elements were found by position, and nothing in it is believed yet."""

    root: etree._Element
    header: etree._Element
    messaging: etree._Element
    body: etree._Element

    @property
    def security(self) -> etree._Element:
        """The one `wsse:Security` header; raises TransportError (EBMS:0101) when it is missing or not alone."""
        found = self.header.findall(SECURITY)
        if len(found) != 1:
            raise failed_authentication(f"{len(found)} Security headers instead of one")
        return found[0]


def read(soap: bytes) -> Envelope:
    """Parse `Envelope(Header(Messaging, Security), Body())`; raises TransportError (EBMS:0009) for anything else."""
    _refuse_asides(soap)
    if any(soap.count(sign) > MOST_MARKUP for sign in (b"<", b"=", b"&")):
        raise invalid_header(f"more than {MOST_MARKUP} tags, attributes or character references in the envelope")
    try:
        root = parse(soap)
    except MessageError as fault:
        raise invalid_header(f"the envelope is no acceptable XML: {fault.why}") from None
    if root.tag != ENVELOPE or [child.tag for child in root] != [HEADER, BODY]:
        raise invalid_header("not a SOAP 1.2 envelope with one header and one body")
    return _located(root)


def _refuse_asides(soap: bytes) -> None:
    """Refuse what another parser could read in another way: one believes what an envelope says of its encoding, one
    keeps what canonicalisation drops."""
    beginning = _BEGINNING.match(soap)
    if beginning is None:
        raise invalid_header("the envelope must begin with a tag, or a declaration of XML 1.0 in UTF-8")
    if b"<!--" in soap:
        raise invalid_header("comments are not accepted in the envelope")
    if b"<?" in soap[beginning.end() :]:
        raise invalid_header("processing instructions are not accepted in the envelope")


def _located(root: etree._Element) -> Envelope:
    header, body = root
    messaging = header.findall(MESSAGING)
    if len(messaging) != 1 or not {child.tag for child in header} <= {MESSAGING, SECURITY}:
        raise invalid_header("the SOAP header must hold eb:Messaging once, wsse:Security and nothing else")
    if root.attrib or header.attrib or _has_text(root) or _has_text(header):
        raise invalid_header("attributes or text between the parts of the envelope")
    if len(body) or (body.text or "").strip():
        raise invalid_header("the SOAP body must be empty")
    return Envelope(root, header, messaging[0], body)


def _has_text(element: etree._Element) -> bool:
    return bool((element.text or "").strip()) or any((child.tail or "").strip() for child in element)
