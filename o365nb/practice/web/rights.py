"""Who may call what: app permissions as Microsoft publishes them, roles in Exchange, licences of the tenant."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from urllib.parse import unquote

from o365nb.practice.identity import ROLE_IDS
from o365nb.practice.web.asked import EXCHANGE, GRAPH, Asked, service_of
from o365nb.practice.web.faults import ExchangeRefusal, Refusal

MANAGE_AS_APP, MANAGE_AS_APP_V2 = "Exchange.ManageAsApp", "Exchange.ManageAsAppV2"

_READS = r"(?!.*-(?:InboxRule|SweepRule)$)Get-\w+"
_RECIPIENTS = r"\w+-(?:InboxRule|SweepRule|\w*Mailbox\w*|Recipient\w*|User|MobileDevice\w*|App|CalendarProcessing)"
#: Entra role of the caller to the cmdlets that it may run (a pattern). Microsoft: view-only roles read no inbox rules;
#: the audit log needs the role Audit Logs, which organisation management and compliance management hold.
EXCHANGE_ROLES: dict[str, re.Pattern[str]] = {
    "Global Administrator": re.compile(r"[\w-]+"),
    "Exchange Administrator": re.compile(r"[\w-]+"),
    "Exchange Recipient Administrator": re.compile(_RECIPIENTS),
    "Compliance Administrator": re.compile(rf"{_READS}|Search-UnifiedAuditLog"),
    "Security Administrator": re.compile(rf"{_READS}|\w+-(?:Quarantine\w*|TenantAllowBlockList\w*|BlockedSender\w*)"),
    "Global Reader": re.compile(_READS),
    "Security Reader": re.compile(_READS),
}


@dataclass(frozen=True, slots=True)
class Need:
    """One line of permissions.csv: any of these permissions opens the call. `when` is body:NAME or query:NAME."""

    service: str
    method: str
    path: re.Pattern[str]
    when: str
    application: tuple[str, ...]
    delegated: tuple[str, ...]

    def fits(self, asked: Asked, path: str) -> bool:
        """This call needs it, whichever version of Graph it asks."""
        same = (asked.service, asked.method) == (self.service, self.method)
        return same and self.path.fullmatch(path) is not None and self._when(asked)

    def _when(self, asked: Asked) -> bool:
        where, _, name = self.when.partition(":")
        if where == "body":
            return name in asked.body
        return where != "query" or name in f"{asked.query.get('$select', '')} {asked.query.get('$filter', '')}"


@dataclass(frozen=True, slots=True)
class Licence:
    """One line of licences.csv: without any of these service plans the call is answered so."""

    what: re.Pattern[str]
    plans: frozenset[str]
    status: int
    code: str
    message: str
    source: str


def everything() -> dict[str, set[str]]:
    """The least permission of every call, by service."""
    found: dict[str, set[str]] = {GRAPH: set(), EXCHANGE: {MANAGE_AS_APP, MANAGE_AS_APP_V2}}
    for row in _rows("permissions.csv"):
        service = service_of(row["api"], row["path"])
        found.setdefault(service, set()).update((row["application"] or row["delegated"]).split()[:1])
    return found


@dataclass
class Rights:
    """What one application was granted, by service, and its directory roles. Default: all that any call needs."""

    granted: dict[str, set[str]] = field(default_factory=everything)
    roles: set[str] = field(default_factory=lambda: {"Exchange Administrator"})

    @property
    def role_ids(self) -> list[str]:
        """The template ids of the directory roles, as tokens carry them."""
        return sorted(ROLE_IDS[role] for role in self.roles if role in ROLE_IDS)

    def withdraw(self, permission: str) -> bool:
        """Take a permission away from every service; False when it was not granted."""
        found = [names for names in self.granted.values() if permission in names]
        for names in found:
            names.discard(permission)
        return bool(found)

    def may_run(self, cmdlet: str) -> bool:
        """One of the roles has this cmdlet."""
        return any(EXCHANGE_ROLES[role].fullmatch(cmdlet) for role in self.roles if role in EXCHANGE_ROLES)

    def check(self, asked: Asked, *, app_only: bool) -> None:
        """Raises the service's own 403 for a call without its permission or role."""
        if asked.service == EXCHANGE:
            self._check_exchange(asked)
            return
        for need in needs(asked):
            wanted = need.application if app_only else (need.delegated and need.delegated + need.application)
            if not set(wanted) & self.granted[asked.service]:
                raise _refusal(asked, wanted, self.granted[asked.service])

    def _check_exchange(self, asked: Asked) -> None:
        wanted = MANAGE_AS_APP_V2 if asked.path.startswith("/adminapi/v2.0/") else MANAGE_AS_APP
        if wanted not in self.granted[EXCHANGE] or not self.roles & EXCHANGE_ROLES.keys():
            text = (
                "The role assigned to application isn't supported in this scenario. Please check online documentation"
                " for assigning correct Directory Roles to Azure AD Application for EXO App-Only Authentication."
            )
            raise ExchangeRefusal(403, "Forbidden", text)
        if asked.cmdlet and not self.may_run(asked.cmdlet):
            text = f"The term '{asked.cmdlet}' is not recognized as the name of a cmdlet, function, script file, or"
            raise ExchangeRefusal(403, "Forbidden", f"{text} operable program.")


