"""The query language: what a reader types, read by our own parser and nobody else's.

Words are all asked for; ``"…"`` (or 「…」 and “…”) asks for an exact phrase; a leading ``-`` excludes; and
``责任单位:水利局`` looks in one field. Anything else is text: no wildcard, no operator, no error. Length and the
number of words are capped, so that every query is answered in bounded time.
"""

import enum
import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from search import analysis, pinyin, segmentation
from search.synonyms import NONE, Synonyms

MAX_CHARACTERS = 200
MAX_GROUPS = 12
MAX_TOKENS = 80


class Field(enum.StrEnum):
    """Where a word is looked for. ``ANY`` covers all the named ones.

    ``PARTS`` holds cut-off pieces of words in titles, ``PINYIN`` how names are read.
    """

    ANY = "text"
    TITLE = "title"
    PLACE = "place"
    AGENCY = "agency"
    PROGRAMME = "programme"
    CATEGORY = "category"
    PARTS = "parts"
    PINYIN = "pinyin"


FIELD_NAMES: dict[str, Field] = {
    "标题": Field.TITLE,
    "名称": Field.TITLE,
    "title": Field.TITLE,
    "地方": Field.PLACE,
    "地点": Field.PLACE,
    "地区": Field.PLACE,
    "place": Field.PLACE,
    "责任单位": Field.AGENCY,
    "单位": Field.AGENCY,
    "部门": Field.AGENCY,
    "agency": Field.AGENCY,
    "清单": Field.PROGRAMME,
    "民生工程": Field.PROGRAMME,
    "programme": Field.PROGRAMME,
    "分类": Field.CATEGORY,
    "category": Field.CATEGORY,
}
"""Names of fields as a reader may type them before a colon, folded."""


class Token(NamedTuple):
    """One entry of the index to look up: itself, or with ``is_prefix`` everything that begins with it."""

    text: str
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to satisfy a group: all ``tokens``, in ``field``.

    ``literals`` are what to mark in the text, or ``marks`` is a pattern that finds it in folded text.
    """

    tokens: tuple[Token, ...]
    literals: tuple[str, ...] = ()
    field: Field = Field.ANY
    marks: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A word or phrase of the query.

    Any of ``alternatives`` satisfies it. ``fallbacks`` are tried in turn while nothing at all is found.
    ``is_exact`` marks a phrase, which must stand as typed: nothing is guessed. ``phrase`` is the pattern it must
    match in folded text, or None where holding its tokens says as much.
    """

    text: str
    alternatives: tuple[Alternative, ...]
    fallbacks: tuple[Alternative, ...] = ()
    phrase: re.Pattern[str] | None = None
    is_exact: bool = False
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """What was asked for.

    ``truncated``: the query was longer than is read. ``is_void``: something was typed, but nothing in it can be
    looked for (signs, an emoji), so nothing answers it; an empty query asks for everything.
    """

    groups: tuple[Group, ...] = ()
    truncated: bool = False
    is_void: bool = False

    @property
    def wanted(self) -> tuple[Group, ...]:
        """The groups a record should satisfy."""
        return tuple(group for group in self.groups if not group.excluded)

    @property
    def excluded(self) -> tuple[Group, ...]:
        """The groups a record must not satisfy."""
        return tuple(group for group in self.groups if group.excluded)


_CLAUSE = re.compile(
    r"(?P<minus>-)?"
    rf"(?:(?P<field>{'|'.join(sorted(map(re.escape, FIELD_NAMES), key=len, reverse=True))}):)?"
    # A quotation mark without its counterpart is no more than punctuation.
    r"(?:(?:\"(?P<phrase>[^\"]*)\"|“(?P<phrase2>[^“”]*)”|[「『](?P<phrase3>[^「」『』]*)[」』])|(?P<words>[^\s\"“「『]+))"
)


