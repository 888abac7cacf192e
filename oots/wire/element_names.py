"""The names of what a document holds, without what stands there."""

from __future__ import annotations

from lxml import etree

from oots.wire.xml import parse

_SEAL = "http://www.w3.org/2000/09/xmldsig#"


def leaf_paths(document: bytes) -> tuple[str, ...]:
    """The paths of the elements below the root that hold no others (`Person/Fornavne`), each once, in the order of
    the document; a seal in it is no part of what it says.

    Raises MessageError for what is no XML.
    """
    paths: dict[str, None] = {}
    _walk(parse(document), "", paths)
    return tuple(paths)


def _walk(element: etree._Element, above: str, paths: dict[str, None]) -> None:
    for child in element.iterchildren(etree.Element):
        name = etree.QName(child)
        if name.namespace == _SEAL:
            continue
        path = above + name.localname
        if next(child.iterchildren(etree.Element), None) is None:
            paths[path] = None
        else:
            _walk(child, f"{path}/", paths)
