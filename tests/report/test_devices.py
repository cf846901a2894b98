"""The devices' table says what is to be done, and what nobody knows."""

from pathlib import Path

from report.sample import aitm, nothing, sample
from tables import SUBJECT, write_rows

from o365nb import workbench as wb
from o365nb.report.dossier import Dossier


def device(name, **given):
    fields = {"device_id": name, "trust_type": "AzureAd", "managed": True, "malware": [], "seen_by": ["graph"], **given}
    return {"key": f"device:{SUBJECT}:{name}", "owner": SUBJECT, "name": name, **fields}


def shown(root: Path, *rows, found=None):
    case = sample(root, found or aitm())
    write_rows(case.tables, "devices", list(rows))
    return wb.CaseView(Dossier.open(case.root.name, case.root.parent, root / "reports")).devices


def states(view):
    (table,) = view._data["tables"]
    return {row["device"]["title"]: (row["state"]["text"], row["work"]) for row in table.rows}


def test_every_device_says_what_is_to_be_done(tmp_path):
    view = shown(
        tmp_path,
        device("good", antivirus="on", real_time_protection=True, signatures_overdue=False, risk="None"),
        device("old", antivirus="on", signatures_overdue=True, full_scan_overdue=True, reboot_required=True),
        device("off", antivirus="off", encrypted=False),
        device("hit", antivirus="on", malware=["PWS:Win32/X · passwordStealer · active"], risk="High"),
        device("cleaned", antivirus="on", malware=["PWS:Win32/X · passwordStealer · cleaned"]),
        device("unknown"),
        {**device("other"), "owner": "ben@contoso.example"},
    )
    assert states(view) == {
        "good": ("in order", []),
        "old": ("work to do", ["update the signatures", "run a full scan", "restart it"]),
        "off": ("act", ["switch the antivirus on", "encrypt it"]),
        "hit": ("act", [
            "found: PWS:Win32/X · passwordStealer · active", "Defender rates its risk high: read its alerts",
        ]),
        "cleaned": ("work to do", ["found: PWS:Win32/X · passwordStealer · cleaned"]),
        "unknown": ("not known", ["look at it by hand"]),
    }  # fmt: skip


def test_a_name_from_an_attacker_stays_a_name(tmp_path):
    html = shown(tmp_path, device("<script>alert(1)</script>\u202e", malware=["<b>x</b> · active"])).html
    assert "<script>" not in html
    assert "<b>x" not in html
    assert "\u202e" not in html


def test_without_evidence_it_says_that_it_cannot_tell(tmp_path):
    view = shown(tmp_path, found=nothing())
    assert repr(view) == "No device is known. Cannot tell: Devices in Intune: not among the evidence."
