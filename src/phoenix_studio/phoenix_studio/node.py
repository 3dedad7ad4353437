"""The studio node: shows the toy in browsers, and stands in for a person there."""

import array
import json
import os
import socket
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

from phoenix_msgs.msg import SimulatedSensor
from rcl_interfaces.msg import Log

from phoenix_core import events
from phoenix_core.events import qos
from phoenix_core.events.event_type import EventType
from phoenix_core.node.declarations import Publishes, observes
from phoenix_core.node.publisher import EventPublisher
from phoenix_core.storage.toy_file import ToyFile
from phoenix_studio.bags_desk import BagsDesk
from phoenix_studio.event_view import SHOWN, event_json, log_json, stream_of
from phoenix_studio.faults_desk import FaultsDesk
from phoenix_studio.graph_desk import GraphDesk
from phoenix_studio.limits_desk import LimitsDesk
from phoenix_studio.processes import Processes
from phoenix_studio.restart import Restart
from phoenix_studio.ros_calls import RosCalls
from phoenix_studio.server.access import LOOPBACK, Access
from phoenix_studio.server.application import application
from phoenix_studio.server.entrance import Entrance, open_page
from phoenix_studio.server.hub import Hub
from phoenix_studio.server.pairing import Pairing
from phoenix_studio.server.refusals import Refusals
from phoenix_studio.server.routes import Desks, ToyDesks
from phoenix_studio.server.toy import Action, Mute, Press, Touch, Type
from phoenix_studio.server.web_server import WebServer
from phoenix_studio.settings import StudioSettings
from phoenix_studio.settings_desk import SettingsDesk
from phoenix_studio.turns_desk import TurnsDesk
from phoenix_studio.words_desk import WordsDesk
from phoenix_tools.faults.observed_toy import OBSERVED
from phoenix_tools.person import PersonNode

STREAM = 'browser'
SAMPLE_RATE = 16000
ENTRY_PERIOD_S = 1.0
RATE_PERIOD_S = 2.0
FORGOTTEN = '{"forgotten":true}'


