"""The way back from a preview as EDM 1.x carries it: appended to the address of the preview (TDD 4.9)."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, unquote

from oots.model.request import PreviewVisit

_URL: Final = "returnurl="
_METHOD: Final = "returnmethod="


def with_return(visit: PreviewVisit) -> str:
    """The address that the user opens and that the second request names, with the way back by GET if there is one."""
    if visit.return_location is None:
        return visit.location
    joint = "&" if "?" in visit.location else "?"
    return f"{visit.location}{joint}{_URL}{quote(visit.return_location, safe='')}&{_METHOD}GET"


def without_return(address: str) -> PreviewVisit:
    """The visit that `with_return` made the address from; the rest of the address stays as it is."""
    path, question, query = address.partition("?")
    parameters = query.split("&") if question else []
    _pop(_METHOD, parameters)
    back = _pop(_URL, parameters)
    location = f"{path}?{'&'.join(parameters)}" if parameters else path
    return PreviewVisit(location, None if back is None else unquote(back))


def _pop(name: str, parameters: list[str]) -> str | None:
    """Take the last parameter of that name out, since the way back is appended."""
    for index in reversed(range(len(parameters))):
        if parameters[index].startswith(name):
            return parameters.pop(index).removeprefix(name)
    return None
