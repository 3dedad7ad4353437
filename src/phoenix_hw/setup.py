from setuptools import find_packages, setup

package_name = 'phoenix_hw'

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
    description='LED ring and sensors of the Phoenix toy, on the Pi and simulated.',
    license='Apache-2.0',
    extras_require={'test': ['pytest']},
    entry_points={
        'console_scripts': [
            'leds = phoenix_core.node.execution:alone',
            'sensors = phoenix_core.node.execution:alone',
        ],
        'phoenix.nodes': [
            'leds = phoenix_hw.leds.node:Leds',
            'sensors = phoenix_hw.sensors.node:Sensors',
        ],
        'phoenix.led_strips': [
            'simulated = phoenix_hw.leds.providers.simulated:PROVIDER',
            'ws281x = phoenix_hw.leds.providers.ws281x:PROVIDER',
            'spi = phoenix_hw.leds.providers.spi:PROVIDER',
        ],
        'phoenix.sensor_boards': [
            'simulated = phoenix_hw.sensors.providers.simulated:PROVIDER',
            'gpiozero = phoenix_hw.sensors.providers.gpiozero:PROVIDER',
        ],
        'phoenix.fuel_gauges': ['max17048 = phoenix_hw.sensors.fuel_gauges.max17048:PROVIDER'],
    },
)
