"""Building elements: name, attributes, then text or children in the order given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lxml import etree

from oots.model.identifiers import Identifier
from oots.model.text import Text
from oots.wire.namespaces import NSMAP, QUERY, RIM, RS, SDG

Inside = str | etree._Element
Attributes = Mapping[str, str]


def _element(namespace: str, name: str, attributes: Attributes, inside: Iterable[Inside]) -> etree._Element:
    made = etree.Element(f"{{{namespace}}}{name}", dict(attributes), nsmap=NSMAP)
    for part in inside:
        if isinstance(part, str):
            made.text = part
        else:
            made.append(part)
    return made


def query(name: str, attributes: Attributes, *inside: Inside) -> etree._Element:
    return _element(QUERY, name, attributes, inside)


def rim(name: str, attributes: Attributes, *inside: Inside) -> etree._Element:
    return _element(RIM, name, attributes, inside)


def rs(name: str, attributes: Attributes, *inside: Inside) -> etree._Element:
    return _element(RS, name, attributes, inside)


def sdg(name: str, *inside: Inside) -> etree._Element:
    return _element(SDG, name, {}, inside)


def sdg_identifier(name: str, scheme: str, value: str) -> etree._Element:
    return _element(SDG, name, {"schemeID": scheme}, (value,))


def identifier(value: Identifier) -> etree._Element:
    return sdg_identifier("Identifier", value.scheme, value.value)


def texts(name: str, values: Iterable[Text]) -> list[etree._Element]:
    """One element for each language; `lang` has no namespace on `sdg` elements."""
    return [_element(SDG, name, {"lang": text.lang}, (text.value,)) for text in values]


def optional(name: str, value: str | None) -> list[etree._Element]:
    """The element where there is a value."""
    return [] if value is None else [sdg(name, value)]
