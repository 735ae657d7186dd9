"""The rules of quality: registered with limits, marks computed, bursts and funnels worked out by hand."""

import datetime as dt
import math

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role
from minsheng.errors import InvalidValuesError, ReasonRequiredError
from minsheng.surveying import exclusion_acts, quality_rules, wave_results
from minsheng.surveying.board_bursts import robust_deviations
from minsheng.surveying.exclusion_acts import Meant, NothingToExcludeError
from minsheng.surveying.exclusions import ExclusionScope
from minsheng.surveying.quality_figures import funnel
from minsheng.surveying.quality_marks import arrived, marks_of
from minsheng.surveying.quality_rules import QualityRule, UnregisteredRuleError
from minsheng.surveying.surveys import Response, Wave
from tests.factories import Make
from tests.surveys import answered_wave

AT = dt.datetime(2026, 6, 10, 4, tzinfo=dt.UTC)


def marked(session: Session, wave: Wave) -> dict[QualityRule, int]:
    found: dict[QualityRule, int] = {}
    for broken in marks_of(session, wave, arrived(session, wave)).values():
        for rule in broken:
            found[rule] = found.get(rule, 0) + 1
    return found


def test_thresholds_have_limits_and_rules_without_one_have_none() -> None:
    kept = quality_rules.checked({QualityRule.MISCONDUCT: 7, QualityRule.STRAIGHT_LINED: 6})
    assert kept == {"straight_lined": 6.0, "misconduct": 0.0}
    with pytest.raises(InvalidValuesError) as refused:
        quality_rules.checked({QualityRule.STRAIGHT_LINED: 2, QualityRule.MANY_BLANKS: 101})
    assert refused.value.problems == {"straight_lined": "out_of_range", "many_blanks": "out_of_range"}


def test_the_hash_is_that_of_rules_and_thresholds_in_any_order(make: Make) -> None:
    one, other = make.wave(quality_rules={"a": 1.0, "b": 2.0}), make.wave(quality_rules={"b": 2.0, "a": 1.0})
    third = make.wave(quality_rules={"a": 1.0, "b": 3.0})
    assert quality_rules.rules_hash(one) == quality_rules.rules_hash(other) != quality_rules.rules_hash(third)


def test_deviations_are_those_of_the_formula_and_a_flood_does_not_hide_itself() -> None:
    assert robust_deviations([]) == []
    assert robust_deviations([5]) == [0.0]
    far = robust_deviations([4, 4, 4, 4, 100, 100])
    # All middle counts alike: the scale is a Poisson count's own, 1.
    assert far[4] == pytest.approx(2 * math.sqrt(100.375) - 2 * math.sqrt(4.375))
    assert far[0] == 0


def test_a_funnel_has_the_limits_of_the_formula() -> None:
    made = funnel("marked", ExclusionScope.BATCH, {"a": (10, 100), "b": (10, 100), "c": (40, 100), "tiny": (2, 2)})
    assert made is not None
    assert made.centre == pytest.approx(0.2)
    error = math.sqrt(0.2 * 0.8 / 100)
    raw = [(0.4 - 0.2) / error, (0.1 - 0.2) / error, (0.1 - 0.2) / error]
    assert made.spread == pytest.approx(math.sqrt(sum(z * z for z in raw) / 3))
    low, high = made.limit(100, 1.96)
    assert (high - 0.2) / error == pytest.approx(1.96 * made.spread)
    assert low == 0
    assert [point.key for point in made.points] == ["c", "a", "b"], "two answers make no point"
    assert funnel("marked", ExclusionScope.BATCH, {"a": (0, 50), "b": (0, 60)}) is None
    assert funnel("marked", ExclusionScope.BATCH, {"a": (5, 50)}) is None


def test_one_batch_far_from_thirty_alike_is_beyond_the_alarm() -> None:
    counted = {f"b{number}": (10 + number % 3, 100) for number in range(30)} | {"far": (60, 100)}
    made = funnel("marked", ExclusionScope.BATCH, counted)
    assert made is not None
    assert (made.points[0].key, made.points[0].outlier) == ("far", 2)
    assert [point.outlier for point in made.points[1:]] == [0] * 30


def test_each_rule_marks_what_it_says_and_only_when_registered(session: Session, make: Make) -> None:
    wave = answered_wave(session, make, (20, 20))
    assert marked(session, wave) == {}
    wave.quality_rules = {
        "straight_lined": 3.0,
        "duplicate": 5.0,
        "many_blanks": 50.0,
        "too_fast": 2.0,
        "out_of_frame": 0.0,
    }
    first, second, third, fourth = session.scalars(
        sa.select(Response).where(Response.wave_id == wave.id, Response.channel == "phone").limit(4)
    ).all()
    for one in first.answers:
        one.option = one.question.options[0]
    second.answers = second.answers[:2]
    third.flags = ["too_fast"]
    fourth.division = wave.division
    session.flush()
    found = marks_of(session, wave, arrived(session, wave))
    assert QualityRule.STRAIGHT_LINED in found[first.id]
    assert QualityRule.MANY_BLANKS in found[second.id]
    assert QualityRule.TOO_FAST in found[third.id]
    assert QualityRule.OUT_OF_FRAME in found[fourth.id]


def test_copies_of_one_sheet_are_marked_but_for_the_first(session: Session, make: Make) -> None:
    wave = answered_wave(session, make, (20, 20), quality_rules={"duplicate": 5.0})
    county = wave.division.children[0]
    copies = session.scalars(
        sa.select(Response).where(Response.division_id == county.id, Response.channel == "phone").limit(4)
    ).all()
    for response in copies:
        for one in response.answers:
            one.option = one.question.options[-1]
    session.flush()
    assert marked(session, wave)[QualityRule.DUPLICATE] == 3


def test_registered_marks_decide_the_scores_without_flagged(session: Session, make: Make) -> None:
    wave = answered_wave(session, make, (60, 60, 60, 60), quality_rules={"told_what_to_answer": 0.0})
    figures = wave_results.settle(session, wave, "某办", AT + dt.timedelta(days=30)).read()
    assert 80 < sum(figures.flagged.values()) < 240, "about half of those asked say so, by chance"


def test_only_a_registered_rule_with_a_reason_takes_answers_out(session: Session, make: Make) -> None:
    wave = answered_wave(session, make, (20, 20), quality_rules={"misconduct": 0.0})
    by = make.staff(Role.SURVEYOR)
    everyone = Meant(ExclusionScope.RESPONSE, ids=list(session.scalars(sa.select(Response.id))))
    with pytest.raises(UnregisteredRuleError):
        exclusion_acts.exclude(session, wave, QualityRule.TOO_FAST, everyone, "太快", by, AT)
    with pytest.raises(ReasonRequiredError):
        exclusion_acts.exclude(session, wave, QualityRule.MISCONDUCT, everyone, "  ", by, AT)
    nobody = Meant(ExclusionScope.BOARD, "99999999999999999999")
    with pytest.raises(NothingToExcludeError):
        exclusion_acts.exclude(session, wave, QualityRule.MISCONDUCT, nobody, "查实", by, AT)
    made = exclusion_acts.exclude(session, wave, QualityRule.MISCONDUCT, everyone, "查实", by, AT)
    assert made.count == 80
    with pytest.raises(NothingToExcludeError):
        exclusion_acts.exclude(session, wave, QualityRule.MISCONDUCT, everyone, "再来", by, AT)
