"""Code lists of OC4IDS 0.9 (Open Contracting for Infrastructure Data Standard) and what they are here.

``docs/oc4ids.md`` shows the same tables to publishers and readers; a test compares them. Where OC4IDS has no code of
its own the finer word of this site travels beside it, as a classification under one of the ``SCHEMES``.
"""

from collections.abc import Mapping
from types import MappingProxyType

from minsheng.records.documents import DocumentKind
from minsheng.records.funding import FundingKind, FundingSource
from minsheng.records.projects import Category, MilestoneKind, ProjectKind, Stage

VERSION = "0.9"
CURRENCY = "CNY"

STAGE_SCHEME = "minsheng-stage"
KIND_SCHEME = "minsheng-kind"
CATEGORY_SCHEME = "minsheng-category"
PROGRAMME_SCHEME = "minsheng-programme"
ORIGIN_SCHEME = "minsheng-origin"
PLACE_SCHEME = "CN-GB2260"
"""Codes of places per GB/T 2260, with 9 digits for townships and 12 for villages."""
SCHEMES = (STAGE_SCHEME, KIND_SCHEME, CATEGORY_SCHEME, PROGRAMME_SCHEME, ORIGIN_SCHEME)

STATUS_OF_STAGE: Mapping[Stage, str] = MappingProxyType(
    {
        Stage.PROPOSED: "identification",
        Stage.PREPARING: "preparation",
        Stage.RESERVED: "preparation",
        Stage.UNDER_WAY: "implementation",
        Stage.SUSPENDED: "implementation",
        Stage.COMPLETED: "completion",
        Stage.ACCEPTED: "completion",
        Stage.IN_USE: "maintenance",
        Stage.AFTER_CARE: "maintenance",
        Stage.CANCELLED: "cancelled",
    }
)
STAGE_OF_STATUS: Mapping[str, Stage] = MappingProxyType(
    {
        "identification": Stage.PROPOSED,
        "preparation": Stage.PREPARING,
        "implementation": Stage.UNDER_WAY,
        "completion": Stage.COMPLETED,
        "maintenance": Stage.IN_USE,
        "decommissioning": Stage.AFTER_CARE,
        "decommissioned": Stage.AFTER_CARE,
        "cancelled": Stage.CANCELLED,
    }
)
SECTOR_OF_CATEGORY: Mapping[Category, str] = MappingProxyType(
    {
        Category.EDUCATION: "education",
        Category.HEALTH: "health",
        Category.TRANSPORT: "transport",
        Category.WATER: "waterAndWaste",
        Category.HOUSING: "socialHousing",
        Category.ENVIRONMENT: "naturalResources",
        Category.CULTURE_SPORT: "cultureSportsAndRecreation",
        Category.AGRICULTURE: "economy",
        Category.DIGITAL: "communications",
    }
)
"""Categories without a sector of OC4IDS are not in the table: such a project has none."""
CATEGORY_OF_SECTOR: Mapping[str, Category] = MappingProxyType(
    {
        **{sector: category for category, sector in SECTOR_OF_CATEGORY.items()},
        "economy": Category.OTHER,
        "energy": Category.OTHER,
        "governance": Category.OTHER,
        "naturalResources.floodProtection": Category.WATER,
    }
)
"""``economy`` is more than farming; ``transport.road`` and the like go by what stands before their point."""
TYPES = frozenset({"construction", "rehabilitation", "replacement", "expansion", "decommissioning"})
"""Types of OC4IDS: all are works."""

DOCUMENT_TYPES: Mapping[DocumentKind, str] = MappingProxyType(
    {
        DocumentKind.APPROVAL: "approval",
        DocumentKind.BIDDING: "biddingDocuments",
        DocumentKind.CONTRACT: "contractSigned",
        DocumentKind.SUPERVISION: "qualityAssuranceReport",
        DocumentKind.ACCEPTANCE: "completionCertificate",
        DocumentKind.AUDIT: "financialAuditReport",
        DocumentKind.POLICY: "policy",
        DocumentKind.RECTIFICATION: "rectification",
    }
)
"""``approval``, ``policy`` and ``rectification`` are ours: the code list is open and has none like them."""
MILESTONE_TYPES: Mapping[MilestoneKind, str] = MappingProxyType(
    {
        MilestoneKind.APPROVAL: "approval",
        MilestoneKind.BIDDING: "procurement",
        MilestoneKind.START: "delivery",
        MilestoneKind.MAIN_STRUCTURE: "delivery",
        MilestoneKind.COMPLETION: "delivery",
        MilestoneKind.ACCEPTANCE: "assessment",
        MilestoneKind.HAND_OVER: "delivery",
    }
)

