/* sarai devices: the microphones and loudspeakers of this machine. */
#include "cli.h"
#include "engine/sound.h"

static json_t *device_json(const struct sound_device *d)
{
    return json_pack("{s:i,s:s,s:s,s:s,s:i,s:i,s:f,s:b,s:b}", "index", d->index, "name", d->name, "id", d->id,
                     "host", d->host, "inputs", d->inputs, "outputs", d->outputs, "rate_hz", d->rate_hz,
                     "default_input", d->default_input, "default_output", d->default_output);
}

static void print_device(const struct sound_device *d)
{
    printf("%3d  %-40s %-10s %6.0f Hz  %s%s%s%s\n", d->index, d->name, d->host, d->rate_hz,
           d->inputs ? tr("micrófono ", "microphone ") : "", d->default_input ? "* " : "",
           d->outputs ? tr("altavoz ", "loudspeaker ") : "", d->default_output ? "*" : "");
}

int command_devices(struct cli *cli, const struct command *command, int argc, char **argv)
{
    struct sound_device devices[SOUND_MOST_DEVICES];
    struct sarai_error err = {0};
    bool json = false;
    int first, code;
    size_t n = 0;
    const struct cli_option own[] = {{"json", 'j', NULL, NULL, &json, "lista como JSON", "list as JSON"}};
    if (!cli_parse(cli, command, own, sizeof own / sizeof *own, argc, argv, &first, &code))
        return code;
    if (sound_list(devices, SOUND_MOST_DEVICES, &n, &err) != SARAI_OK)
        return cli_fail(cli, &err);
    json_t *all = json ? json_array() : NULL;
    for (size_t i = 0; i < n; i++) {
        if (json)
            json_array_append_new(all, device_json(&devices[i]));
        else
            print_device(&devices[i]);
    }
    if (n == 0 && !json)
        fprintf(stderr, "%s\n",
                tr("no hay micrófonos ni altavoces", "there are no microphones or loudspeakers"));
    return json ? cli_print_json(all) : cli_flush();
}
