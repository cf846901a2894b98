"""Objects of the directory as CSV, from the Entra portal or a collector: users, devices, sign-in methods."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from o365nb.intake.base import OWNER, Item, Note, Origin, Record
from o365nb.intake.csv_text import CsvRow
from o365nb.intake.forms import CsvShape, folded, only_a_type

_USER = (
    *("id", "userPrincipalName", "displayName", "mail", "userType", "accountEnabled", "createdDateTime"),
    *("lastPasswordChangeDateTime", "signInSessionsValidFromDateTime", "onPremisesSyncEnabled", "jobTitle"),
    "department",
)
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

    def row(self, row: CsvRow, origin: Origin) -> Iterator[Item]:
        data = _said({own: row.cells.get(name, "") for name, own in _DEVICE.items()})
        owners = row.cells.get("registeredowners") or row.cells.get("registeredusers") or ""
        named = [owner for owner in owners.replace(";", ",").split(",") if "@" in owner]
        yield Record(row.line, "device", {**data, OWNER: named[0].strip()} if len(named) == 1 else data)


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


def _said(cells: dict[str, str]) -> dict[str, Any]:
    return {name: cell.strip() for name, cell in cells.items() if cell.strip() and not only_a_type(cell)}
