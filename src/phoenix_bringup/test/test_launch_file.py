from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from phoenix_bringup.launch_file import LaunchDescription, declared_arguments, dry_run, load
from phoenix_bringup.launch_xml import LaunchFileError

Launch = Callable[..., LaunchDescription]


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    """Make an ament prefix with one package, `toy`, that has one executable, `ears`."""
    prefix = tmp_path / 'prefix'
    index = prefix / 'share/ament_index/resource_index/packages'
    for directory in (index, prefix / 'share/toy', prefix / 'lib/toy'):
        directory.mkdir(parents=True)
    (index / 'toy').touch()
    (prefix / 'share/toy/sim.yaml').write_text('/**: {ros__parameters: {rate: 16000}}\n')
    program = prefix / 'lib/toy/ears'
    program.write_text('#!/bin/sh\n')
    program.chmod(0o755)
    (prefix / 'lib/toy/notes').write_text('not executable')
    return prefix


@pytest.fixture
def launch(tmp_path: Path, prefix: Path) -> Launch:
    """Return a function that loads the body of a launch file."""

    def launch(
        body: str, environ: dict[str, str] | None = None, **arguments: str
    ) -> LaunchDescription:
        path = tmp_path / 'test.launch.xml'
        path.write_text(f'<launch>\n{body}\n</launch>')
        # Not first in the path: the lookup has to go on to the next prefix.
        where = {'AMENT_PREFIX_PATH': f'/nowhere:{prefix}'}
        return load(path, arguments, {**where, **(environ or {})})

    return launch


def args_of(description: LaunchDescription) -> list[str]:
    """Return what stands between the executable and --ros-args in the only process."""
    (process,) = description.processes
    return list(process.argv[1 : process.argv.index('--ros-args')])


def parameters_of(description: LaunchDescription) -> list[dict[str, Any]]:
    (process,) = description.processes
    return [yaml.safe_load(text) for text in process.params_files.values()]


def test_a_bare_node_gets_no_name_and_no_namespace(launch: Launch, prefix: Path) -> None:
    (process,) = launch('<node pkg="toy" exec="ears"/>').processes
    assert process.argv == (f'{prefix}/lib/toy/ears', '--ros-args')
    assert (process.name, process.node_name, process.namespace) == ('ears', None, None)
    assert (process.respawn, process.respawn_delay, process.output) == (False, 0.0, 'log')
    assert process.env == {}


def test_a_full_node_has_the_command_line_of_launch_ros(launch: Launch, prefix: Path) -> None:
    description = launch("""
        <group>
          <push_ros_namespace namespace="phoenix"/>
          <node pkg="toy" exec="ears" name="left" namespace="head" args="--gain 2"
                output="screen" respawn="true" respawn_delay="1.5">
            <remap from="audio" to="audio/left"/>
            <param name="gain" value="2.5"/>
            <param from="$(find-pkg-share toy)/sim.yaml"/>
            <env name="SIDE" value="left"/>
          </node>
        </group>""")
    (process,) = description.processes
    (inline,) = process.params_files
    assert process.argv == (
        *(f'{prefix}/lib/toy/ears', '--gain', '2', '--ros-args'),
        *('-r', '__node:=left', '-r', '__ns:=/phoenix/head'),
        *('--params-file', str(inline), '--params-file', f'{prefix}/share/toy/sim.yaml'),
        *('-r', 'audio:=audio/left'),
    )
    assert parameters_of(description) == [
        {'/phoenix/head/left': {'ros__parameters': {'gain': 2.5}}}
    ]
    assert process.env == {'SIDE': 'left'}
    assert (process.respawn, process.respawn_delay, process.output) == (True, 1.5, 'screen')
    assert not inline.exists()


@pytest.mark.parametrize(
    ('pushed', 'own', 'namespace'),
    [
        ('phoenix', None, '/phoenix'),
        ('/phoenix/', 'left/', '/phoenix/left'),
        ('phoenix', '/other', '/other'),
        ('/', 'left', '/left'),
        (None, 'left', '/left'),
        (None, '/', '/'),
    ],
)
def test_namespaces_join_like_upstream(
    launch: Launch, pushed: str | None, own: str | None, namespace: str
) -> None:
    push = f'<push-ros-namespace namespace="{pushed}"/>' if pushed else ''
    attribute = f'namespace="{own}"' if own else ''
    (process,) = launch(f'{push}<node pkg="toy" exec="ears" {attribute}/>').processes
    assert process.namespace == namespace
    assert process.argv[-2:] == ('-r', f'__ns:={namespace}')


