"""ebMS signal messages (`eb:SignalMessage`): the envelope of receipts and errors, error signals, and reading both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lxml import etree

from oots.edelivery import soap
from oots.edelivery.faults import invalid_header
from oots.edelivery.header import add_message_info, only
from oots.edelivery.soap import add, eb, message_element
from oots.model.errors import TransportError
from oots.wire.xml import canonical


class SignalKind(StrEnum):
    """What a signal says."""

    RECEIPT = "receipt"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal as it stands, unverified: `codes` are those of errors, `ref_to` the message id it is about."""

    kind: SignalKind
    codes: tuple[str, ...]
    ref_to: str | None


def signal_message(message_id: str, now: datetime, ref_to: str | None) -> etree._Element:
    """`eb:SignalMessage` with its `eb:MessageInfo`, to be filled."""
    message = message_element("SignalMessage")
    add_message_info(message, message_id, now, ref_to)
    return message


def error_signal(error: TransportError, message_id: str, now: datetime, ref_to: str | None) -> bytes:
    """An unsigned SOAP envelope that names code and short description, and nothing that tells failures of one code
    apart."""
    message = signal_message(message_id, now, ref_to)
    attributes = {"errorCode": error.ebms, "severity": "failure", "shortDescription": error.short}
    attributes |= _classification(error.ebms)
    if ref_to is not None:
        attributes["refToMessageInError"] = ref_to
    add(message, eb("Error"), attributes=attributes)
    return canonical(soap.build([message]))


def _classification(code: str) -> dict[str, str]:
    """Category and origin as ebMS 3.0 6.7 and AS4 5.1 list them."""
    if code.startswith("EBMS:01"):
        return {"category": "Processing", "origin": "security"}
    if code.startswith("EBMS:03"):
        return {"category": "Communication", "origin": "ebMS"}
    return {"category": "Unpackaging", "origin": "ebMS"}


def read_signal(data: bytes) -> Signal:
    """Read a receipt or error signal without verifying it; raises TransportError (EBMS:0009) for anything else."""
    return signal_of(soap.read(data).messaging)


def signal_of(messaging: etree._Element) -> Signal:
    """The signal in `eb:Messaging`; raises TransportError (EBMS:0009) when it holds no single one."""
    message = only(messaging, "SignalMessage")
    reference = only(message, "MessageInfo").findtext(eb("RefToMessageId"))
    codes = tuple(error.get("errorCode", "") for error in message.iterfind(eb("Error")))
    receipts = message.findall(eb("Receipt"))
    if codes and not receipts:
        return Signal(SignalKind.ERROR, codes, reference)
    if len(receipts) == 1 and not codes:
        return Signal(SignalKind.RECEIPT, (), reference)
    raise invalid_header("a signal must be one receipt, or errors")
