"""The records beside a project's reports, on its page and below its address."""

import csv
import datetime as dt
import io
import json
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from minsheng.database import db
from minsheng.participation.monitors import Monitor, MonitorReport
from minsheng.records import project_records
from minsheng.records.aftercare import AfterCare
from minsheng.records.contracts import Contract, ContractChange, ContractPayment
from minsheng.records.eligibility import BatchKind, EligibilityStep, EligibilityStepKind, PaymentBatch
from minsheng.records.funding import FundingKind, FundingLine, FundingSource, FundMovement, MovementKind
from minsheng.records.indicators import AssignedBy, Indicator, TargetAssignment
from minsheng.records.project_records import ProjectRecord
from minsheng.records.projects import Project, ProjectKind, Stage
from minsheng.records.reviews import Review, ReviewKind
from minsheng.records.safeguards import Safeguard, SafeguardKind
from tests.factories import Make
from tests.public.conftest import Counter, Reader

OFFICE = "某县民生办"


def _publish(make: Make, record: ProjectRecord) -> None:
    project_records.publish_record(make.session, record, OFFICE, make.at)


def _section(read: Reader, project: Project, name: str) -> str:
    page = read(f"/projects/{project.slug}")
    return next(section.text for section in page.every("section") if section.get("id") == name)


def test_a_contract_shows_what_was_signed_changed_and_paid(make: Make, read: Reader) -> None:
    project = make.project()
    contract = Contract(
        project=project,
        position=0,
        subject="路面施工",
        party="某路桥公司",
        amount_fen=80_000_000,
        signed_on=dt.date(2026, 2, 10),
        payments=[ContractPayment(paid_on=dt.date(2026, 4, 1), amount_fen=42_000_000, note="预付")],
        changes=[ContractChange(changed_on=dt.date(2026, 3, 20), amount_fen=4_000_000, reason="加长护栏")],
    )
    _publish(make, contract)
    text = _section(read, project, "contracts")
    for part in ("某路桥公司", "800,000元", "840,000元", "420,000元", "占 50%", "加长护栏"):
        assert part in text


def test_all_six_safeguards_are_there_with_their_state(make: Make, read: Reader) -> None:
    project = make.project()
    _publish(make, Safeguard(project=project, kind=SafeguardKind.BIDDING, dated=dt.date(2026, 2, 1), party="交易中心"))
    _publish(
        make,
        Safeguard(project=project, kind=SafeguardKind.SUPERVISION, not_applicable_because="低于须监理的规模"),
    )
    text = _section(read, project, "safeguards")
    assert text.count("尚未公示") == 5
    assert "交易中心" in text
    assert "低于须监理的规模" in text


def test_a_failed_acceptance_is_said_plainly(make: Make, read: Reader) -> None:
    project = make.project()
    _publish(
        make,
        Review(
            project=project,
            kind=ReviewKind.YEAR_END_ACCEPTANCE,
            period="2026",
            held_on=dt.date(2026, 6, 1),
            reviewer="验收组",
            score=Decimal(61),
            points=Decimal(100),
            meets_standard=False,
            finding="两处路面厚度不够。",
        ),
    )
    text = _section(read, project, "reviews")
    assert "没有达到质量标准，不予验收" in text
    assert "得分 61，满分 100" in text


def test_batches_add_up_and_name_no_person(make: Make, read: Reader) -> None:
    project = make.project(kind=ProjectKind.BENEFIT)
    _publish(
        make,
        EligibilityStep(
            project=project,
            kind=EligibilityStepKind.POSTED,
            done_on=dt.date(2026, 2, 1),
            people=416,
            posted_where="村口",
        ),
    )
    for number in (1, 2):
        _publish(
            make,
            PaymentBatch(
                project=project,
                label=f"第{number}批",
                kind=BatchKind.PAYMENT,
                paid_on=dt.date(2026, 2 + number, 15),
                people=200 * number,
                amount_fen=1_000_000 * number,
            ),
        )
    text = _section(read, project, "eligibility")
    assert "2 批，共 600 人次" in text
    assert "3万元" in text
    assert "416 人" in text


def test_aftercare_says_when_the_next_inspection_is_due(make: Make, read: Reader) -> None:
    project = make.project(stage=Stage.IN_USE)
    _publish(
        make,
        AfterCare(
            project=project,
            keeper="村养路员",
            yearly_budget_fen=900_000,
            since=dt.date(2025, 10, 1),
            inspection_every_months=6,
        ),
    )
    text = _section(read, project, "lookbacks")
    assert "2026年4月1日" in text
    assert "已过期" in text


def test_a_monitors_report_is_marked_as_theirs_and_only_when_read(make: Make, read: Reader) -> None:
    project = make.project()
    monitor = Monitor(project=project, badge="监督员07号", appointed_on=dt.date(2026, 1, 5))
    _publish(make, monitor)
    shown = MonitorReport(monitor=monitor, visited_on=dt.date(2026, 5, 3), text="压路机走了六遍")
    make.session.add_all([shown, MonitorReport(monitor=monitor, visited_on=dt.date(2026, 5, 9), text="还没审的话")])
    make.session.flush()
    shown.publish(make.at)
    _publish(make, shown)
    text = _section(read, project, "monitors")
    assert "压路机走了六遍" in text
    assert "监督员自己的话" in text
    assert "还没审的话" not in text


