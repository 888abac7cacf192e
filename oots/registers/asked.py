"""What an architect enters on the page about matching, as the eID would say it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from oots.model.agent import Address
from oots.model.issuing import Applicant
from oots.model.person import NaturalPerson, Subject


class FaultyFieldError(ValueError):
    """A field that cannot be read; `field` is its name on the page."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(field)


def applicant_of(given: Mapping[str, str]) -> Applicant:
    """The person whose attributes these are, and who acts for her where that is given; raises FaultyFieldError."""
    said = {name: value.strip() for name, value in given.items()}
    acting: Subject | None = None
    if said.get("acting_family_name") or said.get("acting_given_name"):
        acting = NaturalPerson(
            said.get("acting_family_name", ""),
            said.get("acting_given_name", ""),
            _date(said, "acting_date_of_birth"),
        )
    subject = NaturalPerson(
        said.get("family_name", ""),
        said.get("given_name", ""),
        _date(said, "date_of_birth"),
        birth_name=said.get("birth_name") or None,
        place_of_birth=said.get("place_of_birth") or None,
        gender=said.get("gender") or None,
        nationality=said.get("nationality", "").upper() or None,
        current_address=_address(said),
    )
    return Applicant(subject, acting, classification=said.get("classification") or None)


def _address(said: Mapping[str, str]) -> Address | None:
    parts = [said.get(name) or None for name in ("post_code", "thoroughfare", "locator_designator")]
    if not any(parts):
        return None
    post_code, thoroughfare, number = parts
    return Address("DK", post_code=post_code, thoroughfare=thoroughfare, locator_designator=number)


def _date(said: Mapping[str, str], field: str) -> date:
    try:
        return date.fromisoformat(said.get(field, ""))
    except ValueError:
        raise FaultyFieldError(field) from None
