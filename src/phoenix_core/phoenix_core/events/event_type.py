"""The type of an event: its topic, message, QoS, rules, privacy and presentation."""

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, NamedTuple

from phoenix_msgs.msg import EventHeader
from rclpy.qos import QoSProfile
from typing_extensions import ParamSpec, TypeVar

from phoenix_core.events.comparison import EXACT, IGNORE, Comparison
from phoenix_core.events.printable import printable
from phoenix_core.events.rules import Reference, Rule, fields_at

NOTHING_KNOWN: Mapping[str, Any] = {}

Fields = ParamSpec('Fields', default=...)  # of the message, as its constructor takes them
Message = TypeVar('Message', default=Any)


class EventRuleError(ValueError):
    """
    An event breaks a rule of the catalogue.

    :param kind: event, field and what is allowed; without the value, which may be personal.
    :param value: the value that is refused.
    """

    def __init__(self, kind: str, value: str = '') -> None:
        self.kind = kind
        super().__init__(f'{kind}, is {value}' if value else kind)


class Privacy(enum.Enum):
    """What an event reveals about the people in the room; decides what may be stored."""

    NONE = 'none'  # at most that somebody is present
    PERSONAL = 'personal'  # may contain what a person said, a person's name, or a reply
    AUDIO = 'audio'  # contains sound


class Role(enum.Enum):
    """
    The stage of processing, from input to outcome, at which an event is published.

    Decides which events a recording contains, and which ones a replay publishes in place of the
    nodes.
    """

    SOUND = 'sound'  # input: sound from the microphone
    SENSED = 'sensed'  # input: measured by sensors
    REQUESTED = 'requested'  # input: requested by a program or a simulation
    HEARD = 'heard'  # detected in or recognized from sound
    UNDERSTOOD = 'understood'  # the intent in what was heard
    OUTCOME = 'outcome'  # what the toy does
    DETAIL = 'detail'  # follows from other events, or describes the machine; frequent


class Summary(NamedTuple):
    """An event as one line for people: its subject, and its content."""

    label: str
    text: str


