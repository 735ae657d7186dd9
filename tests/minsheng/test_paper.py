"""Paper: serials, what clerks type, the blind tenth, differences and their errors, and what is forgotten after."""

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from decimal import Decimal

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.errors import InvalidAnswersError, NotOpenError, ReasonRequiredError, WrongStateError
from minsheng.journal import JournalEntry
from minsheng.opinion.dispositions import Disposition
from minsheng.records.places import Division
from minsheng.surveying import paper_batches, paper_differences, paper_entry, paper_sheets, serials, surveys
from minsheng.surveying.paper_differences import ErrorRate, PaperDifference, Verdict
from minsheng.surveying.paper_entry import (
    EnteredTwiceError,
    NotDrawnError,
    OtherQuestionsError,
    PaperEntry,
    SameClerkError,
)
from minsheng.surveying.paper_sheets import BatchState, PaperBatch, PlannedBatch, PlannedRun
from minsheng.surveying.questionnaires import Option, Question, QuestionType
from minsheng.surveying.sample_drawing import Wanted
from minsheng.surveying.surveys import Channel, Response, Wave
from tests.factories import Make
from tests.minsheng.samples import drawn

TYPED = {"aware": "1", "satisfied": "1", "words": ""}


@pytest.fixture
def wave(make: Make) -> Wave:
    return make.wave()


@pytest.fixture
def county(make: Make) -> Division:
    return make.division()


@pytest.fixture
def clerks(make: Make) -> tuple[StaffMember, StaffMember]:
    return make.staff(Role.CLERK), make.staff(Role.CLERK)


@pytest.fixture
def surveyor(make: Make) -> StaffMember:
    return make.staff(Role.SURVEYOR)


def printed(
    session: Session, wave: Wave, by: StaffMember, at: dt.datetime, sheets: int = 20, most: Decimal = Decimal(5)
) -> PaperBatch:
    batch = PlannedBatch(wave.division, sheets, "rural", "石桥村", Decimal(3))
    planned = PlannedRun(Channel.PAPER_SAMPLE, "zh_Hans", [batch], most, why="方案")
    return paper_sheets.make_run(session, wave, planned, by, at).batches[0]


def entered(
    session: Session, batch: PaperBatch, clerk: StaffMember, by: StaffMember, at: dt.datetime, typed: Mapping[str, str]
) -> None:
    for number in batch.numbers:
        paper_batches.enter(session, batch, number, typed, clerk, at)
    paper_batches.finish_first(session, batch, {}, by, at)


@settings(max_examples=200)
@given(number=st.integers(1_000_001, 99_999_999), place=st.integers(0, 8), digit=st.integers(0, 9))
def test_a_serial_notices_a_wrong_digit_and_two_swapped(number: int, place: int, digit: int) -> None:
    serial = serials.serial_of(number)
    assert serials.number_of(serials.shown(serial)) == number
    place %= len(serial)
    wrong = serial[:place] + str(digit) + serial[place + 1 :]
    assert (serials.number_of(wrong) == number) == (wrong == serial)
    assert wrong == serial or serials.number_of(wrong) is None
    for left in range(len(serial) - 1):
        swapped = serial[:left] + serial[left + 1] + serial[left] + serial[left + 2 :]
        assert swapped == serial or serials.number_of(swapped) is None


def test_damms_own_example() -> None:
    """H. M. Damm's dissertation gives 4 as the check digit of 572."""
    assert serials._passed_through("572") == 4
    assert serials._passed_through("5724") == 0


@pytest.mark.parametrize("typed", ["", "1234", "１" * 40, "10000012x", "𝟙0000012" * 3, "-1"])
def test_what_is_no_serial_is_none(typed: str) -> None:
    assert serials.number_of(typed) is None


def question(kind: QuestionType, options: int) -> Question:
    return Question(
        key="q",
        position=0,
        type=kind,
        text="?",
        options=[Option(position=place, key=f"o{place}", text=str(place)) for place in range(options)],
    )


