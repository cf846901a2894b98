"""A response that is killed, refused, cut off and kept waiting at chosen moments, and taken up again until it is done.

One tenant in which the attacker left something of every kind is served once; every interleaving begins from it. The kit
is killed by its own HTTP transport: in the moment before a request leaves, or when it was answered and nobody has read
the answer. Faults and late writes are the practice tenant's own.
"""

import copy
import json
import re
import shutil
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

from requests.adapters import HTTPAdapter
from response.conftest import signed_in
from response.planted import case_of, everything, plant

from o365nb import response
from o365nb.case import Case
from o365nb.errors import O365nbError
from o365nb.practice import Chaos, PracticeTenant
from o365nb.practice.web.chaos import Dice
from o365nb.practice.web.pages import Lag

#: A hundredth of the time that the kit would wait; the tenant's writes are late by as much.
HURRY = 0.01
#: What cannot be taken back, or would be done to something else when it is done again.
DESTRUCTIVE = re.compile(r"DELETE |/(wipe|retire|removePassword|isolate|unisolate|runAntiVirusScan) |adminRemove")
_TIMES = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)")
_MADE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Killed(BaseException):
    """The process is gone."""


class Deadly(HTTPAdapter):
    """Sends until its time has come, before sending or after the answer."""

    def __init__(self, kill):
        super().__init__(pool_maxsize=4)
        self.left, self.kill = kill.at, kill

    def send(self, request, *given, **more):
        self.left -= not self.kill.writes or request.method != "GET"
        if self.left == 0 and not self.kill.answered:
            raise Killed
        got = super().send(request, *given, **more)
        if self.left == 0:
            raise Killed
        return got


@dataclass(frozen=True)
class Kill:
    """The end of one process: at its how manyth request, or its how manyth change, and whether that was answered."""

    at: int
    writes: bool
    answered: bool

    @classmethod
    def of(cls, rng):
        writes = rng.random() < 0.6
        most = rng.choice((3, 12, 40)) if writes else rng.choice((12, 150))
        return cls(rng.randint(1, most), writes, rng.random() < 0.7)


@dataclass(frozen=True)
class Interleaving:
    """What happens to one response, all of it from its seed."""

    seed: int
    kills: tuple[Kill, ...]
    faults: float
    late: float  # seconds, in a hurry
    torn: bool  # whether the first kill also tears the line that is being written

    @classmethod
    def of(cls, seed):
        rng = Random(f"interleaving {seed}")
        kills = tuple(Kill.of(rng) for _ in range(rng.randint(1, 4)))
        return cls(seed, kills, rng.choice((0.0, 0.03, 0.08)), rng.choice((0.0, 0.0, 0.04, 0.1)), rng.random() < 0.3)


class Range:
    """The tenant, the case and the plan that every interleaving begins from."""

    def __init__(self, folder):
        self.folder = folder
        self.server = PracticeTenant(story="aitm", state=folder / "state", journal=True).start()
        self.case, self.plan = case_of(plant(self.server), folder)
        self.begin = copy.deepcopy(self.server.state.copied())
        self.typed = {step.id: word for step in self.plan.steps if (word := self.asked(step))}
        self.expected = self.undisturbed()

    @staticmethod
    def asked(step):
        return response.actions()[step.action].asks(step)

    def undisturbed(self):
        """The state that a response leaves to which nothing happens."""
        run = Run(self, Interleaving(-1, (), 0.0, 0.0, torn=False))
        run.go()
        assert run.problems() == []
        told = [entry.asked for entry in self.server._site.journal if entry and entry.asked.service != "login"]
        self.posts = [_words(asked) for asked in told if asked.method != "GET"]
        return run.state()

    def stop(self):
        self.server.stop()


