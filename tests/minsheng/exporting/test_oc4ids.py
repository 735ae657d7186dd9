"""Projects in OC4IDS: valid against the published schema, exact to the fen, and nothing about people."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from minsheng.exporting import oc4ids
from minsheng.importing.oc4ids_codes import (
    DOCUMENT_TYPES,
    MILESTONE_TYPES,
    SECTOR_OF_CATEGORY,
    STAGE_OF_STATUS,
    STATUS_OF_STAGE,
)
from minsheng.records.projects import Project, ProjectKind, Stage
from minsheng.records.publication import Origin, Publication, SourceKind
from tests.conftest import AT
from tests.factories import Make
from tests.minsheng.oc4ids_projects import PUBLISHER, full
from tests.minsheng.oc4ids_schema import SCHEMA, Checker

SCHEMA_IS_THERE = pytest.mark.skipif(
    not SCHEMA.exists(), reason="the schema is kept beside the repository, and not here"
)


def packed(*projects: Project) -> Any:
    each = (oc4ids.project(one, PUBLISHER, AT.date()) for one in projects)
    return json.loads("".join(oc4ids.package(each, PUBLISHER, "https://here.example/data/oc4ids.json", AT)))


def compiled(make: Make) -> Project:
    return make.project(
        published=False,
        origin=Origin.COMPILED,
        publication=Publication.PUBLISHED,
        source_title="某市通报",
        source_kind=SourceKind.OFFICIAL,
        source_url="https://example.org/notice",
        lead_unit_printed="市水利局",
        stage=None,
        kind=None,
        planned_start=None,
        planned_finish=None,
        planned_investment_fen=None,
        indicators=[],
        funding_lines=[],
        responsibilities=[],
    )


def interrupted(make: Make) -> Project:
    return make.project(stage=Stage.CANCELLED, stage_reason="资金没有落实", kind=ProjectKind.BENEFIT)


@SCHEMA_IS_THERE
@pytest.mark.parametrize("made", [full, compiled, interrupted])
def test_a_package_is_valid(make: Make, made: Callable[[Make], Project]) -> None:
    assert Checker().faults(packed(made(make))) == []


@SCHEMA_IS_THERE
def test_the_checker_finds_what_is_wrong(make: Make) -> None:
    package = packed(full(make))
    package["projects"][0]["status"] = "finished"
    package["projects"][0]["budget"]["amount"]["amount"] = "12"
    package["projects"][0]["documents"][0]["url"] = "石桥"
    del package["projects"][0]["milestones"][0]["id"]
    assert len(Checker().faults(package)) == 4


@SCHEMA_IS_THERE
def test_our_codes_are_those_of_the_standard() -> None:
    checker = Checker()
    statuses = checker._codes("projectStatus.csv")
    assert set(STATUS_OF_STAGE.values()) < statuses
    assert set(STAGE_OF_STATUS) == statuses
    assert set(SECTOR_OF_CATEGORY.values()) < checker._codes("projectSector.csv")
    assert set(MILESTONE_TYPES.values()) < checker._codes("milestoneType.csv")
    own = {"approval", "policy", "rectification"}
    assert set(DOCUMENT_TYPES.values()) - own < checker._codes("documentType.csv")


def test_money_is_exact(make: Make) -> None:
    (said,) = packed(full(make))["projects"]
    assert said["budget"]["amount"] == {"amount": 200_000_000, "currency": "CNY"}
    groups = {one["id"]: one["budgetBreakdown"] for one in said["budget"]["budgetBreakdowns"]}
    assert groups["annual-plan"][0]["amount"]["amount"] == 123456789.01
    assert [line.get("amount", {}).get("amount") for line in groups["sources-funds"]] == [1000000.01, None]
    assert groups["sources-levy"][0]["amount"]["amount"] == 50
    assert [one["value"]["amount"] for one in said["transactions"]] == [80.5, -0.5]


def test_targets_progress_and_milestones_stand_by_month(make: Make) -> None:
    (said,) = packed(full(make))["projects"]
    forecasts = {one["id"]: one["observations"][0] for one in said["forecasts"]}
    assert forecasts["indicator-0"]["measure"] == "22.5"
    assert forecasts["indicator-1"]["dimensions"]["partOf"] == "indicator-0"
    assert "measure" not in forecasts["indicator-2"]
    metrics = {one["id"]: one["observations"] for one in said["metrics"]}
    assert [(one["id"], one["measure"]) for one in metrics["physicalProgress"]] == [
        ("2026-04", "12.5"),
        ("2026-05", "40"),
    ]
    assert [(one["id"], one["status"]) for one in said["milestones"]] == [("start", "met"), ("completion", "scheduled")]


def test_no_name_of_a_person_leaves(make: Make) -> None:
    text = json.dumps(packed(full(make)), ensure_ascii=False)
    assert "县交通局局长" in text
    assert "王某" not in text


def test_drafts_of_reports_and_documents_stay(make: Make) -> None:
    project = full(make)
    assert project.indicators
    make.report(project, "2026-09")
    make.document(project, title="没公开的文件", publication=Publication.DRAFT)
    make.session.expire_all()
    text = json.dumps(packed(project), ensure_ascii=False)
    assert "2026-05" in text
    assert "2026-09" not in text
    assert "没公开的文件" not in text
