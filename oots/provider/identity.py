"""Whether the person at the preview is the one the request is about (2022/1463 art. 11, 16)."""

from __future__ import annotations

import unicodedata

from oots.model.person import NaturalPerson


def same_person(requested: NaturalPerson, signed_in: NaturalPerson) -> bool:
    """The same eIDAS identifier where both carry one; otherwise the same names and date of birth.

    The identifier's middle part is the country that asked, so it differs between portal and preview: identity country
    and value decide.
    """
    if requested.identifier and signed_in.identifier:
        return _own(requested.identifier) == _own(signed_in.identifier) and _attributes(requested) == _attributes(
            signed_in
        )
    return _attributes(requested) == _attributes(signed_in)


def _own(identifier: str) -> tuple[str, str]:
    country, _, rest = identifier.partition("/")
    return country, rest.partition("/")[2]


def _attributes(person: NaturalPerson) -> tuple[str, str, str]:
    return _folded(person.family_name), _folded(person.given_name), person.date_of_birth.isoformat()


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold().strip()
