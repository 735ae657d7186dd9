"""Hiding faces: what is inside a box cannot be brought back, what is outside stays as it was."""

import pytest
from PIL import Image

from minsheng.pictures import blurring
from minsheng.pictures.blurring import Box, InvalidBoxesError


def stripes() -> Image.Image:
    """A picture of black and white columns, one pixel wide: any detail that is left shows."""
    picture = Image.new("RGB", (400, 300), "white")
    for column in range(0, 400, 2):
        picture.paste("black", (column, 0, column + 1, 300))
    return picture


def test_nothing_inside_a_box_can_be_made_out() -> None:
    hidden = blurring.blur(stripes(), [Box(250, 250, 500, 500)])

    inside = hidden.crop((110, 85, 290, 215)).convert("L")
    shades = inside.tobytes()
    assert max(shades) - min(shades) <= 16


def test_what_is_outside_stays() -> None:
    before, after = stripes(), blurring.blur(stripes(), [Box(250, 250, 500, 500)])

    assert after.size == before.size
    for place in ((0, 0, 100, 300), (300, 0, 400, 300), (0, 0, 400, 75)):
        assert after.crop(place).tobytes() == before.crop(place).tobytes()


def test_a_face_is_left_as_no_more_than_a_few_squares() -> None:
    noise = Image.effect_noise((300, 300), 120).convert("RGB")

    hidden = blurring.blur(noise, [Box(0, 0, 1000, 1000)]).resize((30, 30)).convert("L")

    assert len(set(hidden.tobytes())) < 60


def test_a_box_at_the_edge_and_one_of_a_single_pixel() -> None:
    assert blurring.blur(stripes(), [Box(999, 999, 1, 1), Box(0, 0, 1000, 1000)]).size == (400, 300)


@pytest.mark.parametrize("typed", ["10, 20, 30, 40", "10 20 30 40", "10，20，30，40", "\n 10、20、30、40 \n\n"])
def test_boxes_are_read_as_people_type_them(typed: str) -> None:
    assert blurring.read_boxes(typed) == (Box(10, 20, 30, 40),)
    assert blurring.read_boxes(blurring.written(blurring.read_boxes(typed))) == (Box(10, 20, 30, 40),)


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("10,20,30", 1),
        ("1,1,1,1\n-1,2,3,4", 2),
        ("900,0,101,10", 1),
        ("0,0,0,10", 1),
        ("0,0,10,0", 1),
        ("1.5,2,3,4", 1),
        ("٣,2,3,4", 1),
        ("\n".join(["1,1,1,1"] * 41), 0),
    ],
)
def test_a_wrong_line_is_named(typed: str, line: int) -> None:
    with pytest.raises(InvalidBoxesError) as refused:
        blurring.read_boxes(typed)
    assert refused.value.line == line


def test_boxes_are_kept_with_the_picture() -> None:
    boxes = (Box(1, 2, 3, 4), Box(5, 6, 7, 8))
    assert blurring.restored(blurring.stored(boxes)) == boxes
    assert blurring.restored(blurring.stored(())) == ()
