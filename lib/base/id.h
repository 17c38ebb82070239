/* Ids: 24 lower-case hex digits laid out as a BSON ObjectId (4 bytes Unix time, 5 random per
 * process, 3 counting), so that both stores use the same ids and later ids of a process sort later.
 */
#ifndef CHATUR_BASE_ID_H
#define CHATUR_BASE_ID_H

#include <stdbool.h>
#include <stddef.h>

#define CHATUR_ID_LENGTH 24

/* Writes a new id with its NUL. Thread-safe, and right across fork: the random part is made anew in
 * a child. */
void chatur_id_new(char id[CHATUR_ID_LENGTH + 1]);

/* True for exactly 24 hex digits of either case. */
bool chatur_id_valid(const char *id);

/* Fills `bytes` from the kernel's generator (getrandom). Aborts when there is none: nothing secret
 * may be made from weaker randomness. */
void chatur_random(void *bytes, size_t length);

/* Lower-case hex of `length` bytes, with a NUL: `hex` holds 2 * length + 1. */
void chatur_hex(const void *bytes, size_t length, char *hex);

#endif
