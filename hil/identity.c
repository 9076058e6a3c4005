#include "hil/identity.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>

static int digest_file(FILE *file, EVP_MD_CTX *context, unsigned char digest[EVP_MAX_MD_SIZE],
                       unsigned *size)
{
    unsigned char bytes[8192];
    size_t got;
    if (EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1)
        return -ENOMEM;
    while ((got = fread(bytes, 1, sizeof bytes, file)) > 0)
        if (EVP_DigestUpdate(context, bytes, got) != 1)
            return -EIO;
    return !ferror(file) && EVP_DigestFinal_ex(context, digest, size) == 1 ? 0 : -EIO;
}

int identity_sha256(const char *path, char hex[SHA256_HEX_SIZE])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    FILE *file = fopen(path, "re");
    if (!file)
        return -errno;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int result = context ? digest_file(file, context, digest, &size) : -ENOMEM;
    EVP_MD_CTX_free(context);
    fclose(file);
    for (unsigned i = 0; result == 0 && i < size; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    return result;
}
