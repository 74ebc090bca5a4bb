/* What is kept of a conversation: the log of turns. */
#include <string.h>

#include "assistant.h"
#include "base/folders.h"

enum { PATH_BYTES = 4096 };

enum sarai_status assistant_open_log(struct turn_log **log, struct sarai_error *err)
{
    char path[PATH_BYTES];
    if (*log)
        return SARAI_OK;
    int n = folders_data(TURN_LOG_FILE, path, sizeof path);
    if (n < 0 || n >= (int)sizeof path)
        return failed(
            err, SARAI_EUSAGE,
            tr("no se sabe dónde guardar el registro: falta HOME", "no place for the log: no HOME"));
    return turn_log_open(path, true, log, err);
}

enum sarai_status assistant_log_turn(const struct sarai *s, struct turn_log **log, const char *question,
                                     const char *answer, struct sarai_error *err)
{
    const char *kept = config_text(s->cfg, "TURN_LOG");
    const struct turn_log_entry entry = {
        .kind = "turn", .question = question, .answer = answer, .keeps_texts = strcmp(kept, "texts") == 0};
    if (strcmp(kept, "off") == 0)
        return SARAI_OK;
    enum sarai_status st = assistant_open_log(log, err);
    return st ? st : turn_log_add(*log, &entry, err);
}
