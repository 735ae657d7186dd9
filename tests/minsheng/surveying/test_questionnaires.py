"""Questionnaires: checked questions, moves, versions, files that come back the same, and hostile files."""

import dataclasses
import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from minsheng.errors import AddressTakenError, ChangedMeanwhileError, WrongStateError
from minsheng.surveying import questionnaire_editing as editing
from minsheng.surveying import surveys
from minsheng.surveying.question_library import standard_questions
from minsheng.surveying.question_wording import warnings, warnings_of
from minsheng.surveying.questionnaire_drafts import (
    FaultyQuestionsError,
    OptionDraft,
    QuestionDraft,
    check,
    drafts_of,
    moved,
    put,
)
from minsheng.surveying.questionnaire_files import (
    LONGEST_FILE,
    QuestionnaireDraft,
    QuestionnaireFileError,
    draft_of_version,
    read,
    write,
)
from minsheng.surveying.questionnaires import QuestionRole, QuestionType
from tests.factories import Make

YES_NO = (OptionDraft("yes", "有"), OptionDraft("no", "没有"))
SCALE = QuestionDraft("kind", QuestionType.SCALE, "您满意吗？", options=YES_NO)
LIBRARY = [one.question for one in standard_questions().values()]


def single(key: str, **given_values: object) -> QuestionDraft:
    return dataclasses.replace(
        QuestionDraft(key, QuestionType.SINGLE, f"{key}？", options=YES_NO),
        **given_values,  # type: ignore[arg-type]  # passed through
    )


def faults(*drafts: QuestionDraft) -> set[tuple[str, str, str]]:
    with pytest.raises(FaultyQuestionsError) as found:
        check(drafts)
    return {(one.question, one.field, one.code) for one in found.value.faults}


@pytest.mark.parametrize(
    ("draft", "field", "code"),
    [
        (single("Größe"), "key", "bad_key"),
        (single("a", text=" "), "text", "required"),
        (single("a", text="长" * 501), "text", "too_long"),
        (single("a", options=YES_NO[:1]), "options", "too_few_options"),
        (single("a", options=YES_NO * 2), "options", "same_key"),
        (single("a", type=QuestionType.NUMBER), "options", "options_of_open"),
        (single("a", show_if_question="later", show_if_options=("yes",)), "show_if", "not_earlier"),
        (single("a", type=QuestionType.MULTIPLE, role=QuestionRole.AREA), "role", "needs_one_choice"),
        (single("a", type=QuestionType.MULTIPLE, matrix="m"), "matrix", "needs_one_choice"),
    ],
)
def test_questions_that_cannot_be_asked_are_named(draft: QuestionDraft, field: str, code: str) -> None:
    assert (draft.key, field, code) in faults(draft)


def test_questions_must_go_together() -> None:
    first = single("a", role=QuestionRole.AREA, matrix="m")
    assert faults(first, single("a")) == {("a", "key", "same_key")}
    assert faults(first, single("b", role=QuestionRole.AREA)) == {("b", "role", "role_taken")}
    assert faults(first, single("b"), single("c", matrix="m")) == {("c", "matrix", "apart")}
    assert faults(first, single("b", matrix="m", options=YES_NO[::-1])) == {("b", "matrix", "other_options")}
    asked = single("b", show_if_question="a", show_if_options=("perhaps",))
    assert faults(first, asked) == {("b", "show_if", "unknown_option")}


def test_a_question_moves_within_its_matrix_and_past_whole_ones() -> None:
    drafts = [single("a"), single("b", matrix="m"), single("c", matrix="m"), single("d")]

    def order(key: str, up: bool) -> str:
        return "".join(draft.key for draft in moved(drafts, key, up))

    assert order("c", True) == "acbd"
    assert order("b", True) == "bcad"
    assert order("d", True) == "adbc"
    assert order("a", True) == order("nothing", True) == "abcd"


def test_new_rows_join_their_matrix_and_conditions_follow_a_renamed_question() -> None:
    drafts = [
        single("a", matrix="m"),
        single("b", show_if_question="a", show_if_options=("yes",)),
    ]
    assert [one.key for one in put(drafts, single("c", matrix="m"))] == ["a", "c", "b"]
    renamed = put(drafts, single("z", matrix="m"), replacing="a")
    assert [one.key for one in renamed] == ["z", "b"]
    assert renamed[1].show_if_question == "z"
    check(renamed)


