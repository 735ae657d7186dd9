"""What is wrong with a scheme's text, in words and with the line it is at."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from minsheng.opinion.errors import SchemeError
from pages.language import gettext as _

_WORDS: Mapping[str, Callable[[re.Match[str]], str]] = MappingProxyType(
    {
        r"is missing": lambda _m: _("缺这一项"),
        r"must be a table": lambda _m: _("应当是一张表（[名称] 或 { … }）"),
        r"must be a text": lambda _m: _("应当是文字，不能空"),
        r"must be one of (.+)": lambda m: _("只能是这些之一：%(words)s", words=m[1]),
        r"must be a number from (\S+) to (\S+)": lambda m: _("应当是 %(low)s 到 %(high)s 的数", low=m[1], high=m[2]),
        r"must be a whole number from (\S+) to (\S+)": lambda m: _(
            "应当是 %(low)s 到 %(high)s 的整数", low=m[1], high=m[2]
        ),
        r"must be true or false": lambda _m: _("只能是 true 或 false"),
        r"must be a list of words": lambda _m: _("应当是用引号括起来的一串词"),
        r"names something twice": lambda _m: _("同一个写了两次"),
        r"must be two (positive )?numbers": lambda _m: _("应当是两个大于零的数"),
        r"must be an array of tables": lambda _m: _("应当是一组表（[[名称]]）"),
        r"is not a key of a scheme": lambda _m: _("办法里没有这个名字，多半是写错了"),
        r"is not TOML: (.+)": lambda m: _("不是 TOML 格式：%(reason)s", reason=m[1]),
        r"must have at least one item from a question": lambda _m: _("至少要有一项来自问卷"),
        r"must give points to at least two options": lambda _m: _("至少给两个选项定分"),
        r"already counts among the other options": lambda _m: _("这个选项上面已经定过"),
        r"must be exclude, in_denominator or points from 0 to 100": lambda _m: _(
            "只能是 exclude（不计入）、in_denominator（算进总人数）或 0 到 100 的分数"
        ),
        r"names a filter that is not defined: (.+)": lambda m: _("没有定义这个筛选：%(name)s", name=m[1]),
        r"must sum to 1, not (\S+)": lambda m: _("加起来应当是 1，现在是 %(sum)s", sum=m[1]),
        r"is not an item": lambda _m: _("上面没有这一项"),
        r"must give weight to an item from a question": lambda _m: _("来自问卷的项要占一部分权重"),
        r"(.+) is not one of (.+)": lambda m: _("%(word)s 不在这些里：%(words)s", word=m[1], words=m[2]),
        r"is not one of (.+)": lambda m: _("不在这些里：%(words)s", words=m[1]),
        r"must name a drawn channel, or the scheme a blend": lambda _m: _("要写明至少一种抽样渠道，或者合并的比例"),
        r"must name the variables to weight by, and only then": lambda _m: _("加权就要写明按什么加权，不加权就不要写"),
        r"must be a number under 1 and one over 1.*": lambda _m: _("应当一个小于 1、一个大于 1，都是平均权重的倍数"),
        r"must be true: .*": lambda _m: _("必须是 true：否则能从差额推算出不公布的数"),
        r"gives one key twice": lambda _m: _("同一个 key 写了两次"),
        r"is (\S+), but the parts add up to (\S+)": lambda m: _(
            "写的是 %(total)s，各项加起来是 %(sum)s", total=m[1], sum=m[2]
        ),
        r"is longer than (\d+) characters": lambda m: _("太长了，最多 %(most)s 个字符", most=m[1]),
        r"must be small letters, digits and single hyphens, 60 at most": lambda _m: _(
            "只用小写字母、数字和单个横线，最多 60 个字符"
        ),
        r"must be letters, digits and single points, 20 at most": lambda _m: _("只用字母、数字和点，最多 20 个字符"),
    }
)
"""What the reader of schemes says → what we say."""


def problem_words(error: SchemeError, text: str) -> str:
    """Return a mistake in a scheme in words: the line where it is, the key, and what should be there."""
    said = next(
        (words(found) for pattern, words in _WORDS.items() if (found := re.fullmatch(pattern, error.problem))),
        error.problem,
    )
    line = line_of(error.key, text)
    if line is None:
        return _("%(key)s：%(problem)s", key=error.key, problem=said)
    return _("第 %(line)s 行，%(key)s：%(problem)s", line=line, key=error.key, problem=said)


def line_of(key: str, text: str) -> int | None:
    """Return the line that a dotted key is written at, or its table begins at; None where it is in neither."""
    *tables, name = re.sub(r"\[\d+\]", "", key).split(".")
    inside: list[str] = []
    nearest: int | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        heading = re.match(r"\s*\[+([^\]]+)\]+", line)
        if heading:
            inside = [part.strip().strip("\"'") for part in heading[1].split(".")]
            if inside in ([*tables, name], tables) and nearest is None:
                nearest = number
        found = re.match(r"\s*[\"']?([\w*.-]+)[\"']?\s*=", line)
        if found and inside + found[1].split(".") in ([*tables, name], tables):
            return number
    return nearest
