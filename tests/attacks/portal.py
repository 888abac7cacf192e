"""The portal: forms from elsewhere, exchanges of others, files that are not what they say, previews that are none."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from http import HTTPStatus
from uuid import UUID

import httpx

from oots.scenarios.citizen import Page
from tests.attacks.preview import (
    BAD_REQUEST,
    FORBIDDEN,
    FROM_ELSEWHERE,
    NO_SUCH_METHOD,
    NO_SUCH_PAGE,
    NOT_FOUND,
    STALE,
    TOO_LARGE,
    UNPROCESSABLE,
    saved,
)
from tests.support.answers_door import RECEIPT_ALONE, Portal, portal_door
from tests.support.attacks import Area, Refused, attack, shared
from tests.support.inspector import ORIGIN
from tests.support.street import (
    CASE,
    ODD_TITLE,
    PORTAL,
    PREVIEW,
    Browser,
    Street,
    form_of,
    session_hash,
    street,
)
from tests.support.web import AsgiTransport

ELSEWHERE = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
COOKIE = "oots-portal"
SIGN_IN_AGAIN = "Log ind igen for at se din sag"
UPLOAD = f"{PORTAL}{CASE}/upload"
MEGABYTE = 1024 * 1024


def told(street: Street, answer: httpx.Response) -> Refused:
    return street.refused(street.portal, answer)


# --- exchanges of others ---


@attack(Area.PORTAL, street, told=NOT_FOUND, why=NO_SUCH_PAGE)
def the_exchange_of_somebody_else(street: Street) -> Refused:
    """Opens the page of an exchange that another person has asked for."""
    return told(street, street.frederik.get(street.seen.page))


@attack(Area.PORTAL, street, told=NOT_FOUND, why=NO_SUCH_PAGE)
def the_evidence_of_somebody_else(street: Street) -> Refused:
    """Fetches a document that the portal has received for another person."""
    return told(street, street.frederik.get(f"{street.sent.page}/documents/0"))


@attack(Area.PORTAL, street, told=NOT_FOUND, why=NO_SUCH_PAGE)
def the_page_image_of_somebody_else(street: Street) -> Refused:
    """Fetches the picture of a page of evidence that the portal has received for another person."""
    return told(street, street.frederik.get(f"{street.sent.page}/documents/1/pages/0"))


@attack(Area.PORTAL, street, told=NOT_FOUND, why=NO_SUCH_PAGE)
def the_receipt_of_somebody_else(street: Street) -> Refused:
    """Opens the receipt of an exchange that another person has finished."""
    return told(street, street.frederik.get(street.finished.page))


@attack(Area.PORTAL, street, told=NOT_FOUND, why=NO_SUCH_PAGE)
def the_preview_of_somebody_else(street: Street) -> Refused:
    """Has the portal announce a visit, and tell the link, in an exchange that another person has asked for."""
    return told(street, street.frederik.post(f"{street.early.page}/preview", token_of(street.frederik)))


@attack(Area.PORTAL, street, told=NOT_FOUND, why=NO_SUCH_PAGE)
def evidence_of_somebody_else_used(street: Street) -> Refused:
    """Ends an exchange of another person, so that her evidence is deleted."""
    return told(street, street.frederik.post(f"{street.sent.page}/finish", token_of(street.frederik)))


@attack(Area.PORTAL, street, told=NOT_FOUND, why=NO_SUCH_PAGE)
def an_exchange_that_does_not_exist(street: Street) -> Refused:
    """Opens an exchange under a guessed id: the answer is that for an exchange of somebody else."""
    answer = street.frederik.get(f"{PORTAL}/evidence/{UUID(int=7, version=4)}")
    other = street.frederik.get(street.seen.page)
    assert (answer.status_code, answer.text) == (other.status_code, other.text)
    return told(street, answer)


@attack(Area.PORTAL, street, told=NOT_FOUND, why=NO_SUCH_PAGE)
def an_exchange_under_a_path(street: Street) -> Refused:
    """Puts a path with encoded dots and slashes in the place of an exchange's id."""
    return told(street, street.solvej.get(f"{PORTAL}/evidence/..%2f..%2fetc%2fpasswd"))


