"""Words for what a dossier tells, Danish and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from oots.edelivery.header import EXCEPTION_RESPONSE, EXECUTE_QUERY_REQUEST

Two = tuple[str, str]

KINDS: Final[Mapping[str, Two]] = {
    EXECUTE_QUERY_REQUEST: ("anmodning", "request"),
    EXCEPTION_RESPONSE: ("fejlsvar", "error response"),
}
"""Kinds of messages by the action in their header; any other is ANSWERED."""
ANSWERED: Final[Two] = ("svar", "response")
DECISIONS: Final[Mapping[str, Two]] = {"accept": ("godkendt", "approved"), "decline": ("afvist", "declined")}
REVIEW_STATES: Final[Mapping[str, Two]] = {
    "to-verify": ("til verificering", "to be verified"),
    "taken": ("taget", "taken"),
    "verified": ("verificeret", "verified"),
    "partly": ("delvist verificeret", "partly verified"),
    "rejected": ("afvist", "rejected"),
}
REVIEW_ANSWERS: Final[Mapping[str, Two]] = {
    "follows": ("følger", "follows"),
    "partly": ("følger delvist", "follows partly"),
    "deviates": ("afviger", "deviates"),
    "not-relevant": ("ikke relevant", "not relevant"),
}
UNKNOWN: Final[Two] = ("ikke kendt", "not known")
