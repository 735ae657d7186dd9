"""What the page of a case shows besides its steps: listed words, templates, sheets, and the way the case came."""

from flask import request, url_for

from admin.casework.case_sheets import sheets_of
from minsheng.accounts.staff import StaffMember
from minsheng.casework import case_additions, case_adoptions, case_entry, case_links, reply_templates, word_lists
from minsheng.casework.reply_templates import ReplyTemplate, TemplateUse
from minsheng.casework.suggestions import Suggestion
from minsheng.database import db
from minsheng.desk import duties
from minsheng.oversight import problem_acts, problem_lists
from pages.language import gettext as _
from pages.services import services

MOST_SHOWN = 20


def extras(case: Suggestion, member: StaffMember) -> dict[str, object]:
    """Return what the template of a case reads of this."""
    known, clock = reply_templates.templates(db.session()), services().case_clock
    return {
        "hits": hits(case),
        "extended_to": clock.calendar.add(case.reply_due, clock.extension_days),
        "added": case_additions.additions(case),
        "reply_templates": reply_templates.for_reply(known, case),
        "refusal_templates": reply_templates.for_refusal(known),
        "sheets": sheets_of(case),
        "ties": ties_of(case, member),
        "may_see_problem": case.problem is not None
        and any(problem_acts.may(member, permission, case.problem) for permission in problem_lists.PERMISSIONS),
        "may_print_receipt": case_entry.may_print_receipt(member, case),
    }


def ties_of(case: Suggestion, member: StaffMember) -> list[tuple[str, str]]:
    """Return the ties that ``member`` may make from a case as it stands: what the link says, and where it leads."""
    if not duties.may_review(member, case) or case.main_case is not None:
        return []
    tied = (
        (_("合并到先来的同一件"), "merge", case_links.OPEN_BEFORE_REPLY),
        (_("拆成两件"), "split", case_links.OPEN_BEFORE_REPLY),
        (_("关联到项目"), "link", case_links.NOT_ENDED),
        (_("列入问题清单"), "problem", case_links.ACCEPTED if case.problem is None else ()),
        (
            _("修改登记的问题"),
            "problem",
            case_links.ACCEPTED if case_links.may_rewrite_problem(case, member) else (),
        ),
        (_("采纳进年度清单"), "adopt", case_adoptions.ADOPTABLE),
    )
    return [
        (label, url_for(f"admin.case_ties.{name}", case_id=case.id))
        for label, name, states in tied
        if case.state in states
    ]


def hits(case: Suggestion) -> list[tuple[str, word_lists.WordList]]:
    """Return the listed words in a letter, as they stand there, each once; they mark it and decide nothing."""
    words = case_additions.own_words(case)
    found = word_lists.find(word_lists.words_of(db.session()), words)
    return list(dict.fromkeys((words[hit.start : hit.end], hit.word_list) for hit in found))[:MOST_SHOWN]


def chosen_template(use: TemplateUse) -> dict[str, str]:
    """Return the text of the template that the address names, for the field that it begins; empty for none."""
    number = request.args.get("template", type=int) if request.method == "GET" else None
    template = db.session.get(ReplyTemplate, number) if number is not None else None
    if template is None or template.use is not use:
        return {}
    return {"text" if use is TemplateUse.REPLY else "refusal_words": template.text}
