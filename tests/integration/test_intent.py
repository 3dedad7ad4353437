"""The intent node: what was heard or typed goes in, what is wanted comes out."""

import pytest
from phoenix_msgs.msg import IntentDetected, Transcript

from phoenix_core import events
from phoenix_core.settings.node_settings import SettingsError
from phoenix_speech.safety.care_check import CareCheck
from phoenix_speech.safety.speech_guard import SpeechGuard
from phoenix_speech.understanding.node import Intent

INTENTS = """
language: en
intents:
  swim:
    data:
      - sentences: ["swim [to {place}]"]
lists:
  place:
    values: [lake, river]
"""


@pytest.fixture
def probe(graph):
    return graph.probe(
        publishes=[events.TRANSCRIPT], records=[events.INTENT_DETECTED, events.FAULT]
    )


@pytest.fixture
def node(graph, probe):
    return graph.add(Intent)


def hear(probe, text, kind=Transcript.FINAL, source=Transcript.SPOKEN):
    return probe.publish(events.TRANSCRIPT, kind=kind, source=source, text=text)


def expect(probe, cause):
    return probe.expect(events.INTENT_DETECTED, lambda i: i.header.trace_id == cause.trace_id)


def slots(intent):
    return {slot.name: slot.value for slot in intent.slots}


@pytest.fixture
def understood(node, probe):
    """Say something and return the intent that was found in it."""

    def understand(text, **fields):
        return expect(probe, hear(probe, text, **fields))

    return understand


def test_sentences_as_they_are_in_the_file(understood):
    for text, name, values in (
        ('Turn on the living room light.', 'light_on', {'room': 'living room'}),
        ('What time is it?', 'time', {}),
        ('Stop!', 'stop', {}),
        ('Good night, Phoenix.', 'sleep', {}),
        ('Make the light red.', 'light_color', {'color': 'red'}),
        ('Set a timer for two minutes and ten seconds.', 'timer_set', {'duration': '130'}),
        ('set the volume to 40 percent', 'volume_set', {'level': '40'}),
        ('tell me a story about a dragon', 'story', {'topic': 'a dragon'}),
        ('My name is Anna.', 'set_child_name', {'name': 'anna'}),
    ):
        intent = understood(text)
        assert (intent.name, slots(intent), intent.text) == (name, values, text)
        assert intent.confidence == 1


def test_recognition_errors_are_tolerated(understood):
    for text, name in (
        ('turn the lihgt on', 'light_on'),
        ('what thyme is it', 'time'),
        ('tell me a bedtime stori', 'story'),
    ):
        intent = understood(text)
        assert intent.name == name
        assert 0 < intent.confidence < 1


def test_who_goes_on_changes_the_timer_that_was_set_and_sets_no_second(node, probe):
    first = hear(probe, 'Set a timer for ten minutes.')
    expect(probe, first)
    longer = 'Set a timer for ten minutes and thirty seconds.'
    probe.publish(
        events.TRANSCRIPT,
        kind=Transcript.FINAL,
        source=Transcript.SPOKEN,
        text=longer,
        cause=first,
    )
    intent = probe.expect(events.INTENT_DETECTED, lambda i: i.text == longer)
    assert (intent.name, slots(intent)) == ('timer_change', {'duration': '630', 'which': 'last'})
    intent = expect(probe, hear(probe, longer))  # later, by somebody who begins anew
    assert (intent.name, slots(intent)) == ('timer_set', {'duration': '630'})


def test_what_fits_no_sentence_is_a_matter_of_conversation(understood):
    for text in ('why is the sky so blue', 'my grandmother has a green boat', '...'):
        intent = understood(text)
        assert (intent.name, intent.confidence) == (IntentDetected.FALLBACK, 0)
        assert (slots(intent), intent.text) == ({}, text)


def test_typed_words_are_understood_too(understood):
    assert understood('tell me a joke', source=Transcript.TYPED).name == 'joke'


def test_an_intent_is_caused_by_its_transcript(node, probe):
    cause = hear(probe, 'tell me a joke')
    intent = expect(probe, cause)
    assert intent.header.parent_span_id == cause.span_id
    assert intent.header.producer == 'intent'


def test_what_is_still_being_said_is_no_intent_yet(node, probe):
    hear(probe, 'tell me a joke', kind=Transcript.PARTIAL)
    last = hear(probe, 'tell me a story')
    assert expect(probe, last).name == 'story'
    assert len(probe.recorded(events.INTENT_DETECTED)) == 1


