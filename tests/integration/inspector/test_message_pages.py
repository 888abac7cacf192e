"""The pages of one message, over the journals of a real exchange."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest
from fastapi import FastAPI
from lxml import etree

from oots.exchange.journals import Journals, Line, Told
from oots.inspector.pages.message import TABS
from oots.validation.exchange import Part
from oots.wire.masking import MOST_MASKED
from tests.support.inspector import (
    READER,
    Browser,
    ToldTown,
    journal_of,
)
from tests.support.two_sides import SOLVEJ

OF_SOLVEJ = ("Solvej", "Prøvesen", "1984-06-12", str(SOLVEJ.identifier))


@pytest.fixture
def browser(app: FastAPI) -> Browser:
    found = Browser(app)
    found.sign_in(READER)
    found.get("/errors", lang="en")
    return found


@pytest.fixture
def messages(town: ToldTown) -> str:
    return f"/exchanges/{town.exchange_id}/messages"


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_every_view_of_a_message_says_nothing_of_the_person_while_masked_and_is_written_down(
    browser: Browser, messages: str, town: ToldTown
) -> None:
    before = len(journal_of(town.folder / "inspector"))
    views = [(number, suffix) for number in (1, 4) for suffix, _ in TABS if suffix != "/bytes"]
    for number, suffix in views:
        page = browser.get(f"{messages}/{number}{suffix}")
        assert page.status_code == 200, suffix
        assert not any(value in page.text for value in OF_SOLVEJ), suffix
    told = journal_of(town.folder / "inspector")[before:]
    assert [line.exchange_id for line in told] == [town.exchange_id] * len(views)
    assert len({line.look.what for line in told if line.look}) == len(views)


def test_the_overview_says_what_each_message_is_in_plain_words(browser: Browser, messages: str) -> None:
    said = [text_of(browser.get(f"{messages}/{number}").text) for number in range(1, 5)]
    for text, title, sentence in zip(
        said,
        (
            "Request for evidence",
            "Answer: the person is to see the evidence first",
            "Second request, for the preview",
            "Response with evidence",
        ),
        ("asks", "must see the evidence first", "now that the person is in the preview", "sends 2 documents."),
        strict=True,
    ):
        assert f": {title} " in text
        assert sentence in text
        assert "Valid, by AP_" in text
        assert "Receipted and signed by AP_" in text
    assert "The person has asked for it Yes" in said[0]
    assert "A preview is possible Yes" in said[0]
    assert "EDM:ERR:0002" in said[1]
    assert "Digest (SHA-256)" in said[3]


def test_with_a_reason_the_person_is_shown(browser: Browser, messages: str, town: ToldTown) -> None:
    assert "Prøvesen" not in browser.get(f"{messages}/1").text
    browser.unmask(town.exchange_id)
    assert "Prøvesen" in browser.get(f"{messages}/1").text
    assert "Prøvesen" in browser.get(f"{messages}/1/xml").text


def test_the_signed_parts_of_the_envelope_are_shaded_and_its_frame_is_outlined(browser: Browser, messages: str) -> None:
    page = etree.HTML(browser.get(f"{messages}/4/xml", part="envelope").text)
    runs = [
        (each.get("class"), "".join(each.xpath(".//code//text()")))
        for each in page.xpath("//div[contains(@class,'run')]")
    ]
    assert [name for name, _ in runs] == [
        f"run run-{cover}" for cover in ("wrapper", "signed", "signature", "wrapper", "signed", "wrapper")
    ]
    assert "eb:Messaging" in runs[1][1]
    assert "S12:Body" in runs[4][1]
    said = text_of(etree.tostring(page, encoding="unicode"))
    assert said.count("the digest agrees") == 3
    assert "the content is not kept" in said


def test_the_document_is_signed_as_a_whole_and_its_lines_have_addresses(browser: Browser, messages: str) -> None:
    page = etree.HTML(browser.get(f"{messages}/1/xml").text)
    assert [each.get("class") for each in page.xpath("//div[contains(@class,'run ')]")] == ["run run-signed"]
    rows = page.xpath("//div[@class='row']")
    assert [row.get("id") for row in rows] == [f"L{number}" for number in range(1, len(rows) + 1)]
    assert "The document is signed as a whole" in text_of(etree.tostring(page, encoding="unicode"))


def test_exact_bytes_are_refused_while_masked_and_are_exact_after_that(
    browser: Browser, messages: str, town: ToldTown
) -> None:
    views = [f"{messages}/1/bytes?part={part.value}{more}" for part in Part for more in ("", "&raw=1")]
    for view in views:
        refused = browser.client.get(view)
        assert refused.status_code == 403
        assert "Why do you need to see personal data" in refused.text
    browser.unmask(town.exchange_id)
    assert [browser.client.get(view).status_code for view in views] == [200] * len(views)
    kept = {
        Part.DOCUMENT: town.town.requester_log(town.exchange_id)[0].document,
        Part.ENVELOPE: town.town.requester_log(town.exchange_id)[0].soap,
    }
    for part, octets in kept.items():
        answer = browser.get(f"{messages}/1/bytes", part=part.value, raw="1")
        assert answer.content == octets
        assert answer.headers["content-disposition"].startswith("attachment")
    shown = etree.HTML(browser.get(f"{messages}/1/bytes", part="document").text)
    first = shown.xpath("string((//pre//span[@class='letters'])[1])")
    assert kept[Part.DOCUMENT] is not None
    assert first == kept[Part.DOCUMENT][:16].decode()


@pytest.mark.parametrize(
    "path",
    ["/5", "/0", "/5/xml", "/1/other", "/1/xml?part=other", "/x", "/1/compare?other=unknown", "/1/compare?beside=9"],
)
def test_what_is_not_there_is_not_found(browser: Browser, messages: str, path: str) -> None:
    assert browser.get(f"{messages}/1").status_code == 200
    assert browser.client.get(f"{messages}{path}").status_code in (400, 404)
    assert browser.get("/exchanges/unknown/messages/1").status_code == 404


def test_the_signature_report_says_who_what_when_and_why(browser: Browser, messages: str) -> None:
    said = text_of(browser.get(f"{messages}/4/signature").text)
    assert "AP_DK_01 has signed the header, the empty body and all 3 parts of the message." in said
    assert "We believe it for three reasons" in said
    assert said.count("Computed now") == 5
    assert "with what the journal recorded; the content is not kept" in said
    assert "The authority that we trust" in said
    assert "Believed on arrival" in said
    assert "names none of them" in said


def test_all_rules_are_listed_with_links_and_none_is_broken(browser: Browser, messages: str) -> None:
    page = browser.get(f"{messages}/2/rules").text
    said = text_of(page)
    assert "None. The message keeps all rules" in said
    assert "The answer against the request (message 1)" in said
    linked = re.findall(r'href="(/rules/[^"]+)"', page)
    assert len(linked) > 50
    assert browser.get(linked[0]).status_code == 200


def test_two_messages_are_compared_by_field_and_by_line(browser: Browser, messages: str, town: ToldTown) -> None:
    html = browser.get(f"{messages}/1/compare", beside="3", other=town.exchange_id).text
    assert "Issued" in text_of(html)
    assert "diff-left" in html
    assert "diff-right" in html
    browser.unmask(town.exchange_id)
    alike = text_of(browser.get(f"{messages}/1/compare", beside="1").text)
    assert "All fields are alike." in alike
    assert "The documents are alike, line by line." in alike


def test_while_masked_comparing_tells_nothing_of_whether_the_persons_are_alike(
    browser: Browser, messages: str, town: ToldTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the same two messages about one person and about two the pages are the same."""
    of_exchange = Journals.of_exchange

    def of_another(journals: Journals, exchange_id: str) -> Told:
        told = of_exchange(journals, exchange_id)
        (first, *_) = (line.entry.message_id for line in told.lines if line.entry.document)
        lines = tuple(
            replace(
                line, entry=replace(line.entry, document=(line.entry.document or b"").replace(b"Solvej", b"Rigmor"))
            )
            if line.entry.message_id == first
            else line
            for line in told.lines
        )
        return replace(told, lines=lines)

    def pages() -> tuple[str, str]:
        masked = text_of(browser.get(f"{messages}/1/compare", beside="3").text)
        browser.unmask(town.exchange_id)
        shown = text_of(browser.get(f"{messages}/1/compare", beside="3").text)
        browser.post(f"/exchanges/{town.exchange_id}/mask", f"{messages}/1")
        return masked, shown

    of_one = pages()
    monkeypatch.setattr(Journals, "of_exchange", of_another)
    of_two = pages()
    assert of_one[0] == of_two[0]
    assert "Fields that are masked and not compared" in of_one[0]
    assert "Given name Whom it is about Rigmor Solvej" in of_two[1]
    assert "Given name Whom it is about" not in of_one[1]


