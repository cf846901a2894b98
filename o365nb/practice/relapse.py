"""What makes a response fail after all, for trainers and tests: each happens in the moment in which it is asked for.

The attacker's own last acts are done once more, so that they look as this story's attacker does.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import datetime
from uuid import uuid4

from o365nb.errors import BadInput
from o365nb.practice.changes import Changes, Responder
from o365nb.practice.ids import Json, naive, z
from o365nb.practice.people import Person, named_id
from o365nb.practice.state import TenantState
from o365nb.practice.world import Entry

_SYNC = Responder(named_id("principal:directory synchronisation"), "Microsoft Entra Connect Sync",
                  named_id("app:directory synchronisation"))  # fmt: skip


def relapse(state: TenantState, subject: str, kind: str) -> None:
    """`token`: a session or program of the attacker's is used on. `rule`: their rule comes back. `sync`: the next
    synchronisation from on-premises enables the account again. Raises BadInput where nothing can come back so.
    """
    person = state.person(subject)
    act = {"token": _token, "rule": _rule, "sync": _sync}.get(kind)
    if act is None or person is None:
        raise BadInput(f"There is no relapse {kind!r}. Known: token, rule, sync.")
    if not act(state, person):
        raise BadInput(f"In this story nothing of the attacker's can come back so: {kind}.")
    state.save()


def _token(state: TenantState, person: Person) -> bool:
    """The last sign-in that went through, and the last things done in the mailbox or with files, once more."""
    now = state.clock.now()
    entered = [one for one in _theirs(state, state.world.sign_ins, person) if not one.record["status"]["errorCode"]]
    for entry in entered[-1:]:
        state.log_attacker(
            "sign_ins", now, {**copy.deepcopy(entry.record), "id": str(uuid4()), "createdDateTime": z(now)}
        )
    done = [one for one in _theirs(state, state.world.audits, person) if one.record["operation"] != "UserLoggedIn"]
    for entry in done[-2:]:
        state.log_attacker("audits", now, _audit_again(entry.record, now))
    return bool(entered or done)


def _rule(state: TenantState, person: Person) -> bool:
    """The attacker's rule, set once more under another number; the old one stays as it is."""
    made = [one for one in _theirs(state, state.world.audits, person) if one.record["operation"] == "New-InboxRule"]
    if not made:
        return False
    given = {one["Name"]: one["Value"] for one in made[-1].record["auditData"].get("Parameters", ())}
    rules = state.objects["rules"][person.upn]
    old = next((rule for rule in rules if rule["name"] == given.get("Name")), None)
    if old is None:
        return False
    rules.append({**copy.deepcopy(old), "number": max(rule["number"] for rule in rules) + 1, "enabled": True})
    now = state.clock.now()
    state.log_attacker("audits", now, _audit_again(made[-1].record, now))
    return True


def _sync(state: TenantState, person: Person) -> bool:
    """On-premises the account was never disabled: that is what counts for one that is kept there."""
    user = state.user(person)
    user["onPremisesSyncEnabled"] = True
    Changes(state, _SYNC).enable(person, enabled=True)
    return True


def _theirs(state: TenantState, entries: list[Entry], person: Person) -> Iterator[Entry]:
    truth = state.world.truth
    return (one for one in entries if one.actor == person.upn and truth[one.record["id"]]["label"] == "attacker")


def _audit_again(record: Json, now: datetime) -> Json:
    made: Json = copy.deepcopy(record)
    made["id"] = made["auditData"]["Id"] = str(uuid4())
    made["createdDateTime"], made["auditData"]["CreationTime"] = z(now), naive(now)
    return made
