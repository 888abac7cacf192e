"""Two messages beside each other, masked or not."""

from __future__ import annotations

from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from oots.inspector.masking import Veil
from oots.inspector.messages.comparison import MOST_LINES, Result, hunks_of, rows_of
from oots.inspector.messages.dump import PAGE, page_of
from oots.inspector.messages.fields import Field, Group, same
from tests.support.work import lines_run

MASKED, LIFTED = Veil(frozenset(), lifted=False), Veil(frozenset(), lifted=True)


def group(**values: str) -> Group:
    fields = tuple(Field(same(name), same(value), personal=name == "person") for name, value in values.items())
    return Group(same("fields"), fields)


def compared(left: Group, right: Group, veil: Veil) -> dict[str, tuple[str, str, Result]]:
    rows = rows_of([left], [right], (veil, veil))
    return {row.label.english: (row.left.english, row.right.english, row.result) for row in rows}


def test_every_field_of_either_message_is_compared() -> None:
    found = compared(group(a="1", b="2", c="3"), group(b="2", c="4", d="5"), LIFTED)
    assert found == {
        "a": ("1", "–", Result.DIFFERENT),
        "b": ("2", "2", Result.ALIKE),
        "c": ("3", "4", Result.DIFFERENT),
        "d": ("–", "5", Result.DIFFERENT),
    }


def test_nothing_is_told_of_whether_what_is_masked_is_alike() -> None:
    one, other = group(person="Solvej", about="a"), group(person="Łucja", about="a")
    hidden = {"person": ("•••", "•••", Result.NOT_COMPARED), "about": ("a", "a", Result.ALIKE)}
    assert compared(one, other, MASKED) == compared(one, one, MASKED) == hidden
    marked = group(person="•••", about="a")
    assert compared(marked, marked, MASKED) == compared(one, marked, MASKED) == hidden
    assert compared(one, other, LIFTED)["person"] == ("Solvej", "Łucja", Result.DIFFERENT)
    assert compared(one, one, LIFTED)["person"] == ("Solvej", "Solvej", Result.ALIKE)
    found = compared(group(about="of Solvej"), group(about="of Solvej"), Veil({"Solvej"}, lifted=False))
    assert found == {"about": ("of •••", "of •••", Result.NOT_COMPARED)}


def test_fields_of_one_label_are_compared_in_their_order() -> None:
    field = [Field(same("a"), same(value)) for value in "123"]
    rows = rows_of([Group(same("g"), (field[0], field[1]))], [Group(same("g"), (field[0], field[2]))], (LIFTED, LIFTED))
    assert [(row.left.english, row.right.english, row.result) for row in rows] == [
        ("1", "1", Result.ALIKE),
        ("2", "3", Result.DIFFERENT),
    ]


def test_only_lines_that_differ_are_told_with_those_around() -> None:
    left = [str(number) for number in range(20)]
    right = [*left[:10], "new", *left[11:]]
    (hunk,) = hunks_of(left, right, masked=False) or ()
    told = [(line.left, line.right, line.text) for line in hunk.lines]
    assert told[2:6] == [(10, 10, "9"), (11, None, "10"), (None, 11, "new"), (12, 12, "11")]
    assert len(told) == 8
    assert hunks_of(left, left, masked=False) == ()


def test_a_line_with_something_masked_is_told_as_not_compared() -> None:
    (hunk,) = hunks_of(["•••", "a"], ["•••", "b"], masked=True) or ()
    assert [(line.left, line.right, line.text, line.whole) for line in hunk.lines] == [
        (1, 1, "•••", False),
        (2, None, "a", True),
        (None, 2, "b", True),
    ]
    (hunk,) = hunks_of(["•••", "a"], ["•••", "b"], masked=False) or ()
    assert all(line.whole for line in hunk.lines)


def test_more_lines_than_anybody_reads_are_not_compared() -> None:
    lines = ["x"] * (MOST_LINES + 1)
    assert hunks_of(lines[1:], lines[1:], masked=False) == ()
    assert hunks_of(lines, lines, masked=False) is None


@given(st.lists(st.sampled_from("abc"), max_size=12), st.lists(st.sampled_from("abc"), max_size=12))
def test_what_is_told_of_two_documents_makes_the_one_of_the_other(left: list[str], right: list[str]) -> None:
    told = [line for hunk in hunks_of(left, right, masked=False) or () for line in hunk.lines]
    made = list(left)
    for line in reversed([line for line in told if line.right is None]):
        del made[(line.left or 0) - 1]
    for line in [line for line in told if line.left is None]:
        made.insert((line.right or 0) - 1, line.text)
    assert made == right
    assert all(left[(line.left or 0) - 1] == line.text for line in told if line.left)


def test_the_work_of_comparing_grows_with_the_square_of_the_lines_and_not_with_their_cube() -> None:
    """Also where nearly all lines are alike, as closing tags are."""

    def work(size: int) -> None:
        hunks_of(["a", "b"] * size, ["a", "a", "b"] * size, masked=False)

    small, large = (lines_run(partial(work, size)) for size in (20, 40))
    assert small < large < 4.2 * small


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
