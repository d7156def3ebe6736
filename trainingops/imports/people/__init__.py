"""The importer of people: the agent master list with teams, lines, sites and skills."""

from trainingops.imports.people.check import PEOPLE
from trainingops.imports.people.columns import COLUMNS

__all__ = ["COLUMNS", "PEOPLE"]
