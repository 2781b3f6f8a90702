// Tells ThreadSanitizer of what orders two threads inside the Swift library, which is not
// instrumented. This library is preloaded, stands before a few functions of the Swift 6.3 library
// and says what they do; with a library that names them otherwise the false reports come back.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

// The sanitizer's own, in the program that this is loaded into.
extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

static void *next(const char *name) {
    void *function = dlsym(RTLD_NEXT, name);
    if (!function) abort();
    return function;
}

// A `type *` to the function of the library that has the same name.
#define REAL(type, name) ({ \
    static type *real; \
    type *function = __atomic_load_n(&real, __ATOMIC_ACQUIRE); \
    if (!function) __atomic_store_n(&real, function = next(name), __ATOMIC_RELEASE); \
    function; \
})

// The contended half of Synchronization.Mutex. The fast path is inlined into our code, where the
// sanitizer sees its atomics. When a lock is contended, it is taken and given back inside the
// library: everything that the lock protects then looks like a race.

#define HANDLE "$s15Synchronization12_MutexHandleV"
#define LOCK_SLOW HANDLE "9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW HANDLE "11_unlockSlowyyF"

typedef __attribute__((swiftcall)) void lock_slow(
    uint32_t thread, __attribute__((swift_context)) void *self);
typedef __attribute__((swiftcall)) void unlock_slow(
    __attribute__((swift_context)) void *self);

__attribute__((swiftcall)) void lock(
    uint32_t thread, __attribute__((swift_context)) void *self) __asm__(LOCK_SLOW);
__attribute__((swiftcall)) void lock(
    uint32_t thread, __attribute__((swift_context)) void *self) {
    REAL(lock_slow, LOCK_SLOW)(thread, self);
    if (__tsan_acquire) __tsan_acquire(self);
}

__attribute__((swiftcall)) void unlock(
    __attribute__((swift_context)) void *self) __asm__(UNLOCK_SLOW);
__attribute__((swiftcall)) void unlock(__attribute__((swift_context)) void *self) {
    if (__tsan_release) __tsan_release(self);
    REAL(unlock_slow, UNLOCK_SLOW)(self);
}

// A continuation that is resumed before its task has suspended. The library then goes on without
// having told the sanitizer that it saw the task's release, which `resume` did make: what was
// handed over looks like a race. A task that comes back from such a wait frees the frame of the
// function that waited before it does anything with the result, so there the acquire is made up
// for. It can hide nothing: only who resumes or enqueues this very task releases it.

typedef __attribute__((swiftcall)) void dealloc(void *frame);
extern __attribute__((swiftcall)) void *swift_task_getCurrent(void) __attribute__((weak));

__attribute__((swiftcall)) void swift_task_dealloc(void *frame) {
    REAL(dealloc, "swift_task_dealloc")(frame);
    if (!__tsan_acquire || !swift_task_getCurrent) return;
    void *task = swift_task_getCurrent();
    if (task) __tsan_acquire(task);
}
