from setuptools import find_packages, setup

package_name = 'phoenix_activities'

setup(
    name=package_name,
    version='0.1.0',
    packages=find_packages(exclude=['test', 'test.*']),
    package_data={package_name: ['py.typed']},
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
        'console_scripts': ['activities = phoenix_core.node.execution:alone'],
        'phoenix.nodes': ['activities = phoenix_activities.engine.node:Activities'],
        'phoenix.activities': [
            'alarm = phoenix_activities.activities.alarm:AlarmActivity',
            'bedtime = phoenix_activities.activities.bedtime:BedtimeActivity',
            'breathing = phoenix_activities.activities.breathing:BreathingActivity',
            'care = phoenix_activities.activities.care:CareActivity',
            'conversation = phoenix_activities.activities.conversation:ConversationActivity',
            'dance = phoenix_activities.activities.dance:DanceActivity',
            'feelings = phoenix_activities.activities.feelings:FeelingsActivity',
            'guess_animal = phoenix_activities.activities.guess_animal:GuessAnimalActivity',
            'help = phoenix_activities.activities.help:HelpActivity',
            'idle = phoenix_activities.activities.idle:IdleActivity',
            'light = phoenix_activities.activities.light:LightActivity',
            'limits = phoenix_activities.activities.limits:LimitsActivity',
            'parrot = phoenix_activities.activities.parrot:ParrotActivity',
            'quiz = phoenix_activities.activities.quiz:QuizActivity',
            'riddle = phoenix_activities.activities.riddle:RiddleActivity',
            'simon_says = phoenix_activities.activities.simon_says:SimonSaysActivity',
            'sleep = phoenix_activities.activities.sleep:SleepActivity',
            'story = phoenix_activities.activities.story:StoryActivity',
            'timer = phoenix_activities.activities.timer:TimerActivity',
            'unsure = phoenix_activities.activities.unsure:UnsureActivity',
            'volume = phoenix_activities.activities.volume:VolumeActivity',
        ],
    },
)
