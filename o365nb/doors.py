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
def tenant_of(case: Case, say: Say, simulator: Simulator | None = None, *, to_change: bool = False) -> Iterator[Tenant]:
    """The tenant behind a case: the practice tenant started on the case's state, or the live one.

    A live one is entered by the profile that collected; `to_change`, by the one that this names for it.
    Raises BadInput for a case that was made from files: there is nothing to talk to.
    """
    if case.info.door == "practice":
        with practice_tenant(case.info.story, case.state) as tenant:
            yield tenant
    elif case.info.door == "live":
        profile = responding(case.info.tenant) if to_change else load_profile(case.info.tenant)
        with connect(_simulated(profile, simulator), prompt=say) as tenant:
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
    return _simulated(load_profile(name), simulator)


def responding(name: str) -> Profile:
    """The profile that changes things in the tenant of a profile: the one that it names, else itself.

    Raises BadInput when the two are of different tenants or clouds: an answer never goes to another tenant.
    """
    reads = load_profile(name)
    if not reads.respond:
        return reads
    changes = load_profile(reads.respond)
    if (changes.tenant_id.lower(), changes.cloud) != (reads.tenant_id.lower(), reads.cloud):
        raise BadInput(
            f"Profile {name!r} names {reads.respond!r} to respond, which is of another tenant ({changes.tenant_id})."
            " Write the same tenant_id and cloud into both."
        )
    return changes


def _simulated(profile: Profile, simulator: Simulator | None) -> Profile:
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
