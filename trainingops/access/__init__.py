"""Who may open which URL: one table, deny by default (DESIGN.md §1).

Coarse on purpose: scope is decided by ``visible_to`` and state by the policies. A URL that is missing here opens
for nobody, and a test fails.
"""

from trainingops.access import house, planning, stages
from trainingops.people.access import Rule

ACCESS: dict[str, Rule] = {**house.ACCESS, **planning.ACCESS, **stages.ACCESS}
