#include "think/frame.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

static const char few_shot_persona[] = "Sarai es una asistente de voz. Habla español, es amable y sincera, y "
                                       "contesta con una o dos frases cortas.";

/* Tried on some sixty questions. What was learnt on the way: an exclamation mark in an answer draws all
 * others to "¡No te preocupes!", a question mark at the end of one makes it echo the question, a number is
 * copied; moods want several examples that begin alike; "no lo sé" must be shown or the model invents; the
 * last examples weigh most. */
static const char few_shot_examples[] =
    "Persona: ¿Cuál es la capital de Portugal?\n"
    "Sarai: La capital de Portugal es Lisboa.\n"
    "Persona: ¿Quién escribió Cien años de soledad?\n"
    "Sarai: Cien años de soledad fue escrita por Gabriel García Márquez.\n"
    "Persona: ¿Qué es un volcán?\n"
    "Sarai: Un volcán es una montaña que expulsa lava, gases y ceniza.\n"
    "Persona: ¿Dónde está la Torre Eiffel?\n"
    "Sarai: La Torre Eiffel está en París, en Francia.\n"
    "Persona: ¿Qué hora es?\n"
    "Sarai: No lo sé, no tengo reloj.\n"
    "Persona: ¿Qué ha cenado mi vecino?\n"
    "Sarai: No lo sé, nadie me lo ha contado.\n"
    "Persona: Sube la persiana.\n"
    "Sarai: No puedo hacerlo, solo sé hablar.\n"
    "Persona: Hola, buenos días.\n"
    "Sarai: Hola, buenos días. Me alegro de oírte.\n"
    "Persona: ¿Cómo te llamas?\n"
    "Sarai: Me llamo Sarai y soy una asistente de voz.\n"
    "Persona: Estoy triste, he discutido con mi hermana.\n"
    "Sarai: Lo siento mucho. Cuéntame qué ha pasado.\n"
    "Persona: Hoy estoy agotado.\n"
    "Sarai: Lo siento mucho. Intenta descansar un poco.\n"
    "Persona: Mi padre está enfermo.\n"
    "Sarai: Lo siento mucho. Espero que se mejore pronto.\n"
    "Persona: Me da miedo la oscuridad.\n"
    "Sarai: Lo siento mucho. Estoy aquí contigo.\n"
    "Persona: He aprobado el carné de conducir.\n"
    "Sarai: Qué bien, me alegro mucho por ti.\n"
    "Persona: Muchas gracias, Sarai.\n"
    "Sarai: De nada. Aquí estoy para lo que necesites.\n";

/* As in tools/train/brain/frame.py: the adapter knows these words. */
static const char adapter_persona[] = "Sarai es una asistente de voz. Habla español, es amable y sincera, y "
                                      "contesta con una o dos frases cortas.";

static const struct frame_data labelled = {.source_open = "Contexto [",
                                           .source_close = "]: ",
                                           .text_close = "\n",
                                           .nothing = "Contexto: nada\n",
                                           .result = "Resultado: ",
                                           .has_mood = true},
                               ordered = {.source_open = "Contexto [",
                                          .source_close = "]: ",
                                          .text_close = "\n",
                                          .nothing = "Contexto: nada\n",
                                          .result = "Resultado: ",
                                          .has_mood = true,
                                          .has_orders = true},
                               in_words = {.source_open = "Según ",
                                           .source_close = ": «",
                                           .text_close = "». ",
                                           .nothing = "",
                                           .result = "Resultado: "};

static const char chat_persona[] =
    "Eres Sarai, una asistente de voz que habla español. Respondes en una a tres frases cortas, amables y "
    "sinceras, como se habla: sin listas, sin símbolos y sin emojis. Si no sabes algo, lo dices.";

void frame_finish(struct frame *f)
{
    free(f->prefix);
    free(f->answer_cue);
    free(f->question_cue);
    *f = (struct frame){0};
}

/* Checks that all three were made. */
static enum sarai_status complete(struct frame *f, struct frame *out, struct sarai_error *err)
{
    if (!f->prefix || !f->answer_cue || !f->question_cue) {
        frame_finish(f);
        return out_of_memory(err, "frame");
    }
    *out = *f;
    return SARAI_OK;
}

