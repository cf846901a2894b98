"""Every story's response in a late, throttled and faulty tenant: what changes is the attacker's, all else stays.

The lines below are all that differs between the tenant before and after; whatever is not named is equal byte for byte.
"""

import copy
import time
from datetime import timedelta

import pytest
from response.conftest import signed_in
from response.differences import differences
from response.planted import everything

from o365nb import investigate, response
from o365nb.practice import Chaos, PracticeTenant
from o365nb.practice.shared_files import link
from o365nb.practice.storybook.token_theft import LEFT_OPEN

HURRY = 0.01
#: What is done to each account that was taken, and can be taken back.
CLOSED = (
    "/mailboxes/{upn}/LitigationHoldEnabled: false → true",
    "/users/{upn}/accountEnabled: true → false",
)
#: What is done to it and cannot: a password and sessions are gone, a scan was made.
SPENT = (
    "/methods/{upn}/28c10230-6103-485e-b985-444c60001490/createdDateTime: then → then",
    "/users/{upn}/lastPasswordChangeDateTime: then → then",
    "/users/{upn}/signInSessionsValidFromDateTime: then → then",
)
CARED = (
    "/defender/actions/RunAntiVirusScan added",
    "/intune/devices/{upn}/{upn}/deviceActionResults/syncDevice added",
)
RISK = ("/risky_users/{upn} added",)
RISKY = (
    "/risky_users/{upn}/riskDetail: none → adminConfirmedUserCompromised",
    "/risky_users/{upn}/riskLastUpdatedDateTime: then → then",
    "/risky_users/{upn}/riskLevel: medium → high",
    "/risky_users/{upn}/riskState: atRisk → confirmedCompromised",
)
DISMISSED = (  # the word of an administrator is taken back, not unsaid
    "/risky_users/{upn}/riskDetail: none → adminDismissedAllRiskForUser",
    "/risky_users/{upn}/riskLastUpdatedDateTime: then → then",
    "/risky_users/{upn}/riskLevel: medium → none",
    "/risky_users/{upn}/riskState: atRisk → dismissed",
)
#: The thief's link; Dave's own on the same file, and on another, stay.
LINK = f"/shared_files/{LEFT_OPEN}/permissions/{link(f'thief:{LEFT_OPEN}')['id']} gone"
GRANT = "/grants/EWS.AccessAsUser.All IMAP.AccessAsUser.All offline_access"
#: Story: (account, what is changed and comes back by its undo, what is changed for good)
STORIES = {
    "aitm": ("anna", (*CLOSED, "/rules/{upn}/../enabled: true → false"),
             (*SPENT, *CARED, *RISK, "/methods/{upn}/iPhone 12 gone")),
    "consent": ("bob", (*CLOSED, "/service_principals/eM Client/accountEnabled: true → false"),
                (*SPENT, *CARED, *RISK, f"{GRANT} gone")),
    "spray": ("carol", (*CLOSED, "/exchange/Admin Audit Log Settings/UnifiedAuditLogIngestionEnabled: false → true",
                        "/exchange/inbound_connectors/Scan relay/Enabled: true → false",
                        "/exchange/transport_rules/./State: Enabled → Disabled"),
              (*SPENT, *CARED, *RISK)),
    "token_theft": ("dave", (*CLOSED, *RISKY), (*SPENT, *CARED, LINK)),
    "insider": ("erin", (), ()),
    "payroll": ("frank", (*CLOSED, "/rules/{upn}/Gandalf/enabled: true → false"),
                (*SPENT, *CARED, *RISK, "/methods/{upn}/+1 2025550142 gone")),
    "device_code": ("hana", (*CLOSED, "/devices/{upn}/DESKTOP-7Q2LKA9/accountEnabled: true → false"),
                    (*SPENT, *CARED, *RISK, "/methods/{upn}/DESKTOP-7Q2LKA9 gone")),
    "invoice": ("grace", (), ()),
    "traveller": ("bob", (), ()),
    "new_phone": ("bob", (), ()),
    "free_tenant": ("anna", (*CLOSED, "/rules/{upn}/../enabled: true → false"),
                    (*SPENT, "/methods/{upn}/iPhone 12 gone")),
}  # fmt: skip
#: What comes back under an id that the service gives it, or is taken back in another way than unsaid.
AFTERWARDS = {"consent": (f"{GRANT} added",), "token_theft": DISMISSED}


def named(lines, name):
    return sorted(line.replace("{upn}", f"{name}@contoso.example") for line in lines)


@pytest.mark.parametrize("story", STORIES)
def test_the_attackers_objects_go_everything_else_stays_and_every_undo_puts_back(practice_copy, story):
    case = practice_copy(story)
    plan = investigate.plan_of(case)
    name, reversible, spent = STORIES[story]
    bad = {"write_delay": 0.05, "chaos": Chaos(seed=7, rate=0.03), "limits": 0.01}
    with PracticeTenant(story, state=case.state, **bad) as server:

        def wait(seconds):
            time.sleep(seconds * HURRY)
            server.pass_time(timedelta(seconds=seconds))

        before = copy.deepcopy(everything(server))
        with signed_in(server, sleep=wait) as tenant:
            done = response.apply(case, tenant, plan, plan.plan_id, on_password=lambda *_: None)
            assert [
                (one.step_id, one.note) for one in done if one.outcome.value not in ("applied", "already_held")
            ] == []
            assert list(differences(before, everything(server))) == named((*reversible, *spent), name)
            back = [
                response.undo(case, tenant, one.step_id)
                for one in reversed(done)
                if one.reversible and one.outcome.value == "applied"
            ]
            assert [(one.step_id, one.note) for one in back if one.outcome.value != "applied"] == []
        assert list(differences(before, everything(server))) == named((*spent, *AFTERWARDS.get(story, ())), name)
