"""The swimlane of an exchange: one lane for each who takes part, one row for each step; as SVG and as Mermaid text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from oots.inspector.cast import ROLES, Cast, Lane
from oots.inspector.steps import Step
from oots.web.words import Lang, Words

_NUMBERS: Final = 44
_LANE: Final = 145
_HEAD: Final = 94
_ROW: Final = 66
_LETTER: Final = 7.3
"""How wide a letter of a title is drawn, about."""
_INK, _SOFT, _PERSON, _SIGNED, _WRONG, _RECEIPT = "#222222", "#767676", "#5b3a86", "#14507a", "#a4161a", "#256b36"
_POINTS: Final = (Lane.REQUESTER_POINT, Lane.INTERMEDIARY, Lane.PROVIDER_POINT)
_FONT: Final = "Segoe UI, Noto Sans, Liberation Sans, Arial, sans-serif"
RECEIPTED: Final = Words("kvittering", "receipt")
INFERRED: Final = Words("sluttet af anmodningen", "inferred from the request")
FAILED: Final = Words("gik galt", "went wrong")


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

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """Those who take part, whether or not a shown step touches them."""
        touched = {lane for step in self.steps for lane in step.path}
        return tuple(lane for lane in Lane if lane in touched)


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
    width, height = _width(diagram), _HEAD + _ROW * len(diagram.shown) + 10
    drawn = Markup("").join(
        (
            *_lanes(diagram, height),
            *(piece for row, step in enumerate(diagram.shown) for piece in _row(diagram, row, step)),
        )
    )
    image = Markup('<g role="img" aria-labelledby="lanes-title lanes-desc">{}{}{}</g>').format(
        Markup('<title id="lanes-title">{}</title>').format(title_in(diagram.lang)),
        Markup('<desc id="lanes-desc">{}</desc>').format("\n".join(described(diagram.shown, diagram.lang))),
        drawn,
    )
    links = Markup("").join(_links(diagram)) if diagram.links is not None else Markup("")
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="lanes" width="{0}" height="{1}" viewBox="0 0 {0} {1}" '
        'xml:lang="{2}" font-family="{3}" font-size="13" fill="{4}"><rect width="{0}" height="{1}" fill="#ffffff"/>'
        "{5}{6}</svg>"
    ).format(width, height, diagram.lang, _FONT, _INK, image, links)


def _width(diagram: Diagram) -> int:
    return _NUMBERS + _LANE * len(diagram.lanes)


def _x(diagram: Diagram, lane: Lane) -> float:
    return _NUMBERS + _LANE * (diagram.lanes.index(lane) + 0.5)


def _lanes(diagram: Diagram, height: int) -> Iterator[Markup]:
    for lane in diagram.lanes:
        x = _x(diagram, lane)
        yield Markup('<rect x="{}" y="4" width="{}" height="{}" rx="6" fill="{}" stroke="{}"/>').format(
            x - _LANE / 2 + 4, _LANE - 8, _HEAD - 14, "#f3f1f7" if lane in _POINTS else "#ffffff", _SOFT
        )
        role, name = ROLES[lane].in_(diagram.lang), _name(diagram, lane)
        lines = [*textwrap.wrap(role, 18)[:2], *textwrap.wrap(name, 21)[:3]]
        top = 4 + (_HEAD - 14) / 2 - 7.5 * len(lines) + 11
        for number, line in enumerate(lines):
            bold = Markup(' font-weight="700"') if number < len(textwrap.wrap(role, 18)[:2]) else Markup("")
            yield Markup('<text x="{}" y="{}" text-anchor="middle" font-size="12.5"{}>{}</text>').format(
                x, top + 15 * number, bold, line
            )
        yield Markup('<line x1="{0}" y1="{1}" x2="{0}" y2="{2}" stroke="#c4c4c4" stroke-dasharray="2 4"/>').format(
            x, _HEAD - 8, height - 4
        )


def _name(diagram: Diagram, lane: Lane) -> str:
    if lane is Lane.PORTAL:
        return diagram.cast.requester.in_(diagram.lang)
    if lane is Lane.AUTHORITY:
        return diagram.cast.provider.in_(diagram.lang)
    return diagram.cast.party(lane)


def _row(diagram: Diagram, row: int, step: Step) -> Iterator[Markup]:
    top, width = _HEAD + _ROW * row, _width(diagram)
    if step.number == diagram.marked:
        yield Markup('<rect x="2" y="{}" width="{}" height="{}" rx="6" fill="#fff1bf" stroke="#c9a400"/>').format(
            top + 1, width - 4, _ROW - 4
        )
    y = top + 38
    color = _color(step)
    yield Markup('<circle cx="22" cy="{}" r="14" fill="{}"/>').format(y - 4, color)
    yield Markup('<text x="22" y="{}" text-anchor="middle" font-weight="700" fill="#ffffff">{}</text>').format(
        y + 0.5, step.number
    )
    yield from _arrows(diagram, step, y, color)
    yield _label(diagram, step, top + 20)


def _color(step: Step) -> str:
    if step.failed:
        return _WRONG
    if step.inferred:
        return _SOFT
    return _PERSON if Lane.CITIZEN in step.path else _SIGNED if step.message is not None else "#4a4a4a"


def _label(diagram: Diagram, step: Step, y: float) -> Markup:
    """Above its arrow, and inside the drawing however long it is."""
    text = step.title.in_(diagram.lang)
    text = f"✗ {text}" if step.failed else text
    half = len(text) * _LETTER / 2
    middle = (_x(diagram, step.path[0]) + _x(diagram, step.path[-1])) / 2
    x = max(_NUMBERS + half, min(middle, _width(diagram) - half - 6))
    return Markup(
        '<text x="{:.1f}" y="{}" text-anchor="middle" font-weight="600" stroke="{}" stroke-width="4" '
        'stroke-linejoin="round" paint-order="stroke" fill="{}">{}</text>'
    ).format(x, y, "#fff1bf" if step.number == diagram.marked else "#ffffff", _INK, text)


def _arrows(diagram: Diagram, step: Step, y: float, color: str) -> Iterator[Markup]:
    places = [_x(diagram, lane) for lane in step.path]
    if len(places) == 1:
        yield Markup('<circle cx="{}" cy="{}" r="7" fill="#ffffff" stroke="{}" stroke-width="3"/>').format(
            places[0], y, color
        )
        return
    legs = list(zip(step.path, step.path[1:], strict=False))
    for one, other in legs:
        signed = step.message is not None and one in _POINTS and other in _POINTS
        yield _arrow(_x(diagram, one), _x(diagram, other), y, color, 3.5 if signed else 1.6, dashed=step.inferred)
        if signed and step.receipted:
            yield from _receipt(diagram, _x(diagram, other), _x(diagram, one), y + 14)


def _arrow(start: float, end: float, y: float, color: str, width: float, *, dashed: bool = False) -> Markup:
    way = 1 if end > start else -1
    dashes = Markup(' stroke-dasharray="5 4"') if dashed else Markup("")
    return Markup(
        '<line x1="{0:.1f}" y1="{1}" x2="{2:.1f}" y2="{1}" stroke="{3}" stroke-width="{4}"{5}/>'
        '<polygon points="{6:.1f},{1} {7:.1f},{8} {7:.1f},{9}" fill="{3}"/>'
    ).format(start, y, end - 9 * way, color, width, dashes, end, end - 11 * way, y - 6, y + 6)


def _receipt(diagram: Diagram, start: float, end: float, y: float) -> Iterator[Markup]:
    yield _arrow(start, end, y, _RECEIPT, 1.4, dashed=True)
    yield Markup(
        '<text x="{:.1f}" y="{}" text-anchor="middle" font-size="11" fill="{}" stroke="#ffffff" stroke-width="3" '
        'paint-order="stroke">✓ {}</text>'
    ).format((start + end) / 2, y + 4, _RECEIPT, RECEIPTED.in_(diagram.lang))


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
                _HEAD + _ROW * row + 1,
                _width(diagram) - 4,
                _ROW - 4,
            )


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
