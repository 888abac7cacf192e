"""Declares attacks that are one change to a small message of the portal: to its package, its envelope, its signature.

The function that makes the change is the attack: its name and docstring stand in the table.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from lxml import etree

from oots.edelivery.shape import ds
from oots.edelivery.soap import eb
from tests.support.attacks import Area, Refused, attack
from tests.support.doors import (
    Door,
    Sent,
    altered,
    attachments_of,
    repackaged,
    resigned,
    same_provider_door,
    signed_anew,
)

MIME_INCONSISTENCY = "EBMS:0007"
INVALID_HEADER = "EBMS:0009"
FAILED_AUTHENTICATION = "EBMS:0101"
DECOMPRESSION_FAILURE = "EBMS:0303"

TreeChange = Callable[[etree._Element], object]
BytesChange = Callable[[bytes], bytes]
PackageChange = Callable[[str, bytes], Sent]
ChangeT = TypeVar("ChangeT", TreeChange, BytesChange, PackageChange)


def _declared(area: Area, told: str, why: str, send: Callable[[Door, ChangeT], Sent]) -> Callable[[ChangeT], ChangeT]:
    def declare(change: ChangeT) -> ChangeT:
        @attack(area, same_provider_door, told=told, why=why)
        @wraps(change)
        def run(door: Door) -> Refused:
            return door.refused(*send(door, change))

        return change

    return declare


def in_the_package(area: Area, *, told: str, why: str) -> Callable[[PackageChange], PackageChange]:
    """The change makes another Content-Type and body of those of the message."""

    def send(door: Door, change: PackageChange) -> Sent:
        message = door.small()
        changed = change(message.content_type, message.body)
        assert changed != (message.content_type, message.body), "nothing was changed"
        return changed

    return _declared(area, told, why, send)


def in_the_spelling(area: Area, *, told: str, why: str) -> Callable[[BytesChange], BytesChange]:
    """The change makes other bytes of those of the signed envelope."""

    def send(door: Door, change: BytesChange) -> Sent:
        message = door.small()
        changed = change(message.soap)
        assert changed != message.soap, "nothing was changed"
        return repackaged(message, changed)

    return _declared(area, told, why, send)


def after_signing(area: Area, *, told: str, why: str) -> Callable[[TreeChange], TreeChange]:
    """The change is made to the signed envelope."""
    return _declared(area, told, why, lambda door, change: altered(door.small(), change))


def before_signing(area: Area, *, told: str, why: str) -> Callable[[TreeChange], TreeChange]:
    """The change is made to the envelope, and then all of it is signed, by the portal itself."""

    def send(door: Door, change: TreeChange) -> Sent:
        message = door.small()
        return signed_anew(message.header, attachments_of(message), door.key(), change)

    return _declared(area, told, why, send)


def in_the_signature(area: Area, *, why: str) -> Callable[[TreeChange], TreeChange]:
    """The change is made to the signature, whose value is made anew by the portal itself."""
    return _declared(area, FAILED_AUTHENTICATION, why, lambda door, change: resigned(door.small(), change, door.key()))


# --- finding one's way ---


def one(root: etree._Element, tag: str) -> etree._Element:
    """The one element of that name."""
    (found,) = root.iter(tag)
    return found


def named(root: etree._Element, name: str) -> etree._Element:
    """The first element of that ebMS name."""
    return next(root.iter(eb(name)))


def reference(root: etree._Element, uri: str) -> etree._Element:
    """The reference to a `#id`, or to the first part for `cid:`."""
    return next(each for each in root.iter(ds("Reference")) if each.get("URI", "").startswith(uri))


def replaced(data: bytes, old: bytes, new: bytes) -> bytes:
    """`data` with the first `old`, which must be there, replaced."""
    assert old in data, f"there is no {old!r}"
    return data.replace(old, new, 1)
