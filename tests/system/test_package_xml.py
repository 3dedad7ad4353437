"""Each package.xml tells the truth: whatever the code imports is declared there."""

import ast
import re
import sys
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path
from xml.etree import ElementTree

import pytest
from front_door import ROOT

PACKAGES = sorted(path.parent for path in ROOT.glob('src/*/package.xml'))
DISTRIBUTIONS = packages_distributions()


def imported(folder: Path) -> set[str]:
    """Return the top names of what a folder imports from elsewhere, but the standard library."""
    found = set()
    for path in folder.rglob('*.py'):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition('.')[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition('.')[0])
    return found - sys.stdlib_module_names - {folder.name}


def plain(name: str) -> str:
    """Return a name without what tells ROS packages, rosdep keys and distributions apart."""
    name = re.sub(r'^(python3?|ros-jazzy)-|-pip$', '', name.lower())
    return re.sub(r'[-_.]+', '-', name)


def brought_by(names: set[str]) -> set[str]:
    """Return what these distributions ask for themselves."""
    found: set[str] = set()
    for name in names:
        try:
            asked = requires(name) or []
        except PackageNotFoundError:
            continue
        found |= {plain(re.split(r'[^\w.-]', one)[0]) for one in asked if 'extra ==' not in one}
    return found


def undeclared(package: Path, folder: Path, ours: set[str]) -> list[str]:
    """Return the imports that package.xml knows by no key, and in no comment on one without."""
    text = (package / 'package.xml').read_text()
    kinds = ('depend', 'exec_depend') + (('test_depend',) if folder.name == 'test' else ())
    keys = {plain(item.text or '') for item in ElementTree.fromstring(text) if item.tag in kinds}
    words = ' '.join(re.findall(r'<!--(.*?)-->', text, re.DOTALL)).split()
    known = keys | {plain(word.strip(',.:;')) for word in words} | brought_by(keys)
    missing = []
    for module in sorted(imported(folder) - ours):
        names = {plain(module), *map(plain, DISTRIBUTIONS.get(module, ()))}
        if not names & known:
            missing.append(module)
    return missing


@pytest.mark.parametrize('package', PACKAGES, ids=lambda path: path.name)
def test_what_is_imported_is_declared(package):
    code = package / package.name
    assert not undeclared(package, code, {package.name})
    # Tests share what lies in the folders that pyproject.toml names.
    tests = (*ROOT.glob('src/*/test/**/*.py'), *ROOT.glob('tests/**/*.py'))
    shared = {path.stem for path in tests} | {package.name}
    assert not undeclared(package, package / 'test', shared)


@pytest.mark.parametrize('package', PACKAGES, ids=lambda path: path.name)
def test_who_made_it_and_under_which_licence_is_said(package):
    root = ElementTree.parse(package / 'package.xml').getroot()
    assert root.findtext('license') == 'Apache-2.0'
    assert (package / 'LICENSE').read_text() == (ROOT / 'LICENSE').read_text()
    for tag in ('description', 'maintainer', 'author', 'version'):
        assert root.findtext(tag), tag
    declared = [item.text for item in root if item.tag.endswith('depend')]
    assert len(declared) == len(set(declared)), 'declared twice'
