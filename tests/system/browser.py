"""Debian's Chromium on the pages of a real toy: what it shows, and what it must not do."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from front_door import ROOT, Phoenix

from phoenix_core.limits.parent_file import Decided, ParentFile
from phoenix_core.limits.pin import Tries
from phoenix_core.storage.toy_file import replace_file
from phoenix_core.testing import TestGraph, keep_awake

CHROMIUM = shutil.which('chromium') or shutil.which('chromium-browser')
AXE = ROOT / 'src/phoenix_studio/web/node_modules/axe-core/axe.min.js'
# Software draws the 3D, and takes what the toy needs: the picture is small and moves little.
DESKTOP = {'width': 1000, 'height': 640}
PHONE = {'width': 390, 'height': 780}
# What is played is measured, too.
LISTEN = """
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (target, ...rest) {
  if (target === this.context.destination) {
    const analyser = new AnalyserNode(this.context, { fftSize: 2048 });
    connect.call(this, analyser);
    const samples = new Float32Array(2048);
    setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const loudest = Math.max(...samples.map(Math.abs));
      const before = Number(document.documentElement.dataset.heard ?? 0);
      document.documentElement.dataset.heard = String(Math.max(before, loudest));
    }, 50);
  }
  return connect.call(this, target, ...rest);
};
"""


class StudioToy:
    """A real toy with its pages; `entry` is the address for the next browser."""

    def __init__(
        self, state_home: Path, graph: TestGraph, *arguments: str, **environment: str
    ) -> None:
        keep_awake(state_home)
        self.state_home = state_home
        self.graph = graph
        self.process = Phoenix(
            graph.domain,
            'run',
            '--studio',
            '--show-words',
            *arguments,
            XDG_STATE_HOME=str(state_home),
            PHOENIX_STUDIO_PORT='0',
            PHOENIX_STUDIO_FAULTS='true',
            PHOENIX_STUDIO_BAGS=str(ROOT / 'tests/bags'),
            **environment,
        )
        self.process.wait_for('ready ')
        self._shown = 0

    @property
    def entry(self) -> str:
        """The address that the terminal shows; waits until it is another one."""
        while True:
            addresses = re.findall(r'http://127\S+', self.process.output)
            if len(addresses) > self._shown:
                self._shown = len(addresses)
                return str(addresses[-1])
            self.process.wait_for('http://127')

    def let_try_again(self) -> None:
        """Let the wait after wrong PINs be over."""
        file = ParentFile.of({'XDG_STATE_HOME': str(self.state_home)}, '/phoenix').path
        assert file is not None
        decided = Decided.model_validate_json(file.read_text())
        replace_file(file, decided.model_copy(update={'tries': Tries()}).model_dump_json())


@contextmanager
def studio_toy(state_home: Path, *arguments: str, **environment: str) -> Iterator[StudioToy]:
    """Run a toy with its pages, on a graph of its own."""
    with TestGraph() as graph:
        toy = StudioToy(state_home, graph, *arguments, **environment)
        try:
            yield toy
        finally:
            toy.process.kill()


class Browser:
    """A browser with a session; notes what no page may do."""

    def __init__(self, chromium: Any, entry: str, **options: Any) -> None:
        self._chromium = chromium
        self.address = entry.split('/enter')[0]
        self.complaints: list[str] = []  # since the last close
        first = self._context(**options)
        page = self._page(first)
        page.goto(entry)
        page.wait_for_url(f'{self.address}/')
        self._cookies = first.cookies()
        first.close()

    def open(self, path: str = '/', **options: Any) -> Any:
        """Open a page in a window of its own; see Playwright's new_context."""
        return self._open(path, self._cookies, **options)

    def stranger(self, path: str, **options: Any) -> Any:
        """Open a page in a browser that has no session."""
        return self._open(path, [], **options)

    def _open(self, path: str, cookies: list[Any], **options: Any) -> Any:
        context = self._context(**options)
        context.add_cookies(cookies)
        page = self._page(context)
        page.goto(self.address + path)
        return page

    def close(self) -> list[str]:
        """Close all pages, and return what they did that no page may do."""
        for context in self._chromium.contexts:
            context.close()
        complaints, self.complaints = self.complaints, []
        return complaints

    def _context(self, **options: Any) -> Any:
        options = {'viewport': DESKTOP, 'locale': 'en-US', 'reduced_motion': 'reduce', **options}
        context = self._chromium.new_context(**options)
        context.add_init_script(LISTEN)
        return context

    def _page(self, context: Any) -> Any:
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on('console', self._on_console)
        page.on('pageerror', lambda error: self.complaints.append(f'error: {error}'))
        page.on('request', self._on_request)
        return page

    def _on_console(self, message: Any) -> None:
        if message.type in ('error', 'warning') and 'GPU stall' not in message.text:
            self.complaints.append(f'console: {message.text}')

    def _on_request(self, request: Any) -> None:
        if not request.url.startswith((self.address, self.address.replace('http', 'ws'))):
            self.complaints.append(f'request: {request.url}')


@contextmanager
def browser(
    toy: Any, recording: Path | None = None, *, draws_3d: bool = True, **options: Any
) -> Iterator[Browser]:
    """
    Run a browser that knows the toy.

    :param toy: has an `entry`, as a StudioToy.
    :param recording: its microphone hears this again and again.
    :param draws_3d: in software, and with it the whole page, which takes more than one processor.
    :param options: of the window in which it gets its session.
    """
    if CHROMIUM is None:
        pytest.skip('needs chromium; on Debian: apt install chromium')
    from playwright.sync_api import sync_playwright

    graphics = ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader']
    arguments = [
        *(graphics if draws_3d else ['--disable-gpu']),
        '--use-fake-device-for-media-stream',
        '--use-fake-ui-for-media-stream',
        '--autoplay-policy=no-user-gesture-required',
    ]
    if recording is not None:
        arguments.append(f'--use-file-for-fake-audio-capture={recording}')
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=arguments, chromium_sandbox=os.geteuid() != 0
        )
        try:
            yield Browser(chromium, toy.entry, **options)
        finally:
            chromium.close()


def serious_faults(page: Any) -> list[str]:
    """Return what axe-core finds on a page that keeps somebody out."""
    if not AXE.exists():
        pytest.skip('needs axe-core: npm ci in src/phoenix_studio/web')
    page.evaluate(AXE.read_text())
    found = page.evaluate('() => axe.run().then((found) => JSON.stringify(found.violations))')
    return [
        f'{one["id"]}: {one["help"]}: {[node["html"][:120] for node in one["nodes"]]}'
        for one in json.loads(found)
        if one['impact'] in ('serious', 'critical')
    ]
