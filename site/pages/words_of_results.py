"""What the results of surveys are called: why a figure is withheld, and the options that schemes name."""

from collections.abc import Mapping
from types import MappingProxyType

from pages.language import lazy_gettext as _l

WITHHELD: Mapping[str, str] = MappingProxyType(
    {
        "no_answers": _l("没有人回答"),
        "too_few_answers": _l("回答的人太少，不公布"),
        "too_few_effective": _l("有效样本太小，不公布"),
        "small_group": _l("人数太少，公布会看出是谁"),
        "interval_too_wide": _l("误差太大，不公布"),
        "interval_too_wide_for_the_share": _l("比例太小而误差太大，不公布"),
        "part_withheld": _l("其中一部分不公布，合计也不公布"),
        "part_missing": _l("其中一部分没有数据"),
        "would_give_another_back": _l("公布它就能推算出另一个不公布的数"),
        "empty_sample": _l("没有抽样答卷"),
        "missing_margin": _l("没有可对照的人口数，没法加权"),
        "zero_margin": _l("人口数里没有这一类人，没法加权"),
        "empty_cell": _l("有一类人没有人回答，没法加权"),
        "margin_totals_differ": _l("几套人口数合计不一致，没法加权"),
        "raking_not_converged": _l("加权没有收敛"),
        "not_weighted": _l("没法加权"),
    }
)
"""Code of a reason or of an error of weighting → why there is no figure."""

REFUSED: Mapping[str, str] = MappingProxyType(
    {
        "missing_column": _l("问卷里没有这套办法要的题目"),
        "unknown_option": _l("问卷里有这套办法没有规定分值的选项"),
    }
)
"""Code of an error → why a scheme cannot be used for a questionnaire."""

OPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "very_satisfied": _l("很满意"),
        "satisfied": _l("满意"),
        "basically_satisfied": _l("基本满意"),
        "neutral": _l("一般"),
        "dissatisfied": _l("不满意"),
        "very_dissatisfied": _l("很不满意"),
        "dont_know": _l("说不清"),
        "refused": _l("不愿回答"),
        "know_well": _l("知道，看过清单"),
        "heard": _l("听说过"),
        "never_heard": _l("没听说过"),
        "18_29": _l("18–29岁"),
        "30_44": _l("30–44岁"),
        "45_59": _l("45–59岁"),
        "60_plus": _l("60岁及以上"),
    }
)
"""Options of the standard questions, as schemes name them."""

VARIABLES: Mapping[str, str] = MappingProxyType(
    {
        "area": _l("居住地"),
        "age_band": _l("年龄段"),
        "sex": _l("性别"),
        "used": _l("是否用上了"),
        "beneficiary": _l("名册上的受益项目"),
        "not_a_beneficiary": _l("没有受益项目的"),
        "unknown": _l("没有说"),
    }
)
"""Variables by which samples are weighted or shown in groups."""


def withheld(code: str) -> str:
    """Return why a figure is withheld, in words; an unknown code is said to be one."""
    return str(WITHHELD.get(code) or REFUSED.get(code) or code)


def option(key: str) -> str:
    """Return the words for an option that a scheme names, or its key."""
    return str(OPTIONS.get(key, key))
