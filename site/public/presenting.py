"""Small things templates need: exact fractions as printable decimals, names of places, the day's figures."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import sqlalchemy as sa

from minsheng.database import db
from minsheng.progress.directory import Place
from minsheng.progress.glances import Overview, for_cards
from minsheng.progress.sums import HasIdentity
from minsheng.records import rates
from minsheng.records.places import Division, DivisionLevel
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from pages import formats
from pages.language import current_language, plain_record_text
from pages.language import gettext as _
from pages.services import services


def tenth(value: Fraction | Decimal | int | None) -> Decimal | None:
    """Return an exact percentage or gap as a decimal with one place, which is how percentages are printed here."""
    return None if value is None else rates.rounded(Fraction(value))


def place_name(place: Division | None) -> str:
    """Return a place by name, below the county with the county's name before it, outside it as on a letter.

    In a language that all its places carry, the smallest comes first.
    """
    if place is None:
        return ""
    chain = place.chain
    if place.is_invented:
        chain = [step for step in chain if step.level not in {DivisionLevel.PROVINCE, DivisionLevel.CITY}] or chain
    names = [step.in_language("name", current_language()) for step in chain]
    return ", ".join(reversed(names)) if all(names) else "".join(step.name for step in chain)


def printed_date(text: str) -> str:
    """Return a date as exactly as it was printed: a day, a month, or whatever else the text says."""
    try:
        return formats.date(dt.date.fromisoformat(text)) if len(text) == 10 else formats.month(text)
    except ValueError:
        return plain_record_text(text)


def published_totals(programme: Programme) -> list[tuple[str, str]]:
    """Return what the publisher printed about a whole list, in words; never added to anything."""
    counts = (
        (_("清单项目数"), programme.items_total),
        (_("已完成"), programme.items_completed),
        (_("按序时推进"), programme.items_on_track),
        (_("进展偏慢"), programme.items_slow),
        (_("未开工"), programme.items_not_started),
    )
    amounts = (
        (_("计划投资"), programme.planned_investment_fen),
        (_("总投资"), programme.total_investment_fen),
        (_("已完成投资"), programme.completed_investment_fen),
    )
    rows = [(label, formats.number(count)) for label, count in counts if count is not None]
    rows += [(label, formats.money(fen)) for label, fen in amounts if fen is not None]
    if programme.stated_percent:
        rows.append((_("公布的完成率"), _stated_percent(programme.stated_percent)))
    return rows


def _stated_percent(printed: str) -> str:
    """Return a percentage as it was printed, with its sign, which the records leave out."""
    text = plain_record_text(printed)
    return text if text.endswith(("%", "％")) else f"{text}%"


def today() -> dt.date:
    """Return the civil date in China by the application's clock."""
    return services().today()


def due_day() -> int:
    """Return the day of the next month by which a monthly report is owed."""
    return services().report_due_day


def all_glances() -> Overview:
    """Return a glance at every visible project as of today."""
    return services().overview.on(db.session(), today(), due_day())


def loaded(projects: Sequence[HasIdentity]) -> list[Project]:
    """Return the same projects, given as records or as digests, in the same order, loaded for cards."""
    ids = [project.id for project in projects]
    query = (
        sa.select(Project).where(Project.id.in_(ids)).options(*for_cards()).execution_options(populate_existing=True)
    )
    found = {project.id: project for project in db.session.scalars(query)}
    return [found[number] for number in ids]


def visible_count() -> int:
    """Return how many projects residents can see."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(Project.visible_to_residents().subquery())) or 0


@dataclass(frozen=True)
class Branch:
    """A place in the tree with the branches below it."""

    place: Place
    below: "list[Branch]"


def as_tree(places: Sequence[Place], below: Division | None = None) -> list[Branch]:
    """Return places, which come with all places above them, as a tree with the provinces at its root.

    With ``below``, only what lies under that place, the places just below it at the root.
    """
    if below is not None:
        places = [each for each in places if below.covers(each.division) and each.division.id != below.id]
    branches = {place.division.id: Branch(place, []) for place in places}
    roots: list[Branch] = []
    for branch in branches.values():
        parent = branches.get(branch.place.division.parent_id or 0)
        (parent.below if parent else roots).append(branch)
    return roots
