"""The steps of a problem: registered, read by a second person, worked on, proposed for closing, closed by another.

Whoever registered a problem does not open it to the public; whoever brought the evidence does not close it. Each step
is noted for staff, journaled where the public reads of it, and told to those whose letters became the problem.
Everything happens in the caller's transaction.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.accounts.staff import Permission, StaffMember
from minsheng.casework.cases import CaseEventKind
from minsheng.casework.suggestions import Suggestion
from minsheng.clock import local_date
from minsheng.editorial import document_publishing, publishing
from minsheng.editorial.document_publishing import Description
from minsheng.errors import OwnWorkError, ReasonRequiredError, WrongStateError
from minsheng.journal import Act
from minsheng.outbox import RecordKind, touch
from minsheng.oversight.problems import (
    UNSEEN_STATES,
    CommonProblem,
    Problem,
    ProblemDocument,
    ProblemKind,
    ProblemPhoto,
    ProblemSource,
    ProblemState,
    ProblemStep,
    StepKind,
)
from minsheng.pictures.media import StoredImage
from minsheng.pictures.photos import Photo, PhotoPhase
from minsheng.records.document_store import StoredDocument
from minsheng.records.documents import Document, DocumentKind
from minsheng.records.places import Agency
from minsheng.records.projects import Project
from minsheng.records.publication import Publication


@dataclass(frozen=True)
class Entry:
    """What is written about a problem that was found."""

    project: Project
    agency: Agency
    kind: ProblemKind
    source: ProblemSource
    post: str
    description: str
    found_on: dt.date
    deadline: dt.date
    look_back_id: int | None = None
    inspection_check_id: int | None = None
    common: CommonProblem | None = None


def may(member: StaffMember, permission: Permission, problem: Problem) -> bool:
    """Whether a role covers a problem: by its project's place with the agency of the project or of the problem."""
    place = problem.project.division
    return any(member.may_on(permission, place, agency) for agency in (problem.project.agency, problem.agency))


def register(session: Session, entry: Entry, by: StaffMember, at: dt.datetime) -> Problem:
    """Write a problem down; nobody outside sees it until a second person has read it.

    Raises as ``_fill``.
    """
    problem = Problem(
        state=ProblemState.DRAFT,
        author=by,
        look_back_id=entry.look_back_id,
        inspection_check_id=entry.inspection_check_id,
        common=entry.common,
    )
    _fill(problem, entry, at)
    session.add(problem)
    _note(problem, StepKind.REGISTERED, by, at)
    session.flush()
    return problem


def rewrite(session: Session, problem: Problem, entry: Entry, by: StaffMember, at: dt.datetime) -> None:
    """Put an entry right that was returned or not read yet; only its author may.

    Raises ``WrongStateError`` once it is public, ``OwnWorkError`` for another's, and as ``_fill``.
    """
    if problem.state not in UNSEEN_STATES:
        raise WrongStateError("rewrite", problem.state)
    if problem.author_id != by.id:
        raise OwnWorkError
    _fill(problem, entry, at)
    problem.state = ProblemState.DRAFT
    _note(problem, StepKind.REWRITTEN, by, at)
    session.flush()


def open_to_public(
    session: Session, problem: Problem, by: StaffMember, at: dt.datetime, *, one_person_mode: bool = False
) -> None:
    """Put a problem on the public list. Raises ``WrongStateError``, or ``OwnWorkError`` for whoever registered it."""
    if problem.state is not ProblemState.DRAFT:
        raise WrongStateError("open", problem.state)
    own_work = problem.author_id == by.id
    if own_work and not one_person_mode:
        raise OwnWorkError
    problem.state = ProblemState.OPEN
    shown = [one.photo for one in problem.photos if not one.is_cure]
    _release(shown)
    if shown and problem.photo_before is None:
        problem.photo_before = shown[-1]
    _note(problem, StepKind.OPENED, by, at)
    publishing.record_problem(session, problem, by.post, at)
    _tell_of_one_person(session, problem, by, at, own_work=own_work)
    words = f"{problem.agency.name}\n{problem.deadline.isoformat()}"
    _tell_senders(session, problem, CaseEventKind.MADE_PROBLEM, words, by, at)


def send_back(problem: Problem, reason: str, by: StaffMember, at: dt.datetime) -> None:
    """Return an entry to whoever registered it. Raises ``WrongStateError`` or ``ReasonRequiredError``."""
    if problem.state is not ProblemState.DRAFT:
        raise WrongStateError("return", problem.state)
    problem.state = ProblemState.RETURNED
    _note(problem, StepKind.RETURNED, by, at, _required(reason))


