"""The swimlane of an exchange: one lane for each who takes part, one row for each step; as SVG and as Mermaid text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from markupsafe import Markup

from oots.inspector.story.cast import ROLES, Cast, Lane
from oots.inspector.story.steps import Step
from oots.web.countries import country
from oots.web.words import Lang, Words

_LETTER: Final = 8.9
"""How wide a letter of a title is drawn at most, about."""
_EDGE: Final = 8
_PILL: Final = 74
_INK, _SOFT, _PERSON, _SIGNED, _WRONG, _RECEIPT = "#222222", "#767676", "#5b3a86", "#14507a", "#a4161a", "#256b36"
_OWN: Final = "#4a4a4a"
_HERE, _THERE = "#f4f1e6", "#eaf2f7"
_POINTS: Final = (Lane.REQUESTER_POINT, Lane.INTERMEDIARY, Lane.PROVIDER_POINT)
_FONT: Final = "Segoe UI, Noto Sans, Liberation Sans, Arial, sans-serif"
RECEIPTED: Final = Words("kvittering", "receipt")
INFERRED: Final = Words("udledt af anmodningen", "inferred from the request")
FAILED: Final = Words("gik galt", "went wrong")


@dataclass(frozen=True, slots=True)
class Size:
    """Widths and heights in points; `letters` fit beside each other above a lane, `title` in one line of a title."""

    numbers: int
    lane: int
    row: int
    letters: int
    title: int
    legend: int


WIDE: Final = Size(numbers=44, lane=162, row=70, letters=22, title=80, legend=2)
NARROW: Final = Size(numbers=34, lane=106, row=92, letters=13, title=34, legend=1)
"""For a window as wide as a telephone: access points are drawn with those for whom they act."""


@dataclass(frozen=True, slots=True)
class Diagram:
    """`shown` are the steps that are drawn; with `marked` the step of that number stands out. `links` leads from a row
    to its message: a path that ends before the message's number; None for a drawing that stands alone."""

    steps: tuple[Step, ...]
    shown: tuple[Step, ...]
    cast: Cast
    lang: Lang
    marked: int | None = None
    links: str | None = None
    size: Size = WIDE

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """Those who take part, whether or not a shown step touches them."""
        touched = {lane for step in self.steps for lane in step.path}
        return tuple(lane for lane in Lane if lane in touched)


def folded(diagram: Diagram) -> Diagram:
    """The same for a narrow window: fewer lanes."""
    shown = tuple(map(_folded, diagram.shown))
    return replace(diagram, steps=tuple(map(_folded, diagram.steps)), shown=shown, size=NARROW)


def _folded(step: Step) -> Step:
    return replace(step, path=tuple(dict.fromkeys(_FOLDED.get(lane, lane) for lane in step.path)))


_FOLDED: Final = {
    Lane.DIRECTORIES: Lane.PORTAL,
    Lane.REQUESTER_POINT: Lane.PORTAL,
    Lane.PROVIDER_POINT: Lane.AUTHORITY,
}


def title_in(lang: Lang) -> str:
    return Words("Udvekslingen som svømmebaner", "The exchange as swimlanes").in_(lang)


def described(steps: Sequence[Step], lang: Lang) -> tuple[str, ...]:
    """The diagram in words, a line for each row: what the timeline says too."""
    return tuple(f"{step.number}. {step.title.in_(lang)}: {step.way.in_(lang)}{_more(step, lang)}" for step in steps)


def _more(step: Step, lang: Lang) -> str:
    told = ((step.inferred, INFERRED), (step.failed, FAILED), (step.receipted, RECEIPTED))
    words = [word.in_(lang) for applies, word in told if applies]
    return f" ({', '.join(words)})" if words else ""


