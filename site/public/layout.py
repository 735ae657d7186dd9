"""What the shared layout shows around every page of residents: navigation, search box, footer links."""

from typing import Any

from flask import current_app, has_request_context, request, url_for

from minsheng.editorial.content_pages import ContentKind
from pages.language import gettext as _
from pages.language import ngettext, plain_text_of
from public.casework import prepared
from public.editorial import content


def names() -> dict[str, Any]:
    """Return the names ``pages/layout.html`` asks a face for; nothing on pages with another frame.

    Those are the staff's, and light ones.
    """
    if not has_request_context() or request.path.startswith("/admin") or prepared.is_light():
        return {}
    here = request.blueprints[0] if request.blueprints else ""
    navigation = [
        {"label": label, "url": url_for(endpoint), "current": here == endpoint.rpartition(".")[0]}
        for endpoint, label in (
            ("public.projects.index", _("项目")),
            ("public.programmes.index", _("民生工程")),
            ("public.places.index", ngettext("地方", "地方", 2)),
            ("public.agencies.index", ngettext("责任单位", "责任单位", 2)),
            ("public.suggestions.index", _("建议与答复")),
            ("public.surveys.index", _("问卷")),
        )
        if is_there(endpoint)
    ]
    footer = [
        {"label": label, "url": url_for(endpoint)}
        for endpoint, label in (
            ("public.laggards.index", _("落后和缺月报")),
            ("public.inspections.index", _("建成项目检查")),
            ("public.assessments.index", _("年度考核")),
            ("public.schemes.index", _("考核办法")),
            ("public.about.figures", _("数字怎么算")),
            ("public.about.archive", _("关于“据公开通报整理”")),
            ("public.calls.index", _("征集建议")),
            ("public.case_statistics.index", _("来件办得怎么样")),
            ("public.changes.index", _("公开变更记录")),
            ("public.opendata.index", _("开放数据")),
            ("public.content.index", _("政策和新闻")),
            ("public.about.privacy", _("个人信息保护")),
            ("public.about.accessibility", _("无障碍")),
            ("admin.desk.index", _("工作人员入口")),
        )
        if is_there(endpoint)
    ]
    footer[-1:-1] = [
        {"label": plain_text_of(text, "title"), "url": url_for("public.content.show", slug=text.page.slug)}
        for text in content.public_texts(ContentKind.POLICY)
    ]
    return {
        "home_url": url_for("public.home.index"),
        "navigation": navigation,
        "footer_links": footer,
        "search_url": url_for("public.search.index") if is_there("public.search.index") else None,
    }


def is_there(endpoint: str) -> bool:
    """Whether the application has a page of this name, so that templates never link into the void."""
    return endpoint in current_app.view_functions
