"""Exchange's cmdlets that change settings: mail flow, auditing, protocols, phones, add-ins and what a mailbox says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from o365nb.practice import mail_flow, mail_protection
from o365nb.practice.changes import Changes
from o365nb.practice.ids import Json
from o365nb.practice.web.cmdlets import Cmdlets, Parameters, Read, Write, changed
from o365nb.practice.web.exchange_changes import kept_by, required
from o365nb.practice.web.faults import ExchangeRefusal

#: Cmdlets that set properties of an object of the organisation: where the state keeps those, and what may be set.
_SETS: dict[str, tuple[str, tuple[str, ...]]] = {
    "Set-InboundConnector": ("inbound_connectors", ("Enabled", "Comment")),
    "Set-OutboundConnector": ("outbound_connectors", ("Enabled", "Comment")),
    "Set-RemoteDomain": ("remote_domains", ("AutoForwardEnabled", "AutoReplyEnabled")),
    "Set-HostedOutboundSpamFilterPolicy": ("outbound_spam_policies", ("AutoForwardingMode",)),
}
#: Of what there is only one.
_ONLY: dict[str, tuple[str, tuple[str, ...]]] = {
    "Set-AdminAuditLogConfig": ("admin_audit_config", ("UnifiedAuditLogIngestionEnabled",)),
    "Set-OrganizationConfig": ("organization_config", ("AuditDisabled",)),
}
#: Rules of the organisation and of a mailbox: the cmdlets that switch them, the list, the property and its values.
_SWITCHES: dict[str, tuple[str, str, object]] = {
    "Disable-TransportRule": ("transport_rules", "State", "Disabled"),
    "Enable-TransportRule": ("transport_rules", "State", "Enabled"),
    "Disable-JournalRule": ("journal_rules", "Enabled", False),
    "Enable-JournalRule": ("journal_rules", "Enabled", True),
}
_IN_MAILBOX: dict[str, tuple[str, object]] = {
    "Disable-SweepRule": ("sweep_rules", False),
    "Enable-SweepRule": ("sweep_rules", True),
    "Disable-App": ("addins", False),
    "Enable-App": ("addins", True),
}
_REMOVES = {"Remove-TransportRule": "transport_rules"}
_CAS = (
    *("ImapEnabled", "PopEnabled", "SmtpClientAuthenticationDisabled", "ActiveSyncEnabled", "EwsEnabled"),
    *("MAPIEnabled", "OWAEnabled", "ActiveSyncBlockedDeviceIDs", "ActiveSyncAllowedDeviceIDs"),
)
_JUNK = ("TrustedSendersAndDomains", "BlockedSendersAndDomains", "TrustedRecipientsAndDomains", "ContactsTrusted",
         "TrustedListsOnly", "Enabled")  # fmt: skip
_MESSAGE = ("SignatureHtml", "SignatureText", "AutoAddSignature", "AutoAddSignatureOnReply")
_REPLY = {"AutoReplyState": "status", "ExternalAudience": "externalAudience", "InternalMessage": "internalReplyMessage",
          "ExternalMessage": "externalReplyMessage"}  # fmt: skip
#: What the names of Graph's enumeration are in Exchange, where putting small letters first is not all.
_STATUS = {"enabled": "alwaysEnabled"}


class Switches(Cmdlets):
    """What can be set, of one site."""

    parameters: ClassVar[Mapping[str, frozenset[str]]] = {
        **{name: frozenset({"Identity", "Confirm", *names}) for name, (_, names) in _SETS.items()},
        **{name: frozenset({"Confirm", *names}) for name, (_, names) in _ONLY.items()},
        **{name: frozenset({"Identity", "Confirm"}) for name in (*_SWITCHES, *_REMOVES)},
        **{name: frozenset({"Identity", "Mailbox", "Confirm"}) for name in _IN_MAILBOX},
        "Set-MailboxAuditBypassAssociation": frozenset({"Identity", "AuditBypassEnabled", "Confirm"}),
        "Set-CASMailbox": frozenset({"Identity", "Confirm", *_CAS}),
        "Remove-MobileDevice": frozenset({"Identity", "Confirm"}),
        "Set-MailboxJunkEmailConfiguration": frozenset({"Identity", "Confirm", *_JUNK}),
        "Set-MailboxAutoReplyConfiguration": frozenset({"Identity", "Confirm", *_REPLY}),
        "Get-MailboxMessageConfiguration": frozenset({"Identity", "ResultSize"}),
        "Set-MailboxMessageConfiguration": frozenset({"Identity", "Confirm", *_MESSAGE}),
        "Remove-BlockedSenderAddress": frozenset({"SenderAddress", "Reason"}),
    }  # fmt: skip

    @property
    def _kept(self) -> Json:
        return kept_by(self.state.objects)

    def commands(self) -> dict[str, Read]:
        return {"Get-MailboxMessageConfiguration": lambda given: [self._message(given)]}

    def changes(self) -> dict[str, Write]:
        return {
            **{name: self._setter(name, kind) for name, (kind, _) in _SETS.items()},
            **{name: self._only(name, kind) for name, (kind, _) in _ONLY.items()},
            **{name: self._switch(name, *what) for name, what in _SWITCHES.items()},
            **{name: self._in_mailbox(name, *what) for name, what in _IN_MAILBOX.items()},
            **{name: self._remove(name, kind) for name, kind in _REMOVES.items()},
            "Set-MailboxAuditBypassAssociation": self._bypass,
            "Set-CASMailbox": self._protocols,
            "Remove-MobileDevice": self._remove_phone,
            "Set-MailboxJunkEmailConfiguration": self._junk,
            "Set-MailboxAutoReplyConfiguration": self._reply,
            "Set-MailboxMessageConfiguration": self._signature,
            "Remove-BlockedSenderAddress": self._unrestrict,
        }

    def _one(self, kind: str, given: Parameters) -> Json:
        wanted = required(given, "Identity").lower()
        for item in self._kept[kind]:
            if wanted in (str(item.get(name) or "").lower() for name in ("Guid", "Identity", "Name", "ImmutableId")):
                found: Json = item
                return found
        text = f"The operation couldn't be performed because object '{given['Identity']}' couldn't be found."
        raise ExchangeRefusal(404, "NotFound", text)

    def _setter(self, name: str, kind: str) -> Write:
        def sets(given: Parameters, by: Changes) -> list[Json]:
            item = self._one(kind, given)
            _update(item, given)
            by.ran(name, str(item["Name"]), given)
            return []

        return sets

    def _only(self, name: str, kind: str) -> Write:
        def sets(given: Parameters, by: Changes) -> list[Json]:
            _update(self._kept[kind], given)
            by.ran(name, str(self._kept[kind].get("Name") or ""), given)
            return []

        return sets

    def _switch(self, name: str, kind: str, key: str, value: object) -> Write:
        def switches(given: Parameters, by: Changes) -> list[Json]:
            item = self._one(kind, given)
            item[key] = value
            by.ran(name, str(item["Name"]), given)
            return []

        return switches

    def _remove(self, name: str, kind: str) -> Write:
        def removes(given: Parameters, by: Changes) -> list[Json]:
            item = self._one(kind, given)
            self._kept[kind].remove(item)
            by.ran(name, str(item["Name"]), given)
            return []

        return removes

    def _in_mailbox(self, name: str, kind: str, enabled: object) -> Write:
        def switches(given: Parameters, by: Changes) -> list[Json]:
            person, wanted = self.person(given.get("Mailbox"), "Mailbox"), required(given, "Identity")
            for item in self._kept[kind].get(person.upn, []):
                if wanted.rpartition("\\")[2] in (item.get("RuleId"), item.get("AppId"), item.get("Name")):
                    item["Enabled"] = enabled
                    by.ran(name, f"{person.upn}\\{wanted}", given)
                    return []
            text = f"The operation couldn't be performed because object '{wanted}' couldn't be found."
            raise ExchangeRefusal(404, "NotFound", text)

        return switches

    def _bypass(self, given: Parameters, by: Changes) -> list[Json]:
        person = self.person(given.get("Identity"), "Identity")
        left = [upn for upn in self._kept["audit_bypass"] if upn != person.upn]
        self._kept["audit_bypass"] = [*left, *([person.upn] if given["AuditBypassEnabled"] else [])]
        by.ran("Set-MailboxAuditBypassAssociation", person.upn, given)
        return []

    def _protocols(self, given: Parameters, by: Changes) -> list[Json]:
        person = self.person(given.get("Identity"), "Identity")
        ordinary = mail_flow.cas_mailbox({**self._kept, "cas": {}}, person)
        self._differing("cas", person.upn, mail_flow.cas_mailbox(self._kept, person), ordinary, given)
        by.ran("Set-CASMailbox", person.upn, given)
        return []

    def _junk(self, given: Parameters, by: Changes) -> list[Json]:
        person = self.person(given.get("Identity"), "Identity")
        ordinary = mail_protection.junk_mail({**self._kept, "junk": {}}, person)
        self._differing("junk", person.upn, mail_protection.junk_mail(self._kept, person), ordinary, given)
        by.ran("Set-MailboxJunkEmailConfiguration", person.upn, given)
        return []

    def _differing(self, kind: str, upn: str, stood: Json, ordinary: Json, given: Parameters) -> None:
        """Keep of one mailbox what differs from any other's."""
        _update(stood, given)
        differs = {name: value for name, value in stood.items() if value != ordinary.get(name)}
        if differs:
            self._kept[kind][upn] = differs
        else:
            self._kept[kind].pop(upn, None)

    def _reply(self, given: Parameters, by: Changes) -> list[Json]:
        person = self.person(given.get("Identity"), "Identity")
        setting = self.state.objects["settings"][person.upn]["automaticRepliesSetting"]
        for name, plain in _REPLY.items():
            if name in given:
                value = str(given[name])
                small = value[:1].lower() + value[1:] if plain in ("status", "externalAudience") else value
                setting[plain] = _STATUS.get(small, small) if plain == "status" else small
        by.ran("Set-MailboxAutoReplyConfiguration", person.upn, given)
        return []

    def _message(self, given: Parameters) -> Json:
        person = self.person(given.get("Identity"), "Identity")
        return {
            "@odata.type": "#Exchange.MailboxMessageConfiguration",
            "Identity": person.upn.split("@", 1)[0],
            "MailboxOwnerId": person.upn.split("@", 1)[0],
            **dict.fromkeys(_MESSAGE[:2], ""),
            **dict.fromkeys(_MESSAGE[2:], False),
            **self._kept["message_configuration"].get(person.upn, {}),
        }

    def _signature(self, given: Parameters, by: Changes) -> list[Json]:
        person = self.person(given.get("Identity"), "Identity")
        ordinary = {**dict.fromkeys(_MESSAGE[:2], ""), **dict.fromkeys(_MESSAGE[2:], False)}
        stood = {name: value for name, value in self._message(given).items() if name in ordinary}
        self._differing("message_configuration", person.upn, stood, ordinary, given)
        by.ran("Set-MailboxMessageConfiguration", person.upn, given)
        return []

    def _remove_phone(self, given: Parameters, by: Changes) -> list[Json]:
        wanted = required(given, "Identity")
        for upn, listed in self._kept["mobile"].items():
            for item in listed:
                if wanted in (item["Identity"], item["Guid"]):
                    listed.remove(item)
                    by.ran("Remove-MobileDevice", f"{upn}\\{item['DeviceId']}", given)
                    return []
        text = f"The operation couldn't be performed because object '{wanted}' couldn't be found."
        raise ExchangeRefusal(404, "NotFound", text)

    def _unrestrict(self, given: Parameters, by: Changes) -> list[Json]:
        wanted = required(given, "SenderAddress").lower()
        left = [one for one in self._kept["blocked_senders"] if one["SenderAddress"].lower() != wanted]
        if left == self._kept["blocked_senders"]:
            raise ExchangeRefusal(404, "NotFound", f"The sender '{wanted}' isn't restricted.")
        self._kept["blocked_senders"] = left
        by.ran("Remove-BlockedSenderAddress", wanted, given)
        return []


def _update(item: Json, given: Parameters) -> None:
    for name, value in given.items():
        if name not in ("Identity", "Confirm", "Force"):
            item[name] = changed(item.get(name), value)