def svg(diagram: Diagram) -> Markup:
    """The drawing: an image with title and description, and beside it the links, which an image may not hold."""
    head = _head(diagram)
    legend = head + diagram.size.row * len(diagram.shown) + 14
    width, height = _width(diagram), legend + _legend_height(diagram)
    drawn = Markup("").join(
        (
            *_sides(diagram, legend),
            *_lanes(diagram, legend),
            *(piece for row, step in enumerate(diagram.shown) for piece in _row(diagram, row, step)),
            *_legend(diagram, legend),
        )
    )
    name = "lanes" if diagram.size is WIDE else "narrow-lanes"
    image = Markup('<g role="img" aria-labelledby="{0}-title {0}-desc">{1}{2}{3}</g>').format(
        name,
        Markup('<title id="{}-title">{}</title>').format(name, title_in(diagram.lang)),
        Markup('<desc id="{}-desc">{}</desc>').format(name, "\n".join(described(diagram.shown, diagram.lang))),
        drawn,
    )
    links = Markup("").join(_links(diagram)) if diagram.links is not None else Markup("")
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="{6}" width="{0}" height="{1}" viewBox="0 0 {0} {1}" '
        'xml:lang="{2}" font-family="{3}" font-size="13" fill="{4}"><rect width="{0}" height="{1}" fill="#ffffff"/>'
        "{5}{7}</svg>"
    ).format(
        width,
        height,
        diagram.lang,
        _FONT,
        _INK,
        image,
        "lanes wide-lanes" if diagram.size is WIDE else "lanes narrow-lanes",
        links,
    )


def _width(diagram: Diagram) -> int:
    return diagram.size.numbers + diagram.size.lane * len(diagram.lanes) + _EDGE


def _x(diagram: Diagram, lane: Lane) -> float:
    return diagram.size.numbers + diagram.size.lane * (diagram.lanes.index(lane) + 0.5)


# --- the countries ---

_COUNTRY: Final = 26


def _border(diagram: Diagram) -> float | None:
    """Where one country ends and the other begins; None where the messages do not say."""
    cast = diagram.cast
    asks, answers = cast.requester_country, cast.provider_country
    here = [lane for lane in diagram.lanes if cast.is_on_the_side_that_asks(lane)]
    if asks is None or answers is None or asks == answers or len(here) == len(diagram.lanes):
        return None
    return diagram.size.numbers + diagram.size.lane * float(len(here))


def _sides(diagram: Diagram, height: int) -> Iterator[Markup]:
    border, width = _border(diagram), _width(diagram)
    if border is None:
        return
    first = next(lane for lane in diagram.lanes if lane not in (Lane.CITIZEN, Lane.DIRECTORIES))
    left = _x(diagram, first) - diagram.size.lane / 2
    sides = (
        (left, border - left, diagram.cast.requester_country, _HERE),
        (border, width - border, diagram.cast.provider_country, _THERE),
    )
    for start, wide, code, color in sides:
        yield Markup('<rect x="{}" y="0" width="{}" height="{}" fill="{}"/>').format(start, wide, height, color)
        yield Markup('<text x="{}" y="18" text-anchor="middle" font-weight="700" font-size="14">{}</text>').format(
            start + wide / 2, country(code).in_(diagram.lang)
        )
    yield Markup(
        '<line x1="{0}" y1="0" x2="{0}" y2="{1}" stroke="{2}" stroke-width="2.5" stroke-dasharray="10 5"/>'
    ).format(border, height, _INK)


# --- the lanes ---


def _head(diagram: Diagram) -> int:
    """How high the names above the lanes are, all of them in whole words."""
    return (
        _COUNTRY
        + 28
        + 15 * max(len(role) + len(name) for role, name in (_named(diagram, lane) for lane in diagram.lanes))
    )


def _named(diagram: Diagram, lane: Lane) -> tuple[list[str], list[str]]:
    role, name = ROLES[lane].in_(diagram.lang), _name(diagram, lane)
    return _wrapped(role, diagram.size.letters - 3), _wrapped(name, diagram.size.letters)


def _wrapped(text: str, letters: int) -> list[str]:
    """In whole words; a kind of word that no narrow lane can hold is parted as Danish parts it."""
    parted = text if letters > NARROW.letters else text.replace("smyndighed", "s- myndighed")
    return textwrap.wrap(parted, letters, break_long_words=False, break_on_hyphens=False)


