"""What the attacker changed in the mail flow of the whole organisation: switched off, and left there as evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from o365nb.model import Persistence, Phase, Step
from o365nb.response import account
from o365nb.response.base import Draft, Request, Secret, Sent, State, sentence
from o365nb.response.exchange import (
    Setting,
    Switch,
    as_line,
    by_hand,
    cmdlet,
    identity_of,
    made_of,
    people,
    run,
    same,
)
from o365nb.response.situation import Row, Situation
from o365nb.safe import one_line
from o365nb.tenant import Tenant
from o365nb.tenant.permissions import exchange_right

_NEEDS = (exchange_right("Exchange Administrator"),)
_DOES = ("redirect_to", "copy_to", "blind_copy_to")


class _Rule(Switch):
    """A rule that every mail of the organisation passes."""

    needs = _NEEDS
    #: What the state table calls it, and what people do.
    rule_type: str
    what: str

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            row = situation.row("transport_rules", item, "name")
            if row is None:
                how = "Its present state was not collected: export it, then switch it off."
                yield by_hand(self, item, "X8", how, self.reads)
                continue
            arguments = {
                "upn": "",
                "object": identity_of(str(row["key"])),
                "name": str(row["name"] or ""),
                "does": "\n".join(sorted({one for name in _DOES for one in people(row[name])})),
            }
            yield self.draft(
                "X8",
                Phase.ERADICATE,
                f"{self.what} '{one_line(arguments['name'])}' of the organisation",
                f"{sentence(item.because)} It is about everybody's mail. Switched off, not deleted: it stays as"
                " evidence.",
                as_line(self.request(made_of(arguments), enabled=False)) + account.comment(item.description),
                finding_ids=item.finding_ids,
                arguments=arguments,
            )


class DisableTransportRule(_Rule):
    """A mail-flow rule that diverts, copies, deletes or spares from the filter."""

    kinds = ("transport_rule",)
    name = "disable_transport_rule"
    title = "Disable mail-flow rule"
    what = "mail-flow rule"
    reads, off, on = "Get-TransportRule", "Disable-TransportRule", "Enable-TransportRule"
    does = ("RedirectMessageTo", "CopyTo", "AddToRecipients", "BlindCopyTo")

    def enabled(self, shown: Mapping[str, Any]) -> bool:
        return same(shown.get("State"), "Enabled")


class DisableJournalRule(_Rule):
    """A journal rule sends a copy of everything to one address."""

    kinds = ("journal_rule",)
    name = "disable_journal_rule"
    title = "Disable journal rule"
    what = "journal rule"
    reads, off, on = "Get-JournalRule", "Disable-JournalRule", "Enable-JournalRule"
    does = ("JournalEmailAddress",)


class RemoveTransportRule(DisableTransportRule):
    """By choice, when nobody needs the rule as evidence any more, and never before it is off."""

    name = "remove_transport_rule"
    title = "Remove mail-flow rule"
    reversible = False
    irreversible_because = "a removed rule takes its conditions with it; the evidence has a copy to make it again from"
    optional = True

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            row = situation.row("transport_rules", item, "name")
            if row is None:
                continue
            arguments = {"upn": "", "object": identity_of(str(row["key"])), "name": str(row["name"] or "")}
            yield self.draft(
                "X8",
                Phase.ERADICATE,
                f"mail-flow rule '{one_line(arguments['name'])}' of the organisation",
                "By choice, once the rule is off and no longer wanted as evidence.",
                as_line(self._removal(arguments["object"])) + account.comment(item.description),
                finding_ids=item.finding_ids,
                arguments=arguments,
                rank=1,
            )

    def asks(self, step: Step) -> str:
        return step.arguments["name"] or step.arguments["object"]

    def changed(self, step: Step, state: State) -> str:
        return (
            "it is not switched off yet: disable it first, and see whether mail misses it"
            if state.get("enabled")
            else ""
        )

    def holds(self, step: Step, state: State, since: Any) -> bool:
        return state["present"] is False

    def requests(self, step: Step) -> tuple[Request, ...]:
        return (self._removal(step.arguments["object"]),)

    def apply(self, tenant: Tenant, step: Step, secret: Secret | None) -> Sent:
        return run(tenant, "", self._removal(step.arguments["object"]))

    def _removal(self, identity: str) -> Request:
        return cmdlet("Remove-TransportRule", Identity=identity, Confirm=False)


class _Connector(Setting):
    """A connector takes in or sends out mail by somebody's servers."""

    kinds = ("connector",)
    needs = _NEEDS
    direction: str
    #: Where the mail comes from or goes to.
    ends: ClassVar[tuple[str, ...]]

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            row = situation.row("connectors", item, "name")
            if row is None and self.direction == "inbound":
                how = "Its present state was not collected: export both kinds of connector, then switch this one off."
                yield by_hand(self, item, "X8", how, "Get-InboundConnector; Get-OutboundConnector")
            elif row and row["direction"] == self.direction:
                yield self._draft(item, row)

    def _draft(self, item: Persistence, row: Row) -> Draft:
        arguments = {
            "upn": "",
            "object": identity_of(str(row["key"])),
            "name": str(row["name"] or ""),
            "does": "\n".join(sorted({str(one).lower() for one in row["addresses"] or ()})),
        }
        return self.draft(
            "X8",
            Phase.ERADICATE,
            f"{self.direction} connector '{one_line(arguments['name'])}' of the organisation",
            f"{sentence(item.because)} Switched off, not deleted: it stays as evidence.",
            as_line(cmdlet(self.writes, Identity=arguments["object"], Enabled=False))
            + account.comment(item.description),
            finding_ids=item.finding_ids,
            arguments=arguments,
        )

    def wanted(self, step: Step) -> Mapping[str, Any]:
        return {"Enabled": False}

    def differs(self, step: Step, state: State) -> str:
        planned = set(step.arguments["does"].split("\n")) - {""}
        stands = {one.lower() for name in self.ends for one in map(str, state[name] or ())}
        return "" if planned == stands else "its servers were changed after planning; collect and analyse again"

    def told(self, state: State) -> str:
        where = one_line(", ".join(str(one) for name in self.ends for one in state[name] or ())) or "no server named"
        return f"{'on' if state['Enabled'] else 'off'}, {where}"