@attack(Area.PORTAL, street, told=NOT_FOUND, why=NO_SUCH_PAGE)
def a_return_that_leads_elsewhere(street: Street) -> Refused:
    """Sends the person to the page of her return with an address in the place of the exchange."""
    return told(street, street.solvej.get(f"{PORTAL}/return/%5cevil.example"))


@attack(Area.PORTAL, street, told=FORBIDDEN, why=SIGN_IN_AGAIN)
def an_exchange_without_a_sign_in(street: Street) -> Refused:
    """Opens the page of an exchange without having signed in."""
    return told(street, Browser(street).get(street.seen.page))


@attack(Area.PORTAL, street, told=NOT_FOUND, why=NO_SUCH_PAGE)
def received_evidence_without_a_sign_in(street: Street) -> Refused:
    """Fetches received evidence without having signed in."""
    return told(street, Browser(street).get(f"{street.sent.page}/documents/0"))


@attack(Area.PORTAL, street, told=FORBIDDEN, why=SIGN_IN_AGAIN)
def an_exchange_with_the_session_of_the_preview(street: Street) -> Refused:
    """Opens an exchange with the person's session of the preview, under the cookie name of the portal."""
    name = street.solvej.http.cookies.get("oots-preview")
    return told(street, Browser(street).get(street.sent.page, headers={"Cookie": f"{COOKIE}={name}"}))


@attack(Area.PORTAL, street, told=FORBIDDEN, why=SIGN_IN_AGAIN)
def an_exchange_with_a_stolen_table_of_sessions(street: Street) -> Refused:
    """Takes what the database of the portal keeps of a session's name for the name."""
    name = street.solvej.http.cookies.get(COOKIE) or ""
    return told(street, Browser(street).get(street.sent.page, headers={"Cookie": f"{COOKIE}={session_hash(name)}"}))


@attack(Area.PORTAL, street, told=FORBIDDEN, why=SIGN_IN_AGAIN)
def an_exchange_with_the_session_from_before_signing_out(street: Street) -> Refused:
    """Comes to the computer after the person has signed out of the portal, with the name of her session."""
    browser = signed_in(street)
    name = browser.http.cookies.get(COOKIE)
    browser.submit(browser.open(street.sent.page), "/signout")
    return told(street, Browser(street).get(street.sent.page, headers={"Cookie": f"{COOKIE}={name}"}))


@attack(Area.PORTAL, street, told=FORBIDDEN, why=SIGN_IN_AGAIN)
def an_exchange_with_a_flood_of_cookies(street: Street) -> Refused:
    """Sends two thousand cookies along, one of them with the right name."""
    cookies = "; ".join([f"c{number}={number}" for number in range(2000)] + [f"{COOKIE}=x"])
    return told(street, Browser(street).get(street.sent.page, headers={"Cookie": cookies}))


@attack(Area.PORTAL, street, told=FORBIDDEN, why=SIGN_IN_AGAIN)
def an_exchange_with_a_weaker_sign_in(street: Street) -> Refused:
    """Signs in at the portal as the right person, less surely than she did when she asked."""
    street.node_says(acr="http://eidas.europa.eu/LoA/low")
    return told(street, signed_in(street).get(street.sent.page))


@attack(Area.PORTAL, street, told=FORBIDDEN, why="Du har ikke adgang til denne side")
def received_evidence_with_a_weaker_sign_in(street: Street) -> Refused:
    """Fetches received evidence as the right person, signed in less surely than when she asked."""
    street.node_says(acr="http://eidas.europa.eu/LoA/low")
    return told(street, signed_in(street).get(f"{street.sent.page}/documents/0"))


