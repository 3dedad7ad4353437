from setuptools import find_packages, setup

package_name = 'phoenix_tools'

setup(
    name=package_name,
    version='0.1.0',
    packages=find_packages(exclude=['test', 'test.*']),
    package_data={package_name: ['completions/*']},
    data_files=[
        ('share/ament_index/resource_index/packages', ['resource/' + package_name]),
        ('share/' + package_name, ['package.xml']),
    ],
    zip_safe=True,
    maintainer='The Phoenix developers',
    maintainer_email='phoenix@example.org',
    description="The command line and the makers' tools of the Phoenix toy.",
    license='Apache-2.0',
    extras_require={'test': ['pytest']},
    entry_points={
        'console_scripts': ['phoenix = phoenix_tools.command_line:main'],
        'phoenix.nodes': ['console = phoenix_tools.run.console:Console'],
        'phoenix.chat_models': ['recorded = phoenix_tools.bags.recorded_chat:RECORDED'],
        'phoenix.voices': ['recorded = phoenix_tools.bags.recorded_voice:RECORDED'],
    },
)
