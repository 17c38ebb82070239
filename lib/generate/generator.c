/* The generator is a router over what the configuration names. Only what is named is made, so that
 * a copy that writes offline loads no HTTP library. */
#include "generate/generator.h"

#include <stdlib.h>
#include <string.h>

#include "base/routes.h"
#include "generate/model_provider.h"
#include "generate/offline.h"
#include "generate/offline_options.h"
#include "generate/router.h"

/* What noticing that the time is up may take beyond it. */
#define MARGIN_MS 500

struct chatur_generator {
    struct chatur_provider *offline; /* NULL: not in use; as the models */
    struct chatur_model *openai;
    struct chatur_model *opt;
    struct chatur_router *router;
    int64_t max_ms;
};

/* The offline provider as a target of the router. */
static enum chatur_failure attempt_provider(void *self, struct chatur_attempt *attempt)
{
    struct chatur_provider *provider = self;
    switch (provider->ops->write(provider, attempt->brief, attempt->sink, attempt->arena,
                                 &attempt->draft, NULL)) {
    case CHATUR_OK:
        return CHATUR_NO_FAILURE;
    case CHATUR_BAD_ANSWER:
        return CHATUR_FAILURE_BAD_ANSWER;
    case CHATUR_TIMEOUT:
        return CHATUR_FAILURE_TIMEOUT;
    case CHATUR_UNAVAILABLE:
        return CHATUR_FAILURE_SERVER;
    default:
        return CHATUR_FAILURE_INTERNAL;
    }
}

static enum chatur_outcome make_target(struct chatur_generator *generator,
                                       const struct chatur_config *config,
                                       const struct chatur_route *route,
                                       struct chatur_target *target, struct chatur_error *error)
{
    enum chatur_outcome outcome = CHATUR_INTERNAL;
    *target = (struct chatur_target){
        .name = chatur_writer_name(route->writer),
        .attempt = chatur_model_attempt,
        .group = route->group,
        .weight = route->weight,
    };
    switch (route->writer) {
    case CHATUR_WRITER_OPENAI:
        outcome = chatur_model_new(config, route->writer, &generator->openai, error);
        target->self = generator->openai;
        break;
    case CHATUR_WRITER_OPT:
        outcome = chatur_model_new(config, route->writer, &generator->opt, error);
        target->self = generator->opt;
        break;
    case CHATUR_WRITER_OFFLINE:
        outcome = chatur_offline_provider_new(config, &generator->offline, error);
        target->self = generator->offline;
        target->attempt = attempt_provider;
        target->instant = true;
        break;
    }
    return outcome;
}

static enum chatur_outcome make_router(struct chatur_generator *generator,
                                       const struct chatur_config *config,
                                       struct chatur_error *error)
{
    struct chatur_routes routes;
    struct chatur_target targets[CHATUR_WRITERS];
    size_t count = 0;
    const char *broken = chatur_routes_parse(config->generators, &routes);
    if (broken != NULL) {
        return chatur_fail(error, CHATUR_BAD_REQUEST, "GENERATORS %s", broken);
    }
    for (size_t i = 0; i < routes.count; i++) {
        if (routes.items[i].weight == 0) {
            continue;
        }
        enum chatur_outcome outcome =
            make_target(generator, config, &routes.items[i], &targets[count++], error);
        if (outcome != CHATUR_OK) {
            return outcome;
        }
    }
    bool asks_models = generator->openai != NULL || generator->opt != NULL;
    generator->max_ms = MARGIN_MS + (asks_models ? config->generate_timeout_s * 1000 : 0);
    if (generator->offline != NULL) {
        generator->max_ms += generator->offline->ops->max_ms(generator->offline);
    }
    generator->router = chatur_router_new(targets, count,
                                          &(struct chatur_router_limits){
                                              .timeout_ms = config->generate_timeout_s * 1000,
                                              .attempts = config->generate_attempts,
                                          });
    return generator->router != NULL ? CHATUR_OK : chatur_no_memory(error);
}

enum chatur_outcome chatur_generator_new(const struct chatur_config *config,
                                         struct chatur_generator **generator,
                                         struct chatur_error *error)
{
    *generator = NULL;
    struct chatur_generator *made = calloc(1, sizeof(*made));
    if (made == NULL) {
        return chatur_no_memory(error);
    }
    enum chatur_outcome outcome = make_router(made, config, error);
    if (outcome != CHATUR_OK) {
        chatur_generator_free(made);
        return outcome;
    }
    *generator = made;
    return CHATUR_OK;
}

void chatur_generator_share(struct chatur_generator *generator, struct chatur_outages *outages)
{
    chatur_router_share(generator->router, outages);
}

void chatur_generator_free(struct chatur_generator *generator)
{
    if (generator == NULL) {
        return;
    }
    chatur_router_free(generator->router);
    chatur_model_free(generator->openai);
    chatur_model_free(generator->opt);
    if (generator->offline != NULL) {
        generator->offline->ops->free(generator->offline);
    }
    free(generator);
}

int64_t chatur_generator_max_ms(const struct chatur_generator *generator)
{
    return generator->max_ms;
}

enum chatur_outcome chatur_generator_write(struct chatur_generator *generator,
                                           const struct chatur_brief *brief,
                                           struct chatur_sink *sink, struct chatur_arena *arena,
                                           struct chatur_draft *draft, struct chatur_error *error)
{
    return chatur_router_write(generator->router, brief, sink, arena, draft, error);
}

const char *chatur_generator_notice(const struct chatur_attribution *by, const char *language,
                                    const char *instructions)
{
    return strcmp(by->provider, chatur_writer_name(CHATUR_WRITER_OFFLINE)) == 0
               ? chatur_offline_notice(language, instructions)
               : NULL;
}
