"""The access points that are known here, and what belongs to each of them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from oots.trust.policy import DEMO


@dataclass(frozen=True, slots=True)
class Partner:
    """A known access point: where it is reached, and the hosts on which its people meet citizens.

    `preview_hosts` are the hosts of its preview spaces, `return_hosts` those of its portals; a location in a message
    of this partner is believed on these hosts only. `policy` names the certificate policy that it is held against: the
    built-in one, or the file `<policy>.policy.toml` in the key folder. `encrypted` says whether the parts of messages
    are encrypted, in both directions; what is not as it says is neither sent nor taken.
    """

    party_id: str
    endpoint: str
    preview_hosts: tuple[str, ...] = ()
    return_hosts: tuple[str, ...] = ()
    policy: str = DEMO
    encrypted: bool = False


def is_location_on(location: str, hosts: tuple[str, ...]) -> bool:
    """Whether `location` is an https URL on one of `hosts`: no user information, no port, no fragment, no control
    characters or blanks, and compared after parsing."""
    if any(character.isspace() or not character.isprintable() or character == "\\" for character in location):
        return False
    try:
        parts = urlsplit(location)
        port = parts.port
    except ValueError:
        return False
    return (
        parts.scheme == "https"
        and parts.hostname in hosts
        and port is None
        and not parts.netloc.endswith(":")
        and parts.username is None
        and parts.password is None
        and not parts.fragment
        and "#" not in location
    )