STAGE_WORDS: Mapping[Stage, str] = MappingProxyType(
    {
        Stage.PROPOSED: "谋划",
        Stage.PREPARING: "前期",
        Stage.RESERVED: "储备",
        Stage.UNDER_WAY: "实施",
        Stage.COMPLETED: "完工",
        Stage.ACCEPTED: "竣工验收",
        Stage.IN_USE: "投入使用",
        Stage.AFTER_CARE: "管护",
        Stage.SUSPENDED: "暂停",
        Stage.CANCELLED: "取消",
    }
)
KIND_WORDS: Mapping[ProjectKind, str] = MappingProxyType(
    {
        ProjectKind.WORKS: "工程类",
        ProjectKind.BENEFIT: "补助发放类",
        ProjectKind.TRAINING: "培训类",
        ProjectKind.SERVICE: "服务指标类",
    }
)
CATEGORY_WORDS: Mapping[Category, str] = MappingProxyType(
    {
        Category.EDUCATION: "教育",
        Category.HEALTH: "卫生",
        Category.TRANSPORT: "交通",
        Category.WATER: "水利",
        Category.HOUSING: "住房",
        Category.ENVIRONMENT: "环保",
        Category.ELDERLY_AND_CHILDREN: "养老托幼",
        Category.EMPLOYMENT: "就业",
        Category.SOCIAL_SECURITY: "社会保障",
        Category.CULTURE_SPORT: "文化体育",
        Category.AGRICULTURE: "农业农村",
        Category.SAFETY: "公共安全",
        Category.DIGITAL: "便民服务",
        Category.OTHER: "其他",
    }
)
SOURCE_WORDS: Mapping[FundingSource, str] = MappingProxyType(
    {
        FundingSource.CENTRAL: "中央资金",
        FundingSource.PROVINCIAL: "省级资金",
        FundingSource.MUNICIPAL: "市级资金",
        FundingSource.COUNTY: "县级资金",
        FundingSource.TOWNSHIP: "乡镇资金",
        FundingSource.BOND: "债券资金",
        FundingSource.SOCIAL_CAPITAL: "社会资本",
        FundingSource.SELF_RAISED: "群众自筹",
        FundingSource.OTHER: "其他资金",
    }
)
FUNDING_WORDS: Mapping[FundingKind, str] = MappingProxyType(
    {
        FundingKind.FUNDS: "资金来源",
        FundingKind.LEVY: "群众集资款",
        FundingKind.QUALITY_DEPOSIT: "质量保证金",
    }
)
MILESTONE_WORDS: Mapping[MilestoneKind, str] = MappingProxyType(
    {
        MilestoneKind.APPROVAL: "立项批复",
        MilestoneKind.BIDDING: "招标投标",
        MilestoneKind.START: "开工",
        MilestoneKind.MAIN_STRUCTURE: "主体完工",
        MilestoneKind.COMPLETION: "工程完工",
        MilestoneKind.ACCEPTANCE: "竣工验收",
        MilestoneKind.HAND_OVER: "移交使用",
    }
)

TOTAL_INVESTMENT = "total-investment"
ANNUAL_PLAN = "annual-plan"
SOURCES = "sources-"
"""Identifiers of the groups of a budget: the whole investment, the plan of the year, and what each account gives."""
PHYSICAL, FINANCIAL = "physicalProgress", "financialProgress"
INDICATOR = "indicator-"
FIRST_PLAN = "first-plan"
SIGNED = "signed"
FIGURES: Mapping[str, str] = MappingProxyType(
    {
        "arrived": "funds_arrived_fen",
        "disbursed": "funds_disbursed_fen",
        "spent": "funds_spent_fen",
        "investmentCompleted": "investment_completed_fen",
    }
)
"""What a financial observation is of, and the column of a monthly report it comes from."""


def category_of(sector: str) -> Category | None:
    """Return the category of a sector, by its whole code or by what stands before its point; None for an unknown."""
    return CATEGORY_OF_SECTOR.get(sector) or CATEGORY_OF_SECTOR.get(sector.partition(".")[0])
