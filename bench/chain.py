"""The usual chain that Sarai is measured beside: faster-whisper (int8, beam 1), a llama.cpp server that streams
and keeps its prompt cache, and kokoro-onnx, which speaks a sentence as soon as it is complete.

    parser = argparse.ArgumentParser(); chain.add_arguments(parser)
    c = Chain(parser.parse_args()); c.wait_for_server()
    text = c.hear(path_or_samples)
    for sentence in c.sentences(text): pcm, hz = c.say(sentence)
    c.close()

It thinks with Sarai's own language model and few-shot prompt, read out of src/think/frame.c.
Needs what bench/requirements.txt names; bench/run.sh installs that and passes the folders.
"""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
NAME = "faster-whisper + llama.cpp server + kokoro-onnx"
PORT = 18231


# llama.cpp's kernels for AMX die on virtual machines that announce it and do not let a process use it, so there
# the server does without weights in an order of their own, as Sarai does everywhere.
SERVER_WITHOUT_AMX = """
import runpy, llama_cpp.llama_cpp as llama
default = llama.llama_model_default_params
def params():
    p = default()
    p.use_extra_bufts = False
    return p
llama.llama_model_default_params = params
runpy.run_module("llama_cpp.server", run_name="__main__", alter_sys=True)
"""


def server_command():
    with open("/proc/cpuinfo") as f:
        has_amx = "amx_int8" in f.read()
    return [sys.executable] + (["-c", SERVER_WITHOUT_AMX] if has_amx else ["-m", "llama_cpp.server"])


def add_arguments(parser, required):
    parser.add_argument("--faster-whisper", required=required, help="folder of the CTranslate2 model")
    parser.add_argument("--kokoro", required=required, help="folder with kokoro.onnx and voices.npz")
    parser.add_argument("--models", default=os.path.join(ROOT, "models"))
    parser.add_argument("--llama-lib", default=os.path.join(ROOT, "deps", "llama", "lib"))
    parser.add_argument("--threads", type=int, default=2)


def resident_mb(pid):
    with open(f"/proc/{pid}/statm") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20


def onnx_session(path, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


class Chain:
    """The three engines one after the other, as a script would join them."""

    def __init__(self, args):
        from faster_whisper import WhisperModel
        from kokoro_onnx import Kokoro

        self.frame = few_shot_frame()
        self.ears = WhisperModel(args.faster_whisper, device="cpu", compute_type="int8", cpu_threads=args.threads)
        session = onnx_session(os.path.join(args.kokoro, "kokoro.onnx"), args.threads)
        self.voice = Kokoro.from_session(session, os.path.join(args.kokoro, "voices.npz"))
        model = os.path.join(args.models, "gguf", "gemma-3-270m-es-q4_k_m.gguf")
        self.server = subprocess.Popen(
            server_command() + ["--model", model, "--n_ctx", "2048", "--port", str(PORT), "--n_threads",
                                str(args.threads), "--n_threads_batch", str(args.threads)],
            env=dict(os.environ, LLAMA_CPP_LIB_PATH=os.path.abspath(args.llama_lib)),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip

    def wait_for_server(self):
        for _ in range(300):
            try:
                return urllib.request.urlopen(f"http://127.0.0.1:{PORT}/v1/models").read()
            except OSError:
                if self.server.poll() is not None:
                    break
                time.sleep(0.2)
        raise SystemExit("the llama.cpp server does not start")

    def hear(self, sound):
        segments, _ = self.ears.transcribe(sound, language="es", beam_size=1)
        return "".join(segment.text for segment in segments).strip()

    def pieces(self, question):
        """The answer as the server streams it."""
        body = {"prompt": f"{self.frame} {question}\nSarai:", "stop": ["\n"], "max_tokens": 80, "temperature": 0,
                "stream": True}  # fmt: skip
        request = urllib.request.Request(f"http://127.0.0.1:{PORT}/v1/completions", json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})  # fmt: skip
        with urllib.request.urlopen(request) as response:
            for line in response:
                if line.startswith(b"data: {"):
                    yield json.loads(line[6:])["choices"][0]["text"]

    def sentences(self, question, on_token=lambda: None):
        """Each as soon as it is complete; `on_token` is called with every piece."""
        text = ""
        for piece in self.pieces(question):
            on_token()
            text += piece
            if re.search(r"[.!?…]\s*$", text):
                yield text.strip()
                text = ""
        if text.strip():
            yield text.strip()

    def say(self, text):
        """Samples and Hz."""
        return self.voice.create(text, voice="ef_dora", speed=1.0, lang="es")

    def resident_mb(self):
        return resident_mb(os.getpid()) + resident_mb(self.server.pid)

    def close(self):
        self.server.terminate()
        self.server.wait()


def few_shot_frame():
    """The prompt before the question, out of the C source: both sides read the same words."""
    with open(os.path.join(ROOT, "src", "think", "frame.c"), encoding="utf-8") as f:
        source = f.read()

    def text(name):
        body = re.search(name + r"\[\] =(.*?);\n", source, re.S).group(1)
        return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', body)).replace("\\n", "\n")

    return f"{text('few_shot_persona')}\n\n{text('few_shot_examples')}Persona:"
