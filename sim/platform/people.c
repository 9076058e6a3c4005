/* Who there is: adding people, their passwords and secrets, what administrators do to them. */
#include "sim/platform/people_internal.h"

#include "sim/error.h"
#include "sim/kernel/time.h"

#include <ctype.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

enum { SCRYPT_R = 8, SCRYPT_P = 1 };
#define SCRYPT_MEMORY_MAX (UINT64_C(2) << 30)

struct people_policy people_policy_default(void)
{
    struct people_policy policy = {
        .failures_max = 5,
        .lock_ns = 15 * NS_PER_MIN,
        .session_idle_ns = 15 * NS_PER_MIN,
        .session_longest_ns = 12 * NS_PER_HOUR,
        .password_length = 8,
        .password_cost = 64,
    };
    for (int i = 0; i < ROLE_COUNT; i++)
        policy.rights[i] = role_rights((enum role)i);
    return policy;
}

void people_free(struct people *people)
{
    for (int i = 0; i < people->count; i++)
        scope_free(&people->users[i].scope);
    OPENSSL_cleanse(people->users, (size_t)people->count * sizeof *people->users);
    free(people->users);
    free(people->sessions);
    people->users = NULL;
    people->sessions = NULL;
    people->count = people->session_count = 0;
}

int platform_find_user(const struct platform *platform, const char *name)
{
    for (int i = 0; i < platform->people.count; i++)
        if (strcmp(platform->people.users[i].name, name) == 0)
            return i;
    return ERROR_NOT_FOUND;
}

bool platform_may(const struct platform *platform, int user, enum right right, uint32_t flat)
{
    return people_check(platform, user, right, flat) == 0;
}

/* ---- passwords -------------------------------------------------------------------------------- */

/* A sample of the passwords that are guessed first; a real platform holds a list of breached ones against them. */
static const char *const too_common[] = {"password", "12345678", "123456789", "1234567890", "88888888",
                                         "11111111", "00000000", "qwertyuiop", "iloveyou",  "admin123"};

static int characters(const char *text) /* of UTF-8 */
{
    int count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

static bool contains_ignoring_case(const char *text, const char *part)
{
    for (; *text; text++) {
        size_t i = 0;
        while (part[i] && tolower((unsigned char)text[i]) == tolower((unsigned char)part[i]))
            i++;
        if (!part[i])
            return true;
    }
    return false;
}

static int check_password(const struct people_policy *policy, const char *name, const char *password)
{
    if (strlen(password) > PASSWORD_SIZE_MAX || characters(password) < policy->password_length)
        return ERROR_PASSWORD_WEAK;
    if (contains_ignoring_case(password, name))
        return ERROR_PASSWORD_WEAK;
    for (size_t i = 0; i < sizeof too_common / sizeof too_common[0]; i++)
        if (strcmp(password, too_common[i]) == 0)
            return ERROR_PASSWORD_WEAK;
    return 0;
}

static int hash_password(const struct people_policy *policy, const uint8_t *salt, const char *password,
                         uint8_t *hash)
{
    int ok = EVP_PBE_scrypt(password, strlen(password), salt, SALT_SIZE, (uint64_t)policy->password_cost,
                            SCRYPT_R, SCRYPT_P, SCRYPT_MEMORY_MAX, hash, PASSWORD_HASH_SIZE);
    return ok == 1 ? 0 : ERROR_ENVELOPE_CRYPTO;
}

bool people_password_matches(const struct people_policy *policy, const struct user *user,
                             const char *password)
{
    uint8_t hash[PASSWORD_HASH_SIZE];
    return hash_password(policy, user->salt, password, hash) == 0 &&
           CRYPTO_memcmp(hash, user->hash, sizeof hash) == 0;
}

static void draw(struct random *random, uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)random_u64(random);
}

