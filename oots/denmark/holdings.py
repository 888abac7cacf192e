"""Where each evidence type comes from."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from oots.denmark import held_elsewhere, held_in_cpr
from oots.denmark.holding import Holding

HOLDINGS: Mapping[str, Holding] = MappingProxyType(
    {
        "bopaelsattest-aktuel": held_in_cpr.residence_alone,
        "bopaelsattest-historik": held_in_cpr.residence_alone,
        "bopaelsattest-samlet": held_in_cpr.residence_and_status,
        "tilflytningsbevis": held_in_cpr.move_in,
        "fraflytningsbevis": held_in_cpr.move_out,
        "civilstandsattest": held_in_cpr.civil_status,
        "husstandsattest": held_in_cpr.household,
        "foraeldremyndighed": held_in_cpr.custody,
        "proevelsesattest": held_elsewhere.capacity_to_marry,
        "vielsesattest": held_elsewhere.marriage,
        "personattest": held_elsewhere.birth,
        "virksomhed-cvr": held_elsewhere.business,
        "skoleindskrivning": held_elsewhere.enrolment,
        "husstandsindkomst": held_elsewhere.income,
        "fripladsbevilling": held_elsewhere.free_place,
        "pladsbekraeftelse": held_elsewhere.place,
        "beboerindskudslaan": held_elsewhere.loan,
        "byggetilladelse": held_elsewhere.building_permit,
        "bbr-meddelelse": held_elsewhere.building_data,
        "ejendomstilknytning": held_elsewhere.connection,
    }
)
"""By evidence type; the test certificate is written by bopaelsattest_xml.py alone."""
