"""A small server that speaks OpenAI's streaming protocol over real HTTP, well or badly."""

import contextlib
import json
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any


class Answer(BaseHTTPRequestHandler):
    """One request; a test's behavior calls the methods below in the order it wants."""

    protocol_version = 'HTTP/1.1'
    server: 'ChatServer'

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers['Content-Length']))
        self.server.requests.append((self.path, dict(self.headers), json.loads(body)))
        self.server.behavior(self)

    def begin(
        self,
        status: int = 200,
        content_type: str = 'text/event-stream',
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        self.send_header('Content-Type', content_type)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header('Transfer-Encoding', 'chunked')
        self.end_headers()

    def line(self, text: str) -> None:
        data = f'data: {text}\n\n'.encode()
        self.wfile.write(f'{len(data):x}\r\n'.encode() + data + b'\r\n')

    def say(self, *deltas: str) -> None:
        for delta in deltas:
            self.line(json.dumps({'choices': [{'delta': {'content': delta}}]}))

    def call(self, index: int, name: str = '', arguments: str = '') -> None:
        """Send a piece of a tool call."""
        function = {'name': name, 'arguments': arguments} if name else {'arguments': arguments}
        call = {'index': index, 'function': function}
        self.line(json.dumps({'choices': [{'delta': {'content': None, 'tool_calls': [call]}}]}))

    def end(self) -> None:
        self.line('[DONE]')
        self.wfile.write(b'0\r\n\r\n')

    def stall(self) -> None:
        """Send nothing more until the client hangs up."""
        self.server.stalling.set()
        with contextlib.suppress(ConnectionResetError):  # with something unread it hangs up so
            assert self.rfile.read(1) == b''
        self.server.hung_up.set()
        self.cut()

    def cut(self) -> None:
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the output of the tests clean."""


class ChatServer(ThreadingHTTPServer):
    def __init__(self, behavior: Callable[[Answer], None]) -> None:
        super().__init__(('127.0.0.1', 0), Answer)
        self.behavior = behavior
        self.requests: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.stalling = threading.Event()
        self.hung_up = threading.Event()
        self.url = f'http://127.0.0.1:{self.server_port}/v1'
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,))

    def __enter__(self) -> 'ChatServer':
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


def saying(*parts: str | Mapping[str, Any] | None) -> Callable[[Answer], None]:
    """Return a behavior: texts and whole deltas are sent; at None it sends nothing more."""

    def behavior(answer: Answer) -> None:
        answer.begin()
        for part in parts:
            if part is None:
                answer.stall()
                return
            delta = {'content': part} if isinstance(part, str) else part
            answer.line(json.dumps({'choices': [{'delta': delta}]}))
        answer.end()

    return behavior


good = saying('Hello', ' there!', ' I am', ' Phoenix.')


def calls_tools(answer: Answer) -> None:
    answer.begin()
    answer.say('Here you go! ')
    answer.call(0, 'set_timer')
    answer.call(0, arguments='{"duration": 30')
    answer.call(0, arguments='0, "what": null}')
    answer.call(1, 'start_quiz')
    answer.line('{"choices": [{"delta": {}, "finish_reason": "tool_calls"}]}')
    answer.end()


def knows_no_tools(answer: Answer) -> None:
    if 'tools' in answer.server.requests[-1][2]:
        answer.begin(400, 'application/json')
        answer.end()
    else:
        good(answer)


def slow_to_start(answer: Answer) -> None:
    answer.stall()


def hangs_up(answer: Answer) -> None:
    answer.cut()


stalls_in_the_middle = saying('Hello there! ', 'I was', None)


def cut_in_the_middle(answer: Answer) -> None:
    answer.begin()
    answer.say('Hello there! ', 'I was')
    answer.cut()


def reason_that_repeats_it(answer: Answer) -> None:
    answer.send_response(500, 'no answer to: secret')
    answer.end_headers()
    answer.cut()


def status_line_that_repeats_it(answer: Answer) -> None:
    answer.wfile.write(b'no answer to: secret\r\n\r\n')
    answer.cut()


def internal_error(answer: Answer) -> None:
    answer.begin(500, 'application/json')
    answer.end()


def no_protocol(answer: Answer) -> None:
    answer.begin()
    answer.line('<html>Hello!</html>')
    answer.end()


def web_page(answer: Answer) -> None:
    answer.begin(content_type='text/html')
    answer.line('<html>Hello!</html>')
    answer.end()


def error_in_the_stream(answer: Answer) -> None:
    answer.begin()
    answer.line('{"error": {"message": "out of memory"}}')
    answer.end()


talks_rubbish = saying('Sure! ', '<|im_start|>user\nHello')
says_nothing = saying('... ', '!!! ', '\n')
BROKEN = (
    slow_to_start,
    hangs_up,
    stalls_in_the_middle,
    cut_in_the_middle,
    internal_error,
    no_protocol,
    web_page,
    error_in_the_stream,
    talks_rubbish,
    says_nothing,
)
