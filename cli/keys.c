#include "keys.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/reason.h"

enum {
    REPEAT_MS = 700,  /* a press so soon after the first is the key's own repeating: it is held */
    RELEASE_MS = 250, /* a held key that was not repeated for so long is up */
    LOOK_MS = 50,     /* while the button is down */
};

struct keys {
    struct sarai *sarai;
    pthread_t thread;
    int wake[2]; /* a pipe: its other end is closed to end the thread */
};

static struct termios as_before;
static atomic_bool is_taken;

/* ---- the button ------------------------------------------------------------------------------- */

void key_button_press(struct key_button *b, double now_ms)
{
    if (!b->down)
        *b = (struct key_button){.down = true, .pressed_ms = now_ms};
    else if (b->held || now_ms - b->pressed_ms < REPEAT_MS)
        b->held = true;
    else
        b->down = false;
    b->last_ms = now_ms;
}

void key_button_wait(struct key_button *b, double now_ms)
{
    if (b->down && b->held && now_ms - b->last_ms > RELEASE_MS)
        b->down = b->held = false;
}

/* ---- the terminal ----------------------------------------------------------------------------- */

void keys_restore(void)
{
    if (atomic_exchange(&is_taken, false))
        tcsetattr(STDIN_FILENO, TCSANOW, &as_before);
}

/* Keys come at once and unseen. Ctrl-C goes on being a signal; Ctrl-Z and Ctrl-\ would leave without giving
 * the terminal back. */
static bool take_terminal(void)
{
    struct termios now;
    if (tcgetattr(STDIN_FILENO, &as_before) != 0)
        return false;
    now = as_before;
    now.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    now.c_cc[VMIN] = 1;
    now.c_cc[VTIME] = 0;
    now.c_cc[VQUIT] = now.c_cc[VSUSP] = _POSIX_VDISABLE;
    atomic_store(&is_taken, true);
    return tcsetattr(STDIN_FILENO, TCSANOW, &now) == 0;
}

/* The keys that came; false at the end of the input. */
static bool take_keys(struct key_button *button)
{
    char bytes[64];
    ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
    for (ssize_t i = 0; i < n; i++)
        if (bytes[i] == ' ')
            key_button_press(button, clock_ms());
    return n > 0 || (n < 0 && errno == EINTR);
}

static void *read_keys(void *arg)
{
    struct keys *k = arg;
    struct key_button button = {0};
    struct pollfd fds[] = {{.fd = k->wake[0], .events = POLLIN}, {.fd = STDIN_FILENO, .events = POLLIN}};
    while (poll(fds, 2, button.down ? LOOK_MS : -1) >= 0 || errno == EINTR) {
        if (fds[0].revents || (fds[1].revents && !take_keys(&button)))
            break;
        key_button_wait(&button, clock_ms());
        sarai_talk_button(k->sarai, button.down);
    }
    return NULL;
}

enum sarai_status keys_open(struct sarai *sarai, struct keys **out, struct sarai_error *err)
{
    struct keys *k = calloc(1, sizeof *k);
    if (!k || pipe(k->wake) != 0) {
        free(k);
        return out_of_memory(err, tr("el teclado", "the keyboard"));
    }
    k->sarai = sarai;
    if (!take_terminal() || pthread_create(&k->thread, NULL, read_keys, k) != 0) {
        keys_restore();
        close(k->wake[0]);
        close(k->wake[1]);
        free(k);
        return failed(err, SARAI_EINTERNAL,
                      tr("no se puede leer el teclado: %s", "cannot read the keyboard: %s"),
                      reason_of(errno));
    }
    *out = k;
    return SARAI_OK;
}

void keys_close(struct keys *k)
{
    if (!k)
        return;
    close(k->wake[1]); /* wakes the thread: POLLHUP */
    pthread_join(k->thread, NULL);
    close(k->wake[0]);
    keys_restore();
    free(k);
}
