"""The pages of the review desk over real journals: the form, its faults, two at once, signing, report, questions."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from oots.inspector.pages.review_sign import MOST_RECOMMENDATION
from oots.inspector.reviews.form import MOST_EXPLANATION
from oots.review.items import catalogue
from tests.support.inspector import READER, REVIEWER, SIGNER, Browser, inspector_over, inspector_settings, journal_of
from tests.support.reviews import ToldStories, told_stories


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToldStories]:
    with told_stories(tmp_path_factory.mktemp("stories")) as told:
        yield told


@pytest.fixture(scope="module")
def app(stories: ToldStories) -> FastAPI:
    return inspector_over(inspector_settings(stories.folder))


def browser_of(app: FastAPI, account: str) -> Browser:
    browser = Browser(app)
    browser.sign_in(account)
    return browser


@pytest.fixture
def rigmor(app: FastAPI) -> Browser:
    return browser_of(app, REVIEWER)


@pytest.fixture
def signe(app: FastAPI) -> Browser:
    return browser_of(app, SIGNER)


def at(stories: ToldStories, story: str) -> str:
    return f"/exchanges/{stories.exchanges[story]}/review"


def claimed(browser: Browser, review: str) -> None:
    answer = browser.post(f"{review}/claim", review)
    assert answer.status_code == HTTPStatus.SEE_OTHER, text_of(answer)


def released(browser: Browser, review: str) -> None:
    assert browser.post(f"{review}/release", review).status_code == HTTPStatus.SEE_OTHER


def save(browser: Browser, review: str, part: str, version: str | None = None, **fields: str) -> httpx.Response:
    """Send the form of a part with these fields; names have `_` where the form has `-`."""
    page = browser.get(f"{review}/parts/{part}").text
    hidden = dict(re.findall(r'type="hidden" name="(csrf|version)" value="([^"]+)"', page))
    data = {"version": "0"} | hidden | ({"version": version} if version else {})
    return browser.client.post(f"{review}/parts/{part}/save", data=data | fields)


def text_of(answer: httpx.Response) -> str:
    """The words of a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def test_a_review_is_begun_answered_and_found_in_the_queue(stories: ToldStories, rigmor: Browser) -> None:
    review = at(stories, "accepted")
    assert "Ikke begyndt" in text_of(rigmor.get(review))
    claimed(rigmor, review)
    answer = save(rigmor, review, "styring", **{"answer-1.1": "follows", "answer-1.2": "not-relevant"})
    assert answer.headers["location"] == f"{review}/parts/styring?saved=2"
    assert "2 svar er gemt" in text_of(rigmor.client.get(answer.headers["location"]))
    assert "2 af 30 punkter er besvaret" in text_of(rigmor.get(review))
    for query, there in ((("state", "taken"), True), (("state", "verified"), False), (("mine", "1"), True)):
        assert (stories.exchanges["accepted"] in rigmor.get("/reviews", **dict([query])).text) is there
    released(rigmor, review)


def test_a_proposal_is_no_answer_before_it_is_taken(stories: ToldStories, rigmor: Browser) -> None:
    review = at(stories, "declined")
    claimed(rigmor, review)
    page = text_of(rigmor.get(f"{review}/parts/oots"))
    assert "Brugeren så dokumentationen og sagde nej. Intet blev sendt." in page
    assert "0 af 30" in page
    answer = save(rigmor, review, "oots", take="preview", **{"explanation-log": "Kladde"})
    assert answer.headers["location"].endswith("?saved=2#item-preview")
    page = rigmor.get(f"{review}/parts/oots").text
    assert 'id="answer-preview-follows" name="answer-preview" value="follows" checked' in page
    assert "maskinens forslag er taget, som det var" in page
    assert "1 af 30" in text_of(rigmor.get(review))
    released(rigmor, review)


def test_words_of_one_s_own_stay_when_a_proposal_is_taken(stories: ToldStories, rigmor: Browser) -> None:
    review = at(stories, "refused")
    claimed(rigmor, review)
    save(rigmor, review, "oots", take="preview", **{"explanation-preview": "Mine egne ord."})
    page = rigmor.get(f"{review}/parts/oots").text
    assert "Mine egne ord.\n\nUdvekslingen sluttede" in html.unescape(page)
    assert "som det var" not in page
    released(rigmor, review)


