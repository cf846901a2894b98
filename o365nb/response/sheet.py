"""A sheet of paper for the user of a device that nobody looks after: what to do, in order, without jargon."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.model import Plan
from o365nb.response.situation import Row
from o365nb.safe import one_line

ADVICE = "Its user goes through the sheet with you on the telephone."
_WINDOWS = (
    "Open Windows Security, Virus & threat protection. It must say that the protection is on.",
    "Press “Check for updates” under Protection updates, and wait until it is done.",
    "Choose Scan options, Full scan, Scan now. It takes one to three hours: leave the computer on.",
    "Write down what it found, then choose “Remove” for each.",
    "Open Settings, Windows Update, and install everything. Restart, and look again until nothing is left.",
    "In every browser: open the extensions, and remove each one that you did not put there on purpose.",
)
_MAC = (
    "Open System Settings, General, Software Update, and install everything. Restart.",
    "Run a full scan with the antivirus program that your organisation names.",
    "Open System Settings, General, Login Items: switch off what you do not know.",
    "In every browser: open the extensions, and remove each one that you did not put there on purpose.",
)
_PHONE = (
    "Open the settings and install every update of the system, then of the apps.",
    "Look through the list of apps: remove each one that you did not install on purpose.",
    "Look for profiles (iPhone: General, VPN & Device Management; Android: Security, Device admin apps). Remove none.",
    "Call us and read out what is there.",
    "If the telephone was lost, lent or repaired lately, say so.",
)
_SYSTEMS = (("windows", _WINDOWS), ("mac", _MAC), ("ios", _PHONE), ("iphone", _PHONE), ("android", _PHONE))


def known_of(row: Row) -> str:
    """What the evidence says of a device's protection, in words."""
    said = []
    if row["antivirus"]:
        said.append(f"antivirus {row['antivirus']}")
    if row["signature_version"] or row["signatures_overdue"] is not None:
        old = {True: " (too old)", False: " (fresh)"}.get(row["signatures_overdue"], "")
        said.append(f"signatures {row['signature_version'] or ''}{old}".replace("  ", " "))
    if row["last_full_scan"]:
        said.append(f"last full scan {row['last_full_scan']:%Y-%m-%d %H:%M} UTC")
    if row["os_version"]:
        said.append(f"system {row['os_version']}")
    if row["reboot_required"] is not None:
        said.append("updates wait for a restart" if row["reboot_required"] else "no restart due")
    if row["malware"]:
        said.append(f"found on it: {'; '.join(row['malware'])}")
    return one_line(", ".join(said)) or "nothing"


def device_sheets(plan: Plan) -> list[str]:
    """The lines of one sheet for each device that is checked by hand; texts of evidence stand on one line each."""
    return [line for step in plan.steps if step.action == "check_device" for line in _sheet(step.arguments)]


def _sheet(about: dict[str, str]) -> Iterator[str]:
    system = about["os"].lower()
    steps = next((steps for name, steps in _SYSTEMS if system.startswith(name)), _PHONE)
    yield f"Please check this device: {one_line(about['name'] or 'without a name')} ({one_line(about['os'] or '?')})"
    yield f"for {one_line(about['upn'])}"
    yield ""
    yield "Do not sign in with your work account on it until we have told you so. Do not throw anything away first."
    yield ""
    for number, step in enumerate(steps, 1):
        yield f"[ ] {number}. {step}"
    yield ""
    yield "Found: ______________________________   Done on: ____________   Name: ____________________"
    yield ""
