"""Mail by the hour, attachments, telling files, sites, chats, flows: an unfamiliar hand, and the user's own."""

from __future__ import annotations

import pytest
from detections.world import ELSEWHERE, HOSTILE, act, ask, at, broke_in, usual
from tables import SUBJECT, event, state

from o365nb.model import Answer

SITE = "https://contoso.example/sites/finance"
FOUND = {
    "co-mia-volume": act("MailItemsAccessed", mailbox_owner=SUBJECT, message_ids=[f"<{n}@x>" for n in range(120)]),
    "co-attachment": act("AttachmentAccess", mailbox_owner=SUBJECT),
    "co-file-recon": act("FileAccessed", target=f"{SITE}/bank_account-2026.xlsx", workload="SharePoint"),
    "co-teams-copilot": act("MessagesListed", workload="MicrosoftTeams"),
    "co-site-admin": act("SiteCollectionAdminAdded", target=SITE, workload="SharePoint",
                         properties={"TargetUserOrGroupName": "mallory@evil.example"}),
    "pe-flow": act("CreateFlow", target="Forward", workload="MicrosoftFlow"),
}  # fmt: skip


@pytest.mark.parametrize("slug", FOUND)
def test_an_unfamiliar_hand_is_found(tmp_path, slug):
    row = {**FOUND[slug], "event_id": "it", "as_org": HOSTILE}
    _, (hit,) = ask(tmp_path, slug, events=[*usual(), broke_in(), row])
    assert (hit.subject, hit.evidence, hit.confidence) == (SUBJECT, ("it",), 0.9)
    assert not any(char in hit.summary for char in "\x1b\u202e")


@pytest.mark.parametrize("slug", FOUND)
def test_the_user_on_the_train_an_attempt_and_something_harmless_are_not(tmp_path, slug):
    innocent = [
        {
            **FOUND[slug],
            **ELSEWHERE,
            "event_id": "train",
            "actor_kind": "system" if slug == "co-site-admin" else "user",
        },
        {**FOUND[slug], "event_id": "refused", "result": "failure"},
        act("FileAccessed", target=f"{SITE}/lunch.docx"),
        act("MailItemsAccessed", mailbox_owner=SUBJECT, message_ids=["<1@x>"]),
    ]
    assert ask(tmp_path, slug, events=[*usual(), *innocent])[0].verdict is Answer.CLEAR


def test_as_much_mail_as_the_account_opens_itself_is_not_much(tmp_path):
    fetch = event(operation="MailItemsAccessed", mailbox_owner=SUBJECT, time=at(days=-3), device_managed=True,
                  message_ids=[f"<{n}@y>" for n in range(150)])  # fmt: skip
    rows = [*usual(), broke_in(), fetch, FOUND["co-mia-volume"]]
    assert ask(tmp_path, "co-mia-volume", events=rows)[0].verdict is Answer.CLEAR


def test_a_flow_is_told_of_with_the_services_that_it_connects(tmp_path):
    flow = act("CreateFlow", target="77", workload="MicrosoftFlow",
               properties={"FlowConnectorNames": "Office 365 Outlook, Gmail"})  # fmt: skip
    _, (hit,) = ask(tmp_path, "pe-flow", events=[*usual(), broke_in(), flow])
    assert hit.summary.startswith("CreateFlow 77 (Office 365 Outlook, Gmail), from 198.51.100.66")


def test_mail_that_a_flow_forwards_is_told_of_as_it_stands(tmp_path):
    headers = [{"name": "x-ms-mail-application", "value": "Microsoft Power Automate; User-Agent: azure-logic-apps/1.0"},
               {"name": "x-ms-mail-operation-type", "value": "Forward"}]  # fmt: skip
    sent = state("message", "1", sender=SUBJECT, sent=at(hours=-1), recipients=["box@evil.example"], headers=headers)
    plain = {**sent, "key": "plain", "headers": [{"name": "X-Mailer", "value": HOSTILE}]}
    _, (hit,) = ask(tmp_path, "pe-flow", messages=[sent, plain])
    assert (hit.evidence, hit.summary) == (
        (sent["key"],), "a flow forwards mail of the account to box@evil.example",
    )  # fmt: skip


def test_a_site_administrator_made_by_an_owner_for_the_subject_weighs_little(tmp_path):
    row = event(operation="SiteCollectionAdminAdded", actor="owner@contoso.example", target=SITE,
                properties={"TargetUserOrGroupName": SUBJECT})  # fmt: skip
    _, (hit,) = ask(tmp_path, "co-site-admin", events=[*usual(), row])
    assert (hit.subject, hit.confidence) == (SUBJECT, 0.4)
