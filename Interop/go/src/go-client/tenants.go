package main

import (
	"context"
	"errors"

	tenancy "bfc/tenancy/v1"
	health "grpc/health/v1"

	"github.com/gogo/protobuf/proto"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const exampleCode = "axis-securities"

// The default tenant of the migrations has id 1.
const firstCreatedID = 2

func checkHealth(ctx context.Context, c *client) error {
	answer, err := c.health.Check(ctx, &health.HealthCheckRequest{})
	if err != nil {
		return err
	}
	var e expect
	e.equal("status", answer.Status, health.HealthCheckResponse_SERVING)
	return e.err()
}

// createTenant accepts that somebody made the example before, unless the server is new.
func createTenant(ctx context.Context, c *client) error {
	answer, err := c.tenants.CreateTenant(ctx, &tenancy.CreateTenantRequest{
		TenantCode:     exampleCode,
		TenantName:     "Axis Securities Ltd",
		TenantType:     tenancy.TenantType_TENANT_TYPE_BROKER,
		Status:         tenancy.TenantStatus_TENANT_STATUS_ACTIVE,
		Domain:         "axis.vyomo.in",
		LogoUrl:        "https://cdn.vyomo.in/axis/logo.png",
		PrimaryColor:   "#800080",
		SecondaryColor: "#FFA500",
		AdminEmail:     "admin@axissecurities.com",
		SupportEmail:   "support@axissecurities.com",
		RegulatoryBody: "SEBI",
		LicenseNumber:  "INZ000000000",
		Settings:       &tenancy.JsonObject{Json: "{}"},
		Features:       &tenancy.JsonObject{Json: `{"trading": true, "banking": false}`},
		IdempotencyKey: "go-client-example",
	})
	if !c.fresh && status.Code(err) == codes.AlreadyExists {
		return nil
	}
	if err != nil {
		return err
	}
	var e expect
	e.equal("success", answer.Success, true)
	if c.fresh {
		e.equal("tenant_id", answer.TenantId, int64(firstCreatedID))
	}
	return e.err()
}

func getTenant(ctx context.Context, c *client) error {
	byCode, err := c.tenants.GetTenant(ctx, &tenancy.GetTenantRequest{TenantCode: exampleCode})
	if err != nil {
		return err
	}
	if byCode.Tenant == nil {
		return errors.New("the answer holds no tenant")
	}
	byID, err := c.tenants.GetTenant(ctx, &tenancy.GetTenantRequest{TenantId: byCode.Tenant.Id})
	if err != nil {
		return err
	}
	var e expect
	tenant := byCode.Tenant
	e.equal("tenant_code", tenant.TenantCode, exampleCode)
	e.equal("tenant_name", tenant.TenantName, "Axis Securities Ltd")
	e.equal("tenant_type", tenant.TenantType, tenancy.TenantType_TENANT_TYPE_BROKER)
	e.equal("status", tenant.Status, tenancy.TenantStatus_TENANT_STATUS_ACTIVE)
	e.equal("domain", tenant.Domain, "axis.vyomo.in")
	e.equal("regulatory_body", tenant.RegulatoryBody, "SEBI")
	e.equal("created_at given", tenant.CreatedAt != nil, true)
	e.equal("tenant by id equals tenant by code", proto.Equal(byID.Tenant, tenant), true)
	return e.err()
}
