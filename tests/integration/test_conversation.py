"""The conversation node: what a person said goes in, sentences to be said come out, or the end."""

from contextlib import ExitStack

import pytest
from chat_server import ChatServer, saying
from phoenix_msgs.msg import ConversationEvent, ConversationRequest, Fault, Slot

from phoenix_core import events
from phoenix_core.settings.node_settings import SettingsError
from phoenix_speech.conversation.node import Conversation

STARTING, SENTENCE = ConversationEvent.STARTING, ConversationEvent.SENTENCE
ENDED = ConversationEvent.ENDED


@pytest.fixture
def serve():
    """Start chat servers, and end them with the test."""
    with ExitStack() as servers:
        yield lambda *parts: servers.enter_context(ChatServer(saying(*parts)))


@pytest.fixture
def dead_url():
    """Return the address of a server that has ended."""
    with ChatServer(saying()) as server:
        return server.url


@pytest.fixture
def probe(graph):
    return graph.probe(
        publishes=[events.CONVERSATION_REQUEST],
        records=[events.CONVERSATION, events.SAY_REQUEST, events.ACTIVITY_REQUEST, events.FAULT],
    )


@pytest.fixture
def converse(graph):
    """Add a conversation with a chat server and perhaps other providers after it."""

    def add(url, *others, **parameters):
        providers = ['openai', *others]
        parameters = {'providers': providers, 'openai.base_url': url} | parameters
        return graph.add(Conversation, parameters=parameters)

    return add


def ask(probe, text):
    return probe.publish(events.CONVERSATION_REQUEST, kind=ConversationRequest.REPLY, text=text)


def cancel(probe):
    return probe.publish(events.CONVERSATION_REQUEST, kind=ConversationRequest.CANCEL)


def expect_told(probe, kind, cause):
    return probe.expect(
        events.CONVERSATION,
        lambda e: e.kind == kind and e.header.trace_id == cause.trace_id,
    )


def expect_sentences(probe, cause):
    """Wait for the end of a reply; return its sentences, each of which was sent to the voice."""
    expect_told(probe, ENDED, cause)
    told = [e for e in probe.recorded(events.CONVERSATION) if e.header.trace_id == cause.trace_id]
    assert [e.kind for e in told] == [STARTING, *[SENTENCE] * (len(told) - 2), ENDED]
    sentences = told[1:-1]
    names = [sentence.utterance_id for sentence in sentences]
    assert len(set(names)) == len(names)
    if sentences:
        probe.expect(events.SAY_REQUEST, lambda r: r.utterance_id == names[-1])
    requests = [r for r in probe.recorded(events.SAY_REQUEST) if r.utterance_id in names]
    assert [(r.utterance_id, r.text) for r in requests] == [
        (s.utterance_id, s.text) for s in sentences
    ]
    assert {r.header.trace_id for r in requests} <= {cause.trace_id}
    return [(sentence.provider, sentence.text) for sentence in sentences]


def test_a_tool_of_the_model_asks_for_an_activity(converse, probe, serve):
    function = {'name': 'set_timer', 'arguments': '{"duration": 60}'}
    server = serve('Gladly.', {'tool_calls': [{'index': 0, 'function': function}]})
    converse(server.url)
    cause = ask(probe, 'ring when the egg is done')
    request = probe.expect(events.ACTIVITY_REQUEST)
    assert request.activity == 'timer'
    assert [(slot.name, slot.value) for slot in request.slots] == [('duration', '60')]
    assert request.header.trace_id == cause.trace_id
    assert expect_sentences(probe, cause) == [('openai', 'Gladly.')]
    assert 'set_timer' in [tool['function']['name'] for tool in server.requests[0][2]['tools']]


def test_the_model_is_told_what_the_child_told_before(converse, probe, serve):
    server = serve('Hello Mia.')
    converse(server.url)
    cause = probe.publish(
        events.CONVERSATION_REQUEST,
        kind=ConversationRequest.REPLY,
        text='Do you know me?',
        known=[Slot(name='child_name', value='Mia')],
    )
    expect_sentences(probe, cause)
    assert 'calls itself "Mia"' in server.requests[0][2]['messages'][0]['content']


def test_a_reply_in_german(graph, probe):
    graph.add(Conversation, parameters={'seed': 1, 'language': 'de'})
    cause = ask(probe, 'Ich habe einen Hund gesehen.')
    replies = expect_sentences(probe, cause)
    assert {provider for provider, _ in replies} == {'scripted'}
    assert 'Hund' in ' '.join(text for _, text in replies)


