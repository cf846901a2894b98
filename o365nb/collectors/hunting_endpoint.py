"""Hunting on machines: where the person logged on, and traces of what steals passwords and sessions."""

from __future__ import annotations

from o365nb.collectors.base import Person, Right
from o365nb.collectors.hunting import HuntingQuery, kql, listed

_ENDPOINT = (Right("ThreatHunting.Read.All", "Microsoft Defender for Endpoint Plan 2"),)
#: Where browsers keep passwords, cookies and the key to both. A program that names them on its command line is no
#: browser.
_STORES = ("Login Data", "Web Data", "Local State", "logins.json", "key4.db", "cookies.sqlite")
#: What people are talked into pasting into the Run box ("prove that you are human"): Explorer starts an interpreter
#: that fetches something or hides what it does.
_INTERPRETERS = (
    *("powershell.exe", "pwsh.exe", "mshta.exe", "cmd.exe", "wscript.exe", "cscript.exe", "curl.exe"),
    *("msiexec.exe", "rundll32.exe", "certutil.exe", "bitsadmin.exe"),
)
_FETCHING = ("http", "https", "FromBase64String", "EncodedCommand", "enc", "iex", "Invoke", "hidden", "DownloadString")


class IdentityLogonEvents(HuntingQuery):
    """Logons that Defender for Identity saw, on-premises too."""

    source = "hunting/IdentityLogonEvents"
    title = "hunting: logons by identity"
    needs = (Right("ThreatHunting.Read.All", "Microsoft Defender for Identity"),)
    tables = ("IdentityLogonEvents",)

    def condition(self, person: Person) -> str:
        return f"AccountObjectId =~ {kql(person.id)} or AccountUpn =~ {kql(person.upn)}"


class DeviceLogonEvents(HuntingQuery):
    """Logons at machines. They know the account's name without its domain: a namesake's can be among them."""

    source = "hunting/DeviceLogonEvents"
    title = "hunting: logons at machines"
    needs = _ENDPOINT
    tables = ("DeviceLogonEvents",)

    def condition(self, person: Person) -> str:
        name = kql(person.upn.partition("@")[0])
        return f"AccountName =~ {name} or InitiatingProcessAccountUpn =~ {kql(person.upn)}"


class StealerTraces(HuntingQuery):
    """Programs under the person's account that reach for a browser's store of passwords, or that were pasted in."""

    source = "hunting/DeviceProcessEvents"
    title = "hunting: traces of stealers"
    needs = _ENDPOINT
    tables = ("DeviceProcessEvents",)

    def condition(self, person: Person) -> str:
        upn = kql(person.upn)
        return (
            f"AccountUpn =~ {upn} or InitiatingProcessAccountUpn =~ {upn}"
            f"\n| where ProcessCommandLine has_any {listed(_STORES)}"
            f' or (InitiatingProcessFileName =~ "explorer.exe" and FileName in~ {listed(_INTERPRETERS)}'
            f" and ProcessCommandLine has_any {listed(_FETCHING)})"
        )
