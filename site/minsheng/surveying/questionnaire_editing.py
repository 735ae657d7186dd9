"""Writing questionnaires: new ones, changed questions, next versions. What was asked of anybody stays as it is."""

import datetime as dt
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.accounts.staff import Permission, StaffMember
from minsheng.errors import AddressTakenError, ChangedMeanwhileError, WrongStateError
from minsheng.journal import Act
from minsheng.records.places import Division
from minsheng.surveying.questionnaire_drafts import QuestionDraft, check, drafts_of
from minsheng.surveying.questionnaires import Option, Question, Questionnaire, QuestionnaireVersion
from minsheng.surveying.surveys import Wave


def questionnaires_of(session: Session, member: StaffMember) -> list[Questionnaire]:
    """Return the questionnaires that ``member`` may edit, by title."""
    found = session.scalars(sa.select(Questionnaire).order_by(Questionnaire.title, Questionnaire.id))
    return [one for one in found if may_edit(member, one)]


def may_edit(member: StaffMember, questionnaire: Questionnaire) -> bool:
    """Whether ``member`` runs surveys in the questionnaire's place."""
    return member.may_on(Permission.RUN_SURVEY, questionnaire.division, None)


def start(
    session: Session,
    slug: str,
    title: str,
    division: Division | None,
    *,
    introduction: str = "",
    translations: Mapping[str, str] | None = None,
    questions: Sequence[QuestionDraft] = (),
) -> QuestionnaireVersion:
    """Add a questionnaire in its first version. Raises ``AddressTakenError``, ``FaultyQuestionsError``."""
    check(questions)
    if session.scalar(sa.select(Questionnaire.id).where(Questionnaire.slug == slug)) is not None:
        raise AddressTakenError
    version = QuestionnaireVersion(
        questionnaire=Questionnaire(slug=slug, title=title, division=division),
        number=1,
        introduction=introduction,
        translations=dict(translations or {}),
    )
    version.questions = [question_of(draft, place) for place, draft in enumerate(questions)]
    session.add(version)
    session.flush()
    return version


def next_version(session: Session, version: QuestionnaireVersion) -> QuestionnaireVersion:
    """Copy a version into the questionnaire's next one, which can be edited again."""
    numbers = sa.select(sa.func.max(QuestionnaireVersion.number)).where(
        QuestionnaireVersion.questionnaire_id == version.questionnaire_id
    )
    copy = QuestionnaireVersion(
        questionnaire=version.questionnaire,
        number=(session.scalar(numbers) or 0) + 1,
        introduction=version.introduction,
        translations=dict(version.translations),
    )
    copy.questions = [question_of(draft, place) for place, draft in enumerate(drafts_of(version))]
    session.add(copy)
    session.flush()
    return copy


def record(
    session: Session, version: QuestionnaireVersion, act: str, by: StaffMember, at: dt.datetime, before: str = ""
) -> None:
    """Journal that somebody wrote a version: the hash of its questions, and the one ``before`` where there was one."""
    session.flush()
    after = version.computed_hash()
    if before == after:
        return
    extra = {"content_hash": after, **({"before": before} if before else {})}
    subject = f"questionnaire:{version.questionnaire.slug}:{version.number}"
    journal.record(session, Act(act, subject, by.post, is_public=False, extra=extra), at)


def is_editable(session: Session, version: QuestionnaireVersion) -> bool:
    """Whether the questions may still change: nobody answered, and no published survey names their hash."""
    named = sa.select(Wave.id).where(Wave.version_id == version.id, Wave.is_published).limit(1)
    return version.frozen_at is None and session.scalar(named) is None


def require_editable(session: Session, version: QuestionnaireVersion, seen: str) -> None:
    """Raise ``WrongStateError`` unless the questions may change and are still those that were ``seen``, by hash."""
    if not is_editable(session, version):
        raise WrongStateError("edit", "frozen")
    if version.computed_hash() != seen:
        raise ChangedMeanwhileError(("questions",))


def rewrite(session: Session, version: QuestionnaireVersion, questions: Sequence[QuestionDraft], seen: str) -> None:
    """Put these questions in place of a version's own. ``seen`` is the hash of what the writer had before them.

    Raises ``WrongStateError`` once somebody may have read them, ``ChangedMeanwhileError`` when somebody else wrote
    in between, ``FaultyQuestionsError`` for questions that cannot be asked.
    """
    require_editable(session, version, seen)
    check(questions)
    # Keys and positions are unique: the old ones go first. No answer can point at them.
    version.questions = []
    session.flush()
    version.questions = [question_of(draft, place) for place, draft in enumerate(questions)]
    session.flush()


def question_of(draft: QuestionDraft, position: int) -> Question:
    """Return a draft as a question to store."""
    condition: dict[str, object] = {}
    if draft.show_if_question:
        condition = {"question": draft.show_if_question, "options": list(draft.show_if_options)}
    return Question(
        position=position,
        key=draft.key,
        type=draft.type,
        role=draft.role,
        matrix=draft.matrix,
        matrix_text=draft.matrix_text,
        matrix_translations=dict(draft.matrix_translations),
        standard=draft.standard,
        programme=draft.programme,
        text=draft.text,
        translations=dict(draft.translations),
        hint=draft.hint,
        hint_translations=dict(draft.hint_translations),
        is_required=draft.is_required,
        show_if=condition,
        options=[
            Option(
                position=place,
                key=option.key,
                text=option.text,
                translations=dict(option.translations),
                is_substantive=option.is_substantive,
            )
            for place, option in enumerate(draft.options)
        ],
    )
