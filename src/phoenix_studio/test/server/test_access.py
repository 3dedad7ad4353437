"""Who may come in, and who may not."""

import pytest

from phoenix_studio.server.access import IDLE_S, MOST_SESSIONS, Access
from phoenix_studio.server.refusals import QUIET_S, Refusals


class Clock:
    def __init__(self):
        self.now_s = 1000.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def access(clock):
    return Access(8765, clock)


def with_cookie(access, token):
    return {'cookie': f'other=1; {access.cookie}={token}'}


def test_a_code_lets_one_browser_in_and_is_then_another_one(access):
    code = access.code
    token = access.enter(code)
    assert token
    assert access.enter(code) is None
    assert access.code != code
    assert access.knows(with_cookie(access, token))


@pytest.mark.parametrize('code', ['', 'x', 'Käse'])
def test_a_wrong_code_lets_nobody_in_and_leaves_the_right_one_valid(access, code):
    right = access.code
    assert access.enter(code) is None
    assert access.enter(right)


@pytest.mark.parametrize(
    'cookie', ['', 'phoenix_studio_8765=', 'phoenix_studio_8765=x', '\x00;=', 'a']
)
def test_a_request_without_a_session_is_not_known(access, cookie):
    assert not access.knows({'cookie': cookie})
    assert not access.knows({})


def test_a_session_ends_when_it_is_not_used(access, clock):
    token = access.enter(access.code)
    clock.now_s += IDLE_S - 1
    assert access.knows(with_cookie(access, token))  # it goes on
    clock.now_s += IDLE_S - 1
    assert access.knows(with_cookie(access, token))
    clock.now_s += IDLE_S + 1
    assert not access.knows(with_cookie(access, token))


def test_the_session_that_was_not_used_for_longest_makes_room(access, clock):
    tokens = []
    for _ in range(MOST_SESSIONS):
        clock.now_s += 1
        tokens.append(access.enter(access.code))
    clock.now_s += 1
    assert access.knows(with_cookie(access, tokens[0]))
    access.enter(access.code)
    assert access.knows(with_cookie(access, tokens[0]))
    assert not access.knows(with_cookie(access, tokens[1]))


@pytest.mark.parametrize(
    ('headers', 'reason'),
    [
        ({'host': '127.0.0.1:8765', 'origin': 'http://127.0.0.1:8765'}, ''),
        ({'host': 'localhost:8765', 'origin': 'http://localhost:8765'}, ''),
        ({'host': 'evil.example:8765', 'origin': 'http://evil.example:8765'}, 'host'),
        ({'host': '127.0.0.1', 'origin': 'http://127.0.0.1'}, 'host'),
        ({'origin': 'http://127.0.0.1:8765'}, 'host'),
        ({'host': '127.0.0.1:8765', 'origin': 'http://evil.example'}, 'origin'),
        ({'host': '127.0.0.1:8765', 'origin': 'http://127.0.0.1:8000'}, 'origin'),
        ({'host': '127.0.0.1:8765', 'origin': 'https://127.0.0.1:8765'}, 'origin'),
        ({'host': '127.0.0.1:8765', 'origin': 'null'}, 'origin'),
        ({'host': '127.0.0.1:8765'}, 'origin'),
        (
            {
                'host': '127.0.0.1:8765',
                'origin': 'http://127.0.0.1:8765',
                'sec-fetch-site': 'cross-site',
            },
            'site',
        ),
    ],
)
def test_what_comes_from_another_page_is_known_by_its_reason(access, headers, reason):
    assert access.foreign(headers, needs_origin=True) == reason


def test_a_page_that_is_opened_by_hand_has_no_origin(access):
    assert access.foreign({'host': '127.0.0.1:8765'}, needs_origin=False) == ''


def test_each_kind_of_refusal_is_logged_once_a_minute(clock):
    lines = []
    refusals = Refusals(lines.append, clock)
    for _ in range(1000):
        refusals.note('rubbish')
    refusals.note('flood')
    assert lines == ['refused: rubbish', 'refused: flood']
    clock.now_s += QUIET_S + 1
    refusals.note('rubbish')
    assert lines[2:] == ['refused: rubbish (999 more before)']