static int set_password(const struct people_policy *policy, struct user *user, const char *password)
{
    int result = check_password(policy, user->name, password);
    if (result < 0)
        return result;
    uint8_t salt[SALT_SIZE];
    draw(&user->draws, salt, sizeof salt);
    result = hash_password(policy, salt, password, user->hash);
    if (result == 0)
        memcpy(user->salt, salt, sizeof salt);
    return result;
}

/* ---- adding ----------------------------------------------------------------------------------- */

static int give_scope(struct scope *scope, const struct person *person)
{
    bool everything = person->role == ROLE_ADMINISTRATOR || person->role == ROLE_OPERATOR;
    if (!person->scope)
        return everything ? scope_add(scope, SCOPE_BUILDING) : 0;
    int result = 0;
    for (int i = 0; i < person->scope->count && result == 0; i++)
        result = scope_add(scope, person->scope->ranges[i]);
    return result;
}

/* Draws are by the name: who else there is changes nobody's secrets. */
static int fill(const struct platform *platform, struct user *user, const struct person *person)
{
    *user = (struct user){
        .role = person->role,
        .last_code_step = -1,
        .draws = random_stream(random_seed_from_name(platform->seed, person->name), RANDOM_NO_FLAT, RANDOM_SECRET),
        .secret_size = (uint8_t)(person->secret ? person->secret_size : TOTP_SECRET_SIZE),
    };
    strcpy(user->name, person->name);
    int result = set_password(&platform->people.policy, user, person->password);
    if (person->secret)
        memcpy(user->secret, person->secret, person->secret_size);
    else
        draw(&user->draws, user->secret, TOTP_SECRET_SIZE);
    return result < 0 ? result : give_scope(&user->scope, person);
}

static int add(struct platform *platform, const struct person *person)
{
    struct people *people = &platform->people;
    size_t length = strlen(person->name);
    if (people->count == USERS_MAX)
        return ERROR_QUEUE_FULL;
    if (length == 0 || length >= USER_NAME_MAX || platform_find_user(platform, person->name) >= 0)
        return ERROR_INVALID_ARGUMENT;
    if (person->secret && (person->secret_size == 0 || person->secret_size > TOTP_SECRET_MAX))
        return ERROR_INVALID_ARGUMENT;
    struct user *users = realloc(people->users, ((size_t)people->count + 1) * sizeof *users);
    if (!users)
        return ERROR_NO_MEMORY;
    people->users = users;
    int result = fill(platform, &users[people->count], person);
    if (result < 0) {
        scope_free(&users[people->count].scope);
        return result;
    }
    return people->count++;
}

/* Nobody manages a role that may do what one's own may not. */
static int may_manage_role(struct platform *platform, int64_t now, const struct session *by, enum role role)
{
    const uint32_t *rights = platform->people.policy.rights;
    int result = people_check_session(platform, now, by, RIGHT_MANAGE_PEOPLE);
    if (result < 0)
        return result;
    return rights[role] & ~rights[platform->people.users[by->user].role] ? ERROR_NO_RIGHT : 0;
}

/* Nobody gives away flats that are not their own. */
static int may_add(struct platform *platform, int64_t now, const struct session *by, const struct person *person)
{
    struct scope wanted = {0};
    int result = may_manage_role(platform, now, by, person->role);
    if (result == 0)
        result = give_scope(&wanted, person);
    if (result == 0 && !scope_covers(&platform->people.users[by->user].scope, &wanted))
        result = ERROR_OUT_OF_SCOPE;
    scope_free(&wanted);
    return result;
}

/* A line for what somebody did, or was not let do, to somebody. */
static int audit_deed(struct platform *platform, int64_t now, const struct session *by, int person,
                      enum audit_action done, int result)
{
    const struct audit_fact fact = {
        .action = result < 0 ? AUDIT_REFUSED : done,
        .actor = by->user,
        .flat = EVENT_NO_FLAT,
        .right = result < 0 ? RIGHT_MANAGE_PEOPLE : -1,
        .person = person,
        .why = result < 0 ? result : 0,
        .attempted = (int)done,
    };
    platform_audit_fact(platform, now, &fact);
    return result;
}

