"""Light: the lamp that the toy is, on and off, in a color and as bright as wanted."""

from phoenix_activities.engine.activity import Activity, Intent, Priority, Request


class Light(Activity):
    """Changes the light and tells it."""

    name = 'light'
    intents = ('light_on', 'light_off', 'light_color', 'light_brightness')
    priority = Priority.ANSWER

    def enter(self, request: Request) -> None:
        """Do what was asked; a program gives a color, a level, or neither for light."""
        assert request.intent is not None
        self._shine(request.intent)

    def on_intent(self, intent: Intent) -> bool:
        """Change it again."""
        if intent.name not in self.intents:
            return False
        self._shine(intent)
        return True

    def _shine(self, intent: Intent) -> None:
        words, slots = self.director.words, intent.slots
        color = slots.get('color', '')
        level = float(slots.get('level', 100))
        if intent.name == 'light_off':
            self.director.show('off')
            self.say_phrase('off')
        elif color and color not in words.colors:
            self.say_phrase('unknown_color')
        else:
            rgb = words.colors[color] if color else ''
            self.director.show('solid', color=rgb, brightness=min(1.0, level / 100))
            phrase = 'color' if color else 'brightness' if 'level' in slots else 'on'
            name = words.color_names.get(color, color)
            text = self.phrase(phrase, color=name, level=slots.get('level', ''))
            self.director.say(text[0].upper() + text[1:])  # it may begin with the color
