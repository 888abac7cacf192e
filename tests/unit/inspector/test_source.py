"""Lines of XML with what is signed: as neighbours of one kind, or word by word where a line has several."""

from __future__ import annotations

import pytest
from lxml import etree

from oots.edelivery.coverage import Cover, coverage_of
from oots.edelivery.message import seal_message
from oots.edelivery.profile import EXCLUSIVE_C14N, ds
from oots.edelivery.soap import HEADER
from oots.inspector.messages.source import Marker, Run, as_covered, runs_of
from oots.wire.laid_out import lay_out
from tests.support.edelivery import DENMARK, PARTS, a_header, altered, domain


def runs(envelope: bytes, *, indented: bool = True) -> tuple[Run, ...]:
    return runs_of(lay_out(envelope, indented=indented), as_covered(coverage_of(envelope, {})), {})


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


def by_cover(envelope: bytes) -> dict[str | None, str]:
    """What a page shades or outlines in one way; nothing is said of a line that is alike as a whole."""
    found: dict[str | None, str] = {}
    for run in runs(envelope, indented=False):
        for span in (span for line in run.lines for span in line.spans):
            cover = run.cover or span.cover
            found[cover] = found.get(cover, "") + span.text
    return found


HIDDEN = ("<!-- Release to anybody -->", 'xmlns:evil="urn:release-to-anybody"')


@pytest.mark.parametrize("hidden", HIDDEN)
def test_what_the_canonical_form_leaves_out_of_what_is_signed_is_not_told_as_signed(hidden: str) -> None:
    """The signature holds with it and without it."""
    tag, envelope = "<eb:MessageInfo", sealed()
    put = f"{hidden}{tag}" if hidden.startswith("<!--") else f"{tag} {hidden}"
    more = envelope.replace(tag.encode(), put.encode(), 1)
    assert coverage_of(more, {}) == coverage_of(envelope, {})
    assert by_cover(more)[Cover.LEFT_OUT] == hidden
    assert Cover.LEFT_OUT not in by_cover(envelope)
    assert tag in by_cover(more)[Cover.SIGNED]


def test_a_declaration_that_a_reference_takes_along_is_signed() -> None:
    def take_along(root: etree._Element) -> None:
        reference = next(each for each in root.iter(ds("Reference")) if each.get("URI") == "#messaging")
        (transform,) = reference.iter(ds("Transform"))
        etree.SubElement(transform, f"{{{EXCLUSIVE_C14N}}}InclusiveNamespaces", PrefixList="evil")

    more = sealed().replace(b"<eb:MessageInfo", b'<eb:MessageInfo xmlns:evil="urn:release-to-anybody"', 1)
    assert Cover.LEFT_OUT in by_cover(more)
    assert Cover.LEFT_OUT not in by_cover(altered(more, take_along))


def test_a_marker_stands_on_its_line_and_no_other() -> None:
    marker = Marker("R-EDM-REQ-S005", "fatal", "/rules#f1")
    (run,) = runs_of(lay_out(b"<a><b/><c/></a>", indented=True), lambda _piece: None, {3: [marker]})
    assert [line.markers for line in run.lines] == [(), (), (marker,), ()]


def test_a_return_that_a_browser_would_make_a_new_line_of_is_shown() -> None:
    (run,) = runs_of(lay_out(b"<a>1\r2</a>", indented=False), lambda _piece: None, {})
    assert text_of(run) == "<a>1␍2</a>"


def test_no_more_lines_are_given_than_asked_for() -> None:
    laid = lay_out(b"<a><b/><c/><d/></a>", indented=True)
    for most, shown in ((None, 5), (5, 5), (2, 2)):
        (run,) = runs_of(laid, lambda _piece: None, {}, most)
        assert len(run.lines) == shown
