/* Generator: from a template and the user's words to the text of an email. Providers stand behind
 * one interface; offline is the embedded default. */
#ifndef CHATUR_GENERATE_GENERATOR_H
#define CHATUR_GENERATE_GENERATOR_H

#include <stdint.h>

#include "base/arena.h"
#include "base/attribution.h"
#include "base/config.h"
#include "base/outcome.h"
#include "generate/outages.h"
#include "generate/template.h"

/* What to write. The user's strings are trimmed valid UTF-8, and passed chatur_prompt_check. */
struct chatur_brief {
    const struct chatur_template *template;
    const char *subject;
    const char *keywords;
    const char *to;          /* one or more addresses separated by commas */
    const char *sender_name; /* "": not known */
    const char *sender_email;

    /* The rest is optional: NULL is what was not asked for. */
    const char *tone;     /* of chatur_tones (options.h) */
    const char *length;   /* of chatur_lengths */
    const char *language; /* a tag as CHATUR_LANGUAGE makes it (fields.h): "de", "pt-BR" */
    const char *recipient_name;
    const char *instructions; /* the user's own wishes: data as all the rest */

    uint64_t seed; /* the same brief and seed give the same text where the provider can */
};

struct chatur_draft {
    const char *text;             /* the body only, "\n" line ends, in the arena */
    struct chatur_attribution by; /* strings static, in the arena, or the template's */
};

/* Where a text goes while it is being written. The pieces, in order, add up to the draft's text,
 * and each is valid UTF-8; none is ever taken back, so until the first of them another provider may
 * be tried, and from then on no more. */
struct chatur_sink {
    void (*put)(struct chatur_sink *sink, const char *text, size_t length);
};

struct chatur_provider;

struct chatur_provider_ops {
    const char *name;
    void (*free)(struct chatur_provider *provider);

    /* The longest one call may take, milliseconds: what a reservation's deadline is made from. */
    int64_t (*max_ms)(const struct chatur_provider *provider);

    /* Writes, and puts what it writes into `sink` (NULL: nobody watches) as it goes. Thread-safe.
     * CHATUR_OK; CHATUR_BAD_ANSWER; CHATUR_TIMEOUT; CHATUR_UNAVAILABLE; CHATUR_INTERNAL. `*draft`
     * is only filled on OK. */
    enum chatur_outcome (*write)(struct chatur_provider *provider, const struct chatur_brief *brief,
                                 struct chatur_sink *sink, struct chatur_arena *arena,
                                 struct chatur_draft *draft, struct chatur_error *error);
};

struct chatur_provider {
    const struct chatur_provider_ops *ops;
};

struct chatur_generator;

/* `config` is borrowed. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_generator_new(const struct chatur_config *config,
                                                           struct chatur_generator **generator,
                                                           struct chatur_error *error);
/* Shares what is found out about providers with other processes. `outages` is borrowed until the
 * generator is freed. To be called before any thread writes. */
void chatur_generator_share(struct chatur_generator *generator, struct chatur_outages *outages);
void chatur_generator_free(struct chatur_generator *generator);

/* The longest chatur_generator_write may take, milliseconds. */
int64_t chatur_generator_max_ms(const struct chatur_generator *generator);

/* As the provider's write. */
CHATUR_MUST_CHECK enum chatur_outcome
chatur_generator_write(struct chatur_generator *generator, const struct chatur_brief *brief,
                       struct chatur_sink *sink, struct chatur_arena *arena,
                       struct chatur_draft *draft, struct chatur_error *error);

/* What was asked for (NULL: was not) and is nothing that the writer of an email can do, for the
 * user; NULL: nothing. */
const char *chatur_generator_notice(const struct chatur_attribution *by, const char *language,
                                    const char *instructions);

#endif
