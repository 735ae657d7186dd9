import gzip
import re
from itertools import pairwise

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pages import addresses
from pages.words import TONES
from tests.pages.reading import Page, parse

LANGUAGES = ("zh-Hans", "zh-Hant", "en")


@pytest.fixture(scope="module")
def sheet(app: Flask) -> Page:
    return parse(app.test_client().get("/").text)


def rendered(app: Flask, call: str, module: str = "components", address: str = "/", **values: object) -> str:
    source = f'{{% import "pages/{module}.html" as macros %}}{{{{ macros.{call} }}}}'
    with app.test_request_context(address):
        return app.jinja_env.from_string(source).render(**values)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", ["/", "/form", "/form-with-errors", "/error"])
def test_every_page_is_whole_in_every_language(client: FlaskClient, path: str, lang: str) -> None:
    page = parse(client.get(f"{path}?lang={lang}").text)
    assert page.one("html")["lang"] == lang
    assert len(page.every("h1")) == 1
    assert page.every("title")[0].text.strip()
    assert page.one("main")["id"] == "main"
    assert page.every("a")[0]["href"] == "#main"
    ids = [element["id"] for element in page.elements if "id" in element]
    assert sorted(ids) == sorted(set(ids))


def test_nothing_is_inline(client: FlaskClient) -> None:
    for path in ("/", "/form", "/form-with-errors", "/error"):
        page = parse(client.get(path).text)
        assert page.every("style") == []
        assert all(script.get("src") for script in page.every("script"))
        assert [element for element in page.elements if "style" in element] == []
        assert [name for element in page.elements for name in element if name.startswith("on")] == []


def test_every_reference_has_its_target(sheet: Page) -> None:
    for element in sheet.elements:
        for name in ("aria-describedby", "aria-labelledby", "aria-controls", "for"):
            for target in element.get(name, "").split():
                assert sheet.by_id(target)


def test_headings_leave_out_no_level(sheet: Page) -> None:
    levels = [int(element.tag[1]) for element in sheet.elements if re.fullmatch(r"h[1-6]", element.tag)]
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_every_drawing_says_what_it_shows_or_is_hidden(sheet: Page) -> None:
    for drawing in sheet.every("svg"):
        if sheet.is_within(drawing, "svg") or drawing.get("aria-hidden") == "true":
            continue
        assert drawing["role"] == "img"
        assert drawing.get("aria-label") or drawing.get("aria-labelledby")


def test_big_drawings_have_their_data_in_a_table(sheet: Page) -> None:
    tables = sheet.every("details", "chart-data")
    assert len(tables) == 4
    assert all(sheet.inside(fold, "table") for fold in tables)


def test_status_is_a_word_and_a_shape_of_its_own(app: Flask) -> None:
    shapes, words = set(), set()
    for status in TONES:
        html = rendered(app, "status_badge(status)", status=status)
        shapes.add(re.sub(r"\s+", " ", html[html.index("<svg") : html.index("</svg>")]))
        words.add(parse(html).one("span", "badge").text.strip())
    assert len(shapes) == len(words) == len(TONES)


def test_a_card_says_everything_its_picture_does(app: Flask) -> None:
    funds = {"planned": 128_600_000, "arrived": 110_000_000, "disbursed": 86_100_000, "spent": 64_000_000}
    html = rendered(app, "time_against_task(52, 66, 'behind', funds, name='村村通')", "charts", funds=funds)
    page = parse(html)
    description = page.one("desc").text
    for said in ("52%", "66%", "滞后", "到位 110万元", "拨付 86.1万元", "支出 64万元"):
        assert said in description
    assert "村村通" in page.one("title").text
    assert "比时间进度慢 14 个百分点" in html
    key = {term.text: value.text.split()[0] for term, value in zip(page.every("dt"), page.every("dd"), strict=True)}
    assert key == {"今天应达": "66%", "计划": "128.6万元", "到位": "110万元", "拨付": "86.1万元", "支出": "64万元"}


def test_an_archive_record_shows_neither_tick_nor_judgement(app: Flask) -> None:
    html = rendered(app, "time_against_task(176)", "charts")
    assert "176%" in html
    assert 'class="tick"' not in html
    assert "badge" not in html
    bare = parse(rendered(app, "time_against_task(none)", "charts"))
    assert bare.every("svg") == []
    assert "未公布进度" in bare.one("figure").text


@pytest.mark.parametrize(
    ("expected", "words"),
    [(50, "比时间进度快 5.9 个百分点"), (55.9, "与时间进度持平"), (60, "比时间进度慢 4.1 个百分点")],
)
def test_the_gap_in_words(app: Flask, expected: float, words: str) -> None:
    assert words in rendered(app, "time_against_task(55.9, expected)", "charts", expected=expected)


def test_zero_is_a_figure_and_none_is_not(app: Flask) -> None:
    zero = rendered(app, "time_against_task(0, 41.7, 'seriously_behind')", "charts")
    assert ">0%<" in zero
    assert "fill-late" in zero
    assert "未公布" not in zero


