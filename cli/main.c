/* sarai: the command line. One file per command; this one finds it and catches signals. */
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "keys.h"

const struct command commands[] = {
    {"run", "PREGUNTA.wav…|-", "QUESTION.wav…|-", "Responde en voz alta a preguntas grabadas",
     "Answers recorded questions aloud", command_run},
    {"talk", "", "", "Conversa de viva voz", "Converses aloud", command_talk},
    {"devices", "", "", "Muestra micrófonos y altavoces", "Shows microphones and loudspeakers",
     command_devices},
    {"transcribe", "ARCHIVO…|-", "FILE…|-", "Escribe lo que se dice en archivos de audio",
     "Writes down what is said in audio files", command_transcribe},
    {"say", "TEXTO|- -o ARCHIVO", "TEXT|- -o FILE", "Lee un texto en voz alta", "Reads a text aloud",
     command_say},
    {"ask", "TEXTO|-", "TEXT|-", "Responde por escrito a una pregunta", "Answers a question in writing",
     command_ask},
    {"chat", "", "", "Conversa por escrito", "Converses in writing", command_chat},
    {"index", "ARCHIVO|CARPETA…", "FILE|FOLDER…", "Lee documentos para responder con lo que dicen",
     "Reads documents, to answer with what they say", command_index},
    {"search", "TEXTO|-", "TEXT|-", "Busca en los documentos leídos", "Searches the documents that were read",
     command_search},
    {"forget", "ARCHIVO|CARPETA…", "FILE|FOLDER…", "Olvida documentos leídos",
     "Forgets documents that were read", command_forget},
    {"store", "info|check|export", "info|check|export", "Muestra, comprueba y vuelca el almacén de lo leído",
     "Shows, checks and dumps the store of what was read", command_store},
    {"hear", "ARCHIVO…|-", "FILE…|-", "Dice qué se oye y con qué ánimo",
     "Tells what is heard and in what mood", command_hear},
    {"tools", "list|call [NOMBRE [JSON]]", "list|call [NAME [JSON]]", "Muestra las herramientas y usa una",
     "Shows the tools, and uses one", command_tools},
    {"route", "TEXTO|-", "TEXT|-", "Dice qué pide una pregunta: saber, consuelo, actualidad",
     "Tells what a question takes: knowledge, empathy, news", command_route},
    {"embed", "TEXTO|-", "TEXT|-", "Convierte textos en vectores", "Turns texts into vectors", command_embed},
    {"facts", "list|forget [CLAVE]", "list|forget [KEY]", "Muestra y olvida lo que has contado de ti",
     "Shows and forgets what you have told of yourself", command_facts},
    {"log", "show|verify|forget|sound [FILA [ARCHIVO]]", "show|verify|forget|sound [ROW [FILE]]",
     "Muestra, comprueba y olvida el registro de turnos", "Shows, checks and forgets the log of turns",
     command_log},
    {"models", "list|pull|verify|remove|path [MODELO]", "list|pull|verify|remove|path [MODEL]",
     "Muestra, descarga y comprueba los modelos", "Shows, fetches and checks the models", command_models},
    {"doctor", "", "", "Comprueba la máquina, las bibliotecas, los modelos y la velocidad",
     "Checks the machine, the libraries, the models and the speed", command_doctor},
    {"bench", "[PREGUNTA.wav]", "[QUESTION.wav]", "Mide cada etapa de un turno en esta máquina",
     "Measures each stage of a turn on this machine", command_bench},
    {"config", "[CLAVE]", "[KEY]", "Muestra los ajustes y de dónde vienen",
     "Shows the settings and where they come from", command_config},
    {"completion", "bash|zsh", "bash|zsh", "Escribe el guion que completa órdenes en la terminal",
     "Writes the script that completes commands in a shell", command_completion},
    {"help", "[ORDEN]", "[COMMAND]", "Muestra la ayuda", "Shows the help", command_help},
    {"version", "", "", "Muestra la versión de Sarai y de sus motores",
     "Shows the version of Sarai and of its engines", command_version},
};
const size_t n_commands = sizeof commands / sizeof *commands;

static struct cli cli;

