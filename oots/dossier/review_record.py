"""The form of a review.json: what stands in it, before anything of it is believed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal

from pydantic import AwareDatetime, ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked
from pydantic_core import from_json

from oots.dossier.records import NOT_REVIEWED

FORMAT: Final = "oots-review"
VERSION: Final = 1
_STRICT: Final = ConfigDict(extra="forbid", frozen=True)


@checked(config=_STRICT)
class By:
    """A person, as the review desk calls him or her."""

    key: str
    name: str


@checked(config=_STRICT)
class SignOff:
    """`content` is the text that was signed, `jws` the signature over its digest; the others are what it is told as."""

    number: int
    verdict: str
    by: By
    at: AwareDatetime
    sha256: str
    content: str
    jws: str


@checked(config=_STRICT)
class Report:
    """Where a review stands, its items with their answers and its remarks, as the last sign-off has them or as they
    have become since, and each sign-off, oldest first."""

    format: Literal["oots-review"]
    version: Literal[1]
    exchange_id: str
    state: Literal["to-verify", "taken", "verified", "partly", "rejected"]
    taken_by: By | None
    items: list[dict[str, Any]]
    remarks: list[dict[str, Any]]
    sign_offs: tuple[SignOff, ...]

    @property
    def is_decided(self) -> bool:
        """Whether it says that somebody has come to a verdict, and nobody has taken it up again."""
        return self.state not in ("to-verify", "taken")


class NoReviewError(Exception):
    """What is no review of a form that is known here; the text is for people."""


_REPORTS: Final = TypeAdapter(Report)


def read_review(record: bytes | None) -> Report | None:
    """None where it says that nobody has reviewed; raises NoReviewError."""
    if record is None:
        return None
    try:
        told = from_json(record)
    except ValueError:
        raise NoReviewError("no review") from None
    if not isinstance(told, dict):
        raise NoReviewError("no review")
    if told.keys() == NOT_REVIEWED.keys() and told["reviews"] == []:
        return None
    if (told.get("format"), told.get("version")) != (FORMAT, VERSION):
        named = " ".join(_in_short(told.get(name)) for name in ("format", "version"))
        raise NoReviewError(f"a review of a form that is not known here: {named}")
    try:
        return _REPORTS.validate_python(told)
    except ValidationError as problem:
        first = problem.errors(include_input=False, include_url=False)[0]
        raise NoReviewError(f"no review: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def signing_times(review: Mapping[str, Any] | None) -> tuple[datetime, ...]:
    """When the sign-offs of a review (None: nobody has reviewed) were made, as the review desk tells them."""
    return tuple(datetime.fromisoformat(each["at"]) for each in review["sign_offs"]) if review else ()


def _in_short(value: object) -> str:
    return str(value)[:40] if isinstance(value, str | int) else "(none)"
