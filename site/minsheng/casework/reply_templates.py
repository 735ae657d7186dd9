"""Ready-made beginnings of replies by category, and of refusals by reason: data that staff keep."""

import datetime as dt
import enum
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from minsheng import journal
from minsheng.accounts.staff import StaffMember
from minsheng.casework.cases import RefusalReason
from minsheng.casework.suggestions import Suggestion
from minsheng.database import Base, Identity, enumeration
from minsheng.errors import ReasonRequiredError
from minsheng.journal import Act
from minsheng.records.projects import Category

LONGEST_TITLE = 60
LONGEST_TEXT = 2000


class TemplateUse(enum.StrEnum):
    """What a template begins."""

    REPLY = "reply"
    REFUSAL = "refusal"


class ReplyTemplate(Base):
    """A text to begin with, for every category or one; for a refusal, for every reason or one."""

    __tablename__ = "reply_template"
    __table_args__ = (
        sa.CheckConstraint("length(title) > 0 AND length(text) > 0", name="has_words"),
        sa.CheckConstraint("category IS NULL OR use = 'reply'", name="category_of_reply"),
        sa.CheckConstraint("refusal_reason IS NULL OR use = 'refusal'", name="reason_of_refusal"),
    )

    id: Mapped[Identity]
    use: Mapped[TemplateUse] = mapped_column(enumeration(TemplateUse))
    category: Mapped[Category | None] = mapped_column(enumeration(Category))
    refusal_reason: Mapped[RefusalReason | None] = mapped_column(enumeration(RefusalReason))
    title: Mapped[str] = mapped_column(sa.String(LONGEST_TITLE))
    text: Mapped[str] = mapped_column(sa.Text)
    changed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"), index=True)
    changed_at: Mapped[dt.datetime]

    changed_by: Mapped[StaffMember] = relationship()

    def write(
        self,
        use: TemplateUse,
        category: Category | None,
        reason: RefusalReason | None,
        words: tuple[str, str],
        by: StaffMember,
        at: dt.datetime,
    ) -> None:
        """Set what it is for, and title and text; what does not go with its use is left out.

        Raises ``ReasonRequiredError`` where a text is empty.
        """
        title, text = (one.strip() for one in words)
        if not (title and text):
            raise ReasonRequiredError
        self.use = use
        self.category = category if use is TemplateUse.REPLY else None
        self.refusal_reason = reason if use is TemplateUse.REFUSAL else None
        self.title, self.text = title, text
        self.changed_by, self.changed_at = by, at


def templates(session: Session) -> list[ReplyTemplate]:
    """Return all templates: replies first, by category, then in the order they were made."""
    query = sa.select(ReplyTemplate).order_by(
        ReplyTemplate.use.desc(), ReplyTemplate.category, ReplyTemplate.refusal_reason, ReplyTemplate.id
    )
    return list(session.scalars(query))


def for_reply(known: Iterable[ReplyTemplate], case: Suggestion) -> list[ReplyTemplate]:
    """Return what may begin the reply to a case: those of its project's category first, then those of none."""
    category = case.project.category if case.project else None
    fitting = [
        one for one in known if one.use is TemplateUse.REPLY and (one.category is None or one.category is category)
    ]
    return sorted(fitting, key=lambda one: one.category is None)


def for_refusal(known: Iterable[ReplyTemplate]) -> list[ReplyTemplate]:
    """Return what may begin a refusal."""
    return [one for one in known if one.use is TemplateUse.REFUSAL]


def save(session: Session, template: ReplyTemplate, by: StaffMember, at: dt.datetime) -> None:
    """Store a template that was written and journal it."""
    is_new = template.id is None
    session.add(template)
    session.flush()
    _record(session, "reply_template_added" if is_new else "reply_template_changed", template, by, at)


def remove(session: Session, template: ReplyTemplate, by: StaffMember, at: dt.datetime) -> None:
    """Take a template away."""
    session.delete(template)
    session.flush()
    _record(session, "reply_template_removed", template, by, at)


def _record(session: Session, act: str, template: ReplyTemplate, by: StaffMember, at: dt.datetime) -> None:
    extra = {"title": template.title, "text": template.text}
    journal.record(session, Act(act, f"reply_template:{template.id}", by.post, is_public=False, extra=extra), at)