@pytest.mark.parametrize(
    ("kind", "options", "typed", "found"),
    [
        (QuestionType.SINGLE, 5, "3", ["o2"]),
        (QuestionType.SINGLE, 5, "３", ["o2"]),
        (QuestionType.SINGLE, 5, "0", []),
        (QuestionType.SINGLE, 12, "12", ["o11"]),
        (QuestionType.MULTIPLE, 5, "134", ["o0", "o2", "o3"]),
        (QuestionType.MULTIPLE, 5, "1、3", ["o0", "o2"]),
        (QuestionType.MULTIPLE, 5, "1 1 3", ["o0", "o2"]),
        (QuestionType.MULTIPLE, 12, "1 12", ["o0", "o11"]),
        (QuestionType.MULTIPLE, 12, "12", ["o11"]),
        (QuestionType.NUMBER, 0, "3.5", ["3.5"]),
        (QuestionType.NUMBER, 0, "", []),
    ],
)
def test_digits_pick_options(kind: QuestionType, options: int, typed: str, found: list[str]) -> None:
    assert paper_entry.read_field(question(kind, options), typed) == found


@pytest.mark.parametrize(
    ("kind", "options", "typed", "reason"),
    [
        (QuestionType.SINGLE, 5, "6", "no_such_option"),
        (QuestionType.SINGLE, 5, "1 2", "one_only"),
        (QuestionType.SINGLE, 5, "12", "no_such_option"),
        (QuestionType.SINGLE, 5, "", "not_looked_at"),
        (QuestionType.SINGLE, 5, "0 1", "no_such_option"),
        (QuestionType.MULTIPLE, 5, "106", "no_such_option"),
        (QuestionType.SINGLE, 5, "²6", "no_such_option"),
        (QuestionType.SINGLE, 5, "9" * 5000, "no_such_option"),
        (QuestionType.NUMBER, 0, "viel", "not_a_number"),
    ],
)
def test_what_is_no_option_is_named(kind: QuestionType, options: int, typed: str, reason: str) -> None:
    with pytest.raises(InvalidAnswersError) as refused:
        paper_entry.read_field(question(kind, options), typed)
    assert refused.value.problems == {"q": reason}


@given(st.sets(st.integers(0, 8)))
def test_answers_read_back_as_they_are_typed(places: set[int]) -> None:
    asked = question(QuestionType.MULTIPLE, 9)
    keys = [f"o{place}" for place in sorted(places)]
    assert paper_entry.read_field(asked, paper_entry.as_typed(asked, keys)) == keys


def test_numbers_are_given_out_once_for_the_whole_installation(
    session: Session, make: Make, wave: Wave, surveyor: StaffMember, at: dt.datetime
) -> None:
    first = printed(session, wave, surveyor, at, 7)
    second = printed(session, make.wave(), surveyor, at, 3)
    third = printed(session, wave, surveyor, at)
    assert (first.numbers[0], second.numbers[0], third.numbers[0]) == (1_000_001, 1_000_008, 1_000_011)
    assert (first.name, second.name, third.name) == ("P1-1", "P1-1", "P2-1")
    assert paper_sheets.batch_of(session, wave, 1_000_007) is first
    assert paper_sheets.batch_of(session, wave, 1_000_008) is None
    assert paper_sheets.batch_of(session, wave, 999) is None


def test_a_drawn_sample_says_how_many_sheets_go_where(
    session: Session, make: Make, wave: Wave, surveyor: StaffMember, at: dt.datetime
) -> None:
    sample = drawn(session, make, wave, {"农村": 80, "城镇": 60}, {"农村": Wanted(20, 4), "城镇": Wanted(10)})
    planned = paper_sheets.planned_from(session, sample)
    found = {one.stratum: (one.sheet_count, one.base_weight, one.division) for one in planned}
    assert found == {"农村": (20, Decimal(4), wave.division), "城镇": (10, Decimal(6), wave.division)}
    run = PlannedRun(Channel.PAPER_SAMPLE, "en", planned, is_from_sample=True)
    assert paper_sheets.make_run(session, wave, run, surveyor, at).sheet_count == 30


