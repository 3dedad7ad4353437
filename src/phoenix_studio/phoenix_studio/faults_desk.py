"""Lets parts of a simulated toy fail, one at a time, and follows how it recovers."""

import asyncio
import json
import os
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from phoenix_msgs.msg import NodeStatus

from phoenix_core.events.event_type import EventType
from phoenix_core.supervision import launched
from phoenix_core.supervision.launched import LaunchedProcesses
from phoenix_core.supervision.state import Process
from phoenix_studio.fault_trial import FaultTrial
from phoenix_studio.form import Form, refused
from phoenix_studio.ros_calls import CallError
from phoenix_studio.settings_desk import NodeName, SettingChange, SettingsDesk
from phoenix_tools.faults.observed_toy import KILL, SIGNALS, STOP, SUPERVISOR, ObservedToy

MOST_PAST = 20
HARDWARE = ('microphone', 'speaker', 'leds', 'sensors')  # nodes that may drive some
SIMULATED = 'simulated'
PROCESS_FAULTS = {'kill': KILL, 'hang': STOP}
Kind = Literal['kill', 'hang', 'deafen', 'unplug_speaker', 'unplug_leds', 'cut_language_server']


class Breakable(NamedTuple):
    """A setting of a node that lets what it uses fail."""

    node: str
    setting: str
    failing: bool


DEVICES = {
    'deafen': Breakable('microphone', 'simulated.deaf', True),
    'unplug_speaker': Breakable('speaker', 'simulated.present', False),
    'unplug_leds': Breakable('leds', 'simulated.present', False),
    'cut_language_server': Breakable('conversation', 'openai.cut', True),
}


class Injection(Form):
    """A fault is to be injected; `node` is the one whose process is to fail, where one is."""

    kind: Kind
    node: NodeName | None = None


class Mending(Form):
    """What has failed is to be there again."""

    kind: Kind


