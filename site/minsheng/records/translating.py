"""Record texts in other languages: what a record carries, and the act that gives it.

Records are written in Simplified Chinese; a translation stands beside the original and never in its place. One
person may give it: it says nothing that the original does not. It is journaled like everything else that is public.
"""

from collections.abc import Mapping
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

LANGUAGES = ("en", "zh_Hant")
"""Languages a record can carry besides its own; for the second there is also conversion by rule."""

Texts = dict[str, dict[str, str]]
"""Language → field → text."""


class Translated:
    """Mixin: a record whose ``TRANSLATED`` fields may carry translations; an empty column is none."""

    TRANSLATED: ClassVar[tuple[str, ...]] = ()

    translations: Mapped[Texts | None] = mapped_column(sa.JSON(none_as_null=True))

    def in_language(self, field: str, language: str) -> str:
        """Return the translation of a field, or an empty text where there is none."""
        return ((self.translations or {}).get(language) or {}).get(field, "")

    def translations_said(self) -> dict[str, object]:
        """Return what a snapshot says of translations: nothing where there are none, as before there could be any."""
        return {"translations": self.translations} if self.translations else {}

    def translate(self, texts: Mapping[str, Mapping[str, str]]) -> bool:
        """Take these translations in place of the former; empty texts count as none. Returns whether any changed.

        Raises ``ValueError`` for a language or field that cannot be translated.
        """
        kept: Texts = {}
        for language, fields in texts.items():
            if language not in LANGUAGES or not set(fields) <= set(self.TRANSLATED):
                raise ValueError(f"{language}: {', '.join(fields)}")
            written = {field: text.strip() for field, text in sorted(fields.items()) if text.strip()}
            if written:
                kept[language] = written
        if kept == (self.translations or {}):
            return False
        self.translations = kept or None
        return True
