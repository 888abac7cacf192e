"""Short names of the procedures (code list Procedures) for which evidence is asked, for sentences on pages."""

from __future__ import annotations

from oots.web.words import Words

_NAMES = {
    "00": Words("test af forbindelsen", "a test of the connection"),
    "R1": Words("bevis for registrering af fødsel", "proof of registration of birth"),
    "S1": Words("bevis for ophold", "proof of residence"),
    "T1": Words("ansøgning om studiestøtte", "an application for study finance"),
    "T2": Words("ansøgning om optagelse på en uddannelse", "an application for admission to studies"),
    "T3": Words("anerkendelse af et eksamensbevis", "recognition of a diploma"),
    "U1": Words("hvilket lands sociale sikring der gælder", "which country's social security applies"),
    "U2": Words("ændrede forhold ved sociale ydelser", "changed circumstances for social security benefits"),
    "U3": Words("ansøgning om et EU-sygesikringskort", "an application for a European Health Insurance Card"),
    "U4": Words("selvangivelse", "an income tax declaration"),
    "V1": Words("registrering af adresseændring", "registering a change of address"),
    "V2": Words("registrering af et køretøj", "registering a vehicle"),
    "V3": Words("vejafgift for et køretøj", "a toll for a vehicle"),
    "V4": Words("miljømærke til et køretøj", "an emission sticker for a vehicle"),
    "W1": Words("ansøgning om pension", "a pension claim"),
    "W2": Words("oplysninger om pension", "information about a pension"),
    "X1": Words("anmeldelse af en virksomhed", "notification of a business activity"),
    "X2": Words("registrering som arbejdsgiver", "registration as an employer"),
    "X3": Words("registrering af ansatte", "registration of employees"),
    "X4": Words("selskabsskat", "a corporate tax declaration"),
    "X5": Words("afslutning af et ansættelsesforhold", "the end of an employment contract"),
    "X6": Words("sociale bidrag for ansatte", "social contributions for employees"),
    "X10": Words("anmeldelse af en dataformidlingstjeneste", "notification of a data intermediation service"),
    "X11": Words("registrering af en dataaltruistisk organisation", "registration of a data altruism organisation"),
    "AM1": Words("anerkendelse af erhvervskvalifikationer", "recognition of professional qualifications"),
}


def procedure(code: str | None) -> Words:
    """What the procedure is called; its code alone where it is unknown."""
    return _NAMES.get(code or "", Words(f"procedure {code}", f"procedure {code}"))
