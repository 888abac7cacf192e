"""Lawful https origins of messages, and where a browser reaches them in this demo."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

_PORTS = {"http": 80, "https": 443}


class Origins:
    """Maps `https://preview.aarhus.localhost` (in messages) to `http://preview.aarhus.localhost:8402` (in browsers).

    URLs are parsed and compared by scheme, host and port. Both ways raise ValueError for an origin that is not in the
    mapping, for user information in the URL, and for what is no http(s) URL.
    """

    def __init__(self, mapping: Mapping[str, str]) -> None:
        self._to_browser = {origin_of(message): origin_of(browser) for message, browser in mapping.items()}
        self._to_message = {browser: message for message, browser in self._to_browser.items()}
        if any(not message.startswith("https://") for message in self._to_browser):
            raise ValueError("an origin in messages is https")
        if not len(mapping) == len(self._to_browser) == len(self._to_message):
            raise ValueError("each origin stands once on each side")

    def to_browser(self, url: str) -> str:
        """Where the browser is sent for a location of a message."""
        return _moved(url, self._to_browser)

    def to_message(self, url: str) -> str:
        """How a location of this demo is written in a message."""
        return _moved(url, self._to_message)


def origin_of(url: str) -> str:
    """Scheme, host in lower case and port where it is not the default (RFC 6454); ValueError for anything else."""
    if any(character <= " " or character == "\\" for character in url):
        raise ValueError("not a URL")
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc:
        raise ValueError("not an http(s) URL with a host and without user information")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = "" if parts.port in (None, _PORTS[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def _moved(url: str, table: Mapping[str, str]) -> str:
    target = table.get(origin_of(url))
    if target is None:
        raise ValueError("not an origin of this exchange")
    parts = urlsplit(url)
    scheme, netloc = target.split("://")
    return urlunsplit((scheme, netloc, parts.path, parts.query, parts.fragment))
