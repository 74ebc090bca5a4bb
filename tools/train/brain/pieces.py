"""The vocabulary of a GGUF with a SentencePiece one, and its tokenizer, rebuilt."""
import sentencepiece
from sentencepiece import sentencepiece_model_pb2


def vocabulary(fields):
    """Fields of a GGUFReader → pieces, scores and kinds, a list of each."""
    return tuple(fields["tokenizer.ggml." + name].contents() for name in ("tokens", "scores", "token_type"))


def tokenizer(pieces, scores, kinds):
    """What llama.cpp calls user-defined is matched in text; control and unknown tokens are never made from it."""
    proto = sentencepiece_model_pb2.ModelProto()
    for piece, score, kind in zip(pieces, scores, kinds):
        proto.pieces.add(piece=piece, score=score, type=kind)
    spec, rule = proto.trainer_spec, proto.normalizer_spec
    spec.model_type, spec.byte_fallback, spec.vocab_size = spec.BPE, True, len(proto.pieces)
    spec.unk_id, spec.bos_id, spec.eos_id, spec.pad_id = 3, 2, 1, 0
    rule.name, rule.add_dummy_prefix, rule.remove_extra_whitespaces = "identity", False, False
    return sentencepiece.SentencePieceProcessor(model_proto=proto.SerializeToString())
