"""What a message says, for people who have never seen one: a sentence, and labelled fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from oots.edelivery.header import EXCEPTION_RESPONSE, EXECUTE_QUERY_REQUEST
from oots.exchange.journal import EvidencePart
from oots.inspector.catalogue.error_codes import error_code
from oots.inspector.laid_open import Message
from oots.inspector.messages.fields import NOT_SAID, Field, Group, at_moment, in_both, same, yes_or_no
from oots.inspector.wording import FIRST_REQUEST, refusal, titled
from oots.model.agent import Address, Agent
from oots.model.evidence import Distribution, DocumentKind, EvidenceDocument
from oots.model.person import LegalPerson, LevelOfAssurance, NaturalPerson, Subject
from oots.model.request import EvidenceRequest
from oots.model.response import EdmException, EvidenceError, EvidenceResponse
from oots.web.procedures import procedure
from oots.web.words import Words
from oots.wire.masking import host_of

_UNREADABLE: Final = Words("Meddelelse, der ikke kan læses", "Message that cannot be read")

_KINDS: Final = {
    DocumentKind.MAIN_EVIDENCE: Words("Hoveddokument", "Main evidence"),
    DocumentKind.ANNEX: Words("Bilag", "Annex"),
    DocumentKind.HUMAN_READABLE_VERSION: Words("Læsbar udgave", "Human-readable version"),
    DocumentKind.TRANSLATION: Words("Oversættelse", "Translation"),
}
_LEVELS: Final = {
    LevelOfAssurance.LOW: Words("Lav", "Low"),
    LevelOfAssurance.SUBSTANTIAL: Words("Betydelig", "Substantial"),
    LevelOfAssurance.HIGH: Words("Høj", "High"),
}


def title_of(message: Message) -> Words:
    """What the message is, in a few words."""
    by_action = {EXECUTE_QUERY_REQUEST: FIRST_REQUEST, EXCEPTION_RESPONSE: refusal(None)}
    return titled(message.says) or by_action.get(message.header.action, _UNREADABLE)


def sentence_of(message: Message) -> Words:
    """What the message says, in one sentence."""
    says = message.says
    if isinstance(says, EvidenceRequest):
        return _asked(says)
    if isinstance(says, EvidenceError):
        return _refused(says)
    if isinstance(says, EvidenceResponse):
        return _answered(says)
    return Words(
        "Dokumentet i meddelelsen kan ikke læses. Se det som XML, eller se, hvilke regler det bryder.",
        "The document in the message cannot be read. See it as XML, or see which rules it breaks.",
    )


def groups_of(message: Message) -> tuple[Group, ...]:
    """All that the message says."""
    says = message.says
    if isinstance(says, EvidenceRequest):
        return tuple(_request(says))
    if isinstance(says, EvidenceError):
        return tuple(_error(says))
    if isinstance(says, EvidenceResponse):
        return tuple(_response(says, message))
    return ()


def _name(agent: Agent | None) -> Words:
    if agent is None:
        return Words("en ukendt myndighed", "an unknown authority")
    named = in_both(agent.names)
    return named if named.danish else same(agent.identifier.value)


def _asked(request: EvidenceRequest) -> Words:
    who, whom, what = _name(request.requester), _name(request.provider), in_both(request.evidence.evidence_type.titles)
    if request.preview:
        return Words(
            f"{who.danish} beder igen {whom.danish} om »{what.danish}«, nu hvor personen er i forhåndsvisningen.",
            f"{who.english} asks {whom.english} again for “{what.english}”, now that the person is in the preview.",
        )
    return Words(
        f"{who.danish} beder {whom.danish} om »{what.danish}«.",
        f"{who.english} asks {whom.english} for “{what.english}”.",
    )


def _refused(error: EvidenceError) -> Words:
    who = _name(error.error_provider)
    if error.preview:
        return Words(
            f"{who.danish} svarer, at personen først skal se dokumentationen og selv vælge, om den må sendes.",
            f"{who.english} answers that the person must see the evidence first and choose whether it may be sent.",
        )
    meaning = error_code(error.exceptions[0].code.code).meaning
    return Words(
        f"{who.danish} sender ingen dokumentation. {meaning.danish}",
        f"{who.english} sends no evidence. {meaning.english}",
    )


def _answered(response: EvidenceResponse) -> Words:
    who = _name(response.providers[0] if response.providers else None)
    number = sum(len(package.documents) for package in response.packages)
    if number:
        return Words(
            f"{who.danish} sender {number} {'dokument' if number == 1 else 'dokumenter'}.",
            f"{who.english} sends {number} {'document' if number == 1 else 'documents'}.",
        )
    if response.available_from:
        when = at_moment(response.available_from)
        return Words(
            f"{who.danish} sender intet endnu; dokumentationen er tidligst klar {when.danish}.",
            f"{who.english} sends nothing yet; the evidence is ready on {when.english} at the earliest.",
        )
    return Words(
        f"{who.danish} svarer uden at sende dokumentation.", f"{who.english} answers without sending any evidence."
    )


def _request(request: EvidenceRequest) -> Iterator[Group]:
    yield Group(Words("Hvad der spørges om", "What is asked for"), tuple(_what(request)))
    yield Group(Words("På hvilket grundlag", "On what ground"), tuple(_ground(request)))
    yield Group(Words("Hvem der spørger hvem", "Who asks whom"), tuple(_parties(request)))
    yield Group(Words("Hvem det handler om", "Whom it is about"), tuple(_person(request.subject)))
    if request.representative is not None:
        yield Group(
            Words("Hvem der handler for personen", "Who acts for the person"), tuple(_person(request.representative))
        )
    yield Group(Words("Kendetegn", "Identifiers"), tuple(_marks(request.request_id, request.specification)))


def _what(request: EvidenceRequest) -> Iterator[Field]:
    evidence = request.evidence
    yield Field(Words("Dokumentationstype", "Evidence type"), in_both(evidence.evidence_type.titles))
    yield Field(Words("Typens adresse", "Address of the type"), same(evidence.evidence_type.classification))
    for requirement in request.requirements:
        yield Field(
            Words("Krav, der skal dokumenteres", "Requirement to be proven"),
            in_both(requirement.names),
            hint=same(requirement.identifier),
        )
    for wanted in evidence.distributions:
        yield Field(Words("Ønsket udgave", "Form asked for"), _distribution(wanted))
    for answer in request.provider_classification:
        question = in_both(answer.descriptions) if answer.descriptions else same(answer.identifier)
        yield Field(
            Words("Svar på spørgsmål om udbyderen", "Answer to a question about the provider"),
            same(answer.value_expression or answer.value),
            hint=question,
        )


def _ground(request: EvidenceRequest) -> Iterator[Field]:
    name = procedure(request.procedure)
    yield Field(
        Words("Procedure", "Procedure"),
        Words(f"{request.procedure}: {name.danish}", f"{request.procedure}: {name.english}"),
        hint=Words(
            "Koden er fra EU's liste over procedurer; de fleste står i bilag II til forordning 2018/1724.",
            "The code is from the EU's list of procedures, most of which are in Annex II of Regulation 2018/1724.",
        ),
    )
    yield Field(
        Words("Personen har selv bedt om det", "The person has asked for it"),
        yes_or_no(request.explicit_request_given),
        hint=Words("Udtrykkelig anmodning, artikel 14, stk. 7.", "Explicit request, article 14(7)."),
    )
    yield Field(
        Words("Forhåndsvisning er mulig", "A preview is possible"),
        yes_or_no(request.possibility_for_preview),
        hint=Words("Artikel 14, stk. 3, litra f.", "Article 14(3)(f)."),
    )
    yield Field(Words("Udstedt", "Issued"), at_moment(request.issued))
    if request.preview:
        yield from _link(request.preview.location)
        back = same(request.preview.return_location) if request.preview.return_location else NOT_SAID
        yield Field(Words("Personen vender tilbage til", "The person returns to"), back, personal=True)


def _link(location: str) -> Iterator[Field]:
    """A preview link opens the preview of one person: only its host is for everybody."""
    host = host_of(location)
    yield Field(
        Words("Forhåndsvisningen er hos", "The preview is at"), same(host.partition("://")[2]) if host else NOT_SAID
    )
    yield Field(Words("Linket til forhåndsvisningen", "The link to the preview"), same(location), personal=True)


def _parties(request: EvidenceRequest) -> Iterator[Field]:
    yield from _agent(Words("Dokumentationsansøger (spørger)", "Evidence requester (asks)"), request.requester)
    for agent in request.requesters:
        if agent is not request.requester:
            yield from _agent(Words("Mellemled", "Intermediary"), agent)
    yield from _agent(Words("Dokumentationsudbyder (svarer)", "Evidence provider (answers)"), request.provider)


def _agent(label: Words, agent: Agent) -> Iterator[Field]:
    identifier = f"{agent.identifier.scheme.rpartition(':')[2]} {agent.identifier.value}"
    country = f", {agent.address.country}" if agent.address else ""
    yield Field(label, _name(agent), hint=same(identifier + country))


def _person(person: Subject) -> Iterator[Field]:
    if isinstance(person, LegalPerson):
        yield Field(Words("Virksomhed", "Legal person"), same(person.legal_name), personal=True)
        yield Field(Words("eIDAS-kendetegn", "eIDAS identifier"), same(person.legal_person_identifier), personal=True)
    else:
        yield from _natural(person)
    level = _LEVELS[person.level_of_assurance] if person.level_of_assurance else NOT_SAID
    yield Field(
        Words("Sikringsniveau for login", "Level of assurance of the sign-in"),
        level,
        hint=Words("Hvor sikkert personen er identificeret.", "How surely the person was identified."),
    )


def _natural(person: NaturalPerson) -> Iterator[Field]:
    told: tuple[tuple[Words, str | None], ...] = (
        (Words("Efternavn", "Family name"), person.family_name),
        (Words("Fornavn", "Given name"), person.given_name),
        (Words("Født", "Date of birth"), person.date_of_birth.isoformat()),
        (Words("eIDAS-kendetegn", "eIDAS identifier"), person.identifier),
        (Words("Fødenavn", "Name at birth"), person.birth_name),
        (Words("Fødested", "Place of birth"), person.place_of_birth or person.town_of_birth),
        (Words("Fødeland", "Country of birth"), person.country_of_birth),
        (Words("Adresse", "Address"), _address(person.current_address)),
        (Words("Køn", "Gender"), person.gender),
        (Words("Nationalitet", "Nationality"), person.nationality),
        (Words("Bopælsland", "Country of residence"), person.country_of_residence),
        (Words("Telefon", "Telephone"), person.phone_number),
        (Words("E-mail", "Email"), person.email_address),
        *((same(each.name), each.value) for each in person.sector_attributes),
    )
    yield from (Field(label, same(value), personal=True) for label, value in told if value)


def _address(address: Address | None) -> str | None:
    if address is None:
        return None
    street = " ".join(filter(None, (address.thoroughfare, address.locator_designator)))
    town = " ".join(filter(None, (address.post_code, address.post_city_name)))
    return address.full_address or ", ".join(filter(None, (street, town, address.country)))


def _marks(own: str, specification: str, answers: str | None = None) -> Iterator[Field]:
    yield Field(Words("Dokumentets id", "Id of the document"), same(own))
    if answers is not None:
        yield Field(Words("Svar på anmodningen", "Answer to the request"), same(answers))
    yield Field(Words("Version af datamodellen", "Version of the data model"), same(specification))


def _error(error: EvidenceError) -> Iterator[Group]:
    for exception in error.exceptions:
        yield Group(Words("Svaret", "The answer"), tuple(_exception(exception)))
    yield Group(
        Words("Hvem der svarer hvem", "Who answers whom"), tuple(_between(error.error_provider, error.requester))
    )
    yield Group(
        Words("Kendetegn", "Identifiers"),
        tuple(_marks(error.response_id, error.specification, error.request_id or "–")),
    )


def _exception(exception: EdmException) -> Iterator[Field]:
    code = error_code(exception.code.code)
    yield Field(Words("Kode", "Code"), same(code.code), hint=same(code.name), link=f"/errors/{code.code}")
    if exception.preview is None:
        yield Field(Words("Det betyder", "That means"), code.meaning)
    if exception.detail:
        yield Field(Words("Afsenderens forklaring", "The sender's explanation"), same(exception.detail), personal=True)
    yield Field(Words("Tidspunkt", "Time"), at_moment(exception.timestamp))
    if exception.preview:
        yield Field(
            Words("Det betyder", "That means"),
            Words(
                "Intet er gået galt: personen skal se dokumentationen hos udbyderen, før den kan sendes.",
                "Nothing has gone wrong: the person must see the evidence at the provider before it can be sent.",
            ),
        )
        yield from _link(exception.preview.location)
        if exception.preview.descriptions:
            said = in_both(exception.preview.descriptions)
            yield Field(Words("Teksten til personen", "The text for the person"), said, personal=True)


def _between(provider: Agent | None, requester: Agent | None) -> Iterator[Field]:
    if provider is not None:
        yield from _agent(Words("Dokumentationsudbyder (svarer)", "Evidence provider (answers)"), provider)
    if requester is not None:
        yield from _agent(Words("Dokumentationsansøger (får svaret)", "Evidence requester (is answered)"), requester)


def _response(response: EvidenceResponse, message: Message) -> Iterator[Group]:
    kept = {part.content_id: part for line in message.lines for part in line.entry.evidence}
    documents = [document for package in response.packages for document in package.documents]
    for number, document in enumerate(documents, start=1):
        heading = Words(f"Dokument {number} af {len(documents)}", f"Document {number} of {len(documents)}")
        yield Group(heading, tuple(_document(document, kept)))
    if response.available_from:
        yield Group(
            Words("Svaret", "The answer"),
            (Field(Words("Tidligst klar", "Ready at the earliest"), at_moment(response.available_from)),),
        )
    provider = response.providers[0] if response.providers else None
    yield Group(Words("Hvem der svarer hvem", "Who answers whom"), tuple(_between(provider, response.requester)))
    marks = tuple(_marks(response.response_id, response.specification, response.request_id))
    yield Group(
        Words("Kendetegn", "Identifiers"), (Field(Words("Udstedt", "Issued"), at_moment(response.issued)), *marks)
    )


def _document(document: EvidenceDocument, kept: Mapping[str, EvidencePart]) -> Iterator[Field]:
    yield Field(Words("Titel", "Title"), same(document.title), personal=True)
    yield Field(Words("Hvad det er", "What it is"), _KINDS[document.kind])
    yield Field(Words("Udgave", "Form"), _distribution(document.distribution))
    if document.main is not None:
        main = document.main
        yield Field(
            Words("Dokumentationstype", "Evidence type"),
            in_both(main.evidence_type.titles),
            hint=same(main.evidence_type.classification),
        )
        yield Field(
            Words("Udstedt af", "Issued by"),
            in_both(main.issuing_authority.names),
            hint=same(main.issuing_authority.identifier.value),
        )
        yield Field(Words("Udstedt den", "Issued on"), same(main.issuing_date.isoformat()))
        if main.valid_from or main.valid_until:
            yield Field(Words("Gælder", "Valid"), same(f"{main.valid_from or '…'} – {main.valid_until or '…'}"))
        yield from _about(main.subject)
    yield Field(Words("Id", "Id"), same(document.evidence_id))
    yield Field(Words("Ligger i delen", "Carried in the part"), same(document.content_id))
    part = kept.get(document.content_id)
    if part is not None:
        yield Field(Words("Størrelse", "Size"), Words(f"{part.length} byte", f"{part.length} bytes"))
        yield Field(
            Words("Fingeraftryk (SHA-256)", "Digest (SHA-256)"),
            same(part.sha256),
            hint=Words(
                "Det er alt, journalen beholder af dokumentet.", "This is all that the journal keeps of the document."
            ),
        )


def _about(subject: Subject) -> Iterator[Field]:
    if isinstance(subject, LegalPerson):
        name, identifier = subject.legal_name, subject.legal_person_identifier
    else:
        name = f"{subject.given_name} {subject.family_name}"
        identifier = subject.identifier or subject.date_of_birth.isoformat()
    yield Field(Words("Handler om", "Is about"), same(name), personal=True)
    yield Field(Words("Med kendetegnet", "Identified by"), same(identifier), personal=True)


def _distribution(wanted: Distribution) -> Words:
    languages = ", ".join(wanted.languages)
    details = [detail for detail in (languages, wanted.conforms_to, *wanted.associated_documents) if detail]
    return same(f"{wanted.format} ({'; '.join(details)})" if details else wanted.format)
