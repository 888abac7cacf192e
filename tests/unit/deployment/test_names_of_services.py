"""What pages call the services whose journals they show."""

from __future__ import annotations

import pytest

from oots.deployment.frames import service_named


@pytest.mark.parametrize(
    ("service", "called"),
    [
        ("provider", ("Kommunen", "The municipality")),
        ("provider-0751", ("Aarhus Kommune", "Aarhus Municipality")),
        ("provider-0101", ("Københavns Kommune", "København Municipality")),
        ("provider-kmd", ("Adgangspunktet KMD", "The access point KMD")),
        ("provider-9999", ("Adgangspunktet 9999", "The access point 9999")),
        ("provider-lt", ("Registret i Litauen", "The registry in Lithuania")),
        ("requester", ("Portalen i Litauen", "The portal in Lithuania")),
    ],
)
def test_a_service_is_called_after_whom_it_answers_for(service: str, called: tuple[str, str]) -> None:
    assert service_named(service) == called
