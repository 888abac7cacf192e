"""Attacks on the shape of the SOAP envelope: signed parts moved aside, evil ones in their place."""

from __future__ import annotations

from copy import deepcopy
from functools import partial

from lxml import etree

from oots.edelivery.shape import TOKEN, ds
from oots.edelivery.soap import BODY, HEADER, MESSAGING, MUST_UNDERSTAND, S12, SECURITY, WSSE, WSU_ID, eb
from tests.support.attacks import Area
from tests.support.changes import FAILED_AUTHENTICATION, INVALID_HEADER, after_signing, named, one

wrapping = partial(after_signing, Area.ENVELOPE, told=INVALID_HEADER)
untrusted = partial(after_signing, Area.ENVELOPE, told=FAILED_AUTHENTICATION)

XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
ADDRESSING = "http://www.w3.org/2005/08/addressing"
ROLE = f"{{{S12}}}role"


def evil(root: etree._Element, identifier: str) -> etree._Element:
    """A copy of the signed header that names another exchange."""
    copy = deepcopy(one(root, MESSAGING))
    copy.set(WSU_ID, identifier)
    named(copy, "ConversationId").text = "00000000-0000-4000-8000-0000000000ff"
    return copy


def hide_the_signed_header(root: etree._Element, hiding_place: etree._Element, identifier: str = "evil") -> None:
    """Move the signed header to its hiding place, and put an evil one where it stood."""
    wrong = evil(root, identifier)
    hiding_place.append(one(root, MESSAGING))
    one(root, HEADER).insert(0, wrong)


# --- two headers ---


@wrapping(why="eb:Messaging once")
def an_evil_header_before_the_signed_one(root: etree._Element) -> None:
    """Puts a second eb:Messaging before the signed one, for a reader that takes the first."""
    one(root, HEADER).insert(0, evil(root, "evil"))


@wrapping(why="eb:Messaging once")
def an_evil_header_after_the_signed_one(root: etree._Element) -> None:
    """Puts a second eb:Messaging after the signed one, for a reader that takes the last."""
    one(root, HEADER).append(evil(root, "evil"))


@wrapping(why="eb:Messaging once")
def an_evil_header_of_the_same_id(root: etree._Element) -> None:
    """Puts a second eb:Messaging with the id of the signed one, for a verifier that takes the other by its id."""
    one(root, HEADER).append(evil(root, "messaging"))


@wrapping(why="must be empty")
def the_signed_header_hidden_in_the_body(root: etree._Element) -> None:
    """Moves the signed header into the SOAP body, where its id is still found, and puts an evil one in its place."""
    hide_the_signed_header(root, one(root, BODY))


@untrusted(why="unexpected content in Security")
def the_signed_header_hidden_in_security(root: etree._Element) -> None:
    """Moves the signed header into wsse:Security and puts an evil one in its place."""
    hide_the_signed_header(root, one(root, SECURITY))


@wrapping(why="nothing else")
def the_signed_header_hidden_in_a_foreign_header(root: etree._Element) -> None:
    """Moves the signed header into a header block that nobody needs to understand, and puts an evil one in its
    place."""
    hide_the_signed_header(root, etree.SubElement(one(root, HEADER), "wrapper"))


@untrusted(why="unexpected content in Signature")
def the_signed_header_hidden_in_an_object_of_the_signature(root: etree._Element) -> None:
    """Moves the signed header into a ds:Object of the signature and puts an evil one in its place."""
    hide_the_signed_header(root, etree.SubElement(one(root, ds("Signature")), ds("Object")))


@untrusted(why="unexpected content in KeyInfo")
def the_signed_header_hidden_in_key_info(root: etree._Element) -> None:
    """Moves the signed header into ds:KeyInfo, which no digest covers, and puts an evil one in its place."""
    hide_the_signed_header(root, one(root, ds("KeyInfo")))


@untrusted(why="cover exactly the header")
def the_signed_header_hidden_in_the_token(root: etree._Element) -> None:
    """Moves the signed header into the element that holds the certificate and puts an evil one in its place."""
    hide_the_signed_header(root, one(root, TOKEN))


@untrusted(why="an id is used twice")
def the_signed_header_hidden_in_an_evil_one_of_the_same_id(root: etree._Element) -> None:
    """Wraps the signed header into an evil one that bears its id."""
    wrong = evil(root, "messaging")
    wrong.append(one(root, MESSAGING))
    one(root, HEADER).insert(0, wrong)


