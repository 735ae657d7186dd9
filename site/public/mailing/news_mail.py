"""The job that tells subscribers what is new, from where each of them was told last."""

import datetime as dt
from collections.abc import Callable, Sequence

import sqlalchemy as sa

from minsheng.database import db
from minsheng.encryption import CannotOpenError
from minsheng.journal import JournalEntry
from minsheng.mailing import mail, subscriptions
from minsheng.mailing.subscriptions import Subscription, SubscriptionState
from minsheng.mailing.topics import Topic
from pages.language import speaking
from pages.services import services
from public.mailing import mail_texts
from public.mailing.following import Followed, follow
from public.mailing.news import news_items
from search.errors import IndexUnavailableError

MOST_TOLD = 40
"""Entries in one mail."""
BATCH = 500
"""Subscriptions in one run; the rest follow at the next."""


def tell_news(clock: Callable[[], dt.datetime]) -> int:
    """Put mail in line for every subscription whose time has come and that has news; return how many were told.

    The journal's number up to which a run tells is read once, and each cursor moves in the transaction that queues
    its mail: two runs at the same time tell nothing twice, and nothing is passed over.
    """
    at, upto = clock(), subscriptions.last_sequence(db.session())
    numbers = subscriptions.due(db.session(), at, upto, BATCH)
    db.session.commit()
    return sum(_tell(number, upto, at) for number in numbers)


def _tell(number: int, upto: int, at: dt.datetime) -> bool:
    """Tell one subscriber; commits. Returns whether there was anything to tell."""
    row = db.session.execute(
        sa.select(Subscription.topic_kind, Subscription.topic_key, Subscription.language).where(
            Subscription.id == number
        )
    ).one_or_none()
    # A search brings the index up to date by itself first, which a transaction of ours would keep waiting.
    db.session.commit()
    if row is None:
        return False
    kind, key, language = row
    with speaking(language):
        try:
            found = follow(Topic(kind, key))
        except IndexUnavailableError:
            # What a search finds is not known just now: the cursor stays, and the next run tells.
            return False
        subscription = db.session.get(Subscription, number, populate_existing=True)
        is_told = (
            subscription is not None
            and subscription.state is SubscriptionState.ACTIVE
            and subscription.cursor < upto
            and _queue(subscription, found, upto, at)
        )
    db.session.commit()
    return is_told


def _queue(subscription: Subscription, found: Followed | None, upto: int, at: dt.datetime) -> bool:
    """Queue the mail and move the cursor; what another run has just told is left alone."""
    since = subscription.cursor
    entries, more = _news(found, since, upto) if found is not None else ((), 0)
    if not subscriptions.advance(db.session(), subscription, upto, at) or found is None or not entries:
        return False
    box = services().contacts
    try:
        address, code = subscription.opened(box)
    except CannotOpenError:
        return False
    message = mail_texts.digest(address, subscription, found, news_items(entries), more, code)
    key = f"news:{subscription.reference}:{since}"
    return mail.queue(db.session(), box, key, message, at, subscription.record)


def _news(found: Followed, since: int, upto: int) -> tuple[Sequence[JournalEntry], int]:
    """Return the newest entries after ``since`` up to ``upto``, and how many more there are."""
    query = found.entries().where(JournalEntry.sequence > since, JournalEntry.sequence <= upto)
    total = db.session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    entries = db.session.scalars(query.order_by(JournalEntry.sequence.desc()).limit(MOST_TOLD)).all()
    return entries, total - len(entries)
