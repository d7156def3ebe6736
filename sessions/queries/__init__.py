"""Reusable reads of the sessions stage."""
