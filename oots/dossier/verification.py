"""Whether a dossier is what its exporter signed, and what its messages prove, out of its bytes and an anchor alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from oots.dossier import context
from oots.dossier.answers import Answered, answers
from oots.dossier.container import MANIFEST, SIGNATURE, BrokenContainerError, Fault, is_name, unpacked
from oots.dossier.files import DossierFile, kept_of
from oots.dossier.manifest import Kind, Manifest, ManifestError, Member, State, check_signature, read_manifest
from oots.dossier.messages import Answer, MessageVerdict
from oots.dossier.review import NAME as REVIEW
from oots.dossier.review import SignedOff, judge_review
from oots.dossier.revocation import RevocationSaid, Signed, judge_all, said
from oots.dossier.rules import unlike
from oots.dossier.unanchored import Unanchored
from oots.model.content import sha256_of
from oots.trust.anchors import Trust, TrustAnchors
from oots.trust.kept_answers import KeptAnswers

_CLOCKS_DIFFER: Final = timedelta(minutes=5)
_PREVIEW: Final = "preview.json"
_RULES: Final = "rules.json"
_CONTEXT: Final = "context.json"
_UNSHOWN: Final = "its content is not among what the preview record says was shown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a dossier is worth. `faults` is everything that is wrong; `answers` is empty where its bytes are not those
    that were signed. `anchored`: whether the signer was found below a given anchor. `revocation` is None with them.
    `remarks` take nothing from its worth: what other versions of this software see otherwise, and what of a review
    nobody has signed. `reviews` are the sign-offs of reviewers that hold."""

    faults: tuple[Fault, ...]
    anchored: bool
    manifest: Manifest | None = None
    signer: str | None = None
    messages: tuple[MessageVerdict, ...] = ()
    answers: tuple[Answered, ...] = ()
    revocation: RevocationSaid | None = None
    remarks: tuple[Fault, ...] = ()
    reviews: tuple[SignedOff, ...] = ()

    @property
    def is_good(self) -> bool:
        """Nothing is wrong, the signer is known, and every question is answered with yes as far as the dossier's own
        redaction lets it be answered."""
        answered = bool(self.answers) and all(each.answer in (Answer.YES, Answer.WITHHELD) for each in self.answers)
        return self.anchored and not self.faults and answered

    @property
    def revocation_unjudged(self) -> tuple[str, ...]:
        """Why it cannot be said of every certificate whether it had been revoked; empty where that can be said."""
        if not self.anchored:
            return ("nobody has said whose certificates to believe",)
        if self.revocation is None or self.faults:
            return ("the dossier is not whole",)
        return self.revocation.unjudged


def verify(data: bytes, trust: TrustAnchors | None, now: datetime) -> Verdict:
    """The verdict on the bytes of a dossier at the moment `now` (aware); without `trust` certificates are taken at
    their word.

    Certificates are judged as of the time that each signature names, since a dossier is to last longer than they do;
    nobody else vouches for these times. Whether they were revoked, those of the exporter and of reviewers too, is found
    out from the answers in the dossier, as far as it has any. Raises NoDossierError for what is no zip.
    """
    anchored = trust is not None
    try:
        members = unpacked(data)
    except BrokenContainerError as broken:
        return Verdict(broken.faults, anchored)
    missing = tuple(Fault(name, "missing") for name in (MANIFEST, SIGNATURE) if name not in members)
    if missing:
        return Verdict(missing, anchored)
    try:
        manifest = read_manifest(members[MANIFEST])
    except ManifestError as fault:
        return Verdict((Fault(MANIFEST, str(fault)),), anchored)
    about_revocation = [each.path for each in manifest.members if each.kind is Kind.REVOCATION]
    asked = KeptAnswers({name: members[name] for name in about_revocation if name in members}, manifest.made)
    believed: Trust = trust.asking(asked) if trust else Unanchored()
    signer, faults = _signer(manifest, members, believed, now)
    listed = tuple(DossierFile(member, members.get(member.path)) for member in manifest.members)
    faults += [*_differences(manifest, members)]
    if faults:
        return Verdict(tuple(faults), anchored, manifest, signer)
    return _of_messages(manifest, listed, believed, asked, signer, anchored=anchored)


def expect_whole(data: bytes) -> tuple[Manifest, dict[str, bytes]]:
    """The manifest of a dossier and its files, which are those of the manifest; who signed it is not looked at.

    Raises BrokenContainerError, NoDossierError.
    """
    members = unpacked(data)
    try:
        manifest = read_manifest(members.get(MANIFEST, b""))
    except ManifestError as fault:
        raise BrokenContainerError((Fault(MANIFEST, str(fault)),)) from fault
    if faults := tuple(_differences(manifest, members)):
        raise BrokenContainerError(faults)
    return manifest, members


def _signer(
    manifest: Manifest, members: Mapping[str, bytes], trust: Trust, now: datetime
) -> tuple[str | None, list[Fault]]:
    if manifest.made > now + _CLOCKS_DIFFER:
        return None, [Fault(MANIFEST, "dated in the future")]
    try:
        party = check_signature(members[MANIFEST], members[SIGNATURE], trust, manifest.made)
    except ManifestError as fault:
        return None, [Fault(SIGNATURE, f"the manifest is not as somebody believed signed it: {fault}")]
    if party.party_id != manifest.exporter:
        return None, [Fault(SIGNATURE, f"signed by {party.party_id}, not by {manifest.exporter} who exported it")]
    return party.party_id, []


