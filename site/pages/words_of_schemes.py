"""What the schemes that come with the software are called, in every language; those added by staff stay as written."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import cast

from markupsafe import Markup, escape

from pages.language import LazyText, plain_record_text, record_text
from pages.language import lazy_gettext as _l

_TEXTS = (
    _l("安徽省2010年民生工程考核"),
    _l("满意度"),
    _l("知晓度"),
    _l("公路村村通"),
    _l("饮水安全工程"),
    _l("农村卫生服务体系建设"),
    _l("廉租房"),
    _l("校舍安全工程"),
    _l("其他民生工程"),
    _l("资金保障"),
    _l("满意度、知晓度与建议办理"),
    _l("群众建议办理"),
    _l("五项合成：40、20、20、10、10"),
    _l("总体满意度"),
    _l("进度评价"),
    _l("质量评价"),
    _l("受益评价"),
    _l("五档等距计分：100、75、50、25、0"),
    _l("三档计分：100、75、55"),
    _l("五档计分：100、80、60、30、0"),
    _l("满意率：前三档"),
    _l("满意率"),
    _l("满意率：前两档"),
    _l(
        "33项民生工程与资金保障共3500分：5项各120分，其余28项各100分，资金保障100分。社情民意单独列出、单独排名并向社会公布。"
        "分值据2010年全省民生工程工作推进会讲话，考核办法原文（皖政办秘〔2010〕72号）未见；社情民意的计分方法原文未载，"
        "此处用五档计分与知晓度各半。"
    ),
    _l(
        "满意度占50%，知晓度占20%，群众建议办理占30%（已答复、按期答复、评价满意三个比率的平均）。满意度按100、80、60、30、0计分，"
        "不清楚者不计分；知晓度为知道或听说过的人所占的比例，不清楚者仍计入总人数。网络和扫码答卷只在旁边列出，不计入得分。"
    ),
    _l(
        "五项得分按40%、20%、20%、10%、10%合成，权重与一份公开的考核办法相同；五项的名称为本平台所定：总体满意度、进度评价、质量评价、受益评价、知晓度。"
    ),
    _l("五档答案等距计分；不清楚者不计分。得分为加权平均。"),
    _l(
        "满意100分，基本满意75分，不满意55分，不清楚者不计分。五档问卷的前两档并为满意，一般并为基本满意，后两档并为不满意。"
    ),
    _l("很满意100分，满意80分，一般60分，不满意30分，很不满意0分；不清楚者不计分。得分为加权平均。"),
    _l("答很满意、满意或一般的人所占的比例；不清楚者计入总人数。"),
    _l("答很满意或满意的人所占的比例；不清楚者计入总人数。"),
)
SHIPPED: Mapping[str, str] = MappingProxyType({cast("LazyText", one).original: one for one in _TEXTS})
"""Every title and description of the shipped files, as they stand there → the same in the reader's language."""


def plain_scheme_text(text: object) -> str:
    """Return a text of a scheme in the reader's language where it is a shipped one's, else as a record's text."""
    known = SHIPPED.get(str(text))
    return plain_record_text(text) if known is None else str(known)


def scheme_text(text: object) -> Markup:
    """Return the same escaped for a page, marked as Chinese where it stayed so for readers of English."""
    words = plain_scheme_text(text)
    return record_text(text) if words == str(text) else escape(words)
