/* What a person makes of the answer before: by their words, or by a thumb that another program left. */
#ifndef SARAI_THINK_FEEDBACK_H
#define SARAI_THINK_FEEDBACK_H

/* -1 "no era eso", 1 "bien contestado", 0 where these words are about something else. Pure; Spanish. */
float feedback_of(const char *words);

/* The last thumb in a file of "+" and "-" (or 👍 and 👎): 1, -1; 0 where there is none. The file is taken away.
 */
float feedback_thumb(const char *path);

#endif
