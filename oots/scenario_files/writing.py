"""Writes a new scenario file out of a shipped one that runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from oots.model.errors import ConfigurationError
from oots.scenario_files.reading import SHIPPED, names
from oots.scenario_files.scenario import Trouble

_PATTERN: Final = "S01"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,60}")
_HEAD: Final = """\
# A scenario. Change what you like and say `oots scenario check` of this file; `oots scenario run` tells it.
#
# scope     declared | annex-ii-municipal | outside-annex-ii | other-mechanism
# topology  shared | national-intermediary | fki-intermediary | per-municipality | per-vendor
# steps     sign-in (as, case) | choose-municipality (municipality) | choose-country (country, piece)
#           request (at, times, piece)
#           wait-for-answer | follow-link | go-to-preview (as, at) | look | pay | accept (pieces) | decline
#           close-the-browser | come-back | finish | ask-again | upload | wait (until) | caseworker (decides)
# faults    e.g. {{ what = "register-failing", from = 2, to = 3 }}: {faults}
# expected  outcomes, one for each exchange: delivered | nothing | deferred | refused EDM:ERR:0004 | lapsed
#           undeliverable | open | not asked; and what states, journals, pages and messages must and must not hold

"""


def write_new(folder: Path, name: str) -> Path:
    """The file of a new scenario called `name`, in `folder`; raises ConfigurationError where that cannot be."""
    if not _NAME.fullmatch(name):
        raise ConfigurationError(f"{name}: a name has letters, digits and hyphens")
    if name.lower() in {known.lower() for known in names()}:
        raise ConfigurationError(f"there is a scenario {name} already")
    path = folder / f"{name}.toml"
    if path.exists():
        raise ConfigurationError(f"{path} is there already")
    folder.mkdir(parents=True, exist_ok=True)
    pattern = (SHIPPED / f"{_PATTERN}.toml").read_text(encoding="utf-8")
    path.write_text(_HEAD.format(faults=", ".join(Trouble)) + pattern, encoding="utf-8")
    return path
