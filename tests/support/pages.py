"""Stand-ins behind the pages of portal and preview space, and the apps that serve them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import typst
from fastapi import APIRouter, FastAPI, Request
from starlette.responses import RedirectResponse

from oots.exchange.conversation import RequesterState
from oots.exchange.held_part import HeldPart
from oots.exchange.journal import Entry, EvidencePart, JournalEntry, TimelineEvent
from oots.model.agent import Address, Agent, AgentRole
from oots.model.catalogue import (
    AccessService,
    ClassificationConcept,
    Code,
    CodeList,
    DataService,
    Publisher,
    Requirement,
)
from oots.model.clock import FrozenClock, SequentialIds
from oots.model.errors import PeerError
from oots.model.evidence import (
    Distribution,
    DocumentKind,
    EvidenceDocument,
    EvidenceType,
    IssuingAuthority,
    MainMetadata,
    RequestedEvidenceType,
)
from oots.model.identifiers import Identifier
from oots.model.issuing import Fee, FeePolicy, Withheld
from oots.model.person import LegalPerson, LevelOfAssurance, NaturalPerson, Subject
from oots.model.request import EvidenceRequest
from oots.model.response import PreviewOffer
from oots.model.text import Text
from oots.own_log.log import AskedAboutMe, Document, Happened, Reader, Step
from oots.provider import casework_pages
from oots.provider import pages as preview_pages
from oots.provider.casework import Attachment, CaseState, DecidedError, Decision, HandCase, NothingAttachedError
from oots.provider.mailbox import Letter, LetterKind
from oots.provider.preview import PreviewClosedError, UnpaidError
from oots.provider.shown import Place, ShownDocument, ShownPackage, Stage
from oots.requester import pages as portal_pages
from oots.requester.cases import Case, Piece, case_of
from oots.requester.discovery import Finding, answered
from oots.requester.own_log import called
from oots.requester.service import NotPossibleError, Progress
from oots.trust.seal_report import SealReport
from oots.web.behind import BehindTheScenes
from oots.web.frame import Frame
from oots.web.openid import SignInError, SignInFailure
from oots.web.origins import Origins
from oots.web.security import BrowserSecurity
from oots.web.sessions import Sessions, SessionStore, session_of
from oots.web.signin import SignedIn
from oots.web.telling import ways_of
from oots.web.words import Words
from oots.wire.catalogue import AdditionalInputError, DirectoryError
from oots.wire.profile import V2_0
from tests.support.web import NOON, Base64Vault, MemoryDatabase, clock_at_noon

PORTAL = "http://portal.lt.localhost:8400"
PREVIEW = "http://preview.aarhus.localhost:8401"
ORIGINS = Origins({"https://portal.lt.localhost": PORTAL, "https://preview.aarhus.localhost": PREVIEW})
TOKEN = "specimen-token-00000001"
EXCHANGE = "00000000-0000-4000-8000-00000000e001"
CASE_ID = "00000000-0000-4000-8000-0000c0ffee01"

MARIA = NaturalPerson("Jensen", "Maria", date(1984, 3, 2), LevelOfAssurance.HIGH, "DK/LT/maria")
OTHER = NaturalPerson("Łukasiewicz", "Đorđe", date(1979, 1, 1), LevelOfAssurance.HIGH, "PL/LT/other")
WEAK = replace(MARIA, level_of_assurance=LevelOfAssurance.LOW)
PERSONS = {"maria": MARIA, "other": OTHER, "weak": WEAK}
CHILD = NaturalPerson("Jensen", "Mathilde", date(2018, 6, 1), LevelOfAssurance.HIGH, "DK/LT/mathilde")
COMPANY = LegalPerson("DK/LT/12345678", "Opdigtet Byg ApS", LevelOfAssurance.HIGH)
REPRESENTED: dict[str, Subject] = {"for-child": CHILD, "for-company": COMPANY}
"""For whom Maria acts, by the name under which she signs in."""

AUTHORITY = Agent(
    Identifier("urn:cef.eu:names:identifier:EAS:0200", "188600000"),
    (Text("DA", "Registreringsmyndigheden i Vilnius"), Text("EN", "Vilnius Registration Authority")),
    Address("LT"),
    AgentRole.EVIDENCE_REQUESTER,
)
AARHUS = Identifier("urn:cef.eu:names:identifier:EAS:0184", "55133018")
AARHUS_NAMES = (Text("DA", "Aarhus Kommune"), Text("EN", "Aarhus Municipality"))
CERTIFICATE = EvidenceType(
    "https://sr.oots.tech.ec.europa.eu/evidencetypeclassifications/DK/7d6b1f0e-2c43-4b8e-9f57-3a1c5e8d2b64",
    (Text("DA", "Bopælsattest"), Text("EN", "Residence certificate")),
    (Text("DA", "Kommunens attest for bopælen."), Text("EN", "The municipality's certificate of residence.")),
)
XML = b'<bopaelsattest xmlns="urn:specimen"><navn>Maria &lt;Jensen&gt;</navn></bopaelsattest>'
PDF = typst.compile(
    b'#set page(paper: "a4")\n#set document(title: "Attest")\n#set text(size: 13pt)\n'
    b"= Bop\xc3\xa6lsattest \\/ Residence certificate\n"
    b"Navn \\/ Name: Maria Jensen\n\nBop\xc3\xa6l \\/ Residence: Aastien 12, 8000 Aarhus C\n\n_Prototype_"
)
CONTENTS = (XML, PDF)


TOWNS = CodeList(
    "https://sr.oots.tech.ec.europa.eu/codelists/DK/kommunekode",
    (
        Code("0751", (Text("DA", "Aarhus Kommune"), Text("EN", "Aarhus Municipality"))),
        Code("0461", (Text("DA", "Odense Kommune"), Text("EN", "Odense Municipality"))),
        Code("0101", (Text("DA", "Københavns Kommune"), Text("EN", "København Municipality"))),
    ),
)
WHERE = ClassificationConcept(
    "c5e0a7d2-3b94-4f68-8d1c-70a9e6b52f13",
    TOWNS.identifier,
    "codelist",
    (Text("DA", "Hvilken kommune har dokumentationen?"), Text("EN", "Which municipality holds the evidence?")),
    TOWNS.identifier,
)


def finding(party: str = "AP_DK_01", names: tuple[Text, ...] = AARHUS_NAMES) -> Finding:
    publisher = Publisher(AARHUS, names, Address("DK"), "DK")
    access = AccessService(Identifier("urn:specimen:party", party), names, ("oots-edm:v2.0",), publisher)
    service = DataService(
        "4f0c9b1e-8d52-4e0b-a7b6-52c1d94e7a10",
        CERTIFICATE,
        (Distribution("application/xml", ("DA",)), Distribution("application/pdf", ("DA", "EN"))),
        (access,),
        LevelOfAssurance.SUBSTANTIAL,
    )
    names_of_requirement = (Text("DA", "Bevis for bopælsadresse"), Text("EN", "Proof of domicile address"))
    return Finding(
        Requirement("https://example.test/requirement", names_of_requirement), service, access, V2_0.specification
    )


def request_of(person: Subject, case: Case) -> EvidenceRequest:
    return EvidenceRequest(
        request_id="00000000-0000-4000-8000-000000000001",
        specification="oots-edm:v2.0",
        issued=NOON,
        procedure=case.procedure,
        requirements=(),
        requesters=(AUTHORITY,),
        provider=Agent(AARHUS, AARHUS_NAMES),
        evidence=RequestedEvidenceType("4f0c9b1e-8d52-4e0b-a7b6-52c1d94e7a10", CERTIFICATE, ()),
        subject=person,
        possibility_for_preview=True,
        explicit_request_given=True,
    )


def _document(number: int, kind: DocumentKind, media_type: str) -> EvidenceDocument:
    about = MainMetadata(MARIA, IssuingAuthority(AARHUS, AARHUS_NAMES), CERTIFICATE, date(2026, 11, 24))
    main = about if kind is DocumentKind.MAIN_EVIDENCE else None
    return EvidenceDocument(
        f"object-{number}",
        f"classification-{number}",
        f"evidence-{number}",
        kind,
        f"part-{number}@provider",
        "Bopælsattest",
        Distribution(media_type),
        main,
    )


DOCUMENTS = (
    _document(0, DocumentKind.MAIN_EVIDENCE, "application/xml"),
    _document(1, DocumentKind.HUMAN_READABLE_VERSION, "application/pdf"),
)
PARTS = tuple(
    HeldPart(
        document.content_id,
        document.distribution.format,
        "file",
        hashlib.sha256(content).hexdigest(),
        len(content),
        "key",
    )
    for document, content in zip(DOCUMENTS, CONTENTS, strict=True)
)


def file_name(exchange_id: str) -> str:
    """The name of the file that an exchange has begun."""
    return f"file-of-the-exchange-{exchange_id[-4:]}"


@dataclass
class PortalService:
    """Stands in for the evidence requester; `stand` puts its exchange where a test wants it."""

    authority: Agent = AUTHORITY
    return_base: str = "https://portal.lt.localhost"
    findings: list[Finding] = field(default_factory=list)
    representatives: list[Subject | None] = field(default_factory=list)
    asked: list[Subject] = field(default_factory=list)
    forms: dict[str, str] = field(default_factory=dict)
    kept: dict[str, Progress] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    invitations: dict[str, str] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)

    def formats_asked(self, finding: Finding) -> tuple[str, ...]:
        return tuple(distribution.format for distribution in finding.service.distributions)

    def ask(
        self,
        case: Case,
        finding: Finding,
        subject: Subject,
        conversation_id: str,
        form: str,
        *,
        representative: Subject | None,
        file_id: str | None,
    ) -> str:
        if form in self.forms:
            return self.forms[form]
        self.asked.append(subject)
        self.representatives.append(representative)
        self.findings.append(finding)
        exchange_id = f"00000000-0000-4000-8000-0000000000{len(self.asked):02d}"
        self.forms[form] = exchange_id
        self.stand(
            RequesterState.REQUESTED,
            exchange_id=exchange_id,
            person=subject,
            representative=representative,
            conversation_id=conversation_id,
            case=case.key,
            piece=finding.piece.key if finding.piece else None,
            file_id=file_id or file_name(exchange_id),
        )
        return exchange_id

    def asked_about(self, reader: Reader) -> tuple[Any, ...]:
        return a_log() if reader.who == called(MARIA) else ()

    def file(self, file_id: str) -> tuple[Progress, ...]:
        found = tuple(progress for progress in self.kept.values() if progress.file_id == file_id)
        if not found:
            raise LookupError(file_id)
        return found

    def invite(self, file_id: str) -> str:
        self.invitations = {secret: of for secret, of in self.invitations.items() if of != file_id}
        secret = f"secret-of-an-invitation-{len(self.calls)}"
        self.calls.append("invite")
        self.invitations[secret] = file_id
        return secret

    def invited_to(self, secret: str) -> str:
        return self.invitations[secret]

    def join(self, secret: str, mark: str) -> None:
        self.members[self.invitations.pop(secret)] = mark

    def joined(self, file_id: str) -> str | None:
        return self.members.get(file_id)

    def stand(
        self, state: RequesterState, *, exchange_id: str = EXCHANGE, person: Subject = MARIA, **more: Any
    ) -> None:
        case = case_of(more.pop("case", "change-of-address"))
        request = replace(
            request_of(person, case),
            representative=more.pop("representative", None),
            provider_classification=tuple(answered(WHERE, value) for value in more.pop("classification", ())),
        )
        progress = Progress(
            exchange_id=exchange_id,
            conversation_id=more.pop("conversation_id", "00000000-0000-4000-8000-0000000000c0"),
            case=case.key,
            state=state,
            request=request,
            deadline=NOON + timedelta(minutes=15),
            offer=PreviewOffer(
                f"https://preview.aarhus.localhost/p/{TOKEN}",
                (Text("DA", "Se og godkend"), Text("EN", "Check and approve")),
            ),
            documents=DOCUMENTS,
            parts=PARTS,
            available_from=None,
            error_code=None,
            error_detail=None,
            evidence_deleted_at=None,
            previewed=state is not RequesterState.REQUESTED,
            file_id=file_name(exchange_id),
        )
        self.kept[exchange_id] = replace(progress, **more)

    def progress(self, exchange_id: str) -> Progress:
        return self.kept[exchange_id]

    def go_to_preview(self, exchange_id: str) -> str:
        progress = self.kept[exchange_id]
        if progress.state not in (RequesterState.PREVIEW_OFFERED, RequesterState.PREVIEWING) or not progress.offer:
            raise NotPossibleError(progress.state)
        self.calls.append("preview")
        self.kept[exchange_id] = replace(progress, state=RequesterState.PREVIEWING)
        return progress.offer.location

    def evidence(self, exchange_id: str, number: int) -> tuple[EvidenceDocument, bytes]:
        if self.kept[exchange_id].state is not RequesterState.DELIVERED:
            raise LookupError(exchange_id)
        return self.kept[exchange_id].documents[number], CONTENTS[number]

    def finish(self, exchange_id: str) -> None:
        progress = self.kept[exchange_id]
        if progress.state is not RequesterState.DELIVERED:
            raise NotPossibleError(progress.state)
        self.calls.append("finish")
        self.kept[exchange_id] = replace(progress, state=RequesterState.FINISHED, evidence_deleted_at=NOON)


@dataclass
class Directories:
    """Stands in for the discovery; with a `question` it names those `findings_of` an answer, and nobody before."""

    findings: tuple[Finding, ...] = (finding(),)
    reachable: bool = True
    question: ClassificationConcept | None = None
    findings_of: dict[str, Finding] = field(default_factory=dict)
    values: frozenset[str] = frozenset()
    asked_in: list[str] = field(default_factory=list)

    def find(self, case: Case, provider_country: str, piece: Piece, answers: dict[str, str]) -> tuple[Finding, ...]:
        self.asked_in.append(provider_country)
        if not self.reachable:
            raise PeerError("the directories do not answer")
        if self.question is None:
            return tuple(replace(each, piece=piece) for each in self.findings)
        value = answers.get(self.question.identifier)
        if value is None:
            raise AdditionalInputError("DSD:ERR:0005", "more is needed", None, "", (self.question,))
        if value not in self.values:
            raise DirectoryError("DSD:ERR:0006", "wrong value", None)
        heard = (answered(self.question, value),)
        found = self.findings_of.get(value)
        return (replace(found, piece=piece, answers=heard),) if found else ()


class SignInAsChosen:
    """Stands in for the sign-in: whoever `chosen` names comes back; a failure of that name is raised."""

    def __init__(self) -> None:
        self.chosen = "maria"
        self.prompted = False

    def begin(self, request: Request, next: str, prompt_login: bool = False) -> RedirectResponse:
        session_of(request)["next"] = next
        self.prompted = prompt_login
        return RedirectResponse("/signin/callback", 303)

    async def complete(self, request: Request) -> SignedIn:
        if self.chosen not in PERSONS and self.chosen not in REPRESENTED:
            raise SignInError(SignInFailure(self.chosen))
        session_of(request).renew()
        if self.chosen in REPRESENTED:
            return SignedIn(REPRESENTED[self.chosen], NOON, session_of(request)["next"], MARIA)
        return SignedIn(PERSONS[self.chosen], NOON, session_of(request)["next"])


def three_pieces() -> tuple[ShownPackage, ...]:
    """Pieces of one type with titles of their own: waived, to be paid, and without a fee; each withholds something."""
    titles = [(Text("DA", f"Attest {year}"), Text("EN", f"Certificate {year}")) for year in (2023, 2024, 2025)]
    withheld = (Withheld("Civilstand / civilstand", (Text("DA", "Ikke nødvendig her"), Text("EN", "Not needed here"))),)
    fees = (Fee(Decimal(75), FeePolicy.WAIVED, 2026), Fee(Decimal(80), FeePolicy.PAID_IN_PREVIEW, 2026), None)
    return tuple(
        replace(
            shown_package(number),
            titles=titles[number],
            piece=number,
            fee=fees[number],
            to_pay=number == 1,
            withheld=withheld,
        )
        for number in range(3)
    )


def shown_package(number: int, notice: str | None = None) -> ShownPackage:
    kinds = (DocumentKind.MAIN_EVIDENCE, DocumentKind.HUMAN_READABLE_VERSION)
    return ShownPackage(
        number,
        CERTIFICATE.titles,
        notice,
        tuple(
            ShownDocument(number, position, kinds[position], "Bopælsattest", media_type, len(content), part.sha256)
            for position, (media_type, content, part) in enumerate(
                zip(("application/xml", "application/pdf"), CONTENTS, PARTS, strict=True)
            )
        ),
    )


@dataclass
class OneLink:
    """Stands in for the preview space, with one link for Maria and perhaps one for somebody else."""

    stage: Stage = Stage.OPEN
    shown: tuple[ShownPackage, ...] = (shown_package(0),)
    decisions: list[tuple[int, ...]] = field(default_factory=list)
    requester_names: tuple[Text, ...] = AUTHORITY.names
    other_link: str | None = None
    other_person: NaturalPerson = OTHER
    child: str | None = None
    paid: list[int] = field(default_factory=list)
    requirements: tuple[tuple[Text, ...], ...] = ((Text("DA", "Bevis for bopæl"), Text("EN", "Proof of domicile")),)
    host_names: tuple[Text, ...] = ()

    def place(self, token: str) -> Place:
        if token not in (TOKEN, self.other_link):
            return Place(Stage.UNKNOWN)
        back = None if self.stage is Stage.WAITING else f"https://portal.lt.localhost/return/{EXCHANGE}"
        until = NOON + timedelta(minutes=40)
        names = (CERTIFICATE.titles, self.requester_names)
        return Place(
            self.stage,
            EXCHANGE,
            *names,
            "LT",
            "V1",
            until,
            back,
            AARHUS_NAMES,
            False,
            self.requirements,
            self.host_names,
        )

    def acted_for(self, token: str) -> str | None:
        self._at(token, Stage.OPEN)
        return self.child

    def pay(self, token: str, piece: int) -> None:
        self._at(token, Stage.OPEN)
        if piece not in {each.piece for each in self.shown if each.to_pay}:
            raise LookupError(piece)
        self.paid.append(piece)
        self.shown = tuple(replace(each, to_pay=each.to_pay and each.piece != piece) for each in self.shown)

    def admit(self, token: str, person: NaturalPerson) -> bool:
        self._at(token, Stage.OPEN, Stage.WAITING)
        return person == (self.other_person if token == self.other_link else MARIA)

    def packages(self, token: str) -> tuple[ShownPackage, ...]:
        self._at(token, Stage.OPEN)
        return self.shown

    def content(self, token: str, package: int, number: int) -> tuple[ShownDocument, bytes]:
        self._at(token, Stage.OPEN)
        return self.shown[package].documents[number], CONTENTS[number]

    def file(self, token: str, package: int, number: int) -> tuple[ShownDocument, bytes]:
        shown = self.content(token, package, number)
        if self.shown[package].to_pay:
            raise UnpaidError((package,))
        return shown

    def decide(self, token: str, accepted: Collection[int]) -> str:
        self._at(token, Stage.OPEN, Stage.DECIDED)
        if unpaid := tuple(number for number in accepted if self.shown[number].to_pay):
            raise UnpaidError(unpaid)
        if self.stage is Stage.OPEN:
            self.decisions.append(tuple(sorted(accepted)))
            self.stage = Stage.DECIDED
        elif tuple(sorted(accepted)) != self.decisions[0]:
            raise PreviewClosedError(Stage.DECIDED)
        return f"https://portal.lt.localhost/return/{EXCHANGE}"

    def _at(self, token: str, *stages: Stage) -> None:
        stage = self.place(token).stage
        if stage not in stages:
            raise PreviewClosedError(stage)


class CaseDesk:
    """Stands in for the casework, with one case that waits."""

    def __init__(self) -> None:
        asked = request_of(MARIA, case_of("change-of-address"))
        day = timedelta(days=1)
        reason = "Kommunen undersøger, hvor personen bor."
        self.only = HandCase(CASE_ID, EXCHANGE, EXCHANGE, "key", asked, reason, NOON, NOON + day)
        self.pdf: bytes | None = None
        self.decisions: list[Decision] = []

    def cases(self) -> tuple[HandCase, ...]:
        return (self.only,)

    def case(self, case_id: str) -> HandCase:
        if case_id != CASE_ID:
            raise LookupError(case_id)
        return self.only

    def attached(self, case_id: str) -> bytes | None:
        return self.pdf

    def attach(self, case_id: str, pdf: bytes) -> None:
        if self.only.state is not CaseState.WAITING:
            raise DecidedError
        self.pdf = pdf
        self.only = replace(self.only, attachment=Attachment(hashlib.sha256(pdf).hexdigest(), len(pdf)))

    def decide(self, case_id: str, decision: Decision) -> None:
        if self.only.state is not CaseState.WAITING:
            raise DecidedError
        if decision is Decision.ATTACHED and self.pdf is None:
            raise NothingAttachedError
        self.decisions.append(decision)
        state = CaseState.REFUSED if decision is Decision.REFUSE else CaseState.RELEASED
        self.only = replace(self.only, state=state, decided_at=NOON)


def a_log() -> tuple[Any, ...]:
    """Two exchanges about Maria, with every step that there is in one of them."""
    request = request_of(MARIA, case_of("change-of-address"))
    document = Document("Bopælsattest", "application/pdf", "0" * 64, 4711)
    steps = tuple(Step(NOON, happened, (document, replace(document, title=None))) for happened in Happened)
    by_other = replace(request, representative=MARIA, explicit_request_given=False)
    return tuple(
        AskedAboutMe(EXCHANGE, SimpleNamespace(request=each, case="change-of-address"), steps)
        for each in (request, by_other)
    )


class PostOffice:
    """Stands in for the mailboxes: Maria has a receipt of each kind, the register knows nobody else."""

    def owner(self, person: NaturalPerson) -> str | None:
        return "maria" if person == MARIA else None

    def asked_about(self, reader: Reader) -> tuple[Any, ...]:
        return a_log() if reader.who == ("maria",) else ()

    def letters(self, person_key: str) -> tuple[Letter, ...]:
        titles = ((Text("DA", "Attest 2024"), Text("EN", "Certificate 2024")),)
        about = (EXCHANGE, CERTIFICATE.titles, AUTHORITY.names, "LT", "V1", False)
        fee = (Fee(Decimal(80), FeePolicy.PAID_IN_PREVIEW, 2026),)
        paid, returned = {LetterKind.RELEASED: fee}, {LetterKind.DECLINED: fee}
        return tuple(
            Letter(
                kind,
                NOON,
                *about,
                titles if kind is LetterKind.RELEASED else (),
                issuer=(Text("DA", "Odense Kommune"), Text("EN", "Odense Municipality")),
                paid=paid.get(kind, ()),
                returned=returned.get(kind, ()),
            )
            for kind in LetterKind
        )


def sealed(content: bytes, media_type: str) -> SealReport:
    """The XML is sealed by Aarhus, the PDF's seal is broken."""
    if media_type == "application/xml":
        return SealReport("XAdES", True, AARHUS.value, NOON)
    return SealReport("PAdES", False, problem="the document was changed")


