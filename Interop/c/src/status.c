/* Why a call failed. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

static bool is_detail(const Google__Protobuf__Any *any, const char *name) {
    const char *slash = strrchr(any->type_url, '/');
    return strcmp(slash ? slash + 1 : any->type_url, name) == 0;
}

tenancy_status *status_make(tenancy_code code, const char *message) {
    tenancy_status *status = calloc(1, sizeof *status);
    if (!status) return NULL;
    status->code = code;
    status->message = strdup(message);
    status->retry_after_ms = -1;
    return status;
}

tenancy_status *status_from(Google__Rpc__Status *rpc) {
    tenancy_status *status = calloc(1, sizeof *status);
    if (!status) {
        google__rpc__status__free_unpacked(rpc, NULL);
        return NULL;
    }
    status->rpc = rpc;
    status->code = rpc->code >= 0 && rpc->code <= TENANCY_UNAUTHENTICATED ? (tenancy_code)rpc->code
                                                                        : TENANCY_UNKNOWN;
    status->retry_after_ms = -1;
    for (size_t i = 0; i < rpc->n_details; i++) {
        const Google__Protobuf__Any *any = rpc->details[i];
        const ProtobufCBinaryData *value = &any->value;
        if (!status->info && is_detail(any, "google.rpc.ErrorInfo")) {
            status->info = google__rpc__error_info__unpack(NULL, value->len, value->data);
        } else if (!status->bad_request && is_detail(any, "google.rpc.BadRequest")) {
            status->bad_request = google__rpc__bad_request__unpack(NULL, value->len, value->data);
        } else if (is_detail(any, "google.rpc.RetryInfo")) {
            Google__Rpc__RetryInfo *retry =
                google__rpc__retry_info__unpack(NULL, value->len, value->data);
            if (retry && retry->retry_delay) {
                int64_t seconds = retry->retry_delay->seconds;
                /* A day is for ever enough, and cannot overflow. */
                if (seconds < 0) seconds = 0;
                if (seconds > 86400) seconds = 86400;
                status->retry_after_ms = seconds * 1000 + retry->retry_delay->nanos / 1000000;
            }
            if (retry) google__rpc__retry_info__free_unpacked(retry, NULL);
        }
    }
    return status;
}

tenancy_code tenancy_status_code(const tenancy_status *status) {
    return status ? status->code : TENANCY_OK;
}

const char *tenancy_status_message(const tenancy_status *status) {
    if (!status) return "";
    if (status->rpc) return status->rpc->message ? status->rpc->message : "";
    return status->message ? status->message : "";
}

const char *tenancy_status_reason(const tenancy_status *status) {
    return status && status->info && status->info->reason ? status->info->reason : "";
}

bool tenancy_status_violation(
    const tenancy_status *status, size_t index, const char **field, const char **rule) {
    if (!status || !status->bad_request || index >= status->bad_request->n_field_violations) {
        return false;
    }
    const Google__Rpc__BadRequest__FieldViolation *violation =
        status->bad_request->field_violations[index];
    *field = violation->field;
    *rule = violation->description;
    return true;
}

int64_t tenancy_status_retry_after_ms(const tenancy_status *status) {
    return status ? status->retry_after_ms : -1;
}

bool tenancy_status_detail(
    const tenancy_status *status, size_t index, const char **type_url,
    ProtobufCBinaryData *value) {
    if (!status || !status->rpc || index >= status->rpc->n_details) return false;
    *type_url = status->rpc->details[index]->type_url;
    *value = status->rpc->details[index]->value;
    return true;
}

void tenancy_status_free(tenancy_status *status) {
    if (!status) return;
    if (status->info) google__rpc__error_info__free_unpacked(status->info, NULL);
    if (status->bad_request) google__rpc__bad_request__free_unpacked(status->bad_request, NULL);
    if (status->rpc) google__rpc__status__free_unpacked(status->rpc, NULL);
    free(status->message);
    free(status);
}
