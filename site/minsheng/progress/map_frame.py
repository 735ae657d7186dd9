"""A flat drawing of a piece of the earth: where degrees lie on it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

SMALLEST = 1e-4
"""Degrees that a frame shows at least, about ten metres: a single point lies in the middle of it."""


@dataclass(frozen=True)
class MapFrame:
    """An equirectangular projection about the middle latitude, the same scale both ways, north up.

    ``middle_x`` and ``middle_y`` are the middle of the drawing in its units, ``scale`` units per degree of latitude,
    ``narrowing`` how much shorter a degree of longitude is there.
    """

    middle_x: float
    middle_y: float
    longitude: float
    latitude: float
    scale: float
    narrowing: float

    @classmethod
    def around(cls, points: Iterable[tuple[float, float]], width: float, height: float, margin: float) -> Self:
        """Return the frame of a drawing that shows all these points (longitude, latitude) within its margin.

        Raises ``ValueError`` where there are none.
        """
        longitudes, latitudes = zip(*points, strict=True)
        west, east, south, north = min(longitudes), max(longitudes), min(latitudes), max(latitudes)
        narrowing = math.cos(math.radians((south + north) / 2))
        scale = min(
            (width - 2 * margin) / max((east - west) * narrowing, SMALLEST),
            (height - 2 * margin) / max(north - south, SMALLEST),
        )
        return cls(width / 2, height / 2, (west + east) / 2, (south + north) / 2, scale, narrowing)

    def at(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Return where a point lies on the drawing: to the right and down, in its units."""
        return (
            self.middle_x + (longitude - self.longitude) * self.narrowing * self.scale,
            self.middle_y - (latitude - self.latitude) * self.scale,
        )
