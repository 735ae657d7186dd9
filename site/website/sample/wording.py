"""The words of monthly reports: a project's own steps when something new happens, else the season's."""

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from minsheng.records.projects import Stage
from website.sample.content import content
from website.sample.plan import MonthState, ProjectPlan


@dataclass(frozen=True)
class ReportWords:
    """The three texts of a report, and a caption for its pictures."""

    done: str
    difficulties: str
    next_step: str
    caption: str


def report_words(plan: ProjectPlan, position: int, values: list[tuple[str, str, Decimal]]) -> ReportWords:
    """Return the words for the month at ``position`` of the plan; ``values`` are name, unit, value of the targets."""
    state = plan.months[position]
    before = plan.months[position - 1] if position else None
    steps = [_split(step) for step in plan.spec["steps"]]
    step = _step(plan, state)
    is_new = step is not None and (before is None or _step(plan, before) != step)
    sentence = _sentence(plan, position, steps[step][1] if step is not None and is_new else "")
    difficulties = str(plan.spec.get("hard", {}).get(str(step), "")) if is_new else ""
    if state.stage in {Stage.SUSPENDED, Stage.CANCELLED}:
        difficulties = plan.spec["ends_reason"]
    title = steps[step][0] if step is not None else "现场原貌"
    return ReportWords(sentence + _figures(plan, position, values), difficulties, _next(plan, position, steps), title)


def _split(step: str) -> tuple[str, str]:
    title, _, sentence = step.partition("｜")
    return title, sentence


def _pick(choices: list[Any], *about: object) -> Any:
    """Choose the same sentence for the same month of the same project, another one for its neighbours."""
    digest = hashlib.sha256(repr(about).encode()).digest()
    return choices[digest[0] % len(choices)]


def _step(plan: ProjectPlan, state: MonthState) -> int | None:
    """Return which of the project's own steps its progress has reached, or None before the first.

    The last step of a project that gets done is told when it is done; one still under way spreads its steps.
    """
    count = len(plan.spec["steps"])
    if state.progress <= 0:
        return None
    if state.progress >= 100:
        return count - 1
    if plan.gets_done:
        return state.progress * (count - 1) // 100
    return min(state.progress * count // int(plan.spec.get("steps_until", 100)), count - 1)


def _sentence(plan: ProjectPlan, position: int, own: str) -> str:
    """Return what was done in the month: the project's own news first."""
    state, phrases = plan.months[position], content("phrases")
    if state.stage in {Stage.SUSPENDED, Stage.CANCELLED} or (state.progress >= 100 and not own):
        return _standstill(plan, position)
    if own:
        return own + str(plan.spec.get("over_note", "") if state.progress >= 100 else "")
    if state.progress <= 0:
        preparing = plan.spec.get("preparing", phrases["preparing"]["sentences"])
        sentence = str(preparing[(position + len(plan.spec["slug"]) * 3) % len(preparing)])
        return sentence.format(title=plan.spec["title"], location=plan.spec["location"])
    season = phrases[plan.kind.value]["months"][state.month % 12]
    return str(_pick(season, plan.spec["slug"], state.month))


def _standstill(plan: ProjectPlan, position: int) -> str:
    """Return what there is to say of a project that was interrupted, or is done and being kept."""
    state, spec = plan.months[position], plan.spec
    is_first = plan.months[position - 1].stage is not state.stage
    if state.stage in {Stage.SUSPENDED, Stage.CANCELLED}:
        kept = content("phrases")["kept"][state.stage.value]
        return _split(spec["steps"][-1])[1] if is_first else str(kept)
    if is_first and state.stage.value in spec:
        return str(spec[state.stage.value])
    after = content("phrases")["after"]["works" if plan.kind == "works" else "people"]
    return str(after[(position + len(spec["slug"])) % len(after)])


def _figures(plan: ProjectPlan, position: int, values: list[tuple[str, str, Decimal]]) -> str:
    """Return the month's figures in a sentence, where there are any."""
    told = [f"{name}{value:,f}{unit}" for name, unit, value in values if value]
    if not told or plan.months[position].stage in {Stage.SUSPENDED, Stage.CANCELLED, Stage.IN_USE}:
        return ""
    template = _pick(content("phrases")["figures"]["templates"], plan.spec["slug"], position)
    return str(template.format(values="，".join(told)))


def _next(plan: ProjectPlan, position: int, steps: list[tuple[str, str]]) -> str:
    """Return what comes next: the title of the step that the following month will tell of."""
    phrases, state = content("phrases")["next"], plan.months[position]
    if state.stage in {Stage.SUSPENDED, Stage.CANCELLED}:
        return str(phrases[state.stage.value])
    if state.progress >= 100:
        return str(
            _pick(phrases["finished" if plan.kind == "works" else "finished_people"], plan.spec["slug"], position)
        )
    reached = _step(plan, state)
    following = 0 if reached is None else reached + 1
    # Nobody announces an interruption: its step is the last one.
    known = len(steps) - 1 if "ends" in plan.spec else len(steps)
    if following >= known or (
        reached is None and position + 1 < len(plan.months) and not plan.months[position + 1].progress
    ):
        return str(_pick(phrases["continuing"], plan.spec["slug"], position))
    return str(_pick(phrases["templates"], plan.spec["slug"], position).format(title=steps[following][0]))
