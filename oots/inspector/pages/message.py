"""One message: what it says, its bytes, its signature, its header, the rules it is held against, another beside it.

Each view has an address of its own below `/exchanges/{exchange_id}/messages/{number}`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from oots.edelivery.coverage import Cover, Reference, coverage_of
from oots.inspector.access.looks import Looking, MaskedError, expect_unmasked
from oots.inspector.catalogue.rule_words import SEVERITIES, SEVERITY_BADGES
from oots.inspector.inspection import Inspection
from oots.inspector.laid_open import LaidOpen, Message, lay_open
from oots.inspector.masking import Veil, veil_of
from oots.inspector.messages.comparison import MOST_FIELDS, Hunk, Result, hunks_of, rows_of
from oots.inspector.messages.dump import page_of
from oots.inspector.messages.fields import Group, shown
from oots.inspector.messages.header_fields import header_groups
from oots.inspector.messages.overview import groups_of, sentence_of, title_of
from oots.inspector.messages.rules_held import FoundHere, HeldShown, questions_of, shown_held
from oots.inspector.messages.signature_report import ALGORITHMS, SignatureReport, attachments_of, report_on
from oots.inspector.messages.source import COVER_NAMES, MOST_LINES, CoverOf, Marker, as_covered, runs_of
from oots.inspector.wording import OUTCOMES
from oots.model.errors import MessageError
from oots.validation.exchange import Part
from oots.web.downloads import download
from oots.web.numbers import Number, NumberAsked
from oots.web.words import Words
from oots.wire.laid_out import MOST_LAID_OUT, LaidOut, lay_out

TABS: Final = (
    ("", Words("Overblik", "Overview")),
    ("/xml", Words("XML", "XML")),
    ("/bytes", Words("Præcise byte", "Exact bytes")),
    ("/signature", Words("Underskrift", "Signature")),
    ("/header", Words("Hoved", "Header")),
    ("/rules", Words("Regler", "Rules")),
    ("/compare", Words("Sammenlign", "Compare")),
)
PARTS: Final = {
    Part.DOCUMENT: Words("Dokumentet (første del)", "The document (first part)"),
    Part.ENVELOPE: Words("Konvolutten (SOAP)", "The envelope (SOAP)"),
    Part.RECEIPT: Words("Kvitteringen", "The receipt"),
}
_MOST_OFFERED: Final = 50
"""Other exchanges that are offered for a comparison; any other can be named."""


def router(inspection: Inspection) -> APIRouter:
    """`GET /exchanges/{exchange_id}/messages/{number}` and below."""
    pages = _MessagePages(inspection)
    routes = APIRouter(prefix="/exchanges/{exchange_id}/messages/{number}", include_in_schema=False)
    routes.add_api_route("", pages.overview)
    routes.add_api_route("/xml", pages.xml)
    routes.add_api_route("/bytes", pages.octets)
    routes.add_api_route("/signature", pages.signature)
    routes.add_api_route("/header", pages.header)
    routes.add_api_route("/rules", pages.rules)
    routes.add_api_route("/compare", pages.compare)
    return routes


@dataclass(frozen=True)
class _Opened:
    """A message of an exchange, as somebody looks at it."""

    exchange: LaidOpen
    message: Message
    looking: Looking
    veil: Veil

    def drawn(self) -> Veil:
        """The veil, also for somebody who may see without it. Raises MaskedError as `veil_of` does."""
        return veil_of(replace(self.looking, masked=True), [each.document for each in self.exchange.messages])

    @property
    def path(self) -> str:
        return f"/exchanges/{self.exchange.exchange_id}/messages/{self.message.number}"

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(part for part in Part if part is not Part.RECEIPT or self.message.receipt is not None)

    def part(self, part: Part) -> bytes:
        """Raises HTTPException 404 for a receipt that is not there."""
        content = self.message.receipt if part is Part.RECEIPT else _own(self.message, part)
        if content is None:
            raise HTTPException(404)
        return content

    def laid(self, part: Part, *, indented: bool = True) -> LaidOut:
        """A part as it may be shown; raises MaskedError for one that has no masked form."""
        try:
            return lay_out(self.veil.xml(self.part(part)), indented=indented)
        except MessageError:
            expect_unmasked(self.looking)
            raise

    @cached_property
    def held(self) -> tuple[HeldShown, ...]:
        """All that the message is held against."""
        return shown_held(questions_of(self.message, self.exchange), self.veil)

    @property
    def found(self) -> tuple[FoundHere, ...]:
        """All broken rules, with the lines on which they are in the indented form."""
        findings = [finding for each in self.held for finding in each.findings]
        laid = {part: self.laid(part) for part in {finding.part for finding in findings}}
        return tuple(replace(finding, line=laid[finding.part].line_at(finding.xpath)) for finding in findings)


def _own(message: Message, part: Part) -> bytes:
    return message.document if part is Part.DOCUMENT else message.envelope


class _MessagePages:
    def __init__(self, inspection: Inspection) -> None:
        self._inspection = inspection

    def overview(self, request: Request, exchange_id: str, number: Number) -> Response:
        opened = self._opened(request, exchange_id, number, "overview")
        return self._page(
            request,
            "message_overview.html",
            opened,
            sentence=Words(*map(opened.veil.text, sentence_of(opened.message))),
            groups=shown(groups_of(opened.message), opened.veil),
            report=self._report(opened),
            held=opened.held,
        )

    def xml(
        self, request: Request, exchange_id: str, number: Number, part: Part = Part.DOCUMENT, form: str = "indented"
    ) -> Response:
        opened = self._opened(request, exchange_id, number, f"XML ({part.value})")
        indented = form != "exact"
        content, laid = opened.part(part), opened.laid(part, indented=indented)
        cover_of = _covers(opened, part)
        return self._page(
            request,
            "message_xml.html",
            opened,
            part=part,
            indented=indented,
            length=len(content),
            runs=runs_of(laid, cover_of, _markers(opened, part, laid), MOST_LINES),
            more=max(0, len(laid.lines) - MOST_LINES),
            covers=_covers_in(laid, cover_of),
            cover_names=COVER_NAMES,
            references=_references(opened, part),
        )

    def octets(
        self,
        request: Request,
        exchange_id: str,
        number: Number,
        part: Part = Part.DOCUMENT,
        page: NumberAsked = 1,
        raw: bool = False,
    ) -> Response:
        opened = self._opened(request, exchange_id, number, f"exact bytes ({part.value})")
        expect_unmasked(opened.looking)
        content = opened.part(part)
        if raw:
            return download(content, "text/xml", f"message-{number}-{part.value}")
        return self._page(
            request, "message_bytes.html", opened, part=part, length=len(content), dump=page_of(content, page)
        )

    def signature(self, request: Request, exchange_id: str, number: Number) -> Response:
        opened = self._opened(request, exchange_id, number, "signature")
        report = self._report(opened)
        return self._page(
            request,
            "message_signature.html",
            opened,
            report=report,
            algorithms=ALGORITHMS,
            names=self._inspection.names,
            read_at=self._inspection.clock.now(),
        )

    def header(self, request: Request, exchange_id: str, number: Number) -> Response:
        opened = self._opened(request, exchange_id, number, "header")
        groups = shown(header_groups(opened.message.header), opened.veil)
        return self._page(request, "message_header.html", opened, groups=groups)

    def rules(self, request: Request, exchange_id: str, number: Number) -> Response:
        opened = self._opened(request, exchange_id, number, "rules")
        return self._page(
            request,
            "message_rules.html",
            opened,
            held=opened.held,
            found=opened.found,
            severities=SEVERITIES,
            severity_badges=SEVERITY_BADGES,
        )

    def compare(
        self, request: Request, exchange_id: str, number: Number, beside: NumberAsked | None = None, other: str = ""
    ) -> Response:
        """`other` is the exchange of the message `beside`; the same one where it is not named."""
        opened = self._opened(request, exchange_id, number, "comparison")
        other = other.strip()
        there = lay_open(self._inspection.journals, other) if other else opened.exchange
        unknown, there = there is None, there or opened.exchange
        if there.exchange_id != exchange_id and beside is None:
            self._inspection.access.look(request, there.exchange_id, "comparison, which messages there are")
        chosen = None if beside is None or unknown else self._opened(request, there.exchange_id, beside, "comparison")
        compared: dict[str, object] = {"rows": (), "hunks": ()}
        if chosen is not None:
            compared = _compared(opened, chosen)
        self._inspection.reader.refresh()
        return self._page(
            request,
            "message_compare.html",
            opened,
            404 if unknown else 200,
            unknown=other if unknown else None,
            others=self._inspection.reader.index.newest()[:_MOST_OFFERED],
            outcomes=OUTCOMES,
            there=there,
            choices=[(each.number, title_of(each), each.header) for each in there.messages],
            chosen=chosen,
            chosen_title=chosen and title_of(chosen.message),
            **compared,
        )

    def _opened(self, request: Request, exchange_id: str, number: int, what: str) -> _Opened:
        """The message, once the look at it is written down; raises HTTPException 404."""
        exchange = self._inspection.exchange(request, exchange_id)
        message = next((each for each in exchange.messages if each.number == number), None)
        if message is None:
            raise HTTPException(404)
        looking = self._inspection.access.look(request, exchange.exchange_id, f"message {number}, {what}")
        veil = veil_of(looking, [each.document for each in exchange.messages])
        return _Opened(exchange, message, looking, veil)

    def _report(self, opened: _Opened) -> SignatureReport:
        return report_on(
            opened.message,
            self._inspection.anchors,
            self._inspection.journals.answers(opened.exchange.lines),
            self._inspection.register,
            self._inspection.clock.now(),
        )

    def _page(self, request: Request, name: str, opened: _Opened, status: int = 200, **context: object) -> Response:
        tab = request.url.path.removeprefix(f"{opened.path}")
        known: dict[str, object] = {
            "looking": opened.looking,
            "exchange": opened.exchange,
            "message": opened.message,
            "title": title_of(opened.message),
            "path": opened.path,
            "tabs": TABS,
            "tab": tab,
            "part_names": {part: PARTS[part] for part in opened.parts},
        }
        return self._inspection.frame.page(request, name, status, **(known | context))


def _covers(opened: _Opened, part: Part) -> CoverOf:
    """How each piece of a part stands to the signature over the message or the receipt."""
    if part is Part.DOCUMENT:
        cover = _cover_of_document(opened.message)
        return lambda _piece: cover
    return as_covered(coverage_of(opened.part(part), attachments_of(opened.message) if part is Part.ENVELOPE else {}))


def _cover_of_document(message: Message) -> Cover:
    """The document is signed as a whole, as the attachment that it is."""
    coverage = coverage_of(message.envelope, attachments_of(message))
    reference = next((each for each in coverage.attachments if each.uri in attachments_of(message)), None)
    if reference is None:
        return Cover.UNSIGNED
    return Cover.SIGNED if reference.agrees and coverage.problem is None else Cover.CHANGED


def _covers_in(laid: LaidOut, cover_of: CoverOf) -> tuple[Cover, ...]:
    """The covers that a page shows, for its legend."""
    found = {cover_of(piece) for line in laid.lines for piece in line}
    return tuple(cover for cover in Cover if cover in found)


def _references(opened: _Opened, part: Part) -> tuple[Reference, ...]:
    """What the signature in this part, or over it, refers to."""
    if part is Part.RECEIPT:
        return coverage_of(opened.part(part), {}).references
    return coverage_of(opened.message.envelope, attachments_of(opened.message)).references


def _markers(opened: _Opened, part: Part, laid: LaidOut) -> Mapping[int, Sequence[Marker]]:
    markers: dict[int, list[Marker]] = {}
    for each in opened.held:
        for finding in each.findings:
            line = laid.line_at(finding.xpath) if finding.part is part else None
            if line is not None:
                href = f"{opened.path}/rules#f{finding.number}"
                markers.setdefault(line, []).append(Marker(finding.rule, finding.severity, href))
    return markers


def _compared(one: _Opened, other: _Opened) -> dict[str, object]:
    """Both masked where either is, each by itself: what the one hides is not looked for in the other, which would tell
    of it, and is not compared."""
    hiding = next((each for each in (one, other) if each.looking.masked), None)
    try:
        veils = (one.veil, other.veil) if hiding is None else (one.drawn(), other.drawn())
        rows = rows_of(_all_groups(one.message), _all_groups(other.message), veils)
        shown = [veil.xml(each.message.document) for each, veil in zip((one, other), veils, strict=True)]
    except (MaskedError, MessageError):
        if hiding is None:
            raise
        raise MaskedError(hiding.exchange.exchange_id) from None
    return {
        "rows": rows[:MOST_FIELDS],
        "more": max(0, len(rows) - MOST_FIELDS),
        "results": Result,
        "hunks": _hunks(shown, masked=hiding is not None),
        "masked": hiding is not None,
    }


def _all_groups(message: Message) -> tuple[Group, ...]:
    return (*groups_of(message), *header_groups(message.header))


def _hunks(documents: Sequence[bytes], *, masked: bool) -> tuple[Hunk, ...] | None:
    """None for what is larger than anybody compares."""
    if max(map(len, documents)) > MOST_LAID_OUT:
        return None
    left, right = map(_lines, documents)
    return hunks_of(left, right, masked=masked)


def _lines(document: bytes) -> list[str]:
    return ["".join(piece.text for piece in line) for line in lay_out(document, indented=True).lines]
