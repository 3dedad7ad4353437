"""The web server as browsers, foreign pages and broken programs meet it."""

import http.client
import json
import threading
import time
from contextlib import ExitStack

import psutil
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from phoenix_studio.limits_desk import PinChange
from phoenix_studio.ros_calls import CallError
from phoenix_studio.server.access import Access
from phoenix_studio.server.application import application
from phoenix_studio.server.hub import Hub
from phoenix_studio.server.refusals import Refusals
from phoenix_studio.server.routes import Desks, ToyDesks
from phoenix_studio.server.sockets import FRAME_BYTES, REFUSED, TAKEN
from phoenix_studio.server.toy import Mute, Touch, Type
from phoenix_studio.server.web_server import WebServer

WAIT_S = 10
FRAME = bytes(FRAME_BYTES)


class FakeToy:
    """Notes what it is asked for."""

    def __init__(self):
        self.actions = []
        self.heard = 0
        self.changed = threading.Condition()

    def act(self, action):
        with self.changed:
            self.actions.append(action)
            self.changed.notify_all()

    def hear(self, samples):
        with self.changed:
            self.heard += 1
            self.changed.notify_all()

    def wait_for(self, condition):
        with self.changed:
            assert self.changed.wait_for(condition, WAIT_S)


class FakeDesk:
    def __init__(self):
        self.asked = []

    async def limits(self):
        return {'pin_set': False}

    async def change(self, change):
        self.asked.append(change)
        return {'accepted': False}

    set_pin = forget = edit = replay = try_out = compare = apply = undo = change
    session = picture = sound = None

    async def settings(self, node):
        if node != 'wake_word':
            raise CallError('the toy does not answer')
        return {'settings': []}


class Studio:
    """A running server and its parts."""

    def __init__(self):
        self.web = WebServer(0)
        self.hub = Hub()
        self.toy = FakeToy()
        self.refused = []
        self.access = Access(self.web.port)
        self.desk = FakeDesk()
        toy = ToyDesks(*[self.desk] * len(ToyDesks._fields))
        desks = Desks(self.desk, toy)
        self.web.start(
            application(self.access, self.hub, self.toy, desks, Refusals(self.refused.append))
        )
        self.origin = f'http://127.0.0.1:{self.web.port}'
        self.cookie = f'{self.access.cookie}={self.access.enter(self.access.code)}'

    def request(self, path, method='GET', body=None, **headers):
        connection = http.client.HTTPConnection('127.0.0.1', self.web.port, timeout=WAIT_S)
        named = {name.replace('_', '-'): value for name, value in headers.items()}
        connection.request(method, path, body, {'cookie': self.cookie, **named})
        response = connection.getresponse()
        return response, response.read().decode()

    def open(self, path, **options):
        options.setdefault('origin', self.origin)
        headers = {'cookie': options.pop('cookie', self.cookie)}
        return connect(
            f'ws://127.0.0.1:{self.web.port}{path}',
            additional_headers=headers,
            open_timeout=WAIT_S,
            close_timeout=0.2,
            max_size=None,
            **options,
        )

    def tell(self, text, **options):
        self.web.post(lambda: self.hub.tell(text, **options))


@pytest.fixture
def studio():
    studio = Studio()
    yield studio
    studio.web.close()


def code_of(connection):
    """Return the code with which the server closes a connection."""
    with pytest.raises(ConnectionClosed) as closed:
        for _ in range(1000):
            connection.recv(timeout=WAIT_S)
    return closed.value.rcvd.code


def test_only_this_machine_is_served(studio):
    served = {
        one.laddr.ip
        for one in psutil.Process().net_connections()
        if one.status == 'LISTEN' and one.laddr.port == studio.web.port
    }
    assert served == {'127.0.0.1'}


def test_a_code_in_the_address_becomes_a_cookie_once(studio):
    address = f'/enter?code={studio.access.code}'
    response, body = studio.request(address, cookie='')
    assert response.status == 200
    assert studio.access.code not in body
    cookie = response.getheader('set-cookie')
    assert 'HttpOnly' in cookie
    assert 'samesite=strict' in cookie.lower()
    assert studio.request('/', cookie=cookie.split(';')[0])[0].status == 200
    assert studio.request(address, cookie='')[0].status == 403
    assert studio.refused == ['refused: a wrong or used code']


@pytest.mark.parametrize('path', ['/', '/parents', '/api/limits', '/assets/x.js', '/nothing'])
def test_without_a_session_there_is_nothing(studio, path):
    response, body = studio.request(path, cookie='')
    assert response.status == 403
    assert 'terminal' in body


