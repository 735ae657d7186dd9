"""Finding places by printed names, and creating them with what is above them."""

import csv

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.importing.divisions import DATA, STATISTICAL_ONLY, Gazetteer, PlaceNames, ensure, gazetteer
from minsheng.importing.names import stem, tidy
from minsheng.outbox import RecordKind, SearchOutbox
from minsheng.records.places import Division, DivisionLevel


def found(*names: str | None) -> str:
    """Return the chain of places these names lead to."""
    placement = gazetteer().find(PlaceNames(*names))
    return "/".join(step.name for step in gazetteer().chain(placement.place)) if placement.place else ""


@pytest.mark.parametrize(
    ("names", "chain"),
    [
        (("重庆市", None, "万州区"), "重庆市/万州区"),
        (("重庆", "市辖区", "万州"), "重庆市/万州区"),
        (("重庆市", "重庆市", "云阳县"), "重庆市/云阳县"),
        (("内蒙古", "呼伦贝尔", "鄂温克旗"), "内蒙古自治区/呼伦贝尔市/鄂温克族自治旗"),
        (("广西", "贵港", "覃塘", "樟木镇"), "广西壮族自治区/贵港市/覃塘区/樟木镇"),
        (("云南省", "文山州", "马关县", "八寨镇"), "云南省/文山壮族苗族自治州/马关县/八寨镇"),
        (("贵州省", "黔东南州"), "贵州省/黔东南苗族侗族自治州"),
        (("贵州省", "安顺市", "关岭自治县"), "贵州省/安顺市/关岭布依族苗族自治县"),
        (("湖北省", None, "仙桃市"), "湖北省/仙桃市"),
        (("湖北省", "仙桃市"), "湖北省/仙桃市"),
        (("湖北省", "仙桃市", "仙桃市"), "湖北省/仙桃市"),
        (("广东省", "东莞市", None, "长安镇"), "广东省/东莞市/长安镇"),
        (("甘肃", "嘉峪关市"), "甘肃省/嘉峪关市"),
        (("上海市", None, "浦东新区"), "上海市/浦东新区"),
        (("台灣",), "台湾省"),
        (("香港特別行政區", None, "觀塘區"), "香港特别行政区/观塘区"),
        (("澳门",), "澳门特别行政区"),
        (("江苏省", "常州市", "天宁区", "雕庄街道办事处"), "江苏省/常州市/天宁区/雕庄街道"),
        (("陕西省", "咸阳市", "乾县"), "陕西省/咸阳市/乾县"),
        (("安徽省", "淮南市", "寿县"), "安徽省/淮南市/寿县"),
        ((None, "宁波市"), "浙江省/宁波市"),
        ((None, None, "万州区"), "重庆市/万州区"),
        (("江苏", "淮安", "淮安"), "江苏省/淮安市/淮安区"),
        (("湖南", "长沙", "长沙县"), "湖南省/长沙市/长沙县"),
    ],
)
def test_printed_names_lead_to_the_place(names: tuple[str | None, ...], chain: str) -> None:
    placement = gazetteer().find(PlaceNames(*names))
    assert found(*names) == chain
    assert not placement.unmatched
    assert not placement.renamed


@pytest.mark.parametrize(
    ("names", "chain", "renamed"),
    [
        (("湖南省", "株洲市", "株洲县"), "湖南省/株洲市/渌口区", {"株洲县": "渌口区"}),
        (("四川省", "遂宁市", "射洪县"), "四川省/遂宁市/射洪市", {"射洪县": "射洪市"}),
        (("浙江省", "宁波市", "江东区"), "浙江省/宁波市/鄞州区", {"江东区": "鄞州区"}),
        (("江西省", "九江市", "庐山区"), "江西省/九江市/濂溪区", {"庐山区": "濂溪区"}),
        (("湖北省", "襄樊市", "襄阳区"), "湖北省/襄阳市/襄州区", {"襄樊市": "襄阳市", "襄阳区": "襄州区"}),
        (("安徽省", "六安市", "寿县"), "安徽省/淮南市/寿县", {"六安市": "淮南市"}),
        (("西藏", "那曲地区"), "西藏自治区/那曲市", {"那曲地区": "那曲市"}),
    ],
)
def test_earlier_names_lead_to_todays_place_and_say_so(
    names: tuple[str, ...], chain: str, renamed: dict[str, str]
) -> None:
    assert found(*names) == chain
    assert gazetteer().find(PlaceNames(*names)).renamed == renamed


@pytest.mark.parametrize(
    ("names", "chain", "unmatched"),
    [
        ((None, None, None, "东岳镇"), "", ["东岳镇"]),
        ((None, None, "城关区"), "", ["城关区"]),
        (("乌有省", "宁波市"), "", ["乌有省", "宁波市"]),
        (("四川省", "乌有市", "南江县"), "四川省", ["乌有市", "南江县"]),
        (("新疆", "伊犁州", "伊宁"), "新疆维吾尔自治区/伊犁哈萨克自治州", ["伊宁"]),
        (("台湾省", "高雄市"), "台湾省", ["高雄市"]),
        (("浙江省", "衢州市", "江山市", "乌有乡"), "浙江省/衢州市/江山市", ["乌有乡"]),
        (("四川省", None, None, "东岳镇"), "四川省", ["东岳镇"]),
        ((), "", []),
    ],
)
def test_what_is_not_certain_is_handed_back(names: tuple[str | None, ...], chain: str, unmatched: list[str]) -> None:
    assert found(*names) == chain
    assert list(gazetteer().find(PlaceNames(*names)).unmatched.values()) == unmatched


