"""Questionnaires: questions in versions, each frozen by its first answer."""

import datetime as dt
import enum
import hashlib

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.database import Base, Identity, enumeration
from minsheng.journal import canonical
from minsheng.records.places import Division


class QuestionType(enum.StrEnum):
    """How a question is answered. The items of a matrix are questions of their own with the same ``matrix``."""

    SCALE = "scale"
    SINGLE = "single"
    MULTIPLE = "multiple"
    NUMBER = "number"
    SHORT_TEXT = "short_text"
    LONG_TEXT = "long_text"


PROGRAMME = "programme_"
"""How the key of a question about a programme begins where the key tells its code, as in older questionnaires."""
CLOSED_TYPES = frozenset({QuestionType.SCALE, QuestionType.SINGLE, QuestionType.MULTIPLE})


class QuestionRole(enum.StrEnum):
    """What the answer is for in the assessment; ``area``, ``age_band`` and ``sex`` describe the respondent."""

    SATISFACTION = "satisfaction"
    AWARENESS = "awareness"
    TOLD_WHAT_TO_ANSWER = "told_what_to_answer"
    AREA = "area"
    AGE_BAND = "age_band"
    SEX = "sex"
    OTHER = "other"


class Questionnaire(Base):
    """A questionnaire through all its versions. Staff of its place edit it; without one, those without limits do."""

    __tablename__ = "questionnaire"

    id: Mapped[Identity]
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    division_id: Mapped[int | None] = mapped_column(sa.ForeignKey("division.id", ondelete="RESTRICT"))

    division: Mapped[Division | None] = relationship()
    versions: Mapped[list["QuestionnaireVersion"]] = relationship(
        back_populates="questionnaire", order_by="QuestionnaireVersion.number"
    )


class QuestionnaireVersion(Base):
    """A version's questions. Once frozen, ``content_hash`` says what was asked and nothing may change."""

    __tablename__ = "questionnaire_version"
    __table_args__ = (
        sa.UniqueConstraint("questionnaire_id", "number"),
        sa.CheckConstraint("(frozen_at IS NULL) = (content_hash IS NULL)", name="frozen_has_hash"),
    )

    id: Mapped[Identity]
    questionnaire_id: Mapped[int] = mapped_column(sa.ForeignKey("questionnaire.id", ondelete="RESTRICT"))
    number: Mapped[int]
    introduction: Mapped[str] = mapped_column(sa.Text, default="")
    translations: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    frozen_at: Mapped[dt.datetime | None]
    content_hash: Mapped[str | None] = mapped_column(sa.String(64))

    questionnaire: Mapped[Questionnaire] = relationship(back_populates="versions")
    questions: Mapped[list["Question"]] = relationship(
        back_populates="version", order_by="Question.position", cascade="all, delete-orphan"
    )

    def computed_hash(self) -> str:
        """Return the SHA-256 of everything asked, in hexadecimal."""
        content = [self.introduction, self.translations, [question.content() for question in self.questions]]
        return hashlib.sha256(canonical(content).encode()).hexdigest()

    def freeze(self, at: dt.datetime) -> None:
        """Fix the questions; freezing again changes nothing."""
        if self.frozen_at is None:
            # Hash first: reading the questions may flush, and the database wants both or neither.
            content_hash = self.computed_hash()
            self.frozen_at, self.content_hash = at, content_hash


class Question(Base):
    """One question. ``show_if`` is ``{"question": key, "options": [keys]}`` or empty.

    ``translations`` maps a locale such as ``en`` or ``zh_Hant`` to the text, ``hint_translations`` to the hint.
    ``matrix_text`` is what the rows of a matrix ask in common, on each of them. ``standard`` is the key of the
    library's question that this one was taken from, so that years and places can be compared. ``programme`` is the
    code of the one programme that is asked about, as in the assessment's sheet; empty for none.
    """

    __tablename__ = "question"
    __table_args__ = (sa.UniqueConstraint("version_id", "key"), sa.UniqueConstraint("version_id", "position"))

    id: Mapped[Identity]
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("questionnaire_version.id", ondelete="CASCADE"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(sa.String(40))
    type: Mapped[QuestionType] = mapped_column(enumeration(QuestionType))
    role: Mapped[QuestionRole] = mapped_column(enumeration(QuestionRole), default=QuestionRole.OTHER)
    matrix: Mapped[str] = mapped_column(sa.String(40), default="")
    matrix_text: Mapped[str] = mapped_column(sa.Text, default="")
    matrix_translations: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    standard: Mapped[str] = mapped_column(sa.String(40), default="")
    programme: Mapped[str] = mapped_column(sa.String(40), default="")
    text: Mapped[str] = mapped_column(sa.Text)
    hint: Mapped[str] = mapped_column(sa.Text, default="")
    translations: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    hint_translations: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    is_required: Mapped[bool] = mapped_column(default=True)
    show_if: Mapped[dict[str, object]] = mapped_column(sa.JSON, default=dict)

    version: Mapped[QuestionnaireVersion] = relationship(back_populates="questions")
    options: Mapped[list["Option"]] = relationship(
        back_populates="question", order_by="Option.position", cascade="all, delete-orphan"
    )

    def content(self) -> list[object]:
        """Return everything asked here in plain JSON values."""
        # Only what is there: the hashes of versions frozen before these columns came must stay what they were. In those
        # a key told the programme; a key that tells it cannot stand beside another programme.
        later = {
            "programme": "" if self.key == f"{PROGRAMME}{self.programme}" else self.programme,
            "matrix_text": self.matrix_text,
            "matrix_translations": self.matrix_translations,
            "standard": self.standard,
            "hint_translations": self.hint_translations,
        }
        present = {name: value for name, value in later.items() if value}
        return [
            self.position,
            self.key,
            self.type.value,
            self.role.value,
            self.matrix,
            self.text,
            self.hint,
            self.translations,
            self.is_required,
            self.show_if,
            [[option.position, option.key, option.text, option.translations] for option in self.options],
            *([present] if present else []),
        ]

    def option(self, key: str) -> "Option | None":
        """Return the option with this key, or None."""
        return next((option for option in self.options if option.key == key), None)

    def is_shown(self, chosen: dict[str, list[str]]) -> bool:
        """Return whether the question is asked, given the option keys chosen so far by question key."""
        if not self.show_if:
            return True
        wanted = self.show_if.get("options")
        answered = chosen.get(str(self.show_if.get("question")), [])
        return isinstance(wanted, list) and any(key in wanted for key in answered)


class Option(Base):
    """One answer to choose. ``is_substantive`` is false for "don't know" and "does not concern me"."""

    __tablename__ = "option"
    __table_args__ = (
        sa.UniqueConstraint("question_id", "key"),
        sa.UniqueConstraint("question_id", "position"),
    )

    id: Mapped[Identity]
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("question.id", ondelete="CASCADE"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(sa.String(40))
    text: Mapped[str] = mapped_column(sa.String(120))
    translations: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    is_substantive: Mapped[bool] = mapped_column(default=True)

    question: Mapped[Question] = relationship(back_populates="options")
