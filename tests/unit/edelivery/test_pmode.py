"""A PMode for Domibus holds together, and says of messages what our own messages say."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import etree

from oots.edelivery.header import (
    ACTIONS,
    EXCEPTION_RESPONSE,
    EXECUTE_QUERY_REQUEST,
    EXECUTE_QUERY_RESPONSE,
    encode,
)
from oots.edelivery.pmode import (
    DOMIBUS,
    ENCRYPTING_POLICY,
    SIGNING_POLICY,
    Gateway,
    ProcessingMode,
    Signature,
    domibus_pmode,
)
from oots.model.errors import ConfigurationError
from oots.wire.namespaces import EB
from tests.support.edelivery import DENMARK, LITHUANIA, a_header

MODE = ProcessingMode(
    holder=Gateway(LITHUANIA, "https://domibus.example.lt/domibus/services/msh"),
    peer=Gateway(DENMARK, "https://ap.example.dk/as4"),
    signature=Signature.RSA,
    encrypted=False,
    profile=None,
    first_round=timedelta(minutes=6),
    second_round=timedelta(minutes=41),
    pause=timedelta(minutes=1),
)
PAGE = Path(__file__).parents[3] / "docs" / "joining-a-domain.md"
DECLARED = {
    "role": "roles/role",
    "partyIdType": "parties/partyIdTypes/partyIdType",
    "party": "parties/party",
    "mep": "meps/mep",
    "binding": "meps/binding",
    "property": "properties/property",
    "propertySet": "properties/propertySet",
    "security": "securities/security",
    "errorHandling": "errorHandlings/errorHandling",
    "agreement": "agreements/agreement",
    "service": "services/service",
    "action": "actions/action",
    "receptionAwareness": "as4/receptionAwareness",
    "reliability": "as4/reliability",
    "leg": "legConfigurations/legConfiguration",
    "defaultMpc": "../mpcs/mpc",
}
REFERRED = [
    ("..", "party", "party"),
    ("parties/party/identifier", "partyIdType", "partyIdType"),
    ("properties/propertySet/propertyRef", "property", "property"),
    *(
        ("legConfigurations/legConfiguration", name, name)
        for name in (
            "service",
            "action",
            "defaultMpc",
            "security",
            "receptionAwareness",
            "reliability",
            "propertySet",
            "errorHandling",
        )
    ),
    *(("process", name, name) for name in ("agreement", "mep", "binding")),
    ("process", "initiatorRole", "role"),
    ("process", "responderRole", "role"),
    ("process/initiatorParties/initiatorParty", "name", "party"),
    ("process/responderParties/responderParty", "name", "party"),
    ("process/legs/leg", "name", "leg"),
]
"""Where one part of a PMode names another: the path of the element, its attribute, and what it names."""
ORDER = [
    "roles",
    "parties",
    "meps",
    "properties",
    "securities",
    "errorHandlings",
    "agreements",
    "services",
    "actions",
    "as4",
    "legConfigurations",
    "process",
]


def businesses(mode: ProcessingMode = MODE) -> etree._Element:
    root = etree.fromstring(domibus_pmode(mode))
    assert root.tag == f"{{{DOMIBUS}}}configuration"
    (found,) = root.findall("businessProcesses")
    return found


def values(root: etree._Element, path: str, attribute: str) -> list[str]:
    return [each.attrib[attribute] for each in root.findall(path)]


@pytest.mark.parametrize("encrypted", [False, True])
def test_every_name_that_is_referred_to_stands_there_exactly_once(encrypted: bool) -> None:
    root = businesses(replace(MODE, encrypted=encrypted))
    for kind, path in DECLARED.items():
        names = Counter(values(root, path, "name"))
        assert names, kind
        assert set(names.values()) == {1}, kind
    for path, attribute, kind in REFERRED:
        named = values(root, path, attribute)
        assert named, path
        assert set(named) <= set(values(root, DECLARED[kind], "name")), (path, attribute)


def test_its_parts_stand_in_the_order_that_domibus_reads() -> None:
    assert [each.tag for each in businesses()] == ORDER


def test_each_action_has_a_leg_and_both_access_points_may_begin_and_answer() -> None:
    root = businesses()
    legs = {each.attrib["name"]: each for each in root.findall("legConfigurations/legConfiguration")}
    told = {each.attrib["name"]: each.attrib["value"] for each in root.findall("actions/action")}
    walked = values(root, "process/legs/leg", "name")
    assert {told[legs[name].attrib["action"]] for name in walked} == ACTIONS
    assert len(walked) == len(ACTIONS)
    for side in ("initiatorParties/initiatorParty", "responderParties/responderParty"):
        assert values(root, f"process/{side}", "name") == [LITHUANIA, DENMARK]


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_it_declares_what_stands_in_the_header_of_a_message(action: str) -> None:
    root = businesses()
    message = encode(a_header(action=action))
    header = {"eb": EB}

    def said(path: str) -> list[str]:
        return [str(each) for each in message.xpath(path, namespaces=header)]

    assert said("//eb:PartyId/text()") == values(root, "parties/party/identifier", "partyId")[::-1]
    assert set(said("//eb:PartyId/@type")) == set(values(root, "parties/partyIdTypes/partyIdType", "value"))
    assert set(said("//eb:Role/text()")) == set(values(root, "roles/role", "value"))
    assert said("//eb:Service/text()") == values(root, "services/service", "value")
    assert said("//eb:Service/@type") == values(root, "services/service", "type")
    assert said("//eb:Action/text()")[0] in values(root, "actions/action", "value")
    assert said("//eb:MessageProperties/eb:Property/@name") == values(root, "properties/property", "key")
    assert values(root, "properties/property", "required") == ["true", "true", "false", "false"]


def test_receipts_are_synchronous_and_prove_what_came_and_duplicates_are_known() -> None:
    root = businesses()
    (reliability,) = root.findall("as4/reliability")
    assert (reliability.get("replyPattern"), reliability.get("nonRepudiation")) == ("response", "true")
    assert set(values(root, "as4/receptionAwareness", "duplicateDetection")) == {"true"}
    assert set(values(root, "legConfigurations/legConfiguration", "compressPayloads")) == {"true"}
    assert values(root, "meps/mep", "value") == [f"{EB}oneWay"]
    assert values(root, "meps/binding", "value") == [f"{EB}push"]


def test_each_action_is_sent_for_as_long_as_its_round_trip_lasts_in_whole_minutes() -> None:
    mode = replace(MODE, first_round=timedelta(seconds=119), second_round=timedelta(minutes=41, seconds=59))
    root = businesses(replace(mode, pause=timedelta(minutes=2)))
    retries = {each.get("name"): each.get("retry") for each in root.findall("as4/receptionAwareness")}
    sent = {
        each.get("action"): retries[each.get("receptionAwareness")]
        for each in root.findall("legConfigurations/legConfiguration")
    }
    assert sent == {
        EXECUTE_QUERY_REQUEST: "1;1;CONSTANT",
        EXECUTE_QUERY_RESPONSE: "41;20;CONSTANT",
        EXCEPTION_RESPONSE: "1;1;CONSTANT",
    }
    assert values(root, "../mpcs/mpc", "retention_undownloaded") == ["41"]


@pytest.mark.parametrize(
    ("encrypted", "signature", "profile", "security"),
    [
        (False, Signature.RSA, None, {"policy": SIGNING_POLICY, "signatureMethod": "RSA_SHA256"}),
        (True, Signature.RSA, None, {"policy": ENCRYPTING_POLICY, "signatureMethod": "RSA_SHA256"}),
        (
            True,
            Signature.RSA,
            "rsa",
            {"policy": ENCRYPTING_POLICY, "signatureMethod": "RSA_SHA256", "profile": "rsa"},
        ),
        (
            False,
            Signature.EC,
            None,
            {"policy": SIGNING_POLICY, "signatureMethod": "ECDSA_SHA256", "profile": "ECC"},
        ),
    ],
)
def test_the_security_is_that_which_was_agreed(
    encrypted: bool, signature: Signature, profile: str | None, security: dict[str, str]
) -> None:
    mode = replace(MODE, encrypted=encrypted, signature=signature, profile=profile)
    (found,) = businesses(mode).findall("securities/security")
    assert dict(found.attrib) == {"name": "oots"} | security


def test_signatures_of_a_curve_do_not_go_with_encryption() -> None:
    with pytest.raises(ConfigurationError, match="AP_DK_01 signs with an elliptic curve"):
        domibus_pmode(replace(MODE, encrypted=True, signature=Signature.EC))


def test_the_page_for_operators_names_what_the_file_declares() -> None:
    root, page = businesses(), PAGE.read_text(encoding="utf-8")
    assert f"`{ENCRYPTING_POLICY}`" in page
    for path, attribute in (
        ("parties/partyIdTypes/partyIdType", "value"),
        ("roles/role", "value"),
        ("services/service", "value"),
        ("services/service", "type"),
        ("actions/action", "value"),
        ("properties/property", "key"),
        ("securities/security", "policy"),
    ):
        for value in values(root, path, attribute):
            assert f"`{value}`" in page
