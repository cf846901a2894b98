"""Work on tens of thousands of records, done beside the server's loop: nobody else's request waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")

# One for the whole process: more threads that compute would only take the loop's turns.
_BESIDE = ThreadPoolExecutor(1, thread_name_prefix="practice")


async def aside(work: Callable[[], Result]) -> Result:
    """The result of `work`, computed in a thread."""
    return await asyncio.get_running_loop().run_in_executor(_BESIDE, work)
