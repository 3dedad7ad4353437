"""What the whole toy tells of itself: traces, metrics, spans, logs, and nothing a person said."""

import json
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.parse
import urllib.request

import psutil
import pytest
from front_door import ROOT, Phoenix
from phoenix_msgs.msg import ActivityState, PlaybackEvent, Transcript
from prometheus_client.parser import text_string_to_metric_families
from rcl_interfaces.msg import Log

from otlp_receiver import OtlpReceiver
from phoenix_core import events
from phoenix_core.events import qos
from phoenix_core.settings.node_settings import installed_config
from phoenix_core.testing import TestGraph
from phoenix_tools.traces.stages import load_stages, stage_times
from phoenix_tools.traces.trace_command import from_toy

SAMPLE = ROOT / 'samples' / 'hey_jarvis_turn_on_the_light.wav'
LONGEST_S = 40.0
FIRST_SOUND = 'phoenix_first_sound_seconds_count{node="telemetry"} 1.0'
PHRASE = 'Quixotic xylophones bewilder hippopotami'

pytestmark = pytest.mark.long  # what they look at takes a minute


class Conversation:
    """A running toy, and a probe that speaks to it and watches it."""

    def __init__(self, graph, *arguments, **environment):
        self.graph = graph
        self.toy = Phoenix(graph.domain, 'run', *arguments, **environment)
        self.toy.wait_for('ready')
        self.probe = graph.probe(
            publishes=[events.SIMULATED_SOUND, events.TRANSCRIPT],
            records=[events.ACTIVITY_STATE, events.INTENT_DETECTED, events.LED_FRAME],
        )
        for event in (events.SIMULATED_SOUND, events.TRANSCRIPT):
            graph._wait_for_subscribers(self.probe, event, 1)

    def play(self):
        self.probe.publish(events.SIMULATED_SOUND, file=str(SAMPLE))

    def type(self, text):
        self.probe.publish(
            events.TRANSCRIPT, kind=Transcript.FINAL, source=Transcript.TYPED, text=text
        )

    def expect_rest(self, times=1):
        """Wait until the toy rests again after so many answers and its light shows it."""
        rest = self.probe.expect_count(
            events.ACTIVITY_STATE,
            times,
            lambda s: s.phase == ActivityState.RESTING and s.header.parent_span_id,
            LONGEST_S,
        )[-1]
        self.probe.expect(
            events.LED_FRAME, lambda f: f.header.parent_span_id == rest.header.span_id
        )

    def interactions(self):
        """Return the interactions with a person so far."""
        return [one for one in from_toy('/phoenix') if one.start]


class Told:
    """What a toy that has been spoken to and typed to has told."""

    def __init__(self, home):
        self.home = home  # of all its processes
        self.interactions = []
        self.rosout = []
        self.console = ''  # what `phoenix events` showed of what was typed
        self.metrics = ''
        self.spans = b''
        self.targets = []  # of the Prometheus that has scraped it
        self.answers = {}  # of that Prometheus, by the dashboard's queries
        self.prometheus_log = ''


def free_port():
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        return free.getsockname()[1]


def get(url):
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.read().decode()


@pytest.fixture(scope='module')
def told(tmp_path_factory):
    """Speak and type to a toy once, and collect all that it tells."""
    told = Told(tmp_path_factory.mktemp('home'))
    port = free_port()
    with pytest.MonkeyPatch.context() as patch, TestGraph() as graph, OtlpReceiver() as receiver:
        patch.setenv('ROS_DOMAIN_ID', str(graph.domain))
        conversation = Conversation(
            graph,
            HOME=str(told.home),
            PHOENIX_TELEMETRY_METRICS_PORT=str(port),
            OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url,
            OTEL_BSP_SCHEDULE_DELAY='200',
        )
        try:
            conversation.probe.create_subscription(
                Log, '/rosout', told.rosout.append, qos.LATCHED_EVENT
            )
            conversation.play()
            conversation.expect_rest()
            before = conversation.probe.events_out.subscription_count(events.TRANSCRIPT)
            console = Phoenix(graph.domain, 'events', '--event', 'speech/transcript')
            graph._wait_for_subscribers(conversation.probe, events.TRANSCRIPT, before + 1)
            conversation.type(PHRASE)
            conversation.expect_rest(times=2)
            console.wait_for('speech/transcript')
            assert console.interrupt()[0] == 130
            told.console = console.output
            told.interactions = conversation.interactions()
            address = f'http://127.0.0.1:{port}/metrics'
            deadline_s = time.monotonic() + 15  # nodes tell every 5 s
            while FIRST_SOUND not in told.metrics and time.monotonic() < deadline_s:
                told.metrics = get(address)
            if shutil.which('prometheus'):
                scrape(port, told)
            conversation.toy.interrupt()
            told.spans = receiver.received
        finally:
            conversation.toy.kill()
    return told


