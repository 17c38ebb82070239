/* Local file (private to cache): times that are shared by all processes of a machine. */
#ifndef CHATUR_CACHE_LOCAL_FILE_H
#define CHATUR_CACHE_LOCAL_FILE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/config.h"
#include "base/outcome.h"

#define CHATUR_LOCAL_SALT_BYTES 32
#define CHATUR_LOCAL_SETS       4096
#define CHATUR_LOCAL_WAYS       16 /* slots of a set: two lines of a processor's cache */

struct chatur_local_file {
    char magic[16]; /* says the version too */
    uint32_t sets;
    uint32_t ways;
    unsigned char salt[CHATUR_LOCAL_SALT_BYTES]; /* made with the file */
    unsigned char unused[72];                    /* the slots start on a line of their own */
    _Atomic(uint64_t) slots[CHATUR_LOCAL_SETS][CHATUR_LOCAL_WAYS];
};

/* Maps STATE_DIR/limits, which is made when there is none, and made anew when it is not what this
 * build expects. Without a place to write, memory of this process's own, with a line in the log.
 * NULL: not even that. */
struct chatur_local_file *chatur_local_file_open(const struct chatur_config *config);
void chatur_local_file_close(struct chatur_local_file *file);

#endif
