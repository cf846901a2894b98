"""The practice tenant in the foreground."""

import re
import signal
import subprocess
import sys

import requests


def command(*arguments):
    return [sys.executable, "-m", "o365nb.practice", *arguments]


def test_it_says_how_to_sign_in_and_ends_with_ctrl_c(tmp_path):
    running = subprocess.Popen(
        command("traveller", "--port", "0", "--state", str(tmp_path)), stdout=subprocess.PIPE, text=True
    )
    with running:
        said = "".join(iter(running.stdout.readline, "Ends with Ctrl-C.\n"))
        base = re.search(r"https://localhost:\d+", said)[0]
        with requests.Session() as session:
            session.trust_env = False
            answer = session.get(
                f"{base}/contoso.example/v2.0/.well-known/openid-configuration", verify=tmp_path / "ca.pem"
            )
        running.send_signal(signal.SIGINT)
        assert running.stdout.read() == "Stopped.\n"
    assert answer.json()["token_endpoint"].startswith(base)
    assert running.returncode == 0


def test_an_unknown_story_is_one_line_and_exit_2(tmp_path):
    ended = subprocess.run(command("S77", "--state", str(tmp_path)), capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stderr.splitlines() == [
        "There is no practice story 'S77'. Choose one of: aitm (S01), traveller (S09)."
    ]
    assert list(tmp_path.iterdir()) == []
