"""The toy in a browser: seen, touched, heard, spoken and typed to."""

import re

import pytest
from browser import PHONE, browser, serious_faults, studio_toy
from builtin_interfaces.msg import Time
from front_door import ROOT

from phoenix_core import events
from phoenix_core.limits.parent_file import ParentFile

SAMPLE = ROOT / 'samples/hey_jarvis_turn_on_the_light.wav'
SCREENS = ('toy', 'now', 'turns', 'graph', 'sessions', 'words', 'settings', 'faults', 'health')
HEARD_MS = 90_000  # the recording is played again and again: a busy machine may miss one
SHOWN_MS = 15_000
TRIED_MS = 60_000  # reads models in a program of its own
REST_MS = 45_000  # until the toy rests again, whatever it was told before
LOUD = 0.02  # of full scale 1


@pytest.fixture(scope='module')
def toy(tmp_path_factory):
    with studio_toy(tmp_path_factory.mktemp('state')) as toy:
        yield toy


@pytest.fixture(scope='module')
def web(toy):
    with browser(toy, SAMPLE) as web:
        yield web


@pytest.fixture
def expect(web):
    """Assert what a page shows; fails at the end for what no page may do."""
    from playwright.sync_api import expect

    expect.set_options(timeout=SHOWN_MS)
    yield expect
    assert web.close() == []


@pytest.mark.long
def test_the_page_shows_the_lights_of_the_toy(web, expect):
    page = web.open()
    expect(page.locator('[data-phase=resting]')).to_be_visible()
    expect(page.locator('[data-ear=closed]')).to_be_visible()
    expect(page.locator('canvas')).to_have_attribute('data-frames', re.compile(r'\d{2,}'))
    expect(page.locator('canvas')).to_have_attribute('data-leds', '16')


@pytest.mark.long  # in real time; sound on sockets and in the simulated room has tests of its own
def test_a_person_speaks_to_the_page_and_hears_the_answer(web, expect):
    page = web.open('/', permissions=['microphone'])
    expect(page.locator('[data-phase=resting]')).to_be_visible()
    page.get_by_role('button', name='Sound').click()
    page.get_by_role('button', name='My microphone').click()
    expect(page.get_by_text('Your microphone is on')).to_be_visible()
    page.get_by_role('link', name='Now').click()  # sound goes on, and nothing is drawn in 3D
    expect(page.locator('[data-ear=open]')).to_be_visible(timeout=HEARD_MS)
    heard = page.locator('.words li.person:not(.partial)', has_text=re.compile('light', re.I))
    expect(heard.first).to_be_visible(timeout=HEARD_MS)
    expect(page.locator('.words li.toy').first).to_be_visible()
    page.wait_for_function(f'() => document.documentElement.dataset.heard > {LOUD}')


@pytest.mark.long
def test_everything_is_done_by_keys_alone(toy, web, expect):
    page = web.open()
    expect(page.locator('[data-phase=resting]')).to_be_visible()
    page.keyboard.press('m')
    expect(page.locator('[data-ear=muted]')).to_be_visible()
    page.keyboard.press('m')
    expect(page.locator('[data-ear=closed]')).to_be_visible()
    page.keyboard.down('t')
    page.keyboard.up('t')
    expect(page.locator('[data-ear=open]')).to_be_visible()
    tab_to(page, 'sentence')
    page.keyboard.type('what is your name')
    page.keyboard.press('Enter')
    expect(page.locator('[data-who=typed]').last).to_have_text('what is your name')
    expect(page.locator('[data-who=toy]').last).to_be_visible()
    for screen in SCREENS:
        tab_to(page, f'#{screen}')
        page.keyboard.press('Enter')
        expect(page.locator(f'nav a[href="#{screen}"]')).to_have_attribute('aria-current', 'page')


def tab_to(page, name):
    """Press Tab until the element with this id or address has the focus."""
    page.evaluate('document.activeElement.blur()')
    for _ in range(60):
        page.keyboard.press('Tab')
        focused = page.evaluate('(({ id, hash }) => [id, hash])(document.activeElement ?? {})')
        if name in focused:
            return
    raise AssertionError(f'no Tab leads to {name}')


def test_the_body_is_touched_with_the_mouse(toy, web, expect):
    page = web.open()
    expect(page.locator('canvas')).to_have_attribute('data-leds', '16')
    box = page.locator('canvas').bounding_box()
    page.mouse.move(box['x'] + box['width'] / 2, box['y'] + box['height'] / 2)
    page.mouse.down()
    page.mouse.up()
    expect(page.locator('[data-ear=open]')).to_be_visible()
    toy.process.wait_for('     touch  ')


