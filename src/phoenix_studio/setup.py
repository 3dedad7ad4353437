from pathlib import Path

from setuptools import find_packages, setup

package_name = 'phoenix_studio'
pages = Path(__file__).resolve().parent / package_name / 'static'

setup(
    name=package_name,
    version='0.1.0',
    packages=find_packages(exclude=['test', 'test.*']),
    package_data={
        package_name: [
            str(path.relative_to(pages.parent)) for path in pages.rglob('*') if path.is_file()
        ]
    },
    data_files=[
        ('share/ament_index/resource_index/packages', ['resource/' + package_name]),
        ('share/' + package_name, ['package.xml']),
    ],
    zip_safe=False,
    maintainer='The Phoenix developers',
    maintainer_email='phoenix@example.org',
    description="Phoenix in the browser: the toy, the makers' studio, the parents' page.",
    license='Apache-2.0',
    extras_require={'test': ['pytest']},
    entry_points={
        'console_scripts': ['studio = phoenix_core.node.execution:alone'],
        'phoenix.nodes': ['studio = phoenix_studio.node:Studio'],
    },
)
