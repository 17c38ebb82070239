/* A language model on a server that speaks the OpenAI-compatible API. `openai` and `opt` are two
 * configurations of it. */
#ifndef CHATUR_GENERATE_MODEL_PROVIDER_H
#define CHATUR_GENERATE_MODEL_PROVIDER_H

#include "base/config.h"
#include "base/outcome.h"
#include "base/routes.h"
#include "generate/failure.h"
#include "generate/router.h"

struct chatur_model;

/* `writer`: OPENAI or OPT. `config` is borrowed for the model's life. Loads what HTTP needs.
 * CHATUR_OK; CHATUR_INTERNAL. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_model_new(const struct chatur_config *config,
                                                       enum chatur_writer writer,
                                                       struct chatur_model **model,
                                                       struct chatur_error *error);
void chatur_model_free(struct chatur_model *model);

/* One call, as struct chatur_target has it; `model` is a struct chatur_model. Many threads at once.
 * Goes to the server a second time only where that refuses a field before it writes anything. */
enum chatur_failure chatur_model_attempt(void *model, struct chatur_attempt *attempt);

#endif
