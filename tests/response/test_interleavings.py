"""Killed, refused, cut off, kept waiting, and taken up again: the response ends as if nothing had happened.

A short round here; `make interleavings` runs two hundred. Every one is made of its number, and can be run alone.
"""

import json
import os
import subprocess
import sys
import time

import pytest
from response.interleavings import Deadly, Interleaving, Kill, Killed, Range, Run

from o365nb.model import plain

ROUNDS = int(os.environ.get("O365NB_INTERLEAVINGS", "5"))
#: What would easily be done twice when its answer was lost and the tenant does not show it yet.
DELICATE = ("wipe_device", "scan_device", "remove_app_secret", "remove_consent")


@pytest.fixture(scope="module")
def ground(tmp_path_factory):
    made = Range(tmp_path_factory.mktemp("range"))
    yield made
    made.stop()


def ended(run):
    """What is wrong, and the parts of the tenant that are not as they are when nothing happens."""
    state, expected = run.state(), run.ground.expected
    return run.problems(), [name for name in expected if state[name] != expected[name]]


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_whatever_happens_on_the_way_the_end_is_the_same_and_nothing_destructive_is_done_twice(ground, seed):
    run = Run(ground, Interleaving.of(seed))
    run.go()
    assert ended(run) == ([], [])


@pytest.mark.parametrize("action", DELICATE)
def test_what_was_sent_and_does_not_show_yet_is_waited_for_and_not_sent_again(ground, action):
    run = Run(ground, Interleaving(0, (), faults=0.0, late=3.0, torn=False), hurry=0.1)
    [step] = [one.id for one in run.plan.steps if one.action == action]
    with pytest.raises(Killed):
        run.once(Deadly(Kill(1, writes=True, answered=True)), [step])
    sent = len(run.sent())
    [receipt] = run.once(None, [step])
    said = (receipt.outcome.value, receipt.note)
    assert said == ("already_held", "it was begun before, and had come through")
    assert (sent, len(run.sent())) == (1, 1)


CHILD = """
import json, os, sys
from pathlib import Path
from o365nb import response
from o365nb.case import Bundle, Case
from o365nb.tenant import Profile, connect

told = json.loads(sys.argv[1])
def hand(target, text):
    with Path(told["handed"]).open("a") as file:
        print(json.dumps([target, text]), file=file)

profile = Profile.simulator(
    base_url=told["url"], ca_file=Path(told["ca"]), tenant_id=told["tenant"], client_id=told["client"]
)
plan = Bundle(Path(told["bundle"])).plan()
with connect(profile, secret=os.environ["O365NB_CLIENT_SECRET"]) as tenant:
    response.apply(Case.open(Path(told["case"])), tenant, plan, plan.plan_id, on_password=hand)
"""


@pytest.mark.parametrize("changes", [2, 9])
def test_a_process_that_is_killed_from_outside_is_taken_up_by_the_next(ground, tmp_path, changes):
    run = Run(ground, Interleaving(0, (), faults=0.0, late=0.0, torn=False))
    server, bundle, handed = ground.server, tmp_path / "plan.json", tmp_path / "handed"
    bundle.write_text(json.dumps({"plan_id": run.plan.plan_id, "steps": plain(run.plan.steps)}), "utf-8")
    told = {
        "url": server.base_url, "ca": str(server.ca_file), "tenant": server.tenant_id, "client": server.client_id,
        "bundle": str(tmp_path), "case": str(run.case.root), "handed": str(handed),
    }  # fmt: skip
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, json.dumps(told)],
        env={**os.environ, "O365NB_CLIENT_SECRET": server.client_secret},
    )
    while child.poll() is None and len(run.sent()) < changes:
        time.sleep(0.002)
    child.kill()
    assert child.wait() != 0
    assert len(run.sent()) < len(ground.posts)
    run.what = Interleaving(0, (Kill(10**6, writes=True, answered=False),), faults=0.0, late=0.0, torn=False)
    run.handed += [tuple(json.loads(line)) for line in handed.read_text().splitlines()] if handed.exists() else []
    run.go()
    assert ended(run) == ([], [])
