"""A wave from answers to scores: against working it out directly, and what is withheld on the way."""

import math
from dataclasses import replace

import pytest
from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st

from minsheng.opinion.cellbook import UNFLAGGED, build
from minsheng.opinion.coding import Answers, Column
from minsheng.opinion.errors import MissingColumnError
from minsheng.opinion.estimates import Note
from minsheng.opinion.panels import ALL_DIVISIONS, COMPOSITE, Handling, Sample
from minsheng.opinion.scheme_reading import read_scheme, shipped
from minsheng.opinion.schemes import Scheme, shipped_text
from minsheng.opinion.scores import ALL, CellBook, Score, division_scores, programme_scores
from minsheng.opinion.suppression import Reason
from minsheng.opinion.tables import book_from_tables, cells_table, division_table, programme_table, remarks_table

from .samples import invented, margins, seeded, worked_example

SIZES = {"A": 120, "B": 150, "C": 200}
HANDLED = Handling(received=40, replied=38, on_time=30, rated=20, satisfied=15)


def sample(scheme: Scheme | None = None, answers: Answers | None = None) -> Sample:
    held = answers if answers is not None else invented(SIZES)
    return Sample(
        scheme or shipped("default"), held, margins(set(held.division)), dict.fromkeys(set(held.division), HANDLED)
    )


def scored(given: Sample) -> dict[tuple[str, str, str, str], Score]:
    book = build(given)
    rows = division_scores(given.scheme, book, given.handling) + programme_scores(given.scheme, book)
    return {(row.view, row.division, row.programme, row.item): row for row in rows}


def value(row: Score) -> float:
    assert row.estimate is not None, row.reason
    return row.estimate.value


WORKED = """
[scheme]
id = "worked"
version = "1"
[items.satisfaction]
question = "answer"
method = "mean_of_points"
points = {best = 100, good = 80, fair = 60, poor = 30, worst = 0}
[channels]
headline = ["phone"]
[weighting]
method = "poststratify"
margins = ["area", "age"]
"""


def test_the_worked_example_from_answers_to_score() -> None:
    rows = worked_example()
    names = {"5": "best", "4": "good", "3": "fair", "2": "poor", "1": "worst"}
    columns = {
        "answer": Column.of(names[row["ans"]] for row in rows),
        "area": Column.of(row["area"] for row in rows),
        "age": Column.of(row["age"] for row in rows),
    }
    answers = Answers(["X"] * 100, ["phone"] * 100, columns, [1.0] * 100)
    shares = {"X": {"area*age": {"U*Y": 2000.0, "U*O": 2000.0, "R*Y": 2000.0, "R*O": 4000.0}}}
    found = scored(Sample(read_scheme(WORKED), answers, shares))
    item, whole = (found[ALL, "X", "", key].estimate for key in ("satisfaction", COMPOSITE))
    assert item is not None
    assert whole is not None
    assert item.se is not None
    assert (round(item.value, 4), round(item.se, 6), item.df) == (70.8133, 3.443392, 96)
    assert whole.value == pytest.approx(item.value)
    assert whole.se == pytest.approx(item.se)


def test_the_composite_joins_items_and_suggestions() -> None:
    found = scored(sample())
    for name in SIZES:
        handling = (38 / 40 + 30 / 40 + 15 / 20) / 3
        expected = (
            0.5 * value(found[ALL, name, "", "satisfaction"])
            + 0.2 * 100 * value(found[ALL, name, "", "awareness"])
            + 0.3 * 100 * handling
        )
        assert value(found[ALL, name, "", COMPOSITE]) == pytest.approx(expected)
        assert value(found[ALL, name, "", "suggestions"]) == pytest.approx(handling)
    ranked = [found[ALL, name, "", COMPOSITE] for name in SIZES]
    assert sorted(row.rank or 0 for row in ranked) == [1, 2, 3]
    for row in ranked:
        assert row.interval is not None
        assert row.rank is not None
        assert row.interval.best <= row.rank <= row.interval.worst
        assert row.interval.of == 3


