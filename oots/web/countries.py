"""Names of the countries that take part in OOTS, for sentences on pages."""

from __future__ import annotations

from collections.abc import Sequence

from oots.model.text import Text, in_language
from oots.web.words import Words

_NAMES = {
    "AT": Words("Østrig", "Austria"),
    "BE": Words("Belgien", "Belgium"),
    "BG": Words("Bulgarien", "Bulgaria"),
    "CY": Words("Cypern", "Cyprus"),
    "CZ": Words("Tjekkiet", "Czechia"),
    "DE": Words("Tyskland", "Germany"),
    "DK": Words("Danmark", "Denmark"),
    "EE": Words("Estland", "Estonia"),
    "EL": Words("Grækenland", "Greece"),
    "ES": Words("Spanien", "Spain"),
    "FI": Words("Finland", "Finland"),
    "FR": Words("Frankrig", "France"),
    "HR": Words("Kroatien", "Croatia"),
    "HU": Words("Ungarn", "Hungary"),
    "IE": Words("Irland", "Ireland"),
    "IS": Words("Island", "Iceland"),
    "IT": Words("Italien", "Italy"),
    "LI": Words("Liechtenstein", "Liechtenstein"),
    "LT": Words("Litauen", "Lithuania"),
    "LU": Words("Luxembourg", "Luxembourg"),
    "LV": Words("Letland", "Latvia"),
    "MT": Words("Malta", "Malta"),
    "NL": Words("Nederlandene", "the Netherlands"),
    "NO": Words("Norge", "Norway"),
    "PL": Words("Polen", "Poland"),
    "PT": Words("Portugal", "Portugal"),
    "RO": Words("Rumænien", "Romania"),
    "SE": Words("Sverige", "Sweden"),
    "SI": Words("Slovenien", "Slovenia"),
    "SK": Words("Slovakiet", "Slovakia"),
}


def authority_in(names: Sequence[Text], code: str | None) -> Words:
    """An authority with its country, which is said once only."""
    state = country(code)
    return Words(
        _in_country(in_language(names, "da"), state.danish), _in_country(in_language(names, "en"), state.english)
    )


def _in_country(name: str, state: str) -> str:
    return name if state in name else f"{name}, {state}"


def country(code: str | None) -> Words:
    """The name behind an AdminUnitLevel1 code (ISO 3166-1, EL for Greece); the code itself where it is unknown."""
    return _NAMES.get(code or "", Words(code or "ukendt land", code or "unknown country"))
