"""The monthly roster: rows agents, columns dates, cells shift codes (5.1.1 f).

The month stands in the title or in the headings, the meaning of the codes in a legend sheet, a line "Ket: P=Pagi
07.00-15.00", or in what is known already. A bad cell is left out and named; the other cells of its row are written.
"""

from trainingops.imports.roster.check import ROSTER

__all__ = ("ROSTER",)
