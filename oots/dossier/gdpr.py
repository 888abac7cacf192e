"""The data-protection table of a dossier: what can be said of this exchange, out of its documents and its journals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Final

from oots.common_services.codes import PROCEDURES
from oots.dossier.material import Material, Storage
from oots.dossier.messages import header_in
from oots.dossier.wording import DECISIONS, UNKNOWN, Two
from oots.edelivery.header import EXECUTE_QUERY_REQUEST
from oots.model.agent import Agent, AgentRole
from oots.model.errors import MessageError
from oots.model.evidence import EvidenceDocument
from oots.model.fields import FieldTold, Standing
from oots.model.person import LegalPerson, NaturalPerson, Subject
from oots.model.request import EvidenceRequest
from oots.model.response import Answer, EvidenceResponse
from oots.model.text import in_language
from oots.web.countries import country
from oots.web.procedures import procedure
from oots.wire import answer, request

_ATTRIBUTES: Final = {
    "family_name": ("efternavn", "family name"),
    "given_name": ("fornavne", "given names"),
    "date_of_birth": ("fødselsdato", "date of birth"),
    "level_of_assurance": ("sikringsniveau", "level of assurance"),
    "identifier": ("eIDAS-identifikator", "eIDAS identifier"),
    "birth_name": ("fødenavn", "birth name"),
    "place_of_birth": ("fødested", "place of birth"),
    "current_address": ("adresse", "address"),
    "gender": ("køn", "gender"),
    "nationality": ("statsborgerskab", "nationality"),
    "country_of_birth": ("fødeland", "country of birth"),
    "town_of_birth": ("fødeby", "town of birth"),
    "country_of_residence": ("bopælsland", "country of residence"),
    "phone_number": ("telefonnummer", "telephone number"),
    "email_address": ("e-mailadresse", "e-mail address"),
    "sector_attributes": ("sektorspecifikke oplysninger", "sector-specific attributes"),
    "legal_person_identifier": ("eIDAS-identifikator for virksomheden", "eIDAS identifier of the company"),
    "legal_name": ("virksomhedens navn", "name of the company"),
    "identifiers": ("virksomhedens øvrige numre", "other numbers of the company"),
    "registered_address": ("virksomhedens adresse", "address of the company"),
}
_COVERED: Final = PROCEDURES - {"00"}
"""What article 14 covers: Annex II, and what other acts of the Union have brought under it; not the code for tests."""
_OUTSIDE: Final = "outside-annex-ii"
"""How a portal's case says that the code of its procedure is but the nearest one."""
_GROUNDS: Final = {
    "listed": ("proceduren står på listen over dem, artiklen gælder", "the procedure is listed among those it covers"),
    "unlisted": ("proceduren står ikke på listen over dem, den gælder", "the procedure is not among those it covers"),
    "borrowed": (
        "proceduren er uden for bilag II, og koden er den nærmeste; udvekslingen er en afprøvning",
        "the procedure lies outside Annex II, and the code is the nearest one; the exchange is a trial",
    ),
}


@dataclass(frozen=True, slots=True)
class GdprRow:
    """A provision, and what can be said of it for this exchange; whether that is enough is for people to judge."""

    provision: str
    da: str
    en: str

    def told(self) -> dict[str, str]:
        return {"provision": self.provision, "da": self.da, "en": self.en}