enum sarai_status frame_few_shot(const char *persona, struct frame *out, struct sarai_error *err)
{
    struct frame f = {.lead = " ", .is_line = true, .data = in_words};
    struct buf prefix = BUF_INIT(FRAME_MAX_BYTES);
    if (buf_text(&prefix, persona ? persona : few_shot_persona) && buf_text(&prefix, "\n\n") &&
        buf_text(&prefix, few_shot_examples) && buf_text(&prefix, "Persona:"))
        f.prefix = buf_take(&prefix);
    buf_finish(&prefix);
    f.answer_cue = strdup("\nSarai:");
    f.question_cue = strdup("\nPersona:");
    return complete(&f, out, err);
}

/* Placeholders that no template contains and none trims. */
#define FIRST_QUESTION  "@pregunta-1@"
#define FIRST_ANSWER    "@respuesta-1@"
#define SECOND_QUESTION "@pregunta-2@"

/* Cuts the rendered template at its placeholders. */
static bool cut(const char *text, struct frame *f)
{
    const char *question = strstr(text, FIRST_QUESTION);
    const char *answer = question ? strstr(question, FIRST_ANSWER) : NULL;
    const char *next = answer ? strstr(answer, SECOND_QUESTION) : NULL;
    if (!next)
        return false;
    const char *after_question = question + strlen(FIRST_QUESTION),
               *after_answer = answer + strlen(FIRST_ANSWER);
    f->prefix = strndup(text, (size_t)(question - text));
    f->answer_cue = strndup(after_question, (size_t)(answer - after_question));
    f->question_cue = strndup(after_answer, (size_t)(next - after_answer));
    return true;
}

/* A model that was taught instructions is told what to do with tools; the adapter has seen it. */
static bool write_system(const char *persona, const char *tools, struct buf *out)
{
    return buf_text(out, persona ? persona : chat_persona) &&
           (!tools ||
            buf_printf(
                out,
                "\nHerramientas: %s\nSi una herramienta hace falta, responde solo con su llamada: "
                "{\"name\":\"hora\",\"arguments\":{}}. Recibirás su resultado y lo dirás con palabras.",
                tools));
}

enum sarai_status frame_chat(const struct llm *llm, const char *persona, const char *tools, struct frame *out,
                             struct sarai_error *err)
{
    struct frame f = {.lead = "", .data = ordered, .has_calls = tools != NULL};
    struct buf text = BUF_INIT(FRAME_MAX_BYTES), system = BUF_INIT(FRAME_MAX_BYTES);
    if (!write_system(persona, tools, &system)) {
        buf_finish(&system);
        return out_of_memory(err, "frame");
    }
    const struct llm_message messages[] = {{"system", buf_string(&system)},
                                           {"user", FIRST_QUESTION},
                                           {"assistant", FIRST_ANSWER},
                                           {"user", SECOND_QUESTION}};
    enum sarai_status st = llm_chat(llm, messages, sizeof messages / sizeof *messages, true, &text, err);
    if (!st && !cut(buf_string(&text), &f))
        st = failed(err, SARAI_EMODEL,
                    tr("la plantilla de conversación de %s no admite un diálogo",
                       "the chat template of %s does not take a dialogue"),
                    llm_description(llm));
    buf_finish(&text);
    buf_finish(&system);
    return st ? st : complete(&f, out, err);
}

enum sarai_status frame_adapter(const char *persona, const char *tools, struct frame *out,
                                struct sarai_error *err)
{
    struct frame f = {
        .lead = "", .is_line = true, .data = labelled, .has_calls = tools != NULL, .names_sources = true};
    struct buf prefix = BUF_INIT(FRAME_MAX_BYTES);
    f.answer_cue = strdup("<end_of_turn>\n<start_of_turn>model\n");
    f.question_cue = strdup("<end_of_turn>\n<start_of_turn>user\n");
    if (f.question_cue && buf_text(&prefix, "<start_of_turn>system\n") &&
        buf_text(&prefix, persona ? persona : adapter_persona) &&
        (!tools || (buf_text(&prefix, "\nHerramientas: ") && buf_text(&prefix, tools))) &&
        buf_text(&prefix, f.question_cue))
        f.prefix = buf_take(&prefix);
    buf_finish(&prefix);
    return complete(&f, out, err);
}

