"""What must fit together in agents and persons."""

from __future__ import annotations

from typing import Final

from oots.rules.checks.asking import children, element_of, quoted, string, unless
from oots.rules.checks.spoiling import NONSENSE, remove
from oots.rules.codelists import CodeList
from oots.rules.place import tag
from oots.rules.rule import Check, Node

WALLET_GENDERS: Final = ("0", "1", "2", "9")
"""Codes of the wallet profile (ISO/IEC 5218)."""


def address_of_the_requester() -> Check:
    """The agent that is the requester has an address with a country."""

    def find(node: Node) -> str | None:
        is_requester = "ER" in [string(child) for child in children(node, "Classification")]
        country = element_of(node).find(f"{tag('Address')}/{tag('AdminUnitLevel1')}")
        return unless(not is_requester or country is not None, lambda: "no country")

    return Check("must have an Address with AdminUnitLevel1 if it is the requester (ER)", find, remove("Address"))


def _scheme(person: Node) -> str:
    identifier = element_of(person).find(tag("Identifier"))
    return "" if identifier is None else identifier.get("schemeID", "")


def assured_in_a_wallet() -> Check:
    """Whoever identifies with a wallet (scheme `eidas2`) does so with the level High."""

    def find(node: Node) -> str | None:
        levels = [string(child) for child in children(node, "LevelOfAssurance")]
        return unless(_scheme(node) != "eidas2" or levels == ["High"], lambda: ", ".join(levels) or "no level")

    def spoil(node: Node) -> None:
        for child in children(node, "Identifier"):
            child.set("schemeID", "eidas2")
        for child in children(node, "LevelOfAssurance"):
            child.text = "Low"

    return Check("must have the LevelOfAssurance High if its identifier is of the scheme eidas2", find, spoil)


def birth_names_in_a_wallet() -> Check:
    """The name at birth of whoever identifies with a wallet is two values joined by `#`."""

    def find(node: Node) -> str | None:
        names = [string(child) for child in children(node, "BirthName")]
        wrong = [name for name in names if name.count("#") != 1]
        return unless(_scheme(node) != "eidas2" or not wrong, lambda: quoted(wrong[0]))

    def spoil(node: Node) -> None:
        for child in children(node, "Identifier"):
            child.set("schemeID", "eidas2")
        for child in children(node, "BirthName"):
            child.text = "Holm"

    return Check(
        "must have a BirthName of two values joined by # if its identifier is of the scheme eidas2", find, spoil
    )


def gender_by_scheme(codes: CodeList) -> Check:
    """The gender is a code of the list; of the wallet's numeric list for the scheme `eidas2`."""

    def find(node: Node) -> str | None:
        genders = [string(child) for child in children(node, "Gender")]
        allowed = WALLET_GENDERS if _scheme(node) == "eidas2" else codes.codes
        return unless(all(each in allowed for each in genders), lambda: ", ".join(genders))

    def spoil(node: Node) -> None:
        for child in children(node, "Gender"):
            child.text = NONSENSE

    return Check(f"must have a Gender of the list {codes.name}", find, spoil)
