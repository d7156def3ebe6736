"""Attendance on paper: what a printed list shows, and how a scan of it is read (PRN-3)."""
