#include "acting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act/builtin.h"
#include "act/crisis.h"
#include "act/figures.h"
#include "act/home.h"
#include "act/intents.h"
#include "act/mcp_tools.h"
#include "base/clock.h"
#include "base/folders.h"

enum {
    PATH_BYTES = 4096,
    SIGNATURES_BYTES = 2000, /* some 500 tokens, of a window of 2048 at least */
    GRAMMAR_BYTES = 256 * 1024,
    MISSING_BYTES = 4096,
    SAID_BYTES = 4096,
    DESCRIPTION_BYTES = 300,
    CONSENT_MS = 60000, /* how long "sí" counts */
    FOUND = 2,          /* passages that a search looks at */
};

struct acting {
    struct sarai *s;
    struct builtin *builtin;
    struct toolbox *box;
    char agenda_path[PATH_BYTES];
    struct buf signatures, grammar;
    struct mcp_missing servers;
    struct buf missing; /* why tools are not there, a sentence a line; told once */
    bool missing_is_told;
    _Atomic double volume, speed;
    char said[SAID_BYTES];
    struct tool_request pending; /* waits for consent; tool NULL: none */
    double pending_until_ms;
    bool answers; /* commands, and the model's calls */
    struct acting_failure failures[ACTING_CALLS];
    size_t n_failures;  /* of this turn */
    struct buf said_to; /* the words of this turn */
};

/* ---- what the tools need of the house ----------------------------------------------------------- */

static double dial(void *user, enum builtin_dial which)
{
    struct acting *a = user;
    return which == DIAL_VOLUME ? a->volume : a->speed;
}

static void turn_dial(void *user, enum builtin_dial which, double value)
{
    struct acting *a = user;
    if (which == DIAL_VOLUME)
        a->volume = value;
    else
        a->speed = value;
}

static const char *last_said(void *user)
{
    return ((struct acting *)user)->said;
}

static enum sarai_status tell_found(const struct sarai_hit *hit, struct tool_result *out,
                                    struct sarai_error *err)
{
    char source[SOURCE_BYTES];
    assistant_name_source(hit, source);
    return tool_givef(out, json_pack("{s:s,s:s}", "encontrado", hit->text, "fuente", source), err,
                      "En %s pone: %.400s.", source, hit->text);
}

static enum sarai_status search(void *user, const char *query, struct tool_result *out,
                                struct sarai_error *err)
{
    struct acting *a = user;
    struct sarai_hits hits = {0};
    if (!a->s->shelf)
        return failed(err, SARAI_EINPUT,
                      tr("todavía no he leído ningún documento", "I have not read any document yet"));
    enum sarai_status st = assistant_search(a->s, query, NULL, FOUND, &hits, err);
    if (!st && hits.n > 0)
        st = tell_found(&hits.hits[0], out, err);
    else if (!st)
        st = tool_givef(out, json_pack("{s:s}", "encontrado", ""), err, "No encuentro nada sobre %.200s.",
                        query);
    sarai_hits_finish(&hits);
    return st;
}

static enum sarai_status remember_fact(void *user, const char *fact, struct tool_result *out,
                                       struct sarai_error *err)
{
    enum sarai_status st = assistant_remember_fact(((struct acting *)user)->s, fact, err);
    return st ? st : tool_give(out, json_pack("{s:s}", "recordado", fact), "Vale, lo recordaré.", err);
}

/* ---- open and close ----------------------------------------------------------------------------- */

static int dimension(void *self)
{
    const struct embedder *embedder = ((struct sarai *)self)->embedder;
    return embedder ? embedder_dimension(embedder) : 0;
}

static enum sarai_status encode(void *self, const char *text, float *out, struct sarai_error *err)
{
    return embedder_encode(((struct sarai *)self)->embedder, text, EMBEDDER_QUERY, out, err);
}

