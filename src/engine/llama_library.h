/* llama.cpp's functions, opened at run time. Internal to the files of this folder that call them.
 *
 *     st = llama_library_load(err);           // EINTERNAL: it is missing, or too old for one of them
 *     llamacpp.llama_decode(ctx, batch);
 *
 * A library that is linked and missing would make the system's loader end the program before main(), with a
 * sentence that names no cure; so `sarai doctor` and what needs no language model run without it. Whoever
 * holds a model, a context or a file's header of it has loaded it. Any thread.
 */
#ifndef SARAI_ENGINE_LLAMA_LIBRARY_H
#define SARAI_ENGINE_LLAMA_LIBRARY_H

#include <gguf.h>
#include <llama.h>

#include "engine/library.h"

/* All that is called, each a function of llama.h, ggml.h or gguf.h. */
#define LLAMA_LIBRARY(X)                                                                                     \
    X(ggml_free)                                                                                             \
    X(ggml_get_first_tensor)                                                                                 \
    X(ggml_get_next_tensor)                                                                                  \
    X(ggml_nelements)                                                                                        \
    X(ggml_set_abort_callback)                                                                               \
    X(ggml_version)                                                                                          \
    X(gguf_find_key)                                                                                         \
    X(gguf_free)                                                                                             \
    X(gguf_get_arr_data)                                                                                     \
    X(gguf_get_arr_n)                                                                                        \
    X(gguf_get_arr_type)                                                                                     \
    X(gguf_get_kv_type)                                                                                      \
    X(gguf_get_val_str)                                                                                      \
    X(gguf_init_from_file)                                                                                   \
    X(llama_adapter_lora_init)                                                                               \
    X(llama_backend_init)                                                                                    \
    X(llama_batch_get_one)                                                                                   \
    X(llama_chat_apply_template)                                                                             \
    X(llama_context_default_params)                                                                          \
    X(llama_decode)                                                                                          \
    X(llama_encode)                                                                                          \
    X(llama_free)                                                                                            \
    X(llama_get_embeddings_ith)                                                                              \
    X(llama_get_embeddings_seq)                                                                              \
    X(llama_get_logits_ith)                                                                                  \
    X(llama_get_memory)                                                                                      \
    X(llama_init_from_model)                                                                                 \
    X(llama_log_set)                                                                                         \
    X(llama_memory_clear)                                                                                    \
    X(llama_memory_seq_rm)                                                                                   \
    X(llama_model_chat_template)                                                                             \
    X(llama_model_default_params)                                                                            \
    X(llama_model_desc)                                                                                      \
    X(llama_model_free)                                                                                      \
    X(llama_model_get_vocab)                                                                                 \
    X(llama_model_has_decoder)                                                                               \
    X(llama_model_has_encoder)                                                                               \
    X(llama_model_is_diffusion)                                                                              \
    X(llama_model_is_hybrid)                                                                                 \
    X(llama_model_is_recurrent)                                                                              \
    X(llama_model_load_from_file)                                                                            \
    X(llama_model_meta_val_str)                                                                              \
    X(llama_model_n_ctx_train)                                                                               \
    X(llama_model_n_embd)                                                                                    \
    X(llama_model_n_embd_out)                                                                                \
    X(llama_model_n_layer)                                                                                   \
    X(llama_model_size)                                                                                      \
    X(llama_n_ctx)                                                                                           \
    X(llama_pooling_type)                                                                                    \
    X(llama_sampler_accept)                                                                                  \
    X(llama_sampler_apply)                                                                                   \
    X(llama_sampler_chain_add)                                                                               \
    X(llama_sampler_chain_default_params)                                                                    \
    X(llama_sampler_chain_init)                                                                              \
    X(llama_sampler_free)                                                                                    \
    X(llama_sampler_init_dist)                                                                               \
    X(llama_sampler_init_grammar)                                                                            \
    X(llama_sampler_init_greedy)                                                                             \
    X(llama_sampler_init_min_p)                                                                              \
    X(llama_sampler_init_penalties)                                                                          \
    X(llama_sampler_init_temp)                                                                               \
    X(llama_sampler_init_top_k)                                                                              \
    X(llama_sampler_init_top_p)                                                                              \
    X(llama_sampler_reset)                                                                                   \
    X(llama_sampler_sample)                                                                                  \
    X(llama_set_adapter_cvec)                                                                                \
    X(llama_set_adapters_lora)                                                                               \
    X(llama_state_seq_get_data_ext)                                                                          \
    X(llama_state_seq_get_size_ext)                                                                          \
    X(llama_state_seq_load_file)                                                                             \
    X(llama_state_seq_save_file)                                                                             \
    X(llama_state_seq_set_data_ext)                                                                          \
    X(llama_token_to_piece)                                                                                  \
    X(llama_tokenize)                                                                                        \
    X(llama_vocab_bos)                                                                                       \
    X(llama_vocab_eos)                                                                                       \
    X(llama_vocab_is_eog)                                                                                    \
    X(llama_vocab_n_tokens)                                                                                  \
    X(llama_vocab_type)

struct llama_library {
    LLAMA_LIBRARY(LIBRARY_POINTER)
};
extern struct llama_library llamacpp;

enum sarai_status llama_library_load(struct sarai_error *err);

#endif
