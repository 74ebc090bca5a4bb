#include "think/feedback.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fold.h"

enum { MOST_BYTES = 300, THUMBS_BYTES = 4096 };

/* Folded; a complaint begins so, perhaps behind a word or two of the fillers. */
static const char *const bad[] = {" no era eso ",
                                  " no es eso ",
                                  " eso no era ",
                                  " eso no es lo que ",
                                  " no te he preguntado eso ",
                                  " no te preguntaba eso ",
                                  " no he preguntado eso ",
                                  " no me has entendido ",
                                  " te has equivocado ",
                                  " te equivocas ",
                                  " eso esta mal ",
                                  " eso no es verdad "};
static const char *const good[] = {" bien contestado ", " muy bien contestado ", " buena respuesta ",
                                   " eso era ", " eso es lo que queria saber "};
static const char *const fillers[] = {" no ", " pero ", " sarai ", " perdona ", " que "};

static bool begins(const char *line, const char *const *phrases, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strncmp(line, phrases[i], strlen(phrases[i])) == 0)
            return true;
    return false;
}

static float judge(const char *line)
{
    for (;;) {
        if (begins(line, bad, sizeof bad / sizeof *bad))
            return -1;
        if (begins(line, good, sizeof good / sizeof *good))
            return 1;
        if (!begins(line, fillers, sizeof fillers / sizeof *fillers))
            return 0;
        line = strchr(line + 1, ' ');
    }
}

float feedback_of(const char *words)
{
    struct buf line = BUF_INIT(2 * MOST_BYTES);
    size_t n = strnlen(words, MOST_BYTES);
    bool asks = strchr(words, '?') != NULL;
    float feedback = !asks && n < MOST_BYTES && fold_line(words, n, &line) ? judge(line.data) : 0;
    buf_finish(&line);
    return feedback;
}

float feedback_thumb(const char *path)
{
    char text[THUMBS_BYTES];
    float feedback = 0;
    FILE *f = *path ? fopen(path, "rb") : NULL;
    if (!f)
        return 0;
    size_t n = fread(text, 1, sizeof text, f);
    fclose(f);
    unlink(path);
    for (size_t i = 0; i < n; i++) {
        bool is_thumb = i + 4 <= n && memcmp(text + i, "\xF0\x9F\x91", 3) == 0; /* U+1F44D up, U+1F44E down */
        if (text[i] == '+' || (is_thumb && (unsigned char)text[i + 3] == 0x8D))
            feedback = 1;
        else if (text[i] == '-' || (is_thumb && (unsigned char)text[i + 3] == 0x8E))
            feedback = -1;
    }
    return feedback;
}
