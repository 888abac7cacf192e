"""Makes a dossier of what is known of an exchange: the messages, what is to be said of them, and a signed manifest."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives import hashes

from oots.dossier import context
from oots.dossier.container import MANIFEST, SIGNATURE, packed
from oots.dossier.files import DossierFile, kept_of
from oots.dossier.gdpr import gdpr_of
from oots.dossier.manifest import FORMAT, VERSION, Kind, Manifest, Member, State, sign_manifest, written
from oots.dossier.material import Event, Material, MessageMaterial
from oots.dossier.messages import MessageVerdict, Sealed, header_in, stated_digests
from oots.dossier.records import CRITERIA_UNKNOWN, FIELDS_UNKNOWN, NOT_REVIEWED, PARTLY_KEPT, SUBJECT, WHOLLY_KEPT
from oots.dossier.review import judge_review
from oots.dossier.revocation import FOLDER, RevocationSaid, Signed, judge_all, named, record_of, said
from oots.dossier.rules import rule_results
from oots.dossier.summary import Summary, html_of, pdf_of
from oots.edelivery.header import CID, UserMessage
from oots.model.clock import iso
from oots.model.errors import ConfigurationError
from oots.trust.certificates import Role, UntrustedError, bound_party
from oots.trust.kept_answers import KeptAnswers
from oots.trust.keys import KeyPair, pem_of
from oots.trust.policy import demo_policy_text

COUNCIL: Final = "council"
_DELETED: Final = (
    "deleted, or with a service whose journal was not read; a journal keeps the digest alone, which its sender signed"
)
_WITHHELD: Final = "personal data, withheld from the council"
_FIELDS: Final = "fields.json"
_ENDINGS: Final = {"application/xml": "xml", "application/pdf": "pdf"}
_PERSONAL: Final = frozenset({Kind.MESSAGE, Kind.DOCUMENT, Kind.EVIDENCE})
"""What a redaction withholds as a whole: who the exchange is about stands in these."""
_FREE_TEXT: Final = "detail"
"""The fact of an event in which others may have written about the person."""


def export(material: Material, made_at: datetime, redaction: str | None = None) -> bytes:
    """The dossier (a zip) of an exchange at `made_at` (aware); equal arguments give equal files, but for the signature.

    With `redaction` (`council`) documents and evidence stand there by digest alone, and the free text of errors not at
    all. Raises ConfigurationError for an exchange without messages, for a key that signs no dossiers, and for another
    redaction.
    """
    if redaction not in (None, COUNCIL):
        raise ConfigurationError(f"a dossier is redacted for the {COUNCIL}, not for {redaction}")
    if not material.messages:
        raise ConfigurationError(f"of the exchange {material.exchange_id} no message is left")
    if redaction:
        material = replace(material, events=tuple(map(_without_free_text, material.events)))
    exporter = _exporter(material.key)
    headers = [header_in(message.envelope) for message in material.messages]
    found = [file for each in zip(_numbers(material), material.messages, headers, strict=True) for file in _of(*each)]
    shown = [_withheld(file) if redaction and file.member.kind in _PERSONAL else file for file in found]
    whole = _judged(found, material, made_at)
    judged = _judged(shown, material, made_at) if redaction else whole
    verdicts, answers = whole.verdicts, judged.answers
    shown += _trust_files(material)
    shown += [DossierFile.of(name, Kind.REVOCATION, answers[name]) for name in sorted(answers)]
    present = {file.member.path: file.octets for file in found if file.octets is not None}
    rules = rule_results(kept_of(found), present, findings_quoted=redaction is None)
    for record in _records(material, verdicts, rules, answers):
        shown.append(_withheld(record) if redaction and record.member.path == _FIELDS else record)
    summary = Summary(
        material, verdicts, judged.revocation, [file.member for file in shown], rules, exporter, made_at, redaction
    )
    shown.append(DossierFile.of("summary.html", Kind.SUMMARY, html_of(summary)))
    shown.append(DossierFile.of("summary.pdf", Kind.SUMMARY, pdf_of(summary)))
    manifest = written(
        Manifest(
            format=FORMAT,
            version=VERSION,
            exchange_id=material.exchange_id,
            conversation_ids=tuple(sorted({header.conversation_id for header in headers})),
            made_at=iso(made_at),
            exporter=exporter,
            redaction="council" if redaction else None,
            members=tuple(sorted((file.member for file in shown), key=lambda member: member.path)),
        )
    )
    members = {file.member.path: file.octets for file in shown if file.octets is not None}
    return packed({**members, MANIFEST: manifest, SIGNATURE: sign_manifest(manifest, material.key, made_at)})


@dataclass(frozen=True, slots=True)
class _Judged:
    """The verdicts on the messages, the answers about revocation that say something of a signature in the dossier, and
    what they say."""

    verdicts: list[MessageVerdict]
    answers: dict[str, bytes]
    revocation: RevocationSaid


def _judged(files: Sequence[DossierFile], material: Material, made_at: datetime) -> _Judged:
    """As whoever verifies the dossier will judge, who is also to know about the exporter's certificate and those of
    reviewers."""
    answers = named(material.answers)
    asked = KeptAnswers(answers, made_at)
    trust = material.anchors.asking(asked)
    kept = kept_of(files)
    believed = True
    try:
        trust.party_of(material.key.certificate, material.key.chain, made_at, Role.DOSSIER)
    except UntrustedError:
        believed = False
    others = {Signed.DOSSIER: tuple(asked.looks)}
    verdicts = judge_all(kept, trust, asked)
    before = len(asked.looks)
    review = judge_review(_json(material.review or NOT_REVIEWED), material.exchange_id, kept, verdicts, trust)
    others[Signed.REVIEW] = tuple(asked.looks[before:])
    used = {name: answers[name] for name in asked.used}
    believed = believed and not review.faults
    return _Judged(verdicts, used, said(verdicts, others, len(used), anchored=True, believed=believed))


def _exporter(key: KeyPair) -> str:
    try:
        return bound_party(key.certificate).party_id
    except UntrustedError as problem:
        raise ConfigurationError(f"the dossier key: {problem}") from None


def _numbers(material: Material) -> range:
    return range(1, len(material.messages) + 1)


def _of(number: int, message: MessageMaterial, header: UserMessage) -> Iterator[DossierFile]:
    folder = f"messages/{number:02d}"
    yield DossierFile.of(f"{folder}/envelope.xml", Kind.ENVELOPE, message.envelope, number)
    first = header.parts[0].content_id if header.parts else None
    yield DossierFile.of(f"{folder}/document.xml", Kind.DOCUMENT, message.document, number, first)
    if message.message is not None:
        yield DossierFile.of(f"{folder}/message.mime", Kind.MESSAGE, message.message, number)
    if message.receipt is not None:
        yield DossierFile.of(f"{folder}/receipt.xml", Kind.RECEIPT, message.receipt, number)
    for count, info in enumerate(header.parts[1:], start=1):
        ending = _ENDINGS.get(info.media_type, "bin") + (".gz" if info.compressed else "")
        path = f"evidence/{number:02d}-{count:02d}.{ending}"
        octets = message.evidence.get(info.content_id)
        if octets is not None:
            yield DossierFile.of(path, Kind.EVIDENCE, octets, number, info.content_id)
        else:
            digest = _signed_digest(message.envelope, info.content_id)
            yield DossierFile(
                Member(path, Kind.EVIDENCE, digest, None, State.DELETED, _DELETED, number, info.content_id), None
            )


def _signed_digest(envelope: bytes, content_id: str) -> str:
    """The digest (hexadecimal) that an envelope states of a part; raises ConfigurationError where it states none."""
    found = stated_digests(envelope).get(CID + content_id)
    if found is None:
        raise ConfigurationError(f"the signature of a message says nothing of its part {content_id}")
    return found


def _withheld(file: DossierFile) -> DossierFile:
    if file.octets is None:
        return file
    return DossierFile(replace(file.member, state=State.WITHHELD, reason=_WITHHELD), None)


def _without_free_text(event: Event) -> Event:
    if _FREE_TEXT not in event.facts:
        return event
    return replace(event, facts={**event.facts, _FREE_TEXT: _WITHHELD})


def _trust_files(material: Material) -> Iterator[DossierFile]:
    yield DossierFile.of("trust/anchors.pem", Kind.TRUST, material.anchors.pem)
    chain = pem_of(material.key.certificate, *material.key.chain)
    yield DossierFile.of("trust/exporter.pem", Kind.TRUST, chain)
    yield DossierFile.of("trust/policy.toml", Kind.TRUST, demo_policy_text())


def _records(
    material: Material,
    verdicts: Sequence[MessageVerdict],
    rules: Sequence[Mapping[str, object]],
    answers: Mapping[str, bytes],
) -> Iterator[DossierFile]:
    records: dict[str, object] = {
        "timeline.json": [_event(event) for event in material.events],
        "signatures.json": [signature_report(verdict) for verdict in verdicts],
        "rules.json": list(rules),
        "preview.json": preview_record(material),
        f"{FOLDER}.json": record_of(answers),
        _FIELDS: fields_record(material),
        "context.json": _context(material, rules),
        "gdpr.json": [row.told() for row in gdpr_of(material)],
        "criteria.json": dict(material.expected) or {"known": False, "why": CRITERIA_UNKNOWN},
        "review.json": material.review or NOT_REVIEWED,
    }
    for path, content in records.items():
        yield DossierFile.of(path, Kind.RECORD, _json(content))


def _json(content: object) -> bytes:
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()


def _event(event: Event) -> dict[str, object]:
    return {"at": iso(event.at), "source": event.source, "event": event.what, **event.facts}


def preview_record(material: Material) -> dict[str, object]:
    """What was shown, by digest, and what was decided, by whom and when; None: not known."""
    preview = material.preview
    return {
        "who": SUBJECT,
        "opened_at": iso(preview.opened_at) if preview.opened_at else None,
        "shown_sha256": list(preview.shown),
        "decided_at": iso(preview.decided_at) if preview.decided_at else None,
        "decision": preview.decision,
    }


def fields_record(material: Material) -> dict[str, object]:
    """How far each field of the evidence came, by its name; that one is there at all may tell something of a person."""
    told = [
        {"field": each.name, "standing": each.standing.value, "why": each.why.value if each.why else None}
        | ({"evidence_id": each.evidence_id} if each.evidence_id else {})
        for each in material.fields
    ]
    return {"fields": told} if told else {"fields": None, "why": FIELDS_UNKNOWN}


def signature_report(verdict: MessageVerdict) -> dict[str, object]:
    """Who signed what of a message, as of when, and whether it verified when the dossier was made."""
    header = verdict.header
    return {
        "message": verdict.number,
        "message_id": header.message_id if header else None,
        "signer": header.sender.value if header else None,
        "judged_as_of": iso(header.timestamp) if header else None,
        "certificate_sha256": verdict.certificate_sha256,
        "covers": [{"reference": uri, "sha256": digest} for uri, digest in verdict.covered.items()],
        "seals": [_seal(each) for each in verdict.seals],
        "revocation": [
            {"certificate_sha256": look.certificate_sha256, "good_by": list(look.answers)} for look in verdict.looks
        ],
        "receipt": verdict.received.value,
        "faults": [{"file": fault.file, "why": fault.why} for fault in verdict.faults],
    }


def _seal(sealed: Sealed) -> dict[str, object]:
    report = sealed.report
    if report is None:
        return {"file": sealed.path, "seal": "not to be checked: the evidence is not here"}
    return {
        "file": sealed.path,
        "seal": "none" if sealed.unsealed else report.kind,
        "valid": report.valid,
        "signer": report.signer,
        "signed_at": report.signed_at.isoformat() if report.signed_at else None,
        "certificate_sha256": report.certificate_sha256,
        "problem": report.problem,
    }


def _context(material: Material, rules: Sequence[Mapping[str, object]]) -> dict[str, object]:
    certificate = material.key.certificate
    return {
        "sources": list(material.sources),
        "messages": PARTLY_KEPT if any(each.message is None for each in material.messages) else WHOLLY_KEPT,
        "software": context.software(),
        "dependencies": context.dependencies(),
        "decisions": context.decisions(),
        "rules": context.rules(),
        "configuration": context.configuration(material.anchors.pem, material.settings),
        "dossier": {"format": FORMAT, "version": VERSION},
        "exporter_certificate_sha256": certificate.fingerprint(hashes.SHA256()).hex(),
        "procedure": material.procedure,
        "evidence_type": material.evidence_type,
        "subject": SUBJECT,
        "specifications": {
            "regulations": ["(EU) 2018/1724 article 14", "(EU) 2022/1463"],
            "messages": sorted({str(each["version"]) for each in rules if each["version"]}),
            "transport": ["eDelivery AS4 1.15", "ebMS 3.0", "ebXML RegRep 4.0"],
            "seals": ["XAdES baseline B (ETSI EN 319 132-1)", "PAdES baseline B (ETSI EN 319 142-1)"],
        },
    }
