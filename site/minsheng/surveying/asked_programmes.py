"""The programmes that questions can name: those of assessment sheets, and those that other questions ask about."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.surveying import assessment_schemes
from minsheng.surveying.questionnaires import Question


def known_programmes(session: Session) -> dict[str, str]:
    """Return what each programme is called, by its code: sheets' parts first, then the words of questions, newest."""
    found: dict[str, str] = {}
    for scheme in assessment_schemes.all_schemes(session):
        # A part that stands for several programmes names none of them.
        found |= {part.key: part.title for part in scheme.sheet if part.count == 1 and part.key not in found}
    asked = sa.select(Question.programme, Question.text).where(Question.programme != "")
    for code, text in session.execute(asked.order_by(Question.id.desc())):
        found.setdefault(code, text)
    return found
