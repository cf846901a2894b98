"""Tables that collectors make themselves out of several answers: roles, rights, risk, alerts, licences.

Sources of the columns: invictus-ir/Microsoft-Extractor-Suite, Scripts/Get-MailboxPermissions, Get-AuditLogSettings,
Get-RiskyEvents, Get-ConditionalAccessPolicy, Get-UsersInfo, Get-Roles, Get-SecurityAlerts, Get-Groups and
Get-ProductLicenses; T0pCyber/hawk writes Get-MgRiskyUser and Get-MgRiskDetection with the same columns.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator
from typing import Any

from o365nb.events.state import addresses
from o365nb.intake.base import OWNER, Damaged, Item, Note, Origin, Record
from o365nb.intake.csv_text import CsvRow
from o365nb.intake.exchange_settings_csv import ExchangeSettingCsv
from o365nb.intake.forms import CsvShape, folded, only_a_type

_FULL = re.compile(r"^(?P<who>.*) - Rights: (?P<rights>.*?), Deny: (?P<deny>\w*), Inheritance: ?\w*$", re.DOTALL)
_SEND_AS = re.compile(r"^(?P<who>.*) - Type: (?P<type>\w*), Rights: (?P<rights>.*?), Inheritance: ?\w*$", re.DOTALL)
_FOLDER = re.compile(r"^(?P<who>.*) - (?P<rights>[\w ,]+)$", re.DOTALL)


class CollectorCsv(CsvShape):
    """A table with the collector's own columns; one that says nothing (`-`, the name of a type) is as good as none."""

    def column(self, name: str) -> str:
        return folded(name)

    def row(self, row: CsvRow, origin: Origin) -> Iterator[Item]:
        said = {
            name: cell.strip() for name, cell in row.cells.items() if cell.strip(" -\r\n") and not only_a_type(cell)
        }
        yield from self.told(row.line, said)

    @abstractmethod
    def told(self, line: int, said: dict[str, str]) -> Iterator[Item]:
        """The records of one row, given the cells that say anything."""


class MailboxRightsCsv(CollectorCsv):
    """Get-MailboxPermissions: one row per mailbox, everybody's rights to it in one cell per kind."""

    name = "mailbox-rights-csv"
    title = "Mailbox permissions of Microsoft-Extractor-Suite (CSV)"
    forms = (frozenset({"userprincipalname", "fullaccesspermissions", "sendaspermissions", "sendonbehalfusers"}),)

    def told(self, line: int, said: dict[str, str]) -> Iterator[Item]:
        owner = said.get("userprincipalname", "")
        for entry in filled_parts(said.get("fullaccesspermissions", ""), " | "):
            match = _FULL.match(entry)
            rights = {"AccessRights": match["rights"], "Deny": match["deny"]} if match else {}
            yield from _right(line, owner, entry, match["who"] if match else "", rights)
        for entry in filled_parts(said.get("sendaspermissions", ""), " | "):
            match = _SEND_AS.match(entry)
            rights = {"AccessRights": match["rights"], "AccessControlType": match["type"]} if match else {}
            yield from _right(line, owner, entry, match["who"] if match else "", rights)
        for entry in filled_parts(said.get("sendonbehalfusers", ""), ";"):
            yield from _right(line, owner, entry, entry, {"AccessRights": "SendOnBehalf"})
        for folder, column in (("Calendar", "calendarusers"), ("Inbox", "inboxusers")):
            for entry in filled_parts(said.get(column, ""), ";"):
                match = _FOLDER.match(entry)
                rights = {"AccessRights": match["rights"].split(), "FolderName": folder} if match else {}
                yield from _right(line, owner, entry, match["who"] if match else "", rights, "folder_permission")


class MailboxAuditStatusCsv(CollectorCsv):
    """Get-MailboxAuditStatus: whether what is done in each mailbox is logged."""

    name = "mailbox-audit-status-csv"
    title = "Mailbox audit status of Microsoft-Extractor-Suite (CSV)"
    forms = (frozenset({"userprincipalname", "auditenabled", "auditbypassenabled"}),)

    def told(self, line: int, said: dict[str, str]) -> Iterator[Item]:
        owner = said.get("userprincipalname", "")
        mailbox = {
            "UserPrincipalName": owner,
            "RecipientTypeDetails": said.get("recipienttypedetails"),
            "AuditEnabled": said.get("auditenabled"),
        }
        yield Record(line, "mailbox", mailbox)
        if "auditbypassenabled" in said:
            yield Record(line, "audit_bypass", {"AuditBypassEnabled": said["auditbypassenabled"], OWNER: owner})


