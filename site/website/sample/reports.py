"""Monthly reports: written by one desk, signed by another, month after month."""

import datetime as dt
from decimal import Decimal
from functools import partial

from minsheng import journal
from minsheng.editorial import publishing, reporting
from minsheng.journal import Act
from minsheng.records.indicators import Indicator, Measure
from minsheng.records.projects import MilestoneKind, Project, ProjectKind, Stage
from minsheng.records.reports import IndicatorValue, ProgressReport, ReportState
from website.sample.calendar import day_in, last_day, moment, month_of, written
from website.sample.content import content, exact
from website.sample.money import Ledger, Sums
from website.sample.photo_plans import make_photo, photo_plans
from website.sample.plan import MonthState, ProjectPlan
from website.sample.side_records import SideRecords
from website.sample.wording import ReportWords, report_words
from website.sample.world import OFFICE, World

HALF = 55


class Chronicle:
    """Tells the months of one project."""

    def __init__(self, world: World, project: Project, plan: ProjectPlan) -> None:
        self._world = world
        self._project = project
        self._plan = plan
        self._ledger = Ledger(plan, project.funding_lines)
        self._beside = SideRecords(world, project, plan)
        self._photos = {photo.month: photo for photo in photo_plans(plan)}

    def plan_months(self) -> None:
        """Put every month into the story, and what is still in work on the desks."""
        calendar, pending = self._world.calendar, self._plan.pending
        self._beside.plan_start()
        last = len(self._plan.months) - 1
        for position, state in enumerate(self._plan.months):
            if position == last and pending in {ReportState.SUBMITTED, ReportState.RETURNED}:
                self._world.story.at(moment(calendar.yesterday, 15), partial(self._pending, position, pending))
            else:
                self._world.story.at(self._published_at(state.month), partial(self._month, position))
            if position == last - 1 and "correct" in self._plan.spec:
                self._world.story.at(moment(day_in(state.month + 1, 19), 15), partial(self._correct, state.month))
        if pending is ReportState.DRAFT:
            self._world.story.at(moment(calendar.yesterday, 16), self._draft)
        if "slip" in self._plan.spec:
            self._plan_slip()

    def _published_at(self, month: int) -> dt.datetime:
        """Return when a month was published: within the first days of the next, or on its last day at year's end."""
        if month > self._world.calendar.latest:
            return moment(last_day(month), 17)
        return moment(day_in(month + 1, 4 + len(self._project.slug) % 4), 9 + len(self._project.title) % 7, 20)

    def _month(self, position: int, at: dt.datetime) -> None:
        """Publish one month: money moves, steps are reached, one writes, another signs."""
        state = self._plan.months[position]
        self._ledger.advance(state)
        self._reach_milestones(state)
        report = self._write(position, self._ledger.sums(), at)
        report.submit(at - dt.timedelta(hours=5))
        findings = reporting.findings_of(report)
        if findings:
            # Fails for a finding that nobody wrote an explanation for: the story is then not coherent.
            words = {**content("phrases")["explanations"], **self._plan.spec.get("explain", {})}
            reporting.explain(report, findings, {finding.key: words[finding.code.value] for finding in findings})
        self._world.session.flush()
        publishing.publish_report(
            self._world.session, report, self._world.publisher, at, [finding.key for finding in findings]
        )
        self._beside.month_published(state, report, at)

    def _write(self, position: int, sums: Sums, at: dt.datetime) -> ProgressReport:
        """Return the draft of a month with its values and pictures."""
        state, project = self._plan.months[position], self._project
        values = _indicator_values(self._plan, project.indicators, state)
        mistake = self._plan.spec.get("correct")
        if mistake and position == len(self._plan.months) - 2:
            values[mistake["indicator"]] += mistake["add"]
        whole = [
            (indicator.name, indicator.unit, values[indicator.position])
            for indicator in reporting.whole_indicators(project)
        ]
        words = report_words(self._plan, position, whole)
        is_works = project.kind is ProjectKind.WORKS
        report = ProgressReport(
            project=project,
            month=written(state.month),
            stage=state.stage,
            physical_progress=Decimal(min(state.progress, 100)) if is_works else None,
            funds_arrived_fen=sums.arrived,
            funds_disbursed_fen=sums.disbursed,
            funds_spent_fen=sums.spent,
            investment_completed_fen=(project.planned_investment_fen or 0) * state.progress // 100
            if is_works
            else None,
            done=words.done,
            difficulties=words.difficulties,
            next_step=words.next_step,
            author=self._world.author_for(project),
            updated_at=at - dt.timedelta(hours=6),
        )
        report.values = [
            IndicatorValue(indicator=indicator, value=values[indicator.position]) for indicator in project.indicators
        ]
        self._world.session.add(report)
        self._add_photo(report, state, words)
        self._world.session.flush()
        return report

    def _add_photo(self, report: ProgressReport, state: MonthState, words: ReportWords) -> None:
        plan = self._photos.get(state.month)
        if plan is not None:
            report.photos.append(make_photo(self._world.gallery, self._project, plan, words.caption))

    def _value(self, report: ProgressReport, position: int) -> IndicatorValue:
        return next(value for value in report.values if value.indicator.position == position)

    def _correct(self, month: int, at: dt.datetime) -> None:
        """Correct a published month with a public reason."""
        mistake = self._plan.spec["correct"]
        report = reporting.report_in_force(self._project, written(month))
        if report is None:
            return
        written_at = at - dt.timedelta(hours=4)
        author = self._world.author_for(self._project)
        revision = report.correction(author, mistake["reason"], written_at)
        self._world.session.add(revision)
        wrong = self._value(revision, mistake["indicator"])
        was = wrong.value or Decimal(0)
        wrong.value = was - mistake["add"]
        revision.done = revision.done.replace(f"{was:,f}", f"{wrong.value:,f}")
        reporting.carry_photos(report, revision)
        self._world.session.flush()
        revision.submit(written_at)
        publishing.publish_report(self._world.session, revision, self._world.publisher, at)

    def _pending(self, position: int, pending: ReportState, at: dt.datetime) -> None:
        """Leave the newest month with the second person, or back with the first."""
        report = self._write(position, self._ledger.preview(self._plan.months[position]), at)
        report.submit(at)
        if pending is ReportState.RETURNED:
            report.send_back(self._plan.spec["returned_reason"], at + dt.timedelta(hours=1))
        self._world.session.flush()

    def _draft(self, at: dt.datetime) -> None:
        """Leave a draft on the desk: the figures of the last month carried on, the words begun."""
        project, sums = self._project, self._ledger.sums()
        last = self._plan.months[-1]
        month = max(self._world.calendar.newest, last.month + 1)
        draft = ProgressReport(
            project=project,
            month=written(month),
            stage=project.stage,
            physical_progress=Decimal(last.progress) if project.kind is ProjectKind.WORKS else None,
            funds_arrived_fen=sums.arrived,
            funds_disbursed_fen=sums.disbursed,
            funds_spent_fen=sums.spent,
            done="（草稿）现场数字还在核，先把照片和进度记在这里。",
            author=self._world.author_for(project),
            updated_at=at,
        )
        values = _indicator_values(self._plan, project.indicators, last)
        draft.values = [
            IndicatorValue(indicator=indicator, value=values[indicator.position]) for indicator in project.indicators
        ]
        self._world.session.add(draft)
        self._world.session.flush()

    def _reach_milestones(self, state: MonthState) -> None:
        """Write down the real dates of the steps that were reached by the end of a month."""
        project, plan = self._project, self._plan
        end = last_day(state.month)
        if state.progress > 0 and project.actual_start is None:
            project.actual_start = (
                max(plan.start, day_in(state.month, 2)) if plan.start <= end else day_in(state.month, 2)
            )
        if state.progress >= 100 and project.actual_finish is None:
            project.actual_finish = plan.actual_finish
        reached = {
            MilestoneKind.APPROVAL: plan.start - dt.timedelta(days=44),
            MilestoneKind.BIDDING: plan.start - dt.timedelta(days=14),
            MilestoneKind.START: project.actual_start if state.progress > 0 else None,
            MilestoneKind.MAIN_STRUCTURE: day_in(state.month, 24)
            if state.progress >= self._plan.spec.get("main_structure_at", HALF)
            else None,
            MilestoneKind.COMPLETION: project.actual_finish,
            MilestoneKind.ACCEPTANCE: day_in(state.month, 16) if state.stage is Stage.ACCEPTED else None,
            MilestoneKind.HAND_OVER: day_in(state.month, 12) if state.stage is Stage.IN_USE else None,
        }
        for milestone in project.milestones:
            day = reached[milestone.kind]
            if milestone.actual_on is None and day is not None and day <= end:
                milestone.actual_on = day

    def _plan_slip(self) -> None:
        """Put in the day on which the finish was moved, once more than half the time had passed."""
        plan = self._plan
        day = plan.start + dt.timedelta(days=(plan.finish - plan.start).days * HALF // 100)
        latest = day_in(self._world.calendar.latest, 12)
        if month_of(day) >= month_of(latest):
            day = latest
        self._world.story.at(moment(day, 14), self._slip)

    def _slip(self, at: dt.datetime) -> None:
        """Move the finish and the steps after it, with the reason in public; the first dates stay."""
        before = self._project.snapshot()
        slip = self._plan.spec["slip"]
        later = dt.timedelta(days=slip["days"])
        self._project.planned_finish = self._plan.finish + later
        for milestone in self._project.milestones:
            if milestone.kind in {MilestoneKind.COMPLETION, MilestoneKind.ACCEPTANCE, MilestoneKind.HAND_OVER}:
                milestone.planned_on = milestone.first_planned_on + later
                milestone.slip_reason = slip["reason"]
        self._world.session.flush()
        subject, after = f"project:{self._project.slug}", self._project.snapshot()
        act = Act("project_revised", subject, OFFICE, self._project.slug, True, slip["reason"], before, after)
        journal.record(self._world.session, act, at)


def _indicator_values(plan: ProjectPlan, indicators: list[Indicator], state: MonthState) -> dict[int, Decimal]:
    """Return the value of every target at the end of a month, by position; parts add up to their whole."""
    values: dict[int, Decimal] = {}
    entries = iter(plan.spec["indicators"])
    for indicator in indicators:
        if indicator.part_name:
            continue
        entry = next(entries)
        places = Decimal(1).scaleb(-entry.get("places", 0))
        target = indicator.target or Decimal(0)
        if indicator.measure is Measure.CUMULATIVE:
            goal = Decimal(str(entry.get("over", entry["target"])))
            values[indicator.position] = (goal * state.progress / 100).quantize(places)
        else:
            first, last = Decimal(str(entry["from"])), Decimal(str(entry["to"]))
            values[indicator.position] = (first + (last - first) * state.progress / 100).quantize(places)
        rest, open_targets = values[indicator.position], target
        for part in indicator.parts:
            share = (rest * (part.target or 0) / open_targets).quantize(places) if open_targets else Decimal(0)
            values[part.position] = share
            rest, open_targets = rest - share, open_targets - (part.target or 0)
    return {position: exact(value) for position, value in values.items()}
