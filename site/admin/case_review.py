"""What the page of a case shows besides its steps: listed words, templates, sheets, and the way the case came."""

from flask import request

from admin.case_sheets import sheets_of
from minsheng import case_entry, reply_templates, word_lists
from minsheng.database import db
from minsheng.reply_templates import ReplyTemplate, TemplateUse
from minsheng.staff import StaffMember
from minsheng.suggestions import Suggestion

MOST_SHOWN = 20


def extras(case: Suggestion, member: StaffMember) -> dict[str, object]:
    """Return what the template of a case reads of this."""
    known = reply_templates.templates(db.session())
    return {
        "hits": hits(case),
        "reply_templates": reply_templates.for_reply(known, case),
        "refusal_templates": reply_templates.for_refusal(known),
        "sheets": sheets_of(case),
        "may_print_receipt": case_entry.may_print_receipt(member, case),
    }


def hits(case: Suggestion) -> list[tuple[str, word_lists.WordList]]:
    """Return the listed words in a letter, as they stand there, each once; they mark it and decide nothing."""
    found = word_lists.find(word_lists.words_of(db.session()), case.words)
    return list(dict.fromkeys((case.words[hit.start : hit.end], hit.word_list) for hit in found))[:MOST_SHOWN]


def chosen_template(use: TemplateUse) -> dict[str, str]:
    """Return the text of the template that the address names, for the field that it begins; empty for none."""
    number = request.args.get("template", type=int) if request.method == "GET" else None
    template = db.session.get(ReplyTemplate, number) if number is not None else None
    if template is None or template.use is not use:
        return {}
    return {"text" if use is TemplateUse.REPLY else "refusal_words": template.text}
