"""Schemes: those shipped, the kept example, and every mistake refused with its key."""

import pytest

from minsheng.opinion.errors import SchemeError
from minsheng.opinion.scheme_reading import read_scheme, shipped
from minsheng.opinion.schemes import (
    DEFAULT_SCHEME,
    Filter,
    ItemMethod,
    SuggestionItem,
    SurveyItem,
    Treatment,
    content_hash,
    shipped_names,
    shipped_text,
)
from minsheng.opinion.weighting import Method

from .samples import DATA

MINIMAL = """
[scheme]
id = "s"
version = "1"
[items.satisfaction]
question = "q"
method = "mean_of_points"
points = {good = 100, bad = 0}
[channels]
headline = ["phone"]
"""


def survey_item(name: str, key: str = "satisfaction") -> SurveyItem:
    item = shipped(name).items[key]
    assert isinstance(item, SurveyItem)
    return item


@pytest.mark.parametrize("name", shipped_names())
def test_every_shipped_scheme_reads_and_explains_itself(name: str) -> None:
    scheme = shipped(name)
    assert scheme.id == name
    assert scheme.title
    assert len(scheme.description) > 20
    assert scheme.weighting.method is Method.RAKE
    assert scheme.programme_item in scheme.items
    assert len(scheme.content_hash) == 64


def test_the_default_joins_surveys_and_suggestions() -> None:
    scheme = shipped(DEFAULT_SCHEME)
    assert shipped_names()[0] == DEFAULT_SCHEME
    assert dict(scheme.composite.weights) == {"satisfaction": 0.5, "awareness": 0.2, "suggestions": 0.3}
    assert isinstance(scheme.suggestion_item, SuggestionItem)
    assert [item.key for item in scheme.survey_items] == ["satisfaction", "awareness"]
    assert scheme.panels == ((1.0, ("phone", "paper_sample")),)


def test_the_sheet_of_2010_adds_up() -> None:
    sheet = shipped("anhui-2010").sheet
    assert sum(part.points * part.count for part in sheet) == 3500
    assert sum(part.count for part in sheet if part.key != "funding_guarantee") == 33
    assert [part.points for part in sheet if part.count == 1] == [120] * 5 + [100]


def test_one_distribution_scores_as_each_scheme_says() -> None:
    shares = {
        "very_satisfied": 6.9,
        "satisfied": 35.6,
        "neutral": 41.6,
        "dissatisfied": 12.4,
        "very_dissatisfied": 3.5,
    }

    def score(name: str) -> float:
        item = survey_item(name)
        points = item.points or dict.fromkeys(item.positive, 100.0)
        return round(sum(share * points.get(option, 0) / 100 for option, share in shares.items()), 2)

    names = ("top-two", "points-100-75-50-25-0", "points-100-80-60-30-0", "top-three")
    assert [score(name) for name in names] == [42.5, 57.5, 64.06, 84.1]


def test_a_name_that_is_not_shipped() -> None:
    with pytest.raises(KeyError):
        shipped("../default")


def test_the_kept_example_reads() -> None:
    scheme = read_scheme((DATA / "scheme.example.toml").read_text(encoding="utf-8"))
    assert scheme.is_locked
    satisfaction = scheme.items["satisfaction"]
    assert isinstance(satisfaction, SurveyItem)
    assert satisfaction.filter == "aware"
    assert scheme.filters["aware"] == Filter("q_aware", ("know_well", "heard"))
    assert satisfaction.nonsubstantive["dont_know"] is Treatment.EXCLUDE
    assert scheme.weighting.variables == ("area", "age3", "sex")


def test_a_scheme_of_one_item_needs_no_composite() -> None:
    scheme = read_scheme(MINIMAL)
    assert dict(scheme.composite.weights) == {"satisfaction": 1.0}
    assert scheme.weighting.method is Method.NONE
    assert scheme.programme_item == ""


def test_a_blend_is_declared_by_channel() -> None:
    text = MINIMAL + "blend = {phone = 0.6, paper_sample = 0.4}\n"
    assert read_scheme(text).panels == ((0.6, ("phone",)), (0.4, ("paper_sample",)))


def test_the_hash_follows_the_text_but_not_the_line_ends() -> None:
    text = shipped_text(DEFAULT_SCHEME)
    assert content_hash(text) == content_hash(text.replace("\n", "\r\n"))
    assert content_hash(text) != content_hash(text.replace("0.5", "0.6"))


def test_a_byte_order_mark_is_no_mistake() -> None:
    assert read_scheme("\ufeff" + MINIMAL).id == read_scheme(MINIMAL).id


def test_points_may_stand_for_dont_know() -> None:
    text = MINIMAL.replace("[channels]", "nonsubstantive = {dont_know = 50}\n[channels]")
    item = read_scheme(text).items["satisfaction"]
    assert isinstance(item, SurveyItem)
    assert item.nonsubstantive == {"dont_know": 50}
    assert item.method is ItemMethod.MEAN_OF_POINTS


