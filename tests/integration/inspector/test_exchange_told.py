"""One exchange: its story, its drawing, its checks and what can be taken along."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from oots.exchange.journal import Entry, JournalEntry
from oots.exchange.journals import JournalOf, Journals, Line
from oots.inspector.laid_open import LaidOpen, Message, lay_open
from oots.inspector.stayed import why_stayed
from oots.inspector.story.cast import Cast, Lane
from oots.inspector.story.checks import Check, Judged, Worth, judged
from oots.inspector.story.diagram import Diagram, described, folded, mermaid, svg
from oots.inspector.story.steps import Step, steps_of
from oots.inspector.story.telling import Answered, tell
from oots.model.issuing import ByHand
from oots.provider.casework import Decision
from oots.trust.anchors import TrustAnchors
from oots.trust.authority import TRUST_FILE
from oots.web.words import Words
from oots.wire import request
from oots.wire.xml import parse
from tests.support.dossiers import flipped
from tests.support.inspector import READER, Browser, ToldTown, inspector_over, inspector_settings, told_town
from tests.support.three_sides import make_keys_of_three, three_sides
from tests.support.two_sides import SOLVEJ, START, FakeSource, two_sides

HONEST = dict.fromkeys(Check, Worth.PASSED) | {Check.RULES: Worth.NOTED}
"""The requests of these two sides break one rule that warns (R-EDM-REQ-S014)."""
PERSONAL = ("Solvej", "Prøvesen", "0f6b2c1d", "1984", "Åboulevarden")


NOTHING = Words("", "")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToldTown]:
    with told_town(tmp_path_factory.mktemp("told")) as town:
        yield town


@pytest.fixture(scope="module")
def exchange(told: ToldTown) -> LaidOpen:
    return laid_open(told.folder, told.exchange_id)


@pytest.fixture(scope="module")
def browser(told: ToldTown, tmp_path_factory: pytest.TempPathFactory) -> Browser:
    settings = inspector_settings(told.folder, state=tmp_path_factory.mktemp("inspector"))
    browser = Browser(inspector_over(settings))
    browser.sign_in(READER)
    return browser


def laid_open(folder: Path, exchange_id: str, **sides: str) -> LaidOpen:
    """The journals below `folder`; `sides` names the folder of a service that is called otherwise."""
    named = sides or {"requester": "requester", "provider": "provider"}
    found = lay_open(Journals([JournalOf(name, folder / side) for name, side in named.items()]), exchange_id)
    assert found is not None
    return found


def steps(exchange: LaidOpen) -> tuple[Step, ...]:
    return steps_of(exchange, Cast(exchange))


def test_the_story_has_every_step_in_order(exchange: LaidOpen) -> None:
    assert [(step.title.english, step.way.english) for step in steps(exchange)] == [
        ("Explicit request", "The person → The portal"),
        ("Who has the evidence?", "The portal → The EU's directories"),
        ("Request for evidence", "The portal → The authority"),
        ("Exactly one person found", "The authority"),
        ("Answer: the person is to see the evidence first", "The authority → The portal"),
        ("Second request, for the preview", "The portal → The authority"),
        ("Preview opened", "The person → The authority"),
        ("The person's decision: yes to sending", "The person → The authority"),
        ("Response with evidence", "The authority → The portal"),
        ("Copy of the files deleted", "The authority"),
    ]


def test_five_questions_are_answered_on_the_page(told: ToldTown, browser: Browser) -> None:
    page = text_of(browser.get(f"/exchanges/{told.exchange_id}", lang="en").text)
    for said in (
        "The fictive registration authority (Lithuania) asked Aarhus Kommune (Denmark) for “Residence certificate”.",
        "The request names procedure V1: registering a change of address, under Article 14 of Regulation (EU) "
        "2018/1724. It says that the person explicitly asked for it (paragraph 7). "
        "It is to show: Proof of domicile address.",
        "The person saw 2 files at Aarhus Kommune and agreed to send 2 files.",
        "The “Residence certificate” went to Lithuania: 2 files.",
        "Each message (4 in all) is signed by the server that sent it",
    ):
        assert said in page, said


def test_the_drawing_and_the_timeline_say_the_same(told: ToldTown, exchange: LaidOpen, browser: Browser) -> None:
    page = browser.get(f"/exchanges/{told.exchange_id}", lang="en").text
    drawn = re.search(r'<desc id="lanes-desc">(.*?)</desc>', page, re.DOTALL)
    assert drawn is not None
    titles = re.findall(r'<h3 class="timeline-title">(.*?)</h3>\s*<p class="timeline-way">(.*?)</p>', page, re.DOTALL)
    in_words = [f"{text_of(title)}: {text_of(way)}" for title, way in titles]
    plain = [re.sub(r" \(.*\)$", "", line) for line in unescape(drawn[1]).split("\n")]
    assert len(plain) == len(in_words) == len(steps(exchange))
    assert all(told.startswith(line) for line, told in zip(plain, in_words, strict=True))


def test_only_those_who_take_part_have_a_lane(exchange: LaidOpen) -> None:
    lanes = drawing(exchange).lanes
    assert lanes == tuple(lane for lane in Lane if lane is not Lane.INTERMEDIARY)
    assert Cast(exchange).party(Lane.PROVIDER_POINT) == "AP_DK_01"


def test_the_drawing_is_an_image_with_its_links_beside_it(exchange: LaidOpen) -> None:
    drawn = parse(str(svg(replace(drawing(exchange), links="/exchanges/x/messages/"))).encode())
    name = "{http://www.w3.org/2000/svg}"
    (image,) = drawn.findall(f"{name}g")
    assert image.get("role") == "img"
    assert [child.tag for child in image[:2]] == [f"{name}title", f"{name}desc"]
    assert image.find(f".//{name}a") is None
    assert [link.get("href") for link in drawn.findall(f"{name}a")] == [
        f"/exchanges/x/messages/{number}" for number in (1, 2, 3, 4)
    ]


def test_a_step_is_shown_with_what_came_before_and_ways_on(told: ToldTown, browser: Browser) -> None:
    at = f"/exchanges/{told.exchange_id}/steps"
    third = browser.get(f"{at}/3", lang="en").text
    assert "asked Aarhus Kommune for “Residence certificate” for registering a change of address." in text_of(third)
    assert f'rel="prev" href="{at}/2"' in third
    assert f'rel="next" href="{at}/4"' in third
    assert "3. Request for evidence" in third
    assert "4. Exactly one person found" not in third
    last = browser.get(f"{at}/10")
    assert last.status_code == 200
    assert 'rel="next"' not in last.text
    assert browser.get(f"{at}/11").status_code == 404
    assert browser.get(f"{at}/0").status_code == 400


@pytest.mark.parametrize("ending", ["svg", "mmd", "ndjson"])
def test_what_is_taken_along_stands_alone_and_names_nobody(told: ToldTown, browser: Browser, ending: str) -> None:
    answer = browser.get(f"/exchanges/{told.exchange_id}.{ending}")
    assert answer.headers["content-disposition"].startswith(
        f'attachment; filename="exchange-{told.exchange_id}.{ending}"'
    )
    assert "Aarhus" in answer.text or "55133018" in answer.text
    assert [word for word in PERSONAL if word in answer.text.replace(told.exchange_id, "")] == []
    assert "href" not in answer.text


def test_the_lines_are_those_of_both_journals_and_know_their_step(told: ToldTown, browser: Browser) -> None:
    lines = [json.loads(line) for line in browser.get(f"/exchanges/{told.exchange_id}.ndjson").text.splitlines()]
    assert {line["service"] for line in lines} == {"requester", "provider"}
    assert {line["step"] for line in lines} == set(range(3, 11))
    (sent,) = (line for line in lines if line["entry"] == "response-sent")
    assert len(sent["evidence"]) == 2
    assert "document" not in sent


def test_mermaid_text_has_a_line_for_each_arrow(exchange: LaidOpen) -> None:
    lines = mermaid(drawing(exchange)).splitlines()
    assert lines[0] == "sequenceDiagram"
    assert sum("->>" in line and "3. Request for evidence" in line for line in lines) == 3
    assert "    requester_point-->>provider_point: 9. receipt" in lines
    assert "    Note over authority: 4. Exactly one person found" in lines


# --- the checks ---


def test_an_honest_exchange_passes_all_five(told: ToldTown, exchange: LaidOpen) -> None:
    found = judged(exchange, told.town.anchors)
    assert {each.check: each.worth for each in found.overall} == HONEST
    assert found.is_proven


def changed(exchange: LaidOpen, number: int, **changes: object) -> LaidOpen:
    def one(message: Message) -> Message:
        return replace(message, **changes) if message.number == number else message  # type: ignore[arg-type]  # fields

    return replace(exchange, messages=tuple(map(one, exchange.messages)))


def worth(found: Judged, number: int, check: Check) -> Worth:
    return next(each.worth for each in found.by_message[number] if each.check is check)


def test_each_change_of_the_bytes_fails_its_own_check(told: ToldTown, exchange: LaidOpen) -> None:
    first, last = exchange.messages[0], exchange.messages[3]
    anchors = told.town.anchors
    other = first.document.replace(b"Solvej", b"Solvey")
    for changes, check, expected in (
        ({"document": other}, Check.SIGNATURE, Worth.FAILED),
        ({"envelope": flipped(first.envelope)}, Check.SIGNATURE, Worth.FAILED),
        (
            {"document": first.document.replace(b"ExplicitRequestGiven", b"ExplicitRequestTaken")},
            Check.RULES,
            Worth.FAILED,
        ),
        ({"document": first.document.replace(b"QueryRequest", b"QueryRequist")}, Check.SCHEMA, Worth.FAILED),
        ({"document": last.document}, Check.PAIRS, Worth.FAILED),
        ({"receipt": last.receipt}, Check.RECEIPT, Worth.FAILED),
        ({"receipt": None}, Check.RECEIPT, Worth.MISSING),
    ):
        found = judged(changed(exchange, 1, **changes), anchors)
        assert worth(found, 1, check) is expected, (check, list(changes))
        assert not found.is_proven


def test_what_does_not_hold_is_said(told: ToldTown, exchange: LaidOpen) -> None:
    without = proof(changed(exchange, 4, receipt=None), told)
    another = proof(changed(exchange, 4, receipt=exchange.messages[0].receipt), told)
    forged = proof(changed(exchange, 1, document=flipped(exchange.messages[0].document)), told)
    assert [found.badge for found in (without, another, forged)] == [
        ("delvist", "in part"),
        ("delvist", "in part"),
        ("nej", "no"),
    ]
    alone = proof(replace(exchange, messages=changed(exchange, 1, receipt=None).messages[:1]), told)
    assert alone.answer.english.startswith("Each message (1 in all) is signed by its sender, but 1 lacks")
    for found in (without, another):
        assert found.answer.english.endswith("but 1 lacks a valid receipt of the receiver.")


def proof(exchange: LaidOpen, told: ToldTown) -> Answered:
    return tell(exchange, steps(exchange), Cast(exchange), judged(exchange, told.town.anchors)).answers[4]


# --- other endings ---


def test_who_says_no_sends_nothing(tmp_path: Path, demo_keys: Path) -> None:
    town = two_sides(tmp_path, demo_keys)
    with closing(town.requester_store), closing(town.provider_store):
        exchange_id = town.ask()
        token = town.to_preview(exchange_id)
        town.clock.advance(timedelta(seconds=1))
        assert town.space.admit(token, SOLVEJ)
        town.space.decide(token, [])
        town.run()
        exchange = laid_open(tmp_path, exchange_id)
    told = tell(exchange, steps(exchange), Cast(exchange), judged(exchange, town.anchors))
    badges = [each.badge and each.badge.english for each in told.answers[2:]]
    assert badges == ["no, says Aarhus Kommune", "no evidence", "yes, for the messages"]
    assert told.answers[3].answer.english == (
        "No evidence. Only 2 answers went to Lithuania: a link to the preview and word that nothing is sent. The link "
        "went before the person chose, and shows that exactly one person was found."
    )
    assert told.proofs[0].says.english.endswith("No evidence came along.")


def test_what_waits_for_a_caseworker_says_so_until_it_is_decided(tmp_path: Path, demo_keys: Path) -> None:
    by_hand = ByHand(START + timedelta(days=14), "the register cannot decide it")
    town = two_sides(tmp_path, demo_keys, FakeSource(issue_result=by_hand))
    with closing(town.provider_store), closing(town.requester_store):
        exchange_id = town.ask()
        waiting = why_stayed(laid_open(tmp_path, exchange_id))
        town.clock.advance(timedelta(hours=1))
        (case,) = town.casework.cases()
        town.casework.decide(case.case_id, Decision.REFUSE)
        refused = why_stayed(laid_open(tmp_path, exchange_id))
    assert waiting.why.english == "A caseworker must look at the case first; ask again after that."
    assert refused.why.english == "A caseworker decided that nothing is issued."


def test_evidence_for_which_no_receipt_came_is_not_said_to_have_stayed(told: ToldTown, exchange: LaidOpen) -> None:
    (sent,) = exchange.of(Entry.RESPONSE_SENT)
    given_up = JournalEntry(
        exchange.lines[-1].entry.at + timedelta(hours=1),
        Entry.DELIVERY_FAILED,
        exchange_id=exchange.exchange_id,
        message_id=sent.entry.message_id,
    )
    in_vain = replace(exchange, lines=(*exchange.lines, Line(sent.service, exchange.lines[-1].number + 1, given_up)))
    stories = [tell(each, steps(each), Cast(each), judged(each, told.town.anchors)) for each in (exchange, in_vain)]
    assert [(each.answers[3].badge or NOTHING).english for each in stories] == ["sent", "not known"]
    assert stories[0].sentence.english.endswith("2 files were sent to Lithuania.")
    assert stories[1].sentence.english.endswith("Whether it arrived is not known.")


def test_what_no_signature_proves_is_said_beside_what_is_proven(told: ToldTown, exchange: LaidOpen) -> None:
    cast = Cast(exchange)
    found = tell(exchange, steps(exchange), cast, judged(exchange, told.town.anchors))
    assert "2 files came along. What they hold is not in the journals" in found.proofs[0].says.english
    assert (
        "AP_LT_01 (the access point of the fictive registration authority) and 2 by AP_DK_01 (the access point of"
        in found.proofs[1].says.english
    )
    seen, asked, absent, played = (each.english for each in found.rests)
    assert seen.startswith(
        "What the person saw and chose (steps 7 and 8) stands in the journal of Aarhus Kommune alone."
    )
    assert "explicitly asked is what the fictive registration authority says" in asked
    assert absent.startswith(
        "The journals alone say that nothing else was sent, that exactly one person was found and that copies were "
        "deleted. "
    )
    assert "Aarhus Kommune are played by the prototype" in played


def test_only_what_an_exchange_tells_is_said_to_rest_on_somebodys_word(told: ToldTown, exchange: LaidOpen) -> None:
    """Without a preview, a match, a deletion and an explicit request two sentences are left."""
    (asked, *_) = exchange.requests
    unasked = changed(exchange, 1, document=request.encode(replace(asked, explicit_request_given=False)))
    bare = replace(unasked, lines=exchange.of(Entry.REQUEST_SENT, Entry.EXCEPTION_SENT))
    found = tell(bare, steps(bare), Cast(bare), judged(bare, told.town.anchors))
    assert "lawful only where Union or national law says so (paragraph 4)" in found.answers[1].answer.english
    absent, played = (each.english for each in found.rests)
    assert absent.startswith("The journals alone say that nothing else was sent. ")
    assert "are played by the prototype" in played


def test_the_border_lies_between_the_access_points_and_a_narrow_drawing_keeps_it(exchange: LaidOpen) -> None:
    wide = drawing(exchange)
    narrow = folded(wide)
    assert narrow.lanes == (Lane.CITIZEN, Lane.PORTAL, Lane.AUTHORITY)
    for each in (wide, narrow):
        drawn = str(svg(each))
        assert drawn.count(">Lithuania<") == drawn.count(">Denmark<") == 1
    assert "narrow-lanes" in str(svg(narrow))


def test_a_request_that_comes_again_is_an_arrow_that_ends_at_the_access_point(exchange: LaidOpen) -> None:
    first = exchange.messages[0]
    (received,) = (line for line in first.lines if line.entry.entry is Entry.REQUEST_RECEIVED)
    again = replace(received, entry=replace(received.entry, entry=Entry.DUPLICATE_RECEIVED))
    message = replace(first, lines=(again,), receipt=None)
    step = steps(LaidOpen(exchange.exchange_id, (again,), (message,)))[-1]
    assert (step.title.english, step.failed) == ("Same message received again", False)
    assert step.path == (Lane.PORTAL, Lane.REQUESTER_POINT, Lane.PROVIDER_POINT)
    assert "not acted on twice" in step.says.english


def test_where_denmark_asks_nothing_but_the_request_leaves_it(told: ToldTown, exchange: LaidOpen) -> None:
    judgement = judged(exchange, told.town.anchors)
    assert tell(exchange, steps(exchange), Cast(exchange), judgement).answers[3].badge == ("sendt", "sent")
    cast = Cast(exchange)
    vars(cast).update(provider_country="LT", requester_country="DK")
    left = tell(exchange, steps(exchange), cast, judgement).answers[3]
    assert left.badge == ("kun anmodningen", "the request alone")
    assert left.answer.english.endswith("2 files came here from Lithuania.")


def test_an_intermediary_has_a_lane_and_messages_of_its_own(tmp_path: Path) -> None:
    town = three_sides(tmp_path, make_keys_of_three(tmp_path / "keys"))
    with closing(town):
        exchange_id = town.ask()
        town.run()
        exchange = laid_open(tmp_path, exchange_id, requester="lt", provider="dk", intermediary="nat")
    assert Lane.INTERMEDIARY in drawing(exchange).lanes
    found = judged(exchange, TrustAnchors.from_pem((town.keys / TRUST_FILE).read_bytes()))
    assert {each.check: each.worth for each in found.overall} == HONEST
    ways = [step.way.english for step in steps(exchange) if step.message]
    assert ways == [
        "The portal → The intermediary",
        "The intermediary → The authority",
        "The authority → The intermediary",
        "The intermediary → The portal",
    ]


def drawing(exchange: LaidOpen) -> Diagram:
    found = steps(exchange)
    return Diagram(found, found, Cast(exchange), "en")


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_a_drawing_in_words_counts_what_is_shown(exchange: LaidOpen) -> None:
    assert described(steps(exchange)[:1], "en") == (
        "1. Explicit request: The person → The portal (inferred from the request)",
    )
