"""Other devices come in by TLS, with a code that is typed."""

import http.client
import ipaddress
import json
import ssl
from datetime import datetime, timedelta, timezone
from urllib.parse import urlencode

import pytest
from cryptography import x509
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from phoenix_studio.server.access import IDLE_S, Access
from phoenix_studio.server.application import application
from phoenix_studio.server.certificate import LIFE, certificate
from phoenix_studio.server.entrance import Entrance
from phoenix_studio.server.hub import Hub
from phoenix_studio.server.pairing import Pairing
from phoenix_studio.server.refusals import Refusals
from phoenix_studio.server.routes import Desks
from phoenix_studio.server.web_server import WebServer
from phoenix_studio.settings import StudioSettings

HOST = '127.0.0.2'  # not the one that counts as this machine alone
WAIT_S = 10
WRONG = '00000000'


class FakeToy:
    """Nothing is done to it."""

    def act(self, action):
        raise AssertionError(action)

    hear = act


class Studio:
    """A server for other devices."""

    def __init__(self, folder):
        self.file = folder / 'state' / 'studio.pem'
        self.fingerprint = certificate(self.file, HOST)
        self.now_s = 0.0
        self.pairing = Pairing(lambda: ('boot', self.now_s))
        while self.pairing.code == WRONG:
            self.pairing = Pairing(lambda: ('boot', self.now_s))
        self.web = WebServer(0, HOST, self.file)
        self.access = Access(self.web.port, lambda: self.now_s, HOST)
        self.refused = []
        refusals = Refusals(self.refused.append)
        self.hub = Hub()
        self.web.start(
            application(self.access, self.hub, FakeToy(), Desks(NoDesk()), refusals, self.pairing)
        )
        self.origin = f'https://{HOST}:{self.web.port}'
        self.tls = ssl.create_default_context(cafile=str(self.file))

    def request(self, path, method='GET', body=None, **headers):
        connection = http.client.HTTPSConnection(
            HOST, self.web.port, timeout=WAIT_S, context=self.tls
        )
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response, response.read().decode()

    def pair(self, code, **headers):
        headers = {'origin': self.origin, **headers}
        return self.request('/pair', 'POST', urlencode({'code': code}), **headers)


class NoDesk:
    """Answers nothing."""

    bags = session = picture = sound = edit = replay = None


@pytest.fixture
def studio(tmp_path):
    studio = Studio(tmp_path)
    yield studio
    studio.web.close()


def test_a_device_comes_in_by_a_code_that_is_good_for_one(studio):
    response, body = studio.request('/pair')
    assert response.status == 200
    assert 'name="code"' in body
    assert '<script' not in body
    code = studio.pairing.code
    response, _ = studio.pair(f' {code[:4]} {code[4:]} ')  # as it is shown
    assert response.status == 200
    cookie = response.getheader('set-cookie')
    assert all(part in cookie for part in ('HttpOnly', 'Secure', 'SameSite=strict'))
    cookie = cookie.split(';')[0]
    response, body = studio.request('/api/about', cookie=cookie)
    assert json.loads(body)['toy'] is False
    assert studio.pair(code)[0].status == 403
    with connect(
        f'wss://{HOST}:{studio.web.port}/events',
        additional_headers={'cookie': cookie},
        origin=studio.origin,
        ssl=studio.tls,
    ):
        pass
    studio.now_s += IDLE_S + 1
    assert studio.request('/api/about', cookie=cookie)[0].status == 403


def test_wrong_codes_make_everybody_wait_longer_each_time(studio):
    for _ in range(3):
        response, body = studio.pair(WRONG)
        assert response.status == 403
        assert studio.pairing.code not in body
        assert response.getheader('set-cookie') is None
    first_s = studio.pairing.wait_s
    assert first_s > 0
    assert studio.pair(studio.pairing.code)[0].status == 403, 'also the right one has to wait'
    assert f'{first_s:.0f} s' in studio.request('/pair')[1]
    studio.now_s += first_s
    studio.pair(WRONG)
    assert studio.pairing.wait_s == 2 * first_s
    studio.now_s += 2 * first_s
    assert studio.pair(studio.pairing.code)[0].status == 200
    assert studio.refused == ['refused: a wrong pairing code']


@pytest.mark.parametrize(
    'headers',
    [
        {'origin': 'https://evil.example'},
        {'origin': 'null'},
        {'origin': f'http://{HOST}'},
        {'host': 'evil.example'},
        {'sec-fetch-site': 'cross-site'},
    ],
)
def test_no_other_page_pairs_or_guesses(studio, headers):
    assert studio.pair(studio.pairing.code, **headers)[0].status == 403
    assert studio.pair(WRONG, **headers)[0].status == 403
    assert studio.pairing.wait_s == 0


def test_rubbish_is_refused(studio):
    for body, status in (('x' * 300, 413), ('', 403), ('code=%ff%00', 403), ('code=ä', 403)):
        answer = studio.request('/pair', 'POST', body.encode(), origin=studio.origin)
        assert answer[0].status == status


def test_without_a_session_there_is_nothing_else(studio):
    for path in ('/', '/parents', '/api/about', '/assets/x.js'):
        assert studio.request(path)[0].status == 403
    with pytest.raises(InvalidStatus):
        connect(f'wss://{HOST}:{studio.web.port}/events', origin=studio.origin, ssl=studio.tls)


def test_nothing_is_served_without_tls_nor_at_another_address(studio):
    plain = http.client.HTTPConnection(HOST, studio.web.port, timeout=WAIT_S)
    plain.request('GET', '/pair')
    with pytest.raises((http.client.HTTPException, OSError)):
        plain.getresponse()
    with pytest.raises(OSError, match='refused'):
        http.client.HTTPConnection('127.0.0.1', studio.web.port).connect()


def test_the_terminal_shows_each_code_once(studio, capsys):
    entrance = Entrance(studio.access, None, studio.pairing, studio.fingerprint)
    entrance.show()
    entrance.show()
    shown = capsys.readouterr().out
    code = studio.pairing.code
    assert shown.count(f'{studio.origin}/pair and the code {code[:4]} {code[4:]}') == 1
    assert studio.fingerprint in shown
    assert shown.count(f'{studio.origin}/enter?code=') == 1
    studio.pair(code)
    entrance.show()
    assert studio.pairing.code[4:] in capsys.readouterr().out


def test_a_certificate_is_kept_private_and_renewed_when_it_has_to_be(tmp_path):
    file = tmp_path / 'state' / 'studio.pem'
    first = certificate(file, '192.168.1.20')
    assert file.stat().st_mode & 0o777 == 0o600
    found = x509.load_pem_x509_certificate(file.read_bytes())
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.IPAddress) == [ipaddress.ip_address('192.168.1.20')]
    assert certificate(file, '192.168.1.20') == first
    other = certificate(file, '192.168.1.21')
    assert other != first
    late = datetime.now(timezone.utc) + LIFE - timedelta(days=10)
    renewed = certificate(file, '192.168.1.21', late)
    assert renewed != other
    file.write_text('damaged')
    assert certificate(file, '192.168.1.21') not in (other, renewed)


@pytest.mark.parametrize('host', ['::', 'toy.local', '', '224.0.0.1'])
def test_an_address_that_is_no_single_one_is_refused(host):
    with pytest.raises(ValueError, match='one IP address of this machine'):
        StudioSettings(host=host)
