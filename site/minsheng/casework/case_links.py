"""Ties between cases and to other records: merging duplicates, splitting, the project it is about, a problem.

No tie moves a deadline. Whoever sent a letter keeps the tracking code, and finds the answer under it.
"""

import datetime as dt

from sqlalchemy.orm import Session

from minsheng.accounts.staff import StaffMember
from minsheng.casework.cases import CaseEventKind, CaseState, ClosedAs, Prominence
from minsheng.casework.sender_notices import SenderNotice
from minsheng.casework.suggestions import Suggestion
from minsheng.clock import local_date
from minsheng.codes import code_hash
from minsheng.encryption import ContactBox
from minsheng.errors import ReasonRequiredError, WrongStateError
from minsheng.oversight import problem_acts
from minsheng.oversight.problem_acts import Entry
from minsheng.oversight.problems import Problem, ProblemKind, ProblemSource
from minsheng.records.places import Agency
from minsheng.records.projects import Project

OPEN_BEFORE_REPLY = (CaseState.RECEIVED, CaseState.ACCEPTED, CaseState.HANDED_OVER)
NOT_ENDED = tuple(state for state in CaseState if state not in {CaseState.REFUSED, CaseState.CLOSED})
ACCEPTED = tuple(state for state in CaseState if state not in {CaseState.RECEIVED, CaseState.REFUSED})


def merge(session: Session, duplicate: Suggestion, main: Suggestion, by: str, at: dt.datetime) -> None:
    """Close a case as a duplicate of an earlier one, whose answer its sender is shown.

    The later goes into the earlier, never the other way round: so nobody waits longer than was promised. What was
    merged into the duplicate moves on to the main case. Raises as ``require_mergeable``.
    """
    require_mergeable(duplicate, main)
    moved = [*duplicate.duplicates, duplicate]
    # A case is a duplicate and closed as one in the same statement, or the database refuses it.
    with session.no_autoflush:
        for one in moved:
            one.main_case = main
        duplicate.state, duplicate.closed_as, duplicate.closed_at = CaseState.CLOSED, ClosedAs.MERGED, at
    for one in moved:
        one.note(CaseEventKind.MERGED, at, by, main.number)
    main.note(CaseEventKind.TOOK_IN, at, by, duplicate.number)


def require_mergeable(duplicate: Suggestion, main: Suggestion) -> None:
    """Raise ``WrongStateError`` unless one case may be closed as a duplicate of the other.

    It may not where it has an answer of its own, the main case was refused or merged itself, or its answer would come
    later than was promised to whoever sent the duplicate.
    """
    duplicate.require("merge", *OPEN_BEFORE_REPLY)
    if main is duplicate:
        raise WrongStateError("merge", "itself")
    if main.state is CaseState.REFUSED or main.main_case is not None:
        raise WrongStateError("merge", "no_main_case")
    if (main.received_at, main.id) > (duplicate.received_at, duplicate.id):
        raise WrongStateError("merge", "later_case")
    if main.reply_due > duplicate.reply_due and main.is_waiting_for_reply:
        raise WrongStateError("merge", "later_deadline")


def split(
    session: Session,
    case: Suggestion,
    words: str,
    *,
    ticket: str,
    code: str,
    box: ContactBox,
    by: str,
    at: dt.datetime,
) -> Suggestion:
    """Make a second case of what a letter also asks; both run against the deadline of the one letter.

    The sender's own words stay as they are in the first. Splitting twice with one ticket makes one case. Raises
    ``WrongStateError`` once the case is answered, ``ReasonRequiredError`` without words, ``CannotOpenError`` where the
    contact was sealed with a lost key.
    """
    known = next((one for one in case.split_off if one.ticket == ticket), None)
    if known is not None:
        return known
    case.require("split", *OPEN_BEFORE_REPLY)
    if not words.strip():
        raise ReasonRequiredError
    is_new = case.state is CaseState.RECEIVED
    second = Suggestion(
        ticket=ticket,
        code_hash=code_hash(code),
        kind=case.kind,
        state=CaseState.RECEIVED if is_new else CaseState.ACCEPTED,
        prominence=Prominence.UNREVIEWED,
        project=case.project,
        division=case.division,
        board=case.board,
        place_words=case.place_words,
        latitude=case.latitude,
        longitude=case.longitude,
        words=words.strip(),
        consent_to_publish=case.consent_to_publish,
        consent_to_call=case.consent_to_call,
        channel=case.channel,
        entered_at=case.entered_at,
        received_at=case.received_at,
        accept_due=case.accept_due,
        accept_due_is_provisional=case.accept_due_is_provisional,
        reply_due=case.reply_due,
        reply_due_is_provisional=case.reply_due_is_provisional,
        extended_because=case.extended_because,
        split_from=case,
    )
    session.add(second)
    second.note(CaseEventKind.RECEIVED, case.received_at, "")
    second.note(CaseEventKind.SPLIT_OFF, at, by, case.number)
    if not is_new:
        second.note(CaseEventKind.ACCEPTED, at, by)
    session.flush()
    if case.contact_sealed is not None:
        second.contact_sealed = box.seal(box.open(case.contact_sealed, case.subject), second.subject)
    if (notice := session.get(SenderNotice, case.id)) is not None:
        session.add(SenderNotice(suggestion=second, language=notice.language, told_upto=0))
    case.note(CaseEventKind.SPLIT, at, by, second.number)
    return second


def link_project(case: Suggestion, project: Project, by: str, at: dt.datetime) -> None:
    """Say which project a case is about, and so which place.

    Raises ``WrongStateError`` for a case that has ended, the project it has already, or one that takes no letters.
    """
    case.require("link", *NOT_ENDED)
    if not project.takes_suggestions:
        raise WrongStateError("link", "archive")
    if case.project is project:
        raise WrongStateError("link", "linked")
    case.project, case.division = project, project.division
    case.note(CaseEventKind.LINKED, at, by, project.title)


def register_problem(
    session: Session,
    case: Suggestion,
    agency: Agency,
    description: str,
    deadline: dt.date,
    by: StaffMember,
    at: dt.datetime,
) -> Problem:
    """Write what a case told down as a problem of its project, for one agency to cure by a day.

    As with every problem a second person opens it to the public; until then neither its sender nor anybody else
    outside reads of it. Whoever registered it may put it right here as long as it waits or was returned. Raises
    ``WrongStateError`` for a case that was not accepted, has no project or became a problem already, and for a
    deadline before today; ``ReasonRequiredError`` without a description.
    """
    case.require("register_problem", *ACCEPTED)
    if case.project is None:
        raise WrongStateError("register_problem", "no_project")
    known = case.problem
    if case.main_case is not None or (known is not None and not may_rewrite_problem(case, by)):
        raise WrongStateError("register_problem", "problem")
    if deadline < local_date(at):
        raise WrongStateError("register_problem", "past")
    entry = Entry(
        project=known.project if known else case.project,
        agency=agency,
        kind=known.kind if known else ProblemKind.INDIVIDUAL,
        source=ProblemSource.SUGGESTION,
        post=known.post if known else "",
        description=description,
        found_on=known.found_on if known else local_date(at),
        deadline=deadline,
    )
    if known is not None:
        problem_acts.rewrite(session, known, entry, by, at)
        return known
    case.problem = problem_acts.register(session, entry, by, at)
    case.note(CaseEventKind.PROBLEM_REGISTERED, at, by.post)
    return case.problem


def may_rewrite_problem(case: Suggestion, by: StaffMember) -> bool:
    """Whether a member wrote the problem that a case became, and nobody outside has read it."""
    return case.problem is not None and not case.problem.is_public and case.problem.author_id == by.id
