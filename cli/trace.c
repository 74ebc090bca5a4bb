#include "trace.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/reason.h"
#include "sarai.h"

enum { TEXT_BYTES = 48, LANES = 4, LANE_HEIGHT = 34, LEFT = 90, PIXELS_PER_S = 240, MOST_WIDTH = 60000 };

struct span {
    enum sarai_talk_lane lane;
    unsigned turn;
    double start_ms, end_ms;
    char text[TEXT_BYTES];
};

struct trace {
    struct span *spans;
    size_t n, capacity;
    struct heard_turn {
        unsigned turn;
        double confirmed_ms; /* when it counted as over: work before was speculation */
    } * heard;               /* turns whose answer was played, ascending */
    size_t n_heard, heard_capacity;
};

static const char *const lane_names[LANES] = {"listen", "think", "speak", "play"};
static const char *const lane_colours[LANES] = {"#4878a8", "#b07828", "#3a8a5c", "#804a9c"};

enum sarai_status trace_open(struct trace **out, struct sarai_error *err)
{
    *out = calloc(1, sizeof **out);
    return *out ? SARAI_OK : out_of_memory(err, tr("la traza", "the trace"));
}

void trace_close(struct trace *t)
{
    if (!t)
        return;
    free(t->spans);
    free(t->heard);
    free(t);
}

/* Room for one more of `size` bytes; false when memory or the maximum forbids it. */
static bool grow(void **items, size_t n, size_t *capacity, size_t size)
{
    if (n < *capacity)
        return true;
    size_t wanted = *capacity ? 2 * *capacity : 64;
    void *grown = wanted <= 2 * TRACE_MOST_SPANS ? realloc(*items, wanted * size) : NULL;
    if (!grown)
        return false;
    *items = grown;
    *capacity = wanted;
    return true;
}

void trace_add(struct trace *t, const struct sarai_talk_event *e)
{
    if (e->kind == SARAI_TALK_TURN &&
        grow((void **)&t->heard, t->n_heard, &t->heard_capacity, sizeof *t->heard))
        t->heard[t->n_heard++] =
            (struct heard_turn){e->turn, e->at_ms - e->turn_times.sounding_ms + e->turn_times.confirmed_ms};
    if (e->kind != SARAI_TALK_SPAN || !grow((void **)&t->spans, t->n, &t->capacity, sizeof *t->spans))
        return;
    struct span *span = &t->spans[t->n++];
    *span = (struct span){.lane = e->lane, .turn = e->turn, .start_ms = e->start_ms, .end_ms = e->at_ms};
    snprintf(span->text, sizeof span->text, "%s", e->text);
}

enum fate { THROWN_AWAY, SPECULATED, KEPT };
static const char *const fates[] = {"thrown away or partial", "speculated and kept", "kept"};

static enum fate fate_of(const struct trace *t, const struct span *span)
{
    for (size_t i = 0; i < t->n_heard; i++)
        if (t->heard[i].turn == span->turn)
            return span->start_ms < t->heard[i].confirmed_ms ? SPECULATED : KEPT;
    return THROWN_AWAY;
}

/* ---- writing ---------------------------------------------------------------------------------- */

static void write_escaped(FILE *f, const char *text)
{
    for (; *text; text++) {
        const char *entity = *text == '<' ? "&lt;" : *text == '>' ? "&gt;" : *text == '&' ? "&amp;" : NULL;
        if (entity)
            fputs(entity, f);
        else if ((unsigned char)*text >= ' ')
            fputc(*text, f);
    }
}

