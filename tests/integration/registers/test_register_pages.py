"""The pages of the registers: what they show, what they hide, and the switch."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from oots.denmark.register import STANDARD_FILE
from oots.denmark.registers import CPR, FAGSYSTEMER, FULDMAGT, Registers
from oots.denmark.switch import Behaviour, RegisterSwitch
from tests.support.denmark import registers
from tests.support.register_pages import ORIGIN, register_house
from tests.support.web import client_of

SOLVEJ = "/registers/persons/f3c95789-ace1-4954-8c5d-6baed2eac902"
BARN = "/registers/persons/9bbc0685-bcc3-423c-b739-40a87aa1caa0"
BRUUN = "/registers/persons/c6cce996-6caf-46a5-9035-98aec280ad37"
TRINE = "/registers/persons/73f80e52-a369-48b5-a441-4c46f147ecf9"
ATTEST = "https://sr.oots.tech.ec.europa.eu/evidencetypeclassifications/DK/7d6b1f0e-2c43-4b8e-9f57-3a1c5e8d2b64"


class Visitor:
    """Somebody at the pages, who fills in forms."""

    def __init__(self, held: Registers | None = None) -> None:
        self.held = held or registers()
        self.client = client_of(register_house(held=self.held), ORIGIN)

    def read(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200
        return answer.text

    def send(self, page: str, path: str, **form: str) -> httpx.Response:
        token = re.search(r'name="csrf" value="([^"]+)"', self.client.get(page).text)
        assert token is not None
        return self.client.post(path, data={"csrf": token[1], **form}, headers={"Origin": ORIGIN})


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


def test_everybody_is_listed_and_the_page_says_what_it_is_for(visitor: Visitor) -> None:
    page = visitor.read("/registers")
    assert page.count("/registers/persons/") == len(visitor.held.cpr().persons)
    assert "Kun til demonstration" in page
    assert "For demonstration only" in visitor.read("/registers?lang=en")
    assert f"<dd>{STANDARD_FILE.name}</dd>" in page
    assert str(STANDARD_FILE.parent) not in page


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        ("Prøvesen", 1),
        ("provesen", 1),
        ("KARL", 2),
        ("Gammelnavn", 1),
        ("žižek", 1),
        ("120684", 1),
        ("270293", 1),
        ("x" * 20, 0),
    ],
)
def test_persons_are_found_by_name_or_number_in_any_spelling(visitor: Visitor, sought: str, found: int) -> None:
    answer = visitor.send("/registers", "/registers/search", sought=sought)
    assert answer.status_code == 200
    assert answer.text.count("/registers/persons/") == found


def test_what_is_sought_stands_in_no_address(visitor: Visitor) -> None:
    answer = visitor.send("/registers", "/registers/search", sought="1206840438")
    assert "1206840438" not in str(answer.url)
    assert not re.findall(r'(?:href|action)="[^"]*1206840438', answer.text)


def test_a_record_is_shown_with_its_rows_and_both_of_their_times(visitor: Visitor) -> None:
    page = visitor.read(SOLVEJ)
    for shown in ("1206840438", "Ærøgade", "rettet", "fortrudt", "Sigurd Skrivefejl", "usikker", "2019-08-21"):
        assert shown in page


def test_a_record_can_be_seen_as_the_register_knew_it(visitor: Visitor) -> None:
    assert "Sigurd Skrivefejl" in visitor.read(f"{SOLVEJ}?known=2019-10-10")
    assert "Sigurd Skrivefejl" not in visitor.read(f"{SOLVEJ}?known=2019-10-21")
    assert "140" in visitor.read(f"{SOLVEJ}?known=2019-08-01")
    assert visitor.client.get(f"{SOLVEJ}?known=yesterday").status_code == 400


def test_other_records_are_a_click_away(visitor: Visitor) -> None:
    page = visitor.read(BARN)
    assert "Mor Mikkelsen" in page
    assert page.count("/registers/persons/c8671192-7783-4f1d-b781-65de8458320c") == 2


def test_nobody_is_shown_to_what_church_somebody_belongs(visitor: Visitor) -> None:
    for person in visitor.held.cpr().persons:
        page = visitor.read(f"/registers/persons/{person.id}")
        assert "Skjult. Religion" in page
        assert not re.search("MEDLEM_AF|UDEN_FOR|AFVENTER", page)


@pytest.mark.parametrize(("path", "streets"), [(BRUUN, ("Saxogade", "Istedgade")), (TRINE, ("Låsbygade",))])
def test_a_protected_address_is_hidden_here_too(visitor: Visitor, path: str, streets: tuple[str, ...]) -> None:
    assert "Ærøgade" in visitor.read(SOLVEJ)
    pages = visitor.read(path) + visitor.read(f"{path}?known=2026-01-01") + visitor.read("/registers")
    assert "adressen er beskyttet" in pages
    assert not [street for street in streets if street in pages]


def test_an_unknown_record_is_not_there(visitor: Visitor) -> None:
    assert visitor.client.get(SOLVEJ[:-1] + "3").status_code == 404


def test_the_other_registers_are_shown_without_what_may_betray_religion(visitor: Visitor) -> None:
    page = visitor.read("/registers/others")
    for kind in ("fuldmagt", "tegningsret", "laan", "ejendom", "indskrivning", "foedsel", "vielse"):
        assert f"<code>{kind}</code>" in page
    assert "Holger Fuldmægtig" in page
    assert page.count("skjult: kan røbe religion") > 3
    assert "samtykke: true" in page
    assert not re.search("MEDLEM_AF|UDEN_FOR|AFVENTER|KIRKELIG|BORGERLIG", page)


def test_an_address_in_another_register_is_hidden_as_well(tmp_path: Path) -> None:
    entry = """
