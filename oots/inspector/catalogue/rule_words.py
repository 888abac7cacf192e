"""What rules, their documents and their severity are called on pages."""

from __future__ import annotations

from typing import Final

from oots.rules.judgement import SCHEMA
from oots.rules.kind import Kind
from oots.rules.rule import Severity
from oots.validation.catalogue import PAIR, entries, named
from oots.web.words import Words

KINDS: Final = {
    Kind.REQUEST: Words("Anmodning", "Evidence request"),
    Kind.RESPONSE: Words("Svar", "Evidence response"),
    Kind.ERROR: Words("Fejlsvar", "Evidence error response"),
    Kind.EBMS_HEADER: Words("ebMS-hoved", "ebMS header"),
    PAIR: Words("Mellem meddelelser", "Between messages"),
    Kind.EB_REQUIREMENTS: Words("Evidence Broker: krav", "Evidence Broker: requirements"),
    Kind.EB_EVIDENCE_TYPES: Words("Evidence Broker: dokumentationstyper", "Evidence Broker: evidence types"),
    Kind.EB_ERROR: Words("Evidence Broker: fejl", "Evidence Broker: error"),
    Kind.DSD_SERVICES: Words("Data Service Directory: udbydere", "Data Service Directory: data services"),
    Kind.DSD_ERROR: Words("Data Service Directory: fejl", "Data Service Directory: error"),
}
SEVERITIES: Final = {
    Severity.FATAL: Words("Afviser", "Refuses"),
    Severity.WARNING: Words("Advarsel", "Warning"),
    Severity.CAUTION: Words("Bemærk", "Caution"),
    Severity.INFO: Words("Til oplysning", "For information"),
}
SEVERITY_BADGES: Final = {
    Severity.FATAL: "error",
    Severity.WARNING: "warning",
    Severity.CAUTION: "warning",
    Severity.INFO: "info",
}
WHERE_CHECKED: Final = {
    PAIR: Words(
        "Begge sider holder hver meddelelse op mod dem, den hører sammen med: før den sendes, og når den modtages. "
        "Også kommandoen oots validate på en mappe med en hel udveksling gør det.",
        "Both sides hold each message against those that it belongs to: before it is sent, and when it is received. "
        "So does the command oots validate on a folder with a whole exchange.",
    ),
    Kind.EBMS_HEADER: Words(
        "Hvert adgangspunkt holder hovedet op mod reglen, når underskriften er troet, og før et eget hoved sendes. "
        "Også kommandoen oots validate gør det.",
        "Each access point holds the header against it once the signature is believed, and before one of its own is "
        "sent. So does the command oots validate.",
    ),
}
CHECKED_BY_BOTH: Final = Words(
    "Afsenderen holder dokumentet op mod reglen, før det sendes, og modtageren, når underskriften er troet. Også "
    "kommandoen oots validate gør det.",
    "The sender holds the document against it before sending, and the receiver once the signature is believed. So does "
    "the command oots validate.",
)
CHECKED_BY_DIRECTORIES: Final = Words(
    "Portalen holder katalogets svar op mod reglen, og kommandoen oots validate gør det samme med en fil.",
    "The portal holds the directory's answer against it, and the command oots validate does the same with a file.",
)
_DIRECTORIES: Final = (Kind.EB_REQUIREMENTS, Kind.EB_EVIDENCE_TYPES, Kind.EB_ERROR, Kind.DSD_SERVICES, Kind.DSD_ERROR)


def where_checked(kind: str) -> Words:
    """Where a rule on that kind of document is checked."""
    if kind in _DIRECTORIES:
        return CHECKED_BY_DIRECTORIES
    return WHERE_CHECKED.get(kind, CHECKED_BY_BOTH)


def link_to(rule: str) -> str | None:
    """The page of a rule; None for what stands in reports in the place of one."""
    return f"/rules/{rule}" if rule == SCHEMA or named(rule, entries()) else None
