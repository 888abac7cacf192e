"""Replay and time: what was captured is sent again, ids are used twice, clocks are turned."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from lxml import etree

from oots.edelivery.header import PARTY_TYPE, UserMessage
from oots.edelivery.message import SealedMessage
from oots.edelivery.signal import SignalKind, read_signal
from oots.edelivery.soap import eb
from oots.exchange.conversation import ProviderState
from oots.exchange.journal import Entry
from oots.model.identifiers import Identifier
from oots.model.request import EvidenceRequest, PreviewVisit
from oots.wire import request as requests
from tests.support.answers_door import RECEIPT_ALONE
from tests.support.attacks import Area, Refused, attack
from tests.support.doors import Door, attachments_of, listen, provider_door, same_provider_door, signed_anew
from tests.support.two_sides import PORTAL, SOLVEJ

FAILED_AUTHENTICATION = "EBMS:0101"
INVALID_HEADER = "EBMS:0009"
INVALID_REQUEST = "EDM:ERR:0003"
FIRST_RECEIPT = "the first receipt"
USED_BEFORE = "the request id has been used before"


def without_second_effect(door: Door, message: SealedMessage) -> Refused:
    """Post it once more: the receipt that was given for it, and nothing but a line that says so."""
    exchange_id = message.header.exchange_id
    with door.store.begin() as unit:
        given = unit.received(message.header.sender.value, message.message_id)
    assert given is not None, "this is the first time"
    log, rows = door.log(exchange_id), door._rows()
    assert door.point.receive(message.content_type, message.body) == given.receipt
    (line,) = door.log(exchange_id)[len(log) :]
    assert line.entry is Entry.DUPLICATE_RECEIVED
    assert door._rows() == rows
    return Refused(FIRST_RECEIPT, "exchange.access_point.AccessPoint._take", line.entry)


def passed_over(door: Door, first: SealedMessage, again: SealedMessage) -> Refused:
    """Post the same request in another message: a receipt, and a line with the first one that says so."""
    door.point.tick()
    log, answers = door.log(first.header.exchange_id), len(door.town.wire.heard)
    taken(door, again)
    door.point.tick()
    (line,) = door.log(first.header.exchange_id)[len(log) :]
    assert len(door.town.wire.heard) == answers, "it was answered a second time"
    return Refused(RECEIPT_ALONE, "provider.service.EvidenceProvider._repeat", line.entry)


def only_here(refused: Refused) -> Refused:
    """Refused for what the access point knows: nobody can tell from the bytes alone."""
    return replace(refused, sent=None)


def bytes_of(message: SealedMessage) -> tuple[str, bytes]:
    return message.content_type, message.body


def taken(door: Door, message: SealedMessage) -> SealedMessage:
    """The message after it has been receipted."""
    assert read_signal(door.point.receive(message.content_type, message.body)).kind is SignalKind.RECEIPT
    return message


def asking(door: Door, request: EvidenceRequest, of: UserMessage | None = None) -> SealedMessage:
    """The request as a message of the portal."""
    return door.sealed(of or door.header(), door.part(requests.encode(request)))


def second(door: Door, exchange_id: str, **changes: object) -> EvidenceRequest:
    """A lawful request 2 of an exchange that has been offered a preview."""
    progress = door.town.requester.progress(exchange_id)
    assert progress.offer is not None
    visit = PreviewVisit(progress.offer.location, f"{PORTAL}/return/{exchange_id}")
    repeated = replace(progress.request, request_id=door.ids.uuid(), issued=door.now, preview=visit)
    return replace(repeated, **changes)  # type: ignore[arg-type]


def in_exchange(door: Door, exchange_id: str, **changes: object) -> UserMessage:
    """A header of that exchange and its conversation."""
    conversation_id = door.town.requester.progress(exchange_id).conversation_id
    return replace(door.header(), exchange_id=exchange_id, conversation_id=conversation_id, **changes)  # type: ignore[arg-type]


def dated(door: Door, timestamp: str) -> tuple[str, bytes]:
    """A lawful first request, with the Timestamp of its header written so before it is signed."""
    message = door.sealed()

    def change(root: etree._Element) -> None:
        (found,) = root.iter(eb("Timestamp"))
        found.text = timestamp

    return signed_anew(message.header, attachments_of(message), door.key(), change)


# --- messages ---


@attack(Area.REPLAY, same_provider_door, told=FIRST_RECEIPT, why="duplicate-received")
def the_same_message_again(door: Door) -> Refused:
    """Sends a captured request 1 a second time, byte for byte."""
    return without_second_effect(door, taken(door, door.sealed()))


@attack(Area.REPLAY, same_provider_door, told=FIRST_RECEIPT, why="duplicate-received")
def the_same_second_request_again(door: Door) -> Refused:
    """Sends a captured request 2 a second time, to have evidence sent without a decision."""
    exchange_id = door.town.ask()
    message = asking(door, second(door, exchange_id), in_exchange(door, exchange_id))
    return without_second_effect(door, taken(door, message))


@attack(Area.REPLAY, same_provider_door, told=FAILED_AUTHENTICATION, why="used for another message")
def another_message_under_a_used_id(door: Door) -> Refused:
    """Signs another request under a message id that has been receipted."""
    first = taken(door, door.sealed())
    other = door.sealed(door.header(message_id=first.message_id))
    return only_here(door.refused(*bytes_of(other)))


@attack(Area.REPLAY, same_provider_door, told=RECEIPT_ALONE, why="duplicate-received")
def a_used_message_id_in_other_letters(door: Door) -> Refused:
    """Signs a receipted request anew, with its message id in upper case, to have it taken for a new message."""
    of, part = door.header(), door.part()
    first = taken(door, door.sealed(of, part))
    left, _, right = of.message_id.partition("@")
    return passed_over(door, first, door.sealed(replace(of, message_id=f"{left.upper()}@{right}"), part))


@attack(Area.REPLAY, same_provider_door, told=INVALID_HEADER, why="addressed to AP_DK_01")
def a_captured_message_at_another_access_point(door: Door) -> Refused:
    """Sends a captured request to another municipality's access point, which knows its sender just as well."""
    message = taken(door, door.sealed())
    point = copy(door.point)
    point.party = Identifier(PARTY_TYPE, "AP_DK_02")
    return only_here(Door(door.town, door.waiting, point, door.store, door.caught).refused(*bytes_of(message)))


