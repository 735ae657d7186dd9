import os
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.support import Translations

from translations import catalogues

PO = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "今天到期"\nmsgstr "{translated}"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    source = tmp_path / "en" / "LC_MESSAGES" / "messages.po"
    source.parent.mkdir(parents=True)
    source.write_text(PO.format(translated="Due today"), encoding="utf-8")
    return tmp_path


def test_a_catalogue_is_compiled_once_and_again_when_it_changes(folder: Path) -> None:
    (source,) = catalogues.catalogue_files(folder)
    assert catalogues.compile_catalogues(folder) == [source.with_suffix(".mo")]
    assert catalogues.compile_catalogues(folder) == []
    source.write_text(PO.format(translated="Due now"), encoding="utf-8")
    later = source.stat().st_mtime + 5
    os.utime(source, (later, later))
    assert catalogues.compile_catalogues(folder) == [source.with_suffix(".mo")]
    assert Translations.load(folder, ["en"]).gettext("今天到期") == "Due now"
    assert sorted(path.name for path in source.parent.iterdir()) == ["messages.mo", "messages.po"]


def test_what_a_catalogue_lacks_and_what_it_has_too_much_of(folder: Path) -> None:
    catalogue = catalogues.read_catalogue(catalogues.catalogue_files(folder)[0])
    template = Catalog()
    template.add("今天到期")
    template.add("已暂停")
    template.add(("还有 %(num)s 天", "还有 %(num)s 天"))
    assert catalogues.missing(catalogue, template) == ["已暂停", "还有 %(num)s 天"]
    assert catalogues.stale(catalogue, template) == []
    assert catalogues.stale(catalogue, Catalog()) == ["今天到期"]


def test_a_guess_or_half_a_plural_counts_as_missing() -> None:
    template = Catalog()
    template.add("已暂停")
    template.add(("还有 %(num)s 天", "还有 %(num)s 天"))
    catalogue = Catalog(locale="en")
    catalogue.add("已暂停", "Suspended", flags=["fuzzy"])
    catalogue.add(("还有 %(num)s 天", "还有 %(num)s 天"), ("%(num)s day left", ""))
    assert catalogues.missing(catalogue, template) == ["已暂停", "还有 %(num)s 天"]


def test_a_broken_catalogue_is_not_compiled(folder: Path) -> None:
    (source,) = catalogues.catalogue_files(folder)
    source.write_text('msgid "今天到期\n', encoding="utf-8")
    with pytest.raises(Exception, match=r"messages\.po|string|msgid"):
        catalogues.compile_catalogues(folder)
    assert not source.with_suffix(".mo").exists()


def test_messages_are_found_in_code_and_in_templates() -> None:
    found = {message.id: message.locations for message in catalogues.extract() if message.id}
    assert any(path.endswith("words_of_projects.py") for path, _ in found["按序时"])
    assert any(path.endswith("layout.html") for path, _ in found["跳到正文"])
    assert ("还有 %(num)s 天", "还有 %(num)s 天") in found
