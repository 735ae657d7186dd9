"""What a project's record does not say yet, in words, for those who write it."""

from collections.abc import Iterable

from minsheng.records.eligibility import EligibilityStepKind
from minsheng.records.parts import PARTS, PEOPLE_KINDS
from minsheng.records.projects import Project, ProjectKind, Stage
from minsheng.records.safeguards import safeguards_of
from pages.language import gettext as _
from pages.words import word

BEGUN = frozenset({Stage.UNDER_WAY, Stage.COMPLETED, Stage.ACCEPTED, Stage.IN_USE, Stage.AFTER_CARE})
USED = frozenset({Stage.IN_USE, Stage.AFTER_CARE})


def gaps_of(project: Project) -> dict[str, str]:
    """Return, by part, what residents would look for at this stage of such a project and do not find."""
    is_works = project.kind is ProjectKind.WORKS
    found = {
        "funding_line": _named(() if project.funding_lines else ["funding"]),
        "milestone": _named(() if project.milestones or not is_works else ["milestones"]),
        "contract": _named(() if project.contracts or not is_works or project.stage not in BEGUN else ["contracts"]),
        "safeguard": _named(word(kind) for kind, kept in safeguards_of(project) if kept is None),
        "eligibility_step": _named(_missing_steps(project)),
        "after_care": _named(() if project.after_care or not is_works or project.stage not in USED else ["keeper"]),
    }
    return {name: words for name, words in found.items() if words and project.kind in PARTS[name].kinds}


def _missing_steps(project: Project) -> Iterable[str]:
    if project.kind not in PEOPLE_KINDS:
        return
    told = {step.kind for step in project.eligibility_steps}
    yield from (word(kind) for kind in EligibilityStepKind if kind not in told)


def _named(missing: Iterable[str]) -> str:
    words = {
        "funding": _("钱从哪来"),
        "milestones": _("各个节点的日期"),
        "contracts": _("和谁签的合同"),
        "keeper": _("谁来管护"),
    }
    return _("、").join(words.get(name, name) for name in missing)
