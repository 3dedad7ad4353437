"""Reports to the service manager how the toy is."""

import asyncio
from collections.abc import Callable

from phoenix_tools.run.condition import Condition
from phoenix_tools.run.console import Console
from phoenix_tools.run.service_manager import ServiceManager

PERIOD_S = 0.5


async def report(
    manager: ServiceManager,
    condition: Condition,
    console: Console,
    is_connected: Callable[[], bool],
) -> int:
    """
    Say when the toy is up, and from then on that it lives, while it does; never returns.

    :param is_connected: returns whether all of its nodes hear each other.
    """
    if not manager:
        await asyncio.Event().wait()
    loop = asyncio.get_running_loop()
    while not (is_connected() and condition.is_up(loop.time())):
        manager.status(str(condition))
        await asyncio.sleep(PERIOD_S)
    manager.ready()

    def tell() -> None:
        if not condition.ill:
            manager.lives()

    while True:
        manager.status(str(condition))
        # By way of the console: if its thread hangs, what is known of the toy is old.
        console.post(loop.call_soon_threadsafe, tell)
        await asyncio.sleep(PERIOD_S)