def gdpr_of(material: Material) -> tuple[GdprRow, ...]:
    """The table; it names authorities and kinds of data, never what was said of a person."""
    facts = _Facts(material)
    return (
        _controllers(facts),
        _purpose(facts),
        _minimisation(facts),
        _data(facts),
        _storage(facts),
        GdprRow(
            "GDPR 5(1)(f), 32",
            "Sikkerhed: hver meddelelse og kvittering er underskrevet; journal og dokumenter er krypteret, når de "
            "ligger. Underskrifterne kan efterprøves i dette dossier.",
            "Security: every message and receipt is signed; journal and documents are encrypted at rest. The "
            "signatures can be verified in this dossier.",
        ),
        GdprRow(
            "GDPR 9",
            "Særlige kategorier: folkekirkeforhold forlader aldrig registret. Om dokumentationen ellers indeholder "
            "sådanne oplysninger, afhænger af dens type.",
            "Special categories: membership of the church never leaves the register. Whether the evidence holds any "
            "others depends on its type.",
        ),
        _transparency(facts),
        _border(facts),
        _identifiers(facts),
        GdprRow(
            "CPR-loven § 28",
            "Adressebeskyttelse: den beskyttede ser advarslen i forhåndsvisningen; journalen gemmer ikke, om adressen "
            "er beskyttet, så det kan ikke siges her.",
            "Protected address: whoever has one sees the warning in the preview; the journal does not keep whether an "
            "address is protected, so it cannot be said here.",
        ),
        _answerable(facts),
    )


def parties_of(material: Material) -> tuple[Two, Two]:
    """Who asked and who was asked, each in Danish and English, as the first request names them."""
    facts = _Facts(material)
    return facts.requester, facts.provider


class _Facts:
    def __init__(self, material: Material) -> None:
        self.material = material
        said = tuple(_said(material))
        self.requests = tuple(each for each in said if isinstance(each, EvidenceRequest))
        self.responses = tuple(each for each in said if isinstance(each, EvidenceResponse))

    @cached_property
    def request(self) -> EvidenceRequest | None:
        return self.requests[0] if self.requests else None

    @property
    def requester(self) -> Two:
        return _named(self.request.requester) if self.request else UNKNOWN

    @property
    def provider(self) -> Two:
        return _named(self.request.provider) if self.request else UNKNOWN

    @property
    def platforms(self) -> tuple[Agent, ...]:
        agents = self.request.requesters if self.request else ()
        return tuple(each for each in agents if each.role is AgentRole.INTERMEDIARY_PLATFORM)

    @property
    def countries(self) -> tuple[str | None, str | None]:
        """Of the provider and of the requester. A provider may stand in a request without its address; its country is
        then that of the evidence type."""
        asked = self.request
        if asked is None:
            return None, None
        address, of_type = asked.provider.address, asked.evidence.evidence_type.country
        provider = address.country if address else of_type
        return provider, asked.requester.address.country if asked.requester.address else None


def _said(material: Material) -> Iterator[EvidenceRequest | Answer]:
    for message in material.messages:
        asks = header_in(message.envelope).action == EXECUTE_QUERY_REQUEST
        try:
            yield request.decode(message.document) if asks else answer.decode(message.document)
        except MessageError:  # what cannot be read is told by the rules
            continue


def _named(agent: Agent) -> Two:
    number = agent.identifier.value
    return f"{in_language(agent.names, 'DA')} ({number})", f"{in_language(agent.names, 'EN')} ({number})"


def _controllers(facts: _Facts) -> GdprRow:
    (asks_da, asks_en), (gives_da, gives_en) = facts.requester, facts.provider
    da = f"Dataansvarlige: {asks_da} for det, den beder om og modtager; {gives_da} for det, den udleverer."
    en = f"Controllers: {asks_en} of what it asks for and receives; {gives_en} of what it hands out."
    for platform in facts.platforms:
        named_da, named_en = _named(platform)
        da += f" {named_da} står imellem som platform; om den er databehandler, afgør aftalen."
        en += f" {named_en} stands between them as a platform; whether it is a processor is for the agreement to say."
    return GdprRow("GDPR 4(7), 26", da, en)


def _purpose(facts: _Facts) -> GdprRow:
    asked = facts.request
    code = facts.material.procedure or (asked.procedure if asked else "")
    for_da, for_en = _called(code)
    borrowed = facts.material.expected.get("scope") == _OUTSIDE
    ground_da, ground_en = _GROUNDS["borrowed" if borrowed else "listed" if code in _COVERED else "unlisted"]
    asks = bool(asked and asked.explicit_request_given)
    return GdprRow(
        "GDPR 5(1)(b), 6(1)(c)/(e); 2018/1724, art. 14",
        f"Formål: {for_da}. Hjemmel: artikel 14 ({ground_da}) og, hos hver myndighed, dens egen lov. "
        f"Borgerens udtrykkelige anmodning: {'givet' if asks else 'ikke givet'}; den er ikke et samtykke.",
        f"Purpose: {for_en}. Ground: article 14 ({ground_en}) and, at each authority, its own law. "
        f"The person's explicit request: {'given' if asks else 'not given'}; it is no consent.",
    )


