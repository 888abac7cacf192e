"""The package `as4` at the same work, in a process of its own: `python as4_side.py FOLDER`.

FOLDER holds `payload.xml`, `key.pem`, `cert.pem` and `trust.pem`. Each line that comes in names a work; the answer is
how many milliseconds of processor time one piece of it takes, over a turn of a quarter of a second. Its environment
has other versions of packages that we use, too, so that nothing of ours is imported here.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from time import process_time
from typing import Final

from as4 import AS4InternalParty, AS4LocalPrivateKey, AS4ParseContext, SecurityPolicy, certificate_chain
from as4.core.message import AS4Message
from as4.core.references import AS4References
from as4.models.wsse.binary_security_token import BinarySecurityToken
from as4.models.xenc.encrypted_type import EncryptedKey, EncryptedType
from as4.peppol import (
    BusdoxDocidQnsDocumentIdentifier,
    PeppolAS4MessageBuilderArgs,
    PeppolAS4Profile,
    build_peppol_message,
    create_peppol_external_party,
    create_peppol_internal_party,
    parse_peppol_message,
)
from as4.profiles.peppol.message import PeppolAS4Message
from as4.utils.cipher_handler import CipherHandler
from as4.utils.mime_handler import MIMEHandler
from as4.utils.xml_parser import parse_xml
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree

TURN_SECONDS: Final = 0.25
_XENC: Final = "{http://www.w3.org/2001/04/xmlenc#}"
_CERTIFICATE: Final = (  # the name of an element
    "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd}BinarySecurityToken"
)
_SBDH: Final = "{http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader}StandardBusinessDocument"
_PARTY: Final = "access-point"
_SENDER: Final = "9932:9999999999"
_RECIPIENT: Final = "9932:1111111111"
_DOCUMENT_TYPE: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:query:4.0::QueryRequest##oots-edm::2.0"
_PROCESS: Final = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"


class Side:
    """One access point that builds messages to itself and receives them."""

    def __init__(self, folder: Path) -> None:
        self.payload = (folder / "payload.xml").read_bytes()
        key = load_pem_private_key((folder / "key.pem").read_bytes(), None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError(type(key))
        certificate = x509.load_pem_x509_certificate((folder / "cert.pem").read_bytes())
        anchors = x509.load_pem_x509_certificates((folder / "trust.pem").read_bytes())
        self.local: AS4InternalParty = create_peppol_internal_party(_PARTY, certificate, AS4LocalPrivateKey(key))
        self.remote = create_peppol_external_party(_PARTY, certificate)
        self.policy = SecurityPolicy(signer_resolver=certificate_chain(*anchors))
        self.context = AS4ParseContext(local_party=self.local, security_policy=self.policy)
        self.body, self.headers = self._sent()
        packed = MIMEHandler.payload_from_request(self.headers, self.body)
        self.soap, self.attachments = PeppolAS4Profile.unpack_message(packed)
        self.opened = self._core()
        if self.opened.parse_error is not None or not self.receive():
            raise ValueError(f"as4 does not receive what it has built: {self.opened.parse_error}")

    def works(self) -> Mapping[str, Callable[[], object]]:
        """What can be asked for, by name."""
        return {
            "build": self.build,
            "build encryption": self.encrypt,
            "build envelope": self.wrap,
            "receive": self.receive,
            "receive core": self._unpack_and_parse,
            "receive encryption": self.decrypt,
            "receive and answer": self.receive_and_answer,
        }

    def build(self) -> tuple[bytes, str]:
        """A message, ready to be sent: enveloped, gzipped, encrypted, signed."""
        message = build_peppol_message(
            self.payload,
            local_party=self.local,
            remote_party=self.remote,
            sender=_SENDER,
            recipient=_RECIPIENT,
            sender_country_id="DK",
            document_type_identifier_scheme="busdox-docid-qns",
            document_type_identifier_value=_DOCUMENT_TYPE,
            process_identifier=_PROCESS,
        )
        body, boundary = message.get_request_data()
        return body, boundary

    def _sent(self) -> tuple[bytes, dict[str, str]]:
        body, boundary = self.build()
        return body, MIMEHandler.build_request_headers(boundary)

    def encrypt(self) -> None:
        """What of building is encryption: session key, AES-GCM, RSA-OAEP, and the elements that say so."""
        references = AS4References()
        references.encrypted_data_attachment_mapping()
        session_key, _ = CipherHandler.encrypt_payload(self.payload)
        wrapped = self.remote.credentials.rsa_public_key.encrypt(session_key, _oaep())
        PeppolAS4Message.get_encrypted_key(references, wrapped).dump_to_xml(f"{_XENC}EncryptedKey")
        for each in PeppolAS4Message.get_encrypted_data(references):
            each.dump_to_xml(f"{_XENC}EncryptedData")
        PeppolAS4Message.get_remote_binary_security_token(self.remote, references).dump_to_xml(_CERTIFICATE)

    def wrap(self) -> None:
        """What of building is Peppol's own: the envelope around the document, and compression."""
        arguments = PeppolAS4MessageBuilderArgs(
            sender=_SENDER,
            recipient=_RECIPIENT,
            document_type_identifier=BusdoxDocidQnsDocumentIdentifier.from_identifier_value(_DOCUMENT_TYPE),
            document_identification_instance_identifier="1",
            process_identifier=_PROCESS,
            c1_country_id="DK",
        )
        envelope = PeppolAS4Message.get_standard_business_document(arguments, AS4References()).dump_to_xml(_SBDH)
        envelope.append(parse_xml(self.payload))
        gzip.compress(etree.tostring(envelope))

    def receive(self) -> bool:
        """A message taken in as Peppol wants it, without an answer yet."""
        received = parse_peppol_message(self.headers, self.body, self.local, security_policy=self.policy)
        return bool(received.successful)

    def _core(self) -> AS4Message:
        return AS4Message.parse(self.context, self.soap, dict(self.attachments))

    def _unpack_and_parse(self) -> None:
        """The same without the envelope that Peppol puts around the document: MIME, signature, trust, decryption."""
        packed = MIMEHandler.payload_from_request(self.headers, self.body)
        soap, attachments = PeppolAS4Profile.unpack_message(packed)
        if AS4Message.parse(self.context, soap, attachments).parse_error is not None:
            raise ValueError("as4 does not receive what it has built")

    def decrypt(self) -> None:
        """What of receiving is decryption: RSA-OAEP, AES-GCM, and reading the elements that say so."""
        security = self.opened.require_soap_envelope().header.security
        AS4Message.get_decrypted_data(self.context, security, self.attachments)
        root = parse_xml(self.soap)
        for kind, name in ((EncryptedKey, "EncryptedKey"), (EncryptedType, "EncryptedData")):
            for element in root.iter(f"{_XENC}{name}"):
                kind.model_validate_etree(element)
        BinarySecurityToken.model_validate_etree(next(root.iter(_CERTIFICATE)))

    def receive_and_answer(self) -> None:
        """A message taken in, and its signed receipt."""
        parse_peppol_message(self.headers, self.body, self.local, security_policy=self.policy).build_signal()


def _oaep() -> padding.OAEP:
    return padding.OAEP(mgf=padding.MGF1(algorithm=hashes.SHA256()), algorithm=hashes.SHA256(), label=b"")


def turn(work: Callable[[], object]) -> float:
    """Milliseconds of processor time for one piece of the work."""
    times, began = 0, process_time()
    while (spent := process_time() - began) < TURN_SECONDS:
        work()
        times += 1
    return spent * 1000 / times


def main() -> None:
    """Answer until the input ends."""
    works = {name: partial(turn, work) for name, work in Side(Path(sys.argv[1])).works().items()}
    for line in sys.stdin:
        sys.stdout.write(f"{works[line.strip()]()}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
