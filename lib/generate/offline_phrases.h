/* Phrases: what the `offline` part of a template holds. A phrase is written with slots,
 *
 *     I am writing to ask about {the subject}.
 *     My {strength is|strengths are} {list}.
 *
 * and is parsed when the template is loaded, so that a slot nobody fills is an error with a line
 * and never text in somebody's email. {one|many} picks by the number of things in the list. */
#ifndef CHATUR_GENERATE_OFFLINE_PHRASES_H
#define CHATUR_GENERATE_OFFLINE_PHRASES_H

#include <stddef.h>

#include "base/outcome.h"
#include "generate/offline_text.h"
#include "generate/template_yaml.h"

/* What a subject turns out to be, and so which sentence can carry it. Those from CHATUR_EXTRA_FORM
 * on are special cases of the others, which a template may have phrases for. */
enum chatur_form {
    CHATUR_TOPIC,     /* a noun phrase: the quarterly report */
    CHATUR_DOCUMENT,  /* a noun phrase that names the message: request for leave */
    CHATUR_ACTION,    /* apply for the internship */
    CHATUR_DOING,     /* requesting leave */
    CHATUR_STATEMENT, /* my laptop is broken */
    CHATUR_QUESTION,  /* can we meet on Friday? */
    CHATUR_SENTENCE,  /* Thank you for your help */
    CHATUR_ROLE,      /* senior software engineer */
    CHATUR_OPENING,   /* internship at Acme */
    CHATUR_EVENT,     /* team lunch on Friday */
    CHATUR_WANTED,    /* extension of the deadline */
    CHATUR_FAVOUR,    /* help me with my taxes */
    CHATUR_FORMS
};
#define CHATUR_EXTRA_FORM CHATUR_ROLE

/* What a keyword turns out to be. Those from CHATUR_SENTENCES on have no phrases. */
enum chatur_point_kind {
    CHATUR_THINGS,    /* Linux; a new laptop */
    CHATUR_ASKS,      /* send the invoice */
    CHATUR_WISHES,    /* learn new things */
    CHATUR_DEEDS,     /* need two days off; led a team */
    CHATUR_FAVOURS,   /* carried the sofa: deeds that may be the reader's */
    CHATUR_TRAITS,    /* fluent in French */
    CHATUR_SPANS,     /* 3 years at Acme */
    CHATUR_TIMES,     /* on Friday at 3 pm */
    CHATUR_PLACES,    /* in the main hall */
    CHATUR_QUALITIES, /* urgent; because of a wedding */
    CHATUR_NOTES,     /* lunch included; whatever else is clipped */
    CHATUR_SENTENCES, /* I was ill yesterday. */
    CHATUR_PAIRS,     /* Date: 5 June */
    CHATUR_POINT_KINDS
};
#define CHATUR_PHRASED_KINDS CHATUR_SENTENCES

enum chatur_segment_kind {
    CHATUR_LITERAL,
    CHATUR_CHOICE,
    CHATUR_SUBJECT,
    CHATUR_LIST,
    CHATUR_NAME
};

struct chatur_segment {
    enum chatur_segment_kind kind;
    const char *text;            /* of a literal; of a choice, for one */
    const char *many;            /* of a choice, for several */
    enum chatur_article article; /* of a subject or a list */
};

struct chatur_phrase {
    const struct chatur_segment *segments;
    size_t count;
};

struct chatur_phrases {
    const struct chatur_phrase *items;
    size_t count; /* 0 only for an extra form the template leaves out */
};

struct chatur_offline_phrases {
    struct chatur_phrases greet_named;    /* Dear {name}, */
    struct chatur_phrases greet_everyone; /* Dear all, */
    struct chatur_phrases greet_neutral;  /* Hello, */
    struct chatur_phrases openers;        /* I hope you are well. */
    struct chatur_phrases purposes[CHATUR_FORMS];
    struct chatur_phrases bridges; /* from the purpose to the points */
    struct chatur_phrases points[CHATUR_PHRASED_KINDS];
    struct chatur_phrases more_things; /* when there are too many for one sentence */
    struct chatur_phrases listing;     /* leads to a bulleted list: … as follows: */
    struct chatur_phrases details;     /* leads to pairs: … the details: */
    struct chatur_phrases closings;
    struct chatur_phrases sign_offs; /* Best regards, */

    /* The template's own greetings, openers, closings and sign-offs for a tone, in the order of
     * chatur_tones (options.h). Lists it leaves out are empty. */
    const struct chatur_offline_phrases *tones;
};

/* Reads the `offline` part. `*phrases` and all in it live in the arena of `yaml`. */
CHATUR_MUST_CHECK enum chatur_outcome
chatur_offline_phrases_load(struct chatur_yaml *yaml, const yaml_node_t *node,
                            const struct chatur_offline_phrases **phrases);

#endif
