"""Exchange's cmdlets about what guards the mail, who administers it, and what a mailbox holds besides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar

from o365nb.practice import mail_flow, mail_protection
from o365nb.practice.ids import Json
from o365nb.practice.web.cmdlets import Cmdlets, Parameters, Read
from o365nb.practice.web.faults import ExchangeRefusal

_POLICIES = {
    "Get-HostedConnectionFilterPolicy": "connection_filters",
    "Get-HostedContentFilterPolicy": "content_filters",
    "Get-AntiPhishPolicy": "anti_phish_policies",
    "Get-DkimSigningConfig": "dkim",
    "Get-AuthenticationPolicy": "authentication_policies",
    "Get-ApplicationAccessPolicy": "application_access_policies",
    "Get-RoleGroup": "role_groups",
}
_PAGE = 100


class Protection(Cmdlets):
    """The protection of one site."""

    parameters: ClassVar[Mapping[str, frozenset[str]]] = {
        **{name: frozenset({"Identity"}) for name in _POLICIES},
        "Get-TransportConfig": frozenset(),
        "Get-TenantAllowBlockListItems": frozenset({"ListType", "ListSubType", "Block", "Allow", "Entry"}),
        "Get-ManagementRoleAssignment": frozenset({"Role", "RoleAssignee", "GetEffectiveUsers", "Enabled"}),
        "Get-MailboxJunkEmailConfiguration": frozenset({"Identity", "ResultSize"}),
        "Get-CalendarProcessing": frozenset({"Identity", "ResultSize"}),
        "Get-MailboxStatistics": frozenset({"Identity"}),
        "Get-App": frozenset({"Identity", "Mailbox"}),
        "Get-QuarantineMessage": frozenset(
            {"RecipientAddress", "SenderAddress", "StartReceivedDate", "EndReceivedDate", "Page", "PageSize"}
        ),
        "Get-RecoverableItems": frozenset({"Identity", "FilterStartTime", "FilterEndTime", "FilterItemType",
                                           "ResultSize", "SubjectContains"}),
    }  # fmt: skip

    @property
    def _kept(self) -> Json:
        # A story's own state, and a folder made by an older version, need not name all of it.
        found: Json = self.state.objects.setdefault("exchange", mail_flow.initial())
        for name, value in mail_protection.initial().items():
            found.setdefault(name, value)
        return found

    def commands(self) -> dict[str, Read]:
        return {
            **{name: self._listed(kind) for name, kind in _POLICIES.items()},
            "Get-TransportConfig": lambda _: [self._kept["transport_config"]],
            "Get-TenantAllowBlockListItems": self._allow_block,
            "Get-ManagementRoleAssignment": self._assignments,
            "Get-MailboxJunkEmailConfiguration": lambda given: [
                mail_protection.junk_mail(self._kept, self.person(given.get("Identity"), "Identity"))
            ],
            "Get-CalendarProcessing": lambda given: [
                mail_protection.calendar_processing(self._kept, self.person(given.get("Identity"), "Identity"))
            ],
            "Get-MailboxStatistics": self._statistics,
            "Get-App": lambda given: mail_protection.addins(self._kept, self.person(given.get("Mailbox"), "Mailbox")),
            "Get-QuarantineMessage": self._quarantine,
            "Get-RecoverableItems": self._recoverable,
        }

    def _listed(self, kind: str) -> Read:
        def listed(given: Parameters) -> list[Json]:
            wanted = given.get("Identity")
            return [item for item in self._kept[kind] if not wanted or wanted == item["Identity"]]

        return listed

    def _allow_block(self, given: Parameters) -> list[Json]:
        listed = self._kept["allow_block"]
        if given.get("ListType") not in listed:
            raise ExchangeRefusal(400, "BadRequest", "Cannot process argument transformation on parameter 'ListType'.")
        found: list[Json] = listed[given["ListType"]]
        return found

    def _assignments(self, given: Parameters) -> list[Json]:
        role, assignee = given.get("Role"), given.get("RoleAssignee")
        return [
            item
            for item in self._kept["role_assignments"]
            if role in (None, item["Role"]) and assignee in (None, item["RoleAssigneeName"], item["EffectiveUserName"])
        ]

    def _statistics(self, given: Parameters) -> list[Json]:
        person = self.person(given.get("Identity"), "Identity")
        items = len(self.state.world.inbox[person.upn]) + len(self.state.world.outbox[person.upn])
        deleted = len(self._kept["recoverable"].get(person.upn, []))
        return [mail_protection.mailbox_statistics(person, items, deleted, self.state.info.now)]

    def _quarantine(self, given: Parameters) -> list[Json]:
        """One page; who wants more asks for the next number."""
        start, end = _time(given, "StartReceivedDate"), _time(given, "EndReceivedDate")
        wanted = {name: _people(given[name]) for name in ("SenderAddress", "RecipientAddress") if given.get(name)}
        found = [
            item
            for item in self._kept["quarantine"]
            if all(people & _people(item[name]) for name, people in wanted.items())
            and (start is None or start <= datetime.fromisoformat(item["ReceivedTime"]))
            and (end is None or datetime.fromisoformat(item["ReceivedTime"]) <= end)
        ]
        size, page = int(given.get("PageSize") or _PAGE), int(given.get("Page") or 1)
        return found[(page - 1) * size : page * size]

    def _recoverable(self, given: Parameters) -> list[Json]:
        person = self.person(given.get("Identity"), "Identity")
        start, end = _time(given, "FilterStartTime"), _time(given, "FilterEndTime")
        return [
            item
            for item in self._kept["recoverable"].get(person.upn, [])
            if (start is None or start <= datetime.fromisoformat(item["LastModifiedTime"]))
            and (end is None or datetime.fromisoformat(item["LastModifiedTime"]) <= end)
        ]


def _people(value: object) -> set[str]:
    return {str(entry).lower() for entry in (value if isinstance(value, list) else [value])}


def _time(given: Parameters, name: str) -> datetime | None:
    if not given.get(name):
        return None
    try:
        found = datetime.fromisoformat(str(given[name]))
    except ValueError:
        text = f"Cannot process argument transformation on parameter '{name}'."
        raise ExchangeRefusal(400, "BadRequest", text) from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found
