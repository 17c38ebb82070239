/* The lists stand as people read and edit them: adding a word is writing it down in the line of its
 * kind. A word may be in several. */
#include "generate/offline_vocabulary.h"

#include "generate/offline_words.h"

const struct chatur_word_group chatur_vocabulary[] = {
    {CHATUR_WORD_PROPER,
     "american apr april arabic aug august bengali british cambridge chinese christmas dec "
     "december diwali dutch easter eid english facebook feb february french fri friday german "
     "google greek gujarati hanukkah harvard hindi hindu holi indian instagram italian jan january "
     "japanese java jul july jun june kannada korean kubernetes lanka linkedin linux malayalam "
     "marathi microsoft mon monday muslim navratri nov november oct october onam oxford pongal "
     "portuguese punjabi python ramadan russian saturday sept september spanish stanford sunday "
     "swedish tamil telugu thu thur thurs thursday tue tues tuesday turkish urdu wed wednesday "
     "whatsapp york"},
    {CHATUR_WORD_PROPER | CHATUR_WORD_CITY,
     "africa ahmedabad america amsterdam asia australia austria bangalore bangladesh barcelona "
     "beijing bengaluru berlin boston brazil brussels canada chennai chicago china delhi denmark "
     "dubai dublin egypt europe finland france frankfurt germany goa hamburg hyderabad india "
     "indonesia ireland istanbul italy jaipur japan kenya kerala kochi kolkata korea lisbon london "
     "lucknow madrid malaysia melbourne mexico milan mumbai munich nepal nigeria norway pakistan "
     "paris poland pune punjab rome russia scotland shanghai singapore spain sweden switzerland "
     "sydney tokyo toronto ukraine vienna zurich"},
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
     "are aren't can can't cannot could couldn't did didn't do does doesn't don't had hadn't has "
     "hasn't have haven't is isn't must needs should shouldn't was wasn't were weren't will won't "
     "would wouldn't"},
    {CHATUR_WORD_QUESTION, "how what when where which who whom whose why"},
    {CHATUR_WORD_OPENER,
     "apologies congrats congratulations greetings happy hello hi kindly let let's merry "
     "please sorry thank thanks welcome"},
    {CHATUR_WORD_LABEL,
     "alert announcement attention fyi important info invitation invite news note notice question "
     "reminder request update urgent warning"},
    {CHATUR_WORD_VERB,
     "accept achieve add advise allow announce apologise apologize apply approve arrange ask "
     "attach attend avoid be become borrow bring build buy cancel carry celebrate choose clarify "
     "collaborate collect come complete confirm consider continue contribute create decide deliver "
     "develop discuss enquire ensure enter expand explain explore express extend fill find finish "
     "fix follow forget forgive forward gain get give go grant grow hire improve include increase "
     "inform inquire introduce invite join keep know learn let make meet notify obtain organise "
     "organize pick postpone prepare propose provide pursue quit reach receive recommend recruit "
     "reduce refer register reject relocate remember remind remove renew reopen replace reply "
     "reschedule resend resign resolve respect respond rsvp say see sell send settle sign solve "
     "speak stay submit suggest switch take talk teach tell thank understand visit wait wear "
     "write"},
    {CHATUR_WORD_MAYBE_VERB,
     "access appeal ask assist book call care change check claim clean close collect complain "
     "contact cook cover cut disable donate download drive drop email enable end fix hand help "
     "install launch lead leave look mail manage move nominate offer open order park pay plan "
     "present print purchase question refund release rent repair report request reserve return "
     "review save schedule seek share shift show smoke sponsor start stop store study support swap "
     "talk teach tell test train transfer travel update upgrade upload use visit volunteer welcome "
     "wish work"},
    {CHATUR_WORD_ASK,
     "accept advise allow approve arrange attach avoid be book bring call carry change check "
     "clarify collect come complete confirm consider deliver disable drop email enable explain "
     "extend fill find fix forgive forward give grant help ignore include inform join keep let "
     "note notify pay pick print provide refund register remember remind repair replace reply "
     "reschedule resend respond return review rsvp save say schedule see send share sign stay stop "
     "store submit switch take tell update upload use wait wear"},
    {CHATUR_WORD_CLAUSE,
     "am believe enjoy feel had have hope know live love miss need needed prefer require respect "
     "speak think understand want wanted was wear wish would"},
    {CHATUR_WORD_PAST,
     "achieved advised agreed applied asked ate attended became began called came carried chose "
     "complained contributed dreamed drove earned emailed enjoyed exceeded finished flew forgot "
     "found founded gave got graduated grew handled interned joined knew launched learned led "
     "managed mentored met moved organised organized passed received reported said served slept "
     "spoke studied talked taught told traveled travelled tried understood volunteered waited went "
     "wished wore worked wrote"},
    {CHATUR_WORD_PAST_MAYBE,
     "blocked booked bought broke broken brought built called charged cleaned collected completed "
     "cooked crashed created cut delivered designed developed failed fed fell felt fired fixed had "
     "happened helped hired hurt implemented improved increased issued kept left lived lost made "
     "missed ordered organised organized owned paid planned promised published ran reduced "
     "refunded renewed repaired replaced resolved returned rose saw sent set shipped signed spent "
     "spoilt started stood stopped supported threw took trained used won"},
    /* Those of the verbs above are found by their form. */
    {CHATUR_WORD_THIRD,
     "applies arrives barks beats beeps begins bites blinks breaks closes comes costs covers "
     "crashes dies drips ends expires fails falls flickers freezes goes happens hates hurts keeps "
     "knows lacks lasts leaks lives looks loves means offers opens overheats owes puts rains "
     "retires rings runs says ships shuts sits smells sounds speaks starts stays stinks stops "
     "takes turns wants works"},
    {CHATUR_WORD_DOING,
     "announcing apologising apologizing applying asking buying checking coming complaining "
     "confirming dealing enquiring expressing feeling following getting going hoping inquiring "
     "introducing inviting joining leaving living looking moving nominating offering paying "
     "planning proposing quitting reaching recommending relocating reminding reporting requesting "
     "resigning running seeking selling sending stepping struggling studying submitting taking "
     "thanking trying visiting volunteering waiting wishing working writing"},
    {CHATUR_WORD_TRAIT,
     "able adaptable analytical available back based bilingual busy calm capable certified "
     "comfortable committed confident creative curious currently dedicated delighted dependable "
     "detail-oriented disappointed eager employed energetic enthusiastic excited experienced "
     "familiar flexible fluent friendly glad grateful happy hard-working hardworking honest ill "
     "interested keen knowledgeable located married motivated not open open-minded organised "
     "organized passionate patient pleased polite pregnant proactive proficient proud punctual "
     "qualified ready reliable relocating responsible retired self-employed self-motivated "
     "self-taught sick single skilled smart sociable sorry thankful trained trilingual trustworthy "
     "unable unemployed unwell willing worried"},
    {CHATUR_WORD_PERSON,
     "achiever beginner candidate captain citizen communicator contributor enthusiast expert "
     "finalist fresher graduate helper holder joiner learner listener lover person player "
     "president self-starter solver starter student thinker topper veteran winner worker"},
    {CHATUR_WORD_QUALITY,
     "allowed approved arranged attached booked broken canceled cancelled cheap closed closing "
     "compulsory confidential damaged dangerous defective delayed difficult disappointing down due "
     "easy effective enclosed expected expensive faulty free full-time guaranteed hybrid illegal "
     "important included incomplete late limited mandatory missing moved necessary needed offline "
     "online optional out overdue part-time pending permanent planned possible postponed preferred "
     "promised provided refundable remote required rescheduled safe scheduled served shared slow "
     "temporary unacceptable unanswered unavailable unfair unpaid unresolved unsafe urgent valid "
     "welcome welcomed wrong"},
    {CHATUR_WORD_PREDICATE,
     "affected allowed approved arranged attached available booked broken busy canceled cancelled "
     "changed cleaned closed collected complete completed corrupt damaged delayed delivered died "
     "dirty down due empty enclosed expected extended fine finished fixed free guaranteed "
     "hospitalised hospitalized ill included incomplete installed interested invited issued late "
     "limited locked lost missing moved needed ok okay open out overdue paid pending possible "
     "postponed preferred provided ready received refunded renewed repaired replaced required "
     "rescheduled resolved rude safe scheduled sent served sick signed slow stolen submitted "
     "unanswered unavailable unpaid unresolved valid welcome wet wrong"},
    {CHATUR_WORD_COUNT,
     "ac accident account accountant acquisition address administrator adult adviser advisor "
     "afternoon agenda agreement airport alarm analyst anniversary announcement answer apartment "
     "apology app appeal application appointment appraisal apprenticeship architect arena article "
     "artist assessment assignment assistant associate attitude audit auditor auditorium aunt "
     "author award baby background backup bag balance bank barbecue bathroom battery bbq bike bill "
     "birthday blog bonus book booking booth bottle bowl box boy branch brand break bridge "
     "brochure brother bucket budget bug building bulb bus button buyer cab cable cafe cafeteria "
     "call camera camp campaign cancellation canteen cap car card career cashier cat celebration "
     "center centre ceo ceremony certificate certification chain chair change chapter charge "
     "charger charity checkup chef cheque child city claim class clerk client clinic club coach "
     "coat colleague college color colour command comment community commute company competition "
     "complaint component computer concert conference confirmation connection consultant container "
     "contract cook coordinator copy corridor cost counter country course cousin cover crack crew "
     "crowd cto cup curtain cushion customer cut cv cycle dashboard database date daughter day "
     "deadline deal decision defect degree delay delivery demo dentist department deployment "
     "deposit designer desk detail developer device dinner diploma director discount dish doctor "
     "document dog donation door downtime draft drawer dress drill drink drive driver editor "
     "electrician elevator email emergency employee engine engineer enquiry error ethic evaluation "
     "evening event exam exchange executive exhibition extension factory family fan faq farewell "
     "father feature fee fellowship fence festival file fine flat flight floor follow-up form "
     "frame fridge friend function fundraiser funeral gallery game gap garden gate gathering gear "
     "generator get-together gift girl goal grandfather grandmother grant group guarantee guard "
     "guest guy gym habit hackathon hall handle handover hat headset heater helmet hike hobby hole "
     "holiday hospital hostel hotel hour house housewarming husband idea incident increase "
     "induction inquiry inspection installation instructor interest intern internship interpreter "
     "interview introduction invitation invoice issue item jacket jar jersey job journalist "
     "journey judge jug junction juror kettle key keyboard kid kit kitchen knife lab laboratory "
     "ladder lake lamp landlord laptop launch lawyer lead leak lease lecture lecturer leg lesson "
     "letter librarian library licence license lid lift light line link list loan location lock "
     "login lunch machine mall man manager map marathon marketer mask mat match mattress meal "
     "mechanic meeting member membership mentor menu merger message microphone migration milestone "
     "mindset minute mirror mistake misunderstanding model module monitor month morning mosquito "
     "mother motor mountain mouse move mug musician nail name needle neighbor neighbour nest "
     "network newsletter night note notebook notice notification number nurse off-site offer "
     "office officer offsite opening operation operator opinion opportunity order orientation "
     "outage outing oven overcharge owner pack package page painting pair pan panel pantry paper "
     "parade parcel parent park part partner partnership party passenger passport password patch "
     "path pattern pause payment pdf pen penalty pencil performance permit personality pet "
     "petition pharmacist phone photo photographer physician picnic picture pillow pilot pipe "
     "pizza place placement plan planner plant plate platform play playground plugin plumber "
     "pocket point policy pond pool portal portfolio position post pot potluck premiere present "
     "presentation principal printer prize problem procedure process product professor profile "
     "programmer project projector promotion proposal prototype pup puppy purse qualification "
     "quarter query question quotation quote race rack radio raise rally ramp rat reason receipt "
     "receptionist recipe recital recommendation record recruiter reference refrigerator refund "
     "rehearsal release relocation reminder repair replacement reply report representative request "
     "researcher reservation resignation response restart restaurant restructure result resume "
     "resumé retreat return reunion review ride river road roadmap robot role rollout roof rooftop "
     "room roommate rope router rug rule salary sale salesperson sample sandwich schedule "
     "scholarship school scientist scooter screen screening seat secret secretary semester seminar "
     "server service session settlement shelf shift ship shipment shirt shoe shop show shower sign "
     "signal sink sister size skill skirt slide slot snack socket sofa son space speaker "
     "specialist sponsorship spot sprint stadium stage stain stairs stall stamp standup startup "
     "statement station stay stomach stone store stove strap strategy street strength strike "
     "stroke student studio study subject submission subscription successor suggestion suit "
     "suitcase summer supervisor supplier supply surgery surprise survey system tablet tank tap "
     "tape target task taxi teacher team technician template temple tenant tent term test tester "
     "theater theatre theme thesis ticket tie tile timesheet tire title toilet tool tooth topic "
     "tour tournament towel tower toy track train trainee traineeship trainer transaction transfer "
     "transition translator tray tree trial trick trip truck tube tunnel tutor tyre umbrella uncle "
     "uniform university update upgrade username vacancy vacation vaccination valve van vase "
     "vehicle vendor venue version video visa visit voice voucher waiter walk wall wallet "
     "warehouse warranty watch webinar website wedding week weekend wheel wife window winter wire "
     "woman workshop wound writer yard year zoo"},
    {CHATUR_WORD_DOCUMENT,
     "announcement apology appeal application claim clarification complaint confirmation enquiry "
     "follow-up inquiry invitation letter message note notice notification petition proposal "
     "query question quotation recommendation reminder reply request resignation response "
     "suggestion update"},
    {CHATUR_WORD_OWN, "apology application complaint resignation"},
    {CHATUR_WORD_ROLE,
     "accountant administrator adviser advisor analyst architect assistant associate auditor "
     "babysitter barista bartender buyer captain carpenter cashier ceo chef cleaner clerk coach "
     "consultant cook coordinator counsellor counselor cto dentist designer dev developer director "
     "driver economist editor electrician engineer executive gardener guard housekeeper instructor "
     "intern interpreter journalist lawyer lead lecturer librarian maid manager marketer mechanic "
     "nanny nurse officer operator painter pharmacist photographer physician pilot planner plumber "
     "professor programmer receptionist recruiter representative researcher salesperson scientist "
     "secretary singer specialist supervisor tailor teacher technician tester therapist trainee "
     "trainer translator tutor waiter watchman welder writer"},
    {CHATUR_WORD_OPENING,
     "apprenticeship fellowship internship job opening opportunity placement position post "
     "program programme role scholarship traineeship vacancy work-placement"},
    {CHATUR_WORD_EVENT,
     "anniversary barbecue bbq birthday breakfast brunch camp celebration ceremony competition "
     "concert conference demo dinner engagement event exhibition expo fair farewell festival "
     "fundraiser gala game gathering get-together graduation hackathon hike housewarming "
     "inauguration induction launch lecture lunch marathon match meet-up meeting meetup off-site "
     "offsite open-day opening orientation outing panel parade party performance picnic play "
     "potluck premiere race rally reception recital retreat reunion screening seminar session show "
     "summit symposium talk tour tournament town-hall townhall training webinar wedding workshop"},
    {CHATUR_WORD_WANTED,
     "access advance advice appointment approval assistance break brochure call catalog catalogue "
     "certificate change clarification compensation confirmation copy day days demo demonstration "
     "discount donation exemption extension feedback flexibility form guidance half-day help hike "
     "holiday increase information internship interview invoice job-letter leave letter loan "
     "meeting off pay-rise payslip permission permit placement prescription promotion quotation "
     "quote raise receipt recommendation reference refund reimbursement repair replacement rise "
     "sample scholarship slip sponsorship support time-off transfer trial upgrade vacation visit "
     "waiver work-from-home"},
    {CHATUR_WORD_TIME,
     "a.m. afternoon am anytime asap bst cest cet daily early est evening every gmt immediately "
     "ist last late lunchtime midday midnight monthly morning next night noon now o'clock onwards "
     "p.m. pm pst sharp soon today tomorrow tonight utc weekdays weekend weekends weekly yearly "
     "yesterday"},
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
     "address agenda amount budget city cost date day deadline duration location phone place price "
     "purpose quantity reason room salary speaker theme time topic venue"},
    {CHATUR_WORD_SPAN, "experience"},
    {CHATUR_WORD_ACRONYM,
     "ac ai am asap bbq ceo covid cto cv faq hod hr id it mba pdf phd pm rsvp tv us wifi"},
    /* Nothing but common: what a headline capitalises and a sentence does not. */
    {0,
     "ability abroad absence absent academic accommodation accounting accounts action admin "
     "administrative admission admissions advanced afternoons again agent algorithms allowance "
     "almost already also although always amazing among analysis analytics annual answer answers "
     "anybody anyone anything anywhere applications appreciate appreciation army arrival arrive "
     "arriving art artificial arts assurance attachment attendance attending attire automation "
     "autumn availability average awards awful babies bachelor bachelor's backend bad badge "
     "banking barking basic behavior behaviour benefits bereavement best beta better been beyond "
     "bhk "
     "big bigger billing biology black blue blurry board books bootcamp boss bottom branding "
     "business cab cake careful carefully careless cash casual catering certifications changes "
     "changing charges cheap cheaper chemical chemistry chief children civil classes cleaning "
     "clients closure cloud code coding coffee cold collaboration colleagues colors colours "
     "commerce committee communication communications complaints completion compliance concern "
     "concerns conditions confirmed conflict confusion consent construction consulting content "
     "contest control cooking cooperation copies corporate cosy courier courses creativity "
     "critical current curry customer-focused customers cuts dad damage data dear death debugging "
     "deduction deep degrees delicious deputy design despite details development different digital "
     "discrimination discussion doctor's documentation documents done downgrade dream dreams "
     "drinks dusty duty earlier economics education either election electrical electricity "
     "electronics else embedded employees employment ending energy engineering engineers enough "
     "enroll enrollment enrolment entrepreneur entry equipment especially even evenings events "
     "ever everything everywhere exactly examination excellent excuse expense expenses expensive "
     "expertise external extra eyes fake fall false farmer fast faster features fees feet fest "
     "fever fewer field files film final finance financial first flu following-up food forecast "
     "formal founder freelance fresh friends front frontend full full-day full-stack fun "
     "fundraising furniture furthest games garbage general generous gifts glass global goodbye "
     "government graphic gratitude green gross growth guests guidelines guys hair hands-on "
     "harassment hard hardly hardware head health healthcare heart hearts heating here hidden high "
     "higher him hiring history home homework honesty horrible hospitality host hosting hot "
     "housekeeping human hundred ideas illness immediate improvement improvements improving income "
     "incorrect increment industry informal initial inner innovation innovative instead insurance "
     "intelligence intermediate internal internet internships interpersonal interviews inventory "
     "invoices issues items jobs junior just keys kids kind kindness knowledge later launching law "
     "leadership leaking learning least lectures left legal less level lights like linguistics "
     "listening local logical logistics long long-term longer loss loud lovely low lower luck "
     "luggage madam main mainly maintenance major management managers mandatory manual "
     "manufacturing marketing master master's maternity math mathematics maths maximum maybe me "
     "mechanical media medical medicine members mentoring menu mid might million minimum minor "
     "mobile mom money more mornings mosquitoes most mostly motivation movie much multitasking mum "
     "music mvp native nearly negotiation neither net networking never new-brand new-year newer "
     "nice nights noise noisy nonprofit nor notes nothing nursing official often older onboarding "
     "once one-time only operating opportunities oral orders organization organizational other "
     "otherwise overtime papers paralegal parents parking partial participate participation "
     "partners pasta paternity patience payments payroll penalty people perhaps period person "
     "personal pets photos physical physics pickup plans plumbing points policies poll poor "
     "positions power practical prayers previous pricing privacy private prizes problem-solving "
     "problems production products professional profit programming programs progress projects "
     "proof property proposals proven public punctuality quality quarterly questions quick quickly "
     "quite rain rarely rather reading reasons recently recruitment red references refreshments "
     "refunds regards regional registration regular related relations religious remotely renewal "
     "report-card reports requests research reset resources rest results retail retirement "
     "retrospective returns revenue reviews rice right risk robotics rooms roster rota rules "
     "sabbatical sad safety sales same samples say scheduling science search seats second sector "
     "security seen seller senior services sessions shall shifts shipping short short-term shorter "
     "shut signature sincerely sir site sitter skills slowly small smell smelly snacks social sofa "
     "software solid solving something sometimes somewhere speaking special sports spring stack "
     "staff starting statistics status steps still stock strategic stress strong structures "
     "students studies such sudden suggestions summary supply systems table tall tap tax tea "
     "teaching teams teamwork technical telecom termination terms terrible testing tests "
     "thanksgiving then thing things thinking third thousand tickets together too tools top total "
     "town toxic tracking traffic transport trouble try tuition tutoring twice two-factor ugly "
     "undergraduate unexpected unfair unfriendly unhelpful unless unlike unprofessional unsafe up "
     "upcoming updates updating upstairs urgently user users using usually veg verbal verification "
     "very vice videos village virtual virus visits volunteers vote warm water way ways weather "
     "web whether white whole winners wishes wonderful workload written year-end year-old yet"},
};

const size_t chatur_vocabulary_groups = sizeof(chatur_vocabulary) / sizeof(chatur_vocabulary[0]);