@pytest.mark.parametrize('path', ['/', '/parents'])
def test_pages_allow_nothing_from_elsewhere(studio, path):
    response, body = studio.request(path)
    assert response.status == 200
    assert '<script' in body
    policy = response.getheader('content-security-policy')
    assert "default-src 'self'" in policy
    assert 'unsafe' not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(
    'headers',
    [
        {'host': 'evil.example'},
        {'origin': 'http://evil.example'},
        {'sec_fetch_site': 'cross-site'},
    ],
)
@pytest.mark.parametrize('path', ['/', '/api/limits', '/enter?code=x'])
def test_requests_of_foreign_pages_are_refused_and_logged_once(studio, path, headers):
    for _ in range(5):
        assert studio.request(path, **headers)[0].status == 403
    assert len(studio.refused) == 1


@pytest.mark.parametrize('path', ['/events', '/sound'])
@pytest.mark.parametrize(
    'options',
    [{'origin': 'http://evil.example'}, {'origin': None}, {'origin': 'null'}, {'cookie': ''}],
)
def test_sockets_of_foreign_pages_are_refused_and_logged_once(studio, path, options):
    for _ in range(5):
        with pytest.raises(InvalidStatus, match='403'):
            studio.open(path, **options)
    assert len(studio.refused) == 1


def test_a_file_outside_of_the_pages_is_not_served(studio):
    for path in ('/assets/../index.html', '/assets/%2e%2e/%2e%2e/settings.py', '/assets/'):
        assert studio.request(path)[0].status == 404


def test_a_browser_gets_states_first_and_then_what_happens(studio):
    studio.web.post(lambda: studio.hub.tell_state('STATE', '"old"'))
    studio.web.post(lambda: studio.hub.tell_state('STATE', '"state"'))
    with studio.open('/events') as browser:
        assert json.loads(browser.recv(timeout=WAIT_S)) == ['state']
        studio.tell('"event"')
        assert json.loads(browser.recv(timeout=WAIT_S)) == ['event']


def test_what_a_person_does_reaches_the_toy(studio):
    with studio.open('/events') as browser:
        browser.send('{"do":"touch","name":"head","down":true}')
        browser.send('{"do":"mute","muted":true}')
        browser.send('{"do":"type","text":"hello"}')
        studio.toy.wait_for(lambda: len(studio.toy.actions) == 3)
    assert studio.toy.actions == [
        Touch(do='touch', name='head', down=True),
        Mute(do='mute', muted=True),
        Type(do='type', text='hello'),
    ]


@pytest.mark.parametrize(
    'rubbish',
    [
        'rubbish',
        '[]',
        '{"do":"explode"}',
        '{"do":"touch","name":"head"}',
        '{"do":"touch","name":"head","down":true,"more":1}',
        '{"do":"type","text":""}',
        '{"do":"type","text":"' + 'x' * 1001 + '"}',
        '{"do":"type","text":"\\u0000"}',
        b'\xff\x00',
        '[' * 4000,
    ],
)
def test_rubbish_ends_a_socket_and_is_logged_once(studio, rubbish):
    for _ in range(3):
        with studio.open('/events') as browser:
            browser.send(rubbish)
            assert code_of(browser) == REFUSED
    assert studio.refused == ['refused: no action']
    assert studio.toy.actions == []


def test_a_message_that_is_too_large_ends_a_socket(studio):
    with studio.open('/events') as browser:
        browser.send('x' * 100_000)
        assert code_of(browser) == 1009


@pytest.mark.parametrize(
    ('path', 'message'), [('/events', '{"do":"mute","muted":true}'), ('/sound', FRAME)]
)
def test_a_flood_ends_a_socket_and_is_logged_once(studio, path, message):
    for _ in range(2):
        with studio.open(path) as browser:
            with pytest.raises(ConnectionClosed):
                for _ in range(5000):
                    browser.send(message)
            assert code_of(browser) == REFUSED
    assert len(studio.refused) == 1
    assert 0 < len(studio.toy.actions) + studio.toy.heard < 5000


@pytest.mark.parametrize('rubbish', [b'', b'\x00' * 641, b'\x00' * 2000, 'text'])
def test_what_is_no_frame_of_sound_ends_a_socket(studio, rubbish):
    with studio.open('/sound') as browser:
        browser.send(rubbish)
        assert code_of(browser) == REFUSED
    assert studio.toy.heard == 0


def test_the_toy_hears_the_browser_that_spoke_last(studio):
    with studio.open('/sound') as first, studio.open('/sound') as second:
        first.send(FRAME)
        studio.toy.wait_for(lambda: studio.toy.heard == 1)
        second.send(FRAME)
        assert code_of(first) == TAKEN
        second.send(FRAME)
        studio.toy.wait_for(lambda: studio.toy.heard == 3)


