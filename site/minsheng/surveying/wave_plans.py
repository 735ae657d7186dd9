"""Planning a wave: written as a draft, published by a second person, prolonged or closed early with a public reason."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.accounts.staff import StaffMember
from minsheng.clock import local_date
from minsheng.editorial import publishing
from minsheng.errors import (
    AddressTakenError,
    IncompleteRecordError,
    InvalidValuesError,
    OwnWorkError,
    ReasonRequiredError,
    WrongStateError,
)
from minsheng.journal import Act
from minsheng.opinion.schemes import Scheme
from minsheng.records.places import Division
from minsheng.records.programmes import Programme
from minsheng.surveying import assessment_schemes, scheme_fit
from minsheng.surveying.quality_rules import QualityRule, checked, rules_hash
from minsheng.surveying.questionnaires import QuestionnaireVersion
from minsheng.surveying.scheme_fit import SchemeMisfitError
from minsheng.surveying.surveys import Channel, Wave

LONGEST_DAYS = 366
"""A wave asks about one year."""


@dataclass(frozen=True)
class WavePlan:
    """Everything that is settled before a wave opens.

    ``place_codes`` are the places to compare, empty for all directly below ``division``; ``rules`` are thresholds by
    rule of quality, 0 for a rule without one.
    """

    title: str
    year: int
    division: Division
    version: QuestionnaireVersion
    scheme: Scheme
    opens_on: dt.date
    closes_on: dt.date
    channels: Sequence[Channel]
    place_codes: Sequence[str] = ()
    programme: Programme | None = None
    rules: Mapping[QualityRule, float] = field(default_factory=dict)
    translations: Mapping[str, str] = field(default_factory=dict)


def begin(session: Session, slug: str, plan: WavePlan, by: StaffMember, at: dt.datetime) -> Wave:
    """Add a wave as a draft. Raises ``AddressTakenError``, and as ``rewrite``."""
    if session.scalar(sa.select(Wave.id).where(Wave.slug == slug)) is not None:
        raise AddressTakenError
    wave = Wave(slug=slug, is_published=False, writer_ids=[])
    _put(session, wave, plan, by, at)
    session.add(wave)
    session.flush()
    _note(session, wave, "wave_planned", by, at)
    return wave


def rewrite(session: Session, wave: Wave, plan: WavePlan, by: StaffMember, at: dt.datetime) -> None:
    """Put a plan in place of a draft's.

    Raises ``WrongStateError`` once it is published, ``InvalidValuesError`` for days, channels, places or thresholds
    that cannot be, and ``SchemeMisfitError`` for a scheme that cannot score the questions.
    """
    if wave.is_published:
        raise WrongStateError("plan", "published")
    _put(session, wave, plan, by, at)
    session.flush()
    _note(session, wave, "wave_plan_changed", by, at)


def discard(session: Session, wave: Wave, by: StaffMember, at: dt.datetime) -> None:
    """Delete a draft. Raises ``WrongStateError`` once it is published, or where a frame or paper hangs on it."""
    if wave.is_published:
        raise WrongStateError("discard", "published")
    _note(session, wave, "wave_plan_discarded", by, at)
    try:
        with session.begin_nested():
            session.delete(wave)
    except IntegrityError as error:
        raise WrongStateError("discard", "in_use") from error


def publish(session: Session, wave: Wave, by: StaffMember, at: dt.datetime, *, one_person_mode: bool = False) -> None:
    """Let residents see a wave; from its first day on they answer. Its rules and dates stand from now on.

    Raises ``WrongStateError`` where it is published or its last day is past, ``IncompleteRecordError`` without
    questions or channels, and ``OwnWorkError`` for whoever planned it, unless one person may do both.
    """
    if wave.is_published:
        raise WrongStateError("publish", "published")
    if wave.closes_on < local_date(at):
        raise WrongStateError("publish", "past")
    missing = tuple(
        name for name, there in (("questions", wave.version.questions), ("channels", wave.channels)) if not there
    )
    if missing:
        raise IncompleteRecordError(missing)
    is_own = by.id in wave.writer_ids
    if is_own and not one_person_mode:
        raise OwnWorkError
    wave.is_published, wave.one_person = True, is_own
    publishing.record_wave(session, wave, "wave_published", by.post, at)
    if wave.quality_rules:
        extra = {"rules": dict(wave.quality_rules), "sha256": rules_hash(wave)}
        journal.record(session, Act("quality_rules_registered", f"wave:{wave.slug}", by.post, extra=extra), at)
    if is_own:
        journal.record(session, Act("published_by_one_person", f"wave:{wave.slug}", by.post), at)


def prolong(session: Session, wave: Wave, closes_on: dt.date, reason: str, by: StaffMember, at: dt.datetime) -> None:
    """Move the last day of a published wave further away; the first one stays visible, and so does the reason.

    Raises ``WrongStateError`` unless it is published and has not closed, ``ReasonRequiredError``, and
    ``InvalidValuesError`` for a day that is not later, or is out of the year.
    """
    if not wave.is_published or wave.has_closed(local_date(at)):
        raise WrongStateError("prolong", "closed" if wave.is_published else "draft")
    if not reason.strip():
        raise ReasonRequiredError
    if closes_on <= wave.closes_on:
        raise InvalidValuesError({"closes_on": "not_later"})
    if (closes_on - wave.opens_on).days > LONGEST_DAYS:
        raise InvalidValuesError({"closes_on": "too_long"})
    before = wave.snapshot()
    wave.first_closes_on = wave.first_closes_on or wave.closes_on
    wave.closes_on, wave.dates_reason = closes_on, reason.strip()
    _record_dates(session, wave, "wave_prolonged", before, by, at)


def close_early(session: Session, wave: Wave, reason: str, by: StaffMember, at: dt.datetime) -> None:
    """Close before the last day, which takes the seal off. Raises ``WrongStateError`` and ``ReasonRequiredError``."""
    if not reason.strip():
        raise ReasonRequiredError
    before = wave.snapshot()
    wave.close(at)
    wave.dates_reason = reason.strip()
    _record_dates(session, wave, "wave_closed", before, by, at)


def _put(session: Session, wave: Wave, plan: WavePlan, by: StaffMember, at: dt.datetime) -> None:
    """Check a plan and write it to a wave."""
    problems = _problems(plan)
    if problems:
        raise InvalidValuesError(problems)
    rules = checked(plan.rules)
    found = scheme_fit.misfits(plan.scheme, plan.version)
    if found:
        raise SchemeMisfitError(found)
    wave.title, wave.year, wave.division, wave.version = plan.title.strip(), plan.year, plan.division, plan.version
    wave.translations = {language: text.strip() for language, text in plan.translations.items() if text.strip()}
    wave.opens_on, wave.closes_on, wave.programme = plan.opens_on, plan.closes_on, plan.programme
    wave.channels = [channel.value for channel in Channel if channel in plan.channels]
    wave.place_codes, wave.quality_rules = sorted(plan.place_codes), rules
    wave.writer_ids = sorted({*wave.writer_ids, by.id})
    if wave.scheme is None or wave.scheme.content_hash != plan.scheme.content_hash:
        wave.scheme = assessment_schemes.locked(session, plan.scheme, at, by.post)


def _problems(plan: WavePlan) -> dict[str, str]:
    """Return what cannot be, by field."""
    problems = {}
    if plan.closes_on < plan.opens_on:
        problems["closes_on"] = "before_first_day"
    elif (plan.closes_on - plan.opens_on).days > LONGEST_DAYS:
        problems["closes_on"] = "too_long"
    if not plan.channels:
        problems["channels"] = "none"
    below = {place.code for place in plan.division.children}
    if not set(plan.place_codes) <= below:
        problems["places"] = "elsewhere"
    if not plan.version.questions:
        problems["version"] = "no_questions"
    return problems


def _note(session: Session, wave: Wave, act: str, by: StaffMember, at: dt.datetime) -> None:
    """Journal a step of planning, which residents do not see."""
    extra = {"plan": wave.snapshot()}
    journal.record(session, Act(act, f"wave_plan:{wave.slug}", by.post, is_public=False, extra=extra), at)


def _record_dates(
    session: Session, wave: Wave, act: str, before: dict[str, object], by: StaffMember, at: dt.datetime
) -> None:
    session.flush()
    reason = wave.dates_reason
    said = Act(act, f"wave:{wave.slug}", by.post, reason=reason, before=before, after=wave.snapshot())
    journal.record(session, said, at)
