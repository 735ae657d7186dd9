"""The dates of a case in words: which are provisional still, and which moved when a calendar was published."""

import datetime as dt
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from flask import Flask

from minsheng.casework import case_deadlines
from pages.formats import date
from pages.language import gettext as _
from pages.language import lazy_gettext as _l

_MOVED: Mapping[str, str] = MappingProxyType(
    {
        "accept_due": _l("告知受理不受理：由%(old)s改为%(new)s前"),
        "reply_due": _l("答复：由%(old)s改为%(new)s前"),
        "final_reply_due": _l("督办答复：由%(old)s改为%(new)s前"),
        "rating_due": _l("评价：由%(old)s改为%(new)s前"),
    }
)


def due_date(due: dt.date | None, is_provisional: bool) -> str:
    """Return a deadline, marked where a year it was counted in has no published calendar."""
    return _("%(date)s（暂定）", date=date(due)) if due is not None and is_provisional else date(due)


def moved_dates(text: str) -> Sequence[str]:
    """Return in sentences which dates of a case moved, from the text of the step that says so."""
    return [str(_MOVED[name]) % {"old": date(old), "new": date(new)} for name, old, new in case_deadlines.moves(text)]


def problem_words(text: str) -> str:
    """Return in a sentence who cures a problem by when, from the text of the step that a case became one."""
    agency, _newline, day = text.partition("\n")
    return _("由%(agency)s在%(date)s前整改", agency=agency, date=date(dt.date.fromisoformat(day)))


def register(app: Flask) -> None:
    """Make the filters known to templates."""
    app.jinja_env.filters.update(due_date=due_date, moved_dates=moved_dates, problem_words=problem_words)
