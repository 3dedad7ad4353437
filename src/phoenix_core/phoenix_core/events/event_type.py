"""Describe one kind of event: where it travels, as what, by which rules, how it is shown."""

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, NamedTuple

from phoenix_msgs.msg import EventHeader
from rclpy.qos import QoSProfile
from typing_extensions import ParamSpec, TypeVar

from phoenix_core.events.comparison import EXACT, IGNORE, Comparison
from phoenix_core.events.rules import Reference, Rule, fields_at

NOTHING_KNOWN: Mapping[str, Any] = {}

Fields = ParamSpec('Fields', default=...)  # of the message, as its constructor takes them
Message = TypeVar('Message', default=Any)


class EventRuleError(ValueError):
    """
    An event breaks a rule of the catalogue.

    kind: event, field and what is allowed, without the value: that may be what a person said.
    """

    def __init__(self, kind: str, value: str = '') -> None:
        """Say what is wrong, and the value at the end."""
        self.kind = kind
        super().__init__(f'{kind}, is {value}' if value else kind)


class Privacy(enum.Enum):
    """What an event tells about the people in the room; decides what may be kept."""

    NONE = 'none'  # that something happened, at most that somebody was there
    PERSONAL = 'personal'  # may hold what a person said or is called, or what was answered
    AUDIO = 'audio'  # sound


class Role(enum.Enum):
    """
    Where an event stands between the room and what the toy does.

    Decides what a recording holds, and which events a replay feeds instead of the nodes that
    publish them.
    """

    SOUND = 'sound'  # an input: what the microphone hears
    SENSED = 'sensed'  # an input: what sensors measure
    REQUESTED = 'requested'  # an input: what a program or a simulation asks for
    HEARD = 'heard'  # what the ear makes of sound
    UNDERSTOOD = 'understood'  # what is wanted by what was heard
    OUTCOME = 'outcome'  # what the toy does about it
    DETAIL = 'detail'  # follows from the rest, or describes the machine; there is much of it


class Summary(NamedTuple):
    """An event in one line for people: what it is about, and what it says."""

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
    :param privacy: what it tells about people.
    :param role: where it stands between the room and what the toy does.
    :param rules: field to rule; a field without one may hold whatever its type can. Fields of
        messages within are color.r, of each in a sequence slots[].name.
    :param references: field to what its names must be known to.
    :param compare: how a replay compares: field name to comparison, or one for the whole event.
        Default: the header is ignored, all else must be exactly as recorded.
    :param rate_hz: messages per second while it flows; None: comes when something happens.
    :param deadline_s: from the event that caused it until this one; None: no promise.
    :param no_producer: why no node of Phoenix publishes it; empty: one must.
    :param no_consumer: why no node of Phoenix subscribes to it; empty: one must.
    :param of_every_node: every node publishes it, in every lifecycle state.
    :param starts_trace: begins a new interaction, whatever was handled when it came up.
    :param traced: carries trace identifiers; a stream of samples does not.
    :param needs_cause: is traced only when an event caused it; otherwise it begins an interaction.
    :param begins: what an interaction is called that begins with it; empty: none does.
    :param summary: returns the line that people are shown; None for a message not worth one.
    :param meter: label of its level in the live console; empty: it has none.
    :param drawn: row of a session's picture in which it is drawn; empty: in none.
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
    no_producer: str = ''
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
        """The ROS message class, with what rosidl generates into each."""
        return self.message

    def summarize(self, message: Message) -> Summary | None:
        """Return a message in one line for people; None when it is not worth one."""
        return self.summary(message) if self.summary is not None else None

    @cached_property
    def has_header(self) -> bool:
        """Whether the message has Phoenix's event header; types of other packages do not."""
        return self.message_class.get_fields_and_field_types().get('header') == _HEADER

    @cached_property
    def comparisons(self) -> dict[str, Comparison]:
        """How a replay compares each field of the message."""
        names = self.message_class.get_fields_and_field_types()
        if isinstance(self.compare, Comparison):
            return dict.fromkeys(names, self.compare)
        return {**dict.fromkeys(names, EXACT), 'header': IGNORE, **self.compare}

    def differences(self, recorded: Message, replayed: Message) -> list[str]:
        """Return the fields in which two messages differ for a replay, one line each."""
        lines = []
        for name, comparison in self.comparisons.items():
            before, after = getattr(recorded, name), getattr(replayed, name)
            if not comparison.agree(before, after):
                lines.append(f'{name}: recorded {before!r}, replayed {after!r} ({comparison})')
        return lines

    def build(self, fields: Mapping[str, Any]) -> Message:
        """
        Make a message from its fields.

        :raises EventRuleError: for a field the type does not have, or a value of the wrong type.
        """
        try:
            message: Message = self.message_class(**fields, check_fields=True)
            for name in fields:
                _check_type(name, getattr(message, name))
        except (AssertionError, TypeError, ValueError) as error:
            raise EventRuleError(f'{self.name}: {self._explain(fields, error)}') from error
        return message

    def _explain(self, fields: Mapping[str, Any], error: Exception) -> str:
        """Name the field at fault, where the generated code does not."""
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
        Check a message against the rules, and the references to what is known here.

        :param known: the names that references are to.
        :raises EventRuleError: naming the event, the field, the value and what is allowed.
        """
        for path, rule in self.rules.items():
            for name, value in fields_at(path, message):
                if not rule.allows(value):
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
    Check what the generated code leaves unchecked: messages within, and text that C would cut.

    :raises AssertionError, ValueError: naming the field.
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
