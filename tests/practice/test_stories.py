"""What the stories hold: the whole of the attack, an innocent month around it, and the truth about every event."""

import hashlib
import json
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from o365nb.practice import PracticeTenant
from o365nb.practice.people import everybody
from o365nb.practice.places import networks
from o365nb.practice.story import build, stories

ANNA, JANA = "anna@contoso.example", "jana@contoso.example"
DIGEST = """
import sys
sys.path.insert(0, sys.argv[2])
from practice.test_stories import digest
for slug in sys.argv[1].split(","):
    print(slug, digest(slug))
"""


def digest(slug):
    built = build(slug)
    world = built.world
    logs = [[entry.record for entry in log] for log in (world.sign_ins, world.audits, world.directory, world.traces)]
    return hashlib.sha256(json.dumps([logs, built.state, world.truth]).encode()).hexdigest()


def attacker(tenant, source=None):
    return {
        key: item for key, item in tenant.truth.items()
        if item["label"] == "attacker" and source in (None, item["source"])
    }  # fmt: skip


def anna_audits(aitm, *operations):
    found = aitm.audit_log(userPrincipalNameFilters=[ANNA], operationFilters=list(operations))
    return {record["id"]: record["auditData"] for record in found}


@pytest.fixture(scope="module")
def elsewhere():
    """The digest of every story as another process writes them: the last one first, with another hash seed."""
    arguments = [sys.executable, "-c", DIGEST, ",".join(reversed(stories())), str(Path(__file__).parent.parent)]
    other = subprocess.run(arguments, check=True, capture_output=True, text=True, env={"PYTHONHASHSEED": "7"})
    return dict(line.split() for line in other.stdout.splitlines())


@pytest.mark.parametrize("slug", list(stories()))
def test_a_story_is_the_same_bytes_in_another_process_with_another_hash_seed(elsewhere, slug):
    assert elsewhere[slug] == digest(slug)


def test_there_is_truth_about_every_event_that_is_shown(reader):
    truth = reader.tenant.truth
    shown = {record["id"] for record in reader.audit_log()}
    shown |= {record["id"] for record in reader.values("/v1.0/auditLogs/directoryAudits")}
    premium = "AAD_PREMIUM" in reader.tenant.story.plans  # without it there is no log of sign-ins to read
    for kind in ("interactiveUser", "nonInteractiveUser", "servicePrincipal", "managedIdentity") if premium else ():
        asked = f"signInEventTypes/any(t: t eq '{kind}')"
        shown |= {record["id"] for record in reader.values("/beta/auditLogs/signIns", filter=asked, top=1000)}
    for start, end in (("10-19", "10-29"), ("10-29", "11-08"), ("11-08", "11-18")):
        asked = f"receivedDateTime ge 2026-{start}T00:00:00Z and receivedDateTime le 2026-{end}T00:00:00Z"
        records = reader.values("/v1.0/admin/exchange/tracing/messageTraces", filter=asked, top=5000)
        shown |= {f"{record['id']}|{record['recipientAddress'].lower()}" for record in records}
    asked = "receivedDateTime ge 2026-11-18T00:00:00Z and receivedDateTime le 2026-11-18T12:00:00Z"
    records = reader.values("/v1.0/admin/exchange/tracing/messageTraces", filter=asked, top=5000)
    shown |= {f"{record['id']}|{record['recipientAddress'].lower()}" for record in records}
    assert shown == set(truth)
    assert {item["label"] for item in truth.values()} <= {"attacker", "user", "system"}


def test_a_logon_in_both_logs_shares_its_ids(reader):
    user = reader.graph(f"/v1.0/users/{reader.tenant.story.subject}").json()["id"]
    sign_ins = [record for record in reader.tenant.state.sign_ins(user) if record["isInteractive"]]
    audits = reader.audit_log(
        userPrincipalNameFilters=[reader.tenant.story.subject], operationFilters=["UserLoggedIn", "UserLoginFailed"]
    )
    logons = {record["id"]: record["auditData"] for record in audits}
    joined = [(record, logons[record["id"]]) for record in sign_ins if record["id"] in logons]
    assert len(joined) > len(sign_ins) - 4  # the last ones have not reached the audit log yet
    for record, logon in joined:
        device = {item["Name"]: item["Value"] for item in logon["DeviceProperties"]}
        assert logon["IntraSystemId"] == record["id"]
        assert logon["InterSystemsId"] == record["correlationId"]
        assert device["SessionId"] == record["sessionId"]
        assert logon["ErrorNumber"] == str(record["status"]["errorCode"])


