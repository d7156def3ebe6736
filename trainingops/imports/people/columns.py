"""The columns of the agent master list (clauses 3 and 5.1.1 b)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.utils.translation import gettext_lazy

from trainingops.imports.identity import EMPLOYEE_NO, HEADINGS
from trainingops.imports.registry import Column, longest_of
from trainingops.people.models import Person, Team

COLUMNS = (
    replace(EMPLOYEE_NO, longest=longest_of(Person, "employee_no"), required=True, headings=(*HEADINGS, "NIK")),
    Column(
        name="name",
        longest=longest_of(Person, "name"),
        label=gettext_lazy("Name"),
        required=True,
        headings=("Nama Karyawan", "Nama", "Nama Agent", "Nama Lengkap"),
        example="Siti Rahma",
    ),
    Column(
        name="login_id",
        longest=longest_of(Person, "login_id"),
        label=gettext_lazy("Log-in id"),
        headings=("ID Login", "Login", "User ID"),
        example="srahma",
    ),
    Column(
        name="acd_id",
        longest=longest_of(Person, "acd_id"),
        label=gettext_lazy("ACD id"),
        headings=("ID ACD", "ACD", "ID Avaya", "Agent ID"),
        example="00501",
    ),
    Column(
        name="email",
        longest=longest_of(Person, "email"),
        label=gettext_lazy("Mail address"),
        headings=("Email Kantor", "Email", "E-mail", "Alamat Email"),
        example="siti.rahma@contoh.id",
    ),
    Column(
        name="leader_no",
        longest=longest_of(Person, "employee_no"),
        label=gettext_lazy("Team leader's employee number"),
        headings=("No. Karyawan TL", "TL", "No. Karyawan Team Leader", "NIK TL", "No TL"),
        example="CC0011",
    ),
    Column(
        name="team",
        longest=longest_of(Team, "name"),
        label=gettext_lazy("Team"),
        headings=("Tim", "Nama Tim", "Team Name"),
        example="",
    ),
    Column(
        name="line",
        label=gettext_lazy("Service line"),
        required=True,
        headings=("Line", "Layanan", "Lini Layanan"),
        example="Inbound",
    ),
    Column(
        name="skills",
        label=gettext_lazy("Skills"),
        headings=("Skill", "Segmen", "Segment", "Keahlian"),
        example="Voice; Prioritas",
    ),
    Column(name="site", label=gettext_lazy("Site"), required=True, headings=("Lokasi", "Kota"), example="Jakarta"),
    Column(
        name="joined_on",
        label=gettext_lazy("Joined on"),
        headings=("Tanggal Bergabung", "Tgl Bergabung", "Tanggal Masuk", "TMT", "Join Date"),
        example=date(2026, 11, 2),
        is_day=True,
    ),
    Column(
        name="employment",
        label=gettext_lazy("Employment"),
        headings=("Status", "Status Karyawan", "Status Kerja"),
        example="Aktif",
    ),
    Column(
        name="left_on",
        label=gettext_lazy("Left on"),
        headings=("Tanggal Keluar", "Tgl Keluar", "Tanggal Resign"),
        is_day=True,
    ),
)
