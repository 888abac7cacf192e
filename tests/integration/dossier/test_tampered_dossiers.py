"""Whatever is changed in a dossier, verifying it says in which file, and why."""

from __future__ import annotations

import json
import stat
import struct
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from oots.dossier.container import MANIFEST, SIGNATURE, NoDossierError, packed
from oots.dossier.export import export
from oots.dossier.manifest import Kind, Member, State, read_manifest, sign_manifest
from oots.dossier.material import Event
from oots.dossier.messages import Answer, header_in
from oots.dossier.revocation import named
from oots.dossier.verification import Verdict
from oots.edelivery.message import Part, seal_message
from oots.trust.keys import KeyPair
from oots.trust.signed_record import canonical_json
from tests.support.doors import specimen_key
from tests.support.dossiers import (
    MADE,
    Members,
    answered,
    as_listed,
    flipped,
    judged,
    kept_lists,
    members_of,
    resigned,
    sample_dossier,
    sample_material,
    signed,
    why,
    with_members,
)
from tests.support.revocation import house, signed_list
from tests.support.two_sides import START as AT

PARTS = ("document.xml", "envelope.xml", "message.mime", "receipt.xml")
RECORDS = (
    "context",
    "criteria",
    "fields",
    "gdpr",
    "preview",
    "review",
    "rules",
    "signatures",
    "timeline",
    "trust/revocation",
)
WHOLE = (
    MANIFEST,
    SIGNATURE,
    *(f"messages/{number:02d}/{part}" for number in range(1, 5) for part in PARTS),
    "evidence/04-01.xml",
    "evidence/04-02.pdf",
    *(f"{record}.json" for record in RECORDS),
    "summary.html",
    "summary.pdf",
    "trust/anchors.pem",
    "trust/exporter.pem",
    "trust/policy.toml",
    *named(kept_lists()),
)
REDACTED = tuple(
    name
    for name in WHOLE
    if not name.startswith("evidence/") and not name.endswith(("document.xml", "message.mime", "fields.json"))
)
EVIDENCE = "evidence/04-01.xml"
LATER = MADE + timedelta(days=9)


def test_the_dossier_that_is_tampered_with_below_is_good() -> None:
    data = sample_dossier()
    assert set(members_of(data)) == set(WHOLE)
    assert judged(data).is_good
    assert answered(judged(data)) == [Answer.YES, Answer.YES, Answer.YES]


def test_the_redacted_one_is_good_and_says_what_it_cannot_answer() -> None:
    data = sample_dossier(redaction="council")
    assert set(members_of(data)) == set(REDACTED)
    assert judged(data).is_good
    assert answered(judged(data)) == [Answer.WITHHELD, Answer.YES, Answer.YES]


def test_the_one_signed_anew_as_below_is_good() -> None:
    assert judged(resigned(members_of(sample_dossier()))).is_good


@pytest.mark.parametrize(
    ("redaction", "name"), [*((None, name) for name in WHOLE), *(("council", name) for name in REDACTED)]
)
@pytest.mark.parametrize("position", [0, None, -1])
def test_a_flipped_bit_in_any_file_is_told_of_that_file(name: str, redaction: str | None, position: int | None) -> None:
    data = sample_dossier(redaction=redaction)

    def flip(members: Members) -> None:
        at = len(members[name]) - 1 if position == -1 else position
        members[name] = flipped(members[name], at)

    verdict = judged(with_members(data, flip))
    assert not verdict.is_good
    assert name in why(verdict) or (name == MANIFEST and SIGNATURE in why(verdict))
    assert verdict.answers == ()


@pytest.mark.parametrize("name", WHOLE)
def test_a_file_that_is_gone_is_missed(name: str) -> None:
    assert why(judged(with_members(sample_dossier(), lambda members: members.pop(name))))[name] == "missing"