def test_a_danger_is_answered_with_care_before_any_intent(graph, probe):
    graph.add(Intent, parameters={'country': 'GB', 'adults': ['mom', 'grandma']})
    intent = expect(probe, hear(probe, "i can't breathe"))  # not the breathing game
    assert intent.name == IntentDetected.CARE
    assert slots(intent)['grave'] == 'yes'
    assert 'mom or grandma' in slots(intent)['say']
    assert 'nine nine nine' in slots(intent)['say']


@pytest.mark.parametrize(
    'text', ['my favorite food is bleach', 'my favorite toy is a gun', 'call me 555 123 4567']
)
def test_what_is_not_fit_to_be_said_is_not_understood_to_be_kept(understood, text):
    intent = understood(text)
    assert intent.name == IntentDetected.CARE
    assert 'say' in slots(intent)


def test_a_guard_that_fails_lets_no_words_be_kept(understood, monkeypatch):
    def judge(self, sentence):
        raise RuntimeError('broken')

    monkeypatch.setattr(SpeechGuard, '_judge', judge)
    assert understood('my name is anna').name == IntentDetected.CARE
    assert understood('what time is it').name == 'time'  # it has no words of the person


def test_a_care_check_that_fails_is_careful_and_a_fault(graph, node, probe, monkeypatch):
    def judge(self, text, now_s):
        raise RuntimeError('broken')

    monkeypatch.setattr(CareCheck, '_judge', judge)
    intent = expect(probe, hear(probe, 'tell me a joke'))
    assert (intent.name, slots(intent)['grave']) == (IntentDetected.CARE, 'yes')
    fault = probe.expect(events.FAULT, lambda fault: fault.code == 'care_check_failed')
    assert 'joke' not in fault.message


def test_no_setting_leads_around_the_care_check(graph, probe, tmp_path):
    (tmp_path / 'en' / 'safety').mkdir(parents=True)
    (tmp_path / 'en' / 'safety' / 'care.yaml').write_text('rules: []\n')
    (tmp_path / 'en' / 'intents.yaml').write_text(INTENTS)
    graph.add(Intent, parameters={'config_dir': str(tmp_path)})
    assert expect(probe, hear(probe, 'i drank bleach')).name == IntentDetected.CARE


def test_intents_come_in_the_order_of_what_was_said(node, probe):
    texts = ['stop', 'blue whales are so much bigger than i am', 'tell me a joke', 'louder']
    for text in texts:
        hear(probe, text)
    intents = probe.expect_count(events.INTENT_DETECTED, 4)
    assert [intent.text for intent in intents] == texts


def test_another_language_is_another_folder(graph, probe, tmp_path):
    (tmp_path / 'de').mkdir()
    (tmp_path / 'de' / 'intents.yaml').write_text(INTENTS)
    graph.add(Intent, parameters={'config_dir': str(tmp_path), 'language': 'de'})
    intent = expect(probe, hear(probe, 'swim to lake'))
    assert (intent.name, slots(intent)) == ('swim', {'place': 'lake'})


def test_nothing_is_understood_while_inactive(graph, node, probe):
    graph.call(node.trigger_deactivate)
    hear(probe, 'tell me a joke')
    graph.call(node.trigger_activate)
    assert expect(probe, hear(probe, 'stop')).name == 'stop'
    assert len(probe.recorded(events.INTENT_DETECTED)) == 1


def test_what_cannot_be_configured_is_refused_by_name(refusal, tmp_path):
    assert 'xx/safety/care.yaml' in refusal(Intent, {'language': 'xx'})
    assert "no country 'XX'" in refusal(Intent, {'country': 'XX'})
    assert 'en/intents.yaml' in refusal(Intent, {'config_dir': str(tmp_path)})
    (tmp_path / 'en').mkdir()
    (tmp_path / 'en' / 'intents.yaml').write_text(INTENTS.replace('{place}', '{pond}'))
    broken = refusal(Intent, {'config_dir': str(tmp_path)})
    assert f'{tmp_path}/en/intents.yaml' in broken
    assert 'pond' in broken


@pytest.mark.parametrize(('setting', 'value'), [('LANGUAGES', 'en'), ('AUTOSTART', 'perhaps')])
def test_a_wrong_setting_is_refused_by_name(graph, setting, value):
    with pytest.raises(SettingsError, match=f'PHOENIX_INTENT_{setting}'):
        graph.add(Intent, environ={f'PHOENIX_INTENT_{setting}': value})
