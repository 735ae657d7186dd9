"""Supporting a published case (附议), and taking it back: one a browser, by a form of its own.

The pages of cases are kept in memory for everybody and hold no form; the button there leads here.
"""

import secrets

from flask import abort, flash, redirect, render_template, request, url_for
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.wrappers import Response as BaseResponse

from minsheng.casework import supports
from minsheng.casework.suggestions import Suggestion
from minsheng.database import db
from pages.language import gettext as _
from pages.limits import limiter
from pages.services import services
from public.casework.suggestion_following import is_invented
from public.casework.suggestion_forms import SupportForm

COOKIE = "supporter"
A_YEAR = 365 * 24 * 3600
PATH = "/suggestions/"


@limiter.limit("40 per hour; 10 per minute", methods=["POST"])
def support(case_id: int) -> str | BaseResponse:
    """Show what is to be supported and by how many it is, or count this browser's support."""
    case, browser = _case(case_id), _browser()
    if request.method == "POST" and SupportForm().validate_on_submit() and browser is not None:
        hashed = supports.browser_hash(services().secret, case, browser)
        is_new = supports.give(db.session(), case, hashed, services().today())
        db.session.commit()
        flash(_("已计入您的附议。") if is_new else _("您已经附议过了，只计一次。"), "good")
        return redirect(url_for(".support", case_id=case_id))
    return _page(case, browser)


@limiter.limit("40 per hour; 10 per minute")
def take_back_support(case_id: int) -> str | BaseResponse:
    """Count this browser's support no more."""
    case, browser = _case(case_id), _browser()
    if SupportForm().validate_on_submit() and browser is not None:
        supports.take_back(db.session(), case, supports.browser_hash(services().secret, case, browser))
        db.session.commit()
        flash(_("已撤回您的附议。"), "good")
    return redirect(url_for(".support", case_id=case_id))


def _page(case: Suggestion, browser: str | None) -> BaseResponse:
    """Render the form; a browser without a number gets one, and supports with its next step at the earliest."""
    number = browser or secrets.token_hex(16)
    hashed = supports.browser_hash(services().secret, case, number)
    page = render_template(
        "public/suggestions/support.html",
        case=case,
        form=SupportForm(formdata=None),
        count=supports.counts(db.session(), [case.id]).get(case.id, 0),
        has_given=browser is not None and supports.has_given(db.session(), case, hashed),
        may_support=supports.may_be_supported(case),
        is_refused_cookie=request.method == "POST",
        shows_invented=is_invented(case),
    )
    response = BaseResponse(page, mimetype="text/html")
    if browser is None:
        response.set_cookie(
            COOKIE,
            str(_signer().dumps(number)),
            max_age=A_YEAR,
            path=PATH,
            secure=request.is_secure,
            httponly=True,
            samesite="Lax",
        )
    return response


def _browser() -> str | None:
    """Return the number in this browser's signed cookie, or None without one that is ours."""
    try:
        number = _signer().loads(request.cookies.get(COOKIE, ""))
    except BadData:
        return None
    return number if isinstance(number, str) else None


def _case(case_id: int) -> Suggestion:
    case = db.session.scalar(Suggestion.visible_to_residents().where(Suggestion.id == case_id))
    if case is None:
        abort(404)
    return case


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(services().secret, salt=COOKIE)
