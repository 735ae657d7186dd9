"""The gallery: draws the pictures that the story asks for, several at a time, and keeps them in the media store."""

import io
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from minsheng.pictures.media import MediaStore, StoredImage
from website.sample.pictures import buildings, landscapes, rooms
from website.sample.pictures.canvas import Canvas

SCENES: dict[str, Callable[[Canvas, float], None]] = {
    "building": buildings.small_building,
    "bookvan": landscapes.bookvan,
    "bus": landscapes.bus,
    "canteen": rooms.canteen,
    "carehome": buildings.carehome,
    "clinic": buildings.clinic,
    "clinicroom": rooms.clinicroom,
    "counter": rooms.counter,
    "crossing": landscapes.crossing,
    "farmhouse": buildings.farmhouse,
    "field": landscapes.field,
    "housing": buildings.housing,
    "kindergarten": buildings.kindergarten,
    "nursery": rooms.nursery,
    "park": landscapes.park,
    "pipeworks": landscapes.pipeworks,
    "pond": landscapes.pond,
    "river": landscapes.river,
    "road": landscapes.road,
    "school": buildings.school,
    "shed": buildings.shed,
    "square": landscapes.square,
    "training": rooms.training,
    "visit": rooms.visit,
    "waterworks": buildings.waterworks,
}


@dataclass(frozen=True)
class Picture:
    """What is to be drawn: a scene at a percentage of progress; ``seed`` gives it its own trees and people."""

    scene: str
    progress: int
    seed: str


class Gallery:
    """Pictures by what they show. ``width`` is that of the largest size, in pixels; two thirds of it the height."""

    def __init__(self, media: MediaStore, width: int) -> None:
        self._media = media
        self._width = width
        self._stored: dict[Picture, StoredImage] = {}

    def prepare(self, pictures: Iterable[Picture], progress: Callable[[int, int], None]) -> None:
        """Draw and store all pictures; ``progress`` gets how many are done of how many."""
        wanted = list(dict.fromkeys(pictures))
        with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            for done, (picture, stored) in enumerate(zip(wanted, pool.map(self._make, wanted), strict=True), start=1):
                self._stored[picture] = stored
                progress(done, len(wanted))

    def stored(self, picture: Picture) -> StoredImage:
        """Return a prepared picture."""
        return self._stored[picture]

    def _make(self, picture: Picture) -> StoredImage:
        canvas = Canvas(self._width, picture.seed)
        SCENES[picture.scene](canvas, picture.progress / 100)
        return self._media.add_image(io.BytesIO(canvas.finish()), keep_original=False, is_drawing=True)
