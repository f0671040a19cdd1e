 1  import asyncio
 2  import time
 3  from datetime import datetime
 4  
 5  
 6  def sundial():
 7      time.sleep(1)
 8      print(f"Sundial: {datetime.now()}")
 9  
10  
11  loop = asyncio.get_event_loop()
12  loop.call_soon(sundial)
13  loop.call_soon(sundial)
14  # This sleep is queued behind both callbacks: its second begins only when they are done.
15  loop.run_until_complete(asyncio.sleep(1))
