"""What the journals of both sides give a dossier, from either database: evidence that is still there, what was believed
about revocation, and the key of whoever exports."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from oots.dossier.export import export
from oots.dossier.from_journal import Place, material_of_journal
from oots.dossier.messages import Answer
from oots.dossier.verification import Verdict, verify
from oots.model.errors import ConfigurationError
from oots.trust.authority import init_keys
from oots.trust.certificates import Role
from oots.trust.issuing import ISSUING, ROOT, Participant
from oots.trust.keys import load_key_pair
from oots.trust.register import RevocationRegister
from oots.trust.revocation_answers import revocation_list
from tests.support.dossiers import answered, members_of
from tests.support.postgres import Postgres, postgres
from tests.support.two_sides import PARTICIPANTS, SOLVEJ, START, FakeSource, TwoSides, issued, two_sides

SQLITE, POSTGRES, ENCRYPTED = "sqlite", "postgres", "encrypted"
LIFE = timedelta(minutes=1)
SIDES = ("requester", "provider")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    exporters = (
        Participant("dossier-requester", "AP_LT_01", Role.DOSSIER),
        Participant("dossier-provider", "AP_DK_01", Role.DOSSIER),
    )
    init_keys(folder, (*PARTICIPANTS, *exporters), START)
    return folder


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as running:
        yield running


@dataclass(frozen=True)
class Delivered:
    """An exchange whose evidence the requester still holds; `addresses` are those of the databases by side."""

    town: TwoSides
    folder: Path
    keys: Path
    exchange_id: str
    addresses: dict[str, str | None]

    def dossier(self, side: str) -> bytes:
        at = Place(self.folder / side, database_url=self.addresses[side], keys=self.keys)
        return export(material_of_journal(self.exchange_id, at, moments=(START + LIFE,)), START + LIFE)

    def judged(self, data: bytes) -> Verdict:
        return verify(data, self.town.anchors, START + LIFE)


def lists(keys: Path, at: datetime = START) -> list[bytes]:
    """What the authorities say at the beginning, or later: nothing is revoked."""
    nothing = RevocationRegister(keys / "none.json")
    return [revocation_list(load_key_pair(keys, name), nothing, at, LIFE) for name in (ISSUING, ROOT)]


@pytest.fixture
def delivered(request: pytest.FixtureRequest, tmp_path: Path, keys: Path) -> Iterator[Delivered]:
    addresses: tuple[str | None, str | None] = (None, None)
    kind = getattr(request, "param", SQLITE)
    if kind == POSTGRES:
        server = request.getfixturevalue("server")
        addresses = (server.new_database(), server.new_database())
    source = FakeSource(issue_result=(replace(issued(), documents=issued().documents[:1]),))
    agreed = kind == ENCRYPTED
    town = two_sides(tmp_path, keys, source, databases=addresses, encrypted=(agreed, agreed))
    for store in (town.requester_store, town.provider_store):
        for answer in lists(keys):
            store.answers.add(answer, START)
    exchange_id = town.ask()
    token = town.to_preview(exchange_id)
    assert town.space.admit(token, SOLVEJ)
    town.space.decide(token, [0])
    town.run()
    yield Delivered(town, tmp_path, keys, exchange_id, dict(zip(SIDES, addresses, strict=True)))
    town.requester_store.close()
    town.provider_store.close()


@pytest.mark.parametrize("delivered", [ENCRYPTED], indirect=True)
@pytest.mark.parametrize("side", SIDES)
def test_messages_that_were_encrypted_are_proved_by_what_was_signed(delivered: Delivered, side: str) -> None:
    whole = delivered.dossier(side)
    assert b"EncryptedKey" in members_of(whole)["messages/04/envelope.xml"]
    assert not any(name.endswith("message.mime") for name in members_of(whole)), "nobody has its bytes any more"
    verdict = delivered.judged(whole)
    assert verdict.faults == ()
    assert answered(verdict) == [Answer.YES] * 3


@pytest.mark.parametrize("delivered", [SQLITE, POSTGRES], indirect=True)
def test_evidence_is_there_while_it_is_kept_and_by_its_digest_afterwards(delivered: Delivered) -> None:
    whole = delivered.dossier("requester")
    assert "Solvej Prøvesen, Åboulevarden 1" in members_of(whole)["evidence/04-01.xml"].decode()
    assert {f"messages/{number:02d}/message.mime" in members_of(whole) for number in (2, 4)} == {True}
    delivered.town.requester.finish(delivered.exchange_id)
    after = delivered.dossier("requester")
    assert not any(name.startswith("evidence/") for name in members_of(after))
    assert "messages/02/message.mime" in members_of(after)
    assert "messages/04/message.mime" not in members_of(after)
    for data in (whole, after):
        verdict = delivered.judged(data)
        assert verdict.faults == ()
        assert answered(verdict) == [Answer.YES] * 3
    assert "1 are not kept" in delivered.judged(after).answers[0].en


def test_what_was_believed_about_revocation_is_kept_once_and_answers_for_every_signature(delivered: Delivered) -> None:
    for side in SIDES:
        data = delivered.dossier(side)
        kept = json.loads(members_of(data)["trust/revocation.json"])["kept"]
        assert [each["file"].rpartition(".")[2] for each in kept] == ["crl", "crl"]
        verdict = delivered.judged(data)
        assert verdict.revocation is not None
        assert "messages, receipts and seals: 3 of 3 certificates had not been revoked" in verdict.revocation.en
        assert verdict.revocation.answered > 0
        assert all("vouched for the dossier" in why for why in verdict.revocation_unjudged)


def test_what_is_believed_when_a_dossier_is_made_answers_for_the_one_who_makes_it(delivered: Delivered) -> None:
    """The test before has answers that have run out by then."""
    store = delivered.town.provider_store
    for answer in lists(delivered.keys, START + LIFE):
        store.answers.add(answer, START + LIFE)
    with store.begin():
        pass  # the answers are written with it
    verdict = delivered.judged(delivered.dossier("provider"))
    assert verdict.is_good
    assert verdict.revocation_unjudged == ()
    assert verdict.revocation is not None
    assert "the dossier's own signature: 2 of 2 certificates had not been revoked" in verdict.revocation.en


def test_the_table_of_data_protection_tells_of_this_exchange(delivered: Delivered) -> None:
    delivered.town.requester.finish(delivered.exchange_id)
    rows = {row["provision"]: row["en"] for row in json.loads(members_of(delivered.dossier("requester"))["gdpr.json"])}
    assert "The fictive registration authority (999000001) of what it asks for" in rows["GDPR 4(7), 26"]
    assert "in the request family name, given names, date of birth" in rows["GDPR 14, 30(1)(c)"]
    assert "deleted after 2027-09-01, the evidence was at 2026-09-01" in rows["GDPR 5(1)(e); 2022/1463, art. 17(4)"]
    assert SOLVEJ.family_name not in str(rows)


def test_each_side_signs_with_its_own_key_or_a_former_one_and_nobody_without(
    delivered: Delivered, tmp_path: Path
) -> None:
    assert [delivered.judged(delivered.dossier(side)).signer for side in SIDES] == ["AP_LT_01", "AP_DK_01"]
    (delivered.folder / "provider").rename(delivered.folder / "provider-0751")
    renamed = Place(delivered.folder / "provider-0751", keys=delivered.keys)
    former = export(material_of_journal(delivered.exchange_id, renamed), START + LIFE)
    assert delivered.judged(former).signer == "AP_DK_01"
    without = Path(shutil.copytree(delivered.keys, tmp_path / "without"))
    for file in without.glob("dossier-*"):
        file.unlink()
    with pytest.raises(ConfigurationError, match="dossier-provider"):
        material_of_journal(delivered.exchange_id, replace(renamed, keys=without))
