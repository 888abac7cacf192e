"""What a browser session may see at a provider: links that its person was admitted to, and her mailbox."""

from __future__ import annotations

from hashlib import sha256

from starlette.requests import Request

from oots.model.person import LevelOfAssurance, NaturalPerson
from oots.web.sessions import session_of


def hand_over(request: Request, person: NaturalPerson) -> None:
    """From here on the session is this person's: what it opened for another one is closed."""
    session, identity = session_of(request), _hashed(person.identifier or "")
    if session.get("visitor") != identity:
        session["admitted"] = []
        session.pop("mailbox", None)
        session.pop("level", None)
        session.pop("came_from", None)
    session["visitor"] = identity


def admit(request: Request, token: str) -> None:
    """The session may open this link."""
    session = session_of(request)
    session["admitted"] = [*session["admitted"], _hashed(token)]


def is_admitted(request: Request, token: str) -> bool:
    return _hashed(token) in session_of(request).get("admitted", [])


def dismiss(request: Request, token: str) -> None:
    """The session may not open this link any more."""
    session = session_of(request)
    session["admitted"] = [each for each in session.get("admitted", []) if each != _hashed(token)]


def open_mailbox(request: Request, person_key: str | None, level: LevelOfAssurance | None) -> None:
    """The session may read the letters of this person, and her log as far as the `level` of this sign-in goes; those of
    nobody where the register does not know her."""
    session = session_of(request)
    session["mailbox"], session["level"] = person_key or "", level.value if level else None


def mailbox_of(request: Request) -> str | None:
    """Whose letters the session may read, perhaps nobody's (empty); None before a sign-in."""
    kept = session_of(request).get("mailbox")
    return kept if isinstance(kept, str) else None


def level_of(request: Request) -> LevelOfAssurance | None:
    """How surely the person was identified for whom the mailbox is open."""
    kept = session_of(request).get("level")
    return LevelOfAssurance(kept) if kept else None


def goes_to(request: Request, link: str) -> None:
    """The session's person looks at this link: pages beside it lead back there."""
    session_of(request)["came_from"] = link


def came_from(request: Request) -> str | None:
    """The link that was looked at last."""
    kept = session_of(request).get("came_from")
    return kept if isinstance(kept, str) else None


def _hashed(token: str) -> str:
    return sha256(token.encode()).hexdigest()
