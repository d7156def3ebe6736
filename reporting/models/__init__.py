"""The H+1 report: obligation, report, versions, distribution, recap (4.3, 5.3.2)."""

from reporting.models.distribution import (
    AddedRecipient,
    ClientNames,
    Distribution,
    DistributionQuerySet,
    ReportDelivery,
    ReportParty,
)
from reporting.models.obligations import ObligationChange, ReportObligation, ReportObligationQuerySet
from reporting.models.recaps import TrainingRecap, TrainingRecapQuerySet
from reporting.models.reports import ReportShare, ReportVersion, TrainingReport, TrainingReportQuerySet
from reporting.models.rules import DayOff, DeadlinePolicy, default_reminders, in_readers_language

__all__ = [
    "AddedRecipient",
    "ClientNames",
    "DayOff",
    "DeadlinePolicy",
    "Distribution",
    "DistributionQuerySet",
    "ObligationChange",
    "ReportDelivery",
    "ReportObligation",
    "ReportObligationQuerySet",
    "ReportParty",
    "ReportShare",
    "ReportVersion",
    "TrainingRecap",
    "TrainingRecapQuerySet",
    "TrainingReport",
    "TrainingReportQuerySet",
    "default_reminders",
    "in_readers_language",
]