def test_a_target_tells_where_it_came_from_and_what_is_not_handed_out(make: Make, read: Reader) -> None:
    whole = Indicator(position=0, name="改造食堂", unit="所", target=Decimal(26), assigned_by=AssignedBy.CITY)
    whole.assignments = [
        TargetAssignment(
            assigned_by=AssignedBy.CITY,
            target=Decimal(26),
            assigned_on=dt.date(2026, 1, 3),
            source_title="某市分解表",
        ),
        TargetAssignment(assigned_by=AssignedBy.PROVINCE),
    ]
    part = Indicator(position=1, name="改造食堂", part_name="甲镇", unit="所", target=Decimal(20))
    whole.parts = [part]
    project = make.project(indicators=[whole, part])
    text = _section(read, project, "promise")
    for words in ("某市分解表", "省定：还没有下达", "还有6所没有分下去"):
        assert words in "".join(text.split())


def test_a_levy_is_an_account_of_its_own(make: Make, read: Reader) -> None:
    levy = FundingLine(position=1, source=FundingSource.SELF_RAISED, kind=FundingKind.LEVY, planned_fen=10_000_000)
    levy.movements = [
        FundMovement(kind=MovementKind.ARRIVED, moved_on=dt.date(2026, 2, 3), amount_fen=9_000_000, note="三十户"),
        FundMovement(kind=MovementKind.SPENT, moved_on=dt.date(2026, 4, 3), amount_fen=2_500_000, note="买钢材"),
    ]
    funds = FundingLine(position=0, source=FundingSource.COUNTY, planned_fen=50_000_000)
    text = _section(read, make.project(funding_lines=[funds, levy]), "money")
    for part in ("100,000元", "90,000元", "还差 10,000元", "25,000元", "65,000元"):
        assert part in text


def test_an_empty_own_project_says_what_will_be_here(make: Make, read: Reader) -> None:
    project = make.project()
    for name in ("contracts", "reviews", "problems", "documents"):
        assert "还没有" in _section(read, project, name)
    assert _section(read, project, "safeguards").count("尚未公示") == 7


def test_the_contents_lead_to_sections_that_are_there(make: Make, read: Reader) -> None:
    project = make.project(kind=ProjectKind.TRAINING)
    make.published_report(project)
    page = read(f"/projects/{project.slug}")
    identities = {element["id"] for element in page.elements if "id" in element}
    ways = [link["href"] for link in page.every("a") if link.get("href", "").startswith("#")]
    assert len(ways) > 8
    assert {way.removeprefix("#") for way in ways} <= identities


def test_the_change_log_of_a_project_is_paged_and_its_own(make: Make, read: Reader, client: FlaskClient) -> None:
    project, other = make.project(), make.project(title="别的项目")
    make.published_report(project)
    text = read(f"/projects/{project.slug}/changes").one("main").text
    assert "公示月报" in text
    lines = client.get(f"/projects/{project.slug}/changes.jsonl").text.splitlines()
    entries = [json.loads(line) for line in lines]
    assert [entry["sequence"] for entry in entries] == sorted(entry["sequence"] for entry in entries)
    assert all("content" in entry and "hash" in entry for entry in entries)
    assert other.slug not in "".join(lines)


def test_months_and_ledger_can_be_taken_away(make: Make, client: FlaskClient) -> None:
    project = make.project()
    make.published_report(project, done="=1+1")
    project.funding_lines[0].movements = [
        FundMovement(kind=MovementKind.ARRIVED, moved_on=dt.date(2026, 2, 3), amount_fen=12_345_678, note="首批")
    ]
    months = client.get(f"/projects/{project.slug}/months.csv").text.lstrip("\ufeff")
    (row,) = csv.DictReader(io.StringIO(months))
    assert row["month"] == "2026-05"
    assert row["spent_fen"] == "40000000"
    assert not row["done"].startswith("=")
    (moved,) = csv.DictReader(io.StringIO(client.get(f"/projects/{project.slug}/ledger.csv").text.lstrip("\ufeff")))
    assert moved["amount_fen"] == "12345678"


@pytest.mark.parametrize("page", ["changes", "changes.jsonl", "months.csv", "ledger.csv", "data.json"])
def test_nothing_of_a_draft_can_be_taken(make: Make, client: FlaskClient, page: str) -> None:
    hidden = make.project(published=False)
    db.session.commit()
    assert client.get(f"/projects/{hidden.slug}/{page}").status_code == 404


def test_more_records_do_not_mean_more_queries(
    make: Make, session: Session, client: FlaskClient, queries: Counter, standing_clock: None
) -> None:
    project = make.project()
    slug, identity = project.slug, project.id

    def grow(first: int, count: int) -> None:
        for number in range(first, first + count):
            contract = Contract(
                project_id=identity,
                position=number,
                subject=f"第{number}标",
                party="公司",
                amount_fen=100,
                signed_on=dt.date(2026, 2, 1),
                payments=[ContractPayment(paid_on=dt.date(2026, 3, 1), amount_fen=10)],
                changes=[ContractChange(changed_on=dt.date(2026, 3, 1), amount_fen=1, reason="加")],
            )
            monitor = Monitor(project_id=identity, badge=f"监{number}", appointed_on=dt.date(2026, 1, 1))
            session.add_all([contract, monitor])
            session.flush()
            report = MonitorReport(monitor=monitor, visited_on=dt.date(2026, 5, 3), text="看了")
            session.add(report)
            session.flush()
            report.publish(make.at)
        session.commit()

    def sent() -> int:
        session.expunge_all()
        with queries() as statements:
            assert client.get(f"/projects/{slug}").status_code == 200
        return len(statements)

    grow(0, 2)
    few = sent()
    grow(2, 5)
    assert sent() == few
