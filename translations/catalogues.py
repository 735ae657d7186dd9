"""Compile the message catalogues, and say what is missing from them.

A catalogue is ``translations/<locale>/LC_MESSAGES/messages.po``. The interface is written in Simplified
Chinese, so the message id is the Simplified text and ``zh_Hans`` needs no catalogue.
"""

import io
import os
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent
SOURCE_LOCALE = "zh_Hans"
KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
}
SOURCES = ("site", "search")


def catalogue_files(folder: Path = FOLDER) -> list[Path]:
    """Return the ``.po`` files under ``folder``, sorted."""
    return sorted(folder.glob("*/LC_MESSAGES/messages.po"))


def read_catalogue(path: Path) -> Catalog:
    """Read one ``.po`` file. Its locale is the folder's name."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name, domain="messages", abort_invalid=True)


def compile_catalogues(folder: Path = FOLDER) -> list[Path]:
    """Write a ``.mo`` beside each ``.po`` that is newer than it; return the files written.

    Each is written aside and moved into place, so that several processes may start at once.
    """
    written = []
    for source in catalogue_files(folder):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        compiled = io.BytesIO()
        write_mo(compiled, read_catalogue(source))
        handle, aside = tempfile.mkstemp(dir=target.parent, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(compiled.getvalue())
        Path(aside).chmod(0o644)
        Path(aside).replace(target)
        written.append(target)
    return written


def extract(root: Path = ROOT) -> Catalog:
    """Collect every message of the interface from the code and the templates, as ``babel.cfg`` says."""
    mapping = root / "translations" / "babel.cfg"
    with mapping.open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file, filename=str(mapping))  # type: ignore[no-untyped-call]  # untyped in Babel
    catalogue = Catalog(locale=None, domain="messages", project="minsheng", charset="utf-8", fuzzy=False)
    for source in SOURCES:
        found = extract_from_dir(
            str(root / source),
            methods,
            options,
            keywords=KEYWORDS,
            comment_tags=("Translators:",),
            strip_comment_tags=True,
        )
        for name, line, message, comments, context in found:
            catalogue.add(message, locations=[(f"{source}/{name}", line)], auto_comments=comments, context=context)
    return catalogue


def missing(catalogue: Catalog, template: Catalog) -> list[str]:
    """Return the message ids of ``template`` that ``catalogue`` does not translate."""
    untranslated = []
    for message in template:
        if not message.id:
            continue
        own = catalogue.get(message.id, message.context)
        strings = () if own is None else own.string if isinstance(own.string, tuple | list) else (own.string,)
        if own is None or own.fuzzy or not strings or not all(strings):
            untranslated.append(message.id if isinstance(message.id, str) else message.id[0])
    return untranslated


def stale(catalogue: Catalog, template: Catalog) -> list[str]:
    """Return the message ids of ``catalogue`` that the interface no longer uses."""
    return [
        message.id if isinstance(message.id, str) else message.id[0]
        for message in catalogue
        if message.id and template.get(message.id, message.context) is None
    ]