def test_a_version_changes_until_somebody_may_have_read_it(session: Session, make: Make) -> None:
    version = editing.start(session, "yearly", "年度问卷", None, questions=LIBRARY)
    seen = version.computed_hash()
    editing.rewrite(session, version, LIBRARY[:3], seen)
    assert drafts_of(version) == LIBRARY[:3]
    with pytest.raises(ChangedMeanwhileError):
        editing.rewrite(session, version, LIBRARY[:2], seen)
    make.wave(version=version, is_published=True)
    with pytest.raises(WrongStateError):
        editing.rewrite(session, version, LIBRARY[:2], version.computed_hash())
    with pytest.raises(AddressTakenError):
        editing.start(session, "yearly", "又一份", None)


def test_the_next_version_asks_the_same_and_leaves_the_frozen_one_alone(
    session: Session, make: Make, at: object
) -> None:
    wave = make.wave()
    typed = {"aware": ["heard"], "satisfied": ["very_satisfied"]}
    surveys.respond(session, wave, typed, ticket="t", channel=surveys.Channel.WEB, at=make.at)
    frozen = wave.version.content_hash
    copy = editing.next_version(session, wave.version)
    assert (copy.number, copy.frozen_at) == (2, None)
    assert drafts_of(copy) == drafts_of(wave.version)
    editing.rewrite(session, copy, [single("new")], copy.computed_hash())
    assert wave.version.computed_hash() == frozen


def test_hints_matrices_and_standards_are_part_of_what_was_asked(session: Session) -> None:
    version = editing.start(session, "yearly", "年度问卷", None, questions=[single("a", matrix="m")])
    hashes = {version.computed_hash()}
    for changed in ({"matrix_text": "对下面各项呢"}, {"standard": "aware"}, {"hint_translations": {"en": "x"}}):
        draft = single("a", matrix="m", **changed)
        editing.rewrite(session, version, [draft], version.computed_hash())
        hashes.add(version.computed_hash())
    assert len(hashes) == 4


def test_a_question_names_its_programme_and_older_keys_keep_their_hash(session: Session) -> None:
    version = editing.start(
        session, "yearly", "年度问卷", None, questions=[single("programme_roads", programme="roads")]
    )
    # What was asked before questions had the field: the key alone told the programme.
    before = version.questions[0].content()
    assert before == [0, "programme_roads", "single", "other", "", "programme_roads？", "", {}, True, {}, before[10]]
    renamed = single("roads_opinion", programme="roads")
    editing.rewrite(session, version, [renamed], version.computed_hash())
    assert version.questions[0].content()[-1] == {"programme": "roads"}
    assert draft_of_version(version).questions[0].programme == "roads"


def test_a_programme_is_asked_about_once_by_one_choice() -> None:
    found = faults(
        single("a", programme="roads"),
        single("b", programme="roads"),
        QuestionDraft("c", QuestionType.LONG_TEXT, "还有呢？", programme="Straße"),
        single("programme_water", programme="roads2"),
    )
    assert found == {
        ("b", "programme", "programme_taken"),
        ("c", "programme", "bad_key"),
        ("c", "programme", "needs_one_choice"),
        ("programme_water", "key", "key_names_programme"),
    }


def test_an_older_file_tells_the_programme_by_the_key() -> None:
    asked = [{"key": "programme_roads", "type": "single", "text": "路呢？", "options": [
        {"key": "yes", "text": "好"}, {"key": "no", "text": "不好"}]}]  # fmt: skip
    file = {"format": "minsheng-questionnaire", "format_version": 1, "title": "问卷", "questions": asked}
    read_back = read(json.dumps(file).encode())
    assert read_back.questions[0].programme == "roads"
    assert json.loads(write(read_back))["questions"][0]["programme"] == "roads"


words = st.text(st.characters(blacklist_categories=["Cc", "Cs", "Cf"]), min_size=1, max_size=60).filter(str.strip)
texts = st.dictionaries(st.sampled_from(["en", "zh_Hant"]), words, max_size=2)
keys = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)


@st.composite
def questions(draw: Callable[[st.SearchStrategy[object]], object]) -> QuestionDraft:
    kind = draw(st.sampled_from(list(QuestionType)))
    options: list[OptionDraft] = []
    if kind in {QuestionType.SCALE, QuestionType.SINGLE, QuestionType.MULTIPLE}:
        built = st.builds(OptionDraft, keys, words, texts, st.booleans())
        drawn = st.lists(built, min_size=2, max_size=5, unique_by=lambda one: one.key)
        options = draw(drawn)  # type: ignore[assignment]  # the strategy says so
    built_question = st.builds(
        QuestionDraft,
        keys,
        st.just(kind),
        words,
        translations=texts,
        hint=words | st.just(""),
        hint_translations=texts,
        standard=keys | st.just(""),
        is_required=st.booleans(),
        options=st.just(tuple(options)),
    )
    return draw(built_question)  # type: ignore[return-value]  # likewise


