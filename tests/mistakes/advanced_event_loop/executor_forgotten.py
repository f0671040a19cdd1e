import asyncio
import time
from datetime import datetime


def sundial():
    time.sleep(1)
    print(f"Sundial: {datetime.now()}")


async def main():
    loop = asyncio.get_event_loop()
    calls = [loop.run_in_executor(sundial), loop.run_in_executor(sundial)]
    return [await call for call in calls]


asyncio.run(main())
