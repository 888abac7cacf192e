"""The portal as a person meets it: each step, each ending, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from oots.exchange.conversation import RequesterState
from oots.model.text import Text
from oots.requester import evidence_pages
from oots.requester.answers import GET_ONLY
from tests.support.pages import (
    EXCHANGE,
    OTHER,
    PDF,
    PORTAL,
    PREVIEW,
    TOKEN,
    XML,
    Portal,
    available_from,
    finding,
    portal,
)
from tests.support.web import NOON, client_of

CASE = "/cases/change-of-address"
PAGE = f"/evidence/{EXCHANGE}"


@pytest.fixture
def house() -> Portal:
    return portal()


@pytest.fixture
def visitor(house: Portal) -> httpx.Client:
    return client_of(house.app, PORTAL)


@pytest.fixture
def maria(house: Portal, visitor: httpx.Client) -> httpx.Client:
    sign_in(house, visitor, "maria")
    return visitor


def sign_in(house: Portal, visitor: httpx.Client, who: str) -> httpx.Response:
    house.sign_in.chosen = who
    visitor.get(f"{CASE}/signin")
    return visitor.get("/signin/callback")


def field(page: httpx.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, name
    return found[1]


def explicit_request(page: httpx.Response) -> dict[str, str]:
    return {name: field(page, name) for name in ("csrf", "attempt", "service")} | {"explicit": "given"}


def token_of(visitor: httpx.Client) -> str:
    return field(visitor.get(PAGE), "csrf")


# --- the case and the sign-in ---


def test_the_front_page_offers_each_case_in_both_languages(visitor: httpx.Client) -> None:
    danish, english = visitor.get("/").text, visitor.get("/?lang=en").text
    assert "Flyt til Litauen: anmeld din nye adresse" in danish
    assert "Trin 1 af 5" in danish
    assert "Move to Lithuania: register your address" in english
    assert "voluntary" in english


def test_an_unknown_case_is_not_found(visitor: httpx.Client) -> None:
    assert visitor.get(CASE).status_code == 200
    assert visitor.get("/cases/none").status_code == 404
    assert visitor.get("/cases/none/upload").status_code == 404


def test_nothing_is_explained_before_the_sign_in(house: Portal, visitor: httpx.Client) -> None:
    asked = visitor.get(f"{CASE}/request")
    assert (asked.status_code, asked.headers["location"]) == (303, CASE)
    assert sign_in(house, visitor, "maria").headers["location"] == f"{CASE}/request"
    assert visitor.get(f"{CASE}/request").status_code == 200


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [("cancelled", 400, "Du afbrød login"), ("refused", 400, "ikke logget ind"), ("unreachable", 503, "svarer ikke")],
)
def test_a_failed_sign_in_is_told_and_can_be_tried_again(
    house: Portal, visitor: httpx.Client, kind: str, status: int, words: str
) -> None:
    address = sign_in(house, visitor, kind).headers["location"]
    for _ in range(2):
        page = visitor.get(address)
        assert page.status_code == status
        assert words in page.text
        assert f'href="{CASE}/signin"' in page.text


def test_who_is_signed_in_already_can_go_on_after_a_sign_in_that_failed(house: Portal, maria: httpx.Client) -> None:
    page = maria.get(sign_in(house, maria, "refused").headers["location"])
    assert page.status_code == 400
    assert "Du er stadig logget ind" in page.text
    assert f'href="{CASE}/request"' in page.text


def test_signing_out_forgets_the_person(maria: httpx.Client) -> None:
    page = maria.get(f"{CASE}/request")
    assert "Maria Jensen" in page.text
    assert maria.post("/signout", data={"csrf": field(page, "csrf")}).status_code == 303
    assert maria.get(f"{CASE}/request").status_code == 303


# --- the explicit request ---


def test_the_person_learns_what_is_fetched_from_whom_and_why(maria: httpx.Client) -> None:
    page = maria.get(f"{CASE}/request").text
    for told in ("Bopælsattest", "Aarhus Kommune", "Bevis for bopælsadresse", "PDF", "frivilligt", "2018/1724"):
        assert told in page
    assert "forhåndsvisning" in page


def test_the_box_is_not_ticked_beforehand(maria: httpx.Client) -> None:
    page = maria.get(f"{CASE}/request").text
    assert 'id="explicit"' in page
    assert "checked" not in page


def test_a_request_without_the_tick_is_not_sent(house: Portal, maria: httpx.Client) -> None:
    form = explicit_request(maria.get(f"{CASE}/request"))
    refused = maria.post(f"{CASE}/request", data={**form, "explicit": ""})
    assert refused.status_code == 422
    assert "Sæt først kryds" in refused.text
    assert f'href="{CASE}/request?lang=en"' in refused.text
    assert house.service.asked == []
    sent = maria.post(f"{CASE}/request", data=form)
    assert (sent.status_code, len(house.service.asked)) == (303, 1)


def test_a_request_without_the_session_token_is_refused(house: Portal, maria: httpx.Client) -> None:
    form = explicit_request(maria.get(f"{CASE}/request"))
    assert maria.post(f"{CASE}/request", data={**form, "csrf": "other"}).status_code == 403
    assert house.service.asked == []
    assert maria.post(f"{CASE}/request", data=form).status_code == 303


def test_a_form_sent_twice_asks_once(house: Portal, maria: httpx.Client) -> None:
    form = explicit_request(maria.get(f"{CASE}/request"))
    first, second = (maria.post(f"{CASE}/request", data=form) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert len(house.service.asked) == 1
    maria.post(f"{CASE}/request", data=explicit_request(maria.get(f"{CASE}/request")))
    assert len(house.service.asked) == 2


def test_a_form_is_not_remembered_under_a_name_of_any_length(house: Portal, maria: httpx.Client) -> None:
    form = explicit_request(maria.get(f"{CASE}/request"))
    assert maria.post(f"{CASE}/request", data=form | {"attempt": "x" * 65}).status_code == 400
    assert house.service.asked == []
    assert maria.post(f"{CASE}/request", data=form).status_code == 303


def test_a_form_that_another_tab_made_too_old_leads_back_to_its_page(house: Portal, maria: httpx.Client) -> None:
    form = explicit_request(maria.get(f"{CASE}/request"))
    sign_in(house, maria, "maria")
    stale = maria.post(f"{CASE}/request", data=form)
    assert (stale.status_code, "Siden var blevet for gammel" in stale.text) == (403, True)
    assert f'href="{CASE}"' in stale.text
    assert house.service.asked == []
    assert maria.get(CASE).headers["location"] == f"{CASE}/request"


def test_one_of_several_providers_is_chosen(house: Portal, maria: httpx.Client) -> None:
    house.directories.findings = (finding(), finding("AP_DK_02", (Text("DA", "Odense Kommune"),)))
    page = maria.get(f"{CASE}/request")
    assert "Odense Kommune" in page.text
    form = {name: field(page, name) for name in ("csrf", "attempt")} | {"explicit": "given"}
    assert maria.post(f"{CASE}/request", data=form).status_code == 422
    chosen = {"service": "4f0c9b1e-8d52-4e0b-a7b6-52c1d94e7a10@AP_DK_02@55133018"}
    assert maria.post(f"{CASE}/request", data=form | chosen).status_code == 303


def test_silent_directories_give_a_page_with_the_other_way(
    house: Portal, maria: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    assert maria.get(f"{CASE}/request").status_code == 200
    assert caplog.messages == []
    house.directories.reachable = False
    page = maria.get(f"{CASE}/request")
    assert page.status_code == 503
    assert "svarer ikke i øjeblikket" in page.text
    assert "Prøv igen" in page.text
    assert f"{CASE}/upload" in page.text
    assert caplog.messages == ["the directories do not answer for the case change-of-address: PeerError"]


def test_directories_that_know_nobody_are_no_reason_to_try_again(
    house: Portal, maria: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    assert "Hent dokumentationen" in maria.get(f"{CASE}/request").text
    house.directories.findings = ()
    page = maria.get(f"{CASE}/request")
    assert page.status_code == 200
    assert "Katalogerne kender ingen myndighed" in page.text
    assert "Prøv igen" not in page.text
    assert f"{CASE}/upload" in page.text
    assert caplog.messages == ["the directories know nobody who provides for the case change-of-address"]


def test_a_weak_sign_in_is_warned_of(house: Portal, visitor: httpx.Client) -> None:
    sign_in(house, visitor, "maria")
    assert "ikke sikkert nok" not in visitor.get(f"{CASE}/request").text
    sign_in(house, visitor, "weak")
    assert "ikke sikkert nok" in visitor.get(f"{CASE}/request").text


# --- the exchange belongs to the person ---


def test_an_exchange_of_another_person_is_not_found(house: Portal, maria: httpx.Client) -> None:
    house.service.stand(RequesterState.DELIVERED)
    assert maria.get(PAGE).status_code == 200
    assert maria.get(f"{PAGE}/documents/0").status_code == 200
    house.service.stand(RequesterState.DELIVERED, person=OTHER)
    assert maria.get(PAGE).status_code == 404
    for part in ("/documents/0", "/documents/1/pages/0"):
        assert maria.get(PAGE + part).status_code == 404


def test_deeds_on_an_exchange_of_another_person_are_not_found(house: Portal, maria: httpx.Client) -> None:
    house.service.stand(RequesterState.DELIVERED)
    csrf = token_of(maria)
    house.service.stand(RequesterState.DELIVERED, person=OTHER)
    for deed in ("/finish", "/preview"):
        assert maria.post(PAGE + deed, data={"csrf": csrf}).status_code == 404
    assert house.service.calls == []
    house.service.stand(RequesterState.DELIVERED)
    assert maria.post(f"{PAGE}/finish", data={"csrf": csrf}).status_code == 303
    assert house.service.calls == ["finish"]


def test_an_unknown_exchange_is_not_found(maria: httpx.Client) -> None:
    assert maria.get(PAGE).status_code == 404
    assert maria.get("/evidence/nonsense").status_code == 404
    assert maria.get("/return/nonsense").status_code == 404


def test_whoever_is_not_signed_in_is_asked_to_and_sees_nothing(house: Portal, visitor: httpx.Client) -> None:
    house.service.stand(RequesterState.DELIVERED)
    page = visitor.get(PAGE)
    assert page.status_code == 403
    assert "Bopælsattest" not in page.text
    assert visitor.get(f"{PAGE}/documents/0").status_code == 404
    visitor.get(f"{PAGE}/signin")
    assert visitor.get("/signin/callback").headers["location"] == PAGE
    assert visitor.get(PAGE).status_code == 200


# --- waiting and preview ---


def test_waiting_refreshes_until_it_is_turned_off(house: Portal, maria: httpx.Client) -> None:
    house.service.stand(RequesterState.REQUESTED)
    assert maria.get(PAGE).headers["refresh"] == "1"
    assert "refresh" not in maria.get(f"{PAGE}?refresh=off").headers


def test_the_offer_speaks_the_language_of_the_person(house: Portal, maria: httpx.Client) -> None:
    house.service.stand(RequesterState.PREVIEW_OFFERED)
    assert "Se og godkend" in maria.get(PAGE).text
    assert "Check and approve" in maria.get(f"{PAGE}?lang=en").text
    assert house.service.calls == []


def test_people_are_told_the_provider_s_limit_not_the_portal_s_own(house: Portal, maria: httpx.Client) -> None:
    for state in (RequesterState.REQUESTED, RequesterState.PREVIEW_OFFERED, RequesterState.PREVIEWING):
        house.service.stand(state, deadline=NOON + timedelta(minutes=16))
        page = maria.get(PAGE).text
        assert "24. november 2026 kl. 13.15" in page
        assert "13.16" not in page


def test_a_case_without_preview_has_no_step_for_it(house: Portal, maria: httpx.Client) -> None:
    house.service.stand(RequesterState.DELIVERED)
    page = maria.get(PAGE).text
    assert "Trin 5 af 5" in page
    assert "Se, før der sendes" in page
    for state, step in ((RequesterState.REQUESTED, 3), (RequesterState.DELIVERED, 4), (RequesterState.FINISHED, 4)):
        house.service.stand(state, case="test", evidence_deleted_at=NOON)
        page = maria.get(PAGE).text
        assert f"Trin {step} af 4" in page
        assert "Se, før der sendes" not in page


def test_english_pages_add_the_english_name_of_a_document(house: Portal, maria: httpx.Client) -> None:
    house.service.stand(RequesterState.DELIVERED)
    assert "– Residence certificate" not in maria.get(PAGE).text
    assert '<span lang="da">Bopælsattest</span> – Residence certificate' in maria.get(f"{PAGE}?lang=en").text


def test_going_to_the_preview_leads_to_the_provider_however_often(house: Portal, maria: httpx.Client) -> None:
    house.service.stand(RequesterState.PREVIEW_OFFERED)
    csrf = token_of(maria)
    for _ in range(2):
        sent = maria.post(f"{PAGE}/preview", data={"csrf": csrf})
        assert (sent.status_code, sent.headers["location"]) == (303, f"{PREVIEW}/p/{TOKEN}")


def test_a_preview_that_is_over_leads_back_to_the_exchange(house: Portal, maria: httpx.Client) -> None:
    house.service.stand(RequesterState.PREVIEW_OFFERED)
    csrf = token_of(maria)
    house.service.stand(RequesterState.LAPSED)
    assert maria.post(f"{PAGE}/preview", data={"csrf": csrf}).headers["location"] == PAGE


def test_the_way_back_leads_to_the_exchange(maria: httpx.Client) -> None:
    assert maria.get(f"/return/{EXCHANGE}").headers["location"] == PAGE


# --- the evidence ---


def test_the_evidence_is_shown_with_its_seals(house: Portal, maria: httpx.Client) -> None:
    house.service.stand(RequesterState.DELIVERED)
    page = maria.get(PAGE).text
    assert "Segl i orden" in page
    assert "Segl ikke i orden" in page
    assert "the document was changed" in page
    assert "Et segl er ikke i orden" in page
    assert f'src="{PAGE}/documents/1/pages/0"' in page
    assert "Navn / Name: Maria Jensen" in page
    assert "Maria &amp;lt;Jensen&amp;gt;" in page


def test_a_large_document_is_offered_and_not_shown(
    house: Portal, maria: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.service.stand(RequesterState.DELIVERED)
    monkeypatch.setattr(evidence_pages, "MOST_SHOWN", len(XML))
    shown = "Maria &amp;lt;Jensen&amp;gt;"
    assert shown in maria.get(PAGE).text
    monkeypatch.setattr(evidence_pages, "MOST_SHOWN", len(XML) - 1)
    page = maria.get(PAGE).text
    assert (shown in page, "for stort til at blive vist" in page) == (False, True)
    assert maria.get(f"{PAGE}/documents/0").content == XML


def test_downloads_are_the_received_bytes_as_attachments(house: Portal, maria: httpx.Client) -> None:
    house.service.stand(RequesterState.DELIVERED)
    xml, pdf = (maria.get(f"{PAGE}/documents/{number}") for number in (0, 1))
    assert (xml.content, pdf.content) == (XML, PDF)
    assert xml.headers["content-disposition"].startswith("attachment; ")
    assert "filename*=UTF-8''Bop%C3%A6lsattest.pdf" in pdf.headers["content-disposition"]
    assert (pdf.headers["x-content-type-options"], pdf.headers["cache-control"]) == ("nosniff", "no-store")
    assert maria.get(f"{PAGE}/documents/2").status_code == 404


def test_page_images_are_pngs_of_pages_that_exist(house: Portal, maria: httpx.Client) -> None:
    house.service.stand(RequesterState.DELIVERED)
    assert maria.get(f"{PAGE}/documents/1/pages/0").content.startswith(b"\x89PNG")
    assert maria.get(f"{PAGE}/documents/1/pages/1").status_code == 404
    assert maria.get(f"{PAGE}/documents/0/pages/0").status_code == 404


def test_finishing_twice_ends_at_the_receipt(house: Portal, maria: httpx.Client) -> None:
    house.service.stand(RequesterState.DELIVERED)
    csrf = token_of(maria)
    for _ in range(2):
        assert maria.post(f"{PAGE}/finish", data={"csrf": csrf}).status_code == 303
    assert house.service.calls == ["finish"]
    assert "Kvittering" in maria.get(PAGE).text
    assert maria.get(f"{PAGE}/documents/0").status_code == 404


# --- the endings ---


@pytest.mark.parametrize(
    ("state", "more", "words"),
    [
        (RequesterState.NOTHING, {"previewed": True}, "Du valgte ikke at sende"),
        (RequesterState.NOTHING, {"previewed": False}, "ingen dokumentation at sende"),
        (RequesterState.NOTHING, {"previewed": False}, "Måske er du registreret i en anden kommune."),
        (RequesterState.LAPSED, {}, "Tiden løb ud"),
        (RequesterState.UNDELIVERABLE, {}, "ikke få vores besked frem"),
        (RequesterState.DEFERRED, {"available_from": available_from()}, "1. december 2026"),
        (RequesterState.REFUSED, {"error_detail": "R-EDM-ERR-C019: elsewhere"}, "noget ikke stemte"),
        (RequesterState.REFUSED, {"error_detail": GET_ONLY}, "ikke vise dig myndighedens forhåndsvisning"),
        (RequesterState.REFUSED, {"error_code": "EDM:ERR:9999"}, "kunne ikke svare"),
        (RequesterState.REFUSED, {"error_code": "EDM:ERR:0001"}, "identitet kunne ikke bekræftes"),
        (RequesterState.REFUSED, {"error_code": "EDM:ERR:0002"}, "må ikke udlevere"),
        (RequesterState.REFUSED, {"error_code": "EDM:ERR:0003"}, "forespørgsel var ikke i orden"),
        (RequesterState.REFUSED, {"error_code": "EDM:ERR:0004"}, "fandt ikke det"),
        (RequesterState.REFUSED, {"error_code": "EDM:ERR:0006"}, "noget ukendt"),
        (RequesterState.REFUSED, {"error_code": "EDM:ERR:0007"}, "levere på den måde"),
        (RequesterState.REFUSED, {"error_code": "EDM:ERR:0008"}, "register svarede ikke"),
    ],
)
def test_each_ending_is_told_kindly_with_the_other_way(
    house: Portal, maria: httpx.Client, state: RequesterState, more: dict[str, Any], words: str
) -> None:
    house.service.stand(state, **more)
    page = maria.get(PAGE)
    assert page.status_code == 200
    assert words in page.text
    assert f'href="{CASE}/upload"' in page.text
    assert "refresh" not in page.headers


@pytest.mark.parametrize(
    ("state", "more", "again"),
    [
        (RequesterState.NOTHING, {"previewed": True}, True),
        (RequesterState.NOTHING, {"previewed": False}, True),
        (RequesterState.DEFERRED, {"available_from": available_from()}, True),
        (RequesterState.REFUSED, {"error_code": "EDM:ERR:0004"}, True),
        (RequesterState.REFUSED, {"error_code": "EDM:ERR:0007"}, False),
    ],
)
def test_who_may_get_more_another_time_can_begin_again(
    house: Portal, maria: httpx.Client, state: RequesterState, more: dict[str, Any], again: bool
) -> None:
    house.service.stand(state, **more)
    assert (f'href="{PAGE}/again"' in maria.get(PAGE).text) is again


def test_who_has_to_wait_learns_until_when_and_why(house: Portal, maria: httpx.Client) -> None:
    house.service.stand(RequesterState.DEFERRED, available_from=datetime(2026, 11, 30, 23, 30, tzinfo=UTC))
    page = maria.get(PAGE).text
    assert re.search("Spørg igen fra <time[^>]*>1. december 2026 kl. 00.30</time>", page)
    assert "En medarbejder hos myndigheden skal først se på din sag" in page


# --- upload by hand ---


@pytest.mark.parametrize("content", [PDF, b"\x89PNG\r\n\x1a\n...", b"\xff\xd8\xff...", b'<?xml version="1.0"?><a/>'])
def test_a_document_uploaded_by_hand_is_accepted(visitor: httpx.Client, content: bytes) -> None:
    csrf = field(visitor.get(f"{CASE}/upload"), "csrf")
    sent = visitor.post(f"{CASE}/upload", data={"csrf": csrf}, files={"file": ("attest.pdf", content)})
    assert (sent.status_code, sent.headers["location"]) == (303, f"{CASE}/uploaded")
    assert "kasseret" in visitor.get(sent.headers["location"]).text


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("attest.pdf", b"MZ\x90\x00 a program", "hverken PDF"),
        ("attest.pdf", b"<html><script>1</script></html>", "hverken PDF"),
        ("attest.pdf", b"", "Vælg først en fil"),
        ("attest.pdf", b"%PDF-" + bytes(10 * 1024 * 1024), "for stor"),
        ("attest.pdf", b"%PDF-" + bytes(11 * 1024 * 1024), "for stor"),
    ],
)
def test_a_file_of_the_wrong_type_or_size_is_not_accepted(
    visitor: httpx.Client, name: str, content: bytes, words: str
) -> None:
    csrf = field(visitor.get(f"{CASE}/upload"), "csrf")
    refused = visitor.post(f"{CASE}/upload", data={"csrf": csrf}, files={"file": (name, content)})
    assert refused.status_code == 422
    assert words in refused.text
    assert f'href="{CASE}/upload?lang=en"' in refused.text


@pytest.mark.parametrize("length", ["²", "-1", "1e9", "", "9" * 5000])
def test_an_upload_whose_length_is_no_number_is_too_large(visitor: httpx.Client, length: str) -> None:
    csrf = field(visitor.get(f"{CASE}/upload"), "csrf")
    form = {"csrf": csrf}, {"file": ("attest.pdf", PDF)}
    assert visitor.post(f"{CASE}/upload", data=form[0], files=form[1]).status_code == 303
    odd = {"Content-Length": length.encode("latin-1")}
    refused = visitor.post(f"{CASE}/upload", data=form[0], files=form[1], headers=odd)  # type: ignore[arg-type]
    assert (refused.status_code, "for stor" in refused.text) == (422, True)


def test_an_upload_that_never_ends_is_cut_off(visitor: httpx.Client) -> None:
    def without_end(chunks: int) -> Iterator[bytes]:
        yield from [bytes(1024 * 1024)] * chunks

    assert visitor.post(f"{CASE}/upload", content=without_end(99)).status_code == 422
    assert visitor.post(f"{CASE}/upload", content=without_end(101)).status_code == 413


def test_an_upload_without_the_session_token_is_refused(visitor: httpx.Client) -> None:
    csrf = field(visitor.get(f"{CASE}/upload"), "csrf")
    files = {"file": ("attest.pdf", PDF)}
    assert visitor.post(f"{CASE}/upload", data={"csrf": "other"}, files=files).status_code == 403
    assert visitor.post(f"{CASE}/upload", data={"csrf": csrf}, files=files).status_code == 303
