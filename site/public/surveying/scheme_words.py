"""A scheme in plain words: what is asked, what each answer is worth, who counts, how ranks come about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from minsheng.opinion.schemes import ItemMethod, RankMethod, Scheme, SuggestionItem, SurveyItem, Treatment
from minsheng.opinion.weighting import Method
from pages import words_of_results
from pages.language import gettext as _
from pages.words import word

option = words_of_results.option


@dataclass(frozen=True)
class Explained:
    """One item of a scheme: its weight in per cent, how it is figured, and what each answer is worth."""

    title: str
    weight: float
    how: str
    worth: Sequence[tuple[str, str]]


def explain(scheme: Scheme, item: SurveyItem | SuggestionItem) -> Explained:
    """Return an item in plain words."""
    weight = 100 * scheme.composite.weights.get(item.key, 0)
    title = item.title or item.key
    if isinstance(item, SuggestionItem):
        how = _("不来自问卷：已答复的比例、按期答复的比例、评价满意的比例，三个取平均。全部来件都数，没有抽样误差。")
        return Explained(title, weight, how, [])
    if item.method is ItemMethod.MEAN_OF_POINTS:
        how = _("每个回答换成分数，按权重求平均。")
        worth = [(option(key), _("%(points)s 分", points=f"{points:g}")) for key, points in item.points.items()]
    else:
        how = _("这样回答的人占多少，按权重算。")
        worth = [(option(key), _("算在内")) for key in item.positive]
    worth += [(option(key), _treatment(treatment)) for key, treatment in item.nonsubstantive.items()]
    if item.filter != "all":
        asked = scheme.filters[item.filter]
        how += _("只算这些人：%(options)s。", options=_("、").join(option(key) for key in asked.options))
    return Explained(title, weight, how, worth)


def _treatment(treatment: Treatment | float) -> str:
    if treatment is Treatment.EXCLUDE:
        return _("不计入")
    if treatment is Treatment.IN_DENOMINATOR:
        return _("算进总人数，不算满意")
    return _("%(points)s 分", points=f"{float(treatment):g}")


def facts(scheme: Scheme) -> list[tuple[str, str]]:
    """Return the rest of a scheme as pairs of term and description."""
    channels = _("、").join(word(channel, "channel") for channel in scheme.channels.headline)
    advisory = _("、").join(word(channel, "channel") for channel in scheme.channels.advisory)
    rows = [(_("谁的回答算分"), _("%(channels)s：按名单抽出来的人。", channels=channels) if channels else "—")]
    if scheme.channels.blend:
        parts = _("，").join(f"{word(key, 'channel')} {share:.0%}" for key, share in scheme.channels.blend.items())
        rows = [
            (_("谁的回答算分"), _("几种渠道按比例合并：%(parts)s。合并以后算不出误差，所以不给范围。", parts=parts))
        ]
    if advisory:
        rows.append((_("只在旁边列出"), _("%(channels)s：谁愿意谁来填，只列人数和比例。", channels=advisory)))
    rows.append((_("怎么加权"), _weighting(scheme)))
    level = f"{scheme.inference.level:.0%}"
    rows.append(
        (_("误差"), _("%(level)s 的把握。比例用威尔逊区间，平均分用 t 区间，都按加权后的有效样本算。", level=level))
    )
    rows.append((_("名次"), _ranks(scheme)))
    limits = scheme.publish
    rows.append(
        (
            _("什么时候不公布"),
            _(
                "回答的人或有效样本不到 %(n)s 人、人群不到 %(group)s 人、误差范围宽过 %(width)s，"
                "都不公布；能由它推算出来的数也一起不公布。",
                n=limits.min_n,
                group=limits.k_anon,
                width=f"{limits.max_width:.0%}",
            ),
        )
    )
    return rows


def _weighting(scheme: Scheme) -> str:
    rules = scheme.weighting
    if rules.method is Method.NONE:
        return _("不加权：每个人一样重。")
    names = _("、").join(str(words_of_results.VARIABLES.get(name, name)) for name in rules.variables)
    if rules.method is Method.POST_STRATIFY:
        return _("把%(names)s合在一起分成格，让每一格的人数比例和实际人口一致。", names=names)
    low, high = rules.trim or (0.0, 0.0)
    return _(
        "让答卷的%(names)s比例和实际人口一致，反复调整到都对上为止；"
        "一个人最多顶平均的 %(high)s 倍，最少 %(low)s 倍；不到 %(least)s 人的格并入邻格。",
        names=names,
        high=f"{high:g}",
        low=f"{low:g}",
        least=rules.min_cell,
    )


def _ranks(scheme: Scheme) -> str:
    level = f"{1 - scheme.rank.alpha:.0%}"
    rule = _("各地样本互不相干") if scheme.rank.method is RankMethod.INDEPENDENT else _("邦费罗尼办法")
    return _(
        "按得分保留 %(decimals)s 位小数排，相同的并列，后面的跳过（1、2、2、4）；"
        "同时给出名次的范围：所有地方的范围一起有 %(level)s 的把握（%(rule)s）。",
        decimals=scheme.rank.decimals,
        level=level,
        rule=rule,
    )


def example_score(scheme: Scheme, shares: Sequence[tuple[str, float]]) -> float | None:
    """Return what the first question of a scheme makes of these shares of answers (per cent), out of 100."""
    item = scheme.survey_items[0]
    given: Mapping[str, float] = dict(shares)
    if item.method is ItemMethod.SHARE:
        return sum(share for key, share in given.items() if key in item.positive)
    if not set(given) <= set(item.points):
        return None
    return sum(item.points[key] * share for key, share in given.items()) / sum(given.values())
