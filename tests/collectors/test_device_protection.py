"""The checklist's "check the physical devices", answered from what the tenant knows."""

import pytest

from o365nb import collectors, intake
from o365nb.engine import Engine
from o365nb.model import Outcome
from o365nb.practice import intune
from o365nb.progress import Progress

LUKAS = "lukas@contoso.example"
EVERY_TIME = 100


@pytest.fixture
def lukas(tenant):
    return collectors.find_person(tenant, LUKAS)


@pytest.fixture
def quiet(practice):
    yield practice
    practice._site.faults.clear()


def test_one_table_tells_which_device_needs_a_scan_and_an_update(tenant, collect, lukas, case):
    for source in ("devices", "mobile_devices", "managed_devices", "machines", "app_registrations"):
        assert collect(source, person=lukas).outcome is Outcome.COMPLETE
    intake.build_tables(case, Progress())
    with Engine(case) as engine:
        found = engine.rows("""
            SELECT name, seen_by, trust_type, antivirus, signatures_overdue, full_scan_overdue, reboot_required,
                tamper_protection, risk, users, actions FROM devices ORDER BY antivirus NULLS LAST, key
        """)
    laptop, *others = found
    assert laptop == {
        "name": "CON-NB-006", "seen_by": ["defender", "graph", "intune"], "trust_type": "AzureAd", "antivirus": "on",
        "signatures_overdue": True, "full_scan_overdue": True, "reboot_required": True, "tamper_protection": False,
        "risk": "Medium", "users": ["azuread\\lukas"], "actions": [],
    }  # fmt: skip
    assert sorted(row["trust_type"] for row in others) == ["ManagedApp", "MobilePartnership", "Workplace"]


def test_a_device_that_never_reported_is_a_gap_and_the_others_are_read(quiet, collect, tenant, lukas):
    device = intune.managed_id(quiet.state.person(LUKAS).laptop)
    quiet.inject(f"/v1.0/deviceManagement/managedDevices/{device}", 404, 1, code="ResourceNotFound")
    entry = collect("managed_devices", person=lukas)
    assert (entry.outcome, entry.received) == (Outcome.PARTIAL, 1)
    assert entry.reason == f"Device {device} has not reported how it is protected."


def test_without_intune_the_product_is_named(quiet, collect):
    said = '{"Message": "Request not applicable to target tenant."}'
    quiet.inject("/v1.0/users", 400, EVERY_TIME, code="BadRequest", message=said)
    entry = collect("managed_devices")
    assert entry.outcome is Outcome.NOT_LICENSED
    assert "The tenant lacks Microsoft Intune." in entry.reason


@pytest.mark.parametrize(
    ("source", "path", "product"),
    [
        ("machines", "/api/machines", "Microsoft Defender for Endpoint"),
        ("alert", "/v1.0/security/alerts_v2", "a Microsoft Defender product"),
        ("analyzed_emails", "/v1.0/security/collaboration", "Microsoft Defender for Office 365 Plan 2"),
    ],
)
def test_without_its_licence_a_source_names_the_product(quiet, collect, source, path, product):
    said = "The tenant is not licensed for this feature."
    quiet.inject(path, 403, EVERY_TIME, code="Forbidden", message=said)
    entry = collect(source)
    assert entry.outcome is Outcome.NOT_LICENSED
    assert f"The tenant lacks {product}." in entry.reason


def test_a_name_that_no_machine_has_seen_is_no_gap(quiet, collect):
    quiet.inject("/api/users", 404, 1, code="ResourceNotFound")
    entry = collect("machines")
    assert (entry.outcome, entry.reason) == (Outcome.COMPLETE, "")


def test_too_many_devices_are_read_in_part_and_it_is_said(practice, collect, evidence):
    known = practice.state.objects["intune"]["devices"]["anna@contoso.example"]
    more = [{**known[0], "id": f"copy-{number}", "lastSyncDateTime": "2026-01-01T00:00:00Z"} for number in range(4)]
    known.extend(more)
    entry = collect("detected_apps")
    del known[1:]
    assert entry.outcome is Outcome.PARTIAL
    assert entry.reason == "Read of the 3 devices that were seen last, of 5 in all."
    assert len(evidence("detected_apps")) == 3
    assert "/beta/deviceManagement/managedDevices/" in evidence("detected_apps")[0][0]["query"]
