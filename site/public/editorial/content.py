"""Policies and news as residents read them."""

from collections.abc import Sequence

import sqlalchemy as sa
from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import contains_eager

from minsheng.database import db
from minsheng.editorial import changelog, markdown
from minsheng.editorial.content_pages import ContentKind, ContentPage, ContentVersion
from minsheng.records.publication import Publication
from pages.language import current_language, plain_text_of, to_traditional

blueprint = Blueprint("content", __name__, url_prefix="/pages")
GONE = 410
MOST_CHANGES = 50
NEWS_SHOWN = 3


@blueprint.get("/")
def index() -> str:
    """List policies and news, the newest first."""
    return render_template(
        "public/content/index.html",
        groups=[(kind, public_texts(kind)) for kind in (ContentKind.NEWS, ContentKind.POLICY)],
    )


@blueprint.get("/<slug>")
def show(slug: str) -> ResponseReturnValue:
    """Show one page with its changes; of a withdrawn one, its title and the reason."""
    page = db.session.scalar(
        sa.select(ContentPage).where(ContentPage.slug == slug, ContentPage.publication != Publication.DRAFT)
    )
    version = page.public if page else None
    if page is None or version is None:
        abort(404)
    is_public = page.publication is Publication.PUBLISHED
    answer = render_template(
        "public/content/show.html",
        page=page,
        version=version,
        html=body_html(version) if is_public else None,
        beginning=markdown.beginning(plain_text_of(version, "body")) if is_public else "",
        changes=changelog.newest(db.session(), changelog.public_entries(subjects=[page.subject]), 0, MOST_CHANGES),
    )
    return answer if is_public else (answer, GONE)


def public_texts(kind: ContentKind, most: int | None = None) -> Sequence[ContentVersion]:
    """Return the texts that residents read, the page published last first."""
    query = (
        sa.select(ContentVersion)
        .join(ContentVersion.page)
        .where(
            ContentPage.publication == Publication.PUBLISHED,
            ContentPage.kind == kind,
            ContentVersion.number == ContentPage.public_number,
        )
        .order_by(ContentPage.published_at.desc(), ContentPage.id.desc())
        .options(contains_eager(ContentVersion.page))
    )
    return db.session.scalars(query.limit(most) if most else query).all()


def latest_news() -> Sequence[ContentVersion]:
    """Return the news that the first page shows."""
    return public_texts(ContentKind.NEWS, NEWS_SHOWN)


def body_html(version: ContentVersion) -> Markup:
    """Return a text for the reader: the translation where there is one, else the original, converted if need be."""
    language = current_language()
    translated = version.in_language("body", language)
    convert = to_traditional if language == "zh_Hant" and not translated else str
    return Markup(markdown.to_html(translated or version.body, convert))  # noqa: S704 - made safe by minsheng.editorial.markdown
