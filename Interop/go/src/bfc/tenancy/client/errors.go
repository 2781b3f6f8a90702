package client

import (
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/status"
)

// Reason is what a program can decide on, such as "QUOTA_EXCEEDED"; "" without one.
func Reason(err error) string {
	for _, detail := range details(err) {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			return info.Reason
		}
	}
	return ""
}

// FieldViolations are the wrong fields of a request and the rule that each broke.
func FieldViolations(err error) map[string]string {
	violations := map[string]string{}
	for _, detail := range details(err) {
		if bad, ok := detail.(*errdetails.BadRequest); ok {
			for _, violation := range bad.FieldViolations {
				violations[violation.Field] = violation.Description
			}
		}
	}
	return violations
}

// RetryAfter is after how long the server says a retry is worth while; 0 when it does not.
func RetryAfter(err error) time.Duration {
	for _, detail := range details(err) {
		if retry, ok := detail.(*errdetails.RetryInfo); ok && retry.RetryDelay != nil {
			return time.Duration(retry.RetryDelay.Seconds)*time.Second +
				time.Duration(retry.RetryDelay.Nanos)
		}
	}
	return 0
}

func details(err error) []interface{} {
	got, ok := status.FromError(err)
	if !ok || got == nil {
		return nil
	}
	return got.Details()
}
