"""The practice tenant in the foreground."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager

import pytest
import requests

from o365nb import collectors
from o365nb.errors import BadInput
from o365nb.practice import serve, stories


@contextmanager
def ended(running):
    """The process is over when the block is, whatever happened in it."""
    with running:
        try:
            yield
        finally:
            running.kill()


def command(*arguments):
    return [sys.executable, "-m", "o365nb", "practice", "serve", *arguments]


def test_what_it_prints_is_all_that_the_kit_needs_and_it_ends_with_ctrl_c(tmp_path):
    running = subprocess.Popen(
        command("traveller", "--port", "0", "--state", str(tmp_path / "state with blank")),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with ended(running):
        said = "".join(iter(running.stdout.readline, "Ends with Ctrl-C.\n"))
        (tmp_path / "profiles.toml").write_text(re.search(r"\[practice\]\n(?:\w+ = .*\n)+", said)[0], "utf-8")
        investigate = r"^o365nb (.*) investigate --tenant practice --user jana@contoso.example$"
        line = re.search(investigate, said, re.MULTILINE)[1]
        secret = re.search(r"^O365NB_CLIENT_SECRET=(\S+)$", said, re.MULTILINE)[1]
        doctor = subprocess.run(
            [sys.executable, "-m", "o365nb", *shlex.split(line), "doctor", "--tenant", "practice"],
            env={**os.environ, "O365NB_CLIENT_SECRET": secret, "O365NB_CONFIG": str(tmp_path / "profiles.toml")},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        running.send_signal(signal.SIGINT)
        assert (running.stdout.read(), running.stderr.read(), running.wait()) == ("Stopped.\n", "", 0)
    assert (doctor.returncode, doctor.stderr) == (0, "")
    assert "signed in   o365nb (0365aaaa-1111-4222-8333-444444444444), secret\n" in doctor.stdout
    sources = [unit.source for unit in collectors.all_collectors()]
    told = [line[12:].split(":")[0] for line in doctor.stdout.splitlines()]
    assert [source for source in sources if source not in told] == []
    assert secret not in doctor.stdout


def test_served_under_conditions_it_keeps_quotas_and_takes_its_own_address_as_the_scope(tmp_path):
    running = subprocess.Popen(
        [sys.executable, "-m", "o365nb", "practice", "serve", "aitm", "--port", "0", "--state", str(tmp_path),
         "--limits", "real", "--latency", "0.01", "--write-delay", "1", "--page-life", "30"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with ended(running):
        said = "".join(iter(running.stdout.readline, "Ends with Ctrl-C.\n"))
        base = re.search(r"https://localhost:\d+", said)[0]
        ids = {name: re.search(rf'{name} = "(.+)"', said)[1] for name in ("tenant_id", "client_id")}
        with requests.Session() as session:
            session.trust_env, session.verify = False, str(tmp_path / "ca.pem")
            asked = {
                "grant_type": "client_credentials",
                "client_id": ids["client_id"],
                "client_secret": re.search(r"^O365NB_CLIENT_SECRET=(\S+)$", said, re.MULTILINE)[1],
                "scope": f"{base}/.default",
            }
            token = session.post(f"{base}/{ids['tenant_id']}/oauth2/v2.0/token", asked).json()["access_token"]
            session.headers["Authorization"] = f"Bearer {token}"
            met = [session.get(f"{base}/v1.0/auditLogs/directoryAudits").status_code for _ in range(6)]
        running.send_signal(signal.SIGINT)
        assert (running.stdout.read(), running.stderr.read(), running.wait()) == ("Stopped.\n", "", 0)
    assert met == [200] * 5 + [429]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--limits", "none"], "--limits is off, real or a number such as 0.01, not 'none'."),
        (["--faults", "2"], "The rate of faults is a share from 0 to 1, not 2.0."),
        (["--latency", "-1"], "Limits, latency and delay are not below zero, and limits not zero."),
    ],
)
def test_conditions_that_cannot_be_are_one_line(tmp_path, options, said):
    ended = subprocess.run(
        [sys.executable, "-m", "o365nb", "practice", "serve", "aitm", "--state", str(tmp_path), *options],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", f"o365nb: {said}\n")


def test_every_story_is_listed_in_columns():
    ended = subprocess.run(
        [sys.executable, "-m", "o365nb", "practice", "list"], capture_output=True, text=True, check=False
    )
    listed = [line.split() for line in ended.stdout.splitlines()]
    assert [(words[0], words[1]) for words in listed] == [(slug, info.id) for slug, info in stories().items()]


def test_a_port_that_is_taken_is_one_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = str(taken.getsockname()[1])
        ended = subprocess.run(
            command("aitm", "--port", number, "--state", str(tmp_path)), capture_output=True, text=True, check=False
        )
    (line,) = ended.stderr.splitlines()
    assert (ended.returncode, ended.stdout) == (2, "")
    assert line.startswith(f"o365nb: Port {number} cannot be used (")


@pytest.mark.parametrize("port", [70000, -1])
def test_what_is_no_port_is_refused(tmp_path, port):
    with pytest.raises(BadInput, match=f"^Port {port} cannot be used "):
        serve("aitm", port, tmp_path)


def test_an_unknown_story_is_one_line_and_exit_2(tmp_path):
    ended = subprocess.run(command("S77", "--state", str(tmp_path)), capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stderr.splitlines() == [
        "o365nb: There is no practice story 'S77'. Choose one of: "
        + ", ".join(f"{story.slug} ({story.id})" for story in stories().values())
        + "."
    ]
    assert list(tmp_path.iterdir()) == []
