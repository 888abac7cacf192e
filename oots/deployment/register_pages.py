"""The pages of a provider's registers, with the personas of the eID to try the match with."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Depends

from oots.denmark.registers import Registers
from oots.deployment import frames
from oots.eid import personas
from oots.eid.tokens import eidas_attributes
from oots.model.issuing import Applicant
from oots.registers import pages
from oots.registers.pages import Example
from oots.web.security import only_at
from oots.web.signin import whom

_ASKING = "LT"


def router(registers: Registers, own_origins: Sequence[str]) -> APIRouter:
    """`GET /registers` and below, for demos, never by default: they show every record to whoever opens them."""
    guarded = APIRouter(dependencies=[Depends(only_at(own_origins))])
    guarded.include_router(pages.router(frame=frames.registers(), registers=registers, examples=_examples()))
    return guarded


def _examples() -> list[Example]:
    known = [persona for group in personas.load() for persona in group.personas]
    return [Example(persona.key, _title(persona), _applicant(persona)) for persona in known]


def _applicant(persona: personas.Persona) -> Applicant:
    subject, representative = whom(eidas_attributes(persona, _ASKING))
    return Applicant(subject, representative)


def _title(persona: personas.Persona) -> str:
    told = [persona.name, *([f"→ {persona.represents.name}"] if persona.represents else [])]
    return " ".join([*told, *([f"({persona.place_of_birth})"] if persona.place_of_birth else [])])
