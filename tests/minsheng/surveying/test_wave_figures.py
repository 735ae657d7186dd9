"""Figures of any wave: whatever was answered, nothing small is shown and the package gives the same scores."""

import io
import zipfile
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minsheng.opinion.coding import Answers, Column
from minsheng.opinion.package import CodebookRow, Contents, MarginRow, margins_of, public_package
from minsheng.opinion.panels import Handling, Sample
from minsheng.opinion.recompute import SCORES, recomputed
from minsheng.opinion.scheme_reading import shipped
from minsheng.surveying.wave_figure_records import from_record, to_record
from minsheng.surveying.wave_figures import compute
from tests.surveys import SCALE, WHO, seeded

KNOWING = ("know_well", "heard", "never_heard")
SCHEMES = [shipped(name) for name in ("default", "anhui-2010", "top-two", "five-part")]


@st.composite
def waves(draw: st.DrawFn) -> Contents:
    """A wave of up to five places with few or many people, some places without population counts, some flagged."""
    random = seeded(draw(st.integers(0, 10_000)))
    sizes = draw(st.lists(st.sampled_from([0, 1, 9, 12, 29, 31, 60, 140]), min_size=1, max_size=5))
    division = [f"D{place}" for place, size in enumerate(sizes) for _ in range(size)] or ["D0"]
    lean = {name: random.uniform(0, 3) for name in set(division)}
    columns: dict[str, list[str]] = {}
    for question in ("satisfaction", "about_roads", "about_water"):
        columns[question] = [random.choices((*SCALE, ""), [lean[name], 1, 1, 1, 1, 0.4, 0.2])[0] for name in division]
    columns["awareness"] = [random.choice(KNOWING) for _ in division]
    columns["told_what_to_answer"] = [random.choice(("no", "no", "yes")) for _ in division]
    for variable, values in WHO.items():
        columns[variable] = [random.choice((*values, "")) for _ in division]
    marks = draw(st.sampled_from([0.0, 0.02, 0.3]))
    answers = Answers(
        division,
        [random.choice(("phone", "phone", "paper_sample", "web")) for _ in division],
        {key: Column.of(values) for key, values in columns.items()},
        [random.choice((0.5, 1.0, 4.0)) for _ in division],
        {"roads": "about_roads", "water": "about_water"},
        flagged=bytes(int(random.random() < marks) for _ in division),
    )
    known = sorted(set(division))[: draw(st.integers(0, 5)) or None]
    margins = [
        MarginRow(name, variable, value, 1000.0 / len(values), "invented")
        for name in known
        for variable, values in WHO.items()
        for value in values
    ]
    codebook = [
        CodebookRow(key, "other", {"about_roads": "roads", "about_water": "water"}.get(key, ""), key, option, option)
        for key, column in sorted(answers.columns.items())
        for option in column.options or ("",)
    ]
    handling = {name: Handling(9, 8, 7, 5, 4) for name in known}
    return Contents("w", 2026, "test", Sample(SCHEMES[0], answers, margins_of(margins), handling), codebook, margins)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(waves(), st.sampled_from(SCHEMES[:3]))
def test_whatever_was_answered_nothing_small_is_shown_and_the_package_agrees(held: Contents, scheme: object) -> None:
    chosen = next(one for one in SCHEMES if one is scheme)
    contents = replace(held, sample=replace(held.sample, scheme=chosen))
    figures = compute(contents, SCHEMES)
    assert to_record(from_record(to_record(figures))) == to_record(figures)
    rows = [*figures.scores, *figures.programmes, *(row for one in figures.comparisons.values() for row in one.scores)]
    for row in rows:
        assert (row.estimate is None) == bool(row.reason)
        if row.estimate is not None and row.item != "suggestions":
            assert row.estimate.n >= 30
    for figure in (*figures.told, *(one for many in figures.dont_know.values() for one in many)):
        assert figure.estimate is None or figure.estimate.n >= 30
    assert all(row.base is None or row.base >= 10 for row in figures.channels)
    ranked = [row for row in figures.scores if (row.view, row.item) == ("all", "composite") and row.rank]
    assert sorted(row.rank or 0 for row in ranked)[:1] in ([], [1])
    for row in ranked:
        assert row.interval is None or row.interval.best <= (row.rank or 0) <= row.interval.worst
    with zipfile.ZipFile(io.BytesIO(public_package(contents))) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith((".csv", ".toml"))}
    assert {name: files[name] for name in SCORES} == {name: recomputed(files)[name] for name in SCORES}
