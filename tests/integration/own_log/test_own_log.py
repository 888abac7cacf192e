"""The citizen's own log: hers alone, on both sides, as long as the journal tells of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from oots.exchange.purge import purge
from oots.exchange.schema import SUBJECT, SUBJECT_KEY
from oots.exchange.store import Store
from oots.model.issuing import Applicant, Match, Matched, MatchOutcome, NotMatched, Offer
from oots.model.person import LegalPerson, LevelOfAssurance, NaturalPerson, Subject
from oots.model.response import ErrorCode
from oots.own_log.log import AskedAboutMe, Happened, Reader, asked_about
from oots.provider import visitors
from oots.provider.record import ProviderExchange
from oots.requester.cases import CASES
from oots.requester.own_log import called, calls
from oots.requester.record import RequesterExchange
from oots.requester.visitor import Visitor
from tests.support.doors import specimen_keys
from tests.support.street import PORTAL, PREVIEW, Browser, Street
from tests.support.two_sides import SOLVEJ, FakeSource, TwoSides, two_sides

BO = NaturalPerson("Prøvesen", "Bo", date(1971, 5, 9), LevelOfAssurance.HIGH, identifier="DK/LT/3c2d1e0fbo")
FREJA = NaturalPerson("Prøvesen", "Freja", date(2015, 3, 2), LevelOfAssurance.HIGH, identifier="DK/LT/5f4e3d2c1bfreja")
ANNE = NaturalPerson("Prøvesen", "Anne", date(1979, 1, 8), LevelOfAssurance.HIGH, identifier="DK/LT/77aa88bb99anne")

SAME = LegalPerson(SOLVEJ.identifier or "", "Solvej og Søn", LevelOfAssurance.HIGH)


@dataclass
class Register(FakeSource):
    """A register that knows each person by a key of its own."""

    level: LevelOfAssurance = LevelOfAssurance.SUBSTANTIAL

    def offer(self, classification: str) -> Offer | None:
        offer = super().offer(classification)
        return offer and replace(offer, minimum_assurance=self.level)

    def match(self, applicant: Applicant) -> Match:
        subject = applicant.subject
        if not isinstance(subject, NaturalPerson) or subject.given_name == "Nobody":
            return NotMatched(MatchOutcome.NONE, 0)
        return Matched(key_of(subject))


def key_of(person: NaturalPerson) -> str:
    return f"{person.given_name} {person.date_of_birth}"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoSides]:
    town = two_sides(tmp_path_factory.mktemp("town"), specimen_keys(), Register(represents=True), specimens=True)
    with closing(town.provider_store), closing(town.requester_store):
        yield town


@dataclass(frozen=True)
class Asked:
    """Whose exchanges there are: Solvej accepted one and declined one, Anne asked for Freja, and for herself."""

    accepted: str
    declined: str
    for_freja: str
    annes: str


@pytest.fixture(scope="module")
def asked(town: TwoSides) -> Asked:
    accepted, declined = town.ask(), town.ask()
    for exchange_id, chosen in ((accepted, [0]), (declined, [])):
        token = town.to_preview(exchange_id)
        assert town.space.admit(token, SOLVEJ)
        town.space.decide(token, chosen)
        town.run()
    return Asked(accepted, declined, town.ask(person=FREJA, representative=ANNE), town.ask(person=ANNE))


def at_provider(town: TwoSides, person: NaturalPerson) -> dict[str, AskedAboutMe[ProviderExchange]]:
    return {each.exchange_id: each for each in asked_about(town.provider_store, Reader((key_of(person),)))}


def at_portal(
    town: TwoSides, person: Subject, acting: NaturalPerson | None = None
) -> dict[str, AskedAboutMe[RequesterExchange]]:
    who = tuple(calls(person, acting))[-1]
    return {each.exchange_id: each for each in asked_about(town.requester_store, Reader(who))}


def test_everybody_finds_her_own_exchanges_and_nobody_elses(town: TwoSides, asked: Asked) -> None:
    """A stranger's log is empty where the subject's is not."""
    hers = {asked.accepted, asked.declined}
    stranger = replace(ANNE, given_name="Stranger", identifier="DK/LT/stranger")
    for log in (at_provider, at_portal):
        assert set(log(town, SOLVEJ)) == hers
        assert set(log(town, FREJA)) == {asked.for_freja}
        assert set(log(town, ANNE)) == {asked.annes}
        assert log(town, stranger) == {}


def test_a_log_holds_the_latest_first_and_every_line_is_of_that_exchange(town: TwoSides, asked: Asked) -> None:
    found = at_provider(town, SOLVEJ)
    assert list(found) == [asked.declined, asked.accepted]
    for exchange_id, each in found.items():
        assert each.request.subject == SOLVEJ
        times = [line.at for line in town.provider_log(exchange_id)]
        assert {step.at for step in each.steps} <= set(times)


def test_the_provider_tells_who_asked_what_was_seen_and_approved_and_what_was_sent(
    town: TwoSides, asked: Asked
) -> None:
    told = at_provider(town, SOLVEJ)[asked.accepted]
    assert [step.happened for step in told.steps][:6] == [
        Happened.ASKED,
        Happened.FOUND,
        Happened.OFFERED,
        Happened.LOOKED,
        Happened.APPROVED,
        Happened.SENT,
    ]
    assert {step.happened for step in told.steps[6:]} == {Happened.ARRIVED, Happened.DELETED}
    looked, approved, sent = told.steps[3:6]
    assert [document.title for document in sent.documents] == ["Bopælsattest", "Bopælsattest (PDF)"]
    assert looked.documents == approved.documents == sent.documents
    received = at_portal(town, SOLVEJ)[asked.accepted].steps[-1]
    assert (received.happened, received.documents) == (Happened.RECEIVED, sent.documents)
    assert told.request.explicit_request_given
    assert not told.by_other


def test_who_declined_sees_that_nothing_was_sent(town: TwoSides, asked: Asked) -> None:
    for told in (at_provider(town, SOLVEJ)[asked.declined], at_portal(town, SOLVEJ)[asked.declined]):
        happened = [step.happened for step in told.steps]
        assert Happened.NOTHING_SENT in happened
        assert not {Happened.SENT, Happened.RECEIVED} & set(happened)
    happened = [step.happened for step in at_provider(town, SOLVEJ)[asked.declined].steps]
    assert Happened.DECLINED in happened


def test_only_an_answer_with_a_link_is_told_as_an_offer(town: TwoSides, asked: Asked) -> None:
    """The same code without a link, here because the case goes without a preview, is a refusal."""
    without = town.ask(replace(CASES[0], preview=False), person=BO)
    refused = at_portal(town, BO)[without].steps[-1]
    assert (refused.happened, refused.code) == (Happened.REFUSED, ErrorCode.AUTHORIZATION.code)
    offered = [step for step in at_portal(town, SOLVEJ)[asked.accepted].steps if step.happened is Happened.OFFERED]
    assert [step.code for step in offered] == [None]


def test_a_representative_finds_what_she_asked_herself_and_the_subject_finds_all(town: TwoSides, asked: Asked) -> None:
    other = town.ask(person=FREJA, representative=SOLVEJ)
    assert set(at_portal(town, FREJA)) == {asked.for_freja, other}
    assert set(at_portal(town, FREJA, acting=ANNE)) == {asked.for_freja}
    assert set(at_portal(town, FREJA, acting=SOLVEJ)) == {other}
    assert at_portal(town, FREJA)[asked.for_freja].by_other
    assert asked.for_freja not in at_portal(town, ANNE)
    assert asked.for_freja not in at_provider(town, ANNE)


def test_a_company_and_a_person_with_one_identifier_find_their_own_alone(town: TwoSides, asked: Asked) -> None:
    """Each kind of identifier is given out for itself: nothing keeps a country from using a text twice."""
    of_company = town.ask(person=SAME, representative=ANNE)
    assert SAME.legal_person_identifier == SOLVEJ.identifier
    assert set(at_portal(town, SAME)) == set(at_portal(town, SAME, acting=ANNE)) == {of_company}
    assert {asked.accepted, asked.declined} <= set(at_portal(town, SOLVEJ))
    assert of_company not in at_portal(town, SOLVEJ)
    for_company = at_portal(town, SAME)[of_company].request
    assert [Visitor(person, "c", ANNE).asked(for_company) for person in (SOLVEJ, SAME)] == [False, True]


def test_a_sign_in_that_is_not_as_sure_sees_nothing_of_it(town: TwoSides, asked: Asked) -> None:
    who = tuple(calls(SOLVEJ, None))[-1]
    sure = Reader(who, lambda request: request.requester.identifier.value == "999000001")
    unsure = Reader(who, lambda _request: False)
    assert len(asked_about(town.requester_store, sure)) >= 2
    assert asked_about(town.requester_store, unsure) == ()


def test_whom_the_register_does_not_know_has_no_log(town: TwoSides, asked: Asked) -> None:
    assert asked_about(town.provider_store, Reader(())) == ()
    unknown = replace(SOLVEJ, given_name="Nobody")
    exchange_id = town.ask(person=unknown)
    assert exchange_id not in at_provider(town, SOLVEJ)
    assert exchange_id not in at_provider(town, unknown)


def test_a_row_that_somebody_without_the_key_has_changed_shows_nobody_elses_exchange(
    town: TwoSides, asked: Asked
) -> None:
    """Solvej's exchange under Anne's hash, with either proof that stands in the table."""
    store = town.provider_store
    before = set(at_provider(town, ANNE))
    assert before == {asked.annes}
    with store.engine.begin() as connection:
        rows = {row.exchange_id: row for row in connection.execute(select(SUBJECT)).all()}
        mine, hers = rows[asked.annes], rows[asked.accepted]
        stolen = {"who_hash": mine.who_hash, "exchange_id": asked.accepted, "proof": hers.proof}
        connection.execute(insert(SUBJECT).values(stolen))
    assert set(at_provider(town, ANNE)) == before
    assert asked.accepted in at_provider(town, SOLVEJ)


def test_no_name_and_no_identifier_stands_readable_in_the_table(town: TwoSides, asked: Asked) -> None:
    for store, who in ((town.provider_store, (key_of(SOLVEJ),)), (town.requester_store, called(SOLVEJ))):
        with store.look() as unit:
            rows = unit.connection.execute(select(SUBJECT)).all()
            assert asked.accepted in unit.subjects.exchanges_of(*who)
        assert rows
        assert all(len(row.who_hash) == len(row.proof) == 64 and who[-1] not in str(row) for row in rows)
    hashes = [_hashes(store) for store in (town.provider_store, town.requester_store)]
    assert hashes[0].isdisjoint(hashes[1]), "each service has a key of its own"


def _hashes(store: Store[ProviderExchange] | Store[RequesterExchange]) -> set[str]:
    with store.look() as unit:
        return set(unit.connection.execute(select(SUBJECT.c.who_hash)).scalars())


# --- pages ---


@pytest.fixture(scope="module")
def register() -> Register:
    return Register()


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory, register: Register) -> Iterator[Street]:
    folder = tmp_path_factory.mktemp("street")
    town = two_sides(folder, specimen_keys(), register, specimens=True)
    with closing(town.provider_store), closing(town.requester_store):
        yield Street(folder, town)


@pytest.fixture(scope="module")
def solvej(street: Street) -> Browser:
    """She has sent her evidence, and looks at her log on both sides."""
    browser = Browser(street)
    visit = browser.to_open_preview()
    browser.decide(visit.link)
    return browser


LOGS = {"portal": f"{PORTAL}/log", "provider": f"{PREVIEW}/log"}


@pytest.mark.parametrize("log", LOGS.values(), ids=LOGS)
def test_a_person_reads_her_log_after_signing_in_and_a_stranger_an_empty_one(
    street: Street, solvej: Browser, log: str
) -> None:
    stranger = Browser(street)
    assert stranger.open(log).heading == "Hvem har spurgt om mig?"
    assert "Bopælsattest" not in stranger.get(log).text
    read = solvej.sign_in(f"{log}/signin", "solvej")
    assert (read.url, read.status) == (log, 200)
    text = solvej.get(log).text
    assert "Bopælsattest" in text
    assert "Du bad selv udtrykkeligt om det" in text
    assert "The fictive registration authority, Litauen" in text
    assert stranger.sign_in(f"{log}/signin", "frederik").url == log
    other = stranger.get(log).text
    assert "Ingen har spurgt om dig her" in other
    assert "Bopælsattest" not in other


@pytest.mark.parametrize("log", LOGS.values(), ids=LOGS)
def test_the_log_can_be_saved_for_machines(street: Street, solvej: Browser, log: str) -> None:
    solvej.sign_in(f"{log}/signin", "solvej")
    saved = solvej.get(f"{log}.json")
    assert saved.headers["content-disposition"].startswith("attachment")
    (told,) = saved.json()["exchanges"]
    assert told["requester"]["country"] == "LT"
    assert told["explicit_request"] is True
    assert told["steps"][0]["happened"] == "asked"
    assert any(document["sha256"] for step in told["steps"] for document in step["documents"])
    nobody = Browser(street).get(f"{log}.json")
    assert (nobody.status_code, nobody.headers["location"]) == (303, "/log")


def test_a_log_at_the_provider_demands_as_sure_a_sign_in_as_the_preview_did(
    street: Street, solvej: Browser, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Solvej signs in at level high, and at level substantial where the node knows her less well."""
    log = LOGS["provider"]
    monkeypatch.setattr(register, "level", LevelOfAssurance.HIGH)
    solvej.sign_in(f"{log}/signin", "solvej")
    assert "Bopælsattest" in solvej.get(log).text
    known = visitors.open_mailbox
    less = LevelOfAssurance.SUBSTANTIAL
    monkeypatch.setattr(visitors, "open_mailbox", lambda request, key, _level: known(request, key, less))
    solvej.sign_in(f"{log}/signin", "solvej")
    assert "Ingen har spurgt om dig her" in solvej.get(log).text
    assert solvej.get(f"{log}.json").json() == {"exchanges": []}
    monkeypatch.setattr(register, "level", less)
    assert "Bopælsattest" in solvej.get(log).text


