"""User agents and device names → system, browser and program: every distinct text is read once, never every row.

Own rules, not ua-parser's data: that knows browsers better than anyone, but not what Exchange and Entra write for
programs (BAV2ROPC, CBAInPROD, TeamsMobile, brokers, ActiveSync devices), and takes thirteen times as long. Every
pattern here is linear: words side by side, no repetition inside a repetition.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import duckdb

from o365nb.events import lists
from o365nb.events.networks import fill

#: What the table `agents` replaces in a SELECT from `normalised AS n`, twins `t` and JOINS behind them. Words of a
#: device ("Windows10", "Edge 119.0") may stand in `os` and `browser`: they count before the user agent's.
REPLACE = """
    coalesce(agent_os.os, agent.os) AS os,
    coalesce(agent_browser.browser, agent.browser) AS browser,
    agent.client AS client,
    agent.client_kind AS client_kind,
    agent.client_version AS client_version
"""
JOINS = """
    LEFT JOIN agents AS agent ON agent.text = coalesce(n.user_agent, t.user_agent)
    LEFT JOIN agents AS agent_os ON agent_os.text = coalesce(n.os, t.os)
    LEFT JOIN agents AS agent_browser ON agent_browser.text = coalesce(n.browser, t.browser)
"""
_COLUMNS = ("text", "os", "browser", "client", "client_kind", "client_version")


@dataclass(frozen=True, slots=True)
class Agent:
    """What a text tells; None where it tells nothing. `kind` is as in `events.client_kind`."""

    os: str | None = None
    browser: str | None = None
    client: str | None = None
    kind: str | None = None
    version: str | None = None


_SYSTEMS = tuple((name, re.compile(words)) for name, words in (
    ("iOS", r"iphone|ipad|(?:^|[^a-z])ios(?:[^a-z]|$)"),
    ("Android", "android|dalvik"),
    ("Windows", "windows"),
    ("macOS", "macintosh|mac ?os"),
    ("ChromeOS", r"\bcros\b|chrome ?os"),  # "Microsoft" holds "cros"
    ("Linux", "linux|ubuntu"),
))  # fmt: skip
#: Family, words of it, and what stands before its version.
_BROWSERS = tuple((name, re.compile(words), _after) for name, words, _after in (
    ("Edge", r"\bedg(?:e|a|ios)?\b", r"\bedg(?:e|a|ios)?"),
    ("Opera", r"\bopr/|\bopera", r"\b(?:opr|opera)"),
    ("Samsung Internet", "samsung ?(?:browser|internet)", "samsungbrowser"),
    ("Firefox", r"firefox|\bfxios", "(?:firefox|fxios)"),
    ("Chrome", r"chrome|\bcrios", "(?:chrome|crios)"),
    ("Safari", "safari", "version"),
    ("Internet Explorer", r"\bmsie\b|trident/|internet explorer|^ie\b", r"(?:\bmsie|\brv)"),
))  # fmt: skip


@cache
def _clients() -> tuple[tuple[re.Pattern[str], str, str, re.Pattern[str]], ...]:
    """Pattern, program, kind and pattern of the version, in the order of `agents.csv`."""
    rows = lists.read("agents").rows
    return tuple(
        (re.compile(row["pattern"]), row["client"], row["kind"], _version_after(row["pattern"])) for row in rows
    )


@cache
def _version_after(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{words})[a-z]{{0,20}}[/ :]v?(\d{{1,9}}(?:\.\d{{1,9}}){{0,3}})")


def system(text: str) -> str | None:
    """The family of the operating system that a user agent or Entra's own word for a device names."""
    return _family(text.lower())


def _family(low: str) -> str | None:
    return next((name for name, words in _SYSTEMS if words.search(low)), None)


def agent(text: str) -> Agent:
    """What one user agent, or one word for a device, tells."""
    low = text.lower()  # once: patterns that ignore case are several times slower
    browser = next(((name, after) for name, words, after in _BROWSERS if words.search(low)), None)
    named = next((rule for rule in _clients() if rule[0].search(low)), None)
    family, os = browser and browser[0], _family(low)
    if named:
        _, client, kind, after = named
        return Agent(os, family, client, kind, _version(after, low))
    if browser:
        return Agent(os, family, family, "browser", _version(_version_after(browser[1]), low))
    return Agent(os)


def _version(after: re.Pattern[str], text: str) -> str | None:
    found = after.search(text)
    return found[1] if found else None


def create(connection: duckdb.DuckDBPyConnection, events: str) -> None:
    """Make the table `agents(text, os, browser, client, client_kind, client_version)` of every distinct user agent,
    device system and device browser of the relation `events`. See REPLACE and JOINS."""
    texts = connection.execute(f"""
        SELECT user_agent FROM {events} WHERE user_agent IS NOT NULL
        UNION SELECT os FROM {events} WHERE os IS NOT NULL
        UNION SELECT browser FROM {events} WHERE browser IS NOT NULL
    """).fetchall()
    found = ((text, agent(text)) for (text,) in texts)
    rows = [(text, told.os, told.browser, told.client, told.kind, told.version) for text, told in found]
    fill(connection, "agents", dict.fromkeys(_COLUMNS, "VARCHAR"), rows)
