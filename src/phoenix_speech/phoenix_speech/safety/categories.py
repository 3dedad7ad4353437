"""Names what the care check looks for in a person's words, and what is done about each."""

from enum import Enum


class Category(Enum):
    """What a sentence of a person may be about; a value is its name in the files."""

    EMERGENCY = 'emergency'
    FIRE = 'fire'
    POISON = 'poison'
    MISSING_ADULT = 'missing_adult'
    SELF_HARM = 'self_harm'
    ABUSE = 'abuse'
    GROOMING = 'grooming'
    DANGER = 'danger'
    BULLYING = 'bullying'
    SADNESS = 'sadness'
    SEXUAL = 'sexual'
    HATE = 'hate'
    DRUGS = 'drugs'
    PERSONAL_DATA = 'personal_data'
    INJECTION = 'injection'
    BEING_ALIVE = 'being_alive'


class Level(Enum):
    """What the toy does with a sentence."""

    CARE = 'care'  # answer with care words at once, and nothing else
    REFUSE = 'refuse'  # refuse, and lead to something else
    ANSWER = 'answer'  # answer, then return to what was
    PASS = 'pass'  # understand it as any other sentence


LEVELS = {
    Category.EMERGENCY: Level.CARE,
    Category.FIRE: Level.CARE,
    Category.POISON: Level.CARE,
    Category.MISSING_ADULT: Level.CARE,
    Category.SELF_HARM: Level.CARE,
    Category.ABUSE: Level.CARE,
    Category.GROOMING: Level.CARE,
    Category.DANGER: Level.REFUSE,
    Category.BULLYING: Level.CARE,
    Category.SADNESS: Level.CARE,
    Category.SEXUAL: Level.REFUSE,
    Category.HATE: Level.REFUSE,
    Category.DRUGS: Level.REFUSE,
    Category.PERSONAL_DATA: Level.REFUSE,
    Category.INJECTION: Level.REFUSE,
    Category.BEING_ALIVE: Level.ANSWER,
}

# After these no dance and no joke until a pause.
GRAVE = frozenset(
    (
        Category.EMERGENCY,
        Category.FIRE,
        Category.POISON,
        Category.MISSING_ADULT,
        Category.SELF_HARM,
        Category.ABUSE,
        Category.GROOMING,
    )
)

# Of two categories in one sentence the one that stands first here is answered.
URGENCY = {category: place for place, category in enumerate(Category)}
