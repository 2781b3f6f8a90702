package main

import (
	"context"
	"errors"
	"fmt"

	tenancy "bfc/tenancy/v1"

	"github.com/containerd/ttrpc"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// refusal checks that a call failed with a code, and hands back its status for the details.
func refusal(err error, want codes.Code) (*status.Status, error) {
	if err == nil {
		return nil, fmt.Errorf("the call succeeded, want %v", want)
	}
	got, ok := status.FromError(err)
	if !ok {
		return nil, fmt.Errorf("no status but %w", err)
	}
	if got.Code() != want {
		return nil, fmt.Errorf("code is %v (%s), want %v", got.Code(), got.Message(), want)
	}
	return got, nil
}

func askForUnknownTenant(ctx context.Context, c *client) error {
	_, err := c.tenants.GetTenant(ctx, &tenancy.GetTenantRequest{TenantCode: "no-such-tenant"})
	_, err = refusal(err, codes.NotFound)
	return err
}

func consumeTooMuch(ctx context.Context, c *client) error {
	_, err := c.take(ctx, tenancy.Resource_RESOURCE_TRANSACTIONS, 1_000_000, "")
	refused, err := refusal(err, codes.ResourceExhausted)
	if err != nil {
		return err
	}
	for _, detail := range refused.Details() {
		if failure, ok := detail.(*errdetails.QuotaFailure); ok && len(failure.Violations) > 0 {
			return nil
		}
	}
	return errors.New("the status has no QuotaFailure")
}

func sendBrokenRequest(ctx context.Context, c *client) error {
	_, err := c.quotas.CheckQuota(ctx, &tenancy.CheckQuotaRequest{TenantCode: exampleCode})
	refused, err := refusal(err, codes.InvalidArgument)
	if err != nil {
		return err
	}
	for _, detail := range refused.Details() {
		if bad, ok := detail.(*errdetails.BadRequest); ok && len(bad.FieldViolations) > 0 {
			return nil
		}
	}
	return errors.New("the status has no BadRequest")
}

func callUnknownMethod(ctx context.Context, _ *client) error {
	wire, _ := ctx.Value(wireKey{}).(*ttrpc.Client)
	var answer tenancy.GetQuotasResponse
	err := wire.Call(ctx, "bfc.tenancy.v1.QuotaService", "NoSuchMethod",
		&tenancy.GetQuotasRequest{}, &answer)
	_, err = refusal(err, codes.Unimplemented)
	return err
}
