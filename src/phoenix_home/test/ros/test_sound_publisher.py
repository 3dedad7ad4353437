"""Sound in the messages of either package that is called audio_common_msgs."""

from types import SimpleNamespace

from phoenix_msgs.msg import AudioFrame

from phoenix_home.ros.sound_publisher import SoundPublisher


def of(**fields):
    """Return a class of messages with fields of these classes."""

    class Message:
        def __init__(self, **values):
            for name, kind in fields.items():
                setattr(self, name, values[name] if name in values else kind())

    return Message


STAMPED = {'header': of(stamp=int)}
PORTAUDIO = SimpleNamespace(
    AudioStamped=of(
        **STAMPED,
        audio=of(
            info=of(format=int, channels=int, rate=int, chunk=int),
            audio_data=of(int16_data=list),
        ),
    )
)
AudioDataStamped = of(**STAMPED, audio=of(data=bytes))
AudioDataStamped.__name__ = 'AudioDataStamped'
GSTREAMER = SimpleNamespace(
    AudioDataStamped=AudioDataStamped,
    AudioInfo=of(channels=int, sample_rate=int, sample_format=str, bitrate=int, coding_format=str),
)


class Node:
    """Keeps what is published, by topic."""

    def __init__(self):
        self.published = {}

    def create_publisher(self, kind, topic, qos):
        self.published[topic] = messages = []
        return SimpleNamespace(publish=messages.append)


def published(package, *rates):
    node = Node()
    publisher = SoundPublisher(node, package, 'sound')
    for rate in rates:
        publisher.publish(AudioFrame(sample_rate=rate, channels=1, samples=[1, 2, 3]))
    return node.published


def test_a_message_may_hold_its_format():
    [message] = published(PORTAUDIO, 16000)['sound']
    info = message.audio.info
    assert (info.format, info.channels, info.rate, info.chunk) == (8, 1, 16000, 3)
    assert list(message.audio.audio_data.int16_data) == [1, 2, 3]


def test_that_of_the_distribution_tells_it_once_on_a_topic_of_its_own():
    told = published(GSTREAMER, 16000, 16000)
    assert [message.audio.data for message in told['sound']] == [b'\1\0\2\0\3\0'] * 2
    [info] = told['sound_info']
    assert (info.channels, info.sample_rate, info.bitrate) == (1, 16000, 256000)
    assert (info.sample_format, info.coding_format) == ('S16LE', 'wave')
