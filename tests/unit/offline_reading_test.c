/* How the offline generator reads what people write: a subject, or a keyword, and the exact words
 * it becomes, whatever the seed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES ((size_t)1 << 20)
#include "offline_place.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define SEEDS           12

struct reading {
    const char *id;
    const char *words;
    const char *written; /* for any seed; after '\n' another way it may be put */
};

static bool is_written(const char *text, const char *ways)
{
    char copy[512];
    char *rest = NULL;
    (void)snprintf(copy, sizeof(copy), "%s", ways);
    for (char *way = strtok_r(copy, "\n", &rest); way != NULL; way = strtok_r(NULL, "\n", &rest)) {
        if (strstr(text, way) != NULL) {
            return true;
        }
    }
    return false;
}

static void check_readings(const struct reading *rows, size_t count, bool subject)
{
    for (size_t row = 0; row < count; row++) {
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            struct chatur_brief brief =
                offline_brief(rows[row].id, subject ? rows[row].words : "Some matter",
                              subject ? "one point" : rows[row].words, seed);
            const char *text = offline_write(&brief);
            if (!is_written(text, rows[row].written)) {
                fail_msg("\"%s\", seed %d: \"%s\" is not in:\n%s", rows[row].words, (int)seed,
                         rows[row].written, text);
            }
        }
    }
}

static void the_subject_is_used_as_a_sentence_would(void **state)
{
    (void)state;
    static const struct reading rows[] = {
        {"1", "Three days of leave", "request three days of leave.\nask for three days of leave."},
        {"1", "Request for a Salary Increase", " with a request for a salary increase."},
        {"1", "apply for the internship",
         "I am writing to apply for the internship.\n"
         "I would like to apply for the internship."},
        {"1", "requesting leave", "I am requesting leave."},
        {"1", "my laptop is broken", "because my laptop is broken.\nthat my laptop is broken."},
        {"1", "Asha covers my work", "because Asha covers my work.\nthat Asha covers my work."},
        {"1", "need two days off", "because I need two days off.\nthat I need two days off."},
        {"1", "Can we meet on friday?", ": Can we meet on Friday?\n: can we meet on Friday?"},
        {"1", "Parking space", " the parking space."},
        {"1", "Late delivery", " the late delivery."},
        {"1", "URGENT", " because this is urgent.\n that this is urgent."},
        {"1", "Office closed on friday", " the office is closed on Friday."},
        {"2", "exam postponed", " the exam has been postponed."},
        {"2", "WATER SUPPLY WILL BE SHUT OFF", " the water supply will be shut off."},
        {"2", "WORK FROM HOME", " to work from home."},
        {"10", "garbage not collected", " garbage has not been collected."},
        {"10", "internet not working since 3 days", " internet has not been working for 3 days."},
        {"10", "electricity bill too high", " the electricity bill is too high."},
        {"10", "flight cancelled yesterday", " the flight was cancelled yesterday."},
        {"7", "sorry for shouting at you", "I am sorry for shouting at you."},
        {"7", "so sorry for the delay", "I am so sorry for the delay."},
        {"7", "can't attend the wedding", " I can't attend the wedding."},
        {"7", "damaged your car", " I damaged your car."},
        {"11", "i want to resign", "I have decided to resign.\nI am writing to resign."},
        {"11", "quitting my job", "I am quitting my job."},
        {"1", "I want to know the price", " I want to know the price."},
        {"1", "help me with my taxes", " to help me with my taxes.\n could help me with my taxes."},
        {"1", "fix the leaking tap", " to fix the leaking tap.\n could fix the leaking tap."},
        {"1", "let me join the evening batch", " let me join the evening batch."},
        {"9", "join us for dinner",
         "invite you to join us for dinner.\ninvited to join us for dinner."},
        {"9", "wedding of Asha and Ravi",
         " to the wedding of Asha and Ravi.\nwith us for the wedding of Asha and Ravi."},
        {"10", "my neighbour parks in my spot", " my neighbour parks in my spot."},
        {"8", "Sent you my resume", "because I sent you my resume."},
        {"12", "Team, submit expenses", "Team, submit expenses."},
        {"9", "You are invited to our anniversary", "You are invited to our anniversary."},
        {"11", "stepping down as president", "I am stepping down as president."},
        {"1", "I would like a window seat", " I would like a window seat."},
        {"12", "don't forget the keys", "Please don't forget the keys."},
        {"6", "covering my shift", " for covering my shift."},
        {"1", "split the bill", " to split the bill."},
        {"2", "Server migration complete", " server migration is complete."},
        {"1", "Recommendation letter",
         "request a recommendation letter.\nask for a recommendation letter."},
        {"8", "Quotation sent last week", " my quotation sent last week."},
        {"1", "half day on friday", " a half day on Friday."},
        {"1", "extension for assignment", " an extension for the assignment."},
        {"1", "transfer to Pune branch", " a transfer to the Pune branch."},
        {"5", "Any openings?", ": are there any openings?"},
        {"8", "What happened to my refund", ": What happened to my refund?"},
        {"3", "barista", " the position of barista."},
        {"3", "glazier", " the position of glazier."},
        {"3", "Sales Clerk - Night Shift", " the position of Sales Clerk - Night Shift."},
        {"3", "Backend Engineer (Go)", " the position of Backend Engineer (Go)."},
        {"6", "help with moving", " your help with moving."},
        {"6", "Great work, everyone!", "Great work, everyone!"},
        {"1", "hi", " the matter below."},
        {"1", "wfh tomorrow", "I am working from home tomorrow."},
        {"1", "Re: FWD: late delivery", " the late delivery."},
        {"1", "???", " the matter below."},
        {"1", "a {subject} <b>", " \"a {subject} <b>\"."},
        {"1", "He said \"no\" - twice", "\u201cHe said \"no\" - twice\u201d."},
        {"3", "Senior Software Engineer", "Senior Software Engineer"},
        {"3", "Frontend Developer position at Zomato", "the Frontend Developer position at Zomato"},
        {"4", "Summer internship", " the summer internship"},
        {"6", "Your help with the move", " your help with the move"},
        {"7", "Missing our meeting", " missing our meeting"},
        {"9", "Birthday party", " the birthday party"},
        {"12", "Rent for May", "rent for May"},
    };
    check_readings(rows, COUNT_OF(rows), true);
}

