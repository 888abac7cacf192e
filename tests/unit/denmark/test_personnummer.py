"""What a personnummer tells, and what it cannot."""

from __future__ import annotations

from datetime import date

import pytest

from oots.denmark.cpr import birth_date

WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)


@pytest.mark.parametrize(
    ("seventh", "year", "full_year"),
    [
        ("0", "00", 1900),
        ("3", "99", 1999),
        ("4", "00", 2000),
        ("4", "36", 2036),
        ("4", "37", 1937),
        ("4", "99", 1999),
        ("5", "57", 2057),
        ("5", "58", 1858),
        ("8", "00", 2000),
        ("8", "99", 1899),
        ("9", "36", 2036),
        ("9", "37", 1937),
    ],
)
def test_position_seven_and_the_year_give_the_century(seventh: str, year: str, full_year: int) -> None:
    assert birth_date(f"1206{year}{seventh}438") == date(full_year, 6, 12)


@pytest.mark.parametrize("number", ["0707614285", "0707614286"], ids=["with", "without"])
def test_a_number_is_accepted_with_modulus_11_and_without(number: str) -> None:
    passes = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, number, strict=True)) % 11 == 0
    assert passes is (number == "0707614285")
    assert birth_date(number) == date(1961, 7, 7)


def test_a_replacement_number_has_sixty_added_to_its_day() -> None:
    assert birth_date("7906850000") == birth_date("1906850000") == date(1985, 6, 19)
    assert birth_date("6106850000") == date(1985, 6, 1)
    assert birth_date("9005850000") == date(1985, 5, 30)
    assert birth_date("9105850000") == date(1985, 5, 31)


@pytest.mark.parametrize(
    "number",
    [
        "120684043",
        "12068404381",
        "120684-0438",
        "120684043x",
        "1206840438\n",
        "١٢٠٦٨٤٠٤٣٨",
        "3206840438",
        "6006840438",
        "9206840438",
        "9106850000",
        "0006840438",
        "1213840438",
        "3002840438",
        "2902850438",
        "",
    ],
)
def test_what_begins_with_no_date_or_has_not_ten_digits_is_refused(number: str) -> None:
    assert birth_date("1206840438") == date(1984, 6, 12)
    with pytest.raises(ValueError, match="a personnummer") as refused:
        birth_date(number)
    assert not number or number not in str(refused.value)


def test_the_leap_day_is_a_date_in_leap_years_only() -> None:
    assert birth_date("2902840438") == date(1984, 2, 29)
    with pytest.raises(ValueError, match="begins with a date"):
        birth_date("2902830438")
