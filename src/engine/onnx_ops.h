/* Operators of our own for ONNX Runtime, domain "sarai" (docs/CONTRACTS.md). Beside onnx.c the only file
 * that includes the library's header.
 *
 *     onnx_ops_register(api, session_options);   // before CreateSession
 */
#ifndef SARAI_ENGINE_ONNX_OPS_H
#define SARAI_ENGINE_ONNX_OPS_H

#include <onnxruntime_c_api.h>

/* Makes the operators known to the sessions that are opened with `options`. */
OrtStatus *onnx_ops_register(const OrtApi *api, OrtSessionOptions *options);

#endif
