"""Checks on the attributes of an element."""

from __future__ import annotations

import re
from typing import Final

from oots.rules.checks.asking import an, element_of, quoted, tidy, unless
from oots.rules.checks.spoiling import NONSENSE, set_attribute
from oots.rules.codelists import CodeList
from oots.rules.place import NAMESPACES, attribute
from oots.rules.rule import Check, Node
from oots.wire.slots import XSI_TYPE, type_of

EAS: Final = "urn:cef.eu:names:identifier:EAS:"
UNREGISTERED: Final = "urn:oasis:names:tc:ebcore:partyid-type:unregistered"


def has_attribute(name: str) -> Check:
    """The element has the attribute, perhaps empty."""
    wanted = attribute(name)
    return Check(
        f"must have the attribute {name}",
        lambda node: unless(element_of(node).get(wanted) is not None, lambda: f"no {name}"),
        set_attribute(name, None),
    )


def attribute_filled(name: str) -> Check:
    """The element has the attribute, and it is not blank."""
    wanted = attribute(name)
    return Check(
        f"must have the attribute {name}, not empty",
        lambda node: unless(bool(tidy(element_of(node).get(wanted, ""))), lambda: f"no {name}"),
        set_attribute(name, None),
    )


def attribute_in(name: str, *values: str) -> Check:
    """The attribute is one of these values."""
    wanted = attribute(name)
    return Check(
        f"must have the {name} {' or '.join(values)}",
        lambda node: unless(element_of(node).get(wanted) in values, lambda: quoted(element_of(node).get(wanted, ""))),
        set_attribute(name, NONSENSE),
    )


def attribute_like(name: str, pattern: str, form: str) -> Check:
    """The attribute, or nothing where it is missing, matches."""
    wanted, expression = attribute(name), re.compile(pattern)
    return Check(
        f"must have {an(name)} that is {form}",
        lambda node: unless(
            expression.search(element_of(node).get(wanted, "")) is not None,
            lambda: (
                quoted(element_of(node).get(wanted, "")) if element_of(node).get(wanted) is not None else f"no {name}"
            ),
        ),
        set_attribute(name, NONSENSE),
    )


def attribute_unlike(name: str, part: str) -> Check:
    """The attribute does not contain this."""
    wanted = attribute(name)
    return Check(
        f"must have another {name} than {part}",
        lambda node: unless(
            part not in element_of(node).get(wanted, ""), lambda: quoted(element_of(node).get(wanted, ""))
        ),
        set_attribute(name, part),
    )


def scheme_in(codes: CodeList) -> Check:
    """`schemeID` is an electronic address scheme of the list, or the ebCore fallback for unregistered parties."""

    def found(node: Node) -> str | None:
        scheme = element_of(node).get("schemeID", "")
        listed = scheme.partition(EAS)[2] in codes if EAS in scheme else False
        return unless(listed or scheme.startswith(UNREGISTERED), lambda: quoted(scheme))

    return Check(
        f"must have a schemeID of the list {codes.name} ({EAS}…), or {UNREGISTERED}:…",
        found,
        set_attribute("schemeID", EAS + NONSENSE),
    )


def scheme_exactly_in(codes: CodeList) -> Check:
    """`schemeID` is a whole code of the list, or the ebCore fallback with a country or `oots`."""
    fallback = re.compile(f"{UNREGISTERED}:[A-Za-z][A-Za-z0-9-]*")

    def find(node: Node) -> str | None:
        scheme = element_of(node).get("schemeID", "")
        listed = scheme.startswith(EAS) and scheme.removeprefix(EAS) in codes
        return unless(listed or fallback.fullmatch(scheme) is not None, lambda: quoted(scheme))

    return Check(
        f"must have a schemeID of the list {codes.name} ({EAS}…), or {UNREGISTERED}:…",
        find,
        set_attribute("schemeID", EAS + NONSENSE),
    )


def type_in(codes: CodeList) -> Check:
    """`xsi:type`, if it is there, is a type of the list, under whatever prefix the document uses."""
    allowed = {(NAMESPACES[prefix], name) for prefix, _, name in (code.partition(":") for code in codes.codes)}
    return Check(
        f"must be of a type of the list {codes.name}",
        lambda node: unless(
            not element_of(node).get(XSI_TYPE) or type_of(element_of(node)) in allowed,
            lambda: quoted(element_of(node).get(XSI_TYPE, "")),
        ),
        set_attribute("xsi:type", "rs:UnknownExceptionType"),
    )


def optional_code_of(name: str, codes: CodeList) -> Check:
    """The attribute, if it is there, is a code of the list."""
    wanted = attribute(name)
    return Check(
        f"must have {an(name)} of the list {codes.name}",
        lambda node: unless(
            element_of(node).get(wanted) is None or element_of(node).get(wanted) in codes,
            lambda: quoted(element_of(node).get(wanted, "")),
        ),
        set_attribute(name, NONSENSE),
    )


def coded_attribute(name: str, codes: CodeList) -> Check:
    """The attribute is there and a code of the list."""
    wanted = attribute(name)
    return Check(
        f"must have {an(name)} of the list {codes.name}",
        lambda node: unless(element_of(node).get(wanted) in codes, lambda: quoted(element_of(node).get(wanted, ""))),
        set_attribute(name, NONSENSE),
    )


def no_attribute(name: str) -> Check:
    """The element does not have the attribute."""
    unwanted = attribute(name)
    return Check(
        f"must not have the attribute {name}",
        lambda node: unless(element_of(node).get(unwanted) is None, lambda: quoted(element_of(node).get(unwanted, ""))),
        set_attribute(name, "DA"),
    )