class RiskyUserCsv(CollectorCsv):
    """Graph's `riskyUser` as a table."""

    name = "risky-user-csv"
    title = "Risky users (CSV)"
    forms = (frozenset({"userprincipalname", "risklevel", "riskstate", "risklastupdateddatetime"}),)
    times = ("risklastupdateddatetime",)

    def told(self, line: int, said: dict[str, str]) -> Iterator[Item]:
        names = ("id", "userPrincipalName", "riskLevel", "riskState", "riskDetail", "riskLastUpdatedDateTime")
        data = _named(said, names)
        yield Record(line, "risky_user", {**data, OWNER: said.get("userprincipalname", "")})


class RiskDetectionCsv(CollectorCsv):
    """Graph's `riskDetection` as a table."""

    name = "risk-detection-csv"
    title = "Risk detections (CSV)"
    forms = (frozenset({"riskeventtype", "detecteddatetime", "activitydatetime", "userprincipalname"}),)
    times = ("activitydatetime", "detecteddatetime", "lastupdateddatetime")

    def told(self, line: int, said: dict[str, str]) -> Iterator[Item]:
        when = said.get("activitydatetime") or said.get("detecteddatetime") or ""
        if not when[:4].isdecimal():
            yield Damaged(line, "the detection has no time that can be read")
            return
        names = (
            *("id", "activity", "activityDateTime", "additionalInfo", "correlationId", "detectedDateTime", "source"),
            *("ipAddress", "lastUpdatedDateTime", "requestId", "riskDetail", "riskEventType", "riskLevel", "riskState"),
            *("userId", "userPrincipalName", "detectionTimingType"),
        )
        place = _named(said, ("city", "countryOrRegion", "state"))
        yield Record(line, "risk_detection", {**_named(said, names), "location": place})


class ConditionalAccessCsv(CollectorCsv):
    """Conditional access policies as a table; older ones do not say whom a policy is about."""

    name = "conditional-access-csv"
    title = "Conditional access policies of Microsoft-Extractor-Suite (CSV)"
    forms = (frozenset({"id", "displayname", "state", "builtincontrols"}),)
    times = ("createddatetime", "modifieddatetime")

    def read(self, text: str, origin: Origin) -> Iterator[Item]:
        yield from super().read(text, origin)
        if "includeusers" not in self.columns(text[:65536]):
            yield Note("It does not say whom the policies are about, nor whom they leave out.", limits=True)

    def told(self, line: int, said: dict[str, str]) -> Iterator[Item]:
        users = ("includeUsers", "excludeUsers", "includeGroups", "excludeGroups", "includeRoles", "excludeRoles")
        conditions = {
            "users": {name: _words(said.get(name.lower(), "")) for name in users},
            "applications": {"includeApplications": _words(said.get("includeapplications", ""))},
            "locations": {"excludeLocations": _words(said.get("excludelocations", ""))},
            "clientAppTypes": _words(said.get("clientapptypes", "")),
        }
        data = _named(said, ("id", "displayName", "state", "createdDateTime", "modifiedDateTime"))
        grant = {"builtInControls": _words(said.get("builtincontrols", ""))}
        yield Record(line, "conditional_access", {**data, "conditions": conditions, "grantControls": grant})


class RoleMembersCsv(CollectorCsv):
    """Who has which role of the directory: Get-AdminUsers, Get-AllRoleActivity, and Get-PIMAssignments."""

    name = "role-members-csv"
    title = "Directory roles and their members of Microsoft-Extractor-Suite (CSV)"
    forms = (
        frozenset({"role", "username", "userid"}),
        frozenset({"rolename", "userprincipalname", "assignmenttype", "directoryscopeid"}),
    )
    times = ("startdatetime", "enddatetime")

    def told(self, line: int, said: dict[str, str]) -> Iterator[Item]:
        role, owner = said.get("role") or said.get("rolename"), said.get("username") or said.get("userprincipalname")
        if not role or not owner:
            yield Damaged(line, "it names no role, or nobody")
            return
        kind = said.get("assignmenttype", "")
        data: dict[str, Any] = {
            "id": f"{role}:{owner.lower()}",
            "roleDefinition": {"displayName": role},
            "roleDefinitionId": role,
            "principalId": said.get("userid"),
            "directoryScopeId": said.get("directoryscopeid", "/"),
            "memberType": said.get("sourcename") if said.get("sourcetype", "").lower() == "group" else "Direct",
            **{name: value for name, value in _named(said, ("startDateTime", "endDateTime")).items() if "-" in value},
            OWNER: owner,
        }
        yield Record(line, "role_assignment", {**data, "roleEligibilityScheduleId": kind} if "lig" in kind else data)


