"""Mixing answers in PostgreSQL's files, where rows lie in the order of arrival, marked with their transaction.

Set beside the journal, whose entries have times, these marks would date each answer. Written anew in one transaction
all have the same mark, and put in the order of their random keys they lie in none. SQLite keeps neither.
"""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.surveying.surveys import Answer, Response, Wave

MIXED_AFTER_CLOSE = dt.timedelta(days=2)
"""So long after its last day a survey's answers are mixed with those of the day before, once more than needed."""


def mix(session: Session, today: dt.date) -> bool:
    """Mix the answers where the database needs it and a survey takes any, or did lately; tell whether that was done.

    Nobody reads or writes answers meanwhile: a few seconds for a hundred thousand. Commits.
    """
    if session.get_bind().dialect.name != "postgresql":
        return False
    is_lively = sa.exists().where(
        Wave.is_published, Wave.opens_on <= today, Wave.closes_on >= today - MIXED_AFTER_CLOSE
    )
    if not session.scalar(sa.select(is_lively)):
        return False
    for table, column in ((Response, Response.week), (Answer, Answer.response_id)):
        session.execute(sa.update(table).values({column: column}).execution_options(synchronize_session=False))
        name = table.__tablename__
        session.execute(sa.text(f"CLUSTER {name} USING pk_{name}"))
    session.commit()
    return True