class FaultsDesk:
    """
    The faults, as plain data. Everything here happens on the event loop of the server.

    :param settings: of the nodes.
    :param environ: with the mark of the launcher, whose processes alone may be killed.
    :param own_name: the node that serves the pages, which is not to kill itself.
    :param tell: sends a text to all pages, and to those that come later.
    """

    def __init__(
        self,
        settings: SettingsDesk,
        environ: Mapping[str, str],
        own_name: str,
        tell: Callable[[str], object],
    ) -> None:
        self._settings = settings
        self._launched = LaunchedProcesses(environ)
        self._own_name = own_name
        self._tell = tell
        self._toy = ObservedToy()
        self._trial: FaultTrial | None = None
        self._past: deque[dict[str, Any]] = deque(maxlen=MOST_PAST)
        self._broken: dict[str, bool] = {}  # by kind, as far as is known
        self._injecting = asyncio.Lock()

    def feed(self, event: EventType, message: Any) -> None:
        """Process a status."""
        self._toy.feed(event, message)
        self.step()

    def step(self) -> None:
        """Follow the fault; call it at each status, and once a second."""
        if self._trial is not None and self._trial.step():
            self._show()

    async def faults(self) -> dict[str, Any]:
        """
        Return what can fail, what has failed now, and what the trials have shown.

        While something fails, the nodes are not asked: they may not answer.
        """
        refused = ''
        if self._trial is None:
            try:
                refused = await self._real()
                self._broken = await self._now_broken()
            except CallError as error:
                refused = str(error)
        nodes = {} if refused else self._victims()
        return {'refused': refused, 'broken': self._broken, 'nodes': nodes, **self._trials()}

    async def inject(self, injection: Injection) -> dict[str, Any]:
        """
        Let something fail, unless the hardware is real or the fault before is not over.

        :raises CallError: a node does not answer.
        """
        async with self._injecting:
            if self._trial is not None:
                return refused('the one before is not over')
            if real := await self._real():
                return refused(real)
            if injection.kind in PROCESS_FAULTS:
                return self._fail_process(injection.kind, injection.node)
            return await self._fail_device(injection.kind, DEVICES[injection.kind])

    async def mend(self, mending: Mending) -> dict[str, Any]:
        """
        Let a device, or a server, be there again.

        :raises CallError: its node does not answer.
        """
        device = DEVICES.get(mending.kind)
        if device is None:
            return refused('the toy mends that itself')
        outcome = await self._set(device, not device.failing)
        trial = self._trial
        if outcome['accepted'] and trial and trial.kind == mending.kind and not trial.is_over:
            trial.mend()
            self._show()
        return outcome

    async def _fail_device(self, kind: str, device: Breakable) -> dict[str, Any]:
        if device.node not in self._toy.nodes:
            return refused(f'{device.node} has told no status yet')
        trial = FaultTrial(kind, device.node, self._toy, time.monotonic, time.time(), lasts=True)
        outcome = await self._set(device, device.failing)
        if outcome['accepted']:
            self._begin(trial)
        return outcome

    def _fail_process(self, kind: str, node: str | None) -> dict[str, Any]:
        if node is None or node not in self._victims():
            return refused('the launcher of this page has started no such node')
        status = self._toy.nodes[node]
        process = Process(status.host, status.process_id)
        descriptor = self._launched.open(process, node)
        if descriptor is None:
            return refused('its process has just ended')
        members = self._toy.members(process.pid)
        trial = FaultTrial(
            kind, node, self._toy, time.monotonic, time.time(), lasts=False, members=members
        )
        try:
            launched.send(descriptor, SIGNALS[PROCESS_FAULTS[kind]])
        finally:
            os.close(descriptor)
        if SUPERVISOR in members:
            self._toy.forget_capabilities()
        self._begin(trial)
        return {'accepted': True, 'reason': ''}

    def _victims(self) -> dict[str, list[str]]:
        """Return the nodes whose processes may fail, and who shares each."""
        found = {}
        for name, status in sorted(self._toy.nodes.items()):
            process = Process(status.host, status.process_id)
            works = status.state == NodeStatus.ACTIVE and name != self._own_name
            if works and self._launched.runs(process, name):
                found[name] = sorted(self._toy.members(process.pid))
        return found

    async def _real(self) -> str:
        """Return which hardware is real, or does not say what it is; empty: none."""
        for node in HARDWARE:
            provider = await self._settings.value(node, 'provider')
            if provider != SIMULATED:
                return f'{node}.provider is {provider}: only simulated hardware may fail'
        return ''

    async def _now_broken(self) -> dict[str, bool]:
        """Return what can fail by a setting of a node that runs, and whether it does."""
        values = {kind: await self._value(device) for kind, device in DEVICES.items()}
        return {
            kind: value == DEVICES[kind].failing
            for kind, value in values.items()
            if value is not None
        }

    async def _value(self, device: Breakable) -> Any:
        """Return the value of a setting; None where there is none."""
        return await self._settings.value(device.node, device.setting)

    async def _set(self, device: Breakable, value: bool) -> dict[str, Any]:
        if await self._value(device) is None:
            return refused(f'{device.node} has no {device.setting}')
        change = SettingChange(node=device.node, name=device.setting, value=value)
        outcome = await self._settings.change(change)
        if outcome['accepted']:
            self._broken |= {
                kind: value == one.failing for kind, one in DEVICES.items() if one == device
            }
        return outcome

    def _begin(self, trial: FaultTrial) -> None:
        self._trial = trial
        self.step()
        self._show()

    def _show(self) -> None:
        if self._trial is not None and self._trial.is_over:
            self._past.appendleft(self._trial.plain())
            self._trial = None
        self._tell(json.dumps({'faults': self._trials()}))

    def _trials(self) -> dict[str, Any]:
        trial = self._trial.plain() if self._trial is not None else None
        return {'trial': trial, 'past': list(self._past)}
