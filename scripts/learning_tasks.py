"""Two tasks share the same second."""

import asyncio
from datetime import datetime


async def swiss():
    """Wait a second without blocking the loop, then tell the time."""
    await asyncio.sleep(1)
    print(f"Swiss: {datetime.now()}")


async def main():
    """Start both tasks before waiting for either."""
    first = asyncio.create_task(swiss())
    second = asyncio.create_task(swiss())
    await asyncio.gather(first, second)


asyncio.run(main())
