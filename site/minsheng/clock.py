"""Civil dates of the place: the day a moment falls on in China."""

import datetime as dt
from zoneinfo import ZoneInfo

LOCAL_ZONE = ZoneInfo("Asia/Shanghai")


def local_date(at: dt.datetime) -> dt.date:
    """Return the civil date in China of an aware moment."""
    return at.astimezone(LOCAL_ZONE).date()


def local_week(at: dt.datetime) -> str:
    """Return the ISO week of a moment in China, such as ``2026-W07``: as exact as answers are dated."""
    year, week, _ = local_date(at).isocalendar()
    return f"{year}-W{week:02d}"
