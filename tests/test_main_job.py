"""The whole main job as a newcomer runs it: command line, real msal, real HTTPS, papermill, a real browser."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from bundles import check_bundle

from o365nb.case import Case
from o365nb.engine import Engine
from o365nb.model import Label
from o365nb.practice import PracticeTenant

EXPORT = Path(__file__).parent / "data" / "realdata" / "sentinel-training-lab"
ADELE = "adelev@m365x816222.onmicrosoft.com"
EXPECTED = {
    "ia-phish-delivered", "ia-aitm-session-split", "ia-ua-shift-in-flow", "ia-kit-useragent", "pe-rule-name-evasive",
    "pe-rule-hide", "pe-rule-hidden", "pe-mfa-method-added", "co-mia-bind", "co-mail-search", "im-mass-send",
    "de-sent-cleanup", "im-lookalike-domain", "im-sender-restricted",
}  # fmt: skip


def o365nb(folder, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "o365nb", *arguments], cwd=folder, capture_output=True, text=True, encoding="utf-8",
        env={**os.environ, **environment}, check=False,
    )  # fmt: skip


def read(folder, name):
    return json.loads((folder / name).read_text("utf-8"))


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    """Two stories and one real export, investigated from the command line."""
    folder = tmp_path_factory.mktemp("job")
    doors = {
        "practice-aitm": ["--practice", "aitm"],
        "practice-traveller": ["--practice", "S09"],
        "lab": ["--evidence", str(EXPORT), "--user", ADELE.upper(), "--case", "lab"],
    }
    done = {name: o365nb(folder, "investigate", *arguments) for name, arguments in doors.items()}
    assert {name: run.returncode for name, run in done.items()} == dict.fromkeys(doors, 0), done
    return folder, {name: run.stdout for name, run in done.items()}


def test_the_attacked_account_is_confirmed_with_everything_the_story_holds(job):
    folder, said = job
    bundle = folder / "reports" / "practice-aitm"
    check_bundle(bundle)
    assert read(bundle, "verdict.json")["verdict"] == "confirmed"
    found = {finding["slug"] for finding in read(bundle, "findings.json") if finding["context"] != "no"}
    assert found >= EXPECTED
    assert (read(bundle, "cause.json")["determined"], read(bundle, "cause.json")["top"]) == (True, "H1")
    assert "CONFIRMED" in said["practice-aitm"]
    assert "report.html" in said["practice-aitm"]


def test_only_the_attackers_objects_are_to_be_removed(job):
    persistence = read(job[0] / "reports" / "practice-aitm", "persistence.json")
    assert sorted((item["kind"], item["verdict"]) for item in persistence if item["remove"]) == [
        ("auth_method", "attacker"), ("inbox_rule", "attacker"),
    ]  # fmt: skip
    assert len([item for item in persistence if item["verdict"] == "user"]) >= 4


def test_the_innocent_traveller_is_at_most_suspected_and_only_asked(job):
    bundle = job[0] / "reports" / "practice-traveller"
    check_bundle(bundle)
    assert read(bundle, "verdict.json")["verdict"] in ("suspected", "not_supported")
    assert {finding["severity"] for finding in read(bundle, "findings.json")} <= {"info", "low", "medium"}
    assert [step["action"] for step in read(bundle, "plan.json")["steps"]] == ["ask_user"]


@pytest.mark.parametrize("story", ["aitm", "traveller"])
def test_whose_event_it_was_is_right_in_at_least_95_of_100(practice_case, story):
    made = practice_case(story)
    truth = {key for key, label in made.truth.items() if label["label"] == "attacker"}
    said = {label.event_id for label in made.found.attributions if label.label is Label.ATTACKER}
    if story == "traveller":
        assert (said, truth) == (set(), set())
    else:
        assert len(said & truth) / len(said) >= 0.95
        assert len(said & truth) / len(truth) >= 0.95
    with Engine(made.case) as engine:
        own = engine.rows("SELECT event_id FROM events JOIN subjects ON actor = upn")
    assert own
    assert {row["event_id"] for row in own} <= {label.event_id for label in made.found.attributions}
    assert all(label.because for label in made.found.attributions)


def test_a_real_export_gives_a_bundle_that_names_its_gaps(job):
    bundle = job[0] / "reports" / "lab"
    check_bundle(bundle)
    assert read(bundle, "verdict.json")["verdict"] in ("cannot_tell", "suspected", "probable")
    assert {"co-mia-bind", "co-share-anon"} <= {finding["slug"] for finding in read(bundle, "findings.json")}
    sentences = " ".join(read(bundle, "coverage.json")["sentences"])
    for missing in ("message trace", "sign-in methods", "directory audit"):
        assert missing in sentences.lower()


def test_the_evidence_of_every_case_is_proven_unchanged(job):
    for name in ("practice-aitm", "practice-traveller", "lab"):
        assert any("match" in line for line in Case.open(job[0] / "data" / name).verify())


def on_a_phone(browser, path):
    """The page opened on a small screen; what it asked for beside itself, and what it complained of."""
    tab, trouble = browser.new_page(viewport={"width": 360, "height": 800}), []
    tab.on(
        "request", lambda request: trouble.append(request.url) if request.url.split("#")[0] != path.as_uri() else None
    )
    tab.on("console", lambda message: trouble.append(message.text))
    tab.on("pageerror", lambda error: trouble.append(str(error)))
    tab.goto(path.as_uri())
    tab.wait_for_selector(".figure svg.main-svg")
    return tab, trouble


def test_what_a_person_reads_opens_in_a_browser_and_asks_nobody_for_anything(job, browser):
    for name in ("practice-aitm", "practice-traveller", "lab"):
        path = job[0] / "reports" / name / "report.html"
        assert path.stat().st_size < 6 * 2**20
        tab, trouble = on_a_phone(browser, path)
        assert tab.evaluate("document.documentElement.scrollWidth") <= 360
        assert trouble == []
        tab.close()


def test_the_response_runs_from_plan_to_proof(job, tmp_path):
    folder, _ = job
    plan = read(folder / "reports" / "practice-aitm", "plan.json")["plan_id"]
    on_case = ["--case", "practice-aitm"]
    assert o365nb(folder, "respond", "apply", *on_case, "--approve", "0" * 12).returncode == 2
    assert not (folder / "data" / "practice-aitm" / "receipts.jsonl").exists()
    applied = o365nb(folder, "respond", "apply", *on_case, "--approve", plan)
    assert applied.returncode == 0, applied.stderr
    password = applied.stdout.split("phone only):")[1].split()[0]
    assert o365nb(folder, "respond", "verify", *on_case).returncode == 0
    assert o365nb(folder, "report", *on_case).returncode == 0
    report = (folder / "reports" / "practice-aitm" / "report.html").read_text("utf-8")
    assert "sign-in blocked" in report
    assert "to be removed" not in report
    for path in [*(folder / "data").rglob("*"), *(folder / "reports").rglob("*")]:
        assert not path.is_file() or password.encode() not in path.read_bytes(), path


PROFILE = '[practice]\ntenant_id = "{0}"\nclient_id = "{1}"\nmethod = "secret"\n'


@pytest.fixture
def signing_in(tmp_path):
    """Runs `investigate --tenant` against a running practice tenant, with some secret and base URL."""
    with PracticeTenant(story="traveller", state=tmp_path / "tenant") as tenant:
        (tmp_path / "profiles.toml").write_text(PROFILE.format(tenant.tenant_id, tenant.client_id), "utf-8")

        def run(secret, url=tenant.base_url, user="jana@contoso.example"):
            return o365nb(
                tmp_path, "--simulator", url, "--simulator-ca", str(tenant.ca_file), "investigate",
                "--tenant", "practice", "--user", user, "--since", "2d", "--case", "live",
                O365NB_CLIENT_SECRET=secret, O365NB_CONFIG=str(tmp_path / "profiles.toml"),
            )  # fmt: skip

        yield tenant, run


def refused(done, folder, word):
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done.stderr
    assert word in done.stderr
    assert not (folder / "data").exists()
    assert not (folder / "reports").exists()


def test_a_wrong_client_secret_is_one_line(signing_in, tmp_path):
    _, run = signing_in
    done = run("wrong-secret-8f3a")
    refused(done, tmp_path, "secret")
    assert "wrong-secret-8f3a" not in done.stderr


def test_a_closed_port_is_one_line(signing_in, tmp_path):
    tenant, run = signing_in
    refused(run(tenant.client_secret, url="https://localhost:9"), tmp_path, "localhost:9")


def test_an_account_the_tenant_does_not_know_is_one_line(signing_in, tmp_path):
    tenant, run = signing_in
    refused(run(tenant.client_secret, user="nobody@contoso.example"), tmp_path, "nobody@contoso.example")


def test_a_live_profile_runs_like_any_tenant(signing_in, tmp_path):
    tenant, run = signing_in
    done = run(tenant.client_secret)
    assert done.returncode == 0, done.stderr
    check_bundle(tmp_path / "reports" / "live")
