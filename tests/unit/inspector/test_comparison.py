"""Two messages beside each other, masked or not."""

from __future__ import annotations

from oots.inspector.comparison import MOST_LINES, hunks_of, rows_of
from oots.inspector.dump import PAGE, page_of
from oots.inspector.fields import Field, Group, same
from oots.inspector.masking import Veil

MASKED, LIFTED = Veil(frozenset(), lifted=False), Veil(frozenset(), lifted=True)


def group(**values: str) -> Group:
    fields = tuple(Field(same(name), same(value), personal=name == "person") for name, value in values.items())
    return Group(same("fields"), fields)


def compared(left: Group, right: Group, veil: Veil) -> dict[str, tuple[str, str, bool]]:
    rows = rows_of([left], [right], (veil, veil))
    return {row.label.english: (row.left.english, row.right.english, row.alike) for row in rows}


def test_every_field_of_either_message_is_compared() -> None:
    found = compared(group(a="1", b="2", c="3"), group(b="2", c="4", d="5"), LIFTED)
    assert found == {"a": ("1", "–", False), "b": ("2", "2", True), "c": ("3", "4", False), "d": ("–", "5", False)}


def test_what_is_masked_is_compared_as_it_is() -> None:
    one, other = group(person="Solvej"), group(person="Łucja")
    assert compared(one, other, MASKED) == {"person": ("•••", "•••", False)}
    assert compared(one, one, MASKED) == {"person": ("•••", "•••", True)}
    assert compared(one, other, LIFTED) == {"person": ("Solvej", "Łucja", False)}


def test_fields_of_one_label_are_compared_in_their_order() -> None:
    field = [Field(same("a"), same(value)) for value in "123"]
    rows = rows_of([Group(same("g"), (field[0], field[1]))], [Group(same("g"), (field[0], field[2]))], (LIFTED, LIFTED))
    assert [(row.left.english, row.right.english, row.alike) for row in rows] == [("1", "1", True), ("2", "3", False)]


def test_only_lines_that_differ_are_told_with_those_around() -> None:
    left = [str(number) for number in range(20)]
    right = [*left[:10], "new", *left[11:]]
    (hunk,) = hunks_of(left, right, {"left": left, "right": right}) or ()
    told = [(line.left, line.right, line.text) for line in hunk.lines]
    assert told[2:6] == [(10, 10, "9"), (11, None, "10"), (None, 11, "new"), (12, 12, "11")]
    assert len(told) == 8
    assert hunks_of(left, left, {"left": left, "right": left}) == ()


def test_lines_that_differ_in_something_masked_are_told_as_they_are_shown() -> None:
    (hunk,) = hunks_of(["Solvej"], ["Łucja"], {"left": ["•••"], "right": ["•••"]}) or ()
    assert [(line.left, line.right, line.text) for line in hunk.lines] == [(1, None, "•••"), (None, 1, "•••")]


def test_more_lines_than_anybody_reads_are_not_compared() -> None:
    lines = ["x"] * (MOST_LINES + 1)
    shown = {"left": lines, "right": lines}
    assert hunks_of(lines[1:], lines[1:], shown) == ()
    assert hunks_of(lines, lines, shown) is None


def test_bytes_are_told_by_position_hexadecimal_and_letters() -> None:
    (row,) = page_of(b"<a>\x00\xff\r\n tabel", 1).rows
    assert row.hexadecimal.split() == [f"{octet:02x}" for octet in b"<a>\x00\xff\r\n tabel"]
    assert (row.at, row.letters) == ("00000000", "<a>.... tabel")


def test_pages_of_bytes_leave_nothing_out_and_a_page_that_is_not_there_is_the_next_one() -> None:
    content = bytes(range(256)) * 9
    pages = [page_of(content, number) for number in range(1, 4)]
    assert [page.pages for page in pages] == [3, 3, 3]
    told = "".join(row.hexadecimal.replace(" ", "") for page in pages for row in page.rows)
    assert bytes.fromhex(told) == content
    assert pages[1].rows[0].at == f"{PAGE:08x}"
    assert (page_of(content, 0), page_of(content, 99)) == (pages[0], pages[2])
    assert page_of(b"", 1).rows == ()
