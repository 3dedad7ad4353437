"""The state keeper: writes what is to be kept on a node's worker, and reports failures."""

import threading
from pathlib import Path

from phoenix_msgs.msg import CapabilityStatus

from phoenix_activities.state.state_store import StateStore, StateStoreError, Values
from phoenix_activities.timer_handle import TimerHandle
from phoenix_core.limits.parent_file import RefusedError
from phoenix_core.node.event_node import EventNode

RETRY_S = 30.0


class StateKeeper:
    """
    Writes the newest values, one write at a time, and retries what fails.

    Meanwhile the toy goes on with what it has in memory. What a parent lets the toy forget is not
    written again.
    """

    def __init__(self, node: EventNode, path: Path, retry_s: float = RETRY_S) -> None:
        """Work for a node; all methods are for its executor's thread."""
        self._node = node
        self._retry_s = retry_s
        self._store = StateStore(path, lambda report: node.post(self._report_put_aside, report))
        self._writing = threading.Lock()
        self._newest: Values = {}
        self._has_kept = False  # something was read, or written since
        self.forget()
        self._saving = False
        self._retry: TimerHandle | None = None

    def load(self) -> Values:
        """Return what was kept; nothing when that cannot be read."""
        self.forget()  # before it is read
        try:
            self._newest = self._saved = self._store.load()
            self._has_kept = bool(self._newest)
        except StateStoreError as error:
            self._report_failed(error, 'begins with nothing')
        return self._newest

    def forget(self) -> None:
        """Drop all values; those of before the parent's newest wish to forget stay unwritten."""
        self._newest = self._saved = {}
        self._forgotten = self._node.parent_file.forgotten

    def keep(self, values: Values) -> None:
        """Write these values as soon as the write under way is over."""
        self._newest = values
        if not self._saving:
            self._save()

    def close(self) -> None:
        """Write what has not been written."""
        if self._newest is not self._saved and (
            error := self._try(self._newest, self._forgotten)[1]
        ):
            self._report_failed(error, 'loses what changed')

    def _save(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
        self._saving = True
        self._node.in_background(self._try, self._newest, self._forgotten, then=self._tried)

    def _try(
        self, values: Values, forgotten: int
    ) -> tuple[Values, StateStoreError | RefusedError | None]:
        file = self._node.parent_file
        try:
            with self._writing, file.undisturbed():
                # What is newer may have been written by `close` meanwhile.
                if values is self._newest and file.forgotten == forgotten:
                    self._store.save(values)
        except (StateStoreError, RefusedError) as error:
            return values, error
        return values, None

    def _tried(self, result: tuple[Values, StateStoreError | RefusedError | None]) -> None:
        values, error = result
        self._saving = False
        if error is not None:
            self._report_failed(error, f'keeps it in memory, tries again in {self._retry_s:g} s')
            if self._node.is_active:
                self._retry = self._node.after(self._retry_s, self._save)
            return
        self._saved = values
        self._has_kept = True
        self._node.healed('state_unsaved')
        if self._newest is not values and self._node.is_active:  # else `close` writes it
            self._save()

    def _report_failed(self, error: Exception, tried: str) -> None:
        self._node.fault(
            'state_unsaved',
            str(error),
            tried=tried,
            self_healing=True,
            impairs=CapabilityStatus.DEGRADED,
        )

    def _report_put_aside(self, report: str) -> None:
        tried = 'goes on with the rest' if self._has_kept else 'begins with nothing'
        self._node.fault('state_put_aside', report, tried=tried)