def test_every_browser_hears_the_toy(studio):
    with studio.open('/sound') as first, studio.open('/sound') as second:
        for browser in (first, second):  # it is there once it is heard
            browser.send(FRAME)
        studio.toy.wait_for(lambda: studio.toy.heard == 2)
        studio.web.post(lambda: studio.hub.play(b'\x01\x02'))
        assert second.recv(timeout=WAIT_S) == b'\x01\x02'


def test_a_browser_that_takes_nothing_delays_nobody_and_costs_no_memory(studio):
    text = json.dumps('x' * 5000)
    with studio.open('/events', max_queue=1) as slow, studio.open('/events') as quick:
        for browser in (slow, quick):  # it is there once it is obeyed
            browser.send('{"do":"mute","muted":true}')
        studio.toy.wait_for(lambda: len(studio.toy.actions) == 2)
        before = psutil.Process().memory_info().rss
        for turn in range(100):  # 50 MB in all
            for _ in range(100):
                studio.tell(text)
            studio.tell(f'"turn {turn}"')
            while f'"turn {turn}"' not in quick.recv(timeout=WAIT_S):
                pass
        assert psutil.Process().memory_info().rss - before < 15_000_000


def test_fifty_tabs_get_everything(studio):
    with ExitStack() as stack:
        tabs = [stack.enter_context(studio.open('/events')) for _ in range(50)]
        for number, tab in enumerate(tabs):
            tab.send(f'{{"do":"type","text":"{number}"}}')
        studio.toy.wait_for(lambda: len(studio.toy.actions) == 50)
        studio.tell('"hello"')
        assert all(json.loads(tab.recv(timeout=WAIT_S)) == ['hello'] for tab in tabs)


def test_a_vanished_browser_leaves_nothing_behind(studio):
    for _ in range(20):
        with studio.open('/events') as browser:
            browser.send('{"do":"mute","muted":true}')
            browser.socket.close()  # without a word
    studio.toy.wait_for(lambda: len(studio.toy.actions) > 0)
    deadline = time.monotonic() + WAIT_S
    while studio.hub.is_watched and time.monotonic() < deadline:
        studio.tell('"anybody?"')
        threading.Event().wait(0.02)  # polls: nothing tells of the end
    assert not studio.hub.is_watched


def test_without_the_option_nothing_can_be_made_to_fail(studio):
    _, body = studio.request('/api/about')
    assert json.loads(body) == {'toy': True, 'faults': False, 'bag': ''}
    body = '{"kind":"kill","node":"leds"}'
    for path in ('/api/inject', '/api/mend', '/api/faults'):
        assert studio.request(path, 'POST', body, origin=studio.origin)[0].status == 404


def test_a_part_of_the_toy_that_does_not_answer_is_told(studio):
    assert studio.request('/api/settings/wake_word')[0].status == 200
    response, body = studio.request('/api/settings/nobody')
    assert response.status == 503
    assert json.loads(body) == {'reason': 'the toy does not answer'}
    assert studio.request('/api/settings/..%2Fx')[0].status == 404


def test_a_parent_s_wish_reaches_the_toy_unjudged(studio):
    body = '{"pin":"1234","new":"not a pin"}'
    response, answer = studio.request('/api/pin', 'POST', body, origin=studio.origin)
    assert (response.status, json.loads(answer)) == (200, {'accepted': False})
    assert studio.desk.asked == [PinChange(pin='1234', new='not a pin')]


@pytest.mark.parametrize('path', ['/api/limits', '/api/pin', '/api/forget'])
@pytest.mark.parametrize('origin', [{}, {'origin': 'http://evil.example'}])
def test_no_other_page_changes_anything(studio, path, origin):
    assert studio.request(path, 'POST', '{"pin":"1234"}', **origin)[0].status == 403
    assert studio.desk.asked == []


@pytest.mark.parametrize(
    ('body', 'status'),
    [('', 400), ('rubbish', 400), ('{"pin":1234}', 400), ('{"pin":"1"}', 400), ('x' * 99999, 413)],
)
def test_what_no_page_sends_is_refused_without_its_text(studio, body, status):
    response, answer = studio.request('/api/limits', 'POST', body, origin=studio.origin)
    assert response.status == status
    assert '1234' not in answer
    assert studio.desk.asked == []


def test_a_port_in_use_is_an_error_and_a_closed_server_frees_it(studio):
    with pytest.raises(OSError, match='in use'):
        WebServer(studio.web.port)
    with studio.open('/events'):
        studio.web.close()
    WebServer(studio.web.port).close()
