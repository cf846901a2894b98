"""Exchange's cmdlets that only read settings: mail flow, rights, auditing, protocols, phones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from o365nb.practice import mail_flow
from o365nb.practice.ids import Json
from o365nb.practice.people import Person
from o365nb.practice.web.cmdlets import Cmdlets, Parameters, Read
from o365nb.practice.web.faults import ExchangeRefusal

#: Cmdlets that list objects of the organisation: what the state calls them, and the property that `Identity` means.
_LISTS = {
    "Get-TransportRule": "transport_rules",
    "Get-JournalRule": "journal_rules",
    "Get-InboundConnector": "inbound_connectors",
    "Get-OutboundConnector": "outbound_connectors",
    "Get-RemoteDomain": "remote_domains",
    "Get-HostedOutboundSpamFilterPolicy": "outbound_spam_policies",
}
_WITHOUT_SIZE = {"Get-JournalRule", "Get-HostedOutboundSpamFilterPolicy"}


class Settings(Cmdlets):
    """The settings of one site."""

    parameters: ClassVar[Mapping[str, frozenset[str]]] = {
        **{name: frozenset({"Identity", "ResultSize"} - ({"ResultSize"} if name in _WITHOUT_SIZE else set()))
           for name in _LISTS},
        "Get-AdminAuditLogConfig": frozenset(),
        "Get-OrganizationConfig": frozenset(),
        "Get-BlockedSenderAddress": frozenset({"SenderAddress"}),
        "Get-MailboxPermission": frozenset({"Identity", "User", "ResultSize"}),
        "Get-RecipientPermission": frozenset({"Identity", "Trustee", "ResultSize"}),
        "Get-MailboxFolderPermission": frozenset({"Identity", "User", "ResultSize"}),
        "Get-MailboxFolderStatistics": frozenset({"Identity", "FolderScope", "ResultSize"}),
        "Get-SweepRule": frozenset({"Identity", "Mailbox", "ResultSize"}),
        "Get-CASMailbox": frozenset({"Identity", "ResultSize"}),
        "Get-MailboxAuditBypassAssociation": frozenset({"Identity", "ResultSize"}),
        "Get-MailboxAutoReplyConfiguration": frozenset({"Identity", "ResultSize"}),
        "Get-MobileDeviceStatistics": frozenset({"Identity", "Mailbox"}),
    }  # fmt: skip

    @property
    def _kept(self) -> Json:
        # A state folder made by an older version has none of it yet.
        found: Json = self.state.objects.setdefault("exchange", mail_flow.initial())
        return found

    def commands(self) -> dict[str, Read]:
        """Cmdlet to what runs it."""
        return {
            **{name: self._listed(kind) for name, kind in _LISTS.items()},
            "Get-AdminAuditLogConfig": lambda _: [self._kept["admin_audit_config"]],
            "Get-OrganizationConfig": lambda _: [self._kept["organization_config"]],
            "Get-BlockedSenderAddress": self._blocked,
            "Get-MailboxPermission": self._rights(mail_flow.mailbox_permissions, "User"),
            "Get-RecipientPermission": self._recipient_rights,
            "Get-MailboxFolderPermission": self._folder,
            "Get-MailboxFolderStatistics": self._statistics,
            "Get-SweepRule": lambda given: self._kept["sweep_rules"].get(self._of(given, "Mailbox").upn, []),
            "Get-CASMailbox": lambda given: [mail_flow.cas_mailbox(self._kept, self._of(given))],
            "Get-MailboxAuditBypassAssociation": lambda given: [mail_flow.audit_bypass(self._kept, self._of(given))],
            "Get-MailboxAutoReplyConfiguration": self._auto_reply,
            "Get-MobileDeviceStatistics": self._mobile,
        }

    def _of(self, given: Parameters, parameter: str = "Identity") -> Person:
        return self.person(given.get(parameter), parameter)

    def _listed(self, kind: str) -> Read:
        def listed(given: Parameters) -> list[Json]:
            wanted = given.get("Identity")
            found = [item for item in self._kept[kind] if not wanted or wanted in (item["Identity"], item["Guid"])]
            if wanted and not found:
                raise ExchangeRefusal(
                    404, "NotFound", f"The operation couldn't be performed because '{wanted}' couldn't be found."
                )
            return found

        return listed

    def _blocked(self, given: Parameters) -> list[Json]:
        wanted = str(given.get("SenderAddress") or "").lower()
        return [item for item in self._kept["blocked_senders"] if wanted in ("", item["SenderAddress"].lower())]

    def _rights(self, rows: Callable[[Json, Person], list[Json]], who: str) -> Read:
        def rights(given: Parameters) -> list[Json]:
            wanted = str(given.get(who) or "").lower()
            return [item for item in rows(self._kept, self._of(given)) if wanted in ("", str(item[who]).lower())]

        return rights

    def _recipient_rights(self, given: Parameters) -> list[Json]:
        """Of one mailbox; with a trustee and no mailbox, of every mailbox."""
        if given.get("Identity") or not given.get("Trustee"):
            return self._rights(mail_flow.recipient_permissions, "Trustee")(given)
        wanted = str(given["Trustee"]).lower()
        rows = (mail_flow.recipient_permissions(self._kept, one) for one in self.state.world.people.values())
        return [item for listed in rows for item in listed if str(item["Trustee"]).lower() == wanted]

    def _folder(self, given: Parameters) -> list[Json]:
        identity = str(given.get("Identity") or "")
        mailbox, _, folder = identity.partition(":")
        found = mail_flow.folder_permissions(self._kept, self.person(mailbox, "Identity"), folder)
        if found is None:
            text = f"The operation couldn't be performed because '{identity}' couldn't be found."
            raise ExchangeRefusal(404, "NotFound", text)
        wanted = str(given.get("User") or "").lower()
        return [item for item in found if wanted in ("", item["User"].lower())]

    def _statistics(self, given: Parameters) -> list[Json]:
        scopes = [given["FolderScope"]] if given.get("FolderScope") else ["Inbox", "Calendar"]
        person = self._of(given)
        return [item for scope in scopes for item in mail_flow.folder_statistics(self._kept, person, scope)]

    def _auto_reply(self, given: Parameters) -> list[Json]:
        person = self._of(given)
        return [mail_flow.auto_reply(self.state.objects["settings"][person.upn]["automaticRepliesSetting"], person)]

    def _mobile(self, given: Parameters) -> list[Json]:
        return mail_flow.mobile_devices(self._kept, self._of(given, "Mailbox"), self.state.info.now)
