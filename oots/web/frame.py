"""The page frame: one layout for every page, in Danish and English, in the look of each authority.

In a template: `{% extends "frame.html" %}` with the blocks `title` and `main`; `t("dansk", "english")` picks the
language; `lang` is `da` or `en`; `csrf_field()` is the hidden input of a POST form; `when(datetime)`,
`exactly(datetime)` (with seconds) and `day(date)` write dates; `parts` holds the macros of `parts.html`
(`parts.alert(…)`), without an import.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from http import HTTPStatus
from pathlib import Path

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from oots.model.errors import BusyError, UnavailableError
from oots.web.behind import remember
from oots.web.security import content_security_policy, guard
from oots.web.sessions import CSRF_FIELD, StaleFormError, session_of
from oots.web.words import Lang, Words, day, exactly, when

ROOM = Path(__file__).parent
ASSETS = ROOM / "assets"
DESIGN_SYSTEM = ASSETS / "dkfds" / "css" / "dkfds.min.css"
LANGUAGE_COOKIE = "lang"
_RETRY_SECONDS = "5"
_TURNING = {code: f"[U+{code:04X}]" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
"""The characters that have the text after them shown in another order than it stands (UAX 9)."""


class ClosedError(HTTPException):
    """An HTTP error whose page shows the way on: `again` is a path of this service."""

    def __init__(self, status: int, again: str) -> None:
        self.again = again
        super().__init__(status)


class Theme(StrEnum):
    """The look of an authority; the value names its stylesheet."""

    REQUESTER = "requester"
    PROVIDER = "provider"
    EID = "eid"


class Frame:
    """Renders the templates of one service.

    `theme` is a `Theme` or its value; `templates` the service's own folder; `authority` and `service` the two lines
    of the page head; `stand_ins` names what on these pages is not the real thing, one sentence each; `told` is what
    every template knows of a request.
    """

    def __init__(
        self,
        *,
        theme: str,
        templates: Path,
        authority: Words,
        service: Words,
        stand_ins: Sequence[Words] = (),
        told: Callable[[Request], Mapping[str, object]] = lambda _request: {},
    ) -> None:
        self._told = told
        self._look = {
            "theme": Theme(theme).value,
            "authority": authority,
            "service": service,
            "stand_ins": tuple(stand_ins),
            "stylesheets": _stylesheets(Theme(theme)),
        }
        self._environment = Environment(
            loader=FileSystemLoader([templates, ROOM / "templates"]),
            auto_reload=False,  # templates are part of the installed program
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_visible,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def page(self, request: Request, name: str, status: int = 200, **context: object) -> HTMLResponse:
        """The template `name` as a page in the visitor's language; `?lang=` is remembered in a cookie.

        `shown_at` in the context is the path whose GET shows the page, so that an answer to a POST has a language
        switch too; `behind` is what happens behind it (`oots.web.behind.Behind`), where that is shown.
        """
        lang = language(request)
        html = self.fragment(request, name, **context)
        response = HTMLResponse(html, status_code=status, headers={"Content-Language": lang})
        if "lang" in request.query_params:
            response.set_cookie(
                LANGUAGE_COOKIE, lang, httponly=True, samesite="lax", secure=request.url.scheme == "https"
            )
        if context.get("behind"):
            remember(request, response)
        return response

    def fragment(self, request: Request, name: str, **context: object) -> str:
        """The template `name` in the visitor's language, for what is put into a page that is shown already."""
        lang = language(request)
        words = self._look | _words(request, lang, context.get("shown_at")) | dict(self._told(request))
        words.setdefault("behind", None)
        words["parts"] = self._environment.get_template("parts.html").make_module(words)
        return self._environment.get_template(name).render(words | context)

    def attach(self, app: FastAPI) -> None:
        """Serve the stylesheets under `/assets` and answer HTTP errors with pages instead of JSON.

        Forms post to an address below the page that shows them; a stale one, or its address opened, leads back there.
        A path with a slash too many is unknown: it is not redirected, since that would repeat the client's `Host`.
        """

        async def refuse(request: Request, error: Exception) -> Response:
            # A failure of ours is answered outside all middleware, so this page guards itself.
            status, form = _status_of(error), request.url.path.rpartition("/")[0] or "/"
            if isinstance(error, StaleFormError):
                page = self.page(request, "stale.html", status, again=form, shown_at=form)
            else:
                again = form if status == HTTPStatus.METHOD_NOT_ALLOWED else getattr(error, "again", None)
                page = self.page(request, "error.html", status, code=status, again=again, busy=_is_busy(error))
            page.headers.update(getattr(error, "headers", None) or {})
            if status == HTTPStatus.SERVICE_UNAVAILABLE:
                page.headers["Retry-After"] = _RETRY_SECONDS
            guard(page.headers, request.url.path, content_security_policy([]))
            return page

        app.mount("/assets", StaticFiles(directory=ASSETS), name="assets")
        app.router.redirect_slashes = False
        app.add_exception_handler(HTTPException, refuse)
        app.add_exception_handler(RequestValidationError, refuse)
        app.add_exception_handler(500, refuse)
        for trouble in (BusyError, UnavailableError):
            app.add_exception_handler(trouble, refuse)


