"""Which months of a project have a picture, and what it shows."""

from dataclasses import dataclass

from minsheng.pictures.photos import Photo, PhotoPhase
from minsheng.records.projects import Project
from website.sample.calendar import day_in
from website.sample.content import content
from website.sample.pictures import Gallery, Picture
from website.sample.plan import MonthState, ProjectPlan

HALF_WAY = 40


@dataclass(frozen=True)
class PhotoPlan:
    """A picture of one month."""

    month: int
    phase: PhotoPhase
    picture: Picture


def photo_plans(plan: ProjectPlan) -> list[PhotoPlan]:
    """Return the pictures of a project: before, half way, when done, and in the newest month of this year's."""
    told = [state for state in plan.months if plan.pending is None or state.month <= plan.calendar.latest]
    is_works = plan.kind == "works"
    chosen: dict[int, PhotoPlan] = {}
    if is_works and told:
        chosen[told[0].month] = _photo(plan, told[0], PhotoPhase.BEFORE)
    if plan.year == plan.calendar.year and told and (told[-1].progress or "ends" in plan.spec):
        last = told[-1]
        chosen[last.month] = _photo(plan, last, PhotoPhase.AFTER if last.progress >= 100 else PhotoPhase.DURING)
    half = next((state for state in told if HALF_WAY <= state.progress < 100), None)
    if half is not None:
        chosen.setdefault(half.month, _photo(plan, half, PhotoPhase.DURING))
    done = next((state for state in told if state.progress >= 100), None)
    if done is not None:
        chosen.setdefault(done.month, _photo(plan, done, PhotoPhase.AFTER))
    return list(chosen.values())


def make_photo(gallery: Gallery, project: Project, plan: PhotoPlan, caption: str) -> Photo:
    """Return the photo record of a prepared picture."""
    stored = gallery.stored(plan.picture)
    return Photo(
        project=project,
        key=stored.key,
        phase=plan.phase,
        taken_on=day_in(plan.month, 19),
        caption=caption,
        alt_text=content("pictures")[plan.picture.scene][plan.phase.value],
        width=stored.width,
        height=stored.height,
        is_drawing=True,
    )


def _photo(plan: ProjectPlan, state: MonthState, phase: PhotoPhase) -> PhotoPlan:
    progress = 0 if phase is PhotoPhase.BEFORE else state.progress
    return PhotoPlan(state.month, phase, Picture(plan.spec["scene"], progress, plan.spec["slug"]))
