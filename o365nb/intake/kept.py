"""Answers that are kept for the analyst and take no part in the judgement: recognised, counted, not normalised."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.intake import json_text
from o365nb.intake.base import Damaged, Item, Note, Origin
from o365nb.intake.forms import JsonShape


class KeptJson(JsonShape):
    """A shape whose records become no rows."""

    kind = "kept"

    def read(self, text: str, origin: Origin) -> Iterator[Item]:
        count = 0
        for item in json_text.items(text):
            if isinstance(item, Damaged):
                yield item
            else:
                count += 1
        if count:
            yield Note(f"Its {count} records are kept as they are, for reading: they take no part in the judgement.")


class GraphAnalyzedEmailJson(KeptJson):
    """`security.analyzedEmail`: a message to one recipient, with what Defender for Office 365 thinks of it."""

    name = "graph-analyzed-email-json"
    title = "Analysed mail from Microsoft Graph (JSON)"
    must = frozenset({"networkMessageId", "recipientEmailAddress", "loggedDateTime"})
    entity = r"analyzedEmails"


class GraphDetectedAppJson(KeptJson):
    """`detectedApp`: a program that Intune saw on a device."""

    name = "graph-detected-app-json"
    title = "Installed programs from Intune (JSON)"
    must = frozenset({"displayName", "version", "deviceCount"})
    entity = r"detectedApps"


class GraphAppSignInActivityJson(KeptJson):
    """`servicePrincipalSignInActivity`: when each application last signed in, by report."""

    name = "graph-app-sign-in-activity-json"
    title = "Last sign-ins of applications from Microsoft Graph (JSON)"
    must = frozenset({"appId", "lastSignInActivity"})
    entity = r"servicePrincipalSignInActivities"


class HuntingRowsJson(KeptJson):
    """Rows of advanced hunting from a table that no other shape reads."""

    name = "hunting-rows-json"
    title = "Advanced hunting, other tables (JSON)"
    must = frozenset({"Timestamp", "ReportId"})
    sure = 0.7
