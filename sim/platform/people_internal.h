/* What the parts of people have in common: who there is (people.c) and who has signed in (sessions.c). */
#ifndef METERBENCH_SIM_PLATFORM_PEOPLE_INTERNAL_H
#define METERBENCH_SIM_PLATFORM_PEOPLE_INTERNAL_H

#include "sim/platform/platform.h"

/* 0, ERROR_NO_RIGHT, ERROR_OUT_OF_SCOPE; EVENT_NO_FLAT is the building. */
int people_check(const struct platform *platform, int user, enum right right, uint32_t flat);
/* 0, ERROR_SESSION_OVER, ERROR_NO_RIGHT, whatever flats. It is an act of the session. */
int people_check_session(struct platform *platform, int64_t now, const struct session *session,
                         enum right right);

bool people_password_matches(const struct people_policy *policy, const struct user *user,
                             const char *password);
/* One more failure in a row; at the policy's number the user is locked, and an audit line says so. */
void people_count_failure(struct platform *platform, int64_t now, int user);
void people_end_sessions(struct people *people, int user);

#endif
