"""The data model of the bopælsattest: what it accepts, and one change at a time that it refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Final

import pytest
from lxml import etree

from oots.denmark.bopaelsattest import Attesteret, Bopaelsattest
from oots.denmark.bopaelsattest_xml import NAMESPACE, decode, encode
from oots.model.errors import MessageError
from oots.validation.documents import examine
from oots.validation.recognition import Other
from oots.wire import schema
from oots.wire.xml import canonical, parse
from tests.support.denmark_certificates import FULL, WITHOUT_FIXED_ABODE

CERTIFICATES: Final = {
    "full": FULL,
    "without history": replace(FULL, historik=None),
    "with an empty history": replace(FULL, historik=()),
    "without fixed abode": WITHOUT_FIXED_ABODE,
}
SIGNATURE: Final = "{http://www.w3.org/2000/09/xmldsig#}Signature"

Change = Callable[[etree._Element], None]


def at(root: etree._Element, path: str) -> etree._Element:
    found = root.find("/".join(f"{{{NAMESPACE}}}{name}" for name in path.split("/")))
    assert found is not None, path
    return found


def without(path: str) -> Change:
    def change(root: etree._Element) -> None:
        element = at(root, path)
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)

    return change


def saying(path: str, text: str) -> Change:
    def change(root: etree._Element) -> None:
        at(root, path).text = text

    return change


def twice(path: str) -> Change:
    def change(root: etree._Element) -> None:
        element = at(root, path)
        element.addnext(etree.fromstring(etree.tostring(element)))

    return change


def holding(path: str, name: str, text: str | None = None) -> Change:
    def change(root: etree._Element) -> None:
        parent = root if not path else at(root, path)
        etree.SubElement(parent, name if name.startswith("{") else f"{{{NAMESPACE}}}{name}").text = text

    return change


def marked(path: str, attribute: str, value: str) -> Change:
    def change(root: etree._Element) -> None:
        at(root, path).set(attribute, value)

    return change


def last(path: str) -> Change:
    """The element moved behind its siblings."""

    def change(root: etree._Element) -> None:
        element = at(root, path)
        parent = element.getparent()
        assert parent is not None
        parent.append(element)

    return change


def changed(change: Change) -> bytes:
    root = parse(encode(FULL))
    change(root)
    return canonical(root)


@pytest.mark.parametrize("name", CERTIFICATES)
def test_a_certificate_is_valid_and_reads_back_as_it_was_written(name: str) -> None:
    document = encode(CERTIFICATES[name])
    schema.enforce(document, "bopaelsattest")
    assert decode(document) == CERTIFICATES[name]
    assert document == canonical(parse(document))


def test_a_seal_at_the_end_is_accepted_and_changes_nothing_that_is_read() -> None:
    sealed = changed(holding("", SIGNATURE))
    schema.enforce(sealed, "bopaelsattest")
    assert decode(sealed) == FULL


CONTROLS: Final = {
    "a house number without a letter": saying("Bopael/Adresse/Husnummer", "27"),
    "no c/o name": without("Bopael/Adresse/CoNavn"),
    "no storey": without("Bopael/Adresse/Etage"),
    "no door": without("Bopael/Adresse/Doer"),
    "no village": without("Bopael/Adresse/Bynavn"),
    "no place of birth": without("Person/Foedested"),
    "an uncertain date": marked("Bopael/Tilflytningsdato", "usikker", "true"),
    "a leap day": saying("Person/Foedselsdato", "2000-02-29"),
}


@pytest.mark.parametrize("change", CONTROLS.values(), ids=list(CONTROLS))
def test_a_change_within_the_data_model_is_accepted(change: Change) -> None:
    schema.enforce(changed(change), "bopaelsattest")


MUTANTS: Final = {
    "no case number": without("Sagsnummer"),
    "an empty case number": saying("Sagsnummer", ""),
    "two case numbers": twice("Sagsnummer"),
    "no date of issue": without("Udstedelsesdato"),
    "a date that is not in the calendar": saying("Udstedelsesdato", "2026-02-30"),
    "a date as people write it": saying("Udstedelsesdato", "24.11.2026"),
    "a date of Arabic digits": saying("Person/Foedselsdato", "١٩٩٠-٠٢-٠٣"),
    "a date with a time zone": saying("Udstedelsesdato", "2026-11-24Z"),
    "no municipality": without("UdstedendeKommune"),
    "a kommunekode of three digits": saying("UdstedendeKommune/Kommunekode", "751"),
    "a kommunekode of Arabic digits": saying("Bopael/Kommunekode", "٠٧٥١"),
    "a kommunekode of letters": saying("Bopael/Kommunekode", "AARH"),
    "a CVR number of seven digits": saying("UdstedendeKommune/CVRNummer", "5513301"),
    "no person": without("Person"),
    "two persons": twice("Person"),
    "no family name": without("Person/Efternavn"),
    "a name of nothing but spaces": saying("Person/Fornavne", "  "),
    "a name that ends in a space": saying("Person/Efternavn", "Prøvesen "),
    "a name of more than 300 letters": saying("Person/Efternavn", "Å" * 301),
    "names in another order": last("Person/Fornavne"),
    "no date of birth": without("Person/Foedselsdato"),
    "a leap day in a common year": saying("Person/Foedselsdato", "1999-02-29"),
    "a personal number": holding("Person", "Personnummer", "1206840438"),
    "a religion": holding("Person", "Folkekirke", "MEDLEM_AF_FOLKEKIRKEN"),
    "a marital status": holding("Person", "Civilstand", "UGIFT"),
    "no residence": without("Bopael"),
    "an address and no fixed abode": holding("Bopael", "UdenFastBopael"),
    "neither address nor no fixed abode": without("Bopael/Adresse"),
    "no street": without("Bopael/Adresse/Vejnavn"),
    "no house number": without("Bopael/Adresse/Husnummer"),
    "a house number of four digits": saying("Bopael/Adresse/Husnummer", "1520"),
    "a house number with a small letter": saying("Bopael/Adresse/Husnummer", "152b"),
    "a postal code of five digits": saying("Bopael/Adresse/Postnummer", "82300"),
    "no postal district": without("Bopael/Adresse/Postdistrikt"),
    "no date of moving in": without("Bopael/Tilflytningsdato"),
    "an uncertainty that is neither yes nor no": marked("Bopael/Tilflytningsdato", "usikker", "maybe"),
    "an uncertainty about a certain date": marked("Person/Foedselsdato", "usikker", "true"),
    "a former residence outside the history": holding("", "TidligereBopael"),
    "two histories": twice("Historik"),
    "a former residence that says nothing": holding("Historik", "TidligereBopael"),
    "something abroad at the end": holding("", "{urn:example:other}Signature"),
    "a seal inside the person": holding("Person", SIGNATURE),
    "a version nobody knows": marked("Person", "version", "2"),
}


@pytest.mark.parametrize("change", MUTANTS.values(), ids=list(MUTANTS))
def test_one_change_outside_the_data_model_is_refused(change: Change) -> None:
    schema.enforce(encode(FULL), "bopaelsattest")
    with pytest.raises(MessageError):
        schema.enforce(changed(change), "bopaelsattest")
    with pytest.raises(MessageError):
        decode(changed(change))


def test_white_space_around_a_date_or_a_mark_changes_nothing_that_is_read() -> None:
    document = encode(FULL)
    assert b">1990-02-03<" in document
    assert decode(document.replace(b">1990-02-03<", b"> 1990-02-03\n<")) == FULL
    assert b'"true"' in document
    assert decode(document.replace(b'"true"', b'" true "')) == FULL
    assert decode(document.replace(b'"true"', b'"1"')) == FULL


@pytest.mark.parametrize(
    ("before", "after"),
    [("Łucja", " Żaneta"), ("1990-", "02-03"), ("<Historik>", "<TidligereBopael>")],
    ids=["name", "date", "history"],
)
def test_a_processing_instruction_that_would_cut_a_value_short_is_refused(before: str, after: str) -> None:
    document = encode(FULL).decode()
    assert decode(document.replace(before + after, f"{before}<!-- cut -->{after}").encode()) == FULL
    with pytest.raises(MessageError):
        decode(document.replace(before + after, f"{before}<?cut?>{after}").encode())


def test_the_report_knows_a_certificate_and_names_what_is_wrong_with_it() -> None:
    good = examine(encode(FULL), "good.xml")
    assert (good.kind, good.schema_valid, good.findings) == (Other.BOPAELSATTEST, True, ())
    bad = examine(changed(saying("Bopael/Adresse/Postnummer", "823O")), "bad.xml")
    assert (bad.kind, bad.schema_valid) == (Other.BOPAELSATTEST, False)
    assert [fault.xpath for fault in bad.findings] == ["/Bopaelsattest/Bopael/Adresse/Postnummer"]
    assert "823O" not in bad.findings[0].found


def test_a_second_seal_is_refused() -> None:
    schema.enforce(changed(holding("", SIGNATURE)), "bopaelsattest")
    root = parse(encode(FULL))
    holding("", SIGNATURE)(root)
    holding("", SIGNATURE)(root)
    with pytest.raises(MessageError):
        schema.enforce(canonical(root), "bopaelsattest")


def test_another_namespace_is_refused() -> None:
    document = encode(FULL)
    with pytest.raises(MessageError):
        decode(document.replace(NAMESPACE.encode(), NAMESPACE.encode() + b"0"))


@pytest.mark.parametrize(
    "faulty",
    [
        replace(FULL, sagsnummer=""),
        replace(FULL, kommunekode="75"),
        replace(FULL, person=Attesteret(" ", "Prøvesen", "Prøvesen", date(1984, 6, 12))),
    ],
    ids=["case number", "kommunekode", "name"],
)
def test_a_certificate_against_the_data_model_is_never_written(faulty: Bopaelsattest) -> None:
    encode(FULL)
    with pytest.raises(MessageError):
        encode(faulty)
