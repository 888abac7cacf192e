"""Takes every certificate at its own word: what remains to be checked is whether bytes and signatures agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509

from oots.trust.certificates import Party, Role, UntrustedError, bound_party


class Unanchored:
    """Trust of somebody who was given no anchor. Nothing that it lets pass is proof of who made it."""

    def party_of(
        self, certificate: x509.Certificate, intermediates: Sequence[x509.Certificate], at: datetime, role: Role
    ) -> Party:
        """The party that the certificate claims; raises UntrustedError for another role."""
        party = bound_party(certificate)
        if party.role is not role:
            raise UntrustedError(f"the certificate is for {party.role}, not for {role}")
        return party

    def path_of(
        self, certificate: x509.Certificate, intermediates: Sequence[x509.Certificate], at: datetime
    ) -> list[x509.Certificate]:
        """The certificates as they came."""
        return [certificate, *intermediates]