@pytest.mark.parametrize(
    ('text', 'value'),
    [
        ('1', 1),
        ('1.5', 1.5),
        ('1e3', '1e3'),  # YAML 1.1 wants 1.0e3
        ('true', True),
        ('off', False),
        ('a text', 'a text'),
        ('', ''),
        ("'1'", '1'),
        ('[1, 2]', [1, 2]),
        ('[a, $(var number)x]', ['a', '42x']),
        ('$(var number)', 42),
        ('$(var list)', [1, 2]),
        ("&quot;'$(var number)'&quot;", '42'),
        ('[$(var number), 7]', [42, 7]),
        ('[unclosed', '[unclosed'),
        ('http://host:1', 'http://host:1'),
    ],
)
def test_inline_parameters_get_their_type_by_yaml(
    launch: Launch, text: str, value: object
) -> None:
    description = launch(f"""
        <let name="number" value="42"/>
        <let name="list" value="[1, 2]"/>
        <node pkg="toy" exec="ears"><param name="p" value="{text}"/></node>""")
    (parameters,) = parameters_of(description)
    found = parameters['/**']['ros__parameters']['p']
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize('text', ['null', '{a: 1}', '[1, a]', '[1, 2.0]', '[[1]]', '2020-01-01'])
def test_values_that_are_no_ros_parameters_are_refused(launch: Launch, text: str) -> None:
    with pytest.raises(LaunchFileError, match=r'test\.launch\.xml:3: <param>: parameter value'):
        launch(f'<node pkg="toy" exec="ears">\n<param name="p" value="{text}"/></node>')


@pytest.mark.parametrize(
    ('args', 'words'),
    [
        ("a 'b c'  d", ['a', 'b c', 'd']),
        ('$(var text)', ['two words']),
        ('--x=$(var text) $(var text)y', ['--x=two words', 'two wordsy']),
        ('a b $(var text) c d e', ['a', 'b', 'two words', 'c', 'd', 'e']),
        ('$(var nothing) a', ['', 'a']),
    ],
)
def test_args_are_split_but_not_what_is_substituted(
    launch: Launch, args: str, words: list[str]
) -> None:
    description = launch(f"""
        <let name="text" value="two words"/>
        <let name="nothing" value=""/>
        <node pkg="toy" exec="ears" args="{args}"/>""")
    assert args_of(description) == words


@pytest.mark.parametrize(
    ('text', 'expanded'),
    [
        ('$(env HOST)', 'pi'),
        ("$(env MISSING 'a b')", 'a b'),
        ('$(env MISSING $(env HOST)4)', 'pi4'),
        ("$(env MISSING '')", ''),
        ('$(equals $(env HOST) pi)', 'true'),
        ('$(equals 1 True)', 'true'),
        ('$(equals 1.0 1)', 'true'),
        ('$(not-equals pi $(env HOST))', 'false'),
        (r'\$(var x) costs 5$', '$(var x) costs 5$'),
    ],
)
def test_substitutions(launch: Launch, text: str, expanded: str) -> None:
    description = launch(
        f'<let name="t" value="{text}"/><node pkg="toy" exec="ears" args="$(var t)"/>',
        {'HOST': 'pi'},
    )
    assert args_of(description) == [expanded]


@pytest.mark.parametrize(
    ('condition', 'runs'),
    [
        ('if="true"', True),
        ('if="0"', False),
        ('unless=" False "', True),
        ('if="$(equals $(var layout) composed)"', True),
        ('unless="$(equals $(var layout) composed)"', False),
    ],
)
def test_conditions(launch: Launch, condition: str, runs: bool) -> None:
    description = launch(
        f'<arg name="layout" default="composed"/><node pkg="toy" exec="ears" {condition}/>'
    )
    assert len(description.processes) == runs


