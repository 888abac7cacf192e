"""The places that rules look at."""

from __future__ import annotations

import pytest
from lxml import etree

from oots.rules.place import Places, in_words
from oots.wire.xml import parse

DOCUMENT = b"""<q:QueryRequest xmlns:q="urn:oasis:names:tc:ebxml-regrep:xsd:query:4.0"
 xmlns:r="urn:oasis:names:tc:ebxml-regrep:xsd:rim:4.0" xmlns:s="http://data.europa.eu/p4s"
 xmlns:x="http://www.w3.org/2001/XMLSchema-instance" xmlns:e="urn:oasis:names:tc:ebxml-regrep:xsd:rs:4.0" id="1">
 <r:Slot name="A"><r:SlotValue x:type="r:StringValueType"><r:Value>one</r:Value></r:SlotValue></r:Slot>
 <r:Slot name="B"><r:SlotValue><s:Person><s:Name lang="DA">Solvej</s:Name></s:Person></r:SlotValue></r:Slot>
 <q:Query><r:Slot name="A"><r:SlotValue><r:Value>two</r:Value></r:SlotValue></r:Slot></q:Query>
 <e:Exception x:type="e:TimeoutExceptionType" code="1"><r:Slot name="Timestamp"/></e:Exception>
</q:QueryRequest>"""


def found(path: str, data: bytes = DOCUMENT) -> list[str]:
    walked = Places([(path, "rule")]).walk(parse(data))
    return [f"{etree.QName(element).localname}{'/@' + last if last else ''}" for element, last, _ in walked]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", ["QueryRequest"]),
        ("QueryRequest", ["QueryRequest"]),
        ("/QueryRequest/{A}/Value", ["Value"]),
        ("{A}/Value", ["Value", "Value"]),
        ("Query/{A}", ["SlotValue"]),
        ("QueryRequest/@id", ["QueryRequest/@id"]),
        ("QueryRequest/@lang", []),
        ("{B}/Person/Name/@lang", ["Name/@lang"]),
        ("Name[@lang=DA]", ["Name"]),
        ("Name[@lang=EN]", []),
        ("Exception[{Timestamp}]", ["Exception"]),
        ("Exception[{Preview}]", []),
        ("Exception[@xsi:type=rs:TimeoutExceptionType]", ["Exception"]),
        ("Exception[@xsi:type=query:QueryExceptionType]", []),
        ("/Query", []),
        ("rim:Person", []),
    ],
)
def test_a_path_finds_its_nodes(path: str, expected: list[str]) -> None:
    assert found(path) == expected


def test_a_document_inside_another_is_found_anywhere_but_not_at_the_root() -> None:
    wrapped = b"<outer>" + DOCUMENT + b"</outer>"
    assert found("QueryRequest/{A}", wrapped) == ["SlotValue"]
    assert found("/QueryRequest/{A}", wrapped) == []


def test_processing_instructions_are_passed_over() -> None:
    assert found("QueryRequest/{A}", DOCUMENT.replace(b"<r:Slot", b"<?note here?><r:Slot", 1)) == ["SlotValue"]


@pytest.mark.parametrize("path", ["Query Request", "Query[name]", "Query[]"])
def test_what_is_no_path_is_refused_when_it_is_written(path: str) -> None:
    Places([("Query", None)])
    with pytest.raises(ValueError, match="is no"):
        Places([(path, None)])


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("QueryRequest/{Procedure}", "the slot Procedure"),
        ("QueryRequest/{IssueDateTime}/Value", "the value of the slot IssueDateTime"),
        ("QueryRequest/{EvidenceProvider}/Agent/Identifier", "Identifier of Agent in the slot EvidenceProvider"),
        ("QueryRequest/@id", "id of QueryRequest"),
    ],
)
def test_a_place_begins_a_sentence(path: str, words: str) -> None:
    assert in_words(path) == words
