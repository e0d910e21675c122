/* A driver library for tests: two cards, the answers of which the file that
   NVIDIA_TEST_SCRIPT names decides.

   "ok": both answer. "no-driver": the start fails. "lost": every reading fails after the start.
   "partial": neither load nor power are told, and the second card does not even tell its name.
   The structures are those of nvml.h. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OK = 0, NOT_SUPPORTED = 3, DRIVER_NOT_LOADED = 9, GPU_IS_LOST = 15 };

typedef struct { unsigned long long total, free, used; } Memory;
typedef struct { unsigned int gpu, memory; } Rates;

static int is(const char *word) {
    char found[32] = "";
    const char *path = getenv("NVIDIA_TEST_SCRIPT");
    FILE *file = path ? fopen(path, "r") : NULL;
    if (file) {
        if (fscanf(file, "%31s", found) != 1) found[0] = 0;
        fclose(file);
    }
    return strcmp(found, word) == 0;
}

static int end(int code) { return is("lost") ? GPU_IS_LOST : code; }

int nvmlInitWithFlags(unsigned int flags) { (void)flags; return is("no-driver") ? DRIVER_NOT_LOADED : OK; }
int nvmlInit_v2(void) { return nvmlInitWithFlags(0); }
int nvmlShutdown(void) { return OK; }
const char *nvmlErrorString(int code) { return code == GPU_IS_LOST ? "GPU is lost" : "failed"; }
int nvmlSystemGetDriverVersion(char *out, unsigned int size) { snprintf(out, size, "999.1"); return end(OK); }
int nvmlDeviceGetCount_v2(unsigned int *count) { *count = 2; return OK; }
int nvmlDeviceGetHandleByIndex_v2(unsigned int index, void **handle) {
    *handle = (void *)(size_t)(index + 1);
    return OK;
}
int nvmlDeviceGetName(void *handle, char *out, unsigned int size) {
    if (is("partial") && handle == (void *)2) return NOT_SUPPORTED;
    snprintf(out, size, handle == (void *)1 ? "NVIDIA Test 1" : "NVIDIA Test\xff 2");
    return OK;
}
int nvmlDeviceGetCudaComputeCapability(void *handle, int *major, int *minor) {
    *major = 8; *minor = handle == (void *)1 ? 9 : 6;
    return is("partial") ? NOT_SUPPORTED : end(OK);
}
int nvmlDeviceGetMemoryInfo(void *handle, Memory *out) {
    out->total = 8ULL << 30; out->used = (unsigned long long)(size_t)handle << 30;
    out->free = out->total - out->used;
    return end(OK);
}
int nvmlDeviceGetUtilizationRates(void *handle, Rates *out) {
    out->gpu = 42 + (unsigned int)(size_t)handle; out->memory = 1;
    return is("partial") ? NOT_SUPPORTED : end(OK);
}
int nvmlDeviceGetPowerUsage(void *handle, unsigned int *milliwatts) {
    (void)handle; *milliwatts = 61500;
    return is("partial") ? NOT_SUPPORTED : end(OK);
}
