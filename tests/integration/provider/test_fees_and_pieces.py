"""Several pieces to choose from, what is withheld, and the three policies for a fee, from request to answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from oots.exchange.conversation import RequesterState
from oots.exchange.journal import Entry
from oots.model.content import whole
from oots.model.issuing import Fee, FeePolicy, Issued, Withheld
from oots.model.text import Text
from oots.provider.mailbox import letters
from oots.provider.preview import UnpaidError
from oots.requester.cases import CASES
from tests.support.two_sides import AARHUS, SOLVEJ, TwoSides, finding_in, issued

TITLES = tuple((Text("DA", f"Attest {year}"), Text("EN", f"Certificate {year}")) for year in (2023, 2024, 2025))
WITHHELD = (Withheld("civilstand", (Text("DA", "Ikke nødvendigt her"), Text("EN", "Not needed here"))),)


def piece(number: int = 0, policy: FeePolicy | None = None) -> Issued:
    """One of three pieces of the same type, which tell whose they are."""
    main, readable = issued().documents
    documents = (replace(main, content=f"<attest>{number}</attest>".encode()), readable)
    fee = Fee(Decimal(75), policy, 2026) if policy else None
    return replace(issued(), documents=documents, title=TITLES[number], fee=fee, withheld=WITHHELD)


def opened(town: TwoSides, specification: str = "oots-edm:v2.0") -> tuple[str, str]:
    """An exchange whose preview its person has opened: its id, and the token of the link."""
    exchange_id = town.ask(finding=finding_in(specification))
    token = town.to_preview(exchange_id).partition("?")[0]
    assert town.space.admit(token, SOLVEJ)
    return exchange_id, token


def entries(town: TwoSides, exchange_id: str) -> list[Entry]:
    return [line.entry for line in town.provider_log(exchange_id)]


# --- several pieces ---


@pytest.mark.parametrize("accepted", [[], [1], [0, 2], [0, 1, 2]])
def test_the_pieces_that_were_chosen_arrive_and_no_other(town: TwoSides, accepted: list[int]) -> None:
    town.source.issue_result = tuple(piece(number) for number in range(3))
    exchange_id, token = opened(town)
    assert [package.titles for package in town.space.packages(token)] == list(TITLES)
    town.space.decide(token, accepted)
    town.run()
    count = len(town.requester.progress(exchange_id).parts)
    received = [whole(town.requester.evidence(exchange_id, number)[1]) for number in range(count)]
    main = [content for content in received if content.startswith(b"<")]
    assert main == [f"<attest>{number}</attest>".encode() for number in accepted]


def test_a_piece_without_a_title_of_its_own_is_called_as_its_type_is(town: TwoSides) -> None:
    town.source.issue_result = (piece(0), issued())
    _, token = opened(town)
    assert [package.titles[0].value for package in town.space.packages(token)] == ["Attest 2023", "Bopælsattest"]


def test_what_is_withheld_is_shown_and_stands_in_no_message(town: TwoSides) -> None:
    town.source.issue_result = (piece(),)
    _, token = opened(town)
    assert town.space.packages(token)[0].withheld == WITHHELD
    town.space.decide(token, [0])
    town.run()
    assert not any(b"civilstand" in body for _, _, body in town.wire.heard)


# --- fees ---


def test_a_fee_that_is_waived_is_shown_and_asks_for_nothing(town: TwoSides) -> None:
    town.source.issue_result = (piece(0, FeePolicy.WAIVED),)
    exchange_id, token = opened(town)
    (shown,) = town.space.packages(token)
    assert (shown.fee, shown.to_pay) == (Fee(Decimal(75), FeePolicy.WAIVED, 2026), False)
    town.space.decide(token, [0])
    town.run()
    assert town.requester.progress(exchange_id).state is RequesterState.DELIVERED
    with pytest.raises(LookupError):
        town.space.pay(opened(town)[1], 0)


def test_a_fee_is_paid_in_the_preview_before_anything_can_be_accepted(town: TwoSides) -> None:
    town.source.issue_result = (piece(0, FeePolicy.PAID_IN_PREVIEW),)
    exchange_id, token = opened(town)
    with pytest.raises(UnpaidError) as unpaid:
        town.space.decide(token, [0])
    assert unpaid.value.numbers == (0,)
    assert Entry.PREVIEW_DECIDED not in entries(town, exchange_id)
    for _ in range(2):
        town.space.pay(token, 0)
    assert not town.space.packages(token)[0].to_pay
    assert letters(town.provider_store, "key") == ()
    town.space.decide(token, [0])
    town.run()
    assert town.requester.progress(exchange_id).state is RequesterState.DELIVERED
    (paid,) = [line for line in town.provider_log(exchange_id) if line.entry is Entry.FEE_PAID]
    assert paid.detail == "75.00 DKK, 2026, a stand-in payment"
    assert Entry.FEE_RETURNED not in entries(town, exchange_id)
    (letter,) = letters(town.provider_store, "key")
    assert (letter.paid, letter.returned) == ((Fee(Decimal(75), FeePolicy.PAID_IN_PREVIEW, 2026),), ())
    assert letter.issuer == AARHUS.names


def test_a_file_is_given_out_once_its_fee_has_been_paid(town: TwoSides) -> None:
    town.source.issue_result = (piece(0, FeePolicy.PAID_IN_PREVIEW), piece(1))
    _, token = opened(town)
    _, looked_at = town.space.content(token, 0, 0)
    with pytest.raises(UnpaidError):
        town.space.file(token, 0, 0)
    assert whole(town.space.file(token, 1, 0)[1]) == b"<attest>1</attest>"
    with pytest.raises(LookupError):
        town.space.file(token, 9, 0)
    town.space.pay(token, 0)
    assert whole(town.space.file(token, 0, 0)[1]) == whole(looked_at)


def test_declining_costs_nothing(town: TwoSides) -> None:
    town.source.issue_result = (piece(0, FeePolicy.PAID_IN_PREVIEW), piece(1, FeePolicy.PAID_IN_PREVIEW))
    exchange_id, token = opened(town)
    for number in (0, 1):
        town.space.pay(token, number)
    town.space.decide(token, [1])
    assert entries(town, exchange_id).count(Entry.FEE_PAID) == 2
    assert entries(town, exchange_id).count(Entry.FEE_RETURNED) == 1
    (letter,) = letters(town.provider_store, "key")
    assert (len(letter.paid), len(letter.returned)) == (1, 1)
    _, unpaid = opened(town)
    town.space.decide(unpaid, [])


def test_the_fee_of_a_piece_is_one_in_earlier_versions_as_well(town: TwoSides) -> None:
    town.source.issue_result = (piece(0, FeePolicy.PAID_IN_PREVIEW),)
    _, token = opened(town, "oots-edm:v1.2")
    assert [(shown.piece, shown.to_pay) for shown in town.space.packages(token)] == [(0, True), (0, True)]
    town.space.pay(token, 0)
    assert [shown.to_pay for shown in town.space.packages(token)] == [False, False]


def test_without_payment_in_advance_nothing_is_issued_where_that_is_the_policy(town: TwoSides) -> None:
    town.source.issue_result = (piece(0, FeePolicy.REFUSED),)
    exchange_id = town.ask()
    progress = town.requester.progress(exchange_id)
    assert progress.state is RequesterState.REFUSED
    assert progress.error_code == "EDM:ERR:0007"
    assert progress.error_detail == "not issued across borders without payment in advance (75.00 DKK in 2026)"
    assert not town.provider_store.files.names()


@pytest.mark.parametrize(
    ("policy", "state"),
    [(FeePolicy.WAIVED, RequesterState.DELIVERED), (FeePolicy.PAID_IN_PREVIEW, RequesterState.REFUSED)],
)
def test_what_is_to_be_paid_is_not_sent_without_a_preview(
    town: TwoSides, policy: FeePolicy, state: RequesterState
) -> None:
    town.source.without_preview = True
    town.source.issue_result = (piece(0, policy),)
    assert town.requester.progress(town.ask(replace(CASES[0], preview=False))).state is state


def test_paying_keeps_no_link_open(town: TwoSides) -> None:
    town.source.issue_result = (piece(0, FeePolicy.PAID_IN_PREVIEW),)
    exchange_id, token = opened(town)
    town.space.pay(token, 0)
    town.pass_time(timedelta(minutes=41))
    assert entries(town, exchange_id).count(Entry.FEE_RETURNED) == 1
    assert town.requester.progress(exchange_id).state is RequesterState.LAPSED
    assert not town.provider_store.files.names()
