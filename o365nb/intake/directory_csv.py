"""Objects of the directory as the portal, a collector or Export-Csv writes them: users, devices, methods, consents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from o365nb.events.times import iso_time
from o365nb.intake.base import OWNER, Item, Note, Origin, Record
from o365nb.intake.csv_text import CsvRow
from o365nb.intake.forms import CsvShape, JsonShape, folded, only_a_type

_USER = (
    *("id", "userPrincipalName", "displayName", "mail", "userType", "accountEnabled", "createdDateTime"),
    *("lastPasswordChangeDateTime", "signInSessionsValidFromDateTime", "onPremisesSyncEnabled", "jobTitle"),
    "department",
)
_ZONED = re.compile(r"(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})\s*$", re.IGNORECASE)
_REGISTRATION = (
    *("userPrincipalName", "isAdmin", "isMfaRegistered", "isMfaCapable", "isPasswordlessCapable", "isSsprRegistered"),
    *("methodsRegistered", "userPreferredMethodForSecondaryAuthentication"),
)
_GRANT = ("id", "clientId", "consentType", "principalId", "resourceId", "scope")
_DEVICE = {
    "deviceid": "deviceId",
    "objectid": "id",
    "displayname": "displayName",
    "operatingsystem": "operatingSystem",
    "operatingsystemversion": "operatingSystemVersion",
    "trusttype": "trustType",
    "ismanaged": "isManaged",
    "iscompliant": "isCompliant",
    "accountenabled": "accountEnabled",
    "createddatetime": "createdDateTime",
    "lastsignindatetime": "approximateLastSignInDateTime",
}
#: Columns of the MFA report, one per kind of method, and what Graph calls the kind.
_METHODS = {
    "email": "email",
    "fido2": "fido2",
    "app": "microsoftAuthenticator",
    "phone": "phone",
    "softwareoath": "softwareOath",
    "temporaryaccesspass": "temporaryAccessPass",
    "temporaryaccesspassauthenticationmethod": "temporaryAccessPass",
    "hellobusiness": "windowsHelloForBusiness",
    "windowshelloforbusiness": "windowsHelloForBusiness",
}


class UserCsv(CsvShape):
    """The portal's user export, or a collector's."""

    name = "user-csv"
    title = "Users (CSV)"
    forms = (frozenset({"userprincipalname", "displayname", "id", "accountenabled"}),)

    def column(self, name: str) -> str:
        return folded(name)

    def row(self, row: CsvRow, origin: Origin) -> Iterator[Item]:
        known = {name: row.cells.get(name.lower(), "") for name in _USER}
        yield Record(row.line, "user", _said(known))


class DeviceCsv(CsvShape):
    """Registered devices; the owner is the one registered owner that is an address."""

    name = "device-csv"
    title = "Devices (CSV)"
    forms = (frozenset({"deviceid", "displayname", "operatingsystem", "trusttype"}),)
    times = ("createddatetime", "lastsignindatetime")

    def column(self, name: str) -> str:
        return folded(name)

    def read(self, text: str, origin: Origin) -> Iterator[Item]:
        yield from super().read(text, origin)
        if any(not _ZONED.search(row.cells.get(name) or "Z") for row in self.rows(text, origin) for name in self.times):
            yield Note("Its times do not say in which zone they are: taken as UTC.")

    def row(self, row: CsvRow, origin: Origin) -> Iterator[Item]:
        yield _device(row.line, row.cells)


class DeviceJson(JsonShape):
    """The same as JSON, under the names that PowerShell and collectors write."""

    name = "device-json"
    title = "Devices from a collector (JSON)"
    kind = "device"
    must = frozenset({"DeviceId", "DisplayName", "OperatingSystem", "TrustType"})

    def records(self, line: int, data: dict[str, Any]) -> Iterator[Item]:
        cells = {folded(name): value for name, value in data.items() if value is not None}
        cells["createddatetime"] = iso_time(str(cells.get("createddatetime"))) or ""
        listed = (cells.get("registeredowners"), cells.get("registeredusers"))
        owners = [", ".join(map(str, value)) if isinstance(value, list) else str(value or "") for value in listed]
        texts = {name: str(value) for name, value in cells.items()}
        yield _device(line, {**texts, "registeredowners": owners[0], "registeredusers": owners[1]})


class MfaCsv(CsvShape):
    """Which kinds of sign-in method each user has: one column per kind. Numbers and devices are not in it."""

    name = "mfa-methods-csv"
    title = "MFA methods per user of Microsoft-Extractor-Suite (CSV)"
    forms = (
        frozenset({"user", "mfastatus", "email", "fido2", "app", "phone"}),
        frozenset({"userprincipalname", "mfastatus", "email", "fido2", "app", "phone"}),
    )

    def column(self, name: str) -> str:
        return folded(name)

    def read(self, text: str, origin: Origin) -> Iterator[Item]:
        yield from super().read(text, origin)
        yield Note("It names kinds of sign-in methods only: no numbers, no devices, no times.", limits=True)

    def row(self, row: CsvRow, origin: Origin) -> Iterator[Item]:
        owner = (row.cells.get("userprincipalname") or row.cells.get("user") or "").strip().lower()
        for column, kind in _METHODS.items():
            if row.cells.get(column, "").strip().lower() not in ("", "-", "false", "no", "0"):
                method = {"@odata.type": f"#microsoft.graph.{kind}AuthenticationMethod", "id": f"{kind}:{owner}"}
                yield Record(row.line, "auth_method", {**method, OWNER: owner})


class RegistrationCsv(CsvShape):
    """Graph's `userRegistrationDetails` through Export-Csv: which methods each account has registered."""

    name = "mfa-registration-csv"
    title = "Registration of authentication methods (CSV)"
    forms = (frozenset({"userprincipalname", "methodsregistered", "ismfaregistered"}),)

    def column(self, name: str) -> str:
        return folded(name)

    def row(self, row: CsvRow, origin: Origin) -> Iterator[Item]:
        data: dict[str, Any] = _said({name: row.cells.get(folded(name), "") for name in _REGISTRATION})
        methods = [method.strip() for method in data.get("methodsRegistered", "").strip("{}").split(",")]
        yield Record(
            row.line, "mfa_registration", {**data, "methodsRegistered": [method for method in methods if method]}
        )


class OauthGrantCsv(CsvShape):
    """Graph's `oauth2PermissionGrant` through Export-Csv: delegated consent."""

    name = "oauth-grant-csv"
    title = "Consent grants (CSV)"
    forms = (frozenset({"clientid", "consenttype", "resourceid", "scope"}),)

    def column(self, name: str) -> str:
        return folded(name)

    def row(self, row: CsvRow, origin: Origin) -> Iterator[Item]:
        yield Record(row.line, "oauth_grant", _said({name: row.cells.get(folded(name), "") for name in _GRANT}))


def _device(line: int, cells: dict[str, str]) -> Record:
    data = _said({own: cells.get(name, "") for name, own in _DEVICE.items()})
    owners = cells.get("registeredowners") or cells.get("registeredusers") or ""
    named = [owner for owner in owners.replace(";", ",").split(",") if "@" in owner]
    return Record(line, "device", {**data, OWNER: named[0].strip()} if len(named) == 1 else data)


def _said(cells: dict[str, str]) -> dict[str, Any]:
    return {name: cell.strip() for name, cell in cells.items() if cell.strip() and not only_a_type(cell)}
