"""A page for every rule and every error code, and the lists in which they are found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from oots.inspector.catalogue.error_codes import Family, error_codes
from oots.inspector.catalogue.rule_words import KINDS, SEVERITIES, SEVERITY_BADGES, where_checked
from oots.rules.judgement import SCHEMA
from oots.rules.pairs.pair import ALL
from oots.validation.catalogue import Entry, entries, explained, named, near
from oots.web.frame import Frame
from oots.web.numbers import NumberAsked

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class _Asked:
    """The filter of the list, as its address says it; what is empty chooses nothing."""

    words: str
    kind: str
    version: str
    severity: str

    def fits(self, entry: Entry) -> bool:
        return (
            self.kind in ("", entry.kind)
            and self.severity in ("", entry.severity)
            and (not self.version or self.version in entry.versions)
            and all(word in f"{entry.id} {entry.sentence}".lower() for word in self.words.lower().split())
        )

    def address(self, page: int) -> str:
        asked = {"q": self.words, "kind": self.kind, "version": self.version, "severity": self.severity}
        return "/rules?" + urlencode({name: value for name, value in asked.items() if value} | {"page": page})


def router(frame: Frame) -> APIRouter:
    """`GET /rules`, `/rules/{id}`, `/errors` and `/errors/{code}`."""
    pages = _RulePages(frame)
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route("/rules", pages.rules)
    routes.add_api_route("/rules/{name}", pages.rule)
    routes.add_api_route("/errors", pages.errors)
    routes.add_api_route("/errors/{code}", pages.error)
    return routes


class _RulePages:
    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def rules(
        self,
        request: Request,
        q: str = "",
        kind: str = "",
        version: str = "",
        severity: str = "",
        page: NumberAsked = 1,
    ) -> Response:
        asked = _Asked(q.strip(), kind, version, severity)
        found = [entry for entry in entries() if asked.fits(entry)]
        pages = max(1, -(-len(found) // PAGE))
        page = min(max(page, 1), pages)
        return self._frame.page(
            request,
            "rules.html",
            200,
            asked=asked,
            found=found[(page - 1) * PAGE : page * PAGE],
            number=len(found),
            page=page,
            pages=pages,
            versions=ALL,
            **_WORDS,
        )

    def rule(self, request: Request, name: str) -> Response:
        if name.upper() == SCHEMA:
            return self._frame.page(request, "rule_schema.html")
        found = named(name, entries())
        if not found:
            return self._frame.page(request, "rule_unknown.html", 404, meant=near(name[:_LONGEST]))
        return self._frame.page(
            request,
            "rule.html",
            200,
            rule=found[0].id,
            explanations=[(explained(entry), where_checked(entry.kind)) for entry in found],
            related=_related(found),
            **_WORDS,
        )

    def errors(self, request: Request) -> Response:
        families = [(family, [each for each in error_codes() if each.family is family]) for family in Family]
        return self._frame.page(request, "errors.html", families=families)

    def error(self, request: Request, code: str) -> Response:
        found = next((each for each in error_codes() if each.code == code.upper()), None)
        if found is None:
            raise HTTPException(404)
        return self._frame.page(request, "error_code.html", error=found)


_LONGEST: Final = 60
_WORDS: Final = {"kinds": KINDS, "severities": SEVERITIES, "severity_badges": SEVERITY_BADGES}


def _related(found: Sequence[Entry]) -> tuple[str, ...]:
    """The ids of the rules that stand before and after, for whoever reads on."""
    order = list(dict.fromkeys(entry.id for entry in entries()))
    at = order.index(found[0].id)
    return tuple(order[max(at - 1, 0) : at] + order[at + 1 : at + 2])
