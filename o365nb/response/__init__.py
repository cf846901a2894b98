"""The response: plan, approve, apply, verify, undo. Nothing is sent without the id of the plan that was read."""

from o365nb.response.apply import apply, part_of_the_whole, require_approval
from o365nb.response.gate import unmet
from o365nb.response.plan import actions, make_plan
from o365nb.response.preview import preview
from o365nb.response.receipts import Receipt, receipt_lines, receipts_view
from o365nb.response.sheet import device_sheets
from o365nb.response.undo import undo
from o365nb.response.verify import Check, check_lines, verify

__all__ = [
    "Check",
    "Receipt",
    "actions",
    "apply",
    "check_lines",
    "device_sheets",
    "make_plan",
    "part_of_the_whole",
    "preview",
    "receipt_lines",
    "receipts_view",
    "require_approval",
    "undo",
    "unmet",
    "verify",
]
