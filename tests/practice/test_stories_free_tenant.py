"""S11 in the logs: the attack of S01 where little is written and less can be read."""

from datetime import datetime, timedelta

import pytest
from practice.conftest import Client

from o365nb.practice import PracticeTenant

ANNA = "anna@contoso.example"


@pytest.fixture(scope="module")
def free(tmp_path_factory):
    with PracticeTenant(story="free_tenant", state=tmp_path_factory.mktemp("free_tenant")) as tenant:
        made = Client(tenant)
        yield made
        made.close()


def test_sign_ins_and_risk_are_refused_for_want_of_a_licence(free):
    sign_ins = free.graph("/beta/auditLogs/signIns")
    risk = free.graph("/v1.0/identityProtection/riskDetections")
    assert (sign_ins.status_code, risk.status_code) == (403, 403)
    assert sign_ins.json()["error"]["code"] == "Authentication_RequestFromNonPremiumTenantOrB2CTenant"


def test_directory_audits_go_back_seven_days(free):
    times = [record["activityDateTime"] for record in free.values("/v1.0/auditLogs/directoryAudits")]
    assert min(times) >= "2026-11-11T12:00:00"
    assert any(record["auditData"]["Workload"] == "AzureActiveDirectory" and record["createdDateTime"] < "2026-11-11"
               for record in free.audit_log(userPrincipalNameFilters=[ANNA]))  # fmt: skip


def test_the_logons_of_the_attack_are_in_the_audit_log(free):
    logons = free.audit_log(userPrincipalNameFilters=[ANNA], operationFilters=["UserLoggedIn", "UserLoginFailed"])
    truth = free.tenant.truth
    mine = [record for record in logons if truth[record["id"]]["label"] == "attacker"]
    assert {record["auditData"]["ClientIP"] for record in mine} == {"203.0.113.66", "192.0.2.45", "192.0.2.46"}


def test_on_the_second_day_the_record_of_opened_mail_stops(free):
    opened = free.audit_log(userPrincipalNameFilters=[ANNA], operationFilters=["MailItemsAccessed"])
    bind = {record["id"]: record["auditData"] for record in opened if "Folders" in record["auditData"]}
    cut = [data for data in bind.values() if {"Name": "IsThrottled", "Value": "True"} in data["OperationProperties"]]
    assert [data["CreationTime"] for data in cut] == ["2026-11-18T03:41:00"]
    assert max(data["CreationTime"] for data in bind.values()) == "2026-11-18T03:41:00"
    before = datetime.fromisoformat("2026-11-18T03:41:00") - timedelta(days=1)
    assert sum(datetime.fromisoformat(data["CreationTime"]) > before for data in bind.values()) >= 1000


def test_what_cannot_be_seen_is_not_expected_to_be_found(free):
    told = {slug for item in free.tenant.truth.values() for slug in item["findings"]}
    assert {"co-mia-throttled", "pe-rule-hidden", "im-mass-send"} <= told
    assert "ia-token-replay-nonint" not in told