@attack(Area.REPLAY, same_provider_door, told=FAILED_AUTHENTICATION, why="unknown party AP_LT_01")
def a_captured_request_at_the_portal_that_sent_it(door: Door) -> Refused:
    """Sends a captured request back to the portal's own access point."""
    message = taken(door, door.sealed())
    portal = Door(door.town, door.waiting, door.town.requester_point, door.town.requester_store)
    listen(portal.point, portal.caught)
    return only_here(portal.refused(*bytes_of(message)))


# --- requests and exchanges ---


@attack(Area.REPLAY, same_provider_door, told=RECEIPT_ALONE, why="duplicate-received")
def the_same_request_in_another_message(door: Door) -> Refused:
    """Wraps a captured document, whose request id has been used, into a message of another exchange."""
    part = door.part()
    first = taken(door, door.sealed(door.header(), part))
    return passed_over(door, first, door.sealed(door.header(), part))


@attack(Area.REPLAY, same_provider_door, told=INVALID_REQUEST, why=USED_BEFORE)
def another_request_under_a_used_id(door: Door) -> Refused:
    """Asks for somebody else under a request id that has been used."""
    request = door.request()
    taken(door, asking(door, request))
    return door.refused_by_rule(asking(door, replace(request, subject=replace(SOLVEJ, given_name="Anders"))))


@attack(Area.REPLAY, same_provider_door, told=INVALID_REQUEST, why="R-EDM-REQ-S004")
def a_used_request_id_in_other_letters(door: Door) -> Refused:
    """Writes a used request id in upper case, which is the same UUID."""
    request = door.request()
    taken(door, asking(door, request))
    return door.refused_by_rule(asking(door, replace(request, request_id=request.request_id.upper())))


