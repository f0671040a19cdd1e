"""Blocking calls beside each other: each gets a thread of the loop's executor."""

import asyncio
import time
from datetime import datetime


def sundial():
    """Block this thread for a second, then tell the time."""
    time.sleep(1)
    print(f"Sundial: {datetime.now()}")


async def main():
    """Hand both calls to the executor, then wait for each."""
    loop = asyncio.get_event_loop()
    calls = [loop.run_in_executor(None, sundial), loop.run_in_executor(None, sundial)]
    return [await call for call in calls]


asyncio.run(main())