def timeline(exchange_id: str) -> Sequence[TimelineEvent]:
    """What a log tells of the exchange, in which one check failed."""
    ids: dict[str, Any] = {"exchange_id": EXCHANGE, "conversation_id": "00000000-0000-4000-8000-0000000000c0"}
    part = EvidencePart("evidence-1", "part-1@provider", "application/pdf", PARTS[1].sha256, PARTS[1].length)
    sent = JournalEntry(
        NOON,
        Entry.REQUEST_SENT,
        message_id="m-1@portal",
        schema_valid=True,
        signature_valid=True,
        signer="AP_LT_01",
        digests=(("cid:part-1@portal", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),),
        document=b"<query><name>Maria &lt;script&gt;</name></query>",
        soap=b"<Envelope/>",
        **ids,
    )
    received = JournalEntry(
        NOON + timedelta(seconds=2),
        Entry.EXCEPTION_RECEIVED,
        message_id="m-2@provider",
        error_code="EDM:ERR:0003",
        detail="R-EDM-REQ-S006: not so",
        schema_valid=False,
        signature_valid=True,
        evidence=(part,),
        document=b"not xml <",
        **ids,
    )
    receipt = JournalEntry(NOON, Entry.RECEIPT_RECEIVED, message_id="m-1@portal", receipt=b"<Receipt/>", **ids)
    opened = JournalEntry(NOON, Entry.PREVIEW_OPENED, **ids)
    told = tuple(TimelineEvent(number, entry) for number, entry in enumerate((sent, receipt, opened, received), 1))
    return told if exchange_id == EXCHANGE else ()


