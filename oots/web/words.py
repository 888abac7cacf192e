"""Texts that stand side by side in Danish and English, and dates written as each language writes them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from markupsafe import Markup

Lang = Literal["da", "en"]
LOCAL = ZoneInfo("Europe/Copenhagen")

_MONTHS: dict[Lang, str] = {
    "da": "januar februar marts april maj juni juli august september oktober november december",
    "en": "January February March April May June July August September October November December",
}


class Words(NamedTuple):
    """One text in both languages of the pages."""

    danish: str
    english: str

    def in_(self, lang: Lang) -> str:
        return self.danish if lang == "da" else self.english


def day(value: date, lang: Lang) -> Markup:
    """`24. november 2026` or `24 November 2026`, as a `time` element; of an aware datetime the Danish day."""
    if isinstance(value, datetime):
        value = value.astimezone(LOCAL).date()
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), _day(value, lang))


def when(moment: datetime, lang: Lang) -> Markup:
    """An aware datetime in Danish local time (`24. november 2026 kl. 19.21`), as a `time` element."""
    return _moment(moment, lang, seconds=False)


def exactly(moment: datetime, lang: Lang) -> Markup:
    """The same with seconds, where the order of events matters."""
    return _moment(moment, lang, seconds=True)


def _moment(moment: datetime, lang: Lang, *, seconds: bool) -> Markup:
    if moment.tzinfo is None:
        raise ValueError("a moment on a page needs its time zone")
    local = moment.astimezone(LOCAL)
    digits = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    clock = f"kl. {digits.replace(':', '.')}" if lang == "da" else f"at {digits}"
    return Markup('<time datetime="{}">{}</time>').format(
        local.isoformat(timespec="seconds"), f"{_day(local, lang)} {clock}"
    )


def _day(value: date, lang: Lang) -> str:
    dot = "." if lang == "da" else ""
    return f"{value.day}{dot} {_MONTHS[lang].split()[value.month - 1]} {value.year}"
