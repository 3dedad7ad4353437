"""The encoder is shared by the care check and the guard, which judge in threads of their own."""

import threading

from phoenix_speech.safety.sentence_encoder import sentence_encoder

TEXTS = [f'can i put a bag over my head {number}' for number in range(200)]
LIMIT_S = 60.0  # without one thread for its matrices it never ends


def test_threads_that_encode_at_once_all_end():
    encoder = sentence_encoder()

    def work() -> None:
        for text in TEXTS:
            encoder.encode([text])

    threads = [threading.Thread(target=work, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT_S / len(threads))
    assert not any(thread.is_alive() for thread in threads)


def test_is_loaded_once():
    assert sentence_encoder() is sentence_encoder()
