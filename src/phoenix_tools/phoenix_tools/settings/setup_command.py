"""
The `phoenix setup` command: questions and answers write a profile, limits, and a child's name.

All is asked before anything is written, so that who stops in the middle has changed nothing.
"""

import argparse
import os
import signal
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from phoenix_activities.state.safe_state import KeptByToy, SafeState
from phoenix_activities.state.state_store import StateStore, StateStoreError
from phoenix_bringup.launch_arguments import parse
from phoenix_core.events.short_text import name_of
from phoenix_core.limits.limits import NONE, Limits
from phoenix_core.limits.parent_file import ParentFile, RefusedError
from phoenix_core.settings import plugins, provider
from phoenix_core.settings.node_settings import (
    SettingsError,
    ToySettings,
    installed_config,
    languages,
)
from phoenix_core.settings.plugins import NODES
from phoenix_core.storage.toy_file import ToyFile
from phoenix_core.storage.toy_lock import ToyLock, ToyLockError
from phoenix_tools.parent.pin_entry import ask_pin
from phoenix_tools.settings.dialogue import ask, ask_yes, choose
from phoenix_tools.settings.made_profile import MadeProfile, toy_setting
from phoenix_tools.settings.parts import DEVICES, DIRECTIONS, Part, parts, sound_devices

ERRORS = (SettingsError, RefusedError, StateStoreError, ToyLockError)
ASKED_LIMITS = (
    'quiet_hours',
    'daily_minutes',
    'session_minutes',
    'volume_ceiling',
    'night_volume_ceiling',
)
SIMULATED = 'simulated'
SOUND_CARD = 'portaudio'


@dataclass
class Answers:
    """What a person has answered so far."""

    profile: MadeProfile = field(default_factory=MadeProfile)
    child_name: str = ''
    limits: Limits | None = None  # changed ones
    pin: str = ''
    is_first_pin: bool = False


def main(options: argparse.Namespace) -> int:
    """Ask, then write."""
    path: Path = options.file
    if path.exists() and not ask_yes(f'{path} is there already; write over it', 'no'):
        print(f'{path} stays as it is')
        return 0
    file = ParentFile.of(os.environ, options.namespace)
    answers = Answers()
    _ask_toy(answers.profile)
    _ask_devices(answers.profile)
    _ask_child(answers, file)
    _ask_limits(answers, file)
    print(f'\n{answers.profile.text()}')
    if not ask_yes(f'write this to {path}', 'yes'):
        print('nothing is written')
        return 0
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # from here on all of it, or what is refused
    _write(answers, file, path, options.namespace)
    print(f'{path} is written; now: ./phoenix run --profile {path}')
    return 0


def _ask_toy(profile: MadeProfile) -> None:
    for name, about in ToySettings.model_fields.items():
        default = ToySettings().model_dump()[name]
        if name == 'language':
            value = choose('language', languages(installed_config()), default)
            _choose_voices(profile, value)
        else:
            shown = ','.join(default) if isinstance(default, list) else default
            value = ask(f'{name}: {about.description}', shown, lambda typed: typed)
            value = toy_setting(name, value)
        profile.set_toy(name, value)


def _choose_voices(profile: MadeProfile, language: str) -> None:
    """Leave to the toy the voices that know the language."""
    usual = plugins.load(NODES, 'voice').settings_class()().providers
    there = {one.name: one for one in _parts('voice', 'providers')}
    knowing = [name for name in usual if name in there and there[name].needs.knows(language)]
    profile.set('voice', providers=knowing)
    if all(there[name].missing for name in knowing):
        first = ' or '.join(there[name].missing for name in knowing)
        print(f'  no voice here knows {language} yet; first: {first}')


def _ask_devices(profile: MadeProfile) -> None:
    engine = plugins.load(NODES, 'wake_word').settings_class()()
    found = {one.name: one for one in _parts('wake_word', 'provider')}[engine.provider]
    word = choose('wake word', found.needs.brings(), engine.models[0])
    profile.set('wake_word', models=[word])
    for node in DEVICES:
        there = list(_parts(node, 'provider'))
        for one in there:
            if one.missing:
                print(f'  {node}: for {one.name} first: {one.missing}')
        choices: dict[str, tuple[str, dict[str, str]]]
        choices = {one.name: (one.name, {}) for one in there if not one.missing}
        if node in DIRECTIONS:
            choices.update(_sound_choices(node))
        name, own = choices[choose(node, list(choices), SIMULATED)]
        profile.set_provider(node, name, **own)


def _sound_choices(node: str) -> dict[str, tuple[str, dict[str, str]]]:
    try:
        names = sound_devices(DIRECTIONS[node])
    except ValueError as error:
        print(f'  {node}: {error}')
        return {}
    return {f'{SOUND_CARD}: {name}': (SOUND_CARD, {'device': name}) for name in names}


def _parts(node: str, setting: str) -> list[Part]:
    groups = provider.groups(plugins.load(NODES, node).settings_class())
    return list(parts(groups[setting]))


def _ask_child(answers: Answers, file: ParentFile) -> None:
    def read(typed: str) -> str:
        if typed and not name_of(typed):
            raise ValueError('a name has no digits')
        return name_of(typed)

    answers.child_name = ask('name of the child, empty: it asks itself', '', read)
    if answers.child_name and not file.limits.remember_facts:
        if ask_yes('the name is kept on disk then, and what a child tells of itself', 'yes'):
            answers.limits = file.limits.model_copy(update={'remember_facts': True})
        else:
            answers.child_name = ''


def _ask_limits(answers: Answers, file: ParentFile) -> None:
    print(f'limits; {NONE}: no limit')
    limits = answers.limits or file.limits
    for name in ASKED_LIMITS:
        about = Limits.model_fields[name].description
        read = partial(limits.changed, name)
        limits = ask(f'{name}: {about}', limits.as_text(name), read)
    answers.limits = limits if limits != file.limits else None
    if answers.limits is None:
        return
    if file.pin_set:
        answers.pin = ask_pin('PIN: ')
        file.check(answers.pin)
        return
    print('there is no PIN yet: choose one')
    answers.is_first_pin = True
    answers.pin = ask_pin('new PIN, four to twelve digits: ')
    if ask_pin('once more: ') != answers.pin:
        raise RefusedError('these were two different ones; nothing is written')


def _write(answers: Answers, file: ParentFile, path: Path, namespace: str) -> None:
    answers.profile.check(path)
    if answers.limits is not None:
        if answers.is_first_pin:
            file.set_pin('', answers.pin)
        file.set_limits(answers.pin, answers.limits)
    if answers.child_name:
        _tell_name(answers.child_name, file, namespace)
    answers.profile.write(path)


def _tell_name(name: str, file: ParentFile, namespace: str) -> None:
    """Let the toy know a child's name from its next start on; one that runs would not see it."""
    kept = ToyFile.STATE.path(os.environ, namespace)
    if kept is None:
        raise RefusedError('there is no place for the name: HOME or XDG_STATE_HOME must be set')
    sides = parse({'namespace': namespace}).sides
    with ToyLock(namespace, sides, 'setup'), file.undisturbed():
        store = StateStore(kept, print)
        state = SafeState(store.load())
        state.recall('toy', KeptByToy).told.tell_name(name)
        if values := state.changed():
            store.save(values)
