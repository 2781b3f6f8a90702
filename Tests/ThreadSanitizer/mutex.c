// Tells ThreadSanitizer of the contended half of Synchronization.Mutex.
//
// The fast path of Mutex is inlined into our code, where the sanitizer sees its atomics. When a
// lock is contended, it is taken and given back inside the Swift library, which is not
// instrumented: everything that the lock protects then looks like a race. This library is
// preloaded, stands before those two functions, and says what they do. It names symbols of the
// Swift 6.3 library; with another one it is not called, and the false reports come back.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

#define HANDLE "$s15Synchronization12_MutexHandleV"
#define LOCK_SLOW HANDLE "9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW HANDLE "11_unlockSlowyyF"

// The sanitizer's own, in the program that this is loaded into.
extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

typedef __attribute__((swiftcall)) void lock_slow(
    uint32_t thread, __attribute__((swift_context)) void *self);
typedef __attribute__((swiftcall)) void unlock_slow(
    __attribute__((swift_context)) void *self);

static void *next(const char *name) {
    void *function = dlsym(RTLD_NEXT, name);
    if (!function) abort();
    return function;
}

__attribute__((swiftcall)) void lock(
    uint32_t thread, __attribute__((swift_context)) void *self) __asm__(LOCK_SLOW);
__attribute__((swiftcall)) void lock(
    uint32_t thread, __attribute__((swift_context)) void *self) {
    static lock_slow *real;
    lock_slow *function = __atomic_load_n(&real, __ATOMIC_ACQUIRE);
    if (!function) __atomic_store_n(&real, function = next(LOCK_SLOW), __ATOMIC_RELEASE);
    function(thread, self);
    if (__tsan_acquire) __tsan_acquire(self);
}

__attribute__((swiftcall)) void unlock(
    __attribute__((swift_context)) void *self) __asm__(UNLOCK_SLOW);
__attribute__((swiftcall)) void unlock(__attribute__((swift_context)) void *self) {
    static unlock_slow *real;
    unlock_slow *function = __atomic_load_n(&real, __ATOMIC_ACQUIRE);
    if (!function) __atomic_store_n(&real, function = next(UNLOCK_SLOW), __ATOMIC_RELEASE);
    if (__tsan_release) __tsan_release(self);
    function(self);
}