@pytest.mark.parametrize(
    ("field", "wrong", "right"),
    [
        ("explanation-2.2", "", "Derfor."),
        ("explanation-2.2", "x" * (MOST_EXPLANATION + 1), "x" * MOST_EXPLANATION),
        ("explanation-2.2", "Om 010190-1234 og hendes mand.", "Om sag 450190-1234."),
        ("action-2.2", "Ring til 0101901234", "Ring til 86123456"),
    ],
)
def test_what_must_be_put_right_is_linked_and_nothing_typed_is_lost(
    stories: ToldStories, rigmor: Browser, field: str, wrong: str, right: str
) -> None:
    review = at(stories, "open")
    claimed(rigmor, review)
    typed = {"answer-2.2": "deviates", "explanation-2.2": "Derfor.", "explanation-2.3": "Bliver stående."}
    answer = save(rigmor, review, "strategi", **typed | {field: wrong})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert f'<a href="#{field}">' in answer.text
    assert f'aria-describedby=" {field}-fault-1"' in answer.text
    assert "Bliver stående." in answer.text
    assert "Bliver stående." not in rigmor.get(f"{review}/parts/strategi").text
    answer = save(rigmor, review, "strategi", **typed | {field: right})
    assert answer.status_code == HTTPStatus.SEE_OTHER
    save(rigmor, review, "strategi")
    released(rigmor, review)


def test_the_second_of_two_windows_is_told_and_keeps_what_was_typed(stories: ToldStories, rigmor: Browser) -> None:
    review = at(stories, "accepted")
    claimed(rigmor, review)
    page = rigmor.get(f"{review}/parts/jura").text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    first = save(rigmor, review, "jura", version[1], **{"answer-3.1": "follows", "explanation-3.1": "Den første."})
    assert first.status_code == HTTPStatus.SEE_OTHER
    second = save(rigmor, review, "jura", version[1], **{"answer-3.1": "partly", "explanation-3.1": "Den anden."})
    assert second.status_code == HTTPStatus.CONFLICT
    assert "Nogen har gemt noget andet imens" in second.text
    assert ">\nDen anden.</textarea>" in second.text
    assert "Den første." in second.text
    assert "Den første." in rigmor.get(f"{review}/parts/jura").text
    again = re.search(r'name="version" value="(\d+)"', second.text)
    assert again
    third = save(rigmor, review, "jura", again[1], **{"answer-3.1": "partly", "explanation-3.1": "Den anden."})
    assert third.status_code == HTTPStatus.SEE_OTHER
    assert "Den anden." in rigmor.get(f"{review}/parts/jura").text
    released(rigmor, review)


def test_whoever_lost_the_review_can_copy_what_was_typed(stories: ToldStories, rigmor: Browser, signe: Browser) -> None:
    review = at(stories, "accepted")
    claimed(rigmor, review)
    released(signe, review)
    claimed(signe, review)
    refused = save(rigmor, review, "jura", **{"answer-3.2": "follows", "explanation-3.2": "Skrevet forgæves."})
    assert refused.status_code == HTTPStatus.CONFLICT
    assert "En anden har taget gennemgangen." in refused.text
    assert "Skrevet forgæves." in refused.text
    assert "Skrevet forgæves." not in signe.get(f"{review}/parts/jura").text
    released(signe, review)


def test_what_is_pointed_at_stays(stories: ToldStories, rigmor: Browser) -> None:
    review = at(stories, "accepted")
    claimed(rigmor, review)
    page = rigmor.get(f"{review}/parts/applikation").text
    offered = re.findall(r'name="evidence-7.1" value="([^"]+)"', page)
    assert {each.partition("/")[0] for each in offered} == {"message", "check", "line", "digest"}
    chosen = [offered[0], offered[-1]]
    fields: dict[str, str] = {"answer-7.1": "follows", "evidence-7.1": chosen}  # type: ignore[dict-item]  # httpx takes lists
    assert save(rigmor, review, "applikation", **fields).status_code == HTTPStatus.SEE_OTHER
    page = rigmor.get(f"{review}/parts/applikation").text
    assert re.findall(r'value="([^"]+)" checked>', page.partition("picker")[2]) == chosen
    assert save(rigmor, review, "applikation", **fields, **{"evidence-8.1": "line/nobody/1"}).status_code == 303
    released(rigmor, review)


