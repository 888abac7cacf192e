"""Messages that are signed well and say what they must not: requests at one door, answers at the other."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from functools import partial, wraps
from socket import socket

import pytest
from lxml import etree

from oots.edelivery.header import (
    EXCEPTION_RESPONSE,
    EXECUTE_QUERY_RESPONSE,
    PARTY_TYPE,
    REGREP,
)
from oots.edelivery.message import Part, seal_message
from oots.edelivery.mime import MimePart
from oots.edelivery.soap import eb
from oots.exchange.partners import Partner
from oots.model.identifiers import EAS, Identifier
from oots.model.person import LevelOfAssurance
from oots.model.request import EvidenceRequest, PreviewVisit
from oots.model.response import ErrorCode
from oots.provider.answers import Answers
from oots.wire import answer as answers
from oots.wire import request as requests
from oots.wire.namespaces import RIM, XSI
from oots.wire.xml import canonical
from tests.attacks.replay import INVALID_REQUEST, asking, bytes_of, in_exchange, second
from tests.support.answers_door import (
    IDS,
    RECEIPT_ALONE,
    Portal,
    main_document,
    main_metadata,
    metadata_of,
    same_portal_door,
)
from tests.support.attacks import Area, Refused, attack
from tests.support.changes import FAILED_AUTHENTICATION, MIME_INCONSISTENCY, before_signing, replaced
from tests.support.doors import Door, attachments_of, same_provider_door, signed_anew
from tests.support.stray_keys import certified
from tests.support.two_sides import AARHUS, SOLVEJ

NOT_AUTHENTICATED, NOT_AUTHORISED, NOT_FOUND = "EDM:ERR:0001", "EDM:ERR:0002", "EDM:ERR:0004"
UNRESOLVED, UNSUPPORTED = "EDM:ERR:0006", "EDM:ERR:0007"
EVIL = "https://evil.example"
ANDERS = replace(SOLVEJ, given_name="Anders", identifier="DK/LT/anders")
ANOTHER_AUTHORITY = Identifier(EAS + "0200", "999000002")
ANOTHER_MUNICIPALITY = Identifier(EAS + "0184", "35209115")

at_the_provider = partial(attack, Area.MESSAGE, same_provider_door)
at_the_portal = partial(attack, Area.MESSAGE, same_portal_door, told=RECEIPT_ALONE)

TreeChange = Callable[[etree._Element], object]
RequestChange = Callable[[EvidenceRequest], EvidenceRequest]


def edited(document: bytes, change: TreeChange) -> bytes:
    """The document after a change to its tree, in canonical form."""
    root = etree.fromstring(document)
    change(root)
    changed = canonical(root)
    assert changed != document, "nothing was changed"
    return changed


def in_the_request(told: str, why: str) -> Callable[[RequestChange], RequestChange]:
    """The change is made to a lawful first request."""

    def declare(change: RequestChange) -> RequestChange:
        @at_the_provider(told=told, why=why)
        @wraps(change)
        def run(door: Door) -> Refused:
            return door.refused_by_rule(asking(door, change(door.request())))

        return change

    return declare


def in_the_document(why: str) -> Callable[[TreeChange], TreeChange]:
    """The change is made to the document of a lawful first request."""

    def declare(change: TreeChange) -> TreeChange:
        @at_the_provider(told=INVALID_REQUEST, why=why)
        @wraps(change)
        def run(door: Door) -> Refused:
            return door.refused_by_rule(door.sealed(None, door.part(edited(requests.encode(door.request()), change))))

        return change

    return declare


def in_the_header(why: str) -> Callable[[TreeChange], TreeChange]:
    """The change is made to the header of a lawful first request, before all of it is signed."""

    def declare(change: TreeChange) -> TreeChange:
        @at_the_provider(told=INVALID_REQUEST, why=why)
        @wraps(change)
        def run(door: Door) -> Refused:
            message = door.sealed()
            kind, body = signed_anew(message.header, attachments_of(message), door.key(), change)
            return door.refused_by_rule(replace(message, content_type=kind, pieces=(body,)))

        return change

    return declare


def slot(root: etree._Element, name: str) -> etree._Element:
    return next(each for each in root.iter(f"{{{RIM}}}Slot") if each.get("name") == name)


def value(root: etree._Element, name: str) -> etree._Element:
    return next(slot(root, name).iter(f"{{{RIM}}}Value"))


def properties(root: etree._Element, name: str) -> list[etree._Element]:
    return [each for each in root.iter(eb("Property")) if each.get("name") == name]


def dropped(element: etree._Element) -> None:
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)


# --- who asks whom ---


@at_the_provider(told=INVALID_REQUEST, why="OOTSDK-PAIR-HDR-002")
def an_original_sender_that_is_not_the_requester(door: Door) -> Refused:
    """Names another authority in the header than the one that asks in the document."""
    return door.refused_by_rule(door.sealed(door.header(original_sender=ANOTHER_AUTHORITY)))


@at_the_provider(told=INVALID_REQUEST, why="OOTSDK-PAIR-HDR-003")
def a_final_recipient_that_is_not_the_provider(door: Door) -> Refused:
    """Addresses the header to another municipality than the document."""
    return door.refused_by_rule(door.sealed(door.header(final_recipient=ANOTHER_MUNICIPALITY)))


@at_the_provider(told=FAILED_AUTHENTICATION, why="sent as another party")
def a_sender_that_is_not_the_holder_of_the_certificate(door: Door) -> Refused:
    """Names another partner as the sender, under his own signature."""
    with_partners(door)
    other = door.sealed(door.header(sender=Identifier(PARTY_TYPE, "AP_XX_09")))
    return door.refused(*bytes_of(other))


@at_the_provider(told=UNRESOLVED, why="does not serve that evidence provider")
def a_request_for_another_municipality(door: Door) -> Refused:
    """Asks this data service, in header and document alike, for another municipality's evidence."""
    request = door.request()
    other = replace(request, provider=replace(request.provider, identifier=ANOTHER_MUNICIPALITY))
    return door.refused_by_rule(asking(door, other, door.header(final_recipient=ANOTHER_MUNICIPALITY)))


