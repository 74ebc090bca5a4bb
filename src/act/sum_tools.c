#include "act/builtin.h"
#include "act/calculator.h"

static enum sarai_status run_sum(void *self, const struct tool_call *call, struct tool_result *out,
                                 struct sarai_error *err)
{
    struct calculated c;
    (void)self;
    const char *sum = tool_text(call, "cuenta");
    enum sarai_status st = calculator_sum(sum ? sum : "", &c, err);
    return st ? st
              : tool_givef(out, json_pack("{s:s}", "resultado", c.value), err,
                           c.is_rounded ? "Da aproximadamente %s." : "Da %s.", c.value);
}

static enum sarai_status run_convert(void *self, const struct tool_call *call, struct tool_result *out,
                                     struct sarai_error *err)
{
    struct calculated c;
    (void)self;
    const char *quantity = tool_text(call, "cantidad"), *unit = tool_text(call, "a");
    enum sarai_status st = calculator_convert(quantity ? quantity : "", unit ? unit : "", &c, err);
    if (st)
        return st;
    json_t *result = json_sprintf("%s %s", c.value, c.unit);
    return tool_givef(out, json_pack("{s:o}", "resultado", result), err,
                      c.is_rounded ? "Son unos %s %s." : "Son %s %s.", c.value, c.unit);
}

enum sarai_status sum_tools_add(struct builtin *b, struct toolbox *box, struct sarai_error *err)
{
    const struct tool tools[] = {
        {.name = "calcula",
         .about = "calcula una cuenta, exacta",
         .schema = "{\"type\":\"object\",\"properties\":{\"cuenta\":{\"type\":\"string\",\"maxLength\":200}},"
                   "\"required\":[\"cuenta\"]}",
         .run = run_sum},
        {.name = "convierte",
         .about = "pasa una cantidad a otra unidad",
         .schema = "{\"type\":\"object\",\"properties\":{\"cantidad\":{\"type\":\"string\",\"maxLength\":80},"
                   "\"a\":{\"type\":\"string\",\"maxLength\":80}},\"required\":[\"cantidad\",\"a\"]}",
         .run = run_convert},
    };
    return builtin_add_all(b, tools, sizeof tools / sizeof *tools, box, err);
}
