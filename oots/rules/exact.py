"""The forms that 1.2 and 2.0 demand: of the whole value, with nothing around it (digest of TDD 4.5 and 4.6)."""

from __future__ import annotations

import re

from oots.rules.checks.asking import quoted, string
from oots.rules.checks.spoiling import NONSENSE
from oots.rules.rule import Check, Node
from oots.wire.reader import BLANK

UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
REPOSITORY = r"https://sr(\.acc)?\.oots\.tech\.ec\.europa\.eu"
"""The Semantic Repository; `.acc` is its acceptance environment."""


def exactly(pattern: str, form: str) -> Check:
    """The value, without blanks around it, is of this form."""
    expression = re.compile(pattern)

    def find(node: Node) -> str | None:
        return None if expression.fullmatch(string(node).strip(BLANK)) else quoted(string(node))

    def spoil(node: Node) -> str | None:
        if isinstance(node, str):
            return NONSENSE
        for child in node:
            node.remove(child)
        node.text = NONSENSE
        return None

    return Check(f"must be {form}", find, spoil)


def a_uuid() -> Check:
    return exactly(UUID, "a UUID in lower case")


def a_urn_uuid() -> Check:
    return exactly(f"urn:uuid:{UUID}", "urn:uuid: and a UUID in lower case")


def a_date() -> Check:
    return exactly(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", "a date YYYY-MM-DD")


def a_moment() -> Check:
    time = r"([01]\d|2[0-4]):[0-5]\d:[0-5]\d(\.\d+)?"
    return exactly(rf"\d{{4}}-\d\d-\d\dT{time}(Z|[+-]\d\d:\d\d)?", "a date and time (xs:dateTime)")


def an_https_url() -> Check:
    return exactly(r"https://[^\s]+", "a URL that begins with https://")


def an_eidas_identifier() -> Check:
    return exactly(r"[A-Z]{2}/[A-Z]{2}/.{6,256}", "an eIDAS identifier CC/CC/… with 6 characters or more")


def requirement_url() -> Check:
    return exactly(f"{REPOSITORY}/requirements/{UUID}", "a requirement of the Semantic Repository")


def evidence_type_url() -> Check:
    return exactly(
        f"{REPOSITORY}/evidencetypeclassifications/([A-Z]{{2}}|oots)/{UUID}",
        "an evidence type of the Semantic Repository",
    )


def data_model_url() -> Check:
    return exactly(rf"{REPOSITORY}/datamodels/[^\s?#]+", "a data model of the Semantic Repository (datamodels/…)")


def code_list_url() -> Check:
    return exactly(rf"{REPOSITORY}/codelists/[A-Za-z]+/[^\s?#]+", "a code list of the Semantic Repository")
