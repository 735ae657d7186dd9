"""How long a large wave takes: 200,000 answers, 100 places, 33 programmes, as ratios to one plain pass.

    PYTHONPATH=site:. python -m benchmarks.opinion_speed [--answers N] [--places N] [--programmes N]

The plain pass sums every coded answer once, in a Python loop over the same columns. Ratios travel better between
machines than processor seconds; both are printed.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import TypeVar

from minsheng.opinion.cellbook import build
from minsheng.opinion.coding import Answers, Column
from minsheng.opinion.package import CodebookRow, Contents, MarginRow, margins_of, public_package, restricted_package
from minsheng.opinion.panels import Handling, Sample
from minsheng.opinion.scheme_reading import shipped
from minsheng.opinion.scores import division_scores, programme_scores
from minsheng.opinion.tables import division_table, programme_table

T = TypeVar("T")
OPTIONS = ("very_satisfied", "satisfied", "neutral", "dissatisfied", "very_dissatisfied", "dont_know")
ODDS = (30, 28, 18, 10, 5, 9)
AREAS = ("urban", "rural")
AGES = ("18_29", "30_44", "45_59", "60_plus")
SEED = 20101


def invented(size: int, places: int, programmes: int) -> tuple[Answers, list[MarginRow]]:
    """Return invented answers spread evenly over the places, and margins close to them."""
    random = Random(SEED)  # noqa: S311 - the same answers on every run; nothing here is secret

    def column(options: tuple[str, ...], odds: tuple[int, ...] | None = None) -> Column:
        return Column(options, bytes(random.choices(range(1, len(options) + 1), odds, k=size)))

    names = {f"p{number:02}": f"about_p{number:02}" for number in range(1, programmes + 1)}
    columns = {question: column(OPTIONS, ODDS) for question in ("satisfaction", *names.values())}
    columns["awareness"] = column(("know_well", "heard", "never_heard"))
    columns |= {"area": column(AREAS), "age_band": column(AGES)}
    divisions = [f"{3400 + number}" for number in range(places)]
    answers = Answers(
        [divisions[number % places] for number in range(size)],
        ["phone"] * size,
        columns,
        [1.0] * size,
        names,
    )
    margins = [
        MarginRow(division, variable, value, float(share), "invented")
        for division in divisions
        for variable, values in (
            ("area", {"urban": 55_000, "rural": 45_000}),
            ("age_band", dict(zip(AGES, (20_000, 30_000, 28_000, 22_000), strict=True))),
        )
        for value, share in values.items()
    ]
    return answers, margins


def plain_pass(answers: Answers) -> int:
    """Add every answer of every column once, the least that any computation must do."""
    total = 0
    for column in answers.columns.values():
        for code in column.codes:
            total += code
    return total


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Return the processor seconds that the work took, whatever else the machine did, and its result."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def rows(contents: Contents) -> list[tuple[str, float]]:
    """Return what was done and the seconds it took, the plain pass first."""
    sample = contents.sample
    held = [("one plain pass over all answers", timed(lambda: plain_pass(sample.answers))[0])]
    seconds, book = timed(lambda: build(sample))
    held.append(("weigh, sum, pool and withhold", seconds))
    seconds, _ = timed(lambda: division_table(division_scores(sample.scheme, book, sample.handling)))
    held.append(("scores and ranks of places", seconds))
    seconds, _ = timed(lambda: programme_table(programme_scores(sample.scheme, book)))
    held.append(("scores and ranks of programmes", seconds))
    marked = bytes(int(place % 40 == 0) for place in range(len(sample.answers)))
    flagged = replace(sample, answers=replace(sample.answers, flagged=marked))
    held.append(("with and without flagged answers", timed(lambda: build(flagged))[0]))
    held.append(("public package", timed(lambda: public_package(contents))[0]))
    held.append(("restricted package", timed(lambda: restricted_package(contents, "B-1"))[0]))
    return held


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=int, default=200_000)
    parser.add_argument("--places", type=int, default=100)
    parser.add_argument("--programmes", type=int, default=33)
    chosen = parser.parse_args()
    answers, margins = invented(chosen.answers, chosen.places, chosen.programmes)
    handling = {division: Handling(120, 110, 95, 60, 48) for division in set(answers.division)}
    programme_of = {question: programme for programme, question in answers.programmes.items()}
    codebook = [
        CodebookRow(key, "other", programme_of.get(key, ""), key, option, option)
        for key, column in sorted(answers.columns.items())
        for option in column.options
    ]
    sample = Sample(shipped("default"), answers, margins_of(margins), handling)
    held = rows(Contents("benchmark", 2026, "benchmark", sample, codebook, margins))
    plain = held[0][1]
    print(f"{chosen.answers:,} answers × {chosen.places} places × {chosen.programmes} programmes")
    print(f"| {'step':34} | seconds | × plain pass |")
    print(f"|{'-' * 36}|--------:|-------------:|")
    for name, seconds in held:
        print(f"| {name:34} | {seconds:7.2f} | {seconds / plain:12.1f} |")


if __name__ == "__main__":
    main()
