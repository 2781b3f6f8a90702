package main

import (
	"context"
	"errors"
	"fmt"

	tenancy "bfc/tenancy/v1"
)

// The example's month: 2,547 API calls of 10,000 and 156 transactions of 1,000.
const (
	apiCallsUsed     = 2547
	transactionsUsed = 156
)

// The calls that run at the same time on the one connection.
const concurrentCalls = 64

func readQuotas(ctx context.Context, c *client) (*tenancy.Quotas, error) {
	answer, err := c.quotas.GetQuotas(ctx, &tenancy.GetQuotasRequest{TenantCode: exampleCode})
	if err != nil {
		return nil, err
	}
	q := answer.Quotas
	if q == nil || q.Users == nil || q.ApiCalls == nil || q.Storage == nil || q.Transactions == nil {
		return nil, errors.New("the answer does not hold all four resources")
	}
	return q, nil
}

func getQuotas(ctx context.Context, c *client) error {
	q, err := readQuotas(ctx, c)
	if err != nil {
		return err
	}
	var e expect
	e.equal("users.max", q.Users.Max, uint64(10))
	e.equal("api_calls.max", q.ApiCalls.Max, uint64(10_000))
	e.equal("storage.max", q.Storage.Max, 5.0)
	e.equal("transactions.max", q.Transactions.Max, uint64(1_000))
	if c.fresh {
		e.equal("users.available", q.Users.Available, true)
		e.equal("api_calls.current", q.ApiCalls.Current, uint64(0))
		e.equal("transactions.current", q.Transactions.Current, uint64(0))
	}
	return e.err()
}

func checkQuota(ctx context.Context, c *client) error {
	ask := func(amount uint64) (*tenancy.CheckQuotaResponse, error) {
		return c.quotas.CheckQuota(ctx, &tenancy.CheckQuotaRequest{
			TenantCode: exampleCode, Resource: tenancy.Resource_RESOURCE_API_CALLS, Amount: amount})
	}
	few, err := ask(1)
	if err != nil {
		return err
	}
	many, err := ask(10_000_000)
	if err != nil {
		return err
	}
	var e expect
	e.equal("allowed for 1", few.Allowed, few.Remaining >= 1)
	e.equal("remaining", few.Remaining, few.Max-few.Current)
	e.equal("allowed for ten million", many.Allowed, false)
	e.equal("current after two checks", many.Current, few.Current)
	e.equal("decided_at given", few.DecidedAt != nil, true)
	return e.err()
}

// amounts are the example's own on a new server, and 1 where others share the month's units.
func (c *client) amounts() (apiCalls, transactions uint64) {
	if c.fresh {
		return apiCallsUsed, transactionsUsed
	}
	return 1, 1
}

func (c *client) take(ctx context.Context, r tenancy.Resource, amount uint64, key string) (
	*tenancy.ConsumeResponse, error) {
	return c.quotas.Consume(ctx, &tenancy.ConsumeRequest{
		TenantCode: exampleCode, Resource: r, Amount: amount, IdempotencyKey: key})
}

func consume(ctx context.Context, c *client) error {
	before, err := readQuotas(ctx, c)
	if err != nil {
		return err
	}
	apiCalls, transactions := c.amounts()
	taken, err := c.take(ctx, tenancy.Resource_RESOURCE_API_CALLS, apiCalls, c.run)
	if err != nil {
		return err
	}
	if _, err := c.take(ctx, tenancy.Resource_RESOURCE_TRANSACTIONS, transactions, ""); err != nil {
		return err
	}
	after, err := readQuotas(ctx, c)
	if err != nil {
		return err
	}
	var e expect
	e.equal("allowed", taken.Allowed, true)
	e.equal("remaining", taken.Remaining, taken.Max-taken.Current)
	e.equal("api_calls.current", after.ApiCalls.Current, before.ApiCalls.Current+apiCalls)
	e.equal("transactions.current", after.Transactions.Current,
		before.Transactions.Current+transactions)
	return e.err()
}

func retryConsume(ctx context.Context, c *client) error {
	apiCalls, _ := c.amounts()
	before, err := readQuotas(ctx, c)
	if err != nil {
		return err
	}
	again, err := c.take(ctx, tenancy.Resource_RESOURCE_API_CALLS, apiCalls, c.run)
	if err != nil {
		return err
	}
	after, err := readQuotas(ctx, c)
	if err != nil {
		return err
	}
	var e expect
	e.equal("allowed", again.Allowed, true)
	e.equal("api_calls.current", after.ApiCalls.Current, before.ApiCalls.Current)
	return e.err()
}

func getPercentages(ctx context.Context, c *client) error {
	q, err := readQuotas(ctx, c)
	if err != nil {
		return err
	}
	var e expect
	if c.fresh {
		e.equal("api_calls.percentage", q.ApiCalls.Percentage, 25.47)
		e.equal("transactions.percentage", q.Transactions.Percentage, 15.6)
	}
	return e.err()
}

func callConcurrently(ctx context.Context, c *client) error {
	results := make(chan error, concurrentCalls)
	for i := 0; i < concurrentCalls; i++ {
		go func() {
			answer, err := c.quotas.CheckQuota(ctx, &tenancy.CheckQuotaRequest{
				TenantCode: exampleCode, Resource: tenancy.Resource_RESOURCE_USERS, Amount: 1})
			if err == nil && answer.Max != 10 {
				err = fmt.Errorf("max is %d, want 10", answer.Max)
			}
			results <- err
		}()
	}
	for i := 0; i < concurrentCalls; i++ {
		if err := <-results; err != nil {
			return err
		}
	}
	return nil
}
