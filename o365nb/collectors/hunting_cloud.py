"""Hunting in the cloud: acts in Office and other apps, sign-ins, and the apps that hold consents."""

from __future__ import annotations

from o365nb.collectors.base import Person, Right
from o365nb.collectors.hunting import HuntingQuery, kql


class CloudAppEvents(HuntingQuery):
    """The audit log once more, through Defender for Cloud Apps: it is kept when auditing was tampered with."""

    source = "hunting/CloudAppEvents"
    title = "hunting: cloud apps"
    needs = (Right("ThreatHunting.Read.All", "Microsoft Defender for Cloud Apps"),)
    tables = ("CloudAppEvents",)
    shape = "hunting-cloud-app-events-json"

    def condition(self, person: Person) -> str:
        return f"AccountObjectId =~ {kql(person.id)}"


class SignInEvents(HuntingQuery):
    """Sign-ins of both kinds. The older table's name is asked for where the tenant does not have the new one."""

    source = "hunting/EntraIdSignInEvents"
    title = "hunting: sign-ins"
    needs = (Right("ThreatHunting.Read.All", "Microsoft Entra ID P2"),)
    tables = ("EntraIdSignInEvents", "AADSignInEventsBeta")
    shape = "hunting-sign-in-events-json"

    def condition(self, person: Person) -> str:
        return f"AccountObjectId =~ {kql(person.id)}"


class OAuthApps(HuntingQuery):
    """Apps from outside that hold consents, each as it was last seen, with the level of its rights."""

    source = "hunting/OAuthAppInfo"
    title = "hunting: apps with consents"
    needs = (Right("ThreatHunting.Read.All", "Microsoft Defender for Cloud Apps app governance"),)
    tables = ("OAuthAppInfo",)
    tenant_wide = True

    def condition(self, person: Person) -> str:
        return 'AppOrigin =~ "External"\n| summarize arg_max(Timestamp, *) by OAuthAppId'