def ask(port, query):
    """Return what a Prometheus answers to a query, an instant vector; raise if it refuses."""
    query = urllib.parse.quote(query.replace('$__rate_interval', '1m'))
    return json.loads(get(f'http://127.0.0.1:{port}/api/v1/query?query={query}'))['data']['result']


def dashboard_queries():
    dashboard = json.loads((ROOT / 'config/grafana/phoenix.json').read_text())
    return [target['expr'] for panel in dashboard['panels'] for target in panel.get('targets', [])]


def scrape(port, told):
    """Let a real Prometheus scrape the toy with the configuration that is handed out."""
    configuration = (ROOT / 'config/grafana/prometheus.yml').read_text()
    file = told.home / 'prometheus.yml'
    file.write_text(configuration.replace('9464', str(port)).replace('5s', '1s'))
    own = free_port()
    command = ['prometheus', f'--config.file={file}', f'--storage.tsdb.path={told.home}/tsdb']
    with subprocess.Popen(
        [*command, f'--web.listen-address=127.0.0.1:{own}'], stderr=subprocess.PIPE, text=True
    ) as prometheus:
        try:
            deadline_s = time.monotonic() + 30
            scraped = False
            while not scraped and time.monotonic() < deadline_s:
                try:  # a rate takes two values
                    scraped = ask(own, 'count_over_time(phoenix_events_published_total[1m]) > 1')
                except OSError:  # it is not up yet
                    continue
            answer = get(f'http://127.0.0.1:{own}/api/v1/targets')
            told.targets = json.loads(answer)['data']['activeTargets']
            told.answers = {query: ask(own, query) for query in dashboard_queries()}
        finally:
            prometheus.terminate()
            _, told.prometheus_log = prometheus.communicate()


@pytest.fixture
def trace(told):
    """Return the trace of what was spoken."""
    return told.interactions[0]


def elapsed_s(begin, end):
    return (end.sent_ns - begin.sent_ns) * 1e-9


def last_sound(interaction):
    """Return the end of the last utterance."""
    ended = (PlaybackEvent.FINISHED, PlaybackEvent.INTERRUPTED)
    sounds = [span for span in interaction.spans if span.event is events.AUDIO_PLAYBACK]
    return [span for span in sounds if span.message.kind in ended][-1]


def test_the_trace_of_an_answer_is_whole(trace):
    assert (trace.start, trace.faults, trace.orphans) == ('wake word', [], [])

    # Causally right: nothing before what caused it.
    for span in trace.spans:
        cause = trace.cause(span)
        assert (cause is None) == (span is trace.spans[0]), span.name
        assert cause is None or cause.sent_ns <= span.sent_ns, span.name
    assert trace.spans[-1].event is events.LED_FRAME
    assert last_sound(trace).message.kind == PlaybackEvent.FINISHED

    # The stages in order, each of them ended.
    times = stage_times(trace, load_stages(installed_config()))
    assert [time.stage.name for time in times if time.end is None] == []
    names = list(dict.fromkeys(time.stage.name for time in times))
    ordered = ['spotting', 'end of speech', 'recognition', 'understanding', 'decision', 'voice']
    assert [name for name in names if name in ordered] == ordered
    assert names.index('voice') < names.index('first sound') < names.index('speaking')

    # The sum of what was measured in each node is the time that passed between the nodes.
    chain = trace.chain(last_sound(trace))
    ended = next(n for n, span in enumerate(chain) if span.name == 'speech/user_speech ended')
    started = next(n for n, span in enumerate(chain) if span.name == 'audio/playback started')
    # What was said is recognized in the pause, before it is known to be the end.
    transcript, *machine = chain[ended + 1 : started + 1]
    assert transcript.event is events.TRANSCRIPT
    assert sum(span.worked_s for span in machine) == pytest.approx(
        elapsed_s(transcript, chain[started]), rel=0.05
    )
    sound = next(span for span in machine if span.event is events.AUDIO_OUTPUT)
    assert transcript.message.recognition_s > 0.01
    assert sound.message.header.model_s > 0.01


def test_a_typed_sentence_is_an_interaction(told):
    typed = told.interactions[1]
    assert (typed.start, typed.heard, typed.orphans) == ('typed', PHRASE, [])
    assert last_sound(typed).message.kind == PlaybackEvent.FINISHED


def test_the_live_console_shows_what_passes_the_filter(told):
    [line] = told.console.splitlines()
    typed = told.interactions[1]
    assert line.split()[1:4] == [typed.trace_id[:8], 'probe', 'speech/transcript']


