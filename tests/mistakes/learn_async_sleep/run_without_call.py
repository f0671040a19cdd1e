import asyncio
from datetime import datetime


async def rolex():
    await asyncio.sleep(1)
    print(f"Rolex: {datetime.now()}")


async def main():
    print("Job 1:")
    await rolex()
    print("Job 2:")
    await rolex()


asyncio.run(main)
