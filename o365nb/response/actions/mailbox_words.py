"""What the mailbox says and whom it trusts: automatic answers, the signature, the lists of trusted senders."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from o365nb.model import Persistence, Phase, Step, content_id
from o365nb.response import account
from o365nb.response.base import Draft, Request, State, sentence
from o365nb.response.exchange import Setting, as_line, by_hand, cmdlet, made_of, same, texts
from o365nb.response.situation import Situation
from o365nb.safe import one_line
from o365nb.tenant import powershell
from o365nb.tenant.permissions import exchange_right

_NEEDS = (exchange_right("Exchange (Recipient) Administrator"),)
_TRUSTED = "TrustedSendersAndDomains"


class _Words(Setting):
    needs = _NEEDS

    def drafted(self, item: Persistence, target: str, why: str, **arguments: str) -> Draft:
        """The step for one setting of a mailbox."""
        given = {"upn": item.owner, "object": item.owner, **arguments}
        step = made_of(given)
        return self.draft(
            "X14",
            Phase.ERADICATE,
            f"{target} of {one_line(item.owner)}",
            f"{sentence(item.because)} {why}",
            as_line(self._set(step, self.wanted(step))) + account.comment(item.description),
            finding_ids=item.finding_ids,
            arguments=given,
        )


class StopAutoReply(_Words):
    """Off, and its text left there as evidence."""

    kinds = ("autoreply",)
    name = "stop_auto_reply"
    title = "Stop automatic answers"
    reads, writes = "Get-MailboxAutoReplyConfiguration", "Set-MailboxAutoReplyConfiguration"
    names: ClassVar[tuple[str, ...]] = ("AutoReplyState", "ExternalMessage", "InternalMessage")

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            if not item.owner:
                yield by_hand(self, item, "X14", "Whose it is was not collected.", self.reads)
                continue
            kept = [situation.fact(item.owner, name) for name in ("ExternalMessage", "InternalMessage")]
            why = "It answers everybody who writes, in the user's name. Its text stays as evidence."
            yield self.drafted(item, "automatic answers", why, says=content_id(kept, 16) if any(kept) else "")

    def wanted(self, step: Step) -> Mapping[str, Any]:
        return {"AutoReplyState": "Disabled"}

    def differs(self, step: Step, state: State) -> str:
        stands = content_id([str(state[name] or "") for name in ("ExternalMessage", "InternalMessage")], 16)
        if step.arguments["says"] in ("", stands):
            return ""
        return "its text was changed after planning; collect and analyse again"

    def told(self, state: State) -> str:
        return f"automatic answers {str(state['AutoReplyState'] or 'unknown').lower()}"


class ClearSignature(_Words):
    """The account number of a fraud may stand under every mail."""

    kinds = ("signature",)
    name = "clear_signature"
    title = "Clear the signature"
    reads, writes = "Get-MailboxMessageConfiguration", "Set-MailboxMessageConfiguration"
    names: ClassVar[tuple[str, ...]] = ("SignatureHtml", "SignatureText")

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            said = situation.log_of(item)
            says = [one for name in self.names for one in texts(said.value(name))]
            if not item.owner or not says:
                how = "What it says was not collected: read it, keep it, and give the user's own back."
                yield by_hand(
                    self, item, "X14", how, powershell(self.reads, Identity=item.owner) if item.owner else self.reads
                )
                continue
            why = "It stands under every mail in the user's name; the user writes their own again."
            yield self.drafted(item, "signature", why, says=" ".join(sorted({_bare(one) for one in says})))

    def wanted(self, step: Step) -> Mapping[str, Any]:
        return dict.fromkeys(self.names, "")

    def differs(self, step: Step, state: State) -> str:
        stands = {_bare(one) for name in self.names for one in texts(state[name])}
        if stands & set(step.arguments["says"].split()):
            return ""
        return "the signature is another than the one that was judged; collect and analyse again"

    def told(self, state: State) -> str:
        written = " ".join(one for name in self.names for one in texts(state[name]))
        return f"signature of {len(written)} characters" if written else "no signature"


def _bare(text: str) -> str:
    """A mark of what a text says: Exchange writes it down with other tags and spaces than it was given."""
    return content_id(re.sub(r"<[^>]*>|&nbsp;|\s+", "", text).lower(), 16)


class ClearTrustedSenders(_Words):
    """Whoever is on this list is never taken for junk. What else is on it stays."""

    kinds = ("spam_filter",)
    name = "clear_trusted_senders"
    title = "Take senders off the trusted list"
    reads, writes = "Get-MailboxJunkEmailConfiguration", "Set-MailboxJunkEmailConfiguration"
    names: ClassVar[tuple[str, ...]] = (_TRUSTED,)

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            said = situation.log_of(item).value(_TRUSTED)
            added = [word.strip(" \"'{}[]").lower() for word in said.replace(";", ",").split(",")]
            listed = [one for one in added if one]
            if not item.owner or not listed:
                how = "What was let past, and where, was not collected: look, keep it, and take it out."
                line = powershell(self.reads, Identity=item.owner) if item.owner else "Get-TenantAllowBlockListItems"
                yield by_hand(self, item, "X14", how, line)
                continue
            named = one_line(", ".join(listed[:5])) + (f" and {len(listed) - 5} more" if len(listed) > 5 else "")
            why = "Their mail is never taken for junk while they are on the list; others on it stay."
            yield self.drafted(item, f"trusted senders {named}", why, senders="\n".join(listed))

    def wanted(self, step: Step) -> Mapping[str, Any]:
        return {
            _TRUSTED: {"@odata.type": "#Exchange.GenericHashTable", "remove": step.arguments["senders"].split("\n")}
        }

    def stands(self, step: Step, state: State) -> bool:
        return not set(step.arguments["senders"].split("\n")) & {one.lower() for one in texts(state[_TRUSTED])}

    def values_before(self, step: Step, before: State) -> Mapping[str, Any]:
        return {_TRUSTED: texts(before[_TRUSTED])}

    def undo_requests(self, step: Step, before: State) -> tuple[Request, ...]:
        return (cmdlet(self.writes, **self.which(step), **self.values_before(step, before)),)

    def undone(self, state: State, before: State) -> bool:
        return state["present"] == before["present"] and same(state.get(_TRUSTED), before.get(_TRUSTED))

    def told(self, state: State) -> str:
        listed = texts(state[_TRUSTED])
        return f"trusted: {one_line(', '.join(listed))}" if listed else "nobody is trusted"
