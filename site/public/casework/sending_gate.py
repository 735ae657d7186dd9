"""What stands between a form that residents send and the record it makes: the meter, the work asked for, the reasons.

Letters and ideas for a call pass the same gate and are counted together, in all server processes together.
"""

import datetime as dt
import logging
import threading
from collections.abc import Mapping

from flask import current_app, request
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from minsheng.casework import proof_of_work, quarantine, submission_counts
from minsheng.casework.held_letters import HeldReason
from minsheng.casework.near_copies import marks
from minsheng.casework.submission_meter import Reading, SubmissionMeter
from minsheng.database import db
from minsheng.participation.calls import Call
from pages import tickets
from pages.limits import caller
from pages.services import services

PROOF_LASTS = 2 * 3600
"""Seconds after which work done for a form counts no more."""
FORMS = frozenset({"public.suggestions.new", "public.calls.new"})
"""Names of the pages with these forms."""
ASKED = "none"
"""The proof in a form that asked for one and found none."""
MOST_UNLIMITED = 64 * 1024
"""Bytes of a form that may be read before the rate limit looks at it: all that can be typed, and no picture."""
METER = "minsheng.submissions"
ROOM = "minsheng.quarantine_room"
SPENT = "minsheng.spent_forms"
MOST_SPENT = 5_000
ROOM_LASTS = dt.timedelta(seconds=5)
"""How long a process relies on its count of held letters: counting fifty thousand takes longer than all the rest."""

log = logging.getLogger(__name__)


class Room:
    """How many letters the quarantine took in 24 hours, as one server process knows it."""

    def __init__(self) -> None:
        self._held = 0
        self._counted_at: dt.datetime | None = None

    def is_used_up(self) -> bool:
        """Whether no letter without work may be held, as far as is known without asking the database."""
        return self._held >= quarantine.MOST_A_DAY

    def takes(self, session: Session, words: str, at: dt.datetime, call: Call | None = None) -> bool:
        """Whether a letter that came without work may be held; it counts as held from now on."""
        if self._counted_at is None or not self._counted_at <= at < self._counted_at + ROOM_LASTS:
            self._held, self._counted_at = quarantine.held_within_a_day(session, at), at
        if self.is_used_up() or not quarantine.has_room_for_words(session, words, at, call):
            return False
        self._held += 1
        return True


class Spent:
    """Forms that led to a receipt lately in one server process, by their signed tickets."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._signed: dict[str, None] = {}

    def note(self, signed: str) -> None:
        """Remember a form; the oldest of too many are forgotten."""
        with self._lock:
            self._signed[signed] = None
            while len(self._signed) > MOST_SPENT:
                del self._signed[next(iter(self._signed))]

    def __contains__(self, signed: str) -> bool:
        return signed in self._signed


def meter() -> SubmissionMeter:
    """Return the meter of this server process."""
    found: SubmissionMeter = current_app.extensions.setdefault(METER, SubmissionMeter())
    return found


def room() -> Room:
    """Return what this server process knows of the room in the quarantine."""
    found: Room = current_app.extensions.setdefault(ROOM, Room())
    return found


def spent() -> Spent:
    """Return the forms that led to a receipt in this server process lately.

    Who presses twice just as the load begins is so led to the receipt, without the database being asked for others.
    """
    found: Spent = current_app.extensions.setdefault(SPENT, Spent())
    return found


def hear() -> None:
    """Tell the other server processes what came in here, and hear what came in there, about once a second.

    Comes before a request begins a transaction: in one of its own it would wait for itself. Where the database cannot
    be asked, this process goes on with what it knows.
    """
    if db.session.registry.has() and db.session().in_transaction():
        return
    try:
        meter().tell(services().clock(), _swap)
    except SQLAlchemyError:
        log.exception("the counts of letters could not be exchanged")


def _swap(counted: Mapping[int, int], after: int) -> Mapping[int, int]:
    with db.engine.begin() as connection:
        return submission_counts.exchange(connection, counted, after)


def is_high() -> bool:
    """Whether the site is under load."""
    return meter().is_high(services().clock())


def note(words: str) -> Reading:
    """Count what is being sent in this request, and return what the meter says of it."""
    return meter().note(services().clock(), caller(), marks(words))


def note_refused() -> None:
    """Count a form that is sent back: a flood of forms that nobody can take is one all the same."""
    meter().note_refused(services().clock())


def bits_asked() -> int:
    """Return the zero bits that a form opened now asks for: 0 while all is calm."""
    at = services().clock()
    return proof_of_work.bits_under(meter().doublings(at)) if meter().is_high(at) else 0


def is_worked_for(purpose: str, signed: str, proof: str) -> bool:
    """Whether a browser has worked on a form's ticket as much as is asked now, and not too long ago."""
    bits = max(bits_asked() - proof_of_work.TOLERATED, proof_of_work.BITS)
    if not proof_of_work.is_proof(signed, proof, bits):
        return False
    return tickets.read(services().secret, purpose, signed, PROOF_LASTS) is not None


def has_worked(purpose: str) -> bool:
    """Whether a form without pictures comes with proof of work, so that its network's other senders do not stop it.

    A mobile network puts thousands of people behind one address. A proof sent again leads to the receipt it made.
    """
    if request.content_length is None or request.content_length > MOST_UNLIMITED:
        return False
    return is_worked_for(purpose, request.form.get("ticket", ""), request.form.get("proof", ""))


def reason_to_hold(reading: Reading, *, has_proof: bool) -> HeldReason | None:
    """Return why what was sent is to wait for a reviewer's look, or None."""
    if reading.is_one_network:
        return HeldReason.ONE_NETWORK
    if reading.is_many_alike:
        return HeldReason.MANY_ALIKE
    return HeldReason.NO_PROOF if reading.is_high and not has_proof else None
