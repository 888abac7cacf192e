"""The bopælsattest as a letter: the facts of the XML, tagged for assistive technology, the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any, Final

import pypdfium2
import pytest
from lxml import etree
from pyhanko.pdf_utils.reader import PdfFileReader

from oots.denmark.bopaelsattest import Attesteret, Bopael, Bopaelsattest
from oots.denmark.bopaelsattest_pdf import render
from oots.denmark.bopaelsattest_xml import decode, encode
from oots.denmark.municipality import load_municipality
from tests.support.denmark_certificates import FULL, WITHOUT_FIXED_ABODE

AT: Final = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CERTIFICATES: Final = {"full": FULL, "without fixed abode": WITHOUT_FIXED_ABODE}
MONTHS: Final = [
    "januar",
    "februar",
    "marts",
    "april",
    "maj",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "december",
]
LONG_NAME: Final = Attesteret(
    "Anne-Kathrine Søs-Åse Marie-Louise Frederikke-Charlotte Ingeborg-Elisabeth",
    "Ærøskøbing-Øllegård Sønderskov-Bødkergaard-Kjærsgaard-Thøgersen-Lykkegaard-Vestergaard",
    "A K Ærøskøbing-Øllegård",
    date(1979, 10, 8),
)
LONG_WORDS: Final = Attesteret("Ł" * 120, "Ærøskøbing" * 15, "Lang", date(1979, 10, 8))
LONG_STREET: Final = "Professor Børge Ærenlund-Sørensens Mindeallé ved Åboulevardens Forlængelse"


def letter(attest: Bopaelsattest, at: datetime = AT) -> bytes:
    return render(attest, load_municipality(attest.kommunekode), at)


def words(pdf: bytes) -> str:
    """All the text of a PDF, with single spaces."""
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in document).split())


def reader(attest: Bopaelsattest) -> PdfFileReader:
    return PdfFileReader(BytesIO(letter(attest)))


def long_date(day: date) -> str:
    return f"{day.day}. {MONTHS[day.month - 1]} {day.year}"


def marked_date(day: date, uncertain: bool) -> str:
    return long_date(day) + ("*" if uncertain else "")


def facts(attest: Bopaelsattest) -> Iterator[str]:
    person = attest.person
    yield from (attest.sagsnummer, attest.kommune_cvr, f"{attest.kommunenavn} Kommune", person.fulde_navn)
    yield from (person.adresseringsnavn, long_date(person.foedselsdato), long_date(attest.udstedelsesdato))
    yield from (person.foedested,) if person.foedested else ()
    for place in (attest.bopael, *(attest.historik or ())):
        yield from residence_facts(place)


def residence_facts(place: Bopael) -> Iterator[str]:
    yield place.kommunenavn
    yield marked_date(place.tilflytningsdato, place.tilflytningsdato_usikker)
    if place.fraflytningsdato:
        yield marked_date(place.fraflytningsdato, place.fraflytningsdato_usikker)
    if place.uden_fast_bopael:
        yield f"Uden fast bopæl i {load_municipality(place.kommunekode).authority_name}"
        return
    yield f"{place.vejnavn} {place.husnummer}"
    yield f"{place.postnummer} {place.postdistrikt}"
    yield from (part for part in (place.conavn, place.etage, place.doer, place.bynavn) if part)


@pytest.mark.parametrize("name", CERTIFICATES)
def test_the_letter_tells_every_fact_that_the_xml_tells(name: str) -> None:
    shown = words(letter(CERTIFICATES[name]))
    told = list(facts(decode(encode(CERTIFICATES[name]))))
    assert [fact for fact in told if fact not in shown] == []


def test_another_fact_shows_in_the_letter() -> None:
    moved = replace(FULL, bopael=replace(FULL.bopael, husnummer="153"))
    assert "Allé 152B, 3. th" in words(letter(FULL))
    assert "Allé 153, 3. th" in words(letter(moved))
    assert "152B" not in words(letter(moved))


@pytest.mark.parametrize("name", ["Łukasz Žižek-Nowak", "Đurić Żółkowska", "Ærøskøbing Ōta", "Þór Ğül Ñandú Őszi"])
def test_letters_from_all_over_europe_are_printed_right(name: str) -> None:
    person = Attesteret(name, "Prøvesen", "Prøvesen", date(1984, 6, 12))
    assert name in words(letter(replace(FULL, person=person)))


@pytest.mark.parametrize(
    "text",
    [
        '#panic("no")',
        "$x$ *bold* _slanted_ <label> @ref \\ // /* */",
        '"; #read("/etc/passwd")',
        "= Heading",
        "&amp; <b> {0} %s",
    ],
)
def test_what_looks_like_code_is_printed_as_it_stands(text: str) -> None:
    person = replace(FULL.person, fornavne=text)
    assert text in words(letter(replace(FULL, person=person)))


def test_the_letter_is_tagged_and_says_that_it_is_pdf_ua_1() -> None:
    catalogue: Any = reader(FULL).root
    assert bool(catalogue["/MarkInfo"]["/Marked"])
    assert catalogue["/StructTreeRoot"]["/K"]
    assert str(catalogue["/Lang"]).startswith("da")
    assert bool(catalogue["/ViewerPreferences"]["/DisplayDocTitle"])
    metadata = etree.fromstring(catalogue["/Metadata"].data)
    parts = metadata.iter("{http://www.aiim.org/pdfua/ns/id/}part")
    assert [part.text for part in parts] == ["1"]


def test_headings_and_tables_are_tagged_as_such() -> None:
    tree: Any = reader(FULL).root["/StructTreeRoot"]
    tags = set(tags_below(tree))
    assert {"/Table", "/TH", "/TD", "/H1", "/H2"} <= tags


def tags_below(node: Any) -> Iterator[str]:
    """The structure types of a tag tree; numbers in it are marked content."""
    children = node.get("/K", [])
    for child in children if isinstance(children, list) else [children]:
        inner = child.get_object() if hasattr(child, "get_object") else child
        if isinstance(inner, dict) and "/S" in inner:
            yield str(inner["/S"])
            yield from tags_below(inner)


def test_the_same_certificate_at_the_same_moment_gives_the_same_bytes() -> None:
    assert letter(FULL) == letter(FULL)
    assert letter(FULL) != letter(FULL, AT + timedelta(seconds=1))
    assert letter(FULL) != letter(replace(FULL, sagsnummer="2026-0000A1B4"))


def test_the_letter_says_that_it_is_a_prototype_in_both_languages() -> None:
    shown = words(letter(FULL))
    assert "Prototype – ikke en myndighedsside" in shown
    assert "The person is invented" in shown


def test_a_history_that_was_asked_for_and_is_empty_is_told() -> None:
    empty = "Ingen tidligere bopæle i Danmark"
    assert empty in words(letter(replace(FULL, historik=())))
    assert empty not in words(letter(FULL))
    assert "Tidligere bopæle" not in words(letter(replace(FULL, historik=None)))


@pytest.mark.parametrize(
    "attest",
    [
        FULL,
        replace(FULL, person=LONG_NAME),
        replace(FULL, person=LONG_WORDS),
        replace(FULL, bopael=replace(FULL.bopael, vejnavn=LONG_STREET)),
        replace(FULL, historik=(FULL.historik or ()) * 20),
    ],
    ids=["ordinary", "long name", "long words", "long street", "long history"],
)
def test_no_letter_stands_outside_the_margins(attest: Bopaelsattest) -> None:
    margin = 25 / 25.4 * 72 - 0.5
    with pypdfium2.PdfDocument(letter(attest)) as document:
        for page in document:
            width, height = page.get_size()
            text = page.get_textpage()
            for number in range(text.count_rects()):
                left, bottom, right, top = text.get_rect(number)
                assert margin <= left < right <= width - margin
                assert 0 < bottom < top < height


def test_a_word_longer_than_a_line_is_shown_to_its_end() -> None:
    shown = "".join(letter for letter in words(letter_of(LONG_WORDS)) if letter.isalpha())
    assert LONG_WORDS.fornavne + LONG_WORDS.efternavn in shown


def letter_of(person: Attesteret) -> bytes:
    return letter(replace(FULL, person=person))


def test_every_page_is_a4() -> None:
    with pypdfium2.PdfDocument(letter(FULL)) as document:
        sizes = {tuple(round(length / 72 * 25.4) for length in page.get_size()) for page in document}
    assert sizes == {(210, 297)}


def test_who_has_no_fixed_abode_is_told_so_in_both_languages_and_without_a_street() -> None:
    shown = words(letter(WITHOUT_FIXED_ABODE))
    assert "Uden fast bopæl i Fredericia Kommune No fixed abode" in shown
    assert "No fixed abode" not in words(letter(replace(FULL, historik=None)))


def test_an_uncertain_date_bears_a_mark_that_is_explained() -> None:
    certain = replace(FULL, historik=None)
    doubted = replace(certain, bopael=replace(FULL.bopael, tilflytningsdato_usikker=True))
    assert "15. august 2019*" in words(letter(doubted))
    assert "* Datoen er mærket som usikker i CPR. The civil register marks" in words(letter(doubted))
    assert "*" not in words(letter(certain))


def test_every_label_in_danish_has_its_english_beside_it() -> None:
    shown = words(letter(FULL))
    labels = {
        "Fulde navn": "Full name",
        "Adresseringsnavn": "Name used for addressing",
        "Fødselsdato": "Date of birth",
        "Fødested": "Place of birth",
        "Nuværende bopæl": "Present residence",
        "Kommune": "Municipality",
        "Boet dér siden": "Resident there since",
        "Tidligere bopæle": "Former residences",
    }
    assert [f"{da} {en}" for da, en in labels.items() if f"{da} {en}" not in shown] == []
    assert "Det attesteres, at oplysningerne stemmer" in shown
    assert "It is certified that the above agrees" in shown


def test_each_page_says_that_it_is_a_prototype_and_that_a_seal_guards_it() -> None:
    with pypdfium2.PdfDocument(letter(replace(FULL, historik=(FULL.historik or ()) * 20))) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    for number, text in enumerate(pages, 1):
        assert "Prototype – ikke en myndighedsside" in text
        assert "Prototype – no public authority" in text
        assert "elektroniske segl (PAdES)" in text
        assert "electronic seal (PAdES)" in text
        assert f"Side / Page {number} / {len(pages)}" in text


def test_each_page_of_a_long_history_bears_the_case_number() -> None:
    attest = replace(FULL, historik=(FULL.historik or ()) * 20)
    with pypdfium2.PdfDocument(letter(attest)) as document:
        assert len(document) > 2
        assert all(attest.sagsnummer in page.get_textpage().get_text_bounded() for page in document)
