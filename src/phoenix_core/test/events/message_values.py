"""Hypothesis strategies for the fields of every message type, with and without rules."""

import importlib
import math
from collections.abc import Mapping

from hypothesis import strategies as st
from rosidl_parser.definition import (
    AbstractNestedType,
    AbstractString,
    Array,
    BasicType,
    NamespacedType,
)

from phoenix_core.events.rules import InRange, NotEmpty, OneOf, Rule

INTEGERS = {
    **{f'int{bits}': (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64)},
    **{f'uint{bits}': (0, 2**bits - 1) for bits in (8, 16, 32, 64)},
}
FLOATS = {'float': 32, 'double': 64}
MOST_FLOAT = 2.0**127  # the very largest ones are refused by ROS's generated code
MOST = 4  # items of a sequence, or characters of a text: more of them find nothing more


def fields(message, rules: Mapping[str, Rule], within=''):
    """Values for all fields of a message class, by name; EventNode fills in the header."""
    types = zip(message.get_fields_and_field_types(), message.SLOT_TYPES, strict=True)
    return st.fixed_dictionaries(
        {
            name: value(kind, rules, f'{within}{name}')
            for name, kind in types
            if within or name != 'header'
        }
    )


def value(kind, rules, path):
    """Values of one field that keep its rule."""
    rule = rules.get(path)
    if isinstance(rule, OneOf):
        return st.sampled_from(rule.values)
    if isinstance(kind, NamespacedType):
        message = message_class(kind)
        return fields(message, rules, f'{path}.').map(lambda found: message(**found))
    if isinstance(kind, AbstractNestedType):
        low = kind.size if isinstance(kind, Array) else int(isinstance(rule, NotEmpty))
        high = low if isinstance(kind, Array) else MOST
        return st.lists(value(kind.value_type, rules, f'{path}[]'), min_size=low, max_size=high)
    if isinstance(kind, AbstractString):
        bound = getattr(kind, 'maximum_size', MOST)
        text = st.text(TEXT, min_size=int(isinstance(rule, NotEmpty)), max_size=MOST)
        return text | st.just('ä' * bound) | st.just('x' * bound)
    assert isinstance(kind, BasicType)
    return number(kind, rule)


TEXT = st.characters(exclude_categories=['Cs'], exclude_characters='\0')


def number(kind, rule=None):
    """Numbers of a type, within a range."""
    name = kind.typename
    if name == 'boolean':
        return st.booleans()
    if name == 'octet':
        return st.binary(min_size=1, max_size=1)
    if name in FLOATS:
        low, high = (rule.low, rule.high) if rule else (-math.inf, math.inf)
        found = st.floats(max(low, -MOST_FLOAT), min(high, MOST_FLOAT), width=FLOATS[name])
        special = [one for one in (-math.inf, math.inf) if low <= one <= high]
        return found | st.sampled_from(
            [*special, *([] if rule else [math.nan]), float(max(low, 0))]
        )
    low, high = INTEGERS[name]
    if isinstance(rule, InRange):
        low, high = max(low, math.ceil(rule.low)), min(high, rule.high)
    return st.integers(low, int(high))


def broken(kind, rule):
    """Values that a field's type can hold and its rule forbids."""
    if isinstance(rule, NotEmpty):
        return st.just('') if isinstance(kind, AbstractString) else st.just([])
    return number(kind).filter(lambda found: found not in rule)


def beyond(kind):
    """Values that a field's type cannot hold."""
    if isinstance(kind, AbstractString):
        texts = st.sampled_from([b'bytes', 7, 'cut\0here', 'half \ud800'])
        bound = getattr(kind, 'maximum_size', None)
        return texts | st.just('x' * (bound + 1)) if bound else texts
    if isinstance(kind, NamespacedType | AbstractNestedType) or kind.typename == 'octet':
        return st.sampled_from(['text', 7.5])
    if kind.typename == 'boolean':
        return st.sampled_from([1, 'true'])
    if kind.typename in FLOATS:
        wrong = st.sampled_from(['1.0', 1])
        return wrong | st.just(1e39) if kind.typename == 'float' else wrong
    low, high = INTEGERS[kind.typename]
    return st.sampled_from([low - 1, high + 1, 1.0, '1'])


def message_class(kind):
    """Import what a field's type names."""
    return getattr(importlib.import_module('.'.join(kind.namespaces)), kind.name)


def kind_at(message, path):
    """Find the type of the field that a rule's path names."""
    head, _, rest = path.partition('.')
    names = list(message.get_fields_and_field_types())
    kind = message.SLOT_TYPES[names.index(head.removesuffix('[]'))]
    if head.endswith('[]'):
        kind = kind.value_type
    return kind_at(message_class(kind), rest) if rest else kind


def put(message, path, new):
    """Put a value wherever a path leads; return to how many places."""
    head, _, rest = path.partition('.')
    name = head.removesuffix('[]')
    if not rest:
        setattr(message, name, new)
        return 1
    inner = getattr(message, name)
    return sum(put(item, rest, new) for item in (inner if name != head else [inner]))