def signed_in(street: Street) -> Browser:
    """A new browser in which Solvej is signed in at the portal."""
    browser = Browser(street)
    browser.sign_in(f"{street.sent.page}/signin", "solvej")
    return browser


def token_of(browser: Browser) -> dict[str, str]:
    """The token of the forms in this browser's session at the portal."""
    _, form = form_of(browser.open(f"{PORTAL}{CASE}/request"), f"{CASE}/request")
    return {"csrf": form["csrf"]}


@attack(Area.PORTAL, street, told=NOT_FOUND, why=NO_SUCH_PAGE)
def a_received_document_that_does_not_exist(street: Street) -> Refused:
    """Counts on to documents that were not received."""
    return told(street, street.solvej.get(f"{street.sent.page}/documents/2"))


@attack(Area.PORTAL, street, told=BAD_REQUEST, why="Det kunne vi ikke forstå")
def a_received_document_counted_from_the_end(street: Street) -> Refused:
    """Asks for received document -1."""
    return told(street, street.solvej.get(f"{street.sent.page}/documents/-1"))


@attack(Area.PORTAL, street, told=NOT_FOUND, why=NO_SUCH_PAGE)
def evidence_after_it_was_used(street: Street) -> Refused:
    """Fetches evidence with the person's own session after she has finished and it was to be deleted."""
    return told(street, street.solvej.get(f"{street.finished.page}/documents/0"))


# --- forms ---


def asking(street: Street, fields: dict[str, str | None], headers: dict[str, str] | None = None) -> Refused:
    """Post the explicit request after one change: nothing is asked."""
    address, form = form_of(street.solvej.open(f"{PORTAL}{CASE}/request"), f"{CASE}/request")
    changed = {name: value for name, value in (form | {"explicit": "given"} | fields).items() if value is not None}
    return told(street, street.solvej.post(address, changed, headers=headers))


@attack(Area.PORTAL, street, told=FORBIDDEN, why=STALE)
def a_request_without_a_token(street: Street) -> Refused:
    """Has the person's browser ask for evidence without the token of the form."""
    return asking(street, {"csrf": None})


@attack(Area.PORTAL, street, told=FORBIDDEN, why=STALE)
def a_request_with_a_token_of_another_session(street: Street) -> Refused:
    """Has the person's browser ask for evidence with the token of the attacker's session."""
    return asking(street, {**token_of(street.frederik)})


@attack(Area.PORTAL, street, told=FORBIDDEN, why=FROM_ELSEWHERE)
def a_request_from_another_site(street: Street) -> Refused:
    """Has the person's browser ask for evidence from a page of its own."""
    return asking(street, {}, ELSEWHERE)


@attack(Area.PORTAL, street, told=UNPROCESSABLE, why="Skal vi hente dokumentationen for dig?")
def a_request_that_is_not_explicit(street: Street) -> Refused:
    """Asks for evidence without the tick with which the person says that she wants it."""
    return asking(street, {"explicit": None})


@attack(Area.PORTAL, street, told=UNPROCESSABLE, why="Skal vi hente dokumentationen for dig?")
def a_request_to_another_authority(street: Street) -> Refused:
    """Asks an authority that the directories did not name for the case."""
    return asking(street, {"service": "evil@AP_XX_09"})


@attack(Area.PORTAL, street, told=BAD_REQUEST, why="Det kunne vi ikke forstå")
def an_overlong_request(street: Street) -> Refused:
    """Gives the form a name of a thousand letters, for the portal to remember."""
    return asking(street, {"attempt": "A" * 1000})


@attack(Area.PORTAL, street, told="HTTP 303", why=f"to {CASE}")
def a_request_without_a_sign_in(street: Street) -> Refused:
    """Asks for evidence without having signed in."""
    browser = Browser(street)
    _, form = form_of(browser.open(UPLOAD), "/upload")
    answer = browser.post(f"{PORTAL}{CASE}/request", {"csrf": form["csrf"], "explicit": "given"})
    return told(street, answer)


