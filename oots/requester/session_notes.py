"""What a session remembers of a person's cases: the answers that were given, the file that is open, and
invitations into it."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request

from oots.requester.cases import Case, Piece
from oots.web.sessions import session_of

_ANSWERS, _FILES, _INVITATIONS = "answers", "files", "invitations"


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


def invitation_of(request: Request, file_id: str) -> str | None:
    """The secret that this person may hand over to a further one, None where none has been made."""
    found = session_of(request).get(_INVITATIONS, {}).get(file_id)
    return str(found) if found else None


def note_invitation(request: Request, file_id: str, secret: str) -> None:
    """Keep the secret in the place of the one before."""
    session = session_of(request)
    session[_INVITATIONS] = session.get(_INVITATIONS, {}) | {file_id: secret}


def forget_cases(request: Request) -> None:
    """Somebody else has signed in."""
    for name in (_ANSWERS, _FILES, _INVITATIONS):
        session_of(request).pop(name, None)


def _place(case: Case, piece: Piece) -> str:
    return f"{case.key}/{piece.key}"
