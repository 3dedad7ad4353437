"""The version guard: it reports changes that break others, and ignores additions."""

import copy
from dataclasses import replace

import pytest
from phoenix_msgs.msg import TouchEvent, Transcript

from phoenix_core import events
from phoenix_core.events import qos
from phoenix_core.events.contracts import breaks, record
from phoenix_core.events.rules import InRange, NotEmpty, OneOf

OLD = (events.TOUCH, events.TRANSCRIPT)
TRANSCRIPT = 'phoenix_msgs/msg/Transcript'


def told(*catalogue):
    return list(breaks(record(OLD), record(catalogue)))


def touch(**changes):
    return (replace(events.TOUCH, **changes), events.TRANSCRIPT)


def with_rules(**rules):
    return touch(rules={**events.TOUCH.rules, **rules})


@pytest.mark.parametrize(
    'catalogue',
    [
        OLD,
        (*OLD, events.BUTTON),
        touch(description='Another text.', compare={}, traced=False),
        touch(rules={}),
        with_rules(kind=OneOf((TouchEvent.RELEASED, TouchEvent.TOUCHED, 3))),
        with_rules(duration_s=InRange(-1)),
    ],
    ids=['same', 'new event', 'other words', 'no rules', 'new value', 'wider range'],
)
def test_an_addition_breaks_nothing(catalogue):
    assert told(*catalogue) == []


@pytest.mark.parametrize(
    ('catalogue', 'line'),
    [
        (
            (events.TRANSCRIPT,),
            'TOUCH was removed: other nodes may use it, recordings contain it',
        ),
        (touch(topic='sensors/tap'), 'TOUCH: its topic was sensors/touch and is sensors/tap'),
        (touch(qos=qos.LOSSY_STREAM), 'TOUCH: its reliability was reliable and is best_effort'),
        (
            touch(message=Transcript, rules={}),
            'TOUCH: its message was phoenix_msgs/msg/TouchEvent and is phoenix_msgs/msg/T',
        ),
        (
            with_rules(kind=OneOf((TouchEvent.TOUCHED,))),
            'TOUCH: the rule of kind is stricter: was one_of [1, 2] and is one_of [1]',
        ),
        (
            with_rules(duration_s=InRange(0, 9)),
            'TOUCH: the rule of duration_s is stricter: was from 0 to None and is from 0 to 9',
        ),
        (
            with_rules(pad=OneOf(('head',))),
            'TOUCH: the rule of pad is stricter: was not_empty True and is',
        ),
    ],
)
def test_what_breaks_others_is_told(catalogue, line):
    assert told(*catalogue)[0].startswith(line)


def test_a_changed_message_is_told_with_its_fields():
    old, new = record(OLD), record(OLD)
    old['messages'][TRANSCRIPT].update(hash='RIHS01_0', fields=['uint8 kind', 'string words'])
    [line] = breaks(old, new)
    assert line.startswith(f'{TRANSCRIPT}: its definition changed (string words removed, ')
    assert 'string<=1000 text added' in line


def test_a_constant_may_come_but_not_change_or_go():
    old = record(OLD)
    new = copy.deepcopy(old)
    new['messages'][TRANSCRIPT]['constants'].update(SUNG=3)
    assert list(breaks(old, new)) == []
    new['messages'][TRANSCRIPT]['constants'].update(TYPED=4)
    del new['messages'][TRANSCRIPT]['constants']['SPOKEN']
    assert list(breaks(old, new)) == [
        f'{TRANSCRIPT}: SPOKEN was 1 and is removed',
        f'{TRANSCRIPT}: TYPED was 2 and is 4',
    ]


def test_a_new_rule_on_a_field_that_had_none_is_told():
    bare = touch(rules={})
    assert list(breaks(record(bare), record(touch(rules={'pad': NotEmpty()})))) == [
        'TOUCH: the rule of pad is stricter: was anything and is not_empty True'
    ]
