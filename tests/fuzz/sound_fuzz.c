/* Any bytes as a sound file: opened, resampled, read to the end within what was promised. */
#include "fuzz.h"

#include <math.h>

#include "audio/reader.h"

enum { MAX_MINUTES = 1, MAX_FRAMES = 61 * SARAI_SPEECH_HZ };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct reader *reader = NULL;
    struct sarai_error err = {0};
    const float *pcm;
    size_t got = 1, total = 0;
    enum sarai_status st = reader_open(fuzz_file(data, n), MAX_MINUTES, &reader, &err);
    while (!st && got > 0) {
        st = reader_next(reader, &pcm, &got, &err);
        for (size_t i = 0; !st && i < got; i++)
            claim(isfinite(pcm[i]), "samples are numbers");
        total += st ? 0 : got;
        claim(total <= MAX_FRAMES, "the limit holds whatever the header says");
    }
    claim(!st || (st == SARAI_EINPUT && err.message[0]), "a bad file gets EINPUT and a sentence");
    reader_close(reader);
    return 0;
}