def discard(session: Session, problem: Problem, by: StaffMember) -> None:
    """Throw an entry away that was never public; only its author may. Raises as ``rewrite``.

    A case that it was made from may become a problem again.
    """
    if problem.state not in UNSEEN_STATES:
        raise WrongStateError("discard", problem.state)
    if problem.author_id != by.id:
        raise OwnWorkError
    pictures = [one.photo for one in problem.photos]
    for case in session.scalars(sa.select(Suggestion).where(Suggestion.problem_id == problem.id)):
        case.problem = None
    session.delete(problem)
    session.flush()
    for picture in pictures:
        session.delete(picture)


def note(problem: Problem, words: str, by: StaffMember, at: dt.datetime) -> None:
    """Note how the cure goes. Raises ``WrongStateError`` once closed, ``ReasonRequiredError`` without words."""
    if not problem.is_open:
        raise WrongStateError("note", problem.state)
    _note(problem, StepKind.NOTED, by, at, _required(words))


def add_photo(
    session: Session, problem: Problem, image: StoredImage, alt_text: str, by: StaffMember, *, is_cure: bool
) -> ProblemPhoto:
    """Add a picture of the problem or of its cure, held back for the second person. Raises ``WrongStateError``."""
    if not problem.is_open:
        raise WrongStateError("add_photo", problem.state)
    photo = Photo(
        project=problem.project,
        key=image.key,
        phase=PhotoPhase.DURING,
        taken_on=image.taken_on,
        alt_text=alt_text.strip(),
        width=image.width,
        height=image.height,
        is_held=True,
    )
    session.add(photo)
    session.flush()
    added = ProblemPhoto(problem=problem, photo=photo, photo_id=photo.id, is_cure=is_cure, added_by_id=by.id)
    session.add(added)
    session.flush()
    return added


def remove_photo(session: Session, problem: Problem, photo_id: int) -> None:
    """Take a picture away that is not public. Raises ``WrongStateError`` for one that is, or that is not there."""
    found = next((one for one in problem.photos if one.photo_id == photo_id), None)
    if found is None or not found.photo.is_held or problem.state is ProblemState.CLOSING:
        raise WrongStateError("remove_photo", problem.state)
    picture = found.photo
    problem.photos.remove(found)
    session.flush()
    session.delete(picture)


def add_document(
    session: Session, problem: Problem, file: StoredDocument, title: str, by: StaffMember, at: dt.datetime
) -> Document:
    """Add a file that proves the cure; public with the closing. Raises ``WrongStateError`` once closed."""
    if not problem.is_open or not problem.is_public:
        raise WrongStateError("add_document", problem.state)
    description = Description(title.strip(), DocumentKind.RECTIFICATION, local_date(at))
    document = document_publishing.add(session, problem.project, file, description, by, at)
    session.add(ProblemDocument(problem=problem, document=document, document_id=document.id))
    session.flush()
    return document


def has_proof(problem: Problem) -> bool:
    """Whether a picture or a file shows the cure."""
    return bool(problem.documents) or any(one.is_cure for one in problem.photos)


def propose_closing(session: Session, problem: Problem, words: str, by: StaffMember, at: dt.datetime) -> None:
    """Say that the problem is cured and ask for a check.

    Raises ``WrongStateError`` unless it is open and a picture or a file shows the cure, ``ReasonRequiredError``.
    """
    if problem.state is not ProblemState.OPEN:
        raise WrongStateError("propose_closing", problem.state)
    if not has_proof(problem):
        raise WrongStateError("propose_closing", "no_proof")
    before = problem.snapshot()
    problem.cure, problem.cured_by, problem.cured_by_id = _required(words), by, by.id
    problem.state = ProblemState.CLOSING
    _note(problem, StepKind.CLOSING_PROPOSED, by, at, problem.cure)
    _journal(session, "problem_closing_proposed", problem, before, by, at)


def return_closing(session: Session, problem: Problem, reason: str, by: StaffMember, at: dt.datetime) -> None:
    """Say publicly that the cure did not stand the check. Raises ``WrongStateError`` or ``ReasonRequiredError``."""
    if problem.state is not ProblemState.CLOSING:
        raise WrongStateError("return_closing", problem.state)
    before, why = problem.snapshot(), _required(reason)
    problem.state = ProblemState.OPEN
    _note(problem, StepKind.CLOSING_RETURNED, by, at, why)
    _journal(session, "problem_closing_returned", problem, before, by, at, why)


def brought_evidence(problem: Problem, member: StaffMember) -> bool:
    """Whether this person brought any of the evidence, and so may not be the one who judges it."""
    photos = {one.added_by_id for one in problem.photos if one.is_cure}
    files = {one.document.author_id for one in problem.documents}
    return member.id in {problem.cured_by_id, *photos, *files}


