#include "generate/generator.h"

#include <stdlib.h>

#include "generate/offline.h"

typedef enum chatur_outcome provider_constructor(const struct chatur_config *config,
                                                 struct chatur_provider **provider,
                                                 struct chatur_error *error);

/* What there is; the first is what is used. */
static const struct {
    const char *name;
    provider_constructor *construct;
} providers[] = {
    {"offline", chatur_offline_provider_new},
};

struct chatur_generator {
    struct chatur_provider *provider;
};

enum chatur_outcome chatur_generator_new(const struct chatur_config *config,
                                         struct chatur_generator **generator,
                                         struct chatur_error *error)
{
    *generator = NULL;
    struct chatur_generator *made = calloc(1, sizeof(*made));
    if (made == NULL) {
        return chatur_no_memory(error);
    }
    enum chatur_outcome outcome = providers[0].construct(config, &made->provider, error);
    if (outcome != CHATUR_OK) {
        free(made);
        return outcome;
    }
    *generator = made;
    return CHATUR_OK;
}

void chatur_generator_free(struct chatur_generator *generator)
{
    if (generator == NULL) {
        return;
    }
    generator->provider->ops->free(generator->provider);
    free(generator);
}

int64_t chatur_generator_max_ms(const struct chatur_generator *generator)
{
    return generator->provider->ops->max_ms(generator->provider);
}

enum chatur_outcome chatur_generator_write(struct chatur_generator *generator,
                                           const struct chatur_brief *brief,
                                           struct chatur_sink *sink, struct chatur_arena *arena,
                                           struct chatur_draft *draft, struct chatur_error *error)
{
    return generator->provider->ops->write(generator->provider, brief, sink, arena, draft, error);
}
