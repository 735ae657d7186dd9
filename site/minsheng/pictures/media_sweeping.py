"""Taking pictures out of the store that no record refers to: removed from a draft, or uploaded and never kept."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.casework.case_photos import CasePhoto
from minsheng.pictures.media import MediaStore
from minsheng.pictures.photos import Photo

GRACE = dt.timedelta(days=1)
"""An upload that is not in the database yet may belong to a form somebody is still filling in."""
KEYS = (Photo.key, CasePhoto.key, CasePhoto.blurred_key)
"""Records that refer to pictures."""
AT_ONCE = 500
"""So many keys are asked for in one query."""


def sweep(session: Session, store: MediaStore, at: dt.datetime) -> int:
    """Remove what nothing refers to and is older than a day, original included; return how many pictures went.

    Uploading the same picture again makes its files new, so one that is about to be used is never old.
    """
    old = sorted(store.keys_before(at - GRACE))
    gone = 0
    for start in range(0, len(old), AT_ONCE):
        some = old[start : start + AT_ONCE]
        kept = set(session.scalars(sa.union_all(*(sa.select(key).where(key.in_(some)) for key in KEYS))))
        for key in some:
            if key not in kept:
                store.remove(key)
                gone += 1
    return gone
