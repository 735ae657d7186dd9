"""Taking answers out by a registered rule, and taking them in again: who, why, journaled; results are made anew."""

import datetime as dt
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.accounts.staff import StaffMember
from minsheng.clock import local_date
from minsheng.errors import DomainError, ReasonRequiredError, WrongStateError
from minsheng.journal import Act
from minsheng.records.boards import Board
from minsheng.records.places import Division
from minsheng.surveying import surveys, wave_results
from minsheng.surveying.exclusions import Exclusion, ExclusionScope
from minsheng.surveying.quality_rules import QualityRule, require_registered
from minsheng.surveying.surveys import Response, Wave
from minsheng.surveying.wave_places import place_code, places_of

LEAST_AFTER_RESULTS = 10
"""Answers of one place and channel that leave together once results are published: of fewer, the difference between
the published results and the next ones would tell what single people answered."""


class TooFewToExcludeError(DomainError):
    """Results are published, and so few answers would leave that subtraction tells what people said."""

    code = "too_few_to_exclude"


class NothingToExcludeError(DomainError):
    """No answer that counts is meant."""

    code = "nothing_to_exclude"


@dataclass(frozen=True)
class Meant:
    """Which answers are meant: single ones by their ids, or all of a batch, an interviewer or a board by ``key``."""

    scope: ExclusionScope
    key: str = ""
    ids: Collection[int] = ()


def exclude(
    session: Session, wave: Wave, rule: QualityRule, meant: Meant, why: str, by: StaffMember, at: dt.datetime
) -> Exclusion:
    """Take answers out of the scores by a rule that was registered; the answers stay.

    A wave that has results gets new ones with the next number: at once, or where it has many answers by the clock's job
    (``wave_results.outdated``). Raises ``UnregisteredRuleError``,
    ``ReasonRequiredError``, ``NothingToExcludeError``, and ``TooFewToExcludeError`` once there are results.
    """
    require_registered(wave, rule)
    if not why.strip():
        raise ReasonRequiredError
    ids = _counting(session, wave, meant)
    if not ids:
        raise NothingToExcludeError
    has_results = wave_results.latest(session, wave) is not None
    if has_results and _fewest(session, wave, ids) < LEAST_AFTER_RESULTS:
        raise TooFewToExcludeError
    exclusion = Exclusion(
        wave=wave,
        rule=rule.value,
        who=by.post,
        why=why.strip(),
        at=at,
        scope=meant.scope,
        key=meant.key,
        count=len(ids),
    )
    session.add(exclusion)
    session.flush()
    _point(session, wave, ids, exclusion.id)
    extra: dict[str, object] = {
        "exclusion": exclusion.id,
        "rule": rule.value,
        "scope": meant.scope.value,
        "key": meant.key,
        "count": len(ids),
    }
    _record(session, wave, "answers_excluded", exclusion.why, extra, by, at)
    if has_results and sum(surveys.channel_counts(session, wave).values()) <= wave_results.MOST_AT_ONCE:
        wave_results.settle(session, wave, by.post, at)
    return exclusion


def take_in_again(session: Session, exclusion: Exclusion, why: str, by: StaffMember, at: dt.datetime) -> None:
    """Let excluded answers count again, which is a record of its own.

    Raises ``ReasonRequiredError``, and ``WrongStateError`` once it is undone or results rest on it.
    """
    if exclusion.undone_at is not None:
        raise WrongStateError("take_in_again", "undone")
    if wave_results.latest(session, exclusion.wave) is not None:
        raise WrongStateError("take_in_again", "results_published")
    if not why.strip():
        raise ReasonRequiredError
    ids = list(session.scalars(sa.select(Response.id).where(Response.exclusion_id == exclusion.id)))
    _point(session, exclusion.wave, ids, None)
    exclusion.undone_at, exclusion.undone_by, exclusion.undone_why = at, by.post, why.strip()
    extra: dict[str, object] = {"exclusion": exclusion.id, "rule": exclusion.rule, "count": len(ids)}
    _record(session, exclusion.wave, "answers_taken_in_again", exclusion.undone_why, extra, by, at)


def exclusions_of(session: Session, wave: Wave) -> list[Exclusion]:
    """Return the exclusions of a wave, the newest first."""
    return list(session.scalars(sa.select(Exclusion).where(Exclusion.wave_id == wave.id).order_by(Exclusion.id.desc())))


def _counting(session: Session, wave: Wave, meant: Meant) -> list[int]:
    """Return the ids of the answers that are meant and still count."""
    query = sa.select(Response.id).where(Response.wave_id == wave.id, Response.exclusion_id.is_(None))
    match meant.scope:
        case ExclusionScope.RESPONSE:
            query = query.where(Response.id.in_(list(meant.ids)))
        case ExclusionScope.BATCH:
            query = query.where(Response.batch == meant.key, Response.batch != "")
        case ExclusionScope.INTERVIEWER:
            query = query.where(Response.interviewer == meant.key, Response.interviewer != "")
        case ExclusionScope.BOARD:
            number = int(meant.key) if meant.key.isascii() and meant.key.isdigit() and len(meant.key) < 10 else 0
            query = query.where(Response.board_id.in_(sa.select(Board.id).where(Board.number == number)))
    return list(session.scalars(query))


def _fewest(session: Session, wave: Wave, ids: Collection[int]) -> int:
    """Return the least number of these answers that any one place and channel would lose."""
    meant, places = set(ids), places_of(wave)
    rows = session.execute(
        sa.select(Response.id, Response.channel, Division.path)
        .outerjoin(Division, Division.id == Response.division_id)
        .where(Response.wave_id == wave.id)
    )
    lost = Counter((place_code(places, path), channel) for key, channel, path in rows if key in meant)
    return min(lost.values())


def _point(session: Session, wave: Wave, ids: Collection[int], exclusion_id: int | None) -> None:
    """Let answers name their exclusion, or none, in statements that leave no trace of which came when."""
    listed = sorted(ids)
    for start in range(0, len(listed), 500):
        part = listed[start : start + 500]
        query = sa.update(Response).where(Response.wave_id == wave.id, Response.id.in_(part))
        session.execute(query.values(exclusion_id=exclusion_id).execution_options(synchronize_session=False))
    session.expire_all()


def _record(
    session: Session, wave: Wave, act: str, reason: str, extra: dict[str, object], by: StaffMember, at: dt.datetime
) -> None:
    """Journal an act; while the wave is open not even that answers were taken out is public."""
    is_public = wave.has_closed(local_date(at))
    said = Act(act, f"wave:{wave.slug}", by.post, is_public=is_public, reason=reason, extra=extra)
    journal.record(session, said, at)
