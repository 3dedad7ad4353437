"""The corpus of bench/understanding: hardly anything is taken for something else."""

import importlib.util
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

FILE = Path(__file__).parents[4] / 'bench' / 'understanding.py'


@pytest.fixture(scope='module')
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location('bench_understanding', FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # for its dataclasses
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize('language', ['en', 'de'])
def test_the_tuning_part(bench: ModuleType, language: str) -> None:
    sentences = bench.read_corpus(bench.CORPUS / f'{language}.tuning.txt')[::6]
    matcher = bench.Bench(language, ())
    counts = Counter(bench.verdict(one, matcher.understand(one.text)) for one in sentences)
    assert counts['wrong'] <= bench.WRONG_AT_MOST * len(sentences)
    assert counts['right'] >= bench.RIGHT_AT_LEAST * len(sentences)


@pytest.mark.parametrize('language', ['en', 'de'])
def test_a_sentence_with_another_word_is_not_acted_on(bench: ModuleType, language: str) -> None:
    assert bench.Bench(language, ()).mutations(most=300)


def test_the_bench_knows_right_from_wrong(bench: ModuleType) -> None:
    sentence = bench.Sentence('set a timer for five minutes', ('timer_set duration=5m',))
    matcher = bench.Bench('en', ())
    assert bench.verdict(sentence, matcher.understand('set a timer for 5 minutes')) == 'right'
    assert bench.verdict(sentence, matcher.understand('set a timer for six minutes')) == 'wrong'
    assert bench.verdict(sentence, matcher.understand('five minutes')) == 'asked'
    assert bench.verdict(sentence, matcher.understand('why do cats purr')) == 'refused'
