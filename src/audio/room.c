#include "audio/room.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audio/reader.h"

enum {
    FRAMES_PER_MS = SARAI_SPEECH_HZ / 1000,
    MOST_TAPS = ROOM_MOST_MS * FRAMES_PER_MS,
    BLOCK = 10 * FRAMES_PER_MS, /* of one pass over the response */
    HISTORY = MOST_TAPS + ROOM_MOST_DELAY_MS * FRAMES_PER_MS + BLOCK,
};

struct room {
    float response[MOST_TAPS];
    size_t n_taps, delay;
    float history[HISTORY]; /* of what was played, the newest last */
};

static enum sarai_status read_response(struct room *r, const char *path, struct sarai_error *err)
{
    struct reader *reader = NULL;
    const float *pcm;
    size_t n = 1;
    enum sarai_status st = reader_open(path, 1, &reader, err);
    while (!st && n > 0 && r->n_taps < MOST_TAPS) {
        st = reader_next(reader, &pcm, &n, err);
        if (!st) {
            size_t taken = n < MOST_TAPS - r->n_taps ? n : MOST_TAPS - r->n_taps;
            memcpy(r->response + r->n_taps, pcm, taken * sizeof *pcm);
            r->n_taps += taken;
        }
    }
    reader_close(reader);
    return st;
}

enum sarai_status room_open(const char *path, double delay_ms, double level_db, struct room **out,
                            struct sarai_error *err)
{
    struct room *r = calloc(1, sizeof *r);
    if (!r)
        return out_of_memory(err, path);
    enum sarai_status st = read_response(r, path, err);
    double energy = 0;
    for (size_t i = 0; i < r->n_taps; i++)
        energy += (double)r->response[i] * r->response[i];
    if (!st && (energy <= 0 || !(delay_ms >= 0 && delay_ms <= ROOM_MOST_DELAY_MS)))
        st = failed(err, SARAI_EINPUT,
                    tr("%s no es la respuesta de una sala, o el retardo no está entre 0 y %d ms",
                       "%s is no response of a room, or the delay is not within 0 and %d ms"),
                    path, ROOM_MOST_DELAY_MS);
    if (st) {
        room_close(r);
        return st;
    }
    float scale = (float)(pow(10, level_db / 20) / sqrt(energy));
    for (size_t i = 0; i < r->n_taps; i++)
        r->response[i] *= scale;
    r->delay = (size_t)(delay_ms * FRAMES_PER_MS);
    *out = r;
    return SARAI_OK;
}

void room_close(struct room *r)
{
    free(r);
}

/* The taps outside, the samples inside: many at once, where a sum over the taps would wait for each. */
static void add_block(struct room *r, const float *played, float *mic, size_t n)
{
    memmove(r->history, r->history + n, (HISTORY - n) * sizeof *r->history);
    memcpy(r->history + HISTORY - n, played, n * sizeof *played);
    for (size_t k = 0; k < r->n_taps; k++) {
        const float *heard = r->history + HISTORY - n - r->delay - k;
        const float tap = r->response[k];
        for (size_t i = 0; i < n; i++)
            mic[i] += tap * heard[i];
    }
}

void room_add(struct room *r, const float *played, float *mic, size_t n)
{
    for (size_t at = 0; at < n; at += BLOCK)
        add_block(r, played + at, mic + at, n - at < BLOCK ? n - at : BLOCK);
}
