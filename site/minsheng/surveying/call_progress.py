"""How far the calls are: counts by place, disposition and interviewer, and the response rates that follow."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from minsheng.accounts.staff import StaffMember
from minsheng.opinion.dispositions import Disposition, ResponseRates, response_rates
from minsheng.records.places import Division
from minsheng.surveying.call_attempts import CallTally
from minsheng.surveying.dispositions import DispositionCount
from minsheng.surveying.invites import Invite
from minsheng.surveying.samples import CheckState, CodeGiven, Sample, SampledPerson
from minsheng.surveying.surveys import Channel, Wave


@dataclass(frozen=True)
class PlaceProgress:
    """Of the people drawn in one place: how many ended how, how many are still open, and the rates so far."""

    division: Division
    drawn: int
    open: int
    counts: Counter[Disposition]

    @property
    def rates(self) -> ResponseRates:
        """AAPOR's response rates, those still open counting as unknown."""
        return response_rates(self.counts)


@dataclass(frozen=True)
class InterviewerProgress:
    """What one interviewer's calls came to, by disposition."""

    member: StaffMember
    counts: Counter[Disposition]

    @property
    def calls(self) -> int:
        """How many calls were noted."""
        return sum(self.counts.values())


def by_place(session: Session, wave: Wave, channel: Channel) -> list[PlaceProgress]:
    """Return how far the samples of a wave and channel are in each place, by code; reserves do not count.

    Nobody knows who used a code, only how many did: as many of those with a code count as answered. A letter that
    brought no answer leaves the household unknown, somebody who took a code on the phone was reached.
    """
    found: dict[int, Counter[Disposition]] = {}
    still: Counter[int] = Counter()
    given: dict[int, Counter[CodeGiven]] = {}
    columns = (
        SampledPerson.division_id,
        SampledPerson.disposition,
        SampledPerson.is_done,
        SampledPerson.code_given,
    )
    rows = session.execute(
        sa.select(*columns, sa.func.count())
        .join(SampledPerson.sample)
        .where(Sample.wave_id == wave.id, Sample.channel == channel, SampledPerson.is_reserve.is_(False))
        .group_by(*columns)
    )
    for division_id, disposition, is_done, code, number in rows:
        counts = found.setdefault(division_id, Counter())
        if code is not None:
            given.setdefault(division_id, Counter())[code] += number
            continue
        counts[disposition or Disposition.UNKNOWN_HOUSEHOLD] += number
        still[division_id] += 0 if is_done else number
    for division_id, used in _used_codes(session, wave, channel).items():
        _share_codes(found.setdefault(division_id, Counter()), given.pop(division_id, Counter()), used)
    for division_id, letters in given.items():
        _share_codes(found[division_id], letters, 0)
    places = session.scalars(sa.select(Division).where(Division.id.in_(found)).order_by(Division.code))
    return [PlaceProgress(one, found[one.id].total(), still[one.id], found[one.id]) for one in places]


def _used_codes(session: Session, wave: Wave, channel: Channel) -> dict[int, int]:
    rows = session.execute(
        sa.select(Invite.division_id, sa.func.count())
        .where(Invite.wave_id == wave.id, Invite.channel == channel, Invite.used_week != "")
        .group_by(Invite.division_id)
    )
    return {division_id: number for division_id, number in rows}  # noqa: C416 - rows are not typed as pairs


def _share_codes(counts: Counter[Disposition], given: Counter[CodeGiven], used: int) -> None:
    """Count as many people with a code as answered as codes were used, those reached by phone first."""
    by_call = min(used, given[CodeGiven.CALL])
    by_letter = min(used - by_call, given[CodeGiven.LETTER])
    counts[Disposition.COMPLETE] += by_call + by_letter
    counts[Disposition.OTHER] += given[CodeGiven.CALL] - by_call
    counts[Disposition.UNKNOWN_HOUSEHOLD] += given[CodeGiven.LETTER] - by_letter


def by_interviewer(session: Session, samples: Sequence[Sample]) -> list[InterviewerProgress]:
    """Return what the calls of each interviewer came to, by post."""
    found: dict[int, InterviewerProgress] = {}
    query = (
        sa.select(CallTally)
        .where(CallTally.sample_id.in_([sample.id for sample in samples]))
        .options(joinedload(CallTally.staff_member))
    )
    for tally in session.scalars(query):
        member = tally.staff_member
        found.setdefault(member.id, InterviewerProgress(member, Counter())).counts[tally.disposition] += tally.count
    return sorted(found.values(), key=lambda one: (one.member.post, one.member.id))


def check_counts(session: Session, samples: Sequence[Sample]) -> Counter[CheckState]:
    """Return how many check calls stand how."""
    rows = session.execute(
        sa.select(SampledPerson.check_state, sa.func.count())
        .where(SampledPerson.sample_id.in_([sample.id for sample in samples]), SampledPerson.check_state.is_not(None))
        .group_by(SampledPerson.check_state)
    )
    return Counter({state: number for state, number in rows if state is not None})


def keep_dispositions(session: Session, wave: Wave, channel: Channel) -> None:
    """Write the counts of a wave's samples down as its dispositions, from which the response rates come.

    They are written anew as a whole, so it may be done as often as one likes.
    """
    known = {
        (row.division_id, row.disposition): row
        for row in session.scalars(
            sa.select(DispositionCount).where(DispositionCount.wave_id == wave.id, DispositionCount.channel == channel)
        )
    }
    for place in by_place(session, wave, channel):
        for disposition in Disposition:
            number = place.counts[disposition]
            row = known.get((place.division.id, disposition))
            if row is not None:
                row.count = number
            elif number:
                session.add(
                    DispositionCount(
                        wave=wave, division=place.division, channel=channel, disposition=disposition, count=number
                    )
                )
    session.flush()
