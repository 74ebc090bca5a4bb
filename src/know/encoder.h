/* What makes vectors of texts, as much as know/ has to know of it: the flow behind it is the embedder, in
 * tests something small. */
#ifndef SARAI_KNOW_ENCODER_H
#define SARAI_KNOW_ENCODER_H

#include "base/error.h"

enum encoder_kind { ENCODER_QUESTION, ENCODER_PASSAGE };

struct encoder {
    void *self;
    const char *identity; /* vectors of one identity can be compared */
    int dimension;
    /* Writes `dimension` numbers of length one. */
    enum sarai_status (*encode)(void *self, const char *text, enum encoder_kind kind, float *out,
                                struct sarai_error *err);
};

#endif
