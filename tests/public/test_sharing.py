"""What others get of a page: its one address, cards, structured data, the embedded card, the citation."""

import io
import json

import pytest
from flask.testing import FlaskClient
from PIL import Image

from minsheng.records.publication import Origin
from tests.factories import Make
from tests.pages.reading import Page, parse
from tests.public.conftest import Reader

pytestmark = pytest.mark.usefixtures("standing_clock")
HOSTILE = "</script><script>alert(1)</script><!-- & \u2028 \" ' 路"


def meta(page: Page, name: str) -> str:
    (found,) = [each["content"] for each in page.every("meta") if name in {each.get("property"), each.get("name")}]
    return found


def canonical(page: Page) -> str:
    (found,) = [link["href"] for link in page.every("link") if link.get("rel") == "canonical"]
    return found


def structured(page: Page) -> list[dict[str, object]]:
    return [json.loads(each.text) for each in page.every("script") if each.get("type") == "application/ld+json"]


@pytest.mark.parametrize(
    ("asked", "one"),
    [
        ("/projects/road?lang=en&utm_source=x&board=1001-ABCDEF", "/projects/road"),
        ("/projects/?category=transport&utm_campaign=y&sort=gap&page=1", "/projects/?category=transport"),
        ("/projects/?page=0x", "/projects/"),
        ("/suggestions/?state=open&fbclid=1", "/suggestions/?state=open"),
        ("/?gclid=5", "/"),
    ],
)
def test_each_page_has_one_address(client: FlaskClient, make: Make, asked: str, one: str) -> None:
    make.project(slug="road")
    assert canonical(parse(client.get(asked).text)) == f"http://localhost{one}"


def test_every_language_is_named_with_the_page_itself(make: Make, read: Reader) -> None:
    make.project(slug="road")
    ways = {link["hreflang"]: link["href"] for link in read("/projects/road?x=1").every("link") if "hreflang" in link}

    assert set(ways) == {"zh-Hans", "zh-Hant", "en", "x-default"}
    assert ways["en"] == "http://localhost/projects/road?lang=en"
    assert ways["x-default"] == "http://localhost/projects/road"


def test_the_sites_own_address_stands_in_for_any_host(client: FlaskClient, make: Make) -> None:
    import dataclasses  # noqa: PLC0415 - only here

    from pages.services import EXTENSION  # noqa: PLC0415 - only here

    make.project(slug="road")
    known = client.application.extensions[EXTENSION]
    client.application.extensions[EXTENSION] = dataclasses.replace(known, public_address="https://minsheng.example")
    page = parse(client.get("/projects/road", headers={"Host": "evil.example"}).text)

    assert canonical(page) == "https://minsheng.example/projects/road"
    assert meta(page, "og:image") == "https://minsheng.example/projects/road/card.png"
    assert "evil.example" not in page.one("head").text


def test_hostile_titles_stay_text_in_the_structured_data(make: Make, read: Reader) -> None:
    make.project(slug="hostile", title=HOSTILE, summary=HOSTILE)
    page = read("/projects/hostile")
    about = next(each for each in structured(page) if each["@type"] == "GovernmentService")

    assert about["name"] == HOSTILE
    assert all("src" in each or each.get("type") == "application/ld+json" for each in page.every("script"))
    assert meta(page, "og:title").startswith("</script><script>alert(1)</script>")
    assert not [each for each in page.every("script") if "alert" in each.text and "type" not in each]


def test_projects_places_agencies_programmes_and_data_are_described(make: Make, read: Reader) -> None:
    project = make.project(slug="road", agency=make.agency())
    assert project.agency is not None
    assert project.division is not None
    kinds = {
        "/": "WebSite",
        "/projects/road": "GovernmentService",
        f"/programmes/{project.programme.slug}": "CollectionPage",
        f"/places/{project.division.code}": "AdministrativeArea",
        f"/agencies/{project.agency.slug}": "GovernmentOrganization",
        "/data/": "Dataset",
    }
    for address, kind in kinds.items():
        blocks = structured(read(address))
        assert kind in {block["@type"] for block in blocks}, address
        assert all(block["@context"] == "https://schema.org" for block in blocks)
    assert structured(read("/about/privacy")) == []


def test_a_compiled_record_claims_no_service(make: Make, read: Reader) -> None:
    make.project(slug="archive", origin=Origin.COMPILED, source_title="某县通报")
    kinds = {block["@type"] for block in structured(read("/projects/archive"))}
    assert "GovernmentService" not in kinds
    assert "CreativeWork" in kinds


