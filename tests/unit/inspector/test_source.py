"""Lines of XML with what is signed: as neighbours of one kind, or word by word where a line has several."""

from __future__ import annotations

from lxml import etree

from oots.edelivery.coverage import Cover, coverage_of
from oots.edelivery.message import seal_message
from oots.edelivery.soap import HEADER
from oots.inspector.source import Marker, Run, runs_of
from oots.wire.laid_out import lay_out
from tests.support.edelivery import DENMARK, PARTS, a_header, altered, domain


def runs(envelope: bytes, *, indented: bool = True) -> tuple[Run, ...]:
    covers = coverage_of(envelope, {}).covers
    return runs_of(lay_out(envelope, indented=indented), lambda number: None if number is None else covers[number], {})


def text_of(run: Run) -> str:
    return "\n".join("".join(span.text for span in line.spans) for line in run.lines)


def sealed() -> bytes:
    return seal_message(a_header(), PARTS, domain().keys[DENMARK]).soap


def test_an_envelope_is_a_frame_around_a_signed_header_the_signature_and_a_signed_body() -> None:
    found = runs(sealed())
    assert [run.cover for run in found] == [
        Cover.WRAPPER, Cover.SIGNED, Cover.SIGNATURE, Cover.WRAPPER, Cover.SIGNED, Cover.WRAPPER,
    ]  # fmt: skip
    assert text_of(found[1]).strip().startswith("<eb:Messaging")
    assert text_of(found[1]).endswith("</eb:Messaging>")
    assert "<S12:Body" in text_of(found[4])
    assert all(span.cover is None for run in found for line in run.lines for span in line.spans)


def test_an_unsigned_element_that_was_added_is_outlined_by_itself() -> None:
    def add(root: etree._Element) -> None:
        header = root.find(HEADER)
        assert header is not None
        etree.SubElement(header, "Stray").text = "trust me"

    found = runs(altered(sealed(), add))
    (stray,) = [run for run in found if run.cover is Cover.UNSIGNED]
    assert text_of(stray).strip() == "<Stray>trust me</Stray>"
    assert stray.name == ("Ikke underskrevet af nogen", "Signed by nobody")


def test_on_one_line_each_word_says_how_it_stands_to_the_signature() -> None:
    (run,) = runs(sealed(), indented=False)
    assert run.cover is None
    ((line,),) = [run.lines]
    by_cover: dict[str | None, str] = {}
    for span in line.spans:
        by_cover[span.cover] = by_cover.get(span.cover, "") + span.text
    assert by_cover["signed"].startswith("<eb:Messaging")
    assert by_cover["wrapper"].startswith("<S12:Envelope")
    assert "".join(span.text for span in line.spans) == sealed().decode()


def test_a_marker_stands_on_its_line_and_no_other() -> None:
    marker = Marker("R-EDM-REQ-S005", "fatal", "/rules#f1")
    (run,) = runs_of(lay_out(b"<a><b/><c/></a>", indented=True), lambda _number: None, {3: [marker]})
    assert [line.markers for line in run.lines] == [(), (), (marker,), ()]


def test_a_return_that_a_browser_would_make_a_new_line_of_is_shown() -> None:
    (run,) = runs_of(lay_out(b"<a>1\r2</a>", indented=False), lambda _number: None, {})
    assert text_of(run) == "<a>1␍2</a>"


def test_no_more_lines_are_given_than_asked_for() -> None:
    laid = lay_out(b"<a><b/><c/><d/></a>", indented=True)
    for most, shown in ((None, 5), (5, 5), (2, 2)):
        (run,) = runs_of(laid, lambda _number: None, {}, most)
        assert len(run.lines) == shown