/* Without the embedder's file the things of the house are found by their words. */
static enum sarai_status add_home(struct acting *a, struct sarai_error *err)
{
    char model[PATH_BYTES];
    const struct sarai_config *cfg = a->s->cfg;
    const struct home_options options = {.url = config_text(cfg, "HOME_ASSISTANT_URL"),
                                         .token = config_text(cfg, "HOME_ASSISTANT_TOKEN"),
                                         .encoder = {a->s, dimension, encode}};
    if (*options.url && store_path(a->s->store, config_text(cfg, "EMBED_MODEL"), ".gguf", model, sizeof model,
                                   NULL) == SARAI_OK)
        a->s->parts |= SARAI_EMBED;
    return home_provide(a->box, &options, err);
}

/* Servers that cannot be used are done without, and told; a mistake in their file is an error. */
static enum sarai_status add_servers(struct acting *a, struct sarai_error *err)
{
    char path[PATH_BYTES];
    return folders_config("mcp.json", path, sizeof path) < 0
               ? SARAI_OK
               : mcp_provide(a->box, path, &a->s->stop, &a->servers, err);
}

/* In the order in which the adapter was shown them. */
static enum sarai_status add_tools(struct acting *a, struct sarai_error *err)
{
    enum sarai_status st = builtin_add(a->builtin, BUILTIN_FIRST, a->box, err);
    if (!st)
        st = add_home(a, err);
    if (!st)
        st = builtin_add(a->builtin, BUILTIN_LAST, a->box, err);
    return st ? st : add_servers(a, err);
}

static enum sarai_status open_tools(struct acting *a, struct sarai_error *err)
{
    const struct builtin_host host = {
        .user = a,
        .agenda_path = folders_data("agenda.db", a->agenda_path, PATH_BYTES) < 0 ? NULL : a->agenda_path,
        .weather_url = config_text(a->s->cfg, "WEATHER_URL"),
        .news_url = config_text(a->s->cfg, "NEWS_URL"),
        .dial = dial,
        .turn = turn_dial,
        .last_said = last_said,
        .search = search,
        .remember = strcmp(config_text(a->s->cfg, "REMEMBER"), "on") == 0 ? remember_fact : NULL,
    };
    enum sarai_status st = toolbox_open(&a->box, err);
    if (!st)
        st = builtin_open(&host, &a->builtin, err);
    if (!st)
        st = add_tools(a, err);
    if (!st && (!toolbox_signatures(a->box, &a->signatures) || !toolbox_grammar(a->box, &a->grammar)))
        st = out_of_memory(err, tr("las herramientas", "the tools"));
    return st;
}

enum sarai_status acting_open(struct sarai *s, struct acting **out, struct sarai_error *err)
{
    struct acting *a = calloc(1, sizeof *a);
    if (!a)
        return out_of_memory(err, tr("las herramientas", "the tools"));
    a->s = s;
    a->volume = a->speed = 1;
    a->signatures = (struct buf)BUF_INIT(SIGNATURES_BYTES);
    a->grammar = (struct buf)BUF_INIT(GRAMMAR_BYTES);
    a->missing = (struct buf)BUF_INIT(MISSING_BYTES);
    a->said_to = (struct buf)BUF_INIT(2 * CONVERSATION_QUESTION_BYTES);
    a->answers = strcmp(config_text(s->cfg, "TOOLS"), "on") == 0 && !*config_text(s->cfg, "LLM_TOOLS");
    enum sarai_status st = open_tools(a, err);
    if (st)
        acting_close(a);
    else
        *out = a;
    return st;
}

void acting_close(struct acting *a)
{
    if (!a)
        return;
    request_finish(&a->pending);
    toolbox_close(a->box);
    builtin_close(a->builtin);
    buf_finish(&a->said_to);
    buf_finish(&a->signatures);
    buf_finish(&a->grammar);
    buf_finish(&a->missing);
    free(a);
}