def _lanes(diagram: Diagram, height: int) -> Iterator[Markup]:
    size, head = diagram.size, _head(diagram)
    for lane in diagram.lanes:
        x = _x(diagram, lane)
        yield Markup('<rect x="{}" y="{}" width="{}" height="{}" rx="6" fill="#ffffff" stroke="{}"/>').format(
            x - size.lane / 2 + 3, _COUNTRY, size.lane - 6, head - _COUNTRY - 12, _SOFT
        )
        role, name = _named(diagram, lane)
        top = (_COUNTRY + head - 12) / 2 - 7.5 * (len(role) + len(name)) + 11
        for number, line in enumerate((*role, *name)):
            bold = Markup(' font-weight="700"') if number < len(role) else Markup("")
            fitting = min(12.0, (size.lane - 10) / len(line) / 0.58)
            yield Markup('<text x="{}" y="{}" text-anchor="middle" font-size="{:.1f}"{}>{}</text>').format(
                x, top + 15 * number, fitting, bold, line
            )
        yield Markup('<line x1="{0}" y1="{1}" x2="{0}" y2="{2}" stroke="#a8a8a8" stroke-dasharray="2 4"/>').format(
            x, head - 12, height
        )


def _name(diagram: Diagram, lane: Lane) -> str:
    if lane is Lane.PORTAL:
        return diagram.cast.requester.in_(diagram.lang)
    if lane is Lane.AUTHORITY:
        return diagram.cast.provider.in_(diagram.lang)
    return diagram.cast.party(lane)


# --- the rows ---


def _row(diagram: Diagram, row: int, step: Step) -> Iterator[Markup]:
    size = diagram.size
    top, width = _head(diagram) + size.row * row, _width(diagram)
    if step.number == diagram.marked:
        yield Markup('<rect x="2" y="{}" width="{}" height="{}" rx="6" fill="#fff1bf" stroke="#c9a400"/>').format(
            top + 1, width - 4, size.row - 4
        )
    y = top + size.row - 30
    color = _color(step)
    yield Markup('<circle cx="{}" cy="{}" r="13" fill="{}"/>').format(size.numbers / 2, y - 4, color)
    yield Markup('<text x="{}" y="{}" text-anchor="middle" font-weight="700" fill="#ffffff">{}</text>').format(
        size.numbers / 2, y + 0.5, step.number
    )
    yield from _arrows(diagram, step, y, color)
    yield from _label(diagram, step, y - 16)


def _color(step: Step) -> str:
    if step.failed:
        return _WRONG
    if step.inferred:
        return _SOFT
    return _PERSON if Lane.CITIZEN in step.path else _SIGNED if step.message is not None else _OWN


def _label(diagram: Diagram, step: Step, bottom: float) -> Iterator[Markup]:
    """Above its arrow, in as many lines as it takes, and inside the drawing."""
    text = step.title.in_(diagram.lang)
    lines = textwrap.wrap(f"✗ {text}" if step.failed else text, diagram.size.title, break_long_words=False)
    middle = (_x(diagram, step.path[0]) + _x(diagram, step.path[-1])) / 2
    if _is_visit(step):
        middle = _x(diagram, Lane.AUTHORITY) - (0 if diagram.size is NARROW else 0.45 * diagram.size.lane)
    for number, line in enumerate(lines):
        half = len(line) * _LETTER / 2
        x = max(diagram.size.numbers + half, min(middle, _width(diagram) - half - _EDGE))
        yield Markup(
            '<text x="{:.1f}" y="{}" text-anchor="middle" font-weight="600" stroke="{}" stroke-width="4" '
            'stroke-linejoin="round" paint-order="stroke" fill="{}">{}</text>'
        ).format(
            x,
            bottom - 16 * (len(lines) - 1 - number),
            "#fff1bf" if step.number == diagram.marked else "#ffffff",
            _INK,
            line,
        )


