"""Another device comes in with a code, as a person on a phone does it."""

import re

import pytest
from browser import PHONE, browser, serious_faults
from front_door import Phoenix

from phoenix_core.testing import TestGraph

HOST = '127.0.0.2'  # not the one that counts as this machine alone
DEVICE = {'viewport': PHONE, 'ignore_https_errors': True}  # a person would accept it


class OpenStudio:
    """A studio without a toy, for other devices; `entry` is the address for this machine."""

    def __init__(self, domain, state_home):
        self.process = Phoenix(
            domain, 'studio', '--port', '0', PHOENIX_STUDIO_HOST=HOST, XDG_STATE_HOME=state_home
        )
        self.process.wait_for('/enter?code=')

    @property
    def entry(self):
        return re.findall(r'https://\S+/enter\S+', self.process.output)[-1]

    @property
    def code(self):
        return re.findall(r'the code (\d{4} \d{4})', self.process.output)[-1]


@pytest.mark.long
def test_a_phone_is_paired(tmp_path):
    with TestGraph() as graph:
        studio = OpenStudio(graph.domain, str(tmp_path))
        try:
            with browser(studio, **DEVICE) as web:
                pair(web, studio)
        finally:
            studio.process.kill()
    [file] = (tmp_path / 'phoenix').glob('*.pem')
    assert file.stat().st_mode & 0o777 == 0o600


def pair(web, studio):
    page = web.stranger('/pair', **DEVICE)
    assert serious_faults(page) == []
    code = page.get_by_label('The code that the terminal of the toy shows')
    code.fill('1')
    code.press('Enter')
    page.get_by_text('That is not the code.').wait_for()
    assert web.close() == [
        'console: Failed to load resource: the server responded with a status of 403 (Forbidden)'
    ]
    page = web.stranger('/pair', **DEVICE)
    page.get_by_role('textbox').fill(studio.code)
    page.get_by_role('button').click()
    page.wait_for_url(f'{web.address}/')
    page.locator('[data-ready]').wait_for(state='attached')  # the socket is open
    [cookie] = page.context.cookies()
    assert (cookie['secure'], cookie['httpOnly']) == (True, True)
    assert web.close() == []
