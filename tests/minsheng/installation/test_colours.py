import re

import pytest

from minsheng.installation.colours import DARK_GROUNDS, LIGHT_GROUNDS, Colours, contrast, mixed
from pages.addresses import STATIC


def test_contrast_is_that_of_the_recommendation() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#0d478c", "#0d478c") == 1


def test_mixing_goes_from_one_end_to_the_other() -> None:
    assert (mixed("#102030", "#ffffff", 0), mixed("#102030", "#ffffff", 1)) == ("#102030", "#ffffff")


def test_the_programs_own_colours_are_legible_and_those_of_the_sheet() -> None:
    assert Colours().faint() == {}
    tokens = (STATIC / "tokens.css").read_text()
    for name, value in (("paper", LIGHT_GROUNDS[0]), ("sheet", LIGHT_GROUNDS[1]), ("sunken", LIGHT_GROUNDS[2])):
        assert f"--{name}: {value};" in tokens
    for name, value in (("paper", DARK_GROUNDS[0]), ("sheet", DARK_GROUNDS[1]), ("sunken", DARK_GROUNDS[2])):
        assert tokens.count(f"--{name}: {value};") == 2
    assert Colours().board in re.findall(r"--board: (#\w{6});", tokens)


@pytest.mark.parametrize(
    ("colours", "faint"),
    [
        (Colours(board="#8fbdf2"), {"board"}),
        (Colours(board="#767676"), {"board"}),
        (Colours(board_dark="#e0e0e0"), {"board_dark", "link_dark"}),
        (Colours(link_dark="#0d478c"), {"link_dark"}),
        (Colours("#7a1f1f", "#5a1616", "#f2b8b8"), set()),
        (Colours("#00563f", "#00402f", "#8fd9bf"), set()),
    ],
)
def test_faint_colours_are_named(colours: Colours, faint: set[str]) -> None:
    assert set(colours.faint()) == faint
