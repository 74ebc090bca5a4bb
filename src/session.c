#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/folders.h"
#include "base/reason.h"

enum { PATH_BYTES = 4096, MAX_NAME = 64, TAIL_BYTES = 256 * 1024 };

struct session {
    char path[PATH_BYTES];
    int fd;
};

static enum sarai_status cannot(const char *path, struct sarai_error *err)
{
    return failed(err, SARAI_EOUTPUT, tr("no se puede escribir %s: %s", "cannot write %s: %s"), path,
                  reason_of(errno));
}

static enum sarai_status find_path(const char *name, char out[PATH_BYTES], struct sarai_error *err)
{
    char file[MAX_NAME + 32];
    size_t n = strlen(name);
    if (n < 1 || n > MAX_NAME ||
        strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != n)
        return failed(err, SARAI_EUSAGE,
                      tr("«%.80s» no puede ser el nombre de una conversación: letras, cifras, - y _",
                         "“%.80s” cannot be the name of a conversation: letters, digits, - and _"),
                      name);
    snprintf(file, sizeof file, "sessions/%s.jsonl", name);
    int length = folders_data(file, out, PATH_BYTES);
    if (length < 0)
        return failed(err, SARAI_EUSAGE,
                      tr("no se sabe dónde guardar: falta HOME", "no place to keep data: no HOME"));
    return length < PATH_BYTES ? SARAI_OK
                               : failed(err, SARAI_EUSAGE, tr("ruta demasiado larga", "path too long"));
}

enum sarai_status session_open(const char *name, struct session **out, struct sarai_error *err)
{
    struct session *s = calloc(1, sizeof *s);
    if (!s)
        return out_of_memory(err, name);
    s->fd = -1;
    enum sarai_status st = find_path(name, s->path, err);
    if (!st) {
        folders_make_above(s->path, 0700, NULL); /* where that fails, opening the file tells why */
        s->fd = open(s->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        st = s->fd < 0 ? cannot(s->path, err) : SARAI_OK;
    }
    if (st) {
        session_close(s);
        return st;
    }
    *out = s;
    return SARAI_OK;
}

void session_close(struct session *s)
{
    if (!s)
        return;
    if (s->fd >= 0)
        close(s->fd);
    free(s);
}

/* ---- recalling -------------------------------------------------------------------------------- */

/* The end of the file, from the beginning of a line on; caller frees. */
static char *read_tail(const struct session *s)
{
    off_t size = lseek(s->fd, 0, SEEK_END), from = size > TAIL_BYTES ? size - TAIL_BYTES : 0;
    char *text = calloc(1, TAIL_BYTES + 1);
    ssize_t n = text && size > 0 ? pread(s->fd, text, TAIL_BYTES, from) : 0;
    char *line = from > 0 && n > 0 ? strchr(text, '\n') : NULL;
    if (line)
        memmove(text, line + 1, strlen(line + 1) + 1);
    return text;
}

/* One of the last turns goes into the history whole; of an earlier one what the summary keeps. */
static enum sarai_status recall_line(struct conversation *c, const char *line, bool is_recent)
{
    json_t *turn = json_loadb(line, strcspn(line, "\n"), 0, NULL);
    const char *question = json_string_value(json_object_get(turn, "question"));
    const char *heard = json_string_value(json_object_get(turn, "heard"));
    enum sarai_status st = SARAI_OK;
    if (question && heard && *heard)
        st = is_recent ? conversation_recall(c, &(struct question){.words = question}, false, heard, NULL)
                       : conversation_note(c, question, NULL);
    json_decref(turn);
    return st;
}

enum sarai_status session_recall(struct session *s, struct conversation *c, struct sarai_error *err)
{
    char *text = read_tail(s);
    if (!text)
        return out_of_memory(err, s->path);
    size_t left = 0;
    for (const char *end = strchr(text, '\n'); end; end = strchr(end + 1, '\n'))
        left++;
    enum sarai_status st = SARAI_OK;
    for (const char *line = text; *line && st != SARAI_ENOMEM; left--) {
        st = recall_line(c, line, left <= SESSION_RECALLED);
        const char *end = strchr(line, '\n');
        line = end ? end + 1 : line + strlen(line);
    }
    free(text);
    return st == SARAI_ENOMEM ? out_of_memory(err, s->path) : SARAI_OK;
}

/* ---- adding ----------------------------------------------------------------------------------- */

enum sarai_status session_add(struct session *s, const char *question, const char *heard,
                              struct sarai_error *err)
{
    json_t *turn = json_pack("{s:s,s:s}", "question", question, "heard", heard);
    char *json = turn ? json_dumps(turn, JSON_COMPACT) : NULL;
    char *line = NULL;
    int n = json ? asprintf(&line, "%s\n", json) : -1;
    enum sarai_status st = n < 0 ? out_of_memory(err, s->path) : SARAI_OK;
    if (!st && write(s->fd, line, (size_t)n) != n)
        st = cannot(s->path, err);
    if (n >= 0)
        free(line);
    free(json);
    json_decref(turn);
    return st;
}
