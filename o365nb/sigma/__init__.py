"""Published Sigma rules on the case's events: a layer beside the kit's own detections, never a part of the verdict.

`run(case, rules)` answers for every rule: hit, noisy, clear, cannot fire, dead as written, not supported, invalid.
"""

from __future__ import annotations

from o365nb.sigma.answer import Answer, RuleAnswer, SigmaAnswer, load, save
from o365nb.sigma.fields import FieldMap, load_fields
from o365nb.sigma.run import run

__all__ = ["Answer", "FieldMap", "RuleAnswer", "SigmaAnswer", "load", "load_fields", "run", "save"]
