"""Sign-ins as the Entra portal downloads them as CSV. (Its JSON download is Graph's own form.)

The header is second-hand knowledge (domain facts: evidence shapes §4): blanks at ends and in the middle, one column
twice. Names are compared without blanks, signs and capitals.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from o365nb.intake.base import Damaged, Item, Note, Origin, Record
from o365nb.intake.csv_text import CsvRow, Row
from o365nb.intake.forms import CsvShape, folded

#: The portal's columns that are Graph's properties under another name.
_SAME = {
    "requestid": "id",
    "useragent": "userAgent",
    "correlationid": "correlationId",
    "userid": "userId",
    "user": "userDisplayName",
    "username": "userPrincipalName",
    "uniquetokenidentifier": "uniqueTokenIdentifier",
    "application": "appDisplayName",
    "applicationid": "appId",
    "appownertenantid": "appOwnerTenantId",
    "resource": "resourceDisplayName",
    "resourceid": "resourceId",
    "resourcetenantid": "resourceTenantId",
    "hometenantid": "homeTenantId",
    "ipaddress": "ipAddress",
    "ipaddressseenbyresource": "ipAddressFromResourceProvider",
    "clientapp": "clientAppUsed",
    "signinidentifier": "signInIdentifier",
    "sessionid": "sessionId",
    "autonomoussystemnumber": "autonomousSystemNumber",
    "serviceprincipalid": "servicePrincipalId",
    "serviceprincipalname": "servicePrincipalName",
    "credentialkeyid": "servicePrincipalCredentialKeyId",
    "credentialthumbprint": "servicePrincipalCredentialThumbprint",
    "federatedtokenid": "federatedTokenId",
}
#: Columns whose values the portal writes as words where Graph has an enumeration.
_WORDS = {
    "usertype": "userType",
    "crosstenantaccesstype": "crossTenantAccessType",
    "incomingtokentype": "incomingTokenType",
    "authenticationprotocol": "authenticationProtocol",
    "originaltransfermethod": "originalTransferMethod",
    "clientcredentialtype": "clientCredentialType",
    "conditionalaccess": "conditionalAccessStatus",
    "tokenissuertype": "tokenIssuerType",
}
_NOTHING = frozenset({"", "-", "none", "n/a", "not available"})
_OUTCOMES = {"success": "success", "failure": "failure", "interrupted": "interrupted"}
_LAST_RESORT = "The export does not say whether these are interactive sign-ins"


class EntraPortalCsv(CsvShape):
    """What the portal's sign-in files share."""

    times: ClassVar[tuple[str, ...]] = ("dateutc",)

    def column(self, name: str) -> str:
        return "dateutc" if folded(name) == "date" else folded(name)  # the Azure portal's older files say only Date

    def signed_in(self, row: CsvRow) -> dict[str, Any] | None:
        """Graph's signIn, as far as the portal gives it; None where there is no time."""
        cells = {name: cell.strip() for name, cell in row.cells.items()}
        if not cells.get("dateutc", "")[:4].isdecimal():
            return None
        data: dict[str, Any] = {"createdDateTime": cells["dateutc"], "status": _status(cells)}
        data |= {own: cells[name] for name, own in _SAME.items() if not _nothing(cells.get(name, ""))}
        data |= {own: camel(cells[name]) for name, own in _WORDS.items() if not _nothing(cells.get(name, ""))}
        data |= {"location": _location(cells.get("location", "")), "deviceDetail": _device(cells)}
        requirement = cells.get("authenticationrequirement", "").lower()
        if requirement:
            single = requirement.startswith("single")
            data["authenticationRequirement"] = "singleFactorAuthentication" if single else "multiFactorAuthentication"
        method = cells.get("multifactorauthenticationauthmethod", "")
        if not _nothing(method):
            data["mfaDetail"] = {"authMethod": method, "authDetail": cells.get("multifactorauthenticationauthdetail")}
        data["flaggedForReview"] = _yes(cells.get("flaggedforreview", ""))
        return data


