"""The evidence of an exchange in the inspector: fields, digests, seal, and the document for whoever gives a reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import httpx
import pytest

from oots.exchange.journal import Entry, JournalEntry
from oots.exchange.journals import JournalOf, Journals
from oots.model.clock import SystemClock
from oots.model.fields import Standing
from oots.scenarios.bopaelsattest import tell
from oots.scenarios.live_town import LiveTown, live_town
from oots.scenarios.outcome import Decision
from tests.support.inspected import INSPECTOR, inspector_over
from tests.support.leaves import leaves_in
from tests.support.web import client_of

SPECIMEN_KEYS = Path(__file__).parents[2] / "specimen_keys"


@dataclass(frozen=True)
class Looked:
    """A town in which somebody accepted, accepted and has not used the evidence yet, and declined; and what a reviewer
    sees of it."""

    town: LiveTown
    reviewer: httpx.Client
    accepted: str
    kept: str
    declined: str

    def lines(self, exchange_id: str, service: str, entry: Entry) -> list[JournalEntry]:
        journals = Journals([JournalOf(name, self.town.town.state / name) for name in self.town.sides])
        told = journals.of_exchange(exchange_id).lines
        return [line.entry for line in told if (line.service, line.entry.entry) == (service, entry)]

    def page(self, exchange_id: str, lang: str = "en") -> str:
        answer = self.reviewer.get(f"/exchanges/{exchange_id}/evidence?lang={lang}")
        assert answer.status_code == 200
        return answer.text

    def posted(self, path: str, **fields: str) -> None:
        csrf = re.search(r'name="csrf" value="([^"]*)"', self.reviewer.get("/signin").text)
        assert csrf
        assert self.reviewer.post(path, data={"csrf": csrf[1], **fields}).status_code == 303


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Looked]:
    with live_town(tmp_path_factory.mktemp("town"), SystemClock(), specimen_keys=SPECIMEN_KEYS) as town:
        accepted = tell(town, Decision.ACCEPT, lambda _line: None).exchange_id
        with patch("oots.scenarios.bopaelsattest._finish"):
            kept = tell(town, Decision.ACCEPT, lambda _line: None).exchange_id
        declined = tell(town, Decision.DECLINE, lambda _line: None).exchange_id
        with httpx.Client() as unused:
            yield Looked(town, signed_in(town, unused), accepted, kept, declined)


def signed_in(town: LiveTown, unused: httpx.Client) -> httpx.Client:
    reviewer = client_of(inspector_over(town, unused), INSPECTOR)
    csrf = re.search(r'name="csrf" value="([^"]*)"', reviewer.get("/signin").text)
    assert csrf
    reviewer.post("/signin/account", data={"csrf": csrf[1], "account": "leif"})
    return reviewer


def released(line: JournalEntry) -> set[str]:
    return {field.name for field in line.fields if field.standing is Standing.RELEASED}


def test_both_sides_name_the_same_fields_and_the_offer_names_what_waits(looked: Looked) -> None:
    (offered,) = looked.lines(looked.accepted, "provider", Entry.EXCEPTION_SENT)
    (sent,) = looked.lines(looked.accepted, "provider", Entry.RESPONSE_SENT)
    (received,) = looked.lines(looked.accepted, "requester", Entry.RESPONSE_RECEIVED)
    assert released(sent) == released(received)
    assert {field.name for field in offered.fields if field.standing is Standing.AVAILABLE} == released(sent)
    assert "Person/Fornavne" in released(sent)
    assert not released(offered)
    assert {field.evidence_id for field in sent.fields} <= {part.evidence_id for part in sent.evidence}


def test_where_the_person_declined_the_fields_stay_available_and_none_is_released(looked: Looked) -> None:
    (offered,) = looked.lines(looked.declined, "provider", Entry.EXCEPTION_SENT)
    (sent,) = looked.lines(looked.declined, "provider", Entry.RESPONSE_SENT)
    (received,) = looked.lines(looked.declined, "requester", Entry.RESPONSE_RECEIVED)
    assert any(field.standing is Standing.AVAILABLE for field in offered.fields)
    assert (sent.fields, received.fields) == ((), ())


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("da", ("Nuværende bopæl: Adresse: Vej", "CPR Folkekirkeoplysning", "Vist og sendt: ens", "artikel 9")),
        ("en", ("Present residence: Address: Street", "Shown and sent: the same", "Shown and received: the same")),
    ],
)
def test_the_page_tells_how_far_each_field_came_and_that_the_same_was_shown_sent_and_received(
    looked: Looked, lang: str, words: tuple[str, ...]
) -> None:
    page = looked.page(looked.accepted, lang)
    for each in words:
        assert each in page


def test_masked_nothing_is_told_by_whether_a_field_was_there(looked: Looked) -> None:
    page = looked.page(looked.accepted)
    assert "Address: Street" in page
    rows = re.findall(r'<code class="small">([^<]*)</code>', page)
    assert "Person/Fornavne" in rows
    assert not {"Bopael/Adresse/Vejnavn", "Bopael/UdenFastBopael", "Person/Foedested"} & set(rows)
    assert "Prøvesen" not in page


def test_what_was_not_sent_stays_with_the_reason_and_was_shown_alone(looked: Looked) -> None:
    page = " ".join(looked.page(looked.declined).split())
    assert "Nothing has been sent" in page
    assert "The person chose not to send. The evidence had been issued and stayed" in page
    assert "Shown to the person, not sent" in page


def test_the_document_and_its_text_are_shown_to_whoever_gives_a_reason_while_a_service_has_it(looked: Looked) -> None:
    (sent,) = looked.lines(looked.kept, "provider", Entry.RESPONSE_SENT)
    xml = next(part for part in sent.evidence if part.media_type == "application/xml")
    address = f"/exchanges/{looked.kept}/evidence/{xml.evidence_id}"
    masked = looked.page(looked.kept)
    assert "Seal valid" in masked
    assert "Ærøgade" not in masked
    assert looked.reviewer.get(address).status_code == 403
    looked.posted(f"/exchanges/{looked.kept}/unmask", reason="the council asked for an example")
    shown = looked.page(looked.kept)
    assert "Ærøgade" in shown
    assert '<code class="small">Bopael/Adresse/Vejnavn</code>' in shown
    document = looked.reviewer.get(address)
    assert released(sent) == set(leaves_in(document.content))
    pdf = next(part for part in sent.evidence if part.media_type == "application/pdf")
    image = looked.reviewer.get(f"/exchanges/{looked.kept}/evidence/{pdf.evidence_id}/pages/0")
    assert image.headers["content-type"] == "image/png"
    assert looked.reviewer.get(f"/exchanges/{looked.kept}/evidence/{pdf.evidence_id}/pages/9").status_code == 404


def test_of_deleted_evidence_the_digest_stays_and_the_time_of_its_deletion(looked: Looked) -> None:
    (deleted,) = looked.lines(looked.accepted, "requester", Entry.EVIDENCE_DELETED)
    page = looked.page(looked.accepted)
    assert deleted.evidence[0].sha256 in page
    assert "so the seal cannot be checked any more" in page
    looked.posted(f"/exchanges/{looked.accepted}/unmask", reason="the council asked for an example")
    gone = looked.reviewer.get(f"/exchanges/{looked.accepted}/evidence/{deleted.evidence[0].evidence_id}")
    assert gone.status_code == 404


def test_a_message_is_found_by_its_own_id(looked: Looked) -> None:
    (sent,) = looked.lines(looked.accepted, "requester", Entry.REQUEST_SENT)[:1]
    on = looked.reviewer.get(f"/exchanges/{looked.accepted}/named/{sent.message_id}")
    assert on.headers["location"] == f"/exchanges/{looked.accepted}/messages/1"
    other = looked.reviewer.get(f"/exchanges/{looked.accepted}/named/unknown@nowhere")
    assert other.headers["location"] == f"/exchanges/{looked.accepted}"
