"""Input that no form of ours sends: control characters, endless numbers, endless texts, formulas, markup."""

import io

import pytest
import sqlalchemy as sa
from flask import Flask, request, session
from flask.testing import FlaskClient
from flask_wtf.csrf import CSRFError
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from admin.access import TOKEN
from minsheng.casework.suggestions import Suggestion
from minsheng.pictures.media import MAX_BYTES
from pages.forms import Form, MoneyField, QuantityField
from pages.limits import caller
from public.sharing.opendata import safe_cell
from tests.adversarial.reading import send_letter, sent_fields
from tests.factories import Make
from website.incoming import LARGEST_ID, LETTERS_MOST_BYTES, RESIDENTS_MOST_BYTES, Parameters

SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("\0\0\0路灯坏了，请修一修", "路灯坏了，请修一修"),
        ("路灯\0坏了\x1b[31m，请\x07修", "路灯坏了[31m，请修"),
        ("电话\u202e8765 4321 831\u202c", "电话8765 4321 831\u202c"),
        ("😀🀄𠮷，路灯坏了\r\n请修", "😀🀄𠮷，路灯坏了\r\n请修"),
    ],
)
def test_words_lose_control_characters_and_nothing_else(
    client: FlaskClient, session: Session, sent: str, kept: str
) -> None:
    answer = send_letter(client, words=sent)
    assert answer.status_code == 302
    assert session.scalars(sa.select(Suggestion.words)).one() == kept


def test_words_of_control_characters_alone_are_no_words(client: FlaskClient, session: Session) -> None:
    assert send_letter(client, words="\0" * 20).status_code == 422
    assert session.scalar(sa.select(sa.func.count(Suggestion.id))) == 0


def test_names_and_files_pass_the_same_gate() -> None:
    file = FileStorage(io.BytesIO(b"\0"), "a.jpg")
    read = Parameters([("na\0me", "va\0lue"), ("file", file)])
    assert read["name"] == "value"
    assert read["file"] is file
    assert Parameters().to_dict() == {}


@pytest.mark.parametrize("query", ["q=%00", "project=%00a", "q=%ED%A0%80", "q=%FF", "page=-1", "page=" + "9" * 400])
def test_addresses_nobody_would_type(client: FlaskClient, query: str) -> None:
    for path in ("/search/", "/projects/", "/changes/", "/suggestions/", "/suggestions/new"):
        assert client.get(f"{path}?{query}").status_code == 200, path


@pytest.mark.parametrize("number", [LARGEST_ID + 1, 10**40])
def test_a_number_no_record_can_have_is_no_page(client: FlaskClient, number: int) -> None:
    """Before the sign-in even: SQLite cannot hold such numbers and would fail on them."""
    for path in ("staff/{}", "reviews/{}", "suggestions/{}", "photos/{}/480.webp"):
        assert client.get(f"/admin/{path.format(number)}").status_code == 404, path


