/* One pass of the fan-out over some viewers: copy each packet into its slot, number it, have libsrtp protect it.
 *
 * The same as `InPython` in fill.py, without an interpreter between two packets; whoever has no C compiler has
 * that one. It knows no cryptography, allocates nothing, keeps nothing, and calls nothing but what it is given.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define VERSION 1
#define SHORTEST 12

typedef int (*protector)(void *context, void *packet, int *length);

struct iovec_out {
    unsigned char *base;
    size_t length;
};

/* Of one pass: `count` packets, each with its length, and the lane (below `lanes`) whose offset numbers it. */
struct load {
    const unsigned char *const *packets;
    const uint32_t *lengths;
    const uint8_t *lane_of;
    uint32_t count;
    uint32_t longest;
};

/* Viewers: a libsrtp context each, and `lanes` offsets each. */
struct crowd {
    void *const *contexts;
    const uint16_t *offsets;
    uint32_t count;
    uint32_t lanes;
};

int fill_version(void) {
    return VERSION;
}

/* Writes crowd->count * load->count slots and their lengths, viewer by viewer. Slots have room for `longest`
 * octets and libsrtp's trailer. Returns how many packets were refused; these have no length. */
uint32_t fill(protector protect, const struct load *load, const struct crowd *crowd, struct iovec_out *out) {
    uint32_t refused = 0;
    for (uint32_t viewer = 0; viewer < crowd->count; viewer++) {
        const uint16_t *offsets = crowd->offsets + (size_t)viewer * crowd->lanes;
        for (uint32_t i = 0; i < load->count; i++, out++) {
            unsigned char *slot = out->base;
            int length = (int)load->lengths[i];
            out->length = 0;
            if (load->lengths[i] < SHORTEST || load->lengths[i] > load->longest || load->lane_of[i] >= crowd->lanes) {
                refused++;
                continue;
            }
            memcpy(slot, load->packets[i], load->lengths[i]);
            uint16_t number = (uint16_t)((slot[2] << 8 | slot[3]) + offsets[load->lane_of[i]]);
            slot[2] = (unsigned char)(number >> 8);
            slot[3] = (unsigned char)number;
            if (protect(crowd->contexts[viewer], slot, &length) != 0 || length < 0) {
                refused++;
                continue;
            }
            out->length = (size_t)length;
        }
    }
    return refused;
}