@at_the_provider(told=UNRESOLVED, why="does not serve that evidence provider")
def a_request_for_a_provider_in_another_country(door: Door) -> Refused:
    """Asks this data service for the evidence of a Swedish authority."""
    request, swedish = door.request(), Identifier(EAS + "0007", "2021005521")
    other = replace(request, provider=replace(request.provider, identifier=swedish))
    return door.refused_by_rule(asking(door, other, door.header(final_recipient=swedish)))


@in_the_document("R-EDM-REQ-C014")
def two_requesters(root: etree._Element) -> None:
    """Names a second authority as a requester beside the first."""
    (agent,) = slot(root, "EvidenceRequester").iter(f"{{{RIM}}}Element")
    agent.addnext(deepcopy(agent))


@in_the_document("R-EDM-REQ-S012")
def nobody_who_asks(root: etree._Element) -> None:
    """Leaves the requester out."""
    dropped(slot(root, "EvidenceRequester"))


# --- what is asked ---


@in_the_request(NOT_FOUND, "not known here")
def an_evidence_type_that_nobody_knows(request: EvidenceRequest) -> EvidenceRequest:
    """Asks for a type of evidence that this municipality does not issue."""
    kind = replace(
        request.evidence.evidence_type,
        classification="https://sr.oots.tech.ec.europa.eu/evidencetypeclassifications/DK/00000000-0000-4000-8000-000000000000",
    )
    return replace(request, evidence=replace(request.evidence, evidence_type=kind))


@in_the_request(INVALID_REQUEST, "R-EDM-REQ-C003")
def a_procedure_that_does_not_exist(request: EvidenceRequest) -> EvidenceRequest:
    """Asks for a procedure that is on no list."""
    return replace(request, procedure="Z9")


@in_the_request(NOT_FOUND, "not issued for procedure T1")
def a_procedure_that_does_not_need_the_evidence(request: EvidenceRequest) -> EvidenceRequest:
    """Asks in a procedure for which this evidence is not issued."""
    return replace(request, procedure="T1")


@in_the_request(NOT_AUTHENTICATED, "level of assurance Substantial is needed")
def a_person_who_was_hardly_identified(request: EvidenceRequest) -> EvidenceRequest:
    """Asks for a person who signed in at the level of assurance Low."""
    return replace(request, subject=replace(SOLVEJ, level_of_assurance=LevelOfAssurance.LOW))


@in_the_document("R-EDM-REQ-C037")
def a_level_of_assurance_that_does_not_exist(root: etree._Element) -> None:
    """Claims a level of assurance above the highest."""
    (level,) = (each for each in root.iter() if etree.QName(each).localname == "LevelOfAssurance")
    level.text = "Highest"