int platform_add_person(struct platform *platform, int64_t now, const struct session *by,
                        const struct person *person)
{
    if (!by)
        return add(platform, person);
    int result = may_add(platform, now, by, person);
    if (result == 0)
        result = add(platform, person);
    return audit_deed(platform, now, by, result, AUDIT_PERSON_ADDED, result);
}

int platform_add_user(struct platform *platform, const char *name, enum role role,
                      const char *password)
{
    const struct person person = {.name = name, .role = role, .password = password};
    return platform_add_person(platform, 0, NULL, &person);
}

/* ---- what is done to people ------------------------------------------------------------------- */

static int may_manage(struct platform *platform, int64_t now, const struct session *by, int user)
{
    const struct user *users = platform->people.users;
    int result = may_manage_role(platform, now, by, users[user].role);
    if (result == 0 && !scope_covers(&users[by->user].scope, &users[user].scope))
        result = ERROR_OUT_OF_SCOPE;
    return result;
}

static bool is_last_administrator(const struct people *people, int user)
{
    for (int i = 0; i < people->count; i++) {
        const struct user *other = &people->users[i];
        bool administers = other->role == ROLE_ADMINISTRATOR && !other->revoked;
        if (i != user && administers && scope_is_building(&other->scope))
            return false;
    }
    const struct user *one = &people->users[user];
    return one->role == ROLE_ADMINISTRATOR && scope_is_building(&one->scope);
}

int platform_revoke(struct platform *platform, int64_t now, const struct session *by, int user)
{
    int result = may_manage(platform, now, by, user);
    if (result == 0 && is_last_administrator(&platform->people, user))
        result = ERROR_LAST_ADMINISTRATOR;
    if (result == 0) {
        platform->people.users[user].revoked = true;
        people_end_sessions(&platform->people, user);
    }
    return audit_deed(platform, now, by, user, AUDIT_PERSON_REVOKED, result);
}

int platform_readmit(struct platform *platform, int64_t now, const struct session *by, int user)
{
    int result = may_manage(platform, now, by, user);
    if (result == 0) {
        platform->people.users[user].revoked = false;
        platform->people.users[user].locked_until = 0;
        platform->people.users[user].failures = 0;
    }
    return audit_deed(platform, now, by, user, AUDIT_PERSON_READMITTED, result);
}

/* May the password go to `password`? One's own wants the old one. */
static int may_change_password(struct platform *platform, int64_t now, const struct session *by, int user,
                               const char *old)
{
    if (by->user != user || !old)
        return may_manage(platform, now, by, user);
    struct user *self = &platform->people.users[user];
    if (!platform_session_open(platform, now, by))
        return ERROR_SESSION_OVER;
    if (people_password_matches(&platform->people.policy, self, old))
        return 0;
    people_count_failure(platform, now, user);
    return ERROR_NOT_ALLOWED;
}

int platform_change_password(struct platform *platform, int64_t now, const struct session *by, int user,
                             const char *old, const char *password)
{
    int result = may_change_password(platform, now, by, user, old);
    if (result == 0)
        result = set_password(&platform->people.policy, &platform->people.users[user], password);
    if (result == 0)
        people_end_sessions(&platform->people, user);
    return audit_deed(platform, now, by, user, AUDIT_PASSWORD_CHANGED, result);
}

int platform_renew_factor(struct platform *platform, int64_t now, const struct session *by, int user)
{
    bool own = by->user == user && platform_session_open(platform, now, by);
    int result = own ? 0 : may_manage(platform, now, by, user);
    struct user *person = &platform->people.users[user];
    if (result == 0) { /* the last step that served stays: the new secret's codes of it do not serve again */
        draw(&person->draws, person->secret, TOTP_SECRET_SIZE);
        person->secret_size = TOTP_SECRET_SIZE;
        people_end_sessions(&platform->people, user);
    }
    return audit_deed(platform, now, by, user, AUDIT_FACTOR_RENEWED, result);
}
