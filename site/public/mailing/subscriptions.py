"""Following by mail: ask, confirm from the mailbox, change how often, stop. See
:mod:`minsheng.mailing.subscriptions`."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as BaseResponse
from wtforms import HiddenField, RadioField, StringField, ValidationError

from minsheng import codes
from minsheng.casework import suggestions
from minsheng.database import db
from minsheng.mailing import subscriptions
from minsheng.mailing.mail import InvalidRecipientError, Mail, read_address
from minsheng.mailing.subscriptions import InvalidTokenError, Keys, Purpose, Request, Rhythm, Subscription
from minsheng.mailing.topics import LONGEST_KEY, Topic, TopicKind
from pages.forms import Form, length, required
from pages.language import current_language
from pages.language import lazy_gettext as _l
from pages.limits import limiter
from pages.services import services
from pages.words import word
from public.mailing import mail_texts
from public.mailing.following import Followed, follow, query_key
from search.errors import IndexUnavailableError

blueprint = Blueprint("subscriptions", __name__, url_prefix="/subscriptions")
REQUESTS = "20 per hour; 5 per minute"


class RhythmForm(Form):
    """How often news is sent."""

    rhythm = RadioField(_l("多久发一次"), default=Rhythm.DAILY.value, validators=[required(_l("请选一项"))])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rhythm.choices = [(rhythm.value, word(rhythm)) for rhythm in Rhythm]


class SubscriptionForm(RhythmForm):
    """Where news is to be sent; the last field is a trap for robots."""

    topic = HiddenField()
    key = HiddenField()
    address = StringField(_l("您的邮箱"), validators=[required(_l("请填邮箱地址")), length(most=254)])
    homepage = StringField(_l("个人主页"))

    def validate_address(self, field: StringField) -> None:
        """Refuse what no mail can be sent to."""
        try:
            read_address(field.data or "")
        except InvalidRecipientError as error:
            raise ValidationError(str(_l("请填完整的邮箱地址，例如 name@example.com"))) from error

    def validate_homepage(self, field: StringField) -> None:
        """Refuse what a robot filled in."""
        if field.data:
            raise ValidationError(str(_l("这一栏请留空")))


class PlainForm(Form):
    """A button and nothing to fill in."""


@blueprint.route("/new", methods=["GET", "POST"])
@limiter.limit(REQUESTS, methods=["POST"])
def new() -> str | BaseResponse | tuple[str, int]:
    """Ask to follow a page; the answer is the same whether or not the address follows it already."""
    given = request.args
    topic = given.get("topic", TopicKind.EVERYTHING.value)
    form = SubscriptionForm(topic=topic, key=given.get("key", "")[: LONGEST_KEY * 3])
    found = _found(form.topic.data or "", form.key.data or "")
    if found.is_private:
        abort(404)
    return _taken(form, found, "", url_for(".new"))


@blueprint.route("/case/<code>", methods=["GET", "POST"])
@limiter.limit("30 per hour; 10 per minute")
def own_case(code: str) -> str | BaseResponse | tuple[str, int]:
    """Ask to be told when one's own case has moved; the tracking code is the key to it."""
    normal = codes.normalise(code)
    case = suggestions.by_code(db.session(), normal) if normal else None
    if case is None or normal is None:
        abort(404)
    found = _found(TopicKind.OWN_CASE.value, str(case.id))
    return _taken(SubscriptionForm(), found, normal, url_for(".own_case", code=normal))


def _taken(form: SubscriptionForm, found: Followed, code: str, action: str) -> str | BaseResponse | tuple[str, int]:
    """Show the form, or take it and say that a mail is on its way if one is."""
    if not form.validate_on_submit():
        form.topic.data, form.key.data = found.topic.kind.value, found.topic.key
        page = render_template("public/subscriptions/new.html", form=form, found=found, action=action)
        return (page, 422) if form.is_submitted() else page
    known = services()
    address = read_address(form.address.data or "")
    wanted = Request(address, found.topic, Rhythm(form.rhythm.data), current_language(), code)
    try:
        subscriptions.ask(
            db.session(), Keys(known.secret, known.contacts), wanted, known.clock(), _writer(address, found)
        )
        db.session.commit()
    except IntegrityError:
        # The same request arrived twice at the same moment; the other one is on its way.
        db.session.rollback()
    return redirect(url_for(".sent"))


