"""Surveys: waves of asking, and the answers, which stay sealed until a wave closes."""

import datetime as dt
import decimal
import enum
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from minsheng.clock import local_date, local_week
from minsheng.database import Base, ExactDecimal, Identity, enumeration
from minsheng.errors import InvalidAnswersError, NotOpenError, SealedError, WrongStateError
from minsheng.random_keys import RandomIdentity, WideInteger
from minsheng.records.boards import Board
from minsheng.records.places import Division
from minsheng.records.programmes import Programme
from minsheng.surveying.assessment_schemes import AssessmentScheme
from minsheng.surveying.questionnaires import (
    CLOSED_TYPES,
    Option,
    Question,
    QuestionnaireVersion,
    QuestionRole,
    QuestionType,
)

TEXT_LIMITS = {QuestionType.SHORT_TEXT: 200, QuestionType.LONG_TEXT: 2000}
LARGEST_NUMBER = decimal.Decimal(10) ** 12


class Channel(enum.StrEnum):
    """How an answer came: the first two are drawn samples, the others anyone who wanted."""

    PHONE = "phone"
    PAPER_SAMPLE = "paper_sample"
    WEB = "web"
    QR = "qr"
    PAPER_WALK_IN = "paper_walk_in"


DRAWN_CHANNELS = frozenset({Channel.PHONE, Channel.PAPER_SAMPLE})
EVERY_CHANNEL = tuple(channel.value for channel in Channel)


class Wave(Base):
    """One round of asking, from ``opens_on`` to ``closes_on`` (both included) or until staff close it.

    ``channels`` are those that answers may come by; ``place_codes`` the places set beside each other, empty for all
    directly below the wave's own. ``quality_rules`` are thresholds by rule, registered before publication.
    ``writer_ids`` are the staff who planned it: another person publishes it, unless ``one_person`` says otherwise.
    ``first_closes_on`` is the last day as first published, where it was moved; ``dates_reason`` says publicly why.
    """

    __tablename__ = "wave"
    __table_args__ = (sa.CheckConstraint("opens_on <= closes_on", name="dates_in_order"),)

    id: Mapped[Identity]
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    translations: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    year: Mapped[int]
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("questionnaire_version.id", ondelete="RESTRICT"))
    division_id: Mapped[int] = mapped_column(sa.ForeignKey("division.id", ondelete="RESTRICT"), index=True)
    programme_id: Mapped[int | None] = mapped_column(sa.ForeignKey("programme.id", ondelete="RESTRICT"))
    scheme_id: Mapped[int | None] = mapped_column(sa.ForeignKey("assessment_scheme.id", ondelete="RESTRICT"))
    opens_on: Mapped[dt.date]
    closes_on: Mapped[dt.date]
    is_published: Mapped[bool] = mapped_column(default=False)
    closed_at: Mapped[dt.datetime | None]
    channels: Mapped[list[str]] = mapped_column(sa.JSON, default=lambda: list(EVERY_CHANNEL))
    place_codes: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    quality_rules: Mapped[dict[str, float]] = mapped_column(sa.JSON, default=dict)
    writer_ids: Mapped[list[int]] = mapped_column(sa.JSON, default=list)
    one_person: Mapped[bool] = mapped_column(default=False)
    first_closes_on: Mapped[dt.date | None]
    dates_reason: Mapped[str] = mapped_column(sa.String(500), default="")

    version: Mapped[QuestionnaireVersion] = relationship()
    division: Mapped[Division] = relationship()
    programme: Mapped[Programme | None] = relationship()
    scheme: Mapped[AssessmentScheme | None] = relationship()
    responses: Mapped[list["Response"]] = relationship(back_populates="wave", order_by="Response.id")

    @classmethod
    def visible_to_residents(cls) -> sa.Select["Wave"]:
        """Return the query of waves that residents may see."""
        return sa.select(cls).where(cls.is_published)

    def has_closed(self, as_of: dt.date) -> bool:
        """Whether no answer can come any more, so that the seal is off."""
        return self.closed_at is not None or as_of > self.closes_on

    def is_open(self, as_of: dt.date) -> bool:
        """Whether answers are taken."""
        return self.is_published and self.opens_on <= as_of and not self.has_closed(as_of)

    def close(self, at: dt.datetime) -> None:
        """Close before the last day. Raises ``WrongStateError`` unless open."""
        if not self.is_open(local_date(at)):
            raise WrongStateError("close", "not_open")
        self.closed_at = at

    def snapshot(self) -> dict[str, object]:
        """Return what is public about the wave before its results, in plain JSON values, for the journal."""
        return {
            "slug": self.slug,
            "title": self.title,
            "year": self.year,
            "division": self.division.code,
            "questionnaire": f"{self.version.questionnaire.slug} v{self.version.number}",
            "content_hash": self.version.computed_hash(),
            "opens_on": self.opens_on.isoformat(),
            "closes_on": self.closes_on.isoformat(),
            "closed": self.closed_at is not None,
            **({"scheme": self.scheme.content_hash} if self.scheme else {}),
            **self._later_columns(),
        }

    def _later_columns(self) -> dict[str, object]:
        """Return what waves say that were planned by pages; those published before have none of it."""
        said: dict[str, object] = {
            "channels": [] if set(self.channels) == set(EVERY_CHANNEL) else sorted(self.channels),
            "places": sorted(self.place_codes),
            "quality_rules": dict(self.quality_rules),
            "one_person": self.one_person,
            "first_closes_on": self.first_closes_on.isoformat() if self.first_closes_on else "",
            "dates_reason": self.dates_reason,
        }
        return {name: value for name, value in said.items() if value}

    def unsealed_responses(self, session: Session, as_of: dt.date) -> list["Response"]:
        """Return the complete answers. Raises ``SealedError`` while the wave can still take any."""
        if not self.has_closed(as_of):
            raise SealedError
        query = sa.select(Response).where(Response.wave_id == self.id).order_by(Response.ticket)
        return list(session.scalars(query))


