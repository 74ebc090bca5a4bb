/* Any transcript through all that reads commands without a model: intents, sums, units, times, consent,
 * danger. */
#include "fuzz.h"

#include <time.h>

#include "act/calculator.h"
#include "act/crisis.h"
#include "act/intents.h"
#include "act/when.h"
#include "base/utf8.h"

enum { NOW = 1790000000, LONGEST_S = 100 * 86400 }; /* in September 2026 */

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    setenv("TZ", "Europe/Madrid", 1);
    tzset();
    return 0;
}

static void check_sums(const char *text)
{
    struct calculated c;
    struct spoken s;
    if (calculator_sum(text, &c, NULL) == SARAI_OK)
        claim(c.value[0] && !c.unit[0], "a sum has a value and no unit");
    if (calculator_convert(text, "kilómetros", &c, NULL) == SARAI_OK)
        claim(c.value[0] && c.unit[0], "a quantity has both");
    if (spoken_split(text, &s))
        claim(s.n <= SPOKEN_WORDS && (s.n == 0 || s.to[s.n - 1] <= strlen(text)), "words lie in the text");
}

static void check_times(const char *text)
{
    long seconds;
    time_t at;
    char told[WHEN_BYTES];
    if (when_duration(text, &seconds, NULL) == SARAI_OK) {
        claim(seconds >= 1 && seconds <= LONGEST_S, "a duration is in its range");
        when_tell_duration(seconds, told);
        claim(told[0], "and can be told");
    }
    if (when_moment(text, NOW, WHEN_AWAKE, &at, NULL) == SARAI_OK) {
        claim(at > NOW, "a moment is to come");
        when_tell_moment(at, NOW, told);
        claim(told[0], "and can be told");
    }
    if (when_date(text, NOW, &at, NULL) == SARAI_OK)
        when_tell_date(at, told);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct intent intent;
    char *text = fuzz_text(data, n), reply[1024];
    if (intents_find(text, &intent)) {
        claim(intent.tool && json_is_object(intent.arguments), "an intent has a tool and arguments");
        intent_finish(&intent);
    }
    claim(abs(intents_consent(text)) <= 1, "yes, no or neither");
    check_sums(text);
    check_times(text);
    claim(crisis_reply(text, "ES", reply, sizeof reply) == (crisis_find(text) != CRISIS_NONE),
          "every crisis has a reply");
    free(text);
    return 0;
}
