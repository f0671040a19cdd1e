import asyncio
import time
from datetime import datetime


def sundial():
    time.sleep(1)
    print(f"Sundial: {datetime.now()}")


async def main():
    loop = asyncio.get_event_loop()
    calls = [loop.run_in_executor(None, sundial), loop.run_in_executor(None, sundial)]
    return [await call for call in calls]


asyncio.run(main())

Sundial: 2026-03-02 10:15:31.201934
Sundial: 2026-03-02 10:15:31.202345
