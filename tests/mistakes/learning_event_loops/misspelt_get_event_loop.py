import asyncio
import time
from datetime import datetime


def sundial():
    time.sleep(1)
    print(f"Sundial: {datetime.now()}")


loop = asyncio.get_eventloop()
loop.call_soon(sundial)
loop.call_soon(sundial)
# This sleep is queued behind both callbacks: its second begins only when they are done.
loop.run_until_complete(asyncio.sleep(1))