def test_every_network_of_a_sign_in_is_in_the_list(reader):
    known = {network.asn for network in networks()}
    people = [record for record in reader.tenant.state.sign_ins() if record["userPrincipalName"]]
    assert {record["autonomousSystemNumber"] for record in people} <= known
    assert min(known) >= 64512


def test_sixty_people_work_on_weekdays_and_the_subject_is_dense_enough(reader):
    world = reader.tenant.state.world
    assert len(everybody()) == 60
    per_day = Counter(entry.at.date() for entry in world.audits if entry.actor == reader.tenant.story.subject)
    ordinary = [count for day, count in per_day.items() if day.weekday() < 5 and f"{day:%m%d}" < "1116"]
    weekend = [count for day, count in per_day.items() if day.weekday() >= 5 and f"{day:%m%d}" < "1115"]
    assert 25 < sum(ordinary) / len(ordinary) < 70
    assert max(weekend, default=0) < min(ordinary)
    assert 30_000 < len(world.truth) < 60_000


def test_the_session_is_split_between_anna_and_two_networks_of_the_intruder(aitm):
    user = aitm.graph(f"/v1.0/users/{ANNA}").json()["id"]
    bad = attacker(aitm.tenant, "sign_in")
    legs = [
        record
        for kind in ("interactiveUser", "nonInteractiveUser")
        for record in aitm.values(
            "/beta/auditLogs/signIns", filter=f"userId eq '{user}' and signInEventTypes/any(t: t eq '{kind}')"
        )
        if record["id"] in bad
    ]
    legs.sort(key=lambda record: record["createdDateTime"])
    success = [record for record in legs if record["status"]["errorCode"] == 0]
    first, second, third = success[:3]
    assert (first["createdDateTime"], second["createdDateTime"]) == ("2026-11-17T08:41:00Z", "2026-11-17T08:41:08Z")
    assert first["correlationId"] == second["correlationId"]
    assert "Chrome/115" in first["userAgent"]
    assert "Firefox" in second["userAgent"]
    assert third["userAgent"].startswith("axios/")
    assert third["resourceId"] == "00000002-0000-0ff1-ce00-000000000000"
    assert {record["sessionId"] for record in legs} == {first["sessionId"]}
    assert {record["autonomousSystemNumber"] for record in legs} == {64600, 64601}
    assert {record["deviceDetail"]["deviceId"] for record in legs} == {""}


def test_mail_is_read_searched_and_sent_in_the_intruders_session(aitm):
    bad = attacker(aitm.tenant)
    audits = {key: data for key, data in anna_audits(aitm).items() if key in bad}
    count = Counter(data["Operation"] for data in audits.values() if data["Workload"] == "Exchange")
    assert count == {
        "MailItemsAccessed": 41, "SearchQueryInitiatedExchange": 1, "New-InboxRule": 1, "UpdateInboxRules": 1,
        "Send": 640, "HardDelete": 16,
    }  # fmt: skip
    logons = sum(data["Operation"] in ("UserLoggedIn", "UserLoginFailed") for data in audits.values())
    assert logons == len(attacker(aitm.tenant, "sign_in"))
    sessions = {data["AppAccessContext"]["AADSessionId"] for data in audits.values() if "AppAccessContext" in data}
    assert len(sessions) == 1
    bind = [data for data in audits.values() if data["Operation"] == "MailItemsAccessed"]
    assert {data["ClientInfoString"] for data in bind} == {"Client=OWA;Action=ViaProxy"}
    assert sum(data["CreationTime"] < "2026-11-17T09:10:00" for data in bind) == 38


def test_what_was_read_can_be_named_from_the_message_trace(aitm):
    bad = attacker(aitm.tenant)
    known = {record["messageId"] for record in aitm.tenant.state.traces(ANNA)}
    read = {
        item["InternetMessageId"]
        for key, data in anna_audits(aitm, "MailItemsAccessed").items()
        if key in bad
        for folder in data["Folders"]
        for item in folder["FolderItems"]
    }
    assert len(read) > 30
    assert read <= known


