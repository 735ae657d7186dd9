"""Reading OC4IDS: what is out comes in again, and no file, however broken, breaks the reader."""

import copy
import dataclasses
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from minsheng.errors import InvalidFileError
from minsheng.exporting import oc4ids as exporting
from minsheng.importing.oc4ids import read_file
from minsheng.importing.oc4ids_files import MOST_PROJECTS
from minsheng.importing.oc4ids_nodes import RepairCode, number_in
from minsheng.importing.oc4ids_records import ReadProject
from tests.conftest import AT
from tests.factories import Make
from tests.minsheng.oc4ids_projects import PUBLISHER, full
from tests.minsheng.oc4ids_schema import OUTSIDE

REAL = OUTSIDE / "ProjectRelease-oc4ids-gx3fo2-000004-v000005.json"
PROJECT: dict[str, Any] = {
    "id": "oc4ids-abc123-1",
    "title": "石桥小学扩建",
    "description": "新建教学楼",
    "status": "implementation",
    "type": "expansion",
    "sector": ["education"],
    "period": {"startDate": "2026-01-01T00:00:00+08:00", "endDate": "2026-12-31T00:00:00+08:00"},
    "publicAuthority": {"id": "a", "name": "县教育局"},
    "locations": [{"id": "1", "geometry": {"type": "Point", "coordinates": [104.5, 30.1]}}],
    "budget": {
        "amount": {"amount": 1234567.89, "currency": "CNY"},
        "budgetBreakdowns": [
            {
                "id": "sources",
                "budgetBreakdown": [
                    {"id": "1", "description": "县级财政资金", "amount": {"amount": 1000000, "currency": "CNY"}}
                ],
            }
        ],
    },
    "forecasts": [
        {"id": "seats", "title": "新增学位", "observations": [{"id": "t", "measure": "500", "unit": {"name": "个"}}]}
    ],
    "metrics": [{"id": "seats", "title": "新增学位", "observations": [{"id": "2026-05", "measure": "120"}]}],
    "milestones": [{"id": "1", "title": "开工", "type": "delivery", "dueDate": "2026-02-01T00:00:00+08:00"}],
    "contractingProcesses": [
        {
            "id": "c1",
            "summary": {
                "title": "施工",
                "suppliers": [{"id": "s", "name": "某建筑公司"}],
                "contractValue": {"amount": 900000.5, "currency": "CNY"},
                "milestones": [{"id": "signed", "dateMet": "2026-01-15T00:00:00+08:00"}],
                "transactions": [
                    {"id": "p", "date": "2026-03-01T00:00:00+08:00", "value": {"amount": 1.5, "currency": "CNY"}}
                ],
            },
        }
    ],
}


def read(*projects: Any) -> tuple[list[ReadProject], dict[str, str]]:
    """Read projects of a package; return them and the repairs by path."""
    data = json.dumps({"uri": "x", "version": "0.9", "projects": list(projects)})
    found, repairs = read_file(data.encode())
    return found, {path: code for _number, code, path, _value in repairs}


def changed(path: str, value: Any) -> dict[str, Any]:
    """Return the project with another value at a path such as ``budget.amount``."""
    project = copy.deepcopy(PROJECT)
    *above, last = path.split(".")
    node: Any = project
    for step in above:
        node = node[int(step)] if step.isdigit() else node[step]
    node[int(last) if last.isdigit() else last] = value
    return project


def test_a_good_project_needs_no_repair() -> None:
    (project,), repairs = read(PROJECT)
    assert repairs == {}
    assert project.values == {
        "title": "石桥小学扩建",
        "summary": "新建教学楼",
        "quality_standard": "",
        "planned_start": "2026-01-01",
        "planned_finish": "2026-12-31",
        "kind": "works",
        "category": "education",
        "latitude": "30.1",
        "longitude": "104.5",
        "total_investment_fen": 123_456_789,
    }
    assert project.stage == "under_way"
    assert project.funding_lines == [
        {"source": "county", "kind": "funds", "label": "县级财政资金", "planned_fen": 100_000_000}
    ]
    assert project.milestones == [{"kind": "start", "planned_on": "2026-02-01"}]
    assert project.contracts[0]["payments"] == [{"paid_on": "2026-03-01", "amount_fen": 150}]
    assert project.observed == [{"month": "2026-05", "figure": "seats", "target": 0, "value": "120"}]


