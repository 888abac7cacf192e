"""Where a town on this machine listens, nothing waits for a packet to fill (Nagle's delay is off)."""

from __future__ import annotations

import asyncio
import socket

from oots.deployment.town import LOOPBACK
from oots.scenarios.live_town import listening


async def is_prompt(accepting: socket.socket) -> bool:
    """Whether what an asyncio server writes to whoever connects is sent at once (TCP_NODELAY)."""
    met: asyncio.Queue[bool] = asyncio.Queue()

    async def meet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = writer.get_extra_info("socket")
        await met.put(bool(line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)))
        writer.close()

    async with await asyncio.start_server(meet, sock=accepting):
        _, writer = await asyncio.open_connection(*accepting.getsockname())
        prompt = await met.get()
        writer.close()
        await writer.wait_closed()
        return prompt


def test_answers_of_a_town_are_sent_at_once() -> None:
    with listening() as accepting:
        assert asyncio.run(is_prompt(accepting))


def test_a_socket_that_does_not_say_what_it_speaks_would_delay_them() -> None:
    with socket.create_server((LOOPBACK, 0)) as accepting:
        assert not asyncio.run(is_prompt(accepting))
