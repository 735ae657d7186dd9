"""How a reader wants pages to look: cookies that the server writes on the page, set by a form without script."""

import pytest
from flask.testing import FlaskClient

from pages.display import WISHES
from public import keeping
from tests.pages.reading import parse


def wishes(client: FlaskClient, address: str = "/") -> dict[str, str]:
    html = parse(client.get(address).text).one("html")
    return {name.removeprefix("data-"): value for name, value in html.items() if name.startswith("data-")}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WISHES.items() for value in sorted(values)]
)
def test_a_wish_holds_on_every_page_until_it_is_taken_back(client: FlaskClient, name: str, value: str) -> None:
    answer = client.get(f"/display?{name}={value}&next=/projects/?sort=name")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/projects/?sort=name")
    assert wishes(client)[name] == value
    assert wishes(client, "/projects/")[name] == value
    client.get(f"/display?{name}=")
    assert wishes(client) == {}


def test_the_plain_version_is_large_and_of_high_contrast(client: FlaskClient) -> None:
    client.get("/display?mode=plain")
    assert wishes(client) == {"mode": "plain", "text": "large", "contrast": "high"}


def test_other_values_are_no_wish(client: FlaskClient) -> None:
    answer = client.get("/display?text=huge&theme=pink&unknown=1")
    assert "Set-Cookie" not in answer.headers
    client.set_cookie("text", "huge")
    assert wishes(client) == {}


@pytest.mark.parametrize(
    "address",
    ["https://other.example/", "//other.example", "/\\other.example", "/a\r\nSet-Cookie: x=1", "javascript:1", "", "x"],
)
def test_nobody_is_led_off_the_site(client: FlaskClient, address: str) -> None:
    answer = client.get("/display", query_string={"text": "large", "next": address})
    assert answer.headers["Location"] == "/"


def test_the_switches_know_where_the_reader_is_and_what_is_on(client: FlaskClient) -> None:
    page = parse(client.get("/projects/?sort=name&words=路").text)
    assert [each["value"] for each in page.every("input") if each.get("name") == "next"] == [
        "/projects/?sort=name&words=%E8%B7%AF"
    ]
    pressed = {each["name"]: each["aria-pressed"] for each in page.every("button", "switch") if "aria-pressed" in each}
    assert pressed == {"text": "false", "contrast": "false", "mode": "false"}
    client.set_cookie("contrast", "high")
    page = parse(client.get("/projects/").text)
    button = next(each for each in page.every("button", "switch") if each["name"] == "contrast")
    assert (button["aria-pressed"], button["value"]) == ("true", "")


def test_the_page_cache_tells_apart_what_the_server_writes() -> None:
    assert keeping.DISPLAY_COOKIES == WISHES
