"""The page of a recording: no toy runs, and it says so."""

import re
import signal

import pytest
from browser import PHONE, browser, serious_faults
from front_door import ROOT, Phoenix

BAG = ROOT / 'tests/bags/light'
READ_MS = 60_000  # reading bags takes a program of its own
NO_DOMAIN = 0  # nothing here is on a graph


class BagPage:
    """The page of a recording; `entry` is the address for the next browser."""

    def __init__(self):
        self.process = Phoenix(NO_DOMAIN, 'studio', str(BAG), '--port', '0')
        self.process.wait_for('http://127')

    @property
    def entry(self):
        [address] = re.findall(r'http://127\S+', self.process.output)
        return address


@pytest.fixture(scope='module')
def web():
    page = BagPage()
    try:
        with browser(page) as web:
            yield web
        page.process.process.send_signal(signal.SIGINT)
        assert page.process.process.wait(10) == 0
    finally:
        page.process.kill()


@pytest.mark.long
@pytest.mark.parametrize(
    'options',
    [{'color_scheme': 'light'}, {'color_scheme': 'dark', 'viewport': PHONE}],
    ids=['desktop', 'phone'],
)
def test_the_recording_is_shown_at_once(web, options):
    page = web.open(**options)
    page.get_by_role('button', name='make the light blue').click(timeout=READ_MS)
    page.get_by_role('button', name='speech/intent').first.wait_for()
    assert page.get_by_role('button', name='timer', exact=False).count(), 'the others, too'
    assert serious_faults(page) == []
    page.get_by_role('link', name='Settings').click()
    page.get_by_text('No toy runs behind this page: it shows the recording light').wait_for()
    assert serious_faults(page) == []
    assert page.locator('[data-ear]').count() == 0
    assert web.close() == []


def test_what_is_no_recording_is_refused(tmp_path):
    for path, reason in ((tmp_path, 'no rosbag2 directory'), (tmp_path / 'x', 'no such bag')):
        refused = Phoenix(NO_DOMAIN, 'studio', str(path))
        output, _ = refused.process.communicate(timeout=60)
        assert refused.process.returncode == 1
        assert reason in output
        assert 'Traceback' not in output
