"""Drawing: weights, order and seed."""

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minsheng.surveying.sample_drawing import CannotDrawError, Wanted, draw, stored

SEEDS = st.integers(0, 2**32).map(lambda number: f"{number:064x}")


@given(seed=SEEDS, size=st.integers(1, 200), data=st.data())
def test_weights_of_a_stratum_sum_to_the_people_in_it(seed: str, size: int, data: st.DataObject) -> None:
    wanted = Wanted(data.draw(st.integers(1, size)), data.draw(st.integers(0, 50)))
    people, parts = draw(seed, "城镇", {"": list(range(size))}, wanted)
    main = [one for one in people if not one.is_reserve]
    assert sum(one.weight for one in main) == size
    assert len(main) == wanted.size
    assert len(people) == wanted.size + parts[0].reserve
    assert len({one.identity for one in people}) == len(people)
    assert [one.turn for one in people] == list(range(1, len(people) + 1))


@given(seed=SEEDS, order=st.randoms(use_true_random=False), units=st.integers(1, 8))
def test_the_order_of_the_frame_does_not_matter(seed: str, order: Random, units: int) -> None:
    frame = {f"{unit}村": [unit * 100 + one for one in range(10)] for unit in range(8)}
    mixed = list(frame.items())
    order.shuffle(mixed)
    shuffled = {unit: order.sample(members, len(members)) for unit, members in mixed}
    for wanted in (Wanted(20, 5), Wanted(units * 5, 3, units)):
        one, other = draw(seed, "农村", frame, wanted)[0], draw(seed, "农村", shuffled, wanted)[0]
        assert [person.identity for person in one] == [person.identity for person in other]


@given(seed=SEEDS, sizes=st.lists(st.integers(5, 40), min_size=2, max_size=12), data=st.data())
def test_a_drawn_unit_stands_for_its_share_of_all_units(seed: str, sizes: list[int], data: st.DataObject) -> None:
    units = data.draw(st.integers(1, len(sizes)))
    frame = {f"{place}村": [place * 1000 + one for one in range(size)] for place, size in enumerate(sizes)}
    people, parts = draw(seed, "农村", frame, Wanted(units * 5, 0, units))
    assert len(parts) == units
    for part in parts:
        of_unit = [one for one in people if one.unit == part.unit]
        assert {one.weight for one in of_unit} == {part.weight}
        assert sum(one.weight for one in of_unit) == Fraction(len(sizes), units) * part.total


def test_another_seed_draws_other_people() -> None:
    frame = {"": list(range(1000))}
    drawn = {tuple(one.identity for one in draw(f"{seed:064x}", "s", frame, Wanted(10))[0]) for seed in range(5)}
    assert len(drawn) == 5


def test_everybody_is_drawn_about_equally_often() -> None:
    frame, drawn = {"": list(range(20))}, [0] * 20
    for seed in range(1000):
        for one in draw(f"{seed:064x}", "s", frame, Wanted(5))[0]:
            drawn[one.identity] += 1
    assert min(drawn) > 200
    assert max(drawn) < 300


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        (Wanted(0), "size"),
        (Wanted(41), "size"),
        (Wanted(5, -1), "size"),
        (Wanted(5, 0, 5), "units"),
        (Wanted(3, 0, 4), "unit_size"),
    ],
)
def test_sizes_that_do_not_fit_are_refused(wanted: Wanted, reason: str) -> None:
    frame = {f"{unit}村": [unit * 100 + one for one in range(10)] for unit in range(4)}
    with pytest.raises(CannotDrawError) as refused:
        draw("0" * 64, "农村", frame, wanted)
    assert refused.value.reason == reason


def test_weights_are_kept_with_four_places() -> None:
    assert str(stored(Fraction(1000, 7))) == "142.8571"
