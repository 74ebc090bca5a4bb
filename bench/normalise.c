/* Lines of text → how Sarai would read them, for bench/roundtrip.py: a line that fails comes out empty.
 *
 *     printf 'Son 12,50 €\n' | build/dev/normalise        # Son doce euros con cincuenta
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "speak/normaliser.h"

int main(void)
{
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0) {
        struct buf words = BUF_INIT(NORMALISER_MAX_OUT);
        line[strcspn(line, "\n")] = '\0';
        normaliser_run(line, NULL, &words, NULL);
        puts(buf_string(&words));
        buf_finish(&words);
    }
    free(line);
    return 0;
}
