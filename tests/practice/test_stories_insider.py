"""S05 in the logs: a right given, a mailbox read by two delegates, and nobody who broke in."""

from collections import Counter

import pytest
from practice.conftest import Client

from o365nb.practice import PracticeTenant
from o365nb.practice.story import stories

MARTHA, ERIN, VIOLA, OSKAR = (f"{name}@contoso.example" for name in ("martha", "erin", "viola", "oskar"))


@pytest.fixture(scope="module")
def insider(tmp_path_factory):
    with PracticeTenant(story="insider", state=tmp_path_factory.mktemp("insider")) as tenant:
        made = Client(tenant)
        yield made
        made.close()


def audits(tenant, upn, *operations):
    found = tenant.audit_log(userPrincipalNameFilters=[upn], operationFilters=list(operations))
    return {record["id"]: record["auditData"] for record in found}


def opened(tenant, upn):
    """Mail of Martha's that somebody else opened."""
    return [data for data in audits(tenant, upn, "MailItemsAccessed").values() if data["MailboxOwnerUPN"] == MARTHA]


def test_nobody_is_an_attacker_and_the_boss_is_the_subject(insider):
    assert (stories()["insider"].subject, stories()["insider"].first_attacker_event) == (MARTHA, None)
    assert {item["label"] for item in insider.tenant.truth.values()} == {"user", "system"}
    told = Counter(slug for item in insider.tenant.truth.values() for slug in item["findings"])
    assert set(told) == {"pe-delegate-full", "co-nonowner", "co-mail-search"}


def test_the_friend_gives_full_access_from_the_office_and_it_stands(insider):
    (given,) = audits(insider, OSKAR, "Add-MailboxPermission").values()
    said = {item["Name"]: item["Value"] for item in given["Parameters"]}
    assert said == {
        "AccessRights": "FullAccess", "AutoMapping": "False", "Identity": MARTHA, "InheritanceType": "All",
        "User": ERIN,
    }  # fmt: skip
    assert given["ClientIP"].startswith("198.51.100.")
    rights = insider.exchange("Get-MailboxPermission", Identity=MARTHA).json()["value"]
    assert [row["User"] for row in rights if "FullAccess" in row["AccessRights"]][1:] == [VIOLA, ERIN]


def test_the_reader_is_a_delegate_with_a_managed_laptop_for_three_weeks(insider):
    read = opened(insider, ERIN)
    days = {data["CreationTime"][:10] for data in read}
    assert (min(days), max(days), len(days) >= 12) == ("2026-10-29", "2026-11-17", True)
    assert {(data["UserId"], data["LogonType"], data["ExternalAccess"]) for data in read} == {(ERIN, 2, False)}
    assert {data["LogonUserSid"] != data["MailboxOwnerSid"] for data in read} == {True}
    user = insider.graph(f"/v1.0/users/{ERIN}").json()["id"]
    own = insider.values(
        "/beta/auditLogs/signIns", filter=f"userId eq '{user}' and signInEventTypes/any(t: t eq 'nonInteractiveUser')"
    )
    managed = {record["sessionId"] for record in own if record["deviceDetail"]["isManaged"]}
    assert {data["AppAccessContext"]["AADSessionId"] for data in read} <= managed


def test_the_assistant_has_read_it_since_before_the_log_begins(insider):
    days = sorted(data["CreationTime"][:10] for data in opened(insider, VIOLA))
    assert (days[0], len(set(days)) > 18) == ("2026-10-20", True)


def test_what_was_searched_and_sent_home_can_be_followed(insider):
    searched = audits(insider, ERIN, "SearchQueryInitiatedExchange").values()
    assert {(data["QueryText"], data["MailboxOwnerUPN"]) for data in searched} == {("redundancy", MARTHA)}
    rows = [row for row in insider.tenant.state.traces(ERIN) if row["recipientAddress"].endswith("mailhub.example")]
    assert sorted(row["subject"] for row in rows) == [
        "FW: Redundancy costs per department", "FW: Redundancy plan, first draft", "FW: Redundancy plan, list of names",
    ]  # fmt: skip
    sent = {data["Item"]["InternetMessageId"] for data in audits(insider, ERIN, "Send").values()}
    assert {row["messageId"] for row in rows} <= sent
    read = {
        item["InternetMessageId"] for data in opened(insider, ERIN) for folder in data["Folders"]
        for item in folder["FolderItems"]
    }  # fmt: skip
    secret = {row["messageId"] for row in insider.tenant.state.traces(MARTHA) if row["subject"].startswith("Redund")}
    assert len(secret) == 3
    assert secret <= read


def test_martha_herself_never_signs_in_from_anywhere_new(insider):
    user = insider.graph(f"/v1.0/users/{MARTHA}").json()["id"]
    own = insider.values("/beta/auditLogs/signIns", filter=f"userId eq '{user}'")
    assert {record["location"]["countryOrRegion"] for record in own} == {"DE"}