class Response(Base):
    """One person's answers: no name, no address, no exact time. ``ticket`` makes sending twice harmless.

    The key is random, so that the order in which answers came is nowhere.

    ``area``, ``age_band`` and ``sex`` are option keys of the questions with these roles, copied for weighting.
    ``board_id`` says which notice board's code led here, for channel ``qr``. ``stratum``, ``psu`` (the sampling
    unit, such as a village) and ``base_weight`` (people of the frame for one drawn) come from the design of a drawn
    sample; ``batch`` is the batch of paper or the file that the answers came with, by its name; ``interviewer``
    is the code of who asked, for this wave only; ``flags`` are the
    quality rules that mark the answers; ``exclusion_id`` takes them out of the scores.
    """

    __tablename__ = "response"
    __table_args__ = (
        sa.UniqueConstraint("wave_id", "ticket"),
        sa.CheckConstraint("board_id IS NULL OR channel = 'qr'", name="only_scanned_boards"),
        sa.CheckConstraint("base_weight > 0", name="counts_for_something"),
    )

    id: Mapped[RandomIdentity]
    ticket: Mapped[str] = mapped_column(sa.String(36))
    wave_id: Mapped[int] = mapped_column(sa.ForeignKey("wave.id", ondelete="RESTRICT"))
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("questionnaire_version.id", ondelete="RESTRICT"))
    channel: Mapped[Channel] = mapped_column(enumeration(Channel))
    division_id: Mapped[int | None] = mapped_column(sa.ForeignKey("division.id", ondelete="RESTRICT"))
    board_id: Mapped[int | None] = mapped_column(sa.ForeignKey("board.id", ondelete="RESTRICT"))
    week: Mapped[str] = mapped_column(sa.String(8))
    area: Mapped[str | None] = mapped_column(sa.String(40))
    age_band: Mapped[str | None] = mapped_column(sa.String(40))
    sex: Mapped[str | None] = mapped_column(sa.String(40))
    stratum: Mapped[str] = mapped_column(sa.String(40), default="")
    psu: Mapped[str] = mapped_column(sa.String(40), default="")
    base_weight: Mapped[decimal.Decimal] = mapped_column(ExactDecimal(), default=decimal.Decimal(1))
    batch: Mapped[str] = mapped_column(sa.String(40), default="")
    interviewer: Mapped[str] = mapped_column(sa.String(40), default="")
    flags: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    exclusion_id: Mapped[int | None] = mapped_column(sa.ForeignKey("exclusion.id", ondelete="RESTRICT"))

    wave: Mapped[Wave] = relationship(back_populates="responses")
    division: Mapped[Division | None] = relationship()
    answers: Mapped[list["Answer"]] = relationship(
        back_populates="response", order_by="(Answer.question_id, Answer.option_id)", cascade="all, delete-orphan"
    )


