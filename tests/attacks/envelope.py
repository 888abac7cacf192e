"""Attacks on the shape of the SOAP envelope: signed parts moved aside, evil ones in their place."""

from __future__ import annotations

from copy import deepcopy

from lxml import etree

from oots.edelivery.soap import HEADER, MESSAGING, WSU_ID, eb
from tests.support.attacks import Area, Refused, attack
from tests.support.doors import Door, altered, provider_door

FAILED_AUTHENTICATION = "EBMS:0101"
INVALID_HEADER = "EBMS:0009"


def one(root: etree._Element, tag: str) -> etree._Element:
    (found,) = root.iter(tag)
    return found


def evil(root: etree._Element, identifier: str) -> etree._Element:
    """A copy of the signed header that names another exchange."""
    copy = deepcopy(one(root, MESSAGING))
    copy.set(WSU_ID, identifier)
    one(copy, eb("ConversationId")).text = "00000000-0000-4000-8000-0000000000ff"
    return copy


@attack(Area.ENVELOPE, provider_door, told=INVALID_HEADER, why="eb:Messaging once")
def an_evil_header_before_the_signed_one(door: Door) -> Refused:
    """Puts a second eb:Messaging before the signed one, for a reader that takes the first."""
    message = door.sealed()
    return door.refused(*altered(message, lambda root: one(root, HEADER).insert(0, evil(root, "evil"))))