def _called(code: str) -> Two:
    """A procedure by its code and name; by its code alone where that is on no list."""
    if code not in PROCEDURES:
        return code or UNKNOWN[0], code or UNKNOWN[1]
    name = procedure(code)
    return f"{code}: {name.danish}", f"{code}: {name.english}"


def _minimisation(facts: _Facts) -> GdprRow:
    titles = facts.request.evidence.evidence_type.titles if facts.request else ()
    sent = len({document.evidence_id for response in facts.responses for document in _documents(response)})
    da, en = _of_fields(facts.material.fields)
    return GdprRow(
        "GDPR 5(1)(c)",
        f"Dataminimering: bedt om »{in_language(titles, 'DA') or UNKNOWN[0]}« og intet andet; "
        f"{sent} dokumenter blev sendt{da}.",
        f"Minimisation: asked for “{in_language(titles, 'EN') or UNKNOWN[1]}” and nothing else; "
        f"{sent} documents were sent{en}.",
    )


def _of_fields(told: Sequence[FieldTold]) -> Two:
    """Numbers alone: which fields they are stands in fields.json, where it is not withheld."""
    if not told:
        return "", ""
    released, withheld = (
        len({each.name for each in told if each.standing is standing})
        for standing in (Standing.RELEASED, Standing.WITHHELD)
    )
    return (
        f" med {released} felter, og {withheld} felter i registret blev holdt tilbage (fields.json)",
        f" with {released} fields, and {withheld} fields of the register were withheld (fields.json)",
    )


def _data(facts: _Facts) -> GdprRow:
    names = list(_attributes(facts.requests))
    forms = sorted({document.distribution.format for each in facts.responses for document in _documents(each)})
    title = facts.request.evidence.evidence_type.titles if facts.request else ()
    da, en = (", ".join(each[place] for each in names) or UNKNOWN[place] for place in (0, 1))
    sent_da = f"»{in_language(title, 'DA')}« ({', '.join(forms)})" if forms else "ingen dokumentation"
    sent_en = f"“{in_language(title, 'EN')}” ({', '.join(forms)})" if forms else "no evidence"
    return GdprRow(
        "GDPR 14, 30(1)(c)",
        f"Oplysninger, der rejste: i anmodningen {da}; i svaret {sent_da}.",
        f"Data that travelled: in the request {en}; in the answer {sent_en}.",
    )


def _documents(response: EvidenceResponse) -> Iterator[EvidenceDocument]:
    for package in response.packages:
        yield from package.documents


def _attributes(requests: Iterable[EvidenceRequest]) -> Iterator[Two]:
    """The kinds of data about the evidence subject, and about whoever asks for it, each once."""
    seen: set[Two] = set()
    for each in requests:
        for person in (each.subject, each.representative):
            for words in _of(person, represents=person is each.representative):
                if words not in seen:
                    seen.add(words)
                    yield words


def _of(person: Subject | None, *, represents: bool) -> Iterator[Two]:
    if not isinstance(person, NaturalPerson | LegalPerson):
        return
    for field in fields(person):
        if getattr(person, field.name):
            da, en = _ATTRIBUTES[field.name]
            yield (f"repræsentantens {da}", f"representative's {en}") if represents else (da, en)