def test_programmes_are_scored_over_all_and_in_each_division() -> None:
    found = scored(sample())
    weights = dict.fromkeys(SIZES, 10000)
    for programme in ("p1", "p2"):
        parts = [found[ALL, name, programme, "satisfaction"].estimate for name in SIZES]
        whole = found[ALL, ALL_DIVISIONS, programme, "satisfaction"]
        # "Don't know" is left out, so each division's Σw differs a little from its population.
        values = [part.value for part in parts if part is not None]
        assert min(values) <= value(whole) <= max(values)
        assert value(whole) == pytest.approx(sum(values) / 3, abs=1)
        assert whole.interval is not None
        assert whole.interval.of == 2
    assert set(weights) == {row.division for row in found.values() if row.division}


def test_without_suggestions_the_default_composite_is_missing_and_says_so() -> None:
    found = scored(replace(sample(), handling={}))
    row = found[ALL, "A", "", COMPOSITE]
    assert (row.estimate, row.reason, row.rank) == (None, Reason.PART_MISSING, None)
    assert found[ALL, "A", "", "satisfaction"].estimate is not None


def test_unrated_suggestions_are_said_beside_the_composite() -> None:
    handling = {name: replace(HANDLED, rated=0, satisfied=0) for name in SIZES}
    whole = scored(replace(sample(), handling=handling))[ALL, "A", "", COMPOSITE].estimate
    assert whole is not None
    assert Note.PARTS_LEFT_OUT in whole.notes


def test_a_small_division_is_withheld_with_another_so_that_totals_do_not_tell() -> None:
    given = sample(answers=invented({"A": 20, "B": 150, "C": 200}))
    found = scored(given)
    assert found[ALL, "A", "", "satisfaction"].reason == Reason.TOO_FEW
    assert found[ALL, "A", "", COMPOSITE].reason == Reason.PART_WITHHELD
    assert found[ALL, "B", "", COMPOSITE].rank in {1, 2}
    assert found[ALL, "A", "p1", "satisfaction"].reason == Reason.TOO_FEW
    assert found[ALL, "B", "p1", "satisfaction"].reason == Reason.COMPLEMENTARY
    assert found[ALL, "C", "p1", "satisfaction"].estimate is not None
    whole = found[ALL, ALL_DIVISIONS, "p1", "satisfaction"].estimate
    assert whole is not None
    assert whole.n > 300
    book = build(given)
    shown = {key for cells in book.cells.values() for key in cells}
    assert not {("A", "", "satisfaction"), ("A", "p1", "satisfaction"), ("B", "p1", "satisfaction")} & shown


def smallest_groups(book: CellBook) -> int:
    return min(cell.n for cells in book.cells.values() for held in cells.values() for cell in held)


def test_no_published_cell_shows_a_small_group() -> None:
    text = shipped_text("default").replace('method = "rake"', 'method = "poststratify"')
    scheme = read_scheme(text.replace("[weighting.neighbours.age_band]", '[weighting.neighbours."area*age_band"]'))
    for seed in range(5):
        answers = invented({"A": 40, "B": 60, "C": 35}, seed=seed, flagged=15)
        book = build(sample(scheme, answers))
        assert smallest_groups(book) >= 10
        every, unflagged = (book.cells[view, "phone+paper_sample"] for view in (ALL, UNFLAGGED))
        for key, cells in unflagged.items():
            if key[0]:
                counts = {cell.cell: cell.n for cell in every[key]}
                differences = {counts[cell.cell] - cell.n for cell in cells}
                assert not differences & set(range(1, 10))


def test_scores_with_and_without_flagged_answers() -> None:
    found = scored(sample(answers=invented(SIZES, flagged=30)))
    with_flagged, without = (found[view, "A", "", "satisfaction"].estimate for view in (ALL, UNFLAGGED))
    assert with_flagged is not None
    assert without is not None
    assert with_flagged.n > without.n
    assert found[UNFLAGGED, "A", "", COMPOSITE].rank is not None


def test_a_few_flagged_answers_are_not_told_by_difference() -> None:
    found = scored(sample(answers=invented(SIZES, flagged=4)))
    assert found[ALL, "A", "", "satisfaction"].estimate is not None
    for item in ("satisfaction", "awareness", COMPOSITE):
        assert found[UNFLAGGED, "A", "", item].estimate is None
    assert found[UNFLAGGED, ALL_DIVISIONS, "p1", "satisfaction"].estimate is None