@pytest.mark.parametrize(
    ("path", "value", "code", "column", "arrives"),
    [
        ("budget.amount.amount", "1,234,567.89", RepairCode.TEXT_AS_NUMBER, "total_investment_fen", 123_456_789),
        ("budget.amount.amount", "1.234.567,89", RepairCode.TEXT_AS_NUMBER, "total_investment_fen", 123_456_789),
        ("budget.amount.amount", "约一百万", RepairCode.NOT_A_NUMBER, "total_investment_fen", None),
        ("budget.amount.amount", 10.005, RepairCode.TOO_PRECISE, "total_investment_fen", None),
        ("budget.amount.amount", 0.1 + 0.2, RepairCode.FLOAT_NOISE, "total_investment_fen", 30),
        ("budget.amount.amount", -5, RepairCode.NEGATIVE, "total_investment_fen", None),
        ("budget.amount.amount", True, RepairCode.WRONG_TYPE, "total_investment_fen", None),
        ("budget.amount.amount", float("nan"), RepairCode.NOT_A_NUMBER, "total_investment_fen", None),
        ("budget.amount.amount", 10**40, RepairCode.OUT_OF_RANGE, "total_investment_fen", None),
        ("budget.amount", 1234, RepairCode.BARE_AMOUNT, "total_investment_fen", None),
        ("budget.amount.currency", "人民币", RepairCode.CURRENCY_FORM, "total_investment_fen", 123_456_789),
        ("period.startDate", "2026-01-01", RepairCode.DATE_FORM, "planned_start", "2026-01-01"),
        ("period.startDate", "2026年1月1日", RepairCode.DATE_FORM, "planned_start", "2026-01-01"),
        ("period.startDate", "31/01/2026", RepairCode.DATE_FORM, "planned_start", "2026-01-31"),
        ("period.startDate", "02/01/2026", RepairCode.AMBIGUOUS_DATE, "planned_start", None),
        ("period.startDate", "2026-02-30T00:00:00Z", RepairCode.BAD_DATE, "planned_start", None),
        ("period.startDate", "0001-01-01T00:00:00", RepairCode.BAD_DATE, "planned_start", None),
        ("period.startDate", "2025-12-31T16:00:00Z", RepairCode.DAY_IN_CHINA, "planned_start", "2026-01-01"),
        ("title", 2026, RepairCode.NUMBER_AS_TEXT, "title", "2026"),
        ("title", "石桥\u0000小学\ud800", RepairCode.TEXT_CLEANED, "title", "石桥小学"),
        ("sector", "education", RepairCode.WRAPPED, "category", "education"),
        ("sector", ["wizardry"], RepairCode.UNKNOWN_CODE, "category", "other"),
        ("type", "Expansion ", RepairCode.CODE_FORM, "kind", "works"),
    ],
)
def test_each_repair_names_its_path(path: str, value: Any, code: RepairCode, column: str, arrives: Any) -> None:
    project, repairs = read(changed(path, value))
    wanted = (
        "projects[0]." + path + (".amount" if path == "budget.amount" and code is not RepairCode.BARE_AMOUNT else "")
    )
    assert repairs[wanted] == code
    assert project[0].values.get(column) == arrives


def test_foreign_money_is_kept_out_and_says_so() -> None:
    project = changed("budget.amount.currency", "MXN")
    project["budget"]["budgetBreakdowns"][0]["budgetBreakdown"][0]["amount"].pop("currency")
    (found,), repairs = read(project)
    assert "total_investment_fen" not in found.values
    assert found.funding_lines == []
    assert repairs["projects[0].budget.amount.amount"] == RepairCode.FOREIGN_CURRENCY
    line = "projects[0].budget.budgetBreakdowns[0].budgetBreakdown[0].amount.amount"
    assert repairs[line] == RepairCode.FOREIGN_CURRENCY