@pytest.mark.parametrize("name", ["evidence/04-03.xml", "messages/05/envelope.xml", "notes.txt", "trust/root.pem"])
def test_a_file_that_is_added_is_told(name: str) -> None:
    data = with_members(sample_dossier(), lambda members: members.update({name: b"more"}))
    assert why(judged(data)) == {name: "not in the manifest"}


def test_a_file_that_is_renamed_is_told_under_both_names() -> None:
    data = with_members(
        sample_dossier(), lambda members: members.update({"summary2.html": members.pop("summary.html")})
    )
    assert why(judged(data)) == {"summary.html": "missing", "summary2.html": "not in the manifest"}


def test_two_files_that_are_exchanged_are_told() -> None:
    def exchange(members: Members) -> None:
        one, other = "messages/01/receipt.xml", "messages/03/receipt.xml"
        members[one], members[other] = members[other], members[one]

    assert set(why(judged(with_members(sample_dossier(), exchange)))) == {
        "messages/01/receipt.xml",
        "messages/03/receipt.xml",
    }


# --- the zip -----------------------------------------------------------------------------------------------------


def zipped(
    change: Callable[[ZipInfo, bytes], tuple[ZipInfo, bytes]], more: tuple[tuple[ZipInfo, bytes], ...] = ()
) -> bytes:
    """The same files in a zip written by other hands."""
    target = BytesIO()
    with ZipFile(BytesIO(sample_dossier())) as source, ZipFile(target, "w") as written:
        for info in source.infolist():
            new, content = change(info, source.read(info))
            written.writestr(new, content)
        for info, content in more:
            written.writestr(info, content)
    return target.getvalue()


def same(info: ZipInfo, content: bytes) -> tuple[ZipInfo, bytes]:
    again = ZipInfo(info.filename, info.date_time)
    again.create_system, again.external_attr = info.create_system, info.external_attr
    return again, content


def only(name: str, **changes: object) -> Callable[[ZipInfo, bytes], tuple[ZipInfo, bytes]]:
    def change(info: ZipInfo, content: bytes) -> tuple[ZipInfo, bytes]:
        again, content = same(info, content)
        if info.filename == name:
            for attribute, value in changes.items():
                setattr(again, attribute, value)
        return again, content

    return change


def test_a_zip_written_by_other_hands_in_the_same_way_is_the_same() -> None:
    assert zipped(same) == sample_dossier()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("../../etc/cron.d/evil", "lead out"),
        ("/etc/passwd", "lead out"),
        ("C:\\evil.exe", "lead out"),
        ("evidence/../../evil", "lead out"),
        ("evidence//evil", "lead out"),
        ("folder/", "lead out"),
        ("evidence/.hidden", "lead out"),
        ("evidence/årsag.xml", "lead out"),
        ("a/b/c/d/e/f", "lead out"),
        ("x" * 201, "lead out"),
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name: str, says: str) -> None:
    (fault,) = judged(zipped(same, ((ZipInfo(name, (1980, 1, 1, 0, 0, 0)), b"evil"),))).faults
    assert says in fault.why
    assert fault.file


def test_a_bomb_is_refused_unexploded() -> None:
    bomb = ZipInfo("bomb.bin", (1980, 1, 1, 0, 0, 0))
    bomb.compress_type = ZIP_DEFLATED
    data = zipped(same, ((bomb, bytes(64 * 1024 * 1024)),))
    assert len(data) < 1024 * 1024
    assert why(judged(data)) == {"bomb.bin": "compressed, while a dossier stores its files as they are"}


def test_a_file_that_is_compressed_is_refused() -> None:
    data = zipped(only("summary.html", compress_type=ZIP_DEFLATED))
    assert why(judged(data)) == {"summary.html": "compressed, while a dossier stores its files as they are"}


def test_a_symbolic_link_is_refused() -> None:
    data = zipped(only("summary.html", external_attr=(stat.S_IFLNK | 0o777) << 16))
    assert why(judged(data)) == {"summary.html": "a symbolic link"}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_is_there_twice_is_refused() -> None:
    data = zipped(same, ((ZipInfo("summary.html", (1980, 1, 1, 0, 0, 0)), b"another"),))
    assert why(judged(data)) == {"summary.html": "twice in the zip"}