def _writer(address: str, found: Followed) -> Callable[[Subscription, Purpose], Mail]:
    """Return what writes the mail that answers a request."""

    def write(subscription: Subscription, purpose: Purpose) -> Mail:
        if purpose is Purpose.CONFIRM:
            return mail_texts.confirmation(address, subscription, found)
        return mail_texts.already_followed(address, subscription, found)

    return write


@blueprint.get("/sent")
def sent() -> str:
    """Say that a mail is on its way, and nothing about the address it goes to."""
    return render_template("public/subscriptions/sent.html", days=subscriptions.CONFIRM_WITHIN.days)


@blueprint.route("/confirm/<token>", methods=["GET", "POST"])
@limiter.limit("60 per hour")
def confirm(token: str) -> str | BaseResponse | tuple[str, int]:
    """Show what is to be confirmed, and confirm it at the press of the button: programs that open links press none."""
    found = _by_token(Purpose.CONFIRM, token)
    if found is None:
        return _gone()
    form = PlainForm()
    if form.validate_on_submit():
        try:
            subscriptions.confirm(db.session(), found, services().clock())
        except InvalidTokenError:
            return _gone()
        db.session.commit()
        manage_token = subscriptions.token(services().secret, Purpose.MANAGE, found)
        return redirect(url_for(".manage", token=manage_token, confirmed=1))
    return render_template(
        "public/subscriptions/confirm.html", form=form, followed=follow_or_none(found), subscription=found
    )


@blueprint.route("/<token>", methods=["GET", "POST"])
@limiter.limit("120 per hour")
def manage(token: str) -> str | BaseResponse | tuple[str, int]:
    """Show one subscription and change how often it writes."""
    found = _by_token(Purpose.MANAGE, token)
    if found is None:
        return _gone()
    form = RhythmForm(rhythm=found.rhythm.value)
    if form.validate_on_submit():
        subscriptions.change_rhythm(found, Rhythm(form.rhythm.data), services().clock())
        db.session.commit()
        return redirect(url_for(".manage", token=token, changed=1))
    if form.is_submitted():
        abort(400)
    return render_template(
        "public/subscriptions/manage.html",
        form=form,
        stop_form=PlainForm(formdata=None),
        followed=follow_or_none(found),
        subscription=found,
        token=token,
        is_confirmed="confirmed" in request.args,
        is_changed="changed" in request.args,
    )


@blueprint.post("/<token>/stop")
@limiter.limit("60 per hour")
def stop(token: str) -> str | BaseResponse | tuple[str, int]:
    """Stop at the press of the button on the page."""
    found = _by_token(Purpose.MANAGE, token)
    if found is not None and PlainForm().validate_on_submit():
        subscriptions.stop(db.session(), found)
        db.session.commit()
    return redirect(url_for(".stopped"))


@blueprint.route("/<token>/one-click", methods=["GET", "POST"])
@limiter.limit("120 per hour", methods=["POST"])
def one_click(token: str) -> BaseResponse | tuple[str, int]:
    """Stop for a mail program (RFC 8058), which sends no form of ours; opening the address only shows the page.

    The token is the proof; an answer says nothing about whether there was such a subscription.
    """
    if request.method != "POST":
        return redirect(url_for(".manage", token=token))
    if request.form.get("List-Unsubscribe") != "One-Click":
        abort(400)
    found = _by_token(Purpose.MANAGE, token)
    if found is not None:
        subscriptions.stop(db.session(), found)
        db.session.commit()
    return "", 200


@blueprint.get("/stopped")
def stopped() -> str:
    """Say that no more mail comes and the address is erased."""
    return render_template("public/subscriptions/stopped.html")


def follow_or_none(subscription: Subscription) -> Followed | None:
    """Return what a subscription follows; None where it is gone or cannot be found just now."""
    try:
        return follow(subscription.topic)
    except IndexUnavailableError:
        return None


def _by_token(purpose: Purpose, token: str) -> Subscription | None:
    try:
        return subscriptions.by_token(db.session(), services().secret, purpose, token)
    except InvalidTokenError:
        return None


def _gone() -> tuple[str, int]:
    return render_template("public/subscriptions/gone.html"), 404


def _found(kind: str, key: str) -> Followed:
    """Return what is to be followed, or answer 404; a query is brought into its standard form."""
    if kind not in set(TopicKind):
        abort(404)
    if kind in {TopicKind.LIST, TopicKind.SEARCH}:
        key = query_key(parse_qsl(key))
    try:
        found = follow(Topic(TopicKind(kind), key[:LONGEST_KEY]))
    except IndexUnavailableError:
        abort(503)
    if found is None:
        abort(404)
    return found
