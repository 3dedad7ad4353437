"""Settings of the conversation node, and the group of its providers."""

from typing import Annotated

from phoenix_core.settings.node_settings import SeededSettings, setting
from phoenix_core.settings.provider import ProviderGroup
from phoenix_speech.conversation.chat_model import ChatModel
from phoenix_speech.conversation.foreign_tools import ToolSource

CHAT_MODELS: ProviderGroup['ConversationSettings', ChatModel] = ProviderGroup(
    'phoenix.chat_models'
)
TOOL_SOURCES: ProviderGroup['ConversationSettings', ToolSource] = ProviderGroup(
    'phoenix.tool_sources'
)


class ConversationSettings(SeededSettings):
    """Settings of the conversation node. A server's key is taken from OPENAI_API_KEY alone."""

    providers: Annotated[list[str], CHAT_MODELS] = setting(
        ['book', 'scripted'],
        'Chat models, best first: entry points of their group, e.g. openai, book, scripted.',
    )
    tool_sources: Annotated[list[str], TOOL_SOURCES] = setting(  # not empty, as ROS wants it
        [''], 'Where language models find tools of other programs, e.g. mcp.'
    )
    first_sentence_s: float = setting(
        4.0, 'Deadline for the first sentence of each model [s].', gt=0, le=60
    )
    total_s: float = setting(20.0, 'Deadline for the whole reply of a model [s].', gt=0, le=300)
