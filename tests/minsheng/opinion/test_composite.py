"""The composite: the published one, and its standard error against working it out person by person."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minsheng.opinion.cells import Classes, cell_sums
from minsheng.opinion.coding import Coded
from minsheng.opinion.composite import Linear, Part, combine, composite_value, counted_share, residual_sums
from minsheng.opinion.estimates import Estimate, Kind, Note, estimate

VALUES = (0.0, 0.0, 60.0, 100.0)
person = st.tuples(
    st.integers(0, 3),
    st.integers(0, 3),
    st.sampled_from([0.5, 1.0, 2.5]),
    st.sampled_from("ab"),
    st.sampled_from("xyz"),
)
samples = st.lists(person, min_size=3, max_size=40).filter(
    lambda people: any(first for first, *_ in people) and any(second for _, second, *_ in people)
)


def points(value: float) -> Estimate:
    return Estimate(Kind.MEAN, value, 100)


def test_the_published_composite() -> None:
    scores = (83.81, 83.01, 42.30, 96.44, 88.91)
    parts = [Part(weight, points(score)) for weight, score in zip((0.4, 0.2, 0.2, 0.1, 0.1), scores, strict=True)]
    assert round(composite_value(parts), 3) == 77.121
    assert round(composite_value(parts), 2) == 77.12


def test_a_share_is_worth_100_points_and_the_scale_may_be_other() -> None:
    parts = [Part(0.5, points(80)), Part(0.5, Estimate(Kind.SHARE, 0.6, 50))]
    assert composite_value(parts) == pytest.approx(70)
    assert composite_value(parts, 10) == pytest.approx(7)


def build(
    sample: list[tuple[int, int, float, str, str]], weights: tuple[float, float], *, clustered: bool
) -> tuple[Estimate, list[Estimate]]:
    names = ["a", "b"]
    classes = Classes.gather(
        [names.index(stratum) for *_, stratum, _ in sample],
        [weight for _, _, weight, _, _ in sample],
        names,
        [psu for *_, psu in sample] if clustered else None,
    )
    items = [Coded(VALUES, bytes(row[:2][place] for row in sample)) for place in (0, 1)]
    cells = [cell_sums(classes, item.codes, item.values) for item in items]
    estimates = [estimate(part, Kind.MEAN) for part in cells]
    terms = [
        Linear(weight / math.fsum(cell.w for cell in part), found.value)
        for weight, part, found in zip(weights, cells, estimates, strict=True)
    ]
    residuals = residual_sums(classes, items, {0: terms, 1: terms})
    parts = [Part(weight, found) for weight, found in zip(weights, estimates, strict=True)]
    return combine(parts, list(residuals.values())), estimates


def by_person(sample: list[tuple[int, int, float, str, str]], weights: tuple[float, float]) -> float:
    """The standard error from each person's own residual, with people as units."""
    residuals = [0.0] * len(sample)
    for place, share in enumerate(weights):
        answered = [row for row in sample if row[:2][place]]
        total = math.fsum(row[2] for row in answered)
        centre = math.fsum(row[2] * VALUES[row[:2][place]] for row in answered) / total
        for number, row in enumerate(sample):
            if row[:2][place]:
                residuals[number] += share * row[2] * (VALUES[row[:2][place]] - centre) / total
    squared = 0.0
    for stratum in "ab":
        own = [r for r, row in zip(residuals, sample, strict=True) if row[3] == stratum]
        if len(own) == 1:
            squared += own[0] ** 2
        elif own:
            middle = math.fsum(own) / len(own)
            squared += len(own) / (len(own) - 1) * math.fsum((r - middle) ** 2 for r in own)
    return math.sqrt(squared)


@given(samples, st.floats(0, 1))
def test_the_standard_error_is_that_of_each_persons_residual(
    sample: list[tuple[int, int, float, str, str]], share: float
) -> None:
    found, _ = build(sample, (share, 1 - share), clustered=False)
    if found.se is None:
        assert len(sample) <= len({row[3] for row in sample})
        return
    assert found.se == pytest.approx(by_person(sample, (share, 1 - share)), rel=1e-6, abs=1e-6)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= found.value <= found.high


@given(samples, st.booleans())
def test_an_item_alone_has_its_own_standard_error(
    sample: list[tuple[int, int, float, str, str]], clustered: bool
) -> None:
    found, (alone, _) = build(sample, (1.0, 0.0), clustered=clustered)
    assert found.value == pytest.approx(alone.value)
    assert (found.se is None) == (alone.se is None)
    if found.se is not None and alone.se is not None:
        assert found.se == pytest.approx(alone.se, rel=1e-6, abs=1e-5)
        assert found.df == alone.df


@given(samples)
def test_a_composite_of_one_item_twice_is_that_item(sample: list[tuple[int, int, float, str, str]]) -> None:
    twice = [(row[0] or 1, row[0] or 1, *row[2:]) for row in sample]
    found, (alone, _) = build(twice, (0.3, 0.7), clustered=False)
    assert found.value == pytest.approx(alone.value)
    if found.se is not None:
        assert found.se == pytest.approx(alone.se, rel=1e-6, abs=1e-5)


def test_a_composite_rests_on_its_weakest_item() -> None:
    strong = Estimate(Kind.MEAN, 80, 400, 1.0, n_eff=300.0)
    weak = Estimate(Kind.SHARE, 0.5, 60, 0.1, n_eff=25.0, notes=(Note.SINGLE_UNIT_STRATA,))
    found = combine([Part(0.5, strong), Part(0.5, weak)], [])
    assert (found.n, found.n_eff, found.se, found.low) == (60, 25.0, None, None)
    assert found.notes == (Note.SINGLE_UNIT_STRATA,)


def test_suggestion_handling_is_the_mean_of_its_shares() -> None:
    found = counted_share([(9, 10), (6, 10), (3, 4)])
    assert found is not None
    assert found.value == pytest.approx((0.9 + 0.6 + 0.75) / 3)
    assert found.notes == ()
    unrated = counted_share([(9, 10), (6, 10), (0, 0)])
    assert unrated is not None
    assert unrated.value == pytest.approx(0.75)
    assert unrated.notes == (Note.PARTS_LEFT_OUT,)
    assert counted_share([(0, 0), (0, 0)]) is None
