from setuptools import find_packages, setup

package_name = 'phoenix_activities'

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
    description='What the Phoenix toy does: activities and the state machine between them.',
    license='Apache-2.0',
    extras_require={'test': ['pytest']},
    entry_points={
        'console_scripts': ['activities = phoenix_activities.activities:main'],
        'phoenix.nodes': ['activities = phoenix_activities.activities:Activities'],
        'phoenix.activities': [
            'idle = phoenix_activities.idle:Idle',
            'sleep = phoenix_activities.sleep:Sleep',
            'conversation = phoenix_activities.conversation:Conversation',
            'story = phoenix_activities.story:Story',
            'timer = phoenix_activities.timer:Timer',
        ],
    },
)
