"""The sheets of one case for the file and the wall: received, handed over, reminded, answered, judged."""

import enum

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from admin.access import current_staff, needs
from minsheng.accounts.staff import Permission
from minsheng.casework import case_additions, privacy
from minsheng.casework.suggestions import Suggestion
from minsheng.database import db
from minsheng.desk import duties
from minsheng.errors import NotAllowedError
from pages.language import lazy_gettext as _l
from pages.services import services

blueprint = Blueprint("case_sheets", __name__, url_prefix="/suggestions")
ANY = (Permission.REVIEW_SUGGESTION, Permission.HANDLE_SUGGESTION, Permission.SUPERVISE_SUGGESTION)


class Sheet(enum.StrEnum):
    """The four sheets of a case (四单), and the letter that answers a sender on paper."""

    PROBLEM = "problem"
    HAND_OVER = "hand-over"
    REMINDER = "reminder"
    REPLY = "reply"
    EVALUATION = "evaluation"


TITLES = {
    Sheet.PROBLEM: _l("问题登记单"),
    Sheet.HAND_OVER: _l("交办单"),
    Sheet.REMINDER: _l("催办单"),
    Sheet.REPLY: _l("答复单"),
    Sheet.EVALUATION: _l("评价办结单"),
}


def masked(text: str) -> str:
    """Return a sender's words with the numbers in them hidden."""
    return privacy.mask(text).text


blueprint.add_app_template_filter(masked, "masked_words")


def sheets_of(case: Suggestion) -> list[tuple[str, str]]:
    """Return the sheets that can be printed of a case as it stands: name in the address, title."""
    return [(sheet.value, str(title)) for sheet, title in TITLES.items() if _is_due(case, sheet)]


def _is_due(case: Suggestion, sheet: Sheet) -> bool:
    """Whether what a sheet tells has happened."""
    return {
        Sheet.PROBLEM: True,
        Sheet.HAND_OVER: case.agency is not None,
        Sheet.REMINDER: case.agency is not None and case.due is not None,
        Sheet.REPLY: bool(case.reply or case.refusal_words),
        Sheet.EVALUATION: case.rating is not None or case.closed_at is not None,
    }[sheet]


@blueprint.get("/<int:case_id>/sheets/<name>")
@needs(*ANY)
def show(case_id: int, name: str) -> ResponseReturnValue:
    """Show one sheet to print; without contacts, and with numbers masked: paper gets around."""
    case = db.session.get(Suggestion, case_id)
    if case is None or name not in set(Sheet) or not _is_due(case, Sheet(name)):
        abort(404)
    member = current_staff()
    if not (duties.may_review(member, case) or duties.may_handle(member, case)):
        raise NotAllowedError
    return render_template(
        "admin/case_sheets/show.html",
        case=case,
        sheet=Sheet(name),
        title=TITLES[Sheet(name)],
        today=services().today(),
        words=masked(case_additions.own_words(case)),
        place=masked(case.place_words),
        notes=[event for event in case.events if event.kind.value in {"handed_over", "transferred"}],
    )
