"""The forms that the 1.0.0 assertions look for: anywhere in the value, unless the form says where.

The published expressions leave dots unescaped and mostly ignore case; both is kept, so that verdicts agree.
"""

from __future__ import annotations

from oots.rules.checks.slots import value_like
from oots.rules.checks.values import UUID, like, text_like
from oots.rules.rule import Check


def a_uuid() -> Check:
    return like(f"{UUID}$", "a UUID")


def a_urn_uuid() -> Check:
    return like(f"urn:uuid:{UUID}$", "urn:uuid: and a UUID")


def a_date() -> Check:
    return text_like("[0-9]{4}-[0-9]{2}-[0-9]{2}", "a date YYYY-MM-DD")


def a_moment() -> Check:
    return text_like("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}", "a date and time (xs:dateTime)")


def an_eidas_identifier() -> Check:
    return text_like("[a-z]{2}/[a-z]{2}/[a-z0-9]{9}", "an eIDAS identifier CC/CC/… with nine letters or digits or more")


def an_https_url() -> Check:
    return value_like("^https://", "a URL that begins with https://")


def requirement_url(repository: str) -> Check:
    return like(f"https://{repository}/requirements/{UUID}$", f"https://{repository}/requirements/ and a UUID")


def evidence_type_url(repository: str) -> Check:
    family = f"https://{repository}/evidencetypeclassifications/"
    return like(f"{family}[a-z]{{2}}/{UUID}$", f"{family}, a country, and a UUID")


def data_model_url(repository: str) -> Check:
    family = f"https://{repository}/distributions/"
    return text_like(f"^{family}", f"a URL that begins with {family}", case=True)
