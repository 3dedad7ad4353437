from setuptools import find_packages, setup

package_name = 'phoenix_home'

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
    description='The neighbors of the Phoenix toy: ROS, Wyoming, MCP, Home Assistant, Foxglove.',
    license='Apache-2.0',
    extras_require={'test': ['pytest']},
    entry_points={
        'console_scripts': [
            'foxglove = phoenix_core.node.execution:alone',
            'home_assistant = phoenix_core.node.execution:alone',
            'mcp_server = phoenix_home.mcp.server:main',
            'ros_actions = phoenix_core.node.execution:alone',
            'ros_bridge = phoenix_core.node.execution:alone',
            'wyoming_server = phoenix_core.node.execution:alone',
        ],
        'phoenix.nodes': [
            'foxglove = phoenix_home.foxglove.node:Foxglove',
            'home_assistant = phoenix_home.home_assistant.node:HomeAssistant',
            'mcp_server = phoenix_home.mcp.server:McpServer',
            'ros_actions = phoenix_home.ros.actions:RosActions',
            'ros_bridge = phoenix_home.ros.bridge:RosBridge',
            'wyoming_server = phoenix_home.wyoming.server:WyomingServer',
        ],
        'phoenix.recognizers': ['wyoming = phoenix_home.wyoming.recognizer:RECOGNIZER'],
        'phoenix.wake_word_engines': ['wyoming = phoenix_home.wyoming.wake_word:WAKE_WORD'],
        'phoenix.voices': ['wyoming = phoenix_home.wyoming.voice:VOICE'],
        'phoenix.tool_sources': ['mcp = phoenix_home.mcp.client:TOOLS'],
    },
)
