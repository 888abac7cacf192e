"""The header of a message and that of the message before it: a second request or an answer (TDD 4.7 and 4.9)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from oots.model.identifiers import is_uuid
from oots.rules.checks.asking import quoted
from oots.rules.pairs.header import (
    EXCHANGE,
    FINAL_RECIPIENT,
    ORIGINAL_SENDER,
    SPECIFICATION_PROPERTY,
    Header,
    text_in,
)
from oots.rules.pairs.lookup import shown
from oots.rules.pairs.pair import FIRST, NEWEST, Broken, PairRule, judge_pair, pair_rule
from oots.rules.rule import Finding, Severity

FATAL, WARNING = Severity.FATAL, Severity.WARNING


@dataclass(frozen=True, slots=True)
class LaterHeader:
    """The header of a message and that of the message before it in the same exchange."""

    later: Header
    earlier: Header


def second_header(second: etree._Element, first: etree._Element) -> tuple[Finding, ...]:
    """What the header of a second request breaks of that of the first; places are in the second."""
    return _judge_headers(SECOND_HEADER_RULES, second, first)


def answer_header(answer: etree._Element, request: etree._Element) -> tuple[Finding, ...]:
    """What the header of an answer breaks of that of its request; places are in that of the answer."""
    return _judge_headers(ANSWER_HEADER_RULES, answer, request)


def _judge_headers(
    rules: tuple[PairRule[LaterHeader], ...], later: etree._Element, earlier: etree._Element
) -> tuple[Finding, ...]:
    """By the rules of 2.0 wherever the later header has a property that came with it, whatever version that names."""
    header = Header.of(later)
    added = (header.message_property(name) for name in (EXCHANGE, SPECIFICATION_PROPERTY))
    version = FIRST[0] if all(each is None for each in added) else NEWEST[0]
    return judge_pair(rules, LaterHeader(header, Header.of(earlier)), version)


@pair_rule("CNV-001", FATAL, "4.7", "All messages of a user's session must have the same ConversationId.")
def same_conversation(pair: LaterHeader) -> Iterator[Broken]:
    """Fatal: it ties the messages of one session of one user. A reply to what is no UUID may take another."""
    at = pair.later.at("CollaborationInfo", "ConversationId")
    yield from _other_text(at, pair.earlier.text("CollaborationInfo", "ConversationId"), is_uuid)


@pair_rule("CNV-002", FATAL, "4.7", "All messages about one evidence must have the same ExchangeId.", NEWEST)
def same_exchange(pair: LaterHeader) -> Iterator[Broken]:
    """Fatal: it ties the two round trips of a preview. The property came with 2.0; what is no UUID ties nothing."""
    yield from _other_text(pair.later.message_property(EXCHANGE), pair.earlier.property_text(EXCHANGE), is_uuid)


@pair_rule("CNV-003", FATAL, "4.7", "All messages of an exchange must name the same version in their headers.", NEWEST)
def same_specification(pair: LaterHeader) -> Iterator[Broken]:
    """Fatal: an answer speaks the version of its request, and a second request repeats the first. The header of a
    refused request may have named another version than its document: an exception is not judged."""
    if pair.later.text("CollaborationInfo", "Action") != "ExceptionResponse":
        at = pair.later.message_property(SPECIFICATION_PROPERTY)
        yield from _other_text(at, pair.earlier.property_text(SPECIFICATION_PROPERTY))


def _other_text(at: etree._Element | None, expected: str, counts: Callable[[str], bool] = bool) -> Iterator[Broken]:
    """Broken where both say something, the earlier one what `counts`, and it is not the same."""
    if at is not None and counts(expected) and text_in(at) != expected:
        yield Broken(at, quoted(text_in(at)))


@pair_rule("CNV-004", FATAL, "4.7", "Every message must have a MessageId of its own.")
def new_message(pair: LaterHeader) -> Iterator[Broken]:
    """Fatal: the access points drop a message whose id they have seen, and receipts name messages by it."""
    at, earlier = pair.later.at("MessageInfo", "MessageId"), pair.earlier.text("MessageInfo", "MessageId")
    if at is not None and earlier and text_in(at) == earlier:
        yield Broken(at, quoted(earlier))


@pair_rule("CNV-005", FATAL, "4.9", "A second request must have the originalSender and finalRecipient of the first.")
def same_corners(pair: LaterHeader) -> Iterator[Broken]:
    """Fatal: the preview is bound to the two authorities."""
    yield from _other_corners(pair, {name: name for name in (ORIGINAL_SENDER, FINAL_RECIPIENT)})


@pair_rule("CNV-006", WARNING, "4.9", "A second request should go between the access points of the first.")
def same_access_points(pair: LaterHeader) -> Iterator[Broken]:
    """A warning: an authority can move to another access point in the meantime, but seldom within a session."""
    yield from _other_access_points(pair, {"From": "From", "To": "To"})


@pair_rule("CNV-007", FATAL, "4.7", "An answer must swap the originalSender and finalRecipient of its request.")
def corners_swapped(pair: LaterHeader) -> Iterator[Broken]:
    """Fatal: it goes back to the authority that asked, from the one that was asked."""
    yield from _other_corners(pair, {ORIGINAL_SENDER: FINAL_RECIPIENT, FINAL_RECIPIENT: ORIGINAL_SENDER})


@pair_rule("CNV-008", FATAL, "4.7", "An answer must go back between the access points of its request.")
def access_points_swapped(pair: LaterHeader) -> Iterator[Broken]:
    """Fatal: all four corners swap."""
    yield from _other_access_points(pair, {"From": "To", "To": "From"})


def _other_corners(pair: LaterHeader, as_in: Mapping[str, str]) -> Iterator[Broken]:
    """`as_in` says which corner of the earlier header each of the later one must be."""
    for name, other in as_in.items():
        at, found, expected = pair.later.message_property(name), pair.later.corner(name), pair.earlier.corner(other)
        if at is not None and found is not None and expected is not None and found != expected:
            yield Broken(at, shown(found))


def _other_access_points(pair: LaterHeader, as_in: Mapping[str, str]) -> Iterator[Broken]:
    for side, other in as_in.items():
        at = pair.later.at("PartyInfo", side, "PartyId")
        found, expected = pair.later.access_point(side), pair.earlier.access_point(other)
        if at is not None and found is not None and expected is not None and found != expected:
            yield Broken(at, shown(found))


@pair_rule("CNV-009", WARNING, "4.7", "An answer that refers to a message should refer to its request.")
def refers_to_the_request(pair: LaterHeader) -> Iterator[Broken]:
    """A warning: OOTS ties answers by requestId, and its headers need no RefToMessageId."""
    yield from _other_text(
        pair.later.at("MessageInfo", "RefToMessageId"), pair.earlier.text("MessageInfo", "MessageId")
    )


_LATER_HEADER_RULES: Final = (same_conversation, same_exchange, same_specification, new_message)
SECOND_HEADER_RULES: Final[tuple[PairRule[LaterHeader], ...]] = (*_LATER_HEADER_RULES, same_corners, same_access_points)
ANSWER_HEADER_RULES: Final[tuple[PairRule[LaterHeader], ...]] = (
    *_LATER_HEADER_RULES,
    corners_swapped,
    access_points_swapped,
    refers_to_the_request,
)