def test_signing_out_closes_the_log(street: Street, solvej: Browser) -> None:
    for log in LOGS.values():
        page = solvej.sign_in(f"{log}/signin", "solvej")
        assert "Bopælsattest" in solvej.get(log).text
        solvej.submit(page, "/signout")
        assert "Bopælsattest" not in solvej.get(log).text


def test_the_log_goes_with_the_journal(tmp_path: Path) -> None:
    town = two_sides(tmp_path, specimen_keys(), Register(), specimens=True)
    with closing(town.provider_store), closing(town.requester_store):
        gone = town.ask()
        town.pass_time(timedelta(hours=2))
        town.clock.advance(timedelta(days=200))
        stays = town.ask()
        assert set(at_provider(town, SOLVEJ)) == {gone, stays}
        town.clock.advance(timedelta(days=200))
        for store in (town.provider_store, town.requester_store):
            assert purge(store, town.clock.now()) is not None
            with store.look() as unit:
                kept = set(unit.connection.execute(select(SUBJECT.c.exchange_id)).scalars())
            assert kept == {stays}
        assert set(at_provider(town, SOLVEJ)) == set(at_portal(town, SOLVEJ)) == {stays}


def test_exchanges_of_before_the_log_are_found_on_both_sides_after_the_upgrade(tmp_path: Path) -> None:
    town = two_sides(tmp_path, specimen_keys(), Register(represents=True), specimens=True)
    hers, for_freja = town.ask(), town.ask(person=FREJA, representative=ANNE)
    of_company = town.ask(person=SAME, representative=ANNE)
    for store in (town.provider_store, town.requester_store):
        with store.engine.begin() as connection:
            for table in (SUBJECT, SUBJECT_KEY):
                table.drop(connection)
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0005'")
        store.close()
    provider, requester = (
        Store(tmp_path / "provider", ProviderExchange),
        Store(tmp_path / "requester", RequesterExchange),
    )
    with closing(provider), closing(requester), provider.look() as at_dk, requester.look() as at_lt:
        assert at_dk.subjects.exchanges_of(key_of(SOLVEJ)) == (hers,)
        assert at_dk.subjects.exchanges_of(key_of(FREJA)) == (for_freja,)
        assert at_dk.subjects.exchanges_of(key_of(ANNE)) == ()
        found = {who: at_lt.subjects.exchanges_of(*who) for who in (*calls(SOLVEJ, None), *calls(FREJA, ANNE))}
        assert list(found.values()) == [(hers,), (for_freja,), (for_freja,)]
        assert [at_lt.subjects.exchanges_of(*who) for who in calls(SAME, ANNE)] == [(of_company,), (of_company,)]
        assert at_lt.subjects.exchanges_of(*called(ANNE)) == ()
