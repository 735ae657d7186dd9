"""The shape of the project: names that must stay free, folders that must be packages, routes that must stay."""

import importlib.metadata
import re
from pathlib import Path

from flask import Flask

ROOT = Path(__file__).resolve().parent.parent
OUR_NAMES = {"public", "admin", "pages", "website", "search", "translations", "minsheng"}


def tracked(suffix: str) -> list[Path]:
    skipped = {".venv", "var", ".git", "node_modules"}
    return [path for path in ROOT.rglob(f"*{suffix}") if not skipped & set(path.relative_to(ROOT).parts)]


def test_the_source_root_is_no_package() -> None:
    # Python's own module is called `site`.
    assert not (ROOT / "site" / "__init__.py").exists()


def test_no_installed_package_owns_our_names() -> None:
    owners = importlib.metadata.packages_distributions()
    assert {name for name in OUR_NAMES if set(owners.get(name, [])) - {"minsheng"}} == set()


def test_every_folder_of_tests_is_a_package() -> None:
    folders = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


def test_no_template_carries_script_or_style_of_its_own() -> None:
    inline = re.compile(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)
    found = [
        f"{path.name}: {match.group()}"
        for path in tracked(".html")
        for match in inline.finditer(re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL))
    ]
    assert found == []


def test_templates_never_switch_escaping_off() -> None:
    unsafe = re.compile(r"\|\s*safe\b|autoescape\s+false", re.IGNORECASE)
    assert [path.name for path in tracked(".html") if unsafe.search(path.read_text(encoding="utf-8"))] == []


def test_templates_import_without_the_context() -> None:
    # A module imported with the context and the context hold each other, so everything a page was made of stays
    # until the garbage collector comes by; with large pages CPython 3.11.7 crashed in that collector.
    imports = re.compile(r"{%-?\s*(import|from)\b[^%]*\bwith context\b")
    texts = {
        path: re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL) for path in tracked(".html")
    }
    assert [path.name for path, text in texts.items() if imports.search(text)] == []


def test_routes_people_rely_on_exist(app: Flask) -> None:
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    assert {
        "/",
        "/projects/",
        "/projects/<slug>",
        "/programmes/",
        "/programmes/<slug>",
        "/places/<code>",
        "/agencies/<slug>",
        "/search/",
        "/suggestions/",
        "/suggestions/new",
        "/suggestions/follow",
        "/surveys/",
        "/surveys/<slug>",
        "/surveys/<slug>/results",
        "/admin/",
        "/admin/sign-in",
    } <= rules


def test_no_two_routes_answer_the_same_address(app: Flask) -> None:
    seen: dict[tuple[str, str], str] = {}
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            key = (re.sub(r"<[^>]+>", "<>", rule.rule), method)
            assert key not in seen, f"{rule.endpoint} and {seen[key]} both answer {key}"
            seen[key] = rule.endpoint
