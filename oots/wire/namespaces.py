"""XML namespaces of the exchange and the literal prefixes under which they are written (TDD 4.4)."""

from __future__ import annotations

from typing import Final

QUERY: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:query:4.0"
RIM: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:4.0"
RS: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:rs:4.0"
SDG: Final = "http://data.europa.eu/p4s"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
XLINK: Final = "http://www.w3.org/1999/xlink"
XML: Final = "http://www.w3.org/XML/1998/namespace"
EB: Final = "http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/"

NSMAP: Final[dict[str, str]] = {
    "query": QUERY,
    "rim": RIM,
    "rs": RS,
    "sdg": SDG,
    "xsi": XSI,
    "xlink": XLINK,
}
"""Prefixes of every document we write: some readers compare prefixes literally."""
