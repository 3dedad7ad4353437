"""What a node class may declare, and what is refused where the class is made."""

import re

import pytest
from phoenix_msgs.msg import StopSpeaking, TouchEvent, Transcript

from phoenix_core import events
from phoenix_core.node.declarations import (
    DeclarationError,
    Declarations,
    Publishes,
    observes,
    subscribes,
)
from phoenix_core.node.event_node import EventNode
from phoenix_core.settings.node_settings import NodeSettings


class Whole(EventNode):
    transcript = Publishes(events.TRANSCRIPT)
    settings: NodeSettings

    @subscribes(events.TOUCH)
    def on_touch(self, touch: TouchEvent) -> None: ...

    @subscribes(events.STOP_SPEAKING)
    def on_stop(self, stop: 'StopSpeaking | None') -> None: ...

    @observes([events.VOLUME, events.ACTIVITY_STATE])
    def on_state(self, event, message) -> None: ...


def own(declarations):
    return [event for event in declarations.publishes if not event.of_every_node]


def test_a_class_knows_what_it_declares():
    declared = Whole.declarations
    assert own(declared) == [events.TRANSCRIPT]
    assert set(declared.publishes) == {events.TRANSCRIPT, *events.OF_EVERY_NODE}
    assert declared.subscribes == {events.TOUCH: 'on_touch', events.STOP_SPEAKING: 'on_stop'}
    assert set(declared.observes) == {events.VOLUME, events.ACTIVITY_STATE}
    assert set(declared.hears) == {*declared.subscribes, *declared.observes}


def test_a_subclass_adds_to_its_base_and_may_override_a_handler():
    class More(Whole):
        earcon = Publishes(events.EARCON)

        def on_touch(self, touch: TouchEvent) -> None:
            """Handle it in another way."""

    assert own(More.declarations) == [events.EARCON, events.TRANSCRIPT]
    assert More.declarations.subscribes == Whole.declarations.subscribes
    assert own(Whole.declarations) == [events.TRANSCRIPT]


def test_one_node_may_declare_more_than_its_class():
    more = Whole.declarations + Declarations((events.EARCON,), observes={events.FAULT: 'on_state'})
    assert events.EARCON in more.publishes and events.TRANSCRIPT in more.publishes
    assert more.observes[events.FAULT] == 'on_state'


def no_event():
    class Confused(EventNode):
        touch = Publishes('sensors/touch')


def a_name_of_rclpy():
    class Clash(EventNode):
        publishers = Publishes(events.TOUCH)


def published_twice():
    class Twice(EventNode):
        touch = Publishes(events.TOUCH)
        again = Publishes(events.TOUCH)


def handled_twice():
    class Two(EventNode):
        @subscribes(events.TOUCH)
        def on_touch(self, touch: TouchEvent) -> None: ...

        @subscribes(events.TOUCH)
        def on_touch_too(self, touch: TouchEvent) -> None: ...


def two_events_of_one_handler():
    class Both(EventNode):
        @subscribes(events.TOUCH)
        @subscribes(events.BUTTON)
        def on_press(self, touch: TouchEvent) -> None: ...


def handled_and_observed():
    class Double(EventNode):
        @subscribes(events.TOUCH)
        def on_touch(self, touch: TouchEvent) -> None: ...

        @observes([events.TOUCH])
        def on_event(self, event, message) -> None: ...


def another_message():
    class Mistaken(EventNode):
        @subscribes(events.TOUCH)
        def on_touch(self, touch: Transcript) -> None: ...


def no_message():
    class Deaf(EventNode):
        @subscribes(events.TOUCH)
        def on_touch(self) -> None: ...


def two_messages():
    class Greedy(EventNode):
        @subscribes(events.TOUCH)
        def on_touch(self, touch: TouchEvent, more: TouchEvent) -> None: ...


@pytest.mark.parametrize(
    ('make', 'problem'),
    [
        (no_event, r"Confused\.touch: 'sensors/touch' is not an event"),
        (a_name_of_rclpy, r'Clash\.publishers: is an attribute of rclpy nodes'),
        (published_twice, 'Twice: TOUCH is declared by touch and by again'),
        (handled_twice, 'Two: TOUCH is declared by on_touch and by on_touch_too'),
        (two_events_of_one_handler, 'on_press: subscribes to more than one event'),
        (handled_and_observed, 'Double: TOUCH is subscribed to by on_touch and observed by'),
        (another_message, r'Mistaken\.on_touch: takes Transcript, but TOUCH is a TouchEvent'),
        (no_message, r'Deaf\.on_touch: must take one message, of TOUCH'),
        (two_messages, r'Greedy\.on_touch: must take one message, of TOUCH'),
    ],
    ids=lambda value: getattr(value, '__name__', None),
)
def test_what_cannot_be_is_refused_where_the_class_is_made(make, problem):
    with pytest.raises((DeclarationError, RuntimeError)) as refused:
        make()
    # Python before 3.12 wraps what __set_name__ raises.
    error = refused.value.__cause__ or refused.value
    assert isinstance(error, DeclarationError)
    assert re.search(problem, str(error))
