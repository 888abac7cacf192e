"""Fragments show where two documents differ, and nothing else."""

from __future__ import annotations

from lxml import etree

from oots.rules.fragment import fragments
from oots.wire.namespaces import RIM, SDG

AGENT = (
    f'<a:Agent xmlns:a="{SDG}"><a:Identifier schemeID="x">1</a:Identifier><a:Name lang="DA">Aarhus</a:Name></a:Agent>'
)


def shown(first: str, second: str) -> tuple[str, str]:
    return fragments(etree.fromstring(first), etree.fromstring(second))


def test_what_is_alike_is_left_out() -> None:
    assert shown(AGENT, AGENT.replace("Aarhus", "")) == (
        '<sdg:Agent>\n  …\n  <sdg:Name lang="DA">Aarhus</sdg:Name>\n</sdg:Agent>',
        '<sdg:Agent>\n  …\n  <sdg:Name lang="DA"/>\n</sdg:Agent>',
    )


def test_a_doubled_child_is_shown_once_more() -> None:
    name = '<a:Name lang="DA">Aarhus</a:Name>'
    alike, doubled = shown(AGENT, AGENT.replace(name, name + name))
    assert "Aarhus" not in alike
    assert doubled.count("Aarhus") == 1


def test_one_change_deep_inside_is_followed_down() -> None:
    slot = f'<r:Slot xmlns:r="{RIM}" name="S"><r:SlotValue><r:Value>{{}}</r:Value></r:SlotValue></r:Slot>'
    assert shown(slot.format("old"), slot.format("a &lt; b"))[1] == (
        '<rim:Slot name="S">\n  <rim:SlotValue>\n    <rim:Value>a &lt; b</rim:Value>\n  </rim:SlotValue>\n</rim:Slot>'
    )


def test_a_foreign_namespace_is_named() -> None:
    assert shown(AGENT, AGENT.replace(SDG, "urn:other"))[1].startswith('<Agent xmlns="urn:other">')