def parse(text: str, synonyms: Synonyms = NONE, *, is_typing: bool = False) -> ParsedQuery:
    """Read a query. Accepts any string whatever and never raises.

    With ``is_typing`` the last word, if Latin, may be only begun.
    """
    folded = analysis.fold(text[:MAX_CHARACTERS])
    groups: list[Group] = []
    for clause in _CLAUSE.finditer(folded):
        field = FIELD_NAMES.get(clause["field"] or "", Field.ANY)
        excluded = clause["minus"] is not None
        phrase = next((found for found in clause.group("phrase", "phrase2", "phrase3") if found is not None), None)
        if phrase is not None:
            groups.extend(_phrase(phrase, field, excluded=excluded))
        else:
            groups.extend(_words(clause["words"], field, synonyms, excluded=excluded))
    if is_typing and groups and folded[-1:].isalnum():
        groups[-1] = _begun(groups[-1])
    groups = _without_idle(groups)
    kept = _capped(groups)
    truncated = len(text) > MAX_CHARACTERS or len(kept) < len(groups)
    return ParsedQuery(tuple(kept), truncated, is_void=not kept and bool(text.strip()))


def _without_idle(groups: list[Group]) -> list[Group]:
    """Drop repeated groups, and idle English words if any other remains."""
    unique = list(dict.fromkeys(groups))
    busy = [group for group in unique if group.text not in segmentation.IDLE_WORDS or group.is_exact]
    return busy if any(not group.excluded for group in busy) else unique


def _capped(groups: list[Group]) -> list[Group]:
    """Return the leading groups that stay within the caps."""
    kept: list[Group] = []
    count = 0
    for group in groups[:MAX_GROUPS]:
        count += sum(len(alternative.tokens) for alternative in group.alternatives)
        if count > MAX_TOKENS and kept:
            break
        kept.append(group)
    return kept


def _words(folded: str, field: Field, synonyms: Synonyms, *, excluded: bool) -> list[Group]:
    """Return the groups of unquoted text without spaces. What is excluded together is one group."""
    if excluded:
        return _phrase(folded, field, excluded=True)
    found: list[Group] = []
    all_runs = list(analysis.runs(folded))
    for position, run in enumerate(all_runs):
        if run.nature != "han":
            group = _latin_group(run.text, field, synonyms.heard(run.text))
            found.append(_widened(group, synonyms.of(run.text), field))
            continue
        touches_number = any(
            0 <= near < len(all_runs) and all_runs[near].nature != "han" for near in (position - 1, position + 1)
        )
        if len(run.text) == 1 and touches_number:
            continue  # 2024年, 3个: the character says nothing the number does not
        for piece, others in synonyms.split(run.text):
            if others:
                found.append(_widened(_han_group(segmentation.Word(piece, piece), field), others, field))
            else:
                found.extend(_han_group(word, field) for word in segmentation.words(piece))
    return found


def _widened(group: Group, synonyms: tuple[str, ...], field: Field) -> Group:
    """Return the group with its synonyms as further alternatives."""
    return replace(group, alternatives=group.alternatives + _ways(synonyms, field))


def _ways(words: Iterable[str], field: Field) -> tuple[Alternative, ...]:
    return tuple(Alternative(tuple(run_tokens(run)), (run.text,), field) for one in words for run in analysis.runs(one))


def _phrase(folded: str, field: Field, *, excluded: bool) -> list[Group]:
    """Return the one group of an exact phrase, or none if it holds nothing to look for."""
    pieces = list(analysis.runs(folded))
    if not pieces:
        return []
    tokens = dict.fromkeys(token for run in pieces for token in run_tokens(run))
    pattern = re.compile(r"[\W_]*".join(re.escape(run.text) for run in pieces))
    needs_pattern = len(tokens) > 1 or pieces[0].nature != "han"
    literals = (folded.strip(),) if len(pieces) == 1 else tuple(run.text for run in pieces)
    way = Alternative(tuple(tokens)[:MAX_TOKENS], literals, field)
    phrase = pattern if needs_pattern else None
    return [Group(folded, (way,), phrase=phrase, is_exact=True, excluded=excluded)]


def corrected_text(typed: str, corrected: Mapping[str, str]) -> str:
    """Return what was typed with words, given folded, replaced by others; the rest stays as it was written."""
    for word, meant in corrected.items():
        at = analysis.fold(typed).find(word)
        if at >= 0:
            typed = typed[:at] + meant + typed[at + len(word) :]
    return typed