def test_another_order_is_refused() -> None:
    target = BytesIO()
    with ZipFile(BytesIO(sample_dossier())) as source, ZipFile(target, "w") as written:
        for info in reversed(source.infolist()):
            written.writestr(same(info, b"")[0], source.read(info))
    (fault,) = judged(target.getvalue()).faults
    assert fault.why == f"out of order: {MANIFEST} comes first"


def test_a_file_said_to_be_encrypted_is_refused() -> None:
    data = bytearray(sample_dossier())
    with ZipFile(BytesIO(bytes(data))) as archive:
        at = archive.start_dir + 8  # the flags of the first entry of the directory
    data[at] |= 1
    assert why(judged(bytes(data))) == {MANIFEST: "encrypted"}


def test_a_size_that_is_a_lie_is_refused() -> None:
    data = bytearray(sample_dossier())
    with ZipFile(BytesIO(bytes(data))) as archive:
        at = archive.start_dir + 20
    struct.pack_into("<LL", data, at, 2**31, 2**31)
    assert "overlap" in why(judged(bytes(data)))[""]


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data + b"after",
        lambda data: b"before" + data,
        lambda data: data[:-2] + b"\x05\x00words",
        lambda data: zipped(only("summary.html", date_time=(2026, 1, 1, 0, 0, 0))),
        lambda data: zipped(only("summary.html", comment=b"a word")),
        lambda data: zipped(only("summary.html", extra=b"\xfe\xca\x02\x00ab")),
        lambda data: zipped(only("summary.html", create_system=0)),
        lambda data: zipped(only("summary.html", external_attr=(stat.S_IFREG | 0o4755) << 16)),
    ],
    ids=["tail", "head", "comment", "time", "comment of a file", "extra field", "system", "mode"],
)
def test_what_stands_in_the_zip_beside_its_files_is_refused(change: Callable[[bytes], bytes]) -> None:
    try:
        verdict = judged(change(sample_dossier()))
    except NoDossierError:
        return
    assert not verdict.is_good
    assert verdict.faults


def test_a_flipped_bit_anywhere_in_the_zip_is_found() -> None:
    data = sample_dossier()
    start = data.rindex(b"PK\x01\x02") - 4000
    for position in (*range(0, len(data), 4099), *range(start, len(data), 13)):
        try:
            verdict = judged(flipped(data, position))
        except NoDossierError:
            continue
        assert not verdict.is_good, position
        assert verdict.faults, position


@pytest.mark.parametrize("data", [b"", b"PK", b"no zip at all", b"%PDF-1.7"])
def test_what_is_no_zip_is_no_dossier(data: bytes) -> None:
    with pytest.raises(NoDossierError):
        judged(data)


def test_a_dossier_that_was_cut_off_is_no_dossier() -> None:
    with pytest.raises(NoDossierError):
        judged(sample_dossier()[:-30])


# --- the manifest ------------------------------------------------------------------------------------------------


def stranger() -> KeyPair:
    """The certificate of the requester's dossier key over a key that nobody has vouched for."""
    good = specimen_key("dossier-requester")
    return KeyPair(ec.generate_private_key(ec.SECP256R1()), good.certificate, good.chain)


@pytest.mark.parametrize(
    ("key", "says"),
    [
        (stranger, "not valid"),
        (lambda: specimen_key("reviewer"), "is for reviewer, not for dossier"),
        (lambda: specimen_key("seal-0751"), "is for seal, not for dossier"),
        (lambda: specimen_key("directories"), "is for directory, not for dossier"),
        (lambda: specimen_key("dossier-provider"), "signed by AP_DK_01, not by AP_LT_01"),
    ],
    ids=["stranger", "reviewer", "seal", "directory", "the other party"],
)
def test_a_manifest_signed_by_somebody_else_is_refused(key: Callable[[], KeyPair], says: str) -> None:
    assert says in why(judged(resigned(members_of(sample_dossier()), key())))[SIGNATURE]