@attack(Area.REPLAY, same_provider_door, told=INVALID_REQUEST, why="the ExchangeId has been used before")
def a_used_exchange_id(door: Door) -> Refused:
    """Begins a second exchange under the id of one in which evidence waits."""
    return door.refused_by_rule(asking(door, door.request(), in_exchange(door, door.waiting)))


@attack(Area.REPLAY, same_provider_door, told=INVALID_REQUEST, why="R-EDM-ebMS-037")
def a_used_exchange_id_in_other_letters(door: Door) -> Refused:
    """Writes the id of an exchange in which evidence waits in upper case, which is the same UUID."""
    of = in_exchange(door, door.waiting)
    message = asking(door, door.request(), replace(of, exchange_id=door.waiting.upper()))
    return door.refused_by_rule(replace(message, header=of))


@attack(Area.REPLAY, same_provider_door, told=INVALID_REQUEST, why="the preview link has been used already")
def a_second_request_twice(door: Door) -> Refused:
    """Sends another request 2 for a preview that is open, to be sent back somewhere else."""
    exchange_id = door.town.ask()
    taken(door, asking(door, second(door, exchange_id), in_exchange(door, exchange_id)))
    return door.refused_by_rule(asking(door, second(door, exchange_id), in_exchange(door, exchange_id)))


@contextmanager
def door_after_a_decision(folder: Path) -> Iterator[Door]:
    """As the provider's door, with an exchange in which the person has declined."""
    with provider_door(folder) as door:
        token = door.town.to_preview(door.town.ask())
        assert door.town.space.admit(token, SOLVEJ)
        door.town.space.decide(token, [])
        door.town.run()
        yield door


@attack(Area.REPLAY, door_after_a_decision, told=INVALID_REQUEST, why="the preview link has been used already")
def a_second_request_after_the_decision(door: Door) -> Refused:
    """Sends another request 2 after the person has declined."""
    with door.town.provider_store.begin() as unit:
        (exchange_id,) = (kept.exchange_id for kept in unit.all() if kept.state == ProviderState.CLOSED)
    return door.refused_by_rule(asking(door, second(door, exchange_id), in_exchange(door, exchange_id)))


@attack(Area.REPLAY, same_provider_door, told=INVALID_REQUEST, why="R-EDM-ebMS-017")
def a_second_request_in_another_conversation(door: Door) -> Refused:
    """Takes the preview link of one session of a person over into another session."""
    of = in_exchange(door, door.waiting)
    request = second(door, door.waiting)
    return door.refused_by_rule(asking(door, request, replace(of, conversation_id=door.ids.uuid())))


@attack(Area.REPLAY, same_provider_door, told=INVALID_REQUEST, why="R-EDM-REQ-C005")
def a_second_request_in_another_exchange(door: Door) -> Refused:
    """Uses the preview link of one exchange in another one of the same person."""
    other = door.town.ask()
    return door.refused_by_rule(asking(door, second(door, door.waiting), in_exchange(door, other)))


# --- clocks ---


@attack(Area.REPLAY, same_provider_door, told=INVALID_HEADER, why="the timestamp is no time with a zone")
def a_timestamp_without_a_zone(door: Door) -> Refused:
    """Leaves the zone out of the header's time, so that it means another moment in each country."""
    return door.refused(*dated(door, f"{door.now:%Y-%m-%dT%H:%M:%S}"))


@attack(Area.REPLAY, same_provider_door, told=INVALID_HEADER, why="in the future")
def a_timestamp_six_minutes_ahead(door: Door) -> Refused:
    """Dates the header beyond what clocks may differ, to lengthen the limits that run from it."""
    return door.refused(*dated(door, f"{door.now + timedelta(minutes=6):%Y-%m-%dT%H:%M:%SZ}"))


@attack(Area.REPLAY, same_provider_door, told=INVALID_HEADER, why="in the future")
def a_timestamp_at_the_end_of_time(door: Door) -> Refused:
    """Dates the header at the last second that a calendar has, where adding to it overflows."""
    return door.refused(*dated(door, "9999-12-31T23:59:59Z"))
