/* What a report says about which firmware and files were judged: hashes, so that a verdict can be
 * traced to exactly one build. */
#ifndef METERBENCH_HIL_IDENTITY_H
#define METERBENCH_HIL_IDENTITY_H

enum { SHA256_HEX_SIZE = 65 };

/* SHA-256 (FIPS 180-4) of a file's bytes, in hex. 0 or a negative errno. */
int identity_sha256(const char *path, char hex[SHA256_HEX_SIZE]);

#endif
