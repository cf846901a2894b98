"""A month of ordinary administration: licences, groups, a password reset by the helpdesk, a new phone."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from o365nb.practice.ids import guid
from o365nb.practice.logs.directory import Actor, Change
from o365nb.practice.people import DOMAIN, Person
from o365nb.practice.places import office
from o365nb.practice.world import World

_ROUTINE = (
    ("Update user", "UserManagement", {"Department": (["Operations"], ["Purchasing"])}),
    ("Change user license", "UserManagement", {"AssignedLicense": (None, ["SPB"])}),
    ("Add member to group", "GroupManagement", {"Group.DisplayName": (None, "All staff")}),
    ("Update user", "UserManagement", {"TelephoneNumber": (["+49 221 5550 1"], ["+49 221 5550 2"])}),
)


def write_directory(world: World) -> None:
    """One or two routine changes by the administrators on every working day, and some by people themselves."""
    for date in world.days():
        if date.weekday() >= 5:
            continue
        rng = Random(f"{world.seed}|directory|{date:%Y%m%d}")  # noqa: S311 - a story, not a secret
        for _ in range(1 + rng.randrange(2)):
            admin = world.people[f"{rng.choice(('carol', 'nadia'))}@{DOMAIN}"]
            person = rng.choice(list(world.people.values()))
            activity, category, modified = rng.choice(_ROUTINE)
            at = date + timedelta(hours=8, seconds=rng.randrange(7 * 3600))
            world.log_directory(Change(
                guid(rng), at, activity, category, by(admin, office(admin.number).ip), "User", person.id, person.name,
                person.upn, dict(modified),
            ))  # fmt: skip
        if rng.random() < 0.25:
            person = rng.choice([item for item in world.people.values() if item.department == "Operations"])
            at = date + timedelta(hours=9, seconds=rng.randrange(5 * 3600))
            world.log_directory(password_changed(person, at, guid(rng)))


def by(person: Person, ip: str) -> Actor:
    """A person as the doer of a change."""
    return Actor(person.id, person.name, person.upn, ip)


def password_changed(person: Person, at: datetime, correlation: str) -> Change:
    """A person changes the own password at the desk."""
    return Change(
        correlation, at, "Change user password", "UserManagement", by(person, office(person.number).ip), "User",
        person.id, person.name, person.upn,
    )  # fmt: skip
