"""No public page asks the database more often because there is more to show."""

import datetime as dt
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from minsheng.casework.cases import Prominence, SuggestionKind
from minsheng.casework.suggestions import Suggestion
from minsheng.editorial import publishing
from minsheng.editorial.signatures import SignatureState
from minsheng.opinion.scheme_reading import shipped
from minsheng.oversight.inspections import InspectionCheck, InspectionPlan
from minsheng.oversight.problems import CommonProblem, Problem, ProblemKind, ProblemPhoto, ProblemSource
from minsheng.oversight.summonses import SummonsEntry, SummonsList
from minsheng.pictures.photos import Photo, PhotoPhase
from minsheng.progress.schedule import ScheduleStatus
from minsheng.records.funding import FundMovement, MovementKind
from minsheng.records.places import Division, DivisionLevel
from minsheng.records.projects import Category, Milestone, MilestoneKind, Project
from minsheng.surveying import assessment_schemes, assessments, wave_results
from minsheng.surveying.assessments import Assessment
from minsheng.surveying.surveys import Channel
from tests.factories import Make
from tests.public.conftest import Counter
from tests.surveys import answer, seeded, version_of_city

NO_PAGES = (
    "public.photos.",
    "public.cards.",
    "public.documents.",
    "public.boards.",
    "public.search.names",
    "public.feeds.search_results",
    "public.wellknown.security",
    "public.wellknown.favicon",
)
"""Beginnings of the names of what is no page: pictures and files, of which each has one record."""
ONE_PERSONS = (
    "public.my_place.",
    "public.subscriptions.",
    "public.suggestions.follow",
    "public.suggestions.rate_by_mail",
    "public.suggestions.dispute_by_mail",
    "public.case_erasure.",
    "public.calls.follow",
    "public.monitoring.",
    "public.surveys.thanks",
    "public.embeds.oembed",
)
"""Pages of one person, who has as many rows as they made."""


class Town:
    """A county that can grow: townships, agencies, projects with reports and ledgers, public cases, surveys."""

    def __init__(self, session: Session, make: Make) -> None:
        self.session, self.make = session, make
        self.programme = make.programme()
        assert self.programme.division is not None
        self.county: Division = self.programme.division
        self.plan, self.summons = self.watched()
        self.project, self.case = self.grow(1)
        self.wave, self.sheet = self.survey()
        self.call, self.page = make.call(division=self.county).slug, make.content_page().slug
        session.commit()

    def watched(self) -> tuple[InspectionPlan, SummonsList]:
        """Add a published round of inspections and a published summons list, both still empty."""
        plan = InspectionPlan(
            title="检查",
            year=2025,
            division=self.county,
            finished_from=dt.date(2025, 1, 1),
            finished_until=dt.date(2025, 12, 31),
            seed="1",
            drawn_at=self.make.at,
            pool_digest="0" * 64,
            state=SignatureState.PUBLISHED,
            published_at=self.make.at,
        )
        summons = SummonsList(
            programme=self.programme,
            period="2026-Q1",
            of=9,
            rule={"seriously_behind": "-20"},
            state=SignatureState.PUBLISHED,
            published_at=self.make.at,
        )
        self.session.add_all([plan, summons])
        self.session.flush()
        return plan, summons

    def watch(self, project: Project) -> None:
        """Check and summon a project, and close a problem of it with a picture."""
        self.plan.checks.append(
            InspectionCheck(
                project=project,
                category=Category.TRANSPORT,
                position=project.id,
                visited_on=dt.date(2026, 5, 1),
                answers={"kept": {"answer": "no", "note": "没人管"}},
            )
        )
        self.summons.entries.append(
            SummonsEntry(
                project=project,
                position=project.id,
                status=ScheduleStatus.OVERDUE,
                agency=project.agency,
                first_finish=dt.date(2026, 3, 1),
            )
        )
        problem = Problem(
            project=project,
            kind=ProblemKind.COMMON,
            common=self.common(project),
            agency=project.agency,
            source=ProblemSource.MEDIA,
            description="坑洼",
            found_on=dt.date(2026, 5, 1),
            deadline=dt.date(2026, 6, 1),
            cure="补好了",
        )
        self.session.add(problem)
        self.session.flush()
        problem.photos.append(ProblemPhoto(photo=project.photos[0], photo_id=project.photos[0].id, is_cure=True))
        problem.close("补好了", dt.date(2026, 5, 20))

    def common(self, project: Project) -> CommonProblem:
        """Return what most problems here have in common; each third has one of its own."""
        first = self.session.get(CommonProblem, 1)
        if first is not None and project.id % 3:
            return first
        made = CommonProblem(title="没有排水沟", author_id=self.make.staff().id, written_at=self.make.at)
        self.session.add(made)
        self.session.flush()
        return made

    def survey(self) -> tuple[str, str]:
        """Add a closed survey with its result, and an assessment that lists it; return their slugs."""
        scheme = assessment_schemes.locked(self.session, shipped("anhui-2010"), self.make.at, "某县民生办")
        wave = self.make.wave(
            division=self.county,
            version=version_of_city(),
            scheme=scheme,
            opens_on=dt.date(2026, 5, 1),
            closes_on=dt.date(2026, 5, 31),
        )
        random = seeded(1)
        for number in range(40):
            answer(self.session, wave, self.county.children[0], Channel.PHONE, random, f"town-{number}")
        self.session.flush()
        wave_results.settle(self.session, wave, "某县民生办", self.make.at)
        sheet = Assessment(
            slug="town", title="考核", year=2026, division=self.county, scheme=scheme, wave=wave, seats={}
        )
        self.session.add(sheet)
        self.session.flush()
        assessments.publish(self.session, sheet, "某县民生办", self.make.at)
        return wave.slug, sheet.slug

    def grow(self, count: int) -> tuple[Project, Suggestion]:
        """Add so many of everything and return the last project and case."""
        for _ in range(count):
            code = f"{900_000_000 + next(self.make._numbers)}"
            township = Division.under(self.county, code, f"{code}乡", DivisionLevel.TOWNSHIP)
            self.session.add(township)
            agency = self.make.agency(division=township)
            project = self.make.project(
                programme=self.programme,
                division=township,
                agency=agency,
                milestones=[
                    Milestone(kind=kind, first_planned_on=day, planned_on=day, weight=Decimal(50))
                    for kind, day in (
                        (MilestoneKind.START, dt.date(2026, 2, 1)),
                        (MilestoneKind.COMPLETION, dt.date(2026, 11, 1)),
                    )
                ],
            )
            moved = FundMovement(kind=MovementKind.ARRIVED, moved_on=dt.date(2026, 3, 1), amount_fen=60_000_000)
            project.funding_lines[0].movements.append(moved)
            project.photos.append(
                Photo(key=code.rjust(64, "0"), phase=PhotoPhase.DURING, alt_text="路面", width=800, height=600)
            )
            self.session.flush()
            self.watch(project)
            project.latitude, project.longitude = Decimal(30), Decimal(110)
            for month in ("2026-03", "2026-04"):
                self.make.published_report(project, month, physical_progress=Decimal(20))
            case = Suggestion(
                kind=SuggestionKind.SUGGESTION,
                project=project,
                agency=agency,
                division=township,
                words="晚上看不见路",
                code_hash=code.rjust(64, "0"),
                received_at=self.make.at,
                prominence=Prominence.PUBLIC,
                consent_to_publish=True,
                public_title="路灯",
                public_words="晚上看不见路",
                ticket=code,
                accept_due=dt.date(2026, 6, 12),
                reply_due=dt.date(2026, 7, 1),
            )
            self.session.add(case)
            publishing.record_suggestion(self.session, case, "case_received", "某县民生办", self.make.at)
            self.make.wave(division=self.county)
        self.session.commit()
        return project, case