/* What a request waits for stays where it is until it was answered. */
void acting_refresh(struct sarai *s)
{
    struct acting *a = s->acting;
    struct buf signatures = BUF_INIT(SIGNATURES_BYTES), grammar = BUF_INIT(GRAMMAR_BYTES);
    if (!a || !a->answers || a->pending.tool || !toolbox_has_news(a->box))
        return;
    toolbox_refresh(a->box, &s->stop, NULL); /* whoever fails now has no tools until there is news again */
    if (toolbox_signatures(a->box, &signatures) && toolbox_grammar(a->box, &grammar) &&
        conversation_offer(s->conversation, buf_string(&signatures), buf_string(&grammar), NULL) ==
            SARAI_OK &&
        conversation_warm(s->conversation, NULL) == SARAI_OK) {
        buf_finish(&a->signatures);
        buf_finish(&a->grammar);
        a->signatures = signatures;
        a->grammar = grammar;
        return;
    }
    buf_finish(&signatures);
    buf_finish(&grammar);
}

const char *acting_signatures(const struct acting *a)
{
    return a && a->answers ? buf_string(&a->signatures) : NULL;
}

const char *acting_grammar(const struct acting *a)
{
    return a && a->answers ? buf_string(&a->grammar) : NULL;
}

double acting_volume(struct acting *a)
{
    return a ? a->volume : 1;
}

double acting_speed(struct acting *a)
{
    return a ? a->speed : 1;
}

void acting_remember(struct acting *a, const char *answer)
{
    if (a)
        snprintf(a->said, sizeof a->said, "%s", answer);
}

void acting_tell_missing(struct acting *a, const struct sarai_sink *sink)
{
    if (!a || a->missing_is_told || !sink->on_notice)
        return;
    const char *missing = sarai_tools_missing(a->s);
    if (*missing)
        sink->on_notice(sink->user, missing);
    a->missing_is_told = true;
}

enum sarai_status acting_due(struct acting *a, struct buf *sentence, struct sarai_error *err)
{
    return builtin_due(a->builtin, sentence, err);
}

bool acting_may_be_read(const char *text)
{
    return crisis_find(text) == CRISIS_NONE;
}

/* ---- running a request -------------------------------------------------------------------------- */

const struct acting_failure *acting_failures(const struct acting *a, size_t *n)
{
    *n = a ? a->n_failures : 0;
    return a ? a->failures : NULL;
}

/* A failure becomes a result as well, of which the person hears in one sentence. */
static enum sarai_status give_failure(struct acting *a, const char *tool, const struct sarai_error *cause,
                                      struct tool_result *out, struct sarai_error *err)
{
    if (a->n_failures < ACTING_CALLS) {
        struct acting_failure *failure = &a->failures[a->n_failures++];
        snprintf(failure->tool, sizeof failure->tool, "%s", tool);
        failure->why = *cause;
    }
    return tool_give_failure(out, cause, err);
}

/* Whether the person must say yes first. */
static bool wants_consent(const struct acting *a, const struct tool_request *r)
{
    return r->effect == TOOL_RISKS ||
           (r->effect == TOOL_CHANGES && strcmp(config_text(a->s->cfg, "CONFIRM_CHANGES"), "all") == 0);
}

/* Keeps the request until the person has answered; takes it over. */
static enum sarai_status ask_consent(struct acting *a, struct tool_request *request, struct tool_result *out,
                                     struct sarai_error *err)
{
    char what[DESCRIPTION_BYTES];
    request_describe(request, what, sizeof what);
    request_finish(&a->pending);
    a->pending = *request;
    *request = (struct tool_request){0};
    a->pending_until_ms = clock_ms() + CONSENT_MS;
    return tool_givef(out, json_pack("{s:s}", "confirmar", what), err, "¿Confirmas %s?", what);
}

/* Runs it, or asks first. What changes something waits until the turn is over for certain: the person may
 * still go on speaking. A failure is a result; only what was stopped is an error. */
