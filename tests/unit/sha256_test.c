/* SHA-256 and HMAC: the published vectors, and OpenSSL's own HMAC at every length around a block.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/id.h"
#include "base/sha256.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void assert_hex(const unsigned char *hash, const char *expected)
{
    char hex[2 * CHATUR_SHA256_BYTES + 1];
    chatur_hex(hash, CHATUR_SHA256_BYTES, hex);
    assert_string_equal(hex, expected);
}

static void hashes_are_the_published_ones(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *hash;
    } rows[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        unsigned char hash[CHATUR_SHA256_BYTES];
        chatur_sha256(rows[i].text, strlen(rows[i].text), hash);
        assert_hex(hash, rows[i].hash);
    }
}

/* RFC 4231, section 4; a byte and a count make the long keys. */
static void macs_are_those_of_the_rfc(void **state)
{
    (void)state;
    static const struct {
        const char *key; /* NULL: `count` times `byte` */
        unsigned char byte;
        size_t count;
        const char *text;
        const char *mac;
    } rows[] = {
        {NULL, 0x0b, 20, "Hi There",
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {"Jefe", 0, 0, "what do ya want for nothing?",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {NULL, 0xaa, 131, "Test Using Larger Than Block-Size Key - Hash Key First",
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        unsigned char key[200];
        size_t length = rows[i].count;
        memset(key, rows[i].byte, sizeof(key));
        if (rows[i].key != NULL) {
            length = strlen(rows[i].key);
            memcpy(key, rows[i].key, length);
        }
        unsigned char mac[CHATUR_SHA256_BYTES];
        chatur_hmac_sha256(key, length, rows[i].text, strlen(rows[i].text), mac);
        assert_hex(mac, rows[i].mac);
    }
}

static void macs_are_openssls_at_every_length(void **state)
{
    (void)state;
    unsigned char bytes[300];
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (unsigned char)(i * 7 + 1);
    }
    for (size_t key_length = 1; key_length < 140; key_length++) {
        for (size_t length = 0; length < 140; length += 1 + length / 3) {
            unsigned char mac[CHATUR_SHA256_BYTES];
            unsigned char expected[EVP_MAX_MD_SIZE];
            chatur_hmac_sha256(bytes, key_length, bytes + 140, length, mac);
            assert_non_null(
                HMAC(EVP_sha256(), bytes, (int)key_length, bytes + 140, length, expected, NULL));
            assert_memory_equal(mac, expected, sizeof(mac));
        }
    }
}

static void one_bit_makes_two_macs_unequal(void **state)
{
    (void)state;
    unsigned char one[CHATUR_SHA256_BYTES];
    unsigned char other[CHATUR_SHA256_BYTES];
    chatur_sha256("abc", 3, one);
    memcpy(other, one, sizeof(other));
    assert_true(chatur_sha256_equal(one, other));
    for (size_t bit = 0; bit < 8 * sizeof(other); bit++) {
        other[bit / 8] ^= (unsigned char)(1U << bit % 8);
        assert_false(chatur_sha256_equal(one, other));
        other[bit / 8] ^= (unsigned char)(1U << bit % 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_are_the_published_ones),
        cmocka_unit_test(macs_are_those_of_the_rfc),
        cmocka_unit_test(macs_are_openssls_at_every_length),
        cmocka_unit_test(one_bit_makes_two_macs_unequal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
