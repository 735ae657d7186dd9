"""Frames and samples for tests: impossible numbers in strata of one county."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.encryption import ContactBox
from minsheng.records.places import Division
from minsheng.surveying import sample_frame_reading, sample_frames, samples
from minsheng.surveying.sample_drawing import Wanted
from minsheng.surveying.sample_frames import SampleFrame
from minsheng.surveying.samples import DrawOrder, Sample, SampleDesign
from minsheng.surveying.surveys import Channel, Wave
from tests.factories import Make

SECRET = "a secret for tests only"
BOX = ContactBox({1: b"k" * 32})
HEADINGS = ["电话", "地方", "层", "村"]


def number(place: int) -> str:
    """A number that nobody can have: no mobile number begins with 10."""
    return f"1000000{place:04d}"


def rows(division: Division, strata: dict[str, int], units: int = 1) -> list[list[str]]:
    """A frame with so many numbers in each stratum, dealt out to so many villages."""
    found = [HEADINGS]
    for stratum, size in strata.items():
        found += [
            [number(len(found) + one), division.code, stratum, f"{stratum}{one % units + 1}村"] for one in range(size)
        ]
    return found


def surveyor(make: Make) -> StaffMember:
    return make.staff(Role.SURVEYOR, post="调查组长")


def interviewer(make: Make, post: str = "访员一") -> StaffMember:
    return make.staff(Role.INTERVIEWER, post=post)


def frame(
    session: Session,
    make: Make,
    wave: Wave,
    cells: Sequence[Sequence[str]],
    by: StaffMember,
    channel: Channel = Channel.PHONE,
) -> SampleFrame:
    planned = sample_frame_reading.plan(session, wave, channel, [list(row) for row in cells], SECRET)
    made = sample_frame_reading.keep(
        session, wave, channel, "名册", planned, seal=BOX.seal, secret=SECRET, by=by, at=make.at
    )
    sample_frames.confirm(session, made, by, make.at)
    return made


def drawn(
    session: Session,
    make: Make,
    wave: Wave,
    strata: dict[str, int],
    wanted: dict[str, Wanted],
    units: int = 1,
    by: StaffMember | None = None,
    channel: Channel = Channel.PHONE,
) -> Sample:
    who = by or surveyor(make)
    cells = rows(wave.division, strata, units)
    if channel is Channel.PAPER_SAMPLE:
        cells[0] = ["地址", *HEADINGS[1:]]
    made = frame(session, make, wave, cells, who, channel)
    design = SampleDesign.TWO_STAGE if any(one.units for one in wanted.values()) else SampleDesign.STRATIFIED
    order = DrawOrder(design, {(wave.division_id, name): one for name, one in wanted.items()}, script="您好。")
    return samples.draw(session, made, order, who, make.at)
