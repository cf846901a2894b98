"""Switching off an attacker's inbox rule. It stays in place: a deleted rule is evidence destroyed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from o365nb.errors import NotFound
from o365nb.events.rules import number
from o365nb.model import Persistence, Phase, Step
from o365nb.response import account
from o365nb.response.base import Action, Draft, Request, Secret, Sent, State, sentence
from o365nb.response.situation import Row, Situation
from o365nb.safe import one_line
from o365nb.tenant import Tenant, powershell, segment
from o365nb.tenant.permissions import Right, exchange_right

_ADDRESS = re.compile(r"[^\s\"'<>\[\]:;,]+@[^\s\"'<>\[\]:;,]+")
_OUTSIDE = ("forward_to", "redirect_to", "forward_as_attachment_to")


class DisableInboxRule(Action):
    """Graph for rules that it shows, Exchange for the hidden ones."""

    kinds = ("inbox_rule",)
    name = "disable_inbox_rule"
    title = "Disable inbox rule"
    needs = (Right("MailboxSettings.ReadWrite"), exchange_right("Exchange (Recipient) Administrator"))

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            row = situation.row("inbox_rules", item, "rule_id")
            if row is None or not row["rule_id"]:
                told = "Its present state was not collected: list the rules with the hidden ones, keep the list,"
                yield self._by_hand(item, f"{told} and switch off this one (Disable-InboxRule).")
            elif row["read_only"] and "graph" not in row["seen_by"]:
                told = "Exchange says that its cmdlets cannot change this rule: remove it with MFCMAPI or Outlook"
                yield self._by_hand(item, f"{told} /cleanrules, after keeping a copy.")
            else:
                yield self._draft(item, row)

    def _draft(self, item: Persistence, row: Row) -> Draft:
        owner, rule_id, name = item.owner, str(row["rule_id"]), str(row["name"] or "")
        hidden = bool(row["hidden"]) or "graph" not in (row["seen_by"] or ())
        by_exchange = hidden or bool(row["read_only"])  # Graph shows such a rule and refuses to change it
        reason = f"{sentence(item.because)} Switched off, not deleted: it stays as evidence."
        if by_exchange:
            rule_id = rule_id if hidden else number(rule_id)
            reason += " Only Exchange shows this rule." if hidden else " Only Exchange can change this rule."
            reason += " Changing it there drops rules that Outlook keeps on the user's own computer, if there are any."
            command = powershell(
                "Disable-InboxRule",
                Identity=rule_id,
                Mailbox=owner,
                AlwaysDeleteOutlookRulesBlob=True,
                Force=True,
                Confirm=False,
            )
        else:
            command = powershell(
                "Update-MgUserMailFolderMessageRule",
                UserId=owner,
                MailFolderId="inbox",
                MessageRuleId=rule_id,
                IsEnabled=False,
            )
        return self.draft(
            "X1",
            Phase.ERADICATE,
            f"inbox rule '{one_line(name)}' of {owner}",
            reason,
            command + account.comment(f"rule {name!r}"),
            finding_ids=item.finding_ids,
            arguments={
                "upn": owner,
                "rule": rule_id,
                "side": "exchange" if by_exchange else "graph",
                "name": name,
                "deletes": str(bool(row["deletes"])),
                "sends_to": " ".join(sorted({address for kind in _OUTSIDE for address in row[kind] or ()})),
            },
        )

    def _by_hand(self, item: Persistence, how: str) -> Draft:
        line = powershell("Get-InboxRule", Mailbox=item.owner, IncludeHidden=True)
        return self.draft(
            "X1",
            Phase.ERADICATE,
            f"{one_line(item.description)} (mailbox {item.owner})",
            f"{sentence(item.because)} {how}",
            line + account.comment(item.description),
            automatic=False,
            finding_ids=item.finding_ids,
            arguments={"upn": item.owner, "rule": "", "side": "exchange"},
        )

    def before(self, tenant: Tenant, step: Step) -> State:
        if not step.arguments["rule"]:
            return {"present": None}
        read = _from_exchange if step.arguments["side"] == "exchange" else _from_graph
        return read(tenant, step)

    def changed(self, step: Step, state: State) -> str:
        if not state["present"]:
            return "the rule no longer exists" if state["present"] is False else "its id is not known"
        differs = [name for name in ("name", "deletes") if str(state[name]) != step.arguments[name]]
        # Exchange writes colleagues as directory names, Graph as addresses: what was planned must still be there.
        if not set(step.arguments["sends_to"].split()) <= set(state["sends_to"].split()):
            differs.append("recipients")
        if not differs:
            return ""
        return f"the rule was changed after planning ({', '.join(differs)}); collect and analyse again"

    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        return state["present"] is True and state["enabled"] is False

    def requests(self, step: Step) -> tuple[Request, ...]:
        return (_request(step, enabled=False),)

    def apply(self, tenant: Tenant, step: Step, secret: Secret | None) -> Sent:
        return _switch(tenant, step, enabled=False)

    def undo_requests(self, step: Step, before: State) -> tuple[Request, ...]:
        return (_request(step, enabled=bool(before["enabled"])),)

    def undo(self, tenant: Tenant, step: Step, before: State) -> Sent:
        return _switch(tenant, step, enabled=bool(before["enabled"]))

    def undone(self, state: State, before: State) -> bool:
        return state["present"] is True and state["enabled"] == before["enabled"]

    def words(self, state: State) -> str:
        if not state["present"]:
            return "rule not there" if state["present"] is False else "not read"
        return f"rule {one_line(state['name'])!r} {'enabled' if state['enabled'] else 'disabled'}"


def _path(step: Step) -> str:
    upn, rule = segment(step.arguments["upn"]), segment(step.arguments["rule"])
    return f"/users/{upn}/mailFolders/inbox/messageRules/{rule}"


def _parameters(step: Step) -> dict[str, Any]:
    return {
        "Identity": step.arguments["rule"],
        "Mailbox": step.arguments["upn"],
        # Without it Exchange asks a question that nobody here can answer.
        "AlwaysDeleteOutlookRulesBlob": True,
        "Force": True,
        "Confirm": False,
    }


def _request(step: Step, *, enabled: bool) -> Request:
    if step.arguments["side"] == "graph":
        return Request("PATCH", _path(step), {"isEnabled": enabled})
    return Request("Exchange", "Enable-InboxRule" if enabled else "Disable-InboxRule", _parameters(step))


def _switch(tenant: Tenant, step: Step, *, enabled: bool) -> Sent:
    request = _request(step, enabled=enabled)
    if step.arguments["side"] == "graph":
        return account.sent(tenant.graph.patch(request.url, request.body))
    pages = list(tenant.exchange.run(request.url, step.arguments["upn"], **request.body))
    return account.sent(pages[-1])


def _from_graph(tenant: Tenant, step: Step) -> State:
    try:
        rule = tenant.graph.get(_path(step)).data
    except NotFound:
        return {"present": False}
    actions = rule.get("actions") or {}
    named = [actions.get(kind) or [] for kind in ("forwardTo", "redirectTo", "forwardAsAttachmentTo")]
    addresses = [str((one.get("emailAddress") or {}).get("address") or "") for kind in named for one in kind]
    return {
        "present": True,
        "enabled": rule.get("isEnabled"),
        "name": str(rule.get("displayName") or ""),
        "deletes": bool(actions.get("delete") or actions.get("permanentDelete")),
        "sends_to": _joined(addresses),
    }


def _from_exchange(tenant: Tenant, step: Step) -> State:
    upn, wanted = step.arguments["upn"], number(step.arguments["rule"])
    pages = tenant.exchange.run("Get-InboxRule", upn, Mailbox=upn, IncludeHidden=True)
    for rule in (rule for page in pages for rule in page.records):
        if wanted in _identities(rule):
            named = [rule.get(kind) or [] for kind in ("ForwardTo", "RedirectTo", "ForwardAsAttachmentTo")]
            texts = [str(one) for kind in named for one in ([kind] if isinstance(kind, str) else kind)]
            return {
                "present": True,
                "enabled": rule.get("Enabled"),
                "name": str(rule.get("Name") or ""),
                "deletes": bool(rule.get("DeleteMessage") or rule.get("SoftDeleteMessage")),
                "sends_to": _joined(match for text in texts for match in _ADDRESS.findall(text)),
            }
    return {"present": False}


def _identities(rule: Mapping[str, Any]) -> tuple[str, str]:
    return number(str(rule.get("RuleIdentity") or "")), number(str(rule.get("Identity") or "").rpartition("\\")[2])


def _joined(addresses: Any) -> str:
    return " ".join(sorted({address.lower() for address in addresses if address}))