[[byggesag]]
kommunekode = "0101"
person = "PERSON"
bfe = "100151203"
adresse = { vejnavn = "Hemmelig Vej", husnummer = "14", postnummer = "1662", postdistrikt = "København V" }
sag = "BYG-2026-00417"
art = "TILBYGNING"
afgjort = 2026-08-21
"""
    for path, shown in ((SOLVEJ, True), (BRUUN, False), (TRINE, False)):
        (tmp_path / "cases.toml").write_text(entry.replace("PERSON", path.rpartition("/")[2]), encoding="utf-8")
        page = Visitor(registers(others=tmp_path)).read("/registers/others")
        assert ("Hemmelig Vej" in page) is shown
        assert ("BYG-2026-00417" in page) is shown


def test_a_protected_person_s_property_shows_neither_owner_nor_place(visitor: Visitor) -> None:
    page = visitor.read("/registers/others")
    assert "handler om en person, hvis adresse er beskyttet" in page
    shown = ("Solvej Prøvesen", "Strandstien", "100151203", "0751", "opfoert 1968", "areal 74")
    assert not [each for each in shown if each not in page]
    secret = ("Beskyttet Bruun", BRUUN, "Saxogade", "100220785", "opfoert 1894", "areal 61")
    assert not [each for each in secret if each in page]


def test_a_record_that_names_a_protected_person_besides_is_hidden_as_well(tmp_path: Path) -> None:
    entry = """
