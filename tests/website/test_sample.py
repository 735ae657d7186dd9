"""The invented county: whole, coherent, and there on any day of the year."""

import base64
import datetime as dt
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar, cast

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image

from minsheng.accounts.staff import Role
from minsheng.casework import case_statistics, reply_templates, supports, word_lists
from minsheng.casework.case_channels import NUMBERED, CaseChannel
from minsheng.casework.cases import (
    CaseEventKind,
    CaseState,
    ClosedAs,
    Prominence,
    Rating,
    RefusalReason,
    SuggestionKind,
)
from minsheng.casework.reply_templates import TemplateUse
from minsheng.casework.suggestions import by_code
from minsheng.casework.word_lists import WordList
from minsheng.clock import local_date
from minsheng.codes import code_hash, normalise
from minsheng.database import Base, db
from minsheng.editorial import publishing, reporting
from minsheng.editorial.content_pages import ContentKind, ContentPage
from minsheng.encryption import ContactBox
from minsheng.journal import JournalEntry
from minsheng.models import (
    Division,
    LookBack,
    Photo,
    Problem,
    Programme,
    ProgressReport,
    Project,
    StaffMember,
    Suggestion,
    Wave,
)
from minsheng.participation.call_ideas import CallIdea
from minsheng.pictures.media import MediaStore
from minsheng.progress.schedule import ScheduleStatus
from minsheng.progress.standing import standing
from minsheng.records.boards import Board
from minsheng.records.document_store import DocumentStore
from minsheng.records.document_types import DocumentType
from minsheng.records.documents import Document
from minsheng.records.funding import FundingKind, FundMovement, MovementKind
from minsheng.records.places import DivisionLevel
from minsheng.records.projects import Category, ProjectKind, Stage
from minsheng.records.reports import ReportState
from minsheng.surveying.questionnaires import QuestionRole
from minsheng.surveying.surveys import Channel, shares
from website.application import create_app
from website.config import Settings
from website.sample.calendar import StoryCalendar, written
from website.sample.county import SampleCounty, load_county
from website.sample.pictures.canvas import Canvas
from website.sample.pictures.gallery import SCENES
from website.sample.world import Installation

USUAL_DAY = dt.date(2026, 11, 21)
OTHER_DAYS = [dt.date(2027, 1, 1), dt.date(2028, 2, 29), dt.date(2026, 5, 9)]
SMALL = 60
Record = TypeVar("Record", bound=Base)
BOX = ContactBox({1: b"k" * 32})


def _site(folder: Path) -> Flask:
    """Make an application with empty tables."""
    settings = Settings(
        data=folder,
        secret_key="a secret for tests only",
        contact_keys=f"1:{base64.b64encode(b'k' * 32).decode()}",
        database_url=f"sqlite:///{folder / 'sample.sqlite'}",
        rate_limits=False,
    )
    return create_app(settings)


def _load(folder: Path, as_of: dt.date, steps: list[tuple[str, int, int]]) -> SampleCounty:
    county = load_county(
        db.session(),
        Installation(
            MediaStore(folder / "media", folder / "originals"),
            DocumentStore(folder / "documents"),
            "secret",
            BOX,
        ),
        as_of=as_of,
        password_hash="not a hash",
        progress=lambda label, done, total: steps.append((label, done, total)),
        picture_width=SMALL,
    )
    db.session.commit()
    return county


