"""What the page of one own programme tells beyond its sums: starts, places, targets, problems, look-backs."""

from typing import Any

from minsheng.database import db
from minsheng.oversight import ledger
from minsheng.progress.comparison import means, projects_of
from minsheng.progress.retrospect import last_closed_month, standings_at
from minsheng.progress.starts import starts_at
from minsheng.progress.sums import ProgrammeSums, sums_by_source
from minsheng.records import beneficiaries, targets
from minsheng.records.programmes import Programme
from minsheng.records.scope import Scope
from pages.words import word
from public import presenting
from public.progress import comparison
from public.progress.laggards import rows_of

LAGGARDS = 6
MOST_LOOKED_BACK = 400
"""Programmes with more projects tell starts and places on pages of their own, so that this one stays quick."""


def own(programme: Programme, sums: ProgrammeSums) -> dict[str, Any]:
    """Return what the page of an own programme shows, in a fixed number of queries."""
    session, today = db.session(), presenting.today()
    scope = Scope(programme=programme)
    found: dict[str, Any] = {
        "late": rows_of([each.id for each in sums.late[:LAGGARDS]]),
        "silent": rows_of([each.id for each in sums.silent[:LAGGARDS]]),
        "sources": sources_of(programme),
        "targets": targets.targets(session, scope),
        "problems": ledger.problems(session, scope, today),
        "look_backs": ledger.look_backs(session, scope, today),
        "reviews": ledger.reviews(session, scope),
        "beneficiaries": beneficiaries.beneficiaries(session, programme),
        "today": today,
    }
    if 0 < sums.projects <= MOST_LOOKED_BACK:
        found |= _looked_back(programme, scope)
    return found


def _looked_back(programme: Programme, scope: Scope) -> dict[str, Any]:
    """Return what needs every report of every project: the mean that was due, starts and places month by month."""
    due_day = presenting.due_day()
    projects = projects_of(db.session(), scope)
    month = min(last_closed_month(presenting.today(), due_day), f"{programme.year}-12")
    return {
        "expected": means(projects, standings_at(projects, month, due_day))[1],
        "starts": starts_at(projects, month),
        "multiples": comparison.multiples(programme, projects),
    }


def sources_of(programme: Programme) -> list[dict[str, Any]]:
    """Return the money of an own programme by source, as ``charts.money_by_source`` draws it."""
    return [
        {
            "source": word(each.source),
            "planned": each.planned,
            "arrived": each.arrived,
            "disbursed": each.disbursed,
            "spent": each.spent,
        }
        for each in sums_by_source(db.session(), programme)
    ]
