#include "engine/rational.h"

#include <gmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BITS = 997 /* of 10^300 */, MOST_EXPONENT = 1000, ROOT_DECIMALS = 20 };

struct rational {
    mpq_t q;
};

static bool is_small(const mpq_t q)
{
    return mpz_sizeinbase(mpq_numref(q), 2) <= MOST_BITS && mpz_sizeinbase(mpq_denref(q), 2) <= MOST_BITS;
}

/* "12.5" → "125/10", which GMP reads. */
static bool to_fraction(const char *text, char *out, size_t n)
{
    const char *point = strchr(text, '.');
    if (!point)
        return snprintf(out, n, "%s", text) < (int)n;
    size_t decimals = strlen(point + 1);
    if (strlen(text) + decimals + 3 > n || strchr(point, '/'))
        return false;
    int length = snprintf(out, n, "%.*s%s/1", (int)(point - text), text, point + 1);
    memset(out + length, '0', decimals);
    out[(size_t)length + decimals] = '\0';
    return true;
}

struct rational *rational_open(const char *text)
{
    char fraction[2 * RATIONAL_BYTES];
    struct rational *r = malloc(sizeof *r);
    if (!r)
        return NULL;
    mpq_init(r->q);
    if (!to_fraction(text, fraction, sizeof fraction) || mpq_set_str(r->q, fraction, 10) != 0 ||
        mpz_sgn(mpq_denref(r->q)) == 0 || !is_small(r->q)) {
        rational_close(r);
        return NULL;
    }
    mpq_canonicalize(r->q);
    return r;
}

void rational_close(struct rational *r)
{
    if (!r)
        return;
    mpq_clear(r->q);
    free(r);
}

static bool operate(struct rational *r, const struct rational *other,
                    void (*operation)(mpq_ptr, mpq_srcptr, mpq_srcptr))
{
    mpq_t result;
    mpq_init(result);
    operation(result, r->q, other->q);
    bool fits = is_small(result);
    if (fits)
        mpq_swap(r->q, result);
    mpq_clear(result);
    return fits;
}

bool rational_add(struct rational *r, const struct rational *other)
{
    return operate(r, other, mpq_add);
}

bool rational_subtract(struct rational *r, const struct rational *other)
{
    return operate(r, other, mpq_sub);
}

bool rational_multiply(struct rational *r, const struct rational *other)
{
    return operate(r, other, mpq_mul);
}

bool rational_divide(struct rational *r, const struct rational *other)
{
    return mpq_sgn(other->q) != 0 && operate(r, other, mpq_div);
}

bool rational_power(struct rational *r, const struct rational *exponent)
{
    if (mpz_cmp_ui(mpq_denref(exponent->q), 1) != 0 ||
        mpz_cmpabs_ui(mpq_numref(exponent->q), MOST_EXPONENT) > 0)
        return false;
    long n = mpz_get_si(mpq_numref(exponent->q));
    unsigned long size = (unsigned long)labs(n);
    if ((n < 0 && mpq_sgn(r->q) == 0) || (mpz_sizeinbase(mpq_numref(r->q), 2) - 1) * size > MOST_BITS ||
        (mpz_sizeinbase(mpq_denref(r->q), 2) - 1) * size > MOST_BITS)
        return false;
    mpq_t result;
    mpq_init(result);
    mpz_pow_ui(mpq_numref(result), mpq_numref(r->q), size);
    mpz_pow_ui(mpq_denref(result), mpq_denref(r->q), size);
    if (n < 0)
        mpq_inv(result, result);
    bool fits = is_small(result);
    if (fits)
        mpq_swap(r->q, result);
    mpq_clear(result);
    return fits;
}

bool rational_root(struct rational *r)
{
    if (mpq_sgn(r->q) < 0)
        return false;
    if (mpz_perfect_square_p(mpq_numref(r->q)) && mpz_perfect_square_p(mpq_denref(r->q))) {
        mpz_sqrt(mpq_numref(r->q), mpq_numref(r->q));
        mpz_sqrt(mpq_denref(r->q), mpq_denref(r->q));
        return true;
    }
    mpz_t scale, value;
    mpz_init(scale);
    mpz_init(value);
    mpz_ui_pow_ui(scale, 10, ROOT_DECIMALS);
    mpz_mul(value, mpq_numref(r->q), scale);
    mpz_mul(value, value, scale);
    mpz_tdiv_q(value, value, mpq_denref(r->q));
    mpz_sqrt(mpq_numref(r->q), value);
    mpz_set(mpq_denref(r->q), scale);
    mpq_canonicalize(r->q);
    mpz_clear(value);
    mpz_clear(scale);
    return true;
}

int rational_compare(const struct rational *r, const struct rational *other)
{
    return mpq_cmp(r->q, other->q);
}

/* The value times 10^decimals, rounded to a whole number. */
static void scale_up(const struct rational *r, int decimals, mpz_t out, bool *is_rounded)
{
    mpz_t rest;
    mpz_init(rest);
    mpz_ui_pow_ui(out, 10, (unsigned long)decimals);
    mpz_mul(out, out, mpq_numref(r->q));
    mpz_abs(out, out);
    mpz_tdiv_qr(out, rest, out, mpq_denref(r->q));
    *is_rounded = mpz_sgn(rest) != 0;
    mpz_mul_ui(rest, rest, 2);
    if (mpz_cmp(rest, mpq_denref(r->q)) >= 0)
        mpz_add_ui(out, out, 1);
    mpz_clear(rest);
}

bool rational_write(const struct rational *r, int decimals, char *out, size_t n, bool *is_rounded)
{
    char digits[RATIONAL_BYTES];
    mpz_t scaled;
    mpz_init(scaled);
    scale_up(r, decimals, scaled, is_rounded);
    bool is_zero = mpz_sgn(scaled) == 0;
    gmp_snprintf(digits, sizeof digits, "%0*Zd", decimals + 1, scaled);
    mpz_clear(scaled);
    size_t whole = strlen(digits) - (size_t)decimals, end = strlen(digits);
    while (end > whole && digits[end - 1] == '0')
        end--;
    return snprintf(out, n, "%s%.*s%s%.*s", mpq_sgn(r->q) < 0 && !is_zero ? "-" : "", (int)whole, digits,
                    end > whole ? "," : "", (int)(end - whole), digits + whole) < (int)n;
}
