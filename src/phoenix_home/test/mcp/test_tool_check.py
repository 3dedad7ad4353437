"""What is taken of a server's description of a tool, and which arguments go to it."""

import json
import re

import pytest

from phoenix_home.mcp.tool_check import McpToolError, described, shortened

LIGHT = {
    'type': 'object',
    'properties': {
        'room': {'type': 'string', 'enum': ['kitchen', 'hall']},
        'level': {'type': 'integer', 'minimum': 0, 'maximum': 100},
    },
    'required': ['room'],
    'additionalProperties': False,
}


def test_a_tool_has_a_name_for_a_parent_and_one_for_a_model():
    tool = described('lights', 'turn.on', ' Turns\non  a light. ' + 'x' * 1000, LIGHT)
    assert tool.neighbor == 'mcp:lights/turn.on'
    assert re.fullmatch(r'[A-Za-z0-9_-]{1,64}', tool.name)
    function = tool.specification['function']
    assert function['description'].startswith('Turns on a light.')
    assert len(function['description']) == 500 and function['parameters'] == LIGHT


@pytest.mark.parametrize(
    'schema',
    [
        None,
        [],
        {'type': 'nonsense'},
        {'type': 'object', 'properties': {'a': {'pattern': '(a+)+$'}}},
        {'patternProperties': {'(a+)+$': {}}},
        {'$ref': 'http://192.168.1.1/schema'},
        {'properties': {'a': {'allOf': [{'$ref': '#'}]}}},
        {'description': 'x' * 4001},
    ],
)
def test_a_schema_that_cannot_be_used_safely_is_refused(schema):
    with pytest.raises(McpToolError, match='schema'):
        described('lights', 'turn_on', None, schema)


def test_arguments_must_be_as_the_schema_says_and_are_not_repeated():
    tool = described('lights', 'turn_on', '', LIGHT)
    tool.check({'room': 'kitchen', 'level': 40})
    for arguments in (
        {},
        {'room': 'Timmy'},
        {'room': 'hall', 'level': '40'},
        {'room': 'hall', 'level': 101},
        {'room': 'hall', 'Timmy': 1},
        {'room': 'Timmy' * 1000},
    ):
        with pytest.raises(McpToolError) as refused:
            tool.check(arguments)
        assert 'Timmy' not in str(refused.value)


def test_a_result_is_one_line_of_a_length():
    assert shortened(['a\nb', '  c\x00\x1b[31m']) == 'a b c[31m'
    assert len(shortened(['x' * 100_000])) == 2000
    assert json.dumps(shortened([]))
