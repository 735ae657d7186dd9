"""Simple rules that find leading, double and otherwise hard questions. They warn; whoever writes decides.

The rules follow the checklists of survey methodology: one thing at a time, no side taken, no double negation, short,
a way out for those who do not know, and as many good as bad answers (Bradburn, Sudman and Wansink, "Asking
Questions", 2004, chapters 1 and 4; Pew Research Center, "Writing Survey Questions").
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from minsheng.surveying.questionnaire_drafts import LANGUAGES, QuestionDraft
from minsheng.surveying.questionnaires import QuestionRole, QuestionType

LONGEST_READABLE = 40
"""Characters that are heard once over the phone and still remembered."""
MOST_READABLE_OPTIONS = 9

JUDGED = r"满意|了解|知道|赞成|同意|支持|方便|认可|放心|及时|公开|好不好|怎么样|如何"
DOUBLE = re.compile(rf"([一-鿿]{{2,}})(?:以及|并且|而且|和|与|及|、)([一-鿿]+?).{{0,6}}(?:{JUDGED})")
LEADING = re.compile(
    r"是不是也|难道|不觉得|您也|大家都|很多人(?:都)?(?:认为|觉得)|众所周知|显著|明显改善|越来越好|大力|高度重视|"
    r"(?:应该|一定).{0,12}吧|对吧|是吧|的关怀下|的领导下|不满意的话"
)
NEGATIVE = re.compile(r"是否(?:不|没)|(?:不|没有?|未)[^，。？]{1,10}(?:不(?!满意度)|没有?|未)|非[^，。？]{1,8}不")
ABSOLUTE = re.compile(r"总是|从来|所有的?|完全|每次|任何时候|一直都")
OFFICIAL = re.compile(r"获得感|统筹|抓手|落实落细|提质增效|长效机制|网格化|覆盖率|满意度|知晓率|绩效")
VAGUE = re.compile(r"最近|经常|有时候|前段时间|偶尔")
GOOD = re.compile(r"^(?!.*(?:不|没)).*(?:满意|了解|知道|赞成|同意|支持|好|方便)")
BAD = re.compile(r"(?:不|没).*(?:满意|了解|知道|听说|赞成|同意|支持|好|方便)|差|反对|糟")


@dataclass(frozen=True)
class WordingWarning:
    """What a rule found: its code, the question's key, and the words it stumbled on."""

    code: str
    question: str
    words: str = ""


def warnings(drafts: Sequence[QuestionDraft]) -> list[WordingWarning]:
    """Return everything the rules find, in the order of the questions."""
    return [warning for draft in drafts for warning in warnings_of(draft)]


def warnings_of(draft: QuestionDraft) -> list[WordingWarning]:
    """Return what the rules find in one question."""
    return [WordingWarning(code, draft.key, words) for code, words in (*_in_text(draft), *_in_options(draft))]


def _in_text(draft: QuestionDraft) -> Iterator[tuple[str, str]]:
    text = f"{draft.matrix_text} {draft.text}".strip() if draft.matrix else draft.text
    if text.count("？") + text.count("?") > 1:
        yield "two_questions", text
    elif draft.type is not QuestionType.MULTIPLE and (found := DOUBLE.search(draft.text)):
        yield "double", found.group()
    for code, pattern in (
        ("leading", LEADING),
        ("negative", NEGATIVE),
        ("absolute", ABSOLUTE),
        ("official", OFFICIAL),
        ("vague", VAGUE),
    ):
        if found := pattern.search(text):
            yield code, found.group()
    if len(text) > LONGEST_READABLE:
        yield "long", str(len(text))
    for language in LANGUAGES:
        texts = [draft.translations, *(option.translations for option in draft.options)]
        if not all(each.get(language) for each in texts):
            yield "untranslated", language


def _in_options(draft: QuestionDraft) -> Iterator[tuple[str, str]]:
    if not draft.options:
        return
    texts = [option.text for option in draft.options]
    has_way_out = any(not option.is_substantive for option in draft.options)
    asks_opinion = draft.type is QuestionType.SCALE or draft.role in {
        QuestionRole.SATISFACTION,
        QuestionRole.TOLD_WHAT_TO_ANSWER,
    }
    if asks_opinion and not has_way_out:
        yield "no_way_out", ""
    if len(texts) > MOST_READABLE_OPTIONS:
        yield "many_options", str(len(texts))
    if draft.type is QuestionType.SCALE:
        substantive = [option.text for option in draft.options if option.is_substantive]
        good, bad = (sum(bool(pattern.search(text)) for text in substantive) for pattern in (GOOD, BAD))
        if good != bad:
            yield "unbalanced", f"{good}:{bad}"
    if len(set(texts)) < len(texts):
        yield "same_option", next(text for text in texts if texts.count(text) > 1)
