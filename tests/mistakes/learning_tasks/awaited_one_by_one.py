import asyncio
from datetime import datetime


async def swiss():
    await asyncio.sleep(1)
    print(f"Swiss: {datetime.now()}")


async def main():
    await asyncio.create_task(swiss())
    await asyncio.create_task(swiss())


asyncio.run(main())