enum sarai_status frame_choose(enum conversation_frame wanted, const struct llm *llm, const char *persona,
                               const char *tools, struct frame *out, struct sarai_error *err)
{
    struct sarai_error chat_err = {0};
    enum sarai_status st = SARAI_EMODEL;
    if (wanted == CONVERSATION_ADAPTER || (wanted == CONVERSATION_AUTO && llm_has_adapter(llm)))
        return frame_adapter(persona, tools, out, err);
    if (wanted == CONVERSATION_CHAT || (wanted == CONVERSATION_AUTO && llm_has_chat_template(llm)))
        st = frame_chat(llm, persona, tools, out, &chat_err);
    if (st == SARAI_EMODEL && wanted != CONVERSATION_CHAT) /* no template, or none that llama.cpp knows */
        return frame_few_shot(persona, out, err);
    return st ? failed(err, st, "%s", chat_err.message) : SARAI_OK;
}

/* ---- the data of a question ------------------------------------------------------------------- */

/* A line break in it would end its turn, or its passage. */
bool frame_line(const char *text, size_t n, struct buf *out)
{
    bool is_blank = true, ok = true;
    size_t start = out->len;
    for (size_t at = 0; at < n && ok;) {
        uint32_t c = utf8_next(text, n, &at);
        if (c == UTF8_INVALID || c <= ' ' || c == 0x7F || c == 0x2028 || c == 0x2029) {
            ok = is_blank || buf_text(out, " ");
            is_blank = true;
        } else {
            ok = buf_codepoint(out, c);
            is_blank = false;
        }
    }
    if (ok && out->len > start && out->data[out->len - 1] == ' ')
        out->data[--out->len] = '\0';
    return ok;
}

/* Appends a line of at most `*left` tokens, and takes them off. What is cut is cut at the end of a word. */
static enum sarai_status add_within(const struct llm *llm, const char *text, int *left, struct buf *out,
                                    struct sarai_error *err)
{
    struct buf line = BUF_INIT(FRAME_DATA_BYTES);
    char bytes[LLM_MAX_PIECE_BYTES];
    size_t n = 0, end = 0;
    int32_t *tokens = NULL;
    enum sarai_status st = SARAI_OK;
    if (!frame_line(text, strnlen(text, FRAME_DATA_BYTES / 4), &line) ||
        !(tokens = calloc(line.len + 1, sizeof *tokens)))
        st = out_of_memory(err, "frame");
    if (!st) /* a token is a byte at the least */
        st = llm_tokenise(llm, buf_string(&line), line.len, LLM_PLAIN, tokens, line.len + 1, &n, err);
    if (!st && n > (size_t)*left) {
        for (int i = 0; i < *left; i++)
            end += llm_piece(llm, tokens[i], bytes);
        end = end < line.len ? end : line.len;
        while (end > 0 && line.data[end] != ' ')
            end--;
        line.len = end;
        n = (size_t)*left;
    }
    *left -= (int)n;
    if (!st && !buf_append(out, line.data, line.len))
        st = out_of_memory(err, "frame");
    free(tokens);
    buf_finish(&line);
    return st;
}

static enum sarai_status add_passages(const struct frame *f, const struct llm *llm, const struct question *q,
                                      struct buf *out, struct sarai_error *err)
{
    int all = FRAME_CONTEXT_TOKENS;
    enum sarai_status st = SARAI_OK;
    if (q->is_searched && q->n_passages == 0 && !buf_text(out, f->data.nothing))
        return out_of_memory(err, "frame");
    for (size_t i = 0; !st && i < q->n_passages && i < FRAME_PASSAGES && all > FRAME_SOURCE_TOKENS; i++) {
        int source = FRAME_SOURCE_TOKENS, text = FRAME_PASSAGE_TOKENS < all ? FRAME_PASSAGE_TOKENS : all;
        int before = text;
        if (!buf_text(out, f->data.source_open))
            st = out_of_memory(err, "frame");
        if (!st)
            st = add_within(llm, q->passages[i].source, &source, out, err);
        if (!st && !buf_text(out, f->data.source_close))
            st = out_of_memory(err, "frame");
        if (!st)
            st = add_within(llm, q->passages[i].text, &text, out, err);
        if (!st && !buf_text(out, f->data.text_close))
            st = out_of_memory(err, "frame");
        all -= before - text;
    }
    return st;
}

