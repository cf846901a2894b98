"""Auditing that the attacker switched off: on again before anything else, or nobody sees what is done next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from o365nb.model import Persistence, Phase, Step
from o365nb.response import account
from o365nb.response.base import Draft, State, sentence
from o365nb.response.exchange import Setting, as_line, by_hand, made_of
from o365nb.response.situation import Situation
from o365nb.safe import one_line
from o365nb.tenant.permissions import exchange_right


class _Audit(Setting):
    """One switch of auditing."""

    kinds = ("audit_setting",)
    needs = (exchange_right("Exchange Administrator"),)
    value: ClassVar[bool]
    of_mailbox: ClassVar[bool] = False
    #: What it is that is not audited.
    what: str

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            if _setting(situation, item) == self.names[0] and (item.owner or not self.of_mailbox):
                yield self._draft(item)

    def _draft(self, item: Persistence) -> Draft:
        arguments = {"upn": item.owner if self.of_mailbox else "", "object": item.owner if self.of_mailbox else ""}
        step = made_of(arguments)
        return self.draft(
            "E4",
            Phase.PRESERVE,
            f"{self.what}{f' {one_line(item.owner)}' if self.of_mailbox else ''}",
            f"{sentence(item.because)} On again first: what happens from now on must be seen. It can take an hour to"
            " show.",
            as_line(self._set(step, self.wanted(step))) + account.comment(item.description),
            finding_ids=item.finding_ids,
            arguments=arguments,
        )

    def wanted(self, step: Step) -> Mapping[str, Any]:
        return {self.names[0]: self.value}

    def which(self, step: Step) -> dict[str, Any]:
        return super().which(step) if self.of_mailbox else {}

    def told(self, state: State) -> str:
        return f"auditing {'on' if state[self.names[0]] is self.value else 'off'}"


class ResumeUnifiedAudit(_Audit):
    """The unified audit log takes in nothing while this is off."""

    name = "resume_unified_audit"
    title = "Switch the unified audit log on"
    what = "unified audit log of the organisation"
    reads, writes = "Get-AdminAuditLogConfig", "Set-AdminAuditLogConfig"
    names: ClassVar[tuple[str, ...]] = ("UnifiedAuditLogIngestionEnabled",)
    value = True

    def plan(self, situation: Situation) -> Iterator[Draft]:
        yield from super().plan(situation)
        known = {kind.names[0]: kind.of_mailbox for kind in (ResumeUnifiedAudit, *_OTHERS)}
        for item in situation.objects(*self.kinds):
            setting = _setting(situation, item)
            if setting not in known or (known[setting] and not item.owner):
                how = "Which switch it is was not collected: compare with what the organisation wants, and set it back."
                line = "Get-AdminAuditLogConfig; Get-OrganizationConfig"
                yield by_hand(self, item, "E4", how, line, phase=Phase.PRESERVE)


class ResumeMailboxAudit(_Audit):
    """No mailbox of the organisation is audited while this is on."""

    name = "resume_mailbox_audit"
    title = "Switch mailbox auditing on"
    what = "mailbox auditing of the organisation"
    reads, writes = "Get-OrganizationConfig", "Set-OrganizationConfig"
    names: ClassVar[tuple[str, ...]] = ("AuditDisabled",)
    value = False


class EndAuditBypass(_Audit):
    """Whatever this account does in any mailbox leaves no trace."""

    name = "end_audit_bypass"
    title = "End the bypass of auditing"
    what = "auditing of what is done by"
    of_mailbox = True
    reads, writes = "Get-MailboxAuditBypassAssociation", "Set-MailboxAuditBypassAssociation"
    names: ClassVar[tuple[str, ...]] = ("AuditBypassEnabled",)
    value = False


class AuditMailbox(_Audit):
    """Whatever is done in this mailbox leaves no trace."""

    name = "audit_mailbox"
    title = "Switch auditing of a mailbox on"
    what = "auditing of mailbox"
    of_mailbox = True
    reads, writes = "Get-Mailbox", "Set-Mailbox"
    names: ClassVar[tuple[str, ...]] = ("AuditEnabled",)
    value = True


_OTHERS = (ResumeMailboxAudit, EndAuditBypass, AuditMailbox)
_BY_CMDLET = {
    "Set-AdminAuditLogConfig": "UnifiedAuditLogIngestionEnabled",
    "Set-OrganizationConfig": "AuditDisabled",
    "Set-MailboxAuditBypassAssociation": "AuditBypassEnabled",
    "Set-Mailbox": "AuditEnabled",
}


def _setting(situation: Situation, item: Persistence) -> str:
    """The property that an item is about: of the state, else as the log names the cmdlet; "" for none."""
    row = situation.row("org_config", item, "name")
    return str(row["name"]) if row else _BY_CMDLET.get(situation.log_of(item).operation, "")
