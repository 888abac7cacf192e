"""A threatened person (CPR Act § 6(6)) beside the same person without a fixed abode: nothing tells them apart."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any, cast

import pytest

from oots.denmark.evidence_types import DEFINITIONS, OFFERS
from oots.denmark.municipality import load_municipality
from oots.denmark.register import STANDARD_FILE
from oots.denmark.source import MunicipalSource
from oots.model.evidence import Distribution, DocumentKind
from oots.model.issuing import Applicant, Issue, Issued, Offer, Order
from oots.model.person import NaturalPerson
from oots.trust.keys import KeyPair
from tests.support.denmark import registers

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
UFFE = "004498f4-b987-47c1-8c9c-26a813678d7a"
TRINE = "73f80e52-a369-48b5-a441-4c46f147ecf9"
NOWHERE = 'vejkode = "9901"\nvejnavn = "Uden fast bopæl"\n'
SECRET = (
    'vejkode = "0987"\nvejnavn = "Hemmelig Vej"\nhusnummer = "7"\npostnummer = "7000"\npostdistrikt = "Fredericia"\n'
)
THREAT = (
    "paragraf_6_stk_6 = true\n"
    'beskyttelse = [{ type = "NAVNE_OG_ADRESSE", virkning_fra = 2023-04-11, virkning_til = 2030-01-01 }]\n'
)


def register_with(folder: Path, marks: str, *, street: bool = False) -> Path:
    """The packaged persons, Uffe Udenbo among them with some more lines in his record, and perhaps an address."""
    whole = STANDARD_FILE.read_text(encoding="utf-8")
    (record,) = re.findall(rf'\[\[person\]\]\nid = "{UFFE}".*?(?=\n# )', whole, flags=re.DOTALL)
    head, addresses = record.split("\n[[person.adresser]]", 1)
    if street:
        head = head.replace("BOPAEL_I_DANMARK_HOEJ_VEJKODE", "BOPAEL_I_DANMARK")
        addresses = addresses.replace(NOWHERE, SECRET, 1)
        assert SECRET in addresses
    file = folder / f"persons-{len(marks)}-{street}.toml"
    changed = f"{head}\n{marks}\n[[person.adresser]]{addresses}"
    file.write_text(whole.replace(record, changed, 1), encoding="utf-8")
    return file


def source_with(file: Path) -> MunicipalSource:
    return MunicipalSource(
        municipality=load_municipality("0607"),
        registers=registers(file),
        key=cast(KeyPair, object()),
        seal_xml=lambda document, _key, _at: document,
        seal_pdf=lambda pdf, _key, _at, _reason, _location: pdf,
    )


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[MunicipalSource, MunicipalSource]:
    folder = tmp_path_factory.mktemp("threatened")
    return source_with(register_with(folder, "")), source_with(register_with(folder, THREAT))


def shown_first(offer: Offer) -> bool:
    """Whether the person sees the evidence first: where she cannot, nothing of a protected one is issued."""
    return not offer.without_preview


def wanted() -> Iterator[Any]:
    """Every evidence type about persons in every form in which it can be asked for."""
    for url, offer in OFFERS.items():
        if offer.elsewhere or offer.subject is not NaturalPerson or not shown_first(offer):
            continue
        name = DEFINITIONS[url].id if url in DEFINITIONS else "proeveattest"
        for distribution in offer.distributions:
            yield pytest.param(url, distribution, id=f"{name} {distribution.conforms_to or distribution.format}")


ASKED = list(wanted())


def unmarked(pieces: tuple[Issued, ...]) -> list[Issued]:
    """Without the warning that the person alone is shown in the preview."""
    return [replace(piece, notice=None) for piece in pieces]


def issue(source: MunicipalSource, classification: str, distribution: Distribution) -> Issue:
    asked = distribution
    if asked.format == "application/xml":
        asked = replace(asked, associated_documents=(DocumentKind.HUMAN_READABLE_VERSION,))
    return source.issue(Order(UFFE, classification, asked, NOON, "2026-0000A1B2"))


@pytest.mark.parametrize(("classification", "distribution"), ASKED)
def test_every_document_is_the_same_byte_for_byte(
    both: tuple[MunicipalSource, MunicipalSource], classification: str, distribution: Distribution
) -> None:
    without, threatened = (issue(source, classification, distribution) for source in both)
    if isinstance(without, tuple) and isinstance(threatened, tuple):
        assert [replace(piece, notice=None) for piece in threatened] == [
            replace(piece, notice=None) for piece in without
        ]
    else:
        assert threatened == without


def test_the_documents_of_a_person_without_a_fixed_abode_are_there_to_be_compared(
    both: tuple[MunicipalSource, MunicipalSource],
) -> None:
    pieces = [issue(both[1], *each.values) for each in ASKED]
    issued = [piece for outcome in pieces if isinstance(outcome, tuple) for piece in outcome]
    assert len(issued) >= 6
    assert all(isinstance(piece, Issued) for piece in issued)


def test_every_document_takes_the_same_steps_but_for_reading_the_record(
    both: tuple[MunicipalSource, MunicipalSource],
) -> None:
    """So that no clock tells them apart: nothing is done for one that is not done as often for the other."""
    counted = 0
    for each in ASKED:
        if each.values[1].format == "application/xml":
            without, threatened = (steps(partial(issue, source, *each.values)) for source in both)
            assert without == threatened, each.id
            counted += sum(without.values())
    assert counted > 1000


def steps(act: Callable[[], object]) -> Counter[str]:
    """How often each function of the project is called, without those of the record itself, whose rows are more."""
    counted: Counter[str] = Counter()

    def count(frame: FrameType, event: str, _argument: object) -> None:
        file = frame.f_code.co_filename
        if event == "call" and "/oots/" in file and Path(file).name != "cpr.py":
            counted[f"{file}:{frame.f_code.co_qualname}"] += 1

    act()  # what is read and made once has been
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        act()
    finally:
        sys.setprofile(before)
    return counted


def test_an_address_that_still_stands_in_the_register_does_not_leave_it_either(tmp_path: Path) -> None:
    """Whatever the status and the road code say, the mark decides."""
    marked = source_with(register_with(tmp_path, THREAT, street=True))
    ordinary = source_with(register_with(tmp_path, "", street=True))
    nowhere = source_with(register_with(tmp_path, ""))
    shown = []
    for each in ASKED:
        if each.values[1].format == "application/xml":
            order = Order(UFFE, *each.values, NOON, "2026-0000A1B2")
            told, as_any, in_full = (content(source.issue(order)) for source in (marked, nowhere, ordinary))
            assert told == as_any, each.id
            shown.append(b"Hemmelig Vej" in in_full)
    assert any(shown)


def content(outcome: Issue) -> bytes:
    pieces = outcome if isinstance(outcome, tuple) else ()
    return b"".join(
        document.content for piece in pieces for document in piece.documents if isinstance(document.content, bytes)
    )


def test_both_are_matched_alike(both: tuple[MunicipalSource, MunicipalSource]) -> None:
    uffe = Applicant(NaturalPerson("Udenbo", "Uffe", date(1968, 2, 28)))
    without, threatened = (source.match(uffe) for source in both)
    assert without == threatened


def test_the_two_of_the_stories_get_the_same_kinds_of_documents() -> None:
    """Trine lives in Kolding, Uffe in Fredericia: what differs is who they are and where they are registered."""
    told = []
    for key, kommunekode in ((UFFE, "0607"), (TRINE, "0621")):
        source = MunicipalSource(
            municipality=load_municipality(kommunekode),
            registers=registers(),
            key=cast(KeyPair, object()),
            seal_xml=lambda document, _key, _at: document,
            seal_pdf=lambda pdf, _key, _at, _reason, _location: pdf,
        )
        told.append(
            [
                [[document.kind for document in piece.documents] for piece in outcome]
                if isinstance(outcome := source.issue(Order(key, *each.values, NOON, "2026-0000A1B2")), tuple)
                else type(outcome)
                for each in ASKED
            ]
        )
    assert told[0] == told[1]