def test_scoped_groups_keep_changes_to_themselves(launch: Launch) -> None:
    description = launch(
        """
        <let name="who" value="outer"/>
        <group>
          <let name="who" value="inner"/>
          <set_env name="WHO" value="$(var who)"/>
          <push_ros_namespace namespace="inner"/>
          <node pkg="toy" exec="ears" name="a" args="$(var who) $(env WHO)"/>
        </group>
        <node pkg="toy" exec="ears" name="b" args="$(var who) $(env WHO)"/>
        <group scoped="false"><let name="who" value="leaked"/></group>
        <node pkg="toy" exec="ears" name="c" args="$(var who)"/>""",
        {'WHO': 'shell'},
    )
    a, b, c = description.processes
    assert (a.argv[1:3], a.namespace, a.env) == (('inner', 'inner'), '/inner', {'WHO': 'inner'})
    assert (b.argv[1:3], b.namespace, b.env) == (('outer', 'shell'), None, {})
    assert c.argv[1] == 'leaked'


def test_includes_get_their_arguments_and_their_own_dirname(
    launch: Launch, tmp_path: Path
) -> None:
    part = tmp_path / 'parts' / 'part.launch.xml'
    part.parent.mkdir()
    part.write_text("""<launch>
        <arg name="who"/><arg name="size" default="small"/>
        <node pkg="toy" exec="ears" args="$(var who) $(var size) $(dirname)"/></launch>""")
    description = launch("""
        <arg name="side" default="left"/>
        <include file="$(dirname)/parts/part.launch.xml">
          <arg name="who" value="$(var side)"/>
        </include>""")
    assert args_of(description) == ['left', 'small', str(part.parent)]
    assert [argument.name for argument in description.arguments] == ['side']

    with pytest.raises(LaunchFileError, match=r"part\.launch\.xml:2: <arg>: required.* 'who'"):
        launch('<let name="who" value="x"/><include file="$(dirname)/parts/part.launch.xml"/>')


def test_dirname_after_an_include_is_refused_as_upstream_changes_its_meaning(
    launch: Launch, tmp_path: Path
) -> None:
    (tmp_path / 'empty.launch.xml').write_text('<launch/>')
    with pytest.raises(LaunchFileError, match=r'test\.launch\.xml:3: <let>: \$\(dirname\) after'):
        launch('<include file="$(dirname)/empty.launch.xml"/>\n<let name="d" value="$(dirname)"/>')


def test_a_file_that_includes_itself_is_refused(launch: Launch) -> None:
    with pytest.raises(LaunchFileError, match=r'test\.launch\.xml: includes itself'):
        launch('<include file="$(dirname)/test.launch.xml"/>')


LAYOUT = """
    <arg name="layout" default="composed" description="How many processes.">
      <choice value="composed"/>
      <choice value="processes"/>
    </arg>
    <arg name="place" description="Where it stands."/>"""


def test_arguments_are_listed_without_values(tmp_path: Path) -> None:
    path = tmp_path / 'a.launch.xml'
    path.write_text(f'<launch>{LAYOUT}</launch>')
    layout, place = declared_arguments(path)
    assert (layout.name, layout.default) == ('layout', 'composed')
    assert (layout.description, layout.choices) == (
        'How many processes.',
        ('composed', 'processes'),
    )
    assert (place.name, place.default, place.choices) == ('place', None, ())


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        ({'place': 'x', 'layuot': 'y'}, "unknown argument 'layuot'; declared are: layout, place"),
        ({}, r"required argument 'place' was not given \(Where it stands\.\)"),
        (
            {'place': 'x', 'layout': 'one'},
            "argument 'layout' is 'one'; allowed are: composed, processes",
        ),
    ],
)
def test_wrong_arguments_are_refused(
    launch: Launch, arguments: dict[str, str], message: str
) -> None:
    with pytest.raises(LaunchFileError, match=message):
        launch(LAYOUT, **arguments)


