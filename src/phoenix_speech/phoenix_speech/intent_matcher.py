"""Finds what the user wants in what they said: an intent with its slots, or none."""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml
from hassil import Intents, recognize_best

from phoenix_speech.sentence_grammar import SentenceGrammar

MARGIN=0.01
CONVERSATION='conversation'
UNITS={'hours':3600,'minutes':60,'seconds':1}
@dataclass(frozen=True)
class IntentMatch:
    name: str
    slots: dict[str, str]
    confidence: float

class IntentMatcher:
    def __init__(self, f, min_confidence=0.66):
        t=Path(f).read_text()
        t=re.sub(r'(\w+)\[(\w+)\]',r'(\1|\1\2)',t)
        self.i=Intents.from_dict(yaml.safe_load(t))
        self.g=SentenceGrammar(self.i,(CONVERSATION,))
        self.m=min_confidence
    def rec(self,text):
        return recognize_best(text.lower(),self.i)
    def match(self,text):
        r=self.rec(text)
        if r: return None if r.intent.name==CONVERSATION else self.mk(r,1.0)
        c=self.g.nearest(text,self.m)
        if not c: return None
        if any(s>c[0][0]-MARGIN and n!=c[0][2] for s,t,n in c): return None
        for s,t,n in c:
            r=self.rec(t)
            if r and r.intent.name!=CONVERSATION: return self.mk(r,s)
    def mk(self,r,c):
        sl={};d=0
        for e in r.entities_list:
            if e.name in UNITS: d+=UNITS[e.name]*float(e.value); sl['duration']='%g'%d
            else: sl[e.name]='%g'%e.value if isinstance(e.value,float) else str(e.value)
        return IntentMatch(r.intent.name,sl,round(c,3))
