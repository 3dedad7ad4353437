"""Guess the animal: the child thinks of one, the toy finds it by at most twenty questions."""

from pydantic import Field, model_validator

from phoenix_activities.engine.activity import Request, UserIntent
from phoenix_activities.engine.asking import AskingActivity
from phoenix_activities.words.words import ActivityWords, Phrase, Phrases

MOST_QUESTIONS = 20
SURE = 1  # so few remaining animals are guessed one by one


class GuessAnimalPhrases(Phrases):
    """Said around the questions."""

    begin: Phrase
    guess: Phrase
    found: Phrase
    given_up: Phrase
    yes_or_no: Phrase


class GuessAnimalWords(ActivityWords):
    """
    The words of the game.

    :param questions: name of a trait to the question for it.
    :param animals: how an animal is named in a guess, to the traits it has; it lacks the others.
    """

    phrases: GuessAnimalPhrases
    questions: dict[str, str]
    animals: dict[str, list[str]] = Field(min_length=2)

    @model_validator(mode='after')
    def _traits_are_asked_for(self) -> 'GuessAnimalWords':
        for animal, traits in self.animals.items():
            if unknown := set(traits) - set(self.questions):
                raise ValueError(f'animals.{animal}: no question for {", ".join(sorted(unknown))}')
        return self


class GuessAnimalActivity(AskingActivity):
    """Asks for the trait that best splits the remaining animals."""

    name = 'guess_animal'
    intents = ('guess_animal',)
    words: GuessAnimalWords

    def enter(self, request: Request) -> None:
        """Let the child think of an animal, and ask the first question."""
        self._left = dict(self.words.animals)
        self._unasked = dict(self.words.questions)
        self._questions = 0
        self._trait = self._guess = ''
        self.say_phrase(self.words.phrases.begin)
        self._ask_next()

    def on_intent(self, intent: UserIntent) -> bool:
        """Begin again with another animal, or act on an answer."""
        if intent.name in ('next', 'guess_animal'):
            self.enter(Request(intent.name, intent))
            return True
        return super().on_intent(intent)

    def on_answer(self, name: str, intent: UserIntent) -> None:
        """Keep the animals that fit."""
        if self._guess and name == 'yes':
            self.body.show('happy', duration_s=4.0)
            self.say_phrase(self.words.phrases.found, questions=self._questions)
            return
        if self._guess:
            self._left.pop(self._guess)
        elif name != 'unsure':
            self._left = {
                animal: traits
                for animal, traits in self._left.items()
                if (self._trait in traits) == (name == 'yes')
            }
        self._ask_next()

    def on_other_answer(self, intent: UserIntent) -> bool:
        """Ask for yes or no."""
        self.say_phrase(self.words.phrases.yes_or_no)
        return super().on_other_answer(intent)

    def _ask_next(self) -> None:
        self._guess = ''
        if not self._left or self._questions == MOST_QUESTIONS:
            self.say_phrase(self.words.phrases.given_up)
            return
        self._questions += 1
        self._trait = self._best_question()
        if len(self._left) <= SURE or not self._trait:
            self._guess = next(iter(self._left))
            question = self.text_of(self.words.phrases.guess, animal=self._guess)
        else:
            question = self._unasked.pop(self._trait)
        self.ask(question, {'yes': [], 'no': [], **self.words.answers})

    def _best_question(self) -> str:
        """Return the trait that about half of the animals have; empty if none differs."""
        having = {
            trait: sum(trait in traits for traits in self._left.values())
            for trait in self._unasked
        }
        useful = [trait for trait, count in having.items() if 0 < count < len(self._left)]
        return min(useful, key=lambda trait: abs(2 * having[trait] - len(self._left)), default='')
