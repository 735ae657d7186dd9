"""All models in one import, so that the metadata is complete for migrations and the application."""

from minsheng.accounts.invitations import Invitation
from minsheng.accounts.passkeys import Passkey, PasskeyChallenge
from minsheng.accounts.second_factors import AuthenticatorApp, RecoveryCode
from minsheng.accounts.sign_in_refusals import SignInRefusals
from minsheng.accounts.staff import RoleGrant, StaffMember, StaffSession
from minsheng.casework.case_adoptions import CaseAdoption
from minsheng.casework.case_events import CaseEvent
from minsheng.casework.case_import_drafts import CaseImportDraft
from minsheng.casework.case_photos import CasePhoto
from minsheng.casework.case_reminders import CaseReminder
from minsheng.casework.held_letters import HeldLetter
from minsheng.casework.reply_templates import ReplyTemplate
from minsheng.casework.sender_notices import SenderNotice
from minsheng.casework.spent_tickets import SpentTicket
from minsheng.casework.submission_counts import SubmissionMinute
from minsheng.casework.suggestions import Suggestion
from minsheng.casework.supports import CaseSupport
from minsheng.casework.word_lists import ListedWord
from minsheng.database import Base
from minsheng.desk.typed_forms import TypedForm
from minsheng.editorial.content_pages import ContentPage, ContentVersion
from minsheng.editorial.proposals import Proposal
from minsheng.editorial.review_comments import ReviewComment
from minsheng.editorial.timed_publishing import TimedPublication
from minsheng.exporting.export_runs import ExportPiece, ExportRun
from minsheng.importing.oc4ids_uploads import Oc4idsUpload
from minsheng.installation.asked_queries import AskedQuery
from minsheng.installation.calendars import CalendarYear
from minsheng.installation.scheduling import JobLease
from minsheng.installation.settings import Emblem, Setting
from minsheng.installation.synonyms import SynonymLine
from minsheng.journal import JournalEntry, JournalHead
from minsheng.mailing.mail import QueuedMail
from minsheng.mailing.subscriptions import Subscription
from minsheng.outbox import SearchOutbox
from minsheng.oversight.bulletin_issues import BulletinIssue
from minsheng.oversight.inspections import InspectionCheck, InspectionPlan
from minsheng.oversight.lookbacks import LookBack, LookBackPhoto
from minsheng.oversight.problems import CommonProblem, Problem, ProblemDocument, ProblemPhoto, ProblemStep
from minsheng.oversight.summonses import SummonsEntry, SummonsList
from minsheng.oversight.target_breakdowns import TargetBreakdown
from minsheng.participation.call_ideas import CallIdea, IdeaGroup
from minsheng.participation.calls import Call, CallExtension
from minsheng.participation.monitors import Monitor, MonitorLink, MonitorReport
from minsheng.pictures.photos import Photo
from minsheng.progress.digests import ProjectDigest
from minsheng.progress.outlines import Outline
from minsheng.records.addresses import FormerAddress
from minsheng.records.aftercare import AfterCare
from minsheng.records.boards import Board
from minsheng.records.contracts import Contract, ContractChange, ContractPayment
from minsheng.records.documents import Document, DocumentPage
from minsheng.records.eligibility import EligibilityStep, PaymentBatch
from minsheng.records.funding import FundingLine, FundMovement
from minsheng.records.indicators import Indicator, TargetAssignment
from minsheng.records.places import Agency, Division
from minsheng.records.programmes import Programme
from minsheng.records.projects import Milestone, Project, Responsibility
from minsheng.records.reports import CheckAnswer, IndicatorValue, ProgressReport
from minsheng.records.reviews import Review
from minsheng.records.safeguards import Safeguard
from minsheng.revision import SiteRevision
from minsheng.surveying.answer_imports import AnswerImport
from minsheng.surveying.assessment_schemes import AssessmentScheme
from minsheng.surveying.assessments import Assessment, AssessmentPoints
from minsheng.surveying.board_alarms import BoardAlarm, BoardHour
from minsheng.surveying.call_attempts import CallAttempt, CallClaim, CallTally
from minsheng.surveying.dispositions import DispositionCount, DispositionStatement
from minsheng.surveying.exclusions import Exclusion
from minsheng.surveying.invites import Invite
from minsheng.surveying.paper_differences import PaperDifference
from minsheng.surveying.paper_entry import PaperEntry
from minsheng.surveying.paper_sheets import PaperBatch, PaperRun, PaperScan
from minsheng.surveying.population import PopulationMargin
from minsheng.surveying.questionnaires import Option, Question, Questionnaire, QuestionnaireVersion
from minsheng.surveying.sample_frames import FrameEntry, SampleFrame
from minsheng.surveying.samples import Sample, SampledPerson
from minsheng.surveying.surveys import Answer, Response, Wave
from minsheng.surveying.wave_results import WaveResult
from minsheng.tables.table_uploads import TableMapping, TableUpload

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