def test_all_that_nodes_measure_is_served(told):
    series = {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(told.metrics)
        for sample in family.samples
    }

    assert FIRST_SOUND in told.metrics

    def value(name, **labels):
        return series[name, frozenset(labels.items())]

    assert value('phoenix_wake_word_detections_total', node='wake_word', phrase='hey_jarvis') == 1
    assert value('phoenix_wake_word_score_count', node='wake_word', phrase='hey_jarvis') > 10
    for node in ('listener', 'voice', 'conversation', 'wake_word'):
        assert value('phoenix_model_duration_seconds_count', node=node) > 0, node
    assert value('process_resident_memory_bytes', process='compose') > 1e6
    assert value('phoenix_handler_duration_seconds_count', node='leds', topic='activity/state') > 4


@pytest.mark.skipif(not shutil.which('promtool'), reason="Debian's prometheus is not installed")
def test_the_metrics_are_as_prometheus_wants_them(told):
    check = subprocess.run(
        ['promtool', 'check', 'metrics'], input=told.metrics, capture_output=True, text=True
    )
    assert (check.returncode, check.stdout, check.stderr) == (0, '', '')


@pytest.mark.skipif(not shutil.which('prometheus'), reason="Debian's prometheus is not installed")
def test_a_prometheus_scrapes_without_a_warning(told):
    assert [(target['health'], target['lastError']) for target in told.targets] == [('up', '')]
    *lines, _ = told.prometheus_log.partition('Received SIGTERM')[0].splitlines()
    assert lines
    assert [line for line in lines if 'level=warn' in line or 'level=error' in line] == []


def test_the_dashboard_shows_what_there_is(told):
    known = {
        name
        for family in text_string_to_metric_families(told.metrics)
        for name in (family.name, *(sample.name for sample in family.samples))
    }
    # What has not happened has no series yet; its family is told all the same.
    known |= {f'{name}_total' for name in known}
    shown = {name for query in dashboard_queries() for name in metrics_of(query)}
    assert len(shown) > 12
    assert shown - known == set()


def metrics_of(query):
    return set(re.findall(r'\b(?:phoenix|process)_\w+', query))


@pytest.mark.skipif(not shutil.which('prometheus'), reason="Debian's prometheus is not installed")
def test_prometheus_answers_every_query_of_the_dashboard(told):
    measured = {
        sample.name
        for family in text_string_to_metric_families(told.metrics)
        for sample in family.samples
    }
    answered = [query for query in dashboard_queries() if metrics_of(query) & measured]
    assert len(answered) > 10
    assert [query for query in answered if not told.answers[query]] == []


def test_nothing_that_a_person_said_is_written_anywhere(told):
    written = {
        'metrics': told.metrics,
        'spans': told.spans.decode('latin-1'),
        'rosout': repr(told.rosout),
        **{
            str(file): file.read_text(errors='replace')
            for file in told.home.rglob('*')
            if file.is_file()
        },
    }
    assert len(told.spans) > 1000
    assert any('/.ros/log/' in name for name in written), list(written)
    heard = told.interactions[0].heard
    assert 'living room' in heard
    for said in (PHRASE, *PHRASE.split(), heard, 'living room'):
        places = [name for name, text in written.items() if said.lower() in text.lower()]
        assert places == [], said


def test_the_trace_of_a_dead_voice_says_where_it_stopped(monkeypatch):
    with TestGraph() as graph:
        monkeypatch.setenv('ROS_DOMAIN_ID', str(graph.domain))
        conversation = Conversation(
            graph,
            '--layout',
            'processes',
            PHOENIX_TELEMETRY_METRICS_PORT='0',
            PHOENIX_ACTIVITIES_THINKING_DEADLINE_S='5',
        )
        try:
            trace = killed(conversation)
        finally:
            conversation.toy.kill()
    assert trace.orphans == []
    assert [fault.message.code for fault in trace.faults] == ['step_late']  # what follows is in it
    ended = [s.message.reason for s in trace.spans if s.event is events.ACTIVITY_TRANSITION]
    assert ended[-1] == 'late'
    times = stage_times(trace, load_stages(installed_config()))
    [stopped] = [time for time in times if time.end is None]
    assert (stopped.stage.name, stopped.begin.name, stopped.begin.producer) == (
        'voice',
        'speech/say',
        'activities',
    )


def killed(conversation):
    """Kill the voice while the toy thinks; return the trace."""
    [voice] = [
        process
        for process in psutil.Process(conversation.toy.process.pid).children(recursive=True)
        if any(part.endswith('/phoenix_speech/voice') for part in process.cmdline())
    ]
    conversation.play()
    conversation.probe.expect(
        events.ACTIVITY_STATE, lambda s: s.phase == ActivityState.THINKING, LONGEST_S
    )
    voice.send_signal(signal.SIGKILL)
    conversation.probe.expect_count(  # whoever brings it back: the director or the supervisor
        events.ACTIVITY_STATE, 2, lambda s: s.phase == ActivityState.RESTING, LONGEST_S
    )
    [trace] = conversation.interactions()
    return trace
