"""The socket of `serve` and `app`."""

import asyncio
import socket

import pytest

from blogarchive.browse.serve import listen
from blogarchive.errors import UsageError


async def test_answers_on_a_kept_connection_are_sent_without_delay() -> None:
    delays: list[int] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted = writer.get_extra_info("socket")
        delays.append(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    listening = listen("127.0.0.1", 0)
    async with await asyncio.start_server(answer, sock=listening):
        reader, writer = await asyncio.open_connection(*listening.getsockname())
        await reader.read()
        writer.close()
    assert delays == [1]


def test_a_port_that_is_taken_is_named() -> None:
    listening = listen("127.0.0.1", 0)
    port = listening.getsockname()[1]
    with listening, pytest.raises(UsageError, match=str(port)):
        listen("127.0.0.1", port)
