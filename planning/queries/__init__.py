"""Reusable reads of the planning stage, by part."""

from planning.queries.plans import plans_visible_to

__all__ = ["plans_visible_to"]
