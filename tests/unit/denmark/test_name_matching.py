"""Which spellings can mean one person, and which cannot."""

from __future__ import annotations

from datetime import date

import pytest

from oots.denmark.cpr import Navn
from tests.support.denmark import candidates, departure, name, person

BORN = date(1984, 6, 12)
REDUCED = "INDEHOLDER_TEGN_DER_IKKE_KAN_INDRAPPORTERES_TIL_CPR"

SOLVEJ = name("Solvej", "Prøvesen")
MARIE = name("Marie-Louise", "Øster Åkjær")
TESTGAARD = name("Anders", "Testgaard")
LUKASZ = name("Lukasz", "Zizek-Nowak", markering=REDUCED, fuldt={"fornavne": "Łukasz", "efternavn": "Žižek-Nowak"})
ANNE = name("Anne Lise Sofie", "Sørensen", mellemnavn="Holm")
GEORGIOS = name("Γιώργος", "Παπαδόπουλος")
OBRIEN = name("Seán", "O'Brien")
MULLER = name("Jörg", "Müller-Weiß")
DURIC = name("Lucja", "Duric", markering=REDUCED, fuldt={"fornavne": "Łucja", "efternavn": "Đurić"})


def found(navn: dict[str, object], given: str, family: str, born: date = BORN) -> bool:
    return bool(candidates((person(navn=navn),), family, given, born))


@pytest.mark.parametrize(
    ("navn", "given", "family"),
    [
        (SOLVEJ, "Solvej", "Prøvesen"),
        (SOLVEJ, "SOLVEJ", "PRØVESEN"),
        (SOLVEJ, "solvej", "proevesen"),
        (SOLVEJ, "Solvej", "Provesen"),
        (SOLVEJ, "Solvej", "Prövesen"),
        (SOLVEJ, " Solvej ", "Prøvesen "),
        (MARIE, "Marie-Louise", "Øster Åkjær"),
        (MARIE, "Marie Louise", "Øster-Åkjær"),
        (MARIE, "MARIE‐LOUISE", "OESTER AAKJAER"),
        (MARIE, "Marie  Louise", "Oster Akjaer"),
        (MARIE, "Marie-Louise", "Øster A\u030akjær"),
        (TESTGAARD, "Anders", "Testgård"),
        (LUKASZ, "Łukasz", "Žižek-Nowak"),
        (LUKASZ, "Lukasz", "Zizek-Nowak"),
        (LUKASZ, "LUKASZ", "ZIZEK NOWAK"),
        (LUKASZ, "Łukasz", "Zizek Nowak"),
        (DURIC, "Łucja", "Đurić"),
        (DURIC, "Lucja", "Duric"),
        (ANNE, "Anne Lise Sofie", "Sørensen"),
        (ANNE, "Anne", "Sørensen"),
        (ANNE, "Anne", "Holm Sørensen"),
        (ANNE, "Anne Lise Sofie Holm", "Soerensen"),
        (ANNE, "Anne Holm", "Sørensen"),
        (GEORGIOS, "ΓΙΏΡΓΟΣ", "Παπαδοπουλος"),
        (OBRIEN, "Sean", "O’Brien"),
        (MULLER, "Joerg", "Mueller-Weiss"),
        (MULLER, "Jorg", "Muller Weiß"),
    ],
)
def test_spellings_that_mean_the_person_find_her(navn: dict[str, object], given: str, family: str) -> None:
    assert found(navn, given, family)


@pytest.mark.parametrize(
    ("navn", "given", "family"),
    [
        (SOLVEJ, "Solveig", "Prøvesen"),
        (SOLVEJ, "Solvej", "Prøvsen"),
        (SOLVEJ, "Solvej", "Prævesen"),
        (SOLVEJ, "Solvej Marie", "Prøvesen"),
        (SOLVEJ, "Prøvesen", "Solvej"),
        (SOLVEJ, "", "Prøvesen"),
        (SOLVEJ, "Solvej", "-"),
        (SOLVEJ, "S.", "Prøvesen"),
        (SOLVEJ, ".*", ".*"),
        (MARIE, "Marie", "Øster Åkjær"),
        (MARIE, "Louise", "Øster Åkjær"),
        (MARIE, "Marie-Louise", "Åkjær"),
        (TESTGAARD, "Anders", "Testgard"),
        (LUKASZ, "Lukas", "Zizek-Nowak"),
        (LUKASZ, "Łukasz", "Nowak"),
        (ANNE, "Lise", "Sørensen"),
        (ANNE, "Annelise", "Sørensen"),
        (ANNE, "Ann Elise Sofie", "Sørensen"),
        (ANNE, "Anne", "Holm"),
        (ANNE, "Anne Sofie", "Sørensen"),
    ],
)
def test_other_names_do_not(navn: dict[str, object], given: str, family: str) -> None:
    stored = Navn(**navn)  # type: ignore[arg-type]  # checked by the record itself
    assert found(navn, stored.fornavne, stored.efternavn)
    assert not found(navn, given, family)