def _differences(manifest: Manifest, members: Mapping[str, bytes]) -> Iterator[Fault]:
    """Between what the manifest lists and what is there."""
    paths = [member.path for member in manifest.members]
    if paths != sorted(set(paths)) or not all(is_name(path) for path in paths) or {MANIFEST, SIGNATURE} & set(paths):
        yield Fault(MANIFEST, "lists a file twice, out of order, or under a name that none may have")
        return
    for name in members.keys() - {*paths, MANIFEST, SIGNATURE}:
        yield Fault(name, "not in the manifest")
    for member in manifest.members:
        octets = members.get(member.path)
        if why := _unlike(member, octets, redacted=manifest.redaction is not None):
            yield Fault(member.path, why)


def _unlike(member: Member, octets: bytes | None, *, redacted: bool) -> str | None:
    if member.state is State.WITHHELD and not redacted:
        return "withheld in a dossier that is not redacted"
    if member.state is not State.PRESENT:
        return None if octets is None else f"there, while the manifest says it is {member.state}"
    if octets is None:
        return "missing"
    if len(octets) != member.size:
        return f"{len(octets)} bytes instead of {member.size}"
    digest = sha256_of(octets)
    return None if digest == member.sha256 else f"changed: sha256 {digest} instead of {member.sha256}"


def _of_messages(
    manifest: Manifest,
    listed: Sequence[DossierFile],
    trust: Trust,
    asked: KeptAnswers,
    signer: str | None,
    *,
    anchored: bool,
) -> Verdict:
    """`trust` asks `asked`, which has been asked about the signer of the manifest already."""
    try:
        kept = kept_of(listed)
    except LookupError as fault:
        faults = (Fault(str(fault.args[0]), "without the envelope or the document of its message"),)
        return Verdict(faults, anchored, manifest, signer)
    except ValueError as fault:
        return Verdict((Fault(str(fault), "not the only one of its kind in its message"),), anchored, manifest, signer)
    octets = {each.member.path: each.octets for each in listed if each.octets is not None}
    others = {Signed.DOSSIER: tuple(asked.looks)}
    verdicts = judge_all(kept, trust, asked)
    told = [fault for verdict in verdicts for fault in verdict.faults]
    before = len(asked.looks)
    review = judge_review(octets.get(REVIEW), manifest.exchange_id, kept, verdicts, trust)
    others[Signed.REVIEW] = tuple(asked.looks[before:])
    found = (*told, *_strangers(manifest, verdicts), *_unshown(listed, verdicts))
    found += tuple(Fault(REVIEW, why) for why in review.faults)
    if anchored and not told and not review.faults:
        found += tuple(Fault(name, f"of no use here: {why}") for name, why in asked.unused.items())
    differing = tuple(Fault(_RULES, why) for why in unlike(octets.get(_RULES), kept, octets))
    if _same_rules(octets.get(_CONTEXT)):
        found, differing = (*found, *differing), ()
    remarks = (*differing, *(Fault(REVIEW, why) for why in review.remarks))
    return Verdict(
        found,
        anchored,
        manifest,
        signer,
        tuple(verdicts),
        answers(verdicts, anchored=anchored),
        said(verdicts, others, len(asked.used) + len(asked.unused), anchored=anchored, believed=not review.faults),
        remarks,
        review.sign_offs,
    )


def _same_rules(record: bytes | None) -> bool:
    """Whether the exporter judged by the very rules that are known here; else another result is no fault of its own."""
    try:
        return bool(json.loads(record or b"{}")["rules"] == context.rules())
    except (ValueError, TypeError, KeyError, RecursionError):
        return False


def _strangers(manifest: Manifest, verdicts: Sequence[MessageVerdict]) -> Iterator[Fault]:
    """Messages that belong to another exchange, or are there twice."""
    seen: set[str] = set()
    for verdict in verdicts:
        header, path = verdict.header, f"messages/{verdict.number:02d}/envelope.xml"
        if header is None:
            continue
        if header.message_id in seen:
            yield Fault(path, "the same message as another one of this dossier")
        elif header.conversation_id not in manifest.conversation_ids:
            yield Fault(path, "a message of another conversation")
        elif header.exchange_id and header.exchange_id.lower() != manifest.exchange_id.lower():
            yield Fault(path, "a message of another exchange")
        seen.add(header.message_id)


def _unshown(listed: Sequence[DossierFile], verdicts: Sequence[MessageVerdict]) -> Iterator[Fault]:
    """Evidence that was sent though the preview record, where it knows what was shown, does not have it."""
    record = next((each.octets for each in listed if each.member.path == _PREVIEW), None)
    try:
        told = json.loads(record or b"{}")
        shown = set(told.get("shown_sha256", ()))
    except (ValueError, TypeError, AttributeError, RecursionError):
        yield Fault(_PREVIEW, "no preview record")
        return
    if shown:
        seals = [sealed for verdict in verdicts for sealed in verdict.seals]
        yield from (Fault(each.path, _UNSHOWN) for each in seals if each.content_sha256 not in (None, *shown))
