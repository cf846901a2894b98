"""Make the project's environment: a virtual environment in .venv with every package of requirements.lock.

Runs on any Python from 3.11 with nothing installed; does nothing when the environment already matches the lock.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = ENVIRONMENT / "o365nb.stamp"


def main() -> int:
    """Create or refresh the environment; returns the exit code for the shell."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this script is what an older Python meets first
        found = ".".join(map(str, sys.version_info[:3]))
        print(f"o365nb needs Python 3.11 or newer; this is {found}. Run make PYTHON=python3.12.", file=sys.stderr)
        return 2
    files = [ROOT / "requirements.lock", ROOT / "pyproject.toml"]
    wanted = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    if STAMP.exists() and STAMP.read_text("utf-8") == wanted:
        return 0
    print("Setting up the environment in .venv (once; a minute or two) ...", file=sys.stderr, flush=True)
    if not PYTHON.exists():
        venv.create(ENVIRONMENT, with_pip=True)
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    locked, ourselves = (
        ["--require-hashes", "-r", "requirements.lock"],
        ["--no-deps", "--no-build-isolation", "-e", "."],
    )
    for arguments in (locked, ourselves):
        done = subprocess.run([*pip, *arguments], cwd=ROOT, check=False)
        if done.returncode:
            print("Setting up failed: see pip's message above, mend it, and run the same again.", file=sys.stderr)
            return 1
    STAMP.write_text(wanted, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