@dataclass(frozen=True, eq=False)
class EventType(Generic[Fields, Message]):
    """
    One kind of event.

    :param name: in capitals, as the constant in phoenix_core.events.
    :param topic: relative to the toy's namespace, or absolute.
    :param message: the ROS message class.
    :param qos: one of phoenix_core.events.qos.
    :param description: one line for the documents.
    :param privacy: what it reveals about people.
    :param role: its stage of processing.
    :param rules: rules by field; a field without one may hold any value of its type. A field of a
        nested message is color.r, of each item of a sequence slots[].name.
    :param references: references by field; its values must be names that the node knows.
    :param compare: how a replay compares it: comparisons by field, or one for the whole event.
        Default: the header is ignored, all other fields must equal the recorded ones.
    :param rate_hz: messages per second of a stream; None: published when something happens.
    :param deadline_s: longest time after the event that caused it; None: unspecified.
    :param no_consumer: why no node of Phoenix subscribes to it; empty: one must.
    :param of_every_node: every node publishes it, in every lifecycle state.
    :param starts_trace: starts a new interaction, even if published by the handler of an event.
    :param traced: carries trace identifiers; a stream of samples does not.
    :param needs_cause: without a cause it is untraced, instead of starting an interaction.
    :param begins: name of an interaction that starts with it; empty: none does.
    :param summary: formats a message for people; returns None for one that is not to be shown.
    :param meter: label of its level meter in the live console; empty: none.
    :param drawn: row of a session's picture in which it is drawn; empty: none.
    """

    name: str
    topic: str
    message: Callable[Fields, Message]
    qos: QoSProfile
    description: str
    privacy: Privacy
    role: Role = Role.OUTCOME
    rules: Mapping[str, Rule] = field(default_factory=dict)
    references: Mapping[str, Reference] = field(default_factory=dict)
    compare: Mapping[str, Comparison] | Comparison = field(default_factory=dict)
    rate_hz: float | None = None
    deadline_s: float | None = None
    no_consumer: str = ''
    of_every_node: bool = False
    starts_trace: bool = False
    traced: bool = True
    needs_cause: bool = False
    begins: str = ''
    summary: Callable[[Message], Summary | None] | None = None
    meter: str = ''
    drawn: str = ''

    @cached_property
    def message_class(self) -> Any:
        """The ROS message class, typed to include the attributes that rosidl generates."""
        return self.message

    def summarize(self, message: Message) -> Summary | None:
        """Return a message as one line for people; None if it is not to be shown."""
        summary = self.summary(message) if self.summary is not None else None
        return Summary(*map(printable, summary)) if summary is not None else None

    @cached_property
    def has_header(self) -> bool:
        """Whether the message has an EventHeader; types of other packages do not."""
        return bool(self.message_class.get_fields_and_field_types().get('header') == _HEADER)

    @cached_property
    def comparisons(self) -> dict[str, Comparison]:
        """How a replay compares each field of the message."""
        names = self.message_class.get_fields_and_field_types()
        if isinstance(self.compare, Comparison):
            return dict.fromkeys(names, self.compare)
        return {**dict.fromkeys(names, EXACT), 'header': IGNORE, **self.compare}

    def differences(self, recorded: Message, replayed: Message) -> list[str]:
        """Return one line for each field that differs by more than the replay allows."""
        lines = []
        for name, comparison in self.comparisons.items():
            before, after = getattr(recorded, name), getattr(replayed, name)
            if not comparison.agree(before, after):
                lines.append(f'{name}: recorded {before!r}, replayed {after!r} ({comparison})')
        return lines

    def build(self, fields: Mapping[str, Any]) -> Message:
        """
        Create a message from its fields.

        :raises EventRuleError: the type has no such field, or a value has the wrong type.
        """
        try:
            message: Message = self.message_class(**fields, check_fields=True)
            for name in fields:
                _check_type(name, getattr(message, name))
        except (AssertionError, TypeError, ValueError) as error:
            raise EventRuleError(f'{self.name}: {self._explain(fields, error)}') from error
        return message

    def _explain(self, fields: Mapping[str, Any], error: Exception) -> str:
        """Describe the error with the name of the field, which generated code may omit."""
        text = _first_line(error)
        for name, value in fields.items():
            if f"'{name}" in text:
                return text
            try:
                self.message_class(**{name: value}, check_fields=True)
            except (AssertionError, TypeError, ValueError):
                return f"The '{name}' field: {text}"
        return text

    def check(self, message: Message, known: Mapping[str, Any] = NOTHING_KNOWN) -> None:
        """
        Check a message against the rules and references.

        :param known: the names that the node knows, by kind; see Reference.
        :raises EventRuleError: names the event, the field, the value and what is allowed.
        """
        for path, rule in self.rules.items():
            for name, value in fields_at(path, message):
                if value not in rule:
                    raise EventRuleError(f'{self.name}: {name} {rule}', repr(value))
        for path, reference in self.references.items():
            names = reference.names(message, known)
            if names is not None:
                for name, value in fields_at(path, message):
                    if value not in names:
                        raise EventRuleError(f'{self.name}: {name} {reference}', repr(value))


_HEADER = f'phoenix_msgs/{EventHeader.__name__}'


def _check_type(name: str, value: Any) -> None:
    """
    Check what generated code does not: nested messages, and text that C would truncate.

    :raises AssertionError, ValueError: names the field.
    """
    if isinstance(value, str):
        if '\0' in value:
            raise ValueError(f"The '{name}' field must not hold a NUL character")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError(f"The '{name}' field must be valid Unicode") from None
    elif isinstance(value, list):  # of texts or messages; numbers are in arrays
        for index, item in enumerate(value):
            _check_type(f'{name}[{index}]', item)
    elif hasattr(value, 'get_fields_and_field_types'):
        inner = {field: getattr(value, field) for field in value.get_fields_and_field_types()}
        try:
            type(value)(**inner, check_fields=True)
        except AssertionError as error:
            raise ValueError(f"In the '{name}' field: {_first_line(error)}") from None
        for field_name, item in inner.items():
            _check_type(f'{name}.{field_name}', item)


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else 'a field the message type does not have'