def test_what_was_almost_a_call_is_on_the_screen(toy, web, expect):
    page = web.open('/#now')
    expect(page.get_by_text('wakes at 0.50')).to_be_visible()
    expect(page.locator('[data-misses]')).not_to_contain_text('almost')
    probe = toy.graph.probe(publishes=[events.WAKE_WORD_SCORE])
    toy.graph._wait_for_subscribers(probe, events.WAKE_WORD_SCORE, 1)
    for second, score in ((1, 0.1), (2, 0.43), (3, 0.2), (4, 0.0)):
        page.wait_for_timeout(100)  # of a stream, only the newest is told
        probe.publish(
            events.WAKE_WORD_SCORE, stamp=Time(sec=second), phrase='hey_test', score=score
        )
    expect(page.locator('[data-misses]')).to_contain_text('almost woke, 0.43')


@pytest.mark.long
def test_an_interaction_is_a_waterfall_with_its_causes(web, expect):
    page = web.open()
    expect(page.locator('[data-phase=resting]')).to_be_visible(timeout=REST_MS)
    page.get_by_label('Type to the toy').fill('what is your name')
    page.keyboard.press('Enter')
    expect(page.locator('[data-phase=speaking]')).to_be_visible()
    expect(page.locator('[data-phase=resting]')).to_be_visible(timeout=REST_MS)
    page.goto(f'{web.address}/#turns')
    page.locator('.turn', has_text='what is your name').first.click()
    page.get_by_role('button', name='audio/playback started').click()
    expect(page.locator('.chain li').first).to_contain_text('speech/transcript final')
    expect(page.locator('.chain li').last).to_contain_text('audio/playback started')
    expect(page.get_by_role('row', name='first sound')).to_contain_text('0.30 s')


@pytest.mark.long
def test_the_graph_shows_who_hears_a_topic_and_hides_words(web, expect):
    page = web.open()
    page.get_by_label('Type to the toy').fill('what is your name')
    page.keyboard.press('Enter')
    expect(page.locator('[data-who=toy]')).to_be_visible()
    page.goto(f'{web.address}/#graph')
    topic = page.get_by_role('button', name='speech/transcript')
    topic.focus()
    page.keyboard.press('Enter')
    expect(page.get_by_text('what is your name')).to_have_count(0)
    page.get_by_role('button', name='Show what was said').click()
    expect(page.get_by_text('what is your name')).to_be_visible()
    page.get_by_role('button', name='leds', exact=True).click()
    expect(page.locator('aside')).to_contain_text('leds/frame')
    page.get_by_role('button', name='Compare with the code').click()
    # The probe of the test before is what it finds.
    expect(page.locator('.check')).to_contain_text('/phoenix/probe publishes it', timeout=40_000)


@pytest.mark.long
def test_a_recorded_session_is_seen_and_heard(web, expect):
    page = web.open('/#sessions')
    page.get_by_role('button', name='light', exact=False).first.click()
    page.get_by_role('button', name='make the light blue').click()
    expect(page.get_by_role('button', name='speech/intent').first).to_be_visible()
    picture = page.get_by_role('img', name='The session over time')
    expect(picture).to_be_visible()
    assert picture.evaluate('(one) => one.decode().then(() => one.naturalWidth)') > 300
    page.locator('audio').evaluate('(one) => one.play()')
    page.wait_for_function('() => document.querySelector("audio").currentTime > 0')


@pytest.mark.long
def test_a_sentence_is_tried_and_found_in_its_file(toy, web, expect):
    page = web.open('/#words')
    page.get_by_label('Sentence', exact=True).fill('set a timer for ten minutes')
    page.get_by_label('Sentence', exact=True).press('Enter')
    found = page.locator('[data-intent=timer_set]')
    expect(found).to_contain_text('600', timeout=TRIED_MS)
    expect(page.locator('[data-care=pass]')).to_be_visible()
    assert 'ten minutes' not in toy.process.output, 'nothing is said or done'
    found.get_by_role('button').click()
    page.get_by_role('button', name='intents.yaml:').first.click()
    expect(page.locator('.marked')).to_contain_text('timer_set:')
    page.get_by_label('Sentence', exact=True).fill('i drank bleach')
    page.get_by_label('Sentence', exact=True).press('Enter')
    expect(page.locator('[data-care=care]')).to_contain_text('poison')
    page.get_by_role('button', name='care.yaml').last.click()
    expect(page.get_by_text('changed by nobody in a browser')).to_be_visible()
    assert serious_faults(page) == []


def test_a_setting_is_changed_while_the_toy_runs_and_taken_back(web, expect):
    page = web.open('/#settings')
    page.get_by_label('Find').fill('threshold')
    value = page.get_by_label('threshold', exact=True)
    value.fill('7')
    value.press('Enter')
    expect(page.get_by_role('alert')).to_contain_text('Not accepted')
    value.fill('0.7')
    value.press('Enter')
    expect(page.get_by_text('changed', exact=True)).to_be_visible()
    page.get_by_role('button', name='Revert').click()
    expect(value).to_have_value('0.5')
    expect(page.get_by_text('default', exact=True)).to_be_visible()