@given(title=words, about=texts, asked=st.lists(questions(), max_size=5, unique_by=lambda one: one.key))
@settings(max_examples=60, deadline=None)
def test_a_file_comes_back_the_same(title: str, about: dict[str, str], asked: list[QuestionDraft]) -> None:
    draft = QuestionnaireDraft(title, "说明", about, tuple(asked))
    assert read(write(draft).encode()) == draft


def test_a_stored_version_comes_back_the_same(session: Session) -> None:
    conditional = single("more", show_if_question="aware", show_if_options=("heard", "know_well"))
    version = editing.start(
        session,
        "yearly",
        "年度问卷",
        None,
        introduction="三分钟。",
        translations={"en": "Three minutes."},
        questions=[*LIBRARY, conditional],
    )
    draft = read(write(draft_of_version(version)).encode())
    again = editing.start(
        session,
        "again",
        draft.title,
        None,
        introduction=draft.introduction,
        translations=draft.translations,
        questions=draft.questions,
    )
    assert again.computed_hash() == version.computed_hash()


def file_with(**changes: object) -> bytes:
    content = json.loads(write(QuestionnaireDraft("问卷", questions=(single("a"),))))
    return json.dumps({**content, **changes}).encode()


QUESTION = {"key": "a", "type": "number", "text": "几次？"}


@pytest.mark.parametrize(
    ("data", "where", "code"),
    [
        (b"", "", "not_json"),
        (b"\xff\xfe", "", "not_json"),
        (b"[" * 100_000, "", "not_json"),
        (b'{"format": "a", "format": "b"}', "", "not_json"),
        (b'{"format": NaN}', "", "not_json"),
        (b'{"format_version": ' + b"9" * 5000 + b"}", "", "not_json"),
        (b" " * (LONGEST_FILE + 1), "", "too_large"),
        (b"[]", "", "not_an_object"),
        (file_with(format="limesurvey"), "format", "other_format"),
        (file_with(script="x"), "script", "unknown_field"),
        (file_with(title=7), "title", "not_a_text"),
        (file_with(title="\u202egnp"), "title", "control_character"),
        (file_with(title="\ud800"), "title", "control_character"),
        (file_with(translations={"xx": "a"}), "translations.xx", "unknown_field"),
        (file_with(questions={}), "questions", "not_a_list"),
        (file_with(questions=[QUESTION] * 201), "questions", "too_many"),
        (file_with(questions=[{**QUESTION, "type": "shell"}]), "questions[0].type", "unknown_word"),
        (file_with(questions=[{**QUESTION, "type": 1}]), "questions[0].type", "not_a_text"),
        (file_with(questions=[{**QUESTION, "is_required": "no"}]), "questions[0].is_required", "not_a_flag"),
        (file_with(questions=[{"type": "number", "text": "x"}]), "questions[0].key", "missing"),
    ],
)
def test_files_that_are_no_questionnaire_say_where(data: bytes, where: str, code: str) -> None:
    with pytest.raises(QuestionnaireFileError) as refused:
        read(data)
    assert (refused.value.where, refused.value.code) == (where, code)


def test_files_with_questions_that_cannot_be_asked_are_refused() -> None:
    with pytest.raises(FaultyQuestionsError):
        read(file_with(questions=[QUESTION, QUESTION]))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("您对学校和医院满意吗？", "double"),
        ("您满意吗？会推荐吗？", "two_questions"),
        ("您是不是也觉得路好走了？", "leading"),
        ("难道路没有变好吗？", "leading"),
        ("您是否不反对修路？", "negative"),
        ("您总是走这条路吗？", "absolute"),
        ("您的获得感强吗？", "official"),
        ("您最近去过卫生室吗？", "vague"),
        ("您" * 41, "long"),
    ],
)
def test_hard_wordings_are_found(text: str, code: str) -> None:
    assert code in {one.code for one in warnings_of(single("a", text=text))}


def test_hard_answers_are_found() -> None:
    def codes(*options: str) -> set[str]:
        given_options = tuple(OptionDraft(f"o{place}", text) for place, text in enumerate(options))
        return {one.code for one in warnings_of(dataclasses.replace(SCALE, options=given_options))}

    assert {"unbalanced", "no_way_out"} <= codes("非常满意", "很满意", "满意", "不满意")
    assert "unbalanced" not in codes("很满意", "不满意")
    assert "same_option" in codes("满意", "满意")
    assert "many_options" in codes(*(f"第{number}" for number in range(10)))


def test_the_library_keeps_its_own_rules() -> None:
    found = [one for one in warnings(LIBRARY) if one.code != "many_options"]
    assert found == []
    assert {one.question.role for one in standard_questions().values()} == set(QuestionRole)
    assert all(one.source and one.why for one in standard_questions().values())
    assert all(one.question.standard == key for key, one in standard_questions().items())
