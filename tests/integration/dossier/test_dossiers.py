"""What a dossier of each sample holds and says, and how two of them differ."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest

from oots.dossier.comparison import differences
from oots.dossier.container import SIGNATURE, packed
from oots.dossier.export import export
from oots.dossier.from_run import material_of_run
from oots.dossier.gdpr import gdpr_of
from oots.dossier.messages import Answer
from oots.dossier.verification import expect_whole, verify
from oots.model.errors import ConfigurationError
from tests.support.doors import specimen_key, specimen_keys
from tests.support.dossiers import MADE, SAMPLES, answered, judged, members_of, sample_dossier, sample_material

NAMES = (
    "bopaelsattest",
    "bopaelsattest-declined",
    "bopaelsattest-lapsed",
    "bopaelsattest-v1.0",
    "bopaelsattest-v1.2",
)


@pytest.mark.parametrize("redaction", [None, "council"])
@pytest.mark.parametrize("name", NAMES)
def test_every_sample_becomes_a_dossier_that_verifies(name: str, redaction: str | None) -> None:
    verdict = judged(sample_dossier(name, redaction))
    assert verdict.faults == ()
    assert verdict.is_good
    assert answered(verdict) == [Answer.WITHHELD if redaction else Answer.YES, Answer.YES, Answer.YES]
    assert verdict.signer == "AP_LT_01"


def test_equal_material_gives_equal_files_but_for_the_signature() -> None:
    again, before = (members_of(data) for data in (export(sample_material(), MADE), sample_dossier()))
    assert again.keys() == before.keys()
    assert {name for name in again if again[name] != before[name]} == {SIGNATURE}


def test_without_an_anchor_nothing_is_answered_though_all_agrees() -> None:
    verdict = verify(sample_dossier(), None, MADE)
    assert verdict.faults == ()
    assert not verdict.anchored
    assert not verdict.is_good
    assert answered(verdict) == [Answer.UNANCHORED] * 3


def test_the_messages_are_the_very_bytes_of_the_run() -> None:
    members = members_of(sample_dossier())
    for number, kind in ((1, "request"), (2, "error"), (3, "request"), (4, "response")):
        run, folder = SAMPLES / "bopaelsattest", f"messages/{number:02d}"
        assert members[f"{folder}/message.mime"] == (run / f"{number:02d}-{kind}.mime").read_bytes()
        assert members[f"{folder}/document.xml"] == (run / f"{number:02d}-{kind}.xml").read_bytes()
        assert members[f"{folder}/receipt.xml"] == (run / f"{number:02d}-receipt.xml").read_bytes()


def test_the_reports_say_what_was_found() -> None:
    members = members_of(sample_dossier())
    signatures = json.loads(members["signatures.json"])
    assert [each["signer"] for each in signatures] == ["AP_LT_01", "AP_DK_01", "AP_LT_01", "AP_DK_01"]
    assert [(seal["seal"], seal["valid"]) for seal in signatures[3]["seals"]] == [("XAdES", True), ("PAdES", True)]
    assert {each["verdict"] for each in json.loads(members["rules.json"])} == {"valid"}
    preview = json.loads(members["preview.json"])
    assert (preview["decision"], len(preview["shown_sha256"])) == ("accept", 2)
    assert json.loads(members["criteria.json"])["journey"] == "bopaelsattest"
    assert json.loads(members["review.json"])["reviews"] == []


def test_the_summary_is_one_file_in_two_languages_without_script() -> None:
    page = members_of(sample_dossier())["summary.html"].decode()
    assert '<html lang="da">' in page
    assert "underskrevet af det adgangspunkt, der sendte den: AP_LT_01 (2) og AP_DK_01 (2)." in page
    assert "Yes. Each message is signed by the access point that sent it: AP_LT_01 (2) and AP_DK_01 (2)." in page
    assert not any(mark in page for mark in ("<script", "src=", "href=", "@import", "url("))


def test_the_summary_as_pdf_says_the_same() -> None:
    document = pypdfium2.PdfDocument(BytesIO(members_of(sample_dossier())["summary.pdf"]))
    text = "".join(page.get_textpage().get_text_range() for page in document)
    assert "Er det dette, der blev sendt?" in text
    assert "Prototype – ikke en myndighedsside" in text


def test_what_stands_in_the_material_is_escaped_in_the_summary() -> None:
    material = material_of_run(SAMPLES / "bopaelsattest", specimen_keys(), specimens=True)
    page = members_of(export(replace(material, procedure="<script>&"), MADE))["summary.html"].decode()
    assert "&lt;script&gt;&amp;" in page


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("04-response.mime", [Answer.NO, Answer.NO, Answer.YES]),
        ("04-receipt.xml", [Answer.YES, Answer.YES, Answer.NO]),
    ],
)
def test_an_exchange_that_proves_nothing_becomes_a_dossier_that_says_so(
    tmp_path: Path, name: str, expected: list[Answer]
) -> None:
    run = Path(shutil.copytree(SAMPLES / "bopaelsattest", tmp_path / "run"))
    content = (run / name).read_bytes()
    at = content.rindex(b"%%EOF") if name.endswith(".mime") else content.index(b"SignatureValue>") + 20
    (run / name).write_bytes(content[:at] + b"Z" + content[at + 1 :])
    data = export(material_of_run(run, specimen_keys(), specimens=True), MADE)
    assert answered(judged(data)) == expected
    assert not judged(data).is_good
    says = json.loads(members_of(data)["signatures.json"])[3]
    assert says["faults"]


def test_a_run_that_lacks_a_message_becomes_no_dossier(tmp_path: Path) -> None:
    run = Path(shutil.copytree(SAMPLES / "bopaelsattest", tmp_path / "run"))
    (run / "02-error.mime").write_bytes(b"no message")
    with pytest.raises(ConfigurationError, match=r"02-error\.mime: no message that can be taken apart"):
        material_of_run(run, specimen_keys(), specimens=True)
    (run / "exchange.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="no list of the messages"):
        material_of_run(run, specimen_keys(), specimens=True)


def test_a_key_of_another_role_gives_a_dossier_that_nobody_believes() -> None:
    material = material_of_run(SAMPLES / "bopaelsattest", specimen_keys(), specimens=True)
    assert not judged(export(replace(material, key=specimen_key("seal-0751")), MADE)).is_good


@pytest.mark.parametrize(
    ("code", "called", "is_listed"),
    [
        ("V1", ("V1: registrering af adresseændring", "V1: registering a change of address"), True),
        ("AM1", ("AM1: anerkendelse af erhvervskvalifikationer", "AM1: recognition of professional"), True),
        ("X11", ("X11: registrering af en dataaltruistisk", "X11: registration of a data altruism"), True),
        ("00", ("00: test af forbindelsen", "00: a test of the connection"), False),
        ("Z9", ("Z9.", "Z9."), False),
    ],
)
def test_the_table_of_data_protection_names_procedure_and_countries_in_both_languages(
    code: str, called: tuple[str, str], is_listed: bool
) -> None:
    rows = {row.provision: row for row in gdpr_of(replace(sample_material(), procedure=code))}
    purpose, border = rows["GDPR 5(1)(b), 6(1)(c)/(e); 2018/1724, art. 14"], rows["GDPR 44–46"]
    assert purpose.da.startswith(f"Formål: {called[0]}")
    assert purpose.en.startswith(f"Purpose: {called[1]}")
    assert ("(the procedure is listed among those it covers)" in purpose.en) is is_listed
    assert ("(proceduren står på listen over dem, artiklen gælder)" in purpose.da) is is_listed
    assert "fra Danmark til Litauen," in border.da
    assert "from Denmark to Lithuania," in border.en


def test_an_exchange_without_messages_becomes_no_dossier() -> None:
    material = material_of_run(SAMPLES / "bopaelsattest", specimen_keys(), specimens=True)
    with pytest.raises(ConfigurationError, match="no message is left"):
        export(replace(material, messages=()), MADE)


def test_nobody_is_redacted_for_but_the_council() -> None:
    material = material_of_run(SAMPLES / "bopaelsattest", specimen_keys(), specimens=True)
    with pytest.raises(ConfigurationError, match="for the council"):
        export(material, MADE, "neighbours")


def test_a_member_never_has_a_name_that_leads_elsewhere() -> None:
    assert packed({"a/b.xml": b""})
    with pytest.raises(ValueError, match="evil"):
        packed({"../evil": b""})


def test_a_dossier_does_not_differ_from_itself() -> None:
    manifest, _ = expect_whole(sample_dossier())
    assert differences(manifest, manifest) == ()


def test_a_redacted_dossier_differs_by_what_is_withheld_and_by_no_digest_of_it() -> None:
    whole, redacted = (expect_whole(sample_dossier(redaction=each))[0] for each in (None, "council"))
    found = {each.what: each.how for each in differences(whole, redacted)}
    assert found["redaction"] == "none in the first, council in the second"
    assert found["evidence/04-01.xml"] == "present in the first, withheld in the second, the same digest"
    assert "messages/01/envelope.xml" not in found


def test_dossiers_of_two_exchanges_differ_in_files_and_bytes() -> None:
    one, other = (expect_whole(sample_dossier(name))[0] for name in ("bopaelsattest", "bopaelsattest-declined"))
    found = {each.what: each.how for each in differences(one, other)}
    assert found["evidence/04-01.xml"] == "in the first only"
    assert found["messages/04/document.xml"] == "another digest"
    assert {each.what: each.how for each in differences(other, one)}["evidence/04-01.xml"] == "in the second only"
