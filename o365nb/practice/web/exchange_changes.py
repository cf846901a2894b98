"""Exchange's cmdlets that change rights: to a mailbox, to send as it, to its folders, and in the role groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from o365nb.practice import mail_flow, mail_protection
from o365nb.practice.changes import Changes
from o365nb.practice.ids import Json
from o365nb.practice.people import Person
from o365nb.practice.web.cmdlets import Cmdlets, Parameters, Write
from o365nb.practice.web.faults import ExchangeRefusal

_FOLDERS = ("Inbox", "Calendar")


def kept_by(objects: Json) -> Json:
    """Exchange's part of the state; a story's own, and a folder made by an older version, need not name all of it."""
    found: Json = objects.setdefault("exchange", mail_flow.initial())
    for name, value in {**mail_flow.initial(), **mail_protection.initial()}.items():
        found.setdefault(name, value)
    return found


def required(given: Parameters, name: str) -> str:
    """A parameter that must not be empty."""
    value = given.get(name)
    if not isinstance(value, str) or not value.strip():
        text = f"Cannot bind argument to parameter '{name}' because it is empty."
        raise ExchangeRefusal(400, "BadRequest", text)
    return value.strip()


class Rights(Cmdlets):
    """Who may what, of one site."""

    parameters: ClassVar[Mapping[str, frozenset[str]]] = {
        "Add-MailboxPermission": frozenset(
            {"Identity", "User", "AccessRights", "InheritanceType", "AutoMapping", "Confirm"}
        ),
        "Remove-MailboxPermission": frozenset({"Identity", "User", "AccessRights", "InheritanceType", "Confirm"}),
        "Add-RecipientPermission": frozenset({"Identity", "Trustee", "AccessRights", "Confirm"}),
        "Remove-RecipientPermission": frozenset({"Identity", "Trustee", "AccessRights", "Confirm"}),
        "Add-MailboxFolderPermission": frozenset(
            {"Identity", "User", "AccessRights", "SharingPermissionFlags", "Confirm"}
        ),
        "Set-MailboxFolderPermission": frozenset(
            {"Identity", "User", "AccessRights", "SharingPermissionFlags", "Confirm"}
        ),
        "Remove-MailboxFolderPermission": frozenset({"Identity", "User", "Confirm"}),
        "Add-RoleGroupMember": frozenset({"Identity", "Member", "Confirm"}),
        "Remove-RoleGroupMember": frozenset({"Identity", "Member", "Confirm"}),
    }

    @property
    def _kept(self) -> Json:
        return kept_by(self.state.objects)

    def changes(self) -> dict[str, Write]:
        return {
            "Add-MailboxPermission": self._give_mailbox,
            "Remove-MailboxPermission": self._take_mailbox,
            "Add-RecipientPermission": self._give_send_as,
            "Remove-RecipientPermission": self._take_send_as,
            "Add-MailboxFolderPermission": self._give_folder,
            "Set-MailboxFolderPermission": self._set_folder,
            "Remove-MailboxFolderPermission": self._take_folder,
            "Add-RoleGroupMember": self._join,
            "Remove-RoleGroupMember": self._leave,
        }

    def _give_mailbox(self, given: Parameters, by: Changes) -> list[Json]:
        person, trustee = self.person(given.get("Identity"), "Identity"), required(given, "User")
        made = mail_flow.delegate(person.upn, trustee)
        made["AccessRights"] = _listed(given["AccessRights"])
        made["InheritanceType"] = given.get("InheritanceType") or "All"
        self._kept["delegates"].setdefault(person.upn, []).append(made)
        by.ran("Add-MailboxPermission", person.upn, given)
        return [made]

    def _take_mailbox(self, given: Parameters, by: Changes) -> list[Json]:
        """What is not there is no error: Exchange only warns."""
        person, trustee = self.person(given.get("Identity"), "Identity"), required(given, "User").lower()
        gone = {right.lower() for right in _listed(given["AccessRights"])}
        left = []
        for one in self._kept["delegates"].get(person.upn, []):
            rights = [
                right for right in one["AccessRights"] if one["User"].lower() != trustee or right.lower() not in gone
            ]
            if rights:
                left.append({**one, "AccessRights": rights})
        _put(self._kept["delegates"], person.upn, left)
        by.ran("Remove-MailboxPermission", person.upn, given)
        return []

    def _give_send_as(self, given: Parameters, by: Changes) -> list[Json]:
        person, trustee = self.person(given.get("Identity"), "Identity"), required(given, "Trustee")
        listed = self._kept["send_as"].setdefault(person.upn, [])
        if trustee.lower() not in (one.lower() for one in listed):
            listed.append(trustee)
        by.ran("Add-RecipientPermission", person.upn, given)
        return []

    def _take_send_as(self, given: Parameters, by: Changes) -> list[Json]:
        person, trustee = self.person(given.get("Identity"), "Identity"), required(given, "Trustee").lower()
        left = [one for one in self._kept["send_as"].get(person.upn, []) if one.lower() != trustee]
        _put(self._kept["send_as"], person.upn, left)
        by.ran("Remove-RecipientPermission", person.upn, given)
        return []

    def _give_folder(self, given: Parameters, by: Changes) -> list[Json]:
        person, plain, user = self._folder(given)
        rights = self._kept["folder_rights"].setdefault(person.upn, {}).setdefault(plain, {})
        if user.lower() in (name.lower() for name in rights):
            text = f"An existing permission entry was found for user: {user}."
            raise ExchangeRefusal(400, "BadRequest", text)
        rights[user] = _listed(given["AccessRights"])
        by.ran("Add-MailboxFolderPermission", str(given["Identity"]), given)
        return []

    def _set_folder(self, given: Parameters, by: Changes) -> list[Json]:
        person, plain, user = self._folder(given)
        rights = self._kept["folder_rights"].setdefault(person.upn, {}).setdefault(plain, {})
        everybody = {"default": "Default", "anonymous": "Anonymous"}
        name = next((one for one in rights if one.lower() == user.lower()), everybody.get(user.lower(), ""))
        if not name:
            raise _no_entry(user)
        rights[name] = _listed(given["AccessRights"])
        ordinary = {"Default": ["AvailabilityOnly" if plain == "Calendar" else "None"], "Anonymous": ["None"]}
        if ordinary.get(name) == rights[name]:
            del rights[name]  # as it is in every mailbox
        self._tidy(person, plain)
        by.ran("Set-MailboxFolderPermission", str(given["Identity"]), given)
        return []

    def _take_folder(self, given: Parameters, by: Changes) -> list[Json]:
        person, plain, user = self._folder(given)
        rights = self._kept["folder_rights"].get(person.upn, {}).get(plain, {})
        name = next((one for one in rights if one.lower() == user.lower()), "")
        if not name:
            raise _no_entry(user)
        del rights[name]
        self._tidy(person, plain)
        by.ran("Remove-MailboxFolderPermission", str(given["Identity"]), given)
        return []

    def _tidy(self, person: Person, plain: str) -> None:
        folders = self._kept["folder_rights"].get(person.upn, {})
        if not folders.get(plain):
            folders.pop(plain, None)
        if not folders:
            self._kept["folder_rights"].pop(person.upn, None)

    def _folder(self, given: Parameters) -> tuple[Person, str, str]:
        """Whose, which (by its English name), and for whom."""
        identity, user = required(given, "Identity"), required(given, "User")
        mailbox, _, folder = identity.partition(":")
        person = self.person(mailbox, "Identity")
        own = {mail_flow.folder_name(self._kept, person, plain).lower(): plain for plain in _FOLDERS}
        name = folder.strip("\\").lower()
        if name and name not in own:
            text = f"The operation couldn't be performed because '{identity}' couldn't be found."
            raise ExchangeRefusal(404, "NotFound", text)
        return person, own[name] if name else mail_flow.TOP, user

    def _group(self, given: Parameters) -> Json:
        wanted = required(given, "Identity")
        for group in self._kept["role_groups"]:
            if wanted in (group["Name"], group["Guid"]):
                found: Json = group
                return found
        text = f"The operation couldn't be performed because object '{wanted}' couldn't be found."
        raise ExchangeRefusal(404, "NotFound", text)

    def _join(self, given: Parameters, by: Changes) -> list[Json]:
        group, member = self._group(given), required(given, "Member")
        if member.lower() in (one.lower() for one in group["Members"]):
            text = f'The recipient "{member}" is already a member of the group "{group["Name"]}".'
            raise ExchangeRefusal(400, "BadRequest", text)
        group["Members"].append(member)
        by.ran("Add-RoleGroupMember", group["Name"], given)
        return []

    def _leave(self, given: Parameters, by: Changes) -> list[Json]:
        group, member = self._group(given), required(given, "Member").lower()
        left = [one for one in group["Members"] if one.lower() != member]
        if left == group["Members"]:
            text = f'The recipient "{member}" isn\'t a member of the group "{group["Name"]}".'
            raise ExchangeRefusal(400, "BadRequest", text)
        group["Members"] = left
        by.ran("Remove-RoleGroupMember", group["Name"], given)
        return []


def _put(kept: Json, name: str, left: list[Any]) -> None:
    """A list by UPN; an empty one is none."""
    if left:
        kept[name] = left
    else:
        kept.pop(name, None)


def _no_entry(user: str) -> ExchangeRefusal:
    return ExchangeRefusal(404, "NotFound", f"There is no existing permission entry found for user: {user}.")


def _listed(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [part.strip() for part in str(value).split(",")]