@pytest.mark.parametrize(
    ('body', 'message'),
    [
        ('<executable cmd="ls"/>', '<executable>: not supported in <launch>; allowed are: arg,'),
        ('<group><arg name="a"/></group>', '<arg>: not supported in <group>'),
        ('<node pkg="toy" exec="ears" nam="x"/>', "attribute 'nam' is not supported; allowed"),
        ('<node exec="ears"/>', "<node>: attribute 'pkg' is missing"),
        ('<let name="a" value="$(eval 1)"/>', r'\$\(eval \.\.\.\) is not supported; allowed are'),
        ('<let name="a" value="$(var b"/>', r"expected \"\)\" at character 8 of '\$\(var b'"),
        ('<let name="a" value="$(var b)"/>', r'\$\(var b\) is not set here; set are: none'),
        ('<let name="a" value="$(var b c)"/>', r'\$\(var\) takes 1 arguments, got 2'),
        ('<let name="a" value="$(env NOPE)"/>', 'environment variable NOPE is not set'),
        ('<let name="a" value="$(find-pkg-share no)"/>', "package 'no' not found"),
        ('<node pkg="toy" exec="nose"/>', "package 'toy' has no executable .*/lib/toy/nose"),
        ('<node pkg="toy" exec="notes"/>', "package 'toy' has no executable"),
        ('<node pkg="toy" exec="ears" name="a-b"/>', "node name 'a-b' is not valid"),
        ('<node pkg="toy" exec="ears" namespace="a b"/>', "namespace '/a b' is not valid"),
        ('<node pkg="toy" exec="ears" if="maybe"/>', "'if' is 'maybe'; allowed are: true, 1,"),
        ('<node pkg="toy" exec="ears" if="1" unless="1"/>', "'if' and 'unless' exclude"),
        ('<node pkg="toy" exec="ears" output="tty"/>', "output is 'tty'; allowed are: screen"),
        ('<node pkg="toy" exec="ears" respawn="on"/>', "'respawn' is 'on'; allowed are: true"),
        ('<node pkg="toy" exec="ears" respawn_delay="-1"/>', "respawn_delay is '-1'; allowed"),
        ('<node pkg="toy" exec="ears"><param from="/no"/></node>', 'file /no does not exist'),
        ('<node pkg="toy" exec="ears"><param name="a"/></node>', "needs either 'name' and"),
        ('<node pkg="toy" exec="ears" args="&quot;a"/>', 'cannot be split into words'),
        ('<group if="false"><timer period="1"/></group>', '<timer>: not supported in <group>'),
    ],
)
def test_what_is_outside_the_subset_is_refused_with_its_place(
    launch: Launch, body: str, message: str
) -> None:
    with pytest.raises(LaunchFileError, match=rf'test\.launch\.xml:3: .*{message}'):
        launch('\n' + body)


@pytest.mark.parametrize(
    ('name', 'text', 'message'),
    [
        ('a.launch.py', 'pass', 'only XML launch files'),
        ('a.launch.xml', '<launch>\n<node>', r'a\.launch\.xml:2: not XML'),
        ('a.launch.xml', '<robot/>', r'a\.launch\.xml:1: <robot>: a launch file begins with'),
        ('missing.launch.xml', None, 'cannot be read: No such file'),
    ],
)
def test_files_that_are_no_launch_files_are_refused(
    tmp_path: Path, name: str, text: str | None, message: str
) -> None:
    path = tmp_path / name
    if text is not None:
        path.write_text(text)
    with pytest.raises(LaunchFileError, match=message):
        load(path, {}, {})


def test_dry_run_prints_commands_that_a_shell_understands(launch: Launch, prefix: Path) -> None:
    description = launch("""
        <node pkg="toy" exec="ears" name="left" respawn="true" args="'two words'">
          <param name="gain" value="2"/>
          <env name="NOTE" value="it is"/>
        </node>
        <node pkg="toy" exec="ears"/>""")
    (path,) = description.processes[0].params_files
    program = f'{prefix}/lib/toy/ears'
    assert dry_run(description.processes) == (
        '# left (output: log, respawns after 0 s)\n'
        f'# {path}:\n'
        '#   /**:\n'
        '#     ros__parameters:\n'
        '#       gain: 2\n'
        f"env 'NOTE=it is' {program} 'two words' --ros-args -r __node:=left "
        f'--params-file {path}\n'
        '\n'
        '# ears (output: log)\n'
        f'{program} --ros-args\n'
    )
