/* The one file in C++: the library has no other interface. */
extern "C" {
#include "engine/webrtc.h"
}

#include <memory>
#include <new>

#include <webrtc/modules/audio_processing/include/audio_processing.h>

struct webrtc_apm {
    std::unique_ptr<webrtc::AudioProcessing> processing;
};

extern "C" enum sarai_status webrtc_open(struct webrtc_apm **out, struct sarai_error *err)
{
    webrtc::Config config;
    config.Set<webrtc::ExtendedFilter>(new webrtc::ExtendedFilter(true));
    config.Set<webrtc::DelayAgnostic>(new webrtc::DelayAgnostic(true));
    struct webrtc_apm *w = new (std::nothrow) struct webrtc_apm;
    if (w)
        w->processing.reset(webrtc::AudioProcessing::Create(config));
    /* The mildest suppression: more takes the person away too (bench/conversation.py bargein). */
    webrtc::EchoCancellation *echo = w && w->processing ? w->processing->echo_cancellation() : nullptr;
    if (!echo || echo->set_suppression_level(webrtc::EchoCancellation::kLowSuppression) != 0 ||
        echo->Enable(true) != 0) {
        webrtc_close(w);
        return out_of_memory(err, "WebRTC");
    }
    *out = w;
    return SARAI_OK;
}

extern "C" void webrtc_close(struct webrtc_apm *w)
{
    delete w;
}

extern "C" void webrtc_cancel(struct webrtc_apm *w, const float *mic, const float *played, float *clean)
{
    const webrtc::StreamConfig mono(SARAI_SPEECH_HZ, 1);
    float unused[SARAI_SPEECH_HZ / 100], *reverse = unused;
    w->processing->ProcessReverseStream(&played, mono, mono, &reverse);
    w->processing->set_stream_delay_ms(0); /* the reference comes with the sound: it finds out the rest */
    w->processing->ProcessStream(&mic, mono, mono, &clean);
}
