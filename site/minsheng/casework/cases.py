"""The words of a case: what is sent, how it goes, who may see it, and the clock it runs against."""

import datetime as dt
import enum
from dataclasses import dataclass

from minsheng.clock import local_date
from minsheng.workdays import WorkCalendar


class SuggestionKind(enum.StrEnum):
    """What the sender wants."""

    SUGGESTION = "suggestion"
    QUESTION = "question"
    COMPLAINT = "complaint"
    THANKS = "thanks"


class CaseState(enum.StrEnum):
    """How the case goes. Who may see it is ``Prominence``, a separate matter."""

    RECEIVED = "received"
    REFUSED = "refused"
    ACCEPTED = "accepted"
    HANDED_OVER = "handed_over"
    REPLIED = "replied"
    DISPUTED = "disputed"
    FINALLY_REPLIED = "finally_replied"
    CLOSED = "closed"


class Prominence(enum.StrEnum):
    """Who may see the case: nobody but handlers before review; then everybody, or still only handlers."""

    UNREVIEWED = "unreviewed"
    PUBLIC = "public"
    INTERNAL = "internal"


class RefusalReason(enum.StrEnum):
    """The public list of reasons to refuse a case."""

    NOT_OUR_MATTER = "not_our_matter"
    DUPLICATE = "duplicate"
    IN_COURT = "in_court"
    UNCLEAR = "unclear"
    ABUSIVE = "abusive"


class Rating(enum.StrEnum):
    """What the sender says of the reply."""

    SATISFIED = "satisfied"
    PARTLY = "partly"
    NOT_SATISFIED = "not_satisfied"


class ClosedAs(enum.StrEnum):
    """How a case ended; closed without a rating is its own category."""

    RATED = "rated"
    UNRATED = "unrated"
    AFTER_DISPUTE = "after_dispute"
    MERGED = "merged"


class CaseEventKind(enum.StrEnum):
    """The sheets and steps of a case."""

    RECEIVED = "received"
    REVIEWED = "reviewed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    HANDED_OVER = "handed_over"
    TRANSFERRED = "transferred"
    EXTENDED = "extended"
    REPLIED = "replied"
    RATED = "rated"
    DISPUTED = "disputed"
    FINALLY_REPLIED = "finally_replied"
    CLOSED = "closed"
    MERGED = "merged"
    TOOK_IN = "took_in"
    MAIN_REPLIED = "main_replied"
    SPLIT = "split"
    SPLIT_OFF = "split_off"
    LINKED = "linked"
    PROBLEM_REGISTERED = "problem_registered"
    MADE_PROBLEM = "made_problem"
    PROBLEM_CLOSED = "problem_closed"
    PROBLEM_REOPENED = "problem_reopened"
    ADOPTED = "adopted"
    RESCHEDULED = "rescheduled"
    ADDED_WORDS = "added_words"
    REMINDED = "reminded"
    ESCALATED = "escalated"


@dataclass(frozen=True)
class CaseClock:
    """The periods of a case in working days (settings), and the calendar they are counted on."""

    calendar: WorkCalendar
    accept_days: int = 2
    reply_days: int = 15
    extension_days: int = 10
    rating_days: int = 10
    final_reply_days: int = 10

    def after(self, at: dt.datetime, days: int) -> tuple[dt.date, bool]:
        """Return the date ``days`` working days after ``at``, and whether its calendar is provisional."""
        deadline = self.calendar.add(local_date(at), days)
        return deadline.date, deadline.provisional