class Answer(Base):
    """One chosen option, number or text of a response; a multiple choice has one row for each option."""

    __tablename__ = "answer"
    __table_args__ = (
        sa.UniqueConstraint("response_id", "question_id", "option_id"),
        sa.CheckConstraint(
            "(option_id IS NOT NULL AND number IS NULL AND text IS NULL)"
            " OR (option_id IS NULL AND number IS NOT NULL AND text IS NULL)"
            " OR (option_id IS NULL AND number IS NULL AND text IS NOT NULL)",
            name="exactly_one_value",
        ),
    )

    id: Mapped[RandomIdentity]
    response_id: Mapped[int] = mapped_column(WideInteger, sa.ForeignKey("response.id", ondelete="CASCADE"))
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("question.id", ondelete="RESTRICT"), index=True)
    option_id: Mapped[int | None] = mapped_column(sa.ForeignKey("option.id", ondelete="RESTRICT"))
    number: Mapped[decimal.Decimal | None] = mapped_column(ExactDecimal())
    text: Mapped[str | None] = mapped_column(sa.Text)

    response: Mapped[Response] = relationship(back_populates="answers")
    question: Mapped[Question] = relationship()
    option: Mapped[Option | None] = relationship()


@dataclass(frozen=True)
class Design:
    """Where an answer stands in the design of a drawn sample, and the batch it came with; see ``Response``.

    ``may_lack`` is that of :func:`read_answers`.
    """

    stratum: str = ""
    psu: str = ""
    base_weight: decimal.Decimal = decimal.Decimal(1)
    batch: str = ""
    interviewer: str = ""
    may_lack: bool = False


NO_DESIGN = Design()


@dataclass(frozen=True)
class Share:
    """How often an option was chosen; ``base`` is the number of people who answered the question."""

    option: Option
    count: int
    base: int


def read_answers(
    version: QuestionnaireVersion, typed: Mapping[str, Sequence[str]], *, may_lack: bool = False
) -> list[Answer]:
    """Turn typed values by question key into answers, leaving out questions that are not shown.

    With ``may_lack`` a question that needs an answer may go without, and contradict itself: nobody can send a sheet of
    paper back. Raises ``InvalidAnswersError`` with a reason per question: ``required``, ``unknown_option``,
    ``one_only``, ``not_together`` (an option such as "none of these" beside others), ``not_a_number`` or ``too_long``.
    """
    chosen: dict[str, list[str]] = {}
    answers: list[Answer] = []
    problems: dict[str, str] = {}
    for question in version.questions:
        values = [value.strip() for value in typed.get(question.key, ()) if value.strip()]
        if not question.is_shown(chosen):
            continue
        if not values:
            if question.is_required and not may_lack:
                problems[question.key] = "required"
            continue
        problem, found = _read(question, values)
        if not problem and not may_lack and _contradicts(found):
            problem = "not_together"
        if problem:
            problems[question.key] = problem
            continue
        chosen[question.key] = values
        answers.extend(found)
    if problems:
        raise InvalidAnswersError(problems)
    return answers


def _contradicts(answers: Sequence[Answer]) -> bool:
    """Whether somebody chose an option that is no opinion, such as "none of these", and others beside it."""
    return len(answers) > 1 and any(one.option is not None and not one.option.is_substantive for one in answers)


def _read(question: Question, values: list[str]) -> tuple[str, list[Answer]]:
    """Return a reason why the values do not fit, or the answers."""
    if len(values) > 1 and question.type is not QuestionType.MULTIPLE:
        return "one_only", []
    if question.type in CLOSED_TYPES:
        known = [option for key in dict.fromkeys(values) if (option := question.option(key)) is not None]
        if len(known) < len(set(values)):
            return "unknown_option", []
        return "", [Answer(question=question, option=option) for option in known]
    if question.type is QuestionType.NUMBER:
        number = read_number(values[0])
        return ("not_a_number", []) if number is None else ("", [Answer(question=question, number=number)])
    if len(values[0]) > TEXT_LIMITS[question.type]:
        return "too_long", []
    return "", [Answer(question=question, text=values[0])]