[[flytning]]
kommunekode = "0101"
person = "f3c95789-ace1-4954-8c5d-6baed2eac902"
dato = 2026-08-21
adresse = { vejnavn = "Hemmelig Vej", husnummer = "14", postnummer = "1662", postdistrikt = "København V" }
godkendt = true
medflyttende = ["PERSON"]
"""
    for path, shown in ((BARN, True), (BRUUN, False)):
        (tmp_path / "moves.toml").write_text(entry.replace("PERSON", path.rpartition("/")[2]), encoding="utf-8")
        assert ("Hemmelig Vej" in Visitor(registers(others=tmp_path)).read("/registers/others")) is shown


def _outcome_of(visitor: Visitor, **form: str) -> str:
    """What the page tells of a match, without the form, which repeats what was entered."""
    page = visitor.send("/registers/match", "/registers/match/attributes", **form).text
    told = re.search(r'<section aria-labelledby="outcome">.*?</section>', page, re.DOTALL)
    assert told is not None
    return told[0]


def _told_of_addresses(visitor: Visitor, person: dict[str, str], home: dict[str, str]) -> set[str]:
    elsewhere = {"thoroughfare": "Nygade", "locator_designator": "1", "post_code": "8000"}
    return {_outcome_of(visitor, **person, **address) for address in (home, elsewhere, {})}


BRUUN_SAYS = {"given_name": "Beskyttet", "family_name": "Bruun", "date_of_birth": "1989-11-17"}
SOLVEJ_SAYS = {"given_name": "Solvej", "family_name": "Prøvesen", "date_of_birth": "1984-06-12"}
KARL_SAYS = {"given_name": "Karl", "family_name": "Kopi", "date_of_birth": "1980-12-19"}


def test_the_match_page_does_not_tell_whether_an_address_is_a_protected_person_s(visitor: Visitor) -> None:
    home = {"thoroughfare": "Saxogade", "locator_designator": "105", "post_code": "1662"}
    (told,) = _told_of_addresses(visitor, BRUUN_SAYS, home)
    assert "vises ikke, fordi adressen er beskyttet" in told
    home = _home(visitor.held, SOLVEJ)
    assert len(_told_of_addresses(visitor, SOLVEJ_SAYS, home)) == 3


def test_no_address_tells_a_protected_person_from_another_of_her_name(tmp_path: Path) -> None:
    standard = registers()
    first, _ = (person for person in standard.cpr().persons if person.navn.adresseringsnavn == "Karl Kopi")
    home = _home(standard, first.id)
    assert "Netop én person" in _outcome_of(Visitor(standard), **KARL_SAYS, **home)
    file = tmp_path / "persons.toml"
    protection = 'beskyttelse = [{ type = "NAVNE_OG_ADRESSE", virkning_fra = 2021-02-01 }]'
    whole = STANDARD_FILE.read_text(encoding="utf-8")
    file.write_text(whole.replace(f'id = "{first.id}"', f'id = "{first.id}"\n{protection}'), encoding="utf-8")
    (told,) = _told_of_addresses(Visitor(registers(file)), KARL_SAYS, home)
    assert "Netop én person" not in told


def _home(held: Registers, person: str) -> dict[str, str]:
    row = held.cpr().person(person.rpartition("/")[2]).aktuel_adresse
    assert row is not None
    return {
        "thoroughfare": row.vejnavn or "",
        "locator_designator": row.husnummer or "",
        "post_code": row.postnummer or "",
    }


@pytest.mark.parametrize("register", [CPR, FULDMAGT, FAGSYSTEMER])
def test_a_register_is_switched_here(visitor: Visitor, register: str) -> None:
    answer = visitor.send("/registers", "/registers/behaviour", register=register, behaviour="silent")
    assert (answer.status_code, answer.headers["location"]) == (303, "/registers")
    assert visitor.held.switch.behaviour(register) is Behaviour.SILENT
    assert "Tavst: svarer slet ikke</dd>" in visitor.read("/registers")


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/registers/behaviour", {"register": CPR, "behaviour": "asleep"}),
        ("/registers/behaviour", {"register": "bbr2", "behaviour": "slow"}),
        ("/registers/match/persona", {"persona": "nobody"}),
    ],
)
def test_what_no_page_offers_is_refused(visitor: Visitor, path: str, form: dict[str, str]) -> None:
    assert visitor.send("/registers", path, **form).status_code == 400


@pytest.mark.parametrize("path", ["behaviour", "search", "match/persona", "match/attributes"])
def test_a_form_of_another_session_is_refused(visitor: Visitor, path: str) -> None:
    form = {"register": CPR, "behaviour": "slow", "persona": "solvej"}
    assert visitor.client.post(f"/registers/{path}", data=form, headers={"Origin": ORIGIN}).status_code == 403
    assert visitor.held.switch.behaviour(CPR) is Behaviour.IN_ORDER


def test_the_pages_answer_to_the_service_s_own_name_only(visitor: Visitor) -> None:
    assert visitor.client.get("/registers", headers={"Host": "evil.example"}).status_code == 421


def test_the_pages_work_while_the_registers_do_not() -> None:
    switch = RegisterSwitch(lambda seconds: None)
    visitor = Visitor(registers(switch=switch))
    for register in (CPR, FULDMAGT, FAGSYSTEMER):
        switch.set(register, Behaviour.FAILING)
    assert visitor.read("/registers")
    assert visitor.read(SOLVEJ)
    assert "Netop én person" in visitor.send("/registers/match", "/registers/match/persona", persona="solvej").text


def test_a_faulty_edit_is_told_on_the_page(tmp_path: Path) -> None:
    file = tmp_path / "persons.toml"
    whole = STANDARD_FILE.read_text(encoding="utf-8")
    file.write_text(whole, encoding="utf-8")
    visitor = Visitor(registers(file))
    assert "kan ikke læses" not in visitor.read("/registers")
    file.write_text(whole.replace('koen = "KVINDE"', 'koen = "PIGE"', 1), encoding="utf-8")
    page = visitor.read("/registers")
    assert "kan ikke læses" in page
    assert "person 1: koen" in page
    assert "PIGE" not in page
    assert page.count("/registers/persons/") == len(visitor.held.cpr().persons)


OUTCOMES = {
    "solvej": "Netop én person",
    "trine": "Netop én person",
    "ukendt": "Ingen person",
    "karl": "Flere personer: flere oplysninger ville skille dem ad",
    "karl-stoevring": "Netop én person",
    "karl-viborg": "Ingen person",
    "suryani": "Netop én person",
    "karen": "Netop én person",
    "ryuji": "Netop én person",
    "erstatnings": "Netop én person",
    "villads": "Personen er fundet, men ikke rigtigt repræsenteret",
    "delfine": "Netop én person",
    "mor-for-barn": "Netop én person",
    "far-for-barn": "Netop én person",
    "solvej-for-barn": "Personen er fundet, men ikke rigtigt repræsenteret",
    "holger-for-frida": "Netop én person",
    "holger-for-vera": "Personen er fundet, men ikke rigtigt repræsenteret",
    "solvej-for-anders": "Personen er fundet, men ikke rigtigt repræsenteret",
    "gudrun-for-villads": "Netop én person",
    "dina-for-byg": "Netop én person",
    "frida-for-byg": "Personen er fundet, men ikke rigtigt repræsenteret",
    "jonas": "Ingen person",
    "rasa-for-matas": "Ingen person",
}


@pytest.mark.parametrize(("persona", "outcome"), OUTCOMES.items())
def test_each_persona_s_match_is_explained(visitor: Visitor, persona: str, outcome: str) -> None:
    page = visitor.send("/registers/match", "/registers/match/persona", persona=persona, classification=ATTEST).text
    told = re.search(r'<p role="status"><span class="badge badge-\w+">([^<]+)</span>', page)
    assert told is not None
    assert told[1] == outcome


def test_a_mandate_for_one_kind_of_evidence_is_none_for_another(visitor: Visitor) -> None:
    other = ATTEST.replace("7d6b1f0e-2c43-4b8e-9f57-3a1c5e8d2b64", "b2a94c57-61de-4f0a-8c3b-90f7d5e1a846")
    page = visitor.send(
        "/registers/match", "/registers/match/persona", persona="holger-for-frida", classification=other
    )
    assert "ikke rigtigt repræsenteret" in page.text


def test_attributes_are_explained_rule_by_rule(visitor: Visitor) -> None:
    form = {"given_name": "Karl", "family_name": "Kopi", "date_of_birth": "1980-12-19", "place_of_birth": "Randers"}
    page = visitor.send("/registers/match", "/registers/match/attributes", **form).text
    assert "Netop én person" in page
    assert "Fødested: passer ikke" in page
    assert 'value="Randers"' in page


def test_who_acts_can_be_entered_too(visitor: Visitor) -> None:
    form = {"given_name": "Barn", "family_name": "Mikkelsen", "date_of_birth": "2016-09-02"}
    acting = {"acting_given_name": "Mor", "acting_family_name": "Mikkelsen", "acting_date_of_birth": "1988-01-11"}
    page = visitor.send("/registers/match", "/registers/match/attributes", **form, **acting).text
    assert "forældremyndighed." in page
    assert "Den, der handler: Mor Mikkelsen" in page


@pytest.mark.parametrize("field", ["date_of_birth", "acting_date_of_birth"])
def test_a_date_that_cannot_be_read_is_told_at_its_field(visitor: Visitor, field: str) -> None:
    form = {"given_name": "Karl", "family_name": "Kopi", "date_of_birth": "1980-12-19"}
    form |= {"acting_family_name": "Kopi", "acting_date_of_birth": "1980-12-19"}
    assert visitor.send("/registers/match", "/registers/match/attributes", **form).status_code == 200
    answer = visitor.send("/registers/match", "/registers/match/attributes", **(form | {field: "19/12-80"}))
    assert answer.status_code == 400
    assert f'id="{field}-fault"' in answer.text
    assert 'value="Kopi"' in answer.text
