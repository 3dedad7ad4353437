"""The actions Say and Listen: what other ROS nodes ask of the toy, with its end."""

from collections.abc import Callable
from typing import Any

from phoenix_msgs.action import Listen, Say
from phoenix_msgs.msg import ListeningEvent, Transcript
from rclpy.action import ActionServer, CancelResponse, GoalResponse

from phoenix_core import events
from phoenix_core.events.bounds import too_long
from phoenix_core.node.declarations import Publishes, subscribes
from phoenix_core.settings.node_settings import NodeSettings
from phoenix_core.telemetry.timing import Timing
from phoenix_home.neighbor_node import NeighborNode
from phoenix_home.ros.listen_goals import ListenGoals
from phoenix_home.utterances import Outcome

KEPT_S = 60  # how long a result can be asked for
ROS = 'ros'  # the name by which a parent allows that ROS nodes get what is said
SAID = {
    Outcome.SPOKEN: Say.Result.SPOKEN,
    Outcome.INTERRUPTED: Say.Result.INTERRUPTED,
    Outcome.SILENT: Say.Result.SILENT,
}


class RosActions(NeighborNode):
    """
    Serves the actions `say` and `listen` in the toy's namespace.

    A goal is executed at its end: EventsExecutor busy-loops while a coroutine waits.
    """

    listen_request = Publishes(events.LISTEN_REQUEST)
    settings: NodeSettings

    def configure(self) -> None:
        """Make the action servers."""
        self.neighbors.ask(
            ROS, 'other ROS nodes get what is said, when they ask the toy to listen'
        )
        self._cancels: dict[bytes, Callable[[], object]] = {}  # of the goals under way
        self._listening = ListenGoals(self._listen, self.after)
        self._servers = [
            self._server(Say, 'say', self._accept_say, self._say_goal),
            self._server(Listen, 'listen', self._accept_listen, self._listen_goal),
        ]

    def deactivate(self) -> None:
        """End the goals under way."""
        super().deactivate()
        self._listening.cancel()

    def cleanup(self) -> None:
        """Destroy the action servers."""
        for server in self._servers:
            server.destroy()

    @subscribes(events.LISTENING)
    def on_listening(self, event: ListeningEvent) -> None:
        """Follow the ear."""
        self._listening.on_listening(event)

    @subscribes(events.TRANSCRIPT)
    def on_transcript(self, transcript: Transcript) -> None:
        """Receive the words."""
        self._listening.on_transcript(transcript)

    def _server(
        self,
        kind: Any,
        name: str,
        accept: Callable[[Any], bool],
        begin: Callable[[Any], Callable[[], object]],
    ) -> ActionServer:
        def requested(goal: Any) -> GoalResponse:
            accepted = self.is_active and accept(goal)
            return GoalResponse.ACCEPT if accepted else GoalResponse.REJECT

        def accepted(handle: Any) -> None:
            def start() -> None:
                self._cancels[bytes(handle.goal_id.uuid)] = begin(handle)

            self.isolated(start, None, Timing.now())

        def cancel(handle: Any) -> CancelResponse:
            # When the state of the goal has changed; this function still decides about it.
            self.post(self._cancels.get(bytes(handle.goal_id.uuid), lambda: None))
            return CancelResponse.ACCEPT

        return ActionServer(
            self,
            kind,
            name,
            lambda handle: None,
            goal_callback=requested,
            handle_accepted_callback=accepted,
            cancel_callback=cancel,
            result_timeout=KEPT_S,
        )

    def _finish(self, handle: Any, result: Any, succeeded: bool) -> None:
        """End a goal with its result."""
        self._cancels.pop(bytes(handle.goal_id.uuid), None)

        def end(handle: Any) -> Any:
            if handle.is_cancel_requested:
                handle.canceled()
            elif succeeded:
                handle.succeed()
            else:
                handle.abort()
            return result

        handle.execute(end)

    # Say.

    def _accept_say(self, goal: Any) -> bool:
        return bool(goal.text.strip()) and not too_long(goal)

    def _say_goal(self, handle: Any) -> Callable[[], object]:
        def ended(outcome: Outcome, position_s: float) -> None:
            result = Say.Result(outcome=SAID[outcome], position_s=position_s)
            self._finish(handle, result, outcome is Outcome.SPOKEN)

        def began() -> None:
            handle.publish_feedback(Say.Feedback(speaking=True))

        utterance = self.say(handle.request.text, began=began, ended=ended)
        if utterance is None:
            ended(Outcome.SILENT, 0.0)
            return lambda: None
        handle.publish_feedback(Say.Feedback(speaking=False))
        return lambda: self.unsay(utterance)

    # Listen.

    def _accept_listen(self, goal: Any) -> bool:
        return self.neighbors.allows(ROS) and not self._listening.busy

    def _listen_goal(self, handle: Any) -> Callable[[], object]:
        def ended(outcome: int, text: str) -> None:
            result = Listen.Result(outcome=outcome, text=text)
            self._finish(handle, result, outcome == Listen.Result.HEARD)

        def heard(text: str) -> None:
            handle.publish_feedback(Listen.Feedback(open=True, text=text))

        self._listening.begin(heard, ended)
        return self._listening.cancel

    def _listen(self, kind: int) -> str:
        context = self.listen_request(kind=kind)
        return context.trace_id if context is not None else ''