static void write_span_svg(FILE *f, const struct trace *t, const struct span *span)
{
    double x = LEFT + span->start_ms * PIXELS_PER_S / 1000;
    double width = (span->end_ms - span->start_ms) * PIXELS_PER_S / 1000;
    int y = 24 + LANE_HEIGHT * (int)span->lane;
    static const char *const looks[] = {"fill-opacity=\"0.15\" stroke-dasharray=\"4 3\"",
                                        "fill-opacity=\"0.5\" stroke-width=\"2\"", "fill-opacity=\"0.85\""};
    enum fate fate = fate_of(t, span);
    fprintf(f,
            "<g><rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\" stroke=\"%s\" %s/>"
            "<title>%s · turn %u · %.0f–%.0f ms · %.0f ms · %s</title></g>\n",
            x, y, width > 1 ? width : 1, LANE_HEIGHT - 8, lane_colours[span->lane], lane_colours[span->lane],
            looks[fate], lane_names[span->lane], span->turn, span->start_ms, span->end_ms,
            span->end_ms - span->start_ms, fates[fate]);
    if (width > 40) {
        fprintf(f, "<text x=\"%.1f\" y=\"%d\" font-size=\"10\">", x + 3, y + 16);
        write_escaped(f, span->text);
        fputs("</text>\n", f);
    }
}

static void write_svg(FILE *f, const struct trace *t)
{
    double end_ms = 1000;
    for (size_t i = 0; i < t->n; i++)
        end_ms = t->spans[i].end_ms > end_ms ? t->spans[i].end_ms : end_ms;
    double width = LEFT + end_ms * PIXELS_PER_S / 1000 + 20;
    int height = 24 + LANES * LANE_HEIGHT;
    fprintf(f,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%d\" "
            "font-family=\"sans-serif\">\n",
            width < MOST_WIDTH ? width : MOST_WIDTH, height);
    fputs("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n", f);
    for (int lane = 0; lane < LANES; lane++)
        fprintf(f, "<text x=\"8\" y=\"%d\" font-size=\"13\">%s</text>\n", 24 + lane * LANE_HEIGHT + 17,
                lane_names[lane]);
    for (int half = 0; half * 500 < end_ms; half++) {
        double s = half * 0.5;
        fprintf(f,
                "<line x1=\"%.0f\" y1=\"16\" x2=\"%.0f\" y2=\"%d\" stroke=\"#ddd\"/>"
                "<text x=\"%.0f\" y=\"12\" font-size=\"10\" fill=\"#666\">%.1f s</text>\n",
                LEFT + s * PIXELS_PER_S, LEFT + s * PIXELS_PER_S, height, LEFT + s * PIXELS_PER_S, s);
    }
    for (size_t i = 0; i < t->n; i++)
        write_span_svg(f, t, &t->spans[i]);
    fputs("</svg>\n", f);
}

static bool write_json(FILE *f, const struct trace *t)
{
    json_t *all = json_array();
    for (size_t i = 0; i < t->n; i++) {
        const struct span *s = &t->spans[i];
        json_array_append_new(all,
                              json_pack("{s:s,s:s,s:s,s:i,s:i,s:f,s:f,s:{s:i,s:s}}", "name", s->text, "cat",
                                        lane_names[s->lane], "ph", "X", "pid", 1, "tid", (int)s->lane, "ts",
                                        s->start_ms * 1000, "dur", (s->end_ms - s->start_ms) * 1000, "args",
                                        "turn", (int)s->turn, "fate", fates[fate_of(t, s)]));
    }
    int failed_ = json_dumpf(all, f, JSON_COMPACT);
    json_decref(all);
    return failed_ == 0;
}

enum sarai_status trace_write(const struct trace *t, const char *path, struct sarai_error *err)
{
    size_t n = strlen(path);
    FILE *f = fopen(path, "w");
    bool ok = f != NULL;
    if (ok && n > 4 && strcmp(path + n - 4, ".svg") == 0)
        write_svg(f, t);
    else if (ok)
        ok = write_json(f, t);
    ok = ok && !ferror(f);
    if (f && fclose(f) != 0)
        ok = false;
    return ok ? SARAI_OK
              : failed(err, SARAI_EOUTPUT, tr("no se puede escribir %s: %s", "cannot write %s: %s"), path,
                       reason_of(errno));
}
