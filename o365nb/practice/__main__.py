"""`python -m o365nb.practice STORY [--port N] [--state DIR]`: run a practice tenant in the foreground."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from o365nb.errors import O365nbError
from o365nb.practice import serve, stories


def main() -> int:
    """Run until Ctrl-C; bad use ends with 2."""
    parser = argparse.ArgumentParser(prog="o365nb.practice", description="Run a practice tenant.")
    parser.add_argument("story", help=f"one of: {', '.join(stories())}")
    parser.add_argument("--port", type=int, default=8443)
    parser.add_argument("--state", type=Path, default=Path("data/practice-tenant"))
    given = parser.parse_args()
    try:
        serve(given.story, given.port, given.state)
    except O365nbError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