def test_a_question_is_answered_by_the_book_and_the_rest_by_the_script(graph, probe):
    graph.add(Conversation, parameters={'seed': 1})
    told = expect_sentences(probe, ask(probe, 'How far is the moon?'))
    assert told
    assert {provider for provider, _ in told} == {'book'}
    replies = expect_sentences(probe, ask(probe, 'I had spaghetti today.'))
    assert replies
    assert {provider for provider, _ in replies} == {'scripted'}
    assert probe.recorded(events.FAULT) == []


def test_the_same_seed_gives_the_same_replies(graph, probe):
    said = []
    for _ in range(2):
        node = graph.add(Conversation, parameters={'seed': 7})
        said.append([expect_sentences(probe, ask(probe, 'I like bananas.')) for _ in range(3)])
        graph.call(node.stop)
    assert said[0] == said[1]


def test_a_servers_reply_comes_sentence_by_sentence(converse, serve, probe):
    server = serve('Hello', ' there! I am', ' Phoenix. And', ' you?')
    converse(server.url, **{'openai.model': 'tiny'})
    cause = ask(probe, 'Who are you?')
    assert expect_sentences(probe, cause) == [
        ('openai', 'Hello there!'),
        ('openai', 'I am Phoenix.'),
        ('openai', 'And you?'),
    ]
    ((path, _, request),) = server.requests
    assert path == '/v1/chat/completions'
    assert (request['model'], request['stream']) == ('tiny', True)
    first, last = request['messages'][0], request['messages'][-1]
    assert first['role'] == 'system'
    assert 'Phoenix' in first['content']
    assert last == {'role': 'user', 'content': 'Who are you?'}


def test_a_sentence_is_told_before_the_next_one_is_made(converse, serve, probe):
    server = serve('Hello there! I', None)
    converse(server.url)
    cause = ask(probe, 'Who are you?')
    assert expect_told(probe, SENTENCE, cause).text == 'Hello there!'
    assert not server.hung_up.is_set()


def test_what_was_said_before_is_remembered(converse, serve, probe):
    server = serve('A red one.')
    converse(server.url)
    for text in ('Which ball do you like?', 'Why?'):
        expect_sentences(probe, ask(probe, text))
    assert server.requests[1][2]['messages'][1:] == [
        {'role': 'user', 'content': 'Which ball do you like?'},
        {'role': 'assistant', 'content': 'A red one.'},
        {'role': 'user', 'content': 'Why?'},
    ]


def test_a_reply_can_be_cancelled(converse, serve, probe):
    server = serve('Once upon a time. There', None)
    converse(server.url, 'scripted')
    cause = ask(probe, 'Tell me something.')
    expect_told(probe, SENTENCE, cause)
    cancel(probe)
    assert server.hung_up.wait(5)
    server.behavior = saying('I am well.')
    assert expect_sentences(probe, ask(probe, 'How are you?')) == [('openai', 'I am well.')]
    assert len(probe.recorded(events.SAY_REQUEST)) == 2
    assert probe.recorded(events.FAULT) == []


def test_a_cancelled_reply_has_an_end(converse, serve, probe):
    server = serve('Once upon a time. There', None)
    converse(server.url)
    cause = ask(probe, 'Tell me something.')
    expect_told(probe, SENTENCE, cause)
    cancel(probe)
    expect_told(probe, ENDED, cause)


def test_a_new_question_replaces_the_reply_to_the_one_before(converse, serve, probe):
    server = serve('Once upon a time. There', None)
    converse(server.url)
    expect_told(probe, SENTENCE, ask(probe, 'Tell me something.'))
    server.behavior = saying('It is noon.')
    assert expect_sentences(probe, ask(probe, 'What time is it?')) == [('openai', 'It is noon.')]
    assert server.hung_up.wait(5)
    assert len(probe.recorded(events.SAY_REQUEST)) == 2


def test_nothing_is_there_to_cancel(graph, probe):
    graph.add(Conversation)
    cancel(probe)
    assert expect_sentences(probe, ask(probe, 'Hello.'))


