"""Nothing secret leaves in a message: tokens, secrets and passwords are blanked out of every text we show."""

from __future__ import annotations

import re

from o365nb.safe import one_line

_NAMES = (
    r"client_secret|client_assertion|refresh_token|access_token|id_token|device_code|assertion|authorization"
    r"|set-cookie|cookie|newPassword|password|passphrase|temporaryAccessPass|secretText|private_key"
)
_PATTERNS = (
    re.compile(r"\beyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*){1,4}"),  # a JWT, whole or cut
    re.compile(r"(?i)\b(?:Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}"),
    re.compile(r"-----BEGIN [^-]*PRIVATE KEY-----.*?(?:-----END [^-]*PRIVATE KEY-----|$)", re.DOTALL),
    re.compile(rf"""(?i)["']?\b(?:{_NAMES})\b["']?\s*[:=]\s*(?:"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s&,;}}]+)"""),
)


def redact(text: object, *secrets: str, limit: int = 400) -> str:
    """Foreign text on one terminal-safe line, without anything that looks like a secret, cut to `limit`.

    `secrets` are the ones we know by value.
    """
    clean = str(text)
    for secret in secrets:
        if secret:
            clean = clean.replace(secret, "[redacted]")
    for pattern in _PATTERNS:
        clean = pattern.sub("[redacted]", clean)
    clean = one_line(clean)
    return clean if len(clean) <= limit else f"{clean[:limit]}…"
