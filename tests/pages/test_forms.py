import datetime as dt
import re
from pathlib import Path

import pytest
import wtforms
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient

from minsheng.records.projects import Category
from pages.formats import HUNDRED_MILLION, TEN_THOUSAND
from pages.forms import MESSAGES, parse_money, word_choices
from tests.pages.reading import parse
from tests.pages.stylesheet import SampleForm


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("1200", 120_000), ("1,200.5万元", 1_200_500_000), ("１，２００．５万", 1_200_500_000),
        ("3亿", 3 * HUNDRED_MILLION),
        (" 0.01元 ", 1), ("¥ 350", 35_000), ("CNY 1 200", 120_000), ("5萬", 5 * TEN_THOUSAND), ("0", 0), (".5", 50),
    ],
)  # fmt: skip
def test_money_as_people_type_it(typed: str, fen: int) -> None:
    assert parse_money(typed) == fen


@pytest.mark.parametrize("typed", ["", "很多", "-5", "1.2.3", "0.001", "5千米", "9" * 30, "1e5", "万", ",", "٣"])
def test_what_is_no_amount(typed: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(typed)}$"):
        parse_money(typed)


def test_a_bare_number_has_the_fields_unit_and_a_named_one_its_own() -> None:
    assert parse_money("350", TEN_THOUSAND) == 350 * TEN_THOUSAND
    assert parse_money("350元", TEN_THOUSAND) == 35_000
    assert parse_money("3亿元", TEN_THOUSAND) == 3 * HUNDRED_MILLION


def filled(app: Flask, **data: str) -> SampleForm:
    with app.test_request_context("/form", method="POST", data=data):
        form = SampleForm()
        form.validate()
        return form


@pytest.mark.parametrize("typed", ["2025-05-08", "2025/5/8", "2025.5.8", "2025年5月8日", "２０２５年5月8日"])
def test_dates_as_people_type_them(app: Flask, typed: str) -> None:
    assert filled(app, day=typed).day.data == dt.date(2025, 5, 8)


def test_months(app: Flask) -> None:
    assert filled(app, month="2025年5月").month.data == dt.date(2025, 5, 1)
    with app.test_request_context("/form"):
        assert SampleForm(month=dt.date(2025, 5, 1)).month._value() == "2025-05"
        assert SampleForm(amount=1_200_500_000).amount._value() == "1200.5"
        assert SampleForm(amount=100 * TEN_THOUSAND).amount._value() == "100"


@pytest.mark.parametrize(
    ("name", "typed", "advice"),
    [("amount", "很多", "万元"), ("day", "2025-02-30", "例如"), ("day", "昨天", "例如"), ("month", "2025-13", "例如")],
)
def test_what_cannot_be_read_stays_as_typed_and_says_what_to_do(app: Flask, name: str, typed: str, advice: str) -> None:
    field = filled(app, **{name: typed})[name]
    assert field._value() == typed
    assert field.data is None
    assert len(field.errors) == 1
    assert advice in field.errors[0]


def test_every_sentence_of_wtforms_has_ours() -> None:
    (template,) = Path(wtforms.__file__).parent.rglob("wtforms.pot")
    with template.open("rb") as file:
        ids = {
            text
            for message in read_po(file)
            if message.id
            for text in ([message.id] if isinstance(message.id, str) else message.id)
        }
    assert ids - set(MESSAGES) == set()
    assert set(MESSAGES) - ids == set()


def test_choices_come_with_their_words(app: Flask) -> None:
    with app.app_context():
        options = word_choices(Category)
        assert [option.value for option in options] == [category.value for category in Category]
        assert str(options[0].label) == "教育"


def test_the_error_summary_leads_to_the_fields(client: FlaskClient) -> None:
    answer = client.post(
        "/form",
        data={"title": "", "body": "路灯不亮", "amount": "很多", "day": "昨天", "kind": "nonsense", "place": "1"},
    )
    page = parse(answer.text)
    summary = page.one("div", class_="error-summary")
    assert [link["href"] for link in page.inside(summary, "a")] == ["#title", "#kind", "#amount", "#day"]
    for link in page.inside(summary, "a"):
        target = page.by_id(link["href"].removeprefix("#"))
        assert target["aria-invalid"] == "true"
        assert target["id"] + "-error" in target["aria-describedby"].split()
    assert page.by_id("amount")["value"] == "很多"
    # A date control would throw away what it cannot read.
    assert (page.by_id("day")["type"], page.by_id("day")["value"]) == ("text", "昨天")
    assert "路灯不亮" in answer.text


def test_typed_markup_is_text(client: FlaskClient) -> None:
    answer = client.post("/form", data={"title": '"><script>alert(1)</script>', "body": "</textarea><script>"})
    assert "<script>alert" not in answer.text
    assert "</textarea><script>" not in answer.text


def test_every_control_has_a_label_and_every_reference_a_target(client: FlaskClient) -> None:
    page = parse(client.get("/form").text)
    labels = {label.get("for") for label in page.every("label")}
    for control in [*page.every("input"), *page.every("select"), *page.every("textarea")]:
        if control.get("type") not in {"hidden", "submit"} and not page.is_within(control, "label"):
            assert control["id"] in labels
    for element in page.every(None):
        for name in ("aria-describedby", "aria-labelledby", "aria-controls"):
            for target in element.get(name, "").split():
                assert page.by_id(target)


def test_optional_fields_say_so_and_required_ones_do_not(client: FlaskClient) -> None:
    text = client.get("/form").text
    assert text.count("（选填）") == 6
    assert "required" in parse(text).by_id("title")
