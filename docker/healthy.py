"""Ask the running toy whether its supervisor and its activities live; exit code 1 if not."""

import os
import sys
import urllib.request

SERIES = 'phoenix_node_start_time_seconds{{node="{}"}}'
port = os.environ.get('PHOENIX_TELEMETRY_METRICS_PORT', '9464')
try:
    with urllib.request.urlopen(f'http://127.0.0.1:{port}/metrics', timeout=5) as answer:
        told = answer.read().decode()
except OSError as error:
    sys.exit(f'the toy does not answer: {error}')
silent = [node for node in ('supervisor', 'activities') if SERIES.format(node) not in told]
if silent:
    sys.exit(f'no sign of life of {", ".join(silent)}')