def _storage(facts: _Facts) -> GdprRow:
    provision = "GDPR 5(1)(e); 2022/1463, art. 17(4)"
    storage = facts.material.storage
    if not storage:
        return GdprRow(
            provision,
            "Opbevaring: journalen gemmes i tolv måneder med fingeraftryk, dokumentationen til den er brugt; hvornår "
            "det er hos disse myndigheder, siger en kørsel ikke.",
            "Storage: the journal is kept for twelve months with digests, the evidence until it has been used; when "
            "that is at these authorities, a run does not say.",
        )
    return GdprRow(
        provision,
        "Opbevaring: " + "; ".join(_kept(each)[0] for each in storage) + ".",
        "Storage: " + "; ".join(_kept(each)[1] for each in storage) + ".",
    )


def _kept(storage: Storage) -> Two:
    until = f"{storage.journal_until:%Y-%m-%d}"
    deleted = storage.evidence_deleted_at
    if deleted is not None:
        return (
            f"journalen hos {storage.service} slettes efter {until}, dokumentationen blev det {deleted:%Y-%m-%d %H:%M} "
            "UTC",
            f"the journal of {storage.service} is deleted after {until}, the evidence was at "
            f"{deleted:%Y-%m-%d %H:%M} UTC",
        )
    state = (
        ("dokumentationen ligger der endnu", "the evidence is still there")
        if storage.holds_evidence
        else (
            "der ligger ingen dokumentation",
            "no evidence is there",
        )
    )
    return (
        f"journalen hos {storage.service} slettes efter {until}, {state[0]}",
        f"the journal of {storage.service} is deleted after {until}, {state[1]}",
    )


def _transparency(facts: _Facts) -> GdprRow:
    preview = facts.material.preview
    da, en = DECISIONS.get(preview.decision or "", UNKNOWN)
    opened = f"{preview.opened_at:%Y-%m-%d %H:%M} UTC" if preview.opened_at else ""
    decided = f" {preview.decided_at:%Y-%m-%d %H:%M} UTC" if preview.decided_at else ""
    return GdprRow(
        "GDPR 12–15; 2022/1463, art. 15",
        f"Indsigt: forhåndsvisningen {'åbnet ' + opened if opened else 'blev ikke åbnet, så vidt det vides'}; "
        f"{len(preview.shown)} dokumenter vist; afgørelse: {da}{decided}.",
        f"Access: the preview {'opened at ' + opened if opened else 'was not opened, as far as is known'}; "
        f"{len(preview.shown)} documents shown; decision: {en}{decided}.",
    )


def _border(facts: _Facts) -> GdprRow:
    countries = facts.countries
    if None in countries:
        return GdprRow(
            "GDPR 44–46",
            "Overførsel: mellem myndigheder i EU; landene fremgår ikke af anmodningen.",
            "Transfer: between authorities in the Union; the request does not name the countries.",
        )
    start, end = (country(code) for code in countries)
    return GdprRow(
        "GDPR 44–46",
        f"Overførsel: fra {start.danish} til {end.danish}, inden for EU; ingen overførsel til et tredjeland.",
        f"Transfer: from {start.english} to {end.english}, within the Union; none to a third country.",
    )


def _identifiers(facts: _Facts) -> GdprRow:
    subjects = [each.subject for each in facts.requests]
    travelled = any(isinstance(each, NaturalPerson) and each.identifier for each in subjects)
    return GdprRow(
        "Databeskyttelsesloven § 11",
        f"Identifikation: anmodningen {'nævner' if travelled else 'nævner ikke'} en eIDAS-identifikator og intet "
        "personnummer; personnummeret bruges kun i Danmark til at finde den rette. Det står ikke i dossierets egne "
        "sider.",
        f"Identification: the request {'names' if travelled else 'does not name'} an eIDAS identifier and no Danish "
        "personal number; that is used in Denmark alone, to find the right person. It stands in none of the dossier's "
        "own pages.",
    )


def _answerable(facts: _Facts) -> GdprRow:
    return GdprRow(
        "GDPR 28, 30, 35",
        f"Databehandleraftale, fortegnelse og konsekvensanalyse: besvares af {facts.requester[0]} og "
        f"{facts.provider[0]}, ikke af udvekslingen.",
        f"Agreement with processors, records and impact assessment: for {facts.requester[1]} and {facts.provider[1]} "
        "to answer, not for the exchange.",
    )
