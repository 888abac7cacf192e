"""`oots keys`: the demo authority and everybody's keys."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oots.cli import Exit

if TYPE_CHECKING:
    from oots.trust.holdings import Holding, Status
    from oots.trust.register import Revocation
    from oots.trust.rotation import Rotated

app = typer.Typer(no_args_is_help=True, add_completion=False)

STATE = Annotated[Path, typer.Option(help="The state folder; keys are in its folder `keys`.")]

HOLDER = Annotated[
    str,
    typer.Argument(
        metavar="PARTY", help="A party id (AP_LT_01), for all its keys, or the name of one key's files (ap-lt-01)."
    ),
]

MUNICIPALITY = Annotated[str, typer.Option(help="The kommunekode of the municipality whose seal is needed.")]
MUNICIPALITIES = Annotated[
    str, typer.Option(help="Those that answer beside it: kommunekoder with commas between them, or `all`.")
]
TOPOLOGY = Annotated[str, typer.Option(help="Who stands where: the name of a topology, or its .toml file.")]
BOTH_WAYS = Annotated[bool, typer.Option("--both-ways", help="Also for a Danish portal and an authority abroad.")]


PASSWORD_FILE = Annotated[
    Path | None,
    typer.Option(help="A file (0600) whose first line is the password; without it OOTS_PKCS12_PASSWORD is read."),
]


class Reason(StrEnum):
    """Why a certificate is revoked, in the words of RFC 5280 5.3.1."""

    KEY_COMPROMISE = "keyCompromise"
    CA_COMPROMISE = "cACompromise"
    AFFILIATION_CHANGED = "affiliationChanged"
    SUPERSEDED = "superseded"
    CESSATION_OF_OPERATION = "cessationOfOperation"
    PRIVILEGE_WITHDRAWN = "privilegeWithdrawn"


@app.callback()
def keys() -> None:
    """The demo authority and everybody's keys.

    Message keys (RSA 3072) are for access points, one for signing and one for decrypting (decrypt-NAME), all others are
    P-256: the municipality's seal, the directories' answers, TLS, and those with which dossiers and reviews will be
    signed.

    A key may stay in a token (PKCS#11): instead of NAME.key.pem write NAME.pkcs11.toml with `module` (the shared
    library), `token` and `key` (their labels) and `pin_file` (0600, from this folder on), then `oots keys init`
    certifies it. That needs the package python-pkcs11. TLS keys and those that decrypt stay files.

    Example: oots keys init --state state

    Example: oots keys list --state state

    Example: oots keys revoke AP_LT_01 --state state
    """


@app.command()
def init(
    state: STATE = Path("state"),
    municipality: MUNICIPALITY = "0751",
    municipalities: MUNICIPALITIES = "",
    topology: TOPOLOGY = "shared",
    both_ways: BOTH_WAYS = False,
) -> None:
    """Create what is missing: root and issuing authority, everybody's keys (0600) and trust.pem. Existing keys stay.

    Example: oots keys init --state state
    """
    from oots.deployment.keys import init_service_keys
    from oots.deployment.services import services_of
    from oots.deployment.settings import kommunekoder
    from oots.deployment.topology import load_topology

    services = services_of(
        load_topology(topology), municipality, kommunekoder(municipalities, municipality), both_ways=both_ways
    )
    directory = init_service_keys(state, services)
    typer.echo(f"keys and trust.pem are in {directory}")


@app.command("list")
def list_keys(
    state: STATE = Path("state"),
    as_json: Annotated[bool, typer.Option("--json", help="Print the list as JSON.")] = False,
) -> None:
    """Show whose each certificate is, when it stops counting and how it stands, what wants attention first.

    Below stand the revoked ones that have no file here any more. Exit 1 when one in use has expired, was revoked, is
    not valid yet, or has lost its key; `expires soon` (30 days) and the remains of a rotation (`….previous`) are no
    fault. 2: no keys there, or files that cannot be read. A service's own folder of keys
    can be named as well.

    Example: oots keys list --state state --json
    """
    from oots.deployment.keys import held_keys, lost_keys, revoked_without_file
    from oots.model.clock import SystemClock
    from oots.trust.holdings import Status

    now = SystemClock().now()
    held, gone, lost = held_keys(state, now), revoked_without_file(state), lost_keys(state)
    if as_json:
        typer.echo(_as_json(held, gone, now))
    else:
        typer.echo("\n".join((*_as_table(held, now), *_below(gone, lost))))
    faulty = {Status.EXPIRED, Status.REVOKED, Status.NOT_YET}
    bad = any(status in faulty and not each.is_previous for each, status in held)
    raise typer.Exit(Exit.BAD if bad or lost else Exit.GOOD)


@app.command()
def revoke(
    party: HOLDER,
    state: STATE = Path("state"),
    reason: Annotated[Reason, typer.Option(help="Why, as lists and answers will say it.")] = Reason.PRIVILEGE_WITHDRAWN,
) -> None:
    """Revoke a certificate, or all of a party. It cannot be taken back, and needs no private key.

    Services that read this very folder refuse it from their next message on, all others when they next ask the
    authority: within OOTS_CRL_INTERVAL, 10 seconds in the demo. Exit 0 also if it was revoked before; 2: nobody there
    is called so, and nothing was written.

    Example: oots keys revoke AP_LT_01 --state state --reason keyCompromise

    Example: oots keys revoke ap-lt-01.previous
    """
    from cryptography.x509 import ReasonFlags

    from oots.deployment.keys import held_keys, key_folder, revoke_keys
    from oots.model.clock import SystemClock

    now = SystemClock().now()
    done = revoke_keys(state, party, ReasonFlags(reason.value), now)
    typer.echo("\n".join(_revoked(done)))
    typer.echo("\n".join(_still_counting(done, held_keys(state, now))))
    if not all(before for _, before in done):
        typer.echo(
            f"Services that read {key_folder(state)} refuse it from now on, all others when they next ask the "
            "authority\n(within OOTS_CRL_INTERVAL, 10 seconds in the demo). It cannot be taken back."
        )


@app.command()
def rotate(
    party: HOLDER,
    state: STATE = Path("state"),
    overlap: Annotated[
        str, typer.Option(help="For how long the old key counts beside the new one, as an ISO 8601 duration.")
    ] = "P7D",
) -> None:
    """Give a key a successor: a new key and certificate take its name, both count during the overlap.

    The old key stays as NAME.previous.* and is revoked as superseded when the overlap ends. Services read their keys
    when they start: restart those that use it before then, after `oots keys export` where each has a folder of its own;
    of a key that decrypts (decrypt-NAME) also the partners, who encrypt for it.
    What was sealed with the old key still verifies as of its own time. An interrupted run is completed by the next, or
    by `oots keys init`. Exit 2, and nothing changed: nobody there is called so, or an earlier predecessor still counts
    (`oots keys revoke NAME.previous` ends it).

    Example: oots keys rotate AP_DK_01 --state state --overlap P14D

    Example: oots keys rotate seal-0751
    """
    from oots.deployment.keys import rotate_keys
    from oots.model.clock import SystemClock

    done = rotate_keys(state, party, _duration(overlap), SystemClock().now())
    typer.echo("\n".join(_rotated(each) for each in done))
    over = any(each.old_status in ("revoked", "expired") for each in done)
    latest = "now, for it counts no more" if over else "before it stops counting"
    typer.echo(
        f"\nRunning services go on signing with the old key: restart those that use it {latest},\n"
        "after `oots keys export` where each has a folder of its own."
    )


@app.command()
def export(
    target: Annotated[Path, typer.Argument(help="A folder per service is written here.")],
    state: STATE = Path("state"),
    municipality: MUNICIPALITY = "0751",
    municipalities: MUNICIPALITIES = "",
    topology: TOPOLOGY = "shared",
    both_ways: BOTH_WAYS = False,
) -> None:
    """Write each service's own keys and trust.pem into TARGET/<service>, and of others only the certificates for which
    messages to them are encrypted.

    Example: oots keys export volumes --state state
    """
    from oots.deployment.keys import export_town_keys
    from oots.deployment.settings import kommunekoder
    from oots.deployment.topology import load_topology

    served = kommunekoder(municipalities, municipality)
    export_town_keys(state, target, *served, topology=load_topology(topology), both_ways=both_ways)
    typer.echo(f"each service's own keys are in {target}")


@app.command("export-pkcs12")
def export_pkcs12(
    party: Annotated[
        str,
        typer.Argument(
            metavar="PARTY",
            help="A party id (AP_LT_01), for its access point's key, or the name of a key's files (ap-lt-01).",
        ),
    ],
    target: Annotated[Path, typer.Argument(help="The file to write, mode 0600; there must be none yet.")],
    state: STATE = Path("state"),
    password_file: PASSWORD_FILE = None,
) -> None:
    """Write a private key with its certificate and chain as PKCS#12 for a Java peer, such as Domibus.

    The alias is `<party id>_rsa_sign` in lower case, or `_ecc_sign`; of the key that decrypts, which is named by its
    files (decrypt-ap-lt-01), `_rsa_decrypt`. Encrypted with AES-256 under the password, which
    Java reads since 8u301. The password is read from a file, else from OOTS_PKCS12_PASSWORD, never from the command
    line. Exit 2, and nothing written: no such key or several, a password that is too short, or TARGET is there already.

    Example: oots keys export-pkcs12 AP_LT_01 gateway_keystore.p12 --password-file password.txt

    Example: oots keys export-truststore gateway_truststore.p12 --password-file password.txt
    """
    from oots.deployment.keys import export_key_store

    label = export_key_store(state, party, target, _password(password_file))
    typer.echo(f"{target} holds the key of {party} under the alias {label}")


@app.command("export-truststore")
def export_truststore(
    target: Annotated[Path, typer.Argument(help="The file to write, mode 0600; there must be none yet.")],
    state: STATE = Path("state"),
    password_file: PASSWORD_FILE = None,
) -> None:
    """Write whom a Java peer has to believe as PKCS#12: the authorities, and every access point that counts today, with
    its certificates for signing and for encryption.

    Password and aliases as in `oots keys export-pkcs12`, but `_rsa_encrypt` for what others encrypt with, as Domibus
    has it; the old key of a rotation, as long as it counts, has `_previous` behind its alias. After a rotation, at its
    end, and after a revocation, write it anew.

    Example: oots keys export-truststore gateway_truststore.p12 --password-file password.txt
    """
    from oots.deployment.keys import export_trust_store
    from oots.model.clock import SystemClock

    labels = export_trust_store(state, target, _password(password_file), SystemClock().now())
    typer.echo(f"{target} holds {', '.join(labels)}")


def _password(file: Path | None) -> str:
    from oots.deployment.settings import PKCS12_PASSWORD
    from oots.trust.java_stores import read_password

    if file is not None:
        return read_password(file)
    if PKCS12_PASSWORD not in os.environ:
        raise typer.BadParameter(f"a password is needed: name a file with --password-file, or set {PKCS12_PASSWORD}")
    return os.environ[PKCS12_PASSWORD]


def _duration(written: str) -> timedelta:
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(timedelta).validate_python(written)
    except ValidationError:
        raise typer.BadParameter(f"{written} is no ISO 8601 duration, such as P7D or PT12H") from None


def _as_json(held: Sequence[tuple[Holding, Status]], gone: Sequence[Revocation], now: datetime) -> str:
    from oots.model.clock import iso

    listed = [
        {
            "name": each.name,
            "party": each.party.party_id if each.party else None,
            "role": each.party.role if each.party else "authority",
            "key": each.key,
            "ends": iso(each.ends),
            "days_left": each.days_left(now),
            "status": status,
            "reason": each.revocation.reason.value if each.revocation else None,
            "has_key": each.has_key,
        }
        for each, status in held
    ]
    without = [
        {
            "name": line.name,
            "party": line.party,
            "serial": line.serial,
            "revoked_at": iso(line.at),
            "reason": line.reason.value,
        }
        for line in gone
    ]
    return json.dumps({"certificates": listed, "revoked_without_file": without}, indent=2, ensure_ascii=False)


def _below(gone: Sequence[Revocation], lost: Sequence[str]) -> Iterator[str]:
    if gone:
        yield "\nRevoked, but without a file here any more:"
    for line in gone:
        yield f"  {line.name} ({line.party}), serial {line.serial}, from {line.at:%Y-%m-%d} on: {line.reason.value}"
    if lost:
        yield ""
    yield from lost


def _as_table(held: Sequence[tuple[Holding, Status]], now: datetime) -> Iterator[str]:
    heads = ("name", "party", "role", "key", "counts until", "days", "status")
    rows = [heads, *(_row(each, status, now) for each, status in held)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    for row in rows:
        cells = [
            cell.rjust(width) if head == "days" else cell.ljust(width)
            for head, cell, width in zip(heads, row, widths, strict=True)
        ]
        yield "  ".join(cells).rstrip()


def _row(each: Holding, status: Status, now: datetime) -> tuple[str, ...]:
    party, role = (each.party.party_id, each.party.role.value) if each.party else ("-", "authority")
    why = f" ({each.revocation.reason.value})" if each.revocation else ""
    lost = ", key missing" if each.lacks_key else ""
    days = str(each.days_left(now))
    return (each.name, party, role, each.key, f"{each.ends:%Y-%m-%d}", days, f"{status.value}{why}{lost}")


def _revoked(done: Sequence[tuple[Holding, bool]]) -> Iterator[str]:
    for each, before in done:
        line = each.revocation
        assert line is not None  # noqa: S101 (it has just been revoked)
        whose = f" ({each.party.party_id}, {each.party.role})" if each.party else ""
        said = "was revoked already, from" if before else "is revoked from"
        yield f"{each.name}{whose} {said} {line.at:%Y-%m-%d %H:%M:%S} UTC on: {line.reason.value}"


def _still_counting(done: Sequence[tuple[Holding, bool]], held: Sequence[tuple[Holding, Status]]) -> Iterator[str]:
    """A blank line; then each predecessor that a revocation has left alone, and each key that wants a successor."""
    yield ""
    revoked = {each.name for each, _ in done}
    for each, status in held:
        if each.is_previous and each.name not in revoked and status == "replaced" and each.successor in revoked:
            yield f"{each.name} still counts until {each.ends:%Y-%m-%d}; `oots keys revoke {each.name}` ends that too."
        elif each.name in revoked and each.party and not each.is_previous:
            yield f"`oots keys rotate {each.name}` gives {each.party.party_id} a new key in its place."


def _rotated(each: Rotated) -> str:
    again = " (begun by an earlier run, completed now)" if each.resumed else ""
    stands = {"revoked": "has been revoked since", "expired": "expired at"}.get(each.old_status, "counts until")
    return (
        f"{each.name} ({each.party.party_id}, {each.party.role}) has a new key until {each.new_ends:%Y-%m-%d}{again}; "
        f"the old one {stands} {each.old_counts_until:%Y-%m-%d %H:%M} UTC"
    )