def test_a_dead_server_is_a_fault_and_the_script_replies(converse, dead_url, probe):
    converse(dead_url, 'scripted')
    cause = ask(probe, 'My secret is blue.')
    replies = expect_sentences(probe, cause)
    assert {provider for provider, _ in replies} == {'scripted'}
    fault = probe.expect(events.FAULT)
    assert (fault.node, fault.code) == ('conversation', 'chat_model_failed')
    assert (fault.severity, fault.self_healing) == (Fault.WARNING, True)
    assert fault.header.trace_id == cause.trace_id
    assert f'openai: {dead_url}' in fault.message
    assert 'secret' not in fault.message


def test_a_slow_server_is_a_fault_and_the_script_replies(converse, serve, probe):
    server = serve(None)
    converse(server.url, 'scripted', first_sentence_s=0.2)
    replies = expect_sentences(probe, ask(probe, 'Hello?'))
    assert {provider for provider, _ in replies} == {'scripted'}
    assert 'openai: no sentence within 0.2 s' in probe.expect(events.FAULT).message
    assert server.hung_up.wait(5)


def test_a_reply_that_breaks_off_is_ended_in_words(converse, serve, probe):
    server = serve('Once upon a time. There', None)
    converse(server.url, 'scripted', total_s=0.5)
    replies = expect_sentences(probe, ask(probe, 'Tell me something.'))
    assert replies[0] == ('openai', 'Once upon a time.')
    assert [provider for provider, _ in replies[1:]] == ['persona']
    assert 'openai: ' in probe.expect(events.FAULT).message


def test_when_nobody_replies_the_reply_ends_nevertheless(converse, dead_url, probe):
    converse(dead_url)
    cause = ask(probe, 'Hello?')
    assert expect_sentences(probe, cause) == []
    fault = probe.expect(events.FAULT, lambda f: f.code == 'conversation_failed')
    assert fault.severity == Fault.ERROR
    assert fault.header.trace_id == cause.trace_id
    assert f'openai: {dead_url}' in fault.message


class Tongueless:
    """A chat model that fails in a way of its own."""

    name = 'tongueless'
    address = ''

    def __init__(self, settings):
        pass

    async def stream(self, messages):
        raise KeyError(messages[-1]['content'])
        yield

    async def close(self):
        pass


def test_a_failing_provider_of_another_package_does_no_harm(graph, probe, provide):
    provide('phoenix.chat_models', 'Tongueless')
    graph.add(Conversation, parameters={'providers': ['Tongueless', 'scripted']})
    assert expect_sentences(probe, ask(probe, 'My secret is blue.'))
    fault = probe.expect(events.FAULT)
    assert (fault.code, fault.severity) == ('chat_model_failed', Fault.WARNING)
    assert 'tongueless: KeyError' in fault.message
    assert 'secret' not in fault.message


def test_deactivating_ends_a_reply_and_activating_begins_anew(graph, converse, serve, probe):
    server = serve('Once upon a time. There', None)
    node = converse(server.url)
    cause = ask(probe, 'Tell me something.')
    expect_told(probe, SENTENCE, cause)
    graph.call(node.trigger_deactivate)
    assert server.hung_up.wait(5)
    ask(probe, 'Do you hear me?')
    graph.call(node.trigger_activate)
    server.behavior = saying('I am well.')
    assert expect_sentences(probe, ask(probe, 'How are you?')) == [('openai', 'I am well.')]
    assert len(server.requests) == 2


def test_what_cannot_be_configured_is_refused_by_name(refusal, tmp_path):
    unknown = refusal(Conversation, {'providers': ['no such']})
    installed = 'book, openai, recorded, scripted'
    assert f"no 'no such' in phoenix.chat_models; installed: {installed}" in unknown
    (tmp_path / 'en').mkdir()
    (tmp_path / 'en' / 'persona.yaml').write_text('name: Phoenix\nage: 5\n')
    refused = refusal(Conversation, {'config_dir': str(tmp_path), 'providers': ['openai']})
    assert f'{tmp_path}/en/persona.yaml: ' in refused


@pytest.mark.parametrize(
    ('setting', 'value'), [('FIRST_SENTENCE_S', '0'), ('SEED', 'x'), ('API_KEY', 'x')]
)
def test_a_wrong_setting_is_refused_by_name(graph, setting, value):
    with pytest.raises(SettingsError, match=f'PHOENIX_CONVERSATION_{setting}'):
        graph.add(Conversation, environ={f'PHOENIX_CONVERSATION_{setting}': value})
