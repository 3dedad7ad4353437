from setuptools import find_packages, setup

package_name = 'phoenix_speech'

setup(
    name=package_name,
    version='0.1.0',
    packages=find_packages(exclude=['test', 'test.*']),
    data_files=[
        ('share/ament_index/resource_index/packages', ['resource/' + package_name]),
        ('share/' + package_name, ['package.xml']),
    ],
    zip_safe=True,
    maintainer='The Phoenix developers',
    maintainer_email='phoenix@example.org',
    description='Wake word, listener, intent, conversation and voice of the Phoenix toy.',
    license='Apache-2.0',
    extras_require={'test': ['pytest']},
    entry_points={
        'console_scripts': [
            'wake_word = phoenix_core.node.execution:alone',
            'listener = phoenix_core.node.execution:alone',
            'intent = phoenix_core.node.execution:alone',
            'conversation = phoenix_core.node.execution:alone',
            'voice = phoenix_core.node.execution:alone',
        ],
        'phoenix.nodes': [
            'wake_word = phoenix_speech.wake_word.node:WakeWord',
            'listener = phoenix_speech.listening.node:Listener',
            'intent = phoenix_speech.understanding.node:Intent',
            'conversation = phoenix_speech.conversation.node:Conversation',
            'voice = phoenix_speech.voice.node:Voice',
        ],
        'phoenix.wake_word_engines': [
            'microwakeword = phoenix_speech.wake_word.providers.microwakeword:MICROWAKEWORD',
            'openwakeword = phoenix_speech.wake_word.providers.openwakeword:OPENWAKEWORD',
        ],
        'phoenix.recognizers': [
            'moonshine = phoenix_speech.listening.providers.moonshine:MOONSHINE',
            'whisper = phoenix_speech.listening.providers.whisper:WHISPER',
            'faster_whisper = phoenix_speech.listening.providers.faster_whisper:FASTER_WHISPER',
        ],
        'phoenix.voices': [
            'piper = phoenix_speech.voice.providers.piper:PIPER',
            'espeak_ng = phoenix_speech.voice.providers.espeak_ng:ESPEAK_NG',
            'flite = phoenix_speech.voice.providers.flite:FLITE',
        ],
        'phoenix.chat_models': [
            'openai = phoenix_speech.conversation.providers.openai:OPENAI',
            'book = phoenix_speech.conversation.providers.book:BOOK',
            'scripted = phoenix_speech.conversation.providers.scripted:SCRIPTED',
        ],
    },
)
