"""The tables of ``docs/oc4ids.md`` are the tables of the code, and their words those of the interface."""

import enum
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from minsheng.importing import oc4ids_codes
from minsheng.records.documents import DocumentKind
from minsheng.records.funding import FundingKind, FundingSource
from minsheng.records.projects import Category, MilestoneKind, ProjectKind, Stage
from pages.words import WORDS

DOCUMENT = (Path(__file__).resolve().parents[3] / "docs" / "oc4ids.md").read_text(encoding="utf-8")


def table(heading: str) -> list[list[str]]:
    """Return the rows of the table under a heading, without code marks."""
    part = DOCUMENT.split(f"### {heading}\n")[1].split("\n#")[0]
    rows = [line.strip("|").split("|") for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip().replace("`", "") for cell in row] for row in rows[2:]]


def test_stages_and_statuses() -> None:
    said = [(stage, status) for stage, _word, status in table("Status")]
    assert sorted(said) == sorted((stage.value, status) for stage, status in oc4ids_codes.STATUS_OF_STAGE.items())
    back = [(status, stage.split(" ")[0]) for status, stage in table("Status, the other way")]
    assert back == [(status, stage.value) for status, stage in oc4ids_codes.STAGE_OF_STATUS.items()]


def test_sectors() -> None:
    said = [(category, sector) for category, _word, sector in table("Sector")[:-1]]
    assert said == [(category.value, sector) for category, sector in oc4ids_codes.SECTOR_OF_CATEGORY.items()]


def test_every_code_has_its_counterpart() -> None:
    assert set(oc4ids_codes.STATUS_OF_STAGE) == set(Stage)
    assert set(oc4ids_codes.DOCUMENT_TYPES) == set(DocumentKind)
    assert set(oc4ids_codes.MILESTONE_TYPES) == set(MilestoneKind)


def test_the_words_are_those_of_the_interface() -> None:
    pairs: Mapping[str, tuple[type[enum.StrEnum], Mapping[Any, str]]] = {
        "stage": (Stage, oc4ids_codes.STAGE_WORDS),
        "category": (Category, oc4ids_codes.CATEGORY_WORDS),
        "project_kind": (ProjectKind, oc4ids_codes.KIND_WORDS),
        "funding_source": (FundingSource, oc4ids_codes.SOURCE_WORDS),
        "milestone_kind": (MilestoneKind, oc4ids_codes.MILESTONE_WORDS),
    }
    for group, (kind, words) in pairs.items():
        assert {one.value: words[one] for one in kind} == {one.value: str(WORDS[group][one.value]) for one in kind}
    assert set(oc4ids_codes.FUNDING_WORDS) == set(FundingKind)


def test_a_finer_sector_goes_by_what_stands_before_its_point() -> None:
    assert oc4ids_codes.category_of("transport.road") is Category.TRANSPORT
    assert oc4ids_codes.category_of("naturalResources.floodProtection") is Category.WATER
    assert oc4ids_codes.category_of("wizardry") is None
