"""Rights to a mailbox that the attacker gave: to open it, to send as it or on its behalf, to use its folders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from o365nb.model import Persistence, Phase, Step
from o365nb.response import account
from o365nb.response.base import Draft, Request, Secret, Sent, State, sentence
from o365nb.response.exchange import (
    Withdrawal,
    adding,
    as_line,
    ask,
    by_hand,
    cmdlet,
    made_of,
    people,
    removing,
    run,
    texts,
)
from o365nb.response.situation import Row, Situation
from o365nb.safe import one_line
from o365nb.tenant import Tenant, powershell
from o365nb.tenant.permissions import exchange_right

_NEEDS = (exchange_right("Exchange (Recipient) Administrator"),)
_SEND_AS = "sendas"
_TOP = ""
_EVERYBODY = ("default", "anonymous")


class _Right(Withdrawal):
    """A right in one mailbox: `upn` is the mailbox, `trustee` whoever has it."""

    handle = "trustee"
    needs = _NEEDS

    def taken(self, item: Persistence, row: Row, what: str, **arguments: str) -> Draft:
        """The step for a right that was seen to stand."""
        given = {"upn": item.owner, "trustee": str(row["trustee"]), **arguments}
        step = made_of(given)
        return self.draft(
            "X3",
            Phase.ERADICATE,
            f"{what} of {one_line(given['trustee'])} in mailbox {item.owner}",
            f"{sentence(item.because)} It works without the password of {item.owner}, and outlives its reset.",
            as_line(self.removal(step)) + account.comment(item.description),
            finding_ids=item.finding_ids,
            arguments=given,
        )

    def told(self, state: State) -> str:
        return f"{state.get('who') or ''} may {' '.join(texts(state.get('rights')))}".strip()


class RemoveMailboxPermission(_Right):
    """Full access and the like: each right by itself, as it was given."""

    kinds = ("delegate",)
    name = "remove_mailbox_permission"
    title = "Take back access to a mailbox"
    kept = ("who", "rights", "inheritance")

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            row = situation.row("mailbox_permissions", item, "trustee")
            if row is None:
                how = "The rights that stand were not collected: list them, keep the list, and take this one back."
                yield by_hand(self, item, "X3", how, powershell("Get-MailboxPermission", Identity=item.owner))
            elif str(row["right"]).lower() != _SEND_AS:
                yield self.taken(item, row, f"right {one_line(row['right'])}", right=str(row["right"]))

    def listing(self, tenant: Tenant, step: Step) -> Iterable[dict[str, Any]]:
        upn = step.arguments["upn"]
        for one in ask(tenant, upn, "Get-MailboxPermission", Identity=upn):
            if one.get("IsInherited") or one.get("Deny"):
                continue
            for right in (part.strip() for text in texts(one.get("AccessRights")) for part in text.split(",")):
                yield {"who": str(one.get("User") or ""), "rights": [right], "inheritance": one.get("InheritanceType")}

    def is_it(self, record: dict[str, Any], step: Step) -> bool:
        wanted = (step.arguments["trustee"].lower(), step.arguments["right"].lower())
        return (record["who"].lower(), record["rights"][0].lower()) == wanted

    def removal(self, step: Step) -> Request:
        return cmdlet(
            "Remove-MailboxPermission",
            Identity=step.arguments["upn"],
            User=step.arguments["trustee"],
            AccessRights=[step.arguments["right"]],
            InheritanceType="All",
            Confirm=False,
        )

    def restoring(self, step: Step, before: State) -> Request:
        return cmdlet(
            "Add-MailboxPermission",
            Identity=step.arguments["upn"],
            User=before["who"],
            AccessRights=before["rights"],
            InheritanceType=before["inheritance"] or "All",
            Confirm=False,
        )


class RemoveSendAs(_Right):
    """The right to send as the mailbox, without a trace of who wrote."""

    kinds = ("delegate",)
    name = "remove_send_as"
    title = "Take back the right to send as a mailbox"
    kept = ("who", "rights")

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            row = situation.row("mailbox_permissions", item, "trustee")
            if row and str(row["right"]).lower() == _SEND_AS:
                yield self.taken(item, row, "right SendAs")

    def listing(self, tenant: Tenant, step: Step) -> Iterable[dict[str, Any]]:
        upn = step.arguments["upn"]
        for one in ask(tenant, upn, "Get-RecipientPermission", Identity=upn):
            if str(one.get("AccessControlType") or "Allow").lower() == "allow" and not one.get("IsInherited"):
                yield {"who": str(one.get("Trustee") or ""), "rights": texts(one.get("AccessRights"))}

    def is_it(self, record: dict[str, Any], step: Step) -> bool:
        return bool(record["who"].lower() == step.arguments["trustee"].lower())

    def removal(self, step: Step) -> Request:
        return self._request("Remove-RecipientPermission", step, step.arguments["trustee"])

    def restoring(self, step: Step, before: State) -> Request:
        return self._request("Add-RecipientPermission", step, before["who"])

    def _request(self, name: str, step: Step, trustee: str) -> Request:
        return cmdlet(name, Identity=step.arguments["upn"], Trustee=trustee, AccessRights=["SendAs"], Confirm=False)


class RemoveSendOnBehalf(_Right):
    """The right to send on behalf of the mailbox: one name of a list, the others stay."""

    kinds = ("send_on_behalf",)
    name = "remove_send_on_behalf"
    title = "Take back the right to send on behalf of a mailbox"
    kept = ("who", "rights")

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            row = _mailbox(situation, item)
            named = _named(situation, item, texts(row["send_on_behalf"]) if row else [])
            for trustee in named:
                yield self.taken(item, {"trustee": trustee}, "right to send on behalf")
            if not named:
                how = "Which of the names of the list is meant was not collected: look, keep it, and take that one out."
                yield by_hand(self, item, "X3", how, powershell("Get-Mailbox", Identity=item.owner))

    def listing(self, tenant: Tenant, step: Step) -> Iterable[dict[str, Any]]:
        upn = step.arguments["upn"]
        for box in ask(tenant, upn, "Get-Mailbox", Identity=upn):
            for one in texts(box.get("GrantSendOnBehalfTo")):
                yield {"who": one, "rights": ["SendOnBehalf"]}

    def is_it(self, record: dict[str, Any], step: Step) -> bool:
        return bool(record["who"].lower() == step.arguments["trustee"].lower())

    def removal(self, step: Step) -> Request:
        change = removing(step.arguments["trustee"])
        return cmdlet("Set-Mailbox", Identity=step.arguments["upn"], GrantSendOnBehalfTo=change)

    def restoring(self, step: Step, before: State) -> Request:
        return cmdlet("Set-Mailbox", Identity=step.arguments["upn"], GrantSendOnBehalfTo=adding(before["who"]))


class RemoveFolderPermission(_Right):
    """Rights to a folder: taken from whoever has them; what is open to anybody at all is closed."""

    kinds = ("folder_permission",)
    name = "remove_folder_permission"
    title = "Take back access to a folder"
    kept = ("who", "rights", "flags", "place")

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            row = situation.row("folder_permissions", item, "trustee")
            if row is None or not row["trustee"] or row["trustee"] == "default":
                how = (
                    "Everybody in the organisation may use it: give back what the house gives by default"
                    " (AvailabilityOnly for a calendar, None for other folders)."
                    if row and row["trustee"] == "default"
                    else "The rights that stand were not collected: list them, keep the list, and take this one back."
                )
                line = powershell(
                    "Get-MailboxFolderPermission", Identity=f"{item.owner}:\\{row['folder']}" if row else item.owner
                )
                yield by_hand(self, item, "X3", how, line)
                continue
            folder = str(row["folder"] or "")
            yield self.taken(item, row, f'right to the folder "{one_line(folder)}"', folder=folder)

    def listing(self, tenant: Tenant, step: Step) -> Iterable[dict[str, Any]]:
        for folder in dict.fromkeys((step.arguments["folder"], _TOP)):
            place = _place(step, folder)
            shown = ask(tenant, step.arguments["upn"], "Get-MailboxFolderPermission", Identity=place)
            mine = [one for one in shown if folder or same_folder(one, step)]
            if mine:
                return [_folder_right(one, place) for one in mine]
        return []

    def is_it(self, record: dict[str, Any], step: Step) -> bool:
        rights = [right.lower() for right in record["rights"]]
        return step.arguments["trustee"] in record["names"] and rights != ["none"]

    def removal(self, step: Step) -> Request:
        return self._taking(step, _place(step, step.arguments["folder"]), step.arguments["trustee"])

    def _taking(self, step: Step, place: str, who: str) -> Request:
        if step.arguments["trustee"] in _EVERYBODY:
            return cmdlet("Set-MailboxFolderPermission", Identity=place, User=who, AccessRights=["None"])
        return cmdlet("Remove-MailboxFolderPermission", Identity=place, User=who, Confirm=False)

    def apply(self, tenant: Tenant, step: Step, secret: Secret | None) -> Sent:
        """Where the folder really is: the top of a mailbox has a name in each language, and no path."""
        stands = self.before(tenant, step)
        place = str(stands.get("place") or _place(step, step.arguments["folder"]))
        return run(tenant, step.arguments["upn"], self._taking(step, place, step.arguments["trustee"]))

    def restoring(self, step: Step, before: State) -> Request:
        verb = "Set" if step.arguments["trustee"] in _EVERYBODY else "Add"
        flags = {"SharingPermissionFlags": before["flags"]} if before["flags"] else {}
        return cmdlet(
            f"{verb}-MailboxFolderPermission",
            Identity=before["place"],
            User=before["who"],
            AccessRights=before["rights"],
            **flags,
        )


def same_folder(record: dict[str, Any], step: Step) -> bool:
    """Whether an entry of the top of the mailbox is of the folder of that name: it is called so."""
    return str(record.get("FolderName") or "").lower() == step.arguments["folder"].lower()


def _folder_right(record: dict[str, Any], place: str) -> dict[str, Any]:
    user = record.get("User")
    shown = user if isinstance(user, dict) else {"DisplayName": user}
    own = [str(shown.get(name) or "") for name in ("RecipientPrincipal", "DisplayName")]
    who = next((one for one in (*people(user if isinstance(user, dict) else str(user or "")), *own) if one), "")
    return {
        "who": str(user) if isinstance(user, str) else who,
        "names": sorted({name.lower() for name in (who, *own, *people(user)) if name}),
        "rights": texts(record.get("AccessRights")),
        "flags": record.get("SharingPermissionFlags"),
        "place": place,
    }


def _place(step: Step, folder: str) -> str:
    return f"{step.arguments['upn']}:\\{folder}"


def _mailbox(situation: Situation, item: Persistence) -> Row | None:
    rows = [row for row in situation.tables["mailboxes"] if row["owner"] == item.owner]
    return next((row for row in rows if item.id.endswith(str(row["key"]))), rows[0] if rows else None)


def _named(situation: Situation, item: Persistence, listed: list[str]) -> list[str]:
    """Which names of the list the item is about: all, where it is the list; else those that the log says were set."""
    said = situation.log_of(item).value("GrantSendOnBehalfTo")
    if not said:
        return listed if item.id.startswith("send_on_behalf:mailbox:") else []
    words = {*people(said), *(word.strip(" \"'{}[]").lower() for word in said.replace(";", ",").split(","))}
    short = {word.partition("@")[0] for word in words}
    return [
        one for one in listed if one.lower() in words or one.lower() in short or one.lower().partition("@")[0] in words
    ]
