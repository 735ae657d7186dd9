"""Which people of a sample benefit from which programme, as their frame says: by their stratum, never one by one.

A frame may name the programme that a household benefits from. Its beneficiaries are a stratum of their own, so that
enough of them can be drawn, and so that the answers need say no more than their stratum to be shown by this group.
"""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.records.places import Division
from minsheng.surveying.sample_frames import FrameEntry, SampleFrame
from minsheng.surveying.samples import stratum_name
from minsheng.surveying.surveys import Wave

COLUMN = "beneficiary"
NOT_LISTED = "not_a_beneficiary"
"""The group of those beside whom the frame names no programme."""
MOST_GROUPS = 60
"""Programmes that are told apart; a frame with more is about something else."""


def groups_by_stratum(session: Session, wave: Wave) -> Mapping[tuple[int, str], str]:
    """Return the group of each stratum, by its place's identity and its name among answers; empty without any.

    A place and stratum that two frames give to different groups has none.
    """
    rows = session.execute(
        sa.select(FrameEntry.division_id, Division.code, FrameEntry.stratum, FrameEntry.beneficiary)
        .join(FrameEntry.frame)
        .join(Division, Division.id == FrameEntry.division_id)
        .where(SampleFrame.wave_id == wave.id, SampleFrame.confirmed_at.is_not(None))
        .distinct()
    ).all()
    if not 0 < len({row.beneficiary for row in rows} - {""}) <= MOST_GROUPS:
        return {}
    found: dict[tuple[int, str], set[str]] = {}
    for place, code, stratum, beneficiary in rows:
        found.setdefault((place, stratum_name(code, stratum)), set()).add(beneficiary or NOT_LISTED)
    return {key: groups.pop() for key, groups in found.items() if len(groups) == 1}
