"""Pages that answer a search better than any record: what people come to do, told by the words they use for it."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from flask import url_for

from pages.language import lazy_gettext as _l
from public.layout import is_there
from search import analysis

MOST = 3
"""How many are offered beside results."""


class Door(NamedTuple):
    """A page, what it is for, and the folded words that ask for it."""

    endpoint: str
    label: str
    words: tuple[str, ...]

    @property
    def url(self) -> str:
        """The page's address."""
        return url_for(self.endpoint)


DOORS = (
    Door(
        "public.suggestions.new",
        _l("提建议、投诉、咨询"),
        ("投诉", "举报", "建议", "意见", "反映", "咨询", "诉求", "热线", "12345", "complain", "suggest"),
    ),
    Door(
        "public.suggestions.follow",
        _l("凭查询码看进度"),
        ("查询码", "查进度", "查询进度", "进度查询", "回执", "我的来件", "有没有回复", "track"),
    ),
    Door(
        "public.surveys.index",
        _l("问卷和调查结果"),
        ("问卷", "调查", "满意度", "知晓度", "满意率", "打分", "survey", "satisf"),
    ),
    Door("public.calls.index", _l("征集建议"), ("征集", "明年办", "明年的")),
    Door(
        "public.laggards.index",
        _l("落后和缺月报的项目"),
        ("落后", "滞后", "逾期", "超期", "烂尾", "停工", "拖延", "没动静", "缺报", "late", "overdue"),
    ),
    Door(
        "public.agencies.index",
        _l("责任单位和窗口电话"),
        ("电话", "联系", "谁负责", "谁管", "找谁", "哪个部门", "归谁", "窗口", "地址", "phone", "contact"),
    ),
    Door(
        "public.programmes.index",
        _l("历年民生工程"),
        ("民生实事", "民生工程", "十件实事", "清单", "月通报", "通报", "季报", "点评", "代表", "委员", "bulletin"),
    ),
    Door("public.map.index", _l("项目地图"), ("地图", "附近", "周边", "map", "nearby")),
    Door("public.opendata.index", _l("下载数据"), ("下载", "开放数据", "接口", "excel", "csv", "json", "api")),
    Door("public.changes.index", _l("公开变更记录"), ("变更", "更正", "撤回", "改过", "篡改")),
    Door("public.about.figures", _l("数字怎么算"), ("怎么算", "口径", "序时", "算法")),
    Door("public.about.privacy", _l("个人信息保护"), ("隐私", "个人信息", "泄露", "privacy")),
)


def doors(text: str) -> Sequence[Door]:
    """Return the pages that a search asks for; all of them for a search of nothing."""
    folded = analysis.fold(text)
    open_doors = [door for door in DOORS if is_there(door.endpoint)]
    if not folded:
        return open_doors
    return [door for door in open_doors if any(_stands_in(word, folded) for word in door.words)][:MOST]


def _stands_in(word: str, folded: str) -> bool:
    """Whether a word is in a text: a Latin one only where a word begins ("late", not "plate")."""
    return bool(re.search(rf"(?<![a-z]){word}", folded)) if word.isascii() else word in folded