@untrusted(why="cover exactly the header")
def the_signed_header_hidden_in_an_evil_one_of_another_id(root: etree._Element) -> None:
    """Wraps the signed header into an evil one, so that the reference still finds it deeper down."""
    wrong = evil(root, "evil")
    wrong.append(one(root, MESSAGING))
    one(root, HEADER).insert(0, wrong)


@untrusted(why="InvalidDigest")
def a_second_user_message_in_the_header_after_signing(root: etree._Element) -> None:
    """Adds an evil eb:UserMessage without parts before the signed one, inside the header that the signature covers."""
    second = deepcopy(named(root, "UserMessage"))
    second.remove(named(second, "PayloadInfo"))
    one(root, MESSAGING).insert(0, second)


@wrapping(why="one header and one body")
def a_second_soap_header(root: etree._Element) -> None:
    """Puts a second SOAP header with an evil eb:Messaging before the honest one."""
    second = etree.Element(HEADER)
    second.append(evil(root, "evil"))
    root.insert(0, second)


@wrapping(why="one header and one body")
def a_second_soap_body(root: etree._Element) -> None:
    """Puts a second, unsigned SOAP body after the signed one."""
    etree.SubElement(root, BODY)


@wrapping(why="one header and one body")
def the_body_before_the_header(root: etree._Element) -> None:
    """Puts the SOAP body before the SOAP header, for readers that go by position."""
    root.insert(0, one(root, BODY))


@wrapping(why="one header and one body")
def an_envelope_in_an_envelope(root: etree._Element) -> None:
    """Wraps the honest header and body into a second envelope within the first."""
    inner = etree.SubElement(root, root.tag)
    inner.extend(root[:2])


# --- ids ---


@untrusted(why="an id is used twice")
def the_id_of_the_header_used_twice(root: etree._Element) -> None:
    """Gives the signature the id of the header under the unqualified name Id."""
    one(root, ds("Signature")).set("Id", "messaging")


@untrusted(why="an id is used twice")
def the_id_of_the_header_as_xml_id(root: etree._Element) -> None:
    """Gives the header's first child the id of the header as xml:id, which other verifiers look up first."""
    named(root, "UserMessage").set(XML_ID, "messaging")


@untrusted(why="an id is used twice")
def the_id_of_the_header_in_capitals(root: etree._Element) -> None:
    """Gives another element the id of the header in an attribute spelled ID, as SAML names it."""
    named(root, "UserMessage").set("ID", "messaging")


@untrusted(why="an id is used twice")
def the_id_of_the_body_in_small_letters(root: etree._Element) -> None:
    """Gives another element the id of the body in an attribute spelled id."""
    named(root, "UserMessage").set("id", "body")


@untrusted(why="cover exactly the header")
def the_id_taken_from_the_header(root: etree._Element) -> None:
    """Removes the id of the header, so that the reference to it finds nothing."""
    del one(root, MESSAGING).attrib[WSU_ID]


@untrusted(why="cover exactly the header")
def the_id_of_the_header_in_no_namespace(root: etree._Element) -> None:
    """Turns wsu:Id of the header into a plain Id, which lookups by local name take for the same."""
    one(root, MESSAGING).set("Id", one(root, MESSAGING).attrib.pop(WSU_ID))


@untrusted(why="cover exactly the header")
def the_id_of_the_header_on_another_element(root: etree._Element) -> None:
    """Moves the id from the header to its child, so that the reference covers less than the header."""
    named(root, "UserMessage").set(WSU_ID, one(root, MESSAGING).attrib.pop(WSU_ID))


@untrusted(why="cover exactly the header")
def the_id_of_the_header_shouted(root: etree._Element) -> None:
    """Spells the id of the header in capitals, for lookups that ignore case."""
    one(root, MESSAGING).set(WSU_ID, "MESSAGING")


# --- where the signature stands ---


@untrusted(why="0 Security headers")
def no_security_header(root: etree._Element) -> None:
    """Removes wsse:Security, so that the message is not signed at all."""
    one(root, HEADER).remove(one(root, SECURITY))


@untrusted(why="an id is used twice")
def a_second_security_header(root: etree._Element) -> None:
    """Repeats wsse:Security."""
    one(root, HEADER).append(deepcopy(one(root, SECURITY)))


