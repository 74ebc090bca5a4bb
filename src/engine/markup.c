#include "engine/markup.h"

#include <libxml/HTMLparser.h>
#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <string.h>

enum { FEED_BYTES = 64 * 1024 };

struct reading {
    xmlParserCtxtPtr parser;
    const struct markup_handler *handler;
    bool is_stopped; /* by the handler */
};

static const char *local(const xmlChar *name)
{
    const char *colon = strchr((const char *)name, ':');
    return colon ? colon + 1 : (const char *)name;
}

const char *markup_attribute(const char *const *attributes, const char *name)
{
    for (; attributes && attributes[0]; attributes += 2)
        if (strcmp(local((const xmlChar *)attributes[0]), name) == 0)
            return attributes[1] ? attributes[1] : "";
    return NULL;
}

static void go_on(struct reading *r, bool ok)
{
    if (ok || r->is_stopped)
        return;
    r->is_stopped = true;
    xmlStopParser(r->parser);
}

static void start_element(void *user, const xmlChar *name, const xmlChar **attributes)
{
    struct reading *r = user;
    if (!r->is_stopped && r->handler->on_open)
        go_on(r, r->handler->on_open(r->handler->user, local(name), (const char *const *)attributes));
}

static void end_element(void *user, const xmlChar *name)
{
    struct reading *r = user;
    if (!r->is_stopped && r->handler->on_close)
        go_on(r, r->handler->on_close(r->handler->user, local(name)));
}

static void characters(void *user, const xmlChar *text, int n)
{
    struct reading *r = user;
    if (!r->is_stopped && r->handler->on_text)
        go_on(r, r->handler->on_text(r->handler->user, (const char *)text, (size_t)n,
                                     xmlSAX2GetLineNumber(r->parser)));
}

/* libxml2 would print what it does not like. */
static void keep_quiet(void *user, xmlErrorPtr error)
{
    (void)user;
    (void)error;
}

static xmlParserCtxtPtr open_parser(enum markup_kind kind, xmlSAXHandler *sax, struct reading *r)
{
    if (kind == MARKUP_HTML) {
        htmlParserCtxtPtr parser = htmlCreatePushParserCtxt(sax, r, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);
        if (parser)
            htmlCtxtUseOptions(parser, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                                           HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC);
        return parser;
    }
    xmlParserCtxtPtr parser = xmlCreatePushParserCtxt(sax, r, NULL, 0, NULL);
    if (parser)
        xmlCtxtUseOptions(parser, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_SAX1);
    return parser;
}

static void feed(struct reading *r, enum markup_kind kind, const char *bytes, size_t n)
{
    for (size_t at = 0; !r->is_stopped && at < n;) {
        size_t count = n - at < FEED_BYTES ? n - at : FEED_BYTES;
        int code = kind == MARKUP_HTML ? htmlParseChunk(r->parser, bytes + at, (int)count, 0)
                                       : xmlParseChunk(r->parser, bytes + at, (int)count, 0);
        if (code == XML_ERR_NO_MEMORY || (kind == MARKUP_XML && code != XML_ERR_OK))
            return;
        at += count;
    }
    if (kind == MARKUP_HTML)
        htmlParseChunk(r->parser, NULL, 0, 1);
    else
        xmlParseChunk(r->parser, NULL, 0, 1);
}

enum sarai_status markup_read(const char *bytes, size_t n, enum markup_kind kind,
                              const struct markup_handler *handler, struct sarai_error *err)
{
    xmlSAXHandler sax = {.startElement = start_element,
                         .endElement = end_element,
                         .characters = characters,
                         .cdataBlock = characters,
                         .ignorableWhitespace = characters};
    struct reading r = {.handler = handler};
    xmlSetStructuredErrorFunc(NULL, keep_quiet);
    r.parser = open_parser(kind, &sax, &r);
    if (!r.parser)
        return out_of_memory(err, "libxml2");
    feed(&r, kind, bytes, n);
    bool is_out_of_memory = r.is_stopped || r.parser->errNo == XML_ERR_NO_MEMORY;
    bool is_broken = kind == MARKUP_XML && !r.parser->wellFormed;
    if (r.parser->myDoc)
        xmlFreeDoc(r.parser->myDoc);
    r.parser->myDoc = NULL;
    xmlFreeParserCtxt(r.parser);
    if (is_out_of_memory)
        return out_of_memory(err, tr("el texto", "the text"));
    return is_broken ? failed(err, SARAI_EINPUT, tr("el XML está roto", "the XML is broken")) : SARAI_OK;
}
