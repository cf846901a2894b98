"""What a practice story is: a tenant's records and state with their truth, built the same way every time."""

from __future__ import annotations

import atexit
import gc
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import ClassVar

from o365nb.errors import BadInput
from o365nb.practice import app_registry, directory_noise, mail_noise, noise, objects, variations
from o365nb.practice.ids import Json
from o365nb.practice.people import DOMAIN, INITIAL_DOMAIN, TENANT_ID
from o365nb.practice.world import World

#: Changes whenever the same story would no longer give the same bytes; a state folder of another version is refused.
VERSION = 2
NOISE_DAYS = 30
#: Service plans of Microsoft's SKUs that decide what a tenant's services answer. Free: a mailbox and nothing else.
FREE = ("EXCHANGE_S_STANDARD",)
E5 = (
    "EXCHANGE_S_ENTERPRISE", "AAD_PREMIUM", "AAD_PREMIUM_P2", "INTUNE_A", "M365_ADVANCED_AUDITING",
    "ATP_ENTERPRISE", "THREAT_INTELLIGENCE", "WINDEFATP",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StoryInfo:
    """What is said of a story before it is played. `now` is the moment its practice clock starts at (UTC)."""

    id: str
    slug: str
    title: str
    subject: str
    now: datetime
    first_attacker_event: datetime | None = None
    tenant_id: str = TENANT_ID
    accepted_domains: tuple[str, ...] = (DOMAIN, INITIAL_DOMAIN)
    plans: tuple[str, ...] = E5
    refused: tuple[str, ...] = ()  # beginnings of paths and names of cmdlets that nobody may use


class Story(ABC):
    """A story. A module under `storybook/` with one subclass of this is all that a new story needs."""

    info: ClassVar[StoryInfo]

    def prepare(self, world: World) -> None:
        """Change the cast before the month of ordinary work is written; most stories need no change."""
        return

    @abstractmethod
    def write(self, world: World, state: Json) -> None:
        """Add what happens in this story: records with their truth, and how the objects stand at its end."""


@dataclass(frozen=True, slots=True)
class Built:
    """A story ready to be played. Treat as read-only: it is shared by every tenant of the process."""

    info: StoryInfo
    world: World
    state: Json


def stories() -> dict[str, StoryInfo]:
    """Every story by its slug, in order of id."""
    found = sorted((story.info for story in _classes()), key=lambda info: info.id)
    return {info.slug: info for info in found}


def find_story(name: str) -> StoryInfo:
    """The story of that slug or id, in any case, with or without a variation (`aitm.gaps`).

    Raises BadInput naming those that exist.
    """
    known = stories()
    wanted, variation = variations.split(name)
    for info in known.values():
        if wanted in (info.slug, info.id.lower()):
            return _varied(info, variation)
    listed = ", ".join(f"{info.slug} ({info.id})" for info in known.values())
    raise BadInput(f"There is no practice story {name!r}. Choose one of: {listed}.")


@cache
def build(slug: str) -> Built:
    """Write the story of that slug, a variation's too; takes a second or two, once per process."""
    name, variation = variations.split(slug)
    story = next(item for item in _classes() if item.info.slug == name)()
    with _uncollected():
        return _written(story, variation)


def _varied(info: StoryInfo, variation: variations.Variation) -> StoryInfo:
    if variation == variations.AS_TOLD:
        return info
    title = f"{info.title}; {variation.title}"
    return replace(info, slug=f"{info.slug}.{variation.name}", title=title, refused=variation.refused)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Spare the garbage collector a story's millions of objects: they are in no cycle, and stay for good."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
        atexit.register(gc.unfreeze)  # what else was there then is to be cleared away in order at the end
    finally:
        if was_on:
            gc.enable()


def _written(story: Story, variation: variations.Variation) -> Built:
    info = story.info
    seed = f"{info.slug}:{VERSION}" + (f":{variation.seed}" if variation.seed else "")
    # Records of the coming hours are written too: the practice clock runs on and may reach them.
    world = World(seed, info.now - timedelta(days=NOISE_DAYS), info.now, timedelta(hours=variation.later))
    story.prepare(world)
    mail_noise.write_mail(world, info.subject)
    noise.write_noise(world, info.subject)
    directory_noise.write_directory(world)
    app_registry.write_sign_ins(world)
    state = objects.initial(world.people, info.now)
    story.write(world, state)
    state = variations.vary(world, state, variation)
    return Built(_varied(info, variation), world.sorted_logs(), state)


def _classes() -> list[type[Story]]:
    from o365nb.practice import storybook

    return storybook.discover()
