"""Whose file it is, where only the place that a collector gave it says so.

Hawk puts what it read about one account into a folder named after it, in files that end in the account's short name:
`anna@contoso.com/InboxRules_anna.csv`, and XML one folder deeper (T0pCyber/hawk, Out-MultipleFileType).
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

_UPN = re.compile(r"[^\s@/\\]+@[^\s@/\\]+\.[^\s@/\\]+")


def owner_by_place(name: str) -> str:
    """The account that a file's name inside the evidence says it is about, "" where it does not say so."""
    path = PurePosixPath(name.replace("!", "/").replace("\\", "/"))
    folders = [part for part in path.parts[:-1] if part != "XML"]
    if not folders or not _UPN.fullmatch(folders[-1]):
        return ""
    account = folders[-1].lower()
    short = account.partition("@")[0]
    stem = path.name.rpartition(".")[0].lower()
    return account if stem.endswith((f"_{short}", f"_{account}")) else ""
