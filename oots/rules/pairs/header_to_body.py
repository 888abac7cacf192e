"""An ebMS header and the document that it carries (TDD 4.7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from oots.rules.checks.asking import quoted
from oots.rules.pairs.header import (
    FINAL_RECIPIENT,
    ORIGINAL_SENDER,
    SPECIFICATION_PROPERTY,
    Header,
    bare,
    part_id,
    part_property,
    text_in,
)
from oots.rules.pairs.lookup import (
    SPECIFICATION,
    documents,
    identifier,
    is_error,
    named,
    provider_in,
    references,
    requester_in,
    shown,
    slot_text,
    text,
    version_in,
)
from oots.rules.pairs.pair import Broken, PairRule, judge_pair, pair_rule
from oots.rules.place import tag
from oots.rules.rule import Finding, Severity

FATAL, WARNING = Severity.FATAL, Severity.WARNING
GZIP: Final = "application/gzip"


@dataclass(frozen=True, slots=True)
class HeaderToBody:
    """A header, its document and, where that is known, the media type of every part that travelled, by content id."""

    header: Header
    body: etree._Element
    parts: Mapping[str, str] | None

    @property
    def is_request(self) -> bool:
        return self.body.tag == tag("QueryRequest")

    @property
    def action(self) -> str | None:
        """The action that fits the document; None for a document that is none of an exchange."""
        if self.is_request:
            return "ExecuteQueryRequest"
        if self.body.tag != tag("QueryResponse"):
            return None
        return "ExceptionResponse" if is_error(self.body) else "ExecuteQueryResponse"


def header_to_body(
    messaging: etree._Element, body: etree._Element, parts: Mapping[str, str] | None = None
) -> tuple[Finding, ...]:
    """What a header breaks of the document that it carries; places are in the header.

    `messaging` is `eb:Messaging` or the envelope around it. `parts` has the media type of every MIME part but the
    envelope, as carried, by its content id (`left@right`); None where nobody knows how the message travelled.
    """
    return judge_pair(HEADER_RULES, HeaderToBody(Header.of(messaging), body, parts), version_in(body))


@pair_rule(
    "HDR-001", FATAL, "4.7", "The action of the header must be that of the document: request, response or error."
)
def action(pair: HeaderToBody) -> Iterator[Broken]:
    """Fatal: the receiver treats the message by its action."""
    at = pair.header.at("CollaborationInfo", "Action")
    if at is not None and pair.action is not None and text_in(at) != pair.action:
        yield Broken(at, quoted(text_in(at)))


@pair_rule(
    "HDR-002", FATAL, "4.7", "The originalSender must be the requester of a request, the provider of a response."
)
def original_sender(pair: HeaderToBody) -> Iterator[Broken]:
    """Fatal: the first corner is the authority in whose name the document speaks."""
    if pair.is_request:
        yield from _other_corner(pair.header, ORIGINAL_SENDER, requester_in(pair.body))
    elif not is_error(pair.body):
        yield from _other_corner(pair.header, ORIGINAL_SENDER, provider_in(pair.body))


@pair_rule("HDR-003", FATAL, "4.7", "The finalRecipient must be the provider that is asked or the requester answered.")
def final_recipient(pair: HeaderToBody) -> Iterator[Broken]:
    """Fatal: the fourth corner is the authority to which the document speaks."""
    if pair.is_request:
        yield from _other_corner(pair.header, FINAL_RECIPIENT, named(pair.body, "EvidenceProvider"))
    elif not is_error(pair.body):
        yield from _other_corner(pair.header, FINAL_RECIPIENT, named(pair.body, "EvidenceRequester"))


@pair_rule("HDR-004", WARNING, "4.7", "The corners of an error should be its error provider and its requester.")
def corners_of_an_error(pair: HeaderToBody) -> Iterator[Broken]:
    """A warning: a platform may emit the error, and its header goes back by that of a request whose header and
    document perhaps disagreed."""
    if is_error(pair.body) and not pair.is_request:
        yield from _other_corner(pair.header, ORIGINAL_SENDER, named(pair.body, "ErrorProvider"))
        yield from _other_corner(pair.header, FINAL_RECIPIENT, named(pair.body, "EvidenceRequester"))


def _other_corner(header: Header, name: str, agent: etree._Element | None) -> Iterator[Broken]:
    at, found, expected = header.message_property(name), header.corner(name), identifier(agent)
    if at is not None and found is not None and expected is not None and found != expected:
        yield Broken(at, shown(found))


@pair_rule("HDR-005", FATAL, "4.7", "A header that names its version must name that of the document.")
def specification(pair: HeaderToBody) -> Iterator[Broken]:
    """Fatal: header and body that disagree are an invalid message. 1.x names no version in its header."""
    at, expected = pair.header.message_property(SPECIFICATION_PROPERTY), slot_text(pair.body, SPECIFICATION)
    if at is not None and expected and text_in(at) != expected:
        yield Broken(at, quoted(text_in(at)))


@pair_rule("HDR-006", FATAL, "4.7", "The header must have a part for every evidence that the document refers to.")
def references_are_parts(pair: HeaderToBody) -> Iterator[Broken]:
    """Fatal: evidence without a part is not in the message, or travels unsaid. The first part is the document."""
    announced = {part_id(part) for part in pair.header.parts[1:]}
    missing = [name for name, _ in references(pair.body) if name not in announced]
    yield from (Broken(pair.header.payload, f"no part {quoted(name)}") for name in missing)


@pair_rule("HDR-007", FATAL, "4.7", "The document must refer to every part of the header after the first.")
def parts_are_references(pair: HeaderToBody) -> Iterator[Broken]:
    """Fatal: nobody can say what a part is that the document does not speak of."""
    referred = {name for name, _ in references(pair.body)}
    yield from (
        Broken(part, quoted(part.get("href", "")), "href")
        for part in pair.header.parts[1:]
        if part_id(part) not in referred
    )


@pair_rule("HDR-008", FATAL, "4.7", "A message must have as many parts as its document and the evidence in it.")
def as_many_parts(pair: HeaderToBody) -> Iterator[Broken]:
    """Fatal: a part that stands twice, or evidence that is referred to twice, leaves open which is meant. A header
    that has no parts at all is a matter of the header rules."""
    found, expected = len(pair.header.parts), 1 + len(references(pair.body))
    if found and found != expected:
        yield Broken(pair.header.payload, f"{found} parts instead of {expected}")


@pair_rule(
    "HDR-009", FATAL, "4.7", "The MimeType of a part must be the format that the document gives to its evidence."
)
def format_of_part(pair: HeaderToBody) -> Iterator[Broken]:
    """Fatal: of two types for the same bytes one is wrong."""
    formats = _formats(pair.body)
    for part in pair.header.parts[1:]:
        stated, expected = part_property(part, "MimeType"), formats.get(part_id(part), "")
        if stated and expected and bare(stated) != bare(expected):
            yield Broken(part, quoted(stated))


def _formats(body: etree._Element) -> dict[str, str]:
    """The format of every evidence by its content id."""
    return {
        name: text(document.metadata, "Distribution", "Format")
        for document in documents(body)
        for name, _ in references(document.entry)
    }


@pair_rule("HDR-010", FATAL, "4.7", "The parts of the header must be those that the message carries.")
def parts_are_carried(pair: HeaderToBody) -> Iterator[Broken]:
    """Fatal: what is announced and not there is lost, and what is there unannounced is signed by nobody."""
    if pair.parts is None:
        return
    announced = Counter(map(part_id, pair.header.parts))
    yield from (
        Broken(pair.header.payload, f"{quoted(name)} is not carried") for name in announced - Counter(list(pair.parts))
    )
    unsaid = [name for name in pair.parts if name not in announced]
    yield from (Broken(pair.header.payload, f"{quoted(name)} is carried unsaid") for name in unsaid)


@pair_rule("HDR-011", FATAL, "4.7", "A part must travel as the media type that the header states, or compressed.")
def carried_type(pair: HeaderToBody) -> Iterator[Broken]:
    """Fatal: the receiver could not tell which is right. A compressed part travels as application/gzip."""
    for part in pair.header.parts:
        carried, stated = (pair.parts or {}).get(part_id(part)), part_property(part, "MimeType")
        if carried is None or not stated:
            continue
        compressed = [GZIP] if part_property(part, "CompressionType") == GZIP else []
        if bare(carried) not in (bare(stated), *compressed):
            yield Broken(part, f"{quoted(carried)} for {quoted(stated)}")


HEADER_RULES: Final[tuple[PairRule[HeaderToBody], ...]] = (
    action,
    original_sender,
    final_recipient,
    corners_of_an_error,
    specification,
    references_are_parts,
    parts_are_references,
    as_many_parts,
    format_of_part,
    parts_are_carried,
    carried_type,
)