class EntraPortalSignInCsv(EntraPortalCsv):
    """User sign-ins. The portal makes one file of interactive and one of non-interactive sign-ins with the same header:
    only the tokens that came in tell them apart."""

    name = "entra-portal-sign-in-csv"
    title = "Entra portal sign-ins (CSV)"
    forms = (frozenset({"dateutc", "requestid", "username", "application", "ipaddress", "status"}),)

    def read(self, text: str, origin: Origin) -> Iterator[Item]:
        interactive, note = self._kind(text, origin)
        for item in super().read(text, origin):
            if isinstance(item, Record):
                item.data["isInteractive"] = interactive
            yield item
        yield note

    def row(self, row: CsvRow, origin: Origin) -> Iterator[Item]:
        data = self.signed_in(row)
        if data is None:
            yield Damaged(row.line, "the sign-in has no time that can be read")
        else:
            yield Record(row.line, "sign_in", data)

    def _kind(self, text: str, origin: Origin) -> tuple[bool, Note]:
        """Refresh tokens come in where nobody is asked: mostly those, and the file is of non-interactive sign-ins."""
        tokens = [camel(row.cells.get("incomingtokentype", "").strip()) for row in self.rows(text, origin)]
        named = [token for token in tokens if token]
        refreshed = sum("refreshToken" in token and "primary" not in token for token in named)
        if named and refreshed * 2 > len(named):
            why = f"{refreshed} of {len(named)} came with a refresh token: taken as non-interactive."
            return False, Note(f"{_LAST_RESORT}; {why}", limits=True)
        if "none" in named and not refreshed:
            return True, Note(f"{_LAST_RESORT}; none came with a refresh token: taken as interactive.")
        return True, Note(f"{_LAST_RESORT}, nor do their tokens: taken as interactive.", limits=True)


class EntraPortalAppSignInCsv(EntraPortalCsv):
    """Sign-ins of service principals, or of managed identities."""

    name = "entra-portal-app-sign-in-csv"
    title = "Entra portal application sign-ins (CSV)"
    forms = (frozenset({"dateutc", "requestid", "serviceprincipalid", "serviceprincipalname", "ipaddress", "status"}),)

    def row(self, row: CsvRow, origin: Origin) -> Iterator[Item]:
        data = self.signed_in(row)
        if data is None:
            yield Damaged(row.line, "the sign-in has no time that can be read")
            return
        managed = not _nothing(row.cells.get("managedidentitytype", "").strip())
        kind = "managedIdentity" if managed else "servicePrincipal"
        yield Record(row.line, "sign_in", {**data, "isInteractive": False, "signInEventTypes": [kind]})


class EntraPortalAuthDetailsCsv(EntraPortalCsv):
    """`*_AuthDetails_*`: the steps of each sign-in (method, outcome), by the id of the sign-in. Who signed in, and from
    where, stands in the file beside it only, which also says how the sign-in ended: kept for reading."""

    name = "entra-portal-auth-details-csv"
    title = "Entra portal authentication details (CSV)"
    forms = (frozenset({"requestid", "authenticationmethod", "succeeded", "requirement"}),)
    times: ClassVar[tuple[str, ...]] = ()

    def read(self, text: str, origin: Origin) -> Iterator[Item]:
        steps = list(self.rows(text, origin))
        of = len({row.cells.get("requestid", "") for row in steps})
        if steps:
            told = "kept for reading; the sign-ins are in the file without AuthDetails in its name"
            yield Note(f"Its {len(steps)} steps of {of} sign-ins are {told}.")

    def row(self, row: CsvRow, origin: Origin) -> Iterator[Item]:
        yield from ()


def camel(words: str) -> str:
    """`Device code flow` or `deviceCodeFlow` as Graph writes it; `ROPC` as `ropc`."""
    first, *rest = words.split() or [""]
    first = first.lower() if first.isupper() else first[:1].lower() + first[1:]
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


def _status(cells: Row) -> dict[str, Any]:
    """The error code where there is one; a success has none. The word counts where the code is not known."""
    outcome = _OUTCOMES.get(cells.get("status", "").lower(), "")
    code = cells.get("signinerrorcode", "")
    reason = cells.get("failurereason", "")
    status: dict[str, Any] = {"@outcome": outcome, "additionalDetails": cells.get("multifactorauthenticationresult")}
    if code.isdecimal():
        status["errorCode"] = int(code)
    elif outcome == "success" and _nothing(code):
        status["errorCode"] = 0
    if not _nothing(reason) and reason != "Other.":
        status["failureReason"] = reason
    return status


def _location(text: str) -> dict[str, str | None]:
    """`Melbourne, Victoria, AU`: the country last; a city may have commas of its own."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if len(parts) < 2:
        return {"countryOrRegion": parts[0] if parts else None}
    state = parts[-2] if len(parts) > 2 else None
    city = ", ".join(parts[:-2] if len(parts) > 2 else parts[:-1])
    return {"city": city, "state": state, "countryOrRegion": parts[-1]}


def _device(cells: Row) -> dict[str, Any]:
    return {
        "deviceId": cells.get("deviceid"),
        "browser": cells.get("browser"),
        "operatingSystem": cells.get("operatingsystem"),
        "isCompliant": _yes(cells.get("compliant", "")),
        "isManaged": _yes(cells.get("managed", "")),
        "trustType": cells.get("jointype"),
    }


def _yes(text: str) -> bool | None:
    return {"yes": True, "true": True, "no": False, "false": False}.get(text.strip().lower())


def _nothing(text: str) -> bool:
    return text.lower() in _NOTHING
