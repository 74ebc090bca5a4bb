#include "engine/digest.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "base/reason.h"

static void write_hex(const unsigned char *bytes, unsigned n, char out[DIGEST_TEXT_BYTES])
{
    for (unsigned i = 0; i < n && i < 32; i++)
        snprintf(out + 2 * (size_t)i, 3, "%02x", bytes[i]);
}

static enum sarai_status hash_stream(FILE *f, const char *path, const struct stop *stop, EVP_MD_CTX *hash,
                                     struct sarai_error *err)
{
    unsigned char block[64 * 1024];
    size_t n;
    while ((n = fread(block, 1, sizeof block, f)) > 0) {
        if (stop_raised(stop))
            return failed(err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"));
        if (!EVP_DigestUpdate(hash, block, n))
            return out_of_memory(err, path);
    }
    return ferror(f) ? failed(err, SARAI_EINPUT, tr("no se puede leer %s", "cannot read %s"), path)
                     : SARAI_OK;
}

enum sarai_status digest_file(const char *path, const struct stop *stop, char out[DIGEST_TEXT_BYTES],
                              struct sarai_error *err)
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    FILE *f = fopen(path, "rb");
    if (!f)
        return failed(err, SARAI_EINPUT, tr("no se puede leer %s: %s", "cannot read %s: %s"), path,
                      reason_of(errno));
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    enum sarai_status st =
        hash && EVP_DigestInit_ex(hash, EVP_sha256(), NULL) ? SARAI_OK : out_of_memory(err, path);
    if (!st)
        st = hash_stream(f, path, stop, hash, err);
    if (!st && !EVP_DigestFinal_ex(hash, sum, &n))
        st = out_of_memory(err, path);
    if (!st)
        write_hex(sum, n, out);
    EVP_MD_CTX_free(hash);
    fclose(f);
    return st;
}

enum sarai_status digest_bytes(const void *data, size_t n, char out[DIGEST_TEXT_BYTES],
                               struct sarai_error *err)
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (!EVP_Digest(data, n, sum, &length, EVP_sha256(), NULL))
        return out_of_memory(err, "sha256");
    write_hex(sum, length, out);
    return SARAI_OK;
}