class Run:
    """One response from its beginning to its end, through whatever happens to it."""

    def __init__(self, ground, what, hurry=HURRY):
        self.ground, self.what, self.hurry, self.handed = ground, what, hurry, []
        self.server, self.plan = ground.server, ground.plan
        kept = self.server.state._objects
        kept.clear()
        kept.update(copy.deepcopy(ground.begin))
        site = self.server._site
        site.journal.clear()
        site.dice = Dice(Chaos(what.seed, what.faults)) if what.faults else None
        site.lag = Lag(what.late) if what.late else None
        root = Path(ground.folder) / f"run {what.seed}"
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(ground.case.root, root)
        self.case = Case.open(root)

    def go(self):
        """Killed as often as it is to be, then taken up again until nothing is left to do."""
        for number, kill in enumerate(self.what.kills):
            try:
                self.once(Deadly(kill))
            except O365nbError:
                continue  # at its very first request: the operator begins again
            except Killed:
                if self.what.torn and number == 0:
                    self.tear()
        self.receipts = []
        for _ in range(8):
            with suppress(O365nbError):
                self.receipts = self.once(None)
            if self.receipts and {one.outcome.value for one in self.receipts} <= {"applied", "already_held"}:
                return

    def once(self, adapter, steps=None):
        """Some steps; or the whole plan, then everything that is to be named and typed. By a process of its own."""
        self.server._site.journal.append(None)  # where a new process begins
        with signed_in(self.server, sleep=self.wait) as tenant:
            if adapter:
                tenant._http._session.mount("https://", adapter)
            given = {"on_password": lambda *what: self.handed.append(what), "typed": self.ground.typed}
            case, plan = Case.open(self.case.root), self.plan
            done = response.apply(case, tenant, plan, plan.plan_id, steps, **given)
            if steps:
                return done
            named = [step.id for step in plan.steps if response.actions()[step.action].optional]
            return [*done, *response.apply(case, tenant, plan, plan.plan_id, named, **given)]

    def wait(self, seconds):
        """A part of the time, during which all of it passes in the tenant."""
        time.sleep(seconds * self.hurry)
        self.server.pass_time(timedelta(seconds=seconds))

    def tear(self):
        """As if the power went while a line was written: what was not flushed is half there."""
        path = self.case.receipts.path
        if path.exists():
            with path.open("ab") as file:
                file.write(b'{"seq": 9')

    def state(self):
        """The tenant as it stands, without the times and ids that differ from run to run."""
        known = set(_MADE.findall(json.dumps(self.ground.begin)))
        text = json.dumps(everything(self.server), sort_keys=True)
        text = _MADE.sub(lambda found: found[0] if found[0] in known else "new", _TIMES.sub("then", text))
        return _in_order(json.loads(text))

    def problems(self):
        """What is not as it must be, in words; the state apart."""
        said = [f"{one.step_id}: {one.outcome.value} {one.note}" for one in self.receipts
                if one.outcome.value not in ("applied", "already_held")]  # fmt: skip
        twice = Counter(words for entry in self.sent() if DESTRUCTIVE.search(words := _words(entry.asked)))
        said += [f"sent {times} times: {what}" for what, times in twice.items() if times > 1]
        resets = [entry.asked.body["passwordProfile"]["password"] for entry in self.sent()
                  if "passwordProfile" in entry.asked.body]  # fmt: skip
        passwords = [text for _, text in self.handed]
        if passwords[-1:] != resets[-1:]:
            said.append("the password that counts was not handed over")
        if len(resets) > 1 + len(self.what.kills):
            said.append(f"the password was set {len(resets)} times")
        self.case.receipts.verify()
        return said

    def sent(self):
        """Every request that changed something."""
        told = [entry for entry in self.server._site.journal if entry and entry.asked.service != "login"]
        return [entry for entry in told if not entry.asked.reads and 200 <= entry.status < 300]


def _words(asked):
    return f"{asked.method} {asked.path}{asked.cmdlet} {json.dumps(asked.body, sort_keys=True)}"


def _in_order(value):
    """Lists sorted: in which order a device was asked for two things is all the same."""
    if isinstance(value, dict):
        return {name: _in_order(item) for name, item in value.items()}
    return sorted(map(_in_order, value), key=json.dumps) if isinstance(value, list) else value