@dataclass
class Portal:
    app: FastAPI
    service: PortalService
    directories: Directories
    sign_in: SignInAsChosen


@dataclass
class Preview:
    app: FastAPI
    space: OneLink
    sign_in: SignInAsChosen
    desk: CaseDesk


def portal(
    *, insight: bool = True, origin: str = PORTAL, country: str = "LT", provider_countries: tuple[str, ...] = ()
) -> Portal:
    service, directories, sign_in = PortalService(), Directories(), SignInAsChosen()
    frame = Frame(
        theme="requester",
        templates=portal_pages.TEMPLATES,
        authority=Words("Registreringsmyndigheden i Vilnius", "Vilnius Registration Authority"),
        service=Words("Procedureportal", "Procedure portal"),
    )
    pages = portal_pages.router(
        requester=cast(Any, service),
        discovery=cast(Any, directories),
        frame=frame,
        sign_in=cast(Any, sign_in),
        origins=ORIGINS,
        check_seal=sealed,
        ids=SequentialIds(9),
        clock=FrozenClock(NOON),
        grace=timedelta(minutes=1),
        country=country,
        provider_countries=provider_countries or (("LT",) if country == "DK" else ("DK",)),
        code_lists={TOWNS.identifier: TOWNS},
        behind=behind() if insight else None,
    )
    return Portal(_app(frame, pages, "portal", origin), service, directories, sign_in)


