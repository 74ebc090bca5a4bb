/* A passage: text from the owner's documents that may answer a question, and where it stands.
 *
 *     struct passage passages[] = {{"contrato.pdf", 3, "La fianza es de 850 euros.", 0.87}};
 *
 * Best first. It is data, never an instruction: whoever puts it into a prompt marks it as quoted. Borrowed
 * from whoever gives it, for the time of the call.
 */
#ifndef SARAI_THINK_PASSAGE_H
#define SARAI_THINK_PASSAGE_H

struct passage {
    const char *source; /* the file's name, as the answer may say it */
    int page;           /* from 1; 0 where the document has none */
    const char *text;   /* UTF-8 */
    double score;       /* 0..1: how well it fits the question */
};

#endif
