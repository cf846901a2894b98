"""Every error the kit raises, in one tree.

    O365nbError                    the tool failed                                   exit 1
    ├── BadInput                   what was asked or given cannot be used             exit 2
    │   ├── BadEvidence            a file: names the file, the line and the mend
    │   ├── UnknownSubject         the account is in none of the evidence
    │   └── BadCase                the case folder is missing, damaged or tampered with
    ├── SignInFailed               the identity provider refused, or cannot be reached  exit 2
    ├── Unreachable                nobody answers at the address                       exit 2
    ├── NotApproved                a change was asked for without a matching approved plan  exit 2
    └── RequestFailed              the service answered with an error
        ├── Denied                 a right is missing
        ├── NotLicensed            a licence is missing: the product is named
        ├── NotFound               the object, or the service, is not there
        ├── Throttled              refused for load, after all retries
        └── UntrustedLink          a link leads off the configured host; never followed

A message says what happened, why it matters and what to do, in one line.
"""

from __future__ import annotations

from pathlib import Path


class O365nbError(Exception):
    """The tool failed."""

    exit_code = 1


class BadInput(O365nbError):
    """What was asked or given cannot be used."""

    exit_code = 2


class BadEvidence(BadInput):
    """An evidence file cannot be read; says which, where and what to do."""

    def __init__(self, path: Path | str, problem: str, mend: str, line: int | None = None) -> None:
        where = f"{path}, line {line}" if line else str(path)
        super().__init__(f"{where}: {problem}. {mend}")
        self.path, self.line, self.problem, self.mend = Path(path), line, problem, mend


class UnknownSubject(BadInput):
    """The account under investigation is in none of the evidence."""


class BadCase(BadInput):
    """The case folder is missing, damaged or was changed by another hand."""


class SignInFailed(O365nbError):
    """The identity provider refused the sign-in."""

    exit_code = 2


class Unreachable(O365nbError):
    """Nobody answers at the address."""

    exit_code = 2


class NotApproved(O365nbError):
    """A change was asked for that no approved plan covers."""

    exit_code = 2


class RequestFailed(O365nbError):
    """A service answered with an error.

    `status` is the HTTP status, `code` the service's own error code, `request_id` the id that
    Microsoft's support asks for.
    """

    def __init__(self, message: str, *, status: int = 0, code: str = "", request_id: str = "") -> None:
        super().__init__(message)
        self.status, self.code, self.request_id = status, code, request_id


class Denied(RequestFailed):
    """A right is missing (401 or 403)."""


class NotLicensed(RequestFailed):
    """The tenant lacks the licence that this data needs."""


class NotFound(RequestFailed):
    """The object, or the service behind it, is not there (404)."""


class Throttled(RequestFailed):
    """Refused for load (429, 503), after all retries."""


class UntrustedLink(RequestFailed):
    """A next link leads off the configured host; a token is never sent there."""