def test_residents_send_short_forms_only(client: FlaskClient) -> None:
    too_long = "字" * (RESIDENTS_MOST_BYTES // 9 + 1)
    assert send_letter(client, words=too_long).status_code == 413
    for address, most in (("/suggestions/new", LETTERS_MOST_BYTES), ("/suggestions/follow", RESIDENTS_MOST_BYTES)):
        answer = client.post(address, data=b"0" * (most + 1), content_type="multipart/form-data; boundary=x")
        assert answer.status_code == 413


@pytest.mark.parametrize("is_staff", [True, False])
def test_only_a_browser_that_staff_signed_in_with_may_send_many_pictures(app: Flask, *, is_staff: bool) -> None:
    with app.test_request_context("/admin/reports/x/2026-05", method="POST"):
        if is_staff:
            session[TOKEN] = "a sign-in, valid or run out"
        with pytest.raises(CSRFError):
            app.preprocess_request()
        most = request.max_content_length or 0
        assert (most > 3 * MAX_BYTES) is is_staff
        assert is_staff or most == RESIDENTS_MOST_BYTES


def test_a_stranger_sends_the_staffs_face_no_endless_body(client: FlaskClient) -> None:
    body = b"0" * (RESIDENTS_MOST_BYTES + 1)
    answer = client.post("/admin/tables/", data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413


def test_a_thousand_fields_too_many_are_refused(client: FlaskClient) -> None:
    fields = sent_fields(client) | {f"field{number}": "1" for number in range(1_001)}
    answer = client.post("/suggestions/new", data=fields, content_type="multipart/form-data")
    assert answer.status_code == 413


class Amounts(Form):
    """An amount and a number."""

    money = MoneyField()
    number = QuantityField()


@pytest.mark.parametrize("typed", ["1" * 50_000 + "x", "1" + " " * 50_000 + "x", "１" * 50_000])
def test_an_endless_amount_is_refused_unread(app: Flask, monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    """Patterns that read amounts take time by the square of their length, so nothing endless may reach them."""
    monkeypatch.setattr(MoneyField, "parsed", read_by_mistake)
    monkeypatch.setattr(QuantityField, "parsed", read_by_mistake)
    with app.test_request_context(method="POST", data={"money": typed, "number": typed}):
        form = Amounts(meta={"csrf": False})
        assert not form.validate()
        assert form.money.errors
        assert form.number.errors


def read_by_mistake(_field: object, text: str) -> None:
    raise AssertionError(f"{len(text)} characters were read")


@pytest.mark.parametrize(
    "text", ["=1+1", " =1+1", "\n=1", "＝1+1", "@SUM(A1)", "|calc", "\t-1+2", "-2+cmd|' /C calc'!A0"]
)
def test_no_text_in_a_table_is_a_formula(text: str) -> None:
    assert str(safe_cell(text)).startswith("'")


def test_markup_in_every_text_of_a_record_stays_text(client: FlaskClient, make: Make, session: Session) -> None:
    project = make.project(title=SCRIPT, quality_standard=SCRIPT, agency=make.agency(name=SCRIPT))
    project.programme.title = SCRIPT
    make.published_report(project, done=SCRIPT, difficulties=SCRIPT, next_step=SCRIPT)
    wave = make.wave(title=SCRIPT, division=project.division)
    for question in wave.version.questions:
        question.text = SCRIPT
        for option in question.options:
            option.text = SCRIPT
    session.commit()
    addresses = [
        "/", "/projects/", f"/projects/{project.slug}", f"/programmes/{project.programme.slug}",
        f"/agencies/{project.agency.slug if project.agency else ''}", "/changes/", "/surveys/", f"/surveys/{wave.slug}",
        f"/search/?q={SCRIPT}", f"/suggestions/new?project={project.slug}", f"/projects/?q={SCRIPT}",
    ]  # fmt: skip
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert "<script>alert" not in answer.text, address
        assert "<img src=x" not in answer.text, address
        assert '49"' not in answer.text, address


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
def test_limits_count_households_not_addresses(app: Flask, one: str, other: str, *, is_same: bool) -> None:
    names = []
    for address in (one, other):
        with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
            names.append(caller())
            assert address not in names[-1]
    assert (names[0] == names[1]) is is_same


def test_forwarded_headers_of_a_visitor_are_not_believed(client: FlaskClient) -> None:
    forged = {"X-Forwarded-For": "192.0.2.9", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    page = client.get("/projects/", headers=forged)
    assert "evil.example" not in page.text
    assert "Strict-Transport-Security" not in page.headers
    answer = client.get("/admin/", headers={**forged, "Host": "evil.example"})
    assert answer.headers["Location"].startswith("/admin/sign-in")


def test_no_address_leaves_its_folder(client: FlaskClient) -> None:
    for path in (
        "/static/pages/../../minsheng/accounts/staff.py",
        "/static/pages/%2e%2e/%2e%2e/minsheng/accounts/staff.py",
        "/static/pages/..%2f..%2fwebsite%2fconfig.py",
        "/photos/..%2f..%2fsecrets-480.webp",
        "/photos/" + "a" * 63 + "%00-480.webp",
        "/static/pages//etc/passwd",
    ):
        assert client.get(path).status_code in {404, 308}, path
