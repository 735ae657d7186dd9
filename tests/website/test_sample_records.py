"""What stands beside the reports of the invented county agrees with them, with the ledger and with itself."""

import base64
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from minsheng.accounts import second_factors
from minsheng.database import Base, db
from minsheng.editorial import publishing
from minsheng.encryption import ContactBox
from minsheng.pictures.media import MediaStore
from minsheng.records.contracts import Contract
from minsheng.records.document_store import DocumentStore
from minsheng.records.funding import FundingKind, MovementKind
from minsheng.records.indicators import Measure
from minsheng.records.projects import MilestoneKind, Project, ProjectKind, Stage
from minsheng.records.publication import Publication
from minsheng.records.reviews import Review, ReviewKind
from minsheng.records.safeguards import safeguards_of
from tests.website import strangers
from website.application import create_app
from website.config import Settings
from website.sample.county import load_county
from website.sample.world import Installation

AS_OF = dt.date(2026, 11, 21)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder: Path = tmp_path_factory.mktemp("records")
    settings = Settings(
        data=folder,
        secret_key="a secret for tests only",
        contact_keys=f"1:{base64.b64encode(b'k' * 32).decode()}",
        database_url=f"sqlite:///{folder / 'sample.sqlite'}",
        rate_limits=False,
    )
    app = create_app(settings)
    with app.app_context():
        Base.metadata.create_all(db.engine)
        load_county(
            db.session(),
            Installation(
                MediaStore(folder / "media", folder / "originals"),
                DocumentStore(folder / "documents"),
                "secret",
                ContactBox({1: b"k" * 32}),
            ),
            as_of=AS_OF,
            password_hash="not a hash",
            progress=lambda *_: None,
            picture_width=60,
        )
        db.session.commit()
        yield app
        db.session.remove()
        db.engine.dispose()


def _projects() -> list[Project]:
    return list(db.session.scalars(sa.select(Project)))


def test_payments_stay_within_contract_ledger_and_time(county: Flask) -> None:
    contracts = db.session.scalars(sa.select(Contract)).all()
    assert len(contracts) > 15
    assert sum(bool(contract.changes) for contract in contracts) >= 3
    for contract in contracts:
        funds = [line for line in contract.project.funding_lines if line.kind is FundingKind.FUNDS]
        assert contract.paid_fen <= contract.current_amount_fen
        assert contract.paid_fen <= sum(line.moved(MovementKind.SPENT) for line in funds)
        days = [payment.paid_on for payment in contract.payments]
        assert days == sorted(days)
        assert all(contract.signed_on <= day < AS_OF for day in days)


def test_batches_add_up_to_what_was_reported(county: Flask) -> None:
    checked = 0
    for project in _projects():
        report = project.latest_report
        if not project.payment_batches or report is None:
            continue
        checked += 1
        assert sum(batch.people for batch in project.payment_batches) == report.values[0].value
        if project.kind is ProjectKind.BENEFIT:
            amounts = [batch.amount_fen for batch in project.payment_batches]
            assert sum(amount for amount in amounts if amount is not None) == report.funds_spent_fen
        steps = [step.done_on for step in project.eligibility_steps]
        assert steps == sorted(steps)
        assert steps
    assert checked == 5


def test_every_month_of_the_care_allowance_pays_its_standard(county: Flask) -> None:
    project = next(each for each in _projects() if each.slug == "2025-care-allowance")
    assert sum(batch.people for batch in project.payment_batches) == 15_600
    total = sum(batch.amount_fen or 0 for batch in project.payment_batches)
    assert total == 15_600 * 100_00


def test_safeguards_show_all_three_states(county: Flask) -> None:
    shown = [safeguard for project in _projects() for _, safeguard in safeguards_of(project)]
    assert any(safeguard is None for safeguard in shown)
    assert any(safeguard and safeguard.applies for safeguard in shown)
    assert any(safeguard and not safeguard.applies for safeguard in shown)


def test_what_failed_was_redone_before_it_counted_as_accepted(county: Flask) -> None:
    reviews = db.session.scalars(sa.select(Review).order_by(Review.held_on)).all()
    assert {review.kind for review in reviews} == set(ReviewKind)
    failed = [review for review in reviews if review.meets_standard is False]
    assert len(failed) == 1
    later = [each for each in reviews if each.project_id == failed[0].project_id and each.held_on > failed[0].held_on]
    assert any(each.kind is ReviewKind.YEAR_END_ACCEPTANCE and each.meets_standard for each in later)
    assert failed[0].project is not None
    assert failed[0].project.stage in {Stage.ACCEPTED, Stage.IN_USE}


def test_targets_came_from_above_and_went_out_whole(county: Flask) -> None:
    checked = 0
    for project in _projects():
        for indicator in project.indicators:
            if indicator.parts and indicator.measure is Measure.CUMULATIVE:
                checked += 1
                assert sum(part.target or 0 for part in indicator.parts) == indicator.target
                assert [given.target for given in indicator.assignments] == [indicator.target]
    assert checked > 4


def test_every_project_lies_near_its_county(county: Flask) -> None:
    for project in _projects():
        assert project.latitude is not None
        assert project.longitude is not None
        assert 38.7 < project.latitude < 39.2
        assert 103.3 < project.longitude < 103.9


def test_levies_and_deposits_keep_a_balance(county: Flask) -> None:
    apart = [line for project in _projects() for line in project.funding_lines if line.kind is not FundingKind.FUNDS]
    assert {line.kind for line in apart} == {FundingKind.LEVY, FundingKind.QUALITY_DEPOSIT}
    for line in apart:
        assert line.moved(MovementKind.SPENT) <= line.moved(MovementKind.ARRIVED) <= (line.planned_fen or 0)
        assert line.movements


def test_no_main_structure_before_the_roadbed_is_joined(county: Flask) -> None:
    road = next(project for project in _projects() if project.slug == "2026-lake-road")
    report = road.latest_report
    assert report is not None
    structure = next(step for step in road.milestones if step.kind is MilestoneKind.MAIN_STRUCTURE)
    assert (structure.actual_on is not None) == ((report.physical_progress or 0) >= 85)


def test_one_project_was_withdrawn_with_its_reason_and_the_rest_is_kept(county: Flask) -> None:
    withdrawn = [project for project in _projects() if project.publication is Publication.WITHDRAWN]
    assert [bool(project.withdrawn_reason) for project in withdrawn] == [True]
    kept = [project for project in _projects() if project.after_care]
    assert len(kept) >= 8
    read = [report for project in _projects() for monitor in project.monitors for report in monitor.reports]
    assert len(read) >= 4
    assert all(report.is_public and report.photos and report.visited_on < AS_OF for report in read)
    assert publishing.verify(db.session()) == []


def test_staff_of_another_county_open_nothing_of_this_one(county: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """With every role there is, at every address of the staff's face that names a record."""
    monkeypatch.setitem(county.config, "WTF_CSRF_ENABLED", False)
    monkeypatch.setattr(second_factors, "NEED_FACTOR", frozenset())
    strangers.sign_in(db.session(), dt.datetime.now(dt.UTC))

    found = list(strangers.answers(county, db.session()))

    assert {answer for answer in found if answer.status not in {403, 404}} == set()
    refused = {answer.rule for answer in found if answer.status == 403}
    assert len(refused) > 150
