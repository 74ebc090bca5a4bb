/* In the place of webrtc.cc where the library was not there when Sarai was built. */
#include "engine/webrtc.h"

#include <string.h>

enum sarai_status webrtc_open(struct webrtc_apm **out, struct sarai_error *err)
{
    (void)out;
    return failed(
        err, SARAI_EUSAGE,
        tr("ECHO_CANCELLER=webrtc: este Sarai se compiló sin libwebrtc-audio-processing-dev; use otro",
           "ECHO_CANCELLER=webrtc: this Sarai was built without libwebrtc-audio-processing-dev; use "
           "another"));
}

void webrtc_close(struct webrtc_apm *w)
{
    (void)w;
}

void webrtc_cancel(struct webrtc_apm *w, const float *mic, const float *played, float *clean)
{
    (void)w, (void)played;
    memmove(clean, mic, sizeof *clean * SARAI_SPEECH_HZ / 100); /* untouched */
}