@pytest.fixture
def town(session: Session, make: Make) -> Town:
    """A county with one of everything."""
    return Town(session, make)


def addresses(app: Flask, town: Town) -> dict[str, str]:
    """Return an address of every public page, by the page's name."""
    known = {
        "code": town.county.code,
        "period": "2026-04",
        "quarter": "2026-Q1",
        "plan_id": town.plan.id,
        "case_id": town.case.id,
        "number": town.project.photos[0].id,
        "kind": "projects",
        "part": 1,
        "folder": "projects",
        "key": town.project.slug,
    }
    slugs = {
        "programmes": town.programme.slug,
        "agencies": town.project.agency.slug,  # type: ignore[union-attr]  # made with one
        "surveys": town.wave,
        "assessments": town.sheet,
        "schemes": "default",
        "calls": town.call,
        "pages": town.page,
    }
    asked = {"code": town.county.children[0].code, "programme": "roads"}
    found = {}
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith("public.") or rule.endpoint.startswith((*NO_PAGES, *ONE_PERSONS)):
            continue
        if "GET" not in (rule.methods or set()):
            continue
        slug = next((slug for word, slug in slugs.items() if rule.rule.startswith(f"/{word}")), town.project.slug)
        with app.test_request_context():
            own = asked if rule.endpoint.startswith("public.survey_results.") else {}
            values = {name: own.get(name) or known.get(name, slug) for name in rule.arguments}
            built = rule.build(values, append_unknown=False)
        assert built is not None, rule
        found[rule.endpoint] = built[1]
    return found


def test_more_rows_do_not_mean_more_queries(
    app: Flask, client: FlaskClient, session: Session, town: Town, queries: Counter, standing_clock: None
) -> None:
    pages = addresses(app, town)
    failed: list[str] = []

    def sent(address: str) -> int:
        """Ask under a parameter that no page knows, so that it is made anew."""
        session.expire_all()
        with queries() as statements:
            answer = client.get(f"{address}?made=anew")
        if answer.status_code != 200:
            failed.append(f"{answer.status_code} {address}")
        return len(statements)

    def counts() -> dict[str, int]:
        return {name: sent(address) for name, address in pages.items()}

    town.grow(3)
    counts()
    few = counts()
    town.grow(8)
    counts()
    many = counts()
    assert {name: (few[name], many[name]) for name in pages if many[name] > few[name]} == {}
    assert not failed, "\n".join(sorted(set(failed)))
    assert len(pages) > 25