def test_opt_in_answers_never_move_the_score() -> None:
    drawn = invented(SIZES)
    both = invented({"A": 900}, seed=3, channel="web")
    joined = Answers(
        [*drawn.division, *both.division],
        [*drawn.channel, *both.channel],
        {key: Column.of([*drawn.columns[key].values(), *both.columns[key].values()]) for key in drawn.columns},
        [1.0] * (len(drawn) + len(both)),
        drawn.programmes,
    )
    assert scored(sample(answers=joined)) == scored(sample(answers=drawn))


def test_only_opt_in_answers_give_no_score() -> None:
    found = scored(sample(answers=invented({"A": 900}, channel="web")))
    row = found[ALL, "A", "", COMPOSITE]
    assert (row.estimate, row.rank) == (None, None)
    assert found[ALL, "A", "", "satisfaction"].reason == Reason.NO_ANSWERS


def test_a_blend_has_a_score_and_a_rank_but_no_interval() -> None:
    text = shipped_text("points-100-80-60-30-0").replace(
        "[weighting]\n", "[channels.blend]\nphone = 0.6\nweb = 0.4\n\n[weighting]\n"
    )
    phone, web = invented(SIZES), invented(SIZES, seed=11, channel="web")
    joined = Answers(
        [*phone.division, *web.division],
        [*phone.channel, *web.channel],
        {key: Column.of([*phone.columns[key].values(), *web.columns[key].values()]) for key in phone.columns},
        [1.0] * (2 * len(phone)),
    )
    found = scored(sample(read_scheme(text), joined))[ALL, "A", "", COMPOSITE]
    alone = [
        value(
            scored(sample(read_scheme(text.replace("phone = 0.6\nweb = 0.4", f"{channel} = 1")), held))[
                ALL, "A", "", COMPOSITE
            ]
        )
        for channel, held in (("phone", phone), ("web", web))
    ]
    assert value(found) == pytest.approx(0.6 * alone[0] + 0.4 * alone[1])
    assert found.estimate is not None
    assert (found.estimate.se, found.estimate.low, found.interval) == (None, None, None)
    assert Note.BLENDED in found.estimate.notes
    assert found.rank is not None


def test_a_division_without_margins_shows_why_and_leaves_the_others_alone() -> None:
    given = sample()
    found = scored(replace(given, margins={name: given.margins[name] for name in ("B", "C")}))
    for item in ("satisfaction", "awareness", COMPOSITE):
        assert found[ALL, "A", "", item].reason == "missing_margin"
    assert found[ALL, "A", "p1", "satisfaction"].reason == "missing_margin"
    interval = found[ALL, "B", "", COMPOSITE].interval
    assert interval is not None
    assert interval.of == 2


def test_margins_that_cannot_be_met_show_why() -> None:
    given = sample()
    bad = {"area": {"urban": 5000.0, "rural": 5000.0}, "age_band": {"18_29": 0.0, "60_plus": 10_000.0}}
    found = scored(replace(given, margins={**given.margins, "A": bad}))
    assert found[ALL, "A", "", "satisfaction"].reason == "zero_margin"


def test_no_answers_at_all() -> None:
    assert scored(Sample(shipped("default"), invented({}), {})) == {}


def test_one_respondent_is_withheld() -> None:
    found = scored(sample(shipped("top-two"), invented({"A": 1})))
    assert all(row.estimate is None and row.reason for row in found.values())


