/* A question in a sound file → its answer in words and as a WAV file.
 *
 *     cc example.c $(pkg-config --cflags --libs sarai) -o example
 *     ./example pregunta.wav respuesta.raw     # 16-bit PCM, mono, 24 kHz: aplay -f S16_LE -r 24000
 */
#include <sarai.h>
#include <stdio.h>

static void show_words(void *user, const char *piece)
{
    (void)user;
    fputs(piece, stdout);
}

static bool write_sound(void *user, const float *pcm, size_t n_frames)
{
    for (size_t i = 0; i < n_frames; i++) {
        int16_t sample = (int16_t)(pcm[i] * 32767);
        if (fwrite(&sample, sizeof sample, 1, user) != 1)
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    FILE *sound = argc == 3 ? fopen(argv[2], "wb") : NULL;
    struct sarai_config *config = NULL;
    struct sarai *sarai = NULL;
    struct sarai_turn turn = {0};
    struct sarai_error err = {SARAI_EUSAGE, "usage: example QUESTION.wav ANSWER.raw"};
    const struct sarai_sink sink = {.user = sound, .on_answer = show_words, .on_audio = write_sound};

    if (sound && !sarai_config_open(&config, &err) && !sarai_open(config, SARAI_ALL, &sarai, &err) &&
        !sarai_run_file(sarai, argv[1], &sink, &turn, &err))
        printf("\n%s → %.0f ms\n", turn.text, turn.stages.first_audio_ms);
    else
        fprintf(stderr, "%s\n", err.message);
    int code = turn.answer ? SARAI_OK : (int)err.status;
    sarai_turn_finish(&turn);
    sarai_close(sarai);
    sarai_config_close(config);
    if (sound && fclose(sound) != 0)
        code = SARAI_EOUTPUT;
    return code;
}
