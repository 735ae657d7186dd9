"""What stands between a form that residents send and the record it makes: the meter, the work asked for, the reasons.

Letters and ideas for a call pass the same gate and are counted together.
"""

from flask import current_app, request

from minsheng import proof_of_work
from minsheng.held_letters import HeldReason
from minsheng.near_copies import marks
from minsheng.submission_meter import Reading, SubmissionMeter
from pages import tickets
from pages.limits import caller
from pages.services import services

PROOF_LASTS = 2 * 3600
"""Seconds after which work done for a form counts no more."""
ASKED = "none"
"""The proof in a form that asked for one and found none."""
MOST_UNLIMITED = 64 * 1024
"""Bytes of a form that may be read before the rate limit looks at it: all that can be typed, and no picture."""
METER = "minsheng.submissions"


def meter() -> SubmissionMeter:
    """Return the meter of this server process."""
    found: SubmissionMeter = current_app.extensions.setdefault(METER, SubmissionMeter())
    return found


def is_high() -> bool:
    """Whether the site is under load."""
    return meter().is_high(services().clock())


def note(words: str) -> Reading:
    """Count what is being sent in this request, and return what the meter says of it."""
    return meter().note(services().clock(), caller(), marks(words))


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
