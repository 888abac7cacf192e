"""What a session remembers of a person's cases: the answers that were given, and the file that is open."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request

from oots.requester.cases import Case, Piece
from oots.web.sessions import session_of

_ANSWERS, _FILES = "answers", "files"


def answers_of(request: Request, case: Case, piece: Piece) -> dict[str, str]:
    """The person's answers to the directory's questions for this piece, by the identifier of the concept."""
    return dict(session_of(request).get(_ANSWERS, {}).get(_place(case, piece), {}))


def note_answers(request: Request, case: Case, piece: Piece, answers: Mapping[str, str]) -> None:
    """Keep the answers for this piece in the place of those before."""
    session = session_of(request)
    session[_ANSWERS] = session.get(_ANSWERS, {}) | {_place(case, piece): dict(answers)}


def file_of(request: Request, case: Case) -> str | None:
    """The file of this case that is open, None for none."""
    found = session_of(request).get(_FILES, {}).get(case.key)
    return str(found) if found else None


def open_file(request: Request, case: Case, file_id: str | None) -> None:
    """Go on in this file of the case; with None the next request begins a new one."""
    session = session_of(request)
    session[_FILES] = session.get(_FILES, {}) | {case.key: file_id}


def forget_cases(request: Request) -> None:
    """Somebody else has signed in."""
    for name in (_ANSWERS, _FILES):
        session_of(request).pop(name, None)


def _place(case: Case, piece: Piece) -> str:
    return f"{case.key}/{piece.key}"
