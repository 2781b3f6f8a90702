// Command go-client makes the calls of the tenancy service over its Unix socket with containerd's
// own ttrpc for Go, and checks every answer. It ends with status 1 at the first difference.
//
//	go-client [-fresh] SOCKET
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"time"

	tenancy "bfc/tenancy/v1"
	health "grpc/health/v1"

	"github.com/containerd/ttrpc"
)

// Long enough for a loaded machine; a call that needs it all has failed anyway.
const callSecondsMax = 20

// client holds one connection, the stubs over it, and what earlier steps learned.
type client struct {
	tenants tenancy.TenantServiceService
	quotas  tenancy.QuotaServiceService
	health  health.HealthService
	// Nobody has used the server before: then ids and counters are known exactly.
	fresh bool
	// Different in every run, so that idempotency keys of an earlier run do not answer for us.
	run string
}

// step is one thing to show; its error says what was different.
type step struct {
	name string
	run  func(context.Context, *client) error
}

var steps = []step{
	{"Health/Check: serving", checkHealth},
	{"CreateTenant: axis-securities", createTenant},
	{"GetTenant: by code and by id", getTenant},
	{"GetQuotas: starter plan", getQuotas},
	{"CheckQuota: one call is left, ten million are not", checkQuota},
	{"Consume: takes exactly what it says", consume},
	{"Consume: a retry with the same key takes nothing more", retryConsume},
	{"GetQuotas: percentages after consuming", getPercentages},
	{"many calls at once on one connection", callConcurrently},
	{"unknown tenant: NOT_FOUND", askForUnknownTenant},
	{"too much at once: RESOURCE_EXHAUSTED with QuotaFailure", consumeTooMuch},
	{"broken request: INVALID_ARGUMENT with BadRequest", sendBrokenRequest},
	{"unknown method: UNIMPLEMENTED", callUnknownMethod},
}

func main() {
	fresh := flag.Bool("fresh", false, "the server is new: check ids and counters exactly")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: go-client [-fresh] SOCKET")
		os.Exit(2)
	}
	if err := run(flag.Arg(0), *fresh); err != nil {
		fmt.Fprintln(os.Stderr, "go-client:", err)
		os.Exit(1)
	}
}

func run(socket string, fresh bool) error {
	connection, err := net.Dial("unix", socket)
	if err != nil {
		return err
	}
	wire := ttrpc.NewClient(connection)
	defer wire.Close()
	c := &client{
		tenants: tenancy.NewTenantServiceClient(wire),
		quotas:  tenancy.NewQuotaServiceClient(wire),
		health:  health.NewHealthClient(wire),
		fresh:   fresh,
		run:     fmt.Sprintf("go-%d-%d", os.Getpid(), time.Now().UnixNano()),
	}
	for _, s := range steps {
		ctx, cancel := context.WithTimeout(context.Background(), callSecondsMax*time.Second)
		err := s.run(context.WithValue(ctx, wireKey{}, wire), c)
		cancel()
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		fmt.Println("ok  ", s.name)
	}
	return nil
}

// wireKey finds the bare connection in a step's context, for the one call that has no stub.
type wireKey struct{}

// expect collects differences, so that a step shows all of them at once.
type expect struct{ differences []error }

func (e *expect) equal(what string, got, want interface{}) {
	if got != want {
		e.differences = append(e.differences, fmt.Errorf("%s is %v, want %v", what, got, want))
	}
}

func (e *expect) err() error {
	if len(e.differences) == 0 {
		return nil
	}
	text := ""
	for i, d := range e.differences {
		if i > 0 {
			text += "; "
		}
		text += d.Error()
	}
	return errors.New(text)
}
