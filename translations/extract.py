"""``python -m translations.extract``: bring every catalogue up to date with the code and the templates.

New messages appear empty, vanished ones are dropped, and nothing is guessed: a changed sentence is translated
anew. ``tests/test_translations.py`` fails until every message has its translation.
"""

import sys

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from translations.catalogues import FOLDER, SOURCE_LOCALE, catalogue_files, extract, missing, read_catalogue

LOCALES = ("en", "zh_Hant")


def main() -> int:
    """Update the catalogues in place; print how many messages each still lacks."""
    template = extract()
    for locale in LOCALES:
        path = FOLDER / locale / "LC_MESSAGES" / "messages.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue = read_catalogue(path) if path in catalogue_files() else Catalog(locale=locale, fuzzy=False)
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        with path.open("wb") as file:
            write_po(file, catalogue, width=100, sort_output=True, include_lineno=False)
        sys.stdout.write(f"{locale}: {len(missing(catalogue, template))} untranslated\n")
    sys.stdout.write(f"{SOURCE_LOCALE}: the source, {len(template)} messages\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
