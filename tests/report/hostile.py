"""An incident in which everything that an attacker may name is called something hostile."""

from incidents.hands import KIT, Client, Hand, Shape
from incidents.takeovers import SERVER, aitm
from report.sample import HOSTILE

#: What programs, spreadsheets and terminals would act on, each at the very beginning of a name.
NAMES = (
    *HOSTILE,
    '=HYPERLINK("https://evil.example","x")',
    "@SUM(1+1)",
    "\u2067right\u2069 to \u200fleft\u200e",
    "A" * 300,
)
WORDS = " ".join(HOSTILE)
#: Names of evidence files; a slash cannot stand in one.
FILES = (
    "<img src=x onerror=alert(1)>.json",
    "=cmd|' !A0.json",
    "\u202etxt.exe.json",
    "\x1b[2Jclear.json",
    "W" * 200 + ".json",
)


def scene():
    """S01 with hostile names of rules, subjects, people, programs, applications, files and sign-in methods."""
    made = aitm(Shape())
    thief = Hand(made.upn, SERVER, KIT, made.guid("session", "stolen"), true="attacker")
    for number, name in enumerate(NAMES):
        rule = {
            "Name": name,
            "SubjectOrBodyContainsWords": name,
            "MoveToFolder": "RSS Subscriptions",
            "MarkAsRead": "True",
        }
        made.cmdlet(thief, made.t(minutes=23, seconds=number), "New-InboxRule", f"{made.upn}\\{name}", **rule)
        made.send(thief, made.t(hours=20, minutes=1, seconds=number), [f"x{number}@client1.example"], name)
        principal = made.guid("principal", number)
        made.changed(
            thief, made.t(minutes=40, seconds=number), "Consent to application", ("ServicePrincipal", name, principal),
            ConsentContext__IsAdminConsent="False",
            ConsentAction__Permissions=f"[] => [[ClientId: {principal}, ConsentType: Principal, Scope: Mail.Read ]]",
            ServicePrincipal__AppId=made.guid("app", number),
        )  # fmt: skip
        made.stands("grants", {
            "id": f"grant-{number}", "clientId": principal, "consentType": "Principal",
            "principalId": made.guid("user", made.upn), "resourceId": made.guid("graph"), "scope": "Mail.Read",
        })  # fmt: skip
        made.stands("principals", {
            "id": principal, "appId": made.guid("app", number), "displayName": name, "replyUrls": [],
            "servicePrincipalType": "Application", "appOwnerOrganizationId": made.guid("foreign"),
            "verifiedPublisher": {},
        })  # fmt: skip
        made.stands("messageRules", {
            "id": f"AQAAAAAAA{number:02d}=", "displayName": name, "sequence": 10 + number, "isEnabled": True,
            "hasError": False, "isReadOnly": False, "conditions": {"subjectContains": [name]},
            "actions": {"forwardTo": [{"emailAddress": {"name": name, "address": "drop@evil.example"}}]},
        })  # fmt: skip
        made.sign_in(
            Hand(made.upn, SERVER, Client("", "", name), made.guid("session", "stolen"), true="attacker"),
            made.t(hours=1, minutes=number),
        )
    made.files(thief, made.t(minutes=50), NAMES, "FileDownloaded")
    for one in made.sign_ins:
        one["userDisplayName"] = WORDS
    return made


def write(folder):
    """The evidence as files, the first of them under hostile names; returns whose account it is."""
    made = scene()
    made.write(folder)
    for path, name in zip(sorted(path for path in folder.rglob("*.json")), FILES, strict=False):
        path.rename(path.with_name(name))
    return made.upn