def test_everybody_saying_the_same() -> None:
    size = 60
    columns = {
        "satisfaction": Column.of(["satisfied"] * size),
        "area": Column.of(["urban", "rural"] * (size // 2)),
        "age_band": Column.of(["18_29", "18_29", "60_plus", "60_plus"] * (size // 4)),
    }
    answers = Answers(["A"] * size, ["phone"] * size, columns, [1.0] * size)
    row = scored(sample(shipped("points-100-80-60-30-0"), answers))[ALL, "A", "", COMPOSITE]
    assert row.estimate is not None
    assert row.estimate.value == pytest.approx(80)
    assert row.estimate.se == pytest.approx(0, abs=1e-9)
    assert row.rank == 1


def test_a_scheme_that_asks_for_another_question_is_refused() -> None:
    with pytest.raises(MissingColumnError, match="satisfaction_progress"):
        build(sample(shipped("five-part")))


def test_clusters_strata_and_finite_populations_are_taken_into_account() -> None:
    text = shipped_text("points-100-80-60-30-0")
    answers = invented({"A": 200})
    random = seeded(1)
    design = replace(
        answers, stratum=[random.choice("xy") for _ in range(200)], psu=[f"v{number // 10}" for number in range(200)]
    )
    plain, clustered = (scored(sample(read_scheme(text), held))[ALL, "A", "", COMPOSITE] for held in (answers, design))
    assert plain.estimate is not None
    assert clustered.estimate is not None
    assert plain.estimate.value == pytest.approx(clustered.estimate.value)
    assert clustered.estimate.df is not None
    assert plain.estimate.df is not None
    assert clustered.estimate.df < plain.estimate.df
    corrected = read_scheme(text.replace("[inference]\n", "[inference]\nfpc = true\n"))
    units = {("A", stratum): 50.0 for stratum in "xy"}
    finite = scored(replace(sample(corrected, design), stratum_populations=units))[ALL, "A", "", COMPOSITE].estimate
    assert finite is not None
    assert finite.se is not None
    assert clustered.estimate.se is not None
    assert finite.se < clustered.estimate.se


def tables(given: Sample) -> tuple[str, str, str, str]:
    book = build(given)
    scores = division_scores(given.scheme, book, given.handling), programme_scores(given.scheme, book)
    return division_table(scores[0]), programme_table(scores[1]), cells_table(book), remarks_table(book)


def test_the_order_of_answers_changes_no_byte() -> None:
    given = sample(answers=invented({"A": 20, "B": 150, "C": 200}, flagged=12))
    order = list(range(len(given.answers)))
    seeded(5).shuffle(order)
    held = given.answers
    shuffled = Answers(
        [held.division[place] for place in order],
        [held.channel[place] for place in order],
        {
            key: Column(column.options, bytes(column.codes[place] for place in order))
            for key, column in held.columns.items()
        },
        [1.0] * len(order),
        held.programmes,
        flagged=bytes(held.flagged[place] for place in order),
    )
    assert tables(given) == tables(replace(given, answers=shuffled))


@pytest.mark.parametrize("sizes", [{"A": 20, "B": 150, "C": 200}, {"A": 5}, {}])
def test_the_published_cells_alone_give_the_same_tables(sizes: dict[str, int]) -> None:
    given = sample(answers=invented(sizes, flagged=12))
    divisions, programmes, cells, remarks = tables(given)
    book = book_from_tables(cells, remarks)
    assert division_table(division_scores(given.scheme, book, given.handling)) == divisions
    assert programme_table(programme_scores(given.scheme, book)) == programmes
    assert cells_table(book) == cells
    assert "nan" not in (divisions + programmes + cells).lower()


def test_every_shown_figure_is_finite() -> None:
    for row in scored(sample(answers=invented({"A": 31, "B": 33}, flagged=10))).values():
        figures = [] if row.estimate is None else [row.estimate.value, row.estimate.se, row.estimate.n_eff]
        assert all(figure is None or math.isfinite(figure) for figure in figures)
        assert (row.estimate is None) == bool(row.reason)


@examples(
    st.dictionaries(st.sampled_from("ABCDE"), st.integers(1, 70), min_size=1),
    st.integers(0, 25),
    st.integers(0, 1000),
)
@settings(max_examples=40, deadline=None)
def test_published_cells_give_no_withheld_division_back(sizes: dict[str, int], flagged: int, seed: int) -> None:
    given = sample(shipped("top-two"), invented(sizes, seed, programmes=1, flagged=flagged))
    book = build(given)
    for (view, _), cells in book.cells.items():
        for held in cells.values():
            assert all(cell.n >= 10 for cell in held)
        total = (ALL_DIVISIONS, "p1", "satisfaction")
        is_total_shown = (view, total) not in book.reasons and any(key[1] == "p1" for key in cells)
        # Divisions that could not be weighted, or from which nobody is in the view, are no part of the total.
        present = {name for name, size in sizes.items() if view == ALL or size > flagged}
        hidden = present & {
            key[0]
            for (held, key), code in book.reasons.items()
            if held == view and key[1:] == total[1:] and code in set(Reason) - {Reason.NO_ANSWERS}
        }
        if hidden and is_total_shown:
            assert len(hidden) >= 2
            assert total in cells
    if UNFLAGGED in book.views:
        every, fewer = (book.cells[view, "phone+paper_sample"] for view in (ALL, UNFLAGGED))
        for key in fewer:
            difference = sum(cell.n for cell in every[key]) - sum(cell.n for cell in fewer[key])
            assert not 0 < difference < 10


def test_a_division_that_one_part_of_a_blend_lacks_is_no_part_of_the_total() -> None:
    text = shipped_text("top-two").replace("[weighting]\n", "[channels.blend]\nphone = 0.6\nweb = 0.4\n\n[weighting]\n")
    phone, web = invented({"A": 12, "B": 90, "C": 120}), invented({"B": 80, "C": 70}, seed=4, channel="web")
    joined = Answers(
        [*phone.division, *web.division],
        [*phone.channel, *web.channel],
        {key: Column.of([*phone.columns[key].values(), *web.columns[key].values()]) for key in phone.columns},
        [1.0] * (len(phone) + len(web)),
        phone.programmes,
    )
    given = sample(read_scheme(text), joined)
    found = scored(given)
    assert found[ALL, "A", "p1", "satisfaction"].estimate is None
    whole = found[ALL, ALL_DIVISIONS, "p1", "satisfaction"].estimate
    parts = [found[ALL, name, "p1", "satisfaction"].estimate for name in "BC"]
    assert whole is not None
    # A's few telephone answers are in no published sum.
    assert whole.n == sum(part.n for part in parts if part is not None)
    assert all(cell.n >= 10 for cells in build(given).cells.values() for held in cells.values() for cell in held)


def test_the_composites_cells_are_no_finer_than_those_of_its_parts() -> None:
    # In the village 6 say how satisfied they are: pooled there. Residuals of the village alone would give them back.
    given = sample(answers=invented({"A": 200}))
    village = ["village"] * 40 + ["town"] * 160
    said = given.answers.columns["satisfaction"].values()
    said = [*["satisfied"] * 6, *["dont_know"] * 34, *said[40:]]
    columns = {**given.answers.columns, "satisfaction": Column.of(said)}
    book = build(replace(given, answers=replace(given.answers, stratum=village, columns=columns)))
    cells = book.cells[ALL, "phone+paper_sample"]
    names = {key[2]: [cell.cell for cell in held] for key, held in cells.items() if key[:2] == ("A", "")}
    assert names["awareness"] == ["town", "village"]
    assert names["satisfaction"] == names[COMPOSITE] == ["town+village"]


def test_totals_with_and_without_flagged_answers_are_kept_apart_in_each_part_of_a_blend() -> None:
    # A is too small, B is withheld with it. Flagged are 4 of A by web and 12 of B by phone: the sums of both places
    # by web, with and without flagged answers, stand in the package and would tell of the 4.
    blend = "[channels]\nblend = {phone = 0.6, web = 0.4}"
    blended = read_scheme(shipped_text("default").replace("[channels]", blend))
    answers = invented({"A": 40, "B": 200, "C": 300, "D": 300})
    channel = ["phone" if number % 2 else "web" for number in range(840)]
    marks = bytes(int(number in {0, 2, 4, 6, *range(41, 65, 2)}) for number in range(840))
    book = build(sample(blended, replace(answers, channel=channel, flagged=marks)))
    for programme in answers.programmes:
        keys = [(name, programme, "satisfaction") for name in ("A", "B", "C", ALL_DIVISIONS)]
        assert [(ALL, key) in book.reasons for key in keys] == [True, True, False, False]
        assert [(UNFLAGGED, key) in book.reasons for key in keys] == [True, True, False, True]


def test_a_question_that_one_place_was_not_asked_is_missing_there_and_nowhere_else() -> None:
    answers = invented(SIZES)
    heard = [
        "" if place == "B" else value
        for place, value in zip(answers.division, answers.columns["awareness"].values(), strict=True)
    ]
    found = scored(sample(answers=replace(answers, columns={**answers.columns, "awareness": Column.of(heard)})))
    assert found[ALL, "B", "", "awareness"].reason == Reason.NO_ANSWERS
    assert found[ALL, "B", "", COMPOSITE].reason == Reason.PART_MISSING
    assert found[ALL, "B", "", "satisfaction"].estimate is not None
    for place in ("A", "C"):
        interval = found[ALL, place, "", COMPOSITE].interval
        assert interval is not None
        assert interval.of == 2
