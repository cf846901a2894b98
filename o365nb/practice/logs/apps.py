"""The first-party applications and resources that sign-ins name. Ids are Microsoft's own, the same in every tenant."""

from __future__ import annotations

from dataclasses import dataclass

#: The tenant that owns Microsoft's own applications.
MICROSOFT_TENANT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"


@dataclass(frozen=True, slots=True)
class App:
    """An application or resource: id, the name that sign-in logs show, and the tenant that registered it."""

    id: str
    name: str
    owner: str = MICROSOFT_TENANT


OFFICE_HOME = App("4765445b-32c6-49b0-83e6-1d93765276ca", "OfficeHome")
OWA = App("9199bf20-a13f-4107-85dc-02114787ef48", "One Outlook Web")
OFFICE = App("d3590ed6-52b3-4102-aeff-aad2292ab01c", "Microsoft Office")
TEAMS = App("1fec8e78-bce4-4aaf-ab1b-5451cc387264", "Microsoft Teams")
SYNC_ENGINE = App("ab9b8c07-8f02-4f72-87fa-80105867a763", "OneDrive SyncEngine")
OUTLOOK_MOBILE = App("27922004-5251-4030-b22d-91ecd9a37ea4", "Outlook Mobile")
AUTH_BROKER = App("29d9ed98-a469-4536-ade2-f981bc1d605e", "Microsoft Authentication Broker")
MY_SIGN_INS = App("19db86c3-b2b9-44cc-b339-36da233a3be2", "My Signins")
EXCHANGE_ADMIN = App("497effe9-df71-4043-a8bb-14cf78c4b63b", "Exchange Admin Center")

DEVICE_REGISTRATION = App("01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9", "Device Registration Service")
EXCHANGE = App("00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online")
SHAREPOINT = App("00000003-0000-0ff1-ce00-000000000000", "Office 365 SharePoint Online")
GRAPH = App("00000003-0000-0000-c000-000000000000", "Microsoft Graph")
MANAGEMENT = App("c5393580-f805-4401-95e8-94b7a6ef2fc2", "Office 365 Management APIs")
DEFENDER = App("fc780465-2017-40d4-a0c5-307022471b92", "WindowsDefenderATP")
TEAMS_SERVICE = App("cc15fd57-2c6c-4117-a88c-83b1d56b4bbe", "Microsoft Teams Services")