def test_what_a_masked_exchange_hides_is_not_looked_for_in_another_that_is_unmasked(
    browser: Browser, messages: str, town: ToldTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own free words would tell which of them are values of the other one's person."""
    of_exchange, other = Journals.of_exchange, "11111111-1111-4111-8111-111111111111"

    def of_both(journals: Journals, exchange_id: str) -> Told:
        told = of_exchange(journals, town.exchange_id)
        lines = (replace(line, entry=replace(line.entry, exchange_id=exchange_id)) for line in told.lines)
        return replace(told, lines=tuple(_asking_solvej(line) if exchange_id == other else line for line in lines))

    monkeypatch.setattr(Journals, "of_exchange", of_both)
    browser.unmask(other)
    page = browser.get(f"{messages}/1/compare", other=other, beside="1").text
    assert "Kommune for Solvej" in page
    assert "Prøvesen" not in page


def _asking_solvej(line: Line) -> Line:
    document = (line.entry.document or b"").replace(b"Solvej", b"Rigmor").replace(b"Kommune<", b"Kommune for Solvej<")
    return replace(line, entry=replace(line.entry, document=document))


def test_an_exchange_that_no_journal_knows_cannot_be_compared_with_and_the_form_says_so(
    browser: Browser, messages: str
) -> None:
    refused = browser.get(f"{messages}/1/compare", other="<unknown>", beside="1")
    assert refused.status_code == 404
    assert "No journal knows that exchange." in refused.text
    assert 'value="&lt;unknown&gt;"' in refused.text
    assert "Field by field" not in refused.text


def test_a_broken_document_is_marked_on_its_line_with_a_link_to_what_was_found(
    browser: Browser, messages: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal's word is not taken for it: the signature does not cover the document that was changed."""
    of_exchange = Journals.of_exchange

    def changed(journals: Journals, exchange_id: str) -> Told:
        told = of_exchange(journals, exchange_id)
        lines = tuple(
            replace(line, entry=replace(line.entry, document=_without_procedure(line.entry.document)))
            if line.entry.entry.value.startswith("request-")
            else line
            for line in told.lines
        )
        return replace(told, lines=lines)

    monkeypatch.setattr(Journals, "of_exchange", changed)
    page = etree.HTML(browser.get(f"{messages}/1/xml").text)
    assert [each.get("class") for each in page.xpath("//div[contains(@class,'run ')]")] == ["run run-changed"]
    assert "The document is not the one that the signature" in text_of(etree.tostring(page, encoding="unicode"))
    (mark, *_) = page.xpath("//a[contains(@class,'mark-fatal')]")
    (row,) = mark.xpath("ancestor::div[@class='row']")
    rules = etree.HTML(browser.client.get(mark.get("href").partition("#")[0]).text)
    (finding,) = rules.xpath(f"//section[@id='{mark.get('href').partition('#')[2]}']")
    assert finding.xpath(f".//a[contains(@href, 'xml?part=document#{row.get('id')}')]")
    assert "Is not believed" in text_of(browser.get(f"{messages}/1").text)
    assert "something that is kept is not what AP_LT_01 signed" in text_of(browser.get(f"{messages}/1/signature").text)


def _without_procedure(document: bytes | None) -> bytes | None:
    return None if document is None else document.replace(b'name="Procedure"', b'name="Prozedur"')


def test_why_a_signature_does_not_hold_is_told_in_english_that_says_it_is(
    browser: Browser, messages: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_exchange, held = Journals.of_exchange, in_danish(browser, f"{messages}/1/signature")

    def changed(journals: Journals, exchange_id: str) -> Told:
        told = of_exchange(journals, exchange_id)
        lines = (replace(line, entry=replace(line.entry, soap=_without_value(line.entry.soap))) for line in told.lines)
        return replace(told, lines=tuple(lines))

    monkeypatch.setattr(Journals, "of_exchange", changed)
    broken = in_danish(browser, f"{messages}/1/signature")
    told = "//dt[.='Over henvisningerne']/following-sibling::dd"
    (reason,) = broken.xpath(f"{told}/span[@lang='en']/text()")
    said = [page.xpath(f"normalize-space({told})") for page in (held, broken)]
    assert said == ["holder", f"holder ikke: {reason}"]


def in_danish(browser: Browser, path: str) -> etree._Element:
    page = etree.HTML(browser.get(path, lang="da").text)
    browser.get(path, lang="en")
    return page


def _without_value(envelope: bytes | None) -> bytes | None:
    return envelope and re.sub(rb"(SignatureValue>)[^<]+", rb"\1AAAA", envelope)


def test_what_a_message_says_is_never_taken_for_markup(
    browser: Browser, messages: str, town: ToldTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also not in the order in which it is read."""
    of_exchange, said = Journals.of_exchange, "<script>alert(1)</script>\u202e"

    def hostile(journals: Journals, exchange_id: str) -> Told:
        told = of_exchange(journals, exchange_id)
        escaped = said.replace("<", "&lt;").encode()
        lines = tuple(
            replace(line, entry=replace(line.entry, document=(line.entry.document or b"").replace(b"Solvej", escaped)))
            for line in told.lines
        )
        return replace(told, lines=lines)

    browser.unmask(town.exchange_id)
    monkeypatch.setattr(Journals, "of_exchange", hostile)
    for suffix in ("", "/xml", "/compare?beside=3"):
        html = browser.client.get(f"{messages}/1{suffix}").text
        assert "<script" not in html
        assert "\u202e" not in html
        assert "alert(1)" in html or suffix.startswith("/compare")


def test_what_somebody_writes_freely_in_an_error_is_masked_on_every_view_of_it(
    browser: Browser, messages: str, town: ToldTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_exchange = Journals.of_exchange
    free = "about number 120684-1234"

    def telling(journals: Journals, exchange_id: str) -> Told:
        told = of_exchange(journals, exchange_id)
        lines = tuple(
            replace(line, entry=replace(line.entry, document=said(line.entry.document))) for line in told.lines
        )
        return replace(told, lines=lines)

    def said(document: bytes | None) -> bytes | None:
        return re.sub(rb'(detail|message)="[^"]+"', rf'\1="{free}"'.encode(), document) if document else None

    monkeypatch.setattr(Journals, "of_exchange", telling)
    views = [f"{messages}/2{suffix}" for suffix in ("", "/xml", "/signature", "/compare?beside=2")]
    assert [view for view in views if free in browser.client.get(view).text] == []
    browser.unmask(town.exchange_id)
    assert [free in browser.client.get(view).text for view in views] == [True, True, False, True]


def test_an_exchange_with_more_than_is_looked_through_is_not_shown_masked(
    browser: Browser, messages: str, town: ToldTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_exchange = Journals.of_exchange

    def grown(journals: Journals, exchange_id: str) -> Told:
        told = of_exchange(journals, exchange_id)
        (first, *others) = told.lines
        blanks = b" " * (MOST_MASKED - len(first.entry.document or b""))
        first = replace(first, entry=replace(first.entry, document=(first.entry.document or b"") + blanks))
        return replace(told, lines=(first, *others))

    views = [f"{messages}/{view}" for view in ("1", "2/xml", "3/rules", "1/compare?beside=2")]
    assert [browser.client.get(view).status_code for view in views] == [200] * 4
    monkeypatch.setattr(Journals, "of_exchange", grown)
    refused = [browser.client.get(view) for view in views]
    assert [(page.status_code, "Why do you need to see personal data" in page.text) for page in refused] == [
        (403, True)
    ] * 4
    browser.unmask(town.exchange_id)
    assert [browser.client.get(view).status_code for view in views] == [200] * 4