def preview(*, insight: bool = True, origin: str = PREVIEW, digital_post: bool = True) -> Preview:
    space, sign_in, desk = OneLink(), SignInAsChosen(), CaseDesk()
    frame = Frame(
        theme="provider",
        templates=preview_pages.TEMPLATES,
        authority=Words("Aarhus Kommune", "Aarhus Municipality"),
        service=Words("Forhåndsvisning af dokumentation", "Preview of evidence"),
    )
    pages = preview_pages.router(
        space=cast(Any, space),
        post_office=cast(Any, PostOffice()),
        frame=frame,
        sign_in=cast(Any, sign_in),
        origins=ORIGINS,
        opened=preview_pages.Opened(insight, casework=True, digital_post=digital_post),
        behind=behind() if insight else None,
    )
    pages.include_router(casework_pages.router(cast(Any, desk), frame))
    return Preview(_app(frame, pages, "preview", origin), space, sign_in, desk)


def behind() -> BehindTheScenes:
    """The log of `timeline`, told to whoever's exchange it is."""
    ways = ways_of(Words("Portalen", "The portal"), Words("Kommunen", "The municipality"))
    return BehindTheScenes(timeline, ways, "https://inspector.localhost:8499")


def _app(frame: Frame, pages: APIRouter, cookie: str, origin: str) -> FastAPI:
    app = FastAPI()
    store = SessionStore(MemoryDatabase(), Base64Vault(), clock_at_noon(), timedelta(hours=1))
    app.add_middleware(Sessions, store=store, cookie=cookie, secure=False)
    app.add_middleware(BrowserSecurity, origins=[origin], form_targets=[PORTAL, PREVIEW])
    frame.attach(app)
    app.include_router(pages)
    return app


def available_from() -> datetime:
    return datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
