"""What must fit together in distributions and in the questions of a data service."""

from __future__ import annotations

import copy

from lxml import etree

from oots.rules.checks.asking import an, children, element_of, string, unless
from oots.rules.checks.spoiling import insert, remove
from oots.rules.place import tag
from oots.rules.rule import Check, Node


def data_model_for(kind: str) -> Check:
    """A format of that kind (`xml`, `json`) comes with the data model it conforms to."""

    def found(node: Node) -> str | None:
        formats = [string(child) for child in children(node, "Format")]
        return unless(
            not any(kind in each for each in formats) or bool(children(node, "ConformsTo")), lambda: formats[0]
        )

    def spoil(node: Node) -> None:
        for child in children(node, "Format"):
            child.text = f"application/{kind}"
        remove("ConformsTo")(node)

    return Check(f"must have ConformsTo where its Format is {kind}", found, spoil)


def transforms_a_data_model() -> Check:
    """A transformation comes with the data model that it transforms."""

    def found(node: Node) -> str | None:
        alone = len(children(node, "Transformation")) == 1 and not children(node, "ConformsTo")
        return "a Transformation alone" if alone else None

    def spoil(node: Node) -> None:
        remove("Transformation")(node)
        remove("ConformsTo")(node)
        insert("Transformation")(node)

    return Check("must have ConformsTo where it has a Transformation", found, spoil)


def enough_supported_values() -> Check:
    """A data service knows at least as many values of its publishers as it asks questions."""

    concepts = "/".join(map(tag, ("AccessService", "Publisher", "ClassificationConcept", "SupportedValue")))

    def found(node: Node) -> str | None:
        values = len(element_of(node).findall(concepts))
        questions = len(children(node, "EvidenceProviderClassification"))
        return unless(values >= questions, lambda: f"{values} for {questions}")

    def spoil(node: Node) -> None:
        for _ in range(len(element_of(node).findall(concepts)) + 1):
            insert("EvidenceProviderClassification")(node)

    return Check(
        "must have a SupportedValue at a Publisher for each EvidenceProviderClassification",
        found,
        spoil,
    )


def one_supported_value() -> Check:
    """A concept has one supported value, which holds one value."""

    def count(node: Node) -> int:
        return sum(len(supported) for supported in children(node, "SupportedValue"))

    def spoil(node: Node) -> None:
        for supported in children(node, "SupportedValue"):
            supported.append(copy.deepcopy(supported[0]))

    return Check(
        "must have exactly one supported value", lambda node: unless(count(node) == 1, lambda: str(count(node))), spoil
    )


def value_for_type(kind: str, element: str) -> Check:
    """A concept of that type has values of that element only."""
    names = ("StringValue", "BooleanValue")

    def find(node: Node) -> str | None:
        if kind not in [string(child) for child in children(node, "Type")]:
            return None
        values = [etree.QName(value).localname for each in children(node, "SupportedValue") for value in each]
        return unless(all(value == element for value in values), lambda: ", ".join(values))

    def spoil(node: Node) -> None:
        for child in children(node, "Type"):
            child.text = kind
        for value in [value for each in children(node, "SupportedValue") for value in each]:
            value.tag = tag(next(name for name in names if name != element))

    return Check(f"must have {an(element)} if its Type is {kind}", find, spoil)


def code_list_is_named() -> Check:
    """A concept whose values are codes says where the list of them is."""

    def find(node: Node) -> str | None:
        coded = "codelist" in [string(child) for child in children(node, "Type")]
        return unless(not coded or bool(children(node, "ValueExpression")), lambda: "no ValueExpression")

    def spoil(node: Node) -> None:
        for child in children(node, "Type"):
            child.text = "codelist"
        remove("ValueExpression")(node)

    return Check("must have a ValueExpression if its Type is codelist", find, spoil)
