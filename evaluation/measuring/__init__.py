"""Measuring the effect of one training from the rows of live service (2.3, 5.4); for workers only.

``people`` says who is compared with whom, ``rates`` counts defects among random samples, ``figures`` reads what stands
beside them, ``found`` puts all of it together and lets :mod:`evaluation.effect` decide.
"""

from evaluation.measuring.found import Found, measure, rests_on

__all__ = ["Found", "measure", "rests_on"]