@attack(Area.PORTAL, street, told=FORBIDDEN, why=STALE)
def evidence_used_without_a_token(street: Street) -> Refused:
    """Has the person's browser finish, so that her evidence is used and deleted, without the token of the form."""
    return told(street, street.solvej.post(f"{street.sent.page}/finish", {}))


@attack(Area.PORTAL, street, told=FORBIDDEN, why=FROM_ELSEWHERE)
def evidence_used_from_another_site(street: Street) -> Refused:
    """Has the person's browser finish from a page of its own."""
    _, form = form_of(street.solvej.open(street.sent.page), "/finish")
    return told(street, street.solvej.post(f"{street.sent.page}/finish", form, headers=ELSEWHERE))


@attack(Area.PORTAL, street, told=FORBIDDEN, why=STALE)
def a_visit_announced_without_a_token(street: Street) -> Refused:
    """Has the person's browser go over to the preview without the token of the form."""
    return told(street, street.solvej.post(f"{street.early.page}/preview", {}))


@attack(Area.PORTAL, street, told=FORBIDDEN, why=STALE)
def a_sign_out_without_a_token(street: Street) -> Refused:
    """Signs the person out without the token of the form."""
    return told(street, street.solvej.post(f"{PORTAL}/signout", {}))


@attack(Area.PORTAL, street, told=NO_SUCH_METHOD, why="Siden kan ikke bruges på den måde")
def evidence_used_by_following_a_link(street: Street) -> Refused:
    """Has the person follow a link that would finish."""
    return told(street, street.solvej.get(f"{street.sent.page}/finish"))


@attack(Area.PORTAL, street, told=NO_SUCH_METHOD, why="Siden kan ikke bruges på den måde")
def an_exchange_deleted(street: Street) -> Refused:
    """Asks by DELETE, with the person's session, to have the exchange deleted."""
    return told(street, street.solvej.http.delete(street.sent.page))


# --- files ---


def uploading(street: Street, content: bytes, name: str = "attest.pdf", media_type: str = "application/pdf") -> Refused:
    """Upload a file with the right token."""
    _, form = form_of(street.solvej.open(UPLOAD), "/upload")
    own = {"Origin": PORTAL, "Sec-Fetch-Site": "same-origin"}
    files = {"file": (name, content, media_type)}
    return told(street, street.solvej.http.post(UPLOAD, data=form, files=files, headers=own))


UPLOAD_AGAIN = "Send dokumentationen selv"


@attack(Area.PORTAL, street, told=UNPROCESSABLE, why=UPLOAD_AGAIN)
def a_program_called_a_pdf(street: Street) -> Refused:
    """Uploads a program under the name and type of a PDF."""
    return uploading(street, b"MZ\x90\x00" * 100)


@attack(Area.PORTAL, street, told=UNPROCESSABLE, why=UPLOAD_AGAIN)
def a_page_called_a_pdf(street: Street) -> Refused:
    """Uploads a page with a script under the name and type of a PDF."""
    return uploading(street, b"<!doctype html><script>alert(1)</script>%PDF-")


@attack(Area.PORTAL, street, told=UNPROCESSABLE, why=UPLOAD_AGAIN)
def an_empty_file(street: Street) -> Refused:
    """Uploads a file without contents."""
    return uploading(street, b"")


@attack(Area.PORTAL, street, told=UNPROCESSABLE, why=UPLOAD_AGAIN)
def an_oversized_file(street: Street) -> Refused:
    """Uploads a file of eleven megabytes."""
    return uploading(street, b"%PDF-1.7" + bytes(11 * MEGABYTE))


