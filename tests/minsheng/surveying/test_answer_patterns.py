"""Marks for answers that look as if one hand had written them."""

from dataclasses import replace

from minsheng.opinion.coding import Answers, Column
from minsheng.surveying.answer_patterns import LEAST_ALIKE, LEAST_QUESTIONS, identical_vectors
from tests.surveys import SCALE, seeded

QUESTIONS = [f"q{number}" for number in range(LEAST_QUESTIONS)]


def answers(honest: int, alike: int, channel: str = "phone") -> Answers:
    random = seeded(1)
    rows = [[random.choice(SCALE) for _ in QUESTIONS] for _ in range(honest)] + [["satisfied"] * len(QUESTIONS)] * alike
    columns = {name: Column.of(row[place] for row in rows) for place, name in enumerate(QUESTIONS)}
    size = honest + alike
    return Answers(["A"] * size, [channel] * size, columns, [1.0] * size)


def test_many_identical_vectors_are_marked_and_nobody_else() -> None:
    marks = identical_vectors(answers(200, LEAST_ALIKE), QUESTIONS)
    assert list(marks) == [0] * 200 + [1] * LEAST_ALIKE


def test_a_few_are_not_and_neither_are_those_of_different_places() -> None:
    held = answers(50, LEAST_ALIKE - 1)
    assert not any(identical_vectors(held, QUESTIONS))
    spread = answers(0, 2 * (LEAST_ALIKE - 1))
    parted = replace(spread, division=["A", "B"] * (LEAST_ALIKE - 1))
    assert not any(identical_vectors(parted, QUESTIONS))


def test_few_questions_prove_nothing() -> None:
    assert not any(identical_vectors(answers(0, 50), QUESTIONS[:-1]))
