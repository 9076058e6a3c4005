/* meterbench audit: is an audit log whole and as it was written. */
#include "cli/cli.h"

#include "sim/platform/audit_chain.h"

#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char help[] =
    "usage: meterbench audit verify [OPTION...] FILE...\n"
    "\n"
    "Hold audit logs, as meterbench test --audit DIR writes them, against their hashes: a line that was\n"
    "removed, changed, put in or moved shows, and so does an end that was cut off. A log that somebody wrote\n"
    "anew as a whole shows only with --key or --head. - is standard input.\n"
    "\n"
    "  --key FILE           the end must be sealed with the bytes of FILE (meterbench test --audit-key)\n"
    "  --head HASH          the last hash must be this one, as --json of the run kept it; one log only\n"
    "  --json               JSON on standard output\n"
    "  -h, --help           this text\n"
    "\n"
    "exit: 0 all are whole, 1 one is broken, 4 usage, or one cannot be read\n";

struct arguments {
    struct cli_audit_key key;
    const char *head;
    bool json;
};

enum option_id { OPTION_KEY = 256, OPTION_HEAD, OPTION_JSON };

static const struct option options[] = {
    {"key", required_argument, NULL, OPTION_KEY},
    {"head", required_argument, NULL, OPTION_HEAD},
    {"json", no_argument, NULL, OPTION_JSON},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

int cli_read_audit_key(const char *option, const char *path, struct cli_audit_key *key)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return cli_usage_error("--%s %s: %s", option, path, strerror(errno));
    key->size = fread(key->bytes, 1, sizeof key->bytes, file);
    bool failed = ferror(file), more = fgetc(file) != EOF;
    fclose(file);
    if (failed || more || key->size < AUDIT_KEY_MIN)
        return cli_usage_error("--%s %s: a key is a file of %d to %zu bytes, as from head -c 32 /dev/urandom", option, path,
                               AUDIT_KEY_MIN, sizeof key->bytes);
    return 0;
}

static int read_head(const char *text, struct arguments *arguments)
{
    if (strlen(text) != AUDIT_HASH_DIGITS || strspn(text, "0123456789abcdef") != AUDIT_HASH_DIGITS)
        return cli_usage_error("--head %s: expected %d hexadecimal digits, small letters", text, AUDIT_HASH_DIGITS);
    arguments->head = text;
    return 0;
}

static int read_option(void *user, int id, const char *value)
{
    struct arguments *arguments = user;
    switch (id) {
    case OPTION_KEY:
        return cli_read_audit_key("key", value, &arguments->key);
    case OPTION_HEAD:
        return read_head(value, arguments);
    case OPTION_JSON:
        arguments->json = true;
        return 0;
    }
    return 0;
}

static const struct cli_command command = {"audit", help, options, read_option};

/* ---- a log ------------------------------------------------------------------------------------ */

/* Reads it to its end or its first wrong line. */
static bool verify_stream(struct audit_verifier *verifier, FILE *file)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t size;
    bool good = true;
    while (good && (size = getline(&line, &capacity, file)) >= 0) {
        if (size > 0 && line[size - 1] == '\n')
            size--;
        good = audit_verify_line(verifier, line, (size_t)size);
    }
    free(line);
    return good && !ferror(file) && audit_verify_end(verifier);
}

static bool check_head(struct audit_verifier *verifier, const char *head)
{
    if (!head || strcmp(head, verifier->head) == 0)
        return true;
    snprintf(verifier->why, sizeof verifier->why, "its last hash is not that of --head: the log was written anew");
    return false;
}

static void tell(const char *path, bool good, const struct audit_verifier *verifier, bool key)
{
    if (!good)
        printf("%s: broken, line %llu: %s\n", path, (unsigned long long)verifier->lines, verifier->why);
    else
        printf("%s: whole, %llu lines, %s\n", path, (unsigned long long)verifier->lines,
               key ? "sealed with this key"
                   : verifier->sealed ? "sealed: --key FILE would tell whether by whom it should be"
                                      : "not sealed: one that was written anew as a whole would not show");
}

static json_t *as_json(const char *path, bool good, const struct audit_verifier *verifier, bool key)
{
    json_t *object = json_pack("{s:s, s:b, s:I, s:b, s:b}", "file", path, "whole", good, good ? "lines" : "line",
                               (json_int_t)verifier->lines, "sealed", verifier->sealed, "seal_checked", good && key);
    json_object_set_new(object, good ? "head" : "why", json_string(good ? verifier->head : verifier->why));
    return object;
}

/* 0, EXIT_VERDICT_FAILED or EXIT_USAGE. */
static int verify(const struct arguments *arguments, const char *path, json_t *reports)
{
    struct audit_verifier verifier;
    struct stat info;
    bool key = arguments->key.size > 0, input = strcmp(path, "-") == 0;
    FILE *file = input ? stdin : fopen(path, "rb");
    if (!file)
        return cli_usage_error("%s: %s", path, strerror(errno));
    bool directory = fstat(fileno(file), &info) == 0 && S_ISDIR(info.st_mode);
    audit_verify_begin(&verifier, key ? arguments->key.bytes : NULL, arguments->key.size);
    bool good = !directory && verify_stream(&verifier, file) && check_head(&verifier, arguments->head);
    bool unread = directory || ferror(file);
    if (!input)
        fclose(file);
    if (unread)
        return cli_usage_error("%s: it is a directory, or cannot be read", path);
    if (arguments->json)
        json_array_append_new(reports, as_json(path, good, &verifier, key));
    else
        tell(path, good, &verifier, key);
    return good ? EXIT_ALL_PASSED : EXIT_VERDICT_FAILED;
}

int cli_audit(int argc, char **argv)
{
    struct arguments arguments = {0};
    int result = cli_read_options(&command, argc, argv, &arguments);
    if (result != 0)
        return result;
    if (optind >= argc || strcmp(argv[optind], "verify") != 0)
        return cli_usage_error("audit: what is to be done? meterbench audit verify FILE");
    int first = optind + 1;
    if (first == argc)
        return cli_usage_error("audit verify: no file; meterbench test --audit DIR writes some");
    if (arguments.head && argc - first > 1)
        return cli_usage_error("--head is of one log, and there are %d files", argc - first);
    json_t *reports = json_array();
    for (int i = first; i < argc; i++) {
        int one = verify(&arguments, argv[i], reports);
        result = one > result ? one : result;
    }
    if (arguments.json) {
        json_dumpf(reports, stdout, JSON_INDENT(2));
        printf("\n");
    }
    json_decref(reports);
    int flushed = cli_flush_console();
    return flushed ? flushed : result;
}