@attack(Area.PORTAL, street, told=TOO_LARGE, why="Formularen er for stor")
def an_endless_file(street: Street) -> Refused:
    """Uploads a file in pieces without end, and does not say how long it will be."""
    sent = []

    def pieces() -> Iterator[bytes]:
        for number in range(1000):
            sent.append(number)
            yield bytes(MEGABYTE)

    headers = {"Origin": PORTAL, "Content-Type": "multipart/form-data; boundary=x"}
    answer = street.solvej.stream(UPLOAD, pieces(), headers)
    assert len(sent) < 200, "it was read to the end"
    return told(street, answer)


@attack(Area.PORTAL, street, told=TOO_LARGE, why="Formularen er for stor")
def an_endless_file_that_says_it_is_short(street: Street) -> Refused:
    """Uploads a file in pieces without end beside a length of a hundred bytes, which the pieces put out of force."""
    sent = []

    def pieces() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
        for number in range(150):
            sent.append(number)
            yield bytes(MEGABYTE)

    headers = {"Origin": PORTAL, "Content-Type": "multipart/form-data; boundary=x"}
    both = {"Content-Length": "100", "Transfer-Encoding": "chunked"}
    answer = street.solvej.stream(UPLOAD, pieces(), headers | both)
    assert len(sent) < 150, "it was read to the end"
    return told(street, answer)


@attack(Area.PORTAL, street, told=FORBIDDEN, why=STALE)
def a_file_without_a_token(street: Street) -> Refused:
    """Uploads a file in the person's browser without the token of the form."""
    own = {"Origin": PORTAL}
    return told(street, street.solvej.http.post(UPLOAD, files={"file": ("a.pdf", b"%PDF-1.7")}, headers=own))


@attack(Area.PORTAL, street, told=FORBIDDEN, why=FROM_ELSEWHERE)
def a_file_from_another_site(street: Street) -> Refused:
    """Uploads a file in the person's browser from a page of its own."""
    files = {"file": ("a.pdf", b"%PDF-1.7")}
    return told(street, street.solvej.http.post(UPLOAD, data={}, files=files, headers=ELSEWHERE))


@attack(Area.PORTAL, street, told=BAD_REQUEST, why="Det kunne vi ikke forstå")
def a_form_of_ten_thousand_files(street: Street) -> Refused:
    """Uploads ten thousand files at once."""
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nA\r\n'
    headers = {"Origin": PORTAL, "Content-Type": "multipart/form-data; boundary=x"}
    return told(street, street.solvej.http.post(UPLOAD, content=part * 10_000 + b"--x--\r\n", headers=headers))


@attack(Area.PORTAL, street, told=BAD_REQUEST, why="Det kunne vi ikke forstå")
def a_form_without_a_boundary(street: Street) -> Refused:
    """Uploads a form whose parts cannot be told apart."""
    headers = {"Origin": PORTAL, "Content-Type": "multipart/form-data"}
    return told(street, street.solvej.http.post(UPLOAD, content=b"x", headers=headers))


# --- what has come is hostile ---


@attack(Area.PORTAL, street, told="attachment", why="application/pdf")
def a_received_page_that_calls_itself_a_pdf(street: Street) -> Refused:
    """Sends a page with a script as evidence and lets it begin like a PDF: the portal has it saved, never opened."""
    return saved(street.solvej.get(f"{street.odd_sent.page}/documents/1"), "pdf")


@attack(Area.PORTAL, street, told="attachment", why="application/xml")
def received_evidence_with_a_script_of_its_own(street: Street) -> Refused:
    """Sends XML that contains a script of XHTML: the portal has it saved, never opened."""
    return saved(street.solvej.get(f"{street.odd_sent.page}/documents/0"), "xml")


@attack(Area.PORTAL, street, told="&lt;script&gt;", why="no script")
def a_received_title_with_a_script(street: Street) -> Refused:
    """Sends evidence whose title holds markup, line ends, a script and characters that turn the text around."""
    page = street.solvej.get(street.odd_sent.page).text
    assert "<script" not in page
    assert ODD_TITLE not in page
    assert "alert(1)" in page, "the title is not shown at all"
    assert "\u202e" not in page
    return Refused("&lt;script&gt;", "web.frame.Frame", "no script, and the text is shown")