def _visible(value: object) -> object:
    """A text as it stands: people decide on what they read."""
    return value.translate(_TURNING) if isinstance(value, str) else value


def _is_busy(error: Exception) -> bool:
    return isinstance(error, (BusyError, UnavailableError))


def _status_of(error: Exception) -> int:
    if _is_busy(error):
        return HTTPStatus.SERVICE_UNAVAILABLE
    if isinstance(error, HTTPException):
        return error.status_code
    return 400 if isinstance(error, RequestValidationError) else 500


def language(request: Request) -> Lang:
    """The visitor's language: `?lang=`, else the cookie, else what a relying party asks for, else Danish.

    `ui_locales` is the parameter of OpenID Connect Core 3.1.2.1. The browser's own preference does not count: these
    are Danish pages first, and a demo looks the same on every machine.
    """
    asked = (request.query_params.get("ui_locales") or "").partition(" ")[0]
    wanted = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE) or asked
    return "en" if wanted == "en" else "da"


def _words(request: Request, lang: Lang, shown_at: object) -> dict[str, object]:
    def csrf_field() -> Markup:
        return Markup('<input type="hidden" name="{}" value="{}">').format(CSRF_FIELD, session_of(request).csrf_token)

    def t(danish: str, english: str) -> str:
        return Words(danish, english).in_(lang)

    dates: dict[str, Callable[..., Markup]] = {
        "when": lambda at: when(at, lang),
        "exactly": lambda at: exactly(at, lang),
        "day": lambda on: day(on, lang),
    }
    return dates | {
        "lang": lang,
        "t": t,
        "csrf_field": csrf_field,
        "language_links": _language_links(request, shown_at),
    }


def _language_links(request: Request, shown_at: object) -> tuple[tuple[str, str, str], ...]:
    """Code, own name and link of each language; a link of a query alone keeps the page. None where no GET shows it."""
    names = (("da", "Dansk"), ("en", "English"))
    if request.method == "GET":
        return tuple((code, name, "?" + request.url.include_query_params(lang=code).query) for code, name in names)
    return tuple((code, name, f"{shown_at}?lang={code}") for code, name in names) if shown_at else ()


def _stylesheets(theme: Theme) -> tuple[str, ...]:
    """Only the Danish authority wears the Danish design system; a small sheet of our own serves otherwise."""
    danish = theme is Theme.PROVIDER and DESIGN_SYSTEM.is_file()
    ground = ("dkfds/css/dkfds.min.css", "design-system.css") if danish else ("plain.css",)
    return (*ground, "frame.css", f"{theme.value}.css")
