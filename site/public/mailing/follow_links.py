"""What stands under a page and in its head about following it: the feed, the mail, and what they are about."""

from types import MappingProxyType
from typing import NamedTuple

from flask import has_request_context, request, url_for

from minsheng.mailing.topics import Topic, TopicKind
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from public.mailing.feeds import feed_url
from public.mailing.following import topic_of_page

SENTENCES = MappingProxyType(
    {
        TopicKind.EVERYTHING: _l("有新的公示、更正和答复，自动告诉您。"),
        TopicKind.PROJECT: _l("这个项目有新月报、变动或答复，自动告诉您。"),
        TopicKind.PROGRAMME: _l("这份清单里的项目有新消息，自动告诉您。"),
        TopicKind.PLACE: _l("这个地方的项目和来件有新消息，自动告诉您。"),
        TopicKind.AGENCY: _l("这个单位的项目和来件有新消息，自动告诉您。"),
        TopicKind.LIST: _l("符合这些条件的项目有新消息，自动告诉您。"),
        TopicKind.SEARCH: _l("搜到的内容有新消息，自动告诉您。"),
        TopicKind.CASE: _l("这件来件有新进展，自动告诉您。"),
    }
)
SILENT = frozenset(
    f"public.suggestions.{page}"
    for page in (
        "new",
        "follow",
        "followed",
        "followed_receipt",
        "rate_by_mail",
        "dispute_by_mail",
        "judged",
        "support",
    )
)
"""Pages for one thing to do, under which nothing else is offered."""


class FollowLinks(NamedTuple):
    """Title and path of the feed, path of the form for mail, and a sentence that says what is told."""

    title: str
    feed: str
    mail: str
    sentence: str


def follow_links() -> FollowLinks | None:
    """Return how the present page can be followed; None where there is nothing to follow."""
    if not has_request_context() or request.endpoint in SILENT or (request.endpoint or "").startswith("public.surveys"):
        return None
    topic: Topic | None = topic_of_page()
    if topic is None:
        return None
    sentence = str(SENTENCES[topic.kind])
    mail = url_for("public.subscriptions.new", topic=topic.kind.value, key=topic.key or None)
    return FollowLinks(_("订阅：%(what)s", what=sentence), feed_url(topic), mail, sentence)