@pytest.mark.parametrize("born", [date(1984, 6, 11), date(1984, 12, 6), date(1985, 6, 12)])
def test_the_right_name_with_another_date_of_birth_finds_nobody(born: date) -> None:
    assert found(SOLVEJ, "Solvej", "Prøvesen")
    assert not found(SOLVEJ, "Solvej", "Prøvesen", born)


def test_a_first_name_that_two_persons_share_finds_both() -> None:
    anne_lise, anne_marie = (
        person(id=f"6a0f3c1e-4b7d-4a55-9c02-1d8e7f605b4{at}", navn=name(f"Anne {second}", "Holm"))
        for at, second in enumerate(("Lise", "Marie"))
    )
    register = (anne_lise, anne_marie)
    assert candidates(register, "Holm", "Anne Marie", BORN) == (anne_marie,)
    assert candidates(register, "Holm", "Anne", BORN) == (anne_lise, anne_marie)


def test_a_better_spelling_does_not_outdo_another_candidate() -> None:
    with_stroke = person(navn=name("Bo", "Møller"))
    without = person(id="6a0f3c1e-4b7d-4a55-9c02-1d8e7f605b44", navn=name("Bo", "Moller"))
    assert candidates((with_stroke, without), "Møller", "Bo", BORN) == (with_stroke, without)


@pytest.mark.parametrize("status", ["ANNULLERET", "NEDLAGT_PERSON"])
def test_withdrawn_records_are_not_found(status: str) -> None:
    assert candidates((person(adresser=[], personstatus="UDREJST", udrejse=[departure()]),), "Prøvesen", "Solvej", BORN)
    assert not candidates((person(adresser=[], personstatus=status),), "Prøvesen", "Solvej", BORN)


def test_a_very_long_name_is_compared_like_any_other() -> None:
    assert not found(SOLVEJ, "ø" * 100_000, "å" * 100_000)


SURYANI = name("-", "Suryani")


@pytest.mark.parametrize(
    ("given", "family"),
    [("", "Suryani"), ("-", "SURYANI"), ("Suryani", ""), ("Suryani", "-"), ("Suryani", "Suryani"), (" ", "Suryāni")],
)
def test_a_person_with_one_name_is_met_by_it_wherever_it_stands(given: str, family: str) -> None:
    assert found(SURYANI, given, family)


@pytest.mark.parametrize(
    ("navn", "given", "family"),
    [
        (SURYANI, "Dewi", "Suryani"),
        (SURYANI, "Suryani", "Dewi"),
        (SURYANI, "", ""),
        (SURYANI, "-", "-"),
        (SURYANI, "", "Surya"),
        (name("Dewi", "Suryani"), "", "Suryani"),
        (name("Suryani", "Suryani"), "", "Suryani"),
    ],
)
def test_one_name_means_nobody_who_has_another_as_well(navn: dict[str, object], given: str, family: str) -> None:
    assert found(SURYANI, "", "Suryani")
    assert not found(navn, given, family)


FORMER_NAME = {"status": "HISTORISK", "virkning_fra": BORN, "virkning_til": date(2021, 8, 14)}


@pytest.mark.parametrize(("status", "counts"), [("HISTORISK", True), ("RETTET", False), ("FORTRUDT", False)])
def test_a_former_name_counts_unless_it_was_recorded_by_mistake(status: str, counts: bool) -> None:
    former = FORMER_NAME | {"status": status, "navn": name("Karen", "Gammelnavn")}
    register = (person(navn=name("Karen", "Nynavn"), tidligere_navne=[former]),)
    assert candidates(register, "Nynavn", "Karen", BORN)
    assert bool(candidates(register, "Gammelnavn", "Karen", BORN)) is counts


LONG = "Ærøskøbing-Øllegård Sønderskov-Bødkergaard"


@pytest.mark.parametrize(
    ("stored", "markering", "meets"),
    [(LONG[:40], "FORKORTET", True), (LONG[:10], "FORKORTET", False), (LONG[:40], None, False), (LONG, None, True)],
)
def test_a_name_that_was_cut_off_is_met_by_the_whole_one(stored: str, markering: str | None, meets: bool) -> None:
    assert found(name("Anne", stored, markering=markering), "Anne", LONG) is meets


def test_hyphens_and_letters_that_cpr_lacks_do_not_matter() -> None:
    assert found(name("Ryuji", "Otsuka"), "Ryūji", "Ōtsuka")
    assert found(name("Lucja Zaneta", "Duric-Zolkowska"), "Łucja-Żaneta", "Đurić Żółkowska")