class DisableInboundConnector(_Connector):
    """Mail from these servers is let in, at worst as if it were the organisation's own."""

    name = "disable_inbound_connector"
    title = "Disable inbound connector"
    direction = "inbound"
    reads, writes = "Get-InboundConnector", "Set-InboundConnector"
    ends: ClassVar[tuple[str, ...]] = ("SenderIPAddresses",)
    names: ClassVar[tuple[str, ...]] = ("Enabled", *ends)


class DisableOutboundConnector(_Connector):
    """Mail goes out by these servers."""

    name = "disable_outbound_connector"
    title = "Disable outbound connector"
    direction = "outbound"
    reads, writes = "Get-OutboundConnector", "Set-OutboundConnector"
    ends: ClassVar[tuple[str, ...]] = ("SmartHosts",)
    names: ClassVar[tuple[str, ...]] = ("Enabled", *ends)


class _Forwarding(Setting):
    """What lets mail leave by itself."""

    kinds = ("forwarding_policy",)
    needs = _NEEDS
    value: Any

    def wanted(self, step: Step) -> Mapping[str, Any]:
        return dict.fromkeys(self.names, self.value)

    def drafted(self, item: Persistence, identity: str, target: str) -> Draft:
        """The step for one policy."""
        arguments = {"upn": "", "object": identity}
        return self.draft(
            "X8",
            Phase.ERADICATE,
            target,
            f"{sentence(item.because)} With it, mail leaves the organisation by itself.",
            as_line(self._set(made_of(arguments), self.wanted(made_of(arguments)))) + account.comment(item.description),
            finding_ids=item.finding_ids,
            arguments=arguments,
        )


class StopAutoForwarding(_Forwarding):
    """The outbound spam policy decides whether forwarding outside works at all."""

    name = "stop_auto_forwarding"
    title = "Stop automatic forwarding outside"
    reads, writes = "Get-HostedOutboundSpamFilterPolicy", "Set-HostedOutboundSpamFilterPolicy"
    names: ClassVar[tuple[str, ...]] = ("AutoForwardingMode",)
    value = "Off"

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            policy = _policy(situation, item)
            if policy:
                yield self.drafted(item, policy, f"outbound spam policy '{one_line(policy)}'")
            elif not _domain(situation, item):
                how = "Which policy it is was not collected: look at them, and set automatic forwarding off."
                yield by_hand(self, item, "X8", how, f"{self.reads}; Get-RemoteDomain")


class StopDomainForwarding(_Forwarding):
    """A remote domain lets mail be forwarded to it."""

    name = "stop_domain_forwarding"
    title = "Stop automatic forwarding to a remote domain"
    reads, writes = "Get-RemoteDomain", "Set-RemoteDomain"
    names: ClassVar[tuple[str, ...]] = ("AutoForwardEnabled",)
    value = False

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            if row := _domain(situation, item):
                named = f"remote domain '{one_line(row['name'] or '')}' ({one_line(row['domain'] or '')})"
                yield self.drafted(item, identity_of(str(row["key"])), named)


def _policy(situation: Situation, item: Persistence) -> str:
    """The outbound spam policy that an item is about; "" for none."""
    row = situation.row("org_config", item, "name")
    if row and str(row["name"]).startswith("AutoForwardingMode:"):
        return str(row["name"]).partition(":")[2]
    said = situation.log_of(item)
    return said.value("Identity", "Name") if said.operation.endswith("HostedOutboundSpamFilterPolicy") else ""


def _domain(situation: Situation, item: Persistence) -> Row | None:
    """The remote domain that an item is about, where it was seen to stand."""
    row = situation.row("remote_domains", item, "name")
    said = situation.log_of(item)
    if row or not said.operation.endswith("RemoteDomain"):
        return row
    name = said.value("Identity", "Name", "DomainName").rpartition("\\")[2].lower()
    rows = situation.tables["remote_domains"]
    return next((one for one in rows if name in (str(one["name"]).lower(), one["domain"])), None)
