"""The questionnaire of the invented city: what the shipped schemes ask for, and eight programmes."""

from sqlalchemy.orm import Session

from minsheng.surveying.questionnaires import (
    Option,
    Question,
    Questionnaire,
    QuestionnaireVersion,
    QuestionRole,
    QuestionType,
)

Words = tuple[str, str]
"""Chinese and English."""

SCALE: dict[str, Words] = {
    "very_satisfied": ("很满意", "Very satisfied"),
    "satisfied": ("满意", "Satisfied"),
    "neutral": ("一般", "Neither"),
    "dissatisfied": ("不满意", "Dissatisfied"),
    "very_dissatisfied": ("很不满意", "Very dissatisfied"),
    "dont_know": ("说不清", "Don't know"),
}
KNOWN: dict[str, Words] = {
    "know_well": ("知道，看过清单", "Yes, I have seen it"),
    "heard": ("听说过", "I have heard of it"),
    "never_heard": ("没听说过", "Never heard of it"),
}
YES_NO: dict[str, Words] = {"no": ("没有", "No"), "yes": ("有", "Yes"), "rather_not": ("不想说", "Rather not say")}
USED: dict[str, Words] = {"yes": ("用上了", "Yes"), "no": ("没有", "No"), "dont_know": ("说不清", "Don't know")}
AREA: dict[str, Words] = {"urban": ("城镇", "A town"), "rural": ("乡村", "The countryside")}
AGE: dict[str, Words] = {
    "18_29": ("18–29岁", "18–29"),
    "30_44": ("30–44岁", "30–44"),
    "45_59": ("45–59岁", "45–59"),
    "60_plus": ("60岁及以上", "60 and over"),
}
NO_OPINION = frozenset({"dont_know", "rather_not"})

PROGRAMMES: dict[str, Words] = {
    "roads": ("农村公路“村村通”", "Roads to every village"),
    "water": ("农村饮水安全", "Safe drinking water"),
    "clinics": ("乡村卫生室", "Village clinics"),
    "schools": ("校舍安全", "Safe school buildings"),
    "housing": ("保障性住房", "Affordable housing"),
    "care": ("养老服务", "Care for the old"),
    "training": ("就业技能培训", "Job training"),
    "waste": ("垃圾污水治理", "Waste and sewage"),
}

_QUESTIONS: tuple[tuple[str, QuestionRole, Words, dict[str, Words]], ...] = (
    (
        "awareness",
        QuestionRole.AWARENESS,
        ("您知道市里今年的民生工程吗？", "Do you know this year's programmes?"),
        KNOWN,
    ),
    ("satisfaction", QuestionRole.SATISFACTION, ("总的来说，您满意吗？", "All in all, how satisfied are you?"), SCALE),
    ("satisfaction_progress", QuestionRole.OTHER, ("对进度呢？", "And with the progress?"), SCALE),
    ("satisfaction_quality", QuestionRole.OTHER, ("对质量呢？", "And with the quality?"), SCALE),
    ("satisfaction_benefit", QuestionRole.OTHER, ("对得到的好处呢？", "And with what you got from them?"), SCALE),
    ("used", QuestionRole.OTHER, ("您或家里人用上了吗？", "Have you or your family used any?"), USED),
    (
        "told",
        QuestionRole.TOLD_WHAT_TO_ANSWER,
        ("事先有人告诉您该怎么回答吗？", "Did anyone tell you beforehand how to answer?"),
        YES_NO,
    ),
    ("area", QuestionRole.AREA, ("您住在哪里？", "Where do you live?"), AREA),
    ("age_band", QuestionRole.AGE_BAND, ("您的年龄？", "Your age?"), AGE),
)


def add_version(session: Session) -> QuestionnaireVersion:
    """Add the questionnaire in its first version."""
    version = QuestionnaireVersion(
        questionnaire=Questionnaire(slug="demo-city-satisfaction", title="演示市民生工程满意度调查"),
        number=1,
        introduction="演示用的虚构问卷。",
        translations={"en": "A made-up questionnaire for demonstration."},
    )
    for key, role, words, options in _QUESTIONS:
        _add(version, key, role, words, options)
    for key, words in PROGRAMMES.items():
        _add(version, f"programme_{key}", QuestionRole.OTHER, words, SCALE, matrix="programmes")
        version.questions[-1].programme = key
    session.add(version)
    session.flush()
    return version


def _add(
    version: QuestionnaireVersion,
    key: str,
    role: QuestionRole,
    words: Words,
    options: dict[str, Words],
    matrix: str = "",
) -> None:
    version.questions.append(
        Question(
            position=len(version.questions),
            key=key,
            type=QuestionType.SCALE if options is SCALE else QuestionType.SINGLE,
            role=role,
            matrix=matrix,
            text=words[0],
            translations={"en": words[1]},
            options=[
                Option(
                    position=place,
                    key=option,
                    text=text,
                    translations={"en": english},
                    is_substantive=option not in NO_OPINION,
                )
                for place, (option, (text, english)) in enumerate(options.items())
            ],
        )
    )
