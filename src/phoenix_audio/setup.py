from setuptools import find_packages, setup

package_name = 'phoenix_audio'

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
    description='Microphone and speaker of the Phoenix toy: PortAudio and WAV files.',
    license='Apache-2.0',
    extras_require={'test': ['pytest']},
    entry_points={
        'console_scripts': [
            'microphone = phoenix_core.node.execution:alone',
            'speaker = phoenix_core.node.execution:alone',
        ],
        'phoenix.nodes': [
            'microphone = phoenix_audio.microphone.node:Microphone',
            'speaker = phoenix_audio.speaker.node:Speaker',
        ],
        'phoenix.microphones': [
            'simulated = phoenix_audio.microphone.providers.simulated:PROVIDER',
            'portaudio = phoenix_audio.microphone.providers.portaudio:PROVIDER',
        ],
        'phoenix.speakers': [
            'simulated = phoenix_audio.speaker.providers.simulated:PROVIDER',
            'portaudio = phoenix_audio.speaker.providers.portaudio:PROVIDER',
        ],
    },
)