class Loaded:
    """The county of the usual day, for the tests that only read it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.steps: list[tuple[str, int, int]] = []
        self.county = _load(folder, USUAL_DAY, self.steps)
        self.session = db.session()

    def all(self, model: type[Record]) -> list[Record]:
        return list(self.session.scalars(sa.select(model)))

    def year(self, year: int) -> list[Project]:
        return [project for project in self.all(Project) if project.year == year]

    def project(self, slug: str) -> Project:
        return next(project for project in self.all(Project) if project.slug == f"2026-{slug}")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    folder = tmp_path_factory.mktemp("county")
    app = _site(folder)
    with app.app_context():
        Base.metadata.create_all(db.engine)
        yield Loaded(folder)
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("as_of", OTHER_DAYS, ids=str)
def test_any_day_finds_a_whole_county(tmp_path: Path, as_of: dt.date) -> None:
    with _site(tmp_path).app_context():
        Base.metadata.create_all(db.engine)
        _load(tmp_path, as_of, [])
        session = db.session()
        assert publishing.verify(session) == []
        projects = session.scalars(sa.select(Project)).all()
        assert {standing(project, as_of).status for project in projects} == set(ScheduleStatus)
        assert max(standing(project, as_of).months_silent for project in projects) == 2
        last_moment = session.scalar(sa.select(sa.func.max(JournalEntry.at)))
        assert last_moment is not None
        assert local_date(last_moment) < as_of
        assert {case.state for case in session.scalars(sa.select(Suggestion))} == set(CaseState)
        assert session.scalars(sa.select(Wave)).all()[-1].is_open(as_of)
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("day", [dt.date(2027, month, day) for month in range(1, 13) for day in (1, 8, 9, 28)], ids=str)
def test_the_calendar_never_runs_ahead_of_the_day(day: dt.date) -> None:
    calendar = StoryCalendar(day)
    assert written(calendar.latest) <= written(calendar.newest) < f"{day:%Y-%m}"
    assert calendar.year in {day.year, day.year - 1}
    assert (calendar.latest < calendar.newest) == (day.day <= 8)


def _told(entry: JournalEntry) -> tuple[dt.datetime, str, str]:
    """What an entry says, but for commitments, whose salts are new each time."""
    return entry.at, entry.act, re.sub(r"[0-9a-f]{64}", "", entry.payload)


def test_the_same_day_tells_the_same_story(loaded: Loaded, tmp_path: Path) -> None:
    ours = [_told(entry) for entry in loaded.all(JournalEntry)]
    with _site(tmp_path).app_context():
        Base.metadata.create_all(db.engine)
        _load(tmp_path, USUAL_DAY, [])
        again = [_told(entry) for entry in db.session.scalars(sa.select(JournalEntry))]
        db.session.remove()
        db.engine.dispose()
    assert again == ours


def test_the_journal_is_clean_and_in_order(loaded: Loaded) -> None:
    assert publishing.verify(loaded.session) == []
    moments = [entry.at for entry in loaded.all(JournalEntry)]
    assert moments == sorted(moments)


def test_progress_ends_complete(loaded: Loaded) -> None:
    last = {label: (done, total) for label, done, total in loaded.steps}
    assert len(last) == 2
    assert all(done == total for done, total in last.values())


def test_the_county_is_invented_and_adds_up(loaded: Loaded) -> None:
    places = loaded.all(Division)
    assert all(place.is_invented and place.code.startswith("99") for place in places)
    assert all("示" in place.name or "例" in place.name for place in places)
    county = next(place for place in places if place.level is DivisionLevel.COUNTY)
    townships = [place for place in places if place.level is DivisionLevel.TOWNSHIP]
    assert len(townships) == 6
    assert sum(place.population or 0 for place in townships) == county.population


def test_two_programmes_show_every_category_and_kind(loaded: Loaded) -> None:
    assert {programme.year for programme in loaded.all(Programme)} == {2025, 2026}
    assert len(loaded.year(2025)) >= 12
    assert len(loaded.year(2026)) >= 18
    assert {project.category for project in loaded.year(2025) + loaded.year(2026)} == set(Category)
    assert {project.kind for project in loaded.year(2026)} == set(ProjectKind)


def test_every_status_and_last_year_kept(loaded: Loaded) -> None:
    assert {standing(project, USUAL_DAY).status for project in loaded.year(2026)} == set(ScheduleStatus)
    for project in loaded.year(2025):
        assert standing(project, USUAL_DAY).status is ScheduleStatus.DONE
        assert [report.month for report in project.published_reports] == [f"2025-{month:02d}" for month in range(1, 13)]
        assert project.stage in {Stage.ACCEPTED, Stage.IN_USE}


def test_reports_and_ledger_agree(loaded: Loaded) -> None:
    for project in loaded.all(Project):
        report = project.latest_report
        if report is None:
            continue
        funds = [line for line in project.funding_lines if line.kind is FundingKind.FUNDS]
        for kind, reported in (
            (MovementKind.ARRIVED, report.funds_arrived_fen),
            (MovementKind.DISBURSED, report.funds_disbursed_fen),
            (MovementKind.SPENT, report.funds_spent_fen),
        ):
            assert sum(line.moved(kind) for line in funds) == reported, project.slug
            assert sum(line.moved(kind, report.month_end) for line in funds) == reported, project.slug
    assert all(movement.amount_fen > 0 for movement in loaded.all(FundMovement))
    assert any(
        line.kind is FundingKind.LEVY and line.movements
        for project in loaded.all(Project)
        for line in project.funding_lines
    )


def test_only_the_planned_findings_fired_and_are_explained(loaded: Loaded) -> None:
    explained = [report for report in loaded.all(ProgressReport) if report.answers]
    assert {report.project.slug for report in explained} == {"2026-returnee-training"}
    assert all(answer.finding.startswith("done_with_little_spent") for report in explained for answer in report.answers)
    newest = explained[-1]
    findings = reporting.findings_of(newest)
    assert findings
    assert reporting.unexplained(newest, findings) == []


def test_parts_add_up_to_their_whole_in_every_report(loaded: Loaded) -> None:
    checked = 0
    for report in loaded.all(ProgressReport):
        values = {value.indicator_id: value.value for value in report.values}
        for indicator in report.project.indicators:
            if indicator.parts:
                assert sum(values[part.id] or 0 for part in indicator.parts) == values[indicator.id]
                checked += 1
    assert checked > 40


def test_over_fulfilment_is_kept_uncapped(loaded: Loaded) -> None:
    homes = next(project for project in loaded.year(2025) if project.slug == "2025-rental-homes")
    report = homes.latest_report
    assert report is not None
    value, target = report.values[0].value, homes.indicators[0].target
    assert value is not None
    assert target is not None
    assert value / target * 100 == 166


def test_the_desk_has_work(loaded: Loaded) -> None:
    states = Counter(report.state for report in loaded.all(ProgressReport))
    assert states[ReportState.SUBMITTED] == 1
    assert states[ReportState.RETURNED] == 1
    assert states[ReportState.DRAFT] >= 2
    assert states[ReportState.SUPERSEDED] == 1
    assert standing(loaded.project("lihe-river"), USUAL_DAY).months_silent == 2
    assert sum(case.prominence is Prominence.UNREVIEWED for case in loaded.all(Suggestion)) >= 3


def test_a_correction_says_why_and_shows_in_the_text(loaded: Loaded) -> None:
    project = loaded.project("children-clinic")
    wrong = next(report for report in project.reports if report.state is ReportState.SUPERSEDED)
    right = reporting.report_in_force(project, wrong.month or "")
    assert right is not None
    assert right.correction_reason
    assert right.done != wrong.done
    before, after = wrong.values[1].value, right.values[1].value
    assert before is not None
    assert after is not None
    assert before - after == 420
    assert len(right.photos) == len(wrong.photos)


def test_slips_keep_the_first_date_and_say_why(loaded: Loaded) -> None:
    slipped = [project for project in loaded.all(Project) if project.planned_finish != project.first_planned_finish]
    assert len(slipped) == 2
    for project in slipped:
        late = [step for step in project.milestones if step.planned_on != step.first_planned_on]
        assert late
        assert all(step.slip_reason for step in late)


def test_monthly_texts_do_not_repeat(loaded: Loaded) -> None:
    texts = Counter(report.done for report in loaded.all(ProgressReport) if report.state is ReportState.PUBLISHED)
    assert all(texts)
    repeated = {text: count for text, count in texts.items() if count > 4}
    assert not repeated
    assert len(texts) > 280


def test_every_picture_is_a_described_drawing_in_the_store(loaded: Loaded) -> None:
    photos = loaded.all(Photo)
    assert 70 <= len(photos) <= 100
    media = MediaStore(loaded.folder / "media", loaded.folder / "originals")
    for photo in photos:
        assert photo.is_drawing
        assert photo.alt_text.startswith("绘图：")
        assert photo.caption or photo.is_held
        assert media.path(photo.key, 480).exists()
    newest = [project.latest_report for project in loaded.year(2026) if project.stage is Stage.UNDER_WAY]
    assert sum(bool(report and report.photos) for report in newest) >= 12


def test_cases_show_every_way(loaded: Loaded) -> None:
    cases = loaded.all(Suggestion)
    assert len(cases) >= 36
    assert {case.state for case in cases} == set(CaseState)
    assert {case.kind for case in cases} == set(SuggestionKind)
    assert {case.prominence for case in cases} == set(Prominence)
    assert {case.rating for case in cases if case.rating} == set(Rating)
    assert {case.closed_as for case in cases if case.closed_as} == set(ClosedAs)
    assert any(case.is_overdue(USUAL_DAY) for case in cases)
    assert any(case.extended_because and not case.is_overdue(USUAL_DAY) for case in cases)
    assert {case.channel for case in cases} == set(CaseChannel) - {CaseChannel.OTHER_PLATFORM}
    assert all(case.original_number for case in cases if case.channel in NUMBERED)
    assert any(case.split_off and case.split_off[0].state is CaseState.CLOSED for case in cases)
    assert any(case.public_problem for case in cases)
    assert any(case.is_waiting_for_reply and (USUAL_DAY - case.reply_due).days > 7 for case in cases)
    counts = case_statistics.count(loaded.session, USUAL_DAY)
    assert counts.late == 1
    assert counts.disputed == 4
    assert any(case.prominence is Prominence.INTERNAL and not case.consent_to_publish for case in cases)


def test_public_words_hold_no_numbers_of_people(loaded: Loaded) -> None:
    shown = [case for case in loaded.all(Suggestion) if case.prominence is Prominence.PUBLIC]
    assert not any(re.search(r"\d{4}[ -]?\d{4}|\d{18}|[A-Z]·", case.public_words) for case in shown)


def test_what_residents_asked_for_is_traced_to_this_years_projects(loaded: Loaded) -> None:
    adopted = [one for case in loaded.all(Suggestion) for one in case.adoptions]
    assert {one.public_project.slug for one in adopted if one.public_project} == {
        "2026-charging-sheds",
        "2026-elevators",
    }
    for one in adopted:
        case = one.suggestion
        assert case.prominence is Prominence.PUBLIC
        assert local_date(case.received_at).year == 2025
        assert [event.kind for event in case.events].count(CaseEventKind.ADOPTED) == 2
        assert supports.counts(loaded.session, [case.id])[case.id] > 20


def test_the_reviewer_finds_words_and_templates_for_every_field(loaded: Loaded) -> None:
    templates = reply_templates.templates(loaded.session)
    assert {one.category for one in templates if one.use is TemplateUse.REPLY} == {None, *Category}
    assert {one.refusal_reason for one in templates if one.use is TemplateUse.REFUSAL} == set(RefusalReason)
    words = word_lists.words_of(loaded.session)
    hits = [word_lists.find(words, case.words) for case in loaded.all(Suggestion)]
    assert {hit.word_list for found in hits for hit in found} == set(WordList)


def test_contacts_are_sealed_for_their_case(loaded: Loaded) -> None:
    sealed = [case for case in loaded.all(Suggestion) if case.contact_sealed]
    assert len(sealed) == 3
    for case in sealed:
        assert BOX.open(case.contact_sealed or b"", case.subject).startswith("000-")


def test_codes_for_the_welcome_open_their_cases(loaded: Loaded) -> None:
    assert len(loaded.county.codes) >= 2
    for code, about in loaded.county.codes:
        assert about
        known = normalise(code) or ""
        idea = sa.select(CallIdea).where(CallIdea.code_hash == code_hash(known))
        assert by_code(loaded.session, known) or loaded.session.scalar(idea)


def test_one_account_for_every_role(loaded: Loaded) -> None:
    roles = {grant.role for member in loaded.all(StaffMember) for grant in member.grants}
    assert roles == set(Role)
    assert {username for username, _ in loaded.county.accounts} == {
        member.username for member in loaded.all(StaffMember)
    }


def test_problems_and_lookbacks(loaded: Loaded) -> None:
    problems = loaded.all(Problem)
    assert any(problem.is_open and not problem.is_overdue(USUAL_DAY) for problem in problems)
    assert any(problem.is_overdue(USUAL_DAY) for problem in problems)
    assert any(problem.photo_before and problem.photo_after and problem.evidence for problem in problems)
    assert len({lookback.result for lookback in loaded.all(LookBack)}) == 2
    assert all(lookback.project.year == 2025 for lookback in loaded.all(LookBack))


def test_the_closed_wave_has_a_coherent_distribution(loaded: Loaded) -> None:
    closed = next(wave for wave in loaded.all(Wave) if wave.has_closed(USUAL_DAY))
    responses = closed.unsealed_responses(loaded.session, USUAL_DAY)
    channels = Counter(response.channel for response in responses)
    assert channels[Channel.PHONE] >= 420
    assert channels[Channel.WEB] + channels[Channel.QR] >= 150
    assert all((response.division is not None) == (response.channel is Channel.PHONE) for response in responses)
    overall = shares(loaded.session, closed, [Channel.PHONE], USUAL_DAY)["overall"]
    content = sum(share.count for share in overall[:2]) / overall[0].base
    assert 0.55 < content < 0.8
    assert {question.role for question in closed.version.questions} >= set(QuestionRole) - {QuestionRole.OTHER}
    elderly = sum(response.age_band == "60_plus" for response in responses if response.channel is Channel.PHONE)
    assert elderly / channels[Channel.PHONE] > 0.25


def test_the_open_wave_takes_answers_for_a_month(loaded: Loaded) -> None:
    wave = next(wave for wave in loaded.all(Wave) if wave.is_open(USUAL_DAY))
    assert wave.closes_on == USUAL_DAY + dt.timedelta(days=30)
    assert len(wave.responses) >= 100
    version = wave.version
    translations = [wave.translations, version.translations, *(question.translations for question in version.questions)]
    translations += [option.translations for question in version.questions for option in question.options]
    assert all(set(texts) == {"en", "zh_Hant"} and all(texts.values()) for texts in translations)


@pytest.mark.parametrize("scene", sorted(SCENES))
def test_each_scene_says_sample_and_shows_progress(scene: str) -> None:
    drawn = []
    for progress in (0.0, 0.5, 1.0):
        canvas = Canvas(240, scene)
        SCENES[scene](canvas, progress)
        drawn.append(Image.open(io.BytesIO(canvas.finish())).convert("RGB"))
    assert all(picture.size == (240, 160) for picture in drawn)
    assert len({picture.tobytes() for picture in drawn}) >= (2 if scene == "field" else 3)
    for picture in drawn:
        corner = picture.crop((192, 134, 236, 156))
        assert corner.getpixel((1, 1)) == (13, 71, 140)
        assert (
            sum(pixel[0] > 200 for pixel in cast("list[tuple[int, int, int]]", list(corner.get_flattened_data()))) > 60
        )


def test_text_is_clean_simplified_chinese(loaded: Loaded) -> None:
    for report in loaded.all(ProgressReport):
        text = report.done + report.difficulties + report.next_step
        assert "{" not in text
        assert "。。" not in text
        assert unicodedata.is_normalized("NFC", text)


def test_files_are_public_read_and_one_was_taken_back(loaded: Loaded) -> None:
    files = loaded.all(Document)
    assert {file.media_type for file in files} == {
        kind.media_type for kind in (DocumentType.PDF, DocumentType.DOCX, DocumentType.XLSX)
    }
    assert all(file.pages and file.author is not file.publisher for file in files)
    withdrawn = [file for file in files if not file.is_open]
    assert [file.withdrawn_reason[:8] for file in withdrawn] == ["附表里有申请人的"]
    texts = {page.text for file in files for page in file.pages}
    assert any("十二个断面" in text for text in texts)
    assert any("健身器材" in text for text in texts)


def test_boards_hang_at_the_works(loaded: Loaded) -> None:
    boards = loaded.all(Board)
    assert len(boards) >= 9
    assert len({board.project_id for board in boards}) < len(boards)
    assert all(board.is_in_use and board.place for board in boards)


def test_policies_and_news_are_there_and_say_whose_they_are(loaded: Loaded) -> None:
    pages = loaded.session.scalars(ContentPage.visible_to_residents()).all()
    assert {page.kind for page in pages} == set(ContentKind)
    assert all(page.is_invented for page in pages)
    assert all(version.in_language("body", "en") for page in pages for version in page.versions)
    revised = next(page for page in pages if page.slug == "monitors")
    assert len(revised.versions) == revised.public_number == 2
    assert revised.versions[0].body != revised.versions[1].body