def check_licence(asked: Asked, plans: Collection[str]) -> None:
    """Raises the service's own answer for what the tenant has no licence for."""
    if not asked.graph:
        return
    text = unquote(asked.path) + (f"?{asked.query['$select']}" if "$select" in asked.query else "")
    for licence in licences():
        if licence.what.fullmatch(text) and not licence.plans & set(plans):
            raise Refusal(licence.status, licence.code, licence.message)


def needs(asked: Asked) -> list[Need]:
    """What a call needs; nothing for one that the published permissions do not name."""
    path = _plain(asked.path)
    shorter = re.sub(r"/microsoft\.graph\.\w+$", "", path)  # a cast asks for no other right
    return [need for need in every_need() if need.fits(asked, path)] or [
        need for need in every_need() if shorter != path and need.fits(asked, shorter)
    ]


def _plain(path: str) -> str:
    """An object named by a key is the object."""
    return re.sub(r"\((?:appId|uniqueName)='[^']*'\)", "/key", unquote(path) if "(" in path else path)


_GENERAL = "Insufficient privileges to complete the operation."
_SCOPES = "You cannot perform the requested operation, required scopes are missing in the token."
_MISSING_ROLES = "Missing application roles. API required roles: {all}, application roles: {granted}."
_INTUNE = (
    "Application is not authorized to perform this operation. Application must have one of the following scopes: {all}"
)
#: How the services say that a permission is missing, the first that fits. Sources: error bodies in public issues of
#: Microsoft's SDKs and of several incident-response tools.
_FORMS: tuple[tuple[str, str, str], ...] = (
    (r"/auditLogs/.*|/reports/.*", "Authentication_MSGraphPermissionMissing",
     "Calling principal does not have required MSGraph permissions {one}"),
    (r"/identity/conditionalAccess.*", "AccessDenied", _SCOPES),
    (r"/identityProtection/.*", "Forbidden", _SCOPES),
    (r"/roleManagement/.*Schedule.*|/identityGovernance/.*", "PermissionScopeNotGranted",
     "Authorization failed due to missing permission scope {all}."),
    (r"/users/[^/]+/authentication/.*", "accessDenied", "Request Authorization failed"),
    (r"/users/[^/]+/(mailFolders|messages|mailboxSettings|calendar).*", "ErrorAccessDenied",
     "Access is denied. Check credentials and try again."),
    (r"/security/.*", "Forbidden", _MISSING_ROLES),
    (r"/deviceManagement/.*|/users/[^/]+/managedDevices.*", "Forbidden", _INTUNE),
    (r"/admin/exchange/.*", "Forbidden", _SCOPES),
    (r"/api/v1\.0/.*", "AF10001",
     "The permission set ({granted}) sent in the request did not include the expected permission {one}."),
    (r"/api/.*", "Forbidden", _MISSING_ROLES),
    (r".*", "Authorization_RequestDenied", _GENERAL),
)  # fmt: skip


def _refusal(asked: Asked, wanted: Collection[str], granted: Collection[str]) -> Refusal:
    if "signInActivity" in asked.query.get("$select", "") and "AuditLog.Read.All" in wanted:
        code, message = _FORMS[0][1:]
    else:
        code, message = next((code, text) for where, code, text in _FORMS if re.fullmatch(where, asked.path))
    one = next(iter(wanted), "")
    return Refusal(403, code, message.format(one=one, all=",".join(wanted), granted=",".join(sorted(granted)[:5])))


@cache
def every_need() -> tuple[Need, ...]:
    """permissions.csv, made from Microsoft's published permissions (see tests/data/contract/SOURCE.md)."""
    return tuple(
        Need(
            service_of(row["api"], row["path"]), row["method"], _pattern(row["path"]), row["when"],
            tuple(row["application"].split()), tuple(row["delegated"].split()),
        )
        for row in _rows("permissions.csv")
    )  # fmt: skip


@cache
def licences() -> tuple[Licence, ...]:
    """licences.csv."""
    return tuple(
        Licence(
            re.compile(row["what"]), frozenset(row["plans"].split()), int(row["status"]), row["code"], row["message"],
            row["source"],
        )
        for row in _rows("licences.csv")
    )  # fmt: skip


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{[^}]+\}", path)
    return re.compile("[^/]+".join(map(re.escape, parts)))


def _rows(name: str) -> list[dict[str, str]]:
    text = files("o365nb.practice.web").joinpath(name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))
