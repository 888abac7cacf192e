"""What a message must have to do with those before it and with what it carries, judged at run time.

Each function returns the rules that are broken without harm, and raises MessageError for the first that refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from oots.edelivery.message import OpenedMessage, Part
from oots.exchange.journal import Note
from oots.model.content import opened, whole
from oots.rules.judgement import lawful
from oots.rules.pairs.answer import answer_to_request
from oots.rules.pairs.evidence import evidence_to_metadata
from oots.rules.pairs.header_to_body import header_to_body
from oots.rules.pairs.lookup import documents, references
from oots.rules.pairs.media_types import BEGINNING, is_judged_by_beginning
from oots.rules.pairs.second_request import second_request
from oots.rules.rule import Finding, Severity
from oots.wire.xml import parse

SignerOf = Callable[[Part], str | None]
"""Whose seal a piece of evidence bears, if it bears a valid one: the identifier of an authority."""


def header_carries(opened: OpenedMessage) -> tuple[Note, ...]:
    """The header against the document and the parts it carries."""
    types = {part.content_id: part.media_type for part in opened.parts}
    return noted(header_to_body(opened.messaging, parse(opened.document), types))


def evidence_is_as_described(document: bytes, parts: Sequence[Part], signer_of: SignerOf) -> tuple[Note, ...]:
    """Every piece of evidence against what the response says of it."""
    return noted(_about_evidence(document, {part.content_id: part for part in parts}, signer_of))


def _about_evidence(document: bytes, parts: dict[str, Part], signer_of: SignerOf) -> Iterable[Finding]:
    described = documents(parse(document))
    main = {each.package: each.metadata for each in described if each.is_main}
    for each in described:
        for content_id, _ in references(each.entry):
            if part := parts.get(content_id):
                yield from evidence_to_metadata(
                    each.metadata,
                    part.media_type,
                    _judged(part),
                    main=None if each.is_main else main.get(each.package),
                    signer=signer_of(part),
                )


def _judged(part: Part) -> bytes:
    """As much of a piece of evidence as its rules look at: what may be large is never wholly in memory."""
    if not is_judged_by_beginning(part.media_type):
        return whole(part.content)
    with opened(part.content) as reader:
        return reader.read(BEGINNING)


def answer_fits(answer: bytes, request: bytes) -> tuple[Note, ...]:
    """A response or error against the request that it answers."""
    return noted(answer_to_request(parse(answer), parse(request)))


def second_repeats_first(second: bytes, first: bytes, offer: bytes) -> tuple[Note, ...]:
    """A second request against the first, and against the error that offered the preview."""
    return noted(second_request(parse(second), parse(first), parse(offer)))


def noted(findings: Iterable[Finding]) -> tuple[Note, ...]:
    """The warnings among findings that refuse nothing; raises MessageError for the first that does."""
    return tuple(
        Note(each.rule, each.severity, each.expected) for each in lawful(findings) if each.severity is Severity.WARNING
    )