def test_names_are_escaped_everywhere(app: Flask) -> None:
    evil = "<script>x</script>"
    for call, module in (
        ("time_against_task(5, name=evil)", "charts"),
        ("stage_strip([{'name': evil, 'reason': evil}])", "charts"),
        (
            "money_by_source([{'source': evil, 'planned': 1, 'arrived': 1, 'disbursed': 1, 'spent': 1}], evil)",
            "charts",
        ),
        ("diverging([{'name': evil, 'shares': [50, 50], 'n': 2}], [evil, evil], evil)", "charts"),
        ("ranks([{'name': evil, 'value': 5, 'low': 4, 'high': 6, 'rank': 1, 'best': 1, 'worst': 1}], evil)", "charts"),
        (
            "small_multiples([{'name': evil, 'points': [{'month': '2025-01', 'planned': 1, 'actual': 1}]}], evil)",
            "charts",
        ),
        ("table(evil, [{'label': evil}, {'label': evil}], [[evil, evil]])", "components"),
        ("photo('/x.webp', evil, 4, 3, evil, evil)", "components"),
        ("breadcrumb([(evil, '/'), (evil, none)])", "components"),
    ):
        html = rendered(app, call, module, evil=evil)
        assert "<script" not in html, call
        assert "&lt;script&gt;" in html, call
        parse(html)


@pytest.mark.parametrize(
    ("page", "pages", "numbers"),
    [
        (1, 1, []),
        (1, 3, ["1", "2", "3"]),
        (6, 12, ["1", "…", "5", "6", "7", "…", "12"]),
        (12, 12, ["1", "…", "11", "12"]),
    ],
)
def test_pagination(app: Flask, page: int, pages: int, numbers: list[str]) -> None:
    html = rendered(
        app, "pagination(page, pages)", page=page, pages=pages, address=f"/projects?status=behind&page={page}"
    )
    items = [item for item in parse(html).every("li") if "pagination-step" not in item.get("class", "")]
    assert [item.text.split()[-1] for item in items] == numbers
    links = [link["href"] for link in parse(html).every("a")]
    assert all(link.startswith("/projects?status=behind&page=") for link in links)


def test_filters_keep_their_choice_and_can_each_be_removed(app: Flask) -> None:
    facets = [
        {
            "name": "status",
            "label": "进度",
            "multiple": True,
            "options": [
                {"value": "behind", "label": "滞后", "count": 5, "selected": True},
                {"value": "done", "label": "已完成", "count": 1234, "selected": True},
            ],
        }
    ]
    address = "/projects?status=behind&status=done&page=3"
    form = parse(rendered(app, "filter_form(facets, '/projects')", address=address, facets=facets))
    assert [box["value"] for box in form.every("input") if "checked" in box] == ["behind", "done"]
    assert "1,234" in form.one("form").text
    assert "open" in form.one("details")
    chips = parse(rendered(app, "filter_chips(facets)", address=address, facets=facets))
    assert [chip["href"] for chip in chips.every("a")] == ["/projects?status=done", "/projects?status=behind"]


def test_cells_carry_their_headings_for_narrow_screens(app: Flask) -> None:
    columns = [{"label": "指标"}, {"label": "目标", "numeric": True}]
    page = parse(rendered(app, "table('目标任务', columns, [['路面', '22.5 公里']])", columns=columns))
    assert page.one("td")["data-label"] == "目标"
    assert [cell.get("scope") for cell in page.every("th")] == ["col", "col", "row"]


def test_photos_have_their_text_and_their_size(app: Flask) -> None:
    page = parse(rendered(app, "photo('/a.webp', '铺路', 800, 600, srcset='/b.webp 400w')"))
    image = page.one("img")
    assert (image["alt"], image["width"], image["height"], image["loading"]) == ("铺路", "800", "600", "lazy")
    assert image["sizes"]


def test_static_files_are_named_by_their_content(app: Flask, client: FlaskClient) -> None:
    with app.test_request_context("/"):
        address = addresses.static_url("base.css")
        with pytest.raises(FileNotFoundError):
            addresses.static_url("nothing.css")
    assert re.search(r"\?v=[0-9a-f]{12}$", address)
    with client.get(address) as kept, client.get("/static/pages/base.css") as unnamed:
        assert "immutable" in kept.headers["Cache-Control"]
        assert "immutable" not in unnamed.headers["Cache-Control"]


def test_addresses_keep_their_order_and_lose_what_is_empty(app: Flask) -> None:
    with app.test_request_context("/projects?a=1&b=2&b=3&page=4&q="):
        assert addresses.url_with(a=9) == "/projects?a=9&b=2&b=3&page=4"
        assert addresses.url_with(page=None, b=None) == "/projects?a=1"
        assert addresses.url_without("b", "2") == "/projects?a=1&b=3"
        assert addresses.url_with(a=None, b=None, page=None) == "/projects"


def test_first_view_is_light(client: FlaskClient) -> None:
    names = (
        "tokens.css",
        "base.css",
        "components.css",
        "records.css",
        "forms.css",
        "charts.css",
        "site.js",
        "display.js",
    )
    files = {name: (addresses.STATIC / name).read_bytes() for name in names}
    assert sum(len(gzip.compress(data)) for data in (client.get("/").data, *files.values())) < 40_000
    assert len(files["site.js"] + files["display.js"]) < 10_000


def test_record_texts_in_charts_are_converted_for_their_reader(app: Flask) -> None:
    html = rendered(app, "stage_strip([{'name': '竣工验收'}])", "charts", address="/?lang=zh-Hant")
    assert "竣工驗收" in html
