"""The interface's word for every value the domain counts in.

Groups are named after the domain's enumerations (``Stage`` → ``stage``) and keyed by their stored values, so
that a plain string from a query or an export finds its word as well as an enumeration's member does.
"""

import enum
import re
from types import MappingProxyType

from flask import Flask
from jinja2 import pass_context
from jinja2.runtime import Context

from pages.words_of_calls import CALL_WORDS
from pages.words_of_ledger import LEDGER_WORDS
from pages.words_of_people import PEOPLE_WORDS
from pages.words_of_projects import PROJECT_WORDS
from pages.words_of_quality import QUALITY_WORDS
from pages.words_of_samples import SAMPLE_WORDS

WORDS = MappingProxyType(
    {**PROJECT_WORDS, **PEOPLE_WORDS, **CALL_WORDS, **LEDGER_WORDS, **SAMPLE_WORDS, **QUALITY_WORDS}
)
"""Group → stored value → word."""

TONES = MappingProxyType(
    {
        "ahead": "ahead",
        "on_schedule": "good",
        "done": "done",
        "behind": "behind",
        "seriously_behind": "late",
        "overdue": "late",
        "suspended": "quiet",
        "cancelled": "quiet",
        "not_due": "quiet",
        "unknown": "quiet",
    }
)
"""Schedule status → tone of its badge and bar. The shape in the badge differs per status, not per tone."""


def group_of(member: enum.Enum) -> str:
    """Return the group of an enumeration's member: ``ScheduleStatus.BEHIND`` → ``schedule_status``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(member).__name__).lower()


def value_of(value: object) -> str:
    """Return the stored text of an enumeration's member, or the text itself."""
    return str(value.value) if isinstance(value, enum.Enum) else str(value)


def word(value: object, group: str | None = None) -> str:
    """Return the reader's word for a value; ``group`` is needed only for plain strings.

    Raises ``KeyError`` for a value that has no word: a page never shows a code.
    """
    if group is None:
        if not isinstance(value, enum.Enum):
            raise KeyError(f"{value!r} needs the name of its group")
        group = group_of(value)
    return str(WORDS[group][value_of(value)])


def tone(status: object) -> str:
    """Return the tone of a schedule status for class names: ahead, good, done, behind, late or quiet."""
    return TONES[value_of(status)]


@pass_context
def _word_in_template(_context: Context, value: object, group: str | None = None) -> str:
    """Be ``word`` as a filter.

    Asking for the context keeps Jinja from working out ``'planned'|word('movement_kind')`` when it compiles a
    template, which would freeze the word in whatever language the first reader had.
    """
    return word(value, group)


def register(app: Flask) -> None:
    """Make ``word`` and ``value_of`` filters, and ``status_tone`` and ``all_words`` names in templates."""
    app.jinja_env.filters.update(word=_word_in_template, value_of=value_of, status_tone=tone)
    app.jinja_env.globals.update(all_words=WORDS)
