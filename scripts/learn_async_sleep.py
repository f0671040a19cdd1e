"""Awaiting one coroutine after the other: the second starts when the first is done."""

import asyncio
from datetime import datetime


async def rolex():
    """Wait a second without blocking the loop, then tell the time."""
    await asyncio.sleep(1)
    print(f"Rolex: {datetime.now()}")


async def main():
    """Do two jobs in turn."""
    print("Job 1:")
    await rolex()
    print("Job 2:")
    await rolex()


asyncio.run(main())
