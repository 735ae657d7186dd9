"""``python -m translations.extract``: bring every catalogue up to date with the code and the templates.

New messages appear empty, vanished ones are dropped, and nothing is guessed: a changed sentence is translated
anew. Only Traditional Chinese starts from a conversion, which keeps the words and changes the characters; what
a person has put there stays. ``tests/test_translations.py`` fails until every message has its translation.
"""

import sys

import opencc
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from translations.catalogues import FOLDER, SOURCE_LOCALE, catalogue_files, extract, missing, read_catalogue

LOCALES = ("en", "zh_Hant")


def _convert_missing(catalogue: Catalog) -> None:
    """Fill what a Traditional catalogue lacks with its Simplified text in Traditional characters."""
    converter = opencc.OpenCC("s2tw")
    for message in catalogue:
        if not message.id:
            continue
        if isinstance(message.id, str):
            message.string = message.string or converter.convert(message.id)
        elif not all(message.string or ()):
            message.string = tuple(converter.convert(message.id[-1]) for _form in range(catalogue.num_plurals))


def main() -> int:
    """Update the catalogues in place; print how many messages each still lacks."""
    template = extract()
    for locale in LOCALES:
        path = FOLDER / locale / "LC_MESSAGES" / "messages.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue = read_catalogue(path) if path in catalogue_files() else Catalog(locale=locale, fuzzy=False)
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        if locale == "zh_Hant":
            _convert_missing(catalogue)
        with path.open("wb") as file:
            write_po(file, catalogue, width=100, sort_output=True, include_lineno=False)
        sys.stdout.write(f"{locale}: {len(missing(catalogue, template))} untranslated\n")
    sys.stdout.write(f"{SOURCE_LOCALE}: the source, {len(template)} messages\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
