"""What a sender adds to a letter while an answer is owed: words for the handlers, no new case and no new clock."""

import datetime as dt

from minsheng.casework.cases import CaseEventKind
from minsheng.casework.suggestions import Suggestion
from minsheng.errors import ReasonRequiredError, WrongStateError

MOST_ADDITIONS = 5
LONGEST = 1000


def additions(case: Suggestion) -> list[str]:
    """Return what was added, in its order; like the letter itself it is seen by handlers and the sender only."""
    return [event.private_text for event in case.events if event.kind is CaseEventKind.ADDED_WORDS]


def room(case: Suggestion) -> int:
    """Return how often the sender may still add something: not at all once nothing is owed."""
    return max(MOST_ADDITIONS - len(additions(case)), 0) if case.is_waiting_for_reply else 0


def add(case: Suggestion, words: str, at: dt.datetime) -> bool:
    """Take what a sender adds; return False where the same was added before, as when a button is pressed twice.

    Raises ``ReasonRequiredError`` without words, ``WrongStateError`` once nothing is owed or after too many.
    """
    added = words.strip()
    if not added:
        raise ReasonRequiredError
    if added in additions(case):
        return False
    if not room(case):
        raise WrongStateError("add_words", case.state)
    case.note(CaseEventKind.ADDED_WORDS, at, "", private=added)
    return True


def own_words(case: Suggestion) -> str:
    """Return all that the sender wrote: the letter and what was added to it."""
    return "\n".join((case.words, *additions(case)))
