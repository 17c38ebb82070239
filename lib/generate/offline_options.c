/* A tone shows where phrases are free of the subject: in the greeting, the opener, the closing and
 * the sign-off. Greetings, openers and sign-offs are common to all templates and stand here;
 * closings depend on what kind of email it is and stand in the templates. */
#include "generate/offline_options.h"

#include <string.h>

#include "generate/options.h"

#define SAYS(words)                                                                                \
    {                                                                                              \
        .segments = (const struct chatur_segment[]){{.kind = CHATUR_LITERAL, .text = (words)}},    \
        .count = 1                                                                                 \
    }
#define GREETS(words)                                                                              \
    {                                                                                              \
        .segments = (const struct chatur_segment[]){{.kind = CHATUR_LITERAL, .text = (words)},     \
                                                    {.kind = CHATUR_NAME},                         \
                                                    {.kind = CHATUR_LITERAL, .text = ","}},        \
        .count = 3                                                                                 \
    }
#define LIST(...)                                                                                  \
    {                                                                                              \
        .items = (const struct chatur_phrase[]){__VA_ARGS__},                                      \
        .count =                                                                                   \
            sizeof((const struct chatur_phrase[]){__VA_ARGS__}) / sizeof(struct chatur_phrase)     \
    }

/* In the order of chatur_tones. A tone without openers comes to the point. */
static const struct chatur_offline_phrases common[] = {
    {
        /* formal */
        .greet_named = LIST(GREETS("Dear ")),
        .greet_everyone = LIST(SAYS("Dear all,")),
        .greet_neutral = LIST(SAYS("Dear Sir or Madam,")),
        .openers = LIST(SAYS("I hope this email finds you well."),
                        SAYS("Please allow me to contact you on the following matter.")),
        .sign_offs = LIST(SAYS("Yours sincerely,"), SAYS("Sincerely,"), SAYS("Respectfully,")),
    },
    {
        /* neutral */
        .greet_named = LIST(GREETS("Hello ")),
        .greet_everyone = LIST(SAYS("Hello all,")),
        .greet_neutral = LIST(SAYS("Hello,")),
        .sign_offs = LIST(SAYS("Regards,"), SAYS("Kind regards,")),
    },
    {
        /* friendly */
        .greet_named = LIST(GREETS("Hi "), GREETS("Hello ")),
        .greet_everyone = LIST(SAYS("Hi everyone,"), SAYS("Hello everyone,")),
        .greet_neutral = LIST(SAYS("Hi there,"), SAYS("Hello there,")),
        .openers =
            LIST(SAYS("I hope you are doing well!"), SAYS("I hope your week is going well!")),
        .sign_offs = LIST(SAYS("Best wishes,"), SAYS("All the best,"), SAYS("Warm wishes,")),
    },
    {
        /* enthusiastic */
        .greet_named = LIST(GREETS("Hi "), GREETS("Hello ")),
        .greet_everyone = LIST(SAYS("Hi everyone,"), SAYS("Hello everyone,")),
        .greet_neutral = LIST(SAYS("Hello there,"), SAYS("Hi there,")),
        .openers = LIST(SAYS("I hope you are having a great week!"),
                        SAYS("It is a pleasure to write to you!")),
        .sign_offs = LIST(SAYS("With warm regards,"), SAYS("All the very best,")),
    },
    {
        /* apologetic */
        .greet_named = LIST(GREETS("Dear ")),
        .greet_everyone = LIST(SAYS("Dear all,")),
        .greet_neutral = LIST(SAYS("Hello,")),
        .openers =
            LIST(SAYS("I am sorry to trouble you."), SAYS("I am sorry for the inconvenience.")),
        .sign_offs = LIST(SAYS("With apologies,"), SAYS("With sincere apologies,")),
    },
    {
        /* firm */
        .greet_named = LIST(GREETS("Dear ")),
        .greet_everyone = LIST(SAYS("Dear all,")),
        .greet_neutral = LIST(SAYS("Hello,")),
        .sign_offs = LIST(SAYS("Regards,"), SAYS("Sincerely,")),
    },
};

static void replace(struct chatur_phrases *list, const struct chatur_phrases *own,
                    const struct chatur_phrases *shared)
{
    *list = own->count > 0 ? *own : *shared;
}

const struct chatur_offline_phrases *chatur_offline_tone(const struct chatur_brief *brief,
                                                         struct chatur_offline_phrases *toned)
{
    const struct chatur_offline_phrases *phrases = brief->template->offline;
    for (size_t i = 0; brief->tone != NULL && i < sizeof(common) / sizeof(common[0]); i++) {
        if (chatur_tones[i] == NULL || strcmp(chatur_tones[i], brief->tone) != 0) {
            continue;
        }
        const struct chatur_offline_phrases *own = &phrases->tones[i];
        *toned = *phrases;
        replace(&toned->greet_named, &own->greet_named, &common[i].greet_named);
        replace(&toned->greet_everyone, &own->greet_everyone, &common[i].greet_everyone);
        replace(&toned->greet_neutral, &own->greet_neutral, &common[i].greet_neutral);
        replace(&toned->openers, &own->openers, &common[i].openers);
        replace(&toned->closings, &own->closings, &phrases->closings);
        replace(&toned->sign_offs, &own->sign_offs, &common[i].sign_offs);
        return toned;
    }
    return phrases;
}

const char *chatur_offline_notice(const char *language, const char *instructions)
{
    bool foreign = language != NULL && !chatur_language_is_english(language);
    if (foreign && instructions != NULL) {
        return "Written by the offline generator, which writes English only and cannot follow "
               "instructions: both the language and the instructions were left aside.";
    }
    if (foreign) {
        return "Written by the offline generator, which writes English only: the language was left "
               "aside.";
    }
    if (instructions != NULL) {
        return "Written by the offline generator, which cannot follow instructions: they were left "
               "aside.";
    }
    return NULL;
}
