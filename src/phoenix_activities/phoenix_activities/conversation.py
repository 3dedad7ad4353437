"""
Conversation: answers what a person says.

Short answers come from the words of the language, everything else from the conversation node.
"""

from typing import Any

from phoenix_activities.activity import Activity, Intent, Request

VOLUME_STEP = 0.2


class Conversation(Activity):
    """One exchange: listens, answers, and ends when all has been said."""

    name = 'conversation'

    def enter(self, request: Request) -> None:
        """Answer, or wait for the first words."""
        self._asked_again = False
        if request.intent is not None:
            self._answer(request.intent)

    def on_intent(self, intent: Intent) -> bool:
        """Answer what has a short answer or none; leave other activities to the director."""
        words = self.director.words
        if intent.name in words.answers or intent.name in ('fallback', 'repeat'):
            self._answer(intent)
            return True
        return False

    def on_not_heard(self) -> None:
        """Ask once to say it again."""
        if self._asked_again:
            self.director.finish('not_heard')
        else:
            self._asked_again = True
            self._listen_next = True
            self.director.say_phrase('say_again')

    def on_said(self) -> None:
        """Listen after asking to say it again, otherwise rest."""
        if self._listen_next:
            self._listen_next = False
            self.director.listen()
        else:
            self.director.finish('done')

    _asked_again = False
    _listen_next = False

    def _answer(self, intent: Intent) -> None:
        director, words = self.director, self.director.words
        if intent.name == 'repeat' and director.repeat():
            return
        if intent.name not in words.answers:
            director.converse(intent.text)
            return
        self._act(intent)
        values: dict[str, Any] = {**_moment(director), **intent.slots}
        values.setdefault('name', director.memory.get('child_name', ''))
        light = words.answers[intent.name].show
        if light is not None:
            color = words.colors.get(intent.slots.get('color', ''), light.color)
            director.show(
                light.animation,
                color=color,
                brightness=float(intent.slots.get('level', 100)) / 100,
                duration_s=light.duration_s,
            )
        director.say(words.answer(intent.name, **values))

    def _act(self, intent: Intent) -> None:
        """Do what some intents ask for besides an answer."""
        director, slots = self.director, intent.slots
        match intent.name:
            case 'volume_up':
                director.set_volume(director.volume + VOLUME_STEP)
            case 'volume_down':
                director.set_volume(director.volume - VOLUME_STEP)
            case 'volume_set':
                director.set_volume(float(slots['level']) / 100)
            case 'mute':
                director.set_volume(director.volume, muted=True)
            case 'unmute':
                director.set_volume(director.volume)
            case 'set_child_name':
                director.memory['child_name'] = slots['name']


def _moment(director: Any) -> dict[str, str]:
    now = director.toy.now()
    return {
        'time': now.strftime('%I:%M %p').lstrip('0'),
        'date': f'{now:%A}, {now:%B} {now.day}',
    }
