"""Words for what a dossier tells, Danish and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from oots.edelivery.header import EXCEPTION_RESPONSE, EXECUTE_QUERY_REQUEST

Two = tuple[str, str]

KINDS: Final[Mapping[str, Two]] = {
    EXECUTE_QUERY_REQUEST: ("anmodning", "request"),
    EXCEPTION_RESPONSE: ("undtagelse", "exception"),
}
"""Kinds of messages by the action in their header; any other is ANSWERED."""
ANSWERED: Final[Two] = ("svar", "response")
DECISIONS: Final[Mapping[str, Two]] = {"accept": ("godkendt", "approved"), "decline": ("afvist", "declined")}
UNKNOWN: Final[Two] = ("ikke kendt", "not known")
