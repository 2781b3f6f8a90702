package client

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	health "grpc/health/v1"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// A server that says nothing holds a call up to its own deadline, whoever else waits for it.
func TestACallIsNotHeldUpByTheConnectingOfAnother(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	tenancy := New(func(ctx context.Context) (net.Conn, error) {
		inner, err := new(net.Dialer).DialContext(ctx, "tcp", silent.Addr().String())
		if err != nil {
			return nil, err
		}
		// As a handshake does.
		until, _ := ctx.Deadline()
		_ = inner.SetDeadline(until)
		_, err = inner.Read(make([]byte, 1))
		_ = inner.Close()
		return nil, err
	})
	defer tenancy.Close()
	ended := make(chan error, 2)
	go func() {
		_, err := tenancy.Activity().WatchActivity(context.Background())
		ended <- err
	}()
	go func() {
		_, err := tenancy.Health().Check(context.Background(), &health.HealthCheckRequest{})
		ended <- err
	}()
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	_, err = tenancy.Health().Check(ctx, &health.HealthCheckRequest{})
	if status.Code(err) != codes.DeadlineExceeded {
		t.Error("a call to a silent server ended with", err)
	}
	_, err = tenancy.Health().Watch(ctx, &health.HealthCheckRequest{})
	if status.Code(err) != codes.DeadlineExceeded {
		t.Error("a stream to a silent server ended with", err)
	}
	select {
	case err := <-ended:
		t.Error("the calls waited for another one's connecting, which ended with", err)
	default:
	}
}

// What is sent to a server that reads nothing is kept, up to a bound, and holds nobody up.
func TestAServerThatReadsNothingHoldsNobodyUp(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	silent, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	defer os.Remove(path)
	tenancy := New(Unix(path))
	defer tenancy.Close()
	large := &health.HealthCheckRequest{Service: string(make([]byte, 4_000_000))}
	for i := 0; i < 64; i++ {
		if _, err = tenancy.Health().Watch(context.Background(), large); err != nil {
			break
		}
	}
	if status.Code(err) != codes.ResourceExhausted {
		t.Error("sending without end ended with", err)
	}
}