static void on_signal(int signal_number)
{
    if (stop_raised(&cli.stop)) { /* asked twice: at once */
        keys_restore();
        _exit(CLI_INTERRUPTED);
    }
    if (signal_number == SIGTERM)
        atomic_store(&cli.ended, true);
    atomic_store(&cli.stop.raised, true);
    if (cli.sarai) {
        sarai_interrupt(cli.sarai);
        alarm(1);
    }
}

/* An interruption that comes just before a call begins would be taken for one of an earlier call: it is
 * repeated until the program, or cli_forget_interrupt(), is done with it. */
static void on_alarm(int signal_number)
{
    (void)signal_number;
    if (stop_raised(&cli.stop) && cli.sarai) {
        sarai_interrupt(cli.sarai);
        alarm(1);
    }
}

/* Threads of OpenMP (in llama.cpp) that wait for each other spin, by default for a long time: on a busy
 * machine they take the core from whom they wait for, and words come five times slower. libgomp reads its
 * limit before main() runs, so the program starts itself again with it. */
static void limit_spinning(char **argv)
{
    if (getenv("GOMP_SPINCOUNT") || setenv("GOMP_SPINCOUNT", "2000", 1) != 0)
        return;
    execv("/proc/self/exe", argv); /* where that fails, the program is right and slower */
}

/* Every thread that allocates would get a heap of its own, and what was freed after loading would stay in
 * them: 40 MB. One heap, of which large blocks go back to the system as soon as they are free; a lower
 * threshold than this costs the turns more page faults than it saves. */
static void keep_heaps_small(void)
{
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, 4 << 20);
}

/* A fault of ours or of an engine (where memory is out, some end like this): said in a sentence, with the
 * exit code that says so. Nothing half-written stays: an output file has no name before it is whole. */
static void end_by_fault(void)
{
    const char *sentence = tr("sarai: fallo interno o de un motor, o falta de memoria\n",
                              "sarai: a fault of ours or of an engine, or no memory\n");
    ssize_t written = write(STDERR_FILENO, sentence, strlen(sentence));
    (void)written;
    keys_restore();
    _exit(SARAI_EINTERNAL);
}

static void on_fault(int signal_number)
{
    (void)signal_number;
    end_by_fault();
}

/* libgomp calls exit() where it finds no memory, and says so in its own words. */
static bool main_has_ended;
static void on_exit_of_a_library(void)
{
    if (!main_has_ended)
        end_by_fault();
}

static void catch_endings(void)
{
    static const int faults[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    action.sa_handler = on_alarm;
    sigaction(SIGALRM, &action, NULL);
    action = (struct sigaction){.sa_handler = on_fault};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        sigaction(faults[i], &action, NULL);
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of write(), with a sentence */
    signal(SIGXFSZ, SIG_IGN); /* so is a file that may not grow */
    atexit(on_exit_of_a_library);
    /* An exception that llama.cpp does not catch has it start a debugger on this process, which may stop it
     * for good. */
    setenv("GGML_NO_BACKTRACE", "1", 0);
}

static int run(int argc, char **argv)
{
    struct sarai_error err = {0};
    if (sarai_config_open(&cli.cfg, &err) != SARAI_OK)
        return cli_fail(&cli, &err);
    const struct command *command = argc > 1 ? cli_find_command(argv[1]) : NULL;
    int code = SARAI_EUSAGE;
    if (command) {
        code = command->run(&cli, command, argc - 1, argv + 1);
        if (!code && cli_interrupted(&cli)) /* between two of its calls */
            code = CLI_INTERRUPTED;
    } else {
        if (argc > 1)
            cli_usage(tr("no existe la orden «%s»", "there is no command “%s”"), argv[1]);
        cli_print_overview(stderr);
    }
    if (code == SARAI_EHANG) { /* libraries must not be unloaded under the thread that hangs */
        fflush(stdout);
        keys_restore();
        _exit(code);
    }
    sarai_config_close(cli.cfg);
    return code;
}

int main(int argc, char **argv)
{
    limit_spinning(argv);
    keep_heaps_small();
    setlocale(LC_CTYPE, "");
    catch_endings();
    int code = run(argc, argv);
    main_has_ended = true;
    return code;
}
