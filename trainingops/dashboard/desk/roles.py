"""Who the desk speaks of, in the words of the procedure."""

from __future__ import annotations

from trainingops.people.enums import Role

#: Those who teach: a PIC is a trainer; SSO Training teaches soft skills (5.1.1 a).
TEACHERS = (Role.TRAINER, Role.SSO_TRAINING)
#: The teams that a plan is coordinated with (5.1.1 d).
CONSULTED = (Role.QC, Role.OPERATIONS, Role.OPERATION_SUPPORT)
OFFICES = (Role.MANAGER, *TEACHERS, *CONSULTED, Role.TEAM_LEADER, Role.AUDITOR)
