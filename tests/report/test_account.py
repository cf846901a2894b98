"""The account's section says what the tenant knows of the account, and what Microsoft raised; silence is no no."""

from dataclasses import replace

from report.sample import gap, nothing, sample, traveller
from tables import SUBJECT, write_rows

from o365nb import workbench as wb
from o365nb.model import Outcome
from o365nb.report.dossier import Dossier

HOSTILE = "<script>alert(1)</script>\u202e"


def shown(root, found=None, **tables):
    case = sample(root, found or traveller())
    for name, rows in tables.items():
        write_rows(case.tables, name, rows)
    return wb.CaseView(Dossier.open(case.root.name, case.root.parent, root / "reports")).account


def role(name, state, owner=SUBJECT):
    return {"key": f"role:{owner}:{name}:{state}", "owner": owner, "role": name, "state": state}


def fact(name, value):
    return {"key": f"setting:{SUBJECT}:{name}", "owner": SUBJECT, "name": name, "value": value}


def alert(number, title, **more):
    properties = [{"name": "severity", "value": "high"}, {"name": "status", "value": "inProgress"}]
    return {
        "event_id": f"alert:{number}", "time": "2026-11-17 09:14:00", "source": "alert", "target": SUBJECT,
        "operation": f"Defender alert: {title}", "properties": properties, **more,
    }  # fmt: skip


def lines(view):
    return {row["what"]: row["state"] for row in view.rows if isinstance(row["what"], str)}


def test_it_says_what_the_account_may_do_and_how_it_stands(tmp_path):
    view = shown(
        tmp_path,
        users=[{"key": f"user:{SUBJECT}", "owner": SUBJECT, "account_enabled": False, "job_title": "Accountant"}],
        roles=[
            role("Global Administrator", "scheduled"),
            role("Global Administrator", "active"),
            role("Reader", "eligible"),
            role("Other", "active", "ben@contoso.example"),
        ],
        oauth_grants=[{"key": f"grant:{SUBJECT}:1", "owner": SUBJECT, "app_name": "Mail helper"}],
        org_config=[fact("riskState", "confirmedCompromised"), fact("riskLevel", "high")],
    )
    assert lines(view) == {
        "Sign-in": "blocked",
        "Position": "Accountant",
        "Directory roles": "Global Administrator (held), Reader (may be taken up)",
        "Applications with access": "Mail helper",
        "Risk, as Entra holds it": "confirmed to be compromised, level high",
    }


def test_a_risk_that_was_ended_and_an_account_that_may_sign_in_take_no_line(tmp_path):
    users = [{"key": f"user:{SUBJECT}", "owner": SUBJECT, "account_enabled": True}]
    assert lines(shown(tmp_path, users=users, org_config=[fact("riskState", "remediated")])) == {}


def test_alerts_and_risk_detections_that_name_the_account_are_shown(tmp_path):
    risk = {
        "event_id": "risk-1", "time": "2026-11-17 08:44:00", "source": "risk_detection", "actor": SUBJECT,
        "operation": "attackerInTheMiddle", "client_ip": "192.0.2.45",
        "properties": [{"name": "riskLevel", "value": "medium"}, {"name": "riskState", "value": "atRisk"}],
    }  # fmt: skip
    other = alert(2, "Somebody else's", target="ben@contoso.example")
    view = shown(tmp_path, events=[alert(1, "Suspicious inbox manipulation rule"), other, risk])
    assert [(row["what"]["title"], row["severity"]["text"], row["state"]) for row in view.rows] == [
        ("attacker in the middle", "medium", "at risk"),
        ("Suspicious inbox manipulation rule", "high", "in progress"),
    ]


def test_no_alert_is_said_only_where_alerts_were_seen_whole(tmp_path):
    whole = traveller()
    seen = shown(tmp_path / "a", replace(whole, coverage=(gap("alert"),)))
    assert "No Defender alert names the account." in seen.html
    blind = gap("alert", Outcome.NOT_LICENSED, "")
    unseen = shown(tmp_path / "b", replace(whole, coverage=(blind,)))
    assert "No Defender alert" not in unseen.html
    assert "Defender alerts: not licensed" in unseen.html


def test_without_evidence_it_says_that_it_cannot_tell(tmp_path):
    assert repr(shown(tmp_path, nothing())).startswith("Cannot tell: Account: not among the evidence")


def test_text_of_an_attacker_stays_text(tmp_path):
    grants = [{"key": f"grant:{SUBJECT}:1", "owner": SUBJECT, "app_name": HOSTILE}]
    html = shown(tmp_path, oauth_grants=grants, events=[alert(1, HOSTILE)]).html
    assert "<script>" not in html
    assert "\u202e" not in html
