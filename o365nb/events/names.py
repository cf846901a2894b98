"""Numbers that mean something: Microsoft's application ids and Entra's error codes, in words."""

from __future__ import annotations

from functools import cache

import duckdb

from o365nb.events import lists
from o365nb.events.networks import fill

#: What the table `apps` replaces in a SELECT from `normalised AS n` with JOINS behind it. An event's own name counts. A
#: change in the directory keeps its silence: there the id is the tool's, and the name is taken for the object's.
REPLACE = """
    coalesce(n.app_name, CASE WHEN n.source LIKE 'sign_in%' OR n.operation IN ('UserLoggedIn', 'UserLoginFailed')
        OR n.source <> 'directory_audit' AND coalesce(n.workload, '') <> 'AzureActiveDirectory' THEN app.name END)
        AS app_name
"""
JOINS = "LEFT JOIN apps AS app ON app.app_id = lower(n.app_id)"


@cache
def app_names() -> dict[str, str]:
    """Microsoft's own applications: id (lower case) → name."""
    return {row["app_id"]: row["name"] for row in lists.read("apps").rows}


@cache
def error_words() -> dict[str, str]:
    """Entra's error codes: number → what happened, in a few words."""
    return {row["code"]: row["meaning"] for row in lists.read("errors").rows}


def in_words(code: str | None) -> str:
    """An error code with its meaning, "50126 (wrong user name or password)"; the code alone where nobody knows it."""
    number = (code or "").strip().upper().removeprefix("AADSTS")
    meaning = error_words().get(number)
    return f"{number} ({meaning})" if meaning else number


def create(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table `apps(app_id, name)`. See REPLACE and JOINS."""
    fill(connection, "apps", {"app_id": "VARCHAR", "name": "VARCHAR"}, list(app_names().items()))
