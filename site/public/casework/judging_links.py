"""Links in mail to senders: each is signed for one case, one step and one answer, and works for a limited time.

Opening a link shows a form and does nothing; programs that open links press no buttons. A link is used up by the
step itself: once the case has moved on, it no longer fits.
"""

import enum
from typing import NamedTuple

from itsdangerous import BadData, URLSafeTimedSerializer

from minsheng.casework.sender_notices import LINK_FOR
from minsheng.casework.suggestions import Suggestion


class LinkPurpose(enum.StrEnum):
    """What a link lets its holder do, and nothing else."""

    RATE = "rate"
    DISPUTE = "dispute"


class Link(NamedTuple):
    """What a link was made for: the case, and the state in which it was answered."""

    case_id: int
    state: str


def token(secret: str, purpose: LinkPurpose, case: Suggestion) -> str:
    """Return what the link carries for a case as it stands now."""
    return str(_signer(secret, purpose).dumps([case.id, case.state.value]))


def read(secret: str, purpose: LinkPurpose, given: str) -> Link | None:
    """Return what a link was made for, or None when it is not ours, is for another step, or is too old."""
    try:
        case_id, state = _signer(secret, purpose).loads(given, max_age=int(LINK_FOR.total_seconds()))
    except (BadData, TypeError, ValueError):
        return None
    return Link(case_id, state)


def _signer(secret: str, purpose: LinkPurpose) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt=f"case-link:{purpose.value}")
