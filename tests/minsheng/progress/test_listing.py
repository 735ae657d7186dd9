"""The list of projects: every filter, the counts beside its values, and every order."""

from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from minsheng.progress.glances import glances
from minsheng.progress.listing import Filters, Sort, choices, list_page, ordered_ids
from minsheng.progress.schedule import ScheduleStatus
from minsheng.records.funding import FundingKind, FundingLine, FundingSource
from minsheng.records.places import Division, DivisionLevel
from minsheng.records.projects import Category, ProjectKind, Stage
from minsheng.records.publication import Origin, Publication
from tests.factories import Make


def slugs(session: Session, make: Make, filters: Filters, sort: Sort = Sort.NAME) -> list[str]:
    known = glances(session, make.at.date())
    return [project.title for project in list_page(session, filters, sort, 1, known).projects]


@pytest.fixture
def three(make: Make) -> None:
    """A, B and C, which differ in everything a reader can filter by."""
    agency = make.agency(slug="water")
    first = make.project(title="A", year=2025, category=Category.WATER, kind=ProjectKind.WORKS, agency=agency)
    second = make.project(title="B", category=Category.HEALTH, kind=ProjectKind.SERVICE, stage=Stage.PREPARING)
    make.project(title="C", category=Category.HEALTH, kind=ProjectKind.WORKS, stage=Stage.IN_USE)
    make.published_report(first, "2026-05", physical_progress=Decimal(2))
    assert second.programme.slug


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        (Filters(), ["A", "B", "C"]),
        (Filters(year=2025), ["A"]),
        (Filters(category=Category.HEALTH), ["B", "C"]),
        (Filters(category=Category.HEALTH, kind=ProjectKind.WORKS), ["C"]),
        (Filters(stage=Stage.PREPARING), ["B"]),
        (Filters(agency="water"), ["A"]),
        (Filters(agency="none"), []),
        (Filters(place="999999999"), []),
        (Filters(programme="none"), []),
        (Filters(status=ScheduleStatus.SERIOUSLY_BEHIND), ["A"]),
        (Filters(status=ScheduleStatus.DONE), ["C"]),
        (Filters(origin=Origin.COMPILED), []),
        (Filters(funding=FundingSource.COUNTY), ["A", "B", "C"]),
        (Filters(funding=FundingSource.BOND), []),
        (Filters(words="a"), ["A"]),
        (Filters(words="%"), []),
        (Filters(words="a b"), []),
        (Filters(photos=True), []),
        (Filters(silent=True), []),
    ],
)
def test_each_filter_leaves_what_it_says(
    session: Session, make: Make, three: None, filters: Filters, left: list[str]
) -> None:
    assert slugs(session, make, filters) == left


def test_where_all_lies_in_one_county_its_townships_are_to_choose_from(session: Session, make: Make) -> None:
    county = make.division(name="某县")
    towns = [Division.under(county, f"{county.code}{number}", "某镇", DivisionLevel.TOWNSHIP) for number in (101, 102)]
    session.add_all(towns)
    session.flush()
    programme = make.programme(division=county)
    for place in (county, *towns, towns[1]):
        make.project(programme=programme, division=place)
    overview = glances(session, make.at.date())
    found = choices(session, Filters(), overview)["place"]
    assert [(choice.value, choice.count) for choice in found] == [
        (county.code, 4),
        (towns[1].code, 2),
        (towns[0].code, 1),
    ]
    make.project()
    found = choices(session, Filters(), glances(session, make.at.date()))["place"]
    assert len(found) == 2
    assert county.code not in {choice.value for choice in found}


def test_a_place_holds_all_below_it(session: Session, make: Make) -> None:
    project = make.project(title="A")
    make.project(title="B")
    place = project.division
    assert place is not None
    assert place.parent is not None
    assert slugs(session, make, Filters(place=place.parent.code)) == ["A"]


