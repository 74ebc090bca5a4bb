/* The time line of a conversation as a picture: a lane per stage; what was speculated and what was thrown
 * away look their own way.
 *
 *     trace_open(&t); trace_add(t, event); … trace_write(t, "turno.svg", err); trace_close(t);
 *
 * FILE.svg gives a picture, any other name Chrome's trace JSON (chrome://tracing, Perfetto).
 */
#ifndef SARAI_CLI_TRACE_H
#define SARAI_CLI_TRACE_H

#include "base/error.h"

struct trace;
struct sarai_talk_event;

enum { TRACE_MOST_SPANS = 100000 };

enum sarai_status trace_open(struct trace **out, struct sarai_error *err);
void trace_close(struct trace *t);
/* Keeps spans, and which turns were heard. Past TRACE_MOST_SPANS the newest are left out. */
void trace_add(struct trace *t, const struct sarai_talk_event *event);
enum sarai_status trace_write(const struct trace *t, const char *path, struct sarai_error *err);

#endif
