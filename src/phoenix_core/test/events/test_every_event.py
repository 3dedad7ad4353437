"""Every event of the catalogue with arbitrary values: only those that keep the rules arrive."""

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from message_values import beyond, broken, fields, kind_at, put

from phoenix_core import events
from phoenix_core.events.event_type import EventRuleError
from phoenix_core.testing import TestGraph

settings.register_profile(
    'events',
    max_examples=10,
    deadline=None,  # the machine may be busy
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile('events')

EVENTS = pytest.mark.parametrize('event', events.ALL, ids=lambda event: event.name)
RULES = [(event, path, rule) for event in events.ALL for path, rule in event.rules.items()]
FIELDS = [
    (event, name, kind)
    for event in events.ALL
    for name, kind in zip(
        event.message.get_fields_and_field_types(), event.message.SLOT_TYPES, strict=True
    )
    if name != 'header'
]


@pytest.fixture(scope='module')
def probe():
    with TestGraph() as graph:
        yield graph.probe(publishes=events.ALL, records=events.ALL)


@EVENTS
@given(data=st.data())
def test_what_keeps_the_rules_arrives_as_it_was(probe, event, data):
    sent = data.draw(fields(event.message, event.rules))
    expected = event.build(sent)

    def as_sent(received):  # as text, in which NaN is equal to itself
        return all(repr(getattr(received, name)) == repr(getattr(expected, name)) for name in sent)

    # The probe is a node, too, and tells its own health and metrics beside what is sent here.
    before = sum(as_sent(received) for received in probe.recorded(event))
    probe.publish(event, **sent)
    probe.expect_count(event, before + 1, as_sent)


@pytest.mark.parametrize(
    ('event', 'path', 'rule'), RULES, ids=[f'{event.name}-{path}' for event, path, _ in RULES]
)
@given(data=st.data())
def test_what_breaks_a_rule_is_refused_by_the_name_of_its_field(probe, event, path, rule, data):
    message = event.build(data.draw(fields(event.message, event.rules)))
    wrong = data.draw(broken(kind_at(event.message, path), rule))
    assume(put(message, path, wrong))
    sent = {
        name: getattr(message, name)
        for name in event.message.get_fields_and_field_types()
        if name != 'header'
    }
    with pytest.raises(EventRuleError) as refused:
        probe.publish(event, **sent)
    named = path.replace('[]', '[0]')
    assert refused.value.kind == f'{event.name}: {named} {rule}'


@pytest.mark.parametrize(
    ('event', 'name', 'kind'), FIELDS, ids=[f'{event.name}-{name}' for event, name, _ in FIELDS]
)
@settings(max_examples=5)
@given(data=st.data())
def test_what_a_field_cannot_hold_is_refused_by_its_name(probe, event, name, kind, data):
    with pytest.raises(EventRuleError, match=rf"^{event.name}: .*'{name}' field"):
        probe.publish(event, **{name: data.draw(beyond(kind))})
