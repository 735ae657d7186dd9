"""What a data check found: a code, what it is about, and the numbers a message needs."""

import enum
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass


class CheckCode(enum.StrEnum):
    """One code per check; the faces word each in their language."""

    # Money
    SPENT_OVER_DISBURSED = "spent_over_disbursed"
    DISBURSED_OVER_ARRIVED = "disbursed_over_arrived"
    FUNDS_WENT_DOWN = "funds_went_down"
    FUNDING_PARTS_NOT_WHOLE = "funding_parts_not_whole"
    DONE_WITH_LITTLE_SPENT = "done_with_little_spent"
    # Progress and indicators
    PROGRESS_WENT_DOWN = "progress_went_down"
    VALUE_WENT_DOWN = "value_went_down"
    FINISHED_BELOW_TARGET = "finished_below_target"
    PROGRESS_BEFORE_START = "progress_before_start"
    COMPLETED_WITH_OPEN_PROBLEM = "completed_with_open_problem"
    REPORTED_TWICE = "reported_twice"
    # Promises changed after publication
    TARGET_LOWERED = "target_lowered"
    FUNDS_LOWERED = "funds_lowered"
    STANDARD_CHANGED = "standard_changed"
    FINISH_MOVED = "finish_moved"
    # Figures against figures
    PARTS_NOT_WHOLE = "parts_not_whole"
    PERCENTAGE_IMPOSSIBLE = "percentage_impossible"
    COUNT_SHARE_IMPOSSIBLE = "count_share_impossible"
    IMPLIED_WHOLE_CHANGED = "implied_whole_changed"
    STATED_DIFFERENTLY = "stated_differently"
    TOTALS_DIFFER = "totals_differ"
    ALL_DONE_WITH_UNFINISHED_ITEMS = "all_done_with_unfinished_items"
    NOT_A_NUMBER = "not_a_number"
    UNIT_DOUBTFUL = "unit_doubtful"
    # Dates
    DATES_OUT_OF_ORDER = "dates_out_of_order"
    DATE_IN_FUTURE = "date_in_future"
    REPORT_OLDER_THAN_LAST = "report_older_than_last"
    PHOTO_OUTSIDE_PERIOD = "photo_outside_period"
    LATE_PUBLICATION = "late_publication"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that must be put right or explained in public.

    ``subject`` is a short stable reference of the caller's (``report``, ``indicator:3``, ``photo:7``). ``facts``
    holds every number the message needs as text; the end of a name gives its form: ``_fen`` an integer amount,
    ``_percent`` and ``_points`` a decimal, ``_on`` an ISO date, ``_month`` ``YYYY-MM``, ``_count`` an integer;
    anything else is text as it was printed.
    """

    code: CheckCode
    subject: str
    facts: Mapping[str, str]

    @property
    def key(self) -> str:
        """A stable key that changes with the numbers, so that an explanation stands for these figures only."""
        facts = json.dumps(dict(self.facts), ensure_ascii=False, sort_keys=True)
        digest = hashlib.sha256(facts.encode()).hexdigest()[:8]
        return f"{self.code}:{self.subject}:{digest}"
