"""The XML schemas of the documents, written from the same data as the documents themselves."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from lxml import etree

from oots.denmark.document_model import (
    EMPTY,
    UNCERTAIN_DATE,
    CodeList,
    DataModel,
    Field,
    SimpleType,
    Vocabulary,
    Worded,
    definitions,
    projections,
    vocabulary,
)
from oots.denmark.document_xml import opening_fields

COMMON = "common.xsd"
_XS = "http://www.w3.org/2001/XMLSchema"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_TERMS = "https://data.gov.dk/model/"
_DSIG = "http://www.w3.org/2000/09/xmldsig#"


def schemas() -> dict[str, bytes]:
    """Every schema by the name of its file: the common types, and one file for each data model."""
    models = [each.data_model for each in definitions().values() if each.data_model]
    models.extend(each.data_model for each in projections().values())
    return {COMMON: common_schema(vocabulary()), **{f"{model.name}.xsd": document_schema(model) for model in models}}


def common_schema(shared: Vocabulary) -> bytes:
    """The types that all documents include; without a namespace of its own it takes that of the document."""
    root = _schema(None)
    for simple in shared.simple:
        _simple_type(root, simple)
    for codes in shared.codes:
        _code_list(root, codes)
    _uncertain_date(root)
    for composite in shared.composite:
        _sequence(_xs(_xs(root, "complexType", name=composite.name), "sequence"), composite.field)
    return _bytes(root)


def document_schema(model: DataModel) -> bytes:
    """The schema of one data model: its root element, with room for a seal at the end."""
    root = _schema(model.url)
    _xs(root, "include", schemaLocation=COMMON)
    element = _xs(root, "element", name=model.root)
    _explain(element, model.titles)
    sequence = _xs(_xs(element, "complexType"), "sequence")
    _sequence(sequence, (*opening_fields(model), *model.fields))
    seal = _xs(sequence, "any", namespace=_DSIG, processContents="lax", minOccurs="0")
    _explain(seal, Worded(da="Myndighedens segl (XAdES).", en="The authority's seal (XAdES)."))
    return _bytes(root)


def _schema(namespace: str | None) -> etree._Element:
    root = etree.Element(f"{{{_XS}}}schema", nsmap={"xs": _XS, None: namespace} if namespace else {"xs": _XS})  # type: ignore[dict-item]  # lxml-stubs know no default namespace
    if namespace:
        root.set("targetNamespace", namespace)
    root.set("elementFormDefault", "qualified")
    return root


def _sequence(sequence: etree._Element, fields: Iterable[Field]) -> None:
    for excluding, group in groupby(fields, lambda field: field.either):
        parent = _xs(sequence, "choice") if excluding else sequence
        for field in group:
            _element(parent, field)


def _element(parent: etree._Element, field: Field) -> None:
    element = _xs(parent, "element", name=field.element)
    if field.type is not None and field.type != EMPTY:
        element.set("type", field.type)
    if field.optional or field.many:
        element.set("minOccurs", "0")
    if field.many:
        element.set("maxOccurs", "unbounded")
    _explain(element, field, field.terms)
    if field.type == EMPTY:
        _xs(element, "complexType")
    if field.field:
        _sequence(_xs(_xs(element, "complexType"), "sequence"), field.field)


def _explain(element: etree._Element, worded: Worded, terms: Iterable[str] = ()) -> None:
    annotation = _xs(element, "annotation")
    for language, words in (("da", worded.da), ("en", worded.en)):
        documentation = _xs(annotation, "documentation")
        documentation.set(_LANG, language)
        documentation.text = words
    if terms := tuple(terms):
        _xs(annotation, "documentation", source=_TERMS).text = "; ".join(terms)


def _simple_type(root: etree._Element, simple: SimpleType) -> None:
    restriction = _xs(_xs(root, "simpleType", name=simple.name), "restriction", base=f"xs:{simple.base}")
    if simple.longest is not None:
        _xs(restriction, "minLength", value="1")
        _xs(restriction, "maxLength", value=str(simple.longest))
    if simple.decimals is not None:
        _xs(restriction, "fractionDigits", value=str(simple.decimals))
    if simple.pattern is not None:
        _xs(restriction, "pattern", value=simple.pattern)


def _code_list(root: etree._Element, codes: CodeList) -> None:
    restriction = _xs(_xs(root, "simpleType", name=codes.name), "restriction", base="xs:string")
    for code in codes.code:
        _explain(_xs(restriction, "enumeration", value=code.value), code)


def _uncertain_date(root: etree._Element) -> None:
    content = _xs(_xs(root, "complexType", name=UNCERTAIN_DATE), "simpleContent")
    attribute = _xs(_xs(content, "extension", base="Dato"), "attribute", name="usikker", type="xs:boolean")
    attribute.set("default", "false")
    _explain(
        attribute, Worded(da="Registeret mærker datoen som usikker.", en="The register marks the date as uncertain.")
    )


def _xs(parent: etree._Element, tag: str, /, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{_XS}}}{tag}", attributes)


def _bytes(root: etree._Element) -> bytes:
    etree.indent(root, "  ")
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return written + b"\n"