@untrusted(why="2 Security headers")
def a_security_header_for_another_actor_first(root: etree._Element) -> None:
    """Puts an empty wsse:Security addressed to another role before the honest one."""
    empty = etree.Element(SECURITY, {ROLE: "http://www.w3.org/2003/05/soap-envelope/role/none"})
    one(root, HEADER).insert(0, empty)


@untrusted(why="unexpected content in Security")
def no_signature(root: etree._Element) -> None:
    """Removes the signature and leaves the certificate."""
    one(root, SECURITY).remove(one(root, ds("Signature")))


@untrusted(why="unexpected content in Security")
def a_second_signature(root: etree._Element) -> None:
    """Repeats the signature, for verifiers that are content with either."""
    one(root, SECURITY).append(deepcopy(one(root, ds("Signature"))))


@untrusted(why="unexpected content in Security")
def no_token(root: etree._Element) -> None:
    """Removes the certificate that the signature refers to."""
    one(root, SECURITY).remove(one(root, TOKEN))


@untrusted(why="unexpected content in Security")
def a_second_token(root: etree._Element) -> None:
    """Adds a second certificate, so that it is open which of them signed."""
    second = deepcopy(one(root, TOKEN))
    second.set(WSU_ID, "token-2")
    one(root, SECURITY).insert(0, second)


@untrusted(why="unexpected content in Security")
def a_user_name_and_password(root: etree._Element) -> None:
    """Adds a wsse:UsernameToken, for stacks that are content with any token."""
    token = etree.SubElement(one(root, SECURITY), f"{{{WSSE}}}UsernameToken")
    etree.SubElement(token, f"{{{WSSE}}}Username").text = "admin"


@wrapping(why="must be empty")
def the_signature_in_the_body(root: etree._Element) -> None:
    """Moves the signature into the SOAP body, where a search through the whole tree still finds it."""
    one(root, BODY).append(one(root, ds("Signature")))


@untrusted(why="0 Security headers")
def the_security_header_inside_the_header_it_signs(root: etree._Element) -> None:
    """Moves wsse:Security into eb:Messaging."""
    one(root, MESSAGING).append(one(root, SECURITY))


@untrusted(why="Security is not of the profile in mustUnderstand")
def security_that_need_not_be_understood(root: etree._Element) -> None:
    """Marks wsse:Security as a header that a receiver may ignore."""
    one(root, SECURITY).set(MUST_UNDERSTAND, "false")


@untrusted(why="unexpected attributes on Security")
def security_for_another_actor(root: etree._Element) -> None:
    """Addresses wsse:Security to another SOAP role, so that this receiver would have no business with it."""
    one(root, SECURITY).set(ROLE, "http://www.w3.org/2003/05/soap-envelope/role/next")


# --- what else stands in an envelope ---


@wrapping(why="must be empty")
def evidence_in_the_body(root: etree._Element) -> None:
    """Puts an element into the SOAP body, which a reader could take for the document."""
    etree.SubElement(one(root, BODY), "evidence")


@wrapping(why="must be empty")
def text_in_the_body(root: etree._Element) -> None:
    """Puts text into the SOAP body."""
    one(root, BODY).text = "evidence"


@wrapping(why="attributes or text")
def text_between_the_headers(root: etree._Element) -> None:
    """Puts text between the header blocks, which no digest covers."""
    one(root, MESSAGING).tail = "text"


@wrapping(why="attributes or text")
def a_base_for_relative_addresses(root: etree._Element) -> None:
    """Sets xml:base on the envelope, so that relative references point to the attacker's host."""
    root.set(XML_BASE, "https://attacker.example/")


@wrapping(why="nothing else")
def an_address_to_answer_to(root: etree._Element) -> None:
    """Adds a WS-Addressing header that names another place for the answer."""
    reply_to = etree.SubElement(one(root, HEADER), f"{{{ADDRESSING}}}ReplyTo")
    etree.SubElement(reply_to, f"{{{ADDRESSING}}}Address").text = "https://attacker.example/"


@wrapping(why="eb:Messaging once")
def the_header_in_a_namespace_that_looks_alike(root: etree._Element) -> None:
    """Renames eb:Messaging into a namespace that differs by the last slash."""
    messaging = one(root, MESSAGING)
    messaging.tag = eb("Messaging").replace("/}", "}")
