"""Doors for people to the stand-in registers: what they hold, how they behave, and why a match came out as it did.

For demos alone: whoever can reach these pages reads every record. An address that must not be known is hidden here
too, and religion is shown to nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from oots.denmark.cpr import CprPerson
from oots.denmark.evidence_types import OFFERS
from oots.denmark.names import spellings
from oots.denmark.registers import CPR, FAGSYSTEMER, FULDMAGT, Registers
from oots.denmark.switch import SLOW_SECONDS, Behaviour
from oots.model.issuing import Applicant
from oots.registers.asked import FaultyFieldError, applicant_of
from oots.registers.entries import kinds
from oots.registers.explained import explained
from oots.registers.record import Section, hides_address, sections
from oots.web.frame import Frame
from oots.web.sessions import check_csrf
from oots.web.words import Words

TEMPLATES = Path(__file__).parent / "templates"
MOST_FOUND = 50

BEHAVIOURS = {
    Behaviour.IN_ORDER: Words("Svarer, som det skal", "Answers as it should"),
    Behaviour.SLOW: Words(
        f"Langsomt: svarer {SLOW_SECONDS:.0f} sekunder senere", f"Slow: {SLOW_SECONDS:.0f} seconds late"
    ),
    Behaviour.FAILING: Words("Fejler: siger, at det ikke kan svare", "Failing: says that it cannot answer"),
    Behaviour.SILENT: Words("Tavst: svarer slet ikke", "Silent: does not answer at all"),
}


@dataclass(frozen=True, slots=True)
class Example:
    """Somebody to try the match with: what the eID would say."""

    key: str
    title: str
    applicant: Applicant


@dataclass(frozen=True, slots=True)
class Shown:
    """A register on the page; `faults` say what is wrong with its file as it is now."""

    name: str
    title: Words
    holds: Words
    file: Path
    faults: tuple[str, ...]
    behaviour: Behaviour


def router(*, frame: Frame, registers: Registers, examples: Sequence[Example]) -> APIRouter:
    """`GET /registers` and below. `examples` are personas of the eID.

    For services with insight only, which carry the middleware `Sessions`.
    """
    pages = _RegisterPages(frame, registers, examples)
    routes = APIRouter(include_in_schema=False)
    posted = [Depends(check_csrf)]
    routes.add_api_route("/registers", pages.listed)
    routes.add_api_route("/registers/search", pages.found, methods=["POST"], dependencies=posted)
    routes.add_api_route("/registers/behaviour", pages.switched, methods=["POST"], dependencies=posted)
    routes.add_api_route("/registers/persons/{person_id}", pages.person)
    routes.add_api_route("/registers/others", pages.others)
    routes.add_api_route("/registers/match", pages.match_form)
    routes.add_api_route("/registers/match/persona", pages.matched_persona, methods=["POST"], dependencies=posted)
    routes.add_api_route("/registers/match/attributes", pages.matched_attributes, methods=["POST"], dependencies=posted)
    return routes


async def _form(request: Request) -> FormData:
    return await request.form()


Posted = Annotated[FormData, Depends(_form)]


class _RegisterPages:
    def __init__(self, frame: Frame, registers: Registers, examples: Sequence[Example]) -> None:
        self._frame = frame
        self._registers = registers
        self._examples = {example.key: example for example in examples}

    def listed(self, request: Request) -> Response:
        return self._list(request, None, "")

    def found(self, request: Request, sought: Annotated[str, Form(max_length=200)] = "") -> Response:
        """Persons whose name or number begins with, or holds, what is sought; nothing of it stands in an address."""
        return self._list(request, _found(self._persons(), sought), sought, shown_at="/registers")

    def _list(
        self, request: Request, found: Sequence[CprPerson] | None, sought: str, shown_at: str | None = None
    ) -> Response:
        return self._frame.page(
            request,
            "registers.html",
            registers=self._shown(),
            behaviours=BEHAVIOURS,
            persons=self._persons()[:MOST_FOUND] if found is None else found,
            everybody=found is None,
            sought=sought,
            shown_at=shown_at,
        )

    def switched(self, request: Request, form: Posted) -> Response:
        name, behaviour = str(form.get("register", "")), str(form.get("behaviour", ""))
        if name not in (CPR, FULDMAGT, FAGSYSTEMER) or behaviour not in set(Behaviour):
            raise HTTPException(400)
        self._registers.switch.set(name, Behaviour(behaviour))
        return RedirectResponse("/registers", 303)

    def others(self, request: Request) -> Response:
        """What all registers beside CPR hold."""
        return self._frame.page(request, "others.html", kinds=kinds(self._registers, self._registers.today()))

    def person(self, request: Request, person_id: str, known: date | None = None) -> Response:
        """One record; with `known` as the register knew it on that day."""
        try:
            person = self._registers.cpr_file.content.person(person_id)
        except LookupError:
            raise HTTPException(404) from None
        return self._frame.page(
            request,
            "person.html",
            person=person,
            sections=self._sections(person, known),
            known=known,
            today=self._registers.today(),
        )

    def _sections(self, person: CprPerson, known: date | None) -> Sequence[Section]:
        names = {each.id: each.navn.adresseringsnavn for each in self._persons()}
        return sections(person, known, self._registers.today(), names)

    def match_form(self, request: Request) -> Response:
        return self._match_page(request)

    def matched_persona(self, request: Request, form: Posted) -> Response:
        example = self._examples.get(str(form.get("persona", "")))
        if example is None:
            raise HTTPException(400)
        classification = str(form.get("classification", "")) or None
        applicant = Applicant(
            example.applicant.subject, example.applicant.representative, classification=classification
        )
        return self._explain(request, applicant, {"persona": example.key, "classification": classification or ""})

    def matched_attributes(self, request: Request, form: Posted) -> Response:
        given = {name: value for name, value in form.items() if isinstance(value, str)}
        try:
            applicant = applicant_of(given)
        except FaultyFieldError as fault:
            return self._match_page(request, given, fault=fault, status=400, shown_at="/registers/match")
        return self._explain(request, applicant, given)

    def _explain(self, request: Request, applicant: Applicant, given: dict[str, str]) -> Response:
        today = self._registers.today()
        hidden = {person.id for person in self._persons() if hides_address(person, today)}
        told = explained(applicant, self._registers.explain, self._persons(), hidden)
        return self._match_page(request, given, told=told, shown_at="/registers/match")

    def _match_page(
        self, request: Request, given: dict[str, str] | None = None, status: int = 200, **context: object
    ) -> Response:
        types = [(url, offer.evidence_type.titles) for url, offer in OFFERS.items()]
        shown: dict[str, object] = {"told": None, "fault": None, "given": given or {}}
        shown |= {"examples": list(self._examples.values()), "types": types}
        return self._frame.page(request, "match.html", status, **(shown | context))

    def _persons(self) -> tuple[CprPerson, ...]:
        return self._registers.cpr_file.content.persons

    def _shown(self) -> list[Shown]:
        cpr, representation = self._registers.cpr_file, self._registers.representation_file
        persons, held = len(cpr.content.persons), representation.content
        mandates, companies = len(held.fuldmagt), len(held.virksomhed)
        others = self._registers.records_folder
        entries = len(others.content.entries)
        return [
            Shown(
                CPR,
                Words("CPR: Det Centrale Personregister", "CPR: the civil registration system"),
                Words(f"{persons} personer", f"{persons} persons"),
                cpr.path,
                cpr.faults,
                self._registers.switch.behaviour(CPR),
            ),
            Shown(
                FULDMAGT,
                Words("Digital Fuldmagt og tegningsret", "Mandates, and who binds a company"),
                Words(
                    f"{mandates} fuldmagter, {companies} virksomheder", f"{mandates} mandates, {companies} companies"
                ),
                representation.path,
                representation.faults,
                self._registers.switch.behaviour(FULDMAGT),
            ),
            Shown(
                FAGSYSTEMER,
                Words("Fagsystemer og andre registre", "Specialist systems and other registers"),
                Words(
                    f"{entries} poster: BBR, institutioner, skoler, byggesager, lån, indkomster, vielser, virksomheder",
                    f"{entries} entries: buildings, day care, schools, permits, loans, incomes, marriages, businesses",
                ),
                others.path,
                others.faults,
                self._registers.switch.behaviour(FAGSYSTEMER),
            ),
        ]


def _found(persons: Sequence[CprPerson], sought: str) -> list[CprPerson]:
    wanted = spellings(sought)
    number = "".join(letter for letter in sought if letter.isdecimal())
    return [person for person in persons if _is_sought(person, wanted, number)][:MOST_FOUND]


def _is_sought(person: CprPerson, wanted: frozenset[str], number: str) -> bool:
    names = {
        spelling
        for navn in person.navne
        for form in navn.former
        for spelling in spellings(f"{form.fornavne} {form.mellemnavn or ''} {form.efternavn}")
    }
    numbers = (person.personnummer, *(row.personnummer for row in person.tidligere_personnumre))
    by_number = bool(number) and any(each.startswith(number) for each in numbers)
    return by_number or any(part in name for part in wanted for name in names)
