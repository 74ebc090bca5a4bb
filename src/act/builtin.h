/* The built-in tools. What they need of the house comes in as functions and paths, so that a test holds the
 * clock still and the flow files connect the voice, the store and the facts.
 *
 *     struct builtin *b;
 *     builtin_open(&host, &b, err);
 *     builtin_add(b, BUILTIN_FIRST, box, err);     // hora, fecha, calcula, convierte, temporizador … nota
 *     (a home's tools, which the adapter was shown here)
 *     builtin_add(b, BUILTIN_LAST, box, err);      // tiempo, noticias, volumen, velocidad, repite, busca,
 * recuerda builtin_due(b, &sentence, err);              // every second: what rings now toolbox_close(box);
 * builtin_close(b);
 *
 * Threads: tools on the thinking thread; builtin_due() on any.
 */
#ifndef SARAI_ACT_BUILTIN_H
#define SARAI_ACT_BUILTIN_H

#include <pthread.h>
#include <time.h>

#include "act/agenda.h"
#include "act/toolbox.h"

enum builtin_dial { DIAL_VOLUME /* 0..1 */, DIAL_SPEED /* 0.5..2 */ };

struct builtin_host {
    void *user;
    time_t (*now)(void *user);          /* NULL: the system's clock */
    double (*steady_ms)(void *user);    /* NULL: clock_ms() */
    const char *agenda_path;            /* NULL: there is no place, timers are refused */
    const char *weather_url, *news_url; /* "" or NULL: never called */
    double (*dial)(void *user, enum builtin_dial dial);
    void (*turn)(void *user, enum builtin_dial dial, double value);
    const char *(*last_said)(void *user); /* NULL or "": nothing */
    /* Tools without a function are not there. */
    enum sarai_status (*search)(void *user, const char *query, struct tool_result *out,
                                struct sarai_error *err);
    enum sarai_status (*remember)(void *user, const char *fact, struct tool_result *out,
                                  struct sarai_error *err);
};

struct builtin {
    struct builtin_host host;
    struct agenda *agenda; /* NULL until it is needed */
    pthread_mutex_t lock;  /* of opening it */
};

/* Of a tool that a small model takes for what people ask for and no built-in one does: messages, calls,
 * music, translations, orders (beginnings of words, tool.h). It makes a note of it, or a search. */
#define BUILTIN_NOT_ELSEWHERE                                                                                \
    .not_asked_by =                                                                                          \
        "manda|mande|envi|un mensaje|un correo|un email|un whatsapp|traduc|traduz|musica|cancion|disco "     \
        "de|podcast|reproduc|pide |pideme|reserva|" TOOL_TELEPHONE,                                          \
    .not_this = tr("eso no sé hacerlo", "that I cannot do")

enum builtin_part { BUILTIN_FIRST, BUILTIN_LAST };

/* `host` is copied, what it points to is borrowed. */
enum sarai_status builtin_open(const struct builtin_host *host, struct builtin **out,
                               struct sarai_error *err);
void builtin_close(struct builtin *b);
enum sarai_status builtin_add(struct builtin *b, enum builtin_part part, struct toolbox *box,
                              struct sarai_error *err);

/* What has come due, as one sentence to be said ("Ha terminado el temporizador de la pasta."); empty:
 * nothing. */
enum sarai_status builtin_due(struct builtin *b, struct buf *sentence, struct sarai_error *err);

/* For the tools' files. */
time_t builtin_now(const struct builtin *b);
enum sarai_status builtin_agenda(struct builtin *b, struct agenda **out, struct sarai_error *err);
/* Whether a timer that was given this name waits. */
bool builtin_has_timer(struct builtin *b, const char *name);
/* "temporizador del arroz", by its name or else by its length, appended. False: no memory. */
bool builtin_name_timer(const struct agenda_entry *timer, struct buf *out);
/* Adds tools that share `self`; one without `run` is passed over. */
enum sarai_status builtin_add_all(struct builtin *b, const struct tool *tools, size_t n, struct toolbox *box,
                                  struct sarai_error *err);
enum sarai_status time_tools_add(struct builtin *b, struct toolbox *box, struct sarai_error *err);
enum sarai_status sum_tools_add(struct builtin *b, struct toolbox *box, struct sarai_error *err);
enum sarai_status agenda_tools_add(struct builtin *b, struct toolbox *box, struct sarai_error *err);
enum sarai_status web_tools_add(struct builtin *b, struct toolbox *box, struct sarai_error *err);
enum sarai_status house_tools_add(struct builtin *b, struct toolbox *box, struct sarai_error *err);

#endif
