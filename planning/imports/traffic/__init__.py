"""Volumes of intervals and forecasts of them, from the reports that contact centres have (5.1.1 f)."""

from planning.imports.traffic.check import FORECAST, TRAFFIC
from planning.imports.traffic.figures import read_aht, read_seconds, read_share

__all__ = ("FORECAST", "TRAFFIC", "read_aht", "read_seconds", "read_share")
