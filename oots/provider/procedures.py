"""Short names of the procedures (code list Procedures) for which evidence is asked, for sentences on pages."""

from __future__ import annotations

from oots.web.words import Words

_NAMES = {
    "00": Words("test af forbindelsen", "a test of the connection"),
    "S1": Words("bevis for ophold", "proof of residence"),
    "T1": Words("ansøgning om studiestøtte", "an application for study finance"),
    "V1": Words("registrering af adresseændring", "registering a change of address"),
    "W1": Words("ansøgning om pension", "a pension claim"),
}


def procedure(code: str | None) -> Words:
    """What the procedure is called; its code alone where it is unknown."""
    return _NAMES.get(code or "", Words(f"procedure {code}", f"procedure {code}"))
