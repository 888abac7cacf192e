"""The code values that the directories accept in a query or an entry."""

from __future__ import annotations

# fmt: off
COUNTRIES = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "HR", "HU", "IE",
    "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
})
"""The states of the European Economic Area, ISO 3166-1 alpha-2 but EL for Greece."""

PROCEDURES = frozenset({
    "00", "AM1", "R1", "S1", "T1", "T2", "T3", "U1", "U2", "U3", "U4", "V1", "V2", "V3", "V4",
    "W1", "W2", "X1", "X2", "X3", "X4", "X5", "X6", "X10", "X11",
})
"""Code list Procedures: Annex II of Regulation (EU) 2018/1724, other acts of the Union, and 00 for tests."""

PROCEDURES_OF_1_0 = PROCEDURES - {"00", "AM1", "X10", "X11"}
"""The code list as it was with version 1.0 of the directories."""
# fmt: on