class Studio(PersonNode):
    """Serves the pages while it is active. It writes nothing to disk."""

    simulated_voice = Publishes(events.SIMULATED_VOICE)
    settings: StudioSettings

    def activate(self) -> None:
        """Open the port, and tell where the page is."""
        self._frames = 0
        self._counts: Counter[str] = Counter()  # messages since the last time, by event
        self._processes = Processes()
        self._nodes: dict[str, int] = {}  # by name, the number of its process on this machine
        self._forgotten = self.parent_file.forgotten
        self._hub = Hub()
        host, pairing, file, fingerprint = self.settings.host, None, None, ''
        if host != LOOPBACK:
            file = ToyFile.CERTIFICATE.path(self.environ, self.get_namespace())
            if file is None:
                raise ValueError('host: without HOME there is no place for a certificate')
            from phoenix_studio.server.certificate import certificate  # takes some MB

            pairing, fingerprint = Pairing(), certificate(file, host)
        self._web = WebServer(self.settings.port, host, file)
        self._access = Access(self._web.port, host=host)
        self._calls = RosCalls(self)
        settings = SettingsDesk(self._calls)
        self._faults = None
        if self.settings.faults:
            self._faults = FaultsDesk(settings, self.environ, self.get_name(), self._hub.tell)
            self.every(ENTRY_PERIOD_S, partial(self._web.post, self._faults.step))
        self._restart = Restart(self.environ)
        self._words = WordsDesk(settings, self._restart)
        toy = ToyDesks(
            LimitsDesk(self._calls, self.get_namespace()),
            settings,
            self._words,
            TurnsDesk(self._calls),
            GraphDesk(self.get_namespace()),
        )
        desks = Desks(BagsDesk(Path(self.settings.bags)), toy, self._faults)
        refusals = Refusals(self.log.warning)
        self._web.start(application(self._access, self._hub, self, desks, refusals, pairing))
        opens = partial(self.in_background, open_page) if self.settings.open_browser else None
        entrance = Entrance(self._access, opens, pairing, fingerprint)
        entrance.show()
        self.every(ENTRY_PERIOD_S, entrance.show)
        self.every(ENTRY_PERIOD_S, self._forget_if_wanted)
        self.every(RATE_PERIOD_S, self._tell_figures)
        self._logs = self.create_subscription(Log, '/rosout', self._on_log, qos.EVENT)

    def deactivate(self) -> None:
        """Close the port."""
        self._web.finish(self._words.end())
        self._web.close()
        self._calls.close()
        self.destroy_subscription(self._logs)

    @observes((*SHOWN, events.AUDIO_PLAYED))
    def on_event(self, event: EventType, message: Any) -> None:
        """Pass an event on to the browsers."""
        self._counts[event.name] += 1
        if event is events.NODE_STATUS and message.host == socket.gethostname():
            self._nodes[message.header.producer] = message.process_id
        if event in (*OBSERVED, events.FAULT):
            self._web.post(self._restart.feed, event, message)
        if self._faults is not None and event in OBSERVED:
            self._web.post(self._faults.feed, event, message)
        if event is events.AUDIO_PLAYED and self._hub.is_heard:
            self._web.post(self._hub.play, message.samples.tobytes())
        if event.qos is qos.STATE:
            producer = message.header.producer if event.has_header else ''
            text = event_json(event, message)
            self._web.post(self._hub.tell_state, f'{event.name} {producer}', text)
        elif event is events.FAULT:
            self._web.post(self._hub.tell_fault, event_json(event, message))
        elif self._hub.is_watched:
            text = event_json(event, message)
            self._web.post(self._tell, text, stream_of(event, message))

    # What browsers ask for, in the thread of the server.

    def act(self, action: Action) -> None:
        """Do what a person did in a browser."""
        match action:
            case Touch():
                self._move(SimulatedSensor.TOUCH, action.down, action.name)
            case Press():
                self._move(SimulatedSensor.BUTTON, action.down, action.name)
            case Mute():
                self._move(SimulatedSensor.MUTE, action.muted)
            case Type():
                self.type_sentence(action.text)

    def hear(self, samples: bytes) -> None:
        """Let the simulated microphone hear 16 bit samples of a browser's."""
        self.post(self._publish_voice, array.array('h', samples))

    def send(self, publisher: EventPublisher[...], **fields: Any) -> None:
        """Publish on the executor's thread."""
        self.post(publisher, **fields)

    def _move(self, kind: int, on: bool, name: str = '') -> None:
        self.send(self.simulated_sensor, kind=kind, name=name, value=float(on))

    def _publish_voice(self, samples: 'array.array[int]') -> None:
        self.simulated_voice(
            stream_id=STREAM,
            sequence=self._frames,
            sample_rate=SAMPLE_RATE,
            channels=1,
            samples=samples,
        )
        self._frames += 1

    def _tell(self, text: str, stream: str) -> None:
        self._hub.tell(text, replaces=stream)

    def _tell_figures(self) -> None:
        """Send how many messages of each event there are in a second, and what processes use."""
        if self._hub.is_watched:
            rates = {name: count / RATE_PERIOD_S for name, count in self._counts.items()}
            used = self._processes.use({*self._nodes.values(), os.getpid()})
            figures = {'rates': rates, 'processes': used, 'studio': os.getpid()}
            self._web.post(self._tell, json.dumps(figures), 'figures')
        self._counts.clear()

    def _on_log(self, log: Log) -> None:
        """Pass a log line on; no log holds words."""
        if self._hub.is_watched:
            self._web.post(self._tell, log_json(log), '')

    def _forget_if_wanted(self) -> None:
        """Let the pages drop all words when a parent wants all to be forgotten."""
        if self._forgotten != self.parent_file.forgotten:
            self._forgotten = self.parent_file.forgotten
            self._web.post(self._hub.tell, FORGOTTEN)
