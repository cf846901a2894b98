"""S08 in the logs: a partner is imitated, names are forged, and Ivan's account is Ivan's alone."""

import pytest
from practice.conftest import Client

from o365nb.practice import PracticeTenant

IVAN = "ivan@contoso.example"
RENTED = "203.0.113.230"


@pytest.fixture(scope="module")
def invoice(tmp_path_factory):
    with PracticeTenant(story="invoice", state=tmp_path_factory.mktemp("invoice")) as tenant:
        made = Client(tenant)
        yield made
        made.close()


def traced(client, **asked):
    """Message trace since the first imitation, oldest first."""
    found = []
    for start, end in (("10-20", "10-30"), ("10-30", "11-09"), ("11-09", "11-18")):
        when = f"receivedDateTime ge 2026-{start}T00:00:00Z and receivedDateTime le 2026-{end}T12:00:00Z"
        if end != "11-18":
            when = when.replace("T12:00", "T00:00")
        more = "".join(f" and {name} eq '{value}'" for name, value in asked.items())
        found += client.values("/v1.0/admin/exchange/tracing/messageTraces", filter=when + more, top=5000)
    return sorted(found, key=lambda row: row["receivedDateTime"])


def test_two_look_alikes_and_the_real_partner_write_with_ivan_both_ways(invoice):
    rows = traced(invoice, recipientAddress=IVAN) + traced(invoice, senderAddress=IVAN)
    pairs = {(row["senderAddress"].split("@")[1], row["recipientAddress"].split("@")[1]) for row in rows}
    for domain in ("fabrikam.example", "fabrikarn.example", "fabrikam.co"):
        assert {(domain, "contoso.example"), ("contoso.example", domain)} <= pairs
    first = {row["senderAddress"]: row["subject"] for row in reversed(rows)}
    assert first["sarah.miles@fabrikarn.example"] == "Re: Invoice FB-4471 trade fair stand"
    assert first["billing@fabrikam.example"] == "Invoice FB-4471 trade fair stand"


def test_forged_mail_comes_from_outside_and_nobody_sent_it(invoice):
    forged = traced(invoice, fromIP=RENTED)
    assert {row["senderAddress"] for row in forged} == {IVAN, "martha@contoso.example"}
    sent = {
        record["auditData"]["Item"]["InternetMessageId"]
        for record in invoice.audit_log(
            userPrincipalNameFilters=[IVAN, "martha@contoso.example"], operationFilters=["Send"]
        )
    }
    assert not {row["messageId"] for row in forged} & sent
    own = [row for row in traced(invoice, senderAddress=IVAN) if row["fromIP"] != RENTED]
    thread = {row["messageId"] for row in own if "FB-4471" in row["subject"] or "Trade fair stand" in row["subject"]}
    assert len(thread) == 9
    assert thread <= sent


def test_all_that_is_the_attackers_came_by_mail(invoice):
    bad = {key: item for key, item in invoice.tenant.truth.items() if item["label"] == "attacker"}
    assert {item["source"] for item in bad.values()} == {"message_trace"}
    assert len(bad) == 10
    assert {slug for item in invoice.tenant.truth.values() for slug in item["findings"]} == {
        "im-lookalike-domain", "im-invoice-fraud", "ia-spoof-not-compromise",
    }  # fmt: skip
