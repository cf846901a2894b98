"""Rules on a small case: `ask(rules, *events)` gives the whole answer, `hits(detection, *events)` the events' ids."""

from pathlib import Path

import pytest
import yaml
from tables import make_case

from o365nb import sigma


@pytest.fixture
def ask(tmp_path):
    """Rules as YAML text (or a list of mappings) on events."""

    def asked(rules, *events, fields=None, **tables):
        folder = tmp_path / "rules"
        folder.mkdir(exist_ok=True)
        text = rules if isinstance(rules, str) else yaml.safe_dump_all(rules, sort_keys=False, allow_unicode=True)
        (folder / "rules.yml").write_text(text, "utf-8")
        case = make_case(tmp_path / "case", events=list(events), **tables)
        return sigma.run(case, folder, fields)

    return asked


@pytest.fixture
def hits(ask):
    """The ids of the events that a detection matches, whatever the answer is called."""

    def matched(detection, *events, service="audit", product="m365", fields=None):
        (rule,) = ask([rule_of(detection, service=service, product=product)], *events, fields=fields).rules
        assert rule.answer in (sigma.Answer.HIT, sigma.Answer.NOISY, sigma.Answer.CLEAR), (rule.answer, rule.reason)
        assert rule.hits == len(rule.events)
        return set(rule.events)

    return matched


def rule_of(detection, *, title="A rule", service="audit", product="m365", **more):
    """A rule as a mapping; a detection without a condition is one selection."""
    named = detection if "condition" in detection else {"selection": detection, "condition": "selection"}
    return {"title": title, "logsource": {"product": product, "service": service}, "detection": named, **more}


@pytest.fixture(scope="session")
def make_rule():
    return rule_of


@pytest.fixture(scope="session")
def samples():
    return Path(__file__).resolve().parent.parent / "data" / "sigma"
