"""What went wrong, in words: a title and what to do about it."""

from minsheng.errors import DomainError
from pages.language import gettext as _


def http_message(code: int) -> tuple[str, str]:
    """Return title and advice for an HTTP status; 440 stands for a form that has expired."""
    messages = {
        400: (_("没有看懂这个请求"), _("请返回上一页，检查填写的内容后再试一次。")),
        401: (_("请先登录"), _("这一页只对工作人员开放，请登录后再试。")),
        403: (_("您没有权限打开这一页"), _("如果您认为应当有权限，请联系本单位管理员。")),
        404: (_("没有找到这一页"), _("地址可能写错了，或者内容已经撤下。可以搜索，或者从首页重新找。")),
        405: (_("不能这样打开这一页"), _("请从首页重新进入。")),
        409: (_("现在不能这样做"), _("内容可能刚刚被别人改动，请刷新后再看。")),
        413: (_("上传的内容太大"), _("请减少图片数量，或换小一些的图片后再试。")),
        429: (_("请求太频繁"), _("请稍等一会儿再试。您填写的内容请先复制保存。")),
        440: (_("这张表单已经过期"), _("请返回上一页，刷新后再提交。您填写的内容请先复制保存。")),
        500: (_("网站出错了"), _("不是您的问题，我们已经记录。请稍后再试。")),
    }
    return messages.get(code, messages[500] if code >= 500 else messages[400])


def domain_message(error: DomainError) -> tuple[str, str]:
    """Return title and advice for something the domain refused."""
    messages = {
        "wrong_state": (_("这一步现在做不了"), _("这条记录的状态已经变了，请刷新后查看最新情况。")),
        "own_work": (_("自己做的要由另一个人发布"), _("请交给另一位有发布权限的同事审核。")),
        "unanswered_checks": (_("还有数据提醒没有说明"), _("请改正数字，或者逐条写明公开的解释后再发布。")),
        "reason_required": (_("请写明原因"), _("这一步需要用文字说明原因。")),
        "not_allowed": (_("您没有权限做这一步"), _("如果您认为应当有权限，请联系本单位管理员。")),
        "sealed": (_("问卷还没有截止"), _("答卷和结果在截止之前一律封存，任何人都不能查看或导出。")),
        "not_open": (_("这次调查现在不接受答卷"), _("请在调查页面查看起止日期。")),
        "invalid_file": (_("上传的文件不能用"), _("请换一个文件再试。")),
        "invalid_address": (_("这个网址名不能用"), _("网址名只用字母、数字，中间可以有横线，最多 80 个字符。")),
        "address_taken": (_("这个网址名已经用过"), _("旧网址要一直能打开，不能给别的内容用。请换一个网址名。")),
        "invalid_token": (_("这个网址已经失效"), _("可能已经用过或过期，或者网址没有复制完整。")),
        "invalid_recipient": (_("这个邮箱地址不能用"), _("请填完整的邮箱地址，例如 name@example.com")),
        "invalid_values": (_("内容不符合要求"), _("请返回上一页检查填写的内容。")),
        "changed_meanwhile": (_("别人已经改过这一条"), _("请退回这份改动，看过现在的内容再报。")),
        "unregistered_rule": (_("这条规则没有登记"), _("开始调查以前登记过的规则，才能用来剔除答卷。")),
        "nothing_to_exclude": (_("没有可以剔除的答卷"), _("选中的答卷已经剔除，或者不在这次调查里。")),
        "too_few_to_exclude": (
            _("结果公布以后不能只剔除几份"),
            _("同一地方、同一渠道一次至少剔除 10 份；不然前后两次结果一减，就看得出个别人怎么答的。"),
        ),
        "below_standard": (
            _("验收没有达到质量标准"),
            _("年终验收不达标，不能报竣工验收；返工后重新验收再报。"),
        ),
        "incomplete": (_("内容还不完整"), _("发布前要写明任务、责任人、时间和标准。")),
    }
    return messages.get(error.code, http_message(409))


def message_of(error: DomainError) -> str:
    """Return in one line why the domain refused something."""
    title, advice = domain_message(error)
    return _("%(title)s：%(advice)s", title=title, advice=advice)
