"""Every evidence type for every person: valid XML, a letter that tells the same, and nothing that must stay inside."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from io import BytesIO
from itertools import product
from typing import Final

import pypdfium2
import pytest
from lxml import etree
from pyhanko.pdf_utils.reader import PdfFileReader

from oots.denmark.cpr import CprPerson, Folkekirke
from oots.denmark.document_model import Definition, definitions
from oots.denmark.evidence_types import OFFERS, PDF, XML
from oots.denmark.holding import Case
from oots.denmark.issuing import Writing, issue, withheld
from oots.denmark.letter import danish_date
from oots.denmark.municipality import load_municipality
from oots.denmark.records import STANDARD_FOLDER, Ejendom, Vielsesform, load_records
from oots.denmark.register import CprRegister
from oots.model.content import whole
from oots.model.evidence import Distribution, DocumentKind
from oots.model.issuing import Issue, Issued, IssuedDocument, NothingHeld
from oots.rules.pairs.data_models import data_model
from oots.wire.schema import enforce

NOON: Final = datetime(2026, 11, 24, 11, tzinfo=UTC)
DAY: Final = date(2026, 11, 24)
CASE_NUMBER: Final = "2026-0000A1B2"
REGISTER: Final = CprRegister.from_file(None)
RECORDS: Final = load_records(STANDARD_FOLDER)
WRITTEN: Final = {each.id: each for each in definitions().values() if each.root}
BUSINESSES: Final = ("99999911", "99999912")


@dataclass(frozen=True)
class Found:
    """One issued piece, and about whom."""

    definition: Definition
    key: str
    piece: Issued

    def __str__(self) -> str:
        return f"{self.definition.id} of {self.key}"


def called(name: str) -> CprPerson:
    (person,) = (person for person in REGISTER.persons if person.navn.adresseringsnavn == name)
    return person


def ordered(
    type_id: str,
    key: str,
    kommunekode: str,
    *,
    requirements: frozenset[str] | None = None,
    wanted: Distribution | None = None,
    readable: bool = True,
) -> Issue:
    """What a municipality issues; released is what all requirements of the type release, unless others are named."""
    definition = definitions()[type_id]
    asked = frozenset(definition.requirements) if requirements is None else requirements
    case = Case(load_municipality(kommunekode), REGISTER, RECORDS, key, asked, DAY, NOON + timedelta(days=2))
    form = wanted or OFFERS[definition.url].distributions[0]
    if form.format == XML and readable:
        form = replace(form, associated_documents=(DocumentKind.HUMAN_READABLE_VERSION,))
    return issue(definition, case, Writing(form, CASE_NUMBER, NOON, lambda xml: xml, lambda pdf, _reason: pdf))


def pieces(type_id: str, key: str, kommunekode: str, **asked: frozenset[str] | Distribution) -> tuple[Issued, ...]:
    issued = ordered(type_id, key, kommunekode, **asked)  # type: ignore[arg-type]
    assert isinstance(issued, tuple)
    return issued


def municipalities_of(key: str) -> set[str]:
    """All that could hold anything about a person or business."""
    if key in BUSINESSES:
        return {"0751", "0461"}
    person = REGISTER.person(key)
    kept = {entry.kommunekode for entry in RECORDS.entries if key in getattr(entry, "persons", ())}
    return kept | {row.kommunekode for row in person.adresser}


@cache
def everything() -> tuple[Found, ...]:
    """All pieces of all types in their native form, of all persons and businesses, from all who hold any.

    Seconds for a hundred letters, once for all tests here: what must not leak is looked for in every one of them.
    """
    return tuple(
        Found(definition, key, piece)
        for definition in WRITTEN.values()
        for key in (BUSINESSES if definition.subject == "legal" else (person.id for person in REGISTER.persons))
        for kommunekode in sorted(municipalities_of(key))
        if isinstance(issued := ordered(definition.id, key, kommunekode), tuple)
        for piece in issued
    )


def of_type(type_id: str) -> list[Found]:
    return [found for found in everything() if found.definition.id == type_id]


def text_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in document).split())


@cache
def shown(pdf: bytes) -> str:
    return text_of(pdf)


def xml_and_letter(piece: Issued) -> tuple[bytes, bytes]:
    xml, letter = piece.documents[:2]
    assert (xml.distribution.format, letter.distribution.format) == (XML, PDF)
    return whole(xml.content), whole(letter.content)


def leaves(element: etree._Element) -> Iterator[etree._Element]:
    return (each for each in element.iter(etree.Element) if not len(each) and each.text)


@pytest.mark.parametrize("type_id", WRITTEN)
def test_somebody_has_each_type_and_each_document_is_valid(type_id: str) -> None:
    found = of_type(type_id)
    assert found
    for each in found:
        xml, _ = xml_and_letter(each.piece)
        enforce(xml, f"dk-{type_id}-1.0")
        assert each.piece.documents[0].distribution == OFFERS[each.definition.url].distributions[0]


@pytest.mark.parametrize("type_id", WRITTEN)
def test_each_document_names_case_day_authority_and_subject_in_xml_and_in_the_letter(type_id: str) -> None:
    for each in of_type(type_id):
        xml, letter = xml_and_letter(each.piece)
        root = etree.fromstring(xml)
        told = shown(letter)
        opening = [leaf.text for leaf in leaves(root)][:4]
        assert opening[:2] == [CASE_NUMBER, each.piece.issuing_date.isoformat()]
        for fact in (CASE_NUMBER, danish_date(each.piece.issuing_date).replace("\u00a0", " "), *opening[2:4]):
            assert fact is not None
            assert fact in told
        name = "Virksomhed" if each.definition.subject == "legal" else "Person"
        subject = root.find(f"{{*}}{name}")
        assert subject is not None
        named = [leaf.text or "" for leaf in leaves(subject)]
        assert [fact for fact in named if fact not in told and not re.fullmatch(r"[\d-]{10}|[A-Z_]+", fact)] == []


@pytest.mark.parametrize("type_id", WRITTEN)
def test_each_word_and_number_of_the_xml_is_in_the_letter(type_id: str) -> None:
    for each in of_type(type_id):
        xml, letter = xml_and_letter(each.piece)
        told = shown(letter)
        for leaf in leaves(etree.fromstring(xml)):
            text = leaf.text or ""
            if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
                text = danish_date(date.fromisoformat(text)).replace("\u00a0", " ")
                assert text + ("*" if leaf.get("usikker") else "") in told
            elif re.fullmatch(r"\d+\.\d\d", text):
                assert f"{float(text):,.2f}".translate(str.maketrans(",.", ".,")) in told
            elif not re.fullmatch(r"[A-Z0-9_]+|true|false|\d+\.\d", text):
                assert text in told


def test_the_rules_on_evidence_find_the_same_person_in_every_model() -> None:
    solvej = called("Solvej Prøvesen")
    for type_id in ("bopaelsattest-samlet", "civilstandsattest"):
        for form in OFFERS[definitions()[type_id].url].distributions[:-1]:
            xml = whole(pieces(type_id, solvej.id, "0751", wanted=form)[0].documents[0].content)
            model = data_model(form.conforms_to or "")
            assert model is not None
            person = model.person(etree.fromstring(xml))
            assert person is not None
            assert (person.given_name, person.family_name) == ("Solvej", "Prøvesen")
            assert person.date_of_birth == "1984-06-12"


# What never leaves


RELIGION: Final = ("folkekirke", "medlem af", "uden for folke", "afventer", "religion", "kirkelig", "borgerlig vielse")


STREAM: Final = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)


def every_byte(document: IssuedDocument) -> Iterator[bytes]:
    """The bytes as they are sent, with what is packed in them unpacked."""
    content = whole(document.content)
    if document.distribution.format != PDF:
        yield content
        return
    yield STREAM.sub(b"", content)
    for packed in STREAM.finditer(content):
        try:
            yield zlib.decompressobj().decompress(packed[1])
        except zlib.error:
            yield packed[1]
    yield shown(content).encode()


def secrets_in(document: IssuedDocument, secrets: tuple[str, ...]) -> list[str]:
    parts = [part.lower() for part in every_byte(document)]
    forms = {secret: [secret.lower().encode(code) for code in ("utf-8", "utf-16-be", "latin-1")] for secret in secrets}
    return [secret for secret, written in forms.items() if any(form in part for form in written for part in parts)]


def test_religion_is_in_no_byte_of_any_document_of_anybody() -> None:
    words = (*RELIGION, *(value.value for value in Folkekirke), *(form.value for form in Vielsesform))
    leaking = [
        (str(found), secret)
        for found in everything()
        for document in found.piece.documents
        for secret in secrets_in(document, words)
    ]
    assert leaking == []


def test_religion_is_in_no_byte_of_any_residence_certificate_in_the_models_of_others() -> None:
    words = (*RELIGION, *(value.value for value in Folkekirke))
    searched = 0
    for type_id in ("bopaelsattest-aktuel", "bopaelsattest-historik", "bopaelsattest-samlet", "tilflytningsbevis"):
        projected = [form for form in OFFERS[definitions()[type_id].url].distributions if form.format == XML][1:]
        for person, form in product(REGISTER.persons, projected):
            for kommunekode in municipalities_of(person.id):
                issued = ordered(type_id, person.id, kommunekode, wanted=form, readable=False)
                for piece in issued if isinstance(issued, tuple) else ():
                    searched += 1
                    assert secrets_in(piece.documents[0], words) == []
    assert searched > 100


def test_the_search_for_religion_would_find_it() -> None:
    (found, *_) = of_type("personattest")
    xml, letter = found.piece.documents[:2]
    told = whole(xml.content).replace(b"</", b"MEDLEM_AF_FOLKEKIRKEN</", 1)
    assert "MEDLEM_AF_FOLKEKIRKEN" in secrets_in(replace(xml, content=told), ("MEDLEM_AF_FOLKEKIRKEN",))
    packed = (
        whole(letter.content) + b"stream\n" + zlib.compress("Medlem af Folkekirken".encode("utf-16-be")) + b"endstream"
    )
    assert "folkekirke" in secrets_in(replace(letter, content=packed), ("folkekirke",))


PROTECTED: Final = [p for p in REGISTER.persons if p.protected(DAY) or p.paragraf_6_stk_6]


def test_no_document_bears_a_mark_of_protection_or_a_personal_number() -> None:
    assert PROTECTED
    marks = ("beskyttelse", "protect", "§ 28", "§ 6", "paragraf", "hemmelig", "truet", "fortrolig", "krisecenter")
    for found in everything():
        person = None if found.definition.subject == "legal" else REGISTER.person(found.key)
        own = " ".join(person.navn.adresseringsnavn.lower().split()) if person else ""
        numbers = (
            (person.personnummer, f"{person.personnummer[:6]}-{person.personnummer[6:]}", person.id) if person else ()
        )
        for document in found.piece.documents:
            told = secrets_in(document, (*(mark for mark in marks if mark not in own), *numbers))
            assert (str(found), told) == (str(found), [])


def shape(xml: bytes) -> list[str]:
    """The elements of a document in their order, without what they say."""
    return [etree.QName(element).localname for element in etree.fromstring(xml).iter(etree.Element)]


@pytest.mark.parametrize("type_id", [each for each in definitions() if definitions()[each].subject == "natural"])
def test_a_threatened_person_gets_what_one_without_fixed_abode_gets(type_id: str) -> None:
    """S05 beside S04: the same outcome, the same elements, the same notice words in the letter."""
    if definitions()[type_id].elsewhere:
        return
    uffe, trine = called("Uffe Udenbo"), called("Trine Truet")
    for form in OFFERS[definitions()[type_id].url].distributions:
        if type_id not in WRITTEN and form.conforms_to in (
            None,
            OFFERS[definitions()[type_id].url].distributions[0].conforms_to,
        ):
            continue
        one, other = (
            ordered(type_id, person.id, place, wanted=form) for person, place in ((uffe, "0607"), (trine, "0621"))
        )
        assert type(one) is type(other)
        if isinstance(one, tuple) and isinstance(other, tuple):
            assert [len(piece.documents) for piece in one] == [len(piece.documents) for piece in other]
            for mine, theirs in zip(one, other, strict=True):
                assert (mine.title, mine.issuing_date) == (theirs.title, theirs.issuing_date)
                if form.format == XML:
                    assert shape(whole(mine.documents[0].content)) == shape(whole(theirs.documents[0].content))


# The rules of single types


HOUSEHOLD: Final = "07e4c85c-22b2-494f-b232-7405157c84e0"
CUSTODY: Final = "9987b435-cf58-481d-bb91-53b002fbf09f"
MARITAL: Final = "70061de0-cb4e-47d7-8593-28452d03b62e"
MARRIAGE: Final = "58c05926-aca9-47b8-a7b6-bf83b104887a"
DOMICILE: Final = "ed63cd8b-b2ad-4508-bfbb-5c3353791b27"


def said(piece: Issued, element: str) -> list[str]:
    root = etree.fromstring(whole(piece.documents[0].content))
    return [each.text or "" for each in root.iter(f"{{*}}{element}")]


def test_marital_status_is_released_only_for_a_requirement_that_asks_for_it() -> None:
    anders = called("Anders Testgaard")
    (bare,) = pieces("bopaelsattest-samlet", anders.id, "0461", requirements=frozenset({DOMICILE}))
    (status,) = pieces("bopaelsattest-samlet", anders.id, "0461", requirements=frozenset({DOMICILE, MARITAL}))
    (married,) = pieces("bopaelsattest-samlet", anders.id, "0461", requirements=frozenset({MARRIAGE}))
    assert [said(each, "Type") for each in (bare, status, married)] == [[], ["GIFT"], ["GIFT"]]
    assert [said(each, "AegtefaelleNavn") for each in (bare, status, married)] == [[], [], ["Bente Testgaard"]]
    assert "Bente" not in shown(whole(status.documents[1].content))
    assert kept_from(DOMICILE) - kept_from(*definitions()["bopaelsattest-samlet"].requirements) == {
        "Civilstand / Marital status",
        "Statsborgerskab / Citizenship",
    }
    assert {"Ægtefælle / Spouse", "Statsborgerskab / Citizenship"} < kept_from(DOMICILE, MARITAL)


def kept_from(*requirements: str) -> set[str]:
    """What a certificate of residence and marital status withholds where these are to be met."""
    return {each.field for each in withheld(definitions()["bopaelsattest-samlet"], frozenset(requirements))}


def test_civil_status_gives_several_pieces_to_choose_from_one_of_them_too_old_for_a_marriage() -> None:
    found = pieces("civilstandsattest", called("Marie-Louise Øster Åkjær").id, "0851")
    assert [each.title[0].value for each in found] == [
        "Nuværende civilstand",
        "Tidligere ægteskab 2003–2015",
        "Attest udstedt 02.03.2026",
    ]
    assert [said(each, "Civilstand") for each in found] == [["FRASKILT"], ["GIFT"], ["FRASKILT"]]
    assert [each.issuing_date for each in found] == [DAY, DAY, date(2026, 3, 2)]
    assert said(found[2], "Udstedelsesdato") == ["2026-03-02"]
    assert found[2].issuing_date + timedelta(days=4 * 30) < DAY


def test_an_uncertain_date_stays_uncertain_or_is_left_out() -> None:
    marked = 0
    for each in everything():
        for leaf in etree.fromstring(whole(each.piece.documents[0].content)).iter("{*}*"):
            marked += leaf.get("usikker") == "true"
    assert marked > 1


def test_a_household_is_counted_and_own_children_named_only_for_custody() -> None:
    mother = called("Mor Mikkelsen")
    (counted,) = pieces("husstandsattest", mother.id, "0657", requirements=frozenset({HOUSEHOLD}))
    (named,) = pieces("husstandsattest", mother.id, "0657", requirements=frozenset({HOUSEHOLD, CUSTODY}))
    assert [said(each, "AntalPersoner") for each in (counted, named)] == [["2"], ["2"]]
    assert said(counted, "Under18") == ["1"]
    assert "Barn" not in said(counted, "Fornavne")
    assert "Barn" in said(named, "Fornavne")


def where_protected(name: str) -> CprRegister:
    """The register, with the protection of Beskyttet Bruun on one more person."""
    protection = called("Beskyttet Bruun").beskyttelse
    whom = called(name).id
    return CprRegister(
        tuple(replace(each, beskyttelse=protection) if each.id == whom else each for each in REGISTER.persons)
    )


def issued_by(register: CprRegister, type_id: str, key: str, kommunekode: str) -> tuple[Issued, ...]:
    definition = definitions()[type_id]
    asked = frozenset(definition.requirements)
    case = Case(load_municipality(kommunekode), register, RECORDS, key, asked, DAY, NOON)
    form = replace(OFFERS[definition.url].distributions[0], associated_documents=(DocumentKind.HUMAN_READABLE_VERSION,))
    issued = issue(definition, case, Writing(form, CASE_NUMBER, NOON, lambda xml: xml, lambda pdf, _: pdf))
    assert isinstance(issued, tuple)
    return issued


def test_no_resident_is_named_where_one_of_them_is_protected() -> None:
    mother = called("Mor Mikkelsen")
    (open_to_all,) = issued_by(REGISTER, "husstandsattest", mother.id, "0657")
    (counted,) = issued_by(where_protected("Barn Mikkelsen"), "husstandsattest", mother.id, "0657")
    assert [said(each, "AntalPersoner") for each in (open_to_all, counted)] == [["2"], ["2"]]
    assert [said(each, "Fornavne") for each in (open_to_all, counted)] == [["Mor", "Barn"], ["Mor"]]


def test_a_spouse_whose_name_is_protected_is_not_named() -> None:
    mother = called("Mor Mikkelsen")
    named = issued_by(REGISTER, "civilstandsattest", mother.id, "0657")
    kept = issued_by(where_protected("Far Mikkelsen"), "civilstandsattest", mother.id, "0657")
    assert [said(each, "AegtefaelleNavn") for each in named] == [[], ["Far Mikkelsen"]]
    assert [said(each, "AegtefaelleNavn") for each in kept] == [[], []]


def test_income_is_told_as_amount_band_or_answer_as_the_requirement_wants() -> None:
    solvej = called("Solvej Prøvesen").id
    amount, band, threshold = definitions()["husstandsindkomst"].requirements
    told = {
        each: pieces("husstandsindkomst", solvej, "0751", requirements=frozenset({each}))[0]
        for each in (amount, band, threshold)
    }
    assert [said(piece, "EgenIndkomst") for piece in told.values()] == [["412350.00"], [], []]
    assert [said(piece, "Interval") for piece in told.values()] == [[], ["FRA_250000"], []]
    assert [said(piece, "Svar") for piece in told.values()] == [[], [], ["true"]]
    assert "412" not in shown(whole(told[threshold].documents[1].content))


def test_a_birth_certificate_is_issued_by_another_authority_and_says_who_passes_it_on() -> None:
    (piece,) = pieces("personattest", called("Solvej Prøvesen").id, "0751")
    assert said(piece, "Navn") == ["Personregistret"]
    assert "Udstedt af Personregistret og formidlet af Aarhus Kommune" in shown(whole(piece.documents[1].content))


def test_a_utility_company_issues_the_connection_where_it_runs_the_scheme() -> None:
    aarhus = pieces("ejendomstilknytning", called("Solvej Prøvesen").id, "0751")
    (odense,) = pieces("ejendomstilknytning", called("Anders Testgaard").id, "0461")
    assert {tuple(said(each, "Navn")) for each in aarhus} == {("Aarhus Kommune",)}
    assert said(odense, "Navn") == ["Odense Prøveforsyning A/S (opdigtet)"]


def test_building_data_need_no_preview_and_are_then_not_given_of_whoever_has_a_protected_address() -> None:
    assert OFFERS[definitions()["bbr-meddelelse"].url].without_preview
    assert pieces("bbr-meddelelse", called("Anders Testgaard").id, "0461")
    protected, nobody = called("Beskyttet Bruun"), called("Uffe Udenbo")
    assert RECORDS.about(Ejendom, protected.id)
    assert not RECORDS.about(Ejendom, nobody.id)
    assert ordered("bbr-meddelelse", protected.id, "0101") == ordered("bbr-meddelelse", nobody.id, "0607")
    assert isinstance(ordered("bbr-meddelelse", protected.id, "0101"), NothingHeld)


def test_a_permit_comes_with_its_conditions_and_drawings_one_of_them_large() -> None:
    (piece,) = pieces("byggetilladelse", called("Solvej Prøvesen").id, "0751")
    annexes = [each for each in piece.documents if each.kind is DocumentKind.ANNEX]
    assert [(each.title, each.distribution.format) for each in annexes] == [
        ("Vilkår", PDF),
        ("Tegning 1: situationsplan", PDF),
        ("Tegning 2: plan af stueetagen", PDF),
    ]
    assert "Tagvand skal afledes" in shown(whole(annexes[0].content))
    assert len(whole(annexes[2].content)) > 4_000_000
    assert said(piece, "AntalBilag") == ["3"]


def test_a_marriage_that_another_authority_performed_is_not_certified() -> None:
    assert pieces("vielsesattest", called("Anders Testgaard").id, "0461")
    assert isinstance(ordered("vielsesattest", called("Mor Mikkelsen").id, "0657"), NothingHeld)


def test_the_other_parent_and_other_borrowers_are_counted_and_not_named() -> None:
    child, mother = called("Barn Mikkelsen"), called("Mor Mikkelsen")
    (of_child,) = pieces("foraeldremyndighed", child.id, "0657")
    (of_mother,) = pieces("foraeldremyndighed", mother.id, "0657")
    (of_loan,) = pieces("beboerindskudslaan", mother.id, "0657")
    assert said(of_child, "Rolle") == ["MOR", "FAR_MEDMOR"]
    assert said(of_child, "Fornavne") == ["Barn"]
    assert said(of_mother, "Faelles") == ["true"]
    assert said(of_mother, "Fornavne") == ["Mor", "Barn"]
    assert said(of_loan, "AntalLaantagere") == ["2"]
    assert said(of_loan, "Fornavne") == ["Mor"]


def test_a_move_is_provisional_until_the_municipality_has_accepted_it() -> None:
    solvej = called("Solvej Prøvesen").id
    (before,) = pieces("tilflytningsbevis", solvej, "0461")
    (accepted,) = pieces("tilflytningsbevis", solvej, "0751")
    assert [said(each, "Status") for each in (before, accepted)] == [["FORELOEBIG"], ["GODKENDT"]]
    assert said(before, "Vejnavn") == ["Thorslundsvej"]


def test_the_municipality_that_was_left_confirms_it() -> None:
    udo = called("Udo Udrejst").id
    (left,) = pieces("fraflytningsbevis", udo, "0147")
    assert said(left, "Landekode") == ["DE"]
    assert isinstance(ordered("fraflytningsbevis", udo, "0101"), NothingHeld)


def test_the_dead_get_nothing() -> None:
    dead = called("Døde Dahl")
    for type_id, definition in WRITTEN.items():
        if definition.subject == "natural":
            assert isinstance(ordered(type_id, dead.id, "0370"), NothingHeld), type_id


@pytest.mark.parametrize("type_id", ["bopaelsattest-aktuel", "bopaelsattest-historik", "bopaelsattest-samlet"])
def test_a_certificate_of_residence_is_written_in_three_models_of_others(type_id: str) -> None:
    solvej = called("Solvej Prøvesen").id
    annex_x, de4a, eudi = (
        pieces(type_id, solvej, "0751", wanted=form)[0]
        for form in OFFERS[definitions()[type_id].url].distributions[1:4]
    )
    assert said(annex_x, "StreetPOBox") == ["Ærøgade 27, 3. th"]
    assert said(annex_x, "PostalCode") == ["8000"]
    assert (said(de4a, "Year"), said(de4a, "Thoroughfare"), said(de4a, "AdminUnitL2")) == (
        ["1984"],
        ["Ærøgade"],
        ["DK042", "DK042"],
    )
    assert said(eudi, "arrival_date") == ["2019-08-15"]
    assert "Flersproget standardformular" in shown(whole(annex_x.documents[1].content))


# The letter


def letter_naming(name: str) -> bytes:
    """A letter about somebody of this name; the XML says it, the letter is made of that."""
    solvej = called("Solvej Prøvesen")
    renamed = replace(solvej, navn=replace(solvej.navn, fornavne=name))
    (piece,) = issued_by(CprRegister((renamed,)), "civilstandsattest", solvej.id, "0751")
    return whole(piece.documents[1].content)


@pytest.mark.parametrize(
    "name",
    ['#panic("no")', "$x$ *bold* _slanted_ <label> @ref \\ /* */", "= Heading", "&amp; <b> {0} %s", "Łukasz Ōta"],
)
def test_what_looks_like_code_is_printed_as_it_stands(name: str) -> None:
    assert name in text_of(letter_naming(name))


def test_the_same_case_at_the_same_moment_gives_the_same_bytes() -> None:
    assert letter_naming("Solvej") == letter_naming("Solvej")
    assert letter_naming("Solvej") != letter_naming("Sølvi")


def test_no_letter_stands_outside_the_margins() -> None:
    margin = 25 / 25.4 * 72 - 0.5
    with pypdfium2.PdfDocument(letter_naming("Ł" * 120 + " Anne-Kathrine" * 12)) as document:
        for page in document:
            width, height = page.get_size()
            text = page.get_textpage()
            for number in range(text.count_rects()):
                left, bottom, right, top = text.get_rect(number)
                assert margin <= left < right <= width - margin
                assert 0 < bottom < top < height


def test_a_letter_is_tagged_and_says_that_it_is_a_prototype_in_both_languages() -> None:
    (piece,) = pieces("bbr-meddelelse", called("Solvej Prøvesen").id, "0751")
    pdf = whole(piece.documents[1].content)
    told = shown(pdf)
    assert "Prototype – ikke en myndighedsside" in told
    assert "All persons and cases are invented" in told
    assert b"/MarkInfo" in b"".join(every_byte(piece.documents[1]))
    catalogue = PdfFileReader(BytesIO(pdf)).root
    assert str(catalogue["/Lang"]).startswith("da")
    assert catalogue["/StructTreeRoot"]["/K"]