def test_counts_by_hand_need_their_reason_and_a_closed_wave_prints_nothing(
    session: Session, wave: Wave, surveyor: StaffMember, at: dt.datetime
) -> None:
    planned = PlannedRun(Channel.PAPER_SAMPLE, "en", [PlannedBatch(wave.division, 3)])
    with pytest.raises(ReasonRequiredError):
        paper_sheets.make_run(session, wave, planned, surveyor, at)
    with pytest.raises(WrongStateError):
        paper_sheets.make_run(session, wave, planned, surveyor, at + dt.timedelta(days=40))


def test_who_may_enter_what(
    session: Session, wave: Wave, clerks: tuple[StaffMember, StaffMember], surveyor: StaffMember, at: dt.datetime
) -> None:
    one, other = clerks
    batch = printed(session, wave, surveyor, at)
    number = batch.numbers[0]
    with pytest.raises(NotOpenError):
        paper_entry.turn_of(session, batch, number, one, at + dt.timedelta(days=40))
    paper_batches.enter(session, batch, number, TYPED, one, at)
    with pytest.raises(EnteredTwiceError) as twice:
        paper_batches.enter(session, batch, number, TYPED, other, at)
    assert twice.value.clerk is one
    for rest in batch.numbers[1:]:
        paper_batches.enter(session, batch, rest, TYPED, one, at)
    paper_batches.finish_first(session, batch, {}, surveyor, at)
    undrawn = next(one for one in batch.numbers if one not in batch.drawn)
    with pytest.raises(NotDrawnError):
        paper_batches.enter(session, batch, undrawn, TYPED, other, at)
    with pytest.raises(SameClerkError):
        paper_batches.enter(session, batch, batch.drawn[0], TYPED, one, at)
    paper_batches.enter(session, batch, batch.drawn[0], TYPED, other, at)
    with pytest.raises(EnteredTwiceError):
        paper_batches.enter(session, batch, batch.drawn[0], TYPED, surveyor, at)


def test_sheets_with_other_questions_are_not_entered(
    session: Session,
    make: Make,
    wave: Wave,
    clerks: tuple[StaffMember, StaffMember],
    surveyor: StaffMember,
    at: dt.datetime,
) -> None:
    batch = printed(session, wave, surveyor, at)
    wave.version = make.wave().version
    wave.version.questions[0].text = "换了一种问法"
    with pytest.raises(OtherQuestionsError):
        paper_batches.enter(session, batch, batch.numbers[0], TYPED, clerks[0], at)


def test_the_journal_draws_a_tenth_that_anyone_can_work_out(
    session: Session, wave: Wave, clerks: tuple[StaffMember, StaffMember], surveyor: StaffMember, at: dt.datetime
) -> None:
    batch = printed(session, wave, surveyor, at, 21)
    entered(session, batch, clerks[0], surveyor, at, TYPED)
    entry = session.scalar(sa.select(JournalEntry).where(JournalEntry.act == "paper_batch_entered"))
    assert entry is not None
    assert batch.seed == entry.hash
    ranked = sorted(batch.numbers, key=lambda number: hashlib.sha256(f"{entry.hash}:{number}".encode()).hexdigest())
    assert batch.drawn == sorted(ranked[:3])


