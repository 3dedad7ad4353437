"""That an editor leads from an event to its publisher, its handler and its tests: by pyright."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
SERVER = Path(sys.executable).with_name('basedpyright-langserver')
CATALOGUE = ROOT / 'src/phoenix_core/phoenix_core/events/catalogue/hearing.py'
LISTENER = ROOT / 'src/phoenix_speech/phoenix_speech/listening/node.py'
INTENT = ROOT / 'src/phoenix_speech/phoenix_speech/understanding/node.py'


class LanguageServer:
    """Asks a language server as an editor does, over its standard input and output."""

    def __init__(self, root):
        self._process = subprocess.Popen(
            [SERVER, '--stdio'],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._count = 0
        folder = {'uri': root.as_uri(), 'name': 'phoenix'}
        capabilities = {'workspace': {'workspaceFolders': True}}
        self.ask(
            'initialize',
            processId=None,
            rootUri=root.as_uri(),
            workspaceFolders=[folder],
            capabilities=capabilities,
        )
        self._send({'method': 'initialized', 'params': {}})

    def open(self, path):
        document = {'uri': path.as_uri(), 'languageId': 'python', 'version': 1}
        document['text'] = path.read_text()
        self._send({'method': 'textDocument/didOpen', 'params': {'textDocument': document}})

    def ask(self, method, **params):
        self._count += 1
        self._send({'id': self._count, 'method': method, 'params': params})
        while (answer := self._read()).get('id') != self._count or 'method' in answer:
            if 'id' in answer:  # the server wants something, as a progress bar: it gets nothing
                self._send({'id': answer['id'], 'result': None})
        return answer['result']

    def at(self, method, path, text, **params):
        """Ask about the first place in a file where a text stands; return files and lines."""
        lines = path.read_text().splitlines()
        line = next(number for number, content in enumerate(lines) if text in content)
        position = {'line': line, 'character': lines[line].index(text) + len(text) - 1}
        document = {'uri': path.as_uri()}
        found = self.ask(method, textDocument=document, position=position, **params)
        return {
            (place['uri'].removeprefix(ROOT.as_uri() + '/'), place['range']['start']['line'])
            for place in found
        }

    def close(self):
        self._process.kill()
        self._process.communicate()

    def _send(self, message):
        body = json.dumps({'jsonrpc': '2.0', **message}).encode()
        self._process.stdin.write(b'Content-Length: %d\r\n\r\n' % len(body) + body)
        self._process.stdin.flush()

    def _read(self):
        length = 0
        while header := self._process.stdout.readline().strip():
            if header.startswith(b'Content-Length:'):
                length = int(header.partition(b':')[2])
        return json.loads(self._process.stdout.read(length))


@pytest.fixture(scope='module')
def editor():
    server = LanguageServer(ROOT)
    try:
        for path in (CATALOGUE, LISTENER, INTENT):
            server.open(path)
        yield server
    finally:
        server.close()


def line_of(path, text):
    lines = path.read_text().splitlines()
    number = next(number for number, content in enumerate(lines) if text in content)
    return str(path.relative_to(ROOT)), number


@pytest.mark.parametrize('path', [LISTENER, INTENT])
def test_go_to_definition_leads_from_a_node_to_the_event(editor, path):
    found = editor.at('textDocument/definition', path, 'events.TRANSCRIPT')
    assert found == {line_of(CATALOGUE, 'TRANSCRIPT = EventType(')}


def test_find_usages_leads_from_the_event_to_its_publisher_and_its_handler(editor):
    # The server looks through the workspace as soon as it has found all files of it.
    found = editor.at(
        'textDocument/references',
        LISTENER,
        'events.TRANSCRIPT',
        context={'includeDeclaration': True},
    )
    assert line_of(LISTENER, 'Publishes(events.TRANSCRIPT)') in found
    assert line_of(INTENT, '@subscribes(events.TRANSCRIPT)') in found
    assert line_of(CATALOGUE, 'TRANSCRIPT = EventType(') in found


def test_find_usages_leads_from_where_a_node_publishes_to_its_declaration(editor):
    found = editor.at(
        'textDocument/references',
        LISTENER,
        'self.transcript',
        context={'includeDeclaration': True},
    )
    assert line_of(LISTENER, 'transcript = Publishes(') in found