def word_group(word: str, field: Field) -> Group:
    """Return the group of one folded word as it stands, Chinese or Latin."""
    run = next(analysis.runs(word))
    if run.nature == "han":
        return _han_group(segmentation.Word(word, word), field)
    return _latin_group(word, field)


def run_tokens(run: analysis.Run) -> list[Token]:
    """Return the tokens that a record must hold to hold this run."""
    if run.nature != "han":
        return [Token(analysis.word_token(run.text))]
    if len(run.text) == 1:
        return [Token(run.text, is_prefix=True)]
    return [Token(pair) for pair in analysis.pairs(run.text)]


def _han_group(word: segmentation.Word, field: Field) -> Group:
    """Return the group of one Chinese word, with looser readings to fall back on."""
    fallbacks = []
    if word.core != word.text and len(word.core) > 1:
        fallbacks.append(_han_alternative(word.core, field))
    if len(word.text) >= 4:
        apart = [word.text[at : at + 2] for at in range(0, len(word.text) - 1, 2)]
        fallbacks.append(Alternative(tuple(map(Token, apart)), tuple(apart), field))
    return Group(word.text, (_han_alternative(word.text, field),), tuple(fallbacks))


def _han_alternative(word: str, field: Field) -> Alternative:
    run = analysis.Run("han", word, 0, len(word))
    return Alternative(tuple(run_tokens(run)), (word,), field)


def _latin_group(word: str, field: Field, heard: Iterable[str] = ()) -> Group:
    """Return the group of a Latin word or number; ``heard`` are the words of the list of synonyms it is pinyin of.

    Where the word is nowhere, it is taken for pinyin, then for one of these, then for the beginning of a word, then
    for the initials of Chinese ones, and at last for a piece of a word in a title.
    """
    token = analysis.word_token(word)
    plain = word.replace(",", "")
    pieces = tuple(map(Token, analysis.pairs(plain))) or (Token(plain, is_prefix=True),)
    readings = pinyin_alternatives(word) if field in READ_FIELDS else ()
    initials = tuple(map(Token, pinyin.initials_tokens(word))) if field in READ_FIELDS else ()
    fallbacks = (
        *readings,
        *_ways(heard, field),
        Alternative((Token(token, is_prefix=True),), (word,), field),
        *((Alternative(initials, (), Field.PINYIN, pinyin.initials_pattern(word)),) if initials else ()),
        Alternative(pieces[:MAX_TOKENS], (plain,), Field.PARTS),
    )
    return Group(word, (Alternative((Token(token),), (word,), field),), fallbacks)


def _begun(group: Group) -> Group:
    """Return the group of a word whose end may not be typed yet; Chinese needs nothing for that."""
    word, field = group.text, group.alternatives[0].field
    if group.is_exact or group.excluded or not (word.isascii() and word.isalnum()):
        return group
    beginning = Alternative((Token(word, is_prefix=True),), (word,), field)
    readings = pinyin_alternatives(word, is_open=True) if field in READ_FIELDS else ()
    return replace(group, alternatives=(*group.alternatives, beginning, *readings))


READ_FIELDS = frozenset({Field.ANY, Field.TITLE, Field.PLACE, Field.AGENCY})
"""Fields in which Latin letters may be pinyin."""


def pinyin_alternatives(letters: str, *, is_open: bool = False) -> tuple[Alternative, ...]:
    """Return the ways to read letters as pinyin of two syllables or more; ``is_open`` as the reader types."""
    found = []
    for syllables in pinyin.splits(letters, is_open=is_open):
        if len(syllables) < 2:
            continue
        pairs = [pinyin.pair_token(*pair) for pair in itertools.pairwise(syllables)]
        tokens = (*map(Token, pairs[:-1]), Token(pairs[-1], is_prefix=is_open))
        found.append(Alternative(tokens, (), Field.PINYIN, pinyin.syllables_pattern(syllables)))
    return tuple(found)
