"""The tenant behind a case or a profile: the live one, or the practice tenant started on the case's state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from o365nb.case import Case
from o365nb.errors import BadInput
from o365nb.tenant import Profile, Tenant, connect, load_profile

Say = Callable[[str], None]
#: Base URL and CA file of a practice tenant on this machine; given on the command line only, never by a file.
Simulator = tuple[str, Path]


@contextmanager
def tenant_of(case: Case, say: Say, simulator: Simulator | None = None) -> Iterator[Tenant]:
    """The tenant behind a case: the practice tenant started on the case's state, or the live one.

    Raises BadInput for a case that was made from files: there is nothing to talk to.
    """
    if case.info.door == "practice":
        with practice_tenant(case.info.story, case.state) as tenant:
            yield tenant
    elif case.info.door == "live":
        with connect(profile_for(case.info.tenant, simulator), prompt=say) as tenant:
            yield tenant
    else:
        raise BadInput(
            f"Case {case.info.name} was made from exported files: it has no tenant to collect from or change."
        )


@contextmanager
def practice_tenant(story: str, state: Path) -> Iterator[Tenant]:
    """The practice tenant, running on this machine, signed in to by msal like any other."""
    from o365nb.practice import PracticeTenant

    with PracticeTenant(story=story, state=state) as server:
        profile = Profile.simulator(
            base_url=server.base_url, ca_file=server.ca_file, tenant_id=server.tenant_id, client_id=server.client_id
        )
        with connect(profile, secret=server.client_secret) as tenant:
            yield tenant


def profile_for(name: str, simulator: Simulator | None = None) -> Profile:
    """A profile by name; with a simulator, its accounts on that practice tenant instead of the real service."""
    profile = load_profile(name)
    if not simulator:
        return profile
    return Profile.simulator(
        base_url=simulator[0],
        ca_file=simulator[1],
        tenant_id=profile.tenant_id,
        client_id=profile.client_id,
        method=profile.method,
        certificate=profile.certificate,
    )
