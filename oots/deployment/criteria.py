"""What has to come of a portal's case, in plain words for a dossier."""

from __future__ import annotations

from collections.abc import Mapping

from oots.model.text import in_language
from oots.requester.cases import Case, case_of


def criteria_of(case: str, piece: str | None) -> Mapping[str, str]:
    """The criteria of a case and of a piece of it, by their keys; nothing where no portal has such a case any more."""
    try:
        known = case_of(case)
        wanted = known.piece(piece) if piece else known.pieces[0]
    except LookupError:
        return {}
    return _of_case(known) | {
        "must prove": wanted.requirement,
        "by": ", ".join(wanted.evidence_types) or "any evidence type that the Evidence Broker names for it",
        "not older than": f"{wanted.at_most_months} months" if wanted.at_most_months else "any age",
    }


def _of_case(case: Case) -> dict[str, str]:
    told = {
        "case": f"{case.key} (portal {case.portal}): {in_language(case.titles, 'EN')}",
        "procedure": case.procedure,
        "scope": case.scope.value,
        "preview": "must be possible" if case.preview else "not needed (2018/1724, article 14(5))",
    }
    return told | ({"journey": case.journey} if case.journey else {})
