"""All models in one import, so that the metadata is complete for migrations and the application."""

from minsheng.addresses import FormerAddress
from minsheng.aftercare import AfterCare
from minsheng.answer_imports import AnswerImport
from minsheng.asked_queries import AskedQuery
from minsheng.assessment_schemes import AssessmentScheme
from minsheng.assessments import Assessment, AssessmentPoints
from minsheng.board_alarms import BoardAlarm, BoardHour
from minsheng.boards import Board
from minsheng.bulletin_issues import BulletinIssue
from minsheng.calendars import CalendarYear
from minsheng.call_attempts import CallAttempt, CallClaim, CallTally
from minsheng.call_ideas import CallIdea, IdeaGroup
from minsheng.calls import Call, CallExtension
from minsheng.case_adoptions import CaseAdoption
from minsheng.case_events import CaseEvent
from minsheng.case_import_drafts import CaseImportDraft
from minsheng.case_photos import CasePhoto
from minsheng.case_reminders import CaseReminder
from minsheng.content_pages import ContentPage, ContentVersion
from minsheng.contracts import Contract, ContractChange, ContractPayment
from minsheng.database import Base
from minsheng.digests import ProjectDigest
from minsheng.dispositions import DispositionCount, DispositionStatement
from minsheng.documents import Document, DocumentPage
from minsheng.eligibility import EligibilityStep, PaymentBatch
from minsheng.exclusions import Exclusion
from minsheng.export_runs import ExportPiece, ExportRun
from minsheng.funding import FundingLine, FundMovement
from minsheng.held_letters import HeldLetter
from minsheng.indicators import Indicator, TargetAssignment
from minsheng.inspections import InspectionCheck, InspectionPlan
from minsheng.invitations import Invitation
from minsheng.invites import Invite
from minsheng.journal import JournalEntry, JournalHead
from minsheng.lookbacks import LookBack, LookBackPhoto
from minsheng.mail import QueuedMail
from minsheng.monitors import Monitor, MonitorLink, MonitorReport
from minsheng.oc4ids_uploads import Oc4idsUpload
from minsheng.outbox import SearchOutbox
from minsheng.outlines import Outline
from minsheng.paper_differences import PaperDifference
from minsheng.paper_entry import PaperEntry
from minsheng.paper_sheets import PaperBatch, PaperRun, PaperScan
from minsheng.passkeys import Passkey, PasskeyChallenge
from minsheng.photos import Photo
from minsheng.places import Agency, Division
from minsheng.population import PopulationMargin
from minsheng.problems import CommonProblem, Problem, ProblemDocument, ProblemPhoto, ProblemStep
from minsheng.programmes import Programme
from minsheng.projects import Milestone, Project, Responsibility
from minsheng.proposals import Proposal
from minsheng.questionnaires import Option, Question, Questionnaire, QuestionnaireVersion
from minsheng.reply_templates import ReplyTemplate
from minsheng.reports import CheckAnswer, IndicatorValue, ProgressReport
from minsheng.review_comments import ReviewComment
from minsheng.reviews import Review
from minsheng.revision import SiteRevision
from minsheng.safeguards import Safeguard
from minsheng.sample_frames import FrameEntry, SampleFrame
from minsheng.samples import Sample, SampledPerson
from minsheng.scheduling import JobLease
from minsheng.second_factors import AuthenticatorApp, RecoveryCode
from minsheng.sender_notices import SenderNotice
from minsheng.settings import Emblem, Setting
from minsheng.sign_in_refusals import SignInRefusals
from minsheng.spent_tickets import SpentTicket
from minsheng.staff import RoleGrant, StaffMember, StaffSession
from minsheng.submission_counts import SubmissionMinute
from minsheng.subscriptions import Subscription
from minsheng.suggestions import Suggestion
from minsheng.summonses import SummonsEntry, SummonsList
from minsheng.supports import CaseSupport
from minsheng.surveys import Answer, Response, Wave
from minsheng.synonyms import SynonymLine
from minsheng.table_uploads import TableMapping, TableUpload
from minsheng.target_breakdowns import TargetBreakdown
from minsheng.timed_publishing import TimedPublication
from minsheng.typed_forms import TypedForm
from minsheng.wave_results import WaveResult
from minsheng.word_lists import ListedWord

__all__ = [
    "AfterCare",
    "Agency",
    "Answer",
    "AnswerImport",
    "AskedQuery",
    "Assessment",
    "AssessmentPoints",
    "AssessmentScheme",
    "AuthenticatorApp",
    "Base",
    "Board",
    "BoardAlarm",
    "BoardHour",
    "BulletinIssue",
    "CalendarYear",
    "Call",
    "CallAttempt",
    "CallClaim",
    "CallExtension",
    "CallIdea",
    "CallTally",
    "CaseAdoption",
    "CaseEvent",
    "CaseImportDraft",
    "CasePhoto",
    "CaseReminder",
    "CaseSupport",
    "CheckAnswer",
    "CommonProblem",
    "ContentPage",
    "ContentVersion",
    "Contract",
    "ContractChange",
    "ContractPayment",
    "DispositionCount",
    "DispositionStatement",
    "Division",
    "Document",
    "DocumentPage",
    "EligibilityStep",
    "Emblem",
    "Exclusion",
    "ExportPiece",
    "ExportRun",
    "FormerAddress",
    "FrameEntry",
    "FundMovement",
    "FundingLine",
    "HeldLetter",
    "IdeaGroup",
    "Indicator",
    "IndicatorValue",
    "InspectionCheck",
    "InspectionPlan",
    "Invitation",
    "Invite",
    "JobLease",
    "JournalEntry",
    "JournalHead",
    "ListedWord",
    "LookBack",
    "LookBackPhoto",
    "Milestone",
    "Monitor",
    "MonitorLink",
    "MonitorReport",
    "Oc4idsUpload",
    "Option",
    "Outline",
    "PaperBatch",
    "PaperDifference",
    "PaperEntry",
    "PaperRun",
    "PaperScan",
    "Passkey",
    "PasskeyChallenge",
    "PaymentBatch",
    "Photo",
    "PopulationMargin",
    "Problem",
    "ProblemDocument",
    "ProblemPhoto",
    "ProblemStep",
    "Programme",
    "ProgressReport",
    "Project",
    "ProjectDigest",
    "Proposal",
    "Question",
    "Questionnaire",
    "QuestionnaireVersion",
    "QueuedMail",
    "RecoveryCode",
    "ReplyTemplate",
    "Response",
    "Responsibility",
    "Review",
    "ReviewComment",
    "RoleGrant",
    "Safeguard",
    "Sample",
    "SampleFrame",
    "SampledPerson",
    "SearchOutbox",
    "SenderNotice",
    "Setting",
    "SignInRefusals",
    "SiteRevision",
    "SpentTicket",
    "StaffMember",
    "StaffSession",
    "SubmissionMinute",
    "Subscription",
    "Suggestion",
    "SummonsEntry",
    "SummonsList",
    "SynonymLine",
    "TableMapping",
    "TableUpload",
    "TargetAssignment",
    "TargetBreakdown",
    "TimedPublication",
    "TypedForm",
    "Wave",
    "WaveResult",
]