@given(st.sets(st.integers(1, 500), min_size=1, max_size=60), st.text(max_size=64))
def test_a_tenth_rounded_up_is_drawn_whatever_the_order(numbers: set[int], seed: str) -> None:
    found = paper_batches.drawn_of(seed, sorted(numbers))
    assert found == paper_batches.drawn_of(seed, sorted(numbers, reverse=True))
    assert len(found) == -(-len(numbers) // 10)
    assert set(found) <= numbers


def test_wilsons_interval_stands_beside_an_error_rate() -> None:
    rate = ErrorRate(81, 263)
    assert rate.interval is not None
    assert [round(end, 4) for end in rate.interval] == [0.2553, 0.3662]
    assert (ErrorRate(0, 0).share, ErrorRate(0, 0).interval) == (None, None)


def test_two_clerks_agree_or_somebody_else_decides(
    session: Session, wave: Wave, clerks: tuple[StaffMember, StaffMember], surveyor: StaffMember, at: dt.datetime
) -> None:
    one, other = clerks
    ids = (one.id, other.id)
    batch = printed(session, wave, surveyor, at, 11)
    entered(session, batch, one, surveyor, at, TYPED)
    for number in batch.drawn:
        paper_batches.enter(session, batch, number, {**TYPED, "satisfied": "2"}, other, at)
    first, second = paper_differences.of_batch(session, batch)

    paper_differences.settle(session, first, ["dissatisfied"], ids, one)
    assert not first.is_settled
    paper_differences.settle(session, first, ["very_satisfied"], ids, other)
    assert not first.is_settled, "the other said something else"
    paper_differences.settle(session, first, ["very_satisfied"], ids, one)
    assert (first.is_settled, first.verdict, first.agreed_by) == (True, Verdict.FIRST, one)
    with pytest.raises(WrongStateError):
        paper_differences.settle(session, first, ["dissatisfied"], ids, surveyor)
    with pytest.raises(InvalidAnswersError):
        paper_differences.settle(session, second, ["made_up"], ids, surveyor)
    with pytest.raises(InvalidAnswersError):
        paper_differences.settle(session, second, ["very_satisfied", "dissatisfied"], ids, surveyor)
    paper_differences.settle(session, second, [], ids, surveyor)
    assert second.verdict is Verdict.NEITHER

    assert paper_batches.standing(session, batch).rate == ErrorRate(1, 4)
    rates = dict(paper_differences.rates_of_clerks(session, wave))
    assert rates == {one: ErrorRate(1, 4), other: ErrorRate(2, 4)}


FIELD = st.sampled_from(["0", "1", "2"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sheets=st.lists(st.tuples(FIELD, FIELD, FIELD, FIELD, st.sampled_from(list(Verdict))), min_size=1, max_size=6))
def test_what_is_settled_is_what_counts(
    session: Session,
    make: Make,
    county: Division,
    sheets: list[tuple[str, str, str, str, Verdict]],
    at: dt.datetime,
) -> None:
    """Every sheet is drawn here, so the answers counted must be those the settling said, or both entries alike."""
    wave, boss = make.wave(division=county), make.staff(Role.SURVEYOR)
    one, other = make.staff(Role.CLERK), make.staff(Role.CLERK)
    batch = printed(session, wave, boss, at, len(sheets), Decimal("99.99"))
    kept = [
        (number, sheet)
        for number, sheet in zip(batch.numbers, sheets, strict=True)
        if sheet[:2] != ("0", "0") and sheet[2:4] != ("0", "0") and not (sheet[0] == "0" or sheet[2] == "0")
    ]
    if not kept:
        return
    for number, sheet in kept:
        paper_batches.enter(session, batch, number, {"aware": sheet[0], "satisfied": sheet[1]}, one, at)
    paper_batches.finish_first(session, batch, {Disposition.REFUSAL: len(sheets) - len(kept)}, boss, at)
    batch.drawn = [number for number, _sheet in kept]
    truth = {}
    for number, sheet in kept:
        paper_batches.enter(session, batch, number, {"aware": sheet[2], "satisfied": sheet[3]}, other, at)
    by_number = dict(kept)
    for difference in paper_differences.of_batch(session, batch):
        verdict = by_number[difference.number][4]
        said = {Verdict.FIRST: difference.first, Verdict.SECOND: difference.second}.get(verdict, [])
        paper_differences.settle(session, difference, said, (one.id, other.id), boss)
        truth[difference.number, difference.question_key] = said
    wanted = sorted(
        [
            sorted(f"{key}={value}" for key, values in expected(wave, number, sheet, truth).items() for value in values)
            for number, sheet in kept
            if expected(wave, number, sheet, truth)
        ]
    )
    if paper_batches.standing(session, batch).is_over:
        with pytest.raises(WrongStateError):
            paper_batches.count(session, batch, boss, at)
        return
    paper_batches.count(session, batch, boss, at)
    found = sorted(
        sorted(f"{answer.question.key}={answer.option.key}" for answer in response.answers if answer.option)
        for response in session.scalars(sa.select(Response).where(Response.wave_id == wave.id))
    )
    assert found == wanted


def expected(
    wave: Wave, number: int, sheet: tuple[str, ...], truth: Mapping[tuple[int, str], list[str]]
) -> dict[str, list[str]]:
    """What a sheet says once everything is settled, without what its condition leaves out."""
    said: dict[str, list[str]] = {}
    for place, question in enumerate(wave.version.questions[:2]):
        values = truth.get((number, question.key))
        said[question.key] = list(values) if values is not None else paper_entry.read_field(question, sheet[place])
    answers = surveys.read_answers(wave.version, {key: values for key, values in said.items() if values}, may_lack=True)
    shown: dict[str, list[str]] = {}
    for answer in answers:
        assert answer.option is not None
        shown.setdefault(answer.question.key, []).append(answer.option.key)
    return shown


def test_a_counted_batch_forgets_which_sheet_said_what(
    session: Session, wave: Wave, clerks: tuple[StaffMember, StaffMember], surveyor: StaffMember, at: dt.datetime
) -> None:
    batch = printed(session, wave, surveyor, at)
    entered(session, batch, clerks[0], surveyor, at, {**TYPED, "words": "只有我知道的话"})
    for number in batch.drawn:
        paper_batches.enter(session, batch, number, TYPED, clerks[1], at)
    with pytest.raises(WrongStateError):
        paper_batches.begin_anew(session, batch, surveyor, at)
    assert paper_batches.count(session, batch, surveyor, at) == 20
    assert batch.state is BatchState.COUNTED
    for entry in session.scalars(sa.select(PaperEntry).execution_options(populate_existing=True)):
        assert entry.typed == {}
    columns = set(Response.__table__.columns.keys())
    assert not columns & {"serial", "number", "sheet", "entry_id", "batch_id", "clerk_id"}
    tied = {key.column.table.name for name in ("paper_entry", "paper_difference") for key in foreign_keys(name)}
    assert "response" not in tied
    with pytest.raises(WrongStateError):
        paper_batches.count(session, batch, surveyor, at)


def test_what_was_not_counted_before_the_close_is_forgotten(
    session: Session, wave: Wave, clerks: tuple[StaffMember, StaffMember], surveyor: StaffMember, at: dt.datetime
) -> None:
    batch = printed(session, wave, surveyor, at, 10)
    entered(session, batch, clerks[0], surveyor, at, TYPED)
    assert paper_batches.forget_closed(session, wave.closes_on) == 0
    assert paper_batches.forget_closed(session, wave.closes_on + dt.timedelta(days=1)) == 1
    assert paper_batches.forget_closed(session, wave.closes_on + dt.timedelta(days=1)) == 0
    entries = session.scalars(sa.select(PaperEntry).execution_options(populate_existing=True)).all()
    assert [entry.typed for entry in entries] == [{}] * 10


def foreign_keys(table: str) -> Iterator[sa.ForeignKey]:
    yield from Response.metadata.tables[table].foreign_keys


def test_nothing_is_counted_before_everything_is_settled(
    session: Session, wave: Wave, clerks: tuple[StaffMember, StaffMember], surveyor: StaffMember, at: dt.datetime
) -> None:
    batch = printed(session, wave, surveyor, at, 10)
    with pytest.raises(WrongStateError):
        paper_batches.finish_first(session, batch, {Disposition.REFUSAL: 10}, surveyor, at)
    entered(session, batch, clerks[0], surveyor, at, TYPED)
    with pytest.raises(WrongStateError):
        paper_batches.count(session, batch, surveyor, at)
    paper_batches.enter(session, batch, batch.drawn[0], {**TYPED, "satisfied": "3"}, clerks[1], at)
    with pytest.raises(WrongStateError):
        paper_batches.count(session, batch, surveyor, at)
    (difference,) = session.scalars(sa.select(PaperDifference))
    paper_differences.settle(session, difference, ["very_satisfied"], [one.id for one in clerks], surveyor)
    with pytest.raises(NotOpenError):
        paper_batches.count(session, batch, surveyor, at + dt.timedelta(days=40))
    assert paper_batches.count(session, batch, surveyor, at) == 10