def close(
    session: Session, problem: Problem, by: StaffMember, at: dt.datetime, *, one_person_mode: bool = False
) -> None:
    """Close a problem whose cure stood the check; its evidence becomes public.

    Raises ``WrongStateError`` unless closing was proposed, ``OwnWorkError`` for whoever brought the evidence.
    """
    if problem.state is not ProblemState.CLOSING:
        raise WrongStateError("close", problem.state)
    own_work = brought_evidence(problem, by)
    if own_work and not one_person_mode:
        raise OwnWorkError
    before = problem.snapshot()
    problem.close(problem.cure, local_date(at))
    pictures = [one.photo for one in problem.photos if one.is_cure]
    _release(pictures)
    if pictures:
        problem.photo_after = pictures[-1]
    for one in problem.documents:
        if one.document.publication is Publication.DRAFT:
            document_publishing.publish(session, one.document, by, at, one_person_mode=one_person_mode)
    _note(problem, StepKind.CLOSED, by, at)
    _journal(session, "problem_closed", problem, before, by, at)
    _tell_of_one_person(session, problem, by, at, own_work=own_work)
    _tell_senders(session, problem, CaseEventKind.PROBLEM_CLOSED, problem.evidence, by, at)


def reopen(
    session: Session, problem: Problem, reason: str, deadline: dt.date, by: StaffMember, at: dt.datetime
) -> None:
    """Open a closed problem again, with a public reason and a new deadline; its earlier evidence stays in the journal.

    Raises ``WrongStateError`` unless closed or for a deadline in the past, ``ReasonRequiredError``.
    """
    if problem.state is not ProblemState.CLOSED:
        raise WrongStateError("reopen", problem.state)
    if deadline < local_date(at):
        raise WrongStateError("reopen", "past")
    before, why = problem.snapshot(), _required(reason)
    problem.state, problem.closed_on, problem.evidence = ProblemState.OPEN, None, ""
    problem.reopened_because, problem.deadline, problem.photo_after = why, deadline, None
    _note(problem, StepKind.REOPENED, by, at, why)
    _journal(session, "problem_reopened", problem, before, by, at, why)
    _tell_senders(session, problem, CaseEventKind.PROBLEM_REOPENED, why, by, at)


def _fill(problem: Problem, entry: Entry, at: dt.datetime) -> None:
    """Write an entry.

    Raises ``ReasonRequiredError`` without a description, and ``WrongStateError`` where it was found in the future or
    is to be cured before it was found.
    """
    if entry.found_on > local_date(at):
        raise WrongStateError("register", "future")
    if entry.deadline < entry.found_on:
        raise WrongStateError("register", "deadline")
    problem.project, problem.project_id = entry.project, entry.project.id
    problem.agency, problem.agency_id = entry.agency, entry.agency.id
    problem.kind, problem.source, problem.post = entry.kind, entry.source, entry.post.strip()
    problem.description = _required(entry.description)
    problem.found_on, problem.deadline = entry.found_on, entry.deadline


def _required(words: str) -> str:
    if not words.strip():
        raise ReasonRequiredError
    return words.strip()


def _note(problem: Problem, kind: StepKind, by: StaffMember, at: dt.datetime, words: str = "") -> None:
    problem.steps.append(ProblemStep(kind=kind, at=at, actor=by.post, words=words))


def _release(pictures: Sequence[Photo]) -> None:
    for picture in pictures:
        picture.is_held = False


def _journal(
    session: Session,
    act: str,
    problem: Problem,
    before: dict[str, object],
    by: StaffMember,
    at: dt.datetime,
    reason: str = "",
) -> None:
    session.flush()
    slug = problem.project.slug
    entry = Act(
        act,
        f"problem:{problem.id}",
        by.post,
        about_project=slug,
        reason=reason,
        before=before,
        after=problem.snapshot(),
    )
    journal.record(session, entry, at)
    touch(session, RecordKind.PROJECT, problem.project_id)


def _tell_of_one_person(
    session: Session, problem: Problem, by: StaffMember, at: dt.datetime, *, own_work: bool
) -> None:
    if own_work:
        subject, slug = f"problem:{problem.id}", problem.project.slug
        extra = {"one_person": True}
        journal.record(session, Act("published_by_one_person", subject, by.post, about_project=slug, extra=extra), at)


def _tell_senders(
    session: Session, problem: Problem, kind: CaseEventKind, words: str, by: StaffMember, at: dt.datetime
) -> None:
    """Note the step in every case that became this problem, so that its sender reads of it."""
    for case in session.scalars(sa.select(Suggestion).where(Suggestion.problem_id == problem.id)):
        case.note(kind, at, by.post, words)
        publishing.record_suggestion(session, case, f"suggestion_{kind.value}", by.post, at)
