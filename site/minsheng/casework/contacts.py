"""A sender's contact: opened for the handling agency only, and never without an entry in the journal.

The journal holds no personal data: it keeps a commitment, a keyed digest of what was shown, which proves a view
while the sealed contact is there and says nothing once it is erased.
"""

import datetime as dt
import hashlib
import hmac

from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.accounts.staff import StaffMember
from minsheng.casework.suggestions import Suggestion
from minsheng.desk import duties
from minsheng.encryption import ContactBox
from minsheng.errors import NotAllowedError, WrongStateError
from minsheng.journal import Act


def open_contact(
    session: Session, case: Suggestion, by: StaffMember, box: ContactBox, secret: str, at: dt.datetime
) -> str:
    """Return the sender's contact and journal the view.

    Raises ``NotAllowedError`` unless ``by`` answers for the agency that handles the case, ``WrongStateError``
    where the sender left none or it was erased, ``CannotOpenError`` for a value sealed with a lost key.
    """
    if not duties.may_handle(by, case):
        raise NotAllowedError
    if case.contact_sealed is None:
        raise WrongStateError("view_contact", "no_contact")
    contact = box.open(case.contact_sealed, case.subject)
    shown = b"\0".join((case.subject.encode(), str(by.id).encode(), case.contact_sealed))
    commitment = hmac.new(secret.encode(), shown, hashlib.sha256).hexdigest()
    act = Act("contact_viewed", case.subject, by.post, is_public=False, extra={"commitment": commitment})
    journal.record(session, act, at)
    return contact
