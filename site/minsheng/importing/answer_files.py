"""Answers and population counts from files of other systems, to be scored by any scheme without a database.

Every mistake is named with its line and column.
"""

from collections.abc import Collection, Iterable, Sequence

from minsheng.importing.plain_tables import Line, LineProblem, UnreadableTableError, number, read_lines
from minsheng.opinion.coding import MOST_OPTIONS, Answers, Column
from minsheng.opinion.package import MarginRow
from minsheng.opinion.panels import Handling
from minsheng.opinion.schemes import CHANNELS, Scheme
from minsheng.opinion.tables import HANDLING_COLUMNS, unguarded
from minsheng.opinion.weighting import LEAST_NUMBER, MOST_NUMBER
from minsheng.surveying.questionnaires import PROGRAMME

DESIGN = ("division", "channel", "base_weight", "stratum", "psu", "flagged", "uuid")
_MARGIN = ("division", "variable", "value", "count")


def questions_of(scheme: Scheme) -> set[str]:
    """Return the columns that a scheme asks for, besides those of the programmes."""
    asked = {item.question for item in scheme.survey_items}
    asked |= {scheme.filters[item.filter].question for item in scheme.survey_items if item.filter in scheme.filters}
    return asked | set(scheme.weighting.variables)


def read_answers(content: bytes, questions: Collection[str]) -> Answers:
    """Read one answer a line: the column ``division``, others of ``DESIGN``, and the ``questions``.

    Without ``channel`` all are taken as ``phone``; empty cells are no answer. A column ``programme_CODE`` asks about
    a programme; further columns are not read. With ``uuid``, no two lines may have the same. Raises
    ``UnreadableTableError``; a question without a column is left to whoever asks for it.
    """
    heading, lines = read_lines(content, ("division",))
    problems = [problem for line in lines for problem in _design_problems(*line)]
    problems += _twice(lines, ("uuid",)) if "uuid" in heading else ()
    names = [name for name in heading if name in questions or name.startswith(PROGRAMME)]
    columns = {name: [unguarded(held[name]) for _, held in lines] for name in names if name not in DESIGN}
    problems += [
        LineProblem(1, name, f"has more than {MOST_OPTIONS} different answers")
        for name, values in columns.items()
        if len(set(values)) > MOST_OPTIONS
    ]
    if problems:
        raise UnreadableTableError(problems)

    def design(name: str) -> list[str] | None:
        return [held[name] for _, held in lines] if name in heading else None

    weights, flagged = design("base_weight"), design("flagged")
    return Answers(
        [held["division"] for _, held in lines],
        design("channel") or [CHANNELS[0]] * len(lines),
        {name: Column.of(values) for name, values in columns.items()},
        [number(weight) for weight in weights] if weights else [1.0] * len(lines),
        {name.removeprefix(PROGRAMME): name for name in columns if name.startswith(PROGRAMME)},
        design("stratum"),
        design("psu"),
        bytes(int(mark == "1") for mark in flagged) if flagged else b"",
    )


def _design_problems(line: int, held: dict[str, str]) -> Iterable[LineProblem]:
    if not held["division"]:
        yield LineProblem(line, "division", "is empty")
    if held.get("channel", CHANNELS[0]) not in CHANNELS:
        yield LineProblem(line, "channel", f"is not one of {', '.join(CHANNELS)}")
    if not LEAST_NUMBER <= number(held.get("base_weight", "1")) <= MOST_NUMBER:
        yield LineProblem(line, "base_weight", f"is not a positive number from {LEAST_NUMBER:g} to {MOST_NUMBER:g}")
    if held.get("flagged", "") not in {"", "0", "1"}:
        yield LineProblem(line, "flagged", "is not 0 or 1")
    if held.get("uuid") == "":
        yield LineProblem(line, "uuid", "is empty")


def _twice(lines: Sequence[Line], names: Sequence[str]) -> Iterable[LineProblem]:
    """Name the lines that have what should be single a second time."""
    seen: dict[tuple[str, ...], int] = {}
    for line, held in lines:
        first = seen.setdefault(tuple(held[name] for name in names), line)
        if first != line and all(held[name] for name in names):
            yield LineProblem(line, names[-1], f"is given twice, first in line {first}")


def read_margins(content: bytes) -> list[MarginRow]:
    """Read population counts: division, variable, value, count and, where given, source.

    Raises ``UnreadableTableError``.
    """
    _, lines = read_lines(content, _MARGIN)
    problems = list(_twice(lines, _MARGIN[:3]))
    for line, held in lines:
        problems += [LineProblem(line, name, "is empty") for name in _MARGIN[:3] if not held[name]]
        count = number(held["count"])
        if count and not LEAST_NUMBER <= count <= MOST_NUMBER:
            problems.append(LineProblem(line, "count", f"is not a number of people up to {MOST_NUMBER:g}"))
    if problems:
        raise UnreadableTableError(sorted(problems, key=lambda problem: problem.line))
    return [
        MarginRow(held["division"], held["variable"], held["value"], number(held["count"]), held.get("source", ""))
        for _, held in lines
    ]


def read_suggestions(content: bytes) -> dict[str, Handling]:
    """Read how suggestions were handled: the columns of the package's ``suggestions_summary.csv``.

    Raises ``UnreadableTableError``, also for a part that is larger than its whole.
    """
    _, lines = read_lines(content, HANDLING_COLUMNS)
    problems = list(_twice(lines, HANDLING_COLUMNS[:1]))
    found: dict[str, Handling] = {}
    for line, held in lines:
        counts = {name: number(held[name]) for name in HANDLING_COLUMNS[1:]}
        wrong = [name for name, count in counts.items() if not count <= MOST_NUMBER or count % 1]
        problems += [LineProblem(line, name, "is not a number of cases") for name in wrong]
        if not held["division"]:
            problems.append(LineProblem(line, "division", "is empty"))
        if wrong:
            continue
        for part, whole in (("replied", "received"), ("on_time", "received"), ("satisfied", "rated")):
            if counts[part] > counts[whole]:
                problems.append(LineProblem(line, part, f"is more than {whole}"))
        found[unguarded(held["division"])] = Handling(*map(int, counts.values()))
    if problems:
        raise UnreadableTableError(sorted(problems, key=lambda problem: problem.line))
    return found
