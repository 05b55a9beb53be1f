/* Calls fill.c with every length from 0 to beyond the longest, each packet and slot in an allocation of its own
 * and no longer than it must be, so that the address sanitizer sees one octet too many. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRAILER 16

struct iovec_out {
    unsigned char *base;
    size_t length;
};
struct load {
    const unsigned char *const *packets;
    const uint32_t *lengths;
    const uint8_t *lane_of;
    uint32_t count;
    uint32_t longest;
};
struct crowd {
    void *const *contexts;
    const uint16_t *offsets;
    uint32_t count;
    uint32_t lanes;
};
uint32_t fill(int (*)(void *, void *, int *), const struct load *, const struct crowd *, struct iovec_out *);

/* Writes a trailer, as a cipher would; refuses what begins with 0xbf. */
static int protect(void *context, void *packet, int *length) {
    if (*(unsigned char *)packet == 0xbf) return 1;
    memset((unsigned char *)packet + *length, *(int *)context, TRAILER);
    *length += TRAILER;
    return 0;
}

static int run(uint32_t size, uint32_t longest, uint8_t lane) {
    enum { VIEWERS = 3, LANES = 2 };
    int keys[VIEWERS] = {1, 2, 3};
    void *contexts[VIEWERS] = {&keys[0], &keys[1], &keys[2]};
    uint16_t *offsets = calloc(VIEWERS * LANES, sizeof *offsets);
    unsigned char *packet = malloc(size ? size : 1);
    memset(packet, size % 7 ? 0x80 : 0xbf, size);
    const unsigned char *packets[1] = {packet};
    uint32_t lengths[1] = {size};
    uint8_t lane_of[1] = {lane};
    struct iovec_out *out = calloc(VIEWERS, sizeof *out);
    for (int i = 0; i < VIEWERS; i++) out[i].base = malloc(longest + TRAILER);
    struct load load = {packets, lengths, lane_of, 1, longest};
    struct crowd crowd = {contexts, offsets, VIEWERS, LANES};
    uint32_t refused = fill(protect, &load, &crowd, out);
    int fits = size >= 12 && size <= longest && lane < LANES && size % 7;
    int wrong = refused != (fits ? 0 : VIEWERS);
    for (int i = 0; i < VIEWERS; i++) {
        wrong |= out[i].length != (fits ? size + TRAILER : 0);
        free(out[i].base);
    }
    free(out);
    free(packet);
    free(offsets);
    return wrong;
}

int main(void) {
    for (uint32_t size = 0; size < 1400; size++)
        for (uint8_t lane = 0; lane < 4; lane++)
            if (run(size, 1300, lane)) return printf("wrong at %u octets, lane %u\n", size, lane), 1;
    puts("ok");
    return 0;
}