def test_the_report_says_which_references_are_gone(stories: ToldStories, rigmor: Browser, tmp_path: Path) -> None:
    review = at(stories, "accepted")
    claimed(rigmor, review)
    assert save(rigmor, review, "oots", take="preview").status_code == HTTPStatus.SEE_OTHER
    assert "findes ikke mere" not in rigmor.get(f"{review}/report").text
    released(rigmor, review)
    state = shutil.copytree(stories.folder / "inspector", tmp_path / "inspector")
    journals = {"requester": {"state": stories.folder / "requester"}}
    leif = browser_of(inspector_over(inspector_settings(stories.folder, state=state, journals=journals)), READER)
    page = leif.get(f"{review}/report").text
    gone = re.findall(r"findes ikke mere</span>.*?<code class=\"pin\">([^<]+)<", page, re.DOTALL)
    assert {key.rpartition("/")[0] for key in gone} == {"line/provider"}
    assert len(gone) == 2


def test_only_whoever_may_sign_sees_the_exact_text_and_signs_it(
    stories: ToldStories, rigmor: Browser, signe: Browser
) -> None:
    review = at(stories, "declined")
    claimed(signe, review)
    assert rigmor.get(f"{review}/sign").status_code == HTTPStatus.FORBIDDEN
    nothing = signe.post(f"{review}/sign/show", f"{review}/sign", recommendation="Mere.")
    assert nothing.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert ">\nMere.</textarea>" in nothing.text
    wordless = signe.post(f"{review}/sign/show", f"{review}/sign", verdict="rejected")
    assert '<a href="#recommendation">' in wordless.text
    shown = signe.post(f"{review}/sign/show", f"{review}/sign", verdict="partly", recommendation="Mere\nsnart.")
    assert shown.status_code == HTTPStatus.OK
    digest = re.search(r'name="sha256" value="([0-9a-f]{64})"', shown.text)
    assert digest
    typed = {"verdict": "partly", "recommendation": "Mere\nsnart."}
    other = signe.post(f"{review}/sign/confirm", f"{review}/sign", **typed | {"sha256": "0" * 64})
    assert other.status_code == HTTPStatus.CONFLICT
    assert "Ingen har skrevet under endnu." in text_of(signe.get(review))
    done = signe.post(f"{review}/sign/confirm", f"{review}/sign", **typed | {"sha256": digest[1]})
    assert done.headers["location"] == f"{review}#signed"
    page = text_of(signe.get(review))
    assert "Delvist verificeret" in page
    assert "Underskriften holder" in page
    report = signe.get(f"{review}/report", lang="en")
    assert digest[1] in report.text
    assert "The same as in the journals now" in text_of(report)


def test_questions_of_all_reviews_are_collected_until_they_are_answered(stories: ToldStories, rigmor: Browser) -> None:
    for story in ("accepted", "declined"):
        review = at(stories, story)
        asked = rigmor.post(f"{review}/remarks", review, kind="question", item="1.6", text=f"Hvem ejer {story}?")
        assert asked.status_code == HTTPStatus.SEE_OTHER
    page = text_of(rigmor.get("/questions"))
    assert "fra alle gennemgange: 2." in page
    review = at(stories, "accepted")
    assert rigmor.post(f"{review}/reply", review, number="1", text="Staten.").status_code == HTTPStatus.SEE_OTHER
    page = text_of(rigmor.get("/questions"))
    assert "Hvem ejer accepted?" not in page
    assert "Hvem ejer declined?" in page
    empty = rigmor.post(f"{review}/remarks", review, kind="question", text=" ")
    assert empty.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_whoever_may_only_read_sees_everything_and_has_no_buttons(stories: ToldStories, app: FastAPI) -> None:
    leif, review = browser_of(app, READER), at(stories, "accepted")
    for path in (review, f"{review}/parts/oots", f"{review}/report", "/reviews", "/questions"):
        page = leif.get(path)
        assert page.status_code == HTTPStatus.OK
        assert not re.search(r"action=\"/exchanges/[^\"]*review", page.text), path
    refused = leif.post(f"{review}/claim", "/reviews")
    assert refused.status_code == HTTPStatus.FORBIDDEN


def test_the_report_lists_every_item_in_both_languages(stories: ToldStories, rigmor: Browser) -> None:
    review = at(stories, "accepted")
    for lang in ("da", "en"):
        page = text_of(rigmor.get(f"{review}/report", lang=lang))
        for item in catalogue().item.values():
            if item.title:
                assert (item.title.da if lang == "da" else item.title.en) in page


def test_a_review_is_no_look_but_looking_at_it_is(stories: ToldStories, rigmor: Browser) -> None:
    review = at(stories, "open")
    claimed(rigmor, review)
    rigmor.get(f"{review}/parts/jura")
    page = rigmor.get("/looks", exchange=stories.exchanges["open"])
    assert page.status_code == HTTPStatus.OK
    assert "review, jura" in page.text
    released(rigmor, review)