static void keywords_are_woven_in(void **state)
{
    (void)state;
    static const struct reading rows[] = {
        {"1", "Asha covers my work", " Asha covers my work.\n\nAsha covers my work."},
        {"1", "doctor recommends it", "The doctor recommends it."},
        {"1", "book covers", ": book covers."},
        {"1", "roommate smokes", "The roommate smokes."},
        {"10", "driver cancelled twice", "The driver cancelled twice."},
        {"10", "color faded after one wash", "The color faded after one wash."},
        {"1", "when can you install", "When can you install?"},
        {"1", "moved last week", " moved last week."},
        {"3", "reduced cost by 30%", "I reduced cost by 30%."},
        {"3", "have own kit", " have my own kit."},
        {"5", "8 yrs exp", " 8 years of experience"},
        {"1", "stepping down as chair", " am stepping down as chair."},
        {"1", "pulled too hard", ": pulled too hard."},
        {"1", "used Zendesk", ": used Zendesk."},
        {"1", "book slot", ": book slot."},
        {"1", "missed connection", " the missed connection."},
        {"1", "submitted on 2 april", ": submitted on 2 April."},
        {"1", "company shutting down", "The company is shutting down."},
        {"1", "topic: Dune, bring snacks", "\n\nTopic: Dune\n\n"},
        {"1", "item never arrived", "The item never arrived."},
        {"1", "truck broke down", "The truck broke down."},
        {"1", "doctor advised rest", "The doctor advised rest."},
        {"1", "resume attached", "My resume is attached."},
        {"1", "bus arranged", "The bus has been arranged."},
        {"1", "existing contracts not affected", "Existing contracts are not affected."},
        {"1", "hall tickets remain valid", "Hall tickets remain valid."},
        {"1", "mother in hospital", "My mother is in hospital."},
        {"1", "plumber coming", "The plumber is coming."},
        {"1", "45 days overdue", ": 45 days overdue."},
        {"1", "can we meet tomorrow", "Can we meet tomorrow?"},
        {"1", "any update?", "Is there any update?"},
        {"1", "need for visa", " need it for the visa."},
        {"1", "have medical certificate", " have a medical certificate."},
        {"1", "want 2 year term", " want a 2 year term."},
        {"1", "will buy new one", " will buy a new one."},
        {"1", "send to ravi@example.com", "lease send it to ravi@example.com."},
        {"1", "bought on 3 march", " bought it on 3 March."},
        {"1", "ordered 2 weeks ago", " ordered it 2 weeks ago."},
        {"1", "applied 2 weeks ago", " applied 2 weeks ago."},
        {"1", "never done it before", " have never done it before."},
        {"1", "wont happen again", "It won't happen again."},
        {"1", "i dont know how long", "I don't know how long."},
        {"1", "own tools", " have my own tools."},
        {"1", "laid off last month", " was laid off last month."},
        {"1", "call me asap pls", "Call me as soon as possible, please."},
        {"1", "no gifts pls", "No gifts, please."},
        {"1", "don't share passwords", "Please don't share passwords."},
        {"1", "don't have a degree", " don't have a degree."},
        {"1", "no one came", "No one came."},
        {"1", "starting from 1 August", " starting from 1 August."},
        {"1", "saturday night 11pm to 3am", " on Saturday night from 11pm to 3am."},
        {"1", "5th of every month", " on the 5th of every month."},
        {"1", "12 and 13 June", " on 12 and 13 June."},
        {"1", "friday, 1 pm", " on Friday, at 1 pm."},
        {"1", "before 30th", " before the 30th."},
        {"1", "last 3 months", " for the last 3 months."},
        {"1", "whenever you have time", " whenever you have time."},
        {"1", "needed by Q3", " is needed by Q3."},
        {"1", "still waiting", " am still waiting."},
        {"1", "hard working", " am hard working."},
        {"1", "final year", " am in my final year."},
        {"1", "2nd year CS student", " am a 2nd year CS student."},
        {"1", "late fee Rs 500", "\n\nLate fee: Rs 500\n\n"},
        {"1", "missing: Tom, Ana and Li, payroll", "\n\nMissing: Tom, Ana and Li\n\n"},
        {"1", "so sorry, was ill, dinner on friday?", "Dinner on Friday?"},
        {"1", "ticket no. 55821", "\n\nTicket no.: 55821\n\n"},
        {"1", "5 yrs", " 5 years of experience"},
        {"1", "zwei Wochen, ab Oktober", ": zwei Wochen, ab Oktober."},
        {"1", "10% off next order", ": 10% off next order."},
        {"1", "kitchen @ 12:30", ": kitchen @ 12:30."},
        {"3", "MBA degree", " an MBA degree"},
        {"3", "US degree", " a US degree"},
        {"3", "university degree", " a university degree"},
        {"3", "honours degree", " an honours degree"},
        {"3", "part time", " am available part time."},
        {"5", "mumbai", " in Mumbai."},
        {"6", "carried the sofa", " that you carried the sofa."},
        {"6", "never gave up on me", " that you never gave up on me."},
        {"6", "enjoyed the evening", "I enjoyed the evening."},
        {"1", "order 4711", " order 4711."},
        {"1", "order 40 chairs", " to order 40 chairs."},
        {"1", "send the invoice", "lease send the invoice."},
        {"1", "led a team of five", "I led a team of five."},
        {"1", "took over two projects", "I took over two projects."},
        {"1", "fluent in French", " am fluent in French."},
        {"1", "hackathon winner", " am a hackathon winner."},
        {"1", "friday at 3 pm", " on Friday at 3 pm."},
        {"1", "12 to 14 May", " from 12 to 14 May."},
        {"1", "near the entrance", " near the entrance."},
        {"1", "urgent", " this is urgent.\nThis is urgent."},
        {"1", "no reply to my emails", ": no reply to my emails."},
        {"1", "returned on 4 May", ": returned on 4 May."},
        {"1", "brother's wedding", " my brother's wedding."},
        {"1", "deadline 15 December", "\n\nDeadline: 15 December\n\n"},
        {"1", "deadline: 15 December", "\n\nDeadline: 15 December\n\n"},
        {"1", "new laptop, screen", " the new laptop and the screen."},
        {"1", "I was ill yesterday. Now I am fine.", "I was ill yesterday. Now I am fine."},
        {"3", "Python, Go, led a team", " Python and Go to the work.\n Python and Go."},
        {"3", "Python, Go, led a team", "I led a team."},
        {"3", "Leadership, Teamwork, Linux", "eadership, teamwork, and Linux"},
        {"2", "Independence Day", " Independence Day"},
    };
    check_readings(rows, COUNT_OF(rows), false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_subject_is_used_as_a_sentence_would),
        cmocka_unit_test(keywords_are_woven_in),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
