"""A receipt and the message that it acknowledges (TDD 4.7; ebMS 3.0 core 7.12, ebBP signals 2.0)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from oots.rules.checks.asking import quoted, string, tidy
from oots.rules.pairs.pair import Broken, PairRule, judge_pair, pair_rule
from oots.rules.place import tag
from oots.rules.rule import Finding, Severity

FATAL = Severity.FATAL
_DS: Final = "{http://www.w3.org/2000/09/xmldsig#}"
_WSSE: Final = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd}"
_EBBP: Final = "{http://docs.oasis-open.org/ebxml-bp/ebbp-signals-2.0}"
_SIGNED: Final = f"{_DS}Signature/{_DS}SignedInfo/{_DS}Reference"
_RECEIVED: Final = f"{_EBBP}NonRepudiationInformation/{_EBBP}MessagePartNRInformation/{_DS}Reference"

Digests = dict[str, str]
"""The digest of each part by its URI, both as they stand in a signature, without blanks."""


@dataclass(frozen=True, slots=True)
class ReceiptToMessage:
    """Two SOAP envelopes."""

    receipt: etree._Element
    message: etree._Element

    @property
    def signal(self) -> etree._Element:
        return next(self.receipt.iter(tag("eb:SignalMessage")), self.receipt)

    @property
    def signed(self) -> Digests:
        """What the signature of the message covers."""
        return {
            uri: digest
            for security in self.message.iter(f"{_WSSE}Security")
            for uri, digest in _digests(security, _SIGNED)
        }

    @property
    def received(self) -> list[etree._Element]:
        """The references that the receipt repeats; not those of its own signature."""
        return self.signal.findall(f"{tag('eb:Receipt')}/{_RECEIVED}")


def _digests(holder: etree._Element, path: str) -> Iterator[tuple[str, str]]:
    return (_digest(reference) for reference in holder.iterfind(path))


def _digest(reference: etree._Element) -> tuple[str, str]:
    found = reference.find(f"{_DS}DigestValue")
    return tidy(reference.get("URI", "")), "" if found is None else "".join(string(found).split())


def receipt_to_message(receipt_soap: etree._Element, message_soap: etree._Element) -> tuple[Finding, ...]:
    """What a receipt breaks of the message that it acknowledges; places are in the receipt.

    Both are SOAP envelopes. Whether the signatures hold and who made them is a matter of trust.
    """
    return judge_pair(RECEIPT_RULES, ReceiptToMessage(receipt_soap, message_soap), "v2.0")


@pair_rule("RCP-001", FATAL, "4.7", "The RefToMessageId of a receipt must be the MessageId of the message received.")
def refers_to_the_message(pair: ReceiptToMessage) -> Iterator[Broken]:
    """Fatal: it is the receipt of another message."""
    info = f"{tag('eb:MessageInfo')}/"
    message = next(pair.message.iter(tag("eb:UserMessage")), pair.message)
    at, sent = pair.signal.find(f"{info}{tag('eb:RefToMessageId')}"), message.find(f"{info}{tag('eb:MessageId')}")
    if sent is None:
        return
    if at is None:
        yield Broken(pair.signal, "no RefToMessageId")
    elif tidy(string(at)) != tidy(string(sent)):
        yield Broken(at, quoted(string(at)))


@pair_rule("RCP-002", FATAL, "4.7", "A receipt must repeat the digest of every part that the message signed.")
def every_digest(pair: ReceiptToMessage) -> Iterator[Broken]:
    """Fatal: what is not acknowledged can be denied."""
    received = dict(map(_digest, pair.received))
    yield from (Broken(pair.signal, f"no digest of {quoted(uri)}") for uri in pair.signed if uri not in received)


@pair_rule("RCP-003", FATAL, "4.7", "A receipt must repeat the digests of the message as they were signed.")
def same_digests(pair: ReceiptToMessage) -> Iterator[Broken]:
    """Fatal: something else was received than was sent."""
    signed = pair.signed
    for reference in pair.received:
        uri, digest = _digest(reference)
        if uri in signed and digest != signed[uri]:
            yield Broken(reference, f"{quoted(digest)} of {quoted(uri)}")


@pair_rule("RCP-004", FATAL, "4.7", "A receipt must not acknowledge what the message did not sign.")
def nothing_else(pair: ReceiptToMessage) -> Iterator[Broken]:
    """Fatal: the parts acknowledged are exactly those sent. A message without signature has none to compare with."""
    signed = pair.signed
    left = set(signed)
    for reference in pair.received if signed else ():
        uri, _ = _digest(reference)
        if uri not in left:
            yield Broken(reference, quoted(uri))
        left.discard(uri)


RECEIPT_RULES: Final[tuple[PairRule[ReceiptToMessage], ...]] = (
    refers_to_the_message,
    every_digest,
    same_digests,
    nothing_else,
)
