"""Against what an exchange was judged when its dossier was made: software, rules, decisions, configuration."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

import oots
from oots import __version__
from oots.model.content import sha256_of
from oots.rules.books import VERSIONS
from oots.rules.kind import Kind
from oots.trust.policy import demo_policy_text
from oots.validation.rules_document import document as rules_document

_DISTRIBUTION: Final = "oots-dk"
_ROOT: Final = Path(oots.__file__).parent.parent
"""A checkout, or where the image has what it was built from."""
_COMMIT: Final = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")
_TITLE: Final = re.compile(r"^# (\d+\. .+)$", re.MULTILINE)


def software(root: Path = _ROOT) -> dict[str, object]:
    """Name, version, and the commit as far as it is known: of the installation, of the image, or of the checkout, in
    which files may have been changed since."""
    found = next(((commit, where) for commit, where in _commits(root) if commit and _COMMIT.fullmatch(commit)), None)
    commit, where = found or (None, "neither the installation nor a checkout says")
    return {"name": _DISTRIBUTION, "version": __version__, "commit": commit, "commit_known_from": where}


def _commits(root: Path) -> Iterator[tuple[str | None, str]]:
    yield _installed_commit(), "the installation"
    yield _text(root / "commit.txt"), "the image"
    yield _head(root), "the checkout"


def _installed_commit() -> str | None:
    """What pip noted of a repository that it installed from (PEP 610)."""
    try:
        noted = json.loads(distribution(_DISTRIBUTION).read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, ValueError):
        return None
    told = noted.get("vcs_info", {}).get("commit_id")
    return told if isinstance(told, str) else None


def _text(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return None


def _head(root: Path) -> str | None:
    """The commit of a checkout, read as git keeps it; a worktree has a file that says where that is."""
    git = root / ".git"
    if (elsewhere := _text(git)) is not None:
        git = root / elsewhere.removeprefix("gitdir: ")
    head = _text(git / "HEAD")
    if head is None or not head.startswith("ref: "):
        return head
    ref = head.removeprefix("ref: ")
    common = git / (_text(git / "commondir") or "")
    loose = _text(git / ref) or _text(common / ref)
    packed = (line.split(" ") for line in (_text(common / "packed-refs") or "").splitlines())
    return loose or next((words[0] for words in packed if words[1:] == [ref]), None)


def dependencies(root: Path = _ROOT) -> dict[str, object]:
    """The digest of the lock, which names every package by its own."""
    try:
        lock = (root / "requirements.txt").read_bytes()
    except OSError:
        return {"lock_sha256": None, "why": "the lock was not installed with the software"}
    return {"lock": "requirements.txt", "lock_sha256": sha256_of(lock)}


def decisions(root: Path = _ROOT) -> dict[str, object]:
    """The records of architecture decisions by number and title."""
    texts = (_text(file) or "" for file in sorted((root / "docs" / "adr").glob("[0-9]*.md")))
    titles = [found[1] for text in texts if (found := _TITLE.search(text))]
    return {"in_force": titles} if titles else {"in_force": None, "why": "they were not installed with the software"}


@cache
def rules() -> dict[str, object]:
    """Of which versions there are rules for messages, and the digest of the list of all rules (docs/rules.md)."""
    return {"edm_versions": list(VERSIONS[Kind.REQUEST]), "rules_sha256": sha256_of(rules_document().encode())}


def configuration(anchors: bytes, settings: Mapping[str, object]) -> dict[str, object]:
    """What decides how messages are judged, each by its digest, and the digest of all; `settings` are the exporter's,
    without secrets, none where it has none."""
    parts = {
        "anchors_sha256": sha256_of(anchors),
        "policy_sha256": sha256_of(demo_policy_text()),
        "settings_sha256": sha256_of(json.dumps(settings, sort_keys=True, default=str).encode()) if settings else None,
    }
    return {**parts, "sha256": sha256_of(json.dumps(parts, sort_keys=True).encode())}
