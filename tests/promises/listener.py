"""
Somebody with the toy's software and domain: tells what of the toy can be seen, heard and done.

`python listener.py TEXT [TOPIC ...]` asks the toy to say a text, and prints a JSON object: the
nodes there are, the topics that were heard, whether somebody took the text, and whether it was
said. It ends when the text was said and all of the topics were heard; without topics, after some
seconds.
"""

import json
import sys
import time

import rclpy
from phoenix_msgs.msg import SayRequest

from phoenix_core import events
from phoenix_core.node import discovery

SECONDS = 4.0
AT_MOST_S = 60.0
ASK_AGAIN_S = 0.5  # nobody may have been there to hear the last

discovery.stay_private()
rclpy.init()
node = rclpy.create_node('stranger', namespace='/phoenix')
heard = set()
said = []


def listen(event):
    def hear(message):
        if event is events.AUDIO_PLAYBACK and message.utterance_id == node.get_name():
            said.append(message)
        if getattr(message, 'text', '') != sys.argv[1]:
            heard.add(event.topic)

    node.create_subscription(event.message_class, event.topic, hear, event.qos)


for event in events.ALL:
    listen(event)
say = node.create_publisher(SayRequest, events.SAY_REQUEST.topic, events.SAY_REQUEST.qos)
text, *wanted = sys.argv[1:]
begun_s = asked_s = time.monotonic()
end_s = begun_s + (AT_MOST_S if wanted else SECONDS)
while (now_s := time.monotonic()) < end_s and not (wanted and said and heard >= set(wanted)):
    rclpy.spin_once(node, timeout_sec=0.1)
    if not said and now_s - asked_s > ASK_AGAIN_S:
        say.publish(SayRequest(utterance_id=node.get_name(), text=text))
        asked_s = now_s
taken = say.get_subscription_count() > 1  # the other one is its own
nodes = {name for name, _ in node.get_node_names_and_namespaces()} - {'stranger'}
seen = {'nodes': sorted(nodes), 'heard': sorted(heard), 'taken': taken, 'said': bool(said)}
print(json.dumps(seen))
rclpy.shutdown()
