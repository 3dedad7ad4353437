"""
The start command of a version that is none, in the place of `phoenix`.

The file `behavior` beside it says what is wrong with it. It keeps values in a database as the toy
does, writes down that it has started, and says so to who listens.
"""

import os
import signal
import socket
import sqlite3
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
BEHAVIOR = (HERE / 'behavior').read_text()
FORMAT = int((HERE / 'src/phoenix_core/phoenix_core/storage/state_format.py').read_text()[9:])
signal.signal(signal.SIGINT, lambda *_: sys.exit(130))

if BEHAVIOR == 'does not start':
    sys.exit('a library is missing')
if BEHAVIOR == 'hangs':
    signal.pause()
folder = Path(os.environ['XDG_STATE_HOME']) / 'phoenix'
folder.mkdir(exist_ok=True)
database = folder / 'phoenix.sqlite3'
is_damaged = database.exists() and not database.read_bytes().startswith(b'SQLite format 3')
if is_damaged or BEHAVIOR == 'puts aside what it reads':
    database.rename(folder / 'phoenix.sqlite3.damaged')
with sqlite3.connect(database) as state:
    found = state.execute('PRAGMA user_version').fetchone()[0]
    if found > FORMAT:
        sys.exit(f'the state has the form {found}')
    if BEHAVIOR == 'migrates wrongly':
        state.execute('DROP TABLE kept')
        state.commit()
        state.execute('SELECT * FROM kept')
    state.execute('CREATE TABLE IF NOT EXISTS kept (name PRIMARY KEY, value)')
    if BEHAVIOR == 'puts aside what it reads':
        state.execute("INSERT INTO kept VALUES ('volume', '7')")
    if BEHAVIOR == 'forgets':
        state.execute("DELETE FROM kept WHERE name = 'timers'")
    state.execute(f'PRAGMA user_version={FORMAT}')
state.close()
condition = b'all well'
if 'ear' in BEHAVIOR:
    condition = b'hearing lost, speaking degraded'
elif 'voice' in BEHAVIOR:
    condition = b'speaking degraded'
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as way:
    way.sendto(b'READY=1\nSTATUS=' + condition, os.environ['NOTIFY_SOCKET'])
    if BEHAVIOR == 'loses an ear at first':
        time.sleep(0.3)
        way.sendto(b'STATUS=all well', os.environ['NOTIFY_SOCKET'])
if BEHAVIOR == 'dies at once':
    sys.exit(1)
signal.pause()
