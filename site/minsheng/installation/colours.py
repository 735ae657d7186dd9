"""The installation's own colours: which are legible, and what is derived from them.

Contrast is that of WCAG 2.2 (relative luminance of sRGB); every pair of text and ground on the pages must reach 4.5.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

LEAST_CONTRAST = 4.5
FORM = re.compile(r"#[0-9a-f]{6}")
WHITE, BLACK = "#ffffff", "#000000"
LIGHT_GROUNDS = ("#f6f4ee", "#fffefb", "#edeae1")
DARK_GROUNDS = ("#11171b", "#192127", "#0c1114")
"""Paper, sheet and sunken of ``tokens.css`` in the light and in the dark theme: what links are read on."""


@dataclass(frozen=True)
class Colours:
    """The header and the links in the light theme, and each of them in the dark one, as ``#rrggbb``."""

    board: str = "#0d478c"
    board_dark: str = "#0b3a70"
    link_dark: str = "#8fbdf2"

    def faint(self) -> Mapping[str, float]:
        """Return the contrast of every colour that is too faint where it is used, by the colour's name."""
        soft = {name: mixed(getattr(self, name), WHITE, 0.82) for name in ("board", "board_dark")}
        tint = mixed(self.board, WHITE, 0.9)
        pairs = {
            "board": [
                *((self.board, ground) for ground in (*LIGHT_GROUNDS, tint, WHITE)),
                (soft["board"], self.board),
            ],
            "board_dark": [(WHITE, self.board_dark), (soft["board_dark"], self.board_dark)],
            "link_dark": [
                (self.link_dark, ground) for ground in (*DARK_GROUNDS, mixed(self.board_dark, DARK_GROUNDS[1], 0.6))
            ],
        }
        least = {name: min(contrast(*pair) for pair in each) for name, each in pairs.items()}
        return MappingProxyType({name: ratio for name, ratio in least.items() if ratio < LEAST_CONTRAST})

    def light_tokens(self) -> Mapping[str, str]:
        """Return the custom properties of the light theme that follow from these colours."""
        deep = mixed(self.board, BLACK, 0.3)
        return {
            "board": self.board,
            "board-deep": deep,
            "board-tint": mixed(self.board, WHITE, 0.9),
            "on-board-soft": mixed(self.board, WHITE, 0.82),
            "link": self.board,
            "link-hover": deep,
        }

    def dark_tokens(self) -> Mapping[str, str]:
        """Return the custom properties of the dark theme that follow from these colours."""
        return {
            "board": self.board_dark,
            "board-deep": mixed(self.board_dark, BLACK, 0.3),
            "board-tint": mixed(self.board_dark, DARK_GROUNDS[1], 0.6),
            "on-board-soft": mixed(self.board_dark, WHITE, 0.82),
            "link": self.link_dark,
            "link-hover": mixed(self.link_dark, WHITE, 0.45),
        }


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio")."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mixed(colour: str, other: str, share: float) -> str:
    """Return a colour with a share of another in it, channel by channel."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(mine * (1 - share) + theirs * share):02x}" for mine, theirs in pairs)


def _luminance(colour: str) -> float:
    parts = [channel / 255 for channel in _channels(colour)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