def read_number(typed: str) -> decimal.Decimal | None:
    """Return the number typed, or None for anything that cannot be kept to four places."""
    try:
        number = decimal.Decimal(typed)
    except decimal.InvalidOperation:
        return None
    fits = number.is_finite() and abs(number) < LARGEST_NUMBER and number == round(number, 4)
    return number if fits else None


def about_respondent(answers: Sequence[Answer]) -> dict[str, str | None]:
    """Return what the answers say of who gave them, by the columns of a response."""
    about = {answer.question.role: answer.option.key for answer in answers if answer.option is not None}
    return {role.value: about.get(role) for role in (QuestionRole.AREA, QuestionRole.AGE_BAND, QuestionRole.SEX)}


def respond(  # noqa: PLR0913 - each is a fact of its own about one answer
    session: Session,
    wave: Wave,
    typed: Mapping[str, Sequence[str]],
    *,
    ticket: str,
    channel: Channel,
    at: dt.datetime,
    division: Division | None = None,
    board: Board | None = None,
    design: Design = NO_DESIGN,
    flags: Sequence[str] = (),
) -> Response:
    """Store one person's answers, or return those this ticket already gave. The first answer freezes the version.

    Raises ``NotOpenError`` outside the wave's period and for a channel it does not use, ``InvalidAnswersError`` for
    answers that do not fit. ``flags`` are the registered rules that the answers broke on their way in.
    """
    known = session.scalar(sa.select(Response).where(Response.wave_id == wave.id, Response.ticket == ticket))
    if known is not None:
        return known
    if not wave.is_open(local_date(at)) or channel.value not in wave.channels:
        raise NotOpenError
    answers = read_answers(wave.version, typed, may_lack=design.may_lack)
    wave.version.freeze(at)
    response = Response(
        wave=wave,
        version_id=wave.version_id,
        ticket=ticket,
        channel=channel,
        division=division,
        board_id=board.id if board else None,
        week=local_week(at),
        **about_respondent(answers),
        stratum=design.stratum,
        psu=design.psu,
        base_weight=design.base_weight,
        batch=design.batch,
        interviewer=design.interviewer,
        flags=list(flags),
        answers=answers,
    )
    session.add(response)
    session.flush()
    return response


def new_ticket() -> str:
    """Return a random ticket, for answers that come without a form's."""
    return secrets.token_hex(16)


def has_responded(session: Session, wave_id: int, ticket: str) -> bool:
    """Return whether this ticket has given its answers to a wave."""
    query = sa.select(Response.id).where(Response.wave_id == wave_id, Response.ticket == ticket)
    return session.scalar(query) is not None


def shares(session: Session, wave: Wave, channels: Sequence[Channel], as_of: dt.date) -> dict[str, list[Share]]:
    """Return counts per option for every closed question, by question key, over these channels.

    Raises ``SealedError`` while the wave can still take answers.
    """
    if not wave.has_closed(as_of):
        raise SealedError
    rows = session.execute(
        sa.select(Answer.question_id, Answer.option_id, sa.func.count())
        .join(Answer.response)
        .where(Response.wave_id == wave.id, Response.channel.in_(channels), Answer.option_id.is_not(None))
        .group_by(Answer.question_id, Answer.option_id)
    )
    counts = {(question_id, option_id): count for question_id, option_id, count in rows}
    people = session.execute(
        sa.select(Answer.question_id, sa.func.count(Answer.response_id.distinct()))
        .join(Answer.response)
        .where(Response.wave_id == wave.id, Response.channel.in_(channels))
        .group_by(Answer.question_id)
    )
    bases = {question_id: count for question_id, count in people}  # noqa: C416 - rows are not typed as pairs
    return {
        question.key: [
            Share(option, counts.get((question.id, option.id), 0), bases.get(question.id, 0))
            for option in question.options
        ]
        for question in wave.version.questions
        if question.type in CLOSED_TYPES
    }


def channel_counts(session: Session, wave: Wave) -> dict[Channel, int]:
    """Return how many answers came by each channel; counts alone are never sealed."""
    rows = session.execute(
        sa.select(Response.channel, sa.func.count()).where(Response.wave_id == wave.id).group_by(Response.channel)
    )
    return {channel: count for channel, count in rows}  # noqa: C416 - rows are not typed as pairs
