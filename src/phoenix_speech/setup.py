from setuptools import find_packages, setup

package_name = 'phoenix_speech'

setup(
    name=package_name,
    version='0.1.0',
    packages=find_packages(exclude=['test']),
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
            'wake_word = phoenix_speech.wake_word:main',
            'listener = phoenix_speech.listener:main',
            'intent = phoenix_speech.intent:main',
            'conversation = phoenix_speech.conversation:main',
            'voice = phoenix_speech.voice:main',
        ],
        'phoenix.nodes': [
            'wake_word = phoenix_speech.wake_word:WakeWord',
            'listener = phoenix_speech.listener:Listener',
            'intent = phoenix_speech.intent:Intent',
            'conversation = phoenix_speech.conversation:Conversation',
            'voice = phoenix_speech.voice:Voice',
        ],
        'phoenix.wake_word_engines': ['openwakeword = phoenix_speech.wake_word:openwakeword'],
        'phoenix.recognizers': [
            'moonshine = phoenix_speech.listener:moonshine',
            'faster_whisper = phoenix_speech.listener:faster_whisper',
        ],
        'phoenix.voices': [
            'piper = phoenix_speech.voice:piper',
            'espeak_ng = phoenix_speech.voice:espeak_ng',
            'flite = phoenix_speech.voice:flite',
        ],
        'phoenix.chat_models': [
            'openai = phoenix_speech.conversation:openai',
            'local = phoenix_speech.conversation:local',
            'scripted = phoenix_speech.conversation:scripted',
        ],
    },
)
