import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search import query
from search.query import Field, Token, parse


def words(typed: str) -> list[str]:
    return [("-" if group.excluded else "") + group.text for group in parse(typed).groups]


def test_words_phrases_and_exclusions() -> None:
    parsed = parse("公路 “村村通工程” -公厕")
    assert [group.text for group in parsed.wanted] == ["公路", "村村通工程"]
    assert [group.text for group in parsed.excluded] == ["公厕"]
    assert parsed.wanted[0].phrase is None
    assert parsed.wanted[1].phrase is not None
    assert not parsed.truncated


def test_a_field_may_be_named_in_chinese_with_a_full_width_colon() -> None:
    (group,) = parse("责任单位：水利局").groups
    assert group.alternatives[0].field is Field.AGENCY
    assert group.alternatives[0].tokens == (Token("水利"), Token("利局"))


def test_traditional_field_names_are_known() -> None:
    assert parse("責任單位:水利局") == parse("责任单位:水利局")


def test_an_unknown_field_is_text() -> None:
    assert words("局长:公路") == ["局长", "公路"]


@pytest.mark.parametrize("typed", ["", " ", '"', "-", ":", "“”", "--", "责任单位:", "，。", "*", "(((", "\x00"])
def test_nothing_to_look_for_is_no_error(typed: str) -> None:
    parsed = parse(typed)
    assert all(group.text.strip() for group in parsed.groups)
    assert parsed.is_void == (not parsed.groups and typed.strip() != "")


def test_wildcards_and_operators_are_only_text() -> None:
    assert words("*程* AND (公路 OR 1*)") == ["程", "公路", "1"]


@pytest.mark.parametrize("typed", ['"公路', "“公路", "公路”", "「公路", "公路」", '公路"'])
def test_a_lone_quotation_mark_is_punctuation(typed: str) -> None:
    (group,) = parse(typed).groups
    assert (group.text, group.phrase) == ("公路", None)


def test_a_single_character_is_looked_up_as_a_beginning() -> None:
    (group,) = parse("路").groups
    assert group.alternatives[0].tokens == (Token("路", is_prefix=True),)


def test_a_unit_character_beside_a_number_is_not_asked_for() -> None:
    assert words("2024年 公路") == ["2024", "公路"]


def test_numbers_match_however_they_are_printed() -> None:
    assert parse("1,200万元").groups[0].alternatives[0].tokens == parse("１２００万元").groups[0].alternatives[0].tokens


def test_repeated_words_are_asked_for_once() -> None:
    assert words("公路 公路 公路") == ["公路"]


def test_idle_english_words_go_if_others_remain() -> None:
    assert words("the roads") == ["roads"]
    assert words("the") == ["the"]


def test_exclusion_covers_all_that_follows_the_sign() -> None:
    assert words("公路 -厕所革命") == ["公路", "-厕所革命"]


@given(st.text(max_size=300))
@settings(max_examples=300)
def test_any_text_is_read_within_the_caps(typed: str) -> None:
    parsed = parse(typed)
    assert len(parsed.groups) <= query.MAX_GROUPS


@pytest.mark.parametrize(
    "typed",
    [
        "*" * 10_000,
        '"' * 10_000,
        "-" * 10_000,
        "公" * 10_000,
        "公 " * 5_000,
        "a:" * 5_000,
        "1," * 5_000,
        "責任單位:" * 1_000,
    ],
)
def test_of_hostile_length_only_the_beginning_is_read_and_that_is_said(typed: str) -> None:
    parsed = parse(typed)
    assert parsed.truncated
    assert parsed == parse(typed[: query.MAX_CHARACTERS + 1])
    assert sum(len(way.tokens) for group in parsed.groups[1:] for way in group.alternatives) <= query.MAX_TOKENS
