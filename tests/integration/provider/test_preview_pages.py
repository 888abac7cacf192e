"""The preview space as a person meets it: who is let in, what is shown, what is decided."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import httpx
import pytest

from oots.model.text import Text
from oots.provider.shown import Stage
from oots.trust.revocation import UnsettledError
from oots.web import page_images
from tests.support.pages import (
    EXCHANGE,
    MARIA,
    PDF,
    PORTAL,
    PREVIEW,
    TOKEN,
    XML,
    Preview,
    preview,
    shown_package,
    three_pieces,
)
from tests.support.web import client_of

LINK = f"/p/{TOKEN}"
BACK = f"{PORTAL}/return/{EXCHANGE}"


@pytest.fixture
def house() -> Preview:
    return preview()


@pytest.fixture
def visitor(house: Preview) -> httpx.Client:
    return client_of(house.app, PREVIEW)


@pytest.fixture
def maria(house: Preview, visitor: httpx.Client) -> httpx.Client:
    assert sign_in(house, visitor, "maria").headers["location"] == LINK
    return visitor


def sign_in(house: Preview, visitor: httpx.Client, who: str) -> httpx.Response:
    house.sign_in.chosen = who
    visitor.get(f"{LINK}/signin")
    return visitor.get("/signin/callback")


def refused_sign_in(house: Preview, visitor: httpx.Client, who: str) -> httpx.Response:
    """The page at which a sign-in ends that opens nothing."""
    return visitor.get(sign_in(house, visitor, who).headers["location"])


def csrf_of(visitor: httpx.Client) -> str:
    found = re.search(r'name="csrf" value="([^"]*)"', visitor.get(LINK).text)
    assert found
    return found[1]


# --- the way in ---


def test_the_link_alone_shows_nothing_and_asks_to_sign_in(visitor: httpx.Client) -> None:
    page = visitor.get(LINK)
    assert page.status_code == 200
    assert f'href="{LINK}/signin"' in page.text
    assert "Litauen" in page.text
    assert "Maria" not in page.text


def test_the_sign_in_must_be_a_new_one(house: Preview, visitor: httpx.Client) -> None:
    visitor.get(f"{LINK}/signin")
    assert house.sign_in.prompted


def test_another_person_is_refused_without_a_hint_and_the_exchange_stays_open(
    house: Preview, visitor: httpx.Client
) -> None:
    refused = refused_sign_in(house, visitor, "other")
    assert refused.status_code == 403
    assert "Log ind som den, der bad om dokumentationen" in refused.text
    for hint in ("Jensen", "Bopælsattest", "Litauen", "Vilnius"):
        assert hint not in refused.text
    assert visitor.get(f"{LINK}/0/0").status_code == 403
    assert sign_in(house, visitor, "maria").status_code == 303
    assert visitor.get(f"{LINK}/0/0").status_code == 200


def test_a_refused_sign_in_ends_an_earlier_admission(house: Preview, maria: httpx.Client) -> None:
    assert maria.get(f"{LINK}/0/0").status_code == 200
    assert refused_sign_in(house, maria, "other").status_code == 403
    assert maria.get(f"{LINK}/0/0").status_code == 403


@pytest.mark.parametrize(("kind", "status"), [("cancelled", 400), ("untrusted-token", 400), ("unreachable", 503)])
def test_a_failed_sign_in_can_be_tried_again(house: Preview, visitor: httpx.Client, kind: str, status: int) -> None:
    page = refused_sign_in(house, visitor, kind)
    assert page.status_code == status
    assert f'href="{LINK}"' in page.text


@pytest.mark.parametrize(
    ("who", "danish", "english"),
    [
        ("other", "Du har ikke adgang til denne side", "You have no access to this page"),
        ("cancelled", "Du afbrød login", "You cancelled the sign-in"),
    ],
)
def test_a_refusal_says_the_same_when_it_is_read_again_and_in_english(
    house: Preview, visitor: httpx.Client, who: str, danish: str, english: str
) -> None:
    address = sign_in(house, visitor, who).headers["location"]
    for _ in range(2):
        assert danish in visitor.get(address).text
    (switch,) = re.findall(r'href="(\?[^"]*lang=en)"', visitor.get(address).text)
    assert english in visitor.get(address.partition("?")[0] + html.unescape(switch)).text


def test_what_one_person_opened_is_closed_when_another_signs_in(house: Preview, maria: httpx.Client) -> None:
    house.space.other_link = "specimen-token-of-another"
    assert maria.get(f"{LINK}/0/0").status_code == 200
    house.sign_in.chosen = "other"
    maria.get(f"/p/{house.space.other_link}/signin")
    maria.get("/signin/callback")
    assert maria.get(f"/p/{house.space.other_link}/0/0").status_code == 200
    assert maria.get(f"{LINK}/0/0").status_code == 403


def test_who_opens_two_links_keeps_both_open(house: Preview, maria: httpx.Client) -> None:
    house.space.other_link, house.space.other_person = "specimen-token-of-another", MARIA
    maria.get(f"/p/{house.space.other_link}/signin")
    maria.get("/signin/callback")
    for link in (LINK, f"/p/{house.space.other_link}"):
        assert maria.get(f"{link}/0/0").status_code == 200


def test_who_signs_out_can_come_back(house: Preview, maria: httpx.Client) -> None:
    assert maria.get(f"{LINK}/0/0").status_code == 200
    assert maria.post(f"{LINK}/signout", data={"csrf": csrf_of(maria)}).headers["location"] == LINK
    assert maria.get(f"{LINK}/0/0").status_code == 403
    assert sign_in(house, maria, "maria").headers["location"] == LINK
    assert maria.get(f"{LINK}/0/0").status_code == 200


def test_an_unknown_link_is_not_found(visitor: httpx.Client) -> None:
    assert visitor.get(LINK).status_code == 200
    assert visitor.get("/p/another").status_code == 404
    assert visitor.get("/p/another/signin").headers["location"] == "/p/another"


@pytest.mark.parametrize(
    ("stage", "words"), [(Stage.DECIDED, "allerede truffet dit valg"), (Stage.LAPSED, "Linket er udløbet")]
)
def test_a_closed_link_is_gone_and_leads_back(house: Preview, maria: httpx.Client, stage: Stage, words: str) -> None:
    assert maria.get(LINK).status_code == 200
    house.space.stage = stage
    page = maria.get(LINK)
    assert page.status_code == 410
    assert words in page.text
    assert f'href="{BACK}"' in page.text
    assert maria.get(f"{LINK}/0/1").status_code == 410


def test_a_link_that_closes_during_the_sign_in_is_gone(house: Preview, visitor: httpx.Client) -> None:
    visitor.get(f"{LINK}/signin")
    house.space.stage = Stage.LAPSED
    assert visitor.get("/signin/callback").headers["location"] == LINK
    assert visitor.get(LINK).status_code == 410


def test_who_arrives_before_the_second_request_waits(house: Preview, maria: httpx.Client) -> None:
    house.space.stage = Stage.WAITING
    page = maria.get(LINK)
    assert "på vej" in page.text
    assert page.headers["refresh"] == "1"
    assert "refresh" not in maria.get(f"{LINK}?refresh=off").headers
    assert maria.get(f"{LINK}/0/0").status_code == 404
    house.space.stage = Stage.OPEN
    assert "Skal dette sendes?" in maria.get(LINK).text


# --- what is shown ---


def test_each_document_is_shown_with_recipient_and_deadline(maria: httpx.Client) -> None:
    page = maria.get(LINK).text
    assert f'src="{LINK}/0/1/pages/0"' in page
    assert "Registreringsmyndigheden i Vilnius, Litauen" in page
    assert "24. november 2026 kl. 13.40" in page
    assert "Navn / Name: Maria Jensen" in page
    assert "Maria &amp;lt;Jensen&amp;gt;" in page
    assert "beskyttelse" not in page


def test_address_protection_is_warned_of(house: Preview, maria: httpx.Client) -> None:
    house.space.shown = (shown_package(0, "address-protection"),)
    assert "navne- og adressebeskyttelse" in maria.get(LINK).text
    assert "may not know Danish name and address protection" in maria.get(f"{LINK}?lang=en").text


@pytest.mark.parametrize("pieces", [1, 2])
def test_address_protection_is_recalled_right_above_the_buttons(
    house: Preview, maria: httpx.Client, pieces: int
) -> None:
    house.space.shown = tuple(shown_package(number) for number in range(pieces))
    assert "Husk:" not in maria.get(LINK).text
    house.space.shown = tuple(shown_package(number, "address-protection") for number in range(pieces))
    _, found, rest = maria.get(LINK).text.partition("Husk:")
    assert found
    assert rest.index("</p>") + 100 > rest.index("<button")


def test_a_country_that_stands_in_the_name_is_said_once(house: Preview, visitor: httpx.Client) -> None:
    assert "Registreringsmyndigheden i Vilnius, Litauen" in visitor.get(LINK).text
    house.space.requester_names = (Text("DA", "Myndigheden i Litauen"), Text("EN", "The authority of Lithuania"))
    assert "Litauen, Litauen" not in visitor.get(LINK).text
    assert "Lithuania, Lithuania" not in visitor.get(f"{LINK}?lang=en").text


def test_english_pages_add_the_english_name_of_a_document(maria: httpx.Client) -> None:
    assert "– Residence certificate" not in maria.get(LINK).text
    assert '<span lang="da">Bopælsattest</span> – Residence certificate' in maria.get(f"{LINK}?lang=en").text


def test_who_cannot_be_shown_a_document_is_told_to_open_it_before_she_chooses(
    maria: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "kan ikke vises på denne side" not in maria.get(LINK).text
    monkeypatch.setattr(page_images, "MOST_PAGES", 0)
    assert maria.get(LINK).text.count("kan ikke vises på denne side. Hent det, og se det") == 1


def test_nothing_is_decided_while_the_recipient_s_certificate_cannot_be_judged(
    house: Preview, maria: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = {"csrf": csrf_of(maria), "package-0": "accept"}

    def nobody_answers(token: str, accepted: object) -> str:
        raise UnsettledError("no list is good")

    with monkeypatch.context() as while_away:
        while_away.setattr(house.space, "decide", nobody_answers)
        told = {lang: maria.post(f"{LINK}/decision?lang={lang}", data=form) for lang in ("da", "en")}
    assert [page.status_code for page in told.values()] == [503, 503]
    assert "Intet er sendt" in told["da"].text
    assert "Nothing has been sent" in told["en"].text
    assert all(f'href="{LINK}"' in page.text for page in told.values())
    assert maria.post(f"{LINK}/decision", data=form).status_code == 303


def test_downloads_are_the_exact_bytes_as_attachments(maria: httpx.Client) -> None:
    xml, pdf = (maria.get(f"{LINK}/0/{number}") for number in (0, 1))
    assert (xml.content, pdf.content) == (XML, PDF)
    assert pdf.headers["content-disposition"].startswith("attachment; ")
    assert (pdf.headers["x-content-type-options"], pdf.headers["cache-control"]) == ("nosniff", "no-store")
    assert maria.get(f"{LINK}/0/9").status_code == 404


def test_images_and_downloads_are_for_the_admitted_session_only(house: Preview, maria: httpx.Client) -> None:
    stranger = client_of(house.app, PREVIEW)
    for part in ("/0/0", "/0/1", "/0/1/pages/0"):
        assert maria.get(LINK + part).status_code == 200
        assert stranger.get(LINK + part).status_code == 403
    assert maria.get("/p/another/0/0").status_code == 403


# --- the decision ---


@pytest.mark.parametrize(("choice", "accepted"), [("accept", (0,)), ("decline", ())])
def test_a_decision_is_recorded_and_leads_back(
    house: Preview, maria: httpx.Client, choice: str, accepted: tuple[int, ...]
) -> None:
    form = {"csrf": csrf_of(maria), "package-0": choice}
    sent = maria.post(f"{LINK}/decision", data=form)
    assert (sent.status_code, sent.headers["location"]) == (303, BACK)
    assert house.space.decisions == [accepted]


def test_a_decision_sent_twice_counts_once(house: Preview, maria: httpx.Client) -> None:
    form = {"csrf": csrf_of(maria), "package-0": "accept"}
    for _ in range(2):
        assert maria.post(f"{LINK}/decision", data=form).headers["location"] == BACK
    assert house.space.decisions == [(0,)]


def test_another_decision_in_a_second_tab_does_not_count_and_is_told_so(house: Preview, maria: httpx.Client) -> None:
    form = {"csrf": csrf_of(maria), "package-0": "decline"}
    assert maria.post(f"{LINK}/decision", data=form).headers["location"] == BACK
    assert maria.post(f"{LINK}/decision", data=form | {"package-0": "accept"}).headers["location"] == LINK
    page = maria.get(LINK)
    assert page.status_code == 410
    assert "Dit første valg gælder" in page.text
    assert house.space.decisions == [()]


@pytest.mark.parametrize(
    "choice",
    ["", "accept&package-0=decline", "accept&package-0=accept", "ACCEPT", "yes"],
    ids=["none", "both", "twice", "capitals", "word"],
)
def test_nothing_is_sent_without_one_clear_choice(house: Preview, maria: httpx.Client, choice: str) -> None:
    csrf, form = csrf_of(maria), {"Content-Type": "application/x-www-form-urlencoded"}
    unclear = maria.post(f"{LINK}/decision", content=f"csrf={csrf}&package-0={choice}", headers=form)
    assert unclear.status_code == 422
    assert house.space.decisions == []
    assert maria.post(f"{LINK}/decision", content=f"csrf={csrf}&package-0=accept", headers=form).status_code == 303


def test_a_choice_for_what_is_not_shown_does_not_count(house: Preview, maria: httpx.Client) -> None:
    form = {"csrf": csrf_of(maria), "package-0": "decline", "package-1": "accept", "package-9999": "accept"}
    assert maria.post(f"{LINK}/decision", data=form).headers["location"] == BACK
    assert house.space.decisions == [()]


def test_a_form_from_before_a_renewed_sign_in_is_told_to_be_too_old(house: Preview, maria: httpx.Client) -> None:
    form = {"csrf": csrf_of(maria), "package-0": "accept"}
    sign_in(house, maria, "maria")
    stale = maria.post(f"{LINK}/decision", data=form)
    assert stale.status_code == 403
    assert "Siden var blevet for gammel" in stale.text
    assert f'href="{LINK}"' in stale.text
    assert house.space.decisions == []
    assert maria.post(f"{LINK}/decision", data=form | {"csrf": csrf_of(maria)}).headers["location"] == BACK


def test_a_form_sent_while_another_tab_signs_in_is_told_to_be_too_old(house: Preview, maria: httpx.Client) -> None:
    form = {"csrf": csrf_of(maria), "package-0": "accept"}
    maria.get(f"{LINK}/signin")
    stale = maria.post(f"{LINK}/decision", data=form)
    assert (stale.status_code, "Siden var blevet for gammel" in stale.text) == (403, True)
    assert house.space.decisions == []


@pytest.mark.parametrize("number", ["9" * 5000, "9" * 50, "-1", "1.5", "x"])
def test_what_is_no_number_of_a_document_is_not_understood(maria: httpx.Client, number: str) -> None:
    assert maria.get(f"{LINK}/0/0").status_code == 200
    for address in (f"{LINK}/0/{number}", f"{LINK}/{number}/0", f"{LINK}/0/1/pages/{number}"):
        assert maria.get(address).status_code == 400


def test_a_decision_without_the_session_token_is_refused(house: Preview, maria: httpx.Client) -> None:
    form = {"csrf": csrf_of(maria), "package-0": "accept"}
    assert maria.post(f"{LINK}/decision", data=form | {"csrf": "other"}).status_code == 403
    assert house.space.decisions == []
    assert maria.post(f"{LINK}/decision", data=form).status_code == 303


def test_a_decision_from_another_site_is_refused(house: Preview, maria: httpx.Client) -> None:
    form = {"csrf": csrf_of(maria), "package-0": "accept"}
    elsewhere = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    assert maria.post(f"{LINK}/decision", data=form, headers=elsewhere).status_code == 403
    assert house.space.decisions == []
    at_home = {"Origin": PREVIEW, "Sec-Fetch-Site": "same-origin"}
    assert maria.post(f"{LINK}/decision", data=form, headers=at_home).status_code == 303


def test_a_decision_by_whoever_was_not_admitted_is_refused(house: Preview, visitor: httpx.Client) -> None:
    sign_in(house, visitor, "maria")
    form = {"csrf": csrf_of(visitor), "package-0": "accept"}
    assert visitor.post("/p/another/decision", data=form).status_code == 403
    assert house.space.decisions == []
    assert visitor.post(f"{LINK}/decision", data=form).status_code == 303


def test_a_decision_after_the_time_is_up_changes_nothing(house: Preview, maria: httpx.Client) -> None:
    form = {"csrf": csrf_of(maria), "package-0": "accept"}
    house.space.stage = Stage.LAPSED
    assert maria.post(f"{LINK}/decision", data=form).headers["location"] == LINK
    assert house.space.decisions == []


def test_every_package_needs_a_choice_of_its_own(house: Preview, maria: httpx.Client) -> None:
    house.space.shown = (shown_package(0), shown_package(1))
    assert "checked" not in maria.get(LINK).text
    form = {"csrf": csrf_of(maria), "package-0": "decline"}
    incomplete = maria.post(f"{LINK}/decision", data=form)
    assert incomplete.status_code == 422
    assert "Vælg, om denne del skal sendes" in incomplete.text
    assert f'href="{LINK}?lang=en"' in incomplete.text
    assert house.space.decisions == []
    maria.post(f"{LINK}/decision", data=form | {"package-1": "accept"})
    assert house.space.decisions == [(1,)]


def test_the_front_page_says_that_it_is_a_stand_in(visitor: httpx.Client) -> None:
    assert "efterligner en dansk kommunes datatjeneste" in visitor.get("/").text
    front = visitor.get("/").text
    assert 'href="https://inspector.localhost:8499/exchanges"' in front
    assert 'href="/registers"' in front
    without = client_of(preview(insight=False).app, PREVIEW).get("/").text
    assert "/exchanges" not in without
    assert "/registers" not in without


# --- pieces, fees, and for whom ---


@pytest.fixture
def pieces(house: Preview, maria: httpx.Client) -> httpx.Client:
    house.space.shown = three_pieces()
    return maria


def test_each_piece_has_its_title_its_fee_and_what_is_not_sent(pieces: httpx.Client) -> None:
    page = pieces.get(LINK).text
    for words in ("Attest 2023", "Attest 2024", "Attest 2025", "75,00 kr. i Aarhus Kommune (2026)", "80,00 kr."):
        assert words in page
    assert page.count("Dette sendes ikke (1)") == 3
    assert "Ikke nødvendig her" in page
    english = pieces.get(f"{LINK}?lang=en").text
    assert "DKK 75.00 in Aarhus Municipality (2026)" in english
    assert "It is waived" in english
    assert english.count("Not sent (1)") == 3


def test_a_piece_can_be_accepted_once_its_fee_has_been_paid(house: Preview, pieces: httpx.Client) -> None:
    form = {"csrf": csrf_of(pieces), "package-0": "decline", "package-1": "accept", "package-2": "decline"}
    unpaid = pieces.post(f"{LINK}/decision", data=form)
    assert unpaid.status_code == 422
    assert "Betal først" in unpaid.text
    assert house.space.decisions == []
    assert pieces.post(f"{LINK}/payment", data={"csrf": form["csrf"], "piece": "1"}).headers["location"] == LINK
    assert house.space.paid == [1]
    assert "Betalt (efterligning)" in pieces.get(LINK).text
    assert pieces.post(f"{LINK}/decision", data=form).headers["location"] == BACK


@pytest.mark.parametrize("piece", ["0", "2", "9", "", "x", "9" * 5000])
def test_what_has_no_fee_to_pay_is_not_paid(house: Preview, pieces: httpx.Client, piece: str) -> None:
    assert pieces.post(f"{LINK}/payment", data={"csrf": csrf_of(pieces), "piece": piece}).status_code == 422
    assert house.space.paid == []
    assert pieces.post(f"{LINK}/payment", data={"csrf": csrf_of(pieces), "piece": "1"}).status_code == 303


def test_a_payment_is_for_the_admitted_session_only(house: Preview, pieces: httpx.Client) -> None:
    stranger = client_of(house.app, PREVIEW)
    csrf = re.search(r'name="csrf" value="([^"]*)"', stranger.get("/casework").text)
    assert csrf
    assert stranger.post(f"{LINK}/payment", data={"csrf": csrf[1], "piece": "1"}).status_code == 403
    assert pieces.post(f"{LINK}/payment", data={"csrf": "another", "piece": "1"}).status_code == 403
    assert house.space.paid == []
    assert pieces.post(f"{LINK}/payment", data={"csrf": csrf_of(pieces), "piece": "1"}).status_code == 303


def test_one_piece_to_pay_for_has_no_button_to_accept(house: Preview, maria: httpx.Client) -> None:
    house.space.shown = (replace(shown_package(0), fee=three_pieces()[1].fee, to_pay=True),)
    assert 'value="accept"' not in maria.get(LINK).text
    maria.post(f"{LINK}/payment", data={"csrf": csrf_of(maria), "piece": "0"})
    assert 'value="accept"' in maria.get(LINK).text


def test_who_acts_for_another_is_told_for_whom(house: Preview, maria: httpx.Client) -> None:
    assert "Du handler for" not in maria.get(LINK).text
    house.space.child = "Freja Jensen"
    assert "Du handler for Freja Jensen" in maria.get(LINK).text
    assert "You act for Freja Jensen" in maria.get(f"{LINK}?lang=en").text


def test_a_file_can_be_saved_once_its_fee_has_been_paid_and_be_looked_at_before(pieces: httpx.Client) -> None:
    assert pieces.get(f"{LINK}/1/1/pages/0").status_code == 200
    refused = pieces.get(f"{LINK}/1/1")
    assert refused.status_code == 402
    assert refused.content != PDF
    page = pieces.get(LINK).text
    assert f'href="{LINK}/1/1"' not in page
    assert f'href="{LINK}/0/1"' in page
    assert pieces.get(f"{LINK}/0/1").content == PDF
    pieces.post(f"{LINK}/payment", data={"csrf": csrf_of(pieces), "piece": "1"})
    assert pieces.get(f"{LINK}/1/1").content == PDF
    assert f'href="{LINK}/1/1"' in pieces.get(LINK).text


def test_the_requirement_is_the_purpose_and_the_code_is_what_the_message_says(maria: httpx.Client) -> None:
    page = maria.get(LINK).text
    assert "Til brug for" not in page
    assert page.index("Bevis for bopæl") < page.index("registrering af adresseændring (V1)")
    assert "Procedure ifølge meddelelsen" in page
    assert "koden kan være den, der ligger nærmest" in page
    english = maria.get(f"{LINK}?lang=en").text
    assert english.index("Proof of domicile") < english.index("Procedure as the message says")


HOST = (Text("DA", "Esbjerg Kommune"), Text("EN", "Esbjerg Municipality"))


@pytest.mark.parametrize("stage", [Stage.WAITING, Stage.OPEN, Stage.DECIDED, Stage.LAPSED])
@pytest.mark.parametrize("signed_in", [True, False])
def test_the_authority_that_was_asked_is_named_and_who_hosts_it(
    house: Preview, visitor: httpx.Client, stage: Stage, signed_in: bool
) -> None:
    if signed_in:
        sign_in(house, visitor, "maria")
    house.space.stage = stage
    for hosts, told in (((), False), (HOST, True)):
        house.space.host_names = hosts
        page = visitor.get(LINK).text.partition("<main")[2]
        assert "Aarhus Kommune" in page
        assert ("fælles forhåndsvisningsområde" in page) is told
        assert ("Esbjerg Kommune" in page) is told


def test_digital_post_is_promised_where_it_stands_in_for_the_danish_one_alone() -> None:
    for danish in (True, False):
        house = preview(digital_post=danish)
        maria = client_of(house.app, PREVIEW)
        sign_in(house, maria, "maria")
        assert ("din Digital Post" in maria.get(LINK).text) is danish
        assert ("efterligning af Digital Post" in maria.get("/post").text) is danish
        assert ("Digital Post" in maria.get("/").text) is danish
        assert "/post" in maria.get(LINK).text