def test_money_without_a_currency_is_not_taken_for_yuan() -> None:
    project = copy.deepcopy(PROJECT)
    project["budget"] = {"amount": {"amount": 5}}
    (found,), repairs = read(project)
    assert "total_investment_fen" not in found.values
    assert repairs["projects[0].budget.amount.amount"] == RepairCode.NO_CURRENCY


def test_people_are_not_read() -> None:
    project = changed(
        "publicAuthority", {"name": "县教育局", "contactPoint": {"name": "李某", "telephone": "13800000000"}}
    )
    project["parties"] = [{"id": "a", "roles": ["supplier"], "contactPoint": {"email": "li@example.com"}}]
    (found,), repairs = read(project)
    assert repairs["projects[0].publicAuthority.contactPoint"] == RepairCode.PERSONAL_DATA
    assert repairs["projects[0].parties[0]"] == RepairCode.PERSONAL_DATA
    assert "李某" not in json.dumps(dataclasses.asdict(found), ensure_ascii=False)


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ('{"projects":[{"id":"a"},{"id":"b"}]}', ["projects[0]", "projects[1]"]),
        ('[{"id":"a"}]', ["[0]"]),
        ('{"id":"a","title":"b"}', [""]),
        ('{"id":"a"}\n{"id":"b"}\n', ["", "(2)"]),
        ('{"projects":{"id":"a"}}', ["projects"]),
        ('\ufeff{"projects":[{"id":"a"}]}', ["projects[0]"]),
    ],
)
def test_packages_lists_and_single_projects(text: str, paths: list[str]) -> None:
    found, _repairs = read_file(text.encode())
    assert [one.path for one in found] == paths


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_other_encodings_are_read_and_noted(encoding: str) -> None:
    found, repairs = read_file(json.dumps({"projects": [PROJECT]}, ensure_ascii=False).encode(encoding))
    assert found[0].title == "石桥小学扩建"
    assert repairs[0][1] == RepairCode.ENCODING


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"[" * 200_000, "too_deep"),
        (b'{"projects":[{"id":1}', "not_json"),
        (b'{"projects":[}', "not_json"),
        (b"hello", "not_json"),
        (b"\x81\xff\xfe\x00\x81", "not_text"),
        (b'{"projects":[]}', "no_projects"),
        (b"[" + b"{}," * MOST_PROJECTS + b"{}]", "too_many"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(InvalidFileError) as refused:
        read_file(data)
    assert refused.value.reason == reason


def nodes(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every node."""
    yield path
    for name, one in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from nodes(one, (*path, name))


EVERY_NODE = [path for path in nodes(PROJECT) if path]
STRANGE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.sampled_from(["", "NaN", "1e999", "9" * 500, "2026-02-31", "\ud800", "\x00", "=1+1", "<script>"]),
    st.lists(st.one_of(st.none(), st.integers(), st.text())),
    st.dictionaries(st.text(), st.one_of(st.none(), st.integers(), st.text())),
    st.recursive(st.none(), st.lists, max_leaves=20),
)


@st.composite
def broken(draw: DrawFn) -> tuple[dict[str, Any], tuple[Any, ...]]:
    """Draw the good project with something strange at one of its nodes."""
    project = copy.deepcopy(PROJECT)
    path = draw(st.sampled_from(EVERY_NODE))
    node: Any = project
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = draw(STRANGE)
    return project, path


@settings(deadline=None, max_examples=300)
@given(broken())
def test_no_broken_node_breaks_the_reader(drawn: tuple[dict[str, Any], tuple[Any, ...]]) -> None:
    project, _path = drawn
    found, repairs = read_file(json.dumps({"projects": [project]}).encode())
    assert len(found) == 1
    json.dumps([dataclasses.asdict(found[0]), repairs], allow_nan=False).encode()
    assert all(path.startswith("projects[0]") for number, _code, path, _value in repairs if number)


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(EVERY_NODE), st.sampled_from([{"x": 1}, [[1]], True, 3.5, "—"]))
def test_a_wrong_type_never_passes_in_silence(path: tuple[Any, ...], value: Any) -> None:
    project = copy.deepcopy(PROJECT)
    node: Any = project
    for step in path[:-1]:
        node = node[step]
    if (
        path[-1] == "measure"
        or isinstance(node[path[-1]], type(value))
        or isinstance(node[path[-1]], int | float) == isinstance(value, float)
    ):
        return
    node[path[-1]] = value
    before, after = (
        read_file(json.dumps({"projects": [PROJECT]}).encode()),
        read_file(json.dumps({"projects": [project]}).encode()),
    )
    same = [dataclasses.replace(one, digest="") for one in before[0]] == [
        dataclasses.replace(one, digest="") for one in after[0]
    ]
    assert same or after[1] or isinstance(value, str), f"{path} changed the figures and nobody was told"


@settings(deadline=None, max_examples=200)
@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12))
def test_numbers_in_texts_are_exact(number: Decimal) -> None:
    assert number_in(f"{number:,}") == number
    assert number_in(str(number)) == number


@settings(deadline=None, max_examples=300)
@given(st.integers(0, 10**15 - 1), st.integers(0, 10**15 - 1))
def test_amounts_come_back_to_the_fen(total: int, planned: int) -> None:
    from minsheng.exporting.oc4ids_parts import budget  # noqa: PLC0415 - next to what it is compared with
    from minsheng.records.projects import Project  # noqa: PLC0415

    project = Project(year=2026, total_investment_fen=total, planned_investment_fen=planned)
    (found,), repairs = read({"id": "a", "title": "b", "budget": budget(project)})
    assert found.values["total_investment_fen"] == total
    assert found.values["planned_investment_fen"] == planned
    assert repairs == {}


def test_what_goes_out_comes_in_with_the_same_figures(make: Make) -> None:
    project = full(make)
    said = json.loads(json.dumps(exporting.project(project, PUBLISHER, AT.date())))
    (found,), repairs = read(said)
    assert set(repairs.values()) == {RepairCode.NOT_IMPORTED, RepairCode.LINKS_ONLY}, "payments and documents only"
    values = {name: found.values[name] for name in ("planned_investment_fen", "total_investment_fen")}
    assert values == {"planned_investment_fen": 12_345_678_901, "total_investment_fen": 20_000_000_000}
    assert [(one["target"], one["whole"]) for one in found.indicators] == [("22.5", None), ("10.25", 0), (None, None)]
    assert [(one["source"], one["kind"], one["planned_fen"]) for one in found.funding_lines] == [
        ("county", "funds", 100_000_001),
        ("provincial", "funds", None),
        ("self_raised", "levy", 5_000),
    ]
    assert found.milestones[0] == {"kind": "start", "planned_on": "2026-03-01", "actual_on": "2026-03-01"}
    assert found.contracts[0]["amount_fen"] == 9_999_999
    assert found.contracts[0]["payments"] == [{"paid_on": "2026-03-01", "amount_fen": 1_234_567}]
    assert found.contracts[0]["changes"][0]["amount_fen"] == -99
    progress = [(one["month"], one["value"]) for one in found.observed if one["figure"] == "physicalProgress"]
    assert progress == [("2026-04", "12.5"), ("2026-05", "40")]
    spent = [one["value"] for one in found.observed if one["figure"] == "spent"]
    assert spent == ["8050", "40000000"]
    assert found.stage == project.stage
    assert found.responsibilities == [{"role": "principal", "post": "县交通局局长"}]


@pytest.mark.skipif(not REAL.exists(), reason="the real file is kept beside the repository, and not here")
def test_a_real_file_with_real_faults() -> None:
    (project,), repairs = read_file(REAL.read_bytes())
    codes = {path: code for _number, code, path, _value in repairs}
    assert project.id == "oc4ids-gx3fo2-000004"
    assert project.values["planned_start"] == "2012-01-30"
    assert project.values["planned_finish"] == "2020-12-31"
    assert project.values["category"] == "health"
    assert (project.values["latitude"], project.values["longitude"]) == ("25.1428", "-99.8112")
    assert project.funding_lines == [], "all of its money is in pesos"
    assert codes["budget.amount.amount"] == RepairCode.FOREIGN_CURRENCY
    assert codes["budget.budgetBreakdown"] == RepairCode.OLD_FORM
    assert codes["locations[0].geometry.coordinates"] in {RepairCode.SWAPPED, RepairCode.COORDINATES_ROUNDED}
    assert codes["documents"] == RepairCode.LINKS_ONLY
