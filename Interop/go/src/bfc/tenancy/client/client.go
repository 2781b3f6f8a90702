// Package client keeps a connection to the tenancy service: it connects when a call needs it, tries
// again what is safe to try again, and tells why a call was refused.
//
//	tenancy := client.New(client.Unix(".data/tenancyd.sock"))
//	defer tenancy.Close()
//	var answer *v1.CheckQuotaResponse
//	err := tenancy.Do(ctx, client.Repeatable, func(wire *ttrpc.Client) (err error) {
//		answer, err = v1.NewQuotaServiceClient(wire).CheckQuota(ctx, request)
//		return err
//	})
package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math/rand"
	"net"
	"os"
	"sync"
	"time"

	"bfc/tenancy/client/wire"

	"github.com/containerd/ttrpc"
	"github.com/gogo/protobuf/proto"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	attemptsMax    = 5
	delayMin       = 20 * time.Millisecond
	delayMax       = 5 * time.Second
	connectTimeMax = 5 * time.Second
)

// Target makes a connection.
type Target func(ctx context.Context) (net.Conn, error)

// Unix is a server on this machine; the kernel tells it who calls.
func Unix(path string) Target {
	return func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}
}

// TLS is a server over TLS 1.3. ca is a PEM file with the roots to trust; cert and key are the
// client's own, and may be empty.
func TLS(address, ca, cert, key string) Target {
	return func(ctx context.Context) (net.Conn, error) {
		roots, err := os.ReadFile(ca)
		if err != nil {
			return nil, err
		}
		config := &tls.Config{
			MinVersion: tls.VersionTLS13, NextProtos: []string{"ttrpc"}, RootCAs: x509.NewCertPool(),
		}
		if !config.RootCAs.AppendCertsFromPEM(roots) {
			return nil, fmt.Errorf("%s holds no certificate", ca)
		}
		if cert != "" {
			pair, err := tls.LoadX509KeyPair(cert, key)
			if err != nil {
				return nil, err
			}
			config.Certificates = []tls.Certificate{pair}
		}
		return (&tls.Dialer{Config: config}).DialContext(ctx, "tcp", address)
	}
}

// Client may be used by many goroutines at once.
type Client struct {
	target Target
	md     ttrpc.MD

	lock     sync.Mutex
	unary    *unaryLink
	stream   *wire.Conn
	isClosed bool
}

type unaryLink struct {
	client *ttrpc.Client
	ended  chan struct{}
}

// New makes a client; the connection is made with the first call.
func New(target Target) *Client {
	return &Client{target: target}
}

// Bearer has the calls of a context send an API key.
func Bearer(ctx context.Context, key string) context.Context {
	return ttrpc.WithMetadata(ctx, ttrpc.MD{"authorization": {"Bearer " + key}})
}

// Close ends every call in flight.
func (c *Client) Close() {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.isClosed = true
	if c.unary != nil {
		_ = c.unary.client.Close()
	}
	if c.stream != nil {
		_ = c.stream.Close()
	}
}

// Safety tells whether a call may be made twice.
type Safety bool

const (
	// Once is for a call that changes something and has no idempotency key.
	Once Safety = false
	// Repeatable is for a call that changes nothing, or has an idempotency key.
	Repeatable Safety = true
)

// Do makes a unary call. It is tried again after UNAVAILABLE when that is safe: the call is
// repeatable, or nothing of it was begun.
func (c *Client) Do(
	ctx context.Context, safety Safety, call func(*ttrpc.Client) error,
) error {
	for attempt := 1; ; attempt++ {
		link, err := c.unaryLink(ctx)
		isBegun := err == nil
		if err == nil {
			err = asStatus(call(link.client))
			if err == nil {
				return nil
			}
			if Reason(err) == "NOT_BEGUN" {
				isBegun = false
			}
			if status.Code(err) == codes.Unavailable {
				c.drop(link)
			}
		}
		if status.Code(err) != codes.Unavailable || attempt >= attemptsMax ||
			(isBegun && safety == Once) {
			return err
		}
		select {
		case <-time.After(pause(attempt, err)):
		case <-ctx.Done():
			return err
		}
	}
}

// Open begins a streaming call; request is nil for a client that streams.
func (c *Client) Open(
	ctx context.Context, service, method string, request proto.Message,
) (*wire.Stream, error) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.isClosed {
		return nil, status.Error(codes.Canceled, "the client was closed")
	}
	if c.stream == nil || c.stream.Lost() != nil {
		inner, err := c.dial(ctx)
		if err != nil {
			return nil, err
		}
		c.stream = wire.NewConn(inner)
	}
	md, _ := ttrpc.GetMetadata(ctx)
	return c.stream.Open(ctx, service, method, request, md)
}

func (c *Client) unaryLink(ctx context.Context) (*unaryLink, error) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.isClosed {
		return nil, status.Error(codes.Canceled, "the client was closed")
	}
	if c.unary != nil {
		select {
		case <-c.unary.ended:
		default:
			return c.unary, nil
		}
	}
	inner, err := c.dial(ctx)
	if err != nil {
		return nil, err
	}
	ended := make(chan struct{})
	c.unary = &unaryLink{
		client: ttrpc.NewClient(inner, ttrpc.WithOnClose(func() { close(ended) })),
		ended:  ended,
	}
	return c.unary, nil
}

// drop has the next call make a new connection. Calls in flight end by themselves.
func (c *Client) drop(link *unaryLink) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.unary == link {
		c.unary = nil
	}
}

func (c *Client) dial(ctx context.Context) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeMax)
	defer cancel()
	inner, err := c.target(ctx)
	if err != nil {
		return nil, status.Error(codes.Unavailable, "cannot connect: "+err.Error())
	}
	return inner, nil
}

// asStatus gives every failure a status: the library's own errors are of the connection or of the
// context.
func asStatus(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := status.FromError(err); ok {
		return err
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return status.Error(codes.DeadlineExceeded, "the deadline has passed")
	case errors.Is(err, context.Canceled):
		return status.Error(codes.Canceled, "the call was cancelled")
	default:
		return status.Error(codes.Unavailable, err.Error())
	}
}

func pause(attempt int, err error) time.Duration {
	delay := delayMin << (attempt - 1)
	delay = delay/2 + time.Duration(rand.Int63n(int64(delay/2)+1))
	if asked := RetryAfter(err); asked > delay {
		delay = asked
	}
	if delay > delayMax {
		delay = delayMax
	}
	return delay
}
