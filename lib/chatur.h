/* The one header an endpoint includes. */
#ifndef CHATUR_H
#define CHATUR_H

#include "app/app.h"
#include "auth/account.h"
#include "base/clock.h"
#include "base/fields.h"
#include "base/file.h"
#include "base/json_write.h"
#include "generate/options.h"
#include "generate/template.h"
#include "mail/mail.h"
#include "serve/serve.h"
#include "store/store.h"
#include "tutorial/tutorial.h"

#endif
