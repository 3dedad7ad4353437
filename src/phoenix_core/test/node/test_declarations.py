"""A node's code against what it declares: each way to disagree is told by class, file and line."""

import inspect
from functools import partial

import pytest
from phoenix_msgs.msg import ListenRequest, TouchEvent, Transcript

from phoenix_core import events
from phoenix_core.events import STOP_SPEAKING
from phoenix_core.node.declarations import (
    DeclarationError,
    check_handlers,
    code_problems,
    stray_publications,
)
from phoenix_core.node.event_node import EventNode
from phoenix_core.node.node_source import NodeSource
from phoenix_core.settings.node_settings import NodeSettings


class Mixin:
    def hush(self) -> None:
        self.publish(STOP_SPEAKING, reason='hush')


class Truthful(Mixin, EventNode):
    """Publishes in every way that reading the code can follow."""

    produces = (events.TOUCH, events.BUTTON, events.MOTION, events.LISTEN_REQUEST, STOP_SPEAKING)
    consumes = {events.TRANSCRIPT: 'on_transcript'}
    settings: NodeSettings

    def on_transcript(self, transcript: Transcript) -> None:
        self.publish(events.TOUCH if transcript.text else events.BUTTON, kind=1)
        self.post(self.publish, events.MOTION, kind=1)
        self.after(1.0, partial(self.publish, events.LISTEN_REQUEST, kind=ListenRequest.OPEN))
        self.fault('nothing', 'every node may')


class Undeclared(EventNode):
    settings: NodeSettings

    def configure(self) -> None:
        if self.settings.autostart is None:  # a path that no test runs
            self.post(self.publish, events.MOTION, kind=1)


class Silent(EventNode):
    produces = (
        events.TOUCH,
        events.MOTION,
    )
    settings: NodeSettings

    def configure(self) -> None:
        self.publish(events.MOTION, kind=1)


class Handed(EventNode):
    settings: NodeSettings

    def tell(self, event) -> None:
        self.publish(event, kind=1)


class Aliased(EventNode):
    settings: NodeSettings

    def configure(self) -> None:
        tell = self.publish
        tell(events.MOTION, kind=1)


class Thrown(EventNode):
    settings: NodeSettings

    def configure(self) -> None:
        self.in_background(str, then=self.publish)


class Raw(EventNode):
    settings: NodeSettings

    def configure(self) -> None:
        self.create_publisher(TouchEvent, 'sensors/touch', 1).publish(TouchEvent())


class Idle(EventNode):
    settings: NodeSettings

    def on_touch(self, touch: TouchEvent) -> None: ...


class Misspelt(EventNode):
    consumes = {events.TOUCH: 'on_tuoch'}
    settings: NodeSettings

    def on_touch(self, touch: TouchEvent) -> None: ...


class Mistaken(EventNode):
    consumes = {events.TOUCH: 'on_touch'}
    settings: NodeSettings

    def on_touch(self, touch: Transcript) -> None: ...


class Greedy(EventNode):
    consumes = {events.TOUCH: 'on_touch'}
    settings: NodeSettings

    def on_touch(self, touch: TouchEvent, pad: str) -> None: ...


class Confused(EventNode):
    produces = ('sensors/touch',)
    settings: NodeSettings


def line(owner, text):
    """Return the line of this file that holds a text within a class."""
    lines, first = inspect.getsourcelines(owner)
    return first + next(number for number, source in enumerate(lines) if text in source)


def test_a_node_that_does_what_it_declares_has_no_problem():
    assert list(code_problems(Truthful)) == []


@pytest.mark.parametrize(
    ('owner', 'at', 'problem'),
    [
        (Undeclared, 'post', 'Undeclared publishes MOTION, which its produces does not name'),
        (Silent, 'events.TOUCH', 'Silent.produces: TOUCH is never published'),
        (Handed, '(event, kind', 'Handed: reading the code does not tell which event event is'),
        (Aliased, 'tell =', 'Aliased: publish is passed on without its event'),
        (Thrown, 'then=', 'Thrown: publish is passed on without its event'),
        (Raw, 'create', "'sensors/touch', 1).publish goes past the catalogue; use self.publish"),
        (Idle, 'def on', 'Idle.on_touch takes TouchEvent, but consumes names it for no event'),
        (
            Misspelt,
            "'on_tuoch'",
            "Misspelt.consumes: TOUCH names 'on_tuoch', which is no method of the class "
            '(did you mean on_touch?)',
        ),
        (
            Mistaken,
            'def on',
            'Mistaken.on_touch takes Transcript, but consumes names it for TOUCH, '
            'which is a TouchEvent',
        ),
        (Greedy, 'def on', 'Greedy.on_touch must take one message, for TOUCH'),
        (Confused, 'produces', "Confused.produces: 'sensors/touch' is no event"),
    ],
    ids=lambda value: getattr(value, '__name__', None),
)
def test_each_disagreement_is_told_with_its_line(owner, at, problem):
    told = next(code_problems(owner))
    assert told.startswith(f'test_declarations.py:{line(owner, at)}: ')
    assert problem in told


@pytest.mark.parametrize('owner', [Misspelt, Mistaken, Greedy, Confused])
def test_a_node_with_a_wrong_handler_does_not_start(owner):
    with pytest.raises(DeclarationError, match=rf'test_declarations\.py:\d+: {owner.__name__}\.'):
        owner(environ={})
    with pytest.raises(DeclarationError):
        check_handlers(owner)
    check_handlers(Idle)


def test_every_node_publishes_just_what_the_catalogue_says_of_every_node():
    published = {place.event for place in NodeSource(EventNode).publications() if place.event}
    assert published == set(events.OF_EVERY_NODE)


def test_what_is_published_outside_of_known_nodes_is_found(tmp_path):
    (tmp_path / 'squeaky.py').write_text(
        'class Known(EventNode):\n'
        '    def tell(self):\n'
        '        self.publish(events.TOUCH)\n'
        'class Unknown(node.EventNode):\n'
        '    def tell(self):\n'
        '        self.publish(events.TOUCH)\n'
        'class StandIn(EventNode):\n'
        '    def __init__(self):\n'
        '        self.consumes = {}\n'
        'class Person(StandIn):\n'
        '    def tell(self):\n'
        '        self.publish(events.TOUCH)\n'
        'def tell(node):\n'
        '    node.publish(events.MOTION)\n'
    )
    assert list(stray_publications(tmp_path, {'Known'})) == [
        'squeaky.py:4: Unknown is a node that no entry point of phoenix.nodes names; '
        'add it to setup.py',
        'squeaky.py:14: events.MOTION is published outside of a node class; let the node do it',
    ]
