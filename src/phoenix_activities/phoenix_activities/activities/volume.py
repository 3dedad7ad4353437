"""Volume: how loud the toy speaks."""

from phoenix_activities.engine.activity import Activity, Intent, Priority, Request

STEP = 0.2


class Volume(Activity):
    """Speaks louder, softer or not at all, and says so."""

    name = 'volume'
    intents = ('volume_up', 'volume_down', 'volume_set', 'mute', 'unmute')
    priority = Priority.ANSWER

    def enter(self, request: Request) -> None:
        """Do what was asked; a program gives a level in percent."""
        assert request.intent is not None
        self._turn(request.intent)

    def on_intent(self, intent: Intent) -> bool:
        """Change it again."""
        if intent.name not in self.intents:
            return False
        self._turn(intent)
        return True

    def _turn(self, intent: Intent) -> None:
        director = self.director
        match intent.name:
            case 'volume_up':
                director.set_volume(director.volume + STEP)
            case 'volume_down':
                director.set_volume(director.volume - STEP)
            case 'mute':
                director.set_volume(director.volume, muted=True)
            case 'unmute':
                director.set_volume(director.volume)
            case _:
                director.set_volume(float(intent.slots['level']) / 100)
        phrase = intent.name if intent.name in self.intents else 'volume_set'
        self.say_phrase(phrase, level=intent.slots.get('level', ''))