@in_the_request(NOT_AUTHORISED, "an explicit request of the user is needed")
def no_explicit_request(request: EvidenceRequest) -> EvidenceRequest:
    """Asks although the person has not asked for it."""
    return replace(request, explicit_request_given=False)


@in_the_request(NOT_AUTHORISED, "not released without a preview")
def no_preview_where_one_is_needed(request: EvidenceRequest) -> EvidenceRequest:
    """Says that there is no possibility for a preview, to be sent the evidence at once."""
    return replace(request, possibility_for_preview=False)


@in_the_request(UNSUPPORTED, "none of the distributions")
def evidence_in_a_format_that_is_not_offered(request: EvidenceRequest) -> EvidenceRequest:
    """Asks for the evidence in another data model, which a reader of his might misread."""
    (wanted,) = request.evidence.distributions
    other = replace(wanted, conforms_to="https://sr.oots.tech.ec.europa.eu/datamodels/another-1.0")
    return replace(request, evidence=replace(request.evidence, distributions=(other,)))


@in_the_request(NOT_FOUND, "could not be matched uniquely")
def a_representative_of_the_person(request: EvidenceRequest) -> EvidenceRequest:
    """Asks on behalf of a person, as somebody who says that he represents her."""
    return replace(request, representative=ANDERS)


@in_the_request(INVALID_REQUEST, "issued too long ago")
def an_issue_time_of_last_year(request: EvidenceRequest) -> EvidenceRequest:
    """Sends a document of last year in a message of today."""
    return replace(request, issued=request.issued - timedelta(days=365))


@in_the_request(INVALID_REQUEST, "issued in the future")
def an_issue_time_of_tomorrow(request: EvidenceRequest) -> EvidenceRequest:
    """Dates the document a day ahead."""
    return replace(request, issued=request.issued + timedelta(days=1))


# --- the form of the document ---


@in_the_document("Element 'Extra': This element is not expected")
def an_element_that_the_schema_does_not_know(root: etree._Element) -> None:
    """Adds an element of a foreign namespace."""
    etree.SubElement(root, "{urn:evil}Extra").text = "x"


@in_the_document("R-EDM-REQ-S019")
def a_slot_that_nobody_knows(root: etree._Element) -> None:
    """Adds a slot of a name of his own."""
    again = deepcopy(slot(root, "Procedure"))
    again.set("name", "IsAdministrator")
    slot(root, "Procedure").addnext(again)


@in_the_document("R-EDM-REQ-S007")
def a_slot_given_twice(root: etree._Element) -> None:
    """Says the procedure twice, and differently."""
    again = deepcopy(slot(root, "Procedure"))
    next(again.iter(f"{{{RIM}}}Value")).text = "S1"
    slot(root, "Procedure").addnext(again)


@in_the_document("Element 'Value': This element is not expected")
def two_values_in_a_slot(root: etree._Element) -> None:
    """Says in one slot that the person has asked, and that she has not."""
    again = deepcopy(value(root, "ExplicitRequestGiven"))
    again.text = "false"
    value(root, "ExplicitRequestGiven").addnext(again)


@in_the_document("R-EDM-REQ-S016")
def a_second_person(root: etree._Element) -> None:
    """Adds a second person, for a reader that takes the last one."""
    again = deepcopy(slot(root, "NaturalPerson"))
    slot(root, "NaturalPerson").addnext(again)