def _arrows(diagram: Diagram, step: Step, y: float, color: str) -> Iterator[Markup]:
    places = [_x(diagram, lane) for lane in step.path]
    if len(places) == 1:
        yield Markup('<circle cx="{}" cy="{}" r="7" fill="#ffffff" stroke="{}" stroke-width="3"/>').format(
            places[0], y, color
        )
        return
    if _is_visit(step):
        yield from _visit(diagram, step, y, color)
        return
    legs = list(zip(step.path, step.path[1:], strict=False))
    for one, other in legs:
        signed = step.message is not None and _is_signed(diagram, one, other)
        yield _arrow(_x(diagram, one), _x(diagram, other), y, color, 4.5 if signed else 1.6, dashed=step.inferred)
        if other is Lane.DIRECTORIES:
            yield _arrow(_x(diagram, other), _x(diagram, one), y + 13, color, 1.6, dashed=True)
        if signed and step.receipted:
            yield from _receipt(diagram, _x(diagram, other), _x(diagram, one), y + 17)


def _is_signed(diagram: Diagram, one: Lane, other: Lane) -> bool:
    """Whether an arrow between these lanes is the signed message itself."""
    return diagram.size is NARROW or (one in _POINTS and other in _POINTS)


def _is_visit(step: Step) -> bool:
    return Lane.CITIZEN in step.path and Lane.AUTHORITY in step.path


def _visit(diagram: Diagram, step: Step, y: float, color: str) -> Iterator[Markup]:
    """The person at the authority, in a browser: an arrow that passes through no lane of others, and none where there
    is no room for it on that side of the border."""
    x, lane = _x(diagram, Lane.AUTHORITY), diagram.size.lane
    left = x - _PILL / 2 if diagram.size is NARROW else x - 0.9 * lane
    right = left + _PILL
    yield Markup('<rect x="{}" y="{}" width="{}" height="22" rx="11" fill="#ffffff" stroke="{}"/>').format(
        left, y - 11, _PILL, color
    )
    yield Markup('<text x="{}" y="{}" text-anchor="middle" font-size="12" fill="{}">{}</text>').format(
        left + _PILL / 2, y + 4, color, ROLES[Lane.CITIZEN].in_(diagram.lang)
    )
    if diagram.size is WIDE:
        ends = (right, x) if step.path[0] is Lane.CITIZEN else (x, right)
        yield _arrow(*ends, y, color, 1.6)


def _arrow(start: float, end: float, y: float, color: str, width: float, *, dashed: bool = False) -> Markup:
    way = 1 if end > start else -1
    dashes = Markup(' stroke-dasharray="5 4"') if dashed else Markup("")
    return Markup(
        '<line x1="{0:.1f}" y1="{1}" x2="{2:.1f}" y2="{1}" stroke="{3}" stroke-width="{4}"{5}/>'
        '<polygon points="{6:.1f},{1} {7:.1f},{8} {7:.1f},{9}" fill="{3}"/>'
    ).format(start, y, end - 9 * way, color, width, dashes, end, end - 11 * way, y - 6, y + 6)


def _receipt(diagram: Diagram, start: float, end: float, y: float) -> Iterator[Markup]:
    yield _arrow(start, end, y, _RECEIPT, 1.6, dashed=True)
    narrow, middle = diagram.size is NARROW, (start + end) / 2
    text, wide = ("✓", 20) if narrow else (f"✓ {RECEIPTED.in_(diagram.lang)}", 88)
    yield Markup('<rect x="{}" y="{}" width="{}" height="16" rx="8" fill="#ffffff"/>').format(
        middle - wide / 2, y - 8, wide
    )
    yield Markup('<text x="{:.1f}" y="{}" text-anchor="middle" font-size="12.5" fill="{}">{}</text>').format(
        middle, y + 4.5, _RECEIPT, text
    )


# --- what colours and lines mean ---

_MEANINGS: Final = (
    (_SIGNED, 4.5, False, Words("underskrevet meddelelse", "signed message")),
    (_RECEIPT, 1.6, True, Words("modtagerens underskrevne kvittering", "signed receipt of the receiver")),
    (_PERSON, 1.6, False, Words("borgeren gør noget i sin browser", "the person does something in a browser")),
    (_SIGNED, 1.6, False, Words("inden for samme myndighed", "within one authority")),
    (_SOFT, 1.6, True, Words("udledt af anmodningen, i ingen journal", "inferred from the request, in no journal")),
    (_OWN, 0.0, False, Words("en myndighed gør noget selv", "an authority does something by itself")),
    (_WRONG, 1.6, False, Words("✗ gik galt", "✗ went wrong")),
)


