"""Sessions as they were held: meetings, attendance, tests, scores, recovery (5.2, 5.3.1)."""

from sessions.models.attendance import AbsenceReason, Attendance
from sessions.models.corrections import AttendanceCorrection, JoinRequest
from sessions.models.files import ClassFile
from sessions.models.held import Deviation, Enrolment, MeetingTrainer, SessionMeeting, SessionSummary, TrainingSession
from sessions.models.paper import PaperSheet, Scan, ScanPage
from sessions.models.recovery import RecoveryCase, TargetOutcome
from sessions.models.results import (
    AskedAssessor,
    ExtraTime,
    ParameterScore,
    SessionGain,
    SessionResult,
    TestAnswer,
    TestAttempt,
)
from sessions.models.survey import ReactionSurvey, SurveyForm, SurveyParticipation

__all__ = [
    "AbsenceReason",
    "AskedAssessor",
    "Attendance",
    "AttendanceCorrection",
    "ClassFile",
    "Deviation",
    "Enrolment",
    "ExtraTime",
    "JoinRequest",
    "MeetingTrainer",
    "PaperSheet",
    "ParameterScore",
    "ReactionSurvey",
    "RecoveryCase",
    "Scan",
    "ScanPage",
    "SessionGain",
    "SessionMeeting",
    "SessionResult",
    "SessionSummary",
    "SurveyForm",
    "SurveyParticipation",
    "TargetOutcome",
    "TestAnswer",
    "TestAttempt",
    "TrainingSession",
]
