"""All models in one import, so that the metadata is complete for migrations and the application."""

from minsheng.boards import Board
from minsheng.database import Base
from minsheng.addresses import FormerAddress
from minsheng.asked_queries import AskedQuery
from minsheng.digests import ProjectDigest
from minsheng.documents import Document, DocumentPage
from minsheng.funding import FundingLine, FundMovement
from minsheng.indicators import Indicator
from minsheng.journal import JournalEntry, JournalHead
from minsheng.lookbacks import LookBack
from minsheng.outbox import SearchOutbox
from minsheng.photos import Photo
from minsheng.places import Agency, Division
from minsheng.problems import Problem
from minsheng.programmes import Programme
from minsheng.projects import Milestone, Project, Responsibility
from minsheng.questionnaires import Option, Question, Questionnaire, QuestionnaireVersion
from minsheng.reports import CheckAnswer, IndicatorValue, ProgressReport
from minsheng.revision import SiteRevision
from minsheng.staff import RoleGrant, StaffMember, StaffSession
from minsheng.suggestions import CaseEvent, Suggestion
from minsheng.surveys import Answer, Response, Wave

from minsheng.synonyms import SynonymLine
__all__ = [
    "Agency",
    "Answer",
    "Base",
    "Board",
    "AskedQuery",
    "CaseEvent",
    "CheckAnswer",
    "Division",
    "Document",
    "FormerAddress",
    "FundMovement",
    "DocumentPage",
    "FundingLine",
    "Indicator",
    "IndicatorValue",
    "JournalEntry",
    "JournalHead",
    "LookBack",
    "Milestone",
    "Option",
    "Photo",
    "Problem",
    "Programme",
    "ProgressReport",
    "Project",
    "ProjectDigest",
    "Question",
    "Questionnaire",
    "QuestionnaireVersion",
    "Response",
    "Responsibility",
    "RoleGrant",
    "SearchOutbox",
    "SiteRevision",
    "StaffMember",
    "StaffSession",
    "Suggestion",
    "Wave",
    "SynonymLine",
]