class SecurityAlertCsv(CollectorCsv):
    """Get-SecurityAlerts: `upn/address` of everybody concerned in one cell."""

    name = "security-alert-csv"
    title = "Security alerts of Microsoft-Extractor-Suite (CSV)"
    forms = (frozenset({"id", "title", "severity", "status", "createddatetime", "affecteduser"}),)
    times = ("createddatetime", "eventdatetime", "lasteventdatetime")

    def told(self, line: int, said: dict[str, str]) -> Iterator[Item]:
        if not said.get("createddatetime", "")[:4].isdecimal():
            yield Damaged(line, "the alert has no time that can be read")
            return
        data = {
            **_named(said, ("id", "title", "severity", "status", "category", "description", "createdDateTime")),
            "serviceSource": said.get("provider"),
            "detectionSource": said.get("detectionsource"),
            "firstActivityDateTime": said.get("eventdatetime"),
            "lastActivityDateTime": said.get("lasteventdatetime"),
            "incidentId": said.get("incidentids"),
            "@source": "alert",
            "@hosts": said.get("affectedhost"),
        }
        people: list[str | None] = [
            entry.partition("/")[0] for entry in filled_parts(said.get("affecteduser", ""), ";")
        ]
        for person in people or [None]:
            yield Record(line, "alert", {**data, "@person": person})


class GroupMembersCsv(CollectorCsv):
    """Get-GroupMembers. When somebody was added it does not know: the date in it is that of the export."""

    name = "group-members-csv"
    title = "Group members of Microsoft-Extractor-Suite (CSV)"
    forms = (frozenset({"groupname", "groupid", "memberid", "userprincipalname"}),)

    def told(self, line: int, said: dict[str, str]) -> Iterator[Item]:
        group = {"id": said.get("groupid"), "displayName": said.get("groupname")}
        yield Record(line, "membership", {**group, OWNER: said.get("userprincipalname") or said.get("memberid", "")})


class LicenceCsv(CollectorCsv):
    """Get-Licenses: the tenant's plans. How long logs are kept is the collector's guess, not the tenant's setting."""

    name = "licence-csv"
    title = "Licences of Microsoft-Extractor-Suite (CSV)"
    forms = (frozenset({"sku", "status", "units", "serviceplans"}),)

    def told(self, line: int, said: dict[str, str]) -> Iterator[Item]:
        state = said.get("status")
        plans = [
            {"servicePlanName": name, "provisioningStatus": state}
            for name in filled_parts(said.get("serviceplans", ""), ";")
        ]
        data = {"skuPartNumber": said.get("sku"), "capabilityStatus": state, "servicePlans": plans}
        yield Record(line, "licence", data)


class ExchangeMobileDeviceCsv(ExchangeSettingCsv):
    """Get-MobileDevice and Get-MobileDeviceStatistics."""

    name = "exchange-mobile-device-csv"
    title = "Get-MobileDevice (CSV)"
    kind = "mobile_device"
    forms = (frozenset({"FirstSyncTime", "DeviceId"}),)
    times = ("FirstSyncTime", "LastSuccessSync", "LastSyncAttemptTime")


class ExchangeSweepRuleCsv(ExchangeSettingCsv):
    """Get-SweepRule."""

    name = "exchange-sweep-rule-csv"
    title = "Get-SweepRule (CSV)"
    kind = "sweep_rule"
    forms = (frozenset({"DestinationFolder", "KeepForDays"}), frozenset({"DestinationFolder", "SourceFolder"}))


def filled_parts(cell: str, separator: str) -> list[str]:
    """The entries of a cell that a collector joined."""
    return [entry.strip() for entry in cell.split(separator) if entry.strip()]


def _right(
    line: int, owner: str, entry: str, who: str, rights: dict[str, Any], kind: str = "mailbox_permission"
) -> Iterator[Item]:
    """One right. A name may hold anything; the address that the collector put behind it comes last."""
    if not rights:
        yield Damaged(line, f"no right can be told from {entry[:60]!r}")
        return
    named = re.search(r"\(([^()]*)\)\s*$", who)
    person = (addresses(named[1]) if named else addresses(who)) or [who.strip()]
    yield Record(line, kind, {**rights, "User": person[-1], OWNER: owner})


def _named(said: dict[str, str], names: tuple[str, ...]) -> dict[str, str]:
    return {name: said[folded(name)] for name in names if folded(name) in said}


def _words(cell: str) -> list[str]:
    """What Out-String wrote under one another, or a collector joined."""
    return [word for word in re.split(r"[\s,;]+", cell) if word]
