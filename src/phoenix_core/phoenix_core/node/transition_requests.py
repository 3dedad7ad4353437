"""Requests for a transition of a node, by the supervisor or by an operator."""

from typing import Any

from lifecycle_msgs.msg import State, Transition

# The label of a request that says who asks. The id says for what: others, as `ros2 lifecycle set`,
# have the transition's name there, or nothing.
SUPERVISOR = 'supervisor'
# Of a request for no transition: an operator has deactivated the node in an earlier process.
AT_REST = 'at rest'
# The supervisor asks again who does not answer soon. Whoever was only slow has done it meanwhile.
REACHED = {
    Transition.TRANSITION_CONFIGURE: (State.PRIMARY_STATE_INACTIVE, State.PRIMARY_STATE_ACTIVE),
    Transition.TRANSITION_ACTIVATE: (State.PRIMARY_STATE_ACTIVE,),
    Transition.TRANSITION_DEACTIVATE: (State.PRIMARY_STATE_INACTIVE,),
    Transition.TRANSITION_CLEANUP: (State.PRIMARY_STATE_UNCONFIGURED,),
}


class TransitionRequests:
    """
    Answers a node's service `change_state`.

    :param node: an EventNode.
    """

    def __init__(self, node: Any) -> None:
        #: Whether an operator has deactivated the node, and nobody has activated it again.
        self.at_rest = False
        self._node = node
        self._change_state = node._service_change_state.callback
        node._service_change_state.callback = self._on_request

    def _on_request(self, request: Any, response: Any) -> Any:
        label, was_active = request.transition.label, self._node.is_active
        if label == AT_REST:
            self.at_rest = not was_active
            response.success = True
            return response
        if label == SUPERVISOR:
            request.transition.label = ''
            state, _ = self._node._state_machine.current_state
            if state in REACHED.get(request.transition.id, ()):
                response.success = True
                return response
        try:
            self._change_state(request, response)
        except RuntimeError:  # the state does not allow it; rcl has reported that
            response.success = False
        if self._node.is_active:
            self.at_rest = False
        elif was_active and label != SUPERVISOR:
            self.at_rest = True
        return response
