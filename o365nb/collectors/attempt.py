"""Sources of several parts: what one part is refused for must not cost the others."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Raw, Shortfall
from o365nb.errors import Denied, NotFound, NotLicensed
from o365nb.model import Outcome


def attempt(part: Iterator[Raw], what: str) -> Iterator[Raw | Shortfall]:
    """The answers of one part; a missing right or licence becomes a shortfall that names the part.

    What is not there is no shortfall. Other errors pass: they end the source as a whole.
    """
    try:
        yield from part
    except NotFound:
        return
    except NotLicensed as error:
        yield Shortfall(Outcome.NOT_LICENSED, f"Without {what}: {error}")
    except Denied as error:
        yield Shortfall(Outcome.DENIED, f"Without {what}: {error}")
