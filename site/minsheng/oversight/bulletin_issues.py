"""Bulletins as they were issued: text prepared from the figures, edited in words, signed by two, kept as published.

A text holds fields like ``【总进度】`` where a figure stands. An editor may move and drop fields and change every
word between them, but no figure: what a field says is taken from the data and kept beside the text.
"""

import enum
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.database import Base, Identity
from minsheng.editorial.signatures import Signed
from minsheng.records.programmes import Programme

FIELD = re.compile(r"【(?P<name>[^【】\n]{1,30})】")
_TYPED_FIGURE = re.compile(r"(?<![第\d.])\d[\d,.]*\s*(?!\d*\s*[年月日号次期条款级])(?![\d,.])")
"""A number that somebody typed, unless it counts days, issues or articles: 2026年, 8月, 第3次, 国发〔2026〕5号."""
_BRACKETED_YEAR = re.compile(r"[〔\[（(]\d{4}[〕\]）)]")


class BlockName(enum.StrEnum):
    """The blocks of a bulletin, in their order."""

    OVERVIEW = "overview"
    MONEY = "money"
    LATE = "late"
    PROBLEMS = "problems"
    CASES = "cases"
    NEXT = "next"


class Piece(NamedTuple):
    """A piece of a block's text: words, or what a field says."""

    text: str
    is_figure: bool


class BulletinIssue(Base, Signed):
    """One edition of the bulletin of a month (``2026-05``) or quarter (``2026-Q2``) of a programme.

    ``blocks`` maps blocks to their text with fields, ``figures`` fields to what they said when it was handed in.
    """

    __tablename__ = "bulletin_issue"
    __table_args__ = (
        sa.UniqueConstraint("programme_id", "period", "number"),
        sa.CheckConstraint("state <> 'withdrawn' OR length(withdrawn_reason) > 0", name="withdrawn_says_why"),
    )

    id: Mapped[Identity]
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id", ondelete="RESTRICT"), index=True)
    period: Mapped[str] = mapped_column(sa.String(7))
    number: Mapped[int] = mapped_column(default=1)
    title: Mapped[str] = mapped_column(sa.String(120))
    blocks: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    figures: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    correction_reason: Mapped[str] = mapped_column(sa.String(500), default="")
    version: Mapped[int] = mapped_column(default=1)

    programme: Mapped[Programme] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this class attribute

    @property
    def subject(self) -> str:
        """Its name in the journal."""
        return f"bulletin:{self.id}"

    def pieces(self, block: BlockName) -> list[Piece]:
        """Return the text of a block with its fields filled in."""
        return filled(self.blocks.get(block, ""), self.figures)

    def snapshot(self) -> dict[str, object]:
        """Return the edition in plain JSON values, for the journal."""
        return {
            "programme": self.programme.slug,
            "period": self.period,
            "number": self.number,
            "title": self.title,
            "blocks": dict(self.blocks),
            "figures": dict(self.figures),
            **({"correction_reason": self.correction_reason} if self.correction_reason else {}),
            **self.signature_said(),
        }


def filled(text: str, figures: Mapping[str, str]) -> list[Piece]:
    """Return a text as pieces, each field replaced by what it says; an unknown field stays as it was written."""
    pieces, end = [], 0
    for found in FIELD.finditer(text):
        if found.start() > end:
            pieces.append(Piece(text[end : found.start()], is_figure=False))
        name = found["name"]
        pieces.append(Piece(figures.get(name, found[0]), is_figure=name in figures))
        end = found.end()
    if end < len(text):
        pieces.append(Piece(text[end:], is_figure=False))
    return pieces


def unknown_fields(text: str, figures: Mapping[str, str]) -> list[str]:
    """Return the fields of a text that no figure fills."""
    return [found["name"] for found in FIELD.finditer(text) if found["name"] not in figures]


def typed_figures(text: str) -> list[str]:
    """Return the numbers that somebody typed beside the fields: figures come from the data only.

    Dates, issues and articles are no figures; full-width digits count like others.
    """
    plain = text.translate(_HALF_WIDTH)
    between = FIELD.sub("　", _BRACKETED_YEAR.sub("　", plain))
    return [found[0].strip() for found in _TYPED_FIGURE.finditer(between)]


def used_fields(blocks: Mapping[str, str]) -> Sequence[str]:
    """Return the fields that the text of any block holds, each once, in reading order."""
    texts = (blocks.get(name, "") for name in BlockName)
    return list(dict.fromkeys(found["name"] for text in texts for found in FIELD.finditer(text)))


_HALF_WIDTH = str.maketrans("０１２３４５６７８９．％", "0123456789.%")
