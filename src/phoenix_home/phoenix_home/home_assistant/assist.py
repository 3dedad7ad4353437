"""Assist of Home Assistant: the sound of a question goes out, the words of an answer come back."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

CHUNK_BYTES = 4096
LONGEST_TEXT = 2000  # characters of an answer
LONGEST_NAME = 64  # characters of an identifier or a code
NO_WORDS = 'stt-no-text-recognized'  # the error of a house that heard no words in the sound


class Client(Protocol):
    """A connection to Home Assistant."""

    def send(self, message: Any) -> None:
        """Send a message."""
        ...

    async def drain(self) -> None:
        """Wait until it takes more; raise OSError if it is gone."""
        ...


@dataclass(frozen=True)
class Answer:
    """
    What comes of a question; all empty: it was none for the house.

    :param text: to be said.
    :param done: the house has understood it, though it says nothing.
    :param problem: why there is no answer.
    """

    text: str = ''
    done: bool = False
    problem: str = ''


@dataclass(eq=False)
class Question:
    """
    What a person said.

    :param sound: int16 mono at 16 kHz.
    :param phrase: the wake phrase that came before it, if any.
    :param answered: called once, unless it is left.
    """

    sound: bytes
    phrase: str
    answered: Callable[[Answer], object]
    runs: bool = field(default=False, init=False)  # before that, events are of an earlier one
    understood: bool = field(default=False, init=False)


class Assist:
    """
    Asks one question at a time, of the client that has offered last to answer.

    A house that was started anew comes back before its former connection is found to be dead.
    """

    def __init__(self) -> None:
        self._houses: list[Client] = []  # that answer; the last is asked
        self._question: Question | None = None
        self._sending: asyncio.Task[None] | None = None
        self._conversation_id = ''  # the house has asked something back

    @property
    def is_there(self) -> bool:
        """Whether somebody answers; may be asked in any thread."""
        return bool(self._houses)

    @property
    def _house(self) -> Client | None:
        return self._houses[-1] if self._houses else None

    def offers(self, client: Client, answers: bool) -> None:
        """Note that a client answers from now on, or no longer."""
        asked = self._house
        if client in self._houses:
            self._houses.remove(client)
        if answers:
            self._houses.append(client)
        if self._house is not asked:
            self._conversation_id = ''
            self._end(Answer(problem='is gone'))

    def ask(self, question: Question) -> None:
        """Ask; a question before it is left."""
        from aioesphomeapi import api_pb2 as api

        self.leave()
        house = self._house
        if house is None:
            question.answered(Answer(problem='is gone'))
            return
        conversation_id, self._conversation_id = self._conversation_id, ''
        self._question = question
        house.send(
            api.VoiceAssistantRequest(
                start=True, wake_word_phrase=question.phrase, conversation_id=conversation_id
            )
        )
        sending = self._send(house, question.sound)
        self._sending = asyncio.get_running_loop().create_task(sending)

    def leave(self) -> None:
        """Wait no longer for an answer."""
        from aioesphomeapi import api_pb2 as api

        if self._question is not None:
            self._forget()
            if self._house is not None:
                self._house.send(api.VoiceAssistantRequest(start=False))

    def on_response(self, client: Client, takes: bool) -> None:
        """Process whether the house takes the question."""
        if not takes and client is self._house:
            self._end(Answer(problem='takes no question'))

    def on_event(self, client: Client, kind: int, data: dict[str, str]) -> None:
        """Process what the house tells of its work."""
        from aioesphomeapi import api_pb2 as api

        question = self._question
        if client is not self._house or question is None:
            return
        if kind == api.VOICE_ASSISTANT_RUN_START:
            question.runs = True
        elif kind == api.VOICE_ASSISTANT_ERROR:
            code = data.get('code', '')
            self._end(Answer() if code == NO_WORDS else Answer(problem=_name(code) or 'failed'))
        elif not question.runs:
            pass
        elif kind in (api.VOICE_ASSISTANT_STT_END, api.VOICE_ASSISTANT_INTENT_END):
            question.understood = True  # of an answer to ask_question, the house wants the words
            if data.get('continue_conversation') == '1':
                self._conversation_id = _name(data.get('conversation_id', ''))
        elif kind == api.VOICE_ASSISTANT_TTS_START:
            # The toy says it in its own time; the house need not wait for that.
            client.send(api.VoiceAssistantAnnounceFinished(success=True))
            self._end(_answer(data.get('text', '')))
        elif kind == api.VOICE_ASSISTANT_RUN_END:
            self._end(Answer(done=question.understood))

    async def _send(self, house: Client, sound: bytes) -> None:
        from aioesphomeapi import api_pb2 as api

        with suppress(OSError):  # that it is gone is told elsewhere
            for start in range(0, len(sound), CHUNK_BYTES):
                house.send(api.VoiceAssistantAudio(data=sound[start : start + CHUNK_BYTES]))
                await house.drain()
            house.send(api.VoiceAssistantAudio(end=True))

    def _end(self, answer: Answer) -> None:
        if self._question is not None:
            self._forget().answered(answer)

    def _forget(self) -> Question:
        assert self._question is not None and self._sending is not None
        question, self._question = self._question, None
        self._sending.cancel()
        return question


def _answer(text: str) -> Answer:
    words = ' '.join(text.split())
    if len(words) > LONGEST_TEXT or not words.isprintable():
        return Answer(problem='says what nobody says')
    return Answer(words, done=True)


def _name(text: str) -> str:
    """Return an identifier; empty: it is none."""
    plain = text.isascii() and text.replace('-', '').replace('_', '').isalnum()
    return text if plain and len(text) <= LONGEST_NAME else ''
