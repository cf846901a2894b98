"""`python -m o365nb` is `o365nb`."""

from o365nb.cli import main

main()
