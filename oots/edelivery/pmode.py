"""Processing modes (PMode) as Domibus reads them: what the access point of a partner must know of an exchange with us.

The form is that of Domibus 5; its names are the keys by which one part of the file refers to another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from lxml import etree

from oots.edelivery.header import (
    EXCEPTION_RESPONSE,
    EXCHANGE_ID,
    EXECUTE_QUERY_REQUEST,
    EXECUTE_QUERY_RESPONSE,
    FINAL_RECIPIENT,
    ORIGINAL_SENDER,
    PARTY_TYPE,
    ROLE,
    SERVICE,
    SPECIFICATION_ID,
)
from oots.model.errors import ConfigurationError
from oots.wire.namespaces import EB

DOMIBUS: Final = "http://domibus.eu/configuration"
ENCRYPTING_POLICY: Final = "eDeliveryAS4Policy_BST.xml"
"""Comes with Domibus: RSA-SHA256 with the certificate in the message, AES-128-GCM, RSA-OAEP."""
SIGNING_POLICY: Final = "eDeliveryAS4Policy_BST_sign_only.xml"
"""The same without `sp:EncryptedParts`, which whoever runs Domibus makes of it."""

_MINUTE: Final = timedelta(minutes=1)
_PROPERTIES: Final = {ORIGINAL_SENDER: True, FINAL_RECIPIENT: True, EXCHANGE_ID: False, SPECIFICATION_ID: False}
"""Whether each message property stands in every version: EDM 1.x has the first two alone."""
_FIRST_ROUND: Final = "firstRound"
_SECOND_ROUND: Final = "secondRound"
_ROUNDS: Final = {
    EXECUTE_QUERY_REQUEST: _FIRST_ROUND,
    EXECUTE_QUERY_RESPONSE: _SECOND_ROUND,
    EXCEPTION_RESPONSE: _FIRST_ROUND,
}
"""For how long each action is sent: a request, and the exception with the preview link, are of use in the first round
trip alone."""


class Signature(StrEnum):
    """How messages are signed, in the words of Domibus."""

    RSA = "RSA_SHA256"
    EC = "ECDSA_SHA256"


_PROFILES: Final = {Signature.RSA: None, Signature.EC: "ECC"}
"""The profile without which Domibus does not sign so."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """An access point and the URL at which the other one reaches it."""

    party_id: str
    endpoint: str


@dataclass(frozen=True, slots=True)
class ProcessingMode:
    """How `holder`, who reads the file, and `peer` exchange messages.

    `profile` is the security profile of Domibus under which it finds keys and certificates (`<party>_<profile>_sign`);
    None where they bear the names of the parties. A message of a round trip is sent again for as long as `first_round`
    or `second_round` says, with `pause` between attempts. Domibus counts in whole minutes: what is left over is left
    out.
    """

    holder: Gateway
    peer: Gateway
    signature: Signature
    encrypted: bool
    profile: str | None
    first_round: timedelta
    second_round: timedelta
    pause: timedelta


def domibus_pmode(mode: ProcessingMode) -> bytes:
    """The file that the holder loads into its Domibus: UTF-8, the same bytes for the same mode.

    Raises ConfigurationError where signatures of elliptic curves are to go with encryption: of a key on a curve Domibus
    concludes that the encryption key is on one, too, and such encryption nobody reads here.
    """
    if mode.encrypted and mode.signature is Signature.EC:
        raise ConfigurationError(
            f"{mode.peer.party_id} signs with an elliptic curve, with which Domibus encrypts in a way that cannot be "
            "read here: give it an RSA key, or leave encryption out"
        )
    root = etree.Element(f"{{{DOMIBUS}}}configuration", {"party": mode.holder.party_id}, nsmap={"db": DOMIBUS})
    root.append(_said("For Domibus 5. What is to be done besides stands in docs/joining-a-domain.md."))
    root.append(_partitions(mode))
    root.append(
        _node(
            "businessProcesses",
            {},
            _node("roles", {}, _node("role", {"name": "gateway", "value": ROLE})),
            _parties(mode),
            _patterns(),
            _properties(),
            _securities(mode),
            _error_handlings(),
            _node("agreements", {}, _node("agreement", {"name": "none", "value": "", "type": ""})),
            _node("services", {}, _node("service", _service())),
            _node("actions", {}, *(_node("action", {"name": each, "value": each}) for each in _ROUNDS)),
            _reliability(mode),
            _legs(mode),
            _process(mode),
        )
    )
    etree.indent(root, "  ")
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _node(name: str, attributes: Mapping[str, str], *inside: etree._Element) -> etree._Element:
    made = etree.Element(name, dict(attributes))
    made.extend(inside)
    return made


def _said(text: str) -> etree._Element:
    return etree.Comment(f" {text} ")


def _yes(whether: bool) -> str:
    return "true" if whether else "false"


def _partitions(mode: ProcessingMode) -> etree._Element:
    attributes = {
        "name": "defaultMpc",
        "qualifiedName": f"{EB}defaultMPC",
        "enabled": "true",
        "default": "true",
        "retention_downloaded": "0",
        "retention_undownloaded": str(_minutes(mode.second_round)),
    }
    return _node(
        "mpcs",
        {},
        _said("In minutes: evidence goes when the backend has it, or when nobody waits for it any more."),
        _node("mpc", attributes),
    )


def _parties(mode: ProcessingMode) -> etree._Element:
    return _node(
        "parties",
        {},
        _node("partyIdTypes", {}, _node("partyIdType", {"name": "oots", "value": PARTY_TYPE})),
        *(
            _node(
                "party",
                {"name": each.party_id, "endpoint": each.endpoint},
                _node("identifier", {"partyId": each.party_id, "partyIdType": "oots"}),
            )
            for each in (mode.holder, mode.peer)
        ),
    )


def _patterns() -> etree._Element:
    return _node(
        "meps",
        {},
        _node("mep", {"name": "oneway", "value": f"{EB}oneWay"}),
        _node("binding", {"name": "push", "value": f"{EB}push"}),
    )


def _properties() -> etree._Element:
    return _node(
        "properties",
        {},
        *(
            _node("property", {"name": key, "key": key, "datatype": "string", "required": _yes(required)})
            for key, required in _PROPERTIES.items()
        ),
        _node("propertySet", {"name": "oots"}, *(_node("propertyRef", {"property": key}) for key in _PROPERTIES)),
    )


def _securities(mode: ProcessingMode) -> etree._Element:
    attributes = {
        "name": "oots",
        "policy": ENCRYPTING_POLICY if mode.encrypted else SIGNING_POLICY,
        "signatureMethod": mode.signature,
    }
    if profile := mode.profile or _PROFILES[mode.signature]:
        attributes["profile"] = profile
    how = (
        "Signed and encrypted. The peer takes signatures with a BinarySecurityToken alone."
        if mode.encrypted
        else f"Signed, not encrypted: make this policy of {ENCRYPTING_POLICY} by taking sp:EncryptedParts out. "
        "The peer takes signatures with a BinarySecurityToken alone."
    )
    return _node("securities", {}, _said(how), _node("security", attributes))


def _error_handlings() -> etree._Element:
    attributes = {
        "name": "told",
        "errorAsResponse": "true",
        "businessErrorNotifyProducer": "true",
        "businessErrorNotifyConsumer": "false",
        "deliveryFailureNotifyProducer": "true",
    }
    return _node("errorHandlings", {}, _node("errorHandling", attributes))


def _service() -> dict[str, str]:
    return {"name": SERVICE.value, "value": SERVICE.value, "type": SERVICE.scheme}


def _reliability(mode: ProcessingMode) -> etree._Element:
    windows = {_FIRST_ROUND: mode.first_round, _SECOND_ROUND: mode.second_round}
    return _node(
        "as4",
        {},
        _said("retry: minutes until a message is given up; attempts. Later the other side waits no more."),
        *(
            _node(
                "receptionAwareness",
                {"name": name, "retry": _retry(window, mode.pause), "duplicateDetection": "true"},
            )
            for name, window in windows.items()
        ),
        _node("reliability", {"name": "receipt", "replyPattern": "response", "nonRepudiation": "true"}),
    )


def _retry(window: timedelta, pause: timedelta) -> str:
    """With as many attempts as there are pauses in what Domibus takes for the window."""
    minutes = _minutes(window)
    return f"{minutes};{max(1, minutes * _MINUTE // pause)};CONSTANT"


def _minutes(window: timedelta) -> int:
    return max(1, window // _MINUTE)


def _legs(mode: ProcessingMode) -> etree._Element:
    return _node(
        "legConfigurations",
        {},
        _said("Compressed in all of them: the peer takes XML that is not compressed in canonical form alone."),
        *(
            _node(
                "legConfiguration",
                {
                    "name": action,
                    "service": SERVICE.value,
                    "action": action,
                    "defaultMpc": "defaultMpc",
                    "security": "oots",
                    "receptionAwareness": awareness,
                    "reliability": "receipt",
                    "propertySet": "oots",
                    "errorHandling": "told",
                    "compressPayloads": "true",
                },
            )
            for action, awareness in _ROUNDS.items()
        ),
    )


def _process(mode: ProcessingMode) -> etree._Element:
    attributes = {
        "name": "oots",
        "agreement": "none",
        "mep": "oneway",
        "binding": "push",
        "initiatorRole": "gateway",
        "responderRole": "gateway",
    }
    names = (mode.holder.party_id, mode.peer.party_id)
    return _node(
        "process",
        attributes,
        _node("initiatorParties", {}, *(_node("initiatorParty", {"name": each}) for each in names)),
        _node("responderParties", {}, *(_node("responderParty", {"name": each}) for each in names)),
        _node("legs", {}, *(_node("leg", {"name": action}) for action in _ROUNDS)),
    )
