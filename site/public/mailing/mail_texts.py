"""The words of the mail this site sends to subscribers: plain text, and the same as simple HTML."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app

from minsheng.mailing.mail import Mail
from minsheng.mailing.subscriptions import CONFIRM_WITHIN, Purpose, Rhythm, Subscription, token
from pages.addresses import for_mail
from pages.language import gettext as _
from pages.language import html_lang, ngettext
from pages.services import services
from pages.words import word
from public.mailing.following import Followed
from public.mailing.news import NewsItem

LONGEST_SUBJECT = 60


@dataclass(frozen=True)
class Entry:
    """One piece of news: headline, sentences, and where it is told in full."""

    title: str
    lines: Sequence[str]
    url: str


@dataclass(frozen=True)
class Letter:
    """What a mail says, from top to bottom; ``action`` is (words, address) of the one thing to do."""

    greeting: str
    paragraphs: Sequence[str]
    entries: Sequence[Entry] = ()
    action: tuple[str, str] | None = None
    closing: Sequence[str] = ()
    links: Sequence[tuple[str, str]] = ()


def confirmation(address: str, subscription: Subscription, found: Followed) -> Mail:
    """Return the mail that asks the owner of an address whether they want to follow a topic."""
    link = for_mail("public.subscriptions.confirm", token=_token(Purpose.CONFIRM, subscription), lang=html_lang())
    letter = Letter(
        greeting=_("请确认订阅"),
        paragraphs=[
            _(
                "有人用这个邮箱订阅“%(name)s”的新消息（%(rhythm)s）。",
                name=found.name,
                rhythm=word(subscription.rhythm),
            ),
            _("如果是您，请打开下面的网址并按“确认订阅”。"),
        ],
        action=(_("打开确认页"), link),
        closing=[
            ngettext(
                "%(num)s 天内有效。如果不是您，不用理会：不确认就不会再有邮件，邮箱地址到期删除。",
                "%(num)s 天内有效。如果不是您，不用理会：不确认就不会再有邮件，邮箱地址到期删除。",
                CONFIRM_WITHIN.days,
            )
        ],
    )
    return written(address, _("请确认订阅：%(name)s", name=_short(found.name)), letter)


def already_followed(address: str, subscription: Subscription, found: Followed) -> Mail:
    """Return the mail that tells the owner of an address that the topic is followed already."""
    letter = Letter(
        greeting=_("您已经订阅过了"),
        paragraphs=[
            _("刚才又有人用这个邮箱订阅“%(name)s”。您早已订阅，什么也没有变。", name=found.name),
            _("想改成每天或每周一封，或者退订，请打开下面的网址。"),
        ],
        action=(_("管理订阅"), _manage(subscription)),
    )
    subject = _("您已经订阅：%(name)s", name=_short(found.name))
    return written(address, subject, letter, unsubscribe=_one_click(subscription))


def digest(
    address: str, subscription: Subscription, found: Followed, items: Sequence[NewsItem], more: int, code: str
) -> Mail:
    """Return the mail with what is new; ``more`` counts what did not fit, ``code`` leads to the own case."""
    language = html_lang()
    page = for_mail(found.endpoint, **found.values, lang=language)
    if found.is_private:
        page = for_mail("public.suggestions.followed", code=code, lang=language)
    entries = [
        Entry(
            item.act if found.is_private else item.headline,
            item.lines[:1] if found.is_private else item.lines,
            page if found.is_private else for_mail(item.endpoint, **item.values, lang=language),
        )
        for item in items
    ]
    count = len(items) + more
    paragraphs = [
        ngettext("“%(name)s”有 %(num)s 条新消息。", "“%(name)s”有 %(num)s 条新消息。", count, name=found.name)
    ]
    if more:
        paragraphs.append(_("这里是最新的 %(count)s 条，其余的请到网页上看。", count=len(items)))
    letter = Letter(
        greeting=found.name,
        paragraphs=paragraphs,
        entries=entries,
        action=(_("到网页上看"), page),
        closing=[_("您订阅了“%(name)s”，%(rhythm)s。", name=found.name, rhythm=word(subscription.rhythm))],
        links=[(_("管理订阅或退订"), _manage(subscription))],
    )
    if subscription.rhythm is Rhythm.AT_ONCE and count == 1:
        subject = _("%(name)s：%(act)s", name=_short(found.name), act=items[0].act)
    else:
        subject = ngettext("%(name)s：%(num)s 条新消息", "%(name)s：%(num)s 条新消息", count, name=_short(found.name))
    return written(address, subject, letter, unsubscribe=_one_click(subscription))


def written(address: str, subject: str, letter: Letter, unsubscribe: str = "") -> Mail:
    """Return a letter as a mail, in both of its forms."""
    # Templates of mail stand outside any request: what the faces add to every page is not for them.
    environment = current_app.jinja_env
    text, html = (
        environment.get_template(f"public/mail/letter.{kind}").render(letter=letter, subject=subject)
        for kind in ("txt", "html")
    )
    return Mail(address, subject, text, html, unsubscribe)


def _manage(subscription: Subscription) -> str:
    return for_mail("public.subscriptions.manage", token=_token(Purpose.MANAGE, subscription), lang=html_lang())


def _one_click(subscription: Subscription) -> str:
    return for_mail("public.subscriptions.one_click", token=_token(Purpose.MANAGE, subscription))


def _token(purpose: Purpose, subscription: Subscription) -> str:
    return token(services().secret, purpose, subscription)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_SUBJECT else f"{name[:LONGEST_SUBJECT]}…"
