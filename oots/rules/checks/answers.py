"""What must fit together in an answer and its exceptions."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from oots.rules.checks.asking import SLOT, children, element_of, quoted, slots, unless
from oots.rules.checks.spoiling import NONSENSE, insert, remove, set_attribute
from oots.rules.place import NAMESPACES
from oots.rules.rule import Check, Node
from oots.wire.slots import XSI_TYPE, type_of


def no_slot_without_exception() -> Check:
    """A failure without any exception has no slots either."""

    def alone(node: Node) -> bool:
        return not children(node, "Exception") and bool(children(node, "Slot"))

    def spoil(node: Node) -> None:
        remove("Exception")(node)
        insert("Slot")(node)

    return Check(
        "must have no Slot where it has no Exception",
        lambda node: unless(not alone(node), lambda: "slots and no exception"),
        spoil,
    )


def request_id_unless_unreadable() -> Check:
    """An answer names the request it answers, unless it says that the request could not be read."""
    unreadable = (NAMESPACES["rs"], "InvalidRequestExceptionType")

    def right(node: Node) -> bool:
        return element_of(node).get("requestId") is not None or any(
            type_of(exception) == unreadable for exception in children(node, "Exception")
        )

    return Check(
        "must have the attribute requestId unless an exception is of the type InvalidRequestExceptionType",
        lambda node: unless(right(node), lambda: "no requestId"),
        set_attribute("requestId", None),
    )


def requester_unless_unreadable() -> Check:
    """An error names the requester, unless it says that the request could not be read."""
    unreadable = (NAMESPACES["rs"], "InvalidRequestExceptionType")

    def find(node: Node) -> str | None:
        number = len(slots(node, "EvidenceRequester"))
        excused = any(type_of(exception) == unreadable for exception in children(node, "Exception"))
        return unless(number == 1 or (number == 0 and excused), lambda: f"{number} slots EvidenceRequester")

    def spoil(node: Node) -> None:
        for _ in range(2):
            etree.SubElement(element_of(node), SLOT, {"name": "EvidenceRequester"})

    return Check(
        "must have the slot EvidenceRequester exactly once, unless an exception is of the type "
        "InvalidRequestExceptionType",
        find,
        spoil,
    )


def a_code_for_each_type(codes: Mapping[str, str]) -> Check:
    """The exception's `code` belongs to its `xsi:type`; `codes` maps codes to types."""

    def find(node: Node) -> str | None:
        named = codes.get(element_of(node).get("code", ""))
        if named is None:
            return None
        prefix, _, name = named.partition(":")
        return unless(
            type_of(element_of(node)) == (NAMESPACES[prefix], name), lambda: element_of(node).get(XSI_TYPE, "")
        )

    def spoil(node: Node) -> None:
        other = next(code for code in codes if code != element_of(node).get("code"))
        element_of(node).set("code", other)

    return Check("must have the code that belongs to its type", find, spoil)


def preview_is_required(severity: str) -> Check:
    """An exception has a preview location exactly when it says that a preview is required, and is EDM:ERR:0002 then."""

    def find(node: Node) -> str | None:
        element = element_of(node)
        required, offered = element.get("severity") == severity, bool(slots(node, "PreviewLocation"))
        right = required == offered and (not offered or element.get("code") == "EDM:ERR:0002")
        return unless(right, lambda: "a PreviewLocation" if offered else "no PreviewLocation")

    return Check(
        f"must have a PreviewLocation exactly when its severity is {severity}, and be EDM:ERR:0002 then",
        find,
        set_attribute("severity", NONSENSE),
    )


def severity_without_preview(severity: str) -> Check:
    """An exception of any other code than EDM:ERR:0002 is an error."""

    def find(node: Node) -> str | None:
        element = element_of(node)
        right = element.get("code") == "EDM:ERR:0002" or element.get("severity") == severity
        return unless(right, lambda: quoted(element.get("severity", "")))

    def spoil(node: Node) -> None:
        element_of(node).set("code", "EDM:ERR:0004")
        element_of(node).set("severity", NONSENSE)

    return Check(f"must have the severity {severity} unless its code is EDM:ERR:0002", find, spoil)