@pytest.mark.parametrize("address", ["/projects/road/card.png", "/projects/archive/card.png", "/card.png"])
def test_cards_are_pictures_of_the_right_size(client: FlaskClient, make: Make, address: str) -> None:
    make.published_report(make.project(slug="road"))
    make.project(slug="archive", origin=Origin.COMPILED, source_title="某县通报")
    answer = client.get(address)
    picture = Image.open(io.BytesIO(answer.data))

    assert (picture.format, picture.size) == ("PNG", (1200, 630))
    assert len(answer.data) < 100_000
    assert client.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_programmes_and_places_have_cards(client: FlaskClient, make: Make) -> None:
    project = make.project()
    assert project.division is not None
    for address in (f"/programmes/{project.programme.slug}/card.png", f"/places/{project.division.code}/card.png"):
        assert client.get(address).mimetype == "image/png"
    assert client.get("/projects/none/card.png").status_code == 404
    assert client.get("/places/000000/card.png").status_code == 404


def test_a_card_follows_what_is_published(client: FlaskClient, make: Make) -> None:
    project = make.project(slug="road")
    before = client.get("/projects/road/card.png")
    assert client.get("/projects/road/card.png").headers["ETag"] == before.headers["ETag"]
    project.title = "换了名称的项目"

    after = client.get("/projects/road/card.png")
    assert after.headers["ETag"] != before.headers["ETag"]
    assert after.data != before.data


def test_only_the_embedded_card_may_be_framed_and_it_can_do_nothing(client: FlaskClient, make: Make) -> None:
    make.published_report(make.project(slug="road"))
    answer = client.get("/projects/road/embed?in=en&theme=dark")
    policy = answer.headers["Content-Security-Policy"]
    page = parse(answer.text)

    assert "frame-ancestors *" in policy
    assert "script-src" not in policy
    assert "form-action 'none'" in policy
    assert "Set-Cookie" not in answer.headers
    assert not page.every("script")
    assert not page.every("form")
    assert page.one("html")["lang"] == "en"
    assert page.one("html")["data-theme"] == "dark"
    assert {link.get("target") for link in page.every("a")} == {"_blank"}
    assert "frame-ancestors 'none'" in client.get("/projects/road").headers["Content-Security-Policy"]


def test_a_theme_that_makes_no_sense_is_no_theme(client: FlaskClient, make: Make) -> None:
    make.project(slug="road")
    page = parse(client.get('/projects/road/embed?theme="><script>').text)
    assert "data-theme" not in page.one("html")


def test_programs_find_how_to_embed(client: FlaskClient, make: Make) -> None:
    make.project(slug="road", title='路 "><script>')
    answer = client.get("/oembed?url=http://localhost/projects/road&maxwidth=300").get_json()
    frame = parse(answer["html"])

    assert answer["type"] == "rich"
    assert frame.one("iframe")["src"] == "http://localhost/projects/road/embed"
    assert answer["width"] == 300
    assert not frame.every("script")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "http://localhost/",
        "http://localhost/admin/",
        "http://evil.example/projects/road",
        "javascript:alert(1)",
        "http://localhost/projects/draft",
        "http://[::1/projects/road",
        "http://localhost/projects/road/../../admin",
    ],
)
def test_no_other_address_is_embedded(client: FlaskClient, make: Make, address: str) -> None:
    make.project(slug="road")
    make.project(slug="draft", published=False)
    assert client.get("/oembed", query_string={"url": address}).status_code == 404
    assert client.get("/oembed", query_string={"url": address, "format": "xml"}).status_code == 501


def test_a_project_can_be_cited_and_taken_along(make: Make, read: Reader) -> None:
    make.published_report(make.project(slug="road", title="村村通", agency=make.agency(name="某县交通局")))
    make.project(slug="archive", title="旧项目", origin=Origin.COMPILED, source_title="某县通报")
    own, archive = read("/projects/road"), read("/projects/archive")

    assert own.one("p", "citation").text == (
        "《村村通》，某县交通局，民生·民声，数字截至 2026年5月，http://localhost/projects/road，2026年6月10日 查阅。"
    )
    assert "<iframe" in own.one("code", "embed-code").text
    assert "据《某县通报》整理" in archive.one("p", "citation").text
    assert [link for link in own.every("a") if link.get("href") == "/projects/road/board"]
    assert not [link for link in archive.every("a") if link.get("href", "").endswith("/board")]
