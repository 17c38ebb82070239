/* The lists stand as people read and edit them: adding a word is writing it down in the line of its
 * kind. A word may be in several. */
#include "generate/offline_vocabulary.h"

#include "generate/offline_words.h"

const struct chatur_word_group chatur_vocabulary[] = {
    {CHATUR_WORD_PROPER,
     "africa america april arabic asia august australia bangalore bengali bengaluru berlin canada "
     "chennai china chinese christmas december delhi diwali dutch easter eid english europe "
     "february france french friday german germany google greek gujarati hanukkah hindi hyderabad "
     "india italian italy january japan japanese java july june kolkata korean linux london "
     "marathi microsoft monday mumbai november october paris portuguese pune punjabi python "
     "ramadan russian saturday september spain spanish sunday swedish tamil telugu thursday "
     "tuesday turkish urdu wednesday"},
    {CHATUR_WORD_DETERMINER,
     "a all an another any both each every few her his its many my no our several some that the "
     "their these this those your"},
    {CHATUR_WORD_NUMBER,
     "couple dozen eight eleven fifteen five four half nine one seven six ten thirty three twelve "
     "twenty two"},
    {CHATUR_WORD_PREPOSITION,
     "about across after against along and around as at because before behind beside between but "
     "by concerning due during following for from if in inside into near of on onto opposite or "
     "outside over per regarding since so than that through till to towards under until upon via "
     "which while who with within without"},
    {CHATUR_WORD_PLACE, "across along around at behind beside in inside near on opposite outside"},
    {CHATUR_WORD_PRONOUN,
     "everybody everyone he he's i i'd i'll i'm i've it it's nobody she she's someone there "
     "there's they they're we we'd we'll we're we've you you're"},
    {CHATUR_WORD_AUXILIARY,
     "are aren't can can't cannot could did didn't do does doesn't don't had has hasn't have "
     "haven't is isn't must needs should was wasn't were weren't will won't would"},
    {CHATUR_WORD_QUESTION, "how what when where which who whom whose why"},
    {CHATUR_WORD_OPENER,
     "apologies congrats congratulations greetings happy hello hi kindly let let's merry "
     "please sorry thank thanks welcome"},
    {CHATUR_WORD_LABEL,
     "alert announcement attention fyi important info invitation invite news note notice question "
     "reminder request update urgent warning"},
    {CHATUR_WORD_VERB,
     "accept achieve add advise allow announce apologise apologize apply approve arrange ask "
     "attend avoid become borrow bring build buy cancel celebrate choose clarify collaborate "
     "collect complete confirm consider contact continue contribute create decide deliver develop "
     "discuss enquire ensure expand explain explore express extend find finish fix follow forward "
     "gain get give go grant grow hire improve include increase inform inquire introduce invite "
     "join keep learn make meet notify obtain organise organize postpone prepare propose provide "
     "pursue reach receive recommend recruit reduce register reject remind remove renew reopen "
     "replace "
     "reply reschedule resign resolve respond rsvp see sell send settle sign solve speak submit "
     "suggest switch take talk tell thank travel understand visit write"},
    {CHATUR_WORD_MAYBE_VERB,
     "access appeal assist book call care change check claim close collect complain cover donate "
     "download end hand help install launch lead leave look manage move nominate offer open order "
     "pay plan present print purchase question refund release rent repair report request return "
     "review save schedule seek share sponsor start study support talk teach test train transfer "
     "travel update upgrade use visit volunteer welcome wish work"},
    {CHATUR_WORD_ASK,
     "accept advise allow approve arrange avoid book bring call check clarify collect complete "
     "confirm consider contact deliver explain extend find fix forward give grant help ignore "
     "include inform join keep let note notify print provide refund register remind repair "
     "replace reply reschedule respond return review rsvp save schedule see send share sign "
     "submit update"},
    {CHATUR_WORD_CLAUSE,
     "am believe enjoy feel had have hope love need needed prefer require speak think want wanted "
     "was wish would"},
    {CHATUR_WORD_PAST,
     "achieved advised agreed applied asked ate attended became carried chose contributed drove "
     "earned enjoyed exceeded finished flew forgot found founded graduated grew handled interned "
     "joined knew launched learned led managed mentored met received reported said served slept "
     "spoke studied talked taught told tried understood volunteered waited went wore worked wrote"},
    {CHATUR_WORD_PAST_MAYBE,
     "booked bought broke broken built called completed crashed created delivered designed "
     "developed failed fell felt fixed gave got had happened helped implemented improved "
     "increased kept left lived lost made missed ordered organised organized owned paid planned "
     "promised published ran reduced returned rose saw sent set shipped signed spent started "
     "stood stopped supported took trained used won"},
    /* Those of the verbs above are found by their form. */
    {CHATUR_WORD_THIRD,
     "arrives begins breaks comes costs covers crashes drips ends expires fails falls flickers "
     "freezes goes happens keeps knows lacks lasts leaks lives looks overheats owes puts runs says "
     "shuts sits smells sounds speaks starts stays stops takes turns wants works"},
    {CHATUR_WORD_DOING,
     "announcing apologising apologizing applying asking checking coming complaining confirming "
     "enquiring expressing feeling following going hoping inquiring inviting leaving living "
     "looking nominating offering planning proposing reaching recommending reminding reporting "
     "requesting resigning seeking sending studying submitting thanking trying volunteering "
     "waiting wishing writing"},
    {CHATUR_WORD_TRAIT,
     "able adaptable analytical available back based bilingual busy capable certified comfortable "
     "committed confident creative curious currently dedicated delighted dependable "
     "detail-oriented disappointed eager employed enthusiastic excited experienced familiar "
     "flexible fluent friendly glad grateful happy hard-working hardworking honest ill interested "
     "keen knowledgeable located motivated not open open-minded organised organized passionate "
     "patient pleased proactive proficient punctual qualified ready reliable relocating "
     "responsible self-motivated self-taught sick skilled sorry thankful trained trilingual "
     "trustworthy unable unemployed unwell willing worried"},
    {CHATUR_WORD_PERSON,
     "candidate citizen communicator contributor enthusiast fresher graduate joiner learner "
     "listener player self-starter solver starter student thinker winner"},
    {CHATUR_WORD_QUALITY,
     "allowed approved arranged attached booked broken canceled cancelled closed closing "
     "compulsory confidential damaged defective delayed disappointing down due effective enclosed "
     "expected faulty free full-time guaranteed hybrid important included incomplete late limited "
     "mandatory missing moved necessary needed offline online optional out overdue part-time "
     "pending permanent planned possible postponed preferred promised provided refundable remote "
     "required rescheduled scheduled served shared temporary unacceptable unanswered unavailable "
     "unpaid unresolved urgent welcome welcomed wrong"},
    {CHATUR_WORD_PREDICATE,
     "allowed approved arranged attached available booked broken canceled cancelled changed "
     "closed damaged delayed died down due enclosed expected extended finished free guaranteed "
     "hospitalised hospitalized ill included incomplete late limited missing moved needed ok okay "
     "open out overdue pending possible postponed preferred provided required rescheduled "
     "scheduled served sick unanswered unavailable unpaid unresolved valid welcome wrong"},
    {CHATUR_WORD_COUNT,
     "ac accident account accountant acquisition address administrator adviser advisor afternoon "
     "agenda agreement airport analyst anniversary announcement apartment apology app appeal "
     "application appointment appraisal apprenticeship architect arena article artist assessment "
     "assignment assistant associate attitude audit auditor auditorium aunt author award baby "
     "background backup bag balance barbecue bathroom battery bbq bike bill birthday blog bonus "
     "book booking booth box break brother budget bug building bus buyer cable cafe cafeteria "
     "call camera camp campaign cancellation canteen car card career cashier cat celebration "
     "ceremony certificate certification chair change charge charger charity check-up checkup "
     "chef child claim class clerk client clinic club coach colleague college color colour "
     "comment community company competition complaint component computer concert conference "
     "confirmation connection consultant contract cook coordinator copy course cousin cover "
     "customer cv database date daughter day deadline deal decision defect degree delay delivery "
     "demo dentist department deployment deposit designer desk detail developer device dinner "
     "diploma director discount doctor document dog donation door downtime dress drink drive "
     "driver editor electrician elevator email emergency employee engine engineer enquiry error "
     "ethic evaluation evening event exam exchange executive exhibition extension factory family "
     "fan farewell father feature fee fellowship festival file fine flat flight floor follow-up "
     "form friend function fundraiser funeral game garden gathering generator get-together gift "
     "goal grandfather grandmother grant group guarantee guard gym hackathon hall handover "
     "headset heater hike holiday hospital hotel hour house housewarming husband idea incident "
     "increase induction inquiry inspection installation instructor interest intern internship "
     "interpreter interview introduction invitation invoice issue item job journalist key "
     "keyboard kit kitchen lab laboratory landlord laptop launch lawyer lead leak lease lecture "
     "lecturer lesson letter librarian library licence license lift light line list loan location "
     "lock login lunch machine manager marathon marketer match meal mechanic meeting member "
     "membership menu merger message microphone migration milestone mindset minute mistake "
     "misunderstanding model module monitor month morning mother mouse move musician name "
     "neighbor neighbour network newsletter night note notice notification number nurse off-site "
     "offer office officer offsite opening operation operator opinion opportunity order "
     "orientation outage outing overcharge package paper parade parcel parent park part partner "
     "partnership party passport password patch payment penalty performance permit personality "
     "pet petition pharmacist phone photo photographer physician picnic picture pilot pipe place "
     "placement plan planner platform play playground plugin plumber point policy pool portal "
     "portfolio position post potluck premiere present presentation printer prize problem "
     "procedure process product professor profile programmer project projector promotion proposal "
     "prototype qualification quarter query question quotation quote race raise rally reason "
     "receipt receptionist recital recommendation record recruiter reference refund rehearsal "
     "release relocation reminder repair replacement reply report representative request "
     "researcher reservation resignation response restart restaurant restructure result resume "
     "resumé retreat return reunion review ride road roadmap role rollout roof rooftop room "
     "router rule salary sale salesperson sample schedule scholarship school scientist screen "
     "screening seat secretary semester seminar server service session settlement shift shipment "
     "shirt shop show shower signal sister size skill slide slot snack son space speaker "
     "specialist sponsorship spot sprint stadium stage stairs stall standup startup statement "
     "station store strategy street strength strike student subject submission subscription "
     "successor suggestion summer supervisor supplier surgery surprise survey system target taxi "
     "teacher team technician template tenant tent term test tester theater theatre theme thesis "
     "ticket timesheet title tool topic tour tournament track train trainee traineeship trainer "
     "transaction transfer transition translator trial trip tutor uncle uniform university update "
     "upgrade vacancy vacation vaccination vendor venue version video visa visit waiter walk "
     "warehouse warranty webinar website wedding week weekend wife window winter workshop writer "
     "year"},
    {CHATUR_WORD_DOCUMENT,
     "announcement apology appeal application claim clarification complaint confirmation enquiry "
     "follow-up inquiry invitation letter message note notice notification petition proposal "
     "query question quotation recommendation reminder reply request resignation response "
     "suggestion update"},
    {CHATUR_WORD_OWN, "apology application complaint resignation"},
    {CHATUR_WORD_ROLE,
     "accountant administrator adviser advisor analyst architect assistant associate auditor "
     "buyer cashier chef clerk coach consultant cook coordinator designer developer director "
     "driver editor electrician engineer executive guard instructor intern interpreter journalist "
     "lawyer lead lecturer librarian manager marketer mechanic nurse officer operator pharmacist "
     "photographer physician planner plumber professor programmer receptionist recruiter "
     "representative researcher salesperson scientist secretary specialist supervisor teacher "
     "technician tester trainee trainer translator tutor waiter writer"},
    {CHATUR_WORD_OPENING,
     "apprenticeship fellowship internship job opening opportunity placement position post "
     "program programme role scholarship traineeship vacancy work-placement"},
    {CHATUR_WORD_EVENT,
     "anniversary barbecue bbq birthday breakfast brunch camp celebration ceremony competition "
     "concert conference demo dinner engagement event exhibition expo fair farewell festival "
     "fundraiser gala game gathering get-together graduation hackathon hike housewarming "
     "inauguration induction launch lecture lunch marathon match meet-up meeting meetup off-site "
     "offsite open-day opening orientation outing panel parade party performance picnic play "
     "potluck premiere race rally reception recital retreat reunion screening seminar session "
     "show summit symposium talk tour tournament town-hall townhall training webinar wedding "
     "workshop"},
    {CHATUR_WORD_WANTED,
     "access advance advice appointment approval assistance break brochure call catalog catalogue "
     "certificate change clarification compensation confirmation copy day days demo demonstration "
     "discount donation exemption extension feedback flexibility guidance help holiday increase "
     "information internship interview invoice leave letter loan meeting off permission permit "
     "placement promotion quotation quote raise receipt recommendation reference refund "
     "reimbursement repair replacement sample scholarship sponsorship support transfer trial "
     "upgrade vacation visit waiver work-from-home"},
    {CHATUR_WORD_TIME,
     "a.m. afternoon am asap daily early evening every immediately last late lunchtime midday "
     "midnight monthly morning next night noon now o'clock onwards p.m. pm sharp soon today "
     "tomorrow tonight weekend weekly yearly yesterday"},
    {CHATUR_WORD_WEEKDAY,
     "fri friday mon monday saturday sunday thu thur thurs thursday tue tues tuesday wed "
     "wednesday"},
    {CHATUR_WORD_MONTH,
     "apr april aug august dec december feb february jan january jul july jun june march may nov "
     "november oct october sept september"},
    {CHATUR_WORD_UNIT,
     "day days hour hours hr hrs min mins minute minutes month months week weekday weekdays weeks "
     "year years yr yrs"},
    {CHATUR_WORD_NAMELIKE,
     "academy avenue bank central city club college company court day east grand great group hall "
     "hospital hotel house institute international island lake mount museum national new north "
     "old park project river road royal saint school south square state street team tower united "
     "university west"},
    {CHATUR_WORD_KEY,
     "address agenda amount budget city cost date day deadline duration location phone place "
     "price purpose quantity reason room salary speaker theme time topic venue"},
    {CHATUR_WORD_SPAN, "experience"},
    {CHATUR_WORD_ACRONYM,
     "ac ai am asap bbq ceo covid cto cv faq hod hr id it mba pdf phd pm rsvp tv us wifi"},
    /* Nothing but common: what a headline capitalises and a sentence does not. */
    {0,
     "ability abroad absence absent academic accommodation accounting accounts action admin "
     "administrative admission admissions advanced again agent algorithms allowance already also "
     "although amazing among analysis analytics annual answer answers applications appreciate "
     "appreciation arrival arrive arriving art artificial arts assurance attachment attendance "
     "attending attire automation autumn availability average awards awful bachelor bachelor's "
     "back backend bad badge banking basic behavior behaviour benefits bereavement best beta "
     "better beyond big billing biology black blue blurry board books bootcamp bottom business "
     "cab cake careless carpenter cash casual catering certifications chain changes changing "
     "charges cheap chemical chemistry chief children civil classes clean cleaner clients closure "
     "cloud code coding coffee cold collaboration colleagues colors colours come commerce "
     "committee communication communications complaints completion compliance concern concerns "
     "conditions confirmed conflict confusion consent construction consulting content contest "
     "control cooking cooperation copies corporate costs cosy country courier courses cover "
     "creativity critical current customer-focused customers damage data dear death debugging "
     "deduction deep delicious deputy design despite details development different digital dirty "
     "discrimination discussion doctor's documentation documents downgrade drinks drop dusty "
     "economics education either election electrical electricity electronics embedded employees "
     "employment empty ending energy engineering enroll enrollment enrolment entrepreneur entry "
     "equipment even events examination excellent expense expenses expensive expert expertise "
     "external fake fall false farmer fast features fees fever field files film final finance "
     "financial first flu following-up food forecast formal founder freelance fresh friends front "
     "frontend full full-day full-stack fun fundraising furniture games gardener general generous "
     "gifts global government graphic gratitude green gross growth guest guests guidelines "
     "half-day hands-on harassment hard hardware head health healthcare heating here hidden high "
     "him hiring history home homework honesty horrible hospitality host hosting housekeeping "
     "human hundred ideas illness immediate improvement improvements improving incorrect "
     "increment industry informal initial inner innovation innovative insurance intelligence "
     "intermediate internal internet internships interpersonal interviews inventory invoices "
     "issues items jobs joining junior just keys kids kind kindness know knowledge launching law "
     "leadership leaking learning least lectures left legal less level like linguistics listening "
     "local logical logistics long long-term loss loud lovely low luck luggage madam main "
     "maintenance major management managers manual manufacturing marketing master master's "
     "maternity math mathematics maths maximum me mechanical media medical medicine members "
     "mentor mentoring mid might million minimum minor mobile money more most motivation movie "
     "moving much multitasking music mvp native negotiation neither net networking new-year nice "
     "noise noisy nonprofit nor notes nursing offers official onboarding one-time only operating "
     "opportunities oral orders organization organizational other overtime own owner painter "
     "papers paralegal parents parking partial participate participation partners paternity "
     "patience payments payroll people period person personal pets photos physical physics pickup "
     "plans points policies poll poor positions practical president previous pricing principal "
     "privacy private prizes problem-solving problems production products professional profit "
     "programming programs progress projects proof property proposals proven public punctuality "
     "quality quarterly questions quick rain reading reasons recruitment red references "
     "refreshments refunds regional registration related relations religious relocate remotely "
     "renewal reports requests research reset resources results retail retirement retrospective "
     "returns revenue reviews right risk robotics rooms roster rota rude rules sabbatical sad "
     "safety sales same samples say scheduling science search seats second sector security seen "
     "seller senior services sessions shall shifts shipping short short-term signature sir site "
     "skills slip slow small smelly snacks social software solid solving speaking special sports "
     "spring stack staff starting statistics status steps still stock stop strategic strong "
     "structures students submitted such sudden suggestions summary supply systems table tax tea "
     "teaching teams teamwork technical telecom termination terms terrible testing tests "
     "thanksgiving then thing things thinking third thousand tickets together too tools top total "
     "town tracking traffic transport trouble try tuition tutoring two-factor ugly undergraduate "
     "unexpected unfair unfriendly unhelpful unless unlike unprofessional unsafe up upcoming "
     "updates updating urgently user users using verbal verification very vice videos village "
     "virtual virus visiting volunteers vote warm water way ways weather web whether white winner "
     "winners wishes wonderful working workload written year-end yet"},
};

const size_t chatur_vocabulary_groups = sizeof(chatur_vocabulary) / sizeof(chatur_vocabulary[0]);
