from setuptools import find_packages, setup

package_name = 'phoenix_core'

setup(
    name=package_name,
    version='0.1.0',
    package_data={package_name: ['node/loopback.xml']},
    packages=find_packages(exclude=['test', 'test.*']),
    data_files=[
        ('share/ament_index/resource_index/packages', ['resource/' + package_name]),
        ('share/' + package_name, ['package.xml']),
    ],
    zip_safe=True,
    maintainer='The Phoenix developers',
    maintainer_email='phoenix@example.org',
    description='What every Phoenix node is made of.',
    license='Apache-2.0',
    extras_require={'test': ['pytest']},
    entry_points={
        'console_scripts': [
            'compose = phoenix_core.node.execution:compose',
            'supervisor = phoenix_core.supervision.node:main',
            'telemetry = phoenix_core.node.execution:alone',
        ],
        'phoenix.nodes': [
            'supervisor = phoenix_core.supervision.node:Supervisor',
            'telemetry = phoenix_core.telemetry.node:Telemetry',
        ],
    },
)