# --- hosts ---


@attack(Area.PORTAL, street, told="HTTP 421", why="Siden findes ikke under dette navn")
def the_inspector_under_a_foreign_name(street: Street) -> Refused:
    """Lets its own name resolve to this machine and reads what happened from a page under that name (DNS rebinding)."""
    with httpx.Client(transport=AsgiTransport(street.inspector)) as client:
        assert client.get(f"{ORIGIN}/exchanges").status_code == HTTPStatus.SEE_OTHER, "it cannot be reached at all"
        answer = client.get(f"{ORIGIN}/exchanges", headers={"Host": "evil.example:8410"})
    return Refused(f"HTTP {answer.status_code}", street.inspector.by, Page(answer, str(answer.url)).heading)


@attack(Area.PORTAL, street, told=NOT_FOUND, why=NO_SUCH_PAGE)
def the_pages_of_the_inspector_at_a_service(street: Street) -> Refused:
    """Looks for the pages that show what happened at the service where it happened."""
    return street.refused(street.preview, street.solvej.get(f"{PREVIEW}/exchanges/{street.seen.exchange_id}"))


@attack(Area.PORTAL, street, told="HTTP 303", why="to /evidence/")
def a_redirect_under_a_foreign_host(street: Street) -> Refused:
    """Names its own host, hoping to be redirected there."""
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    return told(street, street.solvej.get(f"{PORTAL}/return/{street.sent.exchange_id}", headers=headers))


# --- previews that are none ---

door_with_spares = shared(partial(portal_door, spares=6))
NOT_ITS_HOST = "PreviewLocation is not on a host of this provider"


@attack(Area.PORTAL, door_with_spares, told=RECEIPT_ALONE, why=NOT_ITS_HOST)
def a_preview_on_another_host(portal: Portal) -> Refused:
    """Offers a preview on a host that is not one of the provider's, to have people sign in there."""
    return portal.shown_to_nobody("https://preview.evil.example/p/x")


@attack(Area.PORTAL, door_with_spares, told=RECEIPT_ALONE, why=NOT_ITS_HOST)
def a_preview_with_the_registered_host_as_user(portal: Portal) -> Refused:
    """Writes the registered host of the preview before an @, where it is the name of a user."""
    return portal.shown_to_nobody("https://preview.aarhus.localhost@evil.example/p/x")


@attack(Area.PORTAL, door_with_spares, told=RECEIPT_ALONE, why=NOT_ITS_HOST)
def a_preview_on_another_port(portal: Portal) -> Refused:
    """Offers a preview on another port of the registered host."""
    return portal.shown_to_nobody("https://preview.aarhus.localhost:8443/p/x")


@attack(Area.PORTAL, door_with_spares, told=RECEIPT_ALONE, why=NOT_ITS_HOST)
def a_preview_at_an_address(portal: Portal) -> Refused:
    """Offers a preview at the address of a machine in the portal's own network."""
    return portal.shown_to_nobody("https://169.254.169.254/p/x")


@attack(Area.PORTAL, door_with_spares, told=RECEIPT_ALONE, why=NOT_ITS_HOST)
def a_preview_on_a_look_alike(portal: Portal) -> Refused:
    """Offers a preview on a host whose letters look the same, in punycode."""
    return portal.shown_to_nobody("https://preview.xn--arhus-7qf.localhost/p/x")


@attack(Area.PORTAL, door_with_spares, told=RECEIPT_ALONE, why=NOT_ITS_HOST)
def a_preview_on_a_host_with_a_dot_at_the_end(portal: Portal) -> Refused:
    """Offers a preview on the registered host with a dot at the end."""
    return portal.shown_to_nobody("https://preview.aarhus.localhost./p/x")
