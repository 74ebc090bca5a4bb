/* EPUB: a zip whose container names a package, whose spine names the chapters, which are HTML. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/archive.h"
#include "engine/markup.h"
#include "know/reading.h"

enum {
    MAX_CHAPTERS = 5000,
    MAX_ITEMS = 20000,
    NAME_BYTES = 1024,
    PACKAGE_BYTES = 8 << 20,
    UNPACKED_BYTES = 2 * DOCUMENT_TEXT_BYTES, /* of all chapters together: marks and text */
};

struct item {
    char *id, *href;
};

struct book {
    char package[NAME_BYTES]; /* path of the package inside of the zip */
    struct item *items;
    char **spine; /* ids, in the order of reading */
    size_t n_items, n_spine;
};

static void book_finish(struct book *b)
{
    for (size_t i = 0; i < b->n_items; i++) {
        free(b->items[i].id);
        free(b->items[i].href);
    }
    for (size_t i = 0; i < b->n_spine; i++)
        free(b->spine[i]);
    free(b->items);
    free(b->spine);
}

static bool on_container(void *user, const char *name, const char *const *attributes)
{
    struct book *b = user;
    const char *path = markup_attribute(attributes, "full-path");
    if (strcmp(name, "rootfile") == 0 && path && b->package[0] == '\0')
        snprintf(b->package, sizeof b->package, "%s", path);
    return true;
}

static bool keep_item(struct book *b, const char *id, const char *href)
{
    if (b->n_items == MAX_ITEMS)
        return true;
    struct item item = {strdup(id), strdup(href)};
    if (!item.id || !item.href) {
        free(item.id);
        free(item.href);
        return false;
    }
    b->items[b->n_items++] = item;
    return true;
}

static bool on_package(void *user, const char *name, const char *const *attributes)
{
    struct book *b = user;
    const char *id = markup_attribute(attributes, "id"), *href = markup_attribute(attributes, "href"),
               *idref = markup_attribute(attributes, "idref");
    if (strcmp(name, "item") == 0 && id && href)
        return keep_item(b, id, href);
    if (strcmp(name, "itemref") != 0 || !idref || b->n_spine == MAX_CHAPTERS)
        return true;
    b->spine[b->n_spine] = strdup(idref);
    return b->spine[b->n_spine] && ++b->n_spine;
}

static enum sarai_status read_xml(const char *path, const char *member, struct book *b,
                                  bool (*on_open)(void *, const char *, const char *const *),
                                  struct sarai_error *err)
{
    struct buf xml = BUF_INIT(PACKAGE_BYTES);
    const struct markup_handler handler = {b, on_open, NULL, NULL};
    enum sarai_status st = archive_read_member(path, member, &xml, err);
    if (!st)
        st = markup_read(buf_string(&xml), xml.len, MARKUP_XML, &handler, err);
    buf_finish(&xml);
    return st;
}

/* A reference relative to the package, with %20 and the like, as the path of a member. */
static bool resolve(const struct book *b, const char *href, char out[NAME_BYTES])
{
    const char *slash = strrchr(b->package, '/');
    size_t n = slash ? (size_t)(slash + 1 - b->package) : 0;
    memcpy(out, b->package, n);
    for (; strncmp(href, "../", 3) == 0 && n > 0; href += 3)
        for (n--; n > 0 && out[n - 1] != '/'; n--)
            ;
    for (; *href && *href != '#'; href++) {
        char byte = *href;
        if (byte == '%' && isxdigit((unsigned char)href[1]) && isxdigit((unsigned char)href[2])) {
            const char digits[] = {href[1], href[2], '\0'};
            byte = (char)strtoul(digits, NULL, 16);
            href += 2;
        }
        if (n + 1 >= NAME_BYTES)
            return false;
        out[n++] = byte;
    }
    out[n] = '\0';
    return true;
}

static const struct item *find_item(const struct book *b, const char *id)
{
    for (size_t i = 0; i < b->n_items; i++)
        if (strcmp(b->items[i].id, id) == 0)
            return &b->items[i];
    return NULL;
}

static enum sarai_status read_chapters(struct document *d, const char *path, const struct book *b,
                                       const struct stop *stop, struct sarai_error *err)
{
    char member[NAME_BYTES];
    size_t unpacked = 0;
    enum sarai_status st = SARAI_OK;
    for (size_t i = 0; !st && i < b->n_spine; i++) {
        const struct item *item = find_item(b, b->spine[i]);
        if (!item || !resolve(b, item->href, member))
            continue;
        struct buf chapter = BUF_INIT(UNPACKED_BYTES - unpacked);
        st = archive_read_member(path, member, &chapter, err);
        unpacked += chapter.len;
        if (!st)
            st = read_html(d, buf_string(&chapter), chapter.len, false, err);
        buf_finish(&chapter);
        if (!st && stop_raised(stop))
            st = failed(err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"));
    }
    return st;
}

enum sarai_status read_epub(struct document *d, const char *path, const struct stop *stop,
                            struct sarai_error *err)
{
    struct book b = {.items = calloc(MAX_ITEMS, sizeof *b.items),
                     .spine = calloc(MAX_CHAPTERS, sizeof *b.spine)};
    enum sarai_status st = b.items && b.spine ? SARAI_OK : out_of_memory(err, path);
    if (!st)
        st = read_xml(path, "META-INF/container.xml", &b, on_container, err);
    if (!st && b.package[0] == '\0')
        st = failed(err, SARAI_EINPUT, tr("el EPUB no dice dónde está el libro", "the EPUB names no book"));
    if (!st)
        st = read_xml(path, b.package, &b, on_package, err);
    if (!st)
        st = read_chapters(d, path, &b, stop, err);
    book_finish(&b);
    return st;
}
