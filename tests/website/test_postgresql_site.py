"""The whole site on PostgreSQL: migrations, import, publication, search, a case and the journal."""

import dataclasses
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.clock import local_date
from minsheng.database import db, now
from minsheng.editorial import publishing
from minsheng.editorial.applying import accept, propose
from minsheng.editorial.proposals import Proposal
from minsheng.editorial.record_changes import Change
from minsheng.errors import ChangedMeanwhileError, InvalidValuesError, WrongStateError
from minsheng.importing.published import import_published, read_rows
from minsheng.opinion.dispositions import Disposition
from minsheng.records.contracts import Contract
from minsheng.surveying import dispositions, exclusion_acts, quality_figures, wave_plans
from minsheng.surveying.dispositions import Stated
from minsheng.surveying.exclusion_acts import Meant
from minsheng.surveying.exclusions import ExclusionScope
from minsheng.surveying.quality_rules import QualityRule
from minsheng.surveying.surveys import Channel, Response, Wave
from tests.factories import Make
from tests.public.casework.test_suggestions import code_of, send
from tests.surveys import answered_wave
from website import sample_content
from website.application import create_app
from website.config import Settings

pytestmark = pytest.mark.postgresql


@pytest.fixture
def site(settings: Settings, postgresql_url: str) -> Iterator[Flask]:
    app = create_app(dataclasses.replace(settings, database_url=postgresql_url))
    with app.app_context():
        flask_migrate.upgrade()
        yield app
        db.session.remove()
        db.engine.dispose()


def test_records_are_imported_found_and_verified(site: Flask) -> None:
    rows = [row for row in read_rows(sample_content.PUBLISHED / "projects.json") if str(row["id"]).startswith("wz24")]  # type: ignore[index]  # rows of our own copy
    result = import_published(db.session(), rows, actor="资料整理", at=now())
    db.session.commit()
    assert result.projects.created == len(rows)
    client = site.test_client()
    assert "<mark>" in client.get("/search/?q=排水防洪").text
    assert client.get("/projects/wz24-01").status_code == 200
    assert publishing.verify(db.session()) == []


def test_a_report_is_published_and_a_case_is_followed(site: Flask) -> None:
    make = Make(db.session(), now())
    report = make.published_report(make.project(), "2026-05", done="本月铺设沥青三公里")
    db.session.commit()
    client = site.test_client()
    assert "沥青" in client.get(f"/projects/{report.project.slug}").text
    assert "<mark>沥青</mark>" in client.get("/search/?q=沥青").text
    code = code_of(send(client))
    assert "晚上看不见路" in client.get(f"/suggestions/follow/{code}").text
    assert publishing.verify(db.session()) == []


def test_changes_of_a_record_are_refused_by_name_and_wait_for_each_other(site: Flask) -> None:
    make = Make(db.session(), now())
    author, publisher = make.staff(Role.REPORTER), make.staff(Role.PUBLISHER)
    project = make.project()
    session = db.session()
    values = {"subject": "路基", "party": "甲公司", "amount_fen": 500, "signed_on": "2026-02-01"}
    added = propose(session, project, Change("contract", values), author, now())
    accept(session, added, publisher, now())
    with pytest.raises(InvalidValuesError) as refused:
        propose(session, project, Change("safeguard", {"kind": "bidding"}), author, now())
    assert refused.value.problems == {"": "ck_safeguard_kept_or_says_why_not"}
    contract_id = project.contracts[0].id
    wishes = [
        propose(session, project, Change("contract", {"amount_fen": fen}, contract_id, reason="更正"), author, now())
        for fen in (600, 700)
    ]
    ids, publisher_id = [wish.id for wish in wishes], publisher.id
    session.commit()
    engine = db.engine

    def late() -> str:
        with Session(engine) as other:
            try:
                accept(other, other.get_one(Proposal, ids[1]), other.get_one(StaffMember, publisher_id), now())
                other.commit()
            except ChangedMeanwhileError as error:
                return ", ".join(error.names)
            return ""

    with ThreadPoolExecutor(1) as pool, engine.connect() as watcher:
        accept(session, session.get_one(Proposal, ids[0]), session.get_one(StaffMember, publisher_id), now())
        second = pool.submit(late)
        waits = sa.text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        while not watcher.scalar(waits) and not second.done():
            watcher.rollback()
        session.commit()
        assert second.result() == "amount_fen"
    assert session.get_one(Contract, contract_id).amount_fen == 600
    assert publishing.verify(session) == []


def test_a_survey_keeps_its_rules_loses_answers_and_a_draft_goes(site: Flask) -> None:
    at = now()
    today = local_date(at)
    make = Make(db.session(), at)
    wave = answered_wave(
        db.session(), make, (20, 20), opens_on=today, closes_on=today, quality_rules={"misconduct": 0.0}
    )
    surveyor, county = make.staff(Role.SURVEYOR), wave.division.children[0]
    stated = Stated(
        county, Channel.PHONE, {Disposition.COMPLETE: 20, Disposition.REFUSAL: 5}, "某公司周报", Decimal("0.5")
    )
    dispositions.state(db.session(), wave, stated, surveyor, at)
    db.session.execute(sa.update(Response).where(Response.division_id == county.id).values(batch="第一批"))
    db.session.commit()
    meant = Meant(ExclusionScope.BATCH, "第一批")
    exclusion = exclusion_acts.exclude(
        db.session(), wave, QualityRule.MISCONDUCT, meant, "回访都说没填过", surveyor, at
    )
    db.session.commit()
    quality = quality_figures.quality_of(db.session(), wave, today)
    assert (quality.total, quality.excluded, exclusion.count) == (80, 40, 40)
    exclusion_acts.take_in_again(db.session(), exclusion, "打错了号码", surveyor, at)
    draft = make.wave(is_published=False)
    draft_id = draft.id
    wave_plans.discard(db.session(), draft, surveyor, at)
    db.session.commit()
    assert db.session.get(Wave, draft_id) is None
    assert quality_figures.quality_of(db.session(), wave, today).excluded == 0
    with pytest.raises(WrongStateError):
        wave_plans.discard(db.session(), wave, surveyor, at)
