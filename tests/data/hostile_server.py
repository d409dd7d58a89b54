"""A server that answers whatever it is told to, also what is no HTTP."""

import gzip
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

CONTENT = bytes(range(256)) * 8
PACKED = gzip.compress(CONTENT, mtime=0)
OK = b"HTTP/1.1 200 OK\r\n"


def _to(place: bytes) -> bytes:
    return b"HTTP/1.1 302 Found\r\nLocation: " + place + b"\r\nContent-Length: 0\r\n\r\n"


ANSWERS = {
    "a redirect to half an address": _to(b"http://[::1"),
    "a redirect to an overlong host": _to(b"http://" + b"a" * 300 + b".example/x"),
    "a redirect to a host of dots": _to(b"http://../x"),
    "a redirect to a port that is none": _to(b"http://127.0.0.1:99999/x"),
    "a redirect to bytes": _to(b"http://\xff\xfe/x"),
    "a length that is no number": OK + b"Content-Length: abc\r\n\r\n" + PACKED,
    "two lengths": OK + b"Content-Length: 5\r\nContent-Length: 7\r\n\r\n" + PACKED,
    "chunks that are none": OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + PACKED,
    "an encoding that lies": OK + b"Content-Encoding: gzip\r\n\r\n" + CONTENT,
    "no HTTP": b"\x00\x01\x02\x03 nothing\r\n\r\n",
    "a status that is none": b"HTTP/1.1 abc OK\r\n\r\n",
    "a line without end": b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000,
    "a thousand headers": OK + b"X-A: b\r\n" * 1000 + b"\r\n",
    "nothing": b"",
}
# In these a byte comes every so often, for minutes
SLOW = {"slow headers": OK, "slow content": OK + b"Content-Length: 5000\r\n\r\n"}


@contextmanager
def answering(*parts: bytes, pause: float = 0.0) -> Iterator[str]:
    """The address of a server that sends each who asks these parts, with a pause between them."""
    stop = threading.Event()

    def answer(connection: socket.socket) -> None:
        with connection:
            try:
                connection.recv(65536)
                for i, part in enumerate(parts):
                    if i and stop.wait(pause):
                        return
                    connection.sendall(part)
            except OSError:
                pass  # the other side has given up

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        stop.set()
        listener.shutdown(socket.SHUT_RDWR)
