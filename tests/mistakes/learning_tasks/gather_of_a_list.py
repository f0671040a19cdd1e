import asyncio
from datetime import datetime


async def swiss():
    await asyncio.sleep(1)
    print(f"Swiss: {datetime.now()}")


async def main():
    first = asyncio.create_task(swiss())
    second = asyncio.create_task(swiss())
    await asyncio.gather([first, second])


asyncio.run(main())
