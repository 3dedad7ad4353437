"""Wake word, listener, intent, conversation and voice of the Phoenix toy."""

import os

# ONNX Runtime, which runs the models, otherwise reports about the machine to its maker, and keeps
# an identifier for that. Set before it is first imported.
os.environ.setdefault('ORT_DISABLE_TELEMETRY', '1')
