"""Recorded sessions on a page: seen, heard, cut, redacted, replayed."""

import asyncio
import io
import json
import shutil
import wave
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from phoenix_studio.bags_desk import BagEdit, BagReplay, BagsDesk
from phoenix_studio.ros_calls import CallError

BAGS = Path(__file__).parents[3] / 'tests' / 'bags'


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(BAGS / 'light', tmp_path / 'bags' / 'kitchen' / 'light')
    (tmp_path / 'secret').mkdir()
    shutil.copytree(BAGS / 'light', tmp_path / 'secret' / 'light')
    return tmp_path / 'bags'


@pytest.fixture
def desk(folder):
    return BagsDesk(folder)


def test_all_sessions_below_the_folder_are_listed(desk):
    [one] = asyncio.run(desk.bags())['bags']
    assert one['name'] == 'kitchen/light'
    assert one['size'] > 10_000


def test_a_folder_that_is_not_there_holds_no_sessions(tmp_path):
    assert asyncio.run(BagsDesk(tmp_path / 'none').bags())['bags'] == []


def test_a_session_is_told_as_turns_as_a_picture_and_as_sound(desk):
    told = json.loads(asyncio.run(desk.session('kitchen/light')))
    assert [turn['heard'] for turn in told['turns']] == [
        'Turn on the light,',
        'make the light blue',
    ]
    assert told['turns'][0]['spans'][0]['name'] == 'speech/wake_word'
    assert ET.fromstring(asyncio.run(desk.picture('kitchen/light'))).tag.endswith('svg')
    assert told['sound']
    with wave.open(io.BytesIO(asyncio.run(desk.sound('kitchen/light')))) as wav:
        assert wav.getframerate() == 16000
        assert wav.getnframes() > 16000


@pytest.mark.parametrize(
    'name',
    ['nothing', '..', '../secret/light', '/etc', 'kitchen', 'kitchen/light/../../../secret'],
)
def test_what_is_no_session_of_the_folder_is_not_told(desk, name):
    for ask in (desk.session, desk.picture, desk.sound):
        with pytest.raises(CallError, match='no such session'):
            asyncio.run(ask(name))
    with pytest.raises(CallError, match='no such session'):
        asyncio.run(desk.replay(BagReplay(bag=name)))


def test_a_damaged_session_is_told_with_the_reason(desk, folder):
    for file in (folder / 'kitchen' / 'light').glob('*.mcap'):
        file.write_bytes(file.read_bytes()[:2000])
    with pytest.raises(CallError, match='light'):
        asyncio.run(desk.session('kitchen/light'))


def test_a_session_without_words_and_sound_is_made_once(desk, folder):
    edit = BagEdit(bag='kitchen/light', how='redact', to='quiet')
    assert asyncio.run(desk.edit(edit)) == {'accepted': True, 'reason': ''}
    told = json.loads(asyncio.run(desk.session('quiet')))
    assert not told['sound']
    assert 'light' not in told['turns'][0]['heard']
    assert (folder / 'kitchen' / 'light').is_dir()
    again = asyncio.run(desk.edit(edit))
    assert again == {'accepted': False, 'reason': 'quiet exists already'}


def test_an_interval_is_cut_and_one_that_holds_nothing_refused(desk):
    edit = BagEdit(bag='kitchen/light', how='cut', to='part', start=0.0, end=1.0)
    assert asyncio.run(desk.edit(edit))['accepted']
    empty = BagEdit(bag='kitchen/light', how='cut', to='none', start=900.0, end=901.0)
    refused = asyncio.run(desk.edit(empty))
    assert not refused['accepted']
    assert 'holds nothing' in refused['reason']


@pytest.mark.parametrize('to', ['', '.', '../x', 'a/b', '-x', 'x' * 65])
def test_a_new_session_stays_in_the_folder(to):
    with pytest.raises(ValueError, match='to'):
        BagEdit(bag='kitchen/light', how='redact', to=to)


@pytest.mark.long  # `phoenix replay` has tests of its own
def test_a_session_is_replayed_as_it_was(desk):
    replayed = asyncio.run(desk.replay(BagReplay(bag='kitchen/light')))
    assert replayed['well'], replayed['lines']
