/* Our own delimiter is broken, and so are special tokens: servers of open models (vLLM, llama.cpp)
 * look for them in any text, and make of `[INST]` in a user's keywords the very token that opens a
 * user's turn. They are compared as tokenizers do, by the byte, and go by the beginnings that they
 * have in common. Names in angle or square brackets that are none stay whole: people write about
 * List<String>, <b> and [URGENT]. */
#include "generate/prompt_data.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "generate/prompt.h"

static const char *const special_tokens[] = {
    /* ChatML, Llama 3 and 4, Phi, Command R, Granite, GLM; DeepSeek's
     * with U+FF5C, and what looks like them; EXAONE */
    "<|",
    "<\xEF\xBD\x9C",
    "\xE2\x80\xB9\xEF\xBD\x9C",
    "\xE2\x80\xB9|",
    "\xEF\xBC\x9C\xEF\xBD\x9C",
    "\xEF\xBC\x9C|",
    "[|",
    /* SentencePiece and BERT */
    "<s>",
    "</s>",
    "<bos>",
    "<eos>",
    "<pad>",
    "<unk>",
    "<mask>",
    "<cls>",
    "<sep>",
    "[BOS]",
    "[EOS]",
    "[CLS]",
    "[SEP]",
    "[PAD]",
    "[UNK]",
    "[MASK]",
    /* Llama 2 and Mistral */
    "[INST]",
    "[/INST]",
    "<<SYS>>",
    "<</SYS>>",
    "[SYSTEM_PROMPT]",
    "[/SYSTEM_PROMPT]",
    "[AVAILABLE_TOOLS]",
    "[/AVAILABLE_TOOLS]",
    "[TOOL_CALLS]",
    "[/TOOL_CALLS]",
    "[TOOL_RESULTS]",
    "[/TOOL_RESULTS]",
    "[TOOL_CONTENT]",
    "[MODEL_SETTINGS]",
    "[/MODEL_SETTINGS]",
    "[CALL_ID]",
    "[ARGS]",
    "[THINK]",
    "[/THINK]",
    "[IMG",
    "[PREFIX]",
    "[MIDDLE]",
    "[SUFFIX]",
    /* Gemma, also its older and unused ones */
    "<start_of_",
    "<end_of_",
    "<unused",
    /* Qwen, Nemotron, Ling, Seed, GLM, InternLM, MiniMax, TeleChat, Baichuan, StarCoder */
    "<think>",
    "</think>",
    "<tool_",
    "</tool_",
    "<extra_id_",
    "<SPECIAL_",
    "<role>",
    "</role>",
    "<seed:",
    "<[",
    "[gMASK]",
    "[sMASK]",
    "<sop>",
    "<eop>",
    "<eod>",
    "[UNUSED_TOKEN",
    "]~b]",
    "]~!b[",
    "[e~[",
    "<_",
    "<reserved_",
    "<fim_",
};

/* What one of them may begin with; the UTF-8 of the others does too. */
#define FIRST_BYTES "<[]\xE2\xEF"

static bool is_special_token(const char *text)
{
    if (strchr(FIRST_BYTES, *text) == NULL) {
        return false;
    }
    for (size_t i = 0; i < sizeof(special_tokens) / sizeof(special_tokens[0]); i++) {
        if (strncmp(text, special_tokens[i], strlen(special_tokens[i])) == 0) {
            return true;
        }
    }
    return false;
}

void chatur_prompt_put_data(struct chatur_buffer *buffer, const char *text, const char *line_break)
{
    size_t opened = 0; /* the '<' just before, in a row */
    size_t left = strlen(text);
    while (left > 0) {
        size_t size = chatur_utf8_sequence(text, left);
        size = size > 0 ? size : 1;
        if (*text == '\n') {
            chatur_buffer_puts(buffer, line_break);
            opened = 0;
        } else {
            bool breaks = *text == '<' && opened == strlen(CHATUR_PROMPT_DELIMITER) - 1;
            if (breaks) {
                chatur_buffer_puts(buffer, " ");
            }
            opened = *text != '<' ? 0 : breaks ? 1 : opened + 1;
            chatur_buffer_append(buffer, text, size);
            if (is_special_token(text)) {
                chatur_buffer_puts(buffer, " ");
                opened = 0;
            }
        }
        text += size;
        left -= size;
    }
}