def test_every_count_is_what_choosing_the_value_leaves(session: Session, make: Make, three: None) -> None:
    known = glances(session, make.at.date())
    for chosen in (Filters(), Filters(category=Category.HEALTH), Filters(year=2026, kind=ProjectKind.WORKS)):
        for name, values in choices(session, chosen, known).items():
            for choice in values:
                value = True if name in {"photos", "silent"} else int(choice.value) if name == "year" else choice.value
                narrowed = Filters(**{**vars(chosen), name: value})
                assert len(ordered_ids(session, narrowed, Sort.NAME, known)) == choice.count, (name, choice)


def test_hidden_projects_are_in_no_count(session: Session, make: Make) -> None:
    make.project(title="A")
    make.project(published=False)
    withdrawn = make.project()
    withdrawn.publication, withdrawn.withdrawn_reason = Publication.WITHDRAWN, "重复登记"
    session.flush()
    known = glances(session, make.at.date())
    assert [choice.count for choice in choices(session, Filters(), known)["year"]] == [1]
    assert len(known) == 1


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        (Sort.NAME, ["A", "B", "C", "D"]),
        (Sort.MOST_MONEY, ["B", "A", "D", "C"]),
        (Sort.NEWEST, ["C", "A", "B", "D"]),
        (Sort.MOST_PROGRESS, ["A", "B", "C", "D"]),
        (Sort.LEAST_PROGRESS, ["C", "B", "A", "D"]),
        (Sort.GAP, ["C", "B", "A", "D"]),
    ],
)
def test_every_order_puts_what_has_no_value_last(session: Session, make: Make, sort: Sort, order: list[str]) -> None:
    for title, month, progress, money in (
        ("A", "2026-04", 60, 200),
        ("B", "2026-03", 20, 300),
        ("C", "2026-05", 10, None),
        ("D", None, None, 100),
    ):
        project = make.project(title=title, planned_investment_fen=money, total_investment_fen=None)
        if month is not None and progress is not None:
            make.published_report(project, month, physical_progress=Decimal(progress))
    assert slugs(session, make, Filters(), sort) == order


def test_nobody_is_behind_with_a_cancelled_project(session: Session, make: Make) -> None:
    cancelled = make.project(title="取消的", stage=Stage.CANCELLED, stage_reason="地块另有安排")
    make.published_report(cancelled, physical_progress=Decimal(0), stage=Stage.CANCELLED)
    make.published_report(make.project(title="慢的"), physical_progress=Decimal(20))
    assert slugs(session, make, Filters(), Sort.GAP) == ["慢的", "取消的"]


def test_a_page_beyond_the_last_is_the_last(session: Session, make: Make) -> None:
    for _ in range(3):
        make.project()
    page = list_page(session, Filters(), Sort.NAME, 9, glances(session, make.at.date()), size=2)
    assert (page.page, page.pages, page.total, len(page.projects)) == (2, 2, 3, 1)


def test_a_title_is_found_in_translation(session: Session, make: Make) -> None:
    make.project(title="硬化道路").translate({"en": {"title": "Paved road", "summary": "A bridge"}})
    assert slugs(session, make, Filters(words="ROAD")) == ["硬化道路"]
    assert slugs(session, make, Filters(words="bridge")) == []


def test_funds_count_once_a_project_and_levies_are_none(session: Session, make: Make) -> None:
    project = make.project(title="A")
    last = max(line.position for line in project.funding_lines)
    project.funding_lines += [
        FundingLine(position=last + 1, source=FundingSource.BOND, planned_fen=1),
        FundingLine(position=last + 2, source=FundingSource.BOND, planned_fen=2),
        FundingLine(position=last + 3, source=FundingSource.SELF_RAISED, kind=FundingKind.LEVY, planned_fen=3),
    ]
    session.flush()
    counts = {
        each.value: each.count for each in choices(session, Filters(), glances(session, make.at.date()))["funding"]
    }
    assert counts["bond"] == 1
    assert "self_raised" not in counts


def test_values_carry_their_names_in_other_languages(session: Session, make: Make) -> None:
    agency = make.agency(slug="water")
    agency.translate({"en": {"name": "Water Bureau"}})
    make.project(agency=agency)
    found = choices(session, Filters(), glances(session, make.at.date()))
    assert [each.names for each in found["agency"]] == [{"en": "Water Bureau"}]
