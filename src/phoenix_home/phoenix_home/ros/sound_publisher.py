"""Publishes sound in the messages of audio_common_msgs: two packages have that name."""

import sys
from typing import Any

from phoenix_msgs.msg import AudioFrame
from rclpy.qos import DurabilityPolicy, QoSProfile

LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
DEPTH = 10
INT16 = 8  # PortAudio's number for the format, which AudioInfo has beside an AudioStamped
BYTE_ORDER = 'S16LE' if sys.byteorder == 'little' else 'S16BE'
INFO = '_info'  # what is appended to the topic for the format


class SoundPublisher:
    """
    Publishes an AudioStamped, or what the package of the ROS distribution has in its place.

    That is an AudioDataStamped, which does not tell its format: an AudioInfo, latched, on a topic
    of its own does.

    :param node: publishes.
    :param package: the module audio_common_msgs.msg.
    """

    def __init__(self, node: Any, package: Any, topic: str) -> None:
        self._node = node
        self._kind = getattr(package, 'AudioStamped', None) or package.AudioDataStamped
        self.publisher = node.create_publisher(self._kind, topic, DEPTH)
        self._info: Any = None
        if self._kind.__name__ == 'AudioDataStamped':
            self._info = node.create_publisher(package.AudioInfo, f'{topic}{INFO}', LATCHED)
            self._form = package.AudioInfo(sample_format=BYTE_ORDER, coding_format='wave')

    def publish(self, frame: AudioFrame) -> None:
        """Publish a frame, and its format when that is another than before."""
        message = self._kind()
        message.header.stamp = frame.header.stamp
        if self._info is None:
            info = message.audio.info
            info.format, info.channels = INT16, frame.channels
            info.rate, info.chunk = frame.sample_rate, len(frame.samples) // frame.channels
            message.audio.audio_data.int16_data = frame.samples
        else:
            self._tell(frame.channels, frame.sample_rate)
            message.audio.data = frame.samples.tobytes()
        self.publisher.publish(message)

    def _tell(self, channels: int, rate: int) -> None:
        form = self._form
        if (form.channels, form.sample_rate) != (channels, rate):
            form.channels, form.sample_rate = channels, rate
            form.bitrate = rate * channels * 16
            self._info.publish(form)

    def destroy(self) -> None:
        """Destroy the publishers."""
        for publisher in filter(None, (self.publisher, self._info)):
            self._node.destroy_publisher(publisher)
