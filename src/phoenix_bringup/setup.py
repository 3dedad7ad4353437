from pathlib import Path

from setuptools import find_packages, setup

package_name = 'phoenix_bringup'


def data_files(folder):
    """List a folder's files by the place they are installed to."""
    found = (path for path in Path(folder).rglob('*') if path.is_file())
    files = sorted(path for path in found if path.parent.name != '__pycache__')
    return [(f'share/{package_name}/{path.parent}', [str(path)]) for path in files]


setup(
    name=package_name,
    version='0.1.0',
    packages=find_packages(exclude=['test', 'test.*']),
    data_files=[
        ('share/ament_index/resource_index/packages', ['resource/' + package_name]),
        ('share/' + package_name, ['package.xml']),
        # Links to the folders at the root of the repository.
        *data_files('launch'),
        *data_files('config'),
    ],
    zip_safe=True,
    maintainer='The Phoenix developers',
    maintainer_email='phoenix@example.org',
    description='What runs: launch files, configuration and the runner of the Phoenix toy.',
    license='Apache-2.0',
    extras_require={'test': ['pytest']},
)