ITEM = "[items.awareness]\nquestion = 'a'\nmethod = 'share'\npositive = ['yes']\n"
EMPTY = ITEM.replace("['yes']", "[]")
AGAIN = ITEM.replace("'a'", "'q'") + "filter = 'aware'\n"


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("[scheme]", "[scheme", "file"),
        ('[scheme]\nid = "s"\nversion = "1"', "", "scheme"),
        ('id = "s"', "", "scheme.id"),
        ('id = "s"', "id = 3", "scheme.id"),
        ('id = "s"', 'id = " "', "scheme.id"),
        ('id = "s"', 'id = "s"\ncolour = 1', "scheme.colour"),
        ('id = "s"', 'id = "s"\nlocked = 1', "scheme.locked"),
        ("[channels]", "[extra]\n[channels]", "extra"),
        ('question = "q"', "", "items.satisfaction.question"),
        ('"mean_of_points"', '"median"', "items.satisfaction.method"),
        ("bad = 0", "bad = 101", "items.satisfaction.points.bad"),
        ("bad = 0", "bad = true", "items.satisfaction.points.bad"),
        ("bad = 0", "bad = nan", "items.satisfaction.points.bad"),
        (", bad = 0", "", "items.satisfaction.points"),
        ("points = {good = 100, bad = 0}", "points = 3", "items.satisfaction.points"),
        ("[channels]", "filter = 'aware'\n[channels]", "items.satisfaction.filter"),
        ("[channels]", f"{EMPTY}[channels]", "items.awareness.positive"),
        ("[channels]", "[items.composite]\nsource = 'suggestions'\n[channels]", "items.composite"),
        ("[channels]", "[items.' ']\nsource = 'suggestions'\n[channels]", "items"),
        ("[channels]", f"{AGAIN}[channels]", "items.awareness.filter"),
        ("[channels]", "[filters.old]\nquestion = 'age'\noptions = []\n[channels]", "filters.old.options"),
        ("[channels]", "[filters.all]\nquestion = 'age'\noptions = ['60']\n[channels]", "filters.all"),
        ("[scheme]", f"deep = {'[' * 5000}\n[scheme]", "file"),
        ("[channels]", "nonsubstantive = {dk = 'skip'}\n[channels]", "items.satisfaction.nonsubstantive.dk"),
        ("[channels]", "nonsubstantive = {bad = 0}\n[channels]", "items.satisfaction.nonsubstantive.bad"),
        ("[channels]", f"{ITEM}[channels]", "composite.weights"),
        ("[channels]", f"{ITEM}[composite]\nweights = {{awareness = 0.5}}\n[channels]", "composite.weights"),
        ("[channels]", "[composite]\nweights = {other = 1}\n[channels]", "composite.weights.other"),
        (
            "[channels]",
            "[items.s]\nsource = 'suggestions'\n[composite]\nweights = {s = 1}\n[channels]",
            "composite.weights",
        ),
        ('headline = ["phone"]', "", "channels.headline"),
        ('"phone"', '"web"', "channels.headline"),
        ('"phone"', '"phone", "phone"', "channels.headline"),
        ('["phone"]', "[]", "channels.headline"),
        ('["phone"]', '["phone"]\nblend = {phone = 0.5}', "channels.blend"),
        ('["phone"]', '["phone"]\nblend = {fax = 1}', "channels.blend.fax"),
        ('["phone"]', '["phone"]\nblend = "some"', "channels.blend"),
        ("[channels]", "[weighting]\nmethod = 'rake'\n[channels]", "weighting.margins"),
        ("[channels]", "[weighting]\nmargins = ['area']\n[channels]", "weighting.margins"),
        ("[channels]", "[weighting]\ntrim = [1.5, 3]\n[channels]", "weighting.trim"),
        ("[channels]", "[weighting]\ntrim = [0.3]\n[channels]", "weighting.trim"),
        ("[channels]", "[weighting]\ntrim = [0.3, inf]\n[channels]", "weighting.trim"),
        ("[channels]", "[weighting]\nmax_iter = 101\n[channels]", "weighting.max_iter"),
        (
            "[channels]",
            "[weighting]\nmethod='rake'\nmargins=['area']\nneighbours={age={a='b'}}\n[channels]",
            "weighting.neighbours.age",
        ),
        ("[channels]", "[inference]\nlevel = 1\n[channels]", "inference.level"),
        ("[channels]", "[rank]\nmethod = 'guess'\n[channels]", "rank.method"),
        ("[channels]", "[publish]\nk_anon = 3\n[channels]", "publish.k_anon"),
        ("[channels]", "[publish]\ncomplementary = false\n[channels]", "publish.complementary"),
        ("[channels]", "[sheet]\ntotal = 5\nparts = [{key='a', title='A', points=4}]\n[channels]", "sheet.total"),
        ("[channels]", "[sheet]\nparts = 3\n[channels]", "sheet.parts"),
        ("[channels]", "[programmes]\nitem = 'other'\n[channels]", "programmes.item"),
    ],
)
def test_every_mistake_is_refused_with_its_key(old: str, new: str, key: str) -> None:
    assert old in MINIMAL
    with pytest.raises(SchemeError) as raised:
        read_scheme(MINIMAL.replace(old, new, 1))
    assert raised.value.key == key
    assert raised.value.problem
