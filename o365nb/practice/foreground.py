"""A practice tenant in the foreground: what `o365nb practice serve` runs."""

from __future__ import annotations

import time
from pathlib import Path

from o365nb.practice.conditions import Conditions
from o365nb.practice.tenant import PracticeTenant


def serve(story: str, port: int, state: Path, conditions: Conditions | None = None) -> None:
    """Run a practice tenant in the foreground until Ctrl-C; says how to point the kit at it."""
    with PracticeTenant(story, state, port=port, conditions=conditions) as tenant:
        print("\n".join(_welcome(tenant)), flush=True)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            print("Stopped.")


def _welcome(tenant: PracticeTenant) -> list[str]:
    """What to copy: a profile, the secret, and the command that uses both."""
    given = [f"--simulator {tenant.base_url}", f'--simulator-ca "{tenant.ca_file.resolve()}"']
    command = " ".join(["o365nb", *given, "investigate", "--tenant practice", f"--user {tenant.story.subject}"])
    return [
        f"{tenant.story.title} ({tenant.story.slug}, {tenant.story.id})",
        f"Sign-in, Graph and Exchange answer at {tenant.base_url}",
        "",
        "1. A profile for profiles.toml (`o365nb doctor` says where that is):",
        "",
        "[practice]",
        f'tenant_id = "{tenant.tenant_id}"',
        f'client_id = "{tenant.client_id}"',
        'method = "secret"',
        "",
        "2. The secret, new at every start, in the environment:",
        "",
        f"O365NB_CLIENT_SECRET={tenant.client_secret}",
        "",
        "3. The investigation, in another terminal:",
        "",
        command,
        "",
        "Ends with Ctrl-C.",
    ]
