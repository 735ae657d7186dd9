"""Records for tests, complete enough for the database; every argument may be overridden."""

import datetime as dt
import itertools
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, RoleGrant, StaffMember
from minsheng.database import Base
from minsheng.editorial import content_pages, publishing
from minsheng.editorial.content_pages import ContentKind, ContentPage
from minsheng.participation import call_acts
from minsheng.participation.calls import Call, CallState, CallTheme
from minsheng.records.documents import Document, DocumentKind
from minsheng.records.funding import FundingLine, FundingSource
from minsheng.records.indicators import Indicator
from minsheng.records.places import Agency, Division, DivisionLevel
from minsheng.records.programmes import Programme
from minsheng.records.projects import Category, Project, ProjectKind, Responsibility, ResponsibilityRole, Stage
from minsheng.records.publication import Publication
from minsheng.records.reports import IndicatorValue, ProgressReport
from minsheng.surveying.questionnaires import (
    Option,
    Question,
    Questionnaire,
    QuestionnaireVersion,
    QuestionRole,
    QuestionType,
)
from minsheng.surveying.surveys import Wave

Record = TypeVar("Record", bound=Base)


class Make:
    """Makes and flushes one record per call."""

    def __init__(self, session: Session, at: dt.datetime) -> None:
        self.session = session
        self.at = at
        self._numbers = itertools.count(1)

    def _add(self, record: Record) -> Record:
        self.session.add(record)
        self.session.flush()
        return record

    def division(self, **given: Any) -> Division:
        """A county in a city in a province."""
        number = next(self._numbers)
        province = Division.under(None, f"{90 + number % 9}{number:04d}", "某省", DivisionLevel.PROVINCE)
        county = Division.under(
            province, f"{91 + number % 8}{number:04d}", given.pop("name", "某县"), DivisionLevel.CITY, **given
        )
        self.session.add_all([province, county])
        return self._add(county)

    def agency(self, **given: Any) -> Agency:
        """An agency of a place."""
        number = next(self._numbers)
        return self._add(Agency(**{"slug": f"agency-{number}", "name": f"某县水利局{number}", **given}))

    def staff(self, *roles: Role, **given: Any) -> StaffMember:
        """A member of staff with these roles everywhere, or in ``division``/``agency`` where given."""
        number = next(self._numbers)
        scope = {name: given.pop(name) for name in ("division", "agency") if name in given}
        values = {
            "username": f"staff{number}",
            "display_name": f"职员{number}",
            "post": f"某县某局职员{number}",
            "password_hash": "not a hash",
            "created_at": self.at,
            **given,
        }
        return self._add(StaffMember(grants=[RoleGrant(role=role, **scope) for role in roles], **values))

    def programme(self, **given: Any) -> Programme:
        """A published programme of 2026."""
        number = next(self._numbers)
        values = {
            "slug": f"programme-{number}",
            "title": "2026年某县民生实事",
            "year": 2026,
            "level": DivisionLevel.COUNTY,
            **given,
        }
        if "division" not in values:
            values["division"] = self.division()
        programme = self._add(Programme(**values))
        publishing.publish_programme(self.session, programme, "某县民生办", self.at)
        return programme

    def project(self, *, published: bool = True, **given: Any) -> Project:
        """A works project of 2026 under way, with one indicator and one funding line of 1,000,000 yuan."""
        number = next(self._numbers)
        programme = given.pop("programme", None) or self.programme()
        values = {
            "slug": f"project-{number}",
            "title": "农村公路“村村通”",
            "programme": programme,
            "division": programme.division,
            "year": programme.year,
            "level": programme.level,
            "category": Category.TRANSPORT,
            "kind": ProjectKind.WORKS,
            "stage": Stage.UNDER_WAY,
            "planned_start": dt.date(2026, 1, 1),
            "planned_finish": dt.date(2026, 12, 31),
            "quality_standard": "四级公路标准，一次验收合格",
            "planned_investment_fen": 100_000_000,
            **given,
        }
        values.setdefault(
            "responsibilities", [Responsibility(position=0, role=ResponsibilityRole.PRINCIPAL, post="县交通局局长")]
        )
        values.setdefault("indicators", [Indicator(position=0, name="硬化道路", unit="公里", target=Decimal("22.5"))])
        values.setdefault(
            "funding_lines",
            [FundingLine(position=0, source=FundingSource.COUNTY, year=2026, planned_fen=100_000_000)],
        )
        project = self._add(Project(**values))
        if published:
            publishing.publish_project(self.session, project, "某县民生办", self.at)
        return project

    def document(self, record: Project | Programme, **given: Any) -> Document:
        """A published approval of a project or programme; its file is not in any store."""
        number = next(self._numbers)
        values = {
            "project": record if isinstance(record, Project) else None,
            "programme": record if isinstance(record, Programme) else None,
            "kind": DocumentKind.APPROVAL,
            "title": f"关于项目建议书的批复{number}",
            "key": f"{number:064x}",
            "media_type": "application/pdf",
            "size": 120_000,
            "dated": dt.date(2026, 2, 1),
            "publication": Publication.PUBLISHED,
            "added_at": self.at,
            **given,
        }
        return self._add(Document(**values))

    def report(self, project: Project, month: str = "2026-05", **given: Any) -> ProgressReport:
        """A draft report with a value for every indicator."""
        values = {
            "project": project,
            "month": month,
            "stage": Stage.UNDER_WAY,
            "physical_progress": Decimal(40),
            "funds_arrived_fen": 60_000_000,
            "funds_disbursed_fen": 50_000_000,
            "funds_spent_fen": 40_000_000,
            "done": "路基完成8.5公里。",
            "updated_at": self.at,
            **given,
        }
        if "author" not in values:
            values["author"] = self.staff(Role.REPORTER)
        report = ProgressReport(**values)
        report.values = [IndicatorValue(indicator=indicator, value=Decimal("8.5")) for indicator in project.indicators]
        return self._add(report)

    def published_report(self, project: Project, month: str = "2026-05", **given: Any) -> ProgressReport:
        """A report that one person wrote and another published."""
        report = self.report(project, month, **given)
        report.submit(self.at)
        publishing.publish_report(self.session, report, self.staff(Role.PUBLISHER), self.at)
        return report

    def wave(self, **given: Any) -> Wave:
        """A published survey wave open in June 2026, with an awareness, a satisfaction and an open question."""
        number = next(self._numbers)
        questionnaire = Questionnaire(slug=f"questionnaire-{number}", title="群众满意度调查")
        version = QuestionnaireVersion(questionnaire=questionnaire, number=1)
        version.questions = [
            Question(
                position=0,
                key="aware",
                type=QuestionType.SINGLE,
                role=QuestionRole.AWARENESS,
                text="您知道今年的民生实事吗？",
                options=[
                    Option(position=0, key="know_well", text="很了解"),
                    Option(position=1, key="heard", text="听说过"),
                    Option(position=2, key="never", text="没听说过"),
                ],
            ),
            Question(
                position=1,
                key="satisfied",
                type=QuestionType.SCALE,
                role=QuestionRole.SATISFACTION,
                text="总的来说，您满意吗？",
                show_if={"question": "aware", "options": ["know_well", "heard"]},
                options=[
                    Option(position=0, key="very_satisfied", text="很满意"),
                    Option(position=1, key="dissatisfied", text="不满意"),
                    Option(position=2, key="dont_know", text="说不清", is_substantive=False),
                ],
            ),
            Question(position=2, key="words", type=QuestionType.LONG_TEXT, text="还想说什么？", is_required=False),
        ]
        values = {
            "slug": f"wave-{number}",
            "title": "2026年上半年群众满意度调查",
            "year": 2026,
            "version": version,
            "opens_on": dt.date(2026, 6, 1),
            "closes_on": dt.date(2026, 6, 30),
            "is_published": True,
            **given,
        }
        if "division" not in values:
            values["division"] = self.division()
        self.session.add_all([questionnaire, version])
        wave = self._add(Wave(**values))
        publishing.record_wave(self.session, wave, "wave_published", "某县民生办", self.at)
        return wave

    def call(self, **given: Any) -> Call:
        """Add a round of asking that is open now."""
        values: dict[str, Any] = {
            "slug": f"call-{next(self._numbers)}",
            "state": CallState.DRAFT,
            "theme": CallTheme.NEXT_YEAR_LIST,
            "title": "明年的民生实事征集建议",
            "text": "请说说明年最该办的事。",
            "year": 2027,
            "opens_at": self.at - dt.timedelta(days=1),
            "closes_at": self.at + dt.timedelta(days=9),
            **given,
        }
        values.setdefault("division", self.division())
        values.setdefault("first_closes_at", values["closes_at"])
        call = self._add(Call(**values))
        call_acts.publish(self.session, call, "某县民生办", self.at)
        return call

    def content_page(self, **given: Any) -> ContentPage:
        """Add a published page of content."""
        writer = self.staff(Role.PUBLISHER)
        slug = given.get("slug", f"page-{next(self._numbers)}")
        page = content_pages.begin(self.session, given.get("kind", ContentKind.POLICY), slug, writer)
        content_pages.write(self.session, page, "高龄津贴办法", "年满八十岁，次月自动发放。", writer, self.at)
        content_pages.submit(self.session, page, 1, writer, self.at)
        content_pages.publish(self.session, page, 1, self.staff(Role.PUBLISHER), self.at)
        return page
