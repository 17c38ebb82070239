/* The wire's Email: names and types that the published app crashes without. */
#include "base/json_write.h"
#include "mail/mail.h"

void chatur_mail_write_json(struct chatur_buffer *buffer, const struct chatur_email *email)
{
    chatur_json_open(buffer);
    chatur_json_put_string(buffer, "id", email->id);
    chatur_json_put_string(buffer, "_id", email->id);
    chatur_json_put_string(buffer, "userId", email->uid);
    chatur_json_put_string(buffer, "promptId", email->prompt_id);
    chatur_json_put_string(buffer, "subject", email->subject);
    chatur_json_put_string(buffer, "keywords", email->keywords);
    chatur_json_put_string(buffer, "generatedEmail", email->text);
    chatur_json_put_string(buffer, "toEmailId", email->to);
    chatur_json_put_integer(buffer, "tokens", email->coins);
    chatur_json_put_integer(buffer, "createdOn", email->created_s);
    chatur_json_put_string(buffer, "provider", email->by.provider);
    chatur_json_put_string(buffer, "model", email->by.model);
    if (email->notice != NULL) {
        chatur_json_put_string(buffer, "notice", email->notice);
    }
    chatur_json_put_integer(buffer, "__v", 0);
    chatur_json_close(buffer);
}