@pytest.mark.long
def test_health_tells_what_works_and_what_it_takes(web, expect):
    page = web.open('/#health')
    expect(page.get_by_role('listitem').filter(has_text='hearing')).to_contain_text('well')
    expect(page.get_by_role('row', name='this page')).to_contain_text('MB')


@pytest.mark.long
def test_parts_are_made_to_fail_and_the_time_to_recover_is_drawn(web, expect):
    page = web.open('/#faults')
    unplug = page.get_by_role('button', name='Unplug the LEDs')
    unplug.click()
    trial = page.locator('[data-fault=unplug_leds]')
    expect(trial).to_have_attribute('data-phase', 'noticed')
    expect(page.get_by_role('button', name='Deafen the microphone')).to_be_disabled()
    page.get_by_role('button', name='Mend it').click()
    expect(trial).to_have_attribute('data-phase', 'recovered')
    expect(trial).to_contain_text('light lost')
    expect(unplug).to_be_enabled()
    page.get_by_label('Node').select_option('supervisor')
    page.get_by_role('button', name='Kill').click()
    trial = page.locator('[data-fault=kill]')
    expect(trial).to_contain_text('all well after', timeout=REST_MS)
    assert trial.locator('.bar').bounding_box()['width'] > 10


@pytest.mark.long
def test_a_parent_decides_and_the_toy_judges(toy, web, expect):
    file = ParentFile.of({'XDG_STATE_HOME': str(toy.state_home)}, '/phoenix')
    page = web.open('/parents')
    choose = page.locator('form', has_text='There is no PIN yet')
    choose.get_by_label('Choose a PIN').fill('2468')
    choose.get_by_label('The same PIN again').fill('2469')
    choose.get_by_role('button').click()
    expect(page.get_by_text('two different ones')).to_be_visible()
    choose.get_by_label('The same PIN again').fill('2468')
    choose.get_by_role('button').click()
    expect(page.get_by_text('Change the PIN').first).to_be_visible()
    assert file.pin_set

    page.get_by_label('Dancing').uncheck()
    page.get_by_role('checkbox', name='Play time at a stretch').check()
    page.get_by_label('Play time at a stretch, minutes').fill('200')

    def save_with(pin):
        """Save, and return what the page says."""
        page.get_by_label('PIN', exact=True).fill(pin)  # once the answer before is there
        page.get_by_role('button', name='Save').click()
        expect(page.get_by_label('PIN', exact=True)).not_to_have_value(pin)
        return page.locator('form [role=status]').text_content()

    assert [save_with('1111') for _ in range(2)] == ['The PIN is wrong.'] * 2
    assert re.search(r'again in \d+ seconds', save_with('1111'))
    assert 'again in' in save_with('2468')  # also the right one has to wait
    assert file.limits.activities_off == []
    toy.let_try_again()
    page.get_by_label('PIN', exact=True).fill('2468')
    page.get_by_role('button', name='Save').click()
    expect(page.get_by_text('Saved. It holds from now on.')).to_be_visible()
    assert file.limits.activities_off == ['dance']
    assert file.limits.session_minutes == 200

    page.get_by_label('Play time at a stretch, minutes').fill('9999')
    page.get_by_label('PIN', exact=True).fill('2468')
    page.get_by_role('button', name='Save').click()
    assert file.limits.session_minutes == 200
    page.get_by_role('button', name='Undo').click()
    expect(page.get_by_text('Nothing to save')).to_be_visible()


@pytest.mark.long
def test_a_parent_lets_the_toy_forget_everything(toy, web, expect):
    file = ParentFile.of({'XDG_STATE_HOME': str(toy.state_home)}, '/phoenix')
    assert file.pin_set, 'the test before sets it'
    talk = web.open()
    talk.get_by_label('Type to the toy').fill('what is your name')
    talk.keyboard.press('Enter')
    expect(talk.locator('[data-who=typed]')).to_be_visible()
    page = web.open('/parents')
    page.get_by_role('button', name='Forget everything').click()
    page.get_by_label('PIN', exact=True).fill('2468')
    page.get_by_role('button', name='Yes, forget everything').click()
    expect(page.get_by_text('Everything is forgotten.')).to_be_visible()
    assert file.forgotten == 1
    expect(talk.locator('[data-who=typed]')).to_have_count(0)


@pytest.mark.long
@pytest.mark.parametrize('screen', [*(f'/#{name}' for name in SCREENS), '/parents'])
@pytest.mark.parametrize(
    'options',
    [
        {'color_scheme': 'light'},
        {'color_scheme': 'dark', 'locale': 'de-DE', 'viewport': PHONE},
    ],
    ids=['desktop', 'phone'],
)
def test_nobody_is_kept_out(web, expect, screen, options):
    page = web.open(screen, **options)
    expect(page.locator('[data-ready]').first).to_be_visible()
    assert serious_faults(page) == []
    wide = page.evaluate(
        'document.documentElement.scrollWidth > document.documentElement.clientWidth'
    )
    assert not wide, 'it must be scrolled sideways'
