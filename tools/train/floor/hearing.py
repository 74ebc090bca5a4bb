"""What is heard where somebody stops speaking: the models that Sarai hears with, run as Sarai runs them.

`Hearing.stop` takes an utterance up to a stop and gives what is known SILENT windows later, when the floor
asks whether the turn is over: the encoder's states, the transcript with the transcriber's opinion on the mark behind
it, and what smart-turn says.
"""

import json
import os

import numpy as np
import onnxruntime

HZ, WINDOW, CONTEXT = 16000, 512, 64  # of Silero VAD
ENTER, LEAVE = 0.5, 0.35  # as in src/floor.c
PREROLL, SILENT = 14, 4  # windows: of src/listen/ear.c, and of silence, as SPECULATE_MS is; with 3 the head judges alike
STATES, BEYOND = 100, 10  # encoder states kept: up to the end of the sound, and of the padding behind it
TURN_FRAMES = 8 * HZ  # of smart-turn
MARKS = {"stop": ".!…", "question": "?", "goes on": ",;:-"}


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(path, options)


def unicode_of_bytes():
    """GPT-2's alphabet: a printable letter for each byte."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in printable]
    return {**{chr(b): b for b in printable}, **{chr(256 + i): b for i, b in enumerate(others)}}


class Hearing:
    def __init__(self, models):
        self.vad, self.encoder, self.decoder, self.turn = (
            session(os.path.join(models, name + ".onnx"))
            for name in ("silero-vad-sequence", "whisper-base.encoder", "whisper-base.decoder", "smart-turn-v3"))  # fmt: skip
        of_encoder, of_decoder = (m.get_modelmeta().custom_metadata_map for m in (self.encoder, self.decoder))
        self.pad, self.hop = int(of_encoder["sarai.pad_samples"]), int(of_encoder["sarai.hop_samples"])
        self.layers, self.heads, self.size = (int(of_decoder["sarai." + k]) for k in ("layers", "heads", "head_size"))
        with open(os.path.join(models, "whisper-base.vocab.json"), encoding="utf-8") as f:
            vocabulary = json.load(f)
        names, letters = vocabulary["tokens"], unicode_of_bytes()
        at = {name: i for i, name in enumerate(names)}
        self.prompt = [at[f"<|{n}|>"] for n in ("startoftranscript", "es", "transcribe", "notimestamps")]
        self.previous = at["<|startofprev|>"]
        self.end, self.never, self.never_first = at["<|endoftext|>"], vocabulary["suppress"], vocabulary["suppress_first"]
        self.bytes = [bytes(letters[c] for c in n) if all(c in letters for c in n) else b"" for n in names]
        text = [b.decode("utf-8", "ignore").strip() for b in self.bytes]
        self.marks = {kind: [i for i, t in enumerate(text) if t and t[0] in signs and not any(c.isalnum() for c in t)]
                      for kind, signs in MARKS.items()}  # fmt: skip
        self.is_mark = {i for ids in self.marks.values() for i in ids}

    def speech(self, pcm):
        """How likely somebody speaks, each WINDOW."""
        windows, state = pcm[: len(pcm) // WINDOW * WINDOW].reshape(-1, WINDOW), np.zeros((1, 1, 128), np.float32)
        before = np.concatenate([np.zeros((1, CONTEXT), np.float32), windows[:-1, -CONTEXT:]])
        return self.vad.run(["speech_probs"], {"input": np.concatenate([before, windows], 1), "h": state, "c": state})[0]

    def cut(self, pcm, stop):
        """From the pre-roll to where SILENT windows of silence are behind the sample `stop`; None: no such silence."""
        likely, first, silent = self.speech(pcm), None, 0
        for i, p in enumerate(likely):
            speaks = p >= (LEAVE if silent == 0 and first is not None else ENTER)
            if speaks and first is None:
                first = i
            silent = 0 if speaks else silent + 1
            if first is not None and silent == SILENT and (i + 1) * WINDOW > stop - HZ // 20:
                return pcm[max(0, first + 1 - PREROLL) * WINDOW : (i + 1) * WINDOW]
        return None

    def encode(self, pcm, all_layers):
        total = -(-(len(pcm) + self.pad) // self.hop) * self.hop
        padded = np.zeros((1, total), np.float32)
        padded[0, : len(pcm)] = pcm
        names = [f"cross_{kind}_{i}" for i in range(self.layers if all_layers else 1) for kind in ("key", "value")]
        return dict(zip(names, self.encoder.run(names, {"pcm": padded})))

    def transcribe(self, cross, seconds):
        """(text, probabilities of MARKS' kinds, of the text's end and of its going on, behind the last word)."""
        nothing = np.zeros((1, self.heads, 0, self.size), np.float32)
        past = {f"past_{kind}_{i}": nothing for i in range(self.layers) for kind in ("key", "value")}
        names = ["logits", *(name.replace("past", "present") for name in past)]
        new, place, text, opinion = self.prompt, 0, [], None
        while len(text) < 12 + 10 * seconds:
            feed = {"tokens": np.array([new], np.int64), "positions_at": np.arange(place, place + len(new)),
                    "from": np.array([len(new) - 1]), **past, **cross}  # fmt: skip
            logits, *present = self.decoder.run(names, feed)
            past, place, row = dict(zip(past, present)), place + len(new), logits[0, -1].astype(np.float64)
            chances = np.exp(row - row.max())
            chances /= chances.sum()
            row[self.never] = -np.inf
            if not text:
                row[self.never_first] = -np.inf
            best = int(row.argmax())
            if best not in self.is_mark and best != self.end:
                opinion = None
            elif opinion is None:
                opinion = [chances[ids].sum() for ids in self.marks.values()] + [chances[self.end]]
            if best == self.end:
                break
            text.append(best)
            new = [best]
        said = b"".join(self.bytes[t] for t in text).decode("utf-8", "replace").strip()
        return said, np.array((opinion or [0.0] * 4), np.float32)

    def over(self, pcm):
        """smart-turn's probability."""
        heard = np.zeros((1, TURN_FRAMES), np.float32)
        heard[0, max(0, TURN_FRAMES - len(pcm)) :] = pcm[-TURN_FRAMES:]
        return float(self.turn.run(None, {"pcm": heard})[0][0, 0])

    def stop(self, pcm, stop, ask=True):
        """What is known of an utterance that stops at the sample `stop`; None where no pause was noticed. `ask`: the
        decoder and smart-turn too, which take most of the time."""
        heard = self.cut(pcm, stop)
        if heard is None:
            return None
        cross = self.encode(heard, ask)
        states = cross["cross_value_0"][0].transpose(1, 0, 2).reshape(-1, self.heads * self.size)
        end = len(heard) // self.hop
        kept = states[max(0, end - STATES) : end + BEYOND]
        kept = np.concatenate([np.zeros((STATES + BEYOND - len(kept), kept.shape[1]), np.float32), kept])
        text, marks = self.transcribe(cross, len(heard) / HZ) if ask else ("", np.full(4, -1, np.float32))
        return {"states": kept.astype(np.float16), "n": len(heard), "pcm": np.resize(heard[-2 * HZ :], 2 * HZ)
                if len(heard) >= 2 * HZ else np.concatenate([np.zeros(2 * HZ - len(heard), np.float32), heard]),
                "text": text, "marks": marks, "sound": self.over(heard) if ask else -1.0}  # fmt: skip