static enum sarai_status perform(struct acting *a, struct tool_request *request, bool has_consent,
                                 struct tool_result *out, struct sarai_error *err)
{
    struct sarai *s = a->s;
    struct sarai_error cause = {0};
    if (!has_consent && wants_consent(a, request))
        return ask_consent(a, request, out, err);
    if (request->effect != TOOL_READS && s->wait_until_sure && !s->wait_until_sure(s->sure_user))
        return failed(err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"));
    enum sarai_status st = toolbox_run(request, &s->stop, out, &cause);
    if (st && stop_raised(&s->stop))
        return failed(err, st, "%s", cause.message);
    return st ? give_failure(a, request->tool->name, &cause, out, err) : SARAI_OK;
}

/* ---- without a model ---------------------------------------------------------------------------- */

static enum sarai_status keep(struct sarai *s, const char *question, struct tool_result *result,
                              struct answer *out, struct sarai_error *err)
{
    struct buf text = BUF_INIT(TOOL_RESULT_BYTES);
    struct answer a = {0};
    if (!result->sentence &&
        !tool_result_text(result, &text)) /* an unknown server's tool may give data alone */
        return out_of_memory(err, tr("el resultado", "the result"));
    a.text = result->sentence ? result->sentence : buf_take(&text);
    result->sentence = NULL;
    buf_finish(&text);
    if (!a.text)
        return out_of_memory(err, tr("el resultado", "the result"));
    const struct question asked = {.words = question};
    enum sarai_status st = conversation_recall(s->conversation, &asked, false, a.text, err);
    if (st)
        free(a.text);
    else
        *out = a;
    return st;
}

/* The person says yes or no to what waits; anything else lets it go. */
static enum sarai_status take_consent(struct acting *a, const char *text, struct tool_result *out,
                                      bool *taken, struct sarai_error *err)
{
    int consent = a->pending.tool && clock_ms() < a->pending_until_ms ? intents_consent(text) : 0;
    enum sarai_status st = SARAI_OK;
    *taken = consent != 0;
    if (consent < 0)
        st = tool_give(out, json_pack("{s:s}", "listo", "no"), "Vale, no lo hago.", err);
    else if (consent > 0)
        st = perform(a, &a->pending, true, out, err);
    if (st != SARAI_ECANCELLED) /* a turn that nobody heard has changed nothing */
        request_finish(&a->pending);
    return st;
}

static enum sarai_status take_command(struct acting *a, const char *text, struct tool_result *out,
                                      bool *taken, struct sarai_error *err)
{
    struct intent intent;
    struct tool_request request = {0};
    *taken = intents_find(text, &intent);
    if (!*taken)
        return SARAI_OK;
    /* A tool that is not there, or other arguments: the model says what it can. */
    *taken = (!intent.timer || builtin_has_timer(a->builtin, intent.timer)) &&
             toolbox_request(a->box, intent.tool, intent.arguments, &request, NULL) == SARAI_OK;
    intent_finish(&intent);
    enum sarai_status st = *taken ? perform(a, &request, false, out, err) : SARAI_OK;
    request_finish(&request);
    return st;
}

enum sarai_status acting_shortcut(struct sarai *s, const struct sarai_question *q, struct answer *out,
                                  struct sarai_error *err)
{
    char reply[TOOL_SENTENCE_BYTES];
    struct tool_result result = {0};
    bool taken = false;
    double start_ms = clock_ms();
    enum sarai_status st = SARAI_OK;
    if (s->acting) {
        s->acting->n_failures = 0;
        buf_reset(&s->acting->said_to);
        buf_append(&s->acting->said_to, q->text, strnlen(q->text, CONVERSATION_QUESTION_BYTES));
    }
    if (q->is_result || strnlen(q->text, CONVERSATION_QUESTION_BYTES + 1) > CONVERSATION_QUESTION_BYTES)
        return SARAI_OK;
    if (crisis_reply(q->text, config_text(s->cfg, "COUNTRY"), reply, sizeof reply)) {
        char *text = strdup(reply);
        if (!text)
            return out_of_memory(err, tr("la respuesta", "the answer"));
        *out = (struct answer){.text = text};
    } else if (s->acting && s->acting->answers) {
        st = take_consent(s->acting, q->text, &result, &taken, err);
        if (!st && !taken)
            st = take_command(s->acting, q->text, &result, &taken, err);
        if (!st && taken)
            st = keep(s, q->text, &result, out, err);
    }
    if (!st && out->text)
        out->first_token_ms = out->total_ms = clock_ms() - start_ms;
    tool_result_finish(&result);
    return st;
}

/* ---- the model's calls -------------------------------------------------------------------------- */

/* The answer is said by the tool: the history has it so. */
static enum sarai_status say_instead(struct sarai *s, struct answer *answer, const char *sentence,
                                     struct sarai_error *err)
{
    char *text = strdup(sentence);
    if (!text)
        return out_of_memory(err, tr("la respuesta", "the answer"));
    free(answer->text);
    answer->text = text;
    answer->is_call = false;
    return conversation_amend(s->conversation, sentence, err);
}

/* The same where the model has nothing to tell: it reads what came of its call when it is next asked. */
static enum sarai_status say_at_once(struct sarai *s, struct answer *answer, const char *result,
                                     const char *sentence, struct sarai_error *err)
{
    const struct question given = {.words = result};
    enum sarai_status st = conversation_recall(s->conversation, &given, true, sentence, err);
    return st ? st : say_instead(s, answer, sentence, err);
}

/* What nobody asked for: a model takes some tool where none fits. What would leave something behind is asked
 * about, what only looks something up is no answer. */
static enum sarai_status doubt_call(struct acting *a, struct tool_request *request, struct tool_result *out,
                                    struct sarai_error *err)
{
    if (request->effect != TOOL_READS)
        return ask_consent(a, request, out, err);
    return tool_give(out, json_pack("{s:s}", "rechazado", request->tool->name), "Eso no sé hacerlo.", err);
}

/* Who words what came of a call. */
enum telling {
    BY_MODEL,
    BY_TOOL,         /* why it failed is told by who knows it, unless the model calls another tool */
    BY_TOOL_AT_ONCE, /* a question to the person, that nothing was done, or a tool that is told as it is */
};

/* Call in JSON → result; what cannot be understood is a result, too. */
static enum sarai_status answer_call(struct acting *a, const char *call, struct tool_result *out,
                                     enum telling *telling, struct sarai_error *err)
{
    struct tool_request request = {0};
    struct sarai_error cause = {0};
    const char *said = buf_string(&a->said_to);
    enum sarai_status st = toolbox_parse(a->box, call, &request, &cause);
    if (!st && request_is_for_another(&request, said))
        st = failed(&cause, SARAI_EINPUT, "%s", request.tool->not_this);
    if (st)
        st = give_failure(a, request.tool ? request.tool->name : "", &cause, out, err);
    else if (!request_is_asked_for(&request, said))
        st = doubt_call(a, &request, out, err);
    else
        st = perform(a, &request, false, out, err);
    bool went_wrong = json_object_get(out->data, "error");
    if (json_object_get(out->data, "confirmar") || json_object_get(out->data, "rechazado") ||
        (request.tool && request.tool->is_told_as_is && !went_wrong))
        *telling = BY_TOOL_AT_ONCE;
    else
        *telling = request.tool && went_wrong ? BY_TOOL : BY_MODEL;
    request_finish(&request);
    return st;
}

/* The result goes to the model, whose words take the place of the call, unless the tool's own are better. */
static enum sarai_status let_tell(struct sarai *s, struct answer *answer, const struct tool_result *result,
                                  const char *text, enum telling telling, bool is_last,
                                  struct sarai_error *err)
{
    struct answer told = {0};
    enum sarai_status st = conversation_result(s->conversation, text, NULL, NULL, &told, err);
    if (st)
        return st;
    told.evaluated += answer->evaluated;
    told.reused += answer->reused;
    told.generated += answer->generated;
    told.first_token_ms = answer->first_token_ms;
    told.total_ms += answer->total_ms;
    answer_finish(answer);
    *answer = told;
    bool is_told = telling == BY_TOOL || !figures_are_kept(told.text, text);
    if (result->sentence && (told.is_call ? is_last : is_told))
        return say_instead(s, answer, result->sentence, err);
    return told.is_call && is_last
               ? say_instead(s, answer, tr("No he podido terminarlo.", "I could not finish it."), err)
               : SARAI_OK;
}

/* One call: it is run, and what came of it told. */
static enum sarai_status tell_result(struct sarai *s, struct answer *answer, bool is_last,
                                     struct sarai_error *err)
{
    struct tool_result result = {0};
    struct buf text = BUF_INIT(TOOL_RESULT_BYTES);
    enum telling telling = BY_MODEL;
    enum sarai_status st = answer_call(s->acting, answer->text, &result, &telling, err);
    if (!st && !tool_result_text(&result, &text))
        st = out_of_memory(err, tr("el resultado", "the result"));
    if (!st)
        st = telling == BY_TOOL_AT_ONCE
                 ? say_at_once(s, answer, buf_string(&text), result.sentence, err)
                 : let_tell(s, answer, &result, buf_string(&text), telling, is_last, err);
    buf_finish(&text);
    tool_result_finish(&result);
    return st;
}

enum sarai_status acting_resolve(struct sarai *s, struct answer *answer, struct sarai_error *err)
{
    enum sarai_status st = SARAI_OK;
    if (!s->acting || !s->acting->answers)
        return SARAI_OK;
    for (int calls = 1; !st && answer->is_call; calls++)
        st = tell_result(s, answer, calls == ACTING_CALLS, err);
    return st;
}

/* ---- for programs ------------------------------------------------------------------------------- */

size_t sarai_tool_count(const struct sarai *s)
{
    return s->acting ? toolbox_count(s->acting->box) : 0;
}

bool sarai_tool(const struct sarai *s, size_t index, struct sarai_tool *out)
{
    if (index >= sarai_tool_count(s))
        return false;
    const struct tool *tool = toolbox_at(s->acting->box, index);
    *out = (struct sarai_tool){.name = tool->name,
                               .about = tool->about,
                               .schema = tool->schema,
                               .provider = toolbox_provider(s->acting->box, index),
                               .changes = tool->effect != TOOL_READS || tool->judge != NULL};
    return true;
}

const char *sarai_tools_missing(const struct sarai *s)
{
    if (!s->acting)
        return "";
    buf_reset(&s->acting->missing);
    mcp_missing_text(&s->acting->servers, &s->acting->missing);
    return buf_string(&s->acting->missing);
}

enum sarai_status sarai_tool_call(struct sarai *s, const char *name, const char *arguments, char **sentence,
                                  char **data, struct sarai_error *err)
{
    struct tool_request request = {0};
    struct tool_result result = {0};
    struct buf text = BUF_INIT(TOOL_RESULT_BYTES);
    assistant_begin_call(s);
    enum sarai_status st = assistant_needs(s, SARAI_ACT, err);
    json_t *object =
        st ? NULL : json_loads(arguments && *arguments ? arguments : "{}", JSON_REJECT_DUPLICATES, NULL);
    if (!st && !object)
        st = failed(err, SARAI_EUSAGE,
                    tr("los argumentos no son JSON: %.80s", "the arguments are no JSON: %.80s"), arguments);
    if (!st)
        st = toolbox_request(s->acting->box, name, object, &request, err);
    if (!st)
        st = toolbox_run(&request, &s->stop, &result, err);
    if (!st && !tool_result_text(&result, &text))
        st = out_of_memory(err, name);
    if (!st) {
        *sentence = strdup(result.sentence ? result.sentence : "");
        *data = buf_take(&text);
    }
    json_decref(object);
    request_finish(&request);
    tool_result_finish(&result);
    buf_finish(&text);
    return st;
}
