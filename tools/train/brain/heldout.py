"""What training may not contain: the prompts of tests/brain and what is nearly one of them."""
import difflib
import functools
import pathlib
import sys

import frame

sys.path.append(str(pathlib.Path(__file__).resolve().parents[3] / "bench"))
import brain  # noqa: E402

NEAR = 0.85  # similarity by edits from which two sentences are nearly one
LENGTHS = 12  # letters by which near sentences may differ
RUN = 4  # words
SHARE = 0.5  # of a prompt's runs of words in one sentence


def near(a, b):
    """The same words in another order or with other marks, or few edits apart."""
    if sorted(a.split()) == sorted(b.split()):
        return True
    m = difflib.SequenceMatcher(None, a, b, autojunk=False)
    return m.real_quick_ratio() >= NEAR and m.quick_ratio() >= NEAR and m.ratio() >= NEAR


def words_of(said, moods):
    """(what was found, the words alone) of what is said to the model, both plain."""
    found, _, words = said.rpartition("\n")
    head, _, rest = words.partition(") ")
    return brain.plain(found), brain.plain(rest if head[:1] == "(" and head[1:] in moods else words)


@functools.cache
def bare_prompts():
    """The prompts that are nothing but their words."""
    return [(q, brain.plain(q["text"])) for q in brain.prompts()
            if not ("result" in q or "history" in q or q.get("passages"))]


def runs(text):
    words = text.split()
    return {tuple(words[i:i + RUN]) for i in range(len(words) - RUN + 1)}


def is_shared(prompt, words):
    own = runs(prompt)
    if own and len(own & runs(words)) >= SHARE * len(own):
        return True
    return abs(len(words) - len(prompt)) < LENGTHS and near(prompt, words)


@functools.cache
def shared_with(words):
    """The prompt that these words alone, plain, are nearly; None: none."""
    return next((q for q, said in bare_prompts() if is_shared(said, words)), None)


def is_clean(turns, moods):
    """True: no turn of a dialogue is nearly a prompt."""
    bare = [words for found, words in (words_of(said, moods) for said, _ in turns
                                       if not said.startswith(frame.result(""))) if not found]
    return not any(shared_with(words) for words in bare)
