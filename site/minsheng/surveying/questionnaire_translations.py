"""The texts of a questionnaire beside their translations. The same words are translated once, wherever they stand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from minsheng.surveying.questionnaire_drafts import OptionDraft, QuestionDraft, Texts


@dataclass(frozen=True)
class Line:
    """A text and its translations by language."""

    text: str
    translations: Texts


def lines(drafts: Sequence[QuestionDraft]) -> list[Line]:
    """Return the distinct texts in the order in which they are first met."""
    found: dict[str, Line] = {}
    for text, translations in (pair for draft in drafts for pair in _texts(draft)):
        if text.strip() and not (text in found and found[text].translations):
            found[text] = Line(text, translations)
    return list(found.values())


def _texts(draft: QuestionDraft) -> Iterator[tuple[str, Texts]]:
    yield draft.matrix_text, draft.matrix_translations
    yield draft.text, draft.translations
    yield draft.hint, draft.hint_translations
    for option in draft.options:
        yield option.text, option.translations


def translated(drafts: Sequence[QuestionDraft], words: Mapping[str, Texts]) -> list[QuestionDraft]:
    """Return the questions with these translations; ``words`` maps a text to its translations by language."""

    def of(text: str, present: Texts) -> Texts:
        given = words.get(text, present)
        return {language: one.strip() for language, one in given.items() if one.strip()}

    def option_of(option: OptionDraft) -> OptionDraft:
        return replace(option, translations=of(option.text, option.translations))

    return [
        replace(
            draft,
            translations=of(draft.text, draft.translations),
            hint_translations=of(draft.hint, draft.hint_translations),
            matrix_translations=of(draft.matrix_text, draft.matrix_translations),
            options=tuple(option_of(option) for option in draft.options),
        )
        for draft in drafts
    ]
