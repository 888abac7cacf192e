"""XML laid out for human eyes."""

from __future__ import annotations

from oots.wire.readable import readable


def test_each_element_stands_on_a_line_of_its_own() -> None:
    assert readable(b"<a><b>1 &lt; 2</b><c/></a>") == "<a>\n  <b>1 &lt; 2</b>\n  <c/>\n</a>"


def test_what_is_no_xml_stays_as_it_is() -> None:
    assert readable(b"<a> is \xff not closed") == "<a> is � not closed"
