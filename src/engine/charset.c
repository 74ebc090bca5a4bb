#include "engine/charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <string.h>
#include <uchardet/uchardet.h>

#include "base/utf8.h"

enum {
    GUESS_BYTES = 256 * 1024, /* of a text are looked at to guess its encoding */
    BLOCK_BYTES = 16 * 1024,
};

static enum sarai_status no_text(struct sarai_error *err)
{
    return failed(err, SARAI_EINPUT, tr("no es texto: son datos binarios", "is no text but binary data"));
}

static enum sarai_status no_room(struct sarai_error *err)
{
    return out_of_memory(err, tr("el texto", "the text"));
}

/* Control characters that no text has, one in fifty at most: some files have a stray one. */
static bool is_binary(const char *bytes, size_t n)
{
    size_t controls = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (c == 0)
            return true;
        controls += c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1B;
    }
    return controls > n / 50;
}

/* Characters of more than one byte that are valid, and bytes that belong to none. */
static void count_utf8(const char *bytes, size_t n, size_t *valid, size_t *invalid)
{
    *valid = *invalid = 0;
    for (size_t at = 0; at < n;) {
        size_t from = at;
        uint32_t c = utf8_next(bytes, n, &at);
        *valid += at - from > 1;
        *invalid += c == UTF8_INVALID && at - from == 1;
    }
}

/* Converts all of it; bytes that the encoding does not have become U+FFFD. */
static enum sarai_status convert(const char *bytes, size_t n, const char *encoding, struct buf *out,
                                 struct sarai_error *err)
{
    char block[BLOCK_BYTES];
    iconv_t converter = iconv_open("UTF-8", encoding);
    if (converter == (iconv_t)-1) // NOLINT(performance-no-int-to-ptr): so is iconv's interface
        return errno == ENOMEM
                   ? no_room(err)
                   : failed(err, SARAI_EINPUT,
                            tr("está en la codificación desconocida «%s»", "is in the unknown encoding “%s”"),
                            encoding);
    char *from = (char *)bytes;
    size_t left = n;
    bool ok = true;
    while (ok && left > 0) {
        char *to = block;
        size_t room = sizeof block;
        size_t code = iconv(converter, &from, &left, &to, &room);
        int why = errno;
        ok = buf_append(out, block, sizeof block - room);
        if (code == (size_t)-1 && why != E2BIG && ok) { /* EILSEQ, or EINVAL: cut inside a character */
            ok = buf_codepoint(out, UTF8_INVALID);
            from++;
            left--;
        }
    }
    iconv_close(converter);
    return ok ? SARAI_OK : no_room(err);
}

/* UTF-8 with stray bytes of another encoding in between. */
static enum sarai_status convert_mixed(const char *bytes, size_t n, struct buf *out, struct sarai_error *err)
{
    enum sarai_status st = SARAI_OK;
    for (size_t at = 0; !st && at < n;) {
        size_t from = at;
        while (at < n) {
            size_t before = at;
            if (utf8_next(bytes, n, &at) == UTF8_INVALID && at - before == 1) {
                at = before;
                break;
            }
        }
        if (!buf_append(out, bytes + from, at - from))
            return no_room(err);
        if (at < n)
            st = convert(bytes + at++, 1, "WINDOWS-1252", out, err);
    }
    return st;
}

static enum sarai_status convert_guessed(const char *bytes, size_t n, struct buf *out,
                                         struct sarai_error *err)
{
    char encoding[64] = "";
    uchardet_t guesser = uchardet_new();
    if (!guesser)
        return no_room(err);
    if (uchardet_handle_data(guesser, bytes, n < GUESS_BYTES ? n : GUESS_BYTES) == 0) {
        uchardet_data_end(guesser);
        snprintf(encoding, sizeof encoding, "%s", uchardet_get_charset(guesser));
    }
    uchardet_delete(guesser);
    /* Spanish in single bytes is Windows-1252 where nothing speaks for another; that UTF-8 fails we know. */
    bool is_plain = encoding[0] == '\0' || strcmp(encoding, "ASCII") == 0 || strcmp(encoding, "UTF-8") == 0;
    return convert(bytes, n, is_plain ? "WINDOWS-1252" : encoding, out, err);
}

/* The encoding that the first bytes give away, and how many they are; NULL for none. */
static const char *mark_of(const char *bytes, size_t n, size_t *length)
{
    static const struct {
        const char *bytes;
        size_t n;
        const char *encoding;
    } marks[] = {{"\xEF\xBB\xBF", 3, "UTF-8"},
                 {"\xFF\xFE\0\0", 4, "UTF-32LE"},
                 {"\0\0\xFE\xFF", 4, "UTF-32BE"},
                 {"\xFF\xFE", 2, "UTF-16LE"},
                 {"\xFE\xFF", 2, "UTF-16BE"}};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (n >= marks[i].n && memcmp(bytes, marks[i].bytes, marks[i].n) == 0) {
            *length = marks[i].n;
            return marks[i].encoding;
        }
    return NULL;
}

enum sarai_status charset_to_utf8(const char *bytes, size_t n, const char *declared, struct buf *out,
                                  struct sarai_error *err)
{
    size_t mark = 0, valid, invalid, from = out->len;
    const char *marked = mark_of(bytes, n, &mark);
    if (marked && strcmp(marked, "UTF-8") != 0) {
        enum sarai_status st = convert(bytes + mark, n - mark, marked, out, err);
        /* Two bytes may be a mark by chance: binary data shows when it is read so. */
        return st || !is_binary(buf_string(out) + from, out->len - from) ? st : no_text(err);
    }
    bytes += mark;
    n -= mark;
    if (is_binary(bytes, n))
        return no_text(err);
    count_utf8(bytes, n, &valid, &invalid);
    if (invalid == 0)
        return buf_append(out, bytes, n) ? SARAI_OK : no_room(err);
    if (valid > invalid)
        return convert_mixed(bytes, n, out, err);
    if (declared && convert(bytes, n, declared, out, NULL) == SARAI_OK)
        return SARAI_OK;
    return convert_guessed(bytes, n, out, err);
}
