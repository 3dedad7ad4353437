from setuptools import find_packages, setup

package_name = 'phoenix_activities'

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
    description='What the Phoenix toy does: activities and the state machine between them.',
    license='Apache-2.0',
    extras_require={'test': ['pytest']},
    entry_points={
        'console_scripts': ['activities = phoenix_activities.engine.node:main'],
        'phoenix.nodes': ['activities = phoenix_activities.engine.node:Activities'],
        'phoenix.activities': [
            'alarm = phoenix_activities.activities.alarm:Alarm',
            'bedtime = phoenix_activities.activities.bedtime:Bedtime',
            'breathing = phoenix_activities.activities.breathing:Breathing',
            'conversation = phoenix_activities.activities.conversation:Conversation',
            'dance = phoenix_activities.activities.dance:Dance',
            'feelings = phoenix_activities.activities.feelings:Feelings',
            'guess_animal = phoenix_activities.activities.guess_animal:GuessAnimal',
            'help = phoenix_activities.activities.help:Help',
            'idle = phoenix_activities.activities.idle:Idle',
            'light = phoenix_activities.activities.light:Light',
            'parrot = phoenix_activities.activities.parrot:Parrot',
            'quiz = phoenix_activities.activities.quiz:Quiz',
            'riddle = phoenix_activities.activities.riddle:Riddle',
            'simon_says = phoenix_activities.activities.simon_says:SimonSays',
            'sleep = phoenix_activities.activities.sleep:Sleep',
            'story = phoenix_activities.activities.story:Story',
            'timer = phoenix_activities.activities.timer:Timer',
            'volume = phoenix_activities.activities.volume:Volume',
        ],
    },
)
