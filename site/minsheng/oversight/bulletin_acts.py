"""Issuing bulletins: prepared from the figures, edited in words, handed in, signed by another, corrected, withdrawn.

What the fields say is not typed by anybody: it is taken from the records when the text is prepared and again whenever
it is saved, and publishing is refused where the records say something else by then.
"""

import datetime as dt
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.accounts.staff import StaffMember
from minsheng.editorial.signatures import SignatureState
from minsheng.errors import ChangedMeanwhileError, InvalidValuesError, ReasonRequiredError, WrongStateError
from minsheng.journal import Act
from minsheng.oversight.bulletin_issues import BlockName, BulletinIssue, typed_figures, unknown_fields, used_fields
from minsheng.records.programmes import Programme

OPEN = (SignatureState.DRAFT, SignatureState.SUBMITTED, SignatureState.RETURNED)
LONGEST_BLOCK = 4000


def issues_of(session: Session, programme: Programme, period: str) -> list[BulletinIssue]:
    """Return the editions of a period, newest first, whatever their state."""
    query = sa.select(BulletinIssue).where(BulletinIssue.programme_id == programme.id, BulletinIssue.period == period)
    return list(session.scalars(query.order_by(BulletinIssue.number.desc())))


def published(session: Session, programme: Programme, period: str) -> BulletinIssue | None:
    """Return the newest edition that residents know of: published, or the stub of a withdrawn one."""
    query = BulletinIssue.known_to_residents().where(
        BulletinIssue.programme_id == programme.id, BulletinIssue.period == period
    )
    return session.scalar(query.order_by(BulletinIssue.number.desc()).limit(1))


def prepare(
    session: Session,
    programme: Programme,
    period: str,
    title: str,
    blocks: Mapping[BlockName, str],
    figures: Mapping[str, str],
    by: StaffMember,
) -> BulletinIssue:
    """Begin an edition with texts made from the figures. Raises ``WrongStateError`` where one is being written."""
    earlier = issues_of(session, programme, period)
    if programme.is_compiled or any(one.state in OPEN for one in earlier):
        raise WrongStateError("prepare", "exists")
    issue = BulletinIssue(
        programme=programme,
        period=period,
        number=len(earlier) + 1,
        title=title,
        blocks={name.value: text for name, text in blocks.items()},
        figures=dict(figures),
        state=SignatureState.DRAFT,
    )
    session.add(issue)
    issue.write_as(by)
    session.flush()
    return issue


def edit(
    issue: BulletinIssue,
    title: str,
    blocks: Mapping[str, str],
    figures: Mapping[str, str],
    by: StaffMember,
    *,
    correction_reason: str = "",
) -> None:
    """Change the words; the figures are those of the records as they are now.

    Raises ``WrongStateError`` once handed in, and ``InvalidValuesError`` for each block that cannot be: ``unknown``
    with a field that no figure fills, ``typed`` with a number beside the fields, ``too_long``.
    """
    problems = {}
    for name, text in blocks.items():
        if unknown_fields(text, figures):
            problems[name] = "unknown"
        elif typed_figures(text):
            problems[name] = "typed"
        elif len(text) > LONGEST_BLOCK:
            problems[name] = "too_long"
    if problems:
        raise InvalidValuesError(problems)
    issue.write_as(by)
    issue.title, issue.correction_reason = title.strip(), correction_reason.strip()
    issue.blocks = {name.value: blocks.get(name.value, "").strip() for name in BlockName}
    issue.figures = dict(figures)


def hand_in(session: Session, issue: BulletinIssue, at: dt.datetime) -> None:
    """Hand an edition in. A correction of a published one needs its public reason (``ReasonRequiredError``)."""
    if replaces(session, issue) is not None and not issue.correction_reason:
        raise ReasonRequiredError
    issue.submit(at)


def replaces(session: Session, issue: BulletinIssue) -> BulletinIssue | None:
    """Return the published edition that this one corrects, if any."""
    earlier = (one for one in issues_of(session, issue.programme, issue.period) if one.number < issue.number)
    return next((one for one in earlier if one.is_published), None)


def changed_figures(issue: BulletinIssue, figures: Mapping[str, str]) -> tuple[str, ...]:
    """Return the fields of the text that say something else by now."""
    return tuple(name for name in used_fields(issue.blocks) if issue.figures.get(name) != figures.get(name))


def publish(
    session: Session,
    issue: BulletinIssue,
    figures: Mapping[str, str],
    by: StaffMember,
    at: dt.datetime,
    *,
    one_person_mode: bool = False,
) -> None:
    """Publish an edition; the one it corrects stays readable in the journal.

    Raises as ``Signed.sign``, and ``ChangedMeanwhileError`` where a field of the text says something else by now.
    """
    if changed := changed_figures(issue, figures):
        raise ChangedMeanwhileError(changed)
    earlier = replaces(session, issue)
    issue.sign(by, at, one_person_mode=one_person_mode)
    session.flush()
    act = "bulletin_published" if earlier is None else "bulletin_corrected"
    entry = Act(act, issue.subject, by.post, reason=issue.correction_reason, after=issue.snapshot())
    journal.record(session, entry, at)


def withdraw(session: Session, issue: BulletinIssue, reason: str, by: StaffMember, at: dt.datetime) -> None:
    """Take an edition back, leaving a stub with the reason. Raises as ``Signed.take_back``."""
    before = issue.snapshot()
    issue.take_back(reason, at)
    session.flush()
    entry = Act(
        "bulletin_withdrawn",
        issue.subject,
        by.post,
        reason=issue.withdrawn_reason,
        before=before,
        after=issue.snapshot(),
    )
    journal.record(session, entry, at)


def discard(session: Session, issue: BulletinIssue) -> None:
    """Throw a draft away that nobody outside has seen. Raises ``WrongStateError`` for anything else."""
    if not issue.may_be_written:
        raise WrongStateError("discard", issue.state)
    session.delete(issue)
    session.flush()
