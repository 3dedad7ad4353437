"""What the models' libraries do beside their work."""

import os
import subprocess
import sys
from pathlib import Path


def test_onnx_runtime_keeps_and_reports_nothing(tmp_path: Path) -> None:
    environ = {**os.environ, 'HOME': str(tmp_path)}
    environ.pop('ORT_DISABLE_TELEMETRY', None)
    script = 'import phoenix_speech.wake_word.node, onnxruntime; print(onnxruntime.__version__)'
    subprocess.run([sys.executable, '-c', script], env=environ, check=True)
    assert [path for path in tmp_path.rglob('*') if 'Microsoft' in path.parts] == []
