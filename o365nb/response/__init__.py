"""The response: plan, approve, apply, verify, undo. Nothing is sent without the id of the plan that was read."""

from o365nb.response.apply import apply, part_of_the_whole, require_approval
from o365nb.response.gate import DEVICE_CHECKS, unmet
from o365nb.response.plan import actions, make_plan
from o365nb.response.preview import preview, undo_preview
from o365nb.response.receipts import Receipt, receipt_lines, receipts_view
from o365nb.response.receipts import read as receipts_of
from o365nb.response.sheet import device_sheets
from o365nb.response.tempo import Tempo, tempo
from o365nb.response.undo import reopens, standing_step, undo
from o365nb.response.verify import Check, check_lines, verify
from o365nb.response.watch import Closed, Earlier, Sign, signs

__all__ = [
    "DEVICE_CHECKS",
    "Check",
    "Closed",
    "Earlier",
    "Receipt",
    "Sign",
    "Tempo",
    "actions",
    "apply",
    "check_lines",
    "device_sheets",
    "make_plan",
    "part_of_the_whole",
    "preview",
    "receipt_lines",
    "receipts_of",
    "receipts_view",
    "reopens",
    "require_approval",
    "signs",
    "standing_step",
    "tempo",
    "undo",
    "undo_preview",
    "unmet",
    "verify",
]
