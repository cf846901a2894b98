"""The case folder: raw evidence with its chain of custody, the coverage ledger, receipts, the result bundle."""

from o365nb.case.bundle import Bundle
from o365nb.case.chain import Chain
from o365nb.case.folder import Case, CaseInfo
from o365nb.case.ledger import Coverage, Ledger
from o365nb.case.seal import Sealed, seal, verify_archive

__all__ = ["Bundle", "Case", "CaseInfo", "Chain", "Coverage", "Ledger", "Sealed", "seal", "verify_archive"]