def test_no_form_counts_without_its_token(stories: ToldStories, signe: Browser) -> None:
    review = at(stories, "refused")
    acts = ("queue", "claim", "release", "remarks", "reply", "parts/jura/save", "sign/show", "sign/confirm")
    for act in acts:
        assert signe.client.post(f"{review}/{act}").status_code == HTTPStatus.FORBIDDEN, act
    claimed(signe, review)
    released(signe, review)


def test_what_does_not_exist_is_not_found(stories: ToldStories, rigmor: Browser) -> None:
    review = at(stories, "accepted")
    assert rigmor.get(f"{review}/parts/jura").status_code == HTTPStatus.OK
    unknown = "/exchanges/00000000-0000-4000-8000-00000000ffff/review"
    for path in (unknown, f"{unknown}/report", f"{unknown}/parts/jura", f"{review}/parts/elsewhere"):
        assert rigmor.get(path).status_code == HTTPStatus.NOT_FOUND, path


@pytest.mark.parametrize("wrong", ["x" * (MOST_RECOMMENDATION + 1), "Om 010190-1234."], ids=["too long", "of a person"])
def test_what_may_not_be_shown_for_signing_is_not_signed_either(
    stories: ToldStories, signe: Browser, wrong: str
) -> None:
    """The last step is held to what the one before it was, whatever its hidden fields say by then."""
    review = at(stories, "refused")
    claimed(signe, review)

    def signed(recommendation: str) -> httpx.Response:
        typed = {"verdict": "partly", "recommendation": recommendation}
        moved = signe.post(f"{review}/sign/confirm", f"{review}/sign", **typed, sha256="0" * 64)
        digest = re.search(r'name="sha256" value="([0-9a-f]{64})"', moved.text)
        return signe.post(f"{review}/sign/confirm", f"{review}/sign", **typed, sha256=digest[1] if digest else "0" * 64)

    before = text_of(signe.get(review)).count("Underskriften holder")
    refused = signed(wrong)
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert '<a href="#recommendation">' in refused.text
    assert text_of(signe.get(review)).count("Underskriften holder") == before
    assert signed("x" * MOST_RECOMMENDATION).headers["location"] == f"{review}#signed"


def test_every_answer_to_a_form_that_shows_the_review_is_written_down_as_a_look(
    stories: ToldStories, rigmor: Browser, signe: Browser
) -> None:
    review = at(stories, "open")
    claimed(signe, review)
    wordless = {"answer-2.2": "deviates", "explanation-2.2": ""}
    sign = {"verdict": "partly", "recommendation": "Mere."}

    def told_by(answer: Callable[[], httpx.Response]) -> tuple[int, list[str]]:
        before = len(looks(stories, "open"))
        status = answer().status_code
        return status, looks(stories, "open")[before:]

    csrf = {"csrf": signe.csrf(review)}
    assert told_by(lambda: signe.client.post(f"{review}/parts/strategi/save", data=csrf | wordless)) == (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        ["review, strategi"],
    )
    assert told_by(
        lambda: signe.client.post(
            f"{review}/parts/strategi/save", data=csrf | {"version": "7", "answer-2.2": "follows"}
        )
    ) == (HTTPStatus.CONFLICT, ["review, strategi"])
    assert told_by(lambda: signe.client.post(f"{review}/sign/show", data=csrf | sign)) == (
        HTTPStatus.OK,
        ["review, the text to be signed"],
    )
    assert told_by(lambda: signe.client.post(f"{review}/sign/show", data=csrf)) == (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        ["review, signing"],
    )
    assert told_by(lambda: signe.client.post(f"{review}/sign/confirm", data=csrf | sign)) == (
        HTTPStatus.CONFLICT,
        ["review, the text to be signed"],
    )
    other = {"csrf": rigmor.csrf(review)}
    assert told_by(lambda: rigmor.client.post(f"{review}/claim", data=other)) == (
        HTTPStatus.CONFLICT,
        ["review, after a refusal"],
    )
    assert told_by(lambda: signe.client.post(f"{review}/release", data=csrf)) == (HTTPStatus.SEE_OTHER, [])


def looks(stories: ToldStories, story: str) -> list[str]:
    """What has been looked at of an exchange, first to last."""
    entries = journal_of(stories.folder / "inspector")
    return [entry.look.what for entry in entries if entry.look and entry.exchange_id == stories.exchanges[story]]
