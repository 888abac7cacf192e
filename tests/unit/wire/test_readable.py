"""XML laid out for human eyes."""

from __future__ import annotations

from oots.wire.readable import MOST_LAID_OUT, readable


def test_each_element_stands_on_a_line_of_its_own() -> None:
    assert readable(b"<a><b>1 &lt; 2</b><c/></a>") == "<a>\n  <b>1 &lt; 2</b>\n  <c/>\n</a>"


def test_what_is_no_xml_stays_as_it_is() -> None:
    assert readable(b"<a> is \xff not closed") == "<a> is � not closed"


def test_what_is_large_is_not_blown_up_by_laying_it_out() -> None:
    deep, leaf = (b"<a>" * 100, b"</a>" * 100), b"<b/>"
    most = (MOST_LAID_OUT - len(b"".join(deep))) // len(leaf)
    fitting, large = (deep[0] + leaf * number + deep[1] for number in (most, most + 1))
    assert len(readable(fitting)) > 10 * len(fitting)
    assert readable(large) == large.decode()
