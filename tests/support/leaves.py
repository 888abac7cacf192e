"""What a document holds, read without any of the code that is tested."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

_SEAL = "{http://www.w3.org/2000/09/xmldsig#}Signature"


def leaves_in(document: bytes) -> dict[str, list[str]]:
    """The path of each element that holds no others, below the root and beside the seal, with what stands there."""
    found: dict[str, list[str]] = {}
    for path, text in _below(etree.fromstring(document), ()):
        found.setdefault("/".join(path), []).append(text)
    return found


def _below(element: etree._Element, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for child in element:
        if child.tag == _SEAL:
            continue
        inside = (*path, etree.QName(child).localname)
        if len(child):
            yield from _below(child, inside)
        else:
            yield inside, child.text or ""