def test_every_place_finds_itself_by_its_full_names() -> None:
    places = gazetteer()
    with (DATA / "divisions.csv").open(encoding="utf-8", newline="") as file:
        codes = [entry["code"] for entry in csv.DictReader(file)]
    assert len(codes) > 3000
    lost = []
    for code in codes:
        names = {step.level.value: step.name for step in places.chain(places[code])}
        placement = places.find(PlaceNames(**names))
        if placement.place != places[code] or placement.unmatched or placement.renamed:
            lost.append(names)
    assert lost == []


def test_the_list_holds_no_rows_that_are_no_places() -> None:
    with (DATA / "divisions.csv").open(encoding="utf-8", newline="") as file:
        entries = list(csv.DictReader(file))
    assert not {entry["name"] for entry in entries} & STATISTICAL_ONLY
    assert [entry["name"] for entry in entries if entry["level"] == "province"].count("重庆市") == 1
    assert all((entry["parent"] == "") == (entry["level"] == "province") for entry in entries)


def test_former_names_lead_to_places_in_the_list_and_are_no_longer_in_use() -> None:
    places = gazetteer()
    with (DATA / "former_names.csv").open(encoding="utf-8", newline="") as file:
        entries = list(csv.DictReader(file))
    for entry in entries:
        today = places[entry["code"]]
        assert entry["within"] in {step.code for step in places.chain(today)}, entry
        assert today.level is DivisionLevel(entry["level"])
        assert today.name != entry["former"]
        assert entry["change"] in {"renamed", "merged"}
        assert 2000 <= int(entry["year"]) <= 2023


@pytest.mark.parametrize(
    ("name", "level", "short"),
    [
        ("寿县", DivisionLevel.COUNTY, "寿县"),
        ("浦东新区", DivisionLevel.COUNTY, "浦东"),
        ("内蒙古自治区", DivisionLevel.PROVINCE, "内蒙古"),
        ("新疆维吾尔自治区", DivisionLevel.PROVINCE, "新疆"),
        ("积石山保安族东乡族撒拉族自治县", DivisionLevel.COUNTY, "积石山"),
        ("东乡族自治县", DivisionLevel.COUNTY, "东乡"),
        ("沧州市", DivisionLevel.CITY, "沧州"),
        ("沧州", DivisionLevel.CITY, "沧州"),
    ],
)
def test_stems(name: str, level: DivisionLevel, short: str) -> None:
    assert stem(name, level) == short


def test_tidy_makes_one_form() -> None:
    assert tidy(" 臺灣　省 ") == "台湾省"
    assert tidy("科技城（东渚街道）") == tidy("科技城(东渚街道)")


def test_ensure_creates_the_place_and_what_is_above_once(session: Session) -> None:
    township = ensure(session, PlaceNames("浙江省", "衢州市", "江山市", "大陈乡"))
    again = ensure(session, PlaceNames("浙江", "衢州", "江山", "大陈乡"))
    session.commit()
    assert township is not None
    assert township is again
    assert township.full_name == "浙江省衢州市江山市大陈乡"
    assert [step.code for step in township.chain] == ["330000", "330800", "330881", township.code]
    assert township.path == f"330000/330800/330881/{township.code}/"
    assert session.scalar(sa.select(sa.func.count()).select_from(Division)) == 4
    announced = session.scalars(sa.select(SearchOutbox.record_id).where(SearchOutbox.kind == RecordKind.DIVISION))
    assert sorted(announced) == sorted(step.id for step in township.chain)


def test_ensure_makes_nothing_of_names_that_are_not_certain(session: Session) -> None:
    assert ensure(session, PlaceNames("浙江省", "乌有市")) is None
    assert ensure(session, PlaceNames()) is None
    assert session.scalar(sa.select(sa.func.count()).select_from(Division)) == 0


def test_the_municipality_stands_directly_above_its_districts(session: Session) -> None:
    district = ensure(session, PlaceNames("重庆市", None, "万州区"))
    assert district is not None
    assert [step.name for step in district.chain] == ["重庆市", "万州区"]


def test_another_list_can_be_loaded(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("list")
    (folder / "divisions.csv").write_text("code,name,level,parent\n990000,示例省,province,\n", encoding="utf-8")
    (folder / "former_names.csv").write_text("former,level,within,code,year,change\n", encoding="utf-8")
    own = Gazetteer.load(folder)
    placement = own.find(PlaceNames("示例省"))
    assert placement.place is not None
    assert placement.place.code == "990000"
    assert own.find(PlaceNames("浙江省")).place is None
