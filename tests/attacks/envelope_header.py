"""Attacks with an ebMS header that is none of OOTS, signed by the partner as it is."""

from __future__ import annotations

from copy import deepcopy
from functools import partial

from lxml import etree

from oots.edelivery.soap import MESSAGING, eb
from tests.support.attacks import Area
from tests.support.changes import INVALID_HEADER, MIME_INCONSISTENCY, before_signing, named, one

header = partial(before_signing, Area.ENVELOPE, told=INVALID_HEADER)


def repeat(root: etree._Element, name: str) -> None:
    """Repeat the first element of that ebMS name within its parent."""
    element = named(root, name)
    parent = element.getparent()
    assert parent is not None
    parent.append(deepcopy(element))


@header(why="one eb:UserMessage and nothing else")
def a_second_user_message(root: etree._Element) -> None:
    """Sends two user messages under one signature, the second without parts, for a reader that takes the last."""
    second = deepcopy(named(root, "UserMessage"))
    second.remove(named(second, "PayloadInfo"))
    one(root, MESSAGING).append(second)


@header(why="one eb:UserMessage and nothing else")
def a_signal_beside_the_user_message(root: etree._Element) -> None:
    """Adds a signal to the user message, so that one message is a receipt as well."""
    etree.SubElement(one(root, MESSAGING), eb("SignalMessage"))


@header(why="one eb:UserMessage and nothing else")
def an_inclusion_of_a_file(root: etree._Element) -> None:
    """Has a local file included by XInclude into the header."""
    include = etree.SubElement(one(root, MESSAGING), "{http://www.w3.org/2001/XInclude}include")
    include.set("href", "file:///etc/hostname")
    include.set("parse", "text")


@header(why="MessageId is not of the form left@right")
def a_message_id_without_a_domain(root: etree._Element) -> None:
    """Uses a message id that is not of the form left@right."""
    named(root, "MessageId").text = "message-1"


@header(why="MessageId is not of the form left@right")
def a_line_of_the_log_in_a_message_id(root: etree._Element) -> None:
    """Writes line ends and a forged log line into the message id."""
    named(root, "MessageId").text = "a@b\r\n2026-09-01 INFO evidence released"


@header(why="MessageId is not of the form left@right")
def a_path_as_message_id(root: etree._Element) -> None:
    """Uses a message id that climbs out of a folder."""
    named(root, "MessageId").text = "../../keys/ap-dk-01.key.pem@ap-lt-01.oots.example"


@header(why="MessageId is not of the form left@right")
def a_message_id_in_letters_that_look_alike(root: etree._Element) -> None:
    """Spells the message id with Cyrillic letters that look like Latin ones."""
    named(root, "MessageId").text = "\u0430\u0435@ap-lt-01.oots.example"


@header(why="2 elements MessageId")
def two_message_ids(root: etree._Element) -> None:
    """Repeats the message id, so that replay could be judged by one and recorded under the other."""
    repeat(root, "MessageId")


@header(why="RefToMessageId is not of the form left@right")
def a_reference_that_is_no_message_id(root: etree._Element) -> None:
    """Refers to an earlier message by a line of a log."""
    reference = etree.SubElement(named(root, "MessageInfo"), eb("RefToMessageId"))
    reference.text = "a@b\nforged"


@header(why="no time with a zone")
def a_time_without_a_zone(root: etree._Element) -> None:
    """Leaves the zone out of the time, so that each side may think of its own."""
    named(root, "Timestamp").text = "2026-09-01T08:30:00"


@header(why="no time with a zone")
def a_month_that_does_not_exist(root: etree._Element) -> None:
    """Dates the message in the thirteenth month."""
    named(root, "Timestamp").text = "2026-13-01T08:30:00Z"


@header(why="no time with a zone")
def a_time_in_words(root: etree._Element) -> None:
    """Dates the message yesterday, in words."""
    named(root, "Timestamp").text = "yesterday"


@header(why="0 elements Timestamp")
def no_time_at_all(root: etree._Element) -> None:
    """Leaves the time out."""
    named(root, "MessageInfo").remove(named(root, "Timestamp"))


@header(why="0 elements PartyInfo")
def no_parties(root: etree._Element) -> None:
    """Leaves sender and receiver out."""
    named(root, "UserMessage").remove(named(root, "PartyInfo"))


@header(why="2 elements PartyId")
def a_second_sender(root: etree._Element) -> None:
    """Names a second party as the sender, so that one could be checked and the other believed."""
    repeat(root, "PartyId")


@header(why="From names no OOTS access point")
def a_sender_without_a_name(root: etree._Element) -> None:
    """Leaves the id of the sending party empty."""
    named(root, "PartyId").text = ""


@header(why="From names no OOTS access point")
def a_sender_of_another_network(root: etree._Element) -> None:
    """Types the sender's id as one of another network, in which the same name belongs to somebody else."""
    named(root, "PartyId").set("type", "urn:oasis:names:tc:ebcore:partyid-type:unregistered:other")


@header(why="another role than gateway")
def a_role_that_is_no_gateway(root: etree._Element) -> None:
    """Takes on another ebMS role than that of a gateway."""
    named(root, "Role").text = "http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/initiator"


@header(why="not the OOTS query manager")
def another_service(root: etree._Element) -> None:
    """Asks for a service that is not the query manager."""
    named(root, "Service").text = "http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/service"


@header(why="not the OOTS query manager")
def a_service_of_another_type(root: etree._Element) -> None:
    """Types the service as something else."""
    named(root, "Service").set("type", "urn:other")


@header(why="the action is none of OOTS")
def an_action_that_does_not_exist(root: etree._Element) -> None:
    """Asks for an action that OOTS does not have."""
    named(root, "Action").text = "DeleteEverything"


@header(why="2 elements Action")
def two_actions(root: etree._Element) -> None:
    """Repeats the action, so that one could be checked and the other done."""
    repeat(root, "Action")


@header(why="0 elements ConversationId")
def no_conversation(root: etree._Element) -> None:
    """Leaves the conversation out."""
    named(root, "CollaborationInfo").remove(named(root, "ConversationId"))


@before_signing(Area.ENVELOPE, told=MIME_INCONSISTENCY, why="not the same set")
def two_user_messages_with_the_same_part(root: etree._Element) -> None:
    """Sends two user messages under one signature, each of which names the one part."""
    repeat(root, "UserMessage")