/* A mood is one word of letters: nothing else is let into the turn's beginning. */
static bool is_mood(const char *mood)
{
    size_t n = mood ? strnlen(mood, FRAME_MOOD_BYTES + 1) : 0;
    for (size_t i = 0; i < n; i++)
        if (mood[i] < 'a' || mood[i] > 'z')
            return false;
    return n > 0 && n <= FRAME_MOOD_BYTES;
}

/* What a model that follows instructions is told of a mood. */
static const char *order_for(const char *mood)
{
    static const struct {
        const char *mood, *order;
    } orders[] = {
        {"triste", "La persona suena triste: responde con cariño."},
        {"miedo", "La persona suena asustada: responde con calma y dale seguridad."},
        {"enfado", "La persona suena enfadada: responde con comprensión y sin discutir."},
        {"alegre", "La persona suena alegre: alégrate con ella."},
        {"sorpresa", "La persona suena sorprendida."},
        {"asco", "La persona suena asqueada."},
    };
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        if (strcmp(orders[i].mood, mood) == 0)
            return orders[i].order;
    return NULL;
}

/* How the person sounds and what is wanted of the answer, at the beginning of the turn: so the model has read
 * all that is before it, and its cache stays good. */
static bool add_mood(const struct frame *f, const struct question *q, struct buf *out)
{
    bool has_mood = is_mood(q->mood);
    const char *order = has_mood ? order_for(q->mood) : NULL;
    if (!f->data.has_mood || (!has_mood && !q->is_warm))
        return true;
    if (!f->data.has_orders)
        return !has_mood || buf_printf(out, "(%s) ", q->mood);
    if (!order && q->is_warm)
        order = "Responde con calidez.";
    return order ? buf_printf(out, "(%s) ", order) : buf_printf(out, "(%s) ", q->mood);
}

static enum sarai_status add_words(const char *words, size_t max_bytes, struct buf *out,
                                   struct sarai_error *err)
{
    size_t n = strnlen(words, max_bytes + 1), start = out->len;
    if (n > max_bytes)
        return failed(
            err, SARAI_EINPUT,
            tr("la pregunta pasa de %zu bytes; hazla más corta", "the question is longer than %zu bytes"),
            max_bytes);
    if (!frame_line(words, n, out))
        return out_of_memory(err, "frame");
    if (out->len == start)
        return failed(err, SARAI_EINPUT, tr("la pregunta está vacía", "the question is empty"));
    return SARAI_OK;
}

enum sarai_status frame_question(const struct frame *f, const struct llm *llm, const struct question *q,
                                 size_t max_bytes, struct buf *out, struct sarai_error *err)
{
    enum sarai_status st = add_passages(f, llm, q, out, err);
    if (!st && !add_mood(f, q, out))
        st = out_of_memory(err, "frame");
    return st ? st : add_words(q->words, max_bytes, out, err);
}

enum sarai_status frame_result(const struct frame *f, const struct llm *llm, const char *text,
                               struct buf *out, struct sarai_error *err)
{
    int left = FRAME_RESULT_TOKENS;
    if (!buf_text(out, f->data.result))
        return out_of_memory(err, "frame");
    return add_within(llm, text, &left, out, err);
}

char *frame_cache_path(const char *folder, const struct llm *llm, const int32_t *tokens, size_t n)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < n * sizeof *tokens; i++)
        hash = (hash ^ ((const unsigned char *)tokens)[i]) * 0x100000001b3u;
    struct buf name = BUF_INIT(4096);
    bool ok = buf_printf(&name, "%s/prompt-%s-%d-%016llx.kv", folder, llm_identity(llm),
                         llm_context_tokens(llm) - 1, (unsigned long long)hash);
    char *path = ok ? buf_take(&name) : NULL;
    buf_finish(&name);
    return path;
}
