/* Bytes that grow at the end and are used up at the beginning. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

bool buffer_reserve(buffer *buffer, size_t count) {
    if (buffer->capacity - buffer->end >= count) return true;
    size_t used = buffer_count(buffer);
    if (buffer->start > 0) {
        memmove(buffer->bytes, buffer->bytes + buffer->start, used);
        buffer->start = 0;
        buffer->end = used;
        if (buffer->capacity - used >= count) return true;
    }
    size_t capacity = buffer->capacity ? buffer->capacity : 4096;
    while (capacity - used < count) capacity *= 2;
    uint8_t *bytes = realloc(buffer->bytes, capacity);
    if (!bytes) return false;
    buffer->bytes = bytes;
    buffer->capacity = capacity;
    return true;
}

void buffer_consume(buffer *buffer, size_t count) {
    buffer->start += count;
    if (buffer->start == buffer->end) buffer->start = buffer->end = 0;
}

void buffer_free(buffer *buffer) {
    free(buffer->bytes);
    memset(buffer, 0, sizeof *buffer);
}
