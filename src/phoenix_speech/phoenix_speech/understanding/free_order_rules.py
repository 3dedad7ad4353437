"""What the order of words tells in a language, and what it does not, as data."""

from phoenix_core.settings.config_file import FileModel


class FreeOrderRules(FileModel):
    """
    The words that matter for sentences in another order than a template's.

    :param besides: tell nothing in any place: articles, particles.
    :param weak: phrases that may be heard besides where no sentence has them: 'if you can'.
    :param tells: phrases that may stand before a question: 'do you know'.
    :param alike: verbs that say the same with the same object, where no sentence has the one said.
    :param no_leads: are no mere hesitation here, though they may be at the beginning of others.
    :param ties: belong to the word behind them: prepositions.
    :param heads: begin a question, or a statement: a sentence begins with one of them only if
        that of the template does.
    """

    besides: list[str] = []
    weak: list[str] = []
    tells: list[str] = []
    alike: list[list[str]] = []
    no_leads: list[str] = []
    ties: list[str] = []
    heads: list[str] = []

    def __bool__(self) -> bool:
        return bool(self.besides or self.ties or self.heads)