def _legend_height(diagram: Diagram) -> int:
    return 34 + 22 * -(-len(_meanings(diagram)) // diagram.size.legend)


def _meanings(diagram: Diagram) -> list[tuple[str, float, bool, Words]]:
    """Those that the drawing needs: nothing went wrong in most of them, and a narrow one has no lanes of one side."""
    wrong = any(step.failed for step in diagram.shown)
    return [
        each
        for number, each in enumerate(_MEANINGS)
        if (each[0] is not _WRONG or wrong) and (number != 3 or diagram.size is WIDE)
    ]


def _legend(diagram: Diagram, top: int) -> Iterator[Markup]:
    yield Markup('<text x="14" y="{}" font-weight="700" font-size="12.5">{}</text>').format(
        top + 22, Words("Farver og streger", "Colours and lines").in_(diagram.lang)
    )
    columns = diagram.size.legend
    for number, (color, thick, dashed, says) in enumerate(_meanings(diagram)):
        x = 14 + (number % columns) * (_width(diagram) / columns)
        y = top + 42 + 22 * (number // columns)
        if thick:
            yield _arrow(x, x + 44, y - 4, color, thick, dashed=dashed)
        else:
            yield Markup('<circle cx="{}" cy="{}" r="6" fill="#ffffff" stroke="{}" stroke-width="3"/>').format(
                x + 22, y - 4, color
            )
        yield Markup('<text x="{}" y="{}" font-size="12.5">{}</text>').format(x + 54, y, says.in_(diagram.lang))


# --- the links ---


def _links(diagram: Diagram) -> Iterator[Markup]:
    """Each row of a message, for the mouse and for the keyboard."""
    says = Words("Åbn meddelelse", "Open message").in_(diagram.lang)
    for row, step in enumerate(diagram.shown):
        if step.message is not None:
            number = step.message.number
            yield Markup(
                '<a href="{}{}" aria-label="{} {}: {}"><rect x="2" y="{}" width="{}" height="{}" rx="6" fill="#ffffff" '
                'fill-opacity="0"/></a>'
            ).format(
                diagram.links,
                number,
                says,
                number,
                step.title.in_(diagram.lang),
                _head(diagram) + diagram.size.row * row + 1,
                _width(diagram) - 4,
                diagram.size.row - 4,
            )


# --- as text ---


def mermaid(diagram: Diagram) -> str:
    """The same as text of a Mermaid sequence diagram: https://mermaid.js.org/syntax/sequenceDiagram.html."""
    lines = ["sequenceDiagram"]
    for lane in diagram.lanes:
        name = _name(diagram, lane)
        role = ROLES[lane].in_(diagram.lang)
        lines.append(f"    participant {lane} as {_plain(f'{role} – {name}' if name else role)}")
    for step in diagram.shown:
        lines += [f"    {line}" for line in _mermaid(step, diagram.lang)]
    return "\n".join(lines) + "\n"


def _mermaid(step: Step, lang: Lang) -> Iterator[str]:
    told = _plain(f"{step.number}. {step.title.in_(lang)}")
    if len(step.path) == 1:
        yield f"Note over {step.path[0]}: {told}"
        return
    for one, other in zip(step.path, step.path[1:], strict=False):
        arrow = "-->>" if step.inferred else "-x" if step.failed else "->>"
        yield f"{one}{arrow}{other}: {told}"
        if step.receipted and one in _POINTS and other in _POINTS:
            yield f"{other}-->>{one}: {step.number}. {RECEIPTED.in_(lang)}"


def _plain(text: str) -> str:
    """What ends a line or begins a code there, written as a code."""
    return " ".join(text.split()).replace("#", "#35;").replace(";", "#59;").replace("#35#59;", "#35;")
