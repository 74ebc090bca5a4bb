/* The echo canceller alone, for bench/conversation.py echo: pairs of float32 at 16 kHz on stdin, microphone
 * and loudspeaker at the same instant, → the microphone without the echo, float32, on stdout. What does not
 * fill a step of 10 ms is dropped.
 *
 *     build/release/bench/cancel [speex|webrtc] <pairs >clean
 */
#include <stdio.h>
#include <string.h>

#include "audio/echo.h"

int main(int argc, char **argv)
{
    struct echo_options options = {.behind = ECHO_ALONE};
    struct sarai_error err = {0};
    struct echo *echo = NULL;
    float pairs[ECHO_FRAMES][2], mic[ECHO_FRAMES], played[ECHO_FRAMES];
    if (argc > 1)
        options.behind = strcmp(argv[1], "webrtc") == 0 ? ECHO_WEBRTC : ECHO_SPEEX;
    bool ok = echo_open(&options, &echo, &err) == SARAI_OK;
    while (ok && fread(pairs, sizeof pairs, 1, stdin) == 1) {
        for (int i = 0; i < ECHO_FRAMES; i++) {
            mic[i] = pairs[i][0];
            played[i] = pairs[i][1];
        }
        echo_cancel(echo, mic, played, mic);
        ok = fwrite(mic, sizeof mic, 1, stdout) == 1;
    }
    if (!ok)
        fprintf(stderr, "cancel: %s\n", echo ? "cannot write" : err.message);
    echo_close(echo);
    return !ok;
}