def test_the_rule_is_in_the_log_with_its_words_and_later_changed_without_them(aitm):
    bad = attacker(aitm.tenant)
    made, changed = (
        next(data for key, data in anna_audits(aitm, operation).items() if key in bad)
        for operation in ("New-InboxRule", "UpdateInboxRules")
    )
    given = {item["Name"]: item["Value"] for item in made["Parameters"]}
    assert (given["Name"], given["MoveToFolder"], given["MarkAsRead"]) == ("..", "RSS Subscriptions", "True")
    assert given["SubjectOrBodyContainsWords"] == "invoice;fabrikam"
    said = {item["Name"]: item.get("Value") for item in changed["OperationProperties"]}
    assert (said["RuleId"], said["RuleName"], said["RuleActions"]) == ("11529215046068469761", None, "[]")


def test_six_hundred_and_forty_messages_go_out_in_twenty_five_minutes_and_their_copies_are_destroyed(aitm):
    asked = "receivedDateTime ge 2026-11-18T04:00:00Z and receivedDateTime le 2026-11-18T06:00:00Z"
    rows = aitm.values(
        "/v1.0/admin/exchange/tracing/messageTraces", filter=f"{asked} and senderAddress eq '{ANNA}'", top=5000
    )
    assert len(rows) == len({row["recipientAddress"] for row in rows}) == 640
    assert max(row["receivedDateTime"] for row in rows) < "2026-11-18T05:06:00Z"
    assert not [row for row in rows if row["recipientAddress"].endswith("contoso.example")]
    sent = {data["Item"]["InternetMessageId"]: data["CreationTime"] for data in anna_audits(aitm, "Send").values()}
    gone = {
        item["InternetMessageId"]: data["CreationTime"]
        for data in anna_audits(aitm, "HardDelete").values()
        for item in data["AffectedItems"]
    }
    assert set(gone) == {row["messageId"] for row in rows} <= set(sent)
    assert not [message for message in gone if not sent[message] < gone[message]]


def test_the_lure_came_a_day_before_and_the_sender_is_restricted_after(aitm):
    (lure,) = [row for row in aitm.tenant.state.traces(ANNA) if "fabrikarn" in row["senderAddress"]]
    assert (lure["receivedDateTime"], lure["status"]) == ("2026-11-16T06:41:00Z", "delivered")
    (listed,) = anna_audits(aitm, "HygieneTenantEvents").values()
    assert (listed["Event"], listed["CreationTime"]) == ("Listed", "2026-11-18T05:41:00")


def test_anna_goes_on_with_her_own_devices_before_during_and_after(aitm):
    world = aitm.tenant.state.world
    own = [
        entry for entry in world.audits if entry.actor == ANNA and world.truth[entry.record["id"]]["label"] == "user"
    ]
    begin = stories()["aitm"].first_attacker_event + timedelta(hours=26)
    spans = Counter((entry.at - begin) // timedelta(hours=8) for entry in own)
    assert all(spans[span] > 2 for span in (0, 2, 3))  # the attack's first hours, the next morning, until now
    assert spans[-1] > 2
    mine = {record["sessionId"] for record in aitm.tenant.state.sign_ins() if record["userPrincipalName"] == ANNA}
    assert len(mine) > 5


def test_nothing_in_the_travellers_month_is_an_attackers_though_she_is_far_away():
    built = build("traveller")
    assert {item["label"] for item in built.world.truth.values()} == {"user", "system"}
    away = [
        entry.record for entry in built.world.sign_ins
        if entry.actor == JANA and entry.record["autonomousSystemNumber"] in (64610, 64611, 64612)
    ]  # fmt: skip
    assert {record["location"]["countryOrRegion"] for record in away} == {"PT", "GB", "DE"}
    browser = [record for record in away if record["isInteractive"]]
    assert {record["deviceDetail"]["isManaged"] for record in browser} == {True}
    assert "Number matching" in json.dumps([record["authenticationDetails"] for record in browser])
    assert built.state["settings"][JANA]["automaticRepliesSetting"]["status"] == "scheduled"


def test_the_truth_is_written_only_where_it_is_asked_for(tmp_path):
    with PracticeTenant(story="aitm", state=tmp_path / "state") as tenant:
        tenant.save_truth(tmp_path / "truth.json")
        written = json.loads((tmp_path / "truth.json").read_text("utf-8"))
        assert written["events"] == tenant.truth
    assert (written["story"], written["subject"]) == ("S01", ANNA)
    assert "attacker" not in (tmp_path / "state" / "tenant.json").read_text("utf-8")