def test_a_signature_over_another_manifest_is_refused() -> None:
    other = members_of(sample_dossier("bopaelsattest-declined"))
    data = with_members(sample_dossier(), lambda members: members.update({SIGNATURE: other[SIGNATURE]}))
    assert set(why(judged(data))) == {SIGNATURE}


def test_a_signature_spelled_in_another_way_is_refused() -> None:
    """The last letter of 86 holds four bits that mean nothing."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    def respell(members: Members) -> None:
        text = members[SIGNATURE].decode()
        members[SIGNATURE] = (text[:-1] + letters[letters.index(text[-1]) + 1]).encode()

    says = why(judged(with_members(sample_dossier(), respell)))[SIGNATURE]
    assert "not spelled as it was made" in says


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda told: json.dumps(told, indent=1).encode(), "not written in the one way"),
        (lambda told: canonical_json(told | {"more": 1}), "no manifest"),
        (lambda told: canonical_json(told | {"version": 2}), "no manifest"),
        (lambda told: canonical_json(told | {"made_at": "2026-99-02T12:00:00Z"}), "no moment"),
        (lambda told: canonical_json(told)[:-1] + b',"version":1}', "not written in the one way"),
        (lambda told: canonical_json(told | {"redaction": "everybody"}), "no manifest"),
        (lambda told: canonical_json({**told, "members": told["members"][::-1]}), "out of order"),
        (lambda told: canonical_json({**told, "members": [told["members"][0], *told["members"]]}), "twice"),
        (lambda told: canonical_json([told]), "no manifest"),
        (lambda told: b"[" * 100_000, "no manifest"),
    ],
    ids=["blanks", "more", "version", "no moment", "twice", "redaction", "order", "a file twice", "list", "deep"],
)
def test_a_manifest_in_another_form_is_refused_though_it_is_signed(
    change: Callable[[dict[str, object]], bytes], says: str
) -> None:
    members = members_of(sample_dossier())
    manifest = change(json.loads(members[MANIFEST]))
    signature = sign_manifest(manifest, specimen_key("dossier-requester"), MADE)
    assert says in why(judged(packed({**members, MANIFEST: manifest, SIGNATURE: signature})))[MANIFEST]


def test_a_dossier_of_tomorrow_is_refused() -> None:
    assert why(judged(sample_dossier(), now=MADE - timedelta(minutes=6)))[MANIFEST] == "dated in the future"
    assert judged(sample_dossier(), now=MADE - timedelta(minutes=4)).is_good


def test_a_dossier_of_long_ago_is_as_good_as_it_was() -> None:
    assert judged(sample_dossier(), now=datetime(2046, 1, 1, tzinfo=UTC)).is_good


# --- what an exporter could do, whose signature is good ----------------------------------------------------------


def changed(change: Callable[[Members], object], **manifest: object) -> dict[str, str]:
    members = members_of(sample_dossier())
    change(members)
    verdict = judged(resigned(members, **manifest))
    assert not verdict.is_good
    return why(verdict)


def put(target: str, source: str, sample: str = "bopaelsattest") -> Callable[[Members], object]:
    return lambda members: members.update({target: members_of(sample_dossier(sample))[source]})


def relisted(change: Callable[[Member], Member | None]) -> bytes:
    members = members_of(sample_dossier())
    manifest = read_manifest(members[MANIFEST])
    listed = tuple(new for member in manifest.members if (new := change(member)) is not None)
    there = {member.path for member in listed if member.state is State.PRESENT} | {MANIFEST, SIGNATURE}
    return signed(
        {name: octets for name, octets in members.items() if name in there}, replace(manifest, members=listed)
    )


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_the_receipt_of_another_message_is_no_receipt(number: int) -> None:
    path, other = f"messages/{number:02d}/receipt.xml", f"messages/{number % 4 + 1:02d}/receipt.xml"
    assert "no receipt for this message" in changed(put(path, other))[path]


@pytest.mark.parametrize("number", [1, 2, 3, 4])
@pytest.mark.parametrize("part", ["document.xml", "message.mime"])
def test_a_part_of_another_message_is_not_what_was_signed(number: int, part: str) -> None:
    path, other = f"messages/{number:02d}/{part}", f"messages/{number % 4 + 1:02d}/{part}"
    assert path in changed(put(path, other))


def test_evidence_that_was_changed_is_not_what_was_signed() -> None:
    found = changed(lambda members: members.update({EVIDENCE: members[EVIDENCE].replace(b"Aarhus", b"Odense")}))
    assert "not what the sender of the message signed" in found[EVIDENCE]
    assert "its seal is not believed" in found[EVIDENCE]


def test_an_envelope_that_was_changed_has_no_signature_that_holds() -> None:
    path = "messages/01/envelope.xml"
    found = changed(lambda members: members.update({path: members[path].replace(b"AP_DK_01", b"AP_DK_02")}))
    assert "the signature is not believed" in found[path]


def test_messages_of_two_dossiers_do_not_mix() -> None:
    other = members_of(sample_dossier("bopaelsattest-v1.2"))
    names = [f"messages/01/{part}" for part in PARTS]
    data = with_members(sample_dossier(), lambda members: members.update({name: other[name] for name in names}))
    assert set(why(judged(data))) == set(names)


def of_other_rules(members: Members) -> bytes:
    """The context of a dossier that was made with rules that are not known here."""
    context = json.loads(members["context.json"])
    context["rules"]["rules_sha256"] = "0" * 64
    return json.dumps(context).encode()


def sent_anew(**header: str) -> bytes:
    """The first message sent once more by its own sender, with another header, in a dossier signed anew."""
    members = members_of(sample_dossier())
    envelope, document = members["messages/01/envelope.xml"], members["messages/01/document.xml"]
    before = header_in(envelope)
    part = Part(before.parts[0].content_id, before.parts[0].media_type, document)
    message = seal_message(replace(before, **header), [part], specimen_key("ap-lt-01"))
    members |= {"messages/01/envelope.xml": message.soap, "context.json": of_other_rules(members)}
    manifest = read_manifest(members[MANIFEST])
    beside = ("messages/01/message.mime", "messages/01/receipt.xml")
    kept = {name: octets for name, octets in members.items() if name not in beside}
    listed = tuple(as_listed(each, kept[each.path]) for each in manifest.members if each.path in kept)
    return signed(kept, replace(manifest, members=listed))


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ({"conversation_id": "00000009-0000-4000-8000-000000000009"}, "a message of another conversation"),
        ({"exchange_id": "00000009-0000-4000-8000-000000000009"}, "a message of another exchange"),
    ],
)
def test_a_message_of_another_exchange_is_told_though_all_signatures_hold(header: dict[str, str], says: str) -> None:
    assert judged(sent_anew()).faults == ()
    assert why(judged(sent_anew(**header))) == {"messages/01/envelope.xml": says}


def test_a_message_that_is_there_twice_is_told() -> None:
    members = members_of(sample_dossier())
    manifest = read_manifest(members[MANIFEST])
    again = [
        replace(each, path=each.path.replace("/01/", "/05/"), message=5)
        for each in manifest.members
        if each.message == 1
    ]
    members |= {each.path: members[each.path.replace("/05/", "/01/")] for each in again}
    listed = tuple(sorted((*manifest.members, *again), key=lambda each: each.path))
    assert (
        "the same message"
        in why(judged(signed(members, replace(manifest, members=listed))))["messages/05/envelope.xml"]
    )


def test_a_receipt_that_is_left_out_is_no_proof() -> None:
    verdict = judged(relisted(lambda member: None if member.path == "messages/04/receipt.xml" else member))
    assert answered(verdict) == [Answer.YES, Answer.YES, Answer.NO]
    assert not verdict.is_good


def test_evidence_that_is_left_out_is_missed() -> None:
    verdict = judged(relisted(lambda member: None if member.path == EVIDENCE else member))
    assert "nothing of the part" in why(verdict)["messages/04/envelope.xml"]
    assert answered(verdict)[0] is Answer.NO


def test_an_envelope_that_is_left_out_is_missed() -> None:
    verdict = judged(relisted(lambda member: None if member.path == "messages/02/envelope.xml" else member))
    assert "without the envelope" in why(verdict)["messages/02"]


def test_evidence_listed_under_another_message_is_told() -> None:
    verdict = judged(relisted(lambda each: replace(each, message=3) if each.path == EVIDENCE else each))
    assert why(verdict)[EVIDENCE] == "no part of this message"


def test_two_documents_of_one_message_are_told() -> None:
    verdict = judged(relisted(lambda each: replace(each, kind=Kind.DOCUMENT) if each.path == EVIDENCE else each))
    assert "not the only one" in str(why(verdict))


def test_evidence_said_to_be_deleted_by_another_digest_is_told() -> None:
    def delete(member: Member) -> Member:
        if member.path == "messages/04/message.mime":
            return replace(member, state=State.DELETED)
        return replace(member, state=State.DELETED, sha256="0" * 64) if member.path == EVIDENCE else member

    assert "not what the sender of the message signed" in why(judged(relisted(delete)))[EVIDENCE]


def test_evidence_said_to_be_deleted_by_the_digest_that_was_signed_is_believed() -> None:
    """The control of the test before."""
    gone = (EVIDENCE, "messages/04/message.mime")
    verdict = judged(relisted(lambda each: replace(each, state=State.DELETED) if each.path in gone else each))
    assert verdict.is_good
    assert "1 are not kept" in verdict.answers[0].en


def test_nothing_is_withheld_in_a_dossier_that_is_not_redacted() -> None:
    verdict = judged(relisted(lambda each: replace(each, state=State.WITHHELD) if each.path == EVIDENCE else each))
    assert why(verdict) == {EVIDENCE: "withheld in a dossier that is not redacted"}


def test_evidence_that_was_not_shown_is_told() -> None:
    found = changed(lambda members: members.update({"preview.json": json.dumps({"shown_sha256": ["0" * 64]}).encode()}))
    assert set(found) == {EVIDENCE, "evidence/04-02.pdf"}


@pytest.mark.parametrize("record", [b"[]", b"{", b'{"shown_sha256": 1}', b'{"shown_sha256": [{}]}'])
def test_a_preview_record_that_is_none_is_told(record: bytes) -> None:
    assert changed(lambda members: members.update({"preview.json": record})) == {"preview.json": "no preview record"}


@pytest.mark.parametrize(
    "manifest", [{"exchange_id": "00000001-0000-4000-8000-999999999999"}, {"conversation_ids": ("another",)}]
)
def test_messages_of_another_exchange_than_the_manifest_names_are_told(manifest: dict[str, object]) -> None:
    found = changed(lambda members: None, **manifest)
    assert set(found) == {f"messages/{number:02d}/envelope.xml" for number in range(1, 5)}


# --- answers about revocation -------------------------------------------------------------------------------------

LIST = next(iter(named(kept_lists())))


def listed(key: str = "issuing-ca", *, revoked: str | None = None, days: int = 1) -> bytes:
    """A list of an authority of the samples, good from a day before their time on for so many days."""
    begins = AT - timedelta(days=1)
    lines = [(specimen_key(revoked).certificate, AT)] if revoked else []
    return signed_list(specimen_key(key), *lines, begins=begins, ends=begins + timedelta(days=days))


def answering(answer: bytes) -> Verdict:
    """The verdict on the dossier with another answer in the place of one, signed anew."""
    return judged(resigned(members_of(sample_dossier()) | {LIST: answer}))


def test_an_answer_of_the_authority_in_its_place_is_believed() -> None:
    """The control of the tests below."""
    verdict = answering(listed(days=3))
    assert verdict.is_good
    assert verdict.revocation is not None
    assert verdict.revocation.certificates == verdict.revocation.answered > 0
    assert verdict.revocation_unjudged == ()


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda: listed(days=1), "it was good until 2026-09-01 08:30:00 UTC, and what was signed is later"),
        (lambda: signed_list(house().issuing, begins=AT, ends=MADE), "not from an authority that is believed"),
        (lambda: flipped(listed(days=2), -20), "not from an authority that is believed"),
        (lambda: signed_list(specimen_key("issuing-ca"), begins=MADE + timedelta(hours=1), ends=LATER), "dated later"),
        (lambda: b"no list", "no revocation list"),
    ],
    ids=["too old", "another authority", "changed", "of tomorrow", "none"],
)
def test_an_answer_that_does_not_count_is_told_by_its_name(answer: Callable[[], bytes], says: str) -> None:
    verdict = answering(answer())
    assert not verdict.is_good
    assert says in why(verdict)[LIST]
    assert set(why(verdict)) == {LIST}


def test_an_answer_that_says_revoked_takes_the_signature_with_it() -> None:
    verdict = answering(listed(revoked="ap-lt-01", days=2))
    assert not verdict.is_good
    assert answered(verdict)[1] is Answer.NO
    for path in ("messages/01/envelope.xml", "messages/03/envelope.xml"):
        assert f"was revoked at 2026-09-01T08:30:00+00:00, as {LIST} says" in why(verdict)[path]
    assert "no receipt for this message" in why(verdict)["messages/02/receipt.xml"]


@pytest.mark.parametrize("days", [2, 3], ids=["run out when the dossier was made", "good still"])
def test_a_dossier_whose_exporter_s_certificate_was_revoked_is_not_believed(days: int) -> None:
    """The control is the list that was believed above."""
    verdict = answering(listed(revoked="dossier-requester", days=days))
    assert set(why(verdict)) == {SIGNATURE}
    assert f"was revoked at 2026-09-01T08:30:00+00:00, as {LIST} says" in why(verdict)[SIGNATURE]
    assert verdict.revocation_unjudged == ("the dossier is not whole",)


def test_a_list_that_ran_out_before_the_dossier_was_made_does_not_judge_its_exporter() -> None:
    verdict = answering(listed(days=2))
    assert verdict.is_good
    assert verdict.revocation is not None
    assert "messages, receipts and seals: 4 of 4 certificates had not been revoked" in verdict.revocation.en
    assert "the dossier's own signature: 1 of 2 certificates had not been revoked" in verdict.revocation.en
    (reason,) = verdict.revocation_unjudged
    fingerprint = specimen_key("dossier-requester").certificate.fingerprint(SHA256()).hex()
    assert f"the certificate {fingerprint} was revoked when it vouched for the dossier at 2026-09-02T12:00" in reason


def test_what_was_revoked_later_was_good_when_it_signed() -> None:
    later = signed_list(
        specimen_key("issuing-ca"), (specimen_key("ap-lt-01").certificate, AT + timedelta(1)), begins=MADE, ends=LATER
    )
    assert answering(later).is_good


def test_a_dossier_without_answers_says_that_revocation_was_not_looked_at() -> None:
    data = export(replace(sample_material(), answers=()), MADE)
    assert not any(name.startswith("trust/revocation/") for name in members_of(data))
    verdict = judged(data)
    assert verdict.is_good
    assert verdict.revocation is not None
    assert "Not looked at" in verdict.revocation.en
    assert len(verdict.revocation_unjudged) >= verdict.revocation.certificates > 0


def test_a_dossier_with_answers_about_some_says_about_how_many() -> None:
    verdict = judged(export(replace(sample_material(), answers=kept_lists()[:1]), MADE))
    assert verdict.is_good
    assert verdict.revocation is not None
    assert 0 < verdict.revocation.answered < verdict.revocation.certificates
    assert "Of the others the dossier says nothing" in verdict.revocation.en


def test_answers_that_say_nothing_of_an_exchange_do_not_get_into_its_dossier() -> None:
    names = members_of(export(replace(sample_material(), answers=(listed(days=1), *kept_lists())), MADE)).keys()
    assert {name for name in names if name.startswith("trust/revocation/")} == set(named(kept_lists()))


# --- what the exporter says of rules ------------------------------------------------------------------------------


def with_rules(members: Members, verdict: str) -> None:
    told = json.loads(members["rules.json"])
    told[0]["verdict"] = verdict
    members["rules.json"] = json.dumps(told).encode()


def test_a_rule_result_that_the_bytes_do_not_come_to_is_told() -> None:
    found = changed(lambda members: with_rules(members, "invalid"))
    assert set(found) == {"rules.json"}
    assert "says of messages/01/message.mime: invalid (R-EDM-REQ-S014); it comes to: valid" in found["rules.json"]
    assert changed(lambda members: members.update({"rules.json": b"[]"}))["rules.json"].startswith("says nothing of")
    assert changed(lambda members: members.update({"rules.json": b"{"})) == {"rules.json": "no list of rule results"}


def test_what_other_rules_came_to_is_remarked_and_takes_nothing_from_a_dossier() -> None:
    members = members_of(sample_dossier())
    with_rules(members, "invalid")
    members["context.json"] = of_other_rules(members)
    verdict = judged(resigned(members))
    assert verdict.is_good
    assert [remark.file for remark in verdict.remarks] == ["rules.json"]


# --- redacted ----------------------------------------------------------------------------------------------------


def test_what_was_withheld_cannot_be_put_back_by_another() -> None:
    whole = members_of(sample_dossier())
    data = with_members(
        sample_dossier(redaction="council"), lambda members: members.update({EVIDENCE: whole[EVIDENCE]})
    )
    assert why(judged(data)) == {EVIDENCE: "there, while the manifest says it is withheld"}


def test_what_was_withheld_has_the_digest_that_was_signed() -> None:
    members = members_of(sample_dossier(redaction="council"))
    manifest = read_manifest(members[MANIFEST])
    listed = tuple(replace(each, sha256="0" * 64) if each.path == EVIDENCE else each for each in manifest.members)
    verdict = judged(signed(members, replace(manifest, members=listed)))
    assert set(why(verdict)) == {EVIDENCE}
    assert "not what the sender of the message signed" in why(verdict)[EVIDENCE]
    assert answered(verdict)[0] is Answer.NO


def test_a_redacted_dossier_holds_nothing_of_the_person_and_no_secret() -> None:
    whole, redacted = sample_dossier(), sample_dossier(redaction="council")
    document = members_of(whole)["messages/01/document.xml"].decode()
    for mark in ("GivenName", "FamilyName", "DateOfBirth"):
        value = document.split(f"{mark}>")[1].split("<")[0].encode()
        assert value in whole
        assert value not in redacted
    assert b"PRIVATE KEY" not in whole


def test_a_redacted_dossier_does_not_say_what_somebody_wrote_freely_in_an_error() -> None:
    sample, free = sample_material("bopaelsattest"), "Solvej, 120684-1234, is not known"
    error = Event(MADE, "provider", "exception-sent", {"detail": free, "error_code": "EDM:ERR:0004"})
    material = replace(sample, events=(*sample.events, error))
    whole, redacted = (members_of(export(material, MADE, redaction)) for redaction in (None, "council"))
    assert {name for name in whole if free.encode() in whole[name]} == {"timeline.json", "summary.html"}
    assert {name for name in redacted if free.encode() in redacted[name]} == set()
    for name in ("timeline.json", "summary.html"):
        assert b"EDM:ERR:0004" in redacted[name]
        assert b"personal data, withheld from the council" in redacted[name]
