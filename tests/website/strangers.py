"""Staff of another county, in every role, at every address that names a record of the sample county."""

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import AnyConverter, Rule

from admin.access import FRESH_AT, OPEN_ENDPOINTS, SEEN, TOKEN
from minsheng.accounts import signing_in
from minsheng.accounts.staff import Role, RoleGrant, StaffMember
from minsheng.database import Base
from minsheng.records.places import Agency, Division

SIGN_IN = "a sign-in for tests only"
OF_ONESELF = frozenset({"admin.passkeys.remove", "admin.account.revoke"})
"""Addresses whose numbers count one's own keys and sign-ins."""
OF_ALL = frozenset(
    {
        "admin.case_words.edit_template",
        "admin.case_words.remove_template",
        "admin.case_words.remove_word",
        "admin.schemes.remove",
        "admin.search.remove",
    }
)
"""Word lists, templates, synonyms and schemes are the site's and belong to no place."""
NUMBERED: Mapping[str, tuple[str, ...]] = {
    "alarm_id": ("board_alarm",),
    "case_id": ("suggestion",),
    "check_id": ("inspection_check",),
    "difference_id": ("paper_difference",),
    "document_id": ("document",),
    "exclusion_id": ("exclusion",),
    "frame_id": ("sample_frame",),
    "group_id": ("idea_group",),
    "idea_id": ("call_idea",),
    "indicator_id": ("indicator",),
    "issue_id": ("bulletin_issue",),
    "look_back_id": ("look_back",),
    "member_id": ("staff_member",),
    "monitor_id": ("monitor",),
    "page_id": ("content_page",),
    "photo_id": ("photo", "case_photo"),
    "plan_id": ("inspection_plan",),
    "problem_id": ("problem",),
    "proposal_id": ("proposal",),
    "report_id": ("progress_report", "monitor_report"),
    "sheet_id": ("target_breakdown",),
    "summons_id": ("summons_list",),
}
"""Tables that a number in an address counts in."""
NAMED: Mapping[str, str] = {
    "assessments": "assessment",
    "bulletins": "programme",
    "calendar": "programme",
    "calls": "call",
    "questionnaires": "questionnaire",
    "summonses": "programme",
    "surveys": "wave",
    "targets": "programme",
}
"""Tables that a name in an address is looked up in, by the part of the desk; elsewhere the projects'."""


class Answer(NamedTuple):
    """What came back: the address with its parts, the method, and the status."""

    rule: str
    method: str
    status: int


def sign_in(session: Session, at: dt.datetime) -> None:
    """Add an agency of another county with somebody who has every role there, and is signed in."""
    county = session.scalars(sa.select(Division).where(Division.code == "990121")).one()
    division = Division.under(county.parent, "990199", "邻县", county.level)
    agency = Agency(name="邻县住建局", slug="neighbours", division=division)
    member = StaffMember(username="stranger", display_name="邻", post="邻县", password_hash="x", created_at=at)
    member.grants = [RoleGrant(role=role, division=division, agency=agency) for role in Role]
    session.add_all([division, agency, member])
    session.flush()
    signing_in.start(session, member, SIGN_IN, at)
    session.commit()


def answers(app: Flask, session: Session) -> Iterator[Answer]:
    """Open every address of the staff's face that names a record, and send something there."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        is_ours = rule.endpoint.startswith("admin.") and rule.endpoint not in OPEN_ENDPOINTS | OF_ONESELF | OF_ALL
        if not (is_ours and rule.arguments):
            continue
        for path in _paths(app, session, rule):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                with _browser(app).open(path, method=method, data={"x": "1"} if method == "POST" else None) as answer:
                    yield Answer(rule.rule, method, answer.status_code)


def _browser(app: Flask) -> FlaskClient:
    browser = app.test_client()
    now = dt.datetime.now(dt.UTC).timestamp()
    with browser.session_transaction() as cookie:
        cookie.update({TOKEN: SIGN_IN, SEEN: now, FRESH_AT: now})
    return browser


def _paths(app: Flask, session: Session, rule: Rule) -> list[str]:
    """Return the addresses of a rule with records that are there: the first and the last of each table."""
    part = rule.rule.split("/")[2]
    choices = [[(name, value) for value in _values(session, rule, name, part)] for name in sorted(rule.arguments)]
    with app.test_request_context():
        built = [rule.build(dict(chosen), append_unknown=False) for chosen in itertools.product(*choices)]
    return [found[1] for found in built if found is not None]


def _values(session: Session, rule: Rule, name: str, part: str) -> list[Any]:
    converter = rule._converters[name]
    if isinstance(converter, AnyConverter):
        return [min(converter.items)]
    if name in NUMBERED:
        # The last member of staff is the stranger.
        return [
            key for table in NUMBERED[name] for key in _ends(session, table, "id")[: 1 if name == "member_id" else 2]
        ]
    if name == "slug" or name.endswith("_slug"):
        return _ends(session, NAMED.get(part, "project") if name == "slug" else "project", "slug")
    others: dict[str, list[Any]] = {"width": [480], "month": ["2026-09"], "period": ["2026-09"]}
    return others.get(name, [1])


def _ends(session: Session, table: str, column: str) -> list[Any]:
    """Return the first and the last value of a table's column, or what nothing has where it is empty."""
    found = Base.metadata.tables[table].c[column]
    ends = session.execute(sa.select(sa.func.min(found), sa.func.max(found))).one()
    session.rollback()
    return sorted({end for end in ends if end is not None}) or [99_999]
