"""The `phoenix doctor` command: look at this machine and say what is wrong and what to do."""

import argparse
import json
import os
import platform
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from phoenix_bringup.launch_arguments import LaunchArgumentError, parse
from phoenix_core.settings.environment import ROS
from phoenix_core.storage.toy_file import ToyFile
from phoenix_tools.arguments import VERSION
from phoenix_tools.doctor import bundle, machine, network, other_toys, parts, permissions
from phoenix_tools.doctor.finding import Finding, Level, ok
from phoenix_tools.settings.given_profile import given_profile

ERRORS = (LaunchArgumentError,)


def main(options: argparse.Namespace) -> int:
    """Print all findings; exit code 1 if there is a fault."""
    given = parse({**given_profile(options.profile), 'namespace': options.namespace})
    findings = list(examine(given.settings_file, given.namespace))
    if options.bundle:
        own, _ = parts.settings(given.settings_file)
        personal = (
            given.settings_file,
            Path(given.settings_file).name,
            given.namespace.strip('/'),
        )
        bundle.write(options.bundle, findings, own, _logs(), known=personal)
        print(f'{options.bundle}: written; look into it before you send it', file=sys.stderr)
    if options.json:
        told = [{**vars(finding), 'level': finding.level.value} for finding in findings]
        print(json.dumps({'version': VERSION, 'findings': told}, indent=2, ensure_ascii=False))
    else:
        print(*map(_lines, findings), sep='\n')
        counts = Counter(finding.level for finding in findings)
        print(', '.join(f'{counts[level]} {level.value}' for level in Level))
    return int(any(finding.level is Level.FAULT for finding in findings))


def examine(profile: str, namespace: str) -> Iterator[Finding]:
    """Look at everything, for a toy of this profile and name."""
    system = f'{platform.system()} {platform.release()}, {platform.machine()}'
    ros = f'ROS 2 Jazzy from its {os.environ.get(ROS, "installation")}'
    yield ok('version', f'phoenix {VERSION}, Python {platform.python_version()}, {ros}, {system}')
    found, verdict = parts.settings(profile)
    yield verdict
    yield from parts.providers(found)
    yield from parts.sound(found)
    running = network.launched()
    yield from network.ports(parts.ports(found), running)
    yield from network.exposure(os.environ, running)
    yield from other_toys.same_name(namespace, bool(running))
    yield machine.clock(datetime.now().astimezone(), machine.is_synchronized())
    state = ToyFile.PARENT.path(os.environ, namespace)
    folder = state.parent if state else None
    kept = {'what it keeps': folder} if folder else {}
    yield from machine.disk({**kept, 'logs': _logs()})
    yield from machine.memory()
    yield from machine.temperature()
    yield from permissions.state(folder)
    yield from permissions.devices()


def _logs() -> Path:
    home = os.environ.get('ROS_HOME') or f'{os.environ.get("HOME", "")}/.ros'
    return Path(os.environ.get('ROS_LOG_DIR') or f'{home}/log')


def _lines(finding: Finding) -> str:
    line = f'{finding.level.value:>7}  {finding.subject:<12} {finding.text}'
    return f'{line}\n{"":22} {finding.remedy}' if finding.remedy else line
