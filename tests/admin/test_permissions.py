"""Every address of the staff's face × every role, against the table in the documentation."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from admin.access import OPEN_ENDPOINTS, needed_permissions, needs
from minsheng.accounts.staff import ROLE_PERMISSIONS, Role, StaffMember
from tests.admin.conftest import Browser
from tests.factories import Make

DOCUMENT = Path(__file__).parents[2] / "docs" / "permissions.md"
ROW = re.compile(r"^\| `(?P<address>[^`]+)` \| (?P<methods>[A-Z, ]+) \| (?P<needs>[^|]+) \| (?P<roles>[^|]*) \|$")
SAMPLE = {"int": "99999", "string": "something", "default": "something"}
REFUSED = 403


def rules(app: Flask) -> list[Rule]:
    """The addresses of the face."""
    return sorted(
        (rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("admin.")), key=lambda rule: rule.rule
    )


def methods(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def table() -> Iterator[tuple[str, str, str, str]]:
    """The rows of the document."""
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        found = ROW.match(line)
        if found:
            yield found["address"], found["methods"].strip(), found["needs"].strip(), found["roles"].strip()


def written(rule: Rule) -> tuple[str, str, str, str]:
    """The row that belongs to an address, as the code has it."""
    permissions = needed_permissions(rule.endpoint)
    if rule.endpoint in OPEN_ENDPOINTS:
        needed, roles = "nothing", "everyone"
    elif permissions is None:
        needed, roles = "NOT STATED", ""
    elif not permissions:
        needed, roles = "sign-in", "every role"
    else:
        needed = ", ".join(sorted(permissions))
        roles = ", ".join(role for role in Role if ROLE_PERMISSIONS[role] & permissions)
    return rule.rule, ", ".join(methods(rule)), needed, roles


def example(rule: Rule) -> str:
    """An address that the rule matches."""
    address = re.sub(r"<any\((?:\w+, )*(\w+)\):\w+>", r"\1", rule.rule)
    return re.sub(r"<(?:(\w+)(?:\([^)]*\))?:)?\w+>", lambda found: SAMPLE[found[1] or "default"], address)


def test_every_address_states_what_it_needs(app: Flask) -> None:
    silent = [rule.rule for rule in rules(app) if written(rule)[2] == "NOT STATED"]

    assert len(rules(app)) > 30
    assert silent == []


def test_the_document_says_what_the_code_does(app: Flask) -> None:
    assert list(table()) == [written(rule) for rule in rules(app)]


def test_little_is_open_without_signing_in(app: Flask, browser: Browser) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    open_addresses = [rule for rule in rules(app) if rule.endpoint in OPEN_ENDPOINTS]

    assert [rule.rule for rule in open_addresses] == [
        "/admin/first-run/<token>",
        "/admin/invitations/<token>",
        "/admin/sign-in",
    ]
    for rule in rules(app):
        if rule in open_addresses:
            continue
        for method in methods(rule):
            answer = browser.send(method, example(rule))
            assert answer.status_code == 302, (method, rule.rule)
            assert answer.location.split("?")[0] == "/admin/sign-in", (method, rule.rule)


@pytest.mark.parametrize("role", Role)
def test_each_role_meets_what_the_document_says(
    app: Flask, session: Session, make: Make, browser_of: Callable[[StaffMember], Browser], role: Role
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    browser = browser_of(make.staff(role))
    rows = {address: (needed, roles) for address, _, needed, roles in table()}
    for rule in rules(app):
        needed, roles = rows[rule.rule]
        is_allowed = needed in {"nothing", "sign-in"} or role in roles.split(", ")
        for method in methods(rule):
            if rule.endpoint in {"admin.account.sign_out", "admin.account.sign_in"}:
                continue
            answer = browser.send(method, example(rule))
            answer.close()
            if is_allowed:
                # Nothing stands at the example's address: only a refusal by role is 403 there.
                assert answer.status_code != REFUSED, (method, rule.rule)
                assert (answer.location or "").split("?")[0] != "/admin/sign-in", (method, rule.rule)
            else:
                assert answer.status_code == REFUSED, (method, rule.rule)


def test_a_view_without_a_stated_permission_answers_nobody(
    app: Flask, make: Make, browser_of: Callable[[StaffMember], Browser]
) -> None:
    browser = browser_of(make.staff(*Role))
    endpoint = "admin.desk.index"
    view = app.view_functions[endpoint]

    app.view_functions[endpoint] = lambda: "open by mistake"
    try:
        answer = browser.get("/admin/")
    finally:
        app.view_functions[endpoint] = view

    assert answer.status_code == REFUSED
    assert "open by mistake" not in answer.get_data(as_text=True)


def test_a_view_cannot_state_an_empty_list_by_mistake() -> None:
    with pytest.raises(ValueError, match="at least one"):
        needs()
