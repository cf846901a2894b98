"""Application permissions as Microsoft-Extractor-Suite writes them: one CSV row per permission.

Rows of one application, resource and person are one consent. The export has no id of the grant itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from o365nb.intake.base import Damaged, Item, Note, Origin, Record
from o365nb.intake.csv_text import CsvRow
from o365nb.intake.forms import CsvShape

#: Whose consent it is, where only a name or an object id says so (see `tables`).
PRINCIPAL = "@principal"
_IDENTITY = ("clientId", "resourceId", "principalId", "consentType")


class OauthPermissionsCsv(CsvShape):
    """Delegated and application permissions, each with what is known of the application."""

    name = "oauth-permissions-csv"
    title = "OAuth permissions of Microsoft-Extractor-Suite or Hawk (CSV)"
    forms = (
        frozenset({"PermissionType", "AppId", "ClientObjectId", "Permission", "ConsentType"}),
        frozenset({"PermissionType", "ClientObjectId", "Permission", "ConsentType", "PrincipalObjectId"}),  # Hawk's
    )
    times = ("CreatedDateTime",)

    def read(self, text: str, origin: Origin) -> Iterator[Item]:
        grants: dict[tuple[str, ...], Record] = {}
        clients: dict[str, Record] = {}
        rows = 0
        for item in super().read(text, origin):
            if not isinstance(item, Record):
                yield item
            elif item.kind == "service_principal":
                clients.setdefault(str(item.data["id"]), item)
            else:
                rows += 1
                known = grants.setdefault(tuple(str(item.data[name]) for name in _IDENTITY), item)
                if known is not item:
                    known.data["scope"] = f"{known.data['scope']} {item.data['scope']}"
        yield from grants.values()
        yield from clients.values()
        if len(grants) < rows:
            yield Note(f"{rows} permissions in it are {len(grants)} consents of {len(clients)} applications.")

    def row(self, row: CsvRow, origin: Origin) -> Iterator[Item]:
        cells = {name: cell.strip() for name, cell in row.cells.items()}
        if not cells.get("ClientObjectId") or not cells.get("Permission"):
            yield Damaged(row.line, "the permission names no application or no right")
            return
        application = cells.get("PermissionType", "").lower() == "application"
        person = cells.get("PrincipalDisplayName", "")
        yield Record(
            row.line,
            "oauth_grant",
            {
                "clientId": cells["ClientObjectId"],
                "resourceId": cells.get("ResourceObjectId", ""),
                "principalId": "" if application else cells.get("PrincipalObjectId", ""),
                "consentType": "AllPrincipals" if application else cells.get("ConsentType") or "Principal",
                "scope": cells["Permission"],
                PRINCIPAL: person if "@" in person else cells.get("PrincipalObjectId", ""),
            },
        )
        yield Record(row.line, "service_principal", _client(cells))


def _client(cells: dict[str, str]) -> dict[str, Any]:
    """What the row says of the application, as Graph's servicePrincipal."""
    status = cells.get("ApplicationStatus", "").lower() or cells.get("IsEnabled", "").lower()
    return {
        "id": cells["ClientObjectId"],
        "appId": cells.get("AppId"),
        "displayName": cells.get("AppDisplayName") or cells.get("ClientDisplayName"),
        "publisherName": cells.get("PublisherName"),
        "appOwnerOrganizationId": cells.get("AppOwnerOrganizationId"),
        "createdDateTime": cells.get("CreatedDateTime") or cells.get("CreationTimestamp"),
        "accountEnabled": {"enabled": True, "true": True, "disabled": False, "false": False}.get(status),
        "verifiedPublisher": {
            "displayName": cells.get("PublisherDisplayName"),
            "verifiedPublisherId": cells.get("VerifiedPublisherId"),
        },
    }
