"""What is tried between phase4 and us, each case in both directions; each says what it saw, and raises AssertionError
where that is not what was agreed upon."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from oots.edelivery.client import RefusedByPeerError
from oots.edelivery.header import (
    EXCEPTION_RESPONSE,
    EXCHANGE_ID,
    EXECUTE_QUERY_REQUEST,
    EXECUTE_QUERY_RESPONSE,
    FINAL_RECIPIENT,
    ORIGINAL_SENDER,
    PARTY_TYPE,
    REGREP,
    SERVICE,
    SPECIFICATION_ID,
    TEST,
    TEST_SERVICE,
    UserMessage,
)
from oots.edelivery.message import Part
from oots.edelivery.signal import read_signal
from oots.model.clock import RandomIds, SystemClock
from oots.model.errors import PeerError
from oots.model.identifiers import EAS, Identifier
from oots.wire.xml import canonical, parse
from tests.interop.between import Between
from tests.interop.ours import OURS, THEIRS, Ours, Taken
from tests.interop.peer import Peer, oots

SAMPLES = Path(__file__).parents[2] / "evidence_samples" / "bopaelsattest"
REQUEST, ERROR, RESPONSE = (
    (SAMPLES / name).read_bytes() for name in ("01-request.xml", "02-error.xml", "04-response.xml")
)
EVIDENCE = (SAMPLES / "evidence" / "01.xml").read_bytes()
PDF = (SAMPLES / "evidence" / "02.pdf").read_bytes()
LARGE = b"%PDF-1.7\n" + hashlib.shake_256(b"a scan").digest(20 * 1024 * 1024)
LOOSE = b'<?xml version="1.0" encoding="UTF-8"?>\n<!-- not signed --><a z="1"   b="2"\n xmlns:n="urn:n"><n:c/></a>\n'
SENDER, RECIPIENT = Identifier(EAS + "0200", "999000001"), Identifier(EAS + "0184", "55133018")
XML = "application/xml"
Payload = tuple[str, bytes]


@dataclass
class Stage:
    """Both access points, what is between them, and our second one, with which encryption is agreed; a folder for
    files, and one of keys that another authority has certified."""

    peer: Peer
    ours: Ours
    encrypting: Ours
    wire: Between
    folder: Path
    strangers: Path

    # --- from phase4 to us ---

    def theirs(self, action: str, *payloads: Payload, gzip: bool = False, **more: str) -> dict[str, str]:
        """A message for phase4 to send."""
        told = {
            "endpoint": self.wire.endpoint,
            "from": THEIRS,
            "to": OURS,
            "service": SERVICE.value,
            "serviceType": SERVICE.scheme,
            "action": action,
            "messageId": f"{RandomIds().uuid()}@ap-lt-01.oots.example",
            "conversationId": RandomIds().uuid(),
            "property.0": f"{ORIGINAL_SENDER}|{SENDER.scheme}|{SENDER.value}",
            "property.1": f"{FINAL_RECIPIENT}|{RECIPIENT.scheme}|{RECIPIENT.value}",
            "property.2": f"{EXCHANGE_ID}||{RandomIds().uuid()}",
            "property.3": f"{SPECIFICATION_ID}||oots-edm:v2.0",
        }
        for number, (media_type, content) in enumerate(payloads):
            file = self.peer.folder / hashlib.sha256(content).hexdigest()
            file.write_bytes(content)
            content_id = f"{RandomIds().uuid()}@ap-lt-01.oots.example"
            told[f"part.{number}"] = "|".join((content_id, media_type, file.name, "gzip" if gzip else ""))
        return told | more

    def from_peer(self, told: dict[str, str], to: Ours | None = None) -> dict[str, str]:
        """What became of it at phase4, sent to our access point."""
        self.wire.target = (to or self.ours).endpoint
        return self.peer.send(told)

    def accepted(self, told: dict[str, str], *payloads: Payload, to: Ours | None = None) -> Taken:
        """The message as we took it, after phase4 has verified our receipt for it."""
        ours = to or self.ours
        before = len(ours.keeper.taken)
        result = self.from_peer(told, ours)
        assert result["result"] == "SUCCESS", f"{result}; {ours.refusals()[-1:]}"
        assert result["receipt"] == "verified", result
        (taken,) = ours.keeper.taken[before:]
        assert taken.header.message_id == told["messageId"]
        assert taken.parts == tuple(_measured(kind, content) for kind, content in payloads)
        return taken

    # --- from us to phase4 ---

    def header(self, action: str) -> UserMessage:
        return UserMessage(
            message_id=f"{RandomIds().uuid()}@ap-dk-01.oots.example",
            timestamp=SystemClock().now(),
            sender=Identifier(PARTY_TYPE, OURS),
            receiver=Identifier(PARTY_TYPE, THEIRS),
            action=action,
            conversation_id=RandomIds().uuid(),
            original_sender=RECIPIENT,
            final_recipient=SENDER,
            exchange_id=RandomIds().uuid(),
            specification="oots-edm:v2.0",
            parts=(),
        )

    def delivered(self, action: str, *payloads: Payload, encrypt: bool = False) -> dict[str, str]:
        """The message as phase4 took it, after we have verified its receipt for it."""
        self.wire.target = self.peer.endpoint
        message = self.ours.sealed(self.header(action), _parts(payloads), encrypt=encrypt)
        self.ours.deliver(message, self.wire.endpoint)
        received = self.peer.received(message.message_id)
        assert received is not None, "phase4 gave a receipt, but its service was given nothing"
        assert (received["isSigned"], received["isEncrypted"]) == ("true", str(encrypt).lower())
        for number, (_, content) in enumerate(payloads):
            assert self.peer.part(received, number) == content, f"part {number} is another one"
        return received

    @contextmanager
    def bent(self, bend: Callable[[bytes], bytes]) -> Iterator[None]:
        self.wire.bend = bend
        try:
            yield
        finally:
            self.wire.bend = bytes

    @contextmanager
    def without_answers(self) -> Iterator[None]:
        self.wire.answers = False
        try:
            yield
        finally:
            self.wire.answers = True


def _measured(media_type: str, content: bytes) -> tuple[str, int, str]:
    return media_type, len(content), hashlib.sha256(content).hexdigest()


def _parts(payloads: tuple[Payload, ...]) -> list[Part]:
    return [Part(f"{RandomIds().uuid()}@ap-dk-01.oots.example", kind, content) for kind, content in payloads]


Try = Callable[[Stage], str]
RECEIPT = "accepted; receipt verified"


@dataclass(frozen=True)
class Case:
    """One row: what is tried when phase4 sends, and when we send."""

    name: str
    from_phase4: Try
    from_us: Try


def _plain(action: str, *payloads: Payload) -> tuple[Try, Try]:
    def theirs(stage: Stage) -> str:
        stage.accepted(stage.theirs(action, *payloads), *payloads)
        return RECEIPT

    def ours(stage: Stage) -> str:
        stage.delivered(action, *payloads)
        return RECEIPT

    return theirs, ours


def _their_loose_xml(stage: Stage) -> str:
    loose = (REGREP, RESPONSE), (XML, LOOSE)
    stage.accepted(stage.theirs(EXECUTE_QUERY_RESPONSE, *loose), loose[0], (XML, canonical(parse(LOOSE))))
    return f"{RECEIPT}; kept in the canonical form that was signed"


def _our_xml(stage: Stage) -> str:
    stage.delivered(EXECUTE_QUERY_RESPONSE, (REGREP, RESPONSE), (XML, EVIDENCE))
    return f"{RECEIPT}; sent in canonical form"


_BIG_XML = b"<a>" + b"".join(b"<b>%d</b>" % number for number in range(20_000)) + b"</a>"
_RESPONSE = (REGREP, RESPONSE), (XML, EVIDENCE), ("application/pdf", PDF)


def _their_gzip(stage: Stage) -> str:
    stage.accepted(stage.theirs(EXECUTE_QUERY_RESPONSE, *_RESPONSE, gzip=True), *_RESPONSE)
    return f"{RECEIPT}; every part"


def _our_gzip(stage: Stage) -> str:
    stage.delivered(EXECUTE_QUERY_RESPONSE, (REGREP, RESPONSE), (XML, _BIG_XML))
    assert len(stage.wire.heard[-1].body) < len(_BIG_XML), "it was not compressed"
    return f"{RECEIPT}; XML of more than 64 KB"


def _their_encrypted(stage: Stage) -> str:
    told = stage.theirs(EXECUTE_QUERY_RESPONSE, *_RESPONSE, gzip=True, encrypt="true")
    stage.accepted(told, *_RESPONSE, to=stage.encrypting)
    assert b"EncryptedKey" in stage.wire.heard[-1].body
    return f"{RECEIPT}; compressed, signed, encrypted"


def _our_encrypted(stage: Stage) -> str:
    stage.delivered(EXECUTE_QUERY_RESPONSE, *_RESPONSE, (XML, _BIG_XML), encrypt=True)
    assert b"EncryptedKey" in stage.wire.heard[-1].body
    return f"{RECEIPT}; signed, encrypted"


_LARGE = (REGREP, RESPONSE), ("application/pdf", LARGE)


def _their_large(stage: Stage) -> str:
    stage.accepted(stage.theirs(EXECUTE_QUERY_RESPONSE, *_LARGE, encrypt="true"), *_LARGE, to=stage.encrypting)
    return f"{RECEIPT}; encrypted"


def _our_large(stage: Stage) -> str:
    stage.delivered(EXECUTE_QUERY_RESPONSE, *_LARGE)
    return f"{RECEIPT}; signed"


def _their_duplicate(stage: Stage) -> str:
    stage.accepted(stage.theirs(EXECUTE_QUERY_REQUEST, (REGREP, REQUEST)), (REGREP, REQUEST))
    heard, taken = stage.wire.heard[-1], len(stage.ours.keeper.taken)
    assert stage.wire.again(heard) == heard.answer, "another answer"
    assert len(stage.ours.keeper.taken) == taken, "it was acted upon twice"
    return "the same receipt again; acted upon once"


def _our_duplicate(stage: Stage) -> str:
    stage.delivered(EXECUTE_QUERY_REQUEST, (REGREP, REQUEST))
    return _expected(" ".join(read_signal(stage.wire.again(stage.wire.heard[-1])).codes), "EBMS:0004")


def _their_duplicate_anew(stage: Stage) -> str:
    told = stage.theirs(EXECUTE_QUERY_REQUEST, (REGREP, REQUEST), encrypt="true")
    stage.accepted(told, (REGREP, REQUEST), to=stage.encrypting)
    taken = len(stage.encrypting.keeper.taken)
    result = stage.from_peer(told, stage.encrypting)
    assert (result["result"], result["receipt"]) == ("SUCCESS", "verified"), result
    assert len(stage.encrypting.keeper.taken) == taken, "it was acted upon twice"
    return f"{RECEIPT}; acted upon once"


def _our_duplicate_anew(stage: Stage) -> str:
    stage.wire.target = stage.peer.endpoint
    header, parts = stage.header(EXECUTE_QUERY_REQUEST), _parts(((REGREP, REQUEST),))
    stage.ours.deliver(stage.ours.sealed(header, parts, encrypt=True), stage.wire.endpoint)
    again = stage.ours.sealed(header, parts, encrypt=True)
    return _expected(_refused(lambda: stage.ours.deliver(again, stage.wire.endpoint)), "EBMS:0004")


def _their_ping(stage: Stage) -> str:
    told = stage.theirs(TEST, service=TEST_SERVICE.value)
    del told["serviceType"]
    taken = len(stage.ours.keeper.taken)
    result = stage.from_peer(told)
    assert result["result"] == "SUCCESS", f"{result}; {stage.ours.refusals()[-1:]}"
    assert len(stage.ours.keeper.taken) == taken, "a ping was acted upon"
    return f"{RECEIPT}; given to no service"


def _our_ping(stage: Stage) -> str:
    stage.wire.target = stage.peer.endpoint
    message = stage.ours.sealed(stage.header(TEST), ())
    stage.ours.deliver(message, stage.wire.endpoint)
    assert stage.peer.received(message.message_id) is None, "a ping was acted upon"
    return f"{RECEIPT}; given to no service"


def _refused(send: Callable[[], object]) -> str:
    """The code with which phase4 refuses what we send."""
    try:
        send()
    except RefusedByPeerError as refusal:
        return refusal.ebms
    except PeerError as trouble:
        return str(trouble)
    return RECEIPT


def _refusal(result: dict[str, str], code: str) -> str:
    assert result["result"] != "SUCCESS", "it was accepted"
    assert result["errors"] == code, result
    return f"refused: {code}"


def _their_stranger(stage: Stage) -> str:
    told = stage.theirs(EXECUTE_QUERY_REQUEST, (REGREP, REQUEST), sign="stranger.p12")
    return _refusal(stage.from_peer(told), "EBMS:0101")


def _our_stranger(stage: Stage) -> str:
    stage.wire.target = stage.peer.endpoint
    message = stage.ours.sealed(stage.header(EXECUTE_QUERY_REQUEST), _parts(((REGREP, REQUEST),)), stage.strangers)
    return _expected(_refused(lambda: stage.ours.deliver(message, stage.wire.endpoint)), "EBMS:0102")


def _expected(found: str, code: str) -> str:
    assert found == code, f"{found} instead of {code}"
    return f"refused: {found}"


def _one_bit(body: bytes) -> bytes:
    position = body.index(b"%PDF-") + 40
    return body[:position] + bytes([body[position] ^ 1]) + body[position + 1 :]


def _their_wrong_digest(stage: Stage) -> str:
    with stage.bent(_one_bit):
        return _refusal(stage.from_peer(stage.theirs(EXECUTE_QUERY_RESPONSE, *_RESPONSE)), "EBMS:0101")


def _our_wrong_digest(stage: Stage) -> str:
    stage.wire.target = stage.peer.endpoint
    message = stage.ours.sealed(stage.header(EXECUTE_QUERY_RESPONSE), _parts(_RESPONSE))
    with stage.bent(_one_bit):
        return _expected(_refused(lambda: stage.ours.deliver(message, stage.wire.endpoint)), "EBMS:0102")


def _their_unknown(stage: Stage) -> str:
    return _refusal(stage.from_peer(stage.theirs("AnotherAction", (REGREP, REQUEST))), "EBMS:0009")


def _our_unknown(stage: Stage) -> str:
    stage.wire.target = stage.peer.endpoint
    message = stage.ours.sealed(stage.header("AnotherAction"), _parts(((REGREP, REQUEST),)))
    found = _refused(lambda: stage.ours.deliver(message, stage.wire.endpoint))
    return _expected(found, "EBMS:0010")


def _their_missing_receipt(stage: Stage) -> str:
    with stage.without_answers():
        result = stage.from_peer(stage.theirs(EXECUTE_QUERY_REQUEST, (REGREP, REQUEST)))
    assert result["result"] == "NO_SIGNAL_MESSAGE_RECEIVED", result
    return f"phase4 says `{result['result']}`; no error is sent"


def _our_missing_receipt(stage: Stage) -> str:
    stage.wire.target = stage.peer.endpoint
    message = stage.ours.sealed(stage.header(EXECUTE_QUERY_REQUEST), _parts(((REGREP, REQUEST),)))
    with stage.without_answers():
        found = _refused(lambda: stage.ours.deliver(message, stage.wire.endpoint))
    assert found == "the access point answered with neither receipt nor error signal", found
    return "sent again until its deadline; no error is sent"


def _verified_file(stage: Stage) -> str:
    told = stage.theirs(EXECUTE_QUERY_RESPONSE, (REGREP, RESPONSE), (XML, LOOSE), ("application/pdf", PDF))
    assert stage.from_peer(told)["result"] == "SUCCESS"
    file = stage.folder / "phase4.mime"
    file.write_bytes(stage.wire.heard[-1].file)
    done = oots("verify", file, "--trust", stage.ours.keys / "trust.pem")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"signed by {THEIRS}" in done.stdout, done.stdout
    return "verifies"


def _verified_receipt(stage: Stage) -> str:
    stage.delivered(EXECUTE_QUERY_REQUEST, (REGREP, REQUEST))
    file = stage.folder / "phase4-receipt.xml"
    file.write_bytes(stage.wire.heard[-1].answer)
    done = oots("verify", file, "--trust", stage.ours.keys / "trust.pem")
    assert done.returncode == 0, done.stdout + done.stderr
    return "the receipt verifies"


CASES = (
    Case("request", *_plain(EXECUTE_QUERY_REQUEST, (REGREP, REQUEST))),
    Case("error", *_plain(EXCEPTION_RESPONSE, (REGREP, ERROR))),
    Case("response with XML and PDF", *_plain(EXECUTE_QUERY_RESPONSE, *_RESPONSE)),
    Case("XML uncompressed, as the attachment transform digests it", _their_loose_xml, _our_xml),
    Case("compressed", _their_gzip, _our_gzip),
    Case("encrypted", _their_encrypted, _our_encrypted),
    Case("evidence of 20 MB", _their_large, _our_large),
    Case("the same bytes twice", _their_duplicate, _our_duplicate),
    Case("the same message, signed and encrypted anew", _their_duplicate_anew, _our_duplicate_anew),
    Case("`oots verify` of what phase4 made", _verified_file, _verified_receipt),
    Case("wrong certificate", _their_stranger, _our_stranger),
    Case("wrong digest", _their_wrong_digest, _our_wrong_digest),
    Case("unknown PMode (another action)", _their_unknown, _our_unknown),
    Case("missing receipt", _their_missing_receipt, _our_missing_receipt),
    Case("test service (ping)", _their_ping, _our_ping),
)
