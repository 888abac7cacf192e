"""The bopælsattest as XML, in the invented data model of `xsd/bopaelsattest.xsd`."""

from __future__ import annotations

from datetime import date

from lxml import etree

from oots.denmark.bopaelsattest import Attesteret, Bopael, Bopaelsattest
from oots.model.errors import MessageError
from oots.wire import schema
from oots.wire.xml import canonical, parse

NAMESPACE = "https://sr.oots.tech.ec.europa.eu/datamodels/dk-bopaelsattest-1.0"
PROFILE = "bopaelsattest"
_ADDRESS = {
    "CoNavn": "conavn",
    "Vejnavn": "vejnavn",
    "Husnummer": "husnummer",
    "Etage": "etage",
    "Doer": "doer",
    "Bynavn": "bynavn",
    "Postnummer": "postnummer",
    "Postdistrikt": "postdistrikt",
}


def encode(attest: Bopaelsattest) -> bytes:
    """Canonical bytes, valid against the schema; raises MessageError for fields that the schema forbids."""
    root = etree.Element(_q("Bopaelsattest"), nsmap={None: NAMESPACE})  # type: ignore[dict-item]  # lxml-stubs know no default namespace
    _add(root, "Sagsnummer", attest.sagsnummer)
    _add(root, "Udstedelsesdato", attest.udstedelsesdato.isoformat())
    municipality = _add(root, "UdstedendeKommune")
    _add(municipality, "Kommunekode", attest.kommunekode)
    _add(municipality, "Kommunenavn", attest.kommunenavn)
    _add(municipality, "CVRNummer", attest.kommune_cvr)
    _add_person(_add(root, "Person"), attest.person)
    _add_residence(_add(root, "Bopael"), attest.bopael)
    if attest.historik is not None:
        history = _add(root, "Historik")
        for former in attest.historik:
            _add_residence(_add(history, "TidligereBopael"), former)
    document = canonical(root)
    schema.enforce(document, PROFILE)
    return document


def _add_person(element: etree._Element, person: Attesteret) -> None:
    _add(element, "Fornavne", person.fornavne)
    _add(element, "Efternavn", person.efternavn)
    _add(element, "Adresseringsnavn", person.adresseringsnavn)
    _add(element, "Foedselsdato", person.foedselsdato.isoformat())
    if person.foedested is not None:
        _add(element, "Foedested", person.foedested)


def _add_residence(element: etree._Element, place: Bopael) -> None:
    _add(element, "Kommunekode", place.kommunekode)
    _add(element, "Kommunenavn", place.kommunenavn)
    if place.uden_fast_bopael:
        _add(element, "UdenFastBopael")
    else:
        address = _add(element, "Adresse")
        for name, field in _ADDRESS.items():
            value = getattr(place, field)
            if value is not None:
                _add(address, name, value)
    _add_date(element, "Tilflytningsdato", place.tilflytningsdato, place.tilflytningsdato_usikker)
    if place.fraflytningsdato is not None:
        _add_date(element, "Fraflytningsdato", place.fraflytningsdato, place.fraflytningsdato_usikker)


def _add_date(element: etree._Element, name: str, day: date, uncertain: bool) -> None:
    dated = _add(element, name, day.isoformat())
    if uncertain:
        dated.set("usikker", "true")


def decode(document: bytes) -> Bopaelsattest:
    """What a certificate says, sealed or not; the seal is not looked at.

    Raises MessageError for what is not valid against the schema, and for processing instructions: they split a value,
    and a signature covers what a reader would then miss.
    """
    schema.enforce(document, PROFILE)
    root = parse(document)
    if next(root.iter(etree.ProcessingInstruction), None) is not None:
        raise MessageError("a certificate holds no processing instructions")
    history = root.find(_q("Historik"))
    return Bopaelsattest(
        sagsnummer=_text(root, "Sagsnummer"),
        udstedelsesdato=_day(root, "Udstedelsesdato"),
        kommunekode=_text(root, "UdstedendeKommune/Kommunekode"),
        kommunenavn=_text(root, "UdstedendeKommune/Kommunenavn"),
        kommune_cvr=_text(root, "UdstedendeKommune/CVRNummer"),
        person=Attesteret(
            _text(root, "Person/Fornavne"),
            _text(root, "Person/Efternavn"),
            _text(root, "Person/Adresseringsnavn"),
            _day(root, "Person/Foedselsdato"),
            _optional(root, "Person/Foedested"),
        ),
        bopael=_residence(_one(root, "Bopael")),
        historik=None if history is None else tuple(_residence(former) for former in history),
    )


def _residence(element: etree._Element) -> Bopael:
    left = element.find(_q("Fraflytningsdato"))
    return Bopael(
        kommunekode=_text(element, "Kommunekode"),
        kommunenavn=_text(element, "Kommunenavn"),
        tilflytningsdato=_day(element, "Tilflytningsdato"),
        tilflytningsdato_usikker=_is_uncertain(_one(element, "Tilflytningsdato")),
        fraflytningsdato=None if left is None else _day(element, "Fraflytningsdato"),
        fraflytningsdato_usikker=left is not None and _is_uncertain(left),
        **{field: _optional(element, f"Adresse/{name}") for name, field in _ADDRESS.items()},
    )


def _is_uncertain(dated: etree._Element) -> bool:
    return dated.get("usikker", "").strip() in ("true", "1")


def _q(path: str) -> str:
    return "/".join(f"{{{NAMESPACE}}}{name}" for name in path.split("/"))


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, _q(name))
    element.text = text
    return element


def _one(parent: etree._Element, path: str) -> etree._Element:
    found = parent.find(_q(path))
    if found is None:
        raise LookupError(path)  # the schema demands it
    return found


def _text(parent: etree._Element, path: str) -> str:
    return _one(parent, path).text or ""


def _optional(parent: etree._Element, path: str) -> str | None:
    found = parent.find(_q(path))
    return None if found is None else found.text


def _day(parent: etree._Element, path: str) -> date:
    return date.fromisoformat(_text(parent, path).strip())  # xs:date allows white space around it
