"""A masked message keeps its structure and its facts, and nothing of the persons in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from oots.model.errors import MessageError
from oots.model.person import LevelOfAssurance, Subject
from oots.model.request import EvidenceRequest
from oots.model.response import ErrorCode, EvidenceResponse
from oots.wire import answer, request
from oots.wire.masking import MASK, MOST_MASKED, Sought, host_of, masked, values_of
from oots.wire.namespaces import SDG
from oots.wire.profile import V2_0
from oots.wire.xml import canonical, parse
from tests.support.edm_messages import EXAMPLES, KINDS
from tests.support.work import lines_run

SAMPLES = Path(__file__).parents[3] / "evidence_samples"
REQUEST = (SAMPLES / "bopaelsattest" / "03-request.xml").read_bytes()
ERROR = (SAMPLES / "bopaelsattest" / "02-error.xml").read_bytes()
DOCUMENTS = sorted(
    path for path in SAMPLES.rglob("*.xml") if re.match(r"\d\d-(request|response|error)\.xml", path.name)
)
RECEIPT = (SAMPLES / "bopaelsattest" / "03-receipt.xml").read_bytes()


def persons_in(message: object) -> Iterator[Subject]:
    if isinstance(message, EvidenceRequest):
        yield message.subject
        if message.representative:
            yield message.representative
    if isinstance(message, EvidenceResponse):
        yield from (document.main.subject for each in message.packages for document in each.documents if document.main)


def values(said: object) -> Iterator[str]:
    """Every value of a person, however deep."""
    if isinstance(said, LevelOfAssurance) or said is None:
        return
    if isinstance(said, str | date):
        yield str(said)
    elif isinstance(said, tuple):
        for each in said:
            yield from values(each)
    elif is_dataclass(said):
        yield from (
            value for field in fields(said) if field.name != "scheme" for value in values(getattr(said, field.name))
        )


def decoded(document: bytes) -> object:
    codec = request if parse(document).tag.endswith("QueryRequest") else answer
    try:
        return codec.decode(document)
    except MessageError:
        return None


def shape(document: bytes) -> list[tuple[str, list[str]]]:
    return [(str(element.tag), sorted(map(str, element.keys()))) for element in parse(document).iter()]


def words_of_persons(document: bytes) -> list[str]:
    """What still stands below a person of a masked document."""
    found = parse(document).iterfind(".//{*}Slot/{*}SlotValue/{*}Person/*")
    return [(etree.QName(each).localname, each.text or "") for each in found]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_value_of_a_person_is_left_in_a_real_message(path: Path) -> None:
    document = path.read_bytes()
    hidden = masked(document)
    said = {value for person in persons_in(decoded(document)) for value in values(person)}
    assert [value for value in said if value.encode() not in document] == []
    assert [value for value in said if value.encode() in hidden] == []
    assert shape(hidden) == shape(document)


def test_every_kind_of_message_is_among_the_real_ones() -> None:
    kinds = {type(decoded(path.read_bytes())).__name__ for path in DOCUMENTS}
    assert kinds == {"EvidenceRequest", "EvidenceResponse", "EvidenceError", "NoneType"}


@pytest.mark.parametrize("kind", ["first request", "response"])
@settings(EXAMPLES, max_examples=10)
@given(st.data())
def test_whatever_a_message_says_of_persons_is_hidden(kind: str, data: st.DataObject) -> None:
    message = data.draw(KINDS[kind](V2_0))
    codec = request if isinstance(message, EvidenceRequest) else answer
    document = codec.encode(message)
    hidden = masked(document)
    assert shape(hidden) == shape(document)
    below = [
        each.text
        for top in parse(hidden).iter("{*}Person", "{*}NaturalPerson", "{*}LegalPerson", "{*}SupportedValue")
        for each in top.iter()
        if each.text and not str(each.tag).endswith("LevelOfAssurance")
    ]
    assert set(below) <= {MASK}
    assert bool(below) or not list(persons_in(message))


def test_what_is_not_about_the_person_stays() -> None:
    hidden = masked(REQUEST)
    for fact in ("Aarhus Kommune", "oots-edm:v2.0", "55133018", "Bopælsattest", "2026-09-01T08:30", 'schemeID="eidas"'):
        assert fact.encode() in REQUEST
        assert fact.encode() in hidden
    assert words_of_persons(hidden) == [
        ("LevelOfAssurance", "High"),
        ("Identifier", MASK),
        ("FamilyName", MASK),
        ("GivenName", MASK),
        ("DateOfBirth", MASK),
        ("Gender", MASK),
    ]


@pytest.mark.parametrize(("document", "secret"), [(ERROR, b"specimen-02-00000013"), (REQUEST, b"specimen-02-00000013")])
def test_a_link_for_the_person_keeps_its_host_alone(document: bytes, secret: bytes) -> None:
    assert secret in document
    hidden = masked(document)
    assert secret not in hidden
    assert f"https://preview.aarhus.localhost/{MASK}".encode() in hidden


def test_what_somebody_writes_freely_in_an_error_is_hidden_and_a_published_message_is_not() -> None:
    free = ("Solvej, 120684-1234", "a preview", "Check and approve your evidence")
    said = ERROR.replace(b'detail="a preview', f'detail="{free[0]}; a preview'.encode())
    assert all(text.encode() in said for text in free)
    hidden = masked(said)
    assert [text for text in free if text.encode() in hidden] == []
    (exception,) = parse(hidden).iterfind("{*}Exception")
    assert (exception.get("detail"), exception.get("message")) == (MASK, ErrorCode.AUTHORIZATION.message)
    told = masked(said.replace(ErrorCode.AUTHORIZATION.message.encode(), b"Solvej must sign in"))
    assert b"Solvej" not in told


def test_a_value_of_a_person_is_hidden_wherever_else_it_stands_as_a_word() -> None:
    sought = Sought(values_of(REQUEST))
    assert (
        sought.hidden_in("no match for Solvej PRØVESEN, born 1984-06-12") == f"no match for {MASK} {MASK}, born {MASK}"
    )
    assert sought.hidden_in("Prøvesens Solvejgade: no match") == "Prøvesens Solvejgade: no match"
    assert Sought(["Bo Li"]).hidden_in("Bo  Li, and Bo") == f"{MASK}, and Bo"
    assert Sought(["İrem Işık"]).hidden_in("irem ışık") == f"{MASK}"
    named = masked(REQUEST.replace(b"Aarhus Kommune", "Aarhus for Prøvesen".encode()))
    assert f"Aarhus for {MASK}".encode() in named


@pytest.mark.parametrize("words", [["a"] * 40, [f"word{number}" for number in range(40)]], ids=["one", "many"])
def test_a_long_value_is_hidden_as_a_whole(words: list[str]) -> None:
    said = " ".join(words)
    assert set(Sought([said]).hidden_in(said).split()) == {MASK}


def test_text_after_a_processing_instruction_is_hidden_as_the_text_before_it() -> None:
    secret = b"specimen-02-00000013"
    said = REQUEST.replace("Prøvesen".encode(), "Prø<?Solvej Solvej?>vesen".encode(), 1)
    said = said.replace(b"<sdg:GivenName>", b"<?x?>Solvej<sdg:GivenName>").replace(secret, b"<?x?>" + secret)
    said = said.replace(b"Aarhus Kommune", "Aarhus for<?x?> Prøvesen".encode())
    assert secret in said
    hidden = masked(said).decode()
    assert [value for value in ("Solvej", "Prø", "vesen", secret.decode()) if value in hidden] == []
    assert "Aarhus for" in hidden
    assert shape(hidden.encode()) == shape(said)


def test_beside_the_level_of_assurance_nothing_of_the_person_is_told() -> None:
    level = b"<sdg:LevelOfAssurance>High</sdg:LevelOfAssurance>"
    assert level in masked(REQUEST)
    for put in (level + b"Jensen", level.replace(b"High", b"Jensen"), level.replace(b"High", b"High<?x?>Jensen")):
        said = REQUEST.replace(level, put)
        assert b"Jensen" in said
        assert b"Jensen" not in masked(said)


@pytest.mark.parametrize(
    ("link", "host"),
    [
        ("https://a.example/p/1", "https://a.example"),
        ("https://solvej:1984@a.example:8443?of=solvej", "https://a.example:8443"),
        ("https://[solvej/", None),
        ("solvej", None),
    ],
)
def test_of_a_link_the_host_alone_is_told(link: str, host: str | None) -> None:
    assert host_of(link) == host


def test_more_than_is_looked_through_has_no_masked_form() -> None:
    """The same with one byte less has one."""
    most = REQUEST + b" " * (MOST_MASKED - len(REQUEST))
    assert masked(most) == masked(REQUEST)
    with pytest.raises(MessageError):
        masked(most + b" ")


def person_with(values: int, words: int) -> bytes:
    names = "".join(f"<s:FamilyName>name{number}</s:FamilyName>" for number in range(values))
    return f'<a xmlns:s="{SDG}"><s:Person>{names}</s:Person><b>{"x " * words}</b></a>'.encode()


def test_the_work_grows_with_a_document_and_not_with_its_square() -> None:
    """As a pattern of all values would make it, which is tried at every letter."""
    small, large = (lines_run(partial(masked, person_with(size, size))) for size in (300, 600))
    assert small < large < 2.2 * small


def test_a_receipt_says_nothing_of_persons_and_stays_as_it_is() -> None:
    assert canonical(parse(masked(RECEIPT, values_of(REQUEST)))) == canonical(parse(RECEIPT))


def test_what_cannot_be_parsed_has_no_masked_form() -> None:
    with pytest.raises(MessageError):
        masked(REQUEST[:-1])
