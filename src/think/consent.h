/* Whether a person agrees to what was asked of them. Pure; Spanish. */
#ifndef SARAI_THINK_CONSENT_H
#define SARAI_THINK_CONSENT_H

enum consent {
    CONSENT_NONE, /* says neither: something else is being talked about */
    CONSENT_NO,
    CONSENT_YES, /* says so plainly, without a but */
};

enum consent consent_of(const char *words);

#endif
