"""The citizen of a story: an HTTP client that clicks through the pages as a browser without JavaScript would."""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Callable, Sequence
from typing import cast
from urllib.parse import urljoin, urlsplit

import httpx
from lxml import html

from oots.deployment.town import LOOPBACK
from oots.model.errors import PeerError

_PATIENCE_SECONDS = 30.0
_PAUSE_SECONDS = 0.05
_MOST_REDIRECTS = 10


class AstrayError(PeerError):
    """The pages did not lead where the story goes."""


class _ToLoopback(httpx.HTTPTransport):
    """Browsers resolve `*.localhost` to this machine; other clients have to be told (RFC 6761)."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if not request.url.host.endswith(".localhost"):
            return super().handle_request(request)
        there = httpx.Request(
            request.method,
            request.url.copy_with(host=LOOPBACK),
            headers=request.headers,
            stream=request.stream,
            extensions=request.extensions | {"sni_hostname": request.url.host},
        )
        return super().handle_request(there)


class Page:
    """A page that was shown: where, with what status, whether it refreshes by itself, and its forms and links;
    `came_by` are the addresses by which the browser came there, its own the last."""

    def __init__(self, response: httpx.Response, url: str, came_by: Sequence[str] = ()) -> None:
        self.url = url
        self.came_by = tuple(came_by) or (url,)
        self.status = response.status_code
        self.is_refreshing = "refresh" in response.headers
        self.source = response.text
        is_html = "html" in response.headers["content-type"]
        self._document = cast(html.HtmlElement, html.fromstring(response.text)) if is_html else None

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def text(self) -> str:
        """What the page says, each run of white space as one space."""
        return "" if self._document is None else " ".join(self._document.text_content().split())

    @property
    def heading(self) -> str:
        heading = None if self._document is None else self._document.find(".//h1")
        return "" if heading is None else " ".join(heading.text_content().split())

    def form(self, ending: str) -> html.FormElement | None:
        """The form that posts to an address ending so; the page's own address counts where none is given."""
        forms = [] if self._document is None else self._document.forms
        return next((form for form in forms if urlsplit(self.action(form)).path.endswith(ending)), None)

    def action(self, form: html.FormElement) -> str:
        return urljoin(self.url, str(form.get("action") or self.url))

    def choices(self, ending: str, name: str) -> list[str]:
        """The values among which a form lets choose under `name`, by radio buttons, a list or buttons, in order."""
        form = self.form(ending)
        if form is None:
            return []
        options = form.xpath(".//*[@name=$name and @value] | .//select[@name=$name]/option[@value]", name=name)
        return [str(option.get("value")) for option in options if option.get("type") != "hidden"]

    def links(self, pattern: str) -> list[str]:
        """The targets of links and buttons whose path matches `pattern` whole, each once, in order."""
        anchors = [] if self._document is None else self._document.iterfind(".//a[@href]")
        targets = [urljoin(self.url, cast(str, anchor.get("href"))) for anchor in anchors]
        return list(dict.fromkeys(target for target in targets if re.fullmatch(pattern, urlsplit(target).path)))


def _unnoticed(_page: Page) -> None:
    """Nobody looks over her shoulder."""


class Citizen:
    """One person with one browser. `verify` names whom she believes behind https, by default the usual authorities;
    `shown` is told of every page that she sees.
    """

    def __init__(self, verify: ssl.SSLContext | bool = True, shown: Callable[[Page], None] = _unnoticed) -> None:
        self._shown = shown
        # A kept connection is dead after a service was halted or killed; browsers then ask again, httpx does not.
        once = httpx.Limits(max_keepalive_connections=0)
        self._client = httpx.Client(transport=_ToLoopback(verify=verify, limits=once, trust_env=False), timeout=30.0)

    def close(self) -> None:
        self._client.close()

    def open(self, url: str) -> Page:
        """Follow an address and its redirects to a page."""
        return self._arrive(self._client.get(url), url)

    def follow(self, page: Page, pattern: str) -> Page:
        """Follow the first link whose path matches `pattern`."""
        links = page.links(pattern)
        if not links:
            raise AstrayError(f"{page.path} (HTTP {page.status}) has no link to {pattern}")
        return self.open(links[0])

    def download(self, url: str) -> tuple[str, bytes]:
        """Media type and bytes of a document."""
        response = self._client.get(url)
        if response.status_code != httpx.codes.OK:
            raise AstrayError(f"{urlsplit(url).path} cannot be downloaded (HTTP {response.status_code})")
        return response.headers["content-type"].partition(";")[0], response.content

    def submit(self, page: Page, ending: str, **fields: str) -> Page:
        """Fill in the form that posts to an address ending so, and send it."""
        form = page.form(ending)
        if form is None:
            raise AstrayError(f"{page.path} (HTTP {page.status}) has no form for {ending}")
        values = {name: value for name, value in form.form_values() if name not in fields}
        address = page.action(form)
        return self._arrive(self._client.post(address, data=values | fields, headers=_own(page)), address)

    def upload(self, page: Page, ending: str, file: tuple[str, bytes, str]) -> Page:
        """Send a file (name, content, media type) with the form that posts to an address ending so."""
        form = page.form(ending)
        if form is None:
            raise AstrayError(f"{page.path} (HTTP {page.status}) has no form for {ending}")
        address = page.action(form)
        values = {name: value for name, value in form.form_values() if isinstance(value, str)}
        response = self._client.post(address, data=values, files={"file": file}, headers=_own(page))
        return self._arrive(response, address)

    def wait(self, page: Page, arrived: Callable[[Page], bool]) -> Page:
        """Look at the page again, as its refresh does, until `arrived`; a page that has stopped refreshing is final."""
        end = time.monotonic() + _PATIENCE_SECONDS
        while not arrived(page):
            if not page.is_refreshing or time.monotonic() > end:
                raise AstrayError(f"{page.path} (HTTP {page.status}) stands at “{page.heading}”")
            time.sleep(_PAUSE_SECONDS)
            page = self.open(page.url)
        return page

    def _arrive(self, response: httpx.Response, url: str) -> Page:
        came_by = [url]
        for _ in range(_MOST_REDIRECTS):
            if not response.has_redirect_location:
                page = Page(response, came_by[-1], came_by)
                self._shown(page)
                return page
            came_by.append(urljoin(came_by[-1], response.headers["location"]))
            response = self._client.get(came_by[-1])
        raise AstrayError(f"more than {_MOST_REDIRECTS} redirects at {url}")


def _own(page: Page) -> dict[str, str]:
    """What a browser says of a form that a page sends to its own site."""
    return {"Origin": "{0.scheme}://{0.netloc}".format(urlsplit(page.url)), "Sec-Fetch-Site": "same-origin"}
