"""The specimen keys give the same seal on every machine and in every process."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from oots.trust.anchors import TrustAnchors
from oots.trust.authority import TRUST_FILE, export_specimen_keys
from oots.trust.keys import load_key_pair
from oots.trust.xades import check_xml_seal, seal_xml

SPECIMENS = Path(__file__).parents[2] / "specimen_keys"
MOMENT = datetime(2026, 9, 1, 10, 0, tzinfo=UTC)
DOCUMENT = '<b:Attest xmlns:b="urn:example"><b:Navn>Łukasz Åkjær</b:Navn></b:Attest>'.encode()


def test_the_specimen_seal_is_byte_stable(tmp_path: Path) -> None:
    export_specimen_keys(SPECIMENS, tmp_path)
    sealed = seal_xml(DOCUMENT, load_key_pair(tmp_path, "seal-0751"), MOMENT)
    anchors = TrustAnchors.from_pem((tmp_path / TRUST_FILE).read_bytes(), allow_specimens=True)
    assert check_xml_seal(sealed, anchors, MOMENT).valid
    assert hashlib.sha256(sealed).hexdigest() == "c0eb36ceeccaecc3aeca0019fa219dc580ef601bc4404bec12242bf6b16ebc6c"