@at_the_provider(told=NOT_AUTHORISED, why="a preview by the user is needed")
def a_schema_of_his_own(door: Door) -> Refused:
    """Names a schema on a host of his own, which nobody fetches: only a preview is offered."""
    with closing(socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.setblocking(False)
        where = f"{RIM} http://127.0.0.1:{listening.getsockname()[1]}/rim.xsd"
        document = edited(requests.encode(door.request()), lambda root: root.set(f"{{{XSI}}}schemaLocation", where))
        refused = door.refused_by_rule(door.sealed(None, door.part(document)))
        with pytest.raises(BlockingIOError):
            listening.accept()
    return replace(refused, by="wire.xml.parse")


@in_the_document("R-EDM-REQ-S022")
def a_type_that_the_schema_does_not_know(root: etree._Element) -> None:
    """Gives a slot a type of his own."""
    next(slot(root, "Procedure").iter(f"{{{RIM}}}SlotValue")).set(f"{{{XSI}}}type", "rim:EvilValueType")


@in_the_document("R-EDM-REQ-C003")
def a_script_for_a_procedure(root: etree._Element) -> None:
    """Writes a script where a code is wanted."""
    value(root, "Procedure").text = "<script>alert(1)</script>"


@in_the_document("R-EDM-REQ-C025")
def another_kind_of_query(root: etree._Element) -> None:
    """Asks with a query that a registry may know and OOTS does not."""
    next(each for each in root if each.get("queryDefinition")).set("queryDefinition", "AdhocQuery")


@in_the_document("R-EDM-REQ-S004")
def no_request_id(root: etree._Element) -> None:
    """Gives the request no id, so that it could be sent again and again."""
    root.set("id", "urn:uuid:")


def bare_document(door: Door, document: bytes) -> Refused:
    """Sign it as it is, canonical or not."""
    message = door.sealed()
    (part,) = attachments_of(message)
    return door.refused(*signed_anew(message.header, [MimePart(part.content_id, REGREP, document)], door.key()))


@at_the_provider(told=MIME_INCONSISTENCY, why="a document type declaration is not accepted")
def a_document_type_in_the_document(door: Door) -> Refused:
    """Declares an entity of a local file in the document and signs it so."""
    honest = requests.encode(door.request())
    declared = b'<!DOCTYPE query:QueryRequest [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + honest
    return bare_document(door, replaced(declared, b"Solvej", b"&x;"))


@at_the_provider(told=MIME_INCONSISTENCY, why="a document type declaration is not accepted")
def a_billion_laughs_in_the_document(door: Door) -> Refused:
    """Lets an entity of the document grow tenfold nine times over."""
    levels = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    honest = requests.encode(door.request())
    declared = b'<!DOCTYPE query:QueryRequest [<!ENTITY l0 "ha">' + levels + b"]>" + honest
    return bare_document(door, replaced(declared, b"Solvej", b"&l9;"))


@at_the_provider(told=MIME_INCONSISTENCY, why="not well-formed")
def an_entity_that_is_not_declared_in_the_document(door: Door) -> Refused:
    """Refers to an entity that the document does not declare."""
    return bare_document(door, replaced(requests.encode(door.request()), b"Solvej", b"&x;"))


@at_the_provider(told=MIME_INCONSISTENCY, why="not well-formed")
def a_document_of_two_roots(door: Door) -> Refused:
    """Puts a second request behind the first, in the same part."""
    return bare_document(door, requests.encode(door.request()) + requests.encode(door.request()))


@at_the_provider(told=MIME_INCONSISTENCY, why="not well-formed")
def a_document_that_is_no_xml(door: Door) -> Refused:
    """Signs a document of bytes that are no XML."""
    return bare_document(door, b"\x00\xff" * 99)


@at_the_provider(told=INVALID_REQUEST, why="R-EDM-REQ-S001")
def an_answer_sent_as_a_request(door: Door) -> Refused:
    """Sends an empty document of another kind under the action of a request."""
    document = (
        b'<query:QueryResponse xmlns:query="urn:oasis:names:tc:ebxml-regrep:xsd:query:4.0"></query:QueryResponse>'
    )
    return door.refused_by_rule(door.sealed(None, door.part(document)))


# --- the header ---


@in_the_header("R-EDM-ebMS-018")
def an_original_sender_given_twice(root: etree._Element) -> None:
    """Names two original senders."""
    (found,) = properties(root, "originalSender")
    again = deepcopy(found)
    again.text = ANOTHER_AUTHORITY.value
    found.addnext(again)


@in_the_header("R-EDM-ebMS-018")
def no_original_sender(root: etree._Element) -> None:
    """Leaves the original sender out."""
    dropped(*properties(root, "originalSender"))


@in_the_header("OOTSDK-PAIR-HDR-002")
def an_original_sender_of_another_scheme(root: etree._Element) -> None:
    """Writes the right number of the requester under another scheme."""
    properties(root, "originalSender")[0].set("type", EAS + "0184")


@in_the_header("R-EDM-ebMS-018")
def a_property_that_nobody_knows(root: etree._Element) -> None:
    """Adds a message property of his own."""
    (found,) = properties(root, "finalRecipient")
    again = deepcopy(found)
    again.set("name", "trackingIdentifier")
    found.addnext(again)


@before_signing(Area.MESSAGE, told=MIME_INCONSISTENCY, why="not the one that its PartInfo states")
def a_document_that_the_header_calls_a_pdf(root: etree._Element) -> None:
    """Says in the header that the document is a PDF."""
    (found,) = properties(root, "MimeType")
    found.text = "application/pdf"


@in_the_header("R-EDM-ebMS-017")
def a_conversation_that_is_a_path(root: etree._Element) -> None:
    """Writes a path for the id of the conversation."""
    (found,) = root.iter(eb("ConversationId"))
    found.text = "../../etc/passwd"


@at_the_provider(told=INVALID_REQUEST, why="R-EDM-ebMS-023")
def evidence_in_a_request(door: Door) -> Refused:
    """Sends a second part along, which a request has no use for."""
    part = Part(f"{door.ids.uuid().replace('-', '')}@ap-lt-01.oots.example", "application/pdf", b"%PDF-1.7 evil")
    return door.refused_by_rule(door.sealed(None, door.part(), part))


# --- request 2 ---


def with_partners(door: Door) -> None:
    """A second partner of the municipality's, as lawful as the first."""
    partner = Partner("AP_XX_09", "http://xx/as4", return_hosts=("portal.xx.localhost",))
    door.point.partners = {**door.point.partners, partner.party_id: partner}


def following(door: Door, **changes: object) -> Refused:
    """A second request in the exchange whose evidence waits, with something changed in it."""
    return door.refused_by_rule(asking(door, second(door, door.waiting, **changes), in_exchange(door, door.waiting)))


def honest_visit(door: Door) -> PreviewVisit:
    visit = second(door, door.waiting).preview
    assert visit is not None
    return visit


def visiting(door: Door, location: str) -> PreviewVisit:
    return replace(honest_visit(door), location=location)


@at_the_provider(told=INVALID_REQUEST, why="R-EDM-REQ-C005")
def a_second_request_of_another_partner(door: Door) -> Refused:
    """Follows, as another lawful partner, the link that was offered to the portal, to be sent the evidence."""
    with_partners(door)
    visit = replace(honest_visit(door), return_location="https://portal.xx.localhost/x")
    request = second(door, door.waiting, preview=visit)
    of = in_exchange(door, door.waiting, sender=Identifier(PARTY_TYPE, "AP_XX_09"))
    message = door.sealed(of, door.part(requests.encode(request)), key=certified("AP_XX_09"))
    return door.refused_by_rule(message)


@at_the_provider(told=INVALID_REQUEST, why="OOTSDK-PAIR-PRV-008")
def a_second_request_of_another_authority(door: Door) -> Refused:
    """Follows the link as another authority behind the same access point, to be sent the evidence."""
    honest = second(door, door.waiting)
    request = replace(honest, requesters=(replace(honest.requester, identifier=ANOTHER_AUTHORITY),))
    of = in_exchange(door, door.waiting, original_sender=ANOTHER_AUTHORITY)
    return door.refused_by_rule(asking(door, request, of))


@at_the_provider(told=INVALID_REQUEST, why="OOTSDK-PAIR-PRV-008")
def a_second_request_about_another_person(door: Door) -> Refused:
    """Follows the link with another person in the request, who may look then."""
    return following(door, subject=ANDERS)


@at_the_provider(told=INVALID_REQUEST, why="OOTSDK-PAIR-PRV-008")
def a_second_request_for_other_evidence(door: Door) -> Refused:
    """Follows the link with another type of evidence in the request."""
    evidence = second(door, door.waiting).evidence
    kind = replace(evidence.evidence_type, classification=evidence.evidence_type.classification[:-1] + "5")
    return following(door, evidence=replace(evidence, evidence_type=kind))


@at_the_provider(told=INVALID_REQUEST, why="OOTSDK-PAIR-PRV-008")
def a_second_request_without_a_preview(door: Door) -> Refused:
    """Says in the second request that no preview is possible, to be sent the evidence without one."""
    return following(door, possibility_for_preview=False)


@at_the_provider(told=INVALID_REQUEST, why="R-EDM-REQ-C005")
def a_second_request_with_a_guessed_link(door: Door) -> Refused:
    """Follows a link that he has guessed."""
    return following(door, preview=visiting(door, "https://preview.aarhus.localhost/p/guessed-guessed-guessed"))


@at_the_provider(told=INVALID_REQUEST, why="R-EDM-REQ-C005")
def a_second_request_with_the_link_on_his_own_host(door: Door) -> Refused:
    """Writes the secret of the link behind a host of his own."""
    return following(door, preview=visiting(door, f"{EVIL}/p/{honest_visit(door).location.rpartition('/')[2]}"))


@at_the_provider(told=INVALID_REQUEST, why="R-EDM-REQ-C120")
def a_second_request_that_sends_the_person_elsewhere(door: Door) -> Refused:
    """Names a place to return to on a host that is not the portal's."""
    return following(door, preview=replace(honest_visit(door), return_location=f"{EVIL}/return"))


@at_the_provider(told=INVALID_REQUEST, why="R-EDM-REQ-C005")
def a_second_request_where_nothing_was_offered(door: Door) -> Refused:
    """Sends a second request in an exchange that he has just invented."""
    return door.refused_by_rule(asking(door, second(door, door.waiting), door.header()))


# --- answers at the portal ---


def in_the_delivery(why: str) -> Callable[[TreeChange], TreeChange]:
    """The change is made to the document that delivers evidence."""

    def declare(change: TreeChange) -> TreeChange:
        @at_the_portal(why=why)
        @wraps(change)
        def run(portal: Portal) -> Refused:
            return portal.ignored(portal.delivery(change=lambda document: edited(document, change)))

        return change

    return declare


@at_the_portal(why="no exchange with this partner")
def an_answer_that_nobody_asked_for(portal: Portal) -> Refused:
    """Delivers evidence in an exchange that the portal has never begun."""
    answer = replace(portal.response(), request_id=IDS.uuid())
    header = replace(portal.header(portal.previewing, answer), exchange_id=IDS.uuid(), conversation_id=IDS.uuid())
    document = Part(f"{IDS.uuid().replace('-', '')}@ap-dk-01.oots.example", REGREP, answers.encode(answer))
    return portal.ignored(seal_message(header, (document, *portal.evidence()), portal.key))


@at_the_portal(why="R-EDM-RESP-S003")
def evidence_for_another_exchange(portal: Portal) -> Refused:
    """Answers one exchange's request under the id of another exchange, where nobody has asked for a preview yet."""
    return portal.ignored(portal.sealed(portal.offered, portal.response(), portal.evidence()))


@at_the_portal(why="evidence while preview-offered")
def evidence_before_the_preview(portal: Portal) -> Refused:
    """Delivers evidence as the answer to the first request, after a preview was offered and before anybody looked."""
    answer = replace(portal.response(), request_id=portal.request_id(portal.offered))
    return portal.ignored(portal.sealed(portal.offered, answer, portal.evidence()))


@at_the_portal(why="evidence while nothing")
def evidence_after_it_was_declined(portal: Portal) -> Refused:
    """Delivers evidence in an exchange in which the person has said no."""
    answer = replace(portal.response(), request_id=portal.request_id(portal.declined))
    return portal.ignored(portal.sealed(portal.declined, answer, portal.evidence()))


@at_the_portal(why="R-EDM-RESP-S003")
def an_error_for_another_exchange(portal: Portal) -> Refused:
    """Ends an exchange with an error that answers the request of another one."""
    request = portal.town.requester.progress(portal.previewing).request
    error = Answers((), IDS).error(
        AARHUS,
        ErrorCode.NOT_FOUND,
        "the person could not be matched uniquely",
        portal.now,
        specification=request.specification,
        request_id=portal.request_id(portal.offered),
        requester=request.requester,
    )
    return portal.ignored(portal.sealed(portal.previewing, error))


@at_the_portal(why="no exchange with this partner")
def an_answer_of_another_partner(portal: Portal) -> Refused:
    """Delivers evidence, as another lawful partner, in an exchange with the municipality."""
    partner = Partner("AP_XX_09", "http://xx/as4", preview_hosts=("preview.xx.localhost",))
    point = portal.town.requester_point
    point.partners = {**point.partners, partner.party_id: partner}
    return portal.ignored(
        portal.sealed(
            portal.previewing,
            portal.response(),
            portal.evidence(),
            certified("AP_XX_09"),
            sender=Identifier(PARTY_TYPE, "AP_XX_09"),
        )
    )


@at_the_portal(why="OOTSDK-PAIR-ANS-004")
def an_answer_of_another_authority(portal: Portal) -> Refused:
    """Answers, behind the municipality's access point, in the name of another municipality."""
    other = replace(AARHUS, identifier=ANOTHER_MUNICIPALITY)
    return portal.ignored(
        portal.sealed(
            portal.previewing,
            portal.response(providers=(other,)),
            portal.evidence(),
            original_sender=ANOTHER_MUNICIPALITY,
        )
    )


@at_the_portal(why="OOTSDK-PAIR-HDR-003")
def an_answer_for_another_authority(portal: Portal) -> Refused:
    """Addresses the header of the answer to another authority than the one that asked."""
    return portal.ignored(
        portal.sealed(portal.previewing, portal.response(), portal.evidence(), final_recipient=ANOTHER_AUTHORITY)
    )


@at_the_portal(why="OOTSDK-PAIR-ANS-015")
def evidence_about_another_person(portal: Portal) -> Refused:
    """Delivers evidence about somebody else."""
    return portal.ignored(portal.delivery(main_metadata(portal.package(), subject=ANDERS)))


@at_the_portal(why="OOTSDK-PAIR-ANS-006")
def evidence_of_another_type(portal: Portal) -> Refused:
    """Delivers evidence of another type than was asked for."""
    package = portal.package()
    kind = metadata_of(package.documents[0]).evidence_type
    other = replace(kind, classification=kind.classification[:-1] + "5")
    return portal.ignored(portal.delivery(main_metadata(package, evidence_type=other)))


@at_the_portal(why="OOTSDK-PAIR-ANS-010")
def evidence_in_another_data_model(portal: Portal) -> Refused:
    """Delivers evidence in a data model that was not asked for."""
    package = portal.package()
    form = replace(package.documents[0].distribution, conforms_to="https://sr.oots.tech.ec.europa.eu/datamodels/x-1.0")
    return portal.ignored(portal.delivery(main_document(package, distribution=form)))


@at_the_portal(why="OOTSDK-PAIR-HDR-006")
def evidence_that_is_not_there(portal: Portal) -> Refused:
    """Describes a document that the message does not carry."""
    return portal.ignored(portal.delivery(evidence=portal.evidence()[:1]))


@at_the_portal(why="OOTSDK-PAIR-HDR-007")
def a_document_that_nothing_describes(portal: Portal) -> Refused:
    """Sends a document along that the answer does not describe."""
    more = Part(f"{IDS.uuid().replace('-', '')}@ap-dk-01.oots.example", "application/pdf", b"%PDF-1.7 evil")
    return portal.ignored(portal.delivery(evidence=(*portal.evidence(), more)))


@at_the_portal(why="OOTSDK-PAIR-HDR-009")
def documents_in_each_other_s_place(portal: Portal) -> Refused:
    """Sends each document under the content id of the other."""
    first, other = portal.evidence()
    swapped = (replace(first, content_id=other.content_id), replace(other, content_id=first.content_id))
    return portal.ignored(portal.delivery(evidence=swapped))


@in_the_delivery("R-EDM-RESP-C042")
def evidence_by_a_path(root: etree._Element) -> None:
    """Refers to a local file in the place of a part."""
    next(root.iter(f"{{{RIM}}}RepositoryItemRef")).set("{http://www.w3.org/1999/xlink}href", "file:///etc/passwd")


@in_the_delivery("R-EDM-RESP-C042")
def evidence_to_be_fetched(root: etree._Element) -> None:
    """Refers to an address of his own in the place of a part."""
    next(root.iter(f"{{{RIM}}}RepositoryItemRef")).set("{http://www.w3.org/1999/xlink}href", f"{EVIL}/evidence")


@in_the_delivery("R-EDM-ERR-S007")
def success_with_an_exception(root: etree._Element) -> None:
    """Claims failure and delivers evidence all the same."""
    root.set("status", "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Failure")


@at_the_portal(why="R-EDM-ebMS-023")
def a_response_under_the_action_of_an_error(portal: Portal) -> Refused:
    """Delivers evidence under the action of an error."""
    return portal.ignored(
        portal.sealed(portal.previewing, portal.response(), portal.evidence(), action=EXCEPTION_RESPONSE)
    )


@at_the_portal(why="R-EDM-RESP-S001")
def a_request_sent_to_the_portal(portal: Portal) -> Refused:
    """Sends the portal its own request under the action of an answer."""
    request = portal.town.requester.progress(portal.previewing).request
    document = Part(f"{IDS.uuid().replace('-', '')}@ap-dk-01.oots.example", REGREP, requests.encode(request))
    return portal.ignored(
        seal_message(portal.header(portal.previewing, action=EXECUTE_QUERY_RESPONSE), (document,), portal.key)
    )
