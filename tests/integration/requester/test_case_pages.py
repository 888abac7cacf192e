"""A case as a whole: several pieces, several persons, somebody represented, evidence that is too old or comes later."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import httpx
import pytest

from oots.exchange.conversation import RequesterState
from oots.model.person import Subject
from oots.requester.cases import Case, Scope, case_of, cases_of
from tests.support.pages import (
    CHILD,
    COMPANY,
    DOCUMENTS,
    EXCHANGE,
    MARIA,
    OTHER,
    PERSONS,
    PORTAL,
    WHERE,
    Portal,
    available_from,
    file_name,
    finding,
    portal,
)
from tests.support.web import client_of

MOVE = "/cases/two-municipalities"
MARRIAGE = "/cases/marriage"
SECOND = "00000000-0000-4000-8000-00000000e002"


@pytest.fixture
def house() -> Portal:
    return portal()


@pytest.fixture
def abroad() -> Portal:
    """The portal of a Danish municipality."""
    return portal(country="DK")


def signed_in(house: Portal, who: str = "maria", case: str = MOVE) -> httpx.Client:
    visitor = client_of(house.app, PORTAL)
    sign_in(house, visitor, who, f"{case}/signin")
    return visitor


def sign_in(house: Portal, visitor: httpx.Client, who: str, path: str) -> httpx.Response:
    house.sign_in.chosen = who
    visitor.get(path)
    return visitor.get("/signin/callback")


def field(page: httpx.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, name
    return found[1]


def ask(visitor: httpx.Client, case: str, query: str = "") -> str:
    """Give the explicit request; the address of the exchange."""
    page = visitor.get(f"{case}/request{query}")
    form = {name: field(page, name) for name in ("csrf", "attempt", "service", "piece")}
    sent = visitor.post(f"{case}/request", data=form | {"explicit": "given"})
    assert sent.status_code == 303
    return str(sent.headers["location"])


def file_of(exchange: str) -> str:
    """The address of the file that an exchange has begun."""
    return f"/files/{file_name(exchange.rpartition('/')[2])}"


# --- the cases that there are ---


@pytest.mark.parametrize("country", ["LT", "DK"])
def test_each_portal_offers_its_own_cases_by_life_event_with_scope_and_what_the_union_lacks(country: str) -> None:
    visitor = client_of(portal(country=country).app, PORTAL)
    page = visitor.get("/").text
    for case in cases_of("LT") + cases_of("DK"):
        assert (f'href="/cases/{case.key}"' in page) == (case.portal == country)
        assert visitor.get(f"/cases/{case.key}").status_code == (200 if case.portal == country else 404)
    assert page.count("Kravet findes ikke i EU") == sum(case.invented for case in cases_of(country))
    assert "Uden for bilag II" in page
    assert "dokument fra " + ("Danmark" if country == "LT" else "Litauen") in page


def test_a_requirement_that_the_union_lacks_is_told_before_the_request(house: Portal) -> None:
    visitor = signed_in(house, case="/cases/day-care")
    assert "Kravet findes ikke i EU" in visitor.get("/cases/day-care/request").text
    assert "Kravet findes ikke i EU" not in visitor.get(f"{MOVE}/request").text


def words(page: httpx.Response) -> str:
    return " ".join(page.text.split())


def test_the_request_names_what_is_sent_of_this_very_person(house: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    start = "og intet andet om dig, så den kan finde netop den rette: hvor sikkert login er (sikringsniveau), "
    least = f"{start}eIDAS-identifikator, efternavn, fornavn, fødselsdato."
    assert least in words(signed_in(house).get(f"{MOVE}/request"))
    monkeypatch.setitem(PERSONS, "maria", replace(MARIA, gender="Female"))
    page = words(signed_in(house).get(f"{MOVE}/request"))
    assert least not in page
    assert "fødselsdato, køn." in page


@pytest.mark.parametrize("case", cases_of("LT"), ids=lambda case: case.key)
def test_article_14_is_the_legal_ground_of_the_cases_of_annex_ii_alone(house: Portal, case: Case) -> None:
    page = words(signed_in(house, case=f"/cases/{case.key}").get(f"/cases/{case.key}/request"))
    covered = case.scope in (Scope.DECLARED, Scope.ANNEX_II)
    assert ("Retsgrundlaget er artikel 14" in page) is covered
    assert ("Artikel 14 dækker ikke denne sag" in page) is not covered
    assert (f"den nærmeste, {case.procedure}, " in page) is (case.scope is Scope.OUTSIDE)
    assert ("hører til en anden EU-ordning" in page) is (case.scope is Scope.OTHER_MECHANISM)


def test_who_is_not_the_person_shown_signs_out_and_begins_the_same_case(house: Portal) -> None:
    maria = signed_in(house)
    page = maria.get(f"{MOVE}/request")
    said = words(page)
    assert said.index("Du er logget ind som <strong>Maria Jensen") < said.index("Hvad sker der?")
    assert field(page, "case") == "two-municipalities"
    csrf = field(page, "csrf")
    assert maria.post("/signout", data={"csrf": csrf, "case": "//elsewhere.example"}).status_code == 404
    sent = maria.post("/signout", data={"csrf": csrf, "case": "two-municipalities"})
    assert sent.headers["location"] == MOVE
    assert f'href="{MOVE}/signin"' in maria.get(MOVE).text


def test_a_case_keeps_the_language_of_the_address_that_led_to_it(house: Portal) -> None:
    house.directories.question, house.directories.values = WHERE, frozenset({"0751"})
    for query, language in (("", "da"), ("?lang=en", "en")):
        assert f'<html lang="{language}">' in client_of(house.app, PORTAL).get(f"{MOVE}{query}").text
        maria = signed_in(house)
        page = maria.get(f"{MOVE}{query}")
        while page.status_code == 303:
            page = maria.get(page.headers["location"])
        assert f'<html lang="{language}">' in page.text
        assert "where" in str(page.url)


def test_who_acts_for_a_company_is_told_what_is_sent_of_both(house: Portal) -> None:
    page = words(signed_in(house, "for-company").get(f"{MOVE}/request"))
    assert "intet andet om Opdigtet Byg ApS" in page
    assert "virksomhedens navn" in page
    assert "Om dig, Maria Jensen, der handler: hvor sikkert" in page


# --- two pieces, two providers, one session ---


def test_a_case_of_two_pieces_shows_both_exchanges_and_what_is_next(house: Portal) -> None:
    maria = signed_in(house)
    first = ask(maria, MOVE)
    file = file_of(first)
    assert f'href="{file}"' in maria.get(first).text
    page = maria.get(file).text
    assert "Sagen består af 2 stykker dokumentation" in page
    assert "Fraflytning" in page
    assert f'href="{MOVE}/request?piece=to"' in page
    assert "Anmodningen er sendt" in page
    second = ask(maria, MOVE, "?piece=to")
    page = maria.get(file).text
    for address in (first, second):
        assert f'href="{address}"' in page
    assert f'href="{MOVE}/request' not in page
    assert "Gør det færdigt" in page
    pieces = [each.piece.key for each in house.service.findings if each.piece]
    assert pieces == ["from", "to"]


def test_a_case_goes_on_where_it_stopped_and_begins_anew_when_it_is_whole(house: Portal) -> None:
    maria = signed_in(house)
    first = ask(maria, MOVE)
    maria.get(MOVE)
    assert field(maria.get(f"{MOVE}/request"), "piece") == "to"
    ask(maria, MOVE)
    maria.get(MOVE)
    assert field(maria.get(f"{MOVE}/request"), "piece") == "from"
    third = ask(maria, MOVE)
    assert house.service.kept[third.rpartition("/")[2]].file_id != file_of(first).rpartition("/")[2]


def test_each_piece_has_its_own_municipality(house: Portal) -> None:
    house.directories.question, house.directories.values = WHERE, frozenset({"0751", "0461"})
    house.directories.findings_of = {"0751": finding(), "0461": finding("AP_DK_02")}
    maria = signed_in(house)
    for piece, kommunekode in (("from", "0751"), ("to", "0461")):
        page = maria.get(f"{MOVE}/where?piece={piece}")
        form = {name: field(page, name) for name in ("csrf", "piece", "concept")}
        maria.post(f"{MOVE}/where", data=form | {"typed": kommunekode})
        ask(maria, MOVE, f"?piece={piece}")
    assert [each.answers[0].value for each in house.service.findings] == ["0751", "0461"]


def test_evidence_and_receipt_lead_on_to_what_the_case_still_lacks(house: Portal) -> None:
    maria = signed_in(house)
    first = ask(maria, MOVE)
    stand(house, first, RequesterState.DELIVERED)
    page = maria.get(first)
    assert page.text.index("Brug dokumentationen, og hent det næste") < page.text.index("afslut denne del")
    assert "Brug dokumentationen og afslut<" not in page.text
    onward = maria.post(f"{first}/finish", data={"csrf": field(page, "csrf"), "then": "next"})
    assert field(maria.get(onward.headers["location"]), "piece") == "to"
    receipt = words(maria.get(first))
    assert "Din sag er oplyst" not in receipt
    assert f'href="{MOVE}/request?piece=to"' in receipt
    second = ask(maria, MOVE)
    stand(house, second, RequesterState.DELIVERED)
    page = maria.get(second)
    assert "Brug dokumentationen og afslut<" in page.text
    assert "hent det næste" not in page.text
    assert maria.post(f"{second}/finish", data={"csrf": field(page, "csrf")}).headers["location"] == second
    receipt = words(maria.get(second))
    assert "Din sag er oplyst" in receipt
    assert f"{MOVE}/request" not in receipt


def stand(house: Portal, exchange: str, state: RequesterState) -> None:
    exchange_id = exchange.rpartition("/")[2]
    house.service.kept[exchange_id] = replace(house.service.kept[exchange_id], state=state)


def test_evidence_that_did_not_come_is_still_missing(house: Portal) -> None:
    maria = signed_in(house)
    first = ask(maria, MOVE)
    file = file_of(first)
    assert f'href="{MOVE}/request?piece=to"' in maria.get(file).text
    exchange_id = first.rpartition("/")[2]
    house.service.kept[exchange_id] = replace(house.service.kept[exchange_id], state=RequesterState.LAPSED)
    page = maria.get(file).text
    assert "Tiden løb ud" in page
    assert f'href="{MOVE}/request?piece=from"' in page


def test_a_file_belongs_to_its_persons(house: Portal) -> None:
    maria = signed_in(house)
    file = file_of(ask(maria, MOVE))
    assert maria.get(file).status_code == 200
    assert signed_in(house, "other").get(file).status_code == 404
    stranger = client_of(house.app, PORTAL)
    page = stranger.get(file)
    assert page.status_code == 403
    assert "Fraflytning" not in page.text
    assert f'href="{file}/signin"' in page.text
    assert maria.get("/files/nonsense").status_code == 404
    assert maria.get(f"/files/{SECOND}").status_code == 404


def test_no_exchange_names_a_file(house: Portal) -> None:
    maria = signed_in(house)
    first, second = ask(maria, MOVE), ask(maria, MOVE, "?piece=to")
    assert maria.get(file_of(first)).status_code == 200
    for exchange in (first, second):
        assert maria.get(exchange.replace("/evidence/", "/files/")).status_code == 404


# --- two persons ---


def invite(visitor: httpx.Client, file: str) -> str:
    """Make an invitation on the page of the file; its path, as the page shows it."""
    sent = visitor.post(f"{file}/invite", data={"csrf": field(visitor.get(file), "csrf")})
    assert sent.headers["location"] == file
    found = re.search(r"<code>http://portal.lt.localhost:8400(/invitations/[^<]+)</code>", visitor.get(file).text)
    assert found
    return found[1]


def join(visitor: httpx.Client, invitation: str) -> httpx.Response:
    return visitor.post(f"{invitation}/join", data={"csrf": field(visitor.get(invitation), "csrf")})


def test_the_other_person_joins_by_invitation_and_sees_no_evidence_of_the_first(abroad: Portal) -> None:
    maria = signed_in(abroad, case=MARRIAGE)
    first = ask(maria, MARRIAGE)
    file = file_of(first)
    invitation = invite(maria, file)
    assert maria.get(invitation).headers["location"] == file
    other = client_of(abroad.app, PORTAL)
    before = other.get(invitation)
    assert f'href="{invitation}/signin"' in before.text
    assert "Gift dig" not in before.text
    assert sign_in(abroad, other, "other", f"{invitation}/signin").headers["location"] == invitation
    assert "Maria" not in other.get(invitation).text
    assert other.get(file).status_code == 404
    assert join(other, invitation).headers["location"] == file
    page = other.get(file).text
    assert "Sagen består af 4 stykker dokumentation" in page
    assert "Maria Jensen" in page
    assert f'href="{first}"' not in page
    assert other.get(first).status_code == 404
    second = ask(other, MARRIAGE)
    for visitor, own, foreign in ((maria, first, second), (other, second, first)):
        page = visitor.get(file).text
        assert f'href="{own}"' in page
        assert f'href="{foreign}"' not in page
        assert "Đorđe Łukasiewicz" in page
        assert "Ingen andre kan komme til" in page
    assert [person.identifier for person in abroad.service.asked if person.identifier] == [  # type: ignore[union-attr]
        MARIA.identifier,
        OTHER.identifier,
    ]


def test_a_stranger_who_knows_the_exchange_and_the_address_of_the_file_learns_and_takes_nothing(
    abroad: Portal,
) -> None:
    maria = signed_in(abroad, case=MARRIAGE)
    exchange = ask(maria, MARRIAGE)
    file = file_of(exchange)
    stranger = signed_in(abroad, "other", MARRIAGE)
    unknown = stranger.get(f"/files/{'x' * 22}")
    for address in (file, exchange, exchange.replace("/evidence/", "/files/")):
        found = stranger.get(address)
        assert (found.status_code, found.text) == (404, unknown.text)
    csrf = field(stranger.get(f"{MARRIAGE}/request"), "csrf")
    assert stranger.post(f"{file}/invite", data={"csrf": csrf}).status_code == 404
    ask(stranger, MARRIAGE)
    assert len(abroad.service.file(file.rpartition("/")[2])) == 1
    assert "Đorđe" not in maria.get(file).text
    partner = signed_in(abroad, "for-child", MARRIAGE)
    assert join(partner, invite(maria, file)).headers["location"] == file
    assert partner.get(file).status_code == 200


def test_an_invitation_is_used_once_and_a_new_one_replaces_it(abroad: Portal) -> None:
    maria = signed_in(abroad, case=MARRIAGE)
    file = file_of(ask(maria, MARRIAGE))
    old, new = invite(maria, file), invite(maria, file)
    other = signed_in(abroad, "other", MARRIAGE)
    assert other.get(old).status_code == 404
    assert join(other, new).status_code == 303
    third = signed_in(abroad, "for-child", MARRIAGE)
    assert third.get(new).status_code == 404
    assert third.get(file).status_code == 404
    csrf = field(maria.get(file), "csrf")
    assert maria.post(f"{file}/invite", data={"csrf": csrf}).status_code == 404


def test_nobody_is_invited_to_a_case_of_one_person(house: Portal) -> None:
    maria = signed_in(house)
    file = file_of(ask(maria, MOVE))
    page = maria.get(file)
    assert "/invite" not in page.text
    assert maria.post(f"{file}/invite", data={"csrf": field(page, "csrf")}).status_code == 404


# --- somebody else is represented ---


@pytest.mark.parametrize(
    ("who", "subject", "name"),
    [("for-child", CHILD, "Mathilde Jensen"), ("for-company", COMPANY, "Opdigtet Byg ApS")],
)
def test_who_acts_for_another_is_told_so_and_the_request_says_it(
    house: Portal, who: str, subject: Subject, name: str
) -> None:
    maria = signed_in(house, who)
    page = maria.get(f"{MOVE}/request").text
    assert f"Du beder på vegne af {name}" in page
    assert "og du handler for" in page
    exchange = ask(maria, MOVE)
    assert (house.service.asked, house.service.representatives) == ([subject], [MARIA])
    assert maria.get(exchange).status_code == 200


def test_who_asked_for_another_does_not_see_it_as_herself_nor_the_other_way_round(house: Portal) -> None:
    acting, maria = signed_in(house, "for-child"), signed_in(house)
    for_child, for_herself = ask(acting, MOVE), ask(maria, MOVE)
    assert (acting.get(for_child).status_code, maria.get(for_herself).status_code) == (200, 200)
    assert (acting.get(for_herself).status_code, maria.get(for_child).status_code) == (404, 404)


def test_who_acts_for_nobody_is_told_of_nobody(house: Portal) -> None:
    maria = signed_in(house)
    assert "på vegne af" not in maria.get(f"{MOVE}/request").text
    ask(maria, MOVE)
    assert house.service.representatives == [None]


# --- too old, or later ---


def test_evidence_that_is_too_old_is_flagged_and_can_be_asked_for_anew(abroad: Portal) -> None:
    maria = signed_in(abroad, case=MARRIAGE)
    case = case_of("marriage")
    abroad.service.stand(RequesterState.DELIVERED, case="marriage", piece="civil-status", documents=dated(2026, 7, 24))
    page = maria.get(f"/evidence/{EXCHANGE}").text
    assert "for gammelt" not in page
    assert "Brug dokumentationen og afslut" in page
    abroad.service.stand(RequesterState.DELIVERED, case="marriage", piece="civil-status", documents=dated(2026, 7, 23))
    page = maria.get(f"/evidence/{EXCHANGE}").text
    assert "Dokumentet er for gammelt til sagen" in page
    assert "højst 4 måneder" in page
    assert "Afslut uden at bruge" in page
    assert f'href="/evidence/{EXCHANGE}/again"' in page
    abroad.service.stand(RequesterState.DELIVERED, case="marriage", piece="birth", documents=dated(2026, 7, 23))
    assert "for gammelt" not in maria.get(f"/evidence/{EXCHANGE}").text
    assert case.piece("birth").at_most_months is None


def dated(year: int, month: int, day: int) -> tuple[object, ...]:
    main = DOCUMENTS[0].main
    assert main is not None
    return (replace(DOCUMENTS[0], main=replace(main, issuing_date=date(year, month, day))), DOCUMENTS[1])


def test_a_later_request_asks_the_same_provider_in_the_same_file(house: Portal) -> None:
    house.directories.question, house.directories.values = WHERE, frozenset({"0751", "0461"})
    house.directories.findings_of = {"0751": finding(), "0461": finding("AP_DK_02")}
    maria = signed_in(house)
    house.service.stand(
        RequesterState.DEFERRED,
        case="two-municipalities",
        piece="to",
        available_from=available_from(),
        classification=("0461",),
    )
    page = maria.get(f"/evidence/{EXCHANGE}").text
    assert "Spørg igen fra" in page
    again = maria.get(f"/evidence/{EXCHANGE}/again").headers["location"]
    assert again == f"{MOVE}/request?piece=to"
    exchange_id = ask(maria, MOVE, "?piece=to").rpartition("/")[2]
    assert house.service.findings[0].access_service.identifier.value == "AP_DK_02"
    assert house.service.kept[exchange_id].file_id == file_name(EXCHANGE)


def test_asking_again_is_for_who_asked(house: Portal) -> None:
    house.service.stand(RequesterState.DEFERRED, available_from=available_from())
    assert signed_in(house).get(f"/evidence/{EXCHANGE}/again").status_code == 303
    assert signed_in(house, "other").get(f"/evidence/{EXCHANGE}/again").status_code == 404
    assert signed_in(house, "weak").get(f"/evidence/{EXCHANGE}/again").status_code == 403


def test_who_asks_for_what_another_system_carries_learns_where_to_turn(house: Portal) -> None:
    maria = signed_in(house, case="/cases/sickness-benefit")
    for case, told in (("sickness-benefit", True), ("change-of-address", False)):
        house.service.stand(RequesterState.REFUSED, case=case, error_code="EDM:ERR:0007", error_detail="EESSI")
        page = maria.get(f"/evidence/{EXCHANGE}").text
        assert ("Her skal du henvende dig" in page) is told
        assert ("gennem EESSI (forordning 883/2004)" in page) is told


# --- several countries ---


@pytest.fixture
def everywhere() -> Portal:
    """A portal that asks in several countries."""
    return portal(country="DK", provider_countries=("LT", "DK"))


def test_who_has_an_eid_of_one_of_the_countries_is_asked_nothing_and_may_choose_another(everywhere: Portal) -> None:
    maria = signed_in(everywhere, case=MARRIAGE)
    page = maria.get(f"{MARRIAGE}/request").text
    assert everywhere.directories.asked_in == ["DK"]
    change = f"{MARRIAGE}/where?piece=civil-status&amp;about=country"
    assert f'href="{change}"' in page
    asked = maria.get(change.replace("&amp;", "&"))
    assert '<option value="LT">Litauen</option>' in asked.text
    form = {name: field(asked, name) for name in ("csrf", "piece", "concept")}
    assert maria.post(f"{MARRIAGE}/where", data=form | {"typed": "Atlantis"}).status_code == 422
    assert maria.post(f"{MARRIAGE}/where", data=form | {"typed": "Litauen"}).status_code == 303
    everywhere.directories.asked_in.clear()
    ask(maria, MARRIAGE, "?piece=civil-status")
    assert set(everywhere.directories.asked_in) == {"LT"}
    assert everywhere.service.findings[0].answers == ()


def test_who_has_an_eid_of_another_country_is_asked_where(everywhere: Portal) -> None:
    other = signed_in(everywhere, "other", MARRIAGE)
    sent = other.get(f"{MARRIAGE}/request").headers["location"]
    assert sent == f"{MARRIAGE}/where?piece=civil-status"
    page = other.get(sent)
    assert "I hvilket land?" in page.text
    form = {name: field(page, name) for name in ("csrf", "piece", "concept")}
    other.post(f"{MARRIAGE}/where", data=form | {"typed": "LT"})
    assert other.get(f"{MARRIAGE}/request?piece=civil-status").status_code == 200
    assert everywhere.directories.asked_in == ["LT"]


def test_a_portal_of_one_country_never_asks_which(abroad: Portal) -> None:
    other = signed_in(abroad, "other", MARRIAGE)
    assert other.get(f"{MARRIAGE}/request").status_code == 200
    assert other.get(f"{MARRIAGE}/where?about=country").status_code == 303
