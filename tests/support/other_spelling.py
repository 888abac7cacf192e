"""The same document in other spelling: other prefixes, attributes in another order, slots in another order."""

from __future__ import annotations

from lxml import etree

from oots.wire.namespaces import RIM, XSI

XSI_TYPE = f"{{{XSI}}}type"
SLOT = f"{{{RIM}}}Slot"


def reprefixed(root: etree._Element) -> etree._Element:
    """The document with prefixes `p0`, `p1`, … for all namespaces, also in the values of `xsi:type`."""
    found = {
        etree.QName(name).namespace for element in root.iter(etree.Element) for name in (element.tag, *element.attrib)
    }
    namespaces = sorted(str(each) for each in found if each)
    prefixes = {uri: f"p{number}" for number, uri in enumerate(namespaces) if not uri.endswith("/XML/1998/namespace")}
    return _rebuilt(root, {prefix: uri for uri, prefix in prefixes.items()}, prefixes)


def _rebuilt(element: etree._Element, nsmap: dict[str, str], prefixes: dict[str, str]) -> etree._Element:
    made = etree.Element(element.tag, nsmap=nsmap)
    for name, value in reversed(element.attrib.items()):
        made.set(name, _retyped(element, str(value), prefixes) if name == XSI_TYPE else value)
    made.text, made.tail = element.text, element.tail
    made.extend([_rebuilt(child, nsmap, prefixes) for child in element.iterchildren(etree.Element)])
    return made


def _retyped(element: etree._Element, value: str, prefixes: dict[str, str]) -> str:
    prefix, colon, name = value.rpartition(":")
    uri = element.nsmap.get(prefix or None)
    return f"{prefixes.setdefault(uri, f'p{len(prefixes)}')}:{name}" if uri and colon else value


def slots_reversed(root: etree._Element) -> etree._Element:
    """The same element with every run of slots in the opposite order; changes `root` itself."""
    for parent in [root, *root.iter(etree.Element)]:
        slots = [child for child in parent if child.tag == SLOT]
        if len(slots) > 1:
            place = parent.index(slots[0])
            for slot in slots:
                parent.remove(slot)
            for slot in slots:
                parent.insert(place, slot)
    return root
